/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/run/run.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/own.h"
#include "rig/cell/host.h"
#include "rig/plan/plan_json.h"
#include "rig/plan/schedule.h"
#include "rig/run/precision.h"
#include "rig/run/supervisor.h"

/* What a trial takes besides warm-up and window, about: for the first guess of the time left. */
#define TRIAL_OVERHEAD_NS (600 * NS_PER_MS)

int64_t run_trial_ns(const struct experiment *e)
{
	return e->load_given ? e->load.warmup_ns + e->load.measure_ns + TRIAL_OVERHEAD_NS : 0;
}

int run_check(struct run *run, const struct experiment *e, struct error *err)
{
	struct topology *topology = &run->topology;

	*run = (struct run){.experiment = e, .schedule_fd = -1, .retries_left = e->retries};
	if (topology_init(topology, err) < 0 ||
	    experiment_check_host(e, &topology->online, topology->memory_bytes, err) < 0)
		return -1;
	if (e->load_given) {
		if (roles_choose(&run->roles, &e->cell.cpus, topology, err) < 0)
			return error_wrap(err, "%s:1", e->path);
	} else {
		roles_plain(&run->roles, &e->cell.cpus.work, topology);
	}
	return 0;
}

static int begin_in_store(struct run *run, struct error *err)
{
	const struct experiment *e = run->experiment;
	cleanup_free struct run_record *record = calloc(1, sizeof(*record));
	cleanup_free char *plan = NULL;
	struct owner self;
	int ret;

	if (!record)
		return error_host(err, ENOMEM, "the run's record");
	if (plan_json_text(e->document, &plan, err) < 0)
		return -1;
	snprintf(record->id, sizeof(record->id), "%s", run->site.run_id);
	snprintf(record->experiment, sizeof(record->experiment), "%s", e->name);
	record->yaml = e->yaml;
	record->yaml_path = e->path;
	record->plan = plan;
	record->seed = e->seed;
	record->planned = (int)run->plan.count;
	record->started_unix_ns = clock_wall();
	if (owner_self(&self, err) < 0)
		return -1;
	owner_text(&self, record->supervisor);
	ret = host_describe(&record->host, &run->site.topology, &run->site.tree, run->site.notes,
			    err);
	if (ret == 0)
		ret = store_run_begin(run->store, record, err);
	host_record_destroy(&record->host);
	return ret;
}

bool run_pins(const struct experiment *e)
{
	return e->load_given || CPU_COUNT(&e->cell.cpus.work) > 0;
}

/* Is a neighbour to run on a core that is no trial's? */
static bool neighbours_elsewhere(const struct run *run)
{
	const struct experiment *e = run->experiment;

	for (size_t i = 0; i < e->neighbours_count; i++) {
		cpu_set_t outside = e->neighbours[i].cell.cpus.work;

		cpulist_without(&outside, &run->roles.cell);
		if (CPU_COUNT(&outside))
			return true;
	}
	return false;
}

/* Cores for the cells alone, where the rig itself needs none of them. Nobody asked for it, so where
 * it can't be had it counts as not set, and the reason stays for the grade. */
static int try_partition(struct run *run, struct error *err)
{
	struct cg_run *group = &run->site.run;

	if (!run_pins(run->experiment) || run->roles.shared_housekeeping)
		return 0;
	if (neighbours_elsewhere(run)) {
		snprintf(group->partition.reason, sizeof(group->partition.reason),
			 "a neighbour runs on other cores, which a partition would not have");
		return 0;
	}
	if (cg_run_partition(group, &run->roles.cell, "root", err) < 0)
		return -1;
	if (group->partition.held != CG_HELD_AS_ASKED)
		group->partition.held = CG_HELD_UNSET;
	return 0;
}

int run_init(struct run *run, struct store *store, const char *cgroup_parent, FILE *progress,
	     struct error *err)
{
	const struct experiment *e = run->experiment;
	struct error late = ERROR_INIT;
	char id[40];

	run->store = store;
	if (!e->search_given &&
	    plan_init(&run->plan, e->variants_count, e->trials, e->seed, err) < 0)
		return -1;
	if (e->load_given && !e->search_given) {
		run->schedule_fd = schedule_make(&e->load, e->seed, err);
		if (run->schedule_fd < 0)
			goto no_schedule;
	}
	site_make_id(id, sizeof(id));
	/* Settled first: from then on a signal ends the trial, not the rig. */
	if (supervisor_settle(&run->roles.housekeeping, err) < 0 ||
	    site_init(&run->site, id, &run->topology, cgroup_parent, err) < 0)
		goto no_site;
	if (try_partition(run, err) < 0 || begin_in_store(run, err) < 0)
		goto no_run;
	progress_init(&run->progress, progress, (int)run->plan.count, run_trial_ns(e));
	return 0;
no_run:
	site_finish(&run->site, &late);
no_site:
	own_close(&run->schedule_fd);
no_schedule:
	plan_destroy(&run->plan);
	return -1;
}

/* A void trial is run again, as often as may be. */
static int run_planned(struct run *run, struct precision *precision, struct error *err)
{
	for (size_t position = 0; position < run->plan.count; position++) {
		const struct plan_trial *planned = &run->plan.trials[position];
		struct attempt a = {.position = (int)position,
				    .block = planned->block,
				    .variant = planned->variant,
				    .schedule_fd = run->schedule_fd};
		struct attempt_end end = {0};

		for (;; a.attempt++) {
			if (attempt_run(run, &a, &end, err) < 0)
				return -1;
			progress_done(&run->progress, trial_outcome_name(end.outcome), end.reason);
			if (run->stopped)
				return error_host(
				    err, 0, "interrupted: %zu of %zu trials are stored as run %s",
				    position, run->plan.count, run->site.run_id);
			if (end.outcome != TRIAL_VOID || run->retries_left == 0)
				break;
			run->retries_left--;
		}
		attempt_count(run, end.outcome);
		if (end.outcome == TRIAL_OK && precision_take(precision, run, &a, err) < 0)
			return -1;
		if ((position + 1 == run->plan.count || planned[1].block != planned->block) &&
		    precision_reached(precision, run->experiment->precision))
			break;
	}
	return 0;
}

int run_trials(struct run *run, struct error *err)
{
	struct precision precision;
	int ret = precision_init(&precision, run->experiment, err);

	if (ret == 0)
		ret = run_planned(run, &precision, err);
	precision_destroy(&precision);
	return ret;
}

int run_finish(struct run *run, int exit_code, int failed_code, struct error *err)
{
	int ret = site_finish(&run->site, err);

	if (store_check_place(run->store, ret == 0 ? err : NULL) < 0)
		ret = -1;
	if (ret < 0)
		exit_code = failed_code;
	if (!run->stopped && store_run_end(run->store, run->site.run_id, clock_wall(), exit_code,
					   ret == 0 ? err : NULL) < 0)
		ret = -1;
	plan_destroy(&run->plan);
	own_close(&run->schedule_fd);
	return ret;
}
