/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "rig/cell/site.h"
#include "rig/verbs/verb.h"

static const struct field rows[] = {{0}};

static int run_verb(int argc, char **argv, struct error *err)
{
	int first = verb_options(&verb_clean, argc, argv, NULL, err);
	int undone;

	if (first <= 0)
		return first;
	if (first < argc)
		return error_input(err, "clean: \"%s\": takes no argument", argv[first]);
	if (site_need_root(err) < 0)
		return -1;
	undone = site_clean(err);
	if (undone < 0)
		return -1;
	if (undone)
		printf("cleaned up after %d killed run%s\n", undone, undone == 1 ? "" : "s");
	else
		printf("nothing to clean up\n");
	return EXIT_DONE;
}

/* clang-format off */
const struct verb verb_clean = {
	.options = {
		.name = "clean",
		.arguments = "",
		.about =
		    "undo what a killed run left on this host\n"
		    "End the processes and remove the cgroups that the journals of dead runs "
		    "name, and undo the settings that they name. Runs that are alive are not "
		    "touched. Each `run` and `exec` begins by doing the same.",
		.exit_codes = "0 done; 3 the host refused, or something could not be looked at",
		.rows = rows,
	},
	.run = run_verb,
};
/* clang-format on */
