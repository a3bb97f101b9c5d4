/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An experiment that is right by itself, held against one machine. */
#include <stdio.h>

#include "base/cpulist.h"
#include "base/units.h"
#include "rig/plan/document.h"
#include "rig/plan/experiment.h"

enum { LIST_SIZE = 128, WHERE_SIZE = 512 };

static const char *where(const struct experiment *e, int line, char buf[WHERE_SIZE])
{
	char quoted[DOCUMENT_QUOTE_SIZE];

	if (line < 0)
		snprintf(buf, WHERE_SIZE, "--set %s",
			 document_quote(e->overrides[-line - 1], quoted));
	else
		snprintf(buf, WHERE_SIZE, "%s:%d", e->path, line ? line : 1);
	return buf;
}

static int check_online(const struct experiment *e, const char *role, const cpu_set_t *set,
			int line, const cpu_set_t *online, struct error *err)
{
	char list[LIST_SIZE], missing_list[LIST_SIZE], online_list[LIST_SIZE], buf[WHERE_SIZE];
	cpu_set_t missing = *set;

	cpulist_without(&missing, online);
	if (CPU_COUNT(&missing) == 0)
		return 0;
	return error_input(err,
			   "%s: cell.cpus.%s \"%s\": CPU %s is not online; this machine has %s",
			   where(e, line, buf), role, cpulist_format(set, list, sizeof(list)),
			   cpulist_format(&missing, missing_list, sizeof(missing_list)),
			   cpulist_format(online, online_list, sizeof(online_list)));
}

/* `taken` are explicit, the other role is left to the rig: something must be left for it. */
static int check_left(const struct experiment *e, const char *role, const char *other,
		      const cpu_set_t *taken, const cpu_set_t *free_role, int line,
		      const cpu_set_t *online, struct error *err)
{
	char list[LIST_SIZE], buf[WHERE_SIZE];
	cpu_set_t left = *online;

	if (CPU_COUNT(taken) == 0 || CPU_COUNT(free_role) > 0)
		return 0;
	cpulist_without(&left, taken);
	if (CPU_COUNT(&left) > 0)
		return 0;
	return error_input(err,
			   "%s: cell.cpus.%s \"%s\": that is every CPU of this machine, and the %s "
			   "needs one that is not among them; leave one out",
			   where(e, line, buf), role, cpulist_format(taken, list, sizeof(list)),
			   other);
}

static int check_memory(const struct experiment *e, uint64_t memory_bytes, struct error *err)
{
	char asked[32], has[40], buf[WHERE_SIZE];

	if (e->cell.memory_bytes == UNITS_MAX || e->cell.memory_bytes <= memory_bytes)
		return 0;
	return error_input(
	    err,
	    "%s: cell.memory \"%s\": this machine has %s; lower it, or use max for no "
	    "limit",
	    where(e, e->cell.line_memory, buf),
	    units_write_bytes(e->cell.memory_bytes, asked, sizeof(asked)),
	    units_show(UNITS_BYTES, (double)memory_bytes, false, has, sizeof(has)));
}

int experiment_check_host(const struct experiment *e, const cpu_set_t *online,
			  uint64_t memory_bytes, struct error *err)
{
	const struct cpu_spec *c = &e->cell.cpus;

	if (check_online(e, "work", &c->work, c->line_work, online, err) < 0 ||
	    check_online(e, "load", &c->load, c->line_load, online, err) < 0 ||
	    check_online(e, "housekeeping", &c->housekeeping, c->line_housekeeping, online, err) <
		0)
		return -1;
	if (e->load_given &&
	    (check_left(e, "work", "load", &c->work, &c->load, c->line_work, online, err) < 0 ||
	     check_left(e, "load", "work", &c->load, &c->work, c->line_load, online, err) < 0))
		return -1;
	return check_memory(e, memory_bytes, err);
}
