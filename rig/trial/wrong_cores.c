/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Did the workload run where it was to? A pool on the load core shares it with the generator, and
 * its numbers are not those of the work cores. */
#include <stdio.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/cpulist.h"
#include "rig/trial/state.h"

/* Below this, time on a CPU may be the kernel's, on the cell's behalf, or the clocks' difference.
 */
#define RAN_NS (10 * NS_PER_MS)

static bool ran_elsewhere(const struct trial *t, char *why, size_t size)
{
	const struct counters *c = counters_of(&t->probes);

	for (int cpu = 0; c->percpu_known && cpu < c->percpu_count; cpu++) {
		uint64_t used;

		if (CPU_ISSET(cpu, &t->setup->roles.cell) ||
		    !counter_grown((uint64_t)c->percpu_begin[cpu], (uint64_t)c->percpu_end[cpu],
				   &used) ||
		    used <= RAN_NS)
			continue;
		snprintf(why, size, "it used %.3f s of CPU %d, which is not the cell's",
			 (double)used / 1e9, cpu);
		return true;
	}
	return false;
}

/* Every thread that was found is bound to the load cores. Others may have come and gone between:
 * they would have used the work cores. */
static bool is_on_load(const struct trial *t, const char *work, const char *load, char *why,
		       size_t size)
{
	const struct metric *used = trial_find_metric(t->record, "cpu_work_seconds");
	const struct placement *p = placement_of(&t->probes);

	if (used && used->known && used->value * 1e9 > (double)RAN_NS)
		return false;
	if (!p->passes || p->on_work || p->astray || !p->on_load)
		return false;
	snprintf(why, size,
		 "all %d threads are bound to the load cores %s, none to the work cores %s",
		 p->on_load, load, work);
	return true;
}

bool trial_wrong_cores(const struct trial *t, char *why, size_t size)
{
	const struct roles *roles = &t->setup->roles;
	char work[CPULIST_SHOW_SIZE], load[CPULIST_SHOW_SIZE];

	if (!t->setup->pin || t->setup->plain || !t->probes.open)
		return false;
	cpulist_show(&roles->work, work);
	cpulist_show(&roles->load, load);
	return is_on_load(t, work, load, why, size) || ran_elsewhere(t, why, size);
}
