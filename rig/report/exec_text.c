/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/exec_text.h"

#include <string.h>

#include "base/own.h"
#include "base/units.h"

/* One number as people read it, or "n/a (reason)". */
static void show(const struct trial_record *r, const char *name, char *text, size_t size)
{
	const struct metric *m = trial_find_metric(r, name);
	size_t len = strlen(name);

	if (!m || !m->known)
		snprintf(text, size, "n/a (%.100s)", m ? m->reason : "not measured");
	else if (len > 8 && strcmp(name + len - 8, "_seconds") == 0)
		units_show(UNITS_SECONDS, m->value, false, text, size);
	else if (len > 6 && strcmp(name + len - 6, "_bytes") == 0)
		units_show(UNITS_BYTES, m->value, false, text, size);
	else
		snprintf(text, size, "%.0f", m->value);
}

struct item {
	const char *label;
	const char *metric;
};

struct line {
	const char *label;
	struct item items[6];
};

static const struct line lines[] = {
    {"wall", {{"", "wall_seconds"}}},
    {"cpu", {{"", "cpu_seconds"}, {"user", "cpu_user_seconds"}, {"system", "cpu_system_seconds"}}},
    {"memory peak", {{"cgroup", "memory_peak_bytes"}, {"RSS", "peak_rss_bytes"}}},
    {"memory events",
     {{"high", "memory_events.high"},
      {"max", "memory_events.max"},
      {"oom", "memory_events.oom"},
      {"oom_kill", "memory_events.oom_kill"}}},
    {"processes", {{"peak", "pids_peak"}, {"refused", "pids_refused"}}},
    {"switches",
     {{"voluntary", "context_switches_voluntary"},
      {"involuntary", "context_switches_involuntary"}}},
    {"page faults", {{"minor", "page_faults_minor"}, {"major", "page_faults_major"}}},
    {"PSI some",
     {{"cpu", "psi.cpu.some_seconds"},
      {"memory", "psi.memory.some_seconds"},
      {"io", "psi.io.some_seconds"}}},
    {"PSI full",
     {{"cpu", "psi.cpu.full_seconds"},
      {"memory", "psi.memory.full_seconds"},
      {"io", "psi.io.full_seconds"}}},
};

static void show_line(const struct trial_record *r, const struct line *line, FILE *to)
{
	fprintf(to, "  %-14s", line->label);
	for (size_t i = 0; i < ARRAY_SIZE(line->items) && line->items[i].metric; i++) {
		char text[160];

		show(r, line->items[i].metric, text, sizeof(text));
		fprintf(to, "%s%s%s%s", i ? ", " : "", line->items[i].label,
			line->items[i].label[0] ? " " : "", text);
	}
	fputc('\n', to);
}

void exec_text_print(const struct trial_record *r, FILE *to)
{
	fprintf(to, "poolrig: %s: %s%s%s\n", r->variant, trial_outcome_name(r->outcome),
		r->reason[0] ? ": " : "", r->reason);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		show_line(r, &lines[i], to);
	for (size_t i = 0; i < r->grades_count; i++) {
		const struct grade_line *g = &r->grades[i];

		fprintf(to, "  grade %-12s %c  %s", g->dimension, g->level, g->granted);
		fprintf(to, "%s%s\n", g->reason[0] ? "; " : "", g->reason);
	}
}
