/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The grade: for each dimension what was asked, what the kernel granted, and a level. It is taken
 * from what was observed while the trial ran, not from what was asked:
 *
 *   A  as asked, and seen to hold
 *   B  it held, but was shared or interfered with, or was observed only in part
 *   C  asked for and not held; of the observation: the window was not observed as a whole
 *   -  not asked for
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/cpulist.h"
#include "base/own.h"
#include "base/text.h"
#include "base/units.h"
#include "rig/record/bound.h"
#include "rig/trial/state.h"

/* Below this, what others did to a core is less than the clock tick that it is counted in. */
#define INTERFERENCE_SECONDS 0.010
/* A sample that is later than this is not where the time axis says. */
#define LATE_SAMPLE_SECONDS 0.050

/* Lower the level to at most `level`, and say why. Levels sort as their letters do. */
static void lower(struct grade_line *g, char level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void lower(struct grade_line *g, char level, const char *fmt, ...)
{
	size_t used = strlen(g->reason);
	va_list ap;

	if (level > g->level)
		g->level = level;
	if (used && used + 2 < sizeof(g->reason)) {
		memcpy(g->reason + used, "; ", 3);
		used += 2;
	}
	va_start(ap, fmt);
	/* cut, it must show that */
	if (vsnprintf(g->reason + used, sizeof(g->reason) - used, fmt, ap) >=
	    (int)(sizeof(g->reason) - used))
		memcpy(g->reason + sizeof(g->reason) - 4, "...", 4);
	va_end(ap);
}

/* Append to an owned text. Without memory it is NULL, and stays so: trial_grades() looks. */
static void say(char **text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(char **text, const char *fmt, ...)
{
	char *before = *text, *more = NULL;
	va_list ap;

	if (!before)
		return;
	va_start(ap, fmt);
	if (vasprintf(&more, fmt, ap) < 0)
		more = NULL;
	va_end(ap);
	if (!more || asprintf(text, "%s%s", before, more) < 0)
		*text = NULL;
	free(more);
	free(before);
}

static void say_cpus(char **text, const char *before, const cpu_set_t *cpus)
{
	char list[CPULIST_SIZE];

	say(text, "%s%s", before, cpulist_format(cpus, list));
}

static const char *or_else(const char *text, const char *otherwise)
{
	return text && text[0] ? text : otherwise;
}

/* No grade, unless something that was asked for besides did not hold. */
static void not_asked(struct grade_line *g, const char *instead)
{
	if (g->level == 'A')
		g->level = '-';
	say(&g->asked, "%s", instead);
}

static const struct interference_line *find_line(const struct trial_record *r, const char *name)
{
	for (size_t i = 0; i < r->interference_count; i++)
		if (strcmp(r->interference[i].name, name) == 0)
			return &r->interference[i];
	return NULL;
}

/* A setting that does not hold as it was asked lowers its dimension, in the kernel's own words. */
static void judge_cell(struct grade_line *g, const struct cg_cell *cell, const char *neighbour)
{
	for (int k = 0; k < CG_KNOBS; k++) {
		const struct cg_knob_row *row = cg_knob_row((enum cg_knob)k);
		const struct cg_setting *s = &cell->settings[k];
		char asked[CG_SHOW_SIZE];

		if (strcmp(row->grade, g->dimension) == 0 && s->held != CG_HELD_UNSET &&
		    s->held != CG_HELD_AS_ASKED)
			lower(g, 'C', "%s%s%s %s: %s (%s)", neighbour, neighbour[0] ? ": " : "",
			      row->name, cg_setting_show(row, or_else(s->asked, ""), asked),
			      cg_held_name(s->held), s->reason);
	}
}

static void judge_settings(struct grade_line *g, const struct trial *t)
{
	judge_cell(g, &t->cell, "");
	for (size_t i = 0; t->neighbours && i < t->setup->neighbours_count; i++)
		judge_cell(g, &t->neighbours[i].cell, t->neighbours[i].setup->name);
}

/* A line in seconds. */
static void judge_line(struct grade_line *g, const struct trial *t, const char *name, double bound,
		       const char *what)
{
	const struct interference_line *line = find_line(t->record, name);

	if (!line || !line->known)
		lower(g, 'B', "%s: can't be told (%.80s)", what,
		      line ? line->detail : "not observed");
	else if (line->value > bound)
		lower(g, 'B', "%s: %.3f s", what, line->value);
}

/* More than can be borne: what was measured is not what the cell does on these cores. */
static void judge_shares(struct grade_line *g, const struct trial *t)
{
	for (size_t i = 0; i < BOUNDS; i++) {
		const struct interference_line *line = bound_exceeded(&bounds[i], t->record);

		if (line)
			lower(g, 'C', "%s %.3g %% of the work cores, above %.3g %%", bounds[i].who,
			      line->value * 100, bounds[i].share * 100);
	}
}

static void judge_threads(struct grade_line *g, const struct trial *t)
{
	const struct placement *p = placement_of(&t->probes);
	cpu_set_t outside = p->seen;
	char list[CPULIST_SHOW_SIZE], why[256];

	if (trial_wrong_cores(t, why, sizeof(why)))
		lower(g, 'C', "wrong cores: %s", why);
	cpulist_without(&outside, &t->setup->roles.cell);
	if (p->missing[0])
		lower(g, 'B', "threads: %.100s", p->missing);
	if (p->astray)
		lower(g, 'C', "%d threads could run on CPUs %s, outside their role", p->astray,
		      p->astray_mask);
	if (CPU_COUNT(&outside))
		lower(g, 'C', "threads were seen on CPUs %s", cpulist_show(&outside, list));
	if (!t->setup->plain && p->passes && !p->astray && p->on_load == 0 && p->threads)
		lower(g, 'B', "no thread was found on the load core");
}

static void judge_percpu(struct grade_line *g, const struct trial *t)
{
	const struct counters *c = counters_of(&t->probes);

	for (int cpu = 0; c->percpu_known && cpu < c->percpu_count; cpu++) {
		uint64_t used;

		if (CPU_ISSET(cpu, &t->setup->roles.cell))
			continue;
		if (!counter_grown((uint64_t)c->percpu_begin[cpu], (uint64_t)c->percpu_end[cpu],
				   &used))
			lower(g, 'B',
			      "the cell's time on CPU %d: can't be told (" COUNTER_WENT_BACK ")",
			      cpu);
		else if (used > 0)
			lower(g, 'C', "the cell used %.3f s of CPU %d", (double)used / 1e9, cpu);
	}
}

static void grade_cpu(const struct trial *t, struct grade_line *g)
{
	const struct cg_setting *cpus = &t->cell.settings[CG_KNOB_CPUS];
	const struct cg_setting *partition = &t->cell.settings[CG_KNOB_PARTITION];
	const struct placement *seen = placement_of(&t->probes);
	const struct roles *roles = &t->setup->roles;
	char rig[CPULIST_SHOW_SIZE];

	if (!t->setup->pin) {
		not_asked(g, "any core");
		say_cpus(&g->granted, "CPUs ", &roles->work);
		say(&g->granted, ", shared with the host");
		return;
	}
	say_cpus(&g->asked, t->setup->plain ? "CPUs " : "work ", &roles->work);
	if (!t->setup->plain)
		say_cpus(&g->asked, ", load ", &roles->load);
	say_cpus(&g->asked, ", rig ", &roles->housekeeping);
	say(&g->granted, "cpuset %s; %d threads on work, %d on load, %d astray",
	    or_else(cpus->got, "none"), seen->on_work, seen->on_load, seen->astray);
	judge_threads(g, t);
	judge_percpu(g, t);
	if (roles->shared_housekeeping)
		lower(g, 'B', "the rig shares core %s with the cell",
		      cpulist_show(&roles->housekeeping, rig));
	if (partition->held == CG_HELD_UNSET)
		lower(g, 'B', "the cores are not an exclusive partition: %s",
		      partition->reason[0] ? partition->reason : "others may run there");
	judge_line(g, t, "foreign_tasks", INTERFERENCE_SECONDS, "foreign tasks on the work cores");
	judge_line(g, t, "steal", INTERFERENCE_SECONDS, "steal");
	judge_line(g, t, "throttled", 0, "throttled");
	judge_shares(g, t);
}

/* The limit held all the same: the two numbers need a reason. */
static void judge_rss(struct grade_line *g, const struct trial *t)
{
	const struct cg_setting *max = &t->cell.settings[CG_KNOB_MEMORY_MAX];
	const struct metric *rss = trial_find_metric(t->record, "peak_rss_bytes");
	char shown[UNITS_SHOW_SIZE];

	if (max->held != CG_HELD_AS_ASKED || !rss || !rss->known || !max->got ||
	    rss->value <= strtod(max->got, NULL))
		return;
	lower(g, 'A',
	      "peak RSS %s is above the limit: it counts pages that are charged to other cgroups, "
	      "too, such as those of files in the page cache",
	      units_show(UNITS_BYTES, rss->value, false, shown, sizeof(shown)));
}

static void grade_memory(const struct trial *t, struct grade_line *g)
{
	const struct cg_setting *max = &t->cell.settings[CG_KNOB_MEMORY_MAX];
	const struct cg_setting *swap = &t->cell.settings[CG_KNOB_SWAP_MAX];
	const struct cg_setting *high = &t->cell.settings[CG_KNOB_MEMORY_HIGH];
	bool with_high = high->held != CG_HELD_UNSET;

	if (max->held == CG_HELD_UNSET && swap->held == CG_HELD_UNSET && !with_high) {
		not_asked(g, "no limit");
		say(&g->granted, "the host's memory");
		return;
	}
	say(&g->asked, "memory %s, swap %s", or_else(max->asked, "max"),
	    or_else(swap->asked, "max"));
	say(&g->granted, "memory %s, swap %s", or_else(max->got, "n/a"), or_else(swap->got, "n/a"));
	if (with_high) {
		say(&g->asked, ", high %s", or_else(high->asked, "max"));
		say(&g->granted, ", high %s", or_else(high->got, "n/a"));
	}
	judge_rss(g, t);
}

static void grade_network(const struct trial *t, struct grade_line *g)
{
	if (!t->net.asked_private) {
		not_asked(g, "the host's namespace");
		say(&g->granted, "the host's namespace");
		return;
	}
	say(&g->asked, "a private namespace");
	if (!t->net.own_ns || !t->net.cell_ns) {
		say(&g->granted, "n/a");
		lower(g, 'B', "the namespace could not be looked at");
	} else if (t->net.own_ns == t->net.cell_ns) {
		say(&g->granted, "the host's namespace");
		lower(g, 'C', "the command was in the host's namespace");
	} else {
		say(&g->granted, "namespace %lu, loopback only", t->net.cell_ns);
	}
}

/* Counters that this host has not, those with one reason in one sentence. */
static void judge_counters(struct grade_line *g, const struct counters *counters)
{
	for (int c = 0; c < CG_COUNTERS; c++) {
		const char *why = counters->files.missing[c];
		char names[512] = "";
		bool said = !why[0];

		for (int other = 0; other < CG_COUNTERS && !said; other++) {
			if (strcmp(counters->files.missing[other], why) != 0)
				continue;
			said = other < c;
			text_add(names, sizeof(names), "%s%s", names[0] ? ", " : "",
				 cg_counter_row(other)->name);
		}
		if (!said)
			lower(g, 'B', "%s: %s", names, why);
	}
}

/* What the rig itself did late. */
static void judge_delays(struct grade_line *g, const struct trial *t)
{
	const struct delays *d = &t->delays;
	int64_t held_ns = t->outputs[0].held_ns + t->outputs[1].held_ns;

	if (delay_border_latest(d) > delay_border_bound(trial_window_ns(t)))
		lower(g, 'C', "a border of the window was read late: %.3f s",
		      (double)delay_border_latest(d) / 1e9);
	if (d->pauses)
		lower(g, 'C', "the rig itself did not run: %.3f s", (double)d->paused_ns / 1e9);
	if ((double)held_ns / 1e9 > INTERFERENCE_SECONDS)
		lower(g, 'B', "the command's output was not read: %.3f s", (double)held_ns / 1e9);
}

static void grade_observation(const struct trial *t, struct grade_line *g)
{
	const struct counters *counters = counters_of(&t->probes);
	int known = 0;

	say(&g->asked, "%d counters, samples on time", CG_COUNTERS);
	for (int c = 0; c < CG_COUNTERS; c++)
		known += !counters->files.missing[c][0];
	say(&g->granted, "%d counters, %lld samples, the latest %.1f ms late", known,
	    (long long)t->probes.samples, (double)counters->late_max_ns / 1e6);
	judge_counters(g, counters);
	if (!t->probes.begun || !t->probes.ended)
		lower(g, 'C', "the window was not observed as a whole");
	for (size_t i = 0; i < t->record->artefacts_count; i++)
		if (t->record->artefacts[i].intrusive)
			lower(
			    g, 'B',
			    "the workload made %s while it was measured: compare its numbers with "
			    "those of no trial without it",
			    t->record->artefacts[i].name);
	judge_line(g, t, "late_samples", LATE_SAMPLE_SECONDS, "late samples");
	judge_delays(g, t);
}

struct dimension {
	const char *name;
	void (*judge)(const struct trial *t, struct grade_line *g);
};

int trial_grades(struct trial *t, struct error *err)
{
	static const struct dimension dimensions[] = {
	    {"cpu", grade_cpu},
	    {"memory", grade_memory},
	    {"network", grade_network},
	    {"observation", grade_observation},
	};

	for (size_t i = 0; i < ARRAY_SIZE(dimensions); i++) {
		struct grade_line line = {.level = 'A', .asked = strdup(""), .granted = strdup("")};

		snprintf(line.dimension, sizeof(line.dimension), "%s", dimensions[i].name);
		judge_settings(&line, t);
		dimensions[i].judge(t, &line);
		if (!line.asked || !line.granted) {
			free(line.asked);
			free(line.granted);
			return error_host(err, ENOMEM, "grade %s: no memory", line.dimension);
		}
		if (trial_grade(t->record, &line, err) < 0)
			return -1;
	}
	return 0;
}
