/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poolrig: the table of verbs, and the only place that prints an error or decides an exit code. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/own.h"
#include "base/text.h"
#include "rig/verbs/verb.h"

#define VERB_ADDRESS(name) &verb_##name,
static const struct verb *const verbs[] = {VERBS(VERB_ADDRESS)};

static void usage(FILE *to)
{
	fprintf(to,
		"usage: poolrig VERB [options] ...\n"
		"Compare task pools in cells of their own: cgroup, cores, memory, network.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		const struct option_verb *v = &verbs[i]->options;

		fprintf(to, "  %-8s %.*s\n", v->name, (int)strcspn(v->about, "\n"), v->about);
	}
	fprintf(
	    to,
	    "\n`poolrig VERB --help` lists its options; `poolrig --version` prints the version.\n"
	    "Exit codes: 0 done, 1 the gate failed, 2 bad input (nothing was started), 3 the rig\n"
	    "or the host failed, 4 a workload failed, 5 void: too few valid trials.\n");
	verb_print_files(to);
}

static int exit_code_of(const struct error *err)
{
	switch (err->kind) {
	case ERROR_INPUT:
		return EXIT_BAD_INPUT;
	case ERROR_WORKLOAD:
		return EXIT_WORKLOAD_FAILED;
	default:
		return EXIT_RIG_FAILED;
	}
}

static int fail(const struct error *err)
{
	fprintf(stderr, "poolrig: %s\n", err->text);
	return exit_code_of(err);
}

static int run_verb(const struct verb *verb, int argc, char **argv)
{
	struct error err = ERROR_INIT;
	int code = verb->run(argc, argv, &err);
	int failed = code < 0 || err.text[0] ? fail(&err) : 0;

	return code >= 0 ? code : failed;
}

/* What the caller's dispositions must not decide: that a write fails is seen where it is made, be it
 * that the reader went away (| head) or that the file is as long as it may be (ulimit -f); and
 * children are reaped. Of the signals that end a run, those that the caller ignores stay ignored.
 */
static void set_dispositions(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	struct error err = ERROR_INIT;
	char quoted[TEXT_QUOTE_SIZE];

	if (io_open_standard(&err) < 0)
		return fail(&err);
	set_dispositions();
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (strcmp(name, "--version") == 0) {
		printf("poolrig %s\n", POOLRIG_VERSION);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i]->options.name, name) == 0)
			return run_verb(verbs[i], argc - 1, argv + 1);
	if (*name)
		fprintf(stderr, "poolrig: \"%s\": no such verb\n", text_quote(name, quoted));
	usage(stderr);
	return EXIT_BAD_INPUT;
}
