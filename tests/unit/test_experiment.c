/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpulist.h"
#include "base/io.h"
#include "base/own.h"
#include "base/text.h"
#include "base/units.h"
#include "rig/knob/knob.h"
#include "rig/plan/document.h"
#include "rig/plan/experiment.h"
#include "tests/unit/scratch.h"

static const char small[] = "# a comment\n"
			    "experiment: small\n"
			    "load: {rate: 1000, service: 1ms, measure: 2s}\n"
			    "variants:\n"
			    "  - {name: one, command: [true]}\n";

static const char full[] =
    "experiment: full-1\n"
    "about: >-\n"
    "  two\n"
    "  lines\n"
    "load:\n"
    "  mode: in-process\n"
    "  arrivals: poisson\n"
    "  rate: 7.5\n"
    "  service: 5ms\n"
    "  warmup: 0\n"
    "  measure: 15s\n"
    "  lateness: 250us\n"
    "cell:\n"
    "  cpus: {work: \"1,3\", load: 0, housekeeping: 0}\n"
    "  memory: 1.5G\n"
    "  swap: max\n"
    "  pids: 512\n"
    "  net: host\n"
    "variants:\n"
    "  - name: fast\n"
    "    command: [poolbench, --fast, \"\"]\n"
    "    params: &params {pool: fixed, size: 1000, nonblocking: yes, note: \"\"}\n"
    "  - name: slow\n"
    "    command: [poolbench]\n"
    "    protocol: yes\n"
    "    params: *params\n"
    "  - name: plain\n"
    "    command: [sh, -c, \"exit 0\"]\n"
    "    protocol: no\n"
    "    timeout: 10s\n"
    "trials: {count: 7, seed: 9007199254740991, retries: 0}\n";

static int setup(void **state)
{
	scratch_setup(state);
	scratch_write(*state, "poolbench", "#!/bin/sh\n", 10, 0755);
	scratch_write(*state, "gopool", "#!/bin/sh\n", 10, 0755);
	scratch_write(*state, "queuebench", "#!/bin/sh\n", 10, 0755);
	return 0;
}

enum { SETS_MAX = 8 };

/* Load a text with overrides; it must go well. */
static void load(struct scratch *s, struct experiment *e, const char *text,
		 const char *const sets[SETS_MAX])
{
	struct error err = ERROR_INIT;
	size_t count = 0;

	while (sets && count < SETS_MAX && sets[count])
		count++;
	if (experiment_load(e, scratch_text(s, "x.yaml", text), sets, count, s->dir, &err) < 0)
		fail_msg("%s", err.text);
}
#define SETS(...) ((const char *const[SETS_MAX]){__VA_ARGS__})

/* Where a key came from: a line of the file, -N: the N-th override, 0: not given. */
static int line_of(const struct experiment *e, const char *key)
{
	return document_line(e->document, document_find(e->document, key));
}

static uint64_t limit_of(const struct experiment *e, enum cg_knob knob)
{
	return e->cell.limits[knob].number;
}

/* What is a path in an experiment begins at its folder; on the command line, where the caller is.
 */
static void a_path_begins_where_it_is_written(void **state)
{
	struct scratch *s = *state;
	static const char text[] = "experiment: paths\n"
				   "variants:\n"
				   "  - name: one\n"
				   "    command: [./tool, here.txt]\n"
				   "    protocol: no\n"
				   "    prepare: [sub/../sub/tool, x]\n"
				   "    stdin: here.txt\n";
	struct error err = ERROR_INIT;
	struct experiment e;

	assert_int_equal(mkdir(scratch_path(s, "sub"), 0755), 0);
	scratch_write(s, "sub/tool", "#!/bin/sh\n", 10, 0755);
	scratch_write(s, "tool", "#!/bin/sh\n", 10, 0755);
	scratch_write(s, "here.txt", "x", 1, 0644);
	load(s, &e, text, NULL);
	assert_string_equal(e.variants[0].program, scratch_path(s, "./tool"));
	assert_string_equal(e.variants[0].command[0], "./tool");
	assert_string_equal(e.variants[0].prepare_program, scratch_path(s, "sub/tool"));
	assert_string_equal(e.variants[0].prepare[1], "x");
	assert_string_equal(e.variants[0].stdin_path, scratch_path(s, "here.txt"));
	experiment_destroy(&e);

	/* Tests run in the top directory. */
	load(s, &e, text, SETS("variants.one.stdin=rig/main.c", "variants.0.command.0=tests/run"));
	assert_non_null(strstr(e.variants[0].stdin_path, "/rig/main.c"));
	assert_int_equal(access(e.variants[0].stdin_path, R_OK), 0);
	assert_non_null(strstr(e.variants[0].program, "/tests/run"));
	experiment_destroy(&e);
	assert_int_equal(experiment_load(&e, scratch_path(s, "x.yaml"),
					 SETS("variants.one.stdin=here.txt"), 1, s->dir, &err),
			 -1);
	assert_non_null(strstr(err.text, "or one from the current directory"));
	unlink(scratch_path(s, "sub/tool"));
}

static void a_variant_has_what_differs(void **state)
{
	struct experiment e;

	load(*state, &e,
	     "experiment: limits\n"
	     "cell: {memory: 1G, pids: 50, cpu_max: 80%, net: host}\n"
	     "variants:\n"
	     "  - {name: as-all, command: [sh], protocol: no}\n"
	     "  - name: own\n"
	     "    command: [sh]\n"
	     "    protocol: no\n"
	     "    env: {ONE: 1, EMPTY: \"\", _x9: a b}\n"
	     "    cell: {memory: 64M, pids: max, cpu_max: 50%}\n",
	     SETS("variants.own.cell.swap=1M", "variants.as-all.env.TWO=2"));
	assert_int_equal(e.variants[0].cell.limits[CG_KNOB_MEMORY_MAX].number, 1ULL << 30);
	assert_int_equal(e.variants[0].cell.limits[CG_KNOB_PIDS_MAX].number, 50);
	assert_string_equal(e.variants[0].cell.limits[CG_KNOB_CPU_MAX].text, "80%");
	assert_int_equal(e.variants[0].cell.net, NETNS_HOST);
	assert_int_equal(e.variants[0].env_count, 1);
	assert_int_equal(e.variants[1].cell.limits[CG_KNOB_MEMORY_MAX].number, 64 << 20);
	assert_int_equal(e.variants[1].cell.limits[CG_KNOB_SWAP_MAX].number, 1 << 20);
	assert_int_equal(e.variants[1].cell.limits[CG_KNOB_PIDS_MAX].number, UNITS_MAX);
	assert_string_equal(e.variants[1].cell.limits[CG_KNOB_CPU_MAX].text, "50%");
	assert_int_equal(e.variants[1].env_count, 3);
	assert_string_equal(e.variants[1].env[2].key, "_x9");
	assert_string_equal(e.variants[1].env[2].value, "a b");
	assert_int_equal(limit_of(&e, CG_KNOB_MEMORY_MAX), 1ULL << 30);
	experiment_destroy(&e);
}

static void a_neighbour_has_a_cell_of_its_own(void **state)
{
	const struct variant *n;
	struct experiment e;

	load(
	    *state, &e,
	    "experiment: beside\n"
	    "cell: {memory: 1G, pids: 50, net: host}\n"
	    "variants:\n"
	    "  - {name: one, command: [sh], protocol: no, alone: yes}\n"
	    "  - {name: two, command: [sh], protocol: no}\n"
	    "neighbours:\n"
	    "  - {name: noisy, command: [sh, -c, x], cpus: \"0,2\", env: {A: b}, cell: {swap: 0}}\n"
	    "  - {name: other, command: [sh]}\n",
	    SETS("neighbours.other.cell.memory=32M"));
	assert_true(e.variants[0].alone && !e.variants[1].alone);
	assert_int_equal(e.neighbours_count, 2);
	n = &e.neighbours[0];
	assert_string_equal(n->command[2], "x");
	assert_non_null(strstr(n->program, "/sh"));
	assert_int_equal(n->env_count, 1);
	assert_true(CPU_ISSET(0, &n->cell.cpus.work) && CPU_ISSET(2, &n->cell.cpus.work));
	assert_int_equal(n->cell.limits[CG_KNOB_SWAP_MAX].number, 0);
	assert_int_equal(n->cell.limits[CG_KNOB_MEMORY_MAX].number, UNITS_MAX);
	assert_int_equal(n->cell.limits[CG_KNOB_PIDS_MAX].number, UNITS_MAX);
	n++;
	assert_int_equal(CPU_COUNT(&n->cell.cpus.work), 0);
	assert_int_equal(n->cell.limits[CG_KNOB_MEMORY_MAX].number, 32 << 20);
	assert_int_equal(n->cell.limits[CG_KNOB_SWAP_MAX].number, UNITS_MAX);
	assert_int_equal(n->cell.net, NETNS_HOST);
	experiment_destroy(&e);
}

static void defaults_are_the_documented_ones(void **state)
{
	struct experiment e;

	load(*state, &e, small, NULL);
	assert_string_equal(e.name, "small");
	assert_string_equal(e.about, "");
	assert_string_equal(e.yaml, small);
	assert_true(e.load_given);
	assert_int_equal(e.load.arrivals, ARRIVALS_CONSTANT);
	assert_true(e.load.rate == 1000);
	assert_int_equal(e.load.service_ns, 1000000);
	assert_int_equal(e.load.warmup_ns, 2000000000);
	assert_int_equal(e.load.measure_ns, 2000000000);
	assert_int_equal(e.load.lateness_ns, 1000000);
	assert_int_equal(e.load.startup_ns, 60000000000);
	assert_int_equal(e.load.drain_ns, 60000000000);
	assert_true(e.load.burst.peak == 0);
	assert_int_equal(e.load.burst.at_ns, 0);
	assert_int_equal(e.load.burst.hold_ns, 0);
	assert_int_equal(CPU_COUNT(&e.cell.cpus.work), 0);
	assert_int_equal(line_of(&e, "cell.cpus.work"), 0);
	assert_true(limit_of(&e, CG_KNOB_MEMORY_MAX) == UNITS_MAX);
	assert_true(limit_of(&e, CG_KNOB_MEMORY_HIGH) == UNITS_MAX);
	assert_int_equal(limit_of(&e, CG_KNOB_SWAP_MAX), 0);
	assert_true(limit_of(&e, CG_KNOB_PIDS_MAX) == UNITS_MAX);
	assert_string_equal(e.cell.limits[CG_KNOB_CPU_MAX].text, "max");
	assert_int_equal(e.cell.net, NETNS_PRIVATE);
	assert_int_equal(e.variants_count, 1);
	assert_true(e.variants[0].protocol);
	assert_int_equal(e.variants[0].timeout_ns, 60000000000);
	assert_int_equal(e.variants[0].params_count, 0);
	assert_int_equal(line_of(&e, "variants.0"), 5);
	assert_false(e.search_given);
	assert_true(e.search.from == 0 && e.search.confirm == 0);
	assert_int_equal(e.trials, 3);
	assert_int_equal(e.seed, 1);
	assert_int_equal(e.retries, 3);
	experiment_destroy(&e);
}

static void a_workloads_limits_are_read(void **state)
{
	struct experiment e;

	load(*state, &e, small, SETS("load.startup=3s", "load.drain=30m"));
	assert_int_equal(e.load.startup_ns, 3000000000);
	assert_int_equal(e.load.drain_ns, 1800000000000);
	experiment_destroy(&e);
}

static void every_key_is_read(void **state)
{
	struct scratch *s = *state;
	struct experiment e;
	char buf[CPULIST_SIZE], path[128];

	load(s, &e, full, NULL);
	assert_string_equal(e.about, "two lines");
	assert_string_equal(e.path, s->path);
	assert_int_equal(e.load.arrivals, ARRIVALS_POISSON);
	assert_true(e.load.rate == 7.5);
	assert_int_equal(e.load.warmup_ns, 0);
	assert_int_equal(e.load.measure_ns, 15000000000);
	assert_int_equal(e.load.lateness_ns, 250000);
	assert_string_equal(cpulist_format(&e.cell.cpus.work, buf), "1,3");
	assert_string_equal(cpulist_format(&e.cell.cpus.load, buf), "0");
	assert_string_equal(cpulist_format(&e.cell.cpus.housekeeping, buf), "0");
	assert_int_equal(line_of(&e, "cell.cpus.work"), 14);
	assert_int_equal(line_of(&e, "cell.cpus.load"), 14);
	assert_int_equal(line_of(&e, "cell.cpus.housekeeping"), 14);
	assert_true(limit_of(&e, CG_KNOB_MEMORY_MAX) == 3ULL << 29);
	assert_int_equal(line_of(&e, "cell.memory"), 15);
	assert_true(limit_of(&e, CG_KNOB_SWAP_MAX) == UNITS_MAX);
	assert_int_equal(line_of(&e, "cell.swap"), 16);
	assert_int_equal(limit_of(&e, CG_KNOB_PIDS_MAX), 512);
	assert_int_equal(line_of(&e, "cell.pids"), 17);
	assert_int_equal(e.cell.net, NETNS_HOST);
	assert_int_equal(e.trials, 7);
	assert_true(e.seed == 9007199254740991ULL);
	assert_int_equal(e.retries, 0);

	assert_int_equal(e.variants_count, 3);
	assert_string_equal(e.variants[0].name, "fast");
	assert_int_equal(line_of(&e, "variants.fast"), 20);
	assert_string_equal(e.variants[0].command[0], "poolbench");
	assert_string_equal(e.variants[0].command[1], "--fast");
	assert_string_equal(e.variants[0].command[2], "");
	assert_null(e.variants[0].command[3]);
	snprintf(path, sizeof(path), "%s/poolbench", s->dir);
	assert_string_equal(e.variants[0].program, path);
	for (int i = 0; i < 2; i++) { /* the second has them by an alias */
		assert_int_equal(e.variants[i].params_count, 4);
		assert_string_equal(e.variants[i].params[0].key, "pool");
		assert_string_equal(e.variants[i].params[0].value, "fixed");
		assert_string_equal(e.variants[i].params[1].key, "size");
		assert_string_equal(e.variants[i].params[1].value, "1000");
		assert_string_equal(e.variants[i].params[2].value, "yes");
		assert_string_equal(e.variants[i].params[3].value, "");
		assert_true(e.variants[i].protocol);
	}
	assert_false(e.variants[2].protocol);
	assert_int_equal(e.variants[2].timeout_ns, 10000000000);
	assert_int_equal(e.variants[2].program[0], '/');
	experiment_destroy(&e);
}

static void what_a_report_shows_is_read(void **state)
{
	struct experiment e;

	load(*state, &e, small, NULL);
	assert_null(e.metrics);
	assert_null(e.heatmap);
	experiment_destroy(&e);
	load(*state, &e,
	     "experiment: r\nvariants: [{name: a, command: [true], protocol: no}]\n"
	     "report: {metrics: [cpu_seconds, memory_peak_bytes], heatmap: gc_pause}\n",
	     NULL);
	assert_string_equal(e.metrics[0], "cpu_seconds");
	assert_string_equal(e.metrics[1], "memory_peak_bytes");
	assert_null(e.metrics[2]);
	assert_string_equal(e.heatmap, "gc_pause");
	experiment_destroy(&e);
}

static const char burst[] = "experiment: b\n"
			    "load:\n"
			    "  arrivals: burst\n"
			    "  rate: 500\n"
			    "  peak: 3200\n"
			    "  hold: 1s\n"
			    "  service: 5ms\n"
			    "  measure: 4s\n"
			    "variants: [{name: a, command: [true]}]\n";

static void a_burst_is_read(void **state)
{
	struct experiment e;

	load(*state, &e, burst, NULL);
	assert_int_equal(e.load.arrivals, ARRIVALS_BURST);
	assert_true(e.load.burst.peak == 3200);
	assert_int_equal(e.load.burst.at_ns, 1000000000); /* a quarter of the window */
	assert_int_equal(e.load.burst.rise_ns, 0);
	assert_int_equal(e.load.burst.hold_ns, 1000000000);
	experiment_destroy(&e);

	load(*state, &e, burst, SETS("load.rise=200ms", "load.at=0", "load.measure=1200ms"));
	assert_int_equal(e.load.burst.at_ns, 0);
	assert_int_equal(e.load.burst.rise_ns, 200000000); /* it ends just with the window */
	experiment_destroy(&e);

	load(*state, &e, burst, SETS("load.rate=3200", "load.at=auto")); /* odd, but taken */
	assert_int_equal(e.load.burst.at_ns, 1000000000);
	experiment_destroy(&e);

	/* none before the window, and 2^24 in it */
	load(*state, &e, burst,
	     SETS("load.warmup=0", "load.measure=2s", "load.at=0", "load.hold=2s",
		  "load.peak=8388608"));
	experiment_destroy(&e);
}

static void a_search_is_read(void **state)
{
	static const char text[] = "experiment: small\n"
				   "load: {service: 1ms, measure: 2s}\n"
				   "search: {bound: 100us, from: 100k, to: 4M}\n"
				   "variants:\n"
				   "  - {name: one, command: [poolbench]}\n";
	struct experiment e;

	load(*state, &e, text, NULL);
	assert_true(e.search_given);
	assert_string_equal(e.search.metric, "start_latency_seconds.p99");
	assert_int_equal(e.search.bound_ns, 100000);
	assert_true(e.search.from == 100000 && e.search.to == 4000000);
	assert_true(e.search.resolution == 0.05);
	assert_int_equal(e.search.confirm, 3);
	assert_true(e.load.rate == 100000);
	experiment_destroy(&e);
	load(*state, &e, text,
	     SETS("search.metric=sojourn_seconds.max", "search.resolution=20%", "search.confirm=1",
		  "search.bound=1h"));
	assert_string_equal(e.search.metric, "sojourn_seconds.max");
	assert_true(e.search.resolution == 0.2);
	assert_int_equal(e.search.confirm, 1);
	assert_int_equal(e.search.bound_ns, 3600000000000);
	experiment_destroy(&e);
}

static void plain_commands_need_no_load(void **state)
{
	struct experiment e;

	load(*state, &e,
	     "experiment: p\nvariants:\n- {name: a, command: [true], protocol: no}\n"
	     "- {name: b, command: [false], protocol: false}\n",
	     NULL);
	assert_false(e.load_given);
	assert_true(e.load.rate == 0);
	assert_true(!e.variants[0].protocol && !e.variants[1].protocol);
	experiment_destroy(&e);
}

static void overrides_change_the_text_that_is_kept(void **state)
{
	struct experiment e, again;

	load(*state, &e, full,
	     SETS("load.measure=2s", "variants.fast.params.size=50", "variants.1.params.extra=x: y",
		  "variants.1.name=sluggish", "trials.count=1", "cell.cpus.work=2",
		  "variants.fast.command.1=--slow", "load.rate=1"));
	assert_int_equal(e.load.measure_ns, 2000000000);
	assert_true(e.load.rate == 1);
	/* what was shared by an alias has changed in one place only */
	assert_string_equal(e.variants[0].params[1].value, "50");
	assert_string_equal(e.variants[1].params[1].value, "1000");
	assert_int_equal(e.variants[0].params_count, 4);
	assert_int_equal(e.variants[1].params_count, 5);
	assert_string_equal(e.variants[1].params[4].value, "x: y");
	assert_string_equal(e.variants[1].name, "sluggish");
	assert_string_equal(e.variants[0].command[1], "--slow");
	assert_int_equal(line_of(&e, "cell.cpus.work"), -6);
	assert_int_equal(line_of(&e, "cell.cpus.load"), 14);
	assert_int_equal(e.overrides_count, 8);
	assert_string_equal(e.overrides[5], "cell.cpus.work=2");

	/* the text that is kept is the experiment as it was run */
	load(*state, &again, e.yaml, NULL);
	assert_memory_equal(&again.load, &e.load, sizeof(e.load));
	assert_string_equal(again.about, e.about);
	assert_true(CPU_EQUAL(&again.cell.cpus.work, &e.cell.cpus.work));
	assert_int_equal(again.trials, 1);
	assert_int_equal(again.variants_count, e.variants_count);
	for (size_t i = 0; i < e.variants_count; i++) {
		assert_string_equal(again.variants[i].name, e.variants[i].name);
		assert_int_equal(again.variants[i].params_count, e.variants[i].params_count);
		for (size_t j = 0; j < e.variants[i].params_count; j++)
			assert_string_equal(again.variants[i].params[j].value,
					    e.variants[i].params[j].value);
	}
	experiment_destroy(&again);
	experiment_destroy(&e);
}

static void overrides_make_what_is_not_there(void **state)
{
	struct experiment e;

	load(*state, &e, small,
	     SETS("cell.pids=100", "cell.cpus.work=1", "trials.retries=0", "trials.seed=5",
		  "variants.one.params.size=10", "about=said: here", "trials.seed=6"));
	assert_int_equal(limit_of(&e, CG_KNOB_PIDS_MAX), 100);
	assert_true(CPU_ISSET(1, &e.cell.cpus.work));
	assert_int_equal(e.retries, 0);
	assert_int_equal(e.seed, 6);
	assert_string_equal(e.variants[0].params[0].key, "size");
	assert_string_equal(e.variants[0].params[0].value, "10");
	assert_string_equal(e.about, "said: here");
	experiment_destroy(&e);
}

/* A file, one override, and the error there must be. FILE stands for the file's path. */
static const struct {
	const char *text, *set, *want;
} bad_sets[] = {
    {small, "load.rate", "--set load.rate: no \"=\"; write it as KEY=VALUE"},
    {small, "=5", "--set =5: not a path"},
    {small, "load.=5", "--set load.=5: not a path"},
    {small, "lo ad.rate=5", "--set lo ad.rate=5: not a path"},
    {small, "load.ratte=5", "--set load.ratte=5: unknown key \"ratte\"; did you mean \"rate\"?"},
    {small, "laod.rate=5", "--set laod.rate=5: unknown key \"laod\"; did you mean \"load\"?"},
    {small, "load=5", "--set load=5: a list or mapping; only a single value"},
    {small, "cell=5", "--set cell=5: a list or mapping; only a single value"},
    {small, "cell.cpus=5", "--set cell.cpus=5: a list or mapping"},
    {small, "variants=5", "--set variants=5: a list or mapping"},
    {small, "load.rate.x=5", "--set load.rate.x=5: the path goes on below a single value"},
    {small, "variants.1.name=x",
     "--set variants.1.name=x: no \"1\" in this list; name an item by "
     "its number (0 to 0) or its name"},
    {small, "variants.two.name=x", "--set variants.two.name=x: no \"two\" in this list"},
    {small, "variants.99999999999999.name=x", "--set variants.99999999999999.name=x: no \""},
    {small, "variants.one.command.1=x", "--set variants.one.command.1=x: no \"1\" in this list"},
    {small, "variants.one.command=x", "--set variants.one.command=x: a list or mapping"},
    {small, "variants.one.params=x",
     "--set variants.one.params=x: a list or mapping; only a single value can be set"},
    {small, "variants.one.params.a.b=x",
     "--set variants.one.params.a.b=x: variants.one.params.a: must be a single value"},
    {small, "load.rate=0", "--set load.rate=0: load.rate \"0\": out of range"},
    {small, "load.rate=", "--set load.rate=: load.rate \"\": not a number"},
    {small, "load.rate=\xff", "--set load.rate=\\xff: the value is not UTF-8"},
    {small, "load.measure=1ns", "--set load.measure=1ns: load.measure \"1ns\": out of range"},
    {small, "load.service=3s", "--set load.service=3s: load.service \"3s\": longer than"},
    {small, "experiment=A", "--set experiment=A: experiment \"A\": not a name"},
    {small, "variants.one.name=", "--set variants.one.name=: variants.0.name \"\": empty"},
    {small, "variants.one.protocol=no", ""},
    {small, "variants.one.timeout=1s",
     "--set variants.one.timeout=1s: variants.one.timeout \"1s\": only"},
    {small, "load.arrivals=burst", "--set load.arrivals=burst: load.peak: the key is missing"},
    {small, "load.hold=1s", "--set load.hold=1s: load.hold \"1s\": only a burst has it"},
    {burst, "load.arrivals=poisson", "FILE:5: load.peak \"3200\": only a burst has it"},
    {burst, "load.at=quarter", "--set load.at=quarter: load.at \"quarter\": not a "},
    {burst, "load.at=25h",
     "--set load.at=25h: load.at \"25h\": out of range; use 0 to 1h, or auto"},
    {burst, "load.hold=0", "--set load.hold=0: load.hold \"0\": a burst without load.rise"},
    {burst, "load.rate=3200.5", "FILE:5: load.peak \"3200\": below load.rate (3200.5)"},
    {burst, "load.at=3000000001ns",
     "FILE:6: load.hold \"1s\": with load.at (3000000001ns) and load.rise (0) the burst ends 1ns "},
    {burst, "load.warmup=3597s", "FILE:8: load.measure \"4s\": with load.warmup it is longer than"},
    {burst, "load.peak=10M", ""},
    {burst, "load.warmup=59m", ""},
    {full, "variants.slow.name=fast",
     "--set variants.slow.name=fast: variants.1.name \"fast\": the variant at"},
    {full, "cell.cpus.load=3", "--set cell.cpus.load=3: cell.cpus.load \"3\": CPU 3 is in "},
    {full, "cell.cpus.work=0-1",
     "FILE:14: cell.cpus.load \"0\": CPU 0 is in cell.cpus.work too "
     "(--set cell.cpus.work=0-1)"},
    /* an override elsewhere moves no line */
    {"experiment: x\n\n\nload:\n  rate: none\n  service: 0\n  measure: 1s\n"
     "variants: [{name: a, command: [true]}]\n",
     "cell.pids=5", "FILE:5: load.rate \"none\": not a number"},
    {"experiment: x\nbad: 1\nvariants: [{name: a, command: [true]}]\n", "cell.pids=5",
     "FILE:2: bad: unknown key"},
    {"experiment: x\n", "variants.0.name=a",
     "--set variants.0.name=a: there is no such list in the file; write it there"},
    {"- x\n", "cell.pids=5", "FILE:1: must be a mapping"},
    {"experiment: x\nload: 5\n", "load.rate=5", "--set load.rate=5: the path goes on below"},
};

static void bad_overrides_are_explained(void **state)
{
	struct scratch *s = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad_sets); i++) {
		const char *path = scratch_text(s, "x.yaml", bad_sets[i].text);
		const char *want = bad_sets[i].want;
		struct error err = ERROR_INIT;
		struct experiment e;
		char full_want[512];
		int rc;

		snprintf(full_want, sizeof(full_want), "%s%s",
			 strncmp(want, "FILE", 4) == 0 ? path : "",
			 want + (strncmp(want, "FILE", 4) == 0 ? 4 : 0));
		rc = experiment_load(&e, path, &bad_sets[i].set, 1, s->dir, &err);
		if (!*want) {
			assert_int_equal(rc, 0);
			experiment_destroy(&e);
			continue;
		}
		if (rc != -1 || err.kind != ERROR_INPUT ||
		    strncmp(err.text, full_want, strlen(full_want)) != 0)
			fail_msg("want %s\n got %s", full_want, err.text);
	}
}

/* A machine, an experiment's cell, and the error there must be ("": none). */
static const struct {
	const char *online, *cell, *want;
	uint64_t memory;
} hosts[] = {
    {"0-3", "{}", "", 1 << 30},
    {"0-1", "{cpus: {work: 1, load: 0}}", "", 1 << 30},
    {"0-1", "{cpus: {work: 1-2}}",
     "FILE:3: cell.cpus.work \"1-2\": CPU 2 is not online; this machine has 0-1", 1 << 30},
    {"0,2", "{cpus: {load: 1}}", "FILE:3: cell.cpus.load \"1\": CPU 1 is not online", 1 << 30},
    {"0-1", "{cpus: {housekeeping: 7-9}}",
     "FILE:3: cell.cpus.housekeeping \"7-9\": CPU 7-9 is not online", 1 << 30},
    {"0-1", "{cpus: {work: 0-1}}",
     "FILE:3: cell.cpus.work \"0-1\": that is every CPU of this machine", 1 << 30},
    {"0-1", "{cpus: {load: 0-1}}",
     "FILE:3: cell.cpus.load \"0-1\": that is every CPU of this machine", 1 << 30},
    {"0-1", "{memory: 1G}", "", 1 << 30},
    {"0-1", "{memory: max}", "", 1 << 30},
    {"0-1", "{memory: 1025M}", "FILE:3: cell.memory \"1025M\": this machine has 1.00 GiB", 1 << 30},
};

static void hosts_are_checked(void **state)
{
	struct scratch *s = *state;

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct error err = ERROR_INIT;
		char text[512], want[512];
		struct experiment e;
		cpu_set_t online;
		int rc;

		snprintf(text, sizeof(text),
			 "experiment: h\nload: {rate: 1, service: 0, measure: 1s}\ncell: %s\n"
			 "variants: [{name: a, command: [true]}]\n",
			 hosts[i].cell);
		assert_int_equal(cpulist_parse(hosts[i].online, &online, NULL), 0);
		load(s, &e, text, NULL);
		rc = experiment_check_host(&e, &online, hosts[i].memory, &err);
		snprintf(want, sizeof(want), "%s%s", *hosts[i].want ? e.path : "",
			 *hosts[i].want ? hosts[i].want + 4 : "");
		if (rc != (*want ? -1 : 0) || strncmp(err.text, want, strlen(want)) != 0)
			fail_msg("case %zu: want %s\n got %s", i, want, err.text);
		experiment_destroy(&e);
	}
}

static void hosts_are_checked_against_overrides(void **state)
{
	const char *want = "--set cell.memory=5G: cell.memory \"5G\": this machine has 1.00 GiB";
	struct error err = ERROR_INIT;
	struct experiment e;
	cpu_set_t online;

	assert_int_equal(cpulist_parse("0-1", &online, NULL), 0);
	load(*state, &e, small, SETS("load.rate=5", "cell.memory=5G"));
	assert_int_equal(experiment_check_host(&e, &online, 1 << 30, &err), -1);
	assert_memory_equal(err.text, want, strlen(want));
	experiment_destroy(&e);
}

/* What Windows' editors write before UTF-8 is no part of the text. */
static void a_byte_order_mark_is_passed_over(void **state)
{
	struct experiment e;
	char text[sizeof(small) + 3];

	snprintf(text, sizeof(text), "\xef\xbb\xbf%s", small);
	load(*state, &e, text, NULL);
	assert_string_equal(e.name, "small");
	assert_string_equal(e.yaml, small);
	assert_int_equal(line_of(&e, "experiment"), 2);
	experiment_destroy(&e);
	load(*state, &e, text, SETS("load.rate=5"));
	assert_true(e.load.rate == 5);
	experiment_destroy(&e);
}

/* As the kernel is asked. */
static void asked_is(const struct experiment *e, enum cg_knob knob, const char *want)
{
	char number[CELL_LIMIT_SIZE];
	const char *text = cell_spec_limit(&e->cell, knob, number);

	assert_non_null(text);
	assert_string_equal(text, want);
}

static void softer_limits_are_read(void **state)
{
	struct experiment e;

	load(*state, &e, small,
	     SETS("cell.memory_high=32M", "cell.cpu_max=150%", "cell.io_max=8:0 wbps=1M"));
	asked_is(&e, CG_KNOB_IO_MAX, "8:0 wbps=1M");
	asked_is(&e, CG_KNOB_MEMORY_HIGH, "33554432");
	asked_is(&e, CG_KNOB_CPU_MAX, "150%");
	experiment_destroy(&e);
	load(*state, &e, small, SETS("cell.memory_high=max", "cell.cpu_max=max"));
	assert_null(cell_spec_limit(&e.cell, CG_KNOB_MEMORY_HIGH, (char[CELL_LIMIT_SIZE]){""}));
	assert_null(cell_spec_limit(&e.cell, CG_KNOB_CPU_MAX, (char[CELL_LIMIT_SIZE]){""}));
	experiment_destroy(&e);
}

/* cgroup v1 has no limit of swap without one of memory, so none is asked for by default. */
static void no_swap_comes_with_a_memory_limit(void **state)
{
	static const char *const none[][2] = {{"cell.memory=max", "cell.memory=max"},
					      {"cell.memory=max", "cell.swap=0M"},
					      {"cell.memory=64M", "cell.swap=max"}};
	char text[CELL_LIMIT_SIZE];
	struct experiment e;

	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		load(*state, &e, small, SETS(none[i][0], none[i][1]));
		assert_null(cell_spec_limit(&e.cell, CG_KNOB_SWAP_MAX, text));
		experiment_destroy(&e);
	}
	load(*state, &e, small, SETS("cell.memory=64M"));
	asked_is(&e, CG_KNOB_SWAP_MAX, "0");
	experiment_destroy(&e);
	load(*state, &e, small, SETS("cell.memory=max", "cell.swap=5M"));
	asked_is(&e, CG_KNOB_SWAP_MAX, "5242880");
	experiment_destroy(&e);
}

/* Those that are shipped must load, say what they are about, and be what the docs promise. */
static void shipped_experiments_load(void **state)
{
	struct scratch *s = *state;
	cleanup_dir DIR *dir = opendir("experiments");
	int count = 0;

	assert_non_null(dir); /* tests run in the top directory */
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		struct error err = ERROR_INIT;
		struct experiment e;
		char path[512];

		if (!strstr(entry->d_name, ".yaml"))
			continue;
		snprintf(path, sizeof(path), "experiments/%s", entry->d_name);
		if (experiment_load(&e, path, NULL, 0, s->dir, &err) < 0)
			fail_msg("%s", err.text);
		assert_true(strlen(e.about) > 20);
		assert_memory_equal(entry->d_name, e.name, strlen(e.name));
		experiment_destroy(&e);
		count++;
	}
	assert_true(count >= 4);
}

static void a_found_program_is_not_taken_from_path(void **state)
{
	struct scratch *s = *state;
	struct experiment e;
	char want[128];

	scratch_write(s, "sleep", "#!/bin/sh\n", 10, 0755);
	load(s, &e, "experiment: p\nvariants:\n- {name: a, command: [sleep, 1], protocol: no}\n",
	     NULL);
	snprintf(want, sizeof(want), "%s/sleep", s->dir);
	assert_string_equal(e.variants[0].program, want);
	experiment_destroy(&e);

	scratch_write(s, "sleep", "#!/bin/sh\n", 10, 0644); /* not executable: go on to PATH */
	load(s, &e, "experiment: p\nvariants:\n- {name: a, command: [sleep, 1], protocol: no}\n",
	     NULL);
	assert_string_not_equal(e.variants[0].program, want);
	assert_int_equal(e.variants[0].program[0], '/');
	experiment_destroy(&e);
	snprintf(want, sizeof(want), "%s/sleep", s->dir);
	unlink(want);
}

/* -- the documentation ------------------------------------------------------------------------ */

static char *slurp(const char *path)
{
	struct error err = ERROR_INIT;
	char *text = NULL;

	if (io_slurp_at(AT_FDCWD, path, 1 << 20, &text, &err) < 0)
		fail_msg("%s", err.text);
	return text;
}

static void docs_have_the_table(void **state)
{
	cleanup_free char *docs = slurp("docs/experiment.md"), *table = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&table, &size);

	(void)state;
	assert_non_null(to);
	knob_table_md(to);
	assert_int_equal(fclose(to), 0);
	for (char *line = table, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		if (!strstr(docs, line))
			fail_msg("docs/experiment.md lacks: %s", line);
		*end = '\n';
	}
	assert_non_null(strstr(docs, table)); /* and in this order, with none between them */
}

/* -- quoting ---------------------------------------------------------------------------------- */

static void quoted_values_stay_in_bounds(void **state)
{
	char buf[TEXT_QUOTE_SIZE], text[1000];

	(void)state;
	assert_string_equal(text_quote("a\tb\x7f", buf), "a\\x09b\\x7f");
	assert_string_equal(text_quote("", buf), "");
	for (int c = 1; c < 256; c++) { /* also what is no UTF-8, from a command line */
		memset(text, c, sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		text_quote(text, buf);
		assert_in_range(strnlen(buf, sizeof(buf)), 63, sizeof(buf) - 1);
		assert_string_equal(buf + strlen(buf) - 3, "...");
	}
	memset(text, 'x', 59);
	snprintf(text + 59, sizeof(text) - 59, "\xe2\x82\xac and more"); /* begins before the cut */
	text_quote(text, buf);
	assert_string_equal(buf + 59, "\xe2\x82\xac...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_path_begins_where_it_is_written),
	    cmocka_unit_test(a_variant_has_what_differs),
	    cmocka_unit_test(a_neighbour_has_a_cell_of_its_own),
	    cmocka_unit_test(defaults_are_the_documented_ones),
	    cmocka_unit_test(a_workloads_limits_are_read),
	    cmocka_unit_test(every_key_is_read),
	    cmocka_unit_test(what_a_report_shows_is_read),
	    cmocka_unit_test(a_burst_is_read),
	    cmocka_unit_test(a_search_is_read),
	    cmocka_unit_test(plain_commands_need_no_load),
	    cmocka_unit_test(overrides_change_the_text_that_is_kept),
	    cmocka_unit_test(overrides_make_what_is_not_there),
	    cmocka_unit_test(bad_overrides_are_explained),
	    cmocka_unit_test(hosts_are_checked),
	    cmocka_unit_test(hosts_are_checked_against_overrides),
	    cmocka_unit_test(softer_limits_are_read),
	    cmocka_unit_test(a_byte_order_mark_is_passed_over),
	    cmocka_unit_test(no_swap_comes_with_a_memory_limit),
	    cmocka_unit_test(shipped_experiments_load),
	    cmocka_unit_test(a_found_program_is_not_taken_from_path),
	    cmocka_unit_test(quoted_values_stay_in_bounds),
	    cmocka_unit_test(docs_have_the_table),
	};

	return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
