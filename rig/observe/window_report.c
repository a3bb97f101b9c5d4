/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From readings to metrics and interference lines: differences and units, no judgement. */
#include "rig/observe/window.h"

#include <stdio.h>
#include <string.h>

#include "base/own.h"

/* What a metric is of: the window of measurement, the command's whole life, the window's end, or
 * the most in the whole life. */
enum span { SPAN_WINDOW, SPAN_LIFE, SPAN_LEVEL, SPAN_PEAK };

struct metric_row {
	const char *name;
	enum cg_counter counter;
	enum span span;
	double scale;
};

static const struct metric_row metric_rows[] = {
    {"cpu_seconds", CG_CPU_USAGE_NS, SPAN_WINDOW, 1e-9},
    {"cpu_user_seconds", CG_CPU_USER_NS, SPAN_WINDOW, 1e-9},
    {"cpu_system_seconds", CG_CPU_SYSTEM_NS, SPAN_WINDOW, 1e-9},
    {"memory_peak_bytes", CG_MEMORY_PEAK_BYTES, SPAN_PEAK, 1},
    {"memory_anon_bytes", CG_MEMORY_ANON_BYTES, SPAN_LEVEL, 1},
    {"memory_kernel_bytes", CG_MEMORY_KERNEL_BYTES, SPAN_LEVEL, 1},
    {"pids_peak", CG_PIDS_PEAK, SPAN_PEAK, 1},
    {"pids_refused", CG_PIDS_EVENT_MAX, SPAN_LIFE, 1},
    {"memory_events.low", CG_MEMORY_EVENT_LOW, SPAN_LIFE, 1},
    {"memory_events.high", CG_MEMORY_EVENT_HIGH, SPAN_LIFE, 1},
    {"memory_events.max", CG_MEMORY_EVENT_MAX, SPAN_LIFE, 1},
    {"memory_events.oom", CG_MEMORY_EVENT_OOM, SPAN_LIFE, 1},
    {"memory_events.oom_kill", CG_MEMORY_EVENT_OOM_KILL, SPAN_LIFE, 1},
    {"psi.cpu.some_seconds", CG_PSI_CPU_SOME_NS, SPAN_WINDOW, 1e-9},
    {"psi.cpu.full_seconds", CG_PSI_CPU_FULL_NS, SPAN_WINDOW, 1e-9},
    {"psi.memory.some_seconds", CG_PSI_MEMORY_SOME_NS, SPAN_WINDOW, 1e-9},
    {"psi.memory.full_seconds", CG_PSI_MEMORY_FULL_NS, SPAN_WINDOW, 1e-9},
    {"psi.io.some_seconds", CG_PSI_IO_SOME_NS, SPAN_WINDOW, 1e-9},
    {"psi.io.full_seconds", CG_PSI_IO_FULL_NS, SPAN_WINDOW, 1e-9},
};

static bool has(const struct cg_reading *reading, enum cg_counter c)
{
	return reading->known >> c & 1;
}

static int report_row(const struct window *w, const struct metric_row *row, struct trial_record *r,
		      struct error *err)
{
	bool life = row->span == SPAN_LIFE || row->span == SPAN_PEAK;
	bool level = row->span == SPAN_LEVEL || row->span == SPAN_PEAK;
	const struct cg_reading *from = life ? &w->birth : &w->begin;
	const struct cg_reading *to = life ? &w->death : &w->end;
	double value;

	if (w->counters.missing[row->counter][0])
		return trial_metric_unknown(r, row->name, err, "%s",
					    w->counters.missing[row->counter]);
	if (!w->ended || (row->span == SPAN_WINDOW && !w->begun))
		return trial_metric_unknown(r, row->name, err, "the window was not reached");
	if (!has(to, row->counter) || (!level && !has(from, row->counter)))
		return trial_metric_unknown(r, row->name, err,
					    "the kernel's file could not be read");
	value = (double)to->value[row->counter];
	if (!level)
		value -= (double)from->value[row->counter];
	return trial_metric(r, row->name, value * row->scale, err);
}

static int report_rss(const struct window *w, const struct rusage *usage, int64_t before_kib,
		      struct trial_record *r, struct error *err)
{
	int64_t of_exit = usage ? usage->ru_maxrss * 1024 : -1;

	/* ru_maxrss also remembers the image that the command was before exec; above it, it is the
	 * command's own, and exact. Below, only what was seen while it lived can be told. */
	if (usage && usage->ru_maxrss > before_kib && of_exit > w->peak_rss_bytes)
		return trial_metric(r, "peak_rss_bytes", (double)of_exit, err);
	if (w->peak_rss_bytes >= 0)
		return trial_metric(r, "peak_rss_bytes", (double)w->peak_rss_bytes, err);
	return trial_metric_unknown(
	    r, "peak_rss_bytes", err,
	    "it ended before it was looked at, and stayed below the %lld KiB "
	    "of its launch",
	    (long long)before_kib);
}

static int report_usage(const struct rusage *usage, struct trial_record *r, struct error *err)
{
	static const char *const names[] = {"context_switches", "context_switches_voluntary",
					    "context_switches_involuntary", "page_faults_minor",
					    "page_faults_major"};
	double values[ARRAY_SIZE(names)];

	if (!usage) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (trial_metric_unknown(r, names[i], err, "the command was not reaped") <
			    0)
				return -1;
		return 0;
	}
	values[0] = (double)usage->ru_nvcsw + (double)usage->ru_nivcsw;
	values[1] = (double)usage->ru_nvcsw;
	values[2] = (double)usage->ru_nivcsw;
	values[3] = (double)usage->ru_minflt;
	values[4] = (double)usage->ru_majflt;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (trial_metric(r, names[i], values[i], err) < 0)
			return -1;
	return 0;
}

static int report_throttling(const struct window *w, struct trial_record *r, struct error *err)
{
	const char *missing = w->counters.missing[CG_CPU_THROTTLED_NS];

	if (missing[0] || !has(&w->begin, CG_CPU_THROTTLED_NS) ||
	    !has(&w->end, CG_CPU_THROTTLED_NS))
		return trial_interference_unknown(r, "throttled", "seconds", err, "%s",
						  missing[0] ? missing
							     : "cpu.stat could not be read");
	return trial_interference(
	    r, "throttled", "seconds",
	    (double)(w->end.value[CG_CPU_THROTTLED_NS] - w->begin.value[CG_CPU_THROTTLED_NS]) / 1e9,
	    err, "time in which the cell's own cpu.max stopped it");
}

static int report_migrations(const struct window *w, struct trial_record *r, struct error *err)
{
	if (w->migrations_begin >= 0 && w->migrations_end >= 0)
		return trial_interference(r, "migrations", "count",
					  (double)(w->migrations_end - w->migrations_begin), err,
					  "tasks that moved to a work core, anyone's");
	return trial_interference_unknown(
	    r, "migrations", "count", err, "%s",
	    w->migrations.missing[0] ? w->migrations.missing : "the counter could not be read");
}

/* The lines of what others did, all unknown. */
static int report_others_unknown(const struct window *w, const char *why, struct trial_record *r,
				 struct error *err)
{
	static const char *const lines[][2] = {
	    {"steal", "seconds"},           {"device_interrupts", "count"},
	    {"kernel_interrupts", "count"}, {"softirqs", "count"},
	    {"foreign_tasks", "seconds"},   {"foreign_tasks_on_load", "seconds"},
	    {"migrations", "count"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (strcmp(lines[i][0], "foreign_tasks_on_load") == 0 && !CPU_COUNT(&w->load))
			continue;
		if (trial_interference_unknown(r, lines[i][0], lines[i][1], err, "%s", why) < 0)
			return -1;
	}
	return 0;
}

/* What others did. */
static int report_others(const struct window *w, struct trial_record *r, struct error *err)
{
	if (!w->begun)
		return report_others_unknown(w, "the window was not reached", r, err);
	if (!w->looked)
		return report_others_unknown(w, "not looked at: it ended before its first sample",
					     r, err);
	if (cpu_noise_interference(&w->noise_begin, &w->noise_end, r, err) < 0 ||
	    foreign_interference("foreign_tasks", &w->foreign_begin, &w->foreign_end, &w->work, r,
				 err) < 0)
		return -1;
	/* What makes a generator late is on its own core, be it the rig. */
	if (CPU_COUNT(&w->load) && foreign_interference("foreign_tasks_on_load", &w->foreign_begin,
							&w->foreign_end, &w->load, r, err) < 0)
		return -1;
	return report_migrations(w, r, err);
}

static int report_interference(const struct window *w, const struct rusage *usage,
			       struct trial_record *r, struct error *err)
{
	if (report_others(w, r, err) < 0)
		return -1;
	if (!w->begun)
		return trial_interference_unknown(r, "throttled", "seconds", err,
						  "the window was not reached");
	if (report_throttling(w, r, err) < 0)
		return -1;
	if (usage &&
	    trial_interference(r, "involuntary_switches", "count", (double)usage->ru_nivcsw, err,
			       "of the command's threads, over its life") < 0)
		return -1;
	return trial_interference(
	    r, "late_samples", "seconds", (double)w->late_max_ns / 1e9, err,
	    "the latest of %lld samples; %lld instants were missed altogether",
	    (long long)w->samples, (long long)w->samples_skipped);
}

int window_report(const struct window *w, const struct rusage *usage, int64_t maxrss_before_kib,
		  struct trial_record *r, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(metric_rows); i++)
		if (report_row(w, &metric_rows[i], r, err) < 0)
			return -1;
	if (report_rss(w, usage, maxrss_before_kib, r, err) < 0 || report_usage(usage, r, err) < 0)
		return -1;
	return report_interference(w, usage, r, err);
}
