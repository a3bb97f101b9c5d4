/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one engine for values that people write: command-line options (base/option.h), key=value
 * parameters of workloads (base/params.h), and the keys of an experiment (rig/knob) are rows of
 * this kind. A row says everything about a value once: parsing, range, default, --help, man pages
 * and the tables in docs/ come from it.
 *
 *     struct opts { uint64_t size; int64_t drain_ns; };
 *     static const struct field rows[] = {
 *             {.name = "size", .type = FIELD_COUNT, .offset = offsetof(struct opts, size),
 *              .low = "1", .high = "1M", .fallback = "1000", .value = "N", .help = "workers"},
 *             {.name = "drain", .type = FIELD_DURATION, .offset = offsetof(struct opts, drain_ns),
 *              .high = "1h", .fallback = "10s", .help = "time for tasks to complete"},
 *             {0},
 *     };
 */
#ifndef POOLRIG_BASE_FIELD_H
#define POOLRIG_BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum field_type {
	FIELD_END = 0,
	FIELD_FLAG,  /* bool: true where given; takes no value on a command line */
	FIELD_BOOL,  /* bool: true, yes, on; false, no, off. With choices: the first is false, the
			second true */
	FIELD_TEXT,  /* const char *: borrowed from the caller. With choices: the choice's own text,
			or NULL for the special word */
	FIELD_LIST,  /* struct field_list: may be given more than once */
	FIELD_COUNT, /* uint64_t: units_count */
	FIELD_UNSIGNED, /* unsigned: units_count */
	FIELD_INT,      /* int: units_count */
	FIELD_BYTES,    /* uint64_t: units_bytes */
	FIELD_DURATION, /* int64_t in ns: units_duration */
	FIELD_RATE,     /* double: units_rate */
	FIELD_NUMBER,   /* double: units_number */
	FIELD_SHARE,    /* double: units_share, "5%" or "0.05" as 0.05 */
	FIELD_CHOICE,   /* an enum of int's size: the place in `choices` */
	FIELD_CPUS,     /* cpu_set_t: a CPU list; an empty set for the special word */
	FIELD_CUSTOM,   /* what `parse` stores */
};

#define FIELD_LIST_MAX 64
struct field_list {
	size_t count;
	const char *items[FIELD_LIST_MAX]; /* borrowed */
};

struct field {
	const char *name; /* long option without "--", key, or dotted path of an experiment */
	char letter;      /* short option, or 0 */
	enum field_type type;
	size_t offset; /* in the object that is filled */

	/* As they would be written, or NULL. */
	const char *low, *high; /* the range */
	const char *special;    /* a word besides the type's own values ("max", "auto"): it stores
				   UINT64_MAX (UINT_MAX), -1 (signed), an infinity, NULL, or an
				   empty CPU set */
	const char *fallback;   /* the default */

	/* Of FIELD_CHOICE, BOOL or TEXT: to NULL, in the order of the enum. */
	const char *const *choices;
	const char *value; /* what help calls the value ("PATH"); NULL: by the type */
	const char *help;  /* one sentence; may be long, help folds it */
	/* Of FIELD_CUSTOM; field is NULL where the text is checked only. */
	int (*parse)(const char *text, void *field, struct error *err);
	bool required;      /* must be given, which the caller checks; it has no default */
	const char *option; /* the long option, where it is not the name's last segment */
	/* Instead of `choices`, where they are listed by a function. */
	const char *const *(*choices_of)(void);
	const void *more; /* what the table's owner says of the row besides (rig/knob/knob.h) */
};

/* What may be chosen, to NULL; NULL: the type's own values. */
const char *const *field_choices(const struct field *row);

/* The row of a name, or NULL. */
const struct field *field_find(const struct field *rows, const char *name, size_t length);

/* Set every field that has a fallback to it; the others are left as they are. */
void field_defaults(const struct field *rows, void *object);

/*
 * Parse a text into the row's field of the object (NULL: check only). Errors (ERROR_INPUT) are
 * `"VALUE": reason; way out`, to be wrapped by the caller with what names the value; control
 * characters in VALUE are escaped and a long one is cut.
 */
int field_parse(const struct field *row, const char *text, void *object, struct error *err);

/* What help calls the value: "PATH", "DURATION"; NULL for a flag, which has none. */
const char *field_value_name(const struct field *row);

/* What may be written, for help and docs: "naive, fixed or elastic", "1ms to 24h", "1M or more, or
 * max", "true or false"; "" where the type says it all. Returns buf. */
const char *field_accepts(const struct field *row, char *buf, size_t size);

/* The help with what may be written and the default: "workers (1 to 1M; default 1000)". Returns
 * buf. */
const char *field_describe(const struct field *row, char *buf, size_t size);

/* Print that behind a head ("  --size N"), folded. */
#define FIELD_HELP_WIDTH 80
void field_help(const struct field *row, const char *head, FILE *to);

/* ` did you mean "rate"? known here: …`, the closest first, to stand behind "unknown key;". Returns
 * buf. */
const char *field_known(const struct field *rows, const char *name, char *buf, size_t size);

#endif
