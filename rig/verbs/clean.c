/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "rig/cell/clean.h"
#include "rig/cell/site.h"
#include "rig/verbs/verb.h"

static const struct option_row rows[] = {OPTION_END};

const struct option_verb verb_clean_options = {
    .name = "clean",
    .arguments = "",
    .about = "undo whatever a killed run left on this host\n"
	     "Ends the processes and removes the cgroups that the journals of dead runs "
	     "name, and undoes the settings that they name. Runs that are alive are not "
	     "touched. Every `run` and `exec` begins by doing the same.",
    .rows = rows,
};

int verb_clean(int argc, char **argv, struct error *err)
{
	int first = verb_options(&verb_clean_options, argc, argv, false, NULL, err);
	int undone;

	if (first <= 0)
		return first;
	if (first < argc)
		return error_input(err, "clean: \"%s\": takes no argument", argv[first]);
	if (site_need_root(err) < 0)
		return -1;
	undone = clean_leftovers(err);
	if (undone < 0)
		return -1;
	if (undone)
		printf("cleaned up after %d killed run%s\n", undone, undone == 1 ? "" : "s");
	else
		printf("nothing to clean up\n");
	return EXIT_DONE;
}
