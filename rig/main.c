/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poolrig: the table of verbs, and the only place that prints an error or decides an exit code. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/outfile.h"
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

/* What the caller's dispositions must not decide: that a write fails is seen where it is made, be
 * it that the reader went away (| head) or that the file is as long as it may be (ulimit -f); and
 * children are reaped. Of the signals that end a run, those that the caller ignores stay ignored.
 */
static void set_dispositions(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
}

static int run_named(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	char quoted[TEXT_QUOTE_SIZE];

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

/* Has all arrived that was printed? A call that started nothing stays one. */
static int end_stream(const struct stream *stream, FILE *to, const char *name, int code)
{
	struct error err = ERROR_INIT;

	if (stream_flush(stream, to, name, &err) == 0)
		return code;
	fail(&err);
	if (code & EXIT_OF_COMMAND)
		return EXIT_OF_COMMAND | EXIT_NO_COMMAND;
	return code == EXIT_BAD_INPUT ? code : EXIT_RIG_FAILED;
}

/* All that is printed goes through streams of ours, which end here. */
static int run_printing(int argc, char **argv)
{
	FILE *const old[2] = {stdout, stderr};
	struct stream streams[2];
	FILE *to[2] = {stream_open(&streams[0], STDOUT_FILENO),
		       stream_open(&streams[1], STDERR_FILENO)};
	int code = EXIT_RIG_FAILED;

	if (to[0] && to[1]) {
		stdout = to[0];
		stderr = to[1];
		code = run_named(argc, argv);
		code = end_stream(&streams[0], stdout, "standard output", code);
		code = end_stream(&streams[1], stderr, "standard error", code);
	}
	stdout = old[0];
	stderr = old[1];
	for (int i = 0; i < 2; i++)
		own_fclose(&to[i]);
	return code & ~EXIT_OF_COMMAND;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	int say;

	if (io_open_standard(&err) < 0)
		return fail(&err);
	if (outfile_check_standard(&say, &err) < 0) {
		dprintf(say, "poolrig: %s\n", err.text);
		return EXIT_BAD_INPUT;
	}
	set_dispositions();
	return run_printing(argc, argv);
}
