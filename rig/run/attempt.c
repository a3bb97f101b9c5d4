/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "base/clock.h"
#include "rig/run/run.h"
#include "rig/trial/trial.h"

/* After the tasks of a window, to say done: most of load.drain is for tasks. */
#define TELL_NS (5 * NS_PER_S)

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

/* How long after the window tasks may be run: what is left when the workload has the time to close
 * its pool and to tell what it has recorded. */
static int64_t tasks_drain(const struct load_spec *load)
{
	int64_t half = load->drain_ns / 2;

	return load->drain_ns - (half < TELL_NS ? half : TELL_NS);
}

static void describe_setup(struct run *run, const struct variant *v, int schedule_fd,
			   struct trial_setup *s)
{
	const struct experiment *e = run->experiment;

	*s = (struct trial_setup){
	    .site = &run->site,
	    .roles = run->roles,
	    .pin = run_pins(e),
	    .net = e->cell.net,
	    .program = v->program,
	    .argv = v->command,
	    .env = run->environment.entries,
	    .copy_stdout = -1,
	    .copy_stderr = -1,
	    .stdin_fd = -1,
	    .limits = &e->cell,
	    .timeout_ns = v->timeout_ns,
	    .plain = !v->protocol,
	    .lateness_bound_ns = e->load.lateness_ns,
	    .startup_limit_ns = e->load.startup_ns,
	    .done_limit_ns = e->load.drain_ns,
	    .progress = on_progress,
	    .flush = on_flush,
	    .arg = run,
	};
	s->protocol = (struct protocol_setup){
	    .params = v->params,
	    .params_count = v->params_count,
	    .work = &run->roles.work,
	    .load = &run->roles.load,
	    .housekeeping = &run->roles.housekeeping,
	    .warmup_ns = e->load.warmup_ns,
	    .window_ns = e->load.measure_ns,
	    .drain_ns = tasks_drain(&e->load),
	    .schedule_fd = schedule_fd,
	};
}

static int run_and_store(struct run *run, struct trial_setup *setup, struct trial_record *record,
			 struct error *err)
{
	int ret = store_trial_begin(run->store, run->site.run_id, err);

	if (ret == 0)
		ret = trial_run(setup, record, &run->stopped, err);
	/* A trial that was interrupted by hand says nothing about its variant. */
	if (ret < 0 || run->stopped)
		store_trial_abort(run->store);
	else
		ret = store_trial_end(run->store, record, err);
	return ret;
}

int attempt_run(struct run *run, const struct attempt *a, struct attempt_end *end,
		struct error *err)
{
	const struct variant *v = &run->experiment->variants[a->variant];
	struct trial_record record;
	struct trial_setup setup;
	int ret;

	describe_setup(run, v, a->schedule_fd, &setup);
	snprintf(setup.cell_name, sizeof(setup.cell_name), "poolrig-t%d-%d", a->position,
		 a->attempt);
	trial_record_init(&record);
	record.position = a->position;
	record.block = a->block;
	record.attempt = a->attempt;
	snprintf(record.variant, sizeof(record.variant), "%s", v->name);
	progress_trial(&run->progress, a->position + 1, v->name, a->rate, a->attempt);
	ret = a->rate > 0 ? trial_metric(&record, SEARCH_RATE_METRIC, a->rate, err) : 0;
	if (ret == 0)
		ret = run_and_store(run, &setup, &record, err);
	end->outcome = record.outcome;
	snprintf(end->reason, sizeof(end->reason), "%s", record.reason);
	trial_record_destroy(&record);
	return ret;
}

void attempt_count(struct run *run, enum trial_outcome outcome)
{
	run->failed += outcome == TRIAL_WORKLOAD_FAILED;
	run->voided += outcome == TRIAL_VOID;
	run->broken += outcome == TRIAL_RIG_FAILED;
}
