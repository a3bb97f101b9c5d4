/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the probes of the real kernel share. Each is a program of scenarios:
 *     PROBE SCENARIO RUN     RUN: the name of the run's group, which must begin with poolrig-
 * Exit: 0 passed, 77 this host cannot (the reason is the last line), 1 failed. `clean` removes what
 * a scenario left, and `list` names the scenarios.
 */
#ifndef POOLRIG_TESTS_CG_PROBE_H
#define POOLRIG_TESTS_CG_PROBE_H

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "cgroups/cell.h"
#include "cgroups/counters.h"
#include "cgroups/empty.h"
#include "cgroups/events.h"
#include "cgroups/oom.h"

/* cgroup_init() of libcgroup 2.0 loses what it has when it fails: not ours to free. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:cgroup_init\n";
}

#define TIMEOUT (10 * NS_PER_S)

struct probe {
	struct cg_tree tree;
	struct cg_run run;
	struct cg_cell cell;
	const char *name;
	struct error err;
};

static inline void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static inline void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("FAIL ", stdout);
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	exit(1);
}

static inline void skip(const char *why) __attribute__((noreturn));
static inline void skip(const char *why)
{
	puts(why);
	exit(77);
}

#define CHECK(p, call)                                                                             \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			die("%s:%d: %s: %s", __func__, __LINE__, #call, (p)->err.text);            \
	} while (0)
#define EXPECT(what)                                                                               \
	do {                                                                                       \
		if (!(what))                                                                       \
			die("%s:%d: not so: %s", __func__, __LINE__, #what);                       \
	} while (0)

static inline void set_up(struct probe *p)
{
	char notes[512] = "";

	CHECK(p, cg_tree_init(&p->tree, NULL, &p->err));
	CHECK(p, cg_run_init(&p->run, &p->tree, p->name, notes, sizeof(notes), &p->err));
	if (*notes)
		printf("notes: %s\n", notes);
	CHECK(p, cg_cell_init(&p->cell, &p->run, "cell", &p->err));
}

static inline const char *path_of(struct probe *p, int i, const char *rest, char buf[1024])
{
	snprintf(buf, 1024, "%s/%s%s", p->tree.hierarchies[i].mount, p->name, rest);
	return buf;
}

static inline void gone(struct probe *p, const char *rest)
{
	char path[1024];

	for (int i = 0; i < p->tree.count; i++)
		if (access(path_of(p, i, rest, path), F_OK) == 0)
			die("%s is still there", path);
}

static inline void tear_down(struct probe *p)
{
	CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err));
	CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err)); /* once more does no harm */
	gone(p, "/cell");
	cg_cell_destroy(&p->cell);
	CHECK(p, cg_remove_named(p->run.tree, p->run.name, TIMEOUT, &p->err));
	cg_run_destroy(&p->run);
	gone(p, "");
	cg_tree_destroy(&p->tree);
}

/* Is any process in the cell? 1, 0 or -1. */
static inline int populated(const struct cg_cell *cell, struct error *err)
{
	const struct cg_group group = {
	    .tree = cell->run->tree, .fds = cell->fds, .label = cell->name};

	return cg_group_populated(&group, err);
}

/* One write to an existing file of a group. */
static inline int write_file(int dirfd, const char *name, const char *text, struct error *err)
{
	cleanup_fd int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text))
		return 0;
	return error_host(err, errno, "%s: cannot write \"%s\"", name, text);
}

/* -- children ------------------------------------------------------------------------------ */

typedef void (*child_fn)(struct probe *p);

/* Born in the cell's v2 group, joined to its v1 groups before it does anything. */
static inline pid_t launch(struct probe *p, struct cg_cell *cell, child_fn fn)
{
	int fds[CG_HIERARCHIES_MAX], n = cg_cell_join_fds(cell, fds, &p->err);
	struct clone_args args = {.exit_signal = SIGCHLD};
	pid_t pid;

	if (n < 0)
		die("join: %s", p->err.text);
	if (cg_cell_v2_fd(cell) >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cg_cell_v2_fd(cell);
	}
	fflush(stdout);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		die("clone3: %s", strerror(errno));
	if (pid == 0) {
		for (int i = 0; i < n; i++)
			if (write(fds[i], "0", 1) != 1)
				_exit(111);
		fn(p);
		_exit(0);
	}
	for (int i = 0; i < n; i++)
		close(fds[i]);
	return pid;
}

static inline int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid: %s", strerror(errno));
	return status;
}

static inline void nap(int ms)
{
	poll(NULL, 0, ms);
}

static inline void sleeper(struct probe *p)
{
	(void)p;
	for (;;)
		pause();
}

static inline void show(const struct cg_setting *s, const struct cg_knob_row *row)
{
	printf("knob %s %s asked=\"%s\" got=\"%s\" %s\n", row->name, cg_held_name(s->held),
	       s->asked, s->got, s->reason);
}

/* Held, or a reason that names what it costs. */
static inline void set_knob(struct probe *p, enum cg_knob knob, const char *value)
{
	const struct cg_knob_row *row = cg_knob_row(knob);
	const struct cg_setting *s = &p->cell.settings[knob];

	CHECK(p, cg_cell_set(&p->cell, knob, value, &p->err));
	show(s, row);
	if (s->held == CG_HELD_AS_ASKED)
		return;
	if (s->held == CG_HELD_ABSENT || knob == CG_KNOB_PARTITION)
		EXPECT(strstr(s->reason, row->absence) && strstr(s->reason, row->name));
	else
		die("%s", s->reason);
}

struct scenario {
	const char *name;
	void (*run)(struct probe *p);
};

static inline void s_clean(struct probe *p)
{
	CHECK(p, cg_tree_init(&p->tree, NULL, &p->err));
	CHECK(p, cg_remove_named(&p->tree, p->name, TIMEOUT, &p->err));
	gone(p, "");
	cg_tree_destroy(&p->tree);
}

static inline int probe_main(int argc, char **argv, const struct scenario *scenarios, size_t n)
{
	struct probe p = {.err = ERROR_INIT};

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (size_t i = 0; i < n; i++)
			puts(scenarios[i].name);
		return 0;
	}
	if (argc != 3 || strncmp(argv[2], "poolrig-", 8) != 0)
		die("usage: PROBE SCENARIO poolrig-RUN");
	if (geteuid() != 0)
		skip("needs root");
	p.name = argv[2];
	for (size_t i = 0; i < n; i++)
		if (strcmp(scenarios[i].name, argv[1]) == 0) {
			scenarios[i].run(&p);
			return 0;
		}
	if (strcmp(argv[1], "clean") == 0) {
		s_clean(&p);
		return 0;
	}
	die("%s: no such scenario", argv[1]);
}

#endif
