/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/owner.h"

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

static int look_at_boot(char boot[sizeof(((struct owner *)0)->boot)], struct error *err)
{
	if (io_read_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot,
		       sizeof(((struct owner *)0)->boot), err) < 0)
		return -1;
	boot[strcspn(boot, "\n")] = '\0';
	return 0;
}

int owner_self(struct owner *o, struct error *err)
{
	char state;

	if (look_at_namespace(&o->pid_ns, err) < 0 || look_at_boot(o->boot, err) < 0)
		return -1;
	/* Not by getpid(2): /proc may be that of a namespace outside, and has another pid then. */
	return look("self", &o->pid, &state, &o->started, err);
}

const char *owner_text(const struct owner *o, char buf[OWNER_TEXT_SIZE])
{
	snprintf(buf, OWNER_TEXT_SIZE, "%d %llu %llu %s", o->pid, o->started, o->pid_ns, o->boot);
	return buf;
}

int owner_parse(const char *text, struct owner *o)
{
	*o = (struct owner){0};
	return sscanf(text, "%d %llu %llu %39s", &o->pid, &o->started, &o->pid_ns, o->boot) == 4
		   ? 0
		   : -1;
}

enum owner_life owner_life(const struct owner *o)
{
	struct error err = ERROR_INIT;
	unsigned long long started;
	char state, process[16];
	struct owner here = {0};
	pid_t pid;

	if (look_at_boot(here.boot, NULL) < 0)
		return OWNER_UNKNOWN;
	if (strcmp(here.boot, o->boot) != 0)
		return OWNER_DEAD;
	if (look_at_namespace(&here.pid_ns, NULL) < 0 || here.pid_ns != o->pid_ns)
		return OWNER_UNKNOWN;
	snprintf(process, sizeof(process), "%d", o->pid);
	if (look(process, &pid, &state, &started, &err) < 0)
		return err.errnum == ENOENT || err.errnum == ESRCH ? OWNER_DEAD : OWNER_UNKNOWN;
	return started == o->started && state != 'Z' && state != 'X' ? OWNER_ALIVE : OWNER_DEAD;
}
