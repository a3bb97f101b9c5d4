/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/due.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* How many arrivals of one round are before `at_ns` of it. */
static uint64_t before_in_round(const struct poolrig_schedule_header *schedule,
				const struct poolrig_schedule_arrival *arrivals, uint64_t at_ns)
{
	uint64_t low = 0, high = schedule->count;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (arrivals[middle].start_ns < at_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t before(const struct poolrig_schedule_header *schedule,
		       const struct poolrig_schedule_arrival *arrivals, int64_t at_ns)
{
	uint64_t at = (uint64_t)at_ns;

	return at / schedule->period_ns * schedule->count +
	       before_in_round(schedule, arrivals, at % schedule->period_ns);
}

struct due due_of(const struct poolrig_schedule_header *schedule,
		  const struct poolrig_schedule_arrival *arrivals, int64_t warmup_ns,
		  int64_t window_ns)
{
	uint64_t all = before(schedule, arrivals, warmup_ns + window_ns);
	struct due due = {.tasks = all - before(schedule, arrivals, warmup_ns), .last_ns = -1};

	if (all)
		due.last_ns = (int64_t)((all - 1) / schedule->count * schedule->period_ns +
					arrivals[(all - 1) % schedule->count].start_ns);
	return due;
}

int due_read(struct due *due, int fd, int64_t warmup_ns, int64_t window_ns, struct error *err)
{
	const struct poolrig_schedule_header *schedule;
	struct stat st;
	void *map;

	if (fstat(fd, &st) < 0)
		return error_host(err, errno, "the schedule");
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return error_host(err, errno, "the schedule: cannot map %lld bytes",
				  (long long)st.st_size);
	schedule = map;
	*due = due_of(schedule, (const void *)(schedule + 1), warmup_ns, window_ns);
	munmap(map, (size_t)st.st_size);
	return 0;
}
