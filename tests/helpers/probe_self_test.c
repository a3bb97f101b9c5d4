/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every probe sees what it must see: all are opened on a cell whose command keeps its work core
 * busy, and each provokes what it is for.
 *     probe_self_test all RUN     RUN: the name of the run's group, which must begin with poolrig-
 * Exit: 0 passed, 77 this host cannot (the reason is the last line), 1 failed.
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "rig/probe/placement.h"
#include "rig/probe/probes.h"

#define TIMEOUT (10 * NS_PER_S)

struct stage {
	struct cg_tree tree;
	struct cg_run run;
	struct cg_cell cell;
	struct probe_subject subject;
	struct probes probes;
	struct trial_record record;
	struct error err;
};

static void nap(int64_t ns)
{
	struct timespec ts = ns_timespec(ns);

	nanosleep(&ts, NULL);
}

static int set_up(struct stage *s, const char *name)
{
	char notes[512] = "";

	if (cg_tree_init(&s->tree, NULL, &s->err) < 0 ||
	    cg_run_init(&s->run, &s->tree, name, notes, sizeof(notes), &s->err) < 0)
		return -1;
	return cg_cell_init(&s->cell, &s->run, "cell", &s->err);
}

/* The cell's command: it has its work core to itself, and 10 MB. */
static void spin(const cpu_set_t *work, const int *join, int count)
{
	static volatile char memory[10 << 20];

	for (int i = 0; i < count; i++)
		if (write(join[i], "0", 1) != 1)
			_exit(111);
	sched_setaffinity(0, sizeof(*work), work);
	for (size_t i = 0;; i = (i + 4096) % sizeof(memory))
		memory[i]++;
}

static int launch(struct stage *s)
{
	int join[CG_HIERARCHIES_MAX], count = cg_cell_join_fds(&s->cell, join, &s->err);
	struct clone_args args = {.exit_signal = SIGCHLD};

	if (count < 0)
		return -1;
	if (cg_cell_v2_fd(&s->cell) >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cg_cell_v2_fd(&s->cell);
	}
	s->subject.pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (s->subject.pid == 0)
		spin(&s->subject.work, join, count);
	for (int i = 0; i < count; i++)
		close(join[i]);
	return s->subject.pid < 0 ? error_host(&s->err, 0, "clone3") : 0;
}

static int observe(struct stage *s)
{
	struct probes *p = &s->probes;

	nap(50 * NS_PER_MS);
	if (probes_init(p, &s->err) < 0 || probes_open(p, &s->subject, &s->err) < 0)
		return -1;
	probes_ready(p);
	probes_begin(p);
	for (int i = 0; i < p->count; i++)
		if (p->list[i].ops->self_test.provoke)
			p->list[i].ops->self_test.provoke(&s->subject);
	nap(100 * NS_PER_MS);
	if (probes_sample(p, clock_now(), &s->record, &s->err) < 0)
		return -1;
	probes_end(p);
	if (cg_cell_kill(&s->cell, TIMEOUT, &s->err) < 0)
		return -1;
	probes_conclude(p);
	return probes_report(p, &s->record, &s->err);
}

static bool find(const struct trial_record *r, const char *name, bool *known, double *value,
		 const char **reason)
{
	const struct metric *metric = trial_find_metric(r, name);

	if (metric) {
		*known = metric->known;
		*value = metric->value;
		*reason = metric->reason;
		return true;
	}
	for (size_t i = 0; i < r->interference_count; i++) {
		if (strcmp(r->interference[i].name, name) != 0)
			continue;
		*known = r->interference[i].known;
		*value = r->interference[i].value;
		*reason = r->interference[i].detail;
		return true;
	}
	return false;
}

/* 0, 1 or 77. */
static int judge(const struct stage *s, const struct probe_ops *ops)
{
	const char *reason = "not reported", *sees = ops->self_test.sees;
	bool known = false, found;
	double value = 0;

	if (strcmp(ops->name, "placement") == 0) {
		const struct placement *p = placement_of(&s->probes);

		printf("placement: %d threads on work, %d astray\n", p->on_work, p->astray);
		return p->on_work == 1 && p->astray == 0 && p->passes == 2 ? 0 : 1;
	}
	found = sees && find(&s->record, sees, &known, &value, &reason);
	if (found && known)
		printf("%s: %s %g\n", ops->name, sees, value);
	else
		printf("%s: %s n/a: %s\n", ops->name, sees ? sees : "nothing", reason);
	return !found ? 1 : !known ? 77 : value > 0 ? 0 : 1;
}

static int judge_all(const struct stage *s)
{
	int code = 0;

	for (int i = 0; i < s->probes.count; i++) {
		int one = judge(s, s->probes.list[i].ops);

		if (one == 1)
			printf("%s: it did not see that\n", s->probes.list[i].ops->name);
		if (code != 1 && one)
			code = one;
	}
	return code;
}

int main(int argc, char **argv)
{
	static struct stage s;
	cpu_set_t *work = &s.subject.work, *load = &s.subject.load, all;
	int code = 1;

	if (argc != 3 || strncmp(argv[2], "poolrig-", 8) != 0)
		return 2;
	sched_getaffinity(0, sizeof(all), &all);
	if (CPU_COUNT(&all) < 2) {
		puts("one CPU only");
		return 77;
	}
	CPU_SET(cpulist_first(&all), work);
	CPU_CLR(cpulist_first(&all), &all);
	CPU_SET(cpulist_first(&all), load);
	s.subject.cell = &s.cell;
	trial_record_init(&s.record);
	if (set_up(&s, argv[2]) == 0 && launch(&s) == 0 && observe(&s) == 0)
		code = judge_all(&s);
	else
		puts(s.err.text);
	probes_destroy(&s.probes);
	trial_record_destroy(&s.record);
	if (s.subject.pid > 0) {
		kill(s.subject.pid, SIGKILL);
		waitpid(s.subject.pid, NULL, 0);
	}
	return code;
}
