/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resolved plan, and what `run --dry-run` prints of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/own.h"
#include "rig/plan/experiment.h"
#include "rig/plan/plan_json.h"
#include "rig/run/run.h"
#include "tests/unit/sample_run.h"
#include "tests/unit/scratch.h"

static const char small[] = "experiment: small\n"
			    "load: {rate: 1k, service: 1ms, measure: 2s}\n"
			    "variants:\n"
			    "  - {name: one, command: [sh, -c, \"a, b\", \"\"], params: {n: 08}}\n"
			    "  - {name: two, command: [sh]}\n"
			    "trials: {count: 2}\n";

static const char small_plan[] =
    "{\"experiment\":\"small\",\"about\":\"\",\"load\":{\"mode\":\"in-process\",\"arrivals\":"
    "\"constant\",\"rate\":\"1k\",\"service\":\"1ms\",\"warmup\":\"2s\",\"measure\":\"2s\","
    "\"lateness\":\"1ms\",\"startup\":\"1m\",\"drain\":\"1m\"},\"cell\":{\"cpus\":{\"work\":"
    "\"auto\",\"load\":\"auto\",\"housekeeping\":\"auto\"},\"memory\":\"max\","
    "\"memory_high\":\"max\",\"swap\":\"0\","
    "\"pids\":\"max\",\"cpu_max\":\"max\",\"net\":\"private\"},\"variants\":[{\"name\":\"one\","
    "\"command\":[\"sh\","
    "\"-c\",\"a, b\",\"\"],\"protocol\":\"yes\",\"params\":{\"n\":\"08\"}},{\"name\":\"two\","
    "\"command\":[\"sh\"],\"protocol\":\"yes\",\"params\":{}}],\"trials\":{\"count\":\"2\","
    "\"precision\":\"none\",\"seed\":\"1\",\"retries\":\"3\",\"wrong_cores\":\"void\"}}";

static void load(struct scratch *s, struct experiment *e, const char *text, const char *set)
{
	struct error err = ERROR_INIT;

	if (experiment_load(e, scratch_text(s, "x.yaml", text), &set, set != NULL, s->dir, &err) <
	    0)
		fail_msg("%s", err.text);
}

static void check_plan(struct scratch *s, const char *text, const char *set, const char *want)
{
	struct error err = ERROR_INIT;
	cleanup_free char *json = NULL;
	struct experiment e;

	load(s, &e, text, set);
	assert_int_equal(plan_json_text(e.document, &json, &err), 0);
	assert_string_equal(json, want);
	experiment_destroy(&e);
}

static void every_default_is_filled_in(void **state)
{
	check_plan(*state, small, NULL, small_plan);
}

/* Keys that can't stand there have no default there; sections that are absent stay so. */
static void what_does_not_apply_is_absent(void **state)
{
	check_plan(
	    *state,
	    "experiment: p\nvariants: [{name: a, command: [sh], protocol: no}]\n"
	    "report: {}\n",
	    "cell.net=host",
	    "{\"experiment\":\"p\",\"about\":\"\",\"cell\":{\"cpus\":{\"work\":\"auto\",\"load\":"
	    "\"auto\",\"housekeeping\":\"auto\"},\"memory\":\"max\","
	    "\"memory_high\":\"max\",\"swap\":\"0\",\"pids\":"
	    "\"max\",\"cpu_max\":\"max\",\"net\":\"host\"},\"variants\":[{\"name\":\"a\","
	    "\"command\":[\"sh\"],"
	    "\"protocol\":\"no\",\"timeout\":\"1m\"}],\"trials\":{\"count\":\"3\","
	    "\"precision\":\"none\",\"seed\":\"1\","
	    "\"retries\":\"3\",\"wrong_cores\":\"void\"},\"report\":{}}");
	check_plan(
	    *state,
	    "experiment: s\nload: {service: 0, measure: 1s}\nvariants: [{name: a, command: "
	    "[sh]}]\nsearch: {bound: 1ms, from: 10, to: 20}\nfindings:\n- {claim: c, found: "
	    "\"{a.x}\", holds: a.x > 0}\n",
	    "load.warmup=0",
	    "{\"experiment\":\"s\",\"about\":\"\",\"load\":{\"mode\":\"in-process\",\"arrivals\":"
	    "\"constant\",\"service\":\"0\",\"warmup\":\"0\",\"measure\":\"1s\",\"lateness\":"
	    "\"1ms\",\"startup\":\"1m\",\"drain\":\"1m\"},\"cell\":{\"cpus\":{\"work\":\"auto\","
	    "\"load\":\"auto\",\"housekeeping\":\"auto\"},\"memory\":\"max\","
	    "\"memory_high\":\"max\",\"swap\":\"0\","
	    "\"pids\":\"max\",\"cpu_max\":\"max\",\"net\":\"private\"},\"variants\":[{\"name\":"
	    "\"a\",\"command\":["
	    "\"sh\"],\"protocol\":\"yes\",\"params\":{}}],\"search\":{\"metric\":"
	    "\"start_latency_seconds.p99\",\"bound\":\"1ms\",\"from\":\"10\",\"to\":\"20\","
	    "\"resolution\":\"5%\",\"confirm\":\"3\"},\"trials\":{\"seed\":\"1\",\"retries\":\"3\","
	    "\"wrong_cores\":\"void\"}"
	    ","
	    "\"findings\":[{\"claim\":\"c\",\"found\":\"{a.x}\",\"holds\":\"a.x > 0\"}]}");
}

/* A store from before has the text alone. */
static void an_old_text_gives_the_same(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free char *json = NULL, *bare = NULL, *sample = NULL;

	(void)state;
	assert_int_equal(plan_json_of_yaml(small, "x.yaml", &json, &err), 0);
	assert_string_equal(json, small_plan);
	assert_int_equal(plan_json_of_yaml(sample_yaml, "x.yaml", &sample, &err), 0);
	assert_string_equal(sample, sample_plan);
	assert_int_equal(plan_json_of_yaml("variants: 5\nload: [a]\n", "x.yaml", &bare, &err), 0);
	assert_non_null(strstr(bare, "\"variants\":[]"));
	assert_int_equal(plan_json_of_yaml("a: [", "x.yaml", &json, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
}

/* -- a dry run -------------------------------------------------------------------------------- */

static char *printed(const struct experiment *e, bool all)
{
	char *text = NULL;
	size_t size = 0;
	struct style style = {.to = open_memstream(&text, &size), .width = 72};
	struct roles roles = {.shared_housekeeping = true};
	struct error err = ERROR_INIT;

	CPU_SET(1, &roles.work);
	CPU_SET(0, &roles.load);
	CPU_SET(0, &roles.housekeeping);
	assert_non_null(style.to);
	if ((all ? dry_run_print(e, &roles, &style, &err) : dry_run_print_plan(e, &style, &err)) <
	    0)
		fail_msg("%s", err.text);
	fclose(style.to);
	return text;
}

static void a_dry_run_says_what_would_be_run(void **state)
{
	static const char want[] = "experiment: small\n"
				   "about:      \"\" # default\n"
				   "load:\n"
				   "  mode:     in-process # default\n"
				   "  arrivals: constant # default\n"
				   "  rate:     1k\n"
				   "  service:  1ms\n"
				   "  warmup:   2s # default\n"
				   "  measure:  2s\n"
				   "  lateness: 1ms # default\n"
				   "  startup:  1m # default\n"
				   "  drain:    1m # default\n"
				   "cell:\n"
				   "  cpus:\n"
				   "    work:         auto # default\n"
				   "    load:         auto # default\n"
				   "    housekeeping: auto # default\n"
				   "  memory:      max # default\n"
				   "  memory_high: max # default\n"
				   "  swap:        0 # default\n"
				   "  pids:        64\n"
				   "  cpu_max:     max # default\n"
				   "  net:         private # default\n"
				   "variants:\n"
				   "  - name:     one\n"
				   "    command:  [sh, \"-c\", \"a, b\", \"\"]\n"
				   "    protocol: yes # default\n"
				   "    params:\n"
				   "      n: 08\n"
				   "  - name:     two\n"
				   "    command:  [sh]\n"
				   "    protocol: yes # default\n"
				   "    params:   {} # default\n"
				   "trials:\n"
				   "  count:       2\n"
				   "  precision:   none # default\n"
				   "  seed:        1 # default\n"
				   "  retries:     3 # default\n"
				   "  wrong_cores: void # default\n"
				   "\n"
				   "Cores on this host: work 1, load 0, rig 0\n"
				   "Trials: 4, in 2 blocks of 2\n";
	cleanup_free char *text = NULL;
	struct experiment e;

	load(*state, &e, small, "cell.pids=64");
	text = printed(&e, true);
	assert_memory_equal(text, want, strlen(want));
	assert_non_null(strstr(text, "\n  1-2       "));
	assert_non_null(strstr(text, "\n  3-4       "));
	assert_non_null(strstr(text, "\nTime: about 18 s\n")); /* 4 times 4.6 s */
	experiment_destroy(&e);
}

/* What is printed is the experiment: read again, it gives the same plan, also of texts that YAML
 * would take for something else. */
static void what_is_printed_can_be_run(void **state)
{
	static const char odd[] =
	    "experiment: odd\n"
	    "about: \"- a list? {no}: 'yes' # not a comment, and so long that it is folded once, "
	    "twice or thrice at 72 columns\\nand a line\"\n"
	    "load: {rate: 1k, service: 1ms, measure: 2s, arrivals: burst, peak: 2k, hold: 1s}\n"
	    "variants:\n"
	    "  - {name: one, command: [sh, \"{\", \"a: b\", \"x,y\", \"]\", \"#\", \"'\", "
	    "\"\\\"\"],"
	    " params: {a: \"*x\", b: \"\", c: \"@\", d: \"5 # 6\", e: \"k:\", f: \"- x\"}}\n"
	    "  - {name: two, command: [sh, \"!\", \"%\", \"~\", \"a\\tb\"], protocol: no}\n";
	cleanup_free char *text = NULL, *before = NULL, *after = NULL;
	struct error err = ERROR_INIT;
	struct experiment e;

	load(*state, &e, odd, NULL);
	text = printed(&e, false);
	assert_int_equal(plan_json_text(e.document, &before, &err), 0);
	experiment_destroy(&e);
	load(*state, &e, text, NULL);
	assert_int_equal(plan_json_text(e.document, &after, &err), 0);
	assert_string_equal(before, after);
	experiment_destroy(&e);
}

static void many_trials_are_cut_short(void **state)
{
	cleanup_free char *text = NULL, *one = NULL;
	struct experiment e;

	load(*state, &e, small, "trials.count=21");
	text = printed(&e, true);
	assert_non_null(strstr(text, "Trials: 42, in 21 blocks of 2\n"));
	assert_non_null(strstr(text, "\n  39-40     "));
	assert_null(strstr(text, "\n  41-42"));
	assert_non_null(strstr(text, "\n  and 1 more block\nTime: about 3 min\n"));
	experiment_destroy(&e);
	load(*state, &e, small, "trials.count=20");
	one = printed(&e, true);
	assert_non_null(strstr(one, "\n  39-40     "));
	assert_null(strstr(one, " more "));
	experiment_destroy(&e);
}

static void time_is_said_as_far_as_it_is_known(void **state)
{
	cleanup_free char *plain = NULL, *searched = NULL;
	struct experiment e;

	load(*state, &e,
	     "experiment: p\nvariants: [{name: a, command: [sh], protocol: no}]\ntrials: {count: "
	     "1}\n",
	     NULL);
	plain = printed(&e, true);
	assert_non_null(strstr(plain, "Cores on this host: any (rig on 0)\n"
				      "Trials: 1, in 1 block of 1\n  1         a\n"
				      "Time: 60 s at most: the timeouts of the plain commands\n"));
	experiment_destroy(&e);
	load(*state, &e,
	     "experiment: s\nload: {service: 0, measure: 1s, warmup: 0}\nvariants: [{name: a, "
	     "command: [sh]}]\nsearch: {bound: 1ms, from: 10, to: 20}\n",
	     NULL);
	searched = printed(&e, true);
	assert_non_null(strstr(searched, "Trials: as many as the search of each variant needs\n"
					 "Time: about 2 s a trial\n"));
	experiment_destroy(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_default_is_filled_in),
	    cmocka_unit_test(what_does_not_apply_is_absent),
	    cmocka_unit_test(an_old_text_gives_the_same),
	    cmocka_unit_test(a_dry_run_says_what_would_be_run),
	    cmocka_unit_test(what_is_printed_can_be_run),
	    cmocka_unit_test(many_trials_are_cut_short),
	    cmocka_unit_test(time_is_said_as_far_as_it_is_known),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
