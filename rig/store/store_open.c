/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/store/db.h"
#include "rig/store/schema.h"

/* A path for SQLite: no name has a special meaning to it (":memory:", "file:…", ""). With
 * `immutable`, a URI (sqlite.org/uri.html) that says so. */
static char *sqlite_path(const char *path, bool immutable)
{
	const char *dot = path[0] == '/' ? "" : "./";
	char *out = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&out, &size);

	if (!to)
		return NULL;
	fprintf(to, "%s%s", immutable ? "file:" : "", dot);
	for (const char *c = path; *c; c++)
		fprintf(to, immutable && strchr("%?#", *c) ? "%%%02x" : "%c", (unsigned char)*c);
	fputs(immutable ? "?immutable=1" : "", to);
	return fclose(to) == 0 ? out : NULL;
}

/* Errors of the path, which another --store mends. All others are the host's: no memory, no
 * descriptor, a full or broken disk. */
static int path_failed(int errnum, const char *path, const char *doing, const char *way_out,
		       struct error *err)
{
	static const int of_path[] = {ENOENT, ENOTDIR,      EACCES, EPERM,
				      EROFS,  ENAMETOOLONG, ELOOP,  EISDIR};

	for (size_t i = 0; i < ARRAY_SIZE(of_path); i++)
		if (errnum == of_path[i])
			return error_set(err, ERROR_INPUT, errnum, "%s: cannot %s; %s", path, doing,
					 way_out);
	return error_host(err, errnum, "%s: cannot %s", path, doing);
}

/* Make the file where there is none, so that it belongs to the person who called sudo before
 * anything is in it. SQLite gives -wal, -shm and -journal the owner of this file where it runs as
 * root. Never opens an existing file: closing it again would drop the locks (fcntl(2)) of any
 * other connection that this process has to it. */
int store_make_file(const char *path, uid_t uid, gid_t gid, bool fresh, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0 && errno == EEXIST && !fresh)
		return 0;
	if (fd < 0)
		return path_failed(errno, path, "make the store here", "use another --store", err);
	if ((uid != geteuid() || gid != getegid()) && fchown(fd, uid, gid) < 0)
		return error_host(err, errno, "%s: cannot give the store to user %u, group %u",
				  path, uid, gid);
	return 0;
}

/* What is no regular file is refused before it is opened (opening a FIFO blocks). */
static int check_file(const char *path, bool reading, struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return path_failed(errno, path, reading ? "read the store" : "open the store",
				   reading ? "name another by --store, or make one by `poolrig run`"
					   : "use another --store",
				   err);
	if (S_ISDIR(st.st_mode))
		return error_input(err, "%s: a directory, not a store; name a file in it: %s/%s",
				   path, path, STORE_DEFAULT_PATH);
	if (!S_ISREG(st.st_mode))
		return error_input(err, "%s: not a regular file, so no store; use another --store",
				   path);
	if (reading && st.st_size == 0)
		return error_input(err,
				   "%s: an empty file, no run was ever stored in it; name another "
				   "by --store",
				   path);
	return 0;
}

/* Root must not write through a link that somebody put where SQLite expects its own files. */
static int check_beside(const char *path, struct error *err)
{
	static const char *const suffixes[] = {"-wal", "-shm", "-journal"};

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		cleanup_free char *name = NULL;
		struct stat st;

		if (asprintf(&name, "%s%s", path, suffixes[i]) < 0)
			return error_host(err, ENOMEM, "%s: no memory to open the store", path);
		if (lstat(name, &st) == 0 && S_ISLNK(st.st_mode))
			return error_input(err,
					   "%s: a symbolic link where the store keeps its log; "
					   "remove it, or use another --store",
					   name);
	}
	return 0;
}

/* Asked before SQLite opens the file, which falls back to reading whatever the reason is. It keeps
 * the log beside the file that a link leads to. */
static int check_writable(const char *path, struct error *err)
{
	cleanup_free char *real = realpath(path, NULL);
	char *slash = real ? strrchr(real, '/') : NULL;

	if (!real)
		return path_failed(errno, path, "open the store", "use another --store", err);
	if (faccessat(AT_FDCWD, real, W_OK, AT_EACCESS) < 0)
		return path_failed(errno, path, "write to the store",
				   "change its permissions or use another --store", err);
	slash[slash == real] = '\0';
	if (faccessat(AT_FDCWD, real, W_OK | X_OK, AT_EACCESS) < 0)
		return path_failed(
		    errno, path, "write beside the store, where its log is kept",
		    "change the directory's permissions or use another --store", err);
	return 0;
}

static struct store *new_store(const char *path, bool reading, struct error *err)
{
	struct store *store;

	if (check_file(path, reading, err) < 0 || check_beside(path, err) < 0 ||
	    (!reading && check_writable(path, err) < 0))
		return NULL;
	store = calloc(1, sizeof(*store));
	if (store)
		store->path = strdup(path);
	if (store && store->path)
		return store;
	error_host(err, ENOMEM, "%s: no memory to open the store", path);
	store_close(store);
	return NULL;
}

/* The file belongs to a user, and root may read it: its schema must not be able to run anything
 * (sqlite.org/security.html). */
static void trust_nothing(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
}

static int open_db(struct store *store, int flags, bool immutable, struct error *err)
{
	cleanup_free char *path = sqlite_path(store->path, immutable);
	int code;

	if (!path)
		return error_host(err, ENOMEM, "%s: no memory to open the store", store->path);
	sqlite3_close(store->db);
	store->db = NULL;
	flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (immutable ? SQLITE_OPEN_URI : 0);
	code = sqlite3_open_v2(path, &store->db, flags, NULL);
	if (!store->db)
		return error_host(err, ENOMEM, "%s: no memory to open the store", store->path);
	if (code != SQLITE_OK)
		return store_failed(store, "open the store", err);
	sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
	trust_nothing(store->db);
	return store_exec(store, "PRAGMA cache_size = -2048", "open the store", err);
}

/* The pragma answers with the mode that there is now, which need not be the one asked for, and
 * calls neither an error. */
static int switch_to_wal(struct store *store, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	char mode[16] = "";
	int failed = 0;

	if (sqlite3_prepare_v2(store->db, "PRAGMA journal_mode = WAL", -1, &stmt, NULL) ==
		SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		store_text(stmt, 0, mode, sizeof(mode));
	else
		failed = store_failed(store, "switch to write-ahead logging", err);
	sqlite3_finalize(stmt);
	if (!failed && strcmp(mode, "wal") != 0)
		return error_input(err,
				   "%s: this file system can't hold a write-ahead log (mode \"%s\" "
				   "instead); use a --store on a local one",
				   store->path, mode);
	return failed;
}

/*
 * synchronous=FULL: a commit is a fsync of the log, so that even a power cut costs no more than
 * the trial under way. It is affordable because commits happen between trials, never in one;
 * NORMAL, enough for a killed process, would save one fsync a trial. Samples that spill over the
 * cache during a long trial are written without a sync.
 */
static int set_up_writing(struct store *store, struct error *err)
{
	enum schema_state state;

	if (schema_check(store, &state, err) < 0)
		return -1;
	/* SQLite falls back to reading where it can't open the file to write, and would say so at
	 * the first row. It may write (check_writable): so there was no memory or no descriptor. */
	if (sqlite3_db_readonly(store->db, "main") == 1)
		return error_host(err, 0,
				  "%s: SQLite could open the store only to read it, though you may "
				  "write; look at your limits (ulimit -n, ulimit -v) and the disk, "
				  "and run again",
				  store->path);
	if (state == SCHEMA_EMPTY && schema_create(store, err) < 0)
		return -1;
	if (switch_to_wal(store, err) < 0 ||
	    store_exec(store, "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304;",
		       "set it up", err) < 0)
		return -1;
	if (schema_add(store, err) < 0)
		return -1;
	store_remember_place(store);
	return 0;
}

int store_connect(struct store *store, struct error *err)
{
	return open_db(store, SQLITE_OPEN_READWRITE, false, err) < 0 ? -1
								     : set_up_writing(store, err);
}

struct store *store_open(const char *path, uid_t uid, gid_t gid, struct error *err)
{
	struct store *store = NULL;

	if (store_make_file(path, uid, gid, false, err) == 0)
		store = new_store(path, false, err);
	if (!store)
		return NULL;
	store->uid = uid;
	store->gid = gid;
	if (store_connect(store, err) == 0)
		return store;
	store_close(store);
	return NULL;
}

static bool has_log(const char *path)
{
	cleanup_free char *name = NULL;
	struct stat st;

	/* Where it can't be told, yes is the careful answer. */
	return asprintf(&name, "%s-wal", path) < 0 || stat(name, &st) == 0 || errno != ENOENT;
}

/*
 * Reading a database in WAL mode wants to make -wal and -shm beside it. With READWRITE (SQLite
 * falls back to reading where the file is write-protected) the last to close it takes them away
 * again, and with them the log of a writer that was killed; query_only keeps us from writing more.
 *
 * Where the directory can't be written and there is no log, nobody is writing, and the file may be
 * read as immutable. Where there is a log it holds results, and is never ignored.
 */
static int open_reading(struct store *store, enum schema_state *state, struct error *err)
{
	int code;

	if (open_db(store, SQLITE_OPEN_READWRITE, false, err) == 0 &&
	    schema_check(store, state, err) == 0)
		return store_exec(store, "PRAGMA query_only = ON", "open the store", err);
	code = store->db ? sqlite3_errcode(store->db) & 0xff : SQLITE_NOMEM;
	if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
		return -1;
	if (access(store->path, R_OK) < 0)
		return error_set(err, ERROR_INPUT, errno, "%s: cannot read the store", store->path);
	if (has_log(store->path))
		return error_input(err,
				   "%s: its log %s-wal holds results, and you may not write in "
				   "that directory; run this once as the store's owner, or copy "
				   "both files elsewhere",
				   store->path, store->path);
	error_clear(err);
	if (open_db(store, SQLITE_OPEN_READONLY, true, err) < 0)
		return -1;
	return schema_check(store, state, err);
}

struct store *store_open_read(const char *path, struct error *err)
{
	enum schema_state state = SCHEMA_OURS;
	struct store *store = new_store(path, true, err);
	int failed = store ? open_reading(store, &state, err) : 0;

	if (failed == 0 && state == SCHEMA_EMPTY)
		failed = error_input(
		    err, "%s: no run was ever stored in it; name another by --store", path);
	if (failed == 0)
		return store;
	store_close(store);
	return NULL;
}

void store_finalize(struct store *store)
{
	for (int i = 0; i < STORE_STMTS; i++) {
		sqlite3_finalize(store->stmts[i]);
		store->stmts[i] = NULL;
	}
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_trial_abort(store);
	store_finalize(store);
	sqlite3_close(store->db);
	free(store->path);
	free(store);
}
