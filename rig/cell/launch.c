/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/cell/inside.h"
#include "rig/cell/reap.h"

#define BARRIER_LIMIT_MS 10000

static pid_t clone_process(uint64_t flags, int *pidfd, int cgroup_fd)
{
	struct clone_args args = {
	    .flags = flags | CLONE_PIDFD,
	    .pidfd = (uint64_t)(uintptr_t)pidfd,
	    .exit_signal = SIGCHLD,
	};

	if (cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup_fd;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static int start_init(struct launched *l, struct error *err)
{
	char *stack_end = l->page->init_stack + LAUNCH_INIT_STACK;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_host(err, errno, "cannot make the pipe of the cell's init");
	l->init_pipe = ends[1];
	l->page->init.read_end = ends[0];
	pid = clone(inside_init, stack_end, CLONE_VM | CLONE_PIDFD | CLONE_NEWPID | SIGCHLD,
		    &l->page->init, &l->init_pidfd);
	close(ends[0]);
	if (pid < 0)
		return error_host(err, errno, "cannot make a process in a new pid namespace%s",
				  inside_policy_hint(errno));
	return 0;
}

/* The command is cloned while the supervisor's *children* belong to the init's pid namespace; the
 * supervisor itself never leaves its own (setns(2), CLONE_NEWPID). */
static int start_command(struct launched *l, const struct inside *in, struct error *err)
{
	cleanup_fd int own_ns = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	uint64_t flags = CLONE_NEWNS | CLONE_NEWIPC;
	int failure;
	pid_t pid;

	if (own_ns < 0)
		return error_host(err, errno, "/proc/self/ns/pid: cannot open");
	if (setns(l->init_pidfd, CLONE_NEWPID) < 0)
		return error_host(err, errno, "cannot enter the cell's pid namespace");
	if (in->spec->net == NETNS_PRIVATE)
		flags |= CLONE_NEWNET;
	pid = clone_process(flags, &l->pidfd, cg_cell_v2_fd(in->spec->cell));
	if (pid == 0)
		inside_command(in);
	failure = errno;
	/* From here on it must be reaped, or its init would wait for that without end. */
	l->pid = pid < 0 ? 0 : pid;
	if (setns(own_ns, CLONE_NEWPID) < 0)
		return error_host(err, errno, "cannot come back from the cell's pid namespace");
	if (pid < 0)
		return error_host(err, failure, "%s: clone3 failed%s", in->spec->program,
				  inside_policy_hint(failure));
	return 0;
}

static void hold_namespaces(struct launched *l)
{
	static const char *const names[LAUNCH_NAMESPACES] = {"mnt", "net", "ipc"};
	char path[40];

	for (int i = 0; i < LAUNCH_NAMESPACES; i++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", l->pid, names[i]);
		l->namespaces[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

static int await_barrier(struct launched *l, const char *program, struct error *err)
{
	struct pollfd wait = {.fd = l->control, .events = POLLIN};
	struct inside_report report;
	int64_t until = clock_now() + BARRIER_LIMIT_MS * NS_PER_MS;
	ssize_t n;
	int ready;

	do {
		int64_t left = (until - clock_now()) / NS_PER_MS;

		ready = poll(&wait, 1, left > 0 ? (int)left : 0);
	} while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return error_host(err, ready < 0 ? errno : ETIMEDOUT,
				  "%s: did not reach its barrier", program);
	n = recv(l->control, &report, sizeof(report), 0);
	if (n != sizeof(report))
		return error_host(err, n < 0 ? errno : 0,
				  "%s: died before its barrier (killed, or out of memory: is the "
				  "cell's memory limit too small to start in?)",
				  program);
	if (!report.ready) {
		*err = report.error;
		return error_wrap(err, "%s: launch", program);
	}
	return 0;
}

/* An init that ended at its birth has taken the command with it: the reason is its own. */
static int launch_fail(struct launched *l, struct error *err)
{
	if (l->page && l->page->init.cannot_close)
		error_host(err, 0,
			   "the cell's init cannot close the rig's descriptors: close_range(2) "
			   "failed; it needs Linux 5.9, and a filter of system calls that lets it "
			   "through");
	launch_destroy(l, NULL);
	return -1;
}

int launch_prepare(struct launched *l, const struct launch_spec *spec, struct error *err)
{
	struct inside in = {.spec = spec, .control = -1};
	int ends[2];
	int ret;

	*l = LAUNCHED_INIT;
	l->page =
	    mmap(NULL, sizeof(*l->page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l->page == MAP_FAILED) {
		l->page = NULL;
		return error_host(err, errno, "cannot map a page to share with the command");
	}
	in.page = l->page;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		error_host(err, errno, "cannot make the barrier's socket");
		return launch_fail(l, err);
	}
	l->control = ends[0];
	in.control = ends[1];
	in.join_count = cg_cell_join_fds(spec->cell, in.join_fds, err);
	ret = in.join_count < 0 ? -1 : start_init(l, err);
	if (ret == 0)
		ret = start_command(l, &in, err);
	close(ends[1]);
	for (int i = 0; i < in.join_count; i++)
		close(in.join_fds[i]);
	if (ret == 0)
		ret = await_barrier(l, spec->program, err);
	if (ret < 0)
		return launch_fail(l, err);
	hold_namespaces(l);
	return 0;
}

int launch_go(struct launched *l, struct error *err)
{
	if (send(l->control, "g", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
		return error_host(err, errno, "the command died at its barrier");
	return 0;
}

int launch_destroy(struct launched *l, struct error *err)
{
	struct error second = ERROR_INIT;
	int ret = 0;

	own_close(&l->control);
	if (l->pid > 0 && !l->reaped)
		ret = reap_killed(l->pidfd, "the command", err);
	/* With the init ends whatever is left in its namespace. The end of its pipe would end it,
	 * too, but not where it is stopped. */
	own_close(&l->init_pipe);
	if (l->init_pidfd >= 0 && reap_killed(l->init_pidfd, "the cell's init", &second) < 0) {
		error_keep(err, &second);
		ret = -1;
	}
	own_close(&l->pidfd);
	own_close(&l->init_pidfd);
	for (int i = 0; i < LAUNCH_NAMESPACES; i++)
		own_close(&l->namespaces[i]);
	if (l->page)
		munmap(l->page, sizeof(*l->page));
	*l = LAUNCHED_INIT;
	return ret;
}
