/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of rig/store/ share: the connection, its statements, rows and errors. Only they
 * include this. */
#ifndef POOLRIG_RIG_STORE_DB_H
#define POOLRIG_RIG_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/store/tables.h"
#include "rig/store/store.h"

/* How long a process waits for another one that writes: longer than it takes to commit a trial,
 * shorter than a trial. */
#define STORE_BUSY_MS 5000

/* What SQLite keeps open beside the file: -wal, -shm. */
#define STORE_BESIDE 2
struct store_file {
	dev_t device;
	ino_t inode; /* 0: not known */
};

struct store {
	sqlite3 *db;
	char *path; /* as the user wrote it, for errors */
	uid_t uid;  /* of a file that is made; where it is open to write */
	gid_t gid;
	struct store_file beside[STORE_BESIDE]; /* as they were when it was opened */
	bool saved;                             /* its files were moved; it is a copy now */
	sqlite3_stmt *stmts[STORE_STMTS];
	bool in_trial;
	int64_t trial_id;
	int64_t seq; /* of the last row of the trial under way */
	char run_id[40];
};

/* The prepared statement (enum store_stmt), reset and without bindings; NULL where SQLite refused.
 * To bind to NULL does nothing, and store_next() fails then: one check of errors is enough. */
sqlite3_stmt *store_stmt(struct store *store, int which, struct error *err);

/* Step to the next row: 1; 0 at the end of them, which is at once where a statement gives none; or
 * -1. The statement is reset where it is not 1. `doing` is for the error: "store a sample". */
int store_next(struct store *store, sqlite3_stmt *stmt, const char *doing, struct error *err);

/* Reset a statement that stands at a row. Returns 0, or -1 where `answer` is negative. */
int store_stop(sqlite3_stmt *stmt, int answer);

/* Make the file of a store; `fresh`: there must be none yet. In store_open.c, as the next two. */
int store_make_file(const char *path, uid_t uid, gid_t gid, bool fresh, struct error *err);
/* Open the database at store->path to write, in the place of the one that is open. */
int store_connect(struct store *store, struct error *err);
/* All statements are to be prepared anew. */
void store_finalize(struct store *store);

/* Remember which files are open now, for store_check_place(). In store_place.c. */
void store_remember_place(struct store *store);

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

/* Bind the fields of a row that stays as it is until the statement has run; `first` is the
 * parameter of the first column. */
int row_bind(sqlite3_stmt *stmt, int first, const struct column *columns, const void *row,
	     struct error *err);

/* Read the row that a statement stands at into one of zeroes, whatever types somebody gave its
 * columns. What it allocated is in the row, also after an error. */
int row_read(sqlite3_stmt *stmt, const struct column *columns, void *row, struct error *err);

/* Store what is in an artefact, part by part, whose row was stored last. In artefact.c. */
int put_parts(struct store *store, const struct trial_artefact *artefact, struct error *err);

#endif
