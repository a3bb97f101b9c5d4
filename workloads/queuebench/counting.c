/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/queuebench/counting.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/own.h"

const char *const counting_names[COUNTING_EVENTS] = {"instructions", "cycles"};

static const uint64_t configs[COUNTING_EVENTS] = {PERF_COUNT_HW_INSTRUCTIONS,
						  PERF_COUNT_HW_CPU_CYCLES};

void counting_init(struct counting *c)
{
	for (int i = 0; i < COUNTING_EVENTS; i++) {
		struct perf_event_attr attr = {
		    .type = PERF_TYPE_HARDWARE,
		    .size = sizeof(attr),
		    .config = configs[i],
		    .exclude_kernel = 1,
		    .exclude_hv = 1,
		};

		c->fds[i] =
		    (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
		c->errors[i] = c->fds[i] < 0 ? errno : 0;
	}
}

void counting_destroy(struct counting *c)
{
	for (int i = 0; i < COUNTING_EVENTS; i++)
		own_close(&c->fds[i]);
}

uint64_t counting_read(struct counting *c, enum counting_event event)
{
	uint64_t value = 0;

	if (c->errors[event])
		return 0;
	if (read(c->fds[event], &value, sizeof(value)) != sizeof(value))
		c->errors[event] = errno ? errno : EIO;
	return value;
}
