/* SPDX-License-Identifier: GPL-3.0-or-later */
/* findings: what was published, beside what was measured here. */
#include <string.h>

#include "base/own.h"
#include "rig/report/text/text.h"
#include "rig/verbs/loaded.h"
#include "rig/verbs/verb.h"

struct findings_options {
	const char *store;
	bool markdown, strict;
};

#define AT(member) .offset = offsetof(struct findings_options, member)

/* clang-format off */
static const struct field rows[] = {
	{.name = "markdown", .type = FIELD_FLAG, AT(markdown),
	 .help = "print a Markdown page, with a head that says how it was made"},
	{.name = "strict", .type = FIELD_FLAG, AT(strict),
	 .help = "end with exit code 1 where one is refuted (an inconclusive one is not)"},
	{.name = "store", .letter = 's', .type = FIELD_TEXT, AT(store), .value = "PATH",
	 .fallback = STORE_DEFAULT_PATH, .help = "the store to read"},
	{0},
};
/* clang-format on */

/* What goes where, and how often it did. */
struct output {
	struct store *store;
	struct style style;
	bool markdown;
	size_t printed; /* runs with findings */
	size_t refuted; /* findings */
};

/* Nothing is printed of a run without findings. Returns how many it has, or -1. */
static ssize_t print_run(struct output *o, const char *which, struct error *err)
{
	struct loaded loaded;
	ssize_t count = -1;

	if (loaded_init(&loaded, o->store, which, err) == 0)
		count = (ssize_t)loaded.result.findings_count;
	if (count > 0 && o->markdown)
		markdown_findings(&loaded.result, o->style.to);
	else if (count > 0)
		finding_list(&loaded.result, &o->style, o->printed > 0);
	o->printed += count > 0;
	o->refuted += count > 0 ? finding_count(&loaded.result, FINDING_REFUTED) : 0;
	loaded_destroy(&loaded);
	return count;
}

static int print_named(struct output *o, char **names, int count, struct error *err)
{
	for (int i = 0; i < count; i++) {
		ssize_t findings = print_run(o, names[i], err);

		if (findings < 0)
			return -1;
		if (!findings)
			return error_input(err,
					   "findings: run %s: its experiment has none; "
					   "docs/experiment.md says how to write them",
					   names[i]);
	}
	return 0;
}

/* Is there no later run of the same experiment? They are listed newest first. */
static bool is_latest(const struct run_summary *runs, ssize_t i)
{
	for (ssize_t k = 0; k < i; k++)
		if (strcmp(runs[k].experiment, runs[i].experiment) == 0)
			return false;
	return true;
}

/* In the order in which they were run. */
static int print_latest(struct output *o, struct error *err)
{
	cleanup_free struct run_summary *runs = NULL;
	ssize_t count = store_list(o->store, &runs, err);

	if (count < 0)
		return -1;
	for (ssize_t i = count; i-- > 0;)
		if (is_latest(runs, i) && print_run(o, runs[i].id, err) < 0)
			return -1;
	if (!o->printed)
		return error_input(err, "findings: no run in this store has any; "
					"docs/experiment.md says how to write them");
	return 0;
}

static int run_verb(int argc, char **argv, struct error *err)
{
	struct findings_options options = {0};
	struct output o = {.style = style_of(stdout)};
	int first = verb_options(&verb_findings, argc, argv, &options, err);
	int failed;

	if (first <= 0)
		return first;
	o.markdown = options.markdown;
	o.store = store_open_read(options.store, err);
	if (!o.store)
		return -1;
	if (o.markdown)
		markdown_head(o.style.to, argc, argv);
	failed =
	    first < argc ? print_named(&o, argv + first, argc - first, err) : print_latest(&o, err);
	store_close(o.store);
	if (failed)
		return -1;
	return options.strict && o.refuted ? EXIT_GATE_FAILED : EXIT_DONE;
}

/* clang-format off */
const struct verb verb_findings = {
	.options = {
		.name = "findings",
		.arguments = "[RUN...]",
		.about =
		    "show what was published, and whether it is confirmed here\n"
		    "For each finding of an experiment: what was published, what was measured, "
		    "under which grades, and the verdict. RUN is an id, the beginning of one, "
		    "or \"latest\"; without any, the latest run of each experiment in the "
		    "store is taken, where it has findings.",
		.examples =
		    "poolrig findings\n"
		    "poolrig findings latest --markdown >findings.md\n",
		.exit_codes = "0 done; 1 with --strict: a finding is refuted; 2 no such store or run, or none with findings",
		.rows = rows,
	},
	.run = run_verb,
};
/* clang-format on */
