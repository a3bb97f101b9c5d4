/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rig does on the work cores while a trial runs: the kernel's own count of switches to the
 * supervisor's threads and of their system calls there, and of switches to the kernel threads that
 * PSI triggers bring (psimon) and to kernel workers.
 *   bench_work_core POOLRIG ARGUMENT...    run that command, which starts poolbench in its cells
 * Counting begins a moment after a poolbench is seen, in its warm-up, and ends when it is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "rig/cell/roles.h"
#include "tests/bench/numbers.h"

#define TRACEFS     "/sys/kernel/tracing"
#define CPUS_MAX    256
#define WORKLOAD    "poolbench"
#define SETTLE_NS   (300 * NS_PER_MS)
#define LOOK_EVERY  (5 * NS_PER_MS)
#define START_LIMIT (20 * NS_PER_S)

enum { SWITCHES, CALLS, PSIMON, WORKERS, COUNTS };

struct count {
	const char *event, *filter; /* filter: %d is the supervisor's pid */
	int fds[CPUS_MAX];
	int fds_count;
};

struct bench {
	cpu_set_t online;
	struct roles roles;
	struct count counts[COUNTS];
	pid_t supervisor;
	int64_t counted_ns;
};

static int mount_tracefs(struct error *err)
{
	if (access(TRACEFS "/events/sched", F_OK) == 0)
		return 0;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tracefs", TRACEFS, "tracefs", 0, NULL) < 0)
		return error_host(err, errno, TRACEFS ": cannot mount it");
	return 0;
}

static int64_t event_id(const char *event)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), TRACEFS "/events/%s/id", event);
	return io_read_at(AT_FDCWD, path, text, sizeof(text), NULL) > 0 ? atoll(text) : -1;
}

/* One counter a work core, for all that runs there, with the filter in the kernel. */
static int open_count(struct bench *b, struct count *c, struct error *err)
{
	struct perf_event_attr attr = {
	    .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .disabled = 1};
	int64_t id = event_id(c->event);
	char filter[128];

	if (id < 0)
		return error_host(err, 0, "%s: no such tracepoint here", c->event);
	attr.config = (uint64_t)id;
	snprintf(filter, sizeof(filter), "%s", c->filter);
	if (strstr(c->filter, "pid"))
		snprintf(filter, sizeof(filter), "%s == %d", c->filter, b->supervisor);
	for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
		int fd;

		if (!CPU_ISSET(cpu, &b->roles.work))
			continue;
		fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (fd < 0)
			return error_host(err, errno, "perf_event_open of %s", c->event);
		c->fds[c->fds_count++] = fd;
		if (ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) < 0)
			return error_host(err, errno, "%s: filter %s", c->event, filter);
	}
	return 0;
}

static void each(struct bench *b, unsigned long request)
{
	for (int i = 0; i < COUNTS; i++)
		for (int k = 0; k < b->counts[i].fds_count; k++)
			ioctl(b->counts[i].fds[k], request, 0);
}

static int64_t sum(const struct count *c)
{
	int64_t total = 0, value;

	for (int i = 0; i < c->fds_count; i++)
		if (read(c->fds[i], &value, sizeof(value)) == sizeof(value))
			total += value;
	return total;
}

static void nap(int64_t ns)
{
	struct timespec ts = ns_timespec(ns);

	nanosleep(&ts, NULL);
}

/* The supervisor's child that runs the workload, or 0. */
static pid_t find_workload(const struct bench *b)
{
	char path[64], text[4096], comm[32];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", b->supervisor, b->supervisor);
	if (io_read_at(AT_FDCWD, path, text, sizeof(text), NULL) <= 0)
		return 0;
	for (char *at = text, *end;; at = end) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			return 0;
		snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
		if (io_read_at(AT_FDCWD, path, comm, sizeof(comm), NULL) > 0 &&
		    strcmp(comm, WORKLOAD "\n") == 0)
			return (pid_t)pid;
	}
}

static bool ended(const struct bench *b)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)b->supervisor, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == b->supervisor;
}

/* Count while a workload is there, over all of the supervisor's trials. */
static void count_trials(struct bench *b)
{
	while (!ended(b)) {
		int64_t from;

		if (!find_workload(b)) {
			nap(LOOK_EVERY);
			continue;
		}
		nap(SETTLE_NS);
		from = clock_now();
		each(b, PERF_EVENT_IOC_ENABLE);
		while (find_workload(b))
			nap(LOOK_EVERY);
		each(b, PERF_EVENT_IOC_DISABLE);
		b->counted_ns += clock_now() - from;
	}
}

static pid_t start(const struct bench *b, char **argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		sched_setaffinity(0, sizeof(b->online), &b->online);
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static int choose_roles(struct bench *b, struct error *err)
{
	struct cpu_spec spec = {0};
	struct topology topology;

	if (topology_init(&topology, err) < 0 || roles_choose(&b->roles, &spec, &topology, err) < 0)
		return -1;
	b->online = topology.online;
	/* This program stays away from the work cores. */
	if (sched_setaffinity(0, sizeof(cpu_set_t), &b->roles.housekeeping) < 0)
		return error_host(err, errno, "cannot move to the housekeeping core");
	return 0;
}

static int run(struct bench *b, char **argv, struct error *err)
{
	int status;

	b->supervisor = start(b, argv);
	if (b->supervisor < 0)
		return error_host(err, errno, "cannot start %s", argv[0]);
	for (int i = 0; i < COUNTS; i++)
		if (open_count(b, &b->counts[i], err) < 0) {
			kill(b->supervisor, SIGTERM);
			waitpid(b->supervisor, &status, 0);
			return -1;
		}
	count_trials(b);
	waitpid(b->supervisor, &status, 0);
	/* 5: too few valid trials, on a machine that is busy with something else. */
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 5))
		return error_host(err, 0, "%s failed (status %#x)", argv[0], (unsigned)status);
	if (b->counted_ns < NS_PER_S)
		return error_host(err, 0, "no " WORKLOAD " was seen for a second");
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench b = {
	    .counts = {
		[SWITCHES] = {.event = "sched/sched_switch", .filter = "next_pid"},
		[CALLS] = {.event = "raw_syscalls/sys_enter", .filter = "common_pid"},
		[PSIMON] = {.event = "sched/sched_switch", .filter = "next_comm ~ \"psimon*\""},
		[WORKERS] = {.event = "sched/sched_switch", .filter = "next_comm ~ \"kworker*\""},
	    }};
	struct error err = ERROR_INIT;
	double s;

	if (argc < 2)
		error_host(&err, 0, "usage: bench_work_core POOLRIG ARGUMENT...");
	if (err.kind || mount_tracefs(&err) < 0 || choose_roles(&b, &err) < 0 ||
	    run(&b, argv + 1, &err) < 0)
		return could_not_measure(&err);
	s = (double)b.counted_ns / 1e9;
	printf("on the work cores while trials ran, %.1f s:\n", s);
	printf("  switches to the supervisor %lld, its system calls there %lld, to psimon %lld\n",
	       (long long)sum(&b.counts[SWITCHES]), (long long)sum(&b.counts[CALLS]),
	       (long long)sum(&b.counts[PSIMON]));
	printf("  switches to kernel workers, anyone's: %lld, %.1f a second\n",
	       (long long)sum(&b.counts[WORKERS]), (double)sum(&b.counts[WORKERS]) / s);
	goal_at_most(
	    "rig_on_work_core",
	    (double)(sum(&b.counts[SWITCHES]) + sum(&b.counts[CALLS]) + sum(&b.counts[PSIMON])),
	    "switches and calls", 0, "0");
	return 0;
}
