/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "rig/store/db.h"

/* Store a row of a table whose keys are bound. */
static int put_row(struct store *store, sqlite3_stmt *stmt, int table, const void *row,
		   struct error *err)
{
	struct store_table t = store_table(table);

	if (row_bind(stmt, 3, t.columns, row, err) < 0)
		return -1;
	return store_next(store, stmt, t.storing, err);
}

static int put_host(struct store *store, const struct run_record *run, struct error *err)
{
	for (size_t i = 0; i < run->host.count; i++) {
		sqlite3_stmt *stmt = store_stmt(store, STMT_INSERT + TABLE_HOST_FACT, err);

		store_bind_text(stmt, 1, run->id);
		sqlite3_bind_int64(stmt, 2, (int64_t)i);
		if (put_row(store, stmt, TABLE_HOST_FACT, &run->host.facts[i], err) < 0)
			return -1;
	}
	return 0;
}

static int put_run(struct store *store, const struct run_record *run, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_INSERT + TABLE_RUN, err);

	store_bind_text(stmt, 1, run->id);
	store_bind_text(stmt, 2, run->experiment);
	if (put_row(store, stmt, TABLE_RUN, run, err) < 0)
		return error_wrap(err, "run %s", run->id);
	return put_host(store, run, err);
}

static int put_trial(struct store *store, const struct trial_record *r, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_INSERT + TABLE_TRIAL, err);

	sqlite3_bind_int64(stmt, 1, store->trial_id);
	store_bind_text(stmt, 2, store->run_id);
	return put_row(store, stmt, TABLE_TRIAL, r, err);
}

static int put_list(struct store *store, const struct trial_record *r, int which, struct error *err)
{
	const char *row = r->lists[which].rows;

	for (size_t i = 0; i < r->lists[which].count; i++, row += trial_tables[which].size) {
		sqlite3_stmt *stmt = store_stmt(store, STMT_INSERT + which, err);

		sqlite3_bind_int64(stmt, 1, store->trial_id);
		sqlite3_bind_int64(stmt, 2, ++store->seq);
		if (put_row(store, stmt, which, row, err) < 0)
			return -1;
		if (which == TRIAL_ARTEFACTS && put_parts(store, &r->artefacts[i], err) < 0)
			return -1;
	}
	return 0;
}

static int simple(struct store *store, enum store_stmt which, const char *doing, struct error *err)
{
	return store_next(store, store_stmt(store, which, err), doing, err);
}

/* A full disk rolls back by itself (sqlite.org/lang_transaction.html); asking again is an error. */
static void roll_back(struct store *store)
{
	if (store->db && !sqlite3_get_autocommit(store->db))
		simple(store, STMT_ROLLBACK, "roll back", NULL);
}

int store_run_begin(struct store *store, const struct run_record *run, struct error *err)
{
	if (store->in_trial)
		return error_host(err, 0, "%s: run %s: a trial is under way", store->path, run->id);
	if (simple(store, STMT_BEGIN, "begin the run", err) < 0)
		return -1;
	if (put_run(store, run, err) < 0 || simple(store, STMT_COMMIT, "begin the run", err) < 0) {
		roll_back(store);
		return -1;
	}
	snprintf(store->run_id, sizeof(store->run_id), "%s", run->id);
	return store_check_place(store, err);
}

int store_run_end(struct store *store, const char *run_id, int64_t ended_unix_ns, int exit_code,
		  struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_RUN_END, err);

	if (store->in_trial)
		return error_host(err, 0, "%s: run %s: cannot end while a trial is under way",
				  store->path, run_id);
	store_bind_text(stmt, 1, run_id);
	sqlite3_bind_int64(stmt, 2, ended_unix_ns);
	sqlite3_bind_int(stmt, 3, exit_code);
	if (store_next(store, stmt, "end the run", err) < 0)
		return -1;
	if (sqlite3_changes(store->db) != 1)
		return error_host(err, 0, "%s: run %s: not there, or ended already", store->path,
				  run_id);
	return 0;
}

/* An id for the trial before its row is written (at the end, when its outcome is known). The write
 * lock is held, so no other process takes the same. */
static int take_trial_id(struct store *store, const char *run_id, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_NEXT_TRIAL, err);
	int under_way;

	store_bind_text(stmt, 1, run_id);
	if (store_next(store, stmt, "begin a trial", err) < 0)
		return -1;
	store->trial_id = sqlite3_column_int64(stmt, 0);
	under_way = sqlite3_column_int(stmt, 1);
	store_stop(stmt, 0);
	if (!under_way)
		return error_host(err, 0, "%s: run %s: not there, or ended already", store->path,
				  run_id);
	return 0;
}

int store_trial_begin(struct store *store, const char *run_id, struct error *err)
{
	if (store->in_trial)
		return error_host(err, 0, "%s: run %s: a trial is under way already", store->path,
				  run_id);
	if (store_check_place(store, err) < 0 ||
	    simple(store, STMT_BEGIN, "begin a trial", err) < 0)
		return -1;
	if (take_trial_id(store, run_id, err) < 0) {
		roll_back(store);
		return -1;
	}
	snprintf(store->run_id, sizeof(store->run_id), "%s", run_id);
	store->seq = 0;
	store->in_trial = true;
	return 0;
}

void store_trial_abort(struct store *store)
{
	roll_back(store);
	store->in_trial = false;
}

/* Where SQLite rolled back by itself, what follows would be written outside any transaction: half a
 * trial. */
static int in_transaction(struct store *store, struct error *err)
{
	if (store->in_trial && !sqlite3_get_autocommit(store->db))
		return 0;
	return error_host(err, 0,
			  "%s: no trial is under way (it was never begun, or was given up "
			  "after an error)",
			  store->path);
}

int store_trial_flush(struct store *store, struct trial_record *r, struct error *err)
{
	if (in_transaction(store, err) < 0)
		return -1;
	for (size_t i = 0; i < r->samples_count; i++)
		r->samples[i].reading.at_ns -= r->start_ns;
	for (enum trial_list i = 0; i < TRIAL_PORTIONS; i++) {
		if (put_list(store, r, i, err) < 0)
			return -1;
		trial_list_empty(r, i);
	}
	return 0;
}

static int put_rest(struct store *store, struct trial_record *r, struct error *err)
{
	if (put_trial(store, r, err) < 0)
		return -1;
	for (enum trial_list i = TRIAL_PORTIONS; i < TRIAL_LISTS; i++)
		if (put_list(store, r, i, err) < 0)
			return -1;
	return 0;
}

int store_trial_end(struct store *store, struct trial_record *r, struct error *err)
{
	if (store_trial_flush(store, r, err) < 0 || put_rest(store, r, err) < 0 ||
	    simple(store, STMT_COMMIT, "commit the trial", err) < 0) {
		store_trial_abort(store);
		return error_wrap(err, "trial %d (%s)", r->position, r->variant);
	}
	store->in_trial = false;
	return store_check_place(store, err);
}
