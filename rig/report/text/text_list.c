/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "rig/report/text/grid.h"

void list_print(const struct run_summary *runs, size_t count, const struct style *style)
{
	int id = (int)strlen("run"), experiment = (int)strlen("experiment");
	char name[160], run[160], time[32], state[64], trials[32];

	for (size_t i = 0; i < count; i++) {
		id = grid_larger(id,
				 text_width(text_clean(runs[i].id, style->utf8, run, sizeof(run))));
		experiment = grid_larger(
		    experiment,
		    text_width(text_clean(runs[i].experiment, style->utf8, name, sizeof(name))));
	}
	fprintf(style->to, "%-*s  %-*s  %-24s  %-13s  %s\n", id, "run", experiment, "experiment",
		"started", "valid/planned", "state");
	for (size_t i = 0; i < count; i++) {
		text_clean(runs[i].experiment, style->utf8, name, sizeof(name));
		text_clean(runs[i].id, style->utf8, run, sizeof(run));
		if (runs[i].planned)
			snprintf(trials, sizeof(trials), "%d/%d", runs[i].ok, runs[i].planned);
		else
			snprintf(trials, sizeof(trials), "%d/search", runs[i].ok);
		fprintf(style->to, "%s%*s  %s%*s  %-24s  %-13s  %s\n", run, id - text_width(run),
			"", name, experiment - text_width(name), "",
			result_time(runs[i].started_unix_ns, time, sizeof(time)), trials,
			result_state(&runs[i], state, sizeof(state)));
	}
}
