/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be wrong with a store, and what is left after a failure. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/own.h"
#include "tests/unit/sample_run.h"
#include "tests/unit/scratch.h"

static struct store *open_rw(const char *path, struct error *err)
{
	return store_open(path, geteuid(), getegid(), err);
}

/* Both ways of opening fail, with ERROR_INPUT, the path and the words. */
static void refused(const char *path, const char *words)
{
	for (int reading = 0; reading < 2; reading++) {
		struct error err = ERROR_INIT;
		struct store *store = reading ? store_open_read(path, &err) : open_rw(path, &err);

		assert_null(store);
		assert_int_equal(err.kind, ERROR_INPUT);
		if (!strstr(err.text, path) || !strstr(err.text, words))
			fail_msg("%s: expected \"%s\"", err.text, words);
	}
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	char *message = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
}

static void make_store(const char *path)
{
	struct error err = ERROR_INIT;
	struct store *store = open_rw(path, &err);

	if (!store || sample_run_store(store, 1, false, &err) < 0)
		fail_msg("%s", err.text);
	store_close(store);
}

static void what_is_no_store_is_refused(void **state)
{
	static const char text[] = "run,variant\n1,fixed\n";
	struct scratch *s = *state;
	char page[8192];

	scratch_write(s, "text", text, sizeof(text) - 1, 0644);
	refused(scratch_path(s, "text"), "not a poolrig store (not an SQLite database)");
	/* Longer than a header, so that SQLite looks at it. */
	memset(page, 'x', sizeof(page));
	scratch_write(s, "junk", page, sizeof(page), 0644);
	refused(scratch_path(s, "junk"), "not a poolrig store");
	refused(s->dir, "a directory");
	refused("/dev/null", "not a regular file");
	run_sql(scratch_path(s, "other.db"), "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
	refused(scratch_path(s, "other.db"), "not a poolrig store; nothing was changed");
	run_sql(scratch_path(s, "other.db"), "SELECT x FROM t");
}

static void a_fifo_is_not_waited_for(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "fifo");

	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, "not a regular file");
}

static void a_link_for_a_log_is_refused(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "s.db"), *target = scratch_path(s, "precious");
	char byte = 'p';
	FILE *file;

	make_store(path);
	scratch_write(s, "precious", &byte, 1, 0644);
	assert_int_equal(symlink(target, scratch_path(s, "s.db-wal")), 0);
	refused(path, "-wal: a symbolic link");
	file = fopen(target, "r");
	assert_non_null(file);
	assert_int_equal(fgetc(file), 'p');
	assert_int_equal(fgetc(file), EOF);
	fclose(file);
}

static void a_newer_schema_is_refused(void **state)
{
	const char *path = scratch_path(*state, "new.db");

	make_store(path);
	run_sql(path, "PRAGMA user_version = 2");
	refused(path, "newer poolrig (schema version 2, this one knows up to 1)");
	run_sql(path, "PRAGMA user_version = 0");
	refused(path, "schema version 0");
}

static void nothing_there(void **state)
{
	struct scratch *s = *state;
	struct error err = ERROR_INIT;
	struct store *store;

	assert_null(store_open_read(scratch_path(s, "none.db"), &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.text, "No such file"));
	assert_null(open_rw(scratch_path(s, "no/dir/s.db"), &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.text, "No such file"));
	/* An empty file is a store that somebody was killed while making: to be filled. */
	scratch_write(s, "empty.db", "", 0, 0644);
	assert_null(store_open_read(scratch_path(s, "empty.db"), &err));
	assert_non_null(strstr(err.text, "an empty file"));
	store = open_rw(scratch_path(s, "empty.db"), &err);
	assert_non_null(store);
	store_close(store);
}

/* Bytes in the middle are overwritten: the file opens, and reading it says what is the matter. */
static void a_damaged_file_is_said_to_be(void **state)
{
	const char *path = scratch_path(*state, "bad.db");
	struct error err = ERROR_INIT;
	struct run_view view = {0};
	struct store *store;
	FILE *file;
	char junk[4096];
	long size;

	make_store(path);
	memset(junk, 0xa5, sizeof(junk));
	file = fopen(path, "r+");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	for (long at = 16384; at + (long)sizeof(junk) <= size; at += 16384) {
		fseek(file, at, SEEK_SET);
		assert_int_equal(fwrite(junk, sizeof(junk), 1, file), 1);
	}
	assert_int_equal(fclose(file), 0);
	store = store_open_read(path, &err);
	assert_non_null(store);
	assert_int_equal(store_load(store, "latest", &view, &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	assert_non_null(strstr(err.text, "damaged"));
	assert_non_null(strstr(err.text, path));
	store_close(store);
}

static int count_runs(const char *path, int *ok)
{
	struct error err = ERROR_INIT;
	struct store *store = store_open_read(path, &err);
	cleanup_free struct run_summary *runs = NULL;
	ssize_t count;

	if (!store)
		fail_msg("%s", err.text);
	count = store_list(store, &runs, &err);
	*ok = count > 0 ? runs[0].ok : -1;
	store_close(store);
	return (int)count;
}

static int count_row(const struct sample_view *row, void *arg)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

static void check_samples(const char *path, const char *run, int expected)
{
	struct error err = ERROR_INIT;
	struct store *store = store_open_read(path, &err);
	int count = 0;

	assert_non_null(store);
	assert_int_equal(store_each_sample(store, run, count_row, &count, &err), 0);
	assert_int_equal(count, expected);
	store_close(store);
}

/* In a child: a file may not grow beyond what is there and a little; SIGXFSZ is ignored, so that
 * the write fails. Exits with 0 where the error was as it should be. */
static void run_out_of_space(const char *path)
{
	struct error err = ERROR_INIT;
	struct store *store = open_rw(path, &err);
	struct rlimit limit = {.rlim_cur = 64 * 1024, .rlim_max = RLIM_INFINITY};
	struct trial_record r;
	struct run_record run;

	sample_run_record(&run, 2);
	signal(SIGXFSZ, SIG_IGN);
	if (!store || store_run_begin(store, &run, &err) < 0 ||
	    sample_trial(&r, "fixed", 0, 1, sample_real, &err) < 0 ||
	    setrlimit(RLIMIT_FSIZE, &limit) < 0 || store_trial_begin(store, run.id, &err) < 0)
		_exit(1);
	if (store_trial_end(store, &r, &err) == 0)
		_exit(2);
	if (!strstr(err.text, path) || !strstr(err.text, "trial 0 (fixed)") ||
	    !strstr(err.text, "File too large (your limit is 65536 bytes a file"))
		_exit(3);
	/* Nothing may be written now outside a transaction: that would be half a trial. */
	if (store_trial_flush(store, &r, &err) == 0)
		_exit(4);
	trial_record_destroy(&r);
	/* With space again, the store is as usable as before. */
	limit.rlim_cur = RLIM_INFINITY;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0 || store_trial_begin(store, run.id, &err) < 0 ||
	    sample_trial(&r, "fixed", 1, 1, sample_small, &err) < 0 ||
	    store_trial_end(store, &r, &err) < 0)
		_exit(5);
	trial_record_destroy(&r);
	store_close(store);
	_exit(0);
}

static void a_full_disk_costs_the_trial_under_way(void **state)
{
	const char *path = scratch_path(*state, "full.db");
	int status = -1, ok = 0;
	pid_t child;

	make_store(path);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		run_out_of_space(path);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	/* The run was begun; of its trials only the second is there, and whole. */
	assert_int_equal(count_runs(path, &ok), 2);
	assert_int_equal(ok, 1);
	check_samples(path, "20261124-063002-000002", sample_small.samples);
	check_samples(path, "20261124-063001-000001", 9 * sample_small.samples);
}

static void two_writers_take_turns(void **state)
{
	const char *path = scratch_path(*state, "two.db");
	struct error err = ERROR_INIT;
	struct store *a = open_rw(path, &err), *b = open_rw(path, &err);
	struct store *reader;
	cleanup_free struct run_summary *runs = NULL;
	struct run_record run;

	assert_non_null(a);
	assert_non_null(b);
	sample_run_record(&run, 1);
	assert_int_equal(store_run_begin(a, &run, &err), 0);
	assert_int_equal(store_trial_begin(a, run.id, &err), 0);
	/* A reader does not wait for a writer. */
	reader = store_open_read(path, &err);
	assert_non_null(reader);
	assert_int_equal(store_list(reader, &runs, &err), 1);
	store_close(reader);
	/* A second writer waits, and then says for whom. */
	sample_run_record(&run, 2);
	assert_int_equal(store_run_begin(b, &run, &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	assert_non_null(strstr(err.text, "another process has been writing"));
	store_trial_abort(a);
	assert_int_equal(store_run_begin(b, &run, &err), 0);
	store_close(a);
	store_close(b);
}

/* In a child without root. Returns the exit status: 0 the run was read, 1 refused; what was said
 * goes to the parent's pipe. */
static int read_as_nobody(const char *path, char *said, size_t size)
{
	int fds[2], status = -1;
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct error err = ERROR_INIT;
		struct run_view view = {0};
		struct store *store;
		int failed = setgid(65534) < 0 || setuid(65534) < 0;

		store = failed ? NULL : store_open_read(path, &err);
		failed = !store || store_load(store, "latest", &view, &err) < 0 ||
			 view.trials_count != 9;
		if (write(fds[1], err.text, strlen(err.text)) < 0)
			failed = 2;
		run_view_destroy(&view);
		store_close(store);
		_exit(failed);
	}
	close(fds[1]);
	n = read(fds[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void a_user_reads_where_he_may_not_write(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "root.db");
	char said[1024], log[400];

	if (geteuid() != 0)
		skip();
	make_store(path);
	assert_int_equal(chmod(s->dir, 0755), 0);
	if (read_as_nobody(path, said, sizeof(said)) != 0)
		fail_msg("%s", said);
	/* A log without its index can't be read there, and must not be passed over. */
	snprintf(log, sizeof(log), "%s-wal", path);
	scratch_write(s, "root.db-wal", "x", 1, 0644);
	assert_int_equal(read_as_nobody(path, said, sizeof(said)), 1);
	assert_non_null(strstr(said, log));
	assert_int_equal(unlink(log), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(read_as_nobody(path, said, sizeof(said)), 1);
	assert_non_null(strstr(said, "Permission denied"));
}

static void refuse_nobody(const char *path, const char *words)
{
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct error err = ERROR_INIT;
		struct store *store =
		    setgid(65534) < 0 || setuid(65534) < 0 ? NULL : open_rw(path, &err);

		_exit(store || err.kind != ERROR_INPUT || !strstr(err.text, words));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_store_that_cant_be_written_is_said_at_once(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "ro.db");

	if (geteuid() != 0)
		skip();
	make_store(path);
	assert_int_equal(chmod(s->dir, 0777), 0);
	assert_int_equal(chmod(path, 0644), 0);
	refuse_nobody(path, "cannot write to the store");
	assert_int_equal(chmod(s->dir, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	refuse_nobody(path, "cannot write beside the store");
	refuse_nobody(scratch_path(s, "new.db"), "cannot make the store here; use another --store");
}

/* Not the path's fault: another --store mends nothing. */
static void what_the_host_lacks_is_no_wrong_path(void **state)
{
	struct error err = ERROR_INIT;
	struct rlimit before, none;
	struct store *store;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	store = open_rw(scratch_path(*state, "new.db"), &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_null(store);
	assert_int_equal(err.kind, ERROR_HOST);
	assert_int_equal(err.errnum, EMFILE);
	assert_null(strstr(err.text, "another --store"));
}

static void reading_leaves_nothing_behind(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "clean.db");
	char name[400];
	int ok;

	make_store(path);
	assert_int_equal(count_runs(path, &ok), 1);
	snprintf(name, sizeof(name), "%s-wal", path);
	assert_int_equal(access(name, F_OK), -1);
	snprintf(name, sizeof(name), "%s-shm", path);
	assert_int_equal(access(name, F_OK), -1);
}

/* A file of an older poolrig that did not know a counter: read as unknown, written with a new
 * column. */
static int unknown_counter(const struct sample_view *row, void *arg)
{
	*(int *)arg += row->reading.known >> CG_PSI_IO_FULL_NS & 1;
	return 0;
}

/* Where anyone has written what the rig can't have, no sum of it overflows. */
static void a_number_out_of_range_is_damage(void **state)
{
	static const struct {
		const char *table, *column, *value;
	} cases[] = {
	    {"trial", "position", "2147483647"},
	    {"trial", "block", "-2147483648"},
	    {"trial", "attempt", "4294967296"}, /* of 32 bits it would be 0 */
	    {"trial", "wall_ns", "9223372036854775807"},
	    {"trial", "started_unix_ns", "4611686018427387904"},
	    {"event", "at_ns", "-9223372036854775808"},
	    {"record", "from_ns", "-4611686018427387904"},
	    {"record", "to_ns", "9223372036854775807"},
	    {"run", "planned", "99999999999"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[32], sql[200], words[200];
		struct error err = ERROR_INIT;
		struct run_view view;
		struct store *store;
		const char *path;

		snprintf(name, sizeof(name), "edge-%zu.db", i);
		path = scratch_path(*state, name);
		make_store(path);
		snprintf(sql, sizeof(sql), "UPDATE %s SET %s = %s%s", cases[i].table,
			 cases[i].column, cases[i].value,
			 strcmp(cases[i].table, "trial") == 0 ? " WHERE position = 2" : "");
		run_sql(path, sql);
		store = store_open_read(path, &err);
		assert_non_null(store);
		if (store_load(store, "latest", &view, &err) == 0)
			fail_msg("taken: %s", sql);
		snprintf(words, sizeof(words), "%s %s: out of range; the store is damaged",
			 cases[i].column, cases[i].value);
		assert_int_equal(err.kind, ERROR_HOST);
		if (!strstr(err.text, words))
			fail_msg("\"%s\" is not in \"%s\"", words, err.text);
		store_close(store);
	}
}

static void a_counter_may_join(void **state)
{
	const char *path = scratch_path(*state, "old.db");
	struct error err = ERROR_INIT;
	struct store *store;
	int known = 0;

	make_store(path);
	run_sql(path, "ALTER TABLE sample DROP COLUMN psi_io_full_ns");
	store = store_open_read(path, &err);
	assert_non_null(store);
	assert_int_equal(
	    store_each_sample(store, "20261124-063001-000001", unknown_counter, &known, &err), 0);
	assert_int_equal(known, 0);
	store_close(store);
	store = open_rw(path, &err);
	assert_non_null(store);
	assert_int_equal(sample_run_store(store, 2, false, &err), 0);
	assert_int_equal(
	    store_each_sample(store, "20261124-063002-000002", unknown_counter, &known, &err), 0);
	assert_int_equal(known, 9 * sample_small.samples);
	store_close(store);
}

/* Nor does a file of an older poolrig have a run's plan and supervisor. */
static void a_plan_may_join(void **state)
{
	const char *path = scratch_path(*state, "old.db");
	struct error err = ERROR_INIT;
	struct run_view view;
	struct store *store;

	make_store(path);
	run_sql(path, "ALTER TABLE run DROP COLUMN plan; ALTER TABLE run DROP COLUMN supervisor;"
		      "UPDATE run SET ended_unix_ns = NULL, exit_code = NULL");
	store = store_open_read(path, &err);
	assert_non_null(store);
	assert_int_equal(store_load(store, "latest", &view, &err), 0);
	assert_null(view.plan);
	assert_int_equal(view.summary.life, OWNER_DEAD);
	run_view_destroy(&view);
	store_close(store);
	store = open_rw(path, &err);
	assert_non_null(store);
	assert_int_equal(sample_run_store(store, 2, false, &err), 0);
	assert_int_equal(store_load(store, "latest", &view, &err), 0);
	assert_string_equal(view.plan, sample_plan);
	run_view_destroy(&view);
	assert_int_equal(store_load(store, "20261124-063001-000001", &view, &err), 0);
	assert_null(view.plan);
	run_view_destroy(&view);
	store_close(store);
}

/* The names that SQLite or a URI would take for something else are files here. */
static void odd_names_are_files(void **state)
{
	static const char *const names[] = {":memory:", "file:x?mode=memory", "a b%41#.db"};
	struct scratch *s = *state;
	cleanup_free char *here = getcwd(NULL, 0);

	assert_int_equal(chdir(s->dir), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int ok;

		make_store(names[i]);
		assert_int_equal(access(scratch_path(s, names[i]), F_OK), 0);
		assert_int_equal(count_runs(names[i], &ok), 1);
	}
	assert_int_equal(chdir(here), 0);
}

static void put_trial(struct store *store, int position, struct error *err)
{
	struct trial_record r;

	assert_int_equal(sample_trial(&r, "fixed", position, 1, sample_small, err), 0);
	store_trial_end(store, &r, err);
	trial_record_destroy(&r);
}

/* Under a store that is open: renamed, removed alone, with what is beside it, or only that. */
enum move { MOVE_RENAME = 0, MOVE_REMOVE, MOVE_REMOVE_ALL, MOVE_REMOVE_LOG, MOVE_REPLACE, MOVES };

static void move(struct scratch *s, enum move how)
{
	const char *path = scratch_path(s, "s.db");

	if (how == MOVE_RENAME || how == MOVE_REPLACE)
		assert_int_equal(rename(path, scratch_path(s, "elsewhere.db")), 0);
	if (how == MOVE_REPLACE)
		scratch_text(s, "s.db", "");
	if (how == MOVE_REMOVE || how == MOVE_REMOVE_ALL)
		assert_int_equal(unlink(path), 0);
	if (how == MOVE_REMOVE_ALL || how == MOVE_REMOVE_LOG)
		assert_int_equal(unlink(scratch_path(s, "s.db-wal")), 0);
	if (how == MOVE_REMOVE_ALL)
		assert_int_equal(unlink(scratch_path(s, "s.db-shm")), 0);
}

static void saved_is(struct scratch *s, const char *id, size_t trials)
{
	struct error err = ERROR_INIT;
	struct run_view view = {0};
	char name[80];
	struct store *store;

	snprintf(name, sizeof(name), "s.db.saved-%s", id);
	store = store_open_read(scratch_path(s, name), &err);
	if (!store || store_load(store, id, &view, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(view.trials_count, trials);
	assert_int_equal(view.summary.exit_code, 3);
	run_view_destroy(&view);
	store_close(store);
	assert_int_equal(unlink(scratch_path(s, name)), 0);
	strncat(name, "-wal", sizeof(name) - strlen(name) - 1);
	assert_int_equal(access(scratch_path(s, name), F_OK), -1);
}

/* During the trial of that number; noticed where it ends, or before the next one begins. */
static void move_under_trial(struct scratch *s, enum move how, bool between)
{
	static struct run_record run;
	struct error err = ERROR_INIT;
	const char *path = scratch_path(s, "s.db");
	struct store *store = open_rw(path, &err);

	sample_run_record(&run, how);
	assert_non_null(store);
	assert_int_equal(store_run_begin(store, &run, &err), 0);
	assert_int_equal(store_trial_begin(store, run.id, &err), 0);
	put_trial(store, 0, &err);
	if (between)
		move(s, how);
	assert_int_equal(store_trial_begin(store, run.id, &err), between ? -1 : 0);
	if (!between) {
		move(s, how);
		put_trial(store, 1, &err);
	}
	assert_int_equal(err.kind, ERROR_HOST);
	if (!strstr(err.text, "s.db: the store was moved or removed") || !strstr(err.text, run.id))
		fail_msg("%s", err.text);
	error_clear(&err);
	if (store_check_place(store, &err) < 0 ||
	    store_run_end(store, run.id, run.started_unix_ns + 1, 3, &err) < 0)
		fail_msg("%s", err.text);
	store_close(store);
	saved_is(s, run.id, between ? 1 : 2);
	unlink(scratch_path(s, "elsewhere.db"));
	unlink(scratch_path(s, "s.db"));
	unlink(scratch_path(s, "s.db-wal"));
	unlink(scratch_path(s, "s.db-shm"));
}

static void a_store_that_is_moved_is_saved(void **state)
{
	for (enum move how = 0; how < MOVES; how++) {
		move_under_trial(*state, how, false);
		move_under_trial(*state, how, true);
	}
}

/* It is not written to once it is elsewhere, where somebody else may have it open. */
static void a_moved_file_is_left_as_it_is(void **state)
{
	static struct run_record run;
	struct scratch *s = *state;
	struct error err = ERROR_INIT;
	struct stat before, after;
	struct store *store = open_rw(scratch_path(s, "s.db"), &err);

	sample_run_record(&run, 0);
	assert_non_null(store);
	assert_int_equal(store_run_begin(store, &run, &err), 0);
	move(s, MOVE_RENAME);
	assert_int_equal(stat(scratch_path(s, "elsewhere.db"), &before), 0);
	assert_int_equal(store_check_place(store, &err), -1);
	assert_int_equal(store_check_place(store, NULL), 0);
	store_close(store);
	assert_int_equal(stat(scratch_path(s, "elsewhere.db"), &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
	/* Back in its place it has its log again. */
	assert_int_equal(rename(scratch_path(s, "elsewhere.db"), scratch_path(s, "s.db")), 0);
	store = store_open_read(scratch_path(s, "s.db"), &err);
	assert_non_null(store);
	store_close(store);
}

#define with_dir(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_dir(what_is_no_store_is_refused),
	    with_dir(a_fifo_is_not_waited_for),
	    with_dir(a_link_for_a_log_is_refused),
	    with_dir(a_newer_schema_is_refused),
	    with_dir(nothing_there),
	    with_dir(a_damaged_file_is_said_to_be),
	    with_dir(a_full_disk_costs_the_trial_under_way),
	    with_dir(two_writers_take_turns),
	    with_dir(a_user_reads_where_he_may_not_write),
	    with_dir(a_store_that_cant_be_written_is_said_at_once),
	    with_dir(what_the_host_lacks_is_no_wrong_path),
	    with_dir(reading_leaves_nothing_behind),
	    with_dir(a_number_out_of_range_is_damage),
	    with_dir(a_counter_may_join),
	    with_dir(a_plan_may_join),
	    with_dir(odd_names_are_files),
	    with_dir(a_store_that_is_moved_is_saved),
	    with_dir(a_moved_file_is_left_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
