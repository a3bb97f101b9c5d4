/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An artefact out of the store. The file may have been edited: what a part says of itself is
 * checked. */
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/own.h"
#include "rig/store/db.h"
#include "rig/store/part.h"

/* The bytes of a part: in the row itself, or unpacked into room, which has PART_BYTES. NULL: it is
 * damaged. */
static const void *unpack(sqlite3_stmt *stmt, void *room, size_t *size)
{
	const void *data = sqlite3_column_blob(stmt, 1);
	size_t length = (size_t)sqlite3_column_bytes(stmt, 1);
	int64_t bytes = sqlite3_column_int64(stmt, 0);
	uLongf unpacked = PART_BYTES;

	if (!data || bytes <= 0 || bytes > PART_BYTES || length > (size_t)bytes)
		return NULL;
	*size = (size_t)bytes;
	if (length == *size)
		return data;
	if (uncompress(room, &unpacked, data, length) != Z_OK || unpacked != *size)
		return NULL;
	return room;
}

int store_read_artefact(struct store *store, const char *run_id, int position, const char *name,
			int (*fn)(const void *bytes, size_t size, void *arg), void *arg,
			struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_LOAD_PARTS, err);
	cleanup_free void *room = malloc(PART_BYTES);
	int step = SQLITE_DONE, failed = 0;

	if (!stmt)
		return -1;
	if (!room)
		return error_host(err, ENOMEM, "artefact %s: no memory to read it", name);
	store_bind_text(stmt, 1, run_id);
	sqlite3_bind_int(stmt, 2, position);
	store_bind_text(stmt, 3, name);
	while (failed == 0 && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		size_t size;
		const void *bytes = unpack(stmt, room, &size);

		if (!bytes)
			failed = error_host(err, 0,
					    "%s: artefact %s: a part of it can't be read; the "
					    "store is damaged or was edited",
					    store->path, name);
		else if (fn(bytes, size, arg) != 0)
			break;
	}
	if (failed == 0 && step != SQLITE_DONE && step != SQLITE_ROW)
		failed = store_failed(store, "read an artefact", err);
	sqlite3_reset(stmt);
	return failed;
}
