/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/scope.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "cgroups/ops.h"
#include "rig/cell/inside.h"
#include "rig/cell/reap.h"

#define LIMIT_NS   (10 * NS_PER_S)
#define KEEPER     "poolrig-keeper"
#define WAY_OUT    "; or make a group for the rig and name it by --cgroup-parent GROUP"
#define SYSTEMD    "org.freedesktop.systemd1"
#define MANAGER    "org.freedesktop.systemd1.Manager"
#define OBJECT     "/org/freedesktop/systemd1"
#define PRIVATE    "unix:path=/run/systemd/private"
#define UNIFIED_AT "/sys/fs/cgroup" /* systemd puts the v2 tree there, or a v1 tmpfs */

bool scope_is_needed(void)
{
	struct statfs fs;

	return sd_booted() > 0 && statfs(UNIFIED_AT, &fs) == 0 &&
	       fs.f_type == (__fsword_t)CGROUP2_SUPER_MAGIC;
}

static int start_keeper(struct scope *s, struct error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_host(err, errno, "cannot make the pipe of the scope's keeper");
	s->keeper = fork();
	if (s->keeper == 0)
		inside_init(&(struct launch_init){.read_end = ends[0]});
	close(ends[0]);
	s->pipe = ends[1];
	if (s->keeper > 0)
		return 0;
	s->keeper = 0;
	return error_host(err, errno, "cannot make the scope's keeper");
}

/* The system bus, or systemd's own socket, which root can use where no bus is running. */
static int open_bus(sd_bus **bus, struct error *err)
{
	int first = sd_bus_open_system(bus), rc;

	if (first >= 0)
		return 0;
	rc = sd_bus_new(bus);
	if (rc >= 0)
		rc = sd_bus_set_address(*bus, PRIVATE);
	if (rc >= 0)
		rc = sd_bus_start(*bus);
	if (rc >= 0)
		return 0;
	*bus = sd_bus_unref(*bus);
	return error_host(err, -first,
			  "systemd runs this host, and the rig must ask it for a scope, but there "
			  "is no way to it: neither the system bus nor " PRIVATE " (%s)" WAY_OUT,
			  strerror(-rc));
}

/* How the job that makes the scope ended; "" until then. */
struct outcome {
	const char *unit;
	char result[32];
};

static int on_job_removed(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct outcome *o = arg;
	const char *unit, *result;

	(void)error;
	if (sd_bus_message_read(m, "uoss", NULL, NULL, &unit, &result) >= 0 &&
	    strcmp(unit, o->unit) == 0)
		snprintf(o->result, sizeof(o->result), "%s", result);
	return 0;
}

/* The signal may come right behind the answer, so it is listened for before the question. */
static int ask(sd_bus *bus, struct outcome *o, pid_t keeper, struct error *err)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int rc =
	    sd_bus_match_signal(bus, NULL, NULL, OBJECT, MANAGER, "JobRemoved", on_job_removed, o);

	if (rc < 0)
		return error_host(err, -rc, "cannot listen to systemd");
	/* No limit on tasks: the default one would be a limit above the cell's own. */
	rc = sd_bus_call_method(bus, SYSTEMD, OBJECT, MANAGER, "StartTransientUnit", &error, NULL,
				"ssa(sv)a(sa(sv))", o->unit, "fail", 5, "Description", "s",
				"poolrig: the cells of one run", "Delegate", "b", 1, "TasksMax",
				"t", UINT64_MAX, "CollectMode", "s", "inactive-or-failed", "PIDs",
				"au", 1, (uint32_t)keeper, 0);
	if (rc < 0)
		error_host(err, 0, "systemd: %s: %s" WAY_OUT, o->unit,
			   error.message ? error.message : strerror(-rc));
	sd_bus_error_free(&error);
	return rc < 0 ? -1 : 0;
}

static int await(sd_bus *bus, struct outcome *o, struct error *err)
{
	int64_t deadline = clock_now() + LIMIT_NS;
	int rc = 0;

	while (!o->result[0] && rc >= 0 && clock_now() < deadline) {
		rc = sd_bus_process(bus, NULL);
		if (rc == 0)
			rc = sd_bus_wait(bus, (uint64_t)(deadline - clock_now()) / NS_PER_US);
	}
	if (rc < 0)
		return error_host(err, -rc, "systemd: %s: lost the bus" WAY_OUT, o->unit);
	if (strcmp(o->result, "done") != 0)
		return error_host(err, 0, "systemd: %s: not made within 10 s (%s)" WAY_OUT, o->unit,
				  o->result[0] ? o->result : "no answer");
	return 0;
}

int scope_path(const char *text, const char *unit, char *path, size_t size)
{
	const char *line = text;
	size_t len, tail = strlen(unit);

	while (strncmp(line, "0::", 3) != 0) {
		line = strchr(line, '\n');
		if (!line)
			return -1;
		line++;
	}
	line += 3;
	len = strcspn(line, "\n");
	if (len >= size || len <= tail || line[len - tail - 1] != '/' ||
	    strncmp(line + len - tail, unit, tail) != 0)
		return -1;
	memcpy(path, line, len);
	path[len] = '\0';
	return 0;
}

/* Where the kernel says that the keeper is now. */
static int find_group(struct scope *s, const char *unit, struct error *err)
{
	char file[40], text[4096];

	snprintf(file, sizeof(file), "/proc/%d/cgroup", s->keeper);
	if (io_read_at(AT_FDCWD, file, text, sizeof(text), err) < 0)
		return -1;
	if (scope_path(text, unit, s->path, sizeof(s->path)) == 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return error_host(err, 0, "systemd: %s was made, but its process is in \"%.200s\"" WAY_OUT,
			  unit, text);
}

int scope_init(struct scope *s, const char *run_id, struct error *err)
{
	char unit[80];
	struct outcome outcome = {.unit = unit};
	sd_bus *bus = NULL;
	int ret = -1;

	*s = SCOPE_INIT;
	snprintf(unit, sizeof(unit), "poolrig-%.60s.scope", run_id);
	if (start_keeper(s, err) == 0 && open_bus(&bus, err) == 0 &&
	    ask(bus, &outcome, s->keeper, err) == 0 && await(bus, &outcome, err) == 0)
		ret = find_group(s, unit, err);
	sd_bus_close_unref(bus); /* without a flush: nothing is left to be sent, or to wait for */
	if (ret < 0)
		scope_destroy(s);
	return ret;
}

int scope_vacate(const struct scope *s, const struct cg_tree *tree, struct error *err)
{
	int rootfd = tree->hierarchies[0].rootfd;
	int rc = tree->ops->make(tree->ops, rootfd, KEEPER);
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", s->keeper);
	if (rc == 0)
		rc = tree->ops->write(tree->ops, rootfd, KEEPER "/cgroup.procs", pid);
	if (rc < 0)
		return error_host(err, -rc, "%s/" KEEPER ": cannot move the scope's keeper there",
				  s->path);
	return 0;
}

void scope_destroy(struct scope *s)
{
	cleanup_fd int pidfd = s->keeper > 0 ? (int)syscall(SYS_pidfd_open, s->keeper, 0) : -1;

	own_close(&s->pipe);
	/* One that has not died is not waited for any longer: it is in the scope's group, whose
	 * removal says so. */
	if (pidfd >= 0)
		reap_killed(pidfd, "the scope's keeper", NULL);
	s->keeper = 0;
}
