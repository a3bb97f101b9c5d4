/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/run/supervisor.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int supervisor_settle(const cpu_set_t *housekeeping, struct error *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return error_host(err, errno, "cannot block signals");
	if (sched_setaffinity(0, sizeof(*housekeeping), housekeeping) < 0)
		return error_host(err, errno, "cannot move to the housekeeping core");
	return 0;
}

int supervisor_program_dir(char *dir, size_t size, struct error *err)
{
	char self[PATH_MAX], other[PATH_MAX + 64];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		return error_host(err, errno, "/proc/self/exe: cannot read");
	self[n] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	snprintf(dir, size, "%s", self);
	slash = strrchr(self, '/');
	if (!slash || strcmp(slash, "/bin") != 0)
		return 0;
	*slash = '\0';
	snprintf(other, sizeof(other), "%s/libexec/poolrig", self);
	if (access(other, X_OK) == 0)
		snprintf(dir, size, "%s", other);
	return 0;
}
