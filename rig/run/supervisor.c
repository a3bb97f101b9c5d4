/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/run/supervisor.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/trial/trial.h"

#define LAST_WORDS_S 5

int supervisor_settle(const cpu_set_t *housekeeping, struct error *err)
{
	static const int stop[] = TRIAL_STOP_SIGNALS;
	struct sigaction at_start;
	sigset_t taken_up, ignored;

	sigemptyset(&taken_up);
	sigemptyset(&ignored);
	/* The kernel drops an ignored one (of nohup, of a shell's job in the background) where it
	 * is not blocked. */
	for (size_t i = 0; i < ARRAY_SIZE(stop); i++) {
		if (sigaction(stop[i], NULL, &at_start) < 0)
			return error_host(err, errno, "cannot look at signal %d", stop[i]);
		sigaddset(at_start.sa_handler == SIG_IGN ? &ignored : &taken_up, stop[i]);
	}
	if (sigprocmask(SIG_BLOCK, &taken_up, NULL) < 0 ||
	    sigprocmask(SIG_UNBLOCK, &ignored, NULL) < 0)
		return error_host(err, errno, "cannot block signals");
	if (sched_setaffinity(0, sizeof(*housekeeping), housekeeping) < 0)
		return error_host(err, errno, "cannot move to the housekeeping core");
	return 0;
}

void supervisor_release(bool interrupted)
{
	static const int stop[] = TRIAL_STOP_SIGNALS;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(stop); i++)
		sigaddset(&set, stop[i]);
	if (interrupted) {
		alarm(LAST_WORDS_S);
		/* More that came meanwhile ask for what is done already. */
		while (sigtimedwait(&set, NULL, &(struct timespec){0}) > 0)
			;
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* The directory of this command. */
static int own_dir(char *dir, size_t size, struct error *err)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return error_host(err, errno, "/proc/self/exe: cannot read");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(dir, size, "%s", self);
	return 0;
}

/* Is it installed? Then `dir`, its bin/, is cut to what that is below. */
static bool cut_bin(char *dir)
{
	char *slash = strrchr(dir, '/');

	if (!slash || strcmp(slash, "/bin") != 0)
		return false;
	*slash = '\0';
	return true;
}

int supervisor_program_dir(char **dir, struct error *err)
{
	cleanup_free char *other = NULL;
	char self[PATH_MAX];

	if (own_dir(self, sizeof(self), err) < 0)
		return -1;
	*dir = strdup(self);
	if (cut_bin(self) && asprintf(&other, "%s/libexec/poolrig", self) >= 0 &&
	    access(other, X_OK) == 0) {
		free(*dir);
		*dir = steal_ptr(&other);
	}
	return *dir ? 0 : error_host(err, ENOMEM, "%s: no memory for its name", self);
}

int supervisor_files_dir(char *dir, size_t size, struct error *err)
{
	/* build/MODE in the tree that it was built from */
	static const char *const below[] = {"", "/../..", "/.."};
	char self[PATH_MAX], other[PATH_MAX + 64];

	if (own_dir(self, sizeof(self), err) < 0)
		return -1;
	if (cut_bin(self)) {
		snprintf(other, sizeof(other), "%s/share/poolrig/docs", self);
		if (access(other, X_OK) == 0) {
			snprintf(dir, size, "%s/share/poolrig", self);
			return 0;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		cleanup_free char *real = NULL;

		snprintf(other, sizeof(other), "%s%s/docs/experiment.md", self, below[i]);
		if (access(other, R_OK) < 0)
			continue;
		other[strlen(other) - strlen("/docs/experiment.md")] = '\0';
		real = realpath(other, NULL);
		snprintf(dir, size, "%s", real ? real : other);
		return 0;
	}
	return error_host(err, ENOENT, "docs/experiment.md near %s", self);
}
