/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Artefacts into the store and out again: whole, in parts, of which attempt; and stores that know
 * none, or are damaged. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/own.h"
#include "rig/result/result.h"
#include "tests/unit/sample_run.h"
#include "tests/unit/scratch.h"

struct fixture {
	struct scratch scratch;
	const char *path;
	struct store *store;
	struct run_record run;
	struct error err;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	scratch_init(&f->scratch);
	f->path = scratch_path(&f->scratch, "s.db");
	f->store = store_open(f->path, geteuid(), getegid(), &f->err);
	sample_run_record(&f->run, 1);
	return f->store && store_run_begin(f->store, &f->run, &f->err) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	scratch_destroy(&f->scratch);
	free(f);
	return 0;
}

static void assert_ok(const struct fixture *f, int ret)
{
	if (ret != 0)
		fail_msg("%s", f->err.text);
}

/* Bytes that compress well, or not at all (a linear congruential generator). */
static char *content(size_t size, bool random)
{
	char *bytes = malloc(size + 1);
	uint32_t x = 1;

	assert_non_null(bytes);
	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (char)(random ? x >> 24 : i % 7);
	}
	return bytes;
}

static void add(struct fixture *f, struct trial_record *r, const char *name, size_t size,
		bool random)
{
	struct trial_artefact a = {.media = "application/octet-stream", .bytes = size};
	cleanup_free char *bytes = content(size, random);

	snprintf(a.name, sizeof(a.name), "%s", name);
	a.intrusive = random;
	a.fd = memfd_create("artefact", MFD_CLOEXEC);
	assert_int_equal(write(a.fd, bytes, size), size);
	assert_ok(f, trial_artefact(r, &a, &f->err));
}

static void store_trial(struct fixture *f, int position, int attempt, size_t size)
{
	struct trial_record r;

	assert_ok(f, sample_trial(&r, "fixed", position, 1, sample_small, &f->err));
	r.attempt = attempt;
	if (size) {
		add(f, &r, "empty", 0, false);
		add(f, &r, "even.bin", size, false);
		add(f, &r, "random.bin", size, true);
	}
	assert_ok(f, store_trial_begin(f->store, f->run.id, &f->err));
	assert_ok(f, store_trial_end(f->store, &r, &f->err));
	trial_record_destroy(&r);
}

struct gathered {
	char *bytes;
	size_t size, calls, stop_after;
};

static int gather(const void *bytes, size_t size, void *arg)
{
	struct gathered *g = arg;

	assert_true(size > 0 && size <= 1 << 20);
	g->bytes = realloc(g->bytes, g->size + size);
	assert_non_null(g->bytes);
	memcpy(g->bytes + g->size, bytes, size);
	g->size += size;
	return ++g->calls == g->stop_after;
}

static void same(struct fixture *f, int position, const char *name, size_t size, bool random)
{
	cleanup_free char *wanted = content(size, random);
	struct gathered g = {0};

	assert_ok(f, store_read_artefact(f->store, f->run.id, position, name, gather, &g, &f->err));
	assert_int_equal(g.size, size);
	if (size)
		assert_memory_equal(g.bytes, wanted, size);
	free(g.bytes);
}

static void they_come_back_as_they_went_in(void **state)
{
	static const size_t sizes[] = {1, 4096, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20};
	struct fixture *f = *state;
	struct run_view view;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		store_trial(f, (int)i, 0, sizes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		same(f, (int)i, "empty", 0, false);
		same(f, (int)i, "even.bin", sizes[i], false);
		same(f, (int)i, "random.bin", sizes[i], true);
		same(f, (int)i, "other", 0, false);
	}
	assert_ok(f, store_load(f->store, "latest", &view, &f->err));
	assert_int_equal(view.trials[3].artefacts_count, 3);
	assert_string_equal(view.trials[3].artefacts[0].name, "empty");
	assert_string_equal(view.trials[3].artefacts[2].name, "random.bin");
	assert_string_equal(view.trials[3].artefacts[2].media, "application/octet-stream");
	assert_int_equal(view.trials[3].artefacts[2].bytes, 1 << 20);
	assert_true(view.trials[3].artefacts[2].intrusive);
	assert_false(view.trials[3].artefacts[1].intrusive);
	assert_int_equal(view.trials[3].artefacts[2].fd, -1);
	run_view_destroy(&view);
}

static void of_the_last_attempt(void **state)
{
	struct fixture *f = *state;
	struct gathered g = {.stop_after = 1};

	store_trial(f, 4, 0, 3 << 20);
	store_trial(f, 4, 1, 2 << 20);
	store_trial(f, 4, 2, 0);
	store_trial(f, 5, 0, 1000);
	same(f, 4, "even.bin", 2 << 20, false);
	assert_ok(f, store_read_artefact(f->store, f->run.id, 4, "even.bin", gather, &g, &f->err));
	assert_int_equal(g.calls, 1);
	free(g.bytes);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* A store of before there were any: it is read, and gets what it lacks when it is written to. */
static void a_store_without_them(void **state)
{
	struct fixture *f = *state;
	struct run_view view;
	struct store *again;

	store_trial(f, 0, 0, 0);
	store_close(f->store);
	run_sql(f->path, "DROP TABLE artefact; DROP TABLE artefact_part");
	f->store = store_open_read(f->path, &f->err);
	assert_non_null(f->store);
	assert_ok(f, store_load(f->store, "latest", &view, &f->err));
	assert_int_equal(view.trials_count, 1);
	assert_int_equal(view.trials[0].artefacts_count, 0);
	run_view_destroy(&view);
	same(f, 0, "even.bin", 0, false);
	again = store_open(f->path, geteuid(), getegid(), &f->err);
	assert_non_null(again);
	store_close(f->store);
	f->store = again;
	store_trial(f, 1, 0, 1000);
	same(f, 1, "even.bin", 1000, false);
}

static int write_out(struct fixture *f, int number, const char *name, size_t *size)
{
	struct run_view view;
	FILE *to = tmpfile();
	int ret;

	error_clear(&f->err);
	assert_non_null(to);
	assert_int_equal(store_load(f->store, "latest", &view, &f->err), 0);
	ret = artefact_write(f->store, &view, number, name, to, &f->err);
	*size = (size_t)ftell(to);
	fclose(to);
	run_view_destroy(&view);
	return ret;
}

static void written_out_or_said_why_not(void **state)
{
	struct fixture *f = *state;
	size_t size;

	store_trial(f, 0, 0, 2000);
	store_trial(f, 1, 0, 0);
	assert_ok(f, write_out(f, 1, "random.bin", &size));
	assert_int_equal(size, 2000);
	assert_int_equal(write_out(f, 1, "heap", &size), -1);
	assert_int_equal(f->err.kind, ERROR_INPUT);
	assert_non_null(strstr(f->err.text, "it has empty, even.bin, random.bin"));
	assert_int_equal(write_out(f, 2, "heap", &size), -1);
	assert_non_null(strstr(f->err.text, "trial 2 has none at all"));
	assert_int_equal(write_out(f, 3, "heap", &size), -1);
	assert_non_null(strstr(f->err.text, "trial 3: not stored"));
}

/* Whatever somebody did to the file: an error, no crash, nothing that is longer than it can be. */
static void damaged_parts(void **state)
{
	static const char *const damages[] = {
	    "UPDATE artefact_part SET data = x'789c00'",
	    "UPDATE artefact_part SET bytes = -1",
	    "UPDATE artefact_part SET bytes = 1 << 40",
	    "UPDATE artefact_part SET bytes = 2001",
	    "UPDATE artefact_part SET bytes = 1999",
	    "UPDATE artefact_part SET bytes = 1",
	    "UPDATE artefact_part SET data = ''",
	    "UPDATE artefact_part SET data = zeroblob(3000000), bytes = 3000000",
	    "UPDATE artefact_part SET bytes = 'many'",
	    "DELETE FROM artefact_part",
	    "UPDATE artefact SET bytes = 1000",
	};
	struct fixture *f = *state;
	size_t size;

	store_trial(f, 0, 0, 2000);
	store_close(f->store);
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		char sql[256];

		snprintf(sql, sizeof(sql),
			 "DROP TABLE IF EXISTS whole; CREATE TABLE whole AS SELECT * FROM %s; %s",
			 i < 10 ? "artefact_part" : "artefact", damages[i]);
		run_sql(f->path, sql);
		f->store = store_open_read(f->path, &f->err);
		assert_non_null(f->store);
		if (write_out(f, 1, "even.bin", &size) != -1)
			fail_msg("%s: %zu bytes were written", damages[i], size);
		assert_int_equal(f->err.kind, ERROR_HOST);
		assert_non_null(strstr(f->err.text, "damaged or was edited"));
		store_close(f->store);
		snprintf(sql, sizeof(sql), "DELETE FROM %1$s; INSERT INTO %1$s SELECT * FROM whole",
			 i < 10 ? "artefact_part" : "artefact");
		run_sql(f->path, sql);
	}
	f->store = store_open_read(f->path, &f->err);
	assert_non_null(f->store);
	assert_ok(f, write_out(f, 1, "even.bin", &size));
}

#define with_store(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_store(they_come_back_as_they_went_in),
	    with_store(of_the_last_attempt),
	    with_store(a_store_without_them),
	    with_store(written_out_or_said_why_not),
	    with_store(damaged_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
