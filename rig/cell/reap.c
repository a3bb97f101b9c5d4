/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/reap.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* A tracer of the child is the first to wait for it: until it has, the pidfd is readable, and there
 * is nothing to take. */
static void await_end(int pidfd, int64_t left_ns)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	struct timespec left = ns_timespec(left_ns), pause = ns_timespec(NS_PER_MS);

	if (ppoll(&p, 1, &left, NULL) > 0)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

int reap(int pidfd, int64_t limit_ns, siginfo_t *info, struct rusage *usage, const char *what,
	 struct error *err)
{
	int64_t until = clock_now() + limit_ns, left_ns;
	siginfo_t unused;

	if (!info)
		info = &unused;
	for (;;) {
		info->si_pid = 0;
		if (syscall(SYS_waitid, P_PIDFD, pidfd, info, WEXITED | WNOHANG, usage) < 0) {
			if (errno != EINTR)
				return error_host(err, errno, "%s: cannot wait for its end", what);
		} else if (info->si_pid) {
			return 0;
		}
		left_ns = until - clock_now();
		if (left_ns <= 0)
			return error_host(err, ETIMEDOUT, "%s: its end was waited for for %.3g s",
					  what, (double)limit_ns / 1e9);
		await_end(pidfd, left_ns);
	}
}

int reap_killed(int pidfd, const char *what, struct error *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return error_host(err, errno, "%s: cannot kill it", what);
	return reap(pidfd, REAP_LIMIT_NS, NULL, NULL, what, err);
}
