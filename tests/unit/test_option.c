/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/option.h"
#include "base/own.h"
#include "base/units.h"

struct limits {
	uint64_t pids, cpus;
};

struct opts {
	const char *store;
	bool json, quiet;
	uint64_t jobs, memory;
	int64_t timeout;
	struct field_list set;
	struct limits limits;
};

#define AT(member) .offset = offsetof(struct opts, member)

static const struct field rows[] = {
    {.name = "store",
     .letter = 's',
     .type = FIELD_TEXT,
     AT(store),
     .value = "PATH",
     .help = "the store to read"},
    {.name = "json", .letter = 'j', .type = FIELD_FLAG, AT(json), .help = "print JSON"},
    {.name = "quiet",
     .letter = 'q',
     .type = FIELD_FLAG,
     AT(quiet),
     .help = "say nothing but errors, which is a help text so long that it must be folded "
	     "at the width of a terminal"},
    {.name = "jobs",
     .type = FIELD_COUNT,
     AT(jobs),
     .low = "1",
     .high = "64",
     .fallback = "2",
     .help = "how many"},
    {.name = "memory",
     .letter = 'm',
     .type = FIELD_BYTES,
     AT(memory),
     .low = "1M",
     .help = "limit"},
    {.name = "timeout",
     .letter = 't',
     .type = FIELD_DURATION,
     AT(timeout),
     .low = "1us",
     .high = "1m",
     .help = ".limit"},
    {.name = "set", .type = FIELD_LIST, AT(set), .value = "KEY=VALUE", .help = "override"},
    {0},
};

/* As an experiment has them. */
static const struct field limits[] = {
    {.name = "cell.pids",
     .letter = 'p',
     .type = FIELD_COUNT,
     .offset = offsetof(struct limits, pids),
     .low = "1",
     .special = "max",
     .fallback = "max",
     .help = "processes"},
    {.name = "cell.cpus.work",
     .option = "cpus",
     .type = FIELD_COUNT,
     .offset = offsetof(struct limits, cpus),
     .help = "CPUs"},
    {0},
};

static const struct option_verb verb = {
    .name = "exec",
    .arguments = "COMMAND...",
    .about = "run a command\nIn a cell.\n.And so on.",
    .examples = "poolrig exec -- ls\n.exec \\ 'x'\n",
    .exit_codes = "0 done; 2 bad input",
    .rows = rows,
    .shared = limits,
    .shared_offset = offsetof(struct opts, limits),
};

/* The same, whose arguments are a command. */
static struct option_verb of_command(void)
{
	struct option_verb with = verb;

	with.command = true;
	return with;
}

enum { ARGS_MAX = 16 };
struct parsed {
	struct opts opts;
	bool help;
	int argc, rc;
	char *argv[ARGS_MAX];
	struct error err;
};

static void parse(struct parsed *p, bool stop, const char *const *words)
{
	const struct option_verb with = stop ? of_command() : verb;

	memset(p, 0, sizeof(*p));
	p->argv[p->argc++] = (char *)"exec";
	for (; *words; words++)
		p->argv[p->argc++] = (char *)*words;
	p->rc = option_parse(&with, p->argc, p->argv, &p->opts, &p->help, &p->err);
}
#define PARSE(p, stop, ...) parse(p, stop, (const char *const[]){__VA_ARGS__, NULL})

static void reads_every_type(void **state)
{
	struct parsed p;

	(void)state;
	PARSE(&p, false, "--store", "a.db", "--json", "--jobs=3", "-m", "64M", "-t5ms", "--set",
	      "a=1", "--set=b=2", "file");
	assert_int_equal(p.rc, 11);
	assert_string_equal(p.opts.store, "a.db");
	assert_true(p.opts.json);
	assert_false(p.opts.quiet);
	assert_int_equal(p.opts.jobs, 3);
	assert_int_equal(p.opts.memory, 64 << 20);
	assert_int_equal(p.opts.timeout, 5000000);
	assert_int_equal(p.opts.set.count, 2);
	assert_string_equal(p.opts.set.items[0], "a=1");
	assert_string_equal(p.opts.set.items[1], "b=2");
	assert_string_equal(p.argv[p.rc], "file");
}

static void a_second_table_has_an_object_of_its_own(void **state)
{
	struct parsed p;

	(void)state;
	PARSE(&p, true, "-p", "50", "--cpus=3", "--jobs=3", "ls");
	assert_int_equal(p.rc, 5);
	assert_int_equal(p.opts.limits.pids, 50);
	assert_int_equal(p.opts.limits.cpus, 3);
	assert_int_equal(p.opts.jobs, 3);
}

static void letters_stand_together(void **state)
{
	struct parsed p;

	(void)state;
	PARSE(&p, false, "-jqs", "x.db");
	assert_int_equal(p.rc, 3);
	assert_true(p.opts.json && p.opts.quiet);
	assert_string_equal(p.opts.store, "x.db");
	PARSE(&p, false, "-jsx.db");
	assert_int_equal(p.rc, 2);
	assert_string_equal(p.opts.store, "x.db");
}

static void the_last_value_counts(void **state)
{
	struct parsed p;

	(void)state;
	PARSE(&p, false, "--store", "a", "-s", "b");
	assert_string_equal(p.opts.store, "b");
}

static void arguments_move_behind_options(void **state)
{
	struct parsed p;
	const char *want[] = {"exec", "--store", "x", "-j", "--", "one", "two", "-q", "--json"};

	(void)state;
	PARSE(&p, false, "one", "--store", "x", "two", "-j", "--", "-q", "--json");
	assert_int_equal(p.rc, 5);
	assert_false(p.opts.quiet);
	for (int i = 0; i < p.argc; i++)
		assert_string_equal(p.argv[i], want[i]);
}

static void stops_at_the_command(void **state)
{
	struct parsed p;

	(void)state;
	PARSE(&p, true, "-j", "ls", "--quiet", "-l");
	assert_int_equal(p.rc, 2);
	assert_true(p.opts.json);
	assert_false(p.opts.quiet);
	assert_string_equal(p.argv[2], "ls");
	PARSE(&p, true, "-j", "--", "--quiet");
	assert_int_equal(p.rc, 3);
	assert_string_equal(p.argv[3], "--quiet");
}

static void a_lone_dash_is_an_argument(void **state)
{
	struct parsed p;

	(void)state;
	PARSE(&p, false, "-", "-j");
	assert_int_equal(p.rc, 2);
	assert_string_equal(p.argv[2], "-");
}

static void nothing_given_is_nothing_set(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, false, (const char *const[]){NULL});
	assert_int_equal(p.rc, 1);
	assert_null(p.opts.store);
	assert_int_equal(p.opts.jobs, 2);
	assert_true(p.opts.limits.pids == UINT64_MAX);
	assert_false(p.help);
}

static void help_is_always_there(void **state)
{
	struct parsed p;

	(void)state;
	PARSE(&p, false, "-j", "--help", "--nonsense");
	assert_true(p.rc > 0 && p.help);
	PARSE(&p, false, "-jh");
	assert_true(p.rc > 0 && p.help);
	PARSE(&p, true, "ls", "--help");
	assert_false(p.help);
}

/* The options, and what the error must be. */
static const struct {
	const char *words[4];
	const char *text;
} bad[] = {
    {{"--jsn"}, "--jsn: unknown option; did you mean --json?"},
    {{"--hepl"}, "--hepl: unknown option; did you mean --help?"},
    {{"--stroe=x"}, "--stroe: unknown option; did you mean --store?"},
    {{"--zebra"}, "--zebra: unknown option; `poolrig exec --help` lists all"},
    {{"--=x"}, "--: unknown option"},
    {{"-x"}, "-x (in \"-x\"): unknown option"},
    {{"-jx"}, "-x (in \"-jx\"): unknown option"},
    {{"--store"}, "--store: its value is missing; write --store PATH"},
    {{"-s"}, "--store: its value is missing; write --store PATH"},
    {{"--store", "--json"}, "--store \"--json\": its value is missing before"},
    {{"--json=yes"}, "--json \"yes\": takes no value"},
    {{"--jobs", "0"}, "--jobs \"0\": out of range; use 1 to 64"},
    {{"--jobs", "65"}, "--jobs \"65\": out of range; use 1 to 64"},
    {{"--jobs", "many"}, "--jobs \"many\": not a number"},
    {{"--jobs="}, "--jobs \"\": not a number"},
    {{"--memory", "1K"}, "--memory \"1K\": too small; use 1M or more"},
    {{"--memory", "12Q"}, "--memory \"12Q\": unknown unit"},
    {{"--timeout", "2m"}, "--timeout \"2m\": out of range; use 1us to 1m"},
    {{"--pids", "0"}, "--pids \"0\": too small; use 1 or more, or max"},
    {{"--cpu", "1"}, "--cpu: unknown option; did you mean --cpus?"},
    {{"--cell.pids", "1"}, "--cell.pids: unknown option"},
    {{"--timeout", "5"}, "--timeout \"5\": the unit is missing"},
};

static void bad_input_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct parsed p;

		parse(&p, false, bad[i].words);
		assert_int_equal(p.rc, -1);
		assert_int_equal(p.err.kind, ERROR_INPUT);
		if (!strstr(p.err.text, bad[i].text))
			fail_msg("%s: not in: %s", bad[i].text, p.err.text);
		assert_ptr_equal(strstr(p.err.text, bad[i].text), p.err.text);
	}
}

static void a_list_has_an_end(void **state)
{
	char *argv[2 + FIELD_LIST_MAX];
	struct opts opts = {0};
	struct error err = ERROR_INIT;
	bool help = false;
	int n = 0;

	(void)state;
	argv[n++] = (char *)"exec";
	while (n <= FIELD_LIST_MAX)
		argv[n++] = (char *)"--set=a=b";
	assert_int_equal(option_parse(&verb, n, argv, &opts, &help, &err), n);
	assert_int_equal(opts.set.count, FIELD_LIST_MAX);
	argv[n++] = (char *)"--set=a=c";
	memset(&opts, 0, sizeof(opts));
	assert_int_equal(option_parse(&verb, n, argv, &opts, &help, &err), -1);
	assert_non_null(strstr(err.text, "at most 64"));
}

static char *printed(void (*print)(const struct option_verb *, FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	print(&verb, to);
	fclose(to);
	return text;
}

static void help_says_every_row(void **state)
{
	cleanup_free char *text = printed(option_help);

	(void)state;
	assert_ptr_equal(strstr(text, "Usage: poolrig exec [options] COMMAND...\n"), text);
	assert_non_null(strstr(text, "run a command\nIn a cell.\n"));
	assert_non_null(strstr(text, "  -s, --store PATH        the store to read\n"));
	assert_non_null(strstr(text, "      --jobs N            how many (1 to 64; default 2)\n"));
	assert_non_null(strstr(text, "limit (1M or more)\n"));
	assert_non_null(strstr(text, "  -h, --help              print this help\n"));
	assert_non_null(
	    strstr(text, "  -p, --pids N            processes (1 or more, or max; default max)"));
	assert_non_null(strstr(text, "      --cpus N            CPUs\n"));
	assert_non_null(strstr(text, "\nExamples:\n  poolrig exec -- ls\n  .exec"));
	assert_non_null(strstr(text, "\nExit codes: 0 done; 2 bad input\n"));
	for (const char *line = text; *line; line++) {
		size_t len = strcspn(line, "\n");

		assert_in_range(len, 0, 80);
		line += len;
	}
	/* folded, not cut */
	assert_non_null(strstr(text, "  -q, --quiet             say nothing but errors, which"));
	assert_non_null(strstr(text, "\n                          "));
	assert_non_null(strstr(text, "terminal\n"));
}

static void man_page_is_escaped(void **state)
{
	cleanup_free char *text = printed(option_man);

	(void)state;
	assert_ptr_equal(strstr(text, ".SH NAME\npoolrig\\-exec \\- run a command\n"), text);
	assert_non_null(strstr(text, ".SH DESCRIPTION\nIn a cell.\n.PP\n\\&.And so on.\n"));
	assert_non_null(strstr(text, "\\fB\\-s\\fR, \\fB\\-\\-store\\fR \\fIPATH\\fR\nthe store"));
	assert_non_null(strstr(text, "\n\\&.limit (1us to 1m)\n"));
	assert_non_null(strstr(text, "poolrig exec \\-\\- ls\n\\&.exec \\e 'x'\n"));
	assert_non_null(strstr(text, ".SH EXIT STATUS\n0 done; 2 bad input\n"));
	assert_null(strstr(text, " --"));
}

static void distance_counts_edits(void **state)
{
	(void)state;
	assert_int_equal(closest_distance("", ""), 0);
	assert_int_equal(closest_distance("", "abc"), 3);
	assert_int_equal(closest_distance("abc", ""), 3);
	assert_int_equal(closest_distance("rate", "rate"), 0);
	assert_int_equal(closest_distance("ratte", "rate"), 1);
	assert_int_equal(closest_distance("raet", "rate"), 1);
	assert_int_equal(closest_distance("kitten", "sitting"), 3);
	assert_true(closest_is_near("raet", "rate"));
	assert_false(closest_is_near("cell", "rate"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_every_type),
	    cmocka_unit_test(a_second_table_has_an_object_of_its_own),
	    cmocka_unit_test(letters_stand_together),
	    cmocka_unit_test(the_last_value_counts),
	    cmocka_unit_test(arguments_move_behind_options),
	    cmocka_unit_test(stops_at_the_command),
	    cmocka_unit_test(a_lone_dash_is_an_argument),
	    cmocka_unit_test(nothing_given_is_nothing_set),
	    cmocka_unit_test(help_is_always_there),
	    cmocka_unit_test(bad_input_is_explained),
	    cmocka_unit_test(a_list_has_an_end),
	    cmocka_unit_test(help_says_every_row),
	    cmocka_unit_test(man_page_is_escaped),
	    cmocka_unit_test(distance_counts_edits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
