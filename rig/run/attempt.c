/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/cell/environment.h"
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

/* What the trial of a variant and what prepares it have in common. */
static void describe_command(struct run *run, const struct variant *v,
			     const struct environment *environment, struct trial_setup *s)
{
	const struct experiment *e = run->experiment;

	*s = (struct trial_setup){
	    .site = &run->site,
	    .roles = run->roles,
	    .pin = run_pins(e),
	    .net = e->cell.net,
	    .env = environment->entries,
	    .stdin_fd = -1,
	    .limits = &v->cell,
	    .timeout_ns = v->protocol ? e->load.startup_ns : v->timeout_ns,
	    .plain = true,
	};
}

static void describe_setup(struct run *run, const struct variant *v, int schedule_fd,
			   struct trial_setup *s)
{
	const struct experiment *e = run->experiment;

	s->program = v->program;
	s->argv = v->command;
	s->plain = !v->protocol;
	s->any_cores = e->wrong_cores == WRONG_CORES_ALLOW;
	s->lateness_bound_ns = e->load.lateness_ns;
	s->startup_limit_ns = e->load.startup_ns;
	s->done_limit_ns = e->load.drain_ns;
	s->progress = on_progress;
	s->flush = on_flush;
	s->arg = run;
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

static int make_environment(struct environment *environment, const struct run *run,
			    const struct variant *v, struct error *err)
{
	char entry[KNOB_NAME_MAX + KNOB_PARAM_MAX + 2];
	int ret = environment_init(environment, &run->site.person, NULL, err);

	for (size_t i = 0; i < v->env_count && ret == 0; i++) {
		snprintf(entry, sizeof(entry), "%s=%s", v->env[i].key, v->env[i].value);
		ret = environment_set(environment, entry, err);
	}
	return ret;
}

static int run_command(struct run *run, const struct trial_setup *setup,
		       struct trial_record *record, struct error *err)
{
	struct trial_end end;
	int ret = trial_run(setup, record, &end, err);

	run->stopped = end.stopped;
	return ret;
}

/* Where it failed, the trial has its outcome, its reason and its output. */
static int take_failure(struct trial_record *record, const struct trial_record *prepared,
			struct error *err)
{
	record->outcome = prepared->outcome;
	record->started_unix_ns = prepared->started_unix_ns;
	snprintf(record->reason, sizeof(record->reason), "prepare: %.500s", prepared->reason);
	for (size_t i = 0; i < prepared->logs_count; i++) {
		const struct trial_log *l = &prepared->logs[i];

		if (trial_log(record, l->name, l->text, strlen(l->text), l->bytes, l->dropped,
			      err) < 0)
			return -1;
	}
	return 0;
}

/* Run what prepares a trial, in a cell of its own of the same kind. *ready: the trial may run. */
static int prepare(struct run *run, const struct variant *v, const struct trial_setup *command,
		   struct trial_record *record, bool *ready, struct error *err)
{
	struct trial_setup setup = *command;
	struct trial_record prepared;
	int ret;

	*ready = true;
	if (!v->prepare)
		return 0;
	setup.program = v->prepare_program;
	setup.argv = v->prepare;
	snprintf(setup.cell_name, sizeof(setup.cell_name), "poolrig-p%d-%d", record->position,
		 record->attempt);
	trial_record_init(&prepared);
	ret = run_command(run, &setup, &prepared, err);
	*ready = ret == 0 && !run->stopped && prepared.outcome == TRIAL_OK;
	if (ret == 0 && !*ready)
		ret = take_failure(record, &prepared, err);
	trial_record_destroy(&prepared);
	return ret;
}

/* The neighbours of a trial, while it runs. */
struct neighbours {
	size_t count;
	struct trial_neighbour list[NEIGHBOURS_MAX];
	struct environment environments[NEIGHBOURS_MAX];
};

static int describe_neighbours(struct neighbours *n, const struct run *run, struct error *err)
{
	const struct experiment *e = run->experiment;
	int ret = 0;

	for (n->count = 0; n->count < e->neighbours_count && ret == 0; n->count++) {
		const struct variant *v = &e->neighbours[n->count];
		struct environment *environment = &n->environments[n->count];
		bool placed = CPU_COUNT(&v->cell.cpus.work) > 0;

		ret = make_environment(environment, run, v, err);
		n->list[n->count] = (struct trial_neighbour){
		    .name = v->name,
		    .program = v->program,
		    .argv = v->command,
		    .env = environment->entries,
		    .cpus = placed ? &v->cell.cpus.work : &run->roles.work,
		    .pin = placed || run_pins(e),
		    .limits = &v->cell,
		};
	}
	return ret;
}

static int open_stdin(const struct variant *v, int *fd, struct error *err)
{
	if (!v->stdin_path)
		return 0;
	*fd = open(v->stdin_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return *fd >= 0 ? 0 : error_host(err, errno, "%s: cannot open", v->stdin_path);
}

static int run_trial(struct run *run, const struct attempt *a, struct trial_record *record,
		     struct error *err)
{
	const struct variant *v = &run->experiment->variants[a->variant];
	struct environment environment = {0};
	struct neighbours neighbours = {0};
	struct trial_setup setup;
	cleanup_fd int input = -1;
	bool ready = false;
	int ret = make_environment(&environment, run, v, err);

	describe_command(run, v, &environment, &setup);
	if (ret == 0)
		ret = prepare(run, v, &setup, record, &ready, err);
	if (ready)
		ret = open_stdin(v, &input, err);
	if (ready && ret == 0 && !v->alone)
		ret = describe_neighbours(&neighbours, run, err);
	if (ready && ret == 0) {
		describe_setup(run, v, a->schedule_fd, &setup);
		setup.neighbours = neighbours.list;
		setup.neighbours_count = neighbours.count;
		setup.stdin_fd = input;
		snprintf(setup.cell_name, sizeof(setup.cell_name), "poolrig-t%d-%d", a->position,
			 a->attempt);
		ret = run_command(run, &setup, record, err);
	}
	for (size_t i = 0; i < neighbours.count; i++)
		environment_destroy(&neighbours.environments[i]);
	environment_destroy(&environment);
	return ret;
}

static int run_and_store(struct run *run, const struct attempt *a, struct trial_record *record,
			 struct error *err)
{
	int ret = store_trial_begin(run->store, run->site.run_id, err);

	if (ret == 0)
		ret = run_trial(run, a, record, err);
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
	const char *variant = run->experiment->variants[a->variant].name;
	struct trial_record record;
	int ret;

	trial_record_init(&record);
	record.position = a->position;
	record.block = a->block;
	record.attempt = a->attempt;
	snprintf(record.variant, sizeof(record.variant), "%s", variant);
	progress_trial(&run->progress, a->position + 1, variant, a->rate, a->attempt);
	ret = a->rate > 0 ? trial_metric(&record, SEARCH_RATE_METRIC, a->rate, err) : 0;
	if (ret == 0)
		ret = run_and_store(run, a, &record, err);
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
