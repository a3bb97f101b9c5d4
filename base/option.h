/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Option tables: one row an option, from which parsing, --help and the man page all come, so that
 * nothing about an option is written twice.
 *
 *     struct opts { const char *store; bool json; uint64_t memory; };
 *     static const struct option_row rows[] = {
 *             OPTION_STRING("store", 's', struct opts, store, "PATH", "the store to read"),
 *             OPTION_FLAG("json", 0, struct opts, json, "print JSON"),
 *             OPTION_END,
 *     };
 */
#ifndef POOLRIG_BASE_OPTION_H
#define POOLRIG_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum option_type {
	OPTION_TYPE_END = 0,
	OPTION_TYPE_FLAG,     /* bool: true where given */
	OPTION_TYPE_STRING,   /* const char *: points into argv */
	OPTION_TYPE_COUNT,    /* uint64_t: units_count */
	OPTION_TYPE_BYTES,    /* uint64_t: units_bytes */
	OPTION_TYPE_DURATION, /* int64_t in ns: units_duration */
	OPTION_TYPE_LIST,     /* struct option_list: may be given more than once */
};

#define OPTION_LIST_MAX 64
struct option_list {
	size_t count;
	const char *items[OPTION_LIST_MAX]; /* point into argv */
};

struct option_row {
	enum option_type type;
	const char *name;  /* long name, without "--" */
	char letter;       /* short name, or 0 */
	size_t offset;     /* of the field in the options struct */
	const char *value; /* what --help calls the value: "PATH" */
	const char *help;  /* one line; may be long, --help folds it */
	uint64_t min, max; /* for COUNT, BYTES and DURATION; max 0: no bound */
};

#define OPTION_FLAG(n, l, s, f, h)                                                                 \
	{                                                                                          \
		OPTION_TYPE_FLAG, n, l, offsetof(s, f), NULL, h, 0, 0                              \
	}
#define OPTION_STRING(n, l, s, f, v, h)                                                            \
	{                                                                                          \
		OPTION_TYPE_STRING, n, l, offsetof(s, f), v, h, 0, 0                               \
	}
#define OPTION_LIST(n, l, s, f, v, h)                                                              \
	{                                                                                          \
		OPTION_TYPE_LIST, n, l, offsetof(s, f), v, h, 0, 0                                 \
	}
#define OPTION_COUNT(n, l, s, f, v, h, a, b)                                                       \
	{                                                                                          \
		OPTION_TYPE_COUNT, n, l, offsetof(s, f), v, h, a, b                                \
	}
#define OPTION_BYTES(n, l, s, f, v, h, a, b)                                                       \
	{                                                                                          \
		OPTION_TYPE_BYTES, n, l, offsetof(s, f), v, h, a, b                                \
	}
#define OPTION_DURATION(n, l, s, f, v, h, a, b)                                                    \
	{                                                                                          \
		OPTION_TYPE_DURATION, n, l, offsetof(s, f), v, h, a, b                             \
	}
#define OPTION_END                                                                                 \
	{                                                                                          \
		OPTION_TYPE_END, NULL, 0, 0, NULL, NULL, 0, 0                                      \
	}

struct option_verb {
	const char *name;      /* "run" */
	const char *arguments; /* "EXPERIMENT.yaml" */
	const char *about;     /* what it does: one line, or several with newlines */
	const char *epilogue;  /* examples, exit codes: printed as it stands, or NULL */
	const struct option_row *rows;
};

/*
 * Parse argv[1..] into opts (which the caller has filled with the defaults). Options may be written
 * --name VALUE, --name=VALUE, -l VALUE; parsing stops at "--" and, where stop_at_first is set, at
 * the first argument that is not an option (for verbs that take a command to run).
 *
 * Returns the index of the first argument that is not an option (arguments are moved behind the
 * options where stop_at_first is not set, as getopt_long(3) does), or -1 (kind ERROR_INPUT): an
 * unknown option names its closest known one; a bad value names option, value, reason, way out.
 * --help and -h set *help.
 */
int option_parse(const struct option_verb *verb, int argc, char **argv, bool stop_at_first,
		 void *opts, bool *help, struct error *err);

/* Print the usage of a verb (`poolrig NAME [options] ARGUMENTS`), 80 columns wide. */
void option_help(const struct option_verb *verb, FILE *to);

/* The same as the body of a man page section in roff(7) (`make docs` builds the page from it). */
void option_man(const struct option_verb *verb, FILE *to);

#endif
