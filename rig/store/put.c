/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/store/put.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/own.h"
#include "cgroups/counters.h"

/* SQLite would turn a NaN into NULL without a word; here it is NULL beside its reason. */
static void bind_number(sqlite3_stmt *stmt, int column, bool known, double value)
{
	if (known && isfinite(value))
		sqlite3_bind_double(stmt, column, value);
	else
		sqlite3_bind_null(stmt, column);
}

/* Why a value is not known; NULL beside a value that is. */
static const char *reason_of(bool known, double value, const char *reason)
{
	if (known)
		return isfinite(value) ? NULL : "the value came out as infinite or not a number";
	return reason[0] ? reason : "no reason was given";
}

/* The statement for the next row of the trial, its key bound. */
static sqlite3_stmt *next_row(struct store *store, enum store_stmt which, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, which, err);

	if (!stmt)
		return NULL;
	sqlite3_bind_int64(stmt, 1, store->trial_id);
	sqlite3_bind_int64(stmt, 2, ++store->seq);
	return stmt;
}

static int put_samples(struct store *store, const struct trial_record *r, struct error *err)
{
	for (size_t i = 0; i < r->samples_count; i++) {
		const struct trial_sample *s = &r->samples[i];
		sqlite3_stmt *stmt = next_row(store, STMT_SAMPLE, err);

		if (!stmt)
			return -1;
		sqlite3_bind_int(stmt, 3, s->cell);
		sqlite3_bind_int64(stmt, 4, s->reading.at_ns - r->start_ns);
		sqlite3_bind_int64(stmt, 5, s->late_ns);
		for (int c = 0; c < CG_COUNTERS; c++)
			if (s->reading.known >> c & 1)
				sqlite3_bind_int64(stmt, 6 + c, s->reading.value[c]);
		if (store_step(store, stmt, "store a sample", err) < 0)
			return -1;
	}
	return 0;
}

static int put_events(struct store *store, const struct trial_record *r, struct error *err)
{
	for (size_t i = 0; i < r->events_count; i++) {
		const struct trial_event *e = &r->events[i];
		sqlite3_stmt *stmt = next_row(store, STMT_EVENT, err);

		if (!stmt)
			return -1;
		sqlite3_bind_int64(stmt, 3, e->at_ns);
		store_bind_text(stmt, 4, e->cell);
		store_bind_text(stmt, 5, e->kind);
		store_bind_text(stmt, 6, e->text);
		if (store_step(store, stmt, "store an event", err) < 0)
			return -1;
	}
	return 0;
}

/* As bytes, a quarter smaller, where encoding these gives the very same text again; else as it is.
 */
static int bind_hdr(sqlite3_stmt *stmt, int column, const char *hdr, struct error *err)
{
	size_t len = strlen(hdr);
	uint8_t *bytes = malloc(len / 4 * 3 + 1);
	cleanup_free char *again = NULL;
	ptrdiff_t size;

	if (!bytes)
		return error_host(err, ENOMEM, "store: no memory for a histogram");
	size = base64_decode(hdr, len, bytes);
	again = size < 0 ? NULL : malloc(base64_text_size((size_t)size));
	if (again)
		base64_encode(bytes, (size_t)size, again);
	if (again && strcmp(again, hdr) == 0) {
		sqlite3_bind_blob64(stmt, column, bytes, (sqlite3_uint64)size, free);
		return 0;
	}
	free(bytes);
	store_bind_text(stmt, column, hdr);
	return 0;
}

static int put_record(struct store *store, const struct workload_record *w, struct error *err)
{
	sqlite3_stmt *stmt = next_row(store, STMT_RECORD, err);
	bool histogram = w->hdr != NULL;

	if (!stmt)
		return -1;
	store_bind_text(stmt, 3, w->name);
	store_bind_text(stmt, 4, w->kind);
	store_bind_text(stmt, 5, w->unit);
	sqlite3_bind_int64(stmt, 6, w->from_ns);
	sqlite3_bind_int64(stmt, 7, w->to_ns);
	bind_number(stmt, 8, w->known && !histogram, w->value);
	if (histogram && bind_hdr(stmt, 9, w->hdr, err) < 0)
		return -1;
	if (!histogram)
		store_bind_text(stmt, 10, reason_of(w->known, w->value, w->reason));
	return store_step(store, stmt, "store a workload's record", err);
}

static int put_records(struct store *store, const struct trial_record *r, struct error *err)
{
	for (size_t i = 0; i < r->records_count; i++)
		if (put_record(store, &r->records[i], err) < 0)
			return -1;
	return 0;
}

static int put_metrics(struct store *store, const struct trial_record *r, struct error *err)
{
	for (size_t i = 0; i < r->metrics_count; i++) {
		const struct metric *m = &r->metrics[i];
		sqlite3_stmt *stmt = next_row(store, STMT_METRIC, err);

		if (!stmt)
			return -1;
		store_bind_text(stmt, 3, m->name);
		bind_number(stmt, 4, m->known, m->value);
		store_bind_text(stmt, 5, reason_of(m->known, m->value, m->reason));
		if (store_step(store, stmt, "store a metric", err) < 0)
			return -1;
	}
	return 0;
}

static int put_interference(struct store *store, const struct trial_record *r, struct error *err)
{
	for (size_t i = 0; i < r->interference_count; i++) {
		const struct interference_line *l = &r->interference[i];
		sqlite3_stmt *stmt = next_row(store, STMT_INTERFERENCE, err);

		if (!stmt)
			return -1;
		store_bind_text(stmt, 3, l->name);
		store_bind_text(stmt, 4, l->unit);
		bind_number(stmt, 5, l->known, l->value);
		store_bind_text(stmt, 6, l->detail);
		if (store_step(store, stmt, "store a line of interference", err) < 0)
			return -1;
	}
	return 0;
}

static int put_grades(struct store *store, const struct trial_record *r, struct error *err)
{
	for (size_t i = 0; i < r->grades_count; i++) {
		const struct grade_line *g = &r->grades[i];
		const char level[2] = {g->level ? g->level : '-', '\0'};
		sqlite3_stmt *stmt = next_row(store, STMT_GRADE, err);

		if (!stmt)
			return -1;
		store_bind_text(stmt, 3, g->dimension);
		store_bind_text(stmt, 4, level);
		store_bind_text(stmt, 5, g->asked);
		store_bind_text(stmt, 6, g->granted);
		store_bind_text(stmt, 7, g->reason);
		if (store_step(store, stmt, "store a grade", err) < 0)
			return -1;
	}
	return 0;
}

static int put_logs(struct store *store, const struct trial_record *r, struct error *err)
{
	for (size_t i = 0; i < r->logs_count; i++) {
		const struct trial_log *l = &r->logs[i];
		sqlite3_stmt *stmt = next_row(store, STMT_LOG, err);

		if (!stmt)
			return -1;
		store_bind_text(stmt, 3, l->name);
		store_bind_text(stmt, 4, l->text);
		sqlite3_bind_int64(stmt, 5, (int64_t)l->bytes);
		sqlite3_bind_int64(stmt, 6, (int64_t)l->dropped);
		if (store_step(store, stmt, "store a log", err) < 0)
			return -1;
	}
	return 0;
}

static int put_trial(struct store *store, const struct trial_record *r, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_TRIAL, err);

	if (!stmt)
		return -1;
	sqlite3_bind_int64(stmt, 1, store->trial_id);
	store_bind_text(stmt, 2, store->run_id);
	sqlite3_bind_int(stmt, 3, r->position);
	sqlite3_bind_int(stmt, 4, r->block);
	sqlite3_bind_int(stmt, 5, r->attempt);
	store_bind_text(stmt, 6, r->variant);
	store_bind_text(stmt, 7, trial_outcome_name(r->outcome));
	store_bind_text(stmt, 8, r->reason);
	sqlite3_bind_int64(stmt, 9, r->started_unix_ns);
	sqlite3_bind_int64(stmt, 10, r->start_ns);
	sqlite3_bind_int64(stmt, 11, r->wall_ns);
	return store_step(store, stmt, "store a trial", err);
}

int put_portion(struct store *store, const struct trial_record *r, struct error *err)
{
	if (put_samples(store, r, err) < 0 || put_events(store, r, err) < 0)
		return -1;
	return put_records(store, r, err);
}

int put_rest(struct store *store, const struct trial_record *r, struct error *err)
{
	if (put_trial(store, r, err) < 0 || put_metrics(store, r, err) < 0 ||
	    put_interference(store, r, err) < 0 || put_grades(store, r, err) < 0)
		return -1;
	if (put_logs(store, r, err) < 0)
		return -1;
	for (size_t i = 0; i < r->artefacts_count; i++)
		if (put_artefact(store, &r->artefacts[i], err) < 0)
			return -1;
	return 0;
}
