/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first screen, the table, one trial, JSON and CSV of the sample run. tests/golden/ has the
 * whole of them; here is what must hold whatever they look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/cpulist.h"
#include "base/own.h"
#include "rig/report/csv.h"
#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/plan/plan_json.h"
#include "rig/run/run.h"
#include "tests/unit/sample_run.h"
#include "tests/unit/scratch.h"

struct fixture {
	struct scratch scratch;
	struct store *store;
	struct run_view view;
	struct result result;
	char *out;
	size_t size;
	struct style style;
};

static void check(int done, const struct error *err)
{
	if (done < 0)
		fail_msg("%s", err->text);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct error err = ERROR_INIT;

	*state = f;
	scratch_init(&f->scratch);
	f->store = store_open(scratch_path(&f->scratch, "s.db"), geteuid(), getegid(), &err);
	if (!f->store)
		return -1;
	check(sample_run_store(f->store, 1, false, &err), &err);
	check(store_load(f->store, "latest", &f->view, &err), &err);
	if (!f->view.plan)
		check(plan_json_of_yaml(f->view.yaml, "pools.yaml", &f->view.plan, &err), &err);
	f->style = (struct style){.to = open_memstream(&f->out, &f->size), .width = 110};
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	result_destroy(&f->result);
	run_view_destroy(&f->view);
	store_close(f->store);
	if (f->style.to)
		fclose(f->style.to);
	free(f->out);
	scratch_destroy(&f->scratch);
	free(f);
	return 0;
}

static void make_result(struct fixture *f)
{
	struct error err = ERROR_INIT;

	check(result_init(&f->result, &f->view, &err), &err);
}

static const char *table(struct fixture *f)
{
	struct error err = ERROR_INIT;

	make_result(f);
	check(table_print(&f->result, &f->style, &err), &err);
	fflush(f->style.to);
	return f->out;
}

static void has(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" is not in:\n%s", words, text);
}

static void fits(const char *text, int width)
{
	while (*text) {
		char line[1024];
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (text_width(line) > width)
			fail_msg("%d columns: %s", text_width(line), line);
		if (len && line[len < sizeof(line) ? len - 1 : 0] == ' ')
			fail_msg("blanks at the end of: %s", line);
		text += len + (text[len] == '\n');
	}
}

/* Every bar of a line stands below a cross of the last rule. */
static void is_aligned(const char *text)
{
	char rule[1024] = "", line[1024];
	int checked = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
		if (strncmp(line, "-----", 5) == 0) {
			snprintf(rule, sizeof(rule), "%-1000s", line);
			continue;
		}
		if (!strstr(line, " | "))
			rule[0] = '\0';
		for (size_t i = 0; rule[0] && line[i]; i++, checked++)
			if ((line[i] == '|') != (rule[i] == '+'))
				fail_msg("at %zu the bar and the rule above differ: %s", i, line);
	}
	assert_true(checked > 1000);
}

static void the_table_has_everything(void **state)
{
	const char *text = table(*state);

	has(text, "pools, run 20261124-063001-000001, started 2026-11-24T06:30:01.000Z");
	has(text, "ended, exit 4 (a workload failed)");
	has(text, "9 trials planned; stored: 9 attempts at 8 of them, 7 valid");
	has(text, "| naive ");
	has(text, "1 / 0 / 1");
	has(text, "3 / 1 / 0");
	has(text, "trials without a record");
	assert_null(strstr(text, "allocator calls/task  "));
	has(text, "No value: allocator calls/task: the workload's allocator is not counted");
	has(text, "trial 5 fixed: void: the generator was late");
	has(text, "trial 6 naive: workload_failed: killed by signal 9");
	has(text, "1 of 9 planned: no record; the run ended before them");
	has(text, "unknown in 9 of 9 trials: /proc/interrupts");
	has(text, "max 14.0 ms in trial 8 (elastic): the hypervisor");
	has(text, "none in any trial:         throttled");
	has(text, "cpu B, 9 of 9 trials; asked: cores 1; granted: cores 1\n"
		  "    - the load core is the housekeeping core\n"
		  "    - 0..7 ms of foreign tasks on core 1\n");
	has(text, "observation -, 9 of 9 trials; asked: eBPF probes; granted: none");
	assert_null(strstr(text, "\xe2"));
	is_aligned(text);
	fits(text, 110);
}

/* naive, fixed, elastic: as the experiment has them, not as the trials came. */
static void variants_keep_the_experiments_order(void **state)
{
	const char *text = table(*state);
	const char *naive = strstr(text, "| naive"), *fixed = strstr(text, "| fixed");

	assert_true(naive && fixed && naive < fixed && fixed < strstr(text, "| elastic"));
}

static void a_narrow_terminal_gets_panels(void **state)
{
	struct fixture *f = *state;
	const char *text, *second;

	f->style.width = 80;
	text = table(f);
	fits(text, 80);
	is_aligned(text);
	second = strstr(text, "start latency P50");
	assert_non_null(second);
	assert_non_null(strstr(second + 1, "start latency P50"));
}

static void a_wide_terminal_has_all_columns_aligned(void **state)
{
	struct fixture *f = *state;

	f->style.width = 160;
	fits(table(f), 160);
	is_aligned(f->out);
	has(f->out, "| naive          | fixed                            | elastic\n");
}

static void lines_are_drawn_where_they_can_be(void **state)
{
	struct fixture *f = *state;

	f->style.utf8 = true;
	has(table(f), "│ naive");
	fits(f->out, 110);
}

/* A value that only some trials have is not passed off as that of all. */
static void what_some_trials_lack_is_noted(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->view.trials_count; i++) {
		struct trial_record *r = &f->view.trials[i];

		for (size_t m = 0; r->position == 3 && m < r->metrics_count; m++) {
			if (strcmp(r->metrics[m].name, "peak_rss_bytes") != 0)
				continue;
			r->metrics[m].known = false;
			snprintf(r->metrics[m].reason, sizeof(r->metrics[m].reason), "it is gone");
		}
	}
	has(table(f), "known in 2 of 3 trials; else: it is gone");
}

static void trials_that_ended_alike_share_a_line(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->view.trials_count; i++) {
		struct trial_record *r = &f->view.trials[i];

		if (r->variant[0] != 'f')
			continue;
		r->outcome = TRIAL_VOID;
		snprintf(r->reason, sizeof(r->reason), "late by %d ms of 5", r->position + 10);
	}
	has(table(f), "trials 1, 5, 5 (attempt 2), 7 fixed: void: late by 10..16 ms of 5\n");
	has(f->out, "trial 6 naive: workload_failed");
}

static void a_variant_without_valid_trials_says_so(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->view.trials_count; i++)
		if (f->view.trials[i].variant[0] == 'n')
			f->view.trials[i].outcome = TRIAL_RIG_FAILED;
	has(table(f), "( ) of trials that are not valid, as the variant has no other");
	has(f->out, "0 / 0 / 2");
	has(f->out, "trial 2 naive: rig_failed: no reason given");
}

static void a_run_without_trials_is_a_table_still(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->view.trials_count; i++)
		trial_record_destroy(&f->view.trials[i]);
	f->view.trials_count = 0;
	has(table(f), "9 of 9 planned: no record");
	has(f->out, "0 / 0 / 0");
}

static void a_plan_that_cant_be_read_costs_no_variant(void **state)
{
	struct fixture *f = *state;

	own_free(&f->view.plan);
	has(table(f), "| elastic");
	has(f->out, "| naive");
	assert_int_equal(f->result.variants_count, 3);
}

static const char *screen(struct fixture *f, const char *const *metrics, size_t count)
{
	struct error err = ERROR_INIT;

	f->style.width = 80;
	make_result(f);
	check(screen_print(&f->result, metrics, count, &f->style, &err), &err);
	fflush(f->style.to);
	fits(f->out, 80);
	return f->out;
}

static int lines(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void the_first_screen_has_the_answer(void **state)
{
	const char *text = screen(*state, NULL, 0);

	assert_true(lines(text) <= 24);
	has(text, "load:   10k tasks/s, poisson, service 50us");
	has(text, "cells:  memory 64M");
	has(text, "cores:  cores 1");
	has(text, "host:   Linux 6.18.0, Example CPU @ 3.00GHz");
	has(text, "variant start P50  start P99  throughput  peak mem  CPU time  trials\n");
	has(text, "\nelastic   7.96 us*    391 us*    10.0k/s  11.0 MiB*   1.28 s*  3/0/0\n");
	has(text, "\nnaive      315 us    14.4 ms     10.0k/s   440 MiB    50.0 s   1/0/1\n");
	has(text, "\ninterference: steal 8.00 ms\n");
	has(text, "\ngrades: cpu B, memory A, network A, observation -\n");
	has(text, "\nfindings: 1 confirmed, 1 refuted, 1 inconclusive\n");
	has(text,
	    "\nmore: poolrig show 20261124-063001-000001 --all|--trial N|--metrics LIST|--json\n");
	assert_null(strchr(text, '\033'));
}

static void interfere(struct fixture *f, const char *line, double share)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < f->view.trials_count; i++)
		check(trial_interference(&f->view.trials[i], line, "share",
					 share + 0.01 * (double)f->view.trials[i].position, &err,
					 "."),
		      &err);
}

static void a_warning_stands_above_the_table(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	const char *text, *warning;
	json_t *json;

	interfere(f, "foreign_work_share", 0.001); /* and 0.01 more in each: some are above */
	interfere(f, "steal_work_share", 0.5);
	text = screen(f, NULL, 0);
	warning =
	    strstr(text, "\nwarning: foreign tasks took up to 7.1 % of the work cores in 2 of 7 "
			 "trials\n");
	if (!warning || warning > strstr(text, "variant "))
		fail_msg("no warning above the table:\n%s", text);
	has(text, "\nwarning: the hypervisor took up to 57 % of the work cores in 7 of 7 trials\n");
	assert_true(lines(text) <= 24);
	json = json_result(&f->result, &err);
	assert_int_equal(json_array_size(json_object_get(json, "warnings")), 2);
	json_decref(json);
}

static void the_first_screen_may_be_coloured(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	f->style.colour = true;
	make_result(f);
	check(screen_print(&f->result, NULL, 0, &f->style, &err), &err);
	fflush(f->style.to);
	has(f->out, " \033[1m7.96 us*\033[0m"); /* the best */
	has(f->out, "\033[31m1/0/1\033[0m");    /* failed */
	has(f->out, "\033[33m3/1/0\033[0m");    /* void */
}

/* The experiment's own columns; and those that are asked for, which may need another table. */
static void other_columns_may_be_named(void **state)
{
	static const char *const many[] = {"peak_rss_bytes",         "sojourn_seconds.p90",
					   "psi.cpu.some_seconds",   "context_switches",
					   "queue_wait_seconds.p50", "offered"};
	struct fixture *f = *state;
	json_t *plan = json_loads(f->view.plan, 0, NULL);
	const char *second;

	json_object_set_new(plan, "report",
			    json_pack("{s:[s, s]}", "metrics", "workers_peak", "peak_rss_bytes"));
	free(f->view.plan);
	f->view.plan = json_dumps(plan, 0);
	json_decref(plan);
	has(screen(f, NULL, 0), "variant peak workers  peak RSS  trials\n");
	has(f->out, "\nelastic            8* 9.01 MiB*  3/0/0\n");
	result_destroy(&f->result);
	has(screen(f, many, 6),
	    "variant peak RSS  sojourn time P90  PSI cpu some  context switches\n");
	second = strstr(f->out, "variant queue_wait_seconds.p50  tasks offered  trials\n");
	assert_non_null(second);
	/* All offered the same: none is the best, nor would more be better. */
	has(second, "20,000   3/0/0\n");
}

static void metrics_are_found_by_name_or_label(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	make_result(f);
	assert_string_equal(result_metric(&f->result, "peak RSS", &err), "peak_rss_bytes");
	assert_string_equal(result_metric(&f->result, "queue_wait_seconds.p99", &err),
			    "queue_wait_seconds.p99");
	assert_null(result_metric(&f->result, "peak_rs_bytes", &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	has(err.text, "did you mean \"peak_rss_bytes\"?");
}

static void more_variants_than_fit_are_named(void **state)
{
	struct fixture *f = *state;
	json_t *variants = json_array(), *plan;

	for (int i = 0; i < 30; i++)
		json_array_append_new(
		    variants, json_pack("{s:o}", "name", json_sprintf("variant-number-%d", i)));
	plan = json_pack("{s:o}", "variants", variants);
	free(f->view.plan);
	f->view.plan = json_dumps(plan, 0);
	json_decref(plan);
	assert_true(lines(screen(f, NULL, 0)) <= 24);
	has(f->out, "\nvariant-number-0 ");
	has(f->out, "\nvariant-number-4 ");
	has(f->out, "\nnot shown: variant-number-");
	has(f->out, " more; --all shows all\n");
}

/* However it was called. */
static void a_long_name_is_cut(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->view.trials_count; i++)
		if (f->view.trials[i].variant[0] == 'n')
			snprintf(f->view.trials[i].variant, 64, "naive-%057d", 1);
	has(screen(f, NULL, 0), "naive-00000");
	has(f->out, "0..  ");
}

static void one_trial_shows_every_attempt(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	make_result(f);
	check(trial_print(&f->result, 5, &f->style, &err), &err);
	fflush(f->style.to);
	has(f->out, "trial 5, fixed, block 2, attempt 1: void: the generator was late");
	has(f->out, "trial 5, fixed, block 2, attempt 2: ok");
	has(f->out, "psi.io.some_seconds                   n/a: this kernel has no io.pressure");
	has(f->out, "start_latency_seconds.p999");
	has(f->out, "asked: 64 MiB, no swap; granted: 64 MiB, no swap");
	has(f->out, "\\x1b[31mwarm-up\\x1b[0m, \"done\" \\xff");
	assert_null(strchr(f->out, '\033'));
	fits(f->out, 110);
	assert_int_equal(trial_print(&f->result, 9, &f->style, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	has(err.text, "trial 9: not stored; 9 were planned");
}

static const json_t *at(const json_t *json, const char *path)
{
	char part[64];

	while (*path) {
		size_t len = strcspn(path, "/");

		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		json = json_is_array(json) ? json_array_get(json, (size_t)atoi(part))
					   : json_object_get(json, part);
		path += len + (path[len] == '/');
	}
	return json;
}

static void json_is_the_contract(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	json_error_t why;
	json_t *json;

	make_result(f);
	check(json_print(&f->result, f->style.to, &err), &err);
	fflush(f->style.to);
	json = json_loads(f->out, JSON_REJECT_DUPLICATES, &why);
	if (!json)
		fail_msg("line %d: %s", why.line, why.text);
	assert_int_equal(json_integer_value(at(json, "format")), 2);
	assert_int_equal(json_array_size(at(json, "trials")), 9);
	assert_int_equal(json_integer_value(at(json, "trials/5/trial")), 5);
	assert_int_equal(json_integer_value(at(json, "trials/5/block")), 2);
	assert_int_equal(json_integer_value(at(json, "trials/5/attempt")), 2);
	assert_int_equal(json_array_size(at(json, "variants")), 3);
	assert_string_equal(json_string_value(at(json, "run/id")), "20261124-063001-000001");
	assert_string_equal(json_string_value(at(json, "host/version/libcgroup")), "2.0.2");
	assert_int_equal(json_integer_value(at(json, "host/memory_bytes")), 8589934592);
	assert_string_equal(json_string_value(at(json, "host/kernel")), "6.18.0");
	assert_string_equal(json_string_value(at(json, "host/cpus")), "2");
	assert_string_equal(json_string_value(at(json, "trials/4/outcome")), "void");
	assert_true(json_is_null(at(json, "trials/0/reason")));
	assert_true(json_is_null(at(json, "trials/0/metrics/psi/io/some_seconds")));
	assert_string_equal(
	    json_string_value(at(json, "trials/0/metrics/psi/io/some_seconds_reason")),
	    "this kernel has no io.pressure in a cgroup without the io controller");
	assert_true(json_number_value(at(json, "trials/0/metrics/psi/cpu/some_seconds")) == 0.375);
	assert_int_equal(
	    json_integer_value(at(json, "trials/0/metrics/start_latency_seconds/count")), 20000);
	assert_string_equal(json_string_value(at(json, "trials/0/grade/observation/level")), "-");
	assert_true(json_is_null(at(json, "trials/0/interference/2/value")));
	assert_true(json_number_value(at(json, "trials/0/events/0/at_seconds")) == -0.001);
	/* What the table says of all trials. */
	assert_string_equal(json_string_value(at(json, "interference/0/name")), "steal");
	assert_true(json_number_value(at(json, "interference/0/value/median")) == 0.008);
	assert_int_equal(json_integer_value(at(json, "interference/0/worst_trial")), 8);
	assert_int_equal(json_integer_value(at(json, "interference/2/unknown")), 9);
	assert_string_equal(json_string_value(at(json, "grade_reasons/0/reasons/1/reason")),
			    "0..7 ms of foreign tasks on core 1");
	assert_string_equal(json_string_value(at(json, "grade/cpu")), "B");
	assert_string_equal(json_string_value(at(json, "variants/0/grade/cpu")), "B");
	has(json_string_value(at(json, "trials/0/logs/0/tail")), "\033[31mwarm-up");
	has(json_string_value(at(json, "trials/0/logs/0/tail")), "\xef\xbf\xbd");
	assert_int_equal(json_integer_value(at(json, "variants/1/metrics/completed/count")), 3);
	assert_int_equal(json_integer_value(at(json, "variants/1/trials/void")), 1);
	assert_int_equal(json_integer_value(at(json, "variants/0/trials/missing")), 1);
	assert_string_equal(json_string_value(at(json, "variants/1/definition/params/size")), "8");
	json_decref(json);
}

static void json_paths_may_collide(void **state)
{
	json_t *object = json_object();

	(void)state;
	assert_ptr_equal(json_set_path(object, "a", json_number(1)), object);
	assert_ptr_equal(json_set_path(object, "a.b.c", json_number(2)), object);
	assert_int_equal(json_integer_value(json_object_get(object, "a")), 1);
	assert_int_equal(json_integer_value(json_object_get(object, "a.b.c")), 2);
	assert_ptr_equal(json_set_unknown(object, "x.y", "why"), object);
	assert_true(json_is_null(at(object, "x/y")));
	assert_string_equal(json_string_value(at(object, "x/y_reason")), "why");
	/* A name that was cut in the middle of a character. */
	assert_ptr_equal(json_set_path(object, "n.caf\xc3", json_number(3)), object);
	assert_int_equal(json_integer_value(at(object, "n/caf\xef\xbf\xbd")), 3);
	json_decref(object);
}

/* A reader of RFC 4180: one field from *at; returns false at the end of the line. */
static bool csv_field(const char **at, char *field, size_t size)
{
	size_t used = 0;
	bool quoted = **at == '"';

	*at += quoted;
	while (**at && (quoted || (**at != ',' && **at != '\n'))) {
		if (quoted && **at == '"') {
			if ((*at)[1] != '"')
				break;
			(*at)++;
		}
		if (used + 1 < size)
			field[used++] = **at;
		(*at)++;
	}
	field[used] = '\0';
	*at += quoted;
	return *(*at)++ == ',';
}

static int csv_columns(const char **at, char *last, size_t size)
{
	int columns = 1;

	while (csv_field(at, last, size))
		columns++;
	return columns;
}

static void csv_has_a_row_a_trial(void **state)
{
	struct fixture *f = *state;
	char last[2048];
	const char *text;
	int columns, rows = 0;

	snprintf(f->view.trials[0].reason, 60, "it said \"no\",\ntwice");
	make_result(f);
	csv_trials(&f->result, f->style.to);
	fflush(f->style.to);
	text = f->out;
	columns = csv_columns(&text, last, sizeof(last));
	assert_string_equal(last, "unknown");
	for (; *text; rows++) {
		assert_int_equal(csv_columns(&text, last, sizeof(last)), columns);
		has(last, "allocator_calls_per_task: the workload's allocator is not counted; psi");
	}
	assert_int_equal(rows, 9);
	has(f->out, ",\"it said \"\"no\"\", twice\","); /* a row is a line */
}

static void csv_has_a_row_a_sample(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	char last[256];
	const char *text;
	int rows = 0;

	csv_samples_head(f->style.to);
	check(store_each_sample(f->store, f->view.summary.id, csv_sample, f->style.to, &err), &err);
	fflush(f->style.to);
	text = f->out;
	assert_int_equal(csv_columns(&text, last, sizeof(last)), 6 + CG_COUNTERS);
	for (; *text; rows++)
		assert_int_equal(csv_columns(&text, last, sizeof(last)), 6 + CG_COUNTERS);
	assert_int_equal(rows, 9 * sample_small.samples);
}

/* What others may have written into a store, or sent: it clears the screen, forges a line, turns
 * the rest round, and is not UTF-8. */
static const char hostile[] = "e\x1b[2J\r\nforged\xc2\x9b"
			      "0m\xe2\x80\xae\xff";

#define SPOIL(field) snprintf(field, sizeof(field), "%s", hostile)

/* Lists as long as they can be: the first screen stays one, and nothing is cut in mid-number. */
static void many_cpus_are_printed(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	char list[CPULIST_SIZE];
	cpu_set_t set;
	size_t lines = 0;

	CPU_ZERO(&set);
	for (int cpu = 1; cpu < CPU_SETSIZE; cpu += 2)
		CPU_SET(cpu, &set);
	cpulist_format(&set, list);
	for (size_t t = 0; t < f->view.trials_count; t++) {
		struct grade_line *cpu = &f->view.trials[t].grades[0];

		free(cpu->asked);
		assert_true(asprintf(&cpu->asked, "work %s, load 0, rig 0", list) > 0);
	}
	for (size_t i = 0; i < f->view.host.count; i++) {
		struct host_fact *fact = &f->view.host.facts[i];

		if (strcmp(fact->name, "cpus") == 0) {
			free(fact->value);
			fact->value = strdup(list);
		}
	}
	make_result(f);
	check(screen_print(&f->result, NULL, 0, &f->style, &err), &err);
	fflush(f->style.to);
	for (const char *at = f->out; *at; at++)
		lines += *at == '\n';
	assert_in_range(lines, 10, 24);
	has(f->out, "(512 CPUs), cgroups");
	has(f->out, "cores:  work 1,3,5,7,");
	check(json_print(&f->result, f->style.to, &err), &err);
	fflush(f->style.to);
	has(f->out, list); /* of the trial, and of the host */
}

static void spoil_owned(char **text)
{
	free(*text);
	*text = strdup(hostile);
	assert_non_null(*text);
}

static void spoil_lists(struct trial_record *r)
{
	for (size_t i = 0; i < r->metrics_count; i++) {
		/* a known name stays, so that it is in the table, with its reason */
		if (r->metrics[i].known && i % 2)
			SPOIL(r->metrics[i].name);
		SPOIL(r->metrics[i].reason);
	}
	for (size_t i = 0; i < r->interference_count; i++) {
		SPOIL(r->interference[i].detail);
		SPOIL(r->interference[i].unit);
		if (i)
			SPOIL(r->interference[i].name);
	}
	for (size_t i = 0; i < r->grades_count; i++) {
		spoil_owned(&r->grades[i].asked);
		spoil_owned(&r->grades[i].granted);
		SPOIL(r->grades[i].reason);
		if (i > 1)
			SPOIL(r->grades[i].dimension);
	}
	for (size_t i = 0; i < r->events_count; i++) {
		SPOIL(r->events[i].cell);
		SPOIL(r->events[i].kind);
		SPOIL(r->events[i].text);
	}
	for (size_t i = 0; i < r->records_count; i++)
		SPOIL(r->records[i].unit);
	for (size_t i = 0; i < r->logs_count; i++)
		SPOIL(r->logs[i].name);
}

/* Every text of the run; the plan keeps its keys. */
static void spoil(struct fixture *f)
{
	json_t *plan = json_pack(
	    "{s:s, s:s, s:{s:s, s:s}, s:{s:s}, s:[{s:s}], s:{s:[s, s]}, s:[{s:s, s:s, s:s, s:s}]}",
	    "experiment", "x\x1b[2J", "about", "\x1b]0;\nforged", "load", "rate", "\x1b[2J\nforged",
	    "measure", "\x1b[2J", "cell", "memory", "\nforged\x1b[2J", "variants", "name",
	    "n\x1b[2J\nforged", "report", "metrics", "peak_rss_bytes", "x\x1b[2J\nforged",
	    "findings", "claim", "c\x1b[2J\nforged", "source", "s\x1b[2J\nforged", "found",
	    "f\x1b[2J\nforged", "holds", "h\x1b[2J\nforged > 1");

	for (size_t i = 0; i < f->view.trials_count; i++) {
		SPOIL(f->view.trials[i].reason);
		if (i % 2)
			SPOIL(f->view.trials[i].variant);
		spoil_lists(&f->view.trials[i]);
	}
	for (size_t i = 0; i < f->view.host.count; i++)
		spoil_owned(&f->view.host.facts[i].value);
	SPOIL(f->view.summary.id);
	SPOIL(f->view.summary.experiment);
	free(f->view.plan);
	f->view.plan = json_dumps(plan, 0);
	json_decref(plan);
}

static void is_tame(const char *what, const char *text)
{
	size_t len;
	uint32_t c;

	for (const char *at = text; *at; at += len) {
		len = text_next(at, &c);
		if (*at != '\n' && (text_is_control(c) || (c == 0xfffd && len == 1)))
			fail_msg("%s: U+%04X in:\n%s", what, c, text);
		if (*at == '\n' && strncmp(at + 1, "forged", 6) == 0)
			fail_msg("%s: a forged line in:\n%s", what, text);
	}
}

static void print_compared(struct fixture *f, int form, struct error *err)
{
	struct compared compared;

	check(compared_init(&compared, &f->result,
			    &(struct compared_wish){.level = COMPARISON_LEVEL}, err),
	      err);
	if (form == 10)
		compare_print(&compared, &f->style);
	else if (form == 11)
		markdown_compare(&compared, f->style.to);
	else
		check(json_print_value(json_compared(&compared), 0, f->style.to, err), err);
	compared_destroy(&compared);
}

static void print_form(struct fixture *f, int form, struct error *err)
{
	const struct trial_record *trial = &f->view.trials[5];
	struct progress progress;

	switch (form) {
	case 0:
		check(screen_print(&f->result, NULL, 0, &f->style, err), err);
		break;
	case 1:
		check(table_print(&f->result, &f->style, err), err);
		break;
	case 2:
		check(trial_print(&f->result, 5, &f->style, err), err);
		break;
	case 3:
		trial_print_brief(trial, true, &f->style);
		break;
	case 4:
		finding_list(&f->result, &f->style, true);
		break;
	case 5:
		markdown_head(f->style.to, 2, (char *[]){"findings", "\x1b[2J\nforged"});
		markdown_findings(&f->result, f->style.to);
		break;
	case 6:
		list_print(&f->view.summary, 1, &f->style);
		break;
	case 7:
		csv_trials(&f->result, f->style.to);
		break;
	case 8:
		check(json_print(&f->result, f->style.to, err), err);
		break;
	case 9:
		heatmap_of_trial(&f->view, 1, "start_latency", &f->style, err);
		break;
	case 10:
	case 11:
	case 12:
		print_compared(f, form, err);
		break;
	case 13:
		progress_init(&progress, f->style.to, 2, 0);
		progress_trial(&progress, 1, hostile, 10, 0);
		progress_done(&progress, "void", hostile);
		break;
	}
}

/* 640,000 trials of a day each: more nanoseconds than a number of 64 bits holds. */
static void the_time_left_is_known_however_long(void **state)
{
	struct fixture *f = *state;
	struct progress p;

	progress_init(&p, f->style.to, 640000, INT64_C(86400000000000));
	progress_trial(&p, 1, "naive", 0, 0);
	assert_string_equal((fflush(f->style.to), f->out),
			    "trial 1 of 640000: naive, 921600000:00 left\n");
}

static void what_others_wrote_is_printed_escaped(void **state)
{
	static const char *const forms[] = {"screen",
					    "table",
					    "trial",
					    "brief",
					    "findings",
					    "markdown",
					    "list",
					    "csv",
					    "JSON",
					    "heat map",
					    "compare",
					    "compare in Markdown",
					    "compare in JSON",
					    "progress"};
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	spoil(f);
	make_result(f);
	for (int utf8 = 0; utf8 < 2; utf8++)
		for (int form = 0; form < (int)ARRAY_SIZE(forms); form++) {
			f->style.utf8 = utf8;
			fclose(f->style.to);
			own_free(&f->out);
			f->style.to = open_memstream(&f->out, &f->size);
			print_form(f, form, &err);
			fflush(f->style.to);
			assert_true(f->size > 40);
			is_tame(forms[form], f->out);
		}
	/* And it is there: as what it is. */
	has(f->out, "\\x1b[2J");
}

#define with_run(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Only what is asked of a cell is said of it. */
static void cells_are_described(void **state)
{
	static const char *const said[][3] = {
	    {"64M", "0", "memory 64M, swap 0, net private"},
	    {"max", "0", "net private"},
	    {"max", "8M", "swap 8M, net private"},
	    {"64M", "max", "memory 64M, net private"},
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
		struct result result = {.plan = json_pack("{s:{s:s, s:s, s:s}}", "cell", "memory",
							  said[i][0], "swap", said[i][1], "net",
							  "private")};

		assert_string_equal(describe_cells(&result, text, sizeof(text)), said[i][2]);
		json_decref(result.plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_run(the_table_has_everything),
	    with_run(variants_keep_the_experiments_order),
	    with_run(a_narrow_terminal_gets_panels),
	    with_run(a_wide_terminal_has_all_columns_aligned),
	    with_run(lines_are_drawn_where_they_can_be),
	    with_run(what_some_trials_lack_is_noted),
	    with_run(trials_that_ended_alike_share_a_line),
	    with_run(a_variant_without_valid_trials_says_so),
	    with_run(a_run_without_trials_is_a_table_still),
	    with_run(a_plan_that_cant_be_read_costs_no_variant),
	    cmocka_unit_test(cells_are_described),
	    with_run(the_first_screen_has_the_answer),
	    with_run(the_first_screen_may_be_coloured),
	    with_run(a_warning_stands_above_the_table),
	    with_run(other_columns_may_be_named),
	    with_run(metrics_are_found_by_name_or_label),
	    with_run(more_variants_than_fit_are_named),
	    with_run(a_long_name_is_cut),
	    with_run(one_trial_shows_every_attempt),
	    with_run(json_is_the_contract),
	    cmocka_unit_test(json_paths_may_collide),
	    with_run(csv_has_a_row_a_trial),
	    with_run(csv_has_a_row_a_sample),
	    with_run(the_time_left_is_known_however_long),
	    with_run(many_cpus_are_printed),
	    with_run(what_others_wrote_is_printed_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
