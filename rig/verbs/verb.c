/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/verbs/verb.h"

#include <stdio.h>

#include "rig/run/supervisor.h"

void verb_print_files(FILE *to)
{
	char dir[4096];

	if (supervisor_files_dir(dir, sizeof(dir), NULL) == 0)
		fprintf(to, "\ndocs/ and experiments/ are in %s\n", dir);
}

int verb_options(const struct verb *verb, int argc, char **argv, void *options, struct error *err)
{
	bool help = false;
	int first = option_parse(&verb->options, argc, argv, options, &help, err);

	if (first < 0 || !help)
		return first;
	option_help(&verb->options, stdout);
	verb_print_files(stdout);
	return EXIT_DONE;
}
