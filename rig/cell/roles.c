/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/roles.h"

#include "base/cpulist.h"

static void take_first(cpu_set_t *free_cpus, cpu_set_t *to)
{
	int cpu = cpulist_first(free_cpus);

	CPU_ZERO(to);
	if (cpu < 0)
		return;
	CPU_SET(cpu, to);
	CPU_CLR(cpu, free_cpus);
}

static void sum_up(struct roles *r)
{
	cpu_set_t both;

	CPU_OR(&r->cell, &r->work, &r->load);
	CPU_AND(&both, &r->cell, &r->housekeeping);
	r->shared_housekeeping = CPU_COUNT(&both) > 0;
}

int roles_choose(struct roles *r, const struct cpu_spec *spec, const struct topology *t,
		 struct error *err)
{
	bool whole_cores = CPU_COUNT(&t->first) >= 3;
	cpu_set_t left = whole_cores ? t->first : t->online;
	bool auto_work = CPU_COUNT(&spec->work) == 0;
	bool auto_load = CPU_COUNT(&spec->load) == 0;
	bool auto_housekeeping = CPU_COUNT(&spec->housekeeping) == 0;

	*r = (struct roles){
	    .work = spec->work, .load = spec->load, .housekeeping = spec->housekeeping};
	cpulist_without(&left, &spec->work);
	cpulist_without(&left, &spec->load);
	cpulist_without(&left, &spec->housekeeping);
	/* The rig gets a core of its own only where work and load still have theirs. */
	if (auto_housekeeping && CPU_COUNT(&left) > auto_work + auto_load)
		take_first(&left, &r->housekeeping);
	/* Where the rig's core was given and no other is left, the load is made there. */
	if (auto_load && CPU_COUNT(&left) <= auto_work && CPU_COUNT(&r->housekeeping))
		r->load = r->housekeeping;
	else if (auto_load)
		take_first(&left, &r->load);
	if (auto_work)
		r->work = left;
	if (CPU_COUNT(&r->housekeeping) == 0)
		r->housekeeping = r->load;
	if (CPU_COUNT(&r->load) == 0 || CPU_COUNT(&r->work) == 0)
		return error_input(err,
				   "cell.cpus: no CPU is left for %s: a pool and its generator "
				   "need a core each; use a machine (or a VM) with two",
				   CPU_COUNT(&r->load) ? "work" : "load");
	sum_up(r);
	return 0;
}

void roles_plain(struct roles *r, const cpu_set_t *cpus, const struct topology *t)
{
	cpu_set_t left = t->online;

	*r = (struct roles){.work = CPU_COUNT(cpus) ? *cpus : t->online};
	cpulist_without(&left, &r->work);
	take_first(&left, &r->housekeeping);
	if (CPU_COUNT(&r->housekeeping) == 0) {
		left = r->work;
		take_first(&left, &r->housekeeping);
	}
	sum_up(r);
}
