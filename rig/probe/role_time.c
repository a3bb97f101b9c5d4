/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU time by role, in the window. Where the cpuacct controller is v1, the kernel counts a cell's
 * time on each CPU. v2 does not: there a perf event counts how long the cell's cgroup runs on the
 * load cores (perf_event_open(2), PERF_FLAG_PID_CGROUP), and the work cores have the rest of the
 * cell's time. An event on the work cores would cost each context switch there.
 */
#include <linux/perf_event.h>
#include <sched.h>

#include "base/counter.h"
#include "rig/probe/counters.h"
#include "rig/probe/cpu_events.h"

static void role_time_ready(struct probe *p)
{
	const struct probe_subject *s = &p->of->subject;

	if (!s->plain && counters_of(p->of)->files.percpu_fd < 0)
		cpu_events_open(p->state, PERF_COUNT_SW_CPU_CLOCK, cg_cell_v2_fd(s->cell),
				PERF_FLAG_PID_CGROUP, &s->load, "load");
}

struct times {
	uint64_t work, load;
};

static bool on_cpus(const struct counters *c, const cpu_set_t *cpus, uint64_t *sum)
{
	*sum = 0;
	for (int cpu = 0; cpu < c->percpu_count; cpu++) {
		uint64_t ran;

		if (!CPU_ISSET(cpu, cpus))
			continue;
		if (!counter_grown((uint64_t)c->percpu_begin[cpu], (uint64_t)c->percpu_end[cpu],
				   &ran))
			return false;
		*sum += ran;
	}
	return true;
}

/* The work cores have what the load cores have not. Returns why it is not known, or NULL. */
static const char *by_event(const struct counters *c, const struct cpu_events *e, struct times *t)
{
	const char *why;
	uint64_t all;

	if (!(c->begin.known & c->end.known & UINT64_C(1) << CG_CPU_USAGE_NS))
		return "the cell's CPU time could not be read";
	why = cpu_events_grown(e, &t->load);
	if (why)
		return why;
	if (!counter_grown((uint64_t)c->begin.value[CG_CPU_USAGE_NS],
			   (uint64_t)c->end.value[CG_CPU_USAGE_NS], &all))
		return COUNTER_WENT_BACK;
	return counter_grown(t->load, all, &t->work)
		   ? NULL
		   : "the load cores' part was more than the cell's CPU time";
}

/* Returns why they are not known, or NULL. */
static const char *measure(const struct probe *p, struct times *t)
{
	const struct probe_subject *s = &p->of->subject;
	const struct counters *c = counters_of(p->of);

	if (!p->of->begun || !p->of->ended)
		return "the window was not reached";
	if (!c->percpu_known)
		return by_event(c, p->state, t);
	return on_cpus(c, &s->work, &t->work) && on_cpus(c, &s->load, &t->load) ? NULL
										: COUNTER_WENT_BACK;
}

static int role_time_report(const struct probe *p, struct trial_record *r, struct error *err)
{
	static const char work_name[] = "cpu_work_seconds", load_name[] = "cpu_load_seconds";
	struct times t = {0};
	const char *why = measure(p, &t);

	if (why)
		return trial_metric_unknown(r, work_name, err, "%s", why) < 0
			   ? -1
			   : trial_metric_unknown(r, load_name, err, "%s", why);
	if (trial_metric(r, work_name, (double)t.work / 1e9, err) < 0)
		return -1;
	if (p->of->subject.plain)
		return trial_metric_unknown(r, load_name, err, "a plain command has no load core");
	return trial_metric(r, load_name, (double)t.load / 1e9, err);
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
