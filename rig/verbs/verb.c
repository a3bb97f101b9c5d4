/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/verbs/verb.h"

#include <stdio.h>

#include "rig/report/sink.h"

int verb_options(const struct verb *verb, int argc, char **argv, void *options, struct error *err)
{
	bool help = false;
	int first = option_parse(&verb->options, argc, argv, options, &help, err);

	if (first < 0 || !help)
		return first;
	option_help(&verb->options, stdout);
	return sink_flush(stdout, "standard output", err);
}
