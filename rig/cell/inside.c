/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"

#define CONTROL_FD 4 /* behind stdin, stdout, stderr and the protocol */

/* What the supervisor, or who called it, ignores or blocks is not the command's business. */
static void reset_signals(void)
{
	/* The kernel's own struct: glibc keeps 32 and 33 to itself, and its posix_spawn(3), by
	 * which make starts us, leaves them ignored. */
	static const struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask;
	} by_default = {.handler = SIG_DFL};
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++) /* fails for SIGKILL and SIGSTOP */
		syscall(SYS_rt_sigaction, sig, &by_default, NULL, sizeof(by_default.mask));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int inside_init(void *arg)
{
	struct launch_init *init = arg;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	char byte;

	/* None of these calls fails, but on a kernel on which the rig can't work: the init must not
	 * write to the errno that it shares with the supervisor. Orphans of the namespace become
	 * children of this process; ignoring SIGCHLD reaps them. */
	sigaction(SIGCHLD, &ignore, NULL);
	/* Ctrl-C in the supervisor's terminal is the supervisor's to handle. */
	setsid();
	dup2(init->read_end, 0);
	/* Its pipe's other end is among them: it would wait for itself. */
	if (close_range(1, UINT_MAX, 0) < 0) {
		init->cannot_close = true;
		_exit(1);
	}
	while (read(0, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

#define NO_BUDGET ", and a new group has no real-time budget; start the rig by chrt --other 0)"

/* kernel: kernel/sched/core.c. A real-time task may enter a group only where that has a real-time
 * budget (CONFIG_RT_GROUP_SCHED), and a deadline task can't have children. */
const char *inside_policy_hint(int errnum)
{
	static const struct {
		int policy, errnum;
		const char *hint;
	} known[] = {
	    {SCHED_FIFO, EINVAL, " (your scheduling policy is SCHED_FIFO" NO_BUDGET},
	    {SCHED_RR, EINVAL, " (your scheduling policy is SCHED_RR" NO_BUDGET},
	    {SCHED_DEADLINE, EAGAIN,
	     " (your scheduling policy is SCHED_DEADLINE, under which no process can have "
	     "children; start the rig by chrt --other 0)"},
	};
	int policy = sched_getscheduler(0);

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].policy == policy && known[i].errnum == errnum)
			return known[i].hint;
	return "";
}

static int join_groups(const struct inside *in, struct error *err)
{
	for (int i = 0; i < in->join_count; i++)
		if (write(in->join_fds[i], "0", 1) != 1)
			return error_host(err, errno, "cannot join a v1 group of the cell%s",
					  inside_policy_hint(errno));
	/* Only now: the namespace's root is the group of the process that makes it. */
	if (unshare(CLONE_NEWCGROUP) < 0)
		return error_host(err, errno, "cannot make a cgroup namespace");
	return 0;
}

/* Descriptors above are closed; those below stand where the command expects them. All are first
 * moved out of the way, so that none is overwritten before it was copied. */
static int arrange_fds(const struct inside *in, int *control, struct error *err)
{
	const struct launch_spec *spec = in->spec;
	int from[5] = {spec->stdin_fd, spec->stdout_fd, spec->stderr_fd, spec->protocol_fd,
		       in->control};

	for (size_t i = 0; i < ARRAY_SIZE(from); i++) {
		if (from[i] < 0)
			continue;
		from[i] = fcntl(from[i], F_DUPFD, CONTROL_FD + 1);
		if (from[i] < 0)
			return error_host(err, errno, "cannot move a descriptor");
	}
	for (size_t i = 0; i < ARRAY_SIZE(from); i++) {
		if (from[i] < 0)
			close((int)i);
		else if (dup2(from[i], (int)i) < 0)
			return error_host(err, errno, "cannot place a descriptor");
	}
	if (close_range(CONTROL_FD + 1, UINT_MAX, 0) < 0)
		return error_host(err, errno, "cannot close what is not meant for the cell");
	fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
	*control = CONTROL_FD;
	return 0;
}

static int prepare(const struct inside *in, int *control, struct error *err)
{
	const struct launch_spec *spec = in->spec;
	struct rlimit no_core = {0, 0};

	setsid();
	reset_signals();
	if (join_groups(in, err) < 0)
		return -1;
	if (spec->cpus && sched_setaffinity(0, sizeof(*spec->cpus), spec->cpus) < 0)
		return error_host(err, errno, "cannot run on the cell's cores");
	if (mounts_private(spec->cell->run->tree, spec->program, err) < 0)
		return -1;
	if (spec->net == NETNS_PRIVATE && netns_send(spec->loopback, err) < 0)
		return -1;
	setrlimit(RLIMIT_CORE, &no_core);
	umask(022);
	if (arrange_fds(in, control, err) < 0)
		return -1;
	return privileges_drop(spec->person, err);
}

_Noreturn void inside_command(const struct inside *in)
{
	struct inside_report report = {.ready = false, .error = ERROR_INIT};
	struct rusage usage;
	int control = in->control;
	char go;

	report.ready = prepare(in, &control, &report.error) == 0;
	unmap_libraries();
	if (send(control, &report, sizeof(report), MSG_NOSIGNAL) != sizeof(report) || !report.ready)
		_exit(126);
	/* The end of the file means that the supervisor is gone, or wants no run after all. */
	if (recv(control, &go, 1, 0) != 1)
		_exit(126);
	getrusage(RUSAGE_SELF, &usage);
	in->page->maxrss_before = usage.ru_maxrss;
	in->page->exec_at_ns = clock_now();
	execve(in->spec->program, in->spec->argv, in->spec->env);
	in->page->exec_errno = errno;
	_exit(127);
}
