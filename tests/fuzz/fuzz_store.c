/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store that somebody gave us, and every report of it. Either a whole SQLite file, or changes of
 * a good one, a line each: TABLE COLUMN ROW VALUE. ROW is 1 more than its number, 0 is all of them;
 * VALUE begins with its type: iINTEGER, fREAL, bBYTES, tTEXT, n; "\n" in it is a newline.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"
#include "rig/report/csv.h"
#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/verbs/loaded.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/sample_run.h"

#define MAGIC       "SQLite format 3"
#define CHANGES_MAX 32

/* A run of three trials, each with one interval: every input is read and printed in full. */
static int store_run(struct store *store, struct error *err)
{
	static const char *const variants[] = {"naive", "fixed", "elastic"};
	struct run_record run;
	int failed;

	sample_run_record(&run, 1);
	failed = store_run_begin(store, &run, err);
	for (int i = 0; i < 3 && !failed; i++) {
		struct trial_record r;

		failed = sample_trial(&r, variants[i], i, 3 - i, (struct sample_size){1, 2}, err);
		r.outcome = i == 2 ? TRIAL_VOID : TRIAL_OK;
		failed = failed || store_trial_begin(store, run.id, err) < 0 ||
			 store_trial_end(store, &r, err) < 0;
		trial_record_destroy(&r);
	}
	return failed ? -1 : store_run_end(store, run.id, run.started_unix_ns + 1, 0, err);
}

/* The good one: its bytes, made once. */
static const char *good_store(size_t *size)
{
	static char *bytes;
	static ssize_t length;
	struct error err = ERROR_INIT;
	struct store *store;
	char path[512];

	if (!bytes) {
		snprintf(path, sizeof(path), "%s/good.db", fuzz_dir());
		store = store_open(path, geteuid(), getegid(), &err);
		FUZZ_MUST_OF(store && store_run(store, &err) == 0, err.text);
		store_close(store);
		length = io_slurp_at(AT_FDCWD, path, 64 << 20, &bytes, &err);
		FUZZ_MUST_OF(length > 0, err.text);
	}
	*size = (size_t)length;
	return bytes;
}

static void bind(sqlite3_stmt *stmt, const char *value)
{
	switch (value[0]) {
	case 'i':
		sqlite3_bind_int64(stmt, 1, strtoll(value + 1, NULL, 0));
		break;
	case 'f':
		sqlite3_bind_double(stmt, 1, strtod(value + 1, NULL));
		break;
	case 'b':
		sqlite3_bind_blob(stmt, 1, value + 1, (int)strlen(value + 1), SQLITE_TRANSIENT);
		break;
	case 't':
		sqlite3_bind_text(stmt, 1, value + 1, -1, SQLITE_TRANSIENT);
		break;
	default:
		break;
	}
}

static void change(sqlite3 *db, char *line)
{
	char *table = strsep(&line, " "), *column = strsep(&line, " "), *row = strsep(&line, " ");
	static const char *const numbers[] = {"seq", "rowid"}; /* of lists; of the other tables */

	if (!line)
		return;
	for (char *c = line; (c = strstr(c, "\\n"));)
		*c = '\n';
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		char *sql =
		    sqlite3_mprintf("UPDATE \"%w\" SET \"%w\" = ? WHERE %lld IN (0, %s + 1)", table,
				    column, strtoll(row, NULL, 10), numbers[i]);
		sqlite3_stmt *stmt = NULL;

		if (sql && sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
			bind(stmt, line);
			sqlite3_step(stmt);
		}
		sqlite3_finalize(stmt);
		sqlite3_free(sql);
	}
}

static const char *changed_store(char *text)
{
	size_t size;
	const char *bytes = good_store(&size), *path = fuzz_file("x.db", bytes, size);
	sqlite3 *db = NULL;
	char *line;

	FUZZ_MUST(sqlite3_open(path, &db) == SQLITE_OK);
	sqlite3_exec(db, "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON; BEGIN",
		     NULL, NULL, NULL);
	for (int i = 0; i < CHANGES_MAX && (line = strsep(&text, "\n")); i++)
		change(db, line);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	FUZZ_MUST(sqlite3_close(db) == SQLITE_OK);
	return path;
}

static void check_failed(int failed, struct error *err)
{
	if (failed)
		fuzz_error(err);
	*err = (struct error)ERROR_INIT;
}

static void print_all(struct loaded *loaded, FILE *to)
{
	struct style style = {.to = to, .width = 80};
	struct error err = ERROR_INIT;

	check_failed(screen_print(&loaded->result, NULL, 0, &style, &err), &err);
	check_failed(table_print(&loaded->result, &style, &err), &err);
	check_failed(json_print(&loaded->result, to, &err), &err);
	if (loaded->view->trials_count) {
		int number = result_trial_number(&loaded->view->trials[0]);

		check_failed(trial_print(&loaded->result, number, &style, &err), &err);
		check_failed(heatmap_of_trial(loaded->view, number, "start_latency", &style, &err),
			     &err);
	}
	csv_trials(&loaded->result, to);
	check_failed(
	    store_each_sample(loaded->store, loaded->view->summary.id, csv_sample, to, &err), &err);
	finding_list(&loaded->result, &style, false);
	markdown_findings(&loaded->result, to);
}

/* Nothing of it reaches a terminal that could obey it. */
static void check_output(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		FUZZ_MUST_OF(text[i] == '\n' || text[i] == '\r' || text[i] == '\t' ||
				 (unsigned char)text[i] >= ' ',
			     text + (i > 60 ? i - 60 : 0));
}

static void list_all(const char *path, FILE *to)
{
	struct style style = {.to = to, .width = 80};
	struct run_summary *runs = NULL;
	struct error err = ERROR_INIT;
	struct store *store = store_open_read(path, &err);
	ssize_t count = store ? store_list(store, &runs, &err) : -1;

	if (count < 0)
		fuzz_error(&err);
	else
		list_print(runs, (size_t)count, &style);
	free(runs);
	store_close(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool whole = size >= sizeof(MAGIC) && memcmp(data, MAGIC, sizeof(MAGIC)) == 0;
	cleanup_free char *text = fuzz_text(data, size), *out = NULL;
	const char *path = whole ? fuzz_file("x.db", data, size) : changed_store(text);
	struct error err = ERROR_INIT;
	struct loaded loaded;
	size_t length = 0;
	FILE *to = open_memstream(&out, &length);

	FUZZ_MUST(to);
	list_all(path, to);
	if (loaded_open(&loaded, path, "latest", &err) < 0) {
		fuzz_error(&err);
	} else {
		print_all(&loaded, to);
		loaded_destroy(&loaded);
	}
	fclose(to);
	check_output(out, length);
	return 0;
}
