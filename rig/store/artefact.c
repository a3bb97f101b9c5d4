/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An artefact into the store and out of it. It is read from its memfd, which is sealed, so what is
 * read is what was checked. The store's file may have been edited: what a part says of itself is
 * checked. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/own.h"
#include "rig/store/db.h"

/* How much of an artefact a row holds, before it is compressed. Compression is zlib's fastest:
 * traces and text come to a quarter, what is compressed already stays as it is. */
#define PART_BYTES (1 << 20)
#define PART_LEVEL 1

/* Read one part whole. A sealed file can't be shorter than it was. */
static int take_part(const struct trial_artefact *artefact, uint64_t at, void *to, size_t size,
		     struct error *err)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = pread(artefact->fd, (char *)to + have, size - have, (off_t)(at + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_host(err, n < 0 ? errno : EIO, "artefact %s: cannot read it",
					  artefact->name);
		have += (size_t)n;
	}
	return 0;
}

/* plain and packed: room for a part, and for what zlib makes of one at most. */
static int put_part(struct store *store, int64_t artefact, int64_t part, const Bytef *plain,
		    size_t size, Bytef *packed, struct error *err)
{
	uLongf length = compressBound(PART_BYTES);
	sqlite3_stmt *stmt = store_stmt(store, STMT_ARTEFACT_PART, err);
	const Bytef *data = packed;

	if (compress2(packed, &length, plain, size, PART_LEVEL) != Z_OK || length >= size) {
		data = plain;
		length = size;
	}
	sqlite3_bind_int64(stmt, 1, store->trial_id);
	sqlite3_bind_int64(stmt, 2, artefact);
	sqlite3_bind_int64(stmt, 3, part);
	sqlite3_bind_int64(stmt, 4, (int64_t)size);
	sqlite3_bind_blob64(stmt, 5, data, length, SQLITE_STATIC);
	return store_next(store, stmt, "store a part of an artefact", err);
}

int put_parts(struct store *store, const struct trial_artefact *artefact, struct error *err)
{
	cleanup_free Bytef *plain = malloc(PART_BYTES);
	cleanup_free Bytef *packed = malloc(compressBound(PART_BYTES));
	int64_t seq = store->seq, part = 0;

	if (!plain || !packed)
		return error_host(err, ENOMEM, "artefact %s: no memory to store it",
				  artefact->name);
	for (uint64_t at = 0; at < artefact->bytes; at += PART_BYTES) {
		uint64_t left = artefact->bytes - at;
		size_t size = left < PART_BYTES ? (size_t)left : PART_BYTES;

		if (take_part(artefact, at, plain, size, err) < 0 ||
		    put_part(store, seq, part++, plain, size, packed, err) < 0)
			return -1;
	}
	return 0;
}

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
	int more;

	if (!room)
		return error_host(err, ENOMEM, "artefact %s: no memory to read it", name);
	store_bind_text(stmt, 1, run_id);
	sqlite3_bind_int(stmt, 2, position);
	store_bind_text(stmt, 3, name);
	while ((more = store_next(store, stmt, "read an artefact", err)) > 0) {
		size_t size;
		const void *bytes = unpack(stmt, room, &size);

		if (!bytes)
			return store_stop(stmt,
					  error_host(err, 0,
						     "%s: artefact %s: a part of it can't be read; "
						     "the store is damaged or was edited",
						     store->path, name));
		if (fn(bytes, size, arg) != 0)
			break;
	}
	return store_stop(stmt, more);
}
