/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/empty.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "cgroups/ops.h"
#include "cgroups/walk.h"

#define PROCS_MAX (4u << 20) /* bytes of cgroup.procs: more than pid_max can fill */

/* One look at all the processes of a group. */
struct sweep {
	const struct cg_ops *ops;
	bool kill;
	int found;
	const struct cg_hierarchy *hierarchy; /* of the group looked at */
	long pid;                             /* one that was found, and where: */
	char where[256 + 64];
	int errnum; /* of a kill that failed, or of a list that could not be read */
};

/* cgroup.procs says EOPNOTSUPP in a threaded group: its threads' processes are listed in the domain
 * above it, which is looked at too. ENOENT and ENODEV: the group has just been removed. */
static bool no_list(int errnum)
{
	return errnum == EOPNOTSUPP || errnum == ENOENT || errnum == ENODEV;
}

static void found(struct sweep *s, long pid, const char *name)
{
	int rc = s->kill && pid > 0 ? s->ops->kill(s->ops, (pid_t)pid) : 0;
	bool failed = rc < 0 && rc != -ESRCH;

	if (failed)
		s->errnum = -rc;
	if (s->found++ && !failed)
		return;
	s->pid = pid;
	snprintf(s->where, sizeof(s->where), "%s%s%s", s->hierarchy->mount, *name ? " in " : "",
		 name);
}

/* The pid is that of a process that is in the group while the kernel writes the list, and is
 * killed some microseconds later: pids are given out in a circle, so it can't be another's yet. */
static int sweep_group(void *context, int dirfd, int parentfd, const char *name)
{
	struct sweep *s = context;
	cleanup_free char *list = NULL;
	struct error err = ERROR_INIT;
	char *at, *end;

	(void)parentfd;
	if (io_slurp_at(dirfd, "cgroup.procs", PROCS_MAX, &list, &err) < 0) {
		if (!no_list(err.errnum))
			s->errnum = err.errnum;
		return 0;
	}
	for (at = list;; at = end) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			return 0;
		found(s, pid, name);
	}
}

static int sweep_all(const struct cg_group *g, struct sweep *s)
{
	int rc = 0;

	for (int i = 0; i < g->tree->count; i++) {
		if (g->fds[i] < 0)
			continue;
		s->hierarchy = &g->tree->hierarchies[i];
		rc = cg_walk(g->fds[i], sweep_group, s);
		if (rc < 0)
			break;
		sweep_group(s, g->fds[i], -1, "");
	}
	return rc;
}

int cg_group_populated(const struct cg_group *g, struct error *err)
{
	struct sweep s = {.ops = g->tree->ops};
	int rc = sweep_all(g, &s);

	if (rc == 0 && !s.found)
		rc = -s.errnum;
	if (rc < 0)
		return error_host(err, -rc, "%s: cannot list its processes", g->label);
	return s.found > 0;
}

static int v2_fd(const struct cg_group *g)
{
	return cg_tree_has_v2(g->tree) ? g->fds[0] : -1;
}

static int write_v2(const struct cg_group *g, const char *file, const char *text)
{
	int fd = v2_fd(g);

	return fd < 0 ? -ENOENT : g->tree->ops->write(g->tree->ops, fd, file, text);
}

/* In the hierarchy of a controller, whichever version that is. */
static int write_of(const struct cg_group *g, enum cg_controller c, const char *file,
		    const char *text)
{
	int at = g->tree->of_controller[c];

	if (at < 0 || g->fds[at] < 0)
		return -ENOENT;
	return g->tree->ops->write(g->tree->ops, g->fds[at], file, text);
}

/* Stop them all, so that nothing forks or moves while it is killed. Where neither freezer is to be
 * had, at least nothing new can be born: pids.max = 0. */
static void stop(const struct cg_group *g)
{
	int v2 = write_v2(g, "cgroup.freeze", "1");
	int v1 = write_of(g, CG_FREEZER, "freezer.state", "FROZEN");

	if (v2 < 0 && v1 < 0)
		write_of(g, CG_PIDS, "pids.max", "0");
}

/* A process that the v1 freezer holds does not even die before it is thawed (kernel:
 * Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst); one held by v2's does. */
static void thaw_v1(const struct cg_group *g)
{
	write_of(g, CG_FREEZER, "freezer.state", "THAWED");
}

void cg_wait_change(int eventsfd, int64_t ns)
{
	struct pollfd p = {.fd = eventsfd, .events = POLLPRI};
	struct timespec ts = ns_timespec(ns);
	char text[128];

	/* Reading it arms the next notification. */
	if (ppoll(&p, 1, &ts, NULL) > 0)
		io_pread(eventsfd, text, sizeof(text));
}

int64_t cg_next_wait(int round, int64_t deadline)
{
	int64_t left = deadline - clock_now();
	int64_t wait = round < 7 ? (200 * NS_PER_US) << round : 20 * NS_PER_MS;

	return left < 0 ? 0 : left < wait ? left : wait;
}

static int survivor(const struct cg_group *g, const struct sweep *s, struct error *err)
{
	char path[64], comm[32] = "?";

	if (!s->found)
		return error_host(err, s->errnum, "%s: cannot list its processes", g->label);
	if (s->pid == 0)
		return error_host(err, 0,
				  "%s (%s): holds a process of another pid namespace, which cannot "
				  "be killed from here; run this where that process was started",
				  g->label, s->where);
	snprintf(path, sizeof(path), "/proc/%ld/comm", s->pid);
	if (io_read_at(AT_FDCWD, path, comm, sizeof(comm), NULL) >= 0)
		comm[strcspn(comm, "\n")] = '\0';
	if (s->errnum)
		return error_host(err, s->errnum, "%s (%s): cannot kill pid %ld (%s)", g->label,
				  s->where, s->pid, comm);
	error_host(err, 0,
		   "%s (%s): pid %ld (%s) has not died of SIGKILL in time; look at its state in "
		   "/proc/%ld/status, and whether a group above it is frozen",
		   g->label, s->where, s->pid, comm, s->pid);
	if (err) /* its text would be of a connection */
		err->errnum = ETIMEDOUT;
	return -1;
}

/* Kill, look, wait, again. Nothing else can be relied on: cgroup.kill may be missing (before Linux
 * 5.14) or not writable, and it reaches only what is in the v2 group. */
static int kill_all(const struct cg_group *g, int eventsfd, int64_t deadline, struct error *err)
{
	for (int round = 0;; round++) {
		struct sweep s = {.ops = g->tree->ops, .kill = true};
		int rc;

		stop(g);
		write_v2(g, "cgroup.kill", "1");
		rc = sweep_all(g, &s);
		thaw_v1(g);
		if (rc < 0)
			return error_host(err, -rc, "%s: cannot list its processes", g->label);
		if (!s.found && !s.errnum)
			return 0;
		if (clock_now() >= deadline)
			return survivor(g, &s, err);
		cg_wait_change(eventsfd, cg_next_wait(round, deadline));
	}
}

int cg_group_empty(const struct cg_group *g, int64_t deadline, struct error *err)
{
	cleanup_fd int eventsfd = -1;
	char text[128];
	int rc = cg_group_populated(g, err);

	if (rc <= 0)
		return rc;
	if (v2_fd(g) >= 0)
		eventsfd = openat(v2_fd(g), "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (eventsfd >= 0)
		io_pread(eventsfd, text, sizeof(text));
	rc = kill_all(g, eventsfd, deadline, err);
	write_v2(g, "cgroup.freeze", "0");
	return rc;
}
