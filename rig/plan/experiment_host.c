/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An experiment that is right by itself, held against one machine. */
#include <stdio.h>

#include "base/cpulist.h"
#include "base/units.h"
#include "rig/plan/document.h"
#include "rig/plan/experiment.h"

/* The machine's CPUs, and one role of the experiment. */
struct role {
	const struct experiment *e;
	const cpu_set_t *online;
	const char *key; /* "cell.cpus.work" */
	const cpu_set_t *set;
	struct error *err;
};

static int check_online(const struct role *r)
{
	char missing_list[CPULIST_SHOW_SIZE], online_list[CPULIST_SHOW_SIZE];
	cpu_set_t missing = *r->set;

	cpulist_without(&missing, r->online);
	if (CPU_COUNT(&missing) == 0)
		return 0;
	return document_wrong(
	    r->e->document, r->key, r->err, "CPU %s is not online; this machine has %s",
	    cpulist_show(&missing, missing_list), cpulist_show(r->online, online_list));
}

/* Where the other role is left to the rig, something must be left for it. */
static int check_left(const struct role *r, const char *other, const cpu_set_t *others)
{
	cpu_set_t left = *r->online;

	if (CPU_COUNT(r->set) == 0 || CPU_COUNT(others) > 0)
		return 0;
	cpulist_without(&left, r->set);
	if (CPU_COUNT(&left) > 0)
		return 0;
	return document_wrong(r->e->document, r->key, r->err,
			      "that is every CPU of this machine, and the %s needs one that is not "
			      "among them; leave one out",
			      other);
}

static int check_memory(const struct experiment *e, const struct cell_spec *cell, const char *path,
			uint64_t memory_bytes, struct error *err)
{
	uint64_t limit = cell->limits[CG_KNOB_MEMORY_MAX].number;
	char has[40];

	if (limit == UNITS_MAX || limit <= memory_bytes || !document_find(e->document, path))
		return 0;
	return document_wrong(
	    e->document, path, err, "this machine has %s; lower it, or use max for no limit",
	    units_show(UNITS_BYTES, (double)memory_bytes, false, has, sizeof(has)));
}

int experiment_check_host(const struct experiment *e, const cpu_set_t *online,
			  uint64_t memory_bytes, struct error *err)
{
	const struct cpu_spec *c = &e->cell.cpus;
	const struct role work = {e, online, "cell.cpus.work", &c->work, err},
			  load = {e, online, "cell.cpus.load", &c->load, err},
			  rig = {e, online, "cell.cpus.housekeeping", &c->housekeeping, err};

	if (check_online(&work) < 0 || check_online(&load) < 0 || check_online(&rig) < 0)
		return -1;
	if (e->load_given &&
	    (check_left(&work, "load", &c->load) < 0 || check_left(&load, "work", &c->work) < 0))
		return -1;
	for (size_t i = 0; i < e->variants_count + e->neighbours_count; i++) {
		bool variant = i < e->variants_count;
		size_t at = variant ? i : i - e->variants_count;
		const struct variant *v = variant ? &e->variants[at] : &e->neighbours[at];
		char memory[48], cpus[48];
		const struct role own = {e, online, cpus, &v->cell.cpus.work, err};

		snprintf(memory, sizeof(memory), "%s.%zu.cell.memory",
			 variant ? "variants" : "neighbours", at);
		snprintf(cpus, sizeof(cpus), "neighbours.%zu.cpus", at);
		if (check_memory(e, &v->cell, memory, memory_bytes, err) < 0 ||
		    (!variant && check_online(&own) < 0))
			return -1;
	}
	return check_memory(e, &e->cell, "cell.memory", memory_bytes, err);
}
