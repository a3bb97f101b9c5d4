/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the store and the statements on them, both made of columns; docs/store.md describes
 * them. Internal to rig/store/. */
#ifndef POOLRIG_RIG_STORE_TABLES_H
#define POOLRIG_RIG_STORE_TABLES_H

#include <sqlite3.h>

#include "rig/record/trial_table.h"

/* A table for each list of a trial (enum trial_list), and these. The last two only read `run`. */
enum store_table_number {
	TABLE_TRIAL = TRIAL_LISTS,
	TABLE_RUN,
	TABLE_HOST_FACT,
	TABLE_SUMMARY,
	TABLE_RUN_VIEW,
	STORE_TABLES,
};

struct store_table {
	const char *name, *storing; /* "sample"; for errors: "store a sample" */
	const struct column *columns;
	/* In the file two columns stand before those: the names as INSERT wants them (the first two
	 * parameters are theirs), and what CREATE TABLE says of them and behind all columns. */
	const char *keys, *declared, *end;
	const char *from; /* what SELECT says behind the columns */
};
struct store_table store_table(int number);

/* Every statement that is run more than once; those of tables have the number of one added. */
enum store_stmt {
	STMT_BEGIN = 0,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_RUN_END,
	STMT_NEXT_TRIAL,
	STMT_ARTEFACT_PART,
	STMT_FIND_LATEST,
	STMT_FIND,
	STMT_LOAD_PARTS,
	STMT_INSERT,
	STMT_SELECT = STMT_INSERT + STORE_TABLES,
	STORE_STMTS = STMT_SELECT + STORE_TABLES,
	STMT_SCHEMA = STORE_STMTS, /* once: makes all tables that are missing */
};

/* The SQL of a statement (enum store_stmt); free(3) it. NULL: no memory. It names only columns that
 * the file has, and gives no row of a table that it lacks. */
char *tables_statement(sqlite3 *db, int which);

/* What CREATE TABLE says of a column. */
const char *tables_declared(const struct column *column);

/* Does the file have this column, or (NULL) this table? */
bool tables_has(sqlite3 *db, const char *table, const char *column);

#endif
