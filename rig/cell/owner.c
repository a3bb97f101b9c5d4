/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* What follows the command's name, which may have spaces and brackets of its own, in
 * /proc/PID/stat: field 3 is the state, field 22 the start. */
#define STATE_AND_START                                                                            \
	") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu"

static int look(pid_t pid, char *state, unsigned long long *started, struct error *err)
{
	char path[40], text[1024];
	const char *name_end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (io_read_at(AT_FDCWD, path, text, sizeof(text), err) < 0)
		return -1;
	name_end = strrchr(text, ')');
	if (!name_end || sscanf(name_end, STATE_AND_START, state, started) != 2)
		return error_host(err, 0, "%s: \"%.100s\": not as proc(5) has it", path, text);
	return 0;
}

int owner_self(struct owner *o, struct error *err)
{
	char state;

	o->pid = getpid();
	return look(o->pid, &state, &o->started, err);
}

bool owner_alive(const struct owner *o)
{
	struct error err = ERROR_INIT;
	unsigned long long started;
	char state;

	if (look(o->pid, &state, &started, &err) < 0)
		return err.errnum != ENOENT && err.errnum != ESRCH;
	return started == o->started && state != 'Z' && state != 'X';
}
