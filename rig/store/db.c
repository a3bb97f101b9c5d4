/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/store/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

/* What the kernel said: SQLite forgets it on the way back from a failed transaction, its files, the
 * database's and the log's, do not. */
static int errno_of(sqlite3 *db)
{
	int errnum = sqlite3_system_errno(db);
	sqlite3_file *log = NULL;

	if (!errnum)
		sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &errnum);
	if (!errnum)
		sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log);
	if (log && log->pMethods)
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &errnum);
	return errnum;
}

int store_failed(const struct store *store, const char *doing, struct error *err)
{
	const char *path = store->path;
	int code = sqlite3_extended_errcode(store->db);
	int errnum = errno_of(store->db);

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_host(err, 0,
				  "%s: cannot %s: another process has been writing to it for more "
				  "than %d s; let it finish, or use another --store",
				  path, doing, STORE_BUSY_MS / 1000);
	case SQLITE_FULL:
		return error_host(err, 0,
				  "%s: cannot %s: the disk is full; free some space and run again "
				  "(what is stored already is whole)",
				  path, doing);
	case SQLITE_NOTADB:
		return error_input(err,
				   "%s: not a poolrig store (not an SQLite database); nothing was "
				   "changed in it; use another --store",
				   path);
	case SQLITE_CORRUPT:
		return error_host(err, 0,
				  "%s: cannot %s: the file is damaged (%s); take it from a backup, "
				  "or save what `sqlite3 %s .recover` can read",
				  path, doing, sqlite3_errmsg(store->db), path);
	case SQLITE_READONLY:
		return error_host(err, 0,
				  "%s: cannot %s: the file or its directory can't be written; "
				  "change the permissions or use another --store",
				  path, doing);
	case SQLITE_IOERR:
		return error_host(
		    err, errnum,
		    "%s: cannot %s: %s (SQLite's code %d); look at the disk, its space "
		    "and your limits, and run again (what is stored already is whole)",
		    path, doing, sqlite3_errmsg(store->db), code);
	case SQLITE_CANTOPEN:
		return error_host(err, errnum, "%s: cannot %s: %s%s", path, doing,
				  sqlite3_errmsg(store->db),
				  errnum == EACCES || errnum == EPERM
				      ? "; may you write in that directory?"
				      : "");
	default:
		return error_host(err, 0, "%s: cannot %s: %s", path, doing,
				  sqlite3_errmsg(store->db));
	}
}

sqlite3_stmt *store_stmt(struct store *store, int which, struct error *err)
{
	sqlite3_stmt *stmt = store->stmts[which];
	cleanup_free char *sql = NULL;

	if (stmt) {
		sqlite3_reset(stmt);
		sqlite3_clear_bindings(stmt);
		return stmt;
	}
	sql = tables_statement(store->db, which);
	if (!sql) {
		error_host(err, ENOMEM, "%s: no memory for a statement", store->path);
		return NULL;
	}
	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
	    SQLITE_OK) {
		store_failed(store, "read its tables", err);
		return NULL;
	}
	store->stmts[which] = stmt;
	return stmt;
}

int store_next(struct store *store, sqlite3_stmt *stmt, const char *doing, struct error *err)
{
	int step = stmt ? sqlite3_step(stmt) : SQLITE_MISUSE;

	if (step == SQLITE_ROW)
		return 1;
	if (stmt && step != SQLITE_DONE)
		store_failed(store, doing, err);
	return store_stop(stmt, step == SQLITE_DONE ? 0 : -1);
}

int store_stop(sqlite3_stmt *stmt, int answer)
{
	sqlite3_reset(stmt);
	return answer < 0 ? -1 : 0;
}

int store_exec(struct store *store, const char *sql, const char *doing, struct error *err)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_failed(store, doing, err);
	return 0;
}

void store_text(sqlite3_stmt *stmt, int column, char *buf, size_t size)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	snprintf(buf, size, "%s", text ? (const char *)text : "");
}

char *store_text_dup(sqlite3_stmt *stmt, int column, struct error *err)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);
	char *copy = strdup(text ? (const char *)text : "");

	if (!copy)
		error_host(err, ENOMEM, "store: no memory for a text of %d bytes",
			   sqlite3_column_bytes(stmt, column));
	return copy;
}
