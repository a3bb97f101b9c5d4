/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/observe/migrations.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own.h"

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
