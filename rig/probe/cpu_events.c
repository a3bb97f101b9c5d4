/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/probe/cpu_events.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/counter.h"
#include "base/own.h"

void cpu_events_open(struct cpu_events *e, uint64_t event, int cgroup_fd, unsigned long flags,
		     const cpu_set_t *cpus, const char *role)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_SOFTWARE,
	    .size = sizeof(attr),
	    .config = event,
	};

	for (int cpu = 0; cpu < CPU_SETSIZE && !e->missing[0]; cpu++) {
		long fd;

		if (!CPU_ISSET(cpu, cpus))
			continue;
		if (e->count == CPU_EVENTS_MAX) {
			snprintf(e->missing, sizeof(e->missing), "more than %d %s cores",
				 CPU_EVENTS_MAX, role);
			return;
		}
		fd = syscall(SYS_perf_event_open, &attr, cgroup_fd, cpu, -1,
			     PERF_FLAG_FD_CLOEXEC | flags);
		if (fd >= 0)
			e->fds[e->count++] = (int)fd;
		else
			snprintf(e->missing, sizeof(e->missing), "perf_event_open: %s",
				 strerror(errno));
	}
}

static int64_t read_sum(const struct cpu_events *e)
{
	int64_t sum = 0;

	if (e->missing[0])
		return -1;
	for (int i = 0; i < e->count; i++) {
		int64_t value;

		if (read(e->fds[i], &value, sizeof(value)) != sizeof(value))
			return -1;
		if (__builtin_add_overflow(sum, value, &sum))
			return -1;
	}
	return sum;
}

void cpu_events_begin(struct probe *p)
{
	struct cpu_events *e = p->state;

	e->begin = read_sum(e);
}

void cpu_events_end(struct probe *p)
{
	struct cpu_events *e = p->state;

	e->end = read_sum(e);
}

const char *cpu_events_grown(const struct cpu_events *e, uint64_t *by)
{
	if (e->missing[0])
		return e->missing;
	if (e->begin < 0 || e->end < 0)
		return "the event could not be read";
	return counter_grown((uint64_t)e->begin, (uint64_t)e->end, by) ? NULL : COUNTER_WENT_BACK;
}

void cpu_events_close(struct probe *p)
{
	struct cpu_events *e = p->state;

	while (e->count > 0)
		own_close(&e->fds[--e->count]);
}
