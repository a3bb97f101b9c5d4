/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/store/db.h"
#include "rig/store/read_trial.h"

/* The first six columns of STMT_LIST and STMT_LOAD_RUN. */
static void read_summary(sqlite3_stmt *stmt, struct run_summary *s)
{
	store_text(stmt, 0, s->id, sizeof(s->id));
	store_text(stmt, 1, s->experiment, sizeof(s->experiment));
	s->started_unix_ns = sqlite3_column_int64(stmt, 2);
	s->ended_unix_ns = sqlite3_column_int64(stmt, 3);
	s->exit_code = sqlite3_column_int(stmt, 4);
	s->planned = sqlite3_column_int(stmt, 5);
}

ssize_t store_list(struct store *store, struct run_summary **runs, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LIST, err);
	cleanup_free struct run_summary *list = NULL;
	size_t count = 0, size = 0;
	int step;

	if (!stmt)
		return -1;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (count == size) {
			struct run_summary *grown;

			size = size ? size * 2 : 16;
			grown = reallocarray(list, size, sizeof(*list));
			if (!grown) {
				sqlite3_reset(stmt);
				return error_host(err, ENOMEM, "%s: no memory for a list of runs",
						  store->path);
			}
			list = grown;
		}
		read_summary(stmt, &list[count]);
		list[count].trials = sqlite3_column_int(stmt, 6);
		list[count].ok = sqlite3_column_int(stmt, 7);
		count++;
	}
	if (step != SQLITE_DONE)
		store_failed(store, "list its runs", err);
	sqlite3_reset(stmt);
	if (step != SQLITE_DONE)
		return -1;
	*runs = steal_ptr(&list);
	return (ssize_t)count;
}

static int find_latest(struct store *store, char id[40], struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_FIND_LATEST, err);
	int step = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;

	if (step == SQLITE_ROW)
		store_text(stmt, 0, id, 40);
	else if (step == SQLITE_DONE)
		error_input(err, "%s: no run is in this store yet; make one by `poolrig run`",
			    store->path);
	else if (stmt)
		store_failed(store, "find the latest run", err);
	sqlite3_reset(stmt);
	return step == SQLITE_ROW ? 0 : -1;
}

/* An exact id comes first, whatever else begins with it. */
static int find_by_prefix(struct store *store, const char *which, char id[40], struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_FIND, err);
	char second[40] = "";
	int step;

	if (!stmt)
		return -1;
	id[0] = '\0';
	sqlite3_bind_text(stmt, 1, which, -1, SQLITE_STATIC);
	step = sqlite3_step(stmt);
	if (step == SQLITE_ROW) {
		store_text(stmt, 0, id, 40);
		step = sqlite3_step(stmt);
	}
	if (step == SQLITE_ROW)
		store_text(stmt, 0, second, sizeof(second));
	else if (step != SQLITE_DONE)
		store_failed(store, "find a run", err);
	sqlite3_reset(stmt);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return -1;
	if (!id[0])
		return error_input(err,
				   "%s: run \"%s\": none such in this store; `poolrig list` shows "
				   "what is there",
				   store->path, which);
	if (second[0] && strcmp(id, which) != 0)
		return error_input(err, "%s: run \"%s\": could be %s or %s; write more of its id",
				   store->path, which, id, second);
	return 0;
}

static int find_run(struct store *store, const char *which, char id[40], struct error *err)
{
	if (strcmp(which, "latest") == 0)
		return find_latest(store, id, err);
	if (which[0] == '\0')
		return error_input(err, "run \"\": an empty id; write an id or \"latest\"");
	return find_by_prefix(store, which, id, err);
}

static int load_run(struct store *store, const char *id, struct run_view *view, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LOAD_RUN, err);
	int failed = 0;

	if (!stmt)
		return -1;
	sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_ROW) {
		failed = store_failed(store, "read the run", err);
	} else {
		read_summary(stmt, &view->summary);
		view->yaml = store_text_dup(stmt, 6, err);
		view->yaml_path = store_text_dup(stmt, 7, err);
		view->seed = (uint64_t)sqlite3_column_int64(stmt, 8);
		failed = view->yaml && view->yaml_path ? 0 : -1;
		if (failed == 0 && sqlite3_column_type(stmt, 9) != SQLITE_NULL) {
			view->plan = store_text_dup(stmt, 9, err);
			failed = view->plan ? 0 : -1;
		}
	}
	sqlite3_reset(stmt);
	return failed;
}

static int load_host(struct store *store, const char *id, struct host_record *host,
		     struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LOAD_HOST, err);
	int step;

	if (!stmt)
		return -1;
	sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW && host->count < HOST_FACTS_MAX) {
		struct host_fact *fact = &host->facts[host->count++];

		store_text(stmt, 0, fact->name, sizeof(fact->name));
		store_text(stmt, 1, fact->value, sizeof(fact->value));
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		store_failed(store, "read the host's facts", err);
	sqlite3_reset(stmt);
	return step == SQLITE_DONE || step == SQLITE_ROW ? 0 : -1;
}

static int load_all(struct store *store, const char *id, struct run_view *view, struct error *err)
{
	if (load_run(store, id, view, err) < 0 || load_host(store, id, &view->host, err) < 0 ||
	    read_trials(store, id, &view->trials, &view->trials_count, err) < 0)
		return -1;
	for (size_t i = 0; i < view->trials_count; i++)
		view->summary.ok += view->trials[i].outcome == TRIAL_OK;
	view->summary.trials = (int)view->trials_count;
	return 0;
}

int store_load(struct store *store, const char *which, struct run_view *view, struct error *err)
{
	char id[40] = "";

	*view = (struct run_view){0};
	if (find_run(store, which, id, err) < 0)
		return -1;
	/* One transaction, so that a run that goes on meanwhile is seen at one instant. */
	if (store_exec(store, "BEGIN", "read the run", err) < 0)
		return -1;
	if (load_all(store, id, view, err) < 0) {
		run_view_destroy(view);
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
		return error_wrap(err, "run %s", id);
	}
	return store_exec(store, "COMMIT", "read the run", err);
}

void run_view_destroy(struct run_view *view)
{
	for (size_t i = 0; i < view->trials_count; i++)
		trial_record_destroy(&view->trials[i]);
	free(view->trials);
	free(view->yaml);
	free(view->yaml_path);
	free(view->plan);
	*view = (struct run_view){0};
}

static void read_sample(sqlite3_stmt *stmt, char variant[64], struct sample_view *row)
{
	*row = (struct sample_view){0};
	row->position = sqlite3_column_int(stmt, 0);
	row->attempt = sqlite3_column_int(stmt, 1);
	store_text(stmt, 2, variant, 64);
	row->variant = variant;
	row->cell = sqlite3_column_int(stmt, 3);
	row->reading.at_ns = sqlite3_column_int64(stmt, 4);
	row->late_ns = sqlite3_column_int64(stmt, 5);
	for (int c = 0; c < CG_COUNTERS; c++) {
		if (sqlite3_column_type(stmt, 6 + c) == SQLITE_NULL)
			continue;
		row->reading.value[c] = sqlite3_column_int64(stmt, 6 + c);
		row->reading.known |= UINT64_C(1) << c;
	}
}

int store_each_sample(struct store *store, const char *run_id,
		      int (*fn)(const struct sample_view *row, void *arg), void *arg,
		      struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LOAD_SAMPLES, err);
	int step;

	if (!stmt)
		return -1;
	sqlite3_bind_text(stmt, 1, run_id, -1, SQLITE_STATIC);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct sample_view row;
		char variant[64];

		read_sample(stmt, variant, &row);
		if (fn(&row, arg) != 0)
			break;
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		store_failed(store, "read its samples", err);
	sqlite3_reset(stmt);
	return step == SQLITE_DONE || step == SQLITE_ROW ? 0 : -1;
}
