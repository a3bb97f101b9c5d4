/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/stand.h"

#include <stdio.h>

#include "base/cpulist.h"
#include "rig/run/supervisor.h"

#define MEMORY 67108864
#define PIDS   64

static void last_cpu(const cpu_set_t *online, cpu_set_t *last)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, online))
			continue;
		CPU_ZERO(last);
		CPU_SET(cpu, last);
	}
}

static int prepare(struct stand *s, struct error *err)
{
	cpu_set_t last;

	if (environment_init(&s->environment, &s->site.person, NULL, err) < 0)
		return -1;
	s->setup.env = s->environment.entries;
	last_cpu(&s->site.topology.online, &last);
	roles_plain(&s->setup.roles, &last, &s->site.topology);
	cell_spec_init(&s->limits);
	s->limits.limits[CG_KNOB_MEMORY_MAX].number = MEMORY;
	s->limits.limits[CG_KNOB_SWAP_MAX].number = 0;
	s->limits.limits[CG_KNOB_PIDS_MAX].number = PIDS;
	s->setup.limits = &s->limits;
	return supervisor_settle(&s->setup.roles.housekeeping, err);
}

int stand_init(struct stand *s, const char *program, struct error *err)
{
	struct topology topology;
	char run_id[40];

	*s = (struct stand){.argv = {(char *)program, NULL}};
	s->setup = (struct trial_setup){
	    .site = &s->site,
	    .cell_name = "poolrig-bench",
	    .pin = true,
	    .net = NETNS_PRIVATE,
	    .program = program,
	    .argv = s->argv,
	    .stdin_fd = -1,
	    .plain = true,
	};
	site_make_id(run_id, sizeof(run_id));
	if (site_need_root(err) < 0 || topology_init(&topology, err) < 0 ||
	    site_init(&s->site, run_id, &topology, NULL, err) < 0)
		return -1;
	if (prepare(s, err) == 0)
		return 0;
	stand_finish(s, err);
	return -1;
}

int stand_finish(struct stand *s, struct error *err)
{
	struct error late = ERROR_INIT;

	environment_destroy(&s->environment);
	if (site_finish(&s->site, &late) == 0 || err->kind != ERROR_NONE)
		return err->kind == ERROR_NONE ? 0 : -1;
	*err = late;
	return -1;
}

int stand_run(struct stand *s, int64_t *wall_ns, struct error *err)
{
	struct trial_record record;
	struct trial_end end;
	int ret;

	trial_record_init(&record);
	ret = trial_run(&s->setup, &record, &end, err);
	if (ret == 0 && record.outcome != TRIAL_OK)
		ret = error_host(err, 0, "%s: %s", s->setup.program, record.reason);
	*wall_ns = record.wall_ns;
	trial_record_destroy(&record);
	return ret;
}

int stand_cell(struct stand *s, struct cg_cell *cell, const char *name, struct error *err)
{
	char number[CELL_LIMIT_SIZE];
	int ret;

	if (cg_cell_init(cell, &s->site.run, name, err) < 0)
		return -1;
	ret = cg_cell_set_cpus(cell, &s->setup.roles.cell, err);
	for (enum cg_knob k = 0; k < CG_KNOBS && ret == 0; k++) {
		const char *value = cell_spec_limit(s->setup.limits, k, number);

		if (value)
			ret = cg_cell_set(cell, k, value, err);
	}
	return ret;
}
