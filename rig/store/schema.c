/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/store/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "cgroups/counters.h"

/*
 * Rows that belong to a trial are keyed by (trial, seq), seq being the order in which they were
 * written; WITHOUT ROWID keeps a trial's rows together without a second index. `record` is the
 * exception: its rows hold histograms, and in an index b-tree whatever exceeds a quarter of a page
 * would take an overflow page of its own (sqlite.org/fileformat2.html#payload).
 */
static const char tables[] =
    "CREATE TABLE run(id TEXT PRIMARY KEY NOT NULL, experiment TEXT NOT NULL, yaml TEXT NOT NULL,"
    " yaml_path TEXT NOT NULL, seed INTEGER NOT NULL, planned INTEGER NOT NULL,"
    " started_unix_ns INTEGER NOT NULL, ended_unix_ns INTEGER, exit_code INTEGER);"
    "CREATE TABLE host_fact(run TEXT NOT NULL REFERENCES run(id), seq INTEGER NOT NULL,"
    " name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(run, seq)) WITHOUT ROWID;"
    "CREATE TABLE trial(id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES run(id),"
    " position INTEGER NOT NULL, block INTEGER NOT NULL, attempt INTEGER NOT NULL,"
    " variant TEXT NOT NULL, outcome TEXT NOT NULL"
    " CHECK(outcome IN ('ok', 'workload_failed', 'void', 'rig_failed')), reason TEXT NOT NULL,"
    " started_unix_ns INTEGER NOT NULL, start_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL,"
    " UNIQUE(run, position, attempt));"
    "CREATE TABLE metric(trial INTEGER NOT NULL REFERENCES trial(id), seq INTEGER NOT NULL,"
    " name TEXT NOT NULL, value REAL, reason TEXT, CHECK(value IS NOT NULL OR reason IS NOT NULL),"
    " PRIMARY KEY(trial, seq)) WITHOUT ROWID;"
    "CREATE TABLE ledger(trial INTEGER NOT NULL REFERENCES trial(id), seq INTEGER NOT NULL,"
    " name TEXT NOT NULL, unit TEXT NOT NULL, value REAL, detail TEXT NOT NULL,"
    " PRIMARY KEY(trial, seq)) WITHOUT ROWID;"
    "CREATE TABLE grade(trial INTEGER NOT NULL REFERENCES trial(id), seq INTEGER NOT NULL,"
    " dimension TEXT NOT NULL, level TEXT NOT NULL, asked TEXT NOT NULL, granted TEXT NOT NULL,"
    " reason TEXT NOT NULL, PRIMARY KEY(trial, seq)) WITHOUT ROWID;"
    "CREATE TABLE event(trial INTEGER NOT NULL REFERENCES trial(id), seq INTEGER NOT NULL,"
    " at_ns INTEGER NOT NULL, cell TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY(trial, seq)) WITHOUT ROWID;"
    "CREATE TABLE record(trial INTEGER NOT NULL REFERENCES trial(id), seq INTEGER NOT NULL,"
    " name TEXT NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL, from_ns INTEGER NOT NULL,"
    " to_ns INTEGER NOT NULL, value REAL, hdr BLOB, reason TEXT,"
    " CHECK(value IS NOT NULL OR hdr IS NOT NULL OR reason IS NOT NULL));"
    "CREATE INDEX record_trial ON record(trial);"
    "CREATE TABLE log(trial INTEGER NOT NULL REFERENCES trial(id), seq INTEGER NOT NULL,"
    " name TEXT NOT NULL, text TEXT NOT NULL, bytes INTEGER NOT NULL, dropped INTEGER NOT NULL,"
    " PRIMARY KEY(trial, seq)) WITHOUT ROWID;"
    "CREATE TABLE sample(trial INTEGER NOT NULL REFERENCES trial(id), seq INTEGER NOT NULL,"
    " cell INTEGER NOT NULL, at_ns INTEGER NOT NULL, late_ns INTEGER NOT NULL,"
    " PRIMARY KEY(trial, seq)) WITHOUT ROWID;";

/* Tables that joined when there were stores without them; made where they are missing. An artefact
 * is kept in parts, so that nobody needs memory for all of it; parts are keyed as records are, and
 * for the same reason. */
static const char joined[] =
    "CREATE TABLE IF NOT EXISTS artefact(trial INTEGER NOT NULL REFERENCES trial(id),"
    " seq INTEGER NOT NULL, name TEXT NOT NULL, media TEXT NOT NULL, bytes INTEGER NOT NULL,"
    " intrusive INTEGER NOT NULL, PRIMARY KEY(trial, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS artefact_part(trial INTEGER NOT NULL REFERENCES trial(id),"
    " artefact INTEGER NOT NULL, part INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " data BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS artefact_part_of ON artefact_part(trial, artefact, part);";

#define LOAD_RUN(plan)                                                                             \
	"SELECT id, experiment, started_unix_ns, coalesce(ended_unix_ns, 0),"                      \
	" coalesce(exit_code, -1), planned, yaml, yaml_path, seed, " plan                          \
	" FROM run WHERE id = ?1"

static const char *const statements[STORE_STMTS] = {
    /* IMMEDIATE: whoever can't have the store learns it before the trial is run, not after. */
    [STMT_BEGIN] = "BEGIN IMMEDIATE",
    [STMT_COMMIT] = "COMMIT",
    [STMT_ROLLBACK] = "ROLLBACK",
    [STMT_RUN] = "INSERT INTO run(id, experiment, yaml, yaml_path, seed, planned, started_unix_ns,"
		 " plan) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [STMT_HOST_FACT] = "INSERT INTO host_fact(run, seq, name, value) VALUES(?1, ?2, ?3, ?4)",
    [STMT_RUN_END] = "UPDATE run SET ended_unix_ns = ?2, exit_code = ?3"
		     " WHERE id = ?1 AND ended_unix_ns IS NULL",
    [STMT_NEXT_TRIAL] = "SELECT coalesce((SELECT max(id) FROM trial), 0) + 1,"
			" (SELECT ended_unix_ns IS NULL FROM run WHERE id = ?1)",
    [STMT_TRIAL] = "INSERT INTO trial(id, run, position, block, attempt, variant, outcome, reason,"
		   " started_unix_ns, start_ns, wall_ns)"
		   " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [STMT_METRIC] = "INSERT INTO metric(trial, seq, name, value, reason) VALUES(?1,?2,?3,?4,?5)",
    [STMT_INTERFERENCE] = "INSERT INTO ledger(trial, seq, name, unit, value, detail)"
			  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [STMT_GRADE] = "INSERT INTO grade(trial, seq, dimension, level, asked, granted, reason)"
		   " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [STMT_EVENT] = "INSERT INTO event(trial, seq, at_ns, cell, kind, text)"
		   " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [STMT_RECORD] = "INSERT INTO record(trial, seq, name, kind, unit, from_ns, to_ns, value, hdr,"
		    " reason) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [STMT_LOG] = "INSERT INTO log(trial, seq, name, text, bytes, dropped)"
		 " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [STMT_ARTEFACT] = "INSERT INTO artefact(trial, seq, name, media, bytes, intrusive)"
		      " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [STMT_ARTEFACT_PART] = "INSERT INTO artefact_part(trial, artefact, part, bytes, data)"
			   " VALUES(?1, ?2, ?3, ?4, ?5)",
    [STMT_LIST] = "SELECT id, experiment, started_unix_ns, coalesce(ended_unix_ns, 0),"
		  " coalesce(exit_code, -1), planned,"
		  " (SELECT count(*) FROM trial WHERE run = run.id),"
		  " (SELECT count(*) FROM trial WHERE run = run.id AND outcome = 'ok')"
		  " FROM run ORDER BY started_unix_ns DESC, rowid DESC",
    [STMT_FIND_LATEST] = "SELECT id FROM run ORDER BY started_unix_ns DESC, rowid DESC LIMIT 1",
    [STMT_FIND] = "SELECT id FROM run WHERE substr(id, 1, length(?1)) = ?1"
		  " ORDER BY id <> ?1, id LIMIT 3",
    [STMT_LOAD_RUN] = LOAD_RUN("plan"),
    [STMT_LOAD_HOST] = "SELECT name, value FROM host_fact WHERE run = ?1 ORDER BY seq",
    [STMT_LOAD_TRIALS] = "SELECT id, position, block, attempt, variant, outcome, reason,"
			 " started_unix_ns, start_ns, wall_ns FROM trial WHERE run = ?1"
			 " ORDER BY id",
    [STMT_LOAD_TRIAL] = "SELECT id, position, block, attempt, variant, outcome, reason,"
			" started_unix_ns, start_ns, wall_ns FROM trial WHERE run = ?1"
			" AND position = ?2 AND attempt = ?3",
    [STMT_LOAD_METRICS] = "SELECT name, value, reason FROM metric WHERE trial = ?1 ORDER BY seq",
    [STMT_LOAD_INTERFERENCE] = "SELECT name, unit, value, detail FROM ledger WHERE trial = ?1"
			       " ORDER BY seq",
    [STMT_LOAD_GRADES] = "SELECT dimension, level, asked, granted, reason FROM grade"
			 " WHERE trial = ?1 ORDER BY seq",
    [STMT_LOAD_EVENTS] = "SELECT at_ns, cell, kind, text FROM event WHERE trial = ?1"
			 " ORDER BY at_ns, seq",
    [STMT_LOAD_RECORDS] = "SELECT name, kind, unit, from_ns, to_ns, value, hdr, reason FROM record"
			  " WHERE trial = ?1 ORDER BY seq",
    [STMT_LOAD_LOGS] = "SELECT name, text, bytes, dropped FROM log WHERE trial = ?1 ORDER BY seq",
    [STMT_LOAD_ARTEFACTS] = "SELECT name, media, bytes, intrusive FROM artefact WHERE trial = ?1"
			    " ORDER BY seq",
    /* Of several attempts that have it, the last. */
    [STMT_LOAD_PARTS] =
	"SELECT part.bytes, part.data FROM artefact_part part WHERE (part.trial, part.artefact) ="
	" (SELECT a.trial, a.seq FROM artefact a JOIN trial ON trial.id = a.trial"
	"  WHERE trial.run = ?1 AND trial.position = ?2 AND a.name = ?3"
	"  ORDER BY trial.attempt DESC LIMIT 1) ORDER BY part.part",
};

static bool has_column(sqlite3 *db, const char *table, const char *column)
{
	return sqlite3_table_column_metadata(db, NULL, table, column, NULL, NULL, NULL, NULL,
					     NULL) == SQLITE_OK;
}

bool schema_has_counter(sqlite3 *db, int counter)
{
	return has_column(db, "sample", cg_counter_row((enum cg_counter)counter)->name);
}

static bool has_artefacts(sqlite3 *db)
{
	return has_column(db, "artefact", "name");
}

static char *sample_insert(void)
{
	char *sql = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&sql, &size);

	if (!to)
		return NULL;
	fputs("INSERT INTO sample(trial, seq, cell, at_ns, late_ns", to);
	for (int i = 0; i < CG_COUNTERS; i++)
		fprintf(to, ", \"%s\"", cg_counter_row((enum cg_counter)i)->name);
	fputs(") VALUES(?1, ?2, ?3, ?4, ?5", to);
	for (int i = 0; i < CG_COUNTERS; i++)
		fprintf(to, ", ?%d", 6 + i);
	fputs(")", to);
	return fclose(to) == 0 ? sql : NULL;
}

/* A counter that the file has no column for is read as unknown. */
static char *sample_select(sqlite3 *db)
{
	char *sql = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&sql, &size);

	if (!to)
		return NULL;
	fputs("SELECT position, attempt, variant, cell, at_ns, late_ns", to);
	for (int i = 0; i < CG_COUNTERS; i++) {
		const char *name = cg_counter_row((enum cg_counter)i)->name;

		fprintf(to, schema_has_counter(db, i) ? ", \"%s\"" : ", NULL AS \"%s\"", name);
	}
	fputs(" FROM sample JOIN trial ON trial.id = sample.trial WHERE trial.run = ?1"
	      " ORDER BY sample.trial, sample.seq",
	      to);
	return fclose(to) == 0 ? sql : NULL;
}

char *schema_statement(sqlite3 *db, enum store_stmt which)
{
	if (which == STMT_SAMPLE)
		return sample_insert();
	if (which == STMT_LOAD_SAMPLES)
		return sample_select(db);
	if ((which == STMT_LOAD_ARTEFACTS || which == STMT_LOAD_PARTS) && !has_artefacts(db))
		return strdup("SELECT NULL WHERE NULL AND ?1 = ?2 AND ?2 = ?3");
	if (which == STMT_LOAD_RUN && !has_column(db, "run", "plan"))
		return strdup(LOAD_RUN("NULL"));
	return strdup(statements[which]);
}

/* One number of a pragma or count, or -1. */
static int64_t number(struct store *store, const char *sql, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int64_t value = -1;

	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	else
		store_failed(store, "read it", err);
	sqlite3_finalize(stmt);
	return value;
}

int schema_check(struct store *store, enum schema_state *state, struct error *err)
{
	int64_t objects = number(store, "SELECT count(*) FROM sqlite_schema", err);
	int64_t application, version;

	if (objects < 0)
		return -1;
	application = number(store, "PRAGMA application_id", err);
	version = number(store, "PRAGMA user_version", err);
	if (application < 0 || version < 0)
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
	    store_exec(store, tables, "make its tables", err) < 0)
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

static int add_column(struct store *store, const char *table, const char *column, const char *type,
		      struct error *err)
{
	char sql[128];

	if (has_column(store->db, table, column))
		return 0;
	snprintf(sql, sizeof(sql), "ALTER TABLE %s ADD COLUMN \"%s\" %s", table, column, type);
	/* Another process may have added it between the question and the deed. */
	if (store_exec(store, sql, "add a column", err) < 0 &&
	    !has_column(store->db, table, column))
		return -1;
	error_clear(err);
	return 0;
}

int schema_add(struct store *store, struct error *err)
{
	/* Asked first, so that a store that has all is not written to. */
	if (!has_artefacts(store->db) &&
	    store_exec(store, joined, "add the tables of artefacts", err) < 0)
		return -1;
	for (int i = 0; i < CG_COUNTERS; i++)
		if (add_column(store, "sample", cg_counter_row((enum cg_counter)i)->name, "INTEGER",
			       err) < 0)
			return -1;
	return add_column(store, "run", "plan", "TEXT", err);
}
