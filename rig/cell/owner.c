/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"

/* What follows the command's name, which may have spaces and brackets of its own, in
 * /proc/PID/stat: field 3 is the state, field 22 the start. */
#define STATE_AND_START                                                                            \
	") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu"

static int look(const char *process, pid_t *pid, char *state, unsigned long long *started,
		struct error *err)
{
	char path[40], text[1024];
	const char *name_end;

	snprintf(path, sizeof(path), "/proc/%s/stat", process);
	if (io_read_at(AT_FDCWD, path, text, sizeof(text), err) < 0)
		return -1;
	name_end = strrchr(text, ')');
	if (!name_end || sscanf(text, "%d", pid) != 1 ||
	    sscanf(name_end, STATE_AND_START, state, started) != 2)
		return error_host(err, 0, "%s: \"%.100s\": not as proc(5) has it", path, text);
	return 0;
}

static int look_at_namespace(unsigned long long *inode, struct error *err)
{
	static const char path[] = "/proc/self/ns/pid";
	struct stat st;

	if (stat(path, &st) < 0)
		return error_host(err, errno, "%s: cannot look at it", path);
	*inode = st.st_ino;
	return 0;
}

int owner_self(struct owner *o, struct error *err)
{
	char state;

	if (look_at_namespace(&o->pid_ns, err) < 0)
		return -1;
	/* Not by getpid(2): /proc may be that of a namespace outside, and has another pid then. */
	return look("self", &o->pid, &state, &o->started, err);
}

enum owner_life owner_life(const struct owner *o)
{
	struct error err = ERROR_INIT;
	unsigned long long started, here = 0;
	char state, process[16];
	pid_t pid;

	if (look_at_namespace(&here, NULL) < 0 || here != o->pid_ns)
		return OWNER_UNKNOWN;
	snprintf(process, sizeof(process), "%d", o->pid);
	if (look(process, &pid, &state, &started, &err) < 0)
		return err.errnum == ENOENT || err.errnum == ESRCH ? OWNER_DEAD : OWNER_UNKNOWN;
	return started == o->started && state != 'Z' && state != 'X' ? OWNER_ALIVE : OWNER_DEAD;
}
