/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU time by role, in the window. Where the cpuacct controller is v1, the kernel counts a cell's
 * time on each CPU. v2 does not: there a perf event counts how long the cell's cgroup runs on the
 * load cores (perf_event_open(2), PERF_FLAG_PID_CGROUP), and the work cores have the rest of the
 * cell's time. An event on the work cores would cost each context switch there.
 */
#include <linux/perf_event.h>
#include <sched.h>

#include "rig/probe/counters.h"
#include "rig/probe/cpu_events.h"

static void role_time_ready(struct probe *p)
{
	const struct probe_subject *s = &p->of->subject;

	if (!s->plain && counters_of(p->of)->files.percpu_fd < 0)
		cpu_events_open(p->state, PERF_COUNT_SW_CPU_CLOCK, cg_cell_v2_fd(s->cell),
				PERF_FLAG_PID_CGROUP, &s->load, "load");
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
	const struct cpu_events *e = p->state;

	if (!(c->begin.known & c->end.known & UINT64_C(1) << CG_CPU_USAGE_NS))
		return "the cell's CPU time could not be read";
	if (e->missing[0])
		return e->missing;
	return e->begin < 0 || e->end < 0 ? "the event could not be read" : NULL;
}

static int role_time_report(const struct probe *p, struct trial_record *r, struct error *err)
{
	static const char work_name[] = "cpu_work_seconds", load_name[] = "cpu_load_seconds";
	const struct probe_subject *s = &p->of->subject;
	const struct counters *c = counters_of(p->of);
	const struct cpu_events *e = p->state;
	const char *why = NULL;
	int64_t work, load;

	if (!p->of->begun || !p->of->ended)
		why = "the window was not reached";
	else if (!c->percpu_known)
		why = doubt(p);
	if (why)
		return trial_metric_unknown(r, work_name, err, "%s", why) < 0
			   ? -1
			   : trial_metric_unknown(r, load_name, err, "%s", why);
	load = c->percpu_known ? on_cpus(c, &s->load) : e->end - e->begin;
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
    .state_size = sizeof(struct cpu_events),
    .ready = role_time_ready,
    .begin = cpu_events_begin,
    .end = cpu_events_end,
    .report = role_time_report,
    .close = cpu_events_close,
    .self_test = {.sees = "cpu_work_seconds"},
};
