/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command inherits of its caller and keeps, though it decides how fast it runs and whether
 * it is killed: priorities and scheduling policy. Read of the command itself, at its barrier. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"
#include "rig/trial/state.h"

/* Each returns 0, or an errno. */

static int read_nice(pid_t pid, int *value)
{
	errno = 0;
	*value = getpriority(PRIO_PROCESS, (id_t)pid); /* -1 is one */
	return errno;
}

static int read_policy(pid_t pid, int *value)
{
	*value = sched_getscheduler(pid);
	return *value < 0 ? errno : 0;
}

static int read_realtime(pid_t pid, int *value)
{
	struct sched_param param;

	if (sched_getparam(pid, &param) < 0)
		return errno;
	*value = param.sched_priority;
	return 0;
}

static int read_ioprio(pid_t pid, int *value)
{
	*value = (int)syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, pid);
	return *value < 0 ? errno : 0;
}

static int read_io_class(pid_t pid, int *value)
{
	int rc = read_ioprio(pid, value);

	*value = IOPRIO_PRIO_CLASS(*value);
	return rc;
}

static int read_io_level(pid_t pid, int *value)
{
	int rc = read_ioprio(pid, value);

	*value = IOPRIO_PRIO_DATA(*value) & 7;
	return rc;
}

static int read_oom(pid_t pid, int *value)
{
	struct error err = ERROR_INIT;
	char path[40], text[32];

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	if (io_read_at(AT_FDCWD, path, text, sizeof(text), &err) < 0)
		return err.errnum;
	*value = atoi(text);
	return 0;
}

int trial_inherited(struct trial_record *r, pid_t pid, struct error *err)
{
	static const struct {
		const char *metric;
		int (*read)(pid_t pid, int *value);
	} rows[] = {
	    {"inherited.nice", read_nice},
	    {"inherited.scheduling_policy", read_policy},
	    {"inherited.realtime_priority", read_realtime},
	    {"inherited.io_class", read_io_class},
	    {"inherited.io_level", read_io_level},
	    {"inherited.oom_score_adj", read_oom},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int value = 0, rc = rows[i].read(pid, &value);

		if ((rc ? trial_metric_unknown(r, rows[i].metric, err, "%s", strerror(rc))
			: trial_metric(r, rows[i].metric, value, err)) < 0)
			return -1;
	}
	return 0;
}
