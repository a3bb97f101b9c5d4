/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of the poolrig command: one file each, cmd_NAME.c, and one row each in main.c. */
#ifndef POOLRIG_RIG_VERBS_VERB_H
#define POOLRIG_RIG_VERBS_VERB_H

#include "base/error.h"
#include "base/option.h"

/* Exit codes, a contract (docs/result.md): scripts lean on them. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_GATE_FAILED = 1,
	EXIT_BAD_INPUT = 2,
	EXIT_RIG_FAILED = 3,
	EXIT_WORKLOAD_FAILED = 4,
	EXIT_VOID = 5,
};

struct verb {
	const struct option_verb *verb;
	/* argv[0] is the verb's name. Returns the exit code, or -1 with *err filled: main prints
	 * it, and its kind becomes the exit code. */
	int (*run)(int argc, char **argv, struct error *err);
};

/* Parse a verb's options (base/option.h). Returns the index of its first argument, which is at
 * least 1; 0 where help was asked for and has been printed, so that the verb is done; -1. */
int verb_options(const struct option_verb *verb, int argc, char **argv, bool stop_at_first,
		 void *options, struct error *err);

extern const struct option_verb verb_run_options, verb_exec_options, verb_list_options,
    verb_show_options, verb_export_options, verb_findings_options, verb_clean_options;
int verb_run(int argc, char **argv, struct error *err);
int verb_exec(int argc, char **argv, struct error *err);
int verb_list(int argc, char **argv, struct error *err);
int verb_show(int argc, char **argv, struct error *err);
int verb_export(int argc, char **argv, struct error *err);
int verb_findings(int argc, char **argv, struct error *err);
int verb_clean(int argc, char **argv, struct error *err);

#endif
