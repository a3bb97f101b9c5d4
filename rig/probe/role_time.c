/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU time by role, in the window. Where the cpuacct controller is v1, the kernel counts a cell's
 * time on each CPU. v2 does not: there it is the run time of the threads that may run on the load
 * cores only (proc(5), /proc/PID/task/TID/schedstat; exact to a clock tick), and the work cores
 * have the rest of the cell's time. That holds where each thread keeps to one role, and those of
 * the load are the same at both borders.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/own.h"
#include "rig/probe/counters.h"
#include "rig/probe/placement.h"

#define TASKS_MAX        32768
#define LOAD_THREADS_MAX 16

struct role_time {
	int threads; /* on the load cores, before the window */
	pid_t tids[LOAD_THREADS_MAX];
	int64_t begin_ns, end_ns; /* what they ran so far; -1: not all could be read */
};

static void role_time_ready(struct probe *p)
{
	const struct probe_subject *s = &p->of->subject;
	cleanup_free pid_t *tids = NULL;
	struct role_time *t = p->state;
	size_t count;

	if (s->plain || counters_of(p->of)->files.percpu_fd >= 0)
		return;
	tids = calloc(TASKS_MAX, sizeof(*tids));
	count = tids ? placement_tasks(s->cell, true, tids, TASKS_MAX) : 0;
	for (size_t i = 0; i < count; i++) {
		cpu_set_t mask, on_load;

		if (sched_getaffinity(tids[i], sizeof(mask), &mask) < 0)
			continue;
		CPU_AND(&on_load, &mask, &s->load);
		if (!CPU_EQUAL(&on_load, &mask))
			continue;
		if (t->threads < LOAD_THREADS_MAX)
			t->tids[t->threads] = tids[i];
		t->threads++;
	}
}

static int64_t ran_ns(const struct role_time *t)
{
	int64_t sum = 0;

	if (t->threads > LOAD_THREADS_MAX)
		return -1;
	for (int i = 0; i < t->threads; i++) {
		char path[64], text[128];

		snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", t->tids[i], t->tids[i]);
		if (io_read_at(AT_FDCWD, path, text, sizeof(text), NULL) <= 0)
			return -1;
		sum += strtoll(text, NULL, 10);
	}
	return sum;
}

static void role_time_begin(struct probe *p)
{
	struct role_time *t = p->state;

	t->begin_ns = ran_ns(t);
}

static void role_time_end(struct probe *p)
{
	struct role_time *t = p->state;

	t->end_ns = ran_ns(t);
}

static int64_t on_cpus(const struct counters *c, const cpu_set_t *cpus)
{
	int64_t sum = 0;

	for (int cpu = 0; cpu < c->percpu_count; cpu++)
		if (CPU_ISSET(cpu, cpus))
			sum += c->percpu_end[cpu] - c->percpu_begin[cpu];
	return sum;
}

/* Why the threads' run time is not that of the roles; NULL where it is. */
static const char *doubt(const struct probe *p)
{
	const struct counters *c = counters_of(p->of);
	const struct placement *placement = placement_of(p->of);
	const struct role_time *t = p->state;
	uint64_t usage = UINT64_C(1) << CG_CPU_USAGE_NS;

	if (!(c->begin.known & c->end.known & usage))
		return "the cell's CPU time could not be read";
	if (placement->astray || placement->missing[0])
		return "not every thread keeps to the cores of one role";
	if (t->threads > LOAD_THREADS_MAX)
		return "too many threads on the load cores";
	if (t->begin_ns < 0 || t->end_ns < 0 || placement->on_load > t->threads)
		return "threads came to the load cores, or left them, in the window";
	return NULL;
}

static int role_time_report(const struct probe *p, const struct probe_exit *exit,
			    struct trial_record *r, struct error *err)
{
	static const char work_name[] = "cpu_work_seconds", load_name[] = "cpu_load_seconds";
	const struct probe_subject *s = &p->of->subject;
	const struct counters *c = counters_of(p->of);
	const struct role_time *t = p->state;
	const char *why = NULL;
	int64_t work, load;

	(void)exit;
	if (!p->of->begun || !p->of->ended)
		why = "the window was not reached";
	else if (!c->percpu_known)
		why = doubt(p);
	if (why)
		return trial_metric_unknown(r, work_name, err, "%s", why) < 0
			   ? -1
			   : trial_metric_unknown(r, load_name, err, "%s", why);
	load = c->percpu_known ? on_cpus(c, &s->load) : t->end_ns - t->begin_ns;
	work = c->percpu_known
		   ? on_cpus(c, &s->work)
		   : c->end.value[CG_CPU_USAGE_NS] - c->begin.value[CG_CPU_USAGE_NS] - load;
	if (trial_metric(r, work_name, (double)work / 1e9, err) < 0)
		return -1;
	if (s->plain)
		return trial_metric_unknown(r, load_name, err, "a plain command has no load core");
	return trial_metric(r, load_name, (double)load / 1e9, err);
}

const struct probe_ops probe_role_time = {
    .name = "role_time",
    .help = "CPU time of the cell on the work cores and on the load cores",
    .cost = PROBE_READS,
    .state_size = sizeof(struct role_time),
    .ready = role_time_ready,
    .begin = role_time_begin,
    .end = role_time_end,
    .report = role_time_report,
    .self_test = {.sees = "cpu_work_seconds"},
};
