/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/store/tables.h"

#include <stdio.h>

#include "rig/store/store.h"

static const struct column run_columns[] = {
    COLUMN(run_record, yaml, OWNED),
    COLUMN(run_record, yaml_path, OWNED),
    COLUMN(run_record, seed, INT64),
    COLUMN(run_record, planned, INT),
    COLUMN(run_record, started_unix_ns, INT64),
    COLUMN(run_record, plan, OWNED, .joined = true),
    COLUMN(run_record, supervisor, TEXT, .joined = true),
    {0},
};

static const struct column run_view_columns[] = {
    COLUMN(run_view, yaml, OWNED),
    COLUMN(run_view, yaml_path, OWNED),
    COLUMN(run_view, seed, INT64),
    COLUMN(run_view, plan, OWNED, .joined = true),
    {0},
};

static const struct column summary_columns[] = {
    COLUMN(run_summary, id, TEXT),
    COLUMN(run_summary, experiment, TEXT),
    COLUMN(run_summary, started_unix_ns, INT64),
    COLUMN(run_summary, ended_unix_ns, INT64),
    COLUMN_AS("coalesce(exit_code, -1)", run_summary, exit_code, INT),
    COLUMN(run_summary, planned, INT),
    COLUMN(run_summary, supervisor, TEXT, .joined = true),
    COLUMN_AS("(SELECT count(*) FROM trial WHERE run = run.id)", run_summary, trials, INT),
    COLUMN_AS("(SELECT count(*) FROM trial WHERE run = run.id AND outcome = 'ok')", run_summary, ok,
	      INT),
    {0},
};

static const struct column host_fact_columns[] = {
    COLUMN(host_fact, name, TEXT),
    COLUMN(host_fact, value, OWNED),
    {0},
};

/*
 * Rows that belong to a trial are keyed by (trial, seq), seq being the order in which they were
 * written; WITHOUT ROWID keeps a trial's rows together without a second index. `record` is the
 * exception: its rows hold histograms, and in an index b-tree whatever exceeds a quarter of a page
 * would take an overflow page of its own (sqlite.org/fileformat2.html#payload). An artefact is kept
 * in parts, so that nobody needs memory for all of it; parts are keyed as records are, and for the
 * same reason.
 */
#define OF_TRIAL "trial, seq", "trial INTEGER NOT NULL REFERENCES trial(id), seq INTEGER NOT NULL"
#define KEYED    ", PRIMARY KEY(trial, seq)) WITHOUT ROWID"
/* clang-format off */
#define LIST(name, storing, end, by)                                                               \
	{name, storing, NULL, OF_TRIAL, end, " FROM " name " WHERE trial = ?1 ORDER BY " by}
/* clang-format on */

static const struct store_table tables[STORE_TABLES] = {
    [TABLE_RUN] = {"run", "begin the run", run_columns, "id, experiment",
		   "id TEXT PRIMARY KEY NOT NULL, experiment TEXT NOT NULL",
		   ", ended_unix_ns INTEGER, exit_code INTEGER)", NULL},
    [TABLE_SUMMARY] = {.name = "run",
		       .columns = summary_columns,
		       .from = " FROM run WHERE id = coalesce(?1, id)"
			       " ORDER BY rowid DESC"},
    [TABLE_RUN_VIEW] = {.name = "run",
			.columns = run_view_columns,
			.from = " FROM run WHERE id = ?1"},
    [TABLE_HOST_FACT] = {"host_fact", "store a fact of the host", host_fact_columns, "run, seq",
			 "run TEXT NOT NULL REFERENCES run(id), seq INTEGER NOT NULL",
			 ", PRIMARY KEY(run, seq)) WITHOUT ROWID",
			 " FROM host_fact WHERE run = ?1 ORDER BY seq"},
    [TABLE_TRIAL] = {"trial", "store a trial", trial_columns, "id, run",
		     "id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES run(id)",
		     ", UNIQUE(run, position, attempt))",
		     ", id FROM trial WHERE run = ?1 AND position = coalesce(?2, position)"
		     " AND attempt = coalesce(?3, attempt) ORDER BY id"},
    [TRIAL_SAMPLES] = {"sample", "store a sample", NULL, OF_TRIAL, KEYED,
		       ", position, attempt, variant FROM sample JOIN trial"
		       " ON trial.id = sample.trial WHERE trial.run = ?1"
		       " ORDER BY sample.trial, sample.seq"},
    [TRIAL_EVENTS] = LIST("event", "store an event", KEYED, "at_ns, seq"),
    [TRIAL_RECORDS] = LIST("record", "store a workload's record",
			   ", CHECK(value IS NOT NULL OR hdr IS NOT NULL OR reason IS NOT NULL));"
			   "CREATE INDEX IF NOT EXISTS record_trial ON record(trial)",
			   "seq"),
    [TRIAL_METRICS] = LIST("metric", "store a metric",
			   ", CHECK(value IS NOT NULL OR reason IS NOT NULL)" KEYED, "seq"),
    [TRIAL_INTERFERENCE] = LIST("ledger", "store a line of interference", KEYED, "seq"),
    [TRIAL_GRADES] = LIST("grade", "store a grade", KEYED, "seq"),
    [TRIAL_LOGS] = LIST("log", "store a log", KEYED, "seq"),
    [TRIAL_ARTEFACTS] = LIST("artefact", "store an artefact", KEYED, "seq"),
};

static const char artefact_parts[] =
    "CREATE TABLE IF NOT EXISTS artefact_part(trial INTEGER NOT NULL REFERENCES trial(id),"
    " artefact INTEGER NOT NULL, part INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " data BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS artefact_part_of ON artefact_part(trial, artefact, part);";

static const char *const texts[] = {
    /* IMMEDIATE: a process that can't have the store learns it before its trial, not after. */
    [STMT_BEGIN] = "BEGIN IMMEDIATE",
    [STMT_COMMIT] = "COMMIT",
    [STMT_ROLLBACK] = "ROLLBACK",
    [STMT_RUN_END] = "UPDATE run SET ended_unix_ns = ?2, exit_code = ?3"
		     " WHERE id = ?1 AND ended_unix_ns IS NULL",
    [STMT_NEXT_TRIAL] = "SELECT coalesce((SELECT max(id) FROM trial), 0) + 1,"
			" (SELECT ended_unix_ns IS NULL FROM run WHERE id = ?1)",
    [STMT_ARTEFACT_PART] = "INSERT INTO artefact_part(trial, artefact, part, bytes, data)"
			   " VALUES(?1, ?2, ?3, ?4, ?5)",
    /* In the order in which they were stored: a clock may have been set back meanwhile. */
    [STMT_FIND_LATEST] = "SELECT id FROM run ORDER BY rowid DESC LIMIT 1",
    [STMT_FIND] = "SELECT id FROM run WHERE substr(id, 1, length(?1)) = ?1"
		  " ORDER BY id <> ?1, id LIMIT 3",
    /* Of several attempts that have it, the last. */
    [STMT_LOAD_PARTS] =
	"SELECT part.bytes, part.data FROM artefact_part part WHERE (part.trial, part.artefact) ="
	" (SELECT a.trial, a.seq FROM artefact a JOIN trial ON trial.id = a.trial"
	"  WHERE trial.run = ?1 AND trial.position = ?2 AND a.name = ?3"
	"  ORDER BY trial.attempt DESC LIMIT 1) ORDER BY part.part",
};

struct store_table store_table(int number)
{
	struct store_table t = tables[number];

	if (number < TRIAL_LISTS)
		t.columns = trial_tables[number].columns;
	return t;
}

const char *tables_declared(const struct column *column)
{
	static const char *const declared[] = {
	    [COLUMN_OUTCOME] = "TEXT NOT NULL CHECK(outcome IN"
			       " ('ok', 'workload_failed', 'void', 'rig_failed'))",
	    [COLUMN_REASON] = "TEXT",
	    [COLUMN_BOOL] = "INTEGER NOT NULL",
	    [COLUMN_INT] = "INTEGER NOT NULL",
	    [COLUMN_INT64] = "INTEGER NOT NULL",
	    [COLUMN_COUNTER] = "INTEGER",
	    [COLUMN_VALUE] = "REAL",
	    [COLUMN_HISTOGRAM] = "BLOB",
	    [COLUMN_FILE] = NULL,
	};

	if (declared[column->type])
		return declared[column->type];
	return column->joined ? "TEXT" : "TEXT NOT NULL";
}

bool tables_has(sqlite3 *db, const char *table, const char *column)
{
	return sqlite3_table_column_metadata(db, NULL, table, column, NULL, NULL, NULL, NULL,
					     NULL) == SQLITE_OK;
}

static void print_schema(FILE *to)
{
	for (int i = 0; i <= TABLE_HOST_FACT; i++) {
		struct store_table t = store_table(i);
		struct column c;

		fprintf(to, "CREATE TABLE IF NOT EXISTS %s(%s", t.name, t.declared);
		for (int n = 0; column_at(t.columns, n, &c); n++)
			if (!c.joined)
				fprintf(to, ", %s %s", c.name, tables_declared(&c));
		fprintf(to, "%s;", t.end);
	}
	fputs(artefact_parts, to);
}

static void print_insert(FILE *to, const struct store_table *t)
{
	struct column c;
	int n;

	fprintf(to, "INSERT INTO %s(%s", t->name, t->keys);
	for (n = 0; column_at(t->columns, n, &c); n++)
		fprintf(to, ", %s", c.name);
	fputs(") VALUES(?1, ?2", to);
	while (n--)
		fputs(", ?", to);
	fputc(')', to);
}

/* A column that the file does not have is read as unknown. */
static void print_select(FILE *to, sqlite3 *db, const struct store_table *t)
{
	struct column c;

	for (int n = 0; column_at(t->columns, n, &c); n++)
		fprintf(to, "%s%s", n == 0 ? "SELECT " : ", ",
			c.joined && !tables_has(db, t->name, c.name) ? "NULL" : c.name);
	fputs(t->from, to);
}

char *tables_statement(sqlite3 *db, int which)
{
	struct store_table t =
	    store_table(which < STMT_INSERT ? 0 : (which - STMT_INSERT) % STORE_TABLES);
	bool of_artefacts = which == STMT_LOAD_PARTS || which == STMT_SELECT + TRIAL_ARTEFACTS;
	char *sql = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&sql, &size);

	if (!to)
		return NULL;
	if (of_artefacts && !tables_has(db, "artefact", NULL))
		fputs("SELECT NULL WHERE NULL AND ?1 = ?2 AND ?2 = ?3", to);
	else if (which == STMT_SCHEMA)
		print_schema(to);
	else if (which >= STMT_SELECT)
		print_select(to, db, &t);
	else if (which >= STMT_INSERT)
		print_insert(to, &t);
	else
		fputs(texts[which], to);
	return fclose(to) == 0 ? sql : NULL;
}
