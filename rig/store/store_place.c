/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are the files of a store still where they were opened? SQLite writes on to files that were
 * removed or renamed, and what it writes is lost with its last descriptor. As long as that is open,
 * all is there to be saved.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/own.h"
#include "rig/store/db.h"

static const char *const suffixes[STORE_BESIDE] = {"-wal", "-shm"};

/* Zeroes: not there. */
static struct store_file file_beside(const struct store *store, int which)
{
	cleanup_free char *name = NULL;
	struct stat st;

	if (asprintf(&name, "%s%s", sqlite3_db_filename(store->db, "main"), suffixes[which]) < 0 ||
	    stat(name, &st) < 0)
		return (struct store_file){0};
	return (struct store_file){st.st_dev, st.st_ino};
}

void store_remember_place(struct store *store)
{
	for (int i = 0; i < STORE_BESIDE; i++)
		store->beside[i] = file_beside(store, i);
}

static bool is_in_place(const struct store *store)
{
	int moved = 0;

	if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
	    moved)
		return false;
	for (int i = 0; i < STORE_BESIDE; i++) {
		struct store_file now = file_beside(store, i);

		if (store->beside[i].inode &&
		    (now.inode != store->beside[i].inode || now.device != store->beside[i].device))
			return false;
	}
	return true;
}

static int copy_to(struct store *store, const char *path, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int failed = 0;

	if (store_make_file(path, store->uid, store->gid, true, err) < 0)
		return -1;
	if (sqlite3_prepare_v2(store->db, "VACUUM INTO ?1", -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_DONE)
		failed = store_failed(store, "save what is in it", err);
	sqlite3_finalize(stmt);
	if (failed)
		unlink(path);
	return failed;
}

/* From now on the store is the copy. The files that were moved stay as they are: somebody may be
 * using them, and may want to put them back. */
static int go_on_with(struct store *store, char **path, struct error *err)
{
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	store_finalize(store);
	free(store->path);
	store->path = steal_ptr(path);
	return store_connect(store, err);
}

/* Next to where it was, or where every host has room for files that are to stay. */
static int save(struct store *store, char **path, struct error *err)
{
	const char *old = sqlite3_db_filename(store->db, "main");
	const char *slash = strrchr(old, '/');
	struct error later = ERROR_INIT;

	if (asprintf(path, "%s.saved-%s", old, store->run_id) < 0) {
		*path = NULL;
		return error_host(err, ENOMEM, "no memory to save it");
	}
	if (copy_to(store, *path, err) == 0)
		return 0;
	free(*path);
	if (asprintf(path, "/var/tmp/%s.saved-%s", slash ? slash + 1 : old, store->run_id) < 0) {
		*path = NULL;
		return -1;
	}
	return copy_to(store, *path, &later);
}

int store_check_place(struct store *store, struct error *err)
{
	cleanup_free char *path = NULL, *old = NULL;
	struct error why = ERROR_INIT;

	if (store->saved || is_in_place(store))
		return 0;
	store->saved = true;
	old = strdup(store->path);
	if (save(store, &path, &why) < 0)
		return error_host(err, 0,
				  "%s: the store was moved or removed during the run, and what was "
				  "stored can't be saved: %s",
				  old ? old : "", why.text);
	go_on_with(store, &path, &why); /* where it fails, so does what is to follow */
	return error_host(err, 0,
			  "%s: the store was moved or removed during the run; all that was stored "
			  "is in %s: `poolrig show %s --store %s`",
			  old ? old : "", store->path, store->run_id, store->path);
}
