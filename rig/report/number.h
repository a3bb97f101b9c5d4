/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers for a table: one unit for a whole row, so that its columns can be compared at a glance,
 * and three significant digits; counts are exact. Pure functions. */
#ifndef POOLRIG_RIG_REPORT_NUMBER_H
#define POOLRIG_RIG_REPORT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum number_kind {
	NUMBER_COUNT = 0, /* as it is, digits grouped by three */
	NUMBER_RATIO,     /* as it is, three significant digits */
	NUMBER_SECONDS,   /* ns, us, ms, s */
	NUMBER_BYTES,     /* B, KiB, MiB, GiB */
};

struct number_unit {
	const char *name, *ascii; /* "µs", "us"; "" for a count */
	double size;              /* of one, in the base unit */
};

/* The unit in which `smallest` (the smallest value that is not 0, or 0) is at least 1, but made
 * larger until `largest` has at most five digits before the point. */
const struct number_unit *number_unit(enum number_kind kind, double smallest, double largest);

/* The value, already divided by its unit. buf of 40 bytes at least; returns buf. */
const char *number_show(enum number_kind kind, double value, char *buf, size_t size);

/* A value with a unit of its own: "1.23 ms". */
const char *number_with_unit(enum number_kind kind, double value, bool utf8, char *buf,
			     size_t size);

/* What kind of number a metric or a interference line is, by its name ("…_seconds", "…_bytes…") or
 * unit
 * ("seconds", "bytes", "count"). */
enum number_kind number_kind_of(const char *name);

#endif
