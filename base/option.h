/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options of a verb: rows of base/field.h, from which parsing, --help and the man page all
 * come, so that nothing about an option is written twice.
 */
#ifndef POOLRIG_BASE_OPTION_H
#define POOLRIG_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/field.h"

struct option_verb {
	const char *name;         /* "run" */
	const char *arguments;    /* "EXPERIMENT.yaml"; "" or NULL: none */
	bool command;             /* they are a command, which may have options of its own */
	const char *about;        /* what it does in one line; further paragraphs, one a line */
	const char *examples;     /* a command a line, or NULL */
	const char *exit_codes;   /* "0 done; 2 no such store", or NULL */
	const struct field *rows; /* of the options struct */

	/* A second table, or NULL, whose fields are those of an object at shared_offset in the
	 * options struct. An option's name is the last segment of the row's ("cell.memory":
	 * --memory), unless the row has an `option`. */
	const struct field *shared;
	size_t shared_offset;
};

/*
 * Set the defaults, then parse argv[1..] into opts. Options may be written --name VALUE,
 * --name=VALUE, -l VALUE; parsing stops at "--" and, where the arguments are a command, at the
 * first one that is not an option.
 *
 * Returns the index of the first argument that is not an option (arguments are moved behind the
 * options where they are not a command, as getopt_long(3) does), or -1 (kind ERROR_INPUT): an
 * unknown option names its closest known one; a bad value names option, value, reason, way out.
 * --help and -h set *help.
 */
int option_parse(const struct option_verb *verb, int argc, char **argv, void *opts, bool *help,
		 struct error *err);

/* Print the usage of a verb (`poolrig NAME [options] ARGUMENTS`), 80 columns wide. */
void option_help(const struct option_verb *verb, FILE *to);

/* The sections of its man page in roff(7), NAME to EXAMPLES: all but the head (.TH). */
void option_man(const struct option_verb *verb, FILE *to);

/* The rows of both tables by number, or NULL behind the last; and what their options are called. */
const struct field *option_row(const struct option_verb *verb, size_t i);
const char *option_name(const struct field *row);

#endif
