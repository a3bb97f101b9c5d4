/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/store/db.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/own.h"

/* As bytes, a quarter smaller, where encoding these gives the very same text again; else as it is.
 */
static int bind_histogram(sqlite3_stmt *stmt, int at, const char *hdr, struct error *err)
{
	size_t len = strlen(hdr);
	uint8_t *bytes = malloc(len / 4 * 3 + 1);
	cleanup_free char *again = NULL;
	ptrdiff_t size;

	if (!bytes)
		return error_host(err, ENOMEM, "store: no memory for a histogram");
	size = base64_decode(hdr, len, bytes);
	again = size < 0 ? NULL : malloc(base64_text_size((size_t)size));
	if (again)
		base64_encode(bytes, (size_t)size, again);
	if (again && strcmp(again, hdr) == 0) {
		sqlite3_bind_blob64(stmt, at, bytes, (sqlite3_uint64)size, free);
		return 0;
	}
	free(bytes);
	store_bind_text(stmt, at, hdr);
	return 0;
}

/* *unknown: the value that was bound last is not known. SQLite would turn a NaN into NULL without a
 * word; here it is NULL beside a reason. */
static int bind_column(sqlite3_stmt *stmt, int at, const struct column *c, const char *row,
		       bool *unknown, struct error *err)
{
	const void *field = row + c->offset, *known = row + c->known;
	const char *text = field;

	switch (c->type) {
	case COLUMN_BOOL:
		sqlite3_bind_int(stmt, at, *(const bool *)field);
		return 0;
	case COLUMN_INT:
		sqlite3_bind_int(stmt, at, *(const int *)field);
		return 0;
	case COLUMN_COUNTER:
		if (!(*(const uint64_t *)known >> c->size & 1))
			return 0;
		/* fall through */
	case COLUMN_INT64:
		sqlite3_bind_int64(stmt, at, *(const int64_t *)field);
		return 0;
	case COLUMN_VALUE:
		*unknown = !*(const bool *)known || !isfinite(*(const double *)field);
		if (!*unknown)
			sqlite3_bind_double(stmt, at, *(const double *)field);
		return 0;
	case COLUMN_HISTOGRAM:
		text = *(char *const *)field;
		if (!text)
			return 0;
		*unknown = false;
		sqlite3_bind_null(stmt, at - 1);
		return bind_histogram(stmt, at, text, err);
	case COLUMN_REASON:
		if (!*unknown)
			return 0;
		text = *text ? text : "no reason was given";
		break;
	case COLUMN_LETTER:
		sqlite3_bind_text(stmt, at, *text ? text : "-", 1, SQLITE_STATIC);
		return 0;
	case COLUMN_OUTCOME:
		text = trial_outcome_name(*(const enum trial_outcome *)field);
		break;
	case COLUMN_OWNED:
		text = *(char *const *)field;
		break;
	default:
		break;
	}
	store_bind_text(stmt, at, text);
	return 0;
}

int row_bind(sqlite3_stmt *stmt, int first, const struct column *columns, const void *row,
	     struct error *err)
{
	struct column c;
	bool unknown = false;

	for (int n = 0; column_at(columns, n, &c); n++)
		if (bind_column(stmt, first + n, &c, row, &unknown, err) < 0)
			return -1;
	return 0;
}

static char *read_histogram(sqlite3_stmt *stmt, int column, struct error *err)
{
	const void *bytes;
	size_t size;
	char *text;

	if (sqlite3_column_type(stmt, column) != SQLITE_BLOB)
		return store_text_dup(stmt, column, err);
	bytes = sqlite3_column_blob(stmt, column);
	size = (size_t)sqlite3_column_bytes(stmt, column);
	text = malloc(base64_text_size(size));
	if (text)
		base64_encode(bytes, size, text);
	else
		error_host(err, ENOMEM, "store: no memory for a histogram");
	return text;
}

static int read_outcome(const char *word, enum trial_outcome *outcome, struct error *err)
{
	int known = trial_outcome_by_name(word);

	*outcome = (enum trial_outcome)known;
	if (known >= 0)
		return 0;
	return error_host(err, 0, "outcome \"%s\" is not known; the store is damaged or was edited",
			  word);
}

/* What the rig wrote lies well within these: so arithmetic on a number of a store can't overflow.
 */
static int read_integer(const struct column *c, int64_t number, int64_t limit, struct error *err)
{
	if (number > -limit && number < limit)
		return 0;
	return error_host(err, 0, "%s %lld: out of range; the store is damaged or was edited",
			  c->name, (long long)number);
}

/* *known: that of the value that was read last. */
static int read_column(sqlite3_stmt *stmt, int at, const struct column *c, char *row, bool **known,
		       struct error *err)
{
	bool null = sqlite3_column_type(stmt, at) == SQLITE_NULL;
	void *field = row + c->offset, *beside = row + c->known;
	char word[32], **owned = field;

	switch (c->type) {
	case COLUMN_BOOL:
		*(bool *)field = sqlite3_column_int(stmt, at) != 0;
		return 0;
	case COLUMN_INT:
		*(int *)field = sqlite3_column_int(stmt, at);
		return read_integer(c, sqlite3_column_int64(stmt, at), INT_MAX, err);
	case COLUMN_COUNTER:
		*(uint64_t *)beside |= (uint64_t)!null << c->size;
		*(int64_t *)field = sqlite3_column_int64(stmt, at);
		return 0;
	case COLUMN_INT64:
		*(int64_t *)field = sqlite3_column_int64(stmt, at);
		return read_integer(c, *(int64_t *)field, NS_LIMIT, err);
	case COLUMN_VALUE:
		*(double *)field = sqlite3_column_double(stmt, at);
		*known = beside;
		**known = !null && isfinite(*(double *)field);
		return 0;
	case COLUMN_HISTOGRAM:
		**known = **known || !null;
		*owned = null ? NULL : read_histogram(stmt, at, err);
		return null || *owned ? 0 : -1;
	case COLUMN_OWNED:
		if (null && c->joined)
			return 0;
		*owned = store_text_dup(stmt, at, err);
		return *owned ? 0 : -1;
	case COLUMN_LETTER:
		store_text(stmt, at, word, sizeof(word));
		*(char *)field = word[0] ? word[0] : '-';
		return 0;
	case COLUMN_OUTCOME:
		store_text(stmt, at, word, sizeof(word));
		return read_outcome(word, field, err);
	default:
		store_text(stmt, at, field, c->size);
		return 0;
	}
}

int row_read(sqlite3_stmt *stmt, const struct column *columns, void *row, struct error *err)
{
	bool *known = NULL;
	struct column c;

	for (int n = 0; column_at(columns, n, &c); n++)
		if (read_column(stmt, n, &c, row, &known, err) < 0)
			return -1;
	if (c.type == COLUMN_FILE)
		*(int *)(void *)((char *)row + c.offset) = -1;
	return 0;
}
