/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cgroup tree of plain directories, with the kernel's manners as far as the library leans on
 * them, and faults on demand. Everything is below one temporary directory, which fake_down removes.
 */
#ifndef POOLRIG_TESTS_CG_FAKE_H
#define POOLRIG_TESTS_CG_FAKE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"
#include "cgroups/cell.h"
#include "cgroups/lib.h"
#include "cgroups/ops.h"
#include "cgroups/walk.h"

#define FAKE_UNLIMITED "9223372036854771712"

struct fake {
	struct cg_ops ops; /* first, so that an ops pointer is a fake pointer */
	char dir[64];
	struct cg_tree tree;
	/* Faults: */
	int fail_make_at; /* the n-th mkdir (from 1) fails */
	int fail_make_errno;
	const char *refuse_file; /* a write to it fails */
	int refuse_errno;
	const char *twist_file; /* a write to it leaves another value */
	const char *twist_value;
	long immortal; /* a pid that SIGKILL does not end */
	int ignored;   /* so many SIGKILLs come to nothing */
	/* What was done: */
	int makes, kills;
	char written[32][96]; /* "FILE VALUE", in order */
	int writes;
};

static inline void fake_put(int dirfd, const char *file, const char *text)
{
	cleanup_fd int fd = openat(dirfd, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || io_write_all(fd, text, strlen(text)) < 0)
		abort();
}

static inline const char *fake_get(int dirfd, const char *file, char buf[4096])
{
	if (io_read_at(dirfd, file, buf, 4096, NULL) < 0)
		return NULL;
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

/* Which hierarchy a directory is in, by its path. */
static inline bool fake_in(int dirfd, const char *hierarchy)
{
	char link[64], path[512], part[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	n = readlink(link, path, sizeof(path) - 2);
	if (n < 0)
		abort();
	memcpy(path + n, "/", 2);
	snprintf(part, sizeof(part), "/%s/", hierarchy);
	return strstr(path, part) != NULL;
}

struct fake_file {
	const char *hierarchy, *name, *content;
};

/* The content of a new group. "v2" files of a controller are only there with `full`. */
static const struct fake_file fake_files[] = {
    {"unified", "cgroup.events", "populated 0\nfrozen 0\n"},
    {"unified", "cgroup.kill", ""},
    {"unified", "cgroup.freeze", "0\n"},
    {"unified", "cgroup.controllers", "cpuset cpu memory pids\n"},
    {"unified", "cgroup.subtree_control", "\n"},
    {"unified", "cpuset.cpus", "\n"},
    {"unified", "cpuset.cpus.effective", "0-3\n"},
    {"unified", "cpuset.cpus.partition", "member\n"},
    {"unified", "memory.max", "max\n"},
    {"unified", "memory.high", "max\n"},
    {"unified", "memory.swap.max", "max\n"},
    {"unified", "pids.max", "max\n"},
    {"unified", "cpu.max", "max 100000\n"},
    {"unified", "cpu.weight", "100\n"},
    {"unified", "memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n"},
    {"unified", "memory.events.local", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"},
    {"cpuset", "cpuset.cpus", "\n"},
    {"cpuset", "cpuset.mems", "\n"},
    {"cpuset", "cgroup.clone_children", "0\n"},
    {"memory", "memory.limit_in_bytes", FAKE_UNLIMITED "\n"},
    {"memory", "memory.memsw.limit_in_bytes", FAKE_UNLIMITED "\n"},
    {"memory", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n"},
    {"memory", "cgroup.event_control", ""},
    {"cpu", "cpu.shares", "1024\n"},
    {"cpu", "cpu.cfs_quota_us", "-1\n"},
    {"cpu", "cpu.cfs_period_us", "100000\n"},
    {"pids", "pids.max", "max\n"},
    {"freezer", "freezer.state", "THAWED\n"},
};

static inline void fake_fill(int dirfd)
{
	fake_put(dirfd, "cgroup.procs", "");
	for (size_t i = 0; i < ARRAY_SIZE(fake_files); i++)
		if (fake_in(dirfd, fake_files[i].hierarchy))
			fake_put(dirfd, fake_files[i].name, fake_files[i].content);
}

static inline int fake_make(const struct cg_ops *ops, int dirfd, const char *name)
{
	struct fake *f = (struct fake *)(uintptr_t)ops;
	cleanup_fd int fd = -1;

	if (++f->makes == f->fail_make_at)
		return -f->fail_make_errno;
	if (mkdirat(dirfd, name, 0755) < 0)
		return -errno;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fake_fill(fd);
	return 0;
}

static inline int fake_has_child(void *context, int dirfd, int parentfd, const char *name)
{
	(void)context, (void)dirfd, (void)parentfd, (void)name;
	return 1;
}

/* The kernel's files go with their directory. */
static inline int fake_remove(const struct cg_ops *ops, int dirfd, const char *name)
{
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char procs[4096];

	(void)ops;
	if (fd < 0)
		return -errno;
	if (cg_walk(fd, fake_has_child, NULL) || (fake_get(fd, "cgroup.procs", procs) && *procs))
		return -EBUSY;
	unlinkat(fd, "cgroup.procs", 0);
	for (size_t i = 0; i < ARRAY_SIZE(fake_files); i++)
		unlinkat(fd, fake_files[i].name, 0);
	return unlinkat(dirfd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static inline uint64_t fake_number(int dirfd, const char *file)
{
	char text[4096];

	return fake_get(dirfd, file, text) ? strtoull(text, NULL, 10) : 0;
}

/* memory <= memory + swap, in whole pages, as v1 has it. */
static inline int fake_write_limit(int dirfd, const char *file, const char *text)
{
	uint64_t limit = fake_number(dirfd, "memory.limit_in_bytes");
	uint64_t both = fake_number(dirfd, "memory.memsw.limit_in_bytes");
	uint64_t n = *text == '-' ? strtoull(FAKE_UNLIMITED, NULL, 10) : strtoull(text, NULL, 10);
	bool memory = strcmp(file, "memory.limit_in_bytes") == 0;
	char rounded[32];

	n = n / 4096 * 4096;
	if (memory ? n > both : n < limit)
		return -EINVAL;
	snprintf(rounded, sizeof(rounded), "%" PRIu64 "\n", n);
	fake_put(dirfd, file, rounded);
	return 0;
}

static inline void fake_append(int dirfd, const char *file, const char *text)
{
	char all[4096] = "", joined[4200];

	io_read_at(dirfd, file, all, sizeof(all), NULL);
	snprintf(joined, sizeof(joined), "%s%s\n", all, text);
	fake_put(dirfd, file, joined);
}

static inline int fake_end_all(void *context, int dirfd, int parentfd, const char *name)
{
	struct fake *f = context;
	char pid[32];

	(void)parentfd, (void)name;
	snprintf(pid, sizeof(pid), "%ld\n", f->immortal);
	fake_put(dirfd, "cgroup.procs", f->immortal ? pid : "");
	return 0;
}

static inline int fake_write(const struct cg_ops *ops, int dirfd, const char *file,
			     const char *text)
{
	struct fake *f = (struct fake *)(uintptr_t)ops;

	if (f->writes < (int)ARRAY_SIZE(f->written))
		snprintf(f->written[f->writes++], sizeof(f->written[0]), "%s %s", file, text);
	if (f->refuse_file && strstr(f->refuse_file, file))
		return -f->refuse_errno;
	if (faccessat(dirfd, file, F_OK, 0) < 0)
		return -ENOENT;
	if (f->twist_file && strcmp(file, f->twist_file) == 0)
		text = f->twist_value;
	if (strcmp(file, "cgroup.procs") == 0)
		fake_append(dirfd, file, text);
	else if (strcmp(file, "cgroup.subtree_control") == 0)
		fake_append(dirfd, file, text + 1);
	else if (strncmp(file, "memory.", 7) == 0 && strstr(file, "limit_in_bytes"))
		return fake_write_limit(dirfd, file, text);
	else
		fake_put(dirfd, file, text);
	if (strcmp(file, "cgroup.kill") == 0) {
		cg_walk(dirfd, fake_end_all, f);
		fake_end_all(f, dirfd, -1, "");
	}
	if (strcmp(file, "cpuset.cpus") == 0 && fake_in(dirfd, "unified"))
		fake_put(dirfd, "cpuset.cpus.effective", text);
	return 0;
}

struct fake_end {
	struct fake *f;
	long pid;
};

static inline int fake_end_one(void *context, int dirfd, int parentfd, const char *name)
{
	struct fake_end *e = context;
	char all[4096] = "", kept[4096] = "", *end;

	(void)parentfd, (void)name;
	io_read_at(dirfd, "cgroup.procs", all, sizeof(all), NULL);
	for (char *at = all;; at = end) {
		long pid = strtol(at, &end, 10);
		size_t used = strlen(kept);

		if (end == at)
			break;
		if (pid != e->pid)
			snprintf(kept + used, sizeof(kept) - used, "%ld\n", pid);
	}
	fake_put(dirfd, "cgroup.procs", kept);
	return 0;
}

static inline int fake_kill(const struct cg_ops *ops, pid_t pid)
{
	struct fake *f = (struct fake *)(uintptr_t)ops;
	struct fake_end e = {.f = f, .pid = pid};

	f->kills++;
	if (pid == f->immortal || f->kills <= f->ignored)
		return 0;
	for (int i = 0; i < f->tree.count; i++)
		cg_walk(f->tree.hierarchies[i].rootfd, fake_end_one, &e);
	return 0;
}

static inline int fake_make_run(const struct cg_ops *ops, const struct cg_tree *tree,
				const char *name, struct error *err)
{
	for (int i = 0; i < tree->count; i++) {
		int rc = fake_make(ops, tree->hierarchies[i].rootfd, name);

		if (rc < 0 && rc != -EEXIST)
			return error_host(err, -rc, "%s", name);
	}
	return 0;
}

static inline void fake_mount(struct fake *f, struct cg_mount *m, const char *name,
			      uint32_t controllers)
{
	cleanup_fd int fd = -1;

	snprintf(m->path, sizeof(m->path), "%s/%s", f->dir, name);
	m->v2 = strcmp(name, "unified") == 0;
	m->controllers = controllers;
	if (mkdir(m->path, 0755) < 0)
		abort();
	fd = open(m->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fake_fill(fd);
	if (!m->v2 && strcmp(name, "cpuset") == 0) {
		fake_put(fd, "cpuset.cpus", "0-3\n");
		fake_put(fd, "cpuset.mems", "0\n");
	}
}

/* Mounts for a mode; v1's come first, to see that the v2 tree is put in front. */
static inline int fake_mounts(struct fake *f, enum cg_mode mode, struct cg_mount *m)
{
	int n = 0;

	if (mode != CG_MODE_V2) {
		fake_mount(f, &m[n++], "cpuset", 1u << CG_CPUSET);
		fake_mount(f, &m[n++], "cpu", 1u << CG_CPU | 1u << CG_CPUACCT);
		fake_mount(f, &m[n++], "memory", 1u << CG_MEMORY);
		fake_mount(f, &m[n++], "pids", 1u << CG_PIDS);
		fake_mount(f, &m[n++], "freezer", 1u << CG_FREEZER);
	}
	if (mode != CG_MODE_V1)
		fake_mount(f, &m[n++], "unified", 0);
	if (mode == CG_MODE_HYBRID) {
		cleanup_fd int fd = open(m[n - 1].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		fake_put(fd, "cgroup.controllers", "\n");
	}
	return n;
}

static inline void fake_ops(struct fake *f)
{
	*f = (struct fake){.ops = {.make_run = fake_make_run,
				   .make = fake_make,
				   .remove = fake_remove,
				   .write = fake_write,
				   .kill = fake_kill}};
	snprintf(f->dir, sizeof(f->dir), "/tmp/poolrig-fake-XXXXXX");
	if (!mkdtemp(f->dir))
		abort();
}

static inline void fake_up(struct fake *f, enum cg_mode mode)
{
	struct cg_mount mounts[CG_HIERARCHIES_MAX] = {0};
	struct error err = ERROR_INIT;
	int n;

	fake_ops(f);
	n = fake_mounts(f, mode, mounts);
	if (cg_tree_build(&f->tree, &f->ops, mounts, n, NULL, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

static inline int fake_unlink(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void fake_down(struct fake *f)
{
	cg_tree_destroy(&f->tree);
	nftw(f->dir, fake_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/* Is the group there? `rest` is relative to the hierarchy's mount. */
static inline bool fake_there(const struct fake *f, int i, const char *rest)
{
	return faccessat(f->tree.hierarchies[i].rootfd, rest, F_OK, 0) == 0;
}

#endif
