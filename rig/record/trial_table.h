/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a row of each list of a trial holds, as tables: a line a column. Code that handles all
 * columns alike (the store makes its tables and statements of them) loops over these.
 */
#ifndef POOLRIG_RIG_RECORD_TRIAL_TABLE_H
#define POOLRIG_RIG_RECORD_TRIAL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "rig/record/trial_record.h"

enum column_type {
	COLUMN_END = 0,
	COLUMN_TEXT,      /* char[size] */
	COLUMN_OWNED,     /* char *, owned; NULL only where the column joined */
	COLUMN_LETTER,    /* char; '-' where there is none */
	COLUMN_OUTCOME,   /* enum trial_outcome, by its name */
	COLUMN_BOOL,      /* bool */
	COLUMN_INT,       /* int */
	COLUMN_INT64,     /* int64_t or uint64_t */
	COLUMN_VALUE,     /* double, valid where the bool at `known` is true */
	COLUMN_HISTOGRAM, /* char *, owned, or NULL: stands instead of the value right before it */
	COLUMN_REASON,    /* char[size]: why the value before it is not known */
	COLUMN_READING,   /* struct cg_reading, the last of its table: a column a counter */
	COLUMN_COUNTER,   /* what column_at() makes of that: int64_t, known by the bit `size` of the
			     uint64_t at `known` */
	COLUMN_FILE,      /* int, owned: a descriptor, the last of its table, and no column */
};

struct column {
	const char *name;
	enum column_type type;
	size_t offset, size; /* of the field in its row */
	size_t known;        /* of COLUMN_VALUE and COLUMN_COUNTER: an offset, too */
	bool joined;         /* there are stores without it */
};

/* clang-format off */
#define COLUMN_AS(text, of, member, kind, ...)                                                     \
	{.name = (text), .type = COLUMN_##kind, .offset = offsetof(struct of, member),             \
	 .size = sizeof(((struct of *)0)->member), __VA_ARGS__}
#define COLUMN(of, member, kind, ...) COLUMN_AS(#member, of, member, kind, __VA_ARGS__)
/* clang-format on */

/* A list of a trial: the columns of its rows, to one without a name, and the size of a row. */
struct trial_table {
	size_t size;
	const struct column *columns;
};
extern const struct trial_table trial_tables[TRIAL_LISTS];

/* The columns of the trial itself. */
extern const struct column trial_columns[];

/* The n-th column, a counter of a reading taken for one. False: there are no more. */
bool column_at(const struct column *columns, int n, struct column *column);

#endif
