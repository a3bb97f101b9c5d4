/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/trial/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/protocol.h"
#include "rig/trial/state.h"

int trial_set_cell(struct cg_cell *cell, const cpu_set_t *cpus, const struct cell_spec *limits,
		   struct error *err)
{
	char number[CELL_LIMIT_SIZE];

	if (cpus && cg_cell_set_cpus(cell, cpus, err) < 0)
		return -1;
	for (enum cg_knob k = 0; k < CG_KNOBS; k++) {
		const char *value = cell_spec_limit(limits, k, number);

		if (value && cg_cell_set(cell, k, value, err) < 0)
			return -1;
	}
	return 0;
}

static int make_cell(struct trial *t, struct error *err)
{
	const struct trial_setup *s = t->setup;

	if (cg_cell_init(&t->cell, &s->site->run, s->cell_name, err) < 0)
		return -1;
	return trial_set_cell(&t->cell, s->pin ? &s->roles.cell : NULL, s->limits, err);
}

static int prepare_outputs(struct trial *t, struct error *err)
{
	const struct person *person = &t->setup->site->person;
	struct outlet *const *copies = t->setup->copies;

	t->outputs_count = copies[0] && copies[0] == copies[1] ? 1 : 2;
	for (int i = 0; i < t->outputs_count; i++)
		if (output_init(&t->outputs[i], copies[i], person->uid, person->gid, err) < 0)
			return -1;
	return 0;
}

/* The environment of the command: the setup's, and where the protocol is. */
static char **make_env(const struct trial_setup *s, struct error *err)
{
	static char protocol[] = POOLRIG_PROTOCOL_FD_ENV "=3";
	size_t count = 0;
	char **env;

	_Static_assert(LAUNCH_PROTOCOL_FD == 3, "the text above says so");
	while (s->env[count])
		count++;
	env = calloc(count + 2, sizeof(*env));
	if (!env) {
		error_host(err, ENOMEM, "the command's environment");
		return NULL;
	}
	memcpy(env, s->env, count * sizeof(*env));
	if (!s->plain)
		env[count] = protocol;
	return env;
}

static int bear(struct trial *t, struct error *err)
{
	const struct trial_setup *s = t->setup;
	cleanup_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	cleanup_free char **env = make_env(s, err);
	struct launch_spec spec = {
	    .program = s->program,
	    .argv = s->argv,
	    .env = env,
	    .cell = &t->cell,
	    .cpus = &s->roles.cell, /* or it would inherit where the rig sits */
	    .net = s->net,
	    .loopback = &s->site->loopback,
	    .person = &s->site->person,
	    .stdin_fd = s->stdin_fd >= 0 ? s->stdin_fd : null,
	    .stdout_fd = t->outputs[0].write_fd,
	    .stderr_fd = t->outputs[t->outputs_count - 1].write_fd,
	    .protocol_fd = s->plain ? -1 : t->protocol.far_fd,
	};

	if (!env)
		return -1;
	if (null < 0)
		return error_host(err, errno, "/dev/null: cannot open");
	if (launch_prepare(&t->command, &spec, err) < 0)
		return -1;
	/* The command has them. */
	own_close(&t->outputs[0].write_fd);
	own_close(&t->outputs[1].write_fd);
	own_close(&t->protocol.far_fd);
	return 0;
}

static unsigned long net_inode(pid_t pid)
{
	char path[48];
	struct stat st;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	else
		snprintf(path, sizeof(path), "/proc/self/ns/net");
	return stat(path, &st) == 0 ? (unsigned long)st.st_ino : 0;
}

static int observe(struct trial *t, struct error *err)
{
	const struct trial_setup *s = t->setup;
	struct probe_subject subject = {
	    .cell = &t->cell,
	    .pid = t->command.pid,
	    .work = s->roles.work,
	    .load = s->roles.load,
	    .plain = s->plain,
	};

	_Static_assert(PROBE_BESIDE_MAX >= NEIGHBOURS_MAX, "the subject has room for all");
	for (size_t i = 0; i < s->neighbours_count; i++)
		subject.beside[subject.beside_count++] = &t->neighbours[i].cell;
	t->net.asked_private = s->net == NETNS_PRIVATE;
	t->net.own_ns = net_inode(0);
	t->net.cell_ns = net_inode(t->command.pid);
	if (trial_inherited(t->record, t->command.pid, err) < 0 ||
	    probes_init(&t->probes, err) < 0 || probes_open(&t->probes, &subject, err) < 0)
		return -1;
	return cg_events_init(&t->events, &t->cell, err);
}

static void stage_ended(const struct trial *t, enum trial_stage stage)
{
	bool run = stage == TRIAL_STAGE_RUN && t->exited;

	if (t->setup->stage)
		t->setup->stage(stage, run ? t->exit_at_ns : clock_now(), t->setup->arg);
}

/* What its load is, which it will have to account for. */
static int read_load(struct trial *t, struct error *err)
{
	const struct protocol_setup *protocol = &t->setup->protocol;
	struct due due;

	if (t->setup->plain)
		return 0;
	if (due_read(&due, protocol->schedule_fd, protocol->warmup_ns, protocol->window_ns, err) <
	    0)
		return -1;
	claims_init(&t->claims, &due, protocol->warmup_ns, protocol->window_ns);
	return 0;
}

static int set_up(struct trial *t, struct error *err)
{
	if (read_load(t, err) < 0 || make_cell(t, err) < 0 || prepare_outputs(t, err) < 0 ||
	    (!t->setup->plain && protocol_init(&t->protocol, err) < 0))
		return -1;
	stage_ended(t, TRIAL_STAGE_MAKE);
	if (neighbours_bear(t, err) < 0 || bear(t, err) < 0)
		return -1;
	stage_ended(t, TRIAL_STAGE_BIRTH);
	if (observe(t, err) < 0)
		return -1;
	stage_ended(t, TRIAL_STAGE_OPEN);
	return 0;
}

static int keep_logs(struct trial *t, struct error *err)
{
	static const char *const names[2] = {"stdout", "stderr"};

	for (int i = 0; i < t->outputs_count; i++) {
		const char *name = t->outputs_count == 1 ? "stdout+stderr" : names[i];
		cleanup_free char *text = NULL;
		uint64_t dropped;
		size_t len;

		if (!t->outputs[i].kept)
			continue;
		text = output_text(&t->outputs[i], &len, &dropped);
		if (!text)
			return error_host(err, ENOMEM, "the command's %s", name);
		if (trial_log(t->record, name, text, len, t->outputs[i].bytes, dropped, err) < 0)
			return -1;
	}
	return 0;
}

/* End whatever is left in the cell, before its last counters are read. A command that is killed
 * here has an end, too, and has used something until then. */
static void empty_cell(struct trial *t)
{
	struct error failure = ERROR_INIT;

	if (t->cell.run && cg_cell_kill(&t->cell, REMOVE_LIMIT_NS, &failure) < 0)
		error_keep(&t->failure, &failure);
	else if (t->command.pid && !t->command.reaped) {
		if (trial_reap(t, &failure) < 0)
			error_keep(&t->failure, &failure);
		if (!t->exit_at_ns)
			t->exit_at_ns = clock_now();
	}
}

/* After the command's end: nothing runs any more, everything is read, and judged. */
static int conclude(struct trial *t, struct error *err)
{
	probes_conclude(&t->probes);
	t->probes.exit.usage = t->command.reaped ? &t->usage : NULL;
	t->probes.exit.maxrss_before_kib = t->command.page ? t->command.page->maxrss_before : 0;
	if (cg_cell_verify(&t->cell, err) < 0 || trial_count_events(t, err) < 0 ||
	    neighbours_report(t, err) < 0 || probes_report(&t->probes, t->record, err) < 0 ||
	    trial_delay_lines(t, err) < 0 || trial_verdict(t, err) < 0)
		return -1;
	return trial_grades(t, err);
}

static int tear_down(struct trial *t, struct error *err)
{
	int ret = launch_destroy(&t->command, err);

	cg_events_destroy(&t->events);
	probes_destroy(&t->probes);
	protocol_destroy(&t->protocol);
	output_destroy(&t->outputs[0]);
	output_destroy(&t->outputs[1]);
	hdr_destroy(&t->lateness);
	claims_destroy(&t->claims);
	return ret;
}

int trial_run(const struct trial_setup *setup, struct trial_record *r, struct trial_end *end,
	      struct error *err)
{
	cleanup_free struct trial *t = calloc(1, sizeof(*t));
	struct error failure = ERROR_INIT;
	int ret;

	*end = (struct trial_end){.stopped = false};
	if (!t)
		return error_host(err, ENOMEM, "a trial");
	t->setup = setup;
	t->record = r;
	t->command = LAUNCHED_INIT;
	t->protocol = PROTOCOL_INIT;
	t->outputs[0] = t->outputs[1] = OUTPUT_INIT;
	t->last_rate = -1;
	tally_init(&t->tally, setup->protocol.warmup_ns);
	for (int i = 0; i < CG_EVENT_SOURCES; i++)
		t->events.sources[i].fd = -1;
	r->started_unix_ns = clock_wall();

	if (set_up(t, &failure) < 0 || trial_loop(t, &failure) < 0)
		error_keep(&t->failure, &failure);
	stage_ended(t, TRIAL_STAGE_RUN);
	empty_cell(t);
	neighbours_end(t);
	stage_ended(t, TRIAL_STAGE_EMPTY);
	for (int i = 0; i < t->outputs_count; i++)
		output_finish(&t->outputs[i], t->exited ? t->exit_at_ns : clock_now());
	ret = t->probes.open ? conclude(t, err) : trial_verdict(t, err);
	if (ret == 0)
		ret = keep_logs(t, err);
	*end = (struct trial_end){.stopped = t->stopped, .exited = t->exited};
	stage_ended(t, TRIAL_STAGE_CONCLUDE);
	if (tear_down(t, ret == 0 ? err : NULL) < 0)
		ret = -1;
	if (neighbours_destroy(t, ret == 0 ? err : NULL) < 0)
		ret = -1;
	if (t->cell.run && cg_cell_remove(&t->cell, REMOVE_LIMIT_NS, ret == 0 ? err : NULL) < 0)
		ret = -1;
	if (t->cell.run)
		cg_cell_destroy(&t->cell);
	stage_ended(t, TRIAL_STAGE_REMOVE);
	return ret;
}
