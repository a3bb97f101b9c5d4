/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities as people write them, into base units; and back. Pure functions. */
#ifndef POOLRIG_BASE_UNITS_H
#define POOLRIG_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What "max" stands for, of a quantity that may be unlimited. */
#define UNITS_MAX UINT64_MAX

/* Each returns 0, or -1 with a text `"VALUE": reason; way out` to be wrapped with the thing's name
 * (kind ERROR_INPUT). Blanks around the value are not accepted. */

/* "64M", "1.5G", "4096": K, M, G, T are powers of 1024. Into bytes. */
int units_bytes(const char *text, uint64_t *bytes, struct error *err);

/* "5ms", "1.5s", "250us", "100ns", "2m", "1h": a unit is required, except for 0. Into ns. */
int units_duration(const char *text, int64_t *ns, struct error *err);

/* "1000", "100k", "1.5M": k and M are powers of 1000. An unsigned count. */
int units_count(const char *text, uint64_t *count, struct error *err);

/* "100000", "100k", "0.5": as a count, but fractions are taken. A second, where it is a rate. */
int units_rate(const char *text, double *rate, struct error *err);

/* "0.5", "10", "1e3": a number of 0 or more, without a unit. */
int units_number(const char *text, double *number, struct error *err);

/* "5%", "0.5%", "0.05": a share of one; above 1 only with "%". */
int units_share(const char *text, double *share, struct error *err);

enum units_kind {
	UNITS_COUNT = 0, /* digits grouped by three: "1,234,567" */
	UNITS_RATIO,     /* "0.0123", "2.50", "12,346" */
	UNITS_SECONDS,   /* "255 ns", "68.4 us", "131 ms", "12.0 s", "90.0 min", "2.78 h" */
	UNITS_BYTES,     /* "512 B", "14.2 MiB" */
	UNITS_RATE,      /* tasks a second: "412 tasks/s", "99.4k tasks/s", "4.21M tasks/s" */
};

/*
 * For people: three significant digits and a unit of the value's own, so that one to three digits
 * stand before the point (four for bytes from 1000 on). Nanoseconds are whole. A count is
 * exact. utf8: "µs", not "us". buf of at least UNITS_SHOW_SIZE bytes; returns buf.
 */
#define UNITS_SHOW_SIZE 40
const char *units_show(enum units_kind kind, double value, bool utf8, char *buf, size_t size);
/* The same of nanoseconds, in ASCII. */
const char *units_show_ns(int64_t ns, char *buf, size_t size);

/* Exactly, in the largest unit that divides it, so that what is read can be typed again: "1500ms",
 * "0". buf of at least 32 bytes; returns buf. */
const char *units_write_duration(int64_t ns, char *buf, size_t size);

#endif
