/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run: all trials of an experiment, into the store, and their result. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "rig/plan/plan_json.h"
#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/run/run.h"
#include "rig/run/supervisor.h"
#include "rig/store/store.h"
#include "rig/verbs/loaded.h"
#include "rig/verbs/verb.h"

struct run_options {
	const char *store, *parent;
	struct field_list set;
	bool quiet, all, dry_run, json, strict;
};

#define AT(member) .offset = offsetof(struct run_options, member)

/* clang-format off */
static const struct field rows[] = {
	{.name = "set", .type = FIELD_LIST, AT(set), .value = "KEY=VALUE",
	 .help = "override a scalar of the experiment by its dotted path: load.measure=2s"},
	{.name = "store", .letter = 's', .type = FIELD_TEXT, AT(store), .value = "PATH",
	 .fallback = STORE_DEFAULT_PATH, .help = "the store that results go to"},
	{.name = "quiet", .letter = 'q', .type = FIELD_FLAG, AT(quiet),
	 .help = "print no result (`poolrig show latest` prints it later)"},
	{.name = "all", .letter = 'a', .type = FIELD_FLAG, AT(all),
	 .help = "print all metrics, reasons and findings instead of the first screen"},
	{.name = "dry-run", .letter = 'n', .type = FIELD_FLAG, AT(dry_run),
	 .help = "start nothing: print the plan with all defaults, the cores, the trials in their "
		 "order and the time that they take"},
	{.name = "json", .type = FIELD_FLAG, AT(json), .help = "with --dry-run: print the plan as JSON"},
	{.name = "strict", .type = FIELD_FLAG, AT(strict),
	 .help = "end with exit code 1 where a finding is refuted (an inconclusive one is none)"},
	{.name = "cgroup-parent", .type = FIELD_TEXT, AT(parent), .value = "GROUP",
	 .help = "make the cells below this cgroup instead of the root or a systemd scope"},
	{0},
};
/* clang-format on */

static int exit_code_of(const struct run *run)
{
	if (run->broken)
		return EXIT_RIG_FAILED;
	if (run->failed)
		return EXIT_WORKLOAD_FAILED;
	return run->voided ? EXIT_VOID : EXIT_DONE;
}

/* *refuted: a finding is. */
static int print_result(struct store *store, const char *run_id, const struct run_options *o,
			bool *refuted, struct error *err)
{
	struct style style = style_of(stdout);
	struct loaded loaded;
	int ret;

	if (o->quiet && !o->strict)
		return 0;
	ret = loaded_init(&loaded, store, run_id, err);
	*refuted = ret == 0 && finding_count(&loaded.result, FINDING_REFUTED) > 0;
	if (ret == 0 && !o->quiet)
		ret = o->all ? table_print(&loaded.result, &style, err)
			     : screen_print(&loaded.result, NULL, 0, &style, err);
	loaded_destroy(&loaded);
	return ret;
}

static int run_with_store(struct run *run, struct store *store, const struct run_options *o,
			  struct error *err)
{
	struct error late = ERROR_INIT;
	bool refuted = false;
	int code, ret;

	if (run_init(run, store, o->parent, stderr, err) < 0)
		return -1;
	ret = run->experiment->search_given ? run_search(run, err) : run_trials(run, err);
	code = ret < 0 ? EXIT_RIG_FAILED : exit_code_of(run);
	if (run_finish(run, code, EXIT_RIG_FAILED, &late) < 0) {
		error_join(err, &late);
		ret = -1;
	}
	supervisor_release(run->stopped);
	/* What was measured is shown, whatever became of the rest. */
	if (print_result(store, run->site.run_id, o, &refuted, &late) < 0) {
		error_keep(err, &late);
		ret = -1;
	}
	if (code == EXIT_DONE && o->strict && refuted)
		code = EXIT_GATE_FAILED;
	return ret < 0 ? -1 : code;
}

static int print_plan(const struct run *run, const struct run_options *o, struct error *err)
{
	const struct experiment *e = run->experiment;
	struct style style = style_of(stdout);

	if (o->json) {
		if (json_print_value(plan_json(e->document), JSON_COMPACT, stdout, err) < 0)
			return -1;
	} else if (dry_run_print(e, &run->roles, &style, err) < 0) {
		return -1;
	}
	return EXIT_DONE;
}

static int run_experiment(const struct experiment *e, const struct run_options *o,
			  struct error *err)
{
	cleanup_free struct run *run = calloc(1, sizeof(*run));
	struct person person;
	struct store *store;
	int ret;

	if (!run)
		return error_host(err, ENOMEM, "a run");
	if (run_check(run, e, err) < 0)
		return -1;
	if (o->dry_run)
		return print_plan(run, o, err);
	if (site_need_root(err) < 0 || site_need_parent(o->parent, err) < 0 ||
	    person_init(&person, err) < 0)
		return -1;
	store = store_open(o->store, person.uid, person.gid, err);
	if (!store)
		return -1;
	ret = run_with_store(run, store, o, err);
	store_close(store);
	return ret;
}

static int run_verb(int argc, char **argv, struct error *err)
{
	struct run_options options = {0};
	struct experiment experiment = {0};
	cleanup_free char *dir = NULL;
	int first = verb_options(&verb_run, argc, argv, &options, err);
	int ret;

	if (first <= 0)
		return first;
	if (argc - first != 1)
		return error_input(err, "run: %s; as in `poolrig run experiments/seed-100k.yaml`",
				   argc == first ? "no experiment" : "more than one experiment");
	if (options.json && !options.dry_run)
		return error_input(err, "--json: only with --dry-run; `poolrig show latest --json` "
					"prints a run as JSON");
	if (supervisor_program_dir(&dir, err) < 0 ||
	    experiment_load(&experiment, argv[first], options.set.items, options.set.count, dir,
			    err) < 0)
		return -1;
	ret = run_experiment(&experiment, &options, err);
	experiment_destroy(&experiment);
	return ret;
}

/* clang-format off */
const struct verb verb_run = {
	.options = {
		.name = "run",
		.arguments = "EXPERIMENT.yaml",
		.about =
		    "run an experiment and print its result\n"
		    "Each variant runs once in each block, in an order shuffled by the "
		    "experiment's seed, each time in a fresh cell. Each trial is stored as it "
		    "ends. Where the experiment has a search, each variant's rate is raised "
		    "until the search's bound breaks, and the highest rate that held is "
		    "reported. docs/experiment.md describes experiments.",
		.examples =
		    "sudo poolrig run experiments/seed-100k.yaml\n"
		    "sudo poolrig run experiments/short.yaml --set load.rate=20k\n"
		    "poolrig run experiments/seed-100k.yaml --dry-run\n",
		.exit_codes =
		    "0 all trials are valid; 1 with --strict: so they are, and a finding is "
		    "refuted; 2 the experiment is wrong, nothing was started; 3 "
		    "the rig or the host failed; 4 a workload failed; 5 void: a generator was "
		    "late, and no retry was left",
		.rows = rows,
	},
	.run = run_verb,
};
/* clang-format on */
