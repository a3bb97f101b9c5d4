/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of rig/store/ share: the connection, its statements, its errors. Nobody else
 * includes this. */
#ifndef POOLRIG_RIG_STORE_DB_H
#define POOLRIG_RIG_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/store/store.h"

/* How long a process waits for another one that writes: longer than it takes to commit a trial,
 * shorter than a trial. */
#define STORE_BUSY_MS 5000

/* Every statement that is run more than once: prepared at first use, kept. */
enum store_stmt {
	STMT_BEGIN = 0,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_RUN,
	STMT_HOST_FACT,
	STMT_RUN_END,
	STMT_NEXT_TRIAL,
	STMT_TRIAL,
	STMT_METRIC,
	STMT_INTERFERENCE,
	STMT_GRADE,
	STMT_EVENT,
	STMT_SAMPLE,
	STMT_RECORD,
	STMT_LOG,
	STMT_ARTEFACT,
	STMT_ARTEFACT_PART,
	STMT_LIST,
	STMT_FIND_LATEST,
	STMT_FIND,
	STMT_LOAD_RUN,
	STMT_LOAD_HOST,
	STMT_LOAD_TRIALS,
	STMT_LOAD_TRIAL,
	STMT_LOAD_METRICS,
	STMT_LOAD_INTERFERENCE,
	STMT_LOAD_GRADES,
	STMT_LOAD_EVENTS,
	STMT_LOAD_RECORDS,
	STMT_LOAD_LOGS,
	STMT_LOAD_SAMPLES,
	STMT_LOAD_ARTEFACTS,
	STMT_LOAD_PARTS,
	STORE_STMTS,
};

struct store {
	sqlite3 *db;
	char *path; /* as the user wrote it, for errors */
	sqlite3_stmt *stmts[STORE_STMTS];
	bool in_trial;
	int64_t trial_id;
	int64_t seq; /* of the last row of the trial under way */
	char run_id[40];
};

/* The prepared statement, reset and without bindings; NULL where SQLite refused. */
sqlite3_stmt *store_stmt(struct store *store, enum store_stmt which, struct error *err);

/* Run a statement that gives no rows, and reset it. `doing` is for the error: "write a sample". */
int store_step(struct store *store, sqlite3_stmt *stmt, const char *doing, struct error *err);

/* Run a text of SQL that gives no rows. */
int store_exec(struct store *store, const char *sql, const char *doing, struct error *err);

/* What SQLite says went wrong, in words that name the store and the way out. Returns -1. */
int store_failed(const struct store *store, const char *doing, struct error *err);

/* Bind a text that stays as it is until the statement has run. */
static inline void store_bind_text(sqlite3_stmt *stmt, int column, const char *text)
{
	sqlite3_bind_text(stmt, column, text, -1, SQLITE_STATIC);
}

/* Columns of a row, whatever type somebody gave them: "" and 0 for NULL. */
void store_text(sqlite3_stmt *stmt, int column, char *buf, size_t size);
char *store_text_dup(sqlite3_stmt *stmt, int column, struct error *err); /* caller frees */

#endif
