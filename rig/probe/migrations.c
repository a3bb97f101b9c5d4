/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/probe/migrations.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/probe/probes.h"

void migrations_init(struct migrations *m, const cpu_set_t *cpus)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_SOFTWARE,
	    .size = sizeof(attr),
	    .config = PERF_COUNT_SW_CPU_MIGRATIONS,
	};

	*m = (struct migrations){0};
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		long fd;

		if (!CPU_ISSET(cpu, cpus))
			continue;
		if (m->count == MIGRATIONS_CPUS_MAX) {
			snprintf(m->missing, sizeof(m->missing), "more than %d work cores",
				 MIGRATIONS_CPUS_MAX);
			break;
		}
		fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (fd < 0) {
			snprintf(m->missing, sizeof(m->missing), "perf_event_open: %s",
				 strerror(errno));
			break;
		}
		m->fds[m->count++] = (int)fd;
	}
}

int64_t migrations_read(const struct migrations *m)
{
	int64_t sum = 0;

	if (m->missing[0])
		return -1;
	for (int i = 0; i < m->count; i++) {
		int64_t value;

		if (read(m->fds[i], &value, sizeof(value)) != sizeof(value))
			return -1;
		sum += value;
	}
	return sum;
}

void migrations_destroy(struct migrations *m)
{
	for (int i = 0; i < m->count; i++)
		own_close(&m->fds[i]);
	m->count = 0;
}

struct migrations_state {
	struct migrations counters;
	int64_t begin, end;
};

static void migrations_ready(struct probe *p)
{
	struct migrations_state *s = p->state;

	migrations_init(&s->counters, &p->of->subject.work);
	s->begin = migrations_read(&s->counters);
}

static void migrations_begin(struct probe *p)
{
	struct migrations_state *s = p->state;

	if (p->of->ready)
		s->begin = migrations_read(&s->counters);
}

static void migrations_end(struct probe *p)
{
	struct migrations_state *s = p->state;

	if (p->of->ready)
		s->end = migrations_read(&s->counters);
}

static int migrations_report(const struct probe *p, const struct probe_exit *exit,
			     struct trial_record *r, struct error *err)
{
	const struct migrations_state *s = p->state;
	const char *missing = s->counters.missing;

	(void)exit;
	if (s->begin >= 0 && s->end >= 0)
		return trial_interference(r, "migrations", "count", (double)(s->end - s->begin),
					  err, "tasks that moved to a work core, anyone's");
	return trial_interference_unknown(r, "migrations", "count", err, "%s",
					  missing[0] ? missing : "the counter could not be read");
}

static void migrations_close(struct probe *p)
{
	migrations_destroy(&((struct migrations_state *)p->state)->counters);
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
    .state_size = sizeof(struct migrations_state),
    .lines = (const struct probe_line[]){{"migrations", "count", false}, {0}},
    .ready = migrations_ready,
    .begin = migrations_begin,
    .end = migrations_end,
    .report = migrations_report,
    .close = migrations_close,
    .self_test = {migrate, "migrations"},
};
