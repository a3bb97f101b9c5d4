/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe of tasks that moved to a work core, counted by the kernel. */
#include <linux/perf_event.h>
#include <sched.h>

#include "rig/probe/cpu_events.h"
#include "rig/probe/probes.h"

static void migrations_ready(struct probe *p)
{
	cpu_events_open(p->state, PERF_COUNT_SW_CPU_MIGRATIONS, -1, 0, &p->of->subject.work,
			"work");
	cpu_events_begin(p);
}

static int migrations_report(const struct probe *p, struct trial_record *r, struct error *err)
{
	uint64_t moved;
	const char *why = cpu_events_grown(p->state, &moved);

	if (why)
		return trial_interference_unknown(r, "migrations", "count", err, "%s", why);
	return trial_interference(r, "migrations", "count", (double)moved, err,
				  "tasks that moved to a work core, anyone's");
}

/* This task itself moves to each work core, and back. */
static void migrate(const struct probe_subject *s)
{
	cpu_set_t before;

	sched_getaffinity(0, sizeof(before), &before);
	for (int i = 0; i < 3; i++) {
		sched_setaffinity(0, sizeof(s->load), &s->load);
		sched_setaffinity(0, sizeof(s->work), &s->work);
	}
	sched_setaffinity(0, sizeof(before), &before);
}

const struct probe_ops probe_migrations = {
    .name = "migrations",
    .help = "tasks that moved to a work core, counted by the kernel",
    .cost = PROBE_READS,
    .state_size = sizeof(struct cpu_events),
    .lines = (const struct probe_line[]){{"migrations", "count", false}, {0}},
    .ready = migrations_ready,
    .begin = cpu_events_begin,
    .end = cpu_events_end,
    .report = migrations_report,
    .close = cpu_events_close,
    .self_test = {migrate, "migrations"},
};
