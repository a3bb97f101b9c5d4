/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/probe/counters.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/io.h"
#include "base/own.h"
#include "rig/metric/metric.h"

struct counters *counters_of(const struct probes *p)
{
	return probes_state(p, "counters");
}

static int counters_open(struct probe *p, struct error *err)
{
	const struct probe_subject *s = &p->of->subject;
	struct counters *c = p->state;
	char path[40];

	c->status_fd = -1;
	c->peak_rss_bytes = -1;
	if (cg_counters_init(&c->files, s->cell, err) < 0)
		return -1;
	if (cg_oom_watch_init(&c->oom, s->cell, &c->files, err) < 0) {
		cg_counters_destroy(&c->files);
		return -1;
	}
	snprintf(path, sizeof(path), "/proc/%d/status", s->pid);
	c->status_fd = open(path, O_RDONLY | O_CLOEXEC);
	cg_counters_reset_peaks(&c->files);
	cg_counters_read(&c->files, true, &c->birth);
	return 0;
}

static void counters_close(struct probe *p)
{
	struct counters *c = p->state;

	cg_oom_watch_destroy(&c->oom);
	cg_counters_destroy(&c->files);
	own_close(&c->status_fd);
}

/* The window of a plain command is its whole life: it begins with the reading at the barrier. */
static void counters_begin(struct probe *p)
{
	struct counters *c = p->state;

	if (p->of->subject.plain)
		c->begin = c->birth;
	else
		cg_counters_read(&c->files, true, &c->begin);
	c->percpu_count = cg_counters_percpu(&c->files, c->percpu_begin, COUNTERS_CPUS_MAX);
}

/* The end of a plain command is not announced, and after it there is no level left. */
static void keep_highest(struct counters *c, const struct cg_reading *reading)
{
	for (int i = 0; i < CG_COUNTERS; i++) {
		bool first = !(c->highest.known >> i & 1);

		if (reading->known >> i & 1 && (first || reading->value[i] > c->highest.value[i]))
			c->highest.value[i] = reading->value[i];
	}
	c->highest.known |= reading->known;
}

static int counters_sample(struct probe *p, int64_t due_ns, struct trial_record *r,
			   struct error *err)
{
	struct trial_sample sample = {.cell = 0};
	struct counters *c = p->state;

	cg_counters_read(&c->files, p->of->subject.plain, &sample.reading);
	sample.late_ns = sample.reading.at_ns - due_ns;
	if (sample.late_ns > c->late_max_ns)
		c->late_max_ns = sample.late_ns;
	if (p->of->subject.plain) {
		counters_read_rss(c);
		keep_highest(c, &sample.reading);
	}
	return trial_sample(r, &sample, err);
}

static void counters_end(struct probe *p)
{
	struct counters *c = p->state;

	cg_counters_read(&c->files, true, &c->end);
	c->percpu_known =
	    c->percpu_count > 0 &&
	    cg_counters_percpu(&c->files, c->percpu_end, COUNTERS_CPUS_MAX) == c->percpu_count;
	counters_read_rss(c);
}

static void counters_conclude(struct probe *p)
{
	struct counters *c = p->state;

	if (p->of->ended_late)
		c->death = c->end;
	else
		cg_counters_read(&c->files, true, &c->death);
}

void counters_read_rss(struct counters *c)
{
	char text[4096];
	const char *line;

	if (c->status_fd < 0 || io_pread(c->status_fd, text, sizeof(text)) <= 0)
		return;
	line = strstr(text, "VmHWM:");
	if (line)
		c->peak_rss_bytes = strtoll(line + strlen("VmHWM:"), NULL, 10) * 1024;
}

static bool has(const struct cg_reading *reading, enum cg_counter c)
{
	return reading->known >> c & 1;
}

/* What a counter has grown by from one reading to another. Returns "", or why it is not known. */
static const char *grown(const struct cg_reading *from, const struct cg_reading *to,
			 enum cg_counter c, double *by)
{
	uint64_t n;

	if (!has(from, c) || !has(to, c))
		return "the kernel's file could not be read";
	if (!counter_grown((uint64_t)from->value[c], (uint64_t)to->value[c], &n))
		return COUNTER_WENT_BACK;
	*by = (double)n;
	return "";
}

/* The difference of two readings, or the level of the later one. */
static int report_counter(const struct probe *p, const struct metric_row *row,
			  struct trial_record *r, struct error *err)
{
	const struct counters *c = p->state;
	bool life = row->reduction == METRIC_LIFE || row->reduction == METRIC_PEAK;
	bool level = row->reduction == METRIC_LEVEL || row->reduction == METRIC_PEAK;
	const struct cg_reading *from = life ? &c->birth : &c->begin;
	bool sampled = p->of->subject.plain && row->reduction == METRIC_LEVEL;
	const struct cg_reading *to = sampled ? &c->highest : life ? &c->death : &c->end;
	const char *why = c->files.missing[row->counter];
	double value = 0;

	if (!why[0] && (!p->of->ended || (row->reduction == METRIC_WINDOW && !p->of->begun)))
		why = "the window was not reached";
	if (!why[0] && sampled && !p->of->samples)
		why = "it ended before its first sample";
	if (!why[0])
		why = grown(level ? &(struct cg_reading){.known = to->known} : from, to,
			    row->counter, &value);
	if (why[0])
		return trial_metric_unknown(r, row->name, err, "%s", why);
	return trial_metric(r, row->name, value * metric_scale(row), err);
}

static int report_usage(const struct rusage *usage, const struct metric_row *row,
			struct trial_record *r, struct error *err)
{
	double sum = 0;

	if (!usage)
		return trial_metric_unknown(r, row->name, err, "the command was not reaped");
	for (size_t i = 0; i < ARRAY_SIZE(row->usage) && row->usage[i]; i++)
		sum += (double)*(const long *)((const char *)usage + row->usage[i]);
	return trial_metric(r, row->name, sum, err);
}

static int report_rss(const struct probe *p, struct trial_record *r, struct error *err)
{
	const struct probe_exit *exit = &p->of->exit;
	const struct rusage *usage = exit->usage;
	const struct counters *c = p->state;
	int64_t of_exit = usage ? usage->ru_maxrss * 1024 : -1;

	/* ru_maxrss also remembers the image that the command was before exec; above it, it is the
	 * command's own, and exact. Below, only what was seen while it lived is known. */
	if (usage && usage->ru_maxrss > exit->maxrss_before_kib && of_exit > c->peak_rss_bytes)
		return trial_metric(r, "peak_rss_bytes", (double)of_exit, err);
	if (c->peak_rss_bytes >= 0)
		return trial_metric(r, "peak_rss_bytes", (double)c->peak_rss_bytes, err);
	return trial_metric_unknown(
	    r, "peak_rss_bytes", err,
	    "it ended before it was looked at, and stayed below the %lld KiB "
	    "of its launch",
	    (long long)exit->maxrss_before_kib);
}

static int report_metrics(const struct probe *p, struct trial_record *r, struct error *err)
{
	size_t count;
	const struct metric_row *rows = metric_rows(&count);
	int ret = 0;

	for (size_t i = 0; i < count && ret == 0; i++) {
		if (rows[i].source == METRIC_COUNTER)
			ret = report_counter(p, &rows[i], r, err);
		else if (rows[i].source == METRIC_USAGE)
			ret = report_usage(p->of->exit.usage, &rows[i], r, err);
	}
	return ret < 0 ? -1 : report_rss(p, r, err);
}

static int report_throttling(const struct probe *p, struct trial_record *r, struct error *err)
{
	const struct counters *c = p->state;
	const char *why = c->files.missing[CG_CPU_THROTTLED_NS];
	double ns = 0;

	if (!p->of->begun)
		why = "the window was not reached";
	else if (!why[0])
		why = grown(&c->begin, &c->end, CG_CPU_THROTTLED_NS, &ns);
	if (why[0])
		return trial_interference_unknown(r, "throttled", "seconds", err, "%s", why);
	return trial_interference(r, "throttled", "seconds", ns / 1e9, err,
				  "time in which the cell's own cpu.max stopped it");
}

static int counters_report(const struct probe *p, struct trial_record *r, struct error *err)
{
	const struct rusage *usage = p->of->exit.usage;
	const struct counters *c = p->state;

	if (report_metrics(p, r, err) < 0 || report_throttling(p, r, err) < 0)
		return -1;
	if (!p->of->begun)
		return 0;
	if (usage &&
	    trial_interference(r, "involuntary_switches", "count", (double)usage->ru_nivcsw, err,
			       "of the command's threads, over its life") < 0)
		return -1;
	return trial_interference(
	    r, "late_samples", "seconds", (double)c->late_max_ns / 1e9, err,
	    "the latest of %lld samples; %lld instants were missed altogether",
	    (long long)p->of->samples, (long long)p->of->samples_skipped);
}

const struct probe_ops probe_counters = {
    .name = "counters",
    .help = "CPU time, memory, pressure and events of the cell's cgroup, sampled every 100 ms; "
	    "the command's peak RSS and resource usage",
    .cost = PROBE_READS,
    .state_size = sizeof(struct counters),
    .open = counters_open,
    .begin = counters_begin,
    .sample = counters_sample,
    .end = counters_end,
    .conclude = counters_conclude,
    .report = counters_report,
    .close = counters_close,
    .self_test = {.sees = "cpu_seconds"},
};
