/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An artefact into the store: from its memfd, which is sealed, so what is read is what was checked.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/own.h"
#include "rig/store/part.h"
#include "rig/store/put.h"

/* Read one part whole. A sealed file can't be shorter than it was. */
static int read_part(const struct trial_artefact *artefact, uint64_t at, void *to, size_t size,
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

	if (!stmt)
		return -1;
	if (compress2(packed, &length, plain, size, PART_LEVEL) != Z_OK || length >= size) {
		data = plain;
		length = size;
	}
	sqlite3_bind_int64(stmt, 1, store->trial_id);
	sqlite3_bind_int64(stmt, 2, artefact);
	sqlite3_bind_int64(stmt, 3, part);
	sqlite3_bind_int64(stmt, 4, (int64_t)size);
	sqlite3_bind_blob64(stmt, 5, data, length, SQLITE_STATIC);
	return store_step(store, stmt, "store a part of an artefact", err);
}

static int put_parts(struct store *store, const struct trial_artefact *artefact, struct error *err)
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

		if (read_part(artefact, at, plain, size, err) < 0 ||
		    put_part(store, seq, part++, plain, size, packed, err) < 0)
			return -1;
	}
	return 0;
}

int put_artefact(struct store *store, const struct trial_artefact *artefact, struct error *err)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_ARTEFACT, err);

	if (!stmt)
		return -1;
	sqlite3_bind_int64(stmt, 1, store->trial_id);
	sqlite3_bind_int64(stmt, 2, ++store->seq);
	store_bind_text(stmt, 3, artefact->name);
	store_bind_text(stmt, 4, artefact->media);
	sqlite3_bind_int64(stmt, 5, (int64_t)artefact->bytes);
	sqlite3_bind_int(stmt, 6, artefact->intrusive);
	if (store_step(store, stmt, "store an artefact", err) < 0)
		return -1;
	return put_parts(store, artefact, err);
}
