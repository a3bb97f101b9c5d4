/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/store/read_trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/own.h"

static int read_metric(sqlite3_stmt *stmt, struct trial_record *r, struct error *err)
{
	char name[64], reason[160];

	store_text(stmt, 0, name, sizeof(name));
	if (sqlite3_column_type(stmt, 1) != SQLITE_NULL)
		return trial_metric(r, name, sqlite3_column_double(stmt, 1), err);
	store_text(stmt, 2, reason, sizeof(reason));
	return trial_metric_unknown(r, name, err, "%s", reason);
}

static int read_interference(sqlite3_stmt *stmt, struct trial_record *r, struct error *err)
{
	char name[48], unit[16], detail[256];

	store_text(stmt, 0, name, sizeof(name));
	store_text(stmt, 1, unit, sizeof(unit));
	store_text(stmt, 3, detail, sizeof(detail));
	if (sqlite3_column_type(stmt, 2) == SQLITE_NULL)
		return trial_interference_unknown(r, name, unit, err, "%s", detail);
	return trial_interference(r, name, unit, sqlite3_column_double(stmt, 2), err, "%s", detail);
}

static int read_grade(sqlite3_stmt *stmt, struct trial_record *r, struct error *err)
{
	struct grade_line g = {.level = '-'};
	char level[8];

	store_text(stmt, 0, g.dimension, sizeof(g.dimension));
	store_text(stmt, 1, level, sizeof(level));
	store_text(stmt, 2, g.asked, sizeof(g.asked));
	store_text(stmt, 3, g.granted, sizeof(g.granted));
	store_text(stmt, 4, g.reason, sizeof(g.reason));
	if (level[0])
		g.level = level[0];
	return trial_grade(r, &g, err);
}

static int read_event(sqlite3_stmt *stmt, struct trial_record *r, struct error *err)
{
	char cell[32], kind[32], text[200];

	store_text(stmt, 1, cell, sizeof(cell));
	store_text(stmt, 2, kind, sizeof(kind));
	store_text(stmt, 3, text, sizeof(text));
	return trial_event(r, sqlite3_column_int64(stmt, 0), cell, kind, err, "%s", text);
}

static char *read_hdr(sqlite3_stmt *stmt, int column, struct error *err)
{
	const void *bytes;
	size_t size;
	char *text;

	if (sqlite3_column_type(stmt, column) != SQLITE_BLOB)
		return store_text_dup(stmt, column, err);
	bytes = sqlite3_column_blob(stmt, column);
	size = (size_t)sqlite3_column_bytes(stmt, column);
	text = malloc(base64_text_size(size));
	if (text)
		base64_encode(bytes, size, text);
	else
		error_host(err, ENOMEM, "store: no memory for a histogram");
	return text;
}

static int read_record(sqlite3_stmt *stmt, struct trial_record *r, struct error *err)
{
	struct workload_record w = {0};

	store_text(stmt, 0, w.name, sizeof(w.name));
	store_text(stmt, 1, w.kind, sizeof(w.kind));
	store_text(stmt, 2, w.unit, sizeof(w.unit));
	w.from_ns = sqlite3_column_int64(stmt, 3);
	w.to_ns = sqlite3_column_int64(stmt, 4);
	w.value = sqlite3_column_double(stmt, 5);
	w.known = sqlite3_column_type(stmt, 5) != SQLITE_NULL;
	store_text(stmt, 7, w.reason, sizeof(w.reason));
	if (sqlite3_column_type(stmt, 6) != SQLITE_NULL) {
		w.hdr = read_hdr(stmt, 6, err);
		if (!w.hdr)
			return -1;
		w.known = true;
	}
	return trial_workload_record(r, &w, err);
}

static int read_log(sqlite3_stmt *stmt, struct trial_record *r, struct error *err)
{
	cleanup_free char *text = store_text_dup(stmt, 1, err);
	char name[16];

	if (!text)
		return -1;
	store_text(stmt, 0, name, sizeof(name));
	return trial_log(r, name, text, strlen(text), (uint64_t)sqlite3_column_int64(stmt, 2),
			 (uint64_t)sqlite3_column_int64(stmt, 3), err);
}

static int read_artefact(sqlite3_stmt *stmt, struct trial_record *r, struct error *err)
{
	struct trial_artefact artefact = {.fd = -1};

	store_text(stmt, 0, artefact.name, sizeof(artefact.name));
	store_text(stmt, 1, artefact.media, sizeof(artefact.media));
	artefact.bytes = (uint64_t)sqlite3_column_int64(stmt, 2);
	artefact.intrusive = sqlite3_column_int(stmt, 3) != 0;
	return trial_artefact(r, &artefact, err);
}

/* What a trial has many of: the statement that gives them, and what one row becomes. */
static const struct part {
	enum store_stmt stmt;
	int (*read)(sqlite3_stmt *stmt, struct trial_record *r, struct error *err);
} parts[] = {
    {STMT_LOAD_METRICS, read_metric},     {STMT_LOAD_INTERFERENCE, read_interference},
    {STMT_LOAD_GRADES, read_grade},       {STMT_LOAD_EVENTS, read_event},
    {STMT_LOAD_RECORDS, read_record},     {STMT_LOAD_LOGS, read_log},
    {STMT_LOAD_ARTEFACTS, read_artefact},
};

static int read_part(struct store *store, const struct part *part, int64_t trial,
		     struct trial_record *r, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, part->stmt, err);
	int step, failed = 0;

	if (!stmt)
		return -1;
	sqlite3_bind_int64(stmt, 1, trial);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW && failed == 0)
		failed = part->read(stmt, r, err);
	if (failed == 0 && step != SQLITE_DONE)
		failed = store_failed(store, "read a trial", err);
	sqlite3_reset(stmt);
	return failed;
}

static int read_trial(struct store *store, sqlite3_stmt *stmt, struct trial_record *r,
		      struct error *err)
{
	char outcome[32];
	int known;

	r->position = sqlite3_column_int(stmt, 1);
	r->block = sqlite3_column_int(stmt, 2);
	r->attempt = sqlite3_column_int(stmt, 3);
	store_text(stmt, 4, r->variant, sizeof(r->variant));
	store_text(stmt, 5, outcome, sizeof(outcome));
	store_text(stmt, 6, r->reason, sizeof(r->reason));
	r->started_unix_ns = sqlite3_column_int64(stmt, 7);
	r->start_ns = sqlite3_column_int64(stmt, 8);
	r->wall_ns = sqlite3_column_int64(stmt, 9);
	known = trial_outcome_by_name(outcome);
	if (known < 0)
		return error_host(err, 0,
				  "%s: trial %d: outcome \"%s\" is not known; the store is damaged "
				  "or was edited",
				  store->path, r->position, outcome);
	r->outcome = (enum trial_outcome)known;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (read_part(store, &parts[i], sqlite3_column_int64(stmt, 0), r, err) < 0)
			return -1;
	return 0;
}

static struct trial_record *append(struct trial_record **trials, size_t *count)
{
	struct trial_record *grown = reallocarray(*trials, *count + 1, sizeof(**trials));

	if (!grown)
		return NULL;
	*trials = grown;
	trial_record_init(&grown[*count]);
	return &grown[(*count)++];
}

int read_trials(struct store *store, const char *run_id, struct trial_record **trials,
		size_t *count, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LOAD_TRIALS, err);
	int step, failed = 0;

	if (!stmt)
		return -1;
	sqlite3_bind_text(stmt, 1, run_id, -1, SQLITE_STATIC);
	while (failed == 0 && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct trial_record *r = append(trials, count);

		failed =
		    r ? read_trial(store, stmt, r, err)
		      : error_host(err, ENOMEM, "%s: no memory for trial %zu", store->path, *count);
	}
	if (failed == 0 && step != SQLITE_DONE)
		failed = store_failed(store, "read its trials", err);
	sqlite3_reset(stmt);
	return failed;
}

int store_load_trial(struct store *store, const char *run_id, int position, int attempt,
		     struct trial_record *r, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LOAD_TRIAL, err);
	int step, failed;

	trial_record_init(r);
	if (!stmt)
		return -1;
	sqlite3_bind_text(stmt, 1, run_id, -1, SQLITE_STATIC);
	sqlite3_bind_int(stmt, 2, position);
	sqlite3_bind_int(stmt, 3, attempt);
	step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		failed = read_trial(store, stmt, r, err);
	else if (step == SQLITE_DONE)
		failed = error_host(err, 0, "%s: run %s: trial %d, attempt %d: not stored",
				    store->path, run_id, position, attempt + 1);
	else
		failed = store_failed(store, "read a trial", err);
	sqlite3_reset(stmt);
	return failed;
}
