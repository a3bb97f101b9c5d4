/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of the poolrig command: a file each, which defines verb_NAME, and a line each in VERBS.
 */
#ifndef POOLRIG_RIG_VERBS_VERB_H
#define POOLRIG_RIG_VERBS_VERB_H

#include "base/error.h"
#include "base/option.h"

/* In the order of `poolrig --help`. */
#define VERBS(VERB)                                                                                \
	VERB(run) VERB(exec) VERB(list) VERB(show) VERB(compare) VERB(export) VERB(findings) VERB(clean)

/* Exit codes, a contract (docs/result.md): scripts lean on them. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_GATE_FAILED = 1,
	EXIT_BAD_INPUT = 2,
	EXIT_RIG_FAILED = 3,
	EXIT_WORKLOAD_FAILED = 4,
	EXIT_VOID = 5,
	/* Where the command's own code is passed on: there is none, as env(1) and timeout(1) have
	 * it. */
	EXIT_NO_COMMAND = 125,
	/* Joined to a code that is the command's, so that main takes it for no verdict. */
	EXIT_OF_COMMAND = 256,
};

struct verb {
	struct option_verb options;
	/* argv[0] is the verb's name. Returns the exit code, or -1: the kind of *err becomes the
	 * exit code. main prints *err where it is filled, and finds out whether all that was
	 * printed to stdout and stderr has arrived. */
	int (*run)(int argc, char **argv, struct error *err);
};

#define VERB_DECLARE(name) extern const struct verb verb_##name;
VERBS(VERB_DECLARE)
#undef VERB_DECLARE

/* Set the defaults and parse a verb's options (base/option.h). Returns the index of its first
 * argument, which is at least 1; 0 where help was asked for and has been printed, so that the verb
 * is done; -1. */
int verb_options(const struct verb *verb, int argc, char **argv, void *options, struct error *err);

/* Print where the files are that help speaks of (docs/..., experiments/...). */
void verb_print_files(FILE *to);

#endif
