/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/own.h"
#include "base/units.h"
#include "rig/observe/host.h"
#include "rig/plan/schedule.h"
#include "rig/supervisor.h"
#include "rig/trial/trial.h"

/* What a trial takes besides warm-up and window, about: for the first guess of the time left. */
#define TRIAL_OVERHEAD_NS (600 * NS_PER_MS)

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

	if (!record)
		return error_host(err, ENOMEM, "the run's record");
	snprintf(record->id, sizeof(record->id), "%s", run->site.run_id);
	snprintf(record->experiment, sizeof(record->experiment), "%s", e->name);
	record->yaml = e->yaml;
	record->yaml_path = e->path;
	record->seed = e->seed;
	record->planned = (int)run->plan.count;
	record->started_unix_ns = clock_wall();
	host_describe(&record->host, &run->site.topology, &run->site.tree, run->site.notes);
	return store_run_begin(run->store, record, err);
}

/* Pinned cells? */
static bool pins(const struct experiment *e)
{
	return e->load_given || CPU_COUNT(&e->cell.cpus.work) > 0;
}

/* Cores for the cells alone, where the rig itself needs none of them. Nobody asked for it, so where
 * it can't be had it counts as not set, and the reason stays for the grade. */
static int try_partition(struct run *run, struct error *err)
{
	struct cg_run *group = &run->site.run;
	char cpus[128];

	if (!pins(run->experiment) || run->roles.shared_housekeeping)
		return 0;
	cpulist_format(&run->roles.cell, cpus, sizeof(cpus));
	if (cg_run_partition(group, cpus, "root", err) < 0)
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
	if (plan_init(&run->plan, e->variants_count, e->trials, e->seed, err) < 0)
		return -1;
	if (e->load_given) {
		run->schedule_fd = schedule_make(&e->load, e->seed, err);
		if (run->schedule_fd < 0)
			goto no_schedule;
	}
	site_make_id(id, sizeof(id));
	/* Settled first: from then on a signal ends the trial, not the rig. */
	if (supervisor_settle(&run->roles.housekeeping, err) < 0 ||
	    site_init(&run->site, id, &run->topology, cgroup_parent, err) < 0)
		goto no_site;
	if (environment_init(&run->environment, &run->site.person, NULL, err) < 0 ||
	    try_partition(run, err) < 0 || begin_in_store(run, err) < 0)
		goto no_run;
	progress_init(&run->progress, progress, (int)run->plan.count,
		      e->load_given ? e->load.warmup_ns + e->load.measure_ns + TRIAL_OVERHEAD_NS
				    : 0);
	return 0;
no_run:
	environment_destroy(&run->environment);
	site_finish(&run->site, &late);
no_site:
	own_close(&run->schedule_fd);
no_schedule:
	plan_destroy(&run->plan);
	return -1;
}

static void add_limit(struct trial_setup *s, enum cg_knob knob, uint64_t value)
{
	char text[32];

	if (value == UNITS_MAX)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, value);
	trial_ask(s, knob, text);
}

static void on_progress(const struct trial_progress *p, void *arg)
{
	struct run *run = arg;

	progress_tick(&run->progress, p->elapsed_ns, p->total_ns, p->rate);
}

static int on_flush(struct trial_record *r, void *arg, struct error *err)
{
	struct run *run = arg;

	return store_trial_flush(run->store, r, err);
}

static void describe_setup(struct run *run, const struct variant *v, struct talk_param *params,
			   struct trial_setup *s)
{
	const struct experiment *e = run->experiment;

	*s = (struct trial_setup){
	    .site = &run->site,
	    .roles = run->roles,
	    .pin = pins(e),
	    .net = e->cell.net,
	    .program = v->program,
	    .argv = v->command,
	    .env = run->environment.entries,
	    .copy_stdout = -1,
	    .copy_stderr = -1,
	    .stdin_fd = -1,
	    .timeout_ns = v->timeout_ns,
	    .plain = v->plain,
	    .lateness_bound_ns = e->load.lateness_ns,
	    .progress = on_progress,
	    .flush = on_flush,
	    .arg = run,
	};
	add_limit(s, CG_KNOB_MEMORY_MAX, e->cell.memory_bytes);
	add_limit(s, CG_KNOB_SWAP_MAX, e->cell.swap_bytes);
	add_limit(s, CG_KNOB_PIDS_MAX, e->cell.pids);
	for (size_t i = 0; i < v->params_count; i++)
		params[i] = (struct talk_param){v->params[i].key, v->params[i].value};
	s->talk = (struct talk_setup){
	    .params = params,
	    .params_count = v->params_count,
	    .work = &run->roles.work,
	    .load = &run->roles.load,
	    .housekeeping = &run->roles.housekeeping,
	    .warmup_ns = e->load.warmup_ns,
	    .window_ns = e->load.measure_ns,
	    .schedule_fd = run->schedule_fd,
	};
}

/* One attempt at one place in the plan, and into the store with it. */
static int run_attempt(struct run *run, size_t position, int attempt, enum trial_outcome *outcome,
		       struct error *err)
{
	const struct plan_trial *planned = &run->plan.trials[position];
	const struct variant *v = &run->experiment->variants[planned->variant];
	cleanup_free struct talk_param *params = calloc(v->params_count + 1, sizeof(*params));
	struct trial_record record;
	struct trial_setup setup;
	enum trial_stop stop = TRIAL_STOP_NONE;
	int ret;

	if (!params)
		return error_host(err, ENOMEM, "a trial's parameters");
	describe_setup(run, v, params, &setup);
	snprintf(setup.cell_name, sizeof(setup.cell_name), "poolrig-t%zu-%d", position, attempt);
	trial_record_init(&record);
	record.position = (int)position;
	record.block = planned->block;
	record.attempt = attempt;
	snprintf(record.variant, sizeof(record.variant), "%s", v->name);
	progress_trial(&run->progress, (int)position + 1, v->name, attempt);
	ret = store_trial_begin(run->store, run->site.run_id, err);
	if (ret == 0)
		ret = trial_run(&setup, &record, &stop, err);
	run->stopped = stop != TRIAL_STOP_NONE;
	*outcome = record.outcome;
	/* A trial that was interrupted by hand says nothing about its variant. */
	if (ret < 0 || run->stopped)
		store_trial_abort(run->store);
	else
		ret = store_trial_end(run->store, &record, err);
	if (ret == 0)
		progress_done(&run->progress, trial_outcome_name(record.outcome), record.reason);
	trial_record_destroy(&record);
	return ret;
}

static void count_outcome(struct run *run, enum trial_outcome outcome)
{
	run->failed += outcome == TRIAL_WORKLOAD_FAILED;
	run->voided += outcome == TRIAL_VOID;
	run->broken += outcome == TRIAL_RIG_FAILED;
}

int run_trials(struct run *run, struct error *err)
{
	for (size_t position = 0; position < run->plan.count; position++) {
		enum trial_outcome outcome = TRIAL_OK;

		for (int attempt = 0;; attempt++) {
			if (run_attempt(run, position, attempt, &outcome, err) < 0)
				return -1;
			if (run->stopped)
				return error_host(
				    err, 0, "interrupted: %zu of %zu trials are stored as run %s",
				    position, run->plan.count, run->site.run_id);
			if (outcome != TRIAL_VOID || run->retries_left == 0)
				break;
			run->retries_left--;
		}
		count_outcome(run, outcome);
	}
	return 0;
}

int run_finish(struct run *run, int exit_code, struct error *err)
{
	int ret = site_finish(&run->site, err);

	if (!run->stopped && store_run_end(run->store, run->site.run_id, clock_wall(), exit_code,
					   ret == 0 ? err : NULL) < 0)
		ret = -1;
	environment_destroy(&run->environment);
	plan_destroy(&run->plan);
	own_close(&run->schedule_fd);
	return ret;
}
