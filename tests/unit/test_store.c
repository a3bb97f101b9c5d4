/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/cpulist.h"
#include "base/own.h"
#include "base/owner.h"
#include "rig/result/result.h"
#include "tests/unit/sample_run.h"
#include "tests/unit/scratch.h"

struct fixture {
	struct scratch scratch;
	struct store *store;
	struct error err;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	scratch_init(&f->scratch);
	f->store = store_open(scratch_path(&f->scratch, "s.db"), geteuid(), getegid(), &f->err);
	if (!f->store)
		print_error("%s\n", f->err.text);
	return f->store ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	scratch_destroy(&f->scratch);
	free(f);
	return 0;
}

#define assert_ok(f, call)                                                                         \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			fail_msg("%s: %s", #call, (f)->err.text);                                  \
	} while (0)

static void same_trial(const struct trial_record *a, const struct trial_record *b)
{
	assert_int_equal(a->position, b->position);
	assert_int_equal(a->block, b->block);
	assert_int_equal(a->attempt, b->attempt);
	assert_string_equal(a->variant, b->variant);
	assert_int_equal(a->outcome, b->outcome);
	assert_string_equal(a->reason, b->reason);
	assert_int_equal(a->started_unix_ns, b->started_unix_ns);
	assert_int_equal(a->start_ns, b->start_ns);
	assert_int_equal(a->wall_ns, b->wall_ns);
}

static void same_numbers(const struct trial_record *a, const struct trial_record *b)
{
	assert_int_equal(a->metrics_count, b->metrics_count);
	for (size_t i = 0; i < a->metrics_count; i++) {
		assert_string_equal(a->metrics[i].name, b->metrics[i].name);
		assert_int_equal(a->metrics[i].known, b->metrics[i].known);
		assert_true(a->metrics[i].value == b->metrics[i].value);
		assert_string_equal(a->metrics[i].reason, b->metrics[i].reason);
	}
	assert_int_equal(a->interference_count, b->interference_count);
	for (size_t i = 0; i < a->interference_count; i++) {
		assert_string_equal(a->interference[i].name, b->interference[i].name);
		assert_string_equal(a->interference[i].unit, b->interference[i].unit);
		assert_int_equal(a->interference[i].known, b->interference[i].known);
		assert_true(a->interference[i].value == b->interference[i].value);
		assert_string_equal(a->interference[i].detail, b->interference[i].detail);
	}
}

static void same_words(const struct trial_record *a, const struct trial_record *b)
{
	assert_int_equal(a->grades_count, b->grades_count);
	for (size_t i = 0; i < a->grades_count; i++) {
		assert_string_equal(a->grades[i].dimension, b->grades[i].dimension);
		assert_int_equal(a->grades[i].level, b->grades[i].level);
		assert_string_equal(a->grades[i].asked, b->grades[i].asked);
		assert_string_equal(a->grades[i].granted, b->grades[i].granted);
		assert_string_equal(a->grades[i].reason, b->grades[i].reason);
	}
	assert_int_equal(a->logs_count, b->logs_count);
	for (size_t i = 0; i < a->logs_count; i++) {
		assert_string_equal(a->logs[i].name, b->logs[i].name);
		assert_string_equal(a->logs[i].text, b->logs[i].text);
		assert_int_equal(a->logs[i].bytes, b->logs[i].bytes);
		assert_int_equal(a->logs[i].dropped, b->logs[i].dropped);
	}
	/* The store gives events in the order of time; the second of the sample was earlier. */
	assert_int_equal(a->events_count, b->events_count);
	for (size_t i = 0; i < a->events_count; i++) {
		const struct trial_event *e = &b->events[b->events_count - 1 - i];

		assert_int_equal(a->events[i].at_ns, e->at_ns);
		assert_string_equal(a->events[i].cell, e->cell);
		assert_string_equal(a->events[i].kind, e->kind);
		assert_string_equal(a->events[i].text, e->text);
	}
}

static void same_records(const struct trial_record *a, const struct trial_record *b)
{
	assert_int_equal(a->records_count, b->records_count);
	for (size_t i = 0; i < a->records_count; i++) {
		const struct workload_record *x = &a->records[i], *y = &b->records[i];

		assert_string_equal(x->name, y->name);
		assert_string_equal(x->kind, y->kind);
		assert_string_equal(x->unit, y->unit);
		assert_int_equal(x->from_ns, y->from_ns);
		assert_int_equal(x->to_ns, y->to_ns);
		assert_int_equal(x->known, y->known);
		assert_true(x->value == y->value);
		assert_string_equal(x->reason, y->reason);
		assert_int_equal(x->hdr == NULL, y->hdr == NULL);
		if (x->hdr)
			assert_string_equal(x->hdr, y->hdr);
	}
}

static void add_record(struct fixture *f, struct trial_record *r, const char *name,
		       const char *kind, bool known, double value, const char *hdr,
		       const char *reason)
{
	struct workload_record w = {.known = known, .value = value, .from_ns = 5, .to_ns = 6};

	snprintf(w.name, sizeof(w.name), "%s", name);
	snprintf(w.kind, sizeof(w.kind), "%s", kind);
	snprintf(w.reason, sizeof(w.reason), "%s", reason);
	w.hdr = hdr ? strdup(hdr) : NULL;
	assert_ok(f, trial_workload_record(r, &w, &f->err));
}

static void a_trial_comes_back_as_it_went_in(void **state)
{
	struct fixture *f = *state;
	struct trial_record r, twin;
	struct run_record run;
	struct run_view view;

	sample_run_record(&run, 1);
	assert_ok(f, store_run_begin(f->store, &run, &f->err));
	for (int i = 0; i < 2; i++) {
		struct trial_record *one = i ? &twin : &r;

		assert_ok(f, sample_trial(one, "fixed", 4, 1.5, sample_small, &f->err));
		one->attempt = 2;
		one->outcome = TRIAL_VOID;
		snprintf(one->reason, sizeof(one->reason), "late; \"very\"");
		add_record(f, one, "gc_cycles", "counter", true, 3, NULL, "");
		add_record(f, one, "heap", "gauge", false, 0, NULL, "not a Go program");
		/* Not canonical base64 (stray bits), and not base64: kept as they are. */
		add_record(f, one, "odd", "histogram", true, 0, "QUJD", "");
		add_record(f, one, "odd", "histogram", true, 0, "QUJ=", "");
		add_record(f, one, "odd", "histogram", true, 0, "QR==", "");
		add_record(f, one, "odd", "histogram", true, 0, "no base64", "");
	}
	assert_ok(f, store_trial_begin(f->store, run.id, &f->err));
	assert_ok(f, store_trial_end(f->store, &r, &f->err));
	assert_int_equal(r.samples_count + r.events_count + r.records_count, 0);
	assert_ok(f, store_load(f->store, "latest", &view, &f->err));
	assert_int_equal(view.trials_count, 1);
	same_trial(&view.trials[0], &twin);
	same_numbers(&view.trials[0], &twin);
	same_words(&view.trials[0], &twin);
	same_records(&view.trials[0], &twin);
	run_view_destroy(&view);
	trial_record_destroy(&r);
	trial_record_destroy(&twin);
}

static void a_run_comes_back_as_it_went_in(void **state)
{
	struct fixture *f = *state;
	char list[CPULIST_SIZE];
	cpu_set_t many = {0};
	struct run_record run;
	struct run_view view;

	sample_run_record(&run, 3);
	run.seed = UINT64_MAX - 1;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (cpu % 3 != 2)
			CPU_SET(cpu, &many);
	run.host.facts[1].value = list;
	assert_true(strlen(cpulist_format(&many, list)) > 2600);
	assert_ok(f, store_run_begin(f->store, &run, &f->err));
	assert_ok(f, store_load(f->store, run.id, &view, &f->err));
	assert_string_equal(view.summary.id, run.id);
	assert_string_equal(view.summary.experiment, "pools");
	assert_string_equal(view.yaml, sample_yaml);
	assert_string_equal(view.yaml_path, run.yaml_path);
	assert_string_equal(view.plan, sample_plan);
	assert_true(view.seed == run.seed);
	assert_int_equal(view.summary.planned, 9);
	assert_int_equal(view.summary.ended_unix_ns, 0);
	assert_int_equal(view.summary.exit_code, -1);
	assert_int_equal(view.host.count, run.host.count);
	for (size_t i = 0; i < run.host.count; i++) {
		assert_string_equal(view.host.facts[i].name, run.host.facts[i].name);
		assert_string_equal(view.host.facts[i].value, run.host.facts[i].value);
	}
	run_view_destroy(&view);
	assert_ok(f, store_run_end(f->store, run.id, 77, 5, &f->err));
	assert_ok(f, store_load(f->store, run.id, &view, &f->err));
	assert_int_equal(view.summary.ended_unix_ns, 77);
	assert_int_equal(view.summary.exit_code, 5);
	run_view_destroy(&view);
}

static void one_trial_is_read_back_as_all_are(void **state)
{
	struct fixture *f = *state;
	struct trial_record one;
	struct run_view view;

	assert_ok(f, sample_run_store(f->store, 1, true, &f->err));
	assert_ok(f, store_load(f->store, "latest", &view, &f->err));
	for (size_t i = 0; i < view.trials_count; i++) {
		const struct trial_record *r = &view.trials[i];

		assert_ok(f, store_load_trial(f->store, view.summary.id, r->position, r->attempt,
					      &one, &f->err));
		same_trial(r, &one);
		same_numbers(r, &one);
		assert_int_equal(one.records_count, r->records_count);
		for (size_t k = 0; k < one.records_count; k++)
			assert_string_equal(one.records[k].hdr, r->records[k].hdr);
		trial_record_destroy(&one);
	}
	assert_int_equal(store_load_trial(f->store, view.summary.id, 4, 7, &one, &f->err), -1);
	assert_non_null(strstr(f->err.text, "trial 4, attempt 8: not stored"));
	trial_record_destroy(&one);
	run_view_destroy(&view);
}

static void store_run(struct fixture *f, const struct run_record *run)
{
	assert_ok(f, store_run_begin(f->store, run, &f->err));
}

/* A clock that was set back between two runs does not make the older one the latest. */
static void the_latest_is_the_one_stored_last(void **state)
{
	struct fixture *f = *state;
	cleanup_free struct run_summary *runs = NULL;
	struct run_record run;
	struct run_view view;

	for (int n = 3; n > 0; n--) {
		sample_run_record(&run, n);
		store_run(f, &run);
	}
	assert_ok(f, store_load(f->store, "latest", &view, &f->err));
	assert_string_equal(view.summary.id, "20261124-063001-000001");
	run_view_destroy(&view);
	assert_int_equal(store_list(f->store, &runs, &f->err), 3);
	assert_string_equal(runs[0].id, "20261124-063001-000001");
	assert_string_equal(runs[2].id, "20261124-063003-000003");
}

static void a_run_without_an_end_is(struct fixture *f, const struct owner *supervisor, int n,
				    const char *name, const char *says)
{
	char text[64], path[16];
	struct run_record run;
	struct run_view view;

	sample_run_record(&run, n);
	if (supervisor)
		owner_text(supervisor, run.supervisor);
	store_run(f, &run);
	snprintf(path, sizeof(path), "%.15s", run.id);
	assert_ok(f, store_load(f->store, path, &view, &f->err));
	assert_string_equal(result_state_name(&view.summary), name);
	assert_string_equal(result_state(&view.summary, text, sizeof(text)), says);
	run_view_destroy(&view);
}

static void a_run_is_under_way_while_its_supervisor_lives(void **state)
{
	struct fixture *f = *state;
	cleanup_free struct run_summary *runs = NULL;
	struct owner self, other;

	assert_ok(f, owner_self(&self, &f->err));
	a_run_without_an_end_is(f, &self, 1, "under_way", "under way");
	other = self;
	other.started++;
	a_run_without_an_end_is(f, &other, 2, "interrupted", "interrupted");
	other.pid_ns++;
	a_run_without_an_end_is(f, &other, 3, "unknown", "under way or interrupted");
	a_run_without_an_end_is(f, NULL, 4, "interrupted", "interrupted");
	assert_int_equal(store_list(f->store, &runs, &f->err), 4);
	assert_int_equal(runs[0].life, OWNER_DEAD);
	assert_int_equal(runs[1].life, OWNER_UNKNOWN);
	assert_int_equal(runs[2].life, OWNER_DEAD);
	assert_int_equal(runs[3].life, OWNER_ALIVE);
	assert_ok(f, store_run_end(f->store, runs[3].id, 1, 0, &f->err));
	free(steal_ptr(&runs));
	assert_int_equal(store_list(f->store, &runs, &f->err), 4);
	assert_string_equal(result_state_name(&runs[3]), "ended");
}

static void list_is_newest_first_and_counts(void **state)
{
	struct fixture *f = *state;
	cleanup_free struct run_summary *runs = NULL;

	assert_int_equal(store_list(f->store, &runs, &f->err), 0);
	free(steal_ptr(&runs));
	assert_ok(f, sample_run_store(f->store, 1, false, &f->err));
	assert_ok(f, sample_run_store(f->store, 2, true, &f->err));
	assert_int_equal(store_list(f->store, &runs, &f->err), 2);
	assert_string_equal(runs[0].id, "20261124-063002-000002");
	assert_int_equal(runs[0].ended_unix_ns, 0);
	assert_int_equal(runs[1].exit_code, 4);
	assert_int_equal(runs[1].trials, 9);
	assert_int_equal(runs[1].ok, 7);
}

static void a_run_is_found_by_id_prefix_and_latest(void **state)
{
	static const struct {
		const char *which, *id, *error;
	} cases[] = {
	    {"latest", "20261124-063002-000002", NULL},
	    {"20261124-063001-000001", "20261124-063001-000001", NULL},
	    {"20261124-063001", "20261124-063001-000001", NULL},
	    {"20261124", NULL, "could be 20261124-063001-000001 or 20261124-063002-000002"},
	    {"2027", NULL, "none such"},
	    {"%", NULL, "none such"},
	    {"", NULL, "empty"},
	};
	struct fixture *f = *state;
	struct run_view view;

	assert_int_equal(store_load(f->store, "latest", &view, &f->err), -1);
	assert_non_null(strstr(f->err.text, "no run is in this store yet"));
	assert_ok(f, sample_run_store(f->store, 1, false, &f->err));
	assert_ok(f, sample_run_store(f->store, 2, true, &f->err));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int done = store_load(f->store, cases[i].which, &view, &f->err);

		assert_int_equal(done, cases[i].id ? 0 : -1);
		if (cases[i].id) {
			assert_string_equal(view.summary.id, cases[i].id);
		} else {
			assert_int_equal(f->err.kind, ERROR_INPUT);
			assert_non_null(strstr(f->err.text, cases[i].error));
		}
		run_view_destroy(&view);
	}
}

/* An id that is the beginning of another one can still be named. */
static void an_exact_id_wins_over_a_longer_one(void **state)
{
	struct fixture *f = *state;
	struct run_record run;
	struct run_view view;

	sample_run_record(&run, 1);
	assert_ok(f, store_run_begin(f->store, &run, &f->err));
	strcat(run.id, "0");
	assert_ok(f, store_run_begin(f->store, &run, &f->err));
	run.id[strlen(run.id) - 1] = '\0';
	assert_ok(f, store_load(f->store, run.id, &view, &f->err));
	assert_string_equal(view.summary.id, run.id);
	run_view_destroy(&view);
}

struct seen {
	int rows, stop_after;
	int64_t sum_at;
	struct sample_view last;
	char variant[64];
};

static int see(const struct sample_view *row, void *arg)
{
	struct seen *seen = arg;

	seen->last = *row;
	snprintf(seen->variant, sizeof(seen->variant), "%s", row->variant);
	seen->sum_at += row->reading.at_ns;
	return ++seen->rows == seen->stop_after;
}

static void samples_stream_relative_to_the_start(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {0}, first = {.stop_after = 2};
	struct trial_record twin;
	const struct trial_sample *last;

	assert_ok(f, sample_run_store(f->store, 1, false, &f->err));
	assert_ok(f, store_each_sample(f->store, "20261124-063001-000001", see, &seen, &f->err));
	assert_int_equal(seen.rows, 9 * sample_small.samples);
	assert_ok(f, sample_trial(&twin, "elastic", 7, 1, sample_small, &f->err));
	last = &twin.samples[twin.samples_count - 1];
	assert_int_equal(seen.last.reading.at_ns, last->reading.at_ns - twin.start_ns);
	assert_int_equal(seen.last.position, 7);
	assert_string_equal(seen.variant, "elastic");
	assert_int_equal(seen.last.late_ns, last->late_ns);
	assert_true(seen.last.reading.known == last->reading.known);
	for (int c = 0; c < CG_COUNTERS; c++)
		if (c != CG_MEMORY_EVENT_HIGH)
			assert_int_equal(seen.last.reading.value[c], last->reading.value[c]);
	assert_ok(f, store_each_sample(f->store, "20261124-063001-000001", see, &first, &f->err));
	assert_int_equal(first.rows, 2);
	trial_record_destroy(&twin);
}

/* A long trial hands over its samples in portions, and they must all be there, in order. */
static void portions_add_up(void **state)
{
	struct fixture *f = *state;
	struct run_record run;
	struct trial_record r;
	struct seen seen = {0};

	sample_run_record(&run, 1);
	assert_ok(f, store_run_begin(f->store, &run, &f->err));
	assert_ok(f, sample_trial(&r, "fixed", 0, 1, sample_small, &f->err));
	assert_ok(f, store_trial_begin(f->store, run.id, &f->err));
	assert_ok(f, store_trial_flush(f->store, &r, &f->err));
	for (int i = 0; i < 1000; i++) {
		struct trial_sample sample = {.reading.at_ns = r.start_ns + i};

		assert_ok(f, trial_sample(&r, &sample, &f->err));
		if (i % 100 == 0)
			assert_ok(f, store_trial_flush(f->store, &r, &f->err));
	}
	assert_ok(f, store_trial_end(f->store, &r, &f->err));
	assert_ok(f, store_each_sample(f->store, run.id, see, &seen, &f->err));
	assert_int_equal(seen.rows, 1000 + sample_small.samples);
	assert_int_equal(seen.last.reading.at_ns, 999);
	assert_true(seen.last.reading.known == 0);
	trial_record_destroy(&r);
}

static void an_aborted_trial_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct run_record run;
	struct trial_record r;
	struct run_view view;
	struct seen seen = {0};

	sample_run_record(&run, 1);
	assert_ok(f, store_run_begin(f->store, &run, &f->err));
	assert_ok(f, sample_trial(&r, "fixed", 0, 1, sample_small, &f->err));
	assert_ok(f, store_trial_begin(f->store, run.id, &f->err));
	assert_ok(f, store_trial_flush(f->store, &r, &f->err));
	store_trial_abort(f->store);
	store_trial_abort(f->store);
	assert_ok(f, store_load(f->store, run.id, &view, &f->err));
	assert_int_equal(view.trials_count, 0);
	assert_ok(f, store_each_sample(f->store, run.id, see, &seen, &f->err));
	assert_int_equal(seen.rows, 0);
	run_view_destroy(&view);
	assert_int_equal(store_trial_flush(f->store, &r, &f->err), -1);
	assert_non_null(strstr(f->err.text, "no trial is under way"));
	trial_record_destroy(&r);
}

static void results_are_never_rewritten(void **state)
{
	struct fixture *f = *state;
	struct run_record run;
	struct trial_record r, again;

	sample_run_record(&run, 1);
	assert_ok(f, store_run_begin(f->store, &run, &f->err));
	assert_int_equal(store_run_begin(f->store, &run, &f->err), -1);
	assert_non_null(strstr(f->err.text, run.id));
	assert_ok(f, sample_trial(&r, "fixed", 0, 1, sample_small, &f->err));
	assert_ok(f, sample_trial(&again, "fixed", 0, 1, sample_small, &f->err));
	assert_ok(f, store_trial_begin(f->store, run.id, &f->err));
	assert_int_equal(store_trial_begin(f->store, run.id, &f->err), -1);
	assert_ok(f, store_trial_end(f->store, &r, &f->err));
	assert_ok(f, store_trial_begin(f->store, run.id, &f->err));
	assert_int_equal(store_trial_end(f->store, &again, &f->err), -1);
	assert_non_null(strstr(f->err.text, "UNIQUE"));
	assert_ok(f, store_run_end(f->store, run.id, 1, 0, &f->err));
	assert_int_equal(store_run_end(f->store, run.id, 2, 1, &f->err), -1);
	assert_int_equal(store_trial_begin(f->store, run.id, &f->err), -1);
	assert_int_equal(store_trial_begin(f->store, "nope", &f->err), -1);
	trial_record_destroy(&r);
	trial_record_destroy(&again);
}

static void the_file_belongs_to_who_asked(void **state)
{
	struct fixture *f = *state;
	const char *path = scratch_path(&f->scratch, "owned.db");
	struct store *store;
	struct run_record run;
	struct stat st;

	if (geteuid() != 0)
		skip();
	store = store_open(path, 12345, 23456, &f->err);
	assert_non_null(store);
	sample_run_record(&run, 1);
	assert_ok(f, store_run_begin(store, &run, &f->err));
	for (int i = 0; i < 3; i++) {
		char name[400];

		snprintf(name, sizeof(name), "%s%s", path, i == 0 ? "" : i == 1 ? "-wal" : "-shm");
		assert_int_equal(stat(name, &st), 0);
		assert_int_equal(st.st_uid, 12345);
		assert_int_equal(st.st_gid, 23456);
	}
	store_close(store);
}

#define with_store(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_store(a_trial_comes_back_as_it_went_in),
	    with_store(a_run_comes_back_as_it_went_in),
	    with_store(one_trial_is_read_back_as_all_are),
	    with_store(list_is_newest_first_and_counts),
	    with_store(the_latest_is_the_one_stored_last),
	    with_store(a_run_is_under_way_while_its_supervisor_lives),
	    with_store(a_run_is_found_by_id_prefix_and_latest),
	    with_store(an_exact_id_wins_over_a_longer_one),
	    with_store(samples_stream_relative_to_the_start),
	    with_store(portions_add_up),
	    with_store(an_aborted_trial_leaves_nothing),
	    with_store(results_are_never_rewritten),
	    with_store(the_file_belongs_to_who_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
