/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/store/db.h"

/* What reads the rows of a table that belong to a run. */
static sqlite3_stmt *of_run(struct store *store, int table, const char *run_id, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_SELECT + table, err);

	store_bind_text(stmt, 1, run_id);
	return stmt;
}

/* A run that has no end goes on as long as its supervisor lives. */
static int read_summary(sqlite3_stmt *stmt, struct run_summary *summary, struct error *err)
{
	struct owner supervisor;

	*summary = (struct run_summary){.life = OWNER_DEAD};
	if (row_read(stmt, store_table(TABLE_SUMMARY).columns, summary, err) < 0)
		return -1;
	if (!summary->ended_unix_ns && owner_parse(summary->supervisor, &supervisor) == 0)
		summary->life = owner_life(&supervisor);
	return 0;
}

ssize_t store_list(struct store *store, struct run_summary **runs, struct error *err)
{
	sqlite3_stmt *stmt = of_run(store, TABLE_SUMMARY, NULL, err);
	cleanup_free struct run_summary *list = NULL;
	ssize_t count = 0;
	int more;

	while ((more = store_next(store, stmt, "list its runs", err)) > 0) {
		struct run_summary *grown = reallocarray(list, (size_t)count + 1, sizeof(*list));

		if (!grown)
			return store_stop(stmt, error_host(err, ENOMEM,
							   "%s: no memory for a list of runs",
							   store->path));
		list = grown;
		if (read_summary(stmt, &list[count], err) < 0)
			return store_stop(
			    stmt, error_wrap(err, "%s: run %s", store->path, list[count].id));
		count++;
	}
	if (more < 0)
		return -1;
	*runs = steal_ptr(&list);
	return count;
}

/* An exact id comes first, whatever else begins with it. */
static int find_run(struct store *store, const char *which, char id[40], struct error *err)
{
	bool latest = strcmp(which, "latest") == 0;
	sqlite3_stmt *stmt = store_stmt(store, latest ? STMT_FIND_LATEST : STMT_FIND, err);
	const char *doing = latest ? "find the latest run" : "find a run";
	char second[40] = "";
	int found, more;

	if (which[0] == '\0')
		return error_input(err, "run \"\": an empty id; write an id or \"latest\"");
	if (!latest)
		store_bind_text(stmt, 1, which);
	found = store_next(store, stmt, doing, err);
	store_text(stmt, 0, id, 40);
	more = found > 0 ? store_next(store, stmt, doing, err) : found;
	store_text(stmt, 0, second, sizeof(second));
	store_stop(stmt, 0);
	if (more < 0)
		return -1;
	if (!found && latest)
		return error_input(
		    err, "%s: no run is in this store yet; make one by `poolrig run`", store->path);
	if (!found)
		return error_input(err,
				   "%s: run \"%s\": none such in this store; `poolrig list` shows "
				   "what is there",
				   store->path, which);
	if (more && strcmp(id, which) != 0)
		return error_input(err, "%s: run \"%s\": could be %s or %s; write more of its id",
				   store->path, which, id, second);
	return 0;
}

static int read_list(struct store *store, int64_t trial, struct trial_record *r,
		     enum trial_list which, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_SELECT + (int)which, err);
	int more;

	sqlite3_bind_int64(stmt, 1, trial);
	while ((more = store_next(store, stmt, "read a trial", err)) > 0) {
		void *row = trial_list_append(r, which, err);

		if (!row || row_read(stmt, trial_tables[which].columns, row, err) < 0)
			return store_stop(stmt, -1);
	}
	return more;
}

/* The trial that a statement stands at, with all its lists but the samples. */
static int read_trial(struct store *store, sqlite3_stmt *stmt, struct trial_record *r,
		      struct error *err)
{
	int64_t id = sqlite3_column_int64(stmt, sqlite3_column_count(stmt) - 1);

	trial_record_init(r);
	if (row_read(stmt, trial_columns, r, err) < 0)
		return error_wrap(err, "%s: trial %d", store->path, r->position);
	for (enum trial_list i = TRIAL_EVENTS; i < TRIAL_LISTS; i++)
		if (read_list(store, id, r, i, err) < 0)
			return -1;
	return 0;
}

static int read_trials(struct store *store, const char *run_id, struct run_view *view,
		       struct error *err)
{
	sqlite3_stmt *stmt = of_run(store, TABLE_TRIAL, run_id, err);
	int more;

	while ((more = store_next(store, stmt, "read its trials", err)) > 0) {
		struct trial_record *grown =
		    reallocarray(view->trials, view->trials_count + 1, sizeof(*grown));

		if (!grown)
			return store_stop(stmt,
					  error_host(err, ENOMEM, "%s: no memory for trial %zu",
						     store->path, view->trials_count));
		view->trials = grown;
		if (read_trial(store, stmt, &grown[view->trials_count++], err) < 0)
			return store_stop(stmt, -1);
	}
	return more;
}

int store_load_trial(struct store *store, const char *run_id, int position, int attempt,
		     struct trial_record *r, struct error *err)
{
	sqlite3_stmt *stmt = of_run(store, TABLE_TRIAL, run_id, err);
	int found;

	trial_record_init(r);
	sqlite3_bind_int(stmt, 2, position);
	sqlite3_bind_int(stmt, 3, attempt);
	found = store_next(store, stmt, "read a trial", err);
	if (found == 0)
		return error_host(err, 0, "%s: run %s: trial %d, attempt %d: not stored",
				  store->path, run_id, position, attempt + 1);
	return store_stop(stmt, found < 0 ? -1 : read_trial(store, stmt, r, err));
}

/* The row of a table that a run has one of. */
static int read_run(struct store *store, const char *run_id, struct run_view *view,
		    struct error *err)
{
	sqlite3_stmt *stmt = of_run(store, TABLE_SUMMARY, run_id, err);

	if (store_next(store, stmt, "read the run", err) < 0 ||
	    store_stop(stmt, read_summary(stmt, &view->summary, err)) < 0)
		return -1;
	stmt = of_run(store, TABLE_RUN_VIEW, run_id, err);
	if (store_next(store, stmt, "read the run", err) < 0)
		return -1;
	return store_stop(stmt, row_read(stmt, store_table(TABLE_RUN_VIEW).columns, view, err));
}

static int read_host(struct store *store, const char *run_id, struct host_record *host,
		     struct error *err)
{
	sqlite3_stmt *stmt = of_run(store, TABLE_HOST_FACT, run_id, err);
	int more = 1;

	while (host->count < HOST_FACTS_MAX &&
	       (more = store_next(store, stmt, "read the host's facts", err)) > 0)
		if (row_read(stmt, store_table(TABLE_HOST_FACT).columns,
			     &host->facts[host->count++], err) < 0)
			return store_stop(stmt, -1);
	return store_stop(stmt, more);
}

static int load_all(struct store *store, const char *id, struct run_view *view, struct error *err)
{
	if (read_run(store, id, view, err) < 0 || read_host(store, id, &view->host, err) < 0)
		return -1;
	return read_trials(store, id, view, err);
}

int store_load(struct store *store, const char *which, struct run_view *view, struct error *err)
{
	char id[40] = "";
	int failed;

	*view = (struct run_view){0};
	/* One transaction, so that a run that goes on meanwhile is seen at one instant. */
	if (store_exec(store, "BEGIN", "read the run", err) < 0)
		return -1;
	failed = find_run(store, which, id, err);
	if (failed == 0 && load_all(store, id, view, err) < 0) {
		run_view_destroy(view);
		failed = error_wrap(err, "run %s", id);
	}
	if (failed == 0)
		return store_exec(store, "COMMIT", "read the run", err);
	sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

void run_view_destroy(struct run_view *view)
{
	for (size_t i = 0; i < view->trials_count; i++)
		trial_record_destroy(&view->trials[i]);
	free(view->trials);
	free(view->yaml);
	free(view->yaml_path);
	free(view->plan);
	host_record_destroy(&view->host);
	*view = (struct run_view){0};
}

int store_each_sample(struct store *store, const char *run_id,
		      int (*fn)(const struct sample_view *row, void *arg), void *arg,
		      struct error *err)
{
	sqlite3_stmt *stmt = of_run(store, TRIAL_SAMPLES, run_id, err);
	int last = sqlite3_column_count(stmt) - 1; /* behind the sample stands its trial */
	int more;

	while ((more = store_next(store, stmt, "read its samples", err)) > 0) {
		struct trial_sample sample = {0};
		struct sample_view view;
		char variant[64];

		if (row_read(stmt, trial_tables[TRIAL_SAMPLES].columns, &sample, err) < 0)
			return store_stop(stmt, error_wrap(err, "%s: a sample", store->path));
		store_text(stmt, last, variant, sizeof(variant));
		view = (struct sample_view){
		    .position = sqlite3_column_int(stmt, last - 2),
		    .attempt = sqlite3_column_int(stmt, last - 1),
		    .variant = variant,
		    .cell = sample.cell,
		    .late_ns = sample.late_ns,
		    .reading = sample.reading,
		};
		if (fn(&view, arg) != 0)
			break;
	}
	return store_stop(stmt, more);
}
