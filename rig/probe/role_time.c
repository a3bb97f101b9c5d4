/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU time by role, in the window. Where the cpuacct controller is v1, the kernel counts a cell's
 * time on each CPU. v2 does not: there a perf event counts how long the cell's cgroup runs on the
 * load cores (perf_event_open(2), PERF_FLAG_PID_CGROUP), and the work cores have the rest of the
 * cell's time. An event on the work cores would cost each context switch there.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/probe/counters.h"

#define LOAD_CPUS_MAX 16

struct role_time {
	int count;
	int fds[LOAD_CPUS_MAX]; /* owned: an event a load core */
	char missing[120];      /* why there is none; "" otherwise */
	int64_t begin_ns, end_ns;
};

static void role_time_ready(struct probe *p)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_SOFTWARE,
	    .size = sizeof(attr),
	    .config = PERF_COUNT_SW_CPU_CLOCK,
	};
	const struct probe_subject *s = &p->of->subject;
	struct role_time *t = p->state;

	if (s->plain || counters_of(p->of)->files.percpu_fd >= 0)
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE && !t->missing[0]; cpu++) {
		long fd = -1;

		if (!CPU_ISSET(cpu, &s->load))
			continue;
		if (t->count < LOAD_CPUS_MAX)
			fd = syscall(SYS_perf_event_open, &attr, cg_cell_v2_fd(s->cell), cpu, -1,
				     PERF_FLAG_FD_CLOEXEC | PERF_FLAG_PID_CGROUP);
		else
			errno = E2BIG;
		if (fd >= 0)
			t->fds[t->count++] = (int)fd;
		else
			snprintf(t->missing, sizeof(t->missing), "perf_event_open: %s",
				 strerror(errno));
	}
}

static int64_t ran_ns(const struct role_time *t)
{
	int64_t sum = 0;

	for (int i = 0; i < t->count; i++) {
		int64_t value;

		if (read(t->fds[i], &value, sizeof(value)) != sizeof(value))
			return -1;
		sum += value;
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

static void role_time_close(struct probe *p)
{
	struct role_time *t = p->state;

	for (int i = 0; i < t->count; i++)
		own_close(&t->fds[i]);
}

static int64_t on_cpus(const struct counters *c, const cpu_set_t *cpus)
{
	int64_t sum = 0;

	for (int cpu = 0; cpu < c->percpu_count; cpu++)
		if (CPU_ISSET(cpu, cpus))
			sum += c->percpu_end[cpu] - c->percpu_begin[cpu];
	return sum;
}

/* Why the time is not known; NULL where it is. */
static const char *doubt(const struct probe *p)
{
	const struct counters *c = counters_of(p->of);
	const struct role_time *t = p->state;

	if (!(c->begin.known & c->end.known & UINT64_C(1) << CG_CPU_USAGE_NS))
		return "the cell's CPU time could not be read";
	if (t->missing[0])
		return t->missing;
	return t->begin_ns < 0 || t->end_ns < 0 ? "the event could not be read" : NULL;
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
    .close = role_time_close,
    .self_test = {.sees = "cpu_work_seconds"},
};
