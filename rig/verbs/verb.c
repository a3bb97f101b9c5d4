/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/verbs/verb.h"

#include <stdio.h>

#include "rig/report/sink.h"

int verb_options(const struct option_verb *verb, int argc, char **argv, bool stop_at_first,
		 void *options, struct error *err)
{
	bool help = false;
	int first = option_parse(verb, argc, argv, stop_at_first, options, &help, err);

	if (first < 0 || !help)
		return first;
	option_help(verb, stdout);
	return sink_flush(stdout, "standard output", err);
}
