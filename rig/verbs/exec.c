/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exec: one plain command in one cell, measured from outside. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/outfile.h"
#include "base/own.h"
#include "base/text.h"
#include "base/units.h"
#include "cgroups/value.h"
#include "rig/cell/environment.h"
#include "rig/cell/site.h"
#include "rig/knob/knob.h"
#include "rig/plan/experiment.h"
#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/run/copies.h"
#include "rig/run/supervisor.h"
#include "rig/trial/trial.h"
#include "rig/verbs/verb.h"

/* Whose exit code exec ends with: the rig's own, or the command's. */
enum exit_code_kind { EXIT_CODE_RIG = 0, EXIT_CODE_PASS };
static const char *const exit_codes[] = {[EXIT_CODE_RIG] = "rig", [EXIT_CODE_PASS] = "pass", NULL};

/* What a signal is added to, as in a shell. */
#define EXIT_BY_SIGNAL 128
/* How long the rest of a killed command's output waits for a reader that does not read. */
#define UNREAD_LIMIT_NS (2 * NS_PER_S)

struct exec_options {
	struct cell_spec cell;
	const char *partition, *parent, *json;
	struct field_list env;
	int64_t timeout_ns;
	bool keep_env, quiet, all, stdin_open;
	enum exit_code_kind exit_code;
};

#define AT(member)        .offset = offsetof(struct exec_options, member)
#define LIMIT(knob, kind) AT(cell.limits[CG_KNOB_##knob].kind)

/* clang-format off */
static const struct field rows[] = {
	{.name = "partition", .type = FIELD_TEXT, AT(partition), .value = "KIND",
	 .help = "make the --cpus a partition: root or isolated (cgroup v2)"},
	{.name = "mems", .type = FIELD_TEXT, LIMIT(MEMS, text), .value = "LIST",
	 .help = "use these memory nodes only"},
	{.name = "cpu-weight", .type = FIELD_COUNT, LIMIT(CPU_WEIGHT, number), .low = "1",
	 .high = "10000", .value = "WEIGHT", .help = "share of contended CPUs; 100 is usual"},
	{.name = "timeout", .letter = 't', .type = FIELD_DURATION, AT(timeout_ns), .low = "1ns",
	 .help = "kill the command after this time: 10s, 2m"},
	{.name = "env", .letter = 'e', .type = FIELD_LIST, AT(env), .value = "KEY=VALUE",
	 .help = "set in the command's environment, which is otherwise clean; a PATH "
		 "also finds the command"},
	{.name = "keep-env", .type = FIELD_FLAG, AT(keep_env),
	 .help = "pass the whole environment on instead of a clean one"},
	{.name = "stdin", .letter = 'i', .type = FIELD_FLAG, AT(stdin_open),
	 .help = "pass standard input on (otherwise it is empty)"},
	{.name = "json", .letter = 'j', .type = FIELD_TEXT, AT(json), .value = "FILE",
	 .help = "write the result to FILE as JSON (docs/result.md); - is standard output"},
	{.name = "quiet", .letter = 'q', .type = FIELD_FLAG, AT(quiet), .help = "print no report"},
	{.name = "all", .letter = 'a', .type = FIELD_FLAG, AT(all),
	 .help = "print the reasons for all grades in the report"},
	{.name = "exit-code", .type = FIELD_CHOICE, AT(exit_code), .choices = exit_codes,
	 .fallback = "rig",
	 .help = "pass: end with the command's exit code, 128+N where signal N ended it (137 also "
		 "where it was killed at a limit), 125 where there is none"},
	{.name = "cgroup-parent", .type = FIELD_TEXT, AT(parent), .value = "GROUP",
	 .help = "make the cell below this cgroup instead of the root or a systemd scope"},
	{0},
};
/* clang-format on */

/* Everything that can be wrong about the call is found before anything is made. */
static int check_options(const struct exec_options *o, struct error *err)
{
	char number[CELL_LIMIT_SIZE];
	struct cg_value value;

	for (enum cg_knob k = 0; k < CG_KNOBS; k++) {
		const char *text = cell_spec_limit(&o->cell, k, number);

		if (text && cg_value_ask(cg_knob_row(k), text, &value, err) < 0)
			return error_prefix(err, "%s", cg_knob_row(k)->name);
	}
	if (!o->partition)
		return 0;
	if (cg_value_ask(cg_knob_row(CG_KNOB_PARTITION), o->partition, &value, err) < 0)
		return error_prefix(err, "--partition");
	if (CPU_COUNT(&o->cell.cpus.work) == 0)
		return error_input(err, "--partition %s: of which CPUs? give them by --cpus",
				   o->partition);
	return 0;
}

static int make_environment(struct environment *e, const struct exec_options *o, struct error *err)
{
	struct person person;

	if (person_init(&person, err) < 0 ||
	    environment_init(e, &person, o->keep_env ? environ : NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < o->env.count; i++)
		if (environment_set(e, o->env.items[i], err) < 0) {
			environment_destroy(e);
			return error_wrap(err, "--env");
		}
	return 0;
}

static int check_cpus(const cpu_set_t *cpus, const struct topology *t, struct error *err)
{
	cpu_set_t missing = *cpus;
	char have[CPULIST_SHOW_SIZE];

	cpulist_without(&missing, &t->online);
	if (CPU_COUNT(&missing) == 0)
		return 0;
	return error_input(err, "--cpus: CPU %d is not on this machine; it has %s",
			   cpulist_first(&missing), cpulist_show(&t->online, have));
}

static int rig_code(const struct trial_record *r)
{
	return r->outcome == TRIAL_OK                ? EXIT_DONE
	       : r->outcome == TRIAL_WORKLOAD_FAILED ? EXIT_WORKLOAD_FAILED
	       : r->outcome == TRIAL_VOID            ? EXIT_VOID
						     : EXIT_RIG_FAILED;
}

static int passed_code(const struct trial_record *r)
{
	const struct metric *code = trial_find_metric(r, "exit_code");
	const struct metric *signal = trial_find_metric(r, "exit_signal");

	if (r->outcome != TRIAL_RIG_FAILED && code && code->known)
		return (int)code->value;
	if (r->outcome != TRIAL_RIG_FAILED && signal && signal->known)
		return EXIT_BY_SIGNAL + (int)signal->value;
	return EXIT_NO_COMMAND;
}

/* The cell is made, the command run, the cell removed; the record says what happened. */
static int exec_in_site(struct trial_setup *s, const cpu_set_t *cpus, const char *partition,
			struct trial_record *r, struct trial_end *end, struct error *err)
{
	if (partition && cg_run_partition(&s->site->run, cpus, partition, err) < 0)
		return -1;
	return trial_run(s, r, end, err);
}

/* All of the command's output is passed on before the report. The reader of one that ended by
 * itself may take its time, as that of any program; for one that was ended there is a limit. */
static int pass_rest(struct copies *copies, const struct trial_end *end, struct trial_record *r,
		     struct error *err)
{
	uint64_t unread;
	int ret;

	supervisor_release(end->stopped);
	ret = copies_finish(copies, end->exited ? -1 : UNREAD_LIMIT_NS, &unread, err);
	if (unread)
		text_add(r->reason, sizeof(r->reason),
			 "; of its output, %" PRIu64 " bytes were not read, and are lost", unread);
	return ret;
}

static int write_json(const struct trial_record *r, struct outfile *file, struct error *err)
{
	if (outfile_begin(file, err) < 0 ||
	    json_print_value(json_trial(&(struct result_trial){r, .summary = *r}, NULL),
			     JSON_INDENT(2), file->to, err) < 0)
		return -1;
	return outfile_end(file, err);
}

static int exec_command(struct trial_setup *s, struct copies *copies, const struct exec_options *o,
			struct outfile *json, struct error *err)
{
	const cpu_set_t *cpus = &o->cell.cpus.work;
	struct trial_end end = {.stopped = false};
	struct error late = ERROR_INIT, unwritten = ERROR_INIT;
	struct trial_record record;
	cleanup_free struct site *site = calloc(1, sizeof(*site));
	struct topology topology;
	char run_id[40];
	int ret;

	if (!site)
		return error_host(err, ENOMEM, "a run's place on this host");
	if (site_need_root(err) < 0 || topology_init(&topology, err) < 0 ||
	    check_cpus(cpus, &topology, err) < 0)
		return -1;
	roles_plain(&s->roles, cpus, &topology);
	s->pin = CPU_COUNT(cpus) > 0;
	/* From here on a signal ends the trial, not the rig. */
	if (supervisor_settle(&s->roles.housekeeping, err) < 0)
		return -1;
	site_make_id(run_id, sizeof(run_id));
	if (site_init(site, run_id, &topology, o->parent, err) < 0) {
		supervisor_release(false);
		return -1;
	}
	trial_record_init(&record);
	text_shorten(s->argv[0], record.variant, sizeof(record.variant));
	s->site = site;
	ret = exec_in_site(s, cpus, o->partition, &record, &end, err);
	if (site_finish(site, &late) < 0) {
		error_keep(err, &late);
		ret = -1;
	}
	pass_rest(copies, &end, &record, &unwritten);
	/* A result that is there is shown, also where the removal failed afterwards. */
	if (record.metrics_count) {
		if (!o->quiet)
			trial_print_brief(&record, o->all,
					  &(struct style){.to = stderr, .width = 80});
		if (o->json && write_json(&record, json, err) < 0)
			ret = -1;
	}
	if (ret == 0 && record.outcome == TRIAL_RIG_FAILED)
		ret = error_host(err, 0, "%s", record.reason);
	if (ret >= 0 && unwritten.kind) {
		*err = unwritten;
		ret = -1;
	}
	if (ret == 0)
		ret = o->exit_code == EXIT_CODE_PASS ? passed_code(&record) : rig_code(&record);
	trial_record_destroy(&record);
	return ret;
}

/* Last of all that is checked: to open a FIFO waits for its reader. */
static int open_json(struct outfile *json, const struct exec_options *o, struct error *err)
{
	struct person person;

	if (!o->json)
		return 0;
	if (person_init(&person, err) < 0)
		return -1;
	return outfile_init(json, "--json", o->json, NULL, person.uid, person.gid, err);
}

/* Where a command without a slash is looked for: in the PATH that --env sets; the clean
 * environment's own is not what the caller has in mind. */
static const char *search_path(const struct exec_options *o, const struct environment *e)
{
	for (size_t i = 0; i < o->env.count; i++)
		if (strncmp(o->env.items[i], "PATH=", 5) == 0)
			return environment_get(e, "PATH");
	return getenv("PATH");
}

/* Run the command of the arguments behind the options. */
static int run_command(int first, int argc, char **argv, struct exec_options *options,
		       struct error *err)
{
	struct environment environment = {0};
	struct outfile json = OUTFILE_INIT;
	struct copies copies;
	struct trial_setup setup = {
	    .cell_name = "poolrig-exec",
	    .plain = true,
	    .stdin_fd = -1,
	};
	struct search_place where = {.base = NULL};
	cleanup_free char *program = NULL;
	int ret;

	if (first >= argc)
		return error_input(err,
				   "exec: no command; write it behind --, as in `poolrig exec -- "
				   "/bin/true`");
	setup.limits = &options->cell;
	setup.net = options->cell.net;
	if (check_options(options, err) < 0 || make_environment(&environment, options, err) < 0)
		return -1;
	where.path = search_path(options, &environment);
	if (program_find(argv[first], &where, &program, err) < 0) {
		environment_destroy(&environment);
		return -1;
	}
	setup.program = program;
	setup.argv = argv + first;
	setup.timeout_ns = options->timeout_ns;
	if (options->stdin_open)
		setup.stdin_fd = STDIN_FILENO;
	setup.env = environment.entries;
	ret = open_json(&json, options, err);
	if (ret == 0)
		ret = copies_init(&copies, err);
	if (ret == 0) {
		setup.copies[0] = copies.to[0];
		setup.copies[1] = copies.to[1];
		ret = exec_command(&setup, &copies, options, &json, err);
		copies_destroy(&copies);
	}
	outfile_destroy(&json);
	environment_destroy(&environment);
	return ret;
}

static int run_verb(int argc, char **argv, struct error *err)
{
	struct exec_options options = {0};
	int first, ret;

	cell_spec_init(&options.cell);
	first = verb_options(&verb_exec, argc, argv, &options, err);
	ret = first <= 0 ? first : run_command(first, argc, argv, &options, err);
	if (options.exit_code != EXIT_CODE_PASS)
		return ret;
	/* A code of the rig's could be taken for the command's. */
	return EXIT_OF_COMMAND | (ret < 0 ? EXIT_NO_COMMAND : ret);
}

/* clang-format off */
const struct verb verb_exec = {
	.options = {
		.name = "exec",
		.arguments = "[--] COMMAND [ARGUMENT...]",
		.command = true,
		.about =
		    "run one command in a cell and measure it\n"
		    "The command gets a cgroup, and pid, mount, network, IPC and cgroup "
		    "namespaces of its own, a private /tmp and /dev/shm, a clean environment, "
		    "and no way to gain privileges. Its output goes where yours goes; the "
		    "report follows on standard error: wall and CPU time, peak memory, "
		    "pressure, memory events, and how the command ended.\n"
		    "Where the reader of your standard output goes away (| head), the command "
		    "gets SIGPIPE at its next write, as it would without poolrig. Where its output "
		    "can't be written for another reason (a full disk), the command runs to its "
		    "end and is measured, and poolrig exits with 3 and the reason.",
		.examples =
		    "poolrig exec -- sha256sum /usr/bin/gcc\n"
		    "poolrig exec --memory 64M --pids 50 --timeout 10s -- ./my-test --all\n"
		    "poolrig exec --cpus 1 --json result.json -- ./bench\n"
		    "poolrig exec --quiet --exit-code pass -- ./my-test\n",
		.exit_codes =
		    "0 the command exited with 0; 4 it exited with another code, was killed, "
		    "or ran out of a limit or of time; 2 bad options; 3 the rig or the host "
		    "failed, or output could not be written; 5 void: the rig itself was "
		    "stopped (SIGSTOP, Ctrl-Z, a freezer) or had no CPU, and could not measure; "
		    "with --exit-code pass the command's own",
		.rows = rows,
		.shared = knob_cell,
		.shared_offset = offsetof(struct exec_options, cell),
	},
	.run = run_verb,
};
/* clang-format on */
