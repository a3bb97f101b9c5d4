/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/raw_cell.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own.h"
#include "cgroups/counter_files.h"

#define NAME "poolrig-raw"

static void must(bool worked, const char *what)
{
	if (worked)
		return;
	perror(what);
	exit(1);
}

static int open_file(const struct raw_cell *raw, const struct raw_file *f, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), NAME "/%s", f->name);
	fd = openat(raw->run->fds[f->at], path, flags | O_CLOEXEC);
	must(fd >= 0, path);
	return fd;
}

static void write_file(const struct raw_cell *raw, const struct raw_file *f)
{
	int fd = open_file(raw, f, O_WRONLY);

	must(write(fd, f->text, strlen(f->text)) > 0, f->name);
	close(fd);
}

/* -- what a cell has ----------------------------------------------------------------------------
 */

static void add_write(struct raw_cell *raw, const struct cg_cell *cell, enum cg_controller c,
		      const char *v2, const char *v1)
{
	const struct cg_tree *tree = cell->run->tree;
	int at = tree->of_controller[c];
	const char *name = at < 0 ? NULL : tree->hierarchies[at].v2 ? v2 : v1;
	char text[128] = "";
	int fd;

	if (!name || cell->fds[at] < 0)
		return;
	fd = openat(cell->fds[at], name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	must(read(fd, text, sizeof(text) - 1) > 0, name);
	close(fd);
	text[strcspn(text, "\n")] = '\0';
	raw->writes[raw->writes_count++] =
	    (struct raw_file){.at = at, .name = name, .text = strdup(text)};
}

static int hierarchy_of(const struct cg_cell *cell, const struct cg_file_row *row)
{
	int dirfd = cg_file_dirfd(cell, row);

	for (int i = 0; i < cell->run->tree->count; i++)
		if (cell->fds[i] == dirfd)
			return i;
	return -1;
}

void raw_cell_like(struct raw_cell *raw, const struct cg_cell *cell, const struct cg_counters *c)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);

	raw->run = cell->run;
	add_write(raw, cell, CG_CPUSET, "cpuset.cpus", "cpuset.cpus");
	add_write(raw, cell, CG_MEMORY, "memory.max", "memory.limit_in_bytes");
	add_write(raw, cell, CG_MEMORY, "memory.swap.max", "memory.memsw.limit_in_bytes");
	add_write(raw, cell, CG_PIDS, "pids.max", "pids.max");
	for (size_t i = 0; i < n; i++)
		if (c->fds[i] >= 0)
			raw->reads[raw->reads_count++] = (struct raw_file){
			    .at = hierarchy_of(cell, &rows[i]), .name = rows[i].name};
}

/* -- in the child -------------------------------------------------------------------------------
 */

static void join(const struct raw_cell *raw)
{
	for (int i = 0; i < raw->run->tree->count; i++)
		if (raw->run->fds[i] >= 0 && !raw->run->tree->hierarchies[i].v2)
			write_file(raw, &(struct raw_file){i, "cgroup.procs", "0"});
}

static void own_mounts(void)
{
	static const char *const settings[] = {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
					       "/proc/bus"};
	struct mount_attr readonly = {.attr_set = MOUNT_ATTR_RDONLY};

	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "/");
	must(mount("poolrig", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=50%") == 0,
	     "/tmp");
	must(mount("poolrig", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=50%") == 0,
	     "/dev/shm");
	must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0, "/proc");
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (mount(settings[i], settings[i], NULL, MS_BIND | MS_REC, NULL) < 0 &&
		    errno == ENOENT)
			continue; /* this kernel has none */
		must(mount_setattr(AT_FDCWD, settings[i], AT_RECURSIVE, &readonly,
				   sizeof(readonly)) == 0,
		     settings[i]);
	}
	must(mount_setattr(AT_FDCWD, "/sys", AT_RECURSIVE, &readonly, sizeof(readonly)) == 0,
	     "/sys");
}

static void loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0, "lo");
	close(fd);
}

_Noreturn static void child(const struct raw_cell *raw, int ready, int go)
{
	static char *const argv[] = {"true", NULL}, *const env[] = {NULL};
	char byte = 0;

	join(raw);
	must(unshare(CLONE_NEWCGROUP) == 0, "cgroup namespace");
	must(sched_setaffinity(0, sizeof(raw->cpus), &raw->cpus) == 0, "affinity");
	own_mounts();
	loopback_up();
	must(write(ready, &byte, 1) == 1 && read(go, &byte, 1) == 1, "barrier");
	execve("/bin/true", argv, env);
	_exit(127);
}

/* -- in the parent ------------------------------------------------------------------------------
 */

static void ended(const struct raw_cell *raw, enum trial_stage stage)
{
	if (raw->stage)
		raw->stage(stage, 0, raw->arg);
}

static int make(const struct raw_cell *raw)
{
	for (int i = 0; i < raw->run->tree->count; i++)
		if (raw->run->fds[i] >= 0)
			must(mkdirat(raw->run->fds[i], NAME, 0755) == 0, NAME);
	for (int i = 0; i < raw->writes_count; i++)
		write_file(raw, &raw->writes[i]);
	return openat(raw->run->fds[0], NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static pid_t bear(const struct raw_cell *raw, int group, int *go)
{
	struct clone_args args = {
	    .flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET,
	    .exit_signal = SIGCHLD,
	};
	int up[2], down[2];
	char byte;
	pid_t pid;

	if (raw->run->tree->hierarchies[0].v2) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)group;
	}
	must(pipe2(up, O_CLOEXEC) == 0 && pipe2(down, O_CLOEXEC) == 0, "pipe");
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		child(raw, up[1], down[0]);
	must(pid > 0, "clone3");
	close(up[1]);
	close(down[0]);
	must(read(up[0], &byte, 1) == 1, "barrier");
	close(up[0]);
	*go = down[1];
	return pid;
}

static void read_all(const struct raw_cell *raw, const int *fds)
{
	char text[8192];

	for (int i = 0; i < raw->reads_count; i++)
		must(pread(fds[i], text, sizeof(text), 0) > 0, raw->reads[i].name);
}

static void empty(const struct raw_cell *raw)
{
	if (raw->run->tree->hierarchies[0].v2)
		write_file(raw, &(struct raw_file){0, "cgroup.kill", "1"});
}

void raw_cell_run(const struct raw_cell *raw)
{
	int fds[CG_COUNTER_FILES_MAX], status, go, group = make(raw);
	struct rusage usage;
	pid_t pid;

	ended(raw, TRIAL_STAGE_MAKE);
	pid = bear(raw, group, &go);
	ended(raw, TRIAL_STAGE_BIRTH);
	for (int i = 0; i < raw->reads_count; i++)
		fds[i] = open_file(raw, &raw->reads[i], O_RDONLY);
	read_all(raw, fds);
	ended(raw, TRIAL_STAGE_OPEN);
	must(write(go, "g", 1) == 1, "barrier");
	must(wait4(pid, &status, 0, &usage) == pid && status == 0, "wait4");
	ended(raw, TRIAL_STAGE_RUN);
	empty(raw);
	ended(raw, TRIAL_STAGE_EMPTY);
	read_all(raw, fds);
	ended(raw, TRIAL_STAGE_CONCLUDE);
	for (int i = 0; i < raw->reads_count; i++)
		close(fds[i]);
	close(go);
	close(group);
	for (int i = 0; i < raw->run->tree->count; i++)
		if (raw->run->fds[i] >= 0)
			must(unlinkat(raw->run->fds[i], NAME, AT_REMOVEDIR) == 0, NAME);
	ended(raw, TRIAL_STAGE_REMOVE);
}
