/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/store/schema.h"

#include <errno.h>
#include <stdio.h>

#include "base/own.h"

/* Make the tables that are missing. */
static int make_tables(struct store *store, const char *doing, struct error *err)
{
	cleanup_free char *sql = tables_statement(store->db, STMT_SCHEMA);

	if (!sql)
		return error_host(err, ENOMEM, "%s: no memory for a statement", store->path);
	return store_exec(store, sql, doing, err);
}

/* One number of a pragma or count. */
static int number(struct store *store, const char *sql, int64_t *value, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int failed = 0;

	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		*value = sqlite3_column_int64(stmt, 0);
	else
		failed = store_failed(store, "read it", err);
	sqlite3_finalize(stmt);
	return failed;
}

int schema_check(struct store *store, enum schema_state *state, struct error *err)
{
	int64_t objects, application, version;

	if (number(store, "SELECT count(*) FROM sqlite_schema", &objects, err) < 0 ||
	    number(store, "PRAGMA application_id", &application, err) < 0 ||
	    number(store, "PRAGMA user_version", &version, err) < 0)
		return -1;
	*state = SCHEMA_OURS;
	if (application == 0 && version == 0 && objects == 0) {
		*state = SCHEMA_EMPTY;
		return 0;
	}
	if (application != SCHEMA_APPLICATION_ID)
		return error_input(err,
				   "%s: an SQLite database, but not a poolrig store; nothing was "
				   "changed in it; use another --store",
				   store->path);
	if (version > SCHEMA_VERSION)
		return error_input(err,
				   "%s: written by a newer poolrig (schema version %lld, this one "
				   "knows up to %d); use that poolrig, or another --store",
				   store->path, (long long)version, SCHEMA_VERSION);
	if (version < 1)
		return error_input(err, "%s: schema version %lld is not known; use another --store",
				   store->path, (long long)version);
	return 0;
}

static int create_locked(struct store *store, struct error *err)
{
	char header[128];
	enum schema_state state;

	if (schema_check(store, &state, err) < 0)
		return -1;
	if (state == SCHEMA_OURS)
		return 0;
	snprintf(header, sizeof(header), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
		 SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
	if (store_exec(store, header, "make its tables", err) < 0 ||
	    make_tables(store, "make its tables", err) < 0)
		return -1;
	return 0;
}

int schema_create(struct store *store, struct error *err)
{
	/* A histogram takes about 2 KiB: of 4 KiB pages, the default, half would stay empty. */
	if (store_exec(store, "PRAGMA page_size = 16384", "make its tables", err) < 0 ||
	    store_exec(store, "BEGIN EXCLUSIVE", "make its tables", err) < 0)
		return -1;
	if (create_locked(store, err) < 0) {
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	return store_exec(store, "COMMIT", "make its tables", err);
}

static int add_column(struct store *store, const char *table, const struct column *column,
		      struct error *err)
{
	char sql[128];

	if (tables_has(store->db, table, column->name))
		return 0;
	snprintf(sql, sizeof(sql), "ALTER TABLE %s ADD COLUMN \"%s\" %s", table, column->name,
		 tables_declared(column));
	/* Another process may have added it between the question and the deed. */
	if (store_exec(store, sql, "add a column", err) < 0 &&
	    !tables_has(store->db, table, column->name))
		return -1;
	error_clear(err);
	return 0;
}

int schema_add(struct store *store, struct error *err)
{
	struct column c;

	/* Asked first, so that a store that has all is not written to. */
	if (!tables_has(store->db, "artefact", NULL) &&
	    make_tables(store, "add the tables of artefacts", err) < 0)
		return -1;
	for (int i = 0; i < STORE_TABLES; i++)
		for (int n = 0; column_at(store_table(i).columns, n, &c); n++)
			if (c.joined && add_column(store, store_table(i).name, &c, err) < 0)
				return -1;
	return 0;
}
