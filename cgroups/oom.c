/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * v2 (kernel: mm/memcontrol.c, mem_cgroup_oom): the group whose limit was reached, and whose
 * reclaim failed, counts `oom` in its own memory.events.local; the group of the victim counts
 * `oom_kill`. So `oom` that grew names the limit, and where it grew nowhere on the way up, no limit
 * was the cause and the host itself ran out.
 *
 * v1 has no such count. Its failcnt is none: it grows by reclaim that succeeds, too, and where a
 * group may not swap, the limit of memory + swap is the one that is reached, whose failcnt stays 0
 * since Linux 6.15 (mm/page_counter.c, track_failcnt). But the eventfd of a group counts each OOM
 * of that group and of those above it, so the OOMs of a group are its count less that of the next
 * one above it. A group without a limit cannot be where an OOM comes from, so only those with one
 * are listened to.
 */
#include "cgroups/oom.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/counter.h"
#include "base/io.h"
#include "base/own.h"
#include "cgroups/counter_files.h"
#include "cgroups/oom_v1.h"

#define DEPTH_MAX 16
#define UNKNOWN   INT64_C(-1)

static int64_t read_oom(int fd)
{
	static const struct cg_field oom = CG_FIELD("oom", CG_MEMORY_EVENT_OOM, 1);
	struct cg_reading r = {.known = 0};
	char text[512];

	if (fd < 0 || io_pread(fd, text, sizeof(text)) < 0)
		return UNKNOWN;
	cg_parse_flat(text, &oom, 1, &r);
	return r.known ? r.value[CG_MEMORY_EVENT_OOM] : UNKNOWN;
}

static int hierarchy(const struct cg_cell *cell)
{
	return cell->run->tree->of_controller[CG_MEMORY];
}

static bool on_v2(const struct cg_cell *cell)
{
	return cell->run->tree->hierarchies[hierarchy(cell)].v2;
}

static int64_t kills(struct cg_counters *c)
{
	struct cg_reading r;

	cg_counters_read_one(c, CG_MEMORY_EVENT_OOM_KILL, &r);
	return r.known & (UINT64_C(1) << CG_MEMORY_EVENT_OOM_KILL)
		   ? r.value[CG_MEMORY_EVENT_OOM_KILL]
		   : UNKNOWN;
}

/* How often since the watch began. `before` is v2's count at that time; on v1 it is what was taken
 * off the eventfd so far, so that one may ask again. */
static int64_t since(int fd, int64_t *before, bool v2)
{
	int64_t n = v2 ? read_oom(fd) : fd < 0 ? UNKNOWN : cg_v1_oom_take(fd);
	uint64_t by;

	if (n < 0 || *before == UNKNOWN)
		return UNKNOWN;
	if (v2)
		return counter_grown((uint64_t)*before, (uint64_t)n, &by) ? (int64_t)by : UNKNOWN;
	*before += n;
	return *before;
}

/* A name that is too long keeps its end, by which groups differ. */
static void set_name(char *to, size_t size, const char *name)
{
	size_t len = strlen(name);

	if (len < size)
		memcpy(to, name, len + 1);
	else
		snprintf(to, size, "...%.*s", (int)size - 4, name + len - (size - 4));
}

static void add(struct cg_oom_watch *w, int fd, const char *name, bool v2)
{
	int i = w->depth++;

	w->fds[i] = fd < 0 ? -1 : fd;
	w->before[i] = fd < 0 ? UNKNOWN : v2 ? read_oom(fd) : 0;
	set_name(w->names[i], sizeof(w->names[i]), name);
}

static void add_ancestor(struct cg_oom_watch *w, const struct cg_ops *ops, int dirfd,
			 const char *name, bool v2)
{
	const char *file;
	int fd;

	if (!v2) {
		if (cg_v1_limited(dirfd) != 0)
			add(w, cg_v1_oom_eventfd(ops, dirfd, &file), name, v2);
		return;
	}
	fd = openat(dirfd, "memory.events.local", O_RDONLY | O_CLOEXEC);
	/* The true root has no limit and no such file; memory.events itself tells that a kernel
	 * (before 5.3) lacks it. */
	if (fd >= 0 || errno != ENOENT || faccessat(dirfd, "memory.events", F_OK, 0) == 0)
		add(w, fd, name, v2);
}

/* "/a/b" to "/a", "/a" to "/"; false at the root. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || !path[1])
		return false;
	slash[slash == path] = '\0';
	return true;
}

static int watch_ancestors(struct cg_oom_watch *w, const struct cg_cell *cell, bool v2,
			   struct error *err)
{
	const struct cg_run *run = cell->run;
	const struct cg_tree *tree = run->tree;
	cleanup_fd int fd = openat(run->fds[hierarchy(cell)], ".", O_RDONLY | O_CLOEXEC);
	char path[sizeof(tree->parent) + CG_NAME_MAX + 1];

	snprintf(path, sizeof(path), "%s/%s", tree->parent[1] ? tree->parent : "", run->name);
	for (;;) {
		int up;

		if (fd < 0)
			return error_host(err, errno, "%s: cannot open this group above the cell",
					  path);
		if (w->depth == DEPTH_MAX)
			return error_host(err, 0, "%s: more than %d groups above the cell", path,
					  DEPTH_MAX);
		add_ancestor(w, tree->ops, fd, path, v2);
		if (!go_up(path))
			return 0;
		up = openat(fd, "..", O_RDONLY | O_CLOEXEC);
		if (up >= 0)
			close(fd);
		fd = up;
	}
}

/* v2: of the cell and all below it, for a limit that the workload set in a group of its own making
 * is the cell's affair. */
static void watch_self(struct cg_oom_watch *w, const struct cg_cell *cell, struct cg_counters *c)
{
	const char *file;
	int fd;

	if (on_v2(cell)) {
		w->own_before = read_oom(cg_file_fd(c, "memory.events"));
		return;
	}
	fd = cg_v1_oom_eventfd(cell->run->tree->ops, cell->fds[hierarchy(cell)], &file);
	w->own_fd = fd < 0 ? -1 : fd;
	w->own_before = fd < 0 ? UNKNOWN : 0;
}

int cg_oom_watch_init(struct cg_oom_watch *w, const struct cg_cell *cell, struct cg_counters *c,
		      struct error *err)
{
	*w = (struct cg_oom_watch){
	    .cell = cell, .own_fd = -1, .own_before = UNKNOWN, .kills_before = UNKNOWN};
	if (hierarchy(cell) < 0 || cell->fds[hierarchy(cell)] < 0)
		return 0;
	/* From the bottom up: what a group above counts before all listen makes the cell's share
	 * too small, never the other way round. */
	watch_self(w, cell, c);
	if (watch_ancestors(w, cell, on_v2(cell), err) < 0) {
		cg_oom_watch_destroy(w);
		return -1;
	}
	w->kills_before = kills(c);
	return 0;
}

/* counts[0] is the cell, counts[i + 1] ancestor i. */
static enum cg_oom_origin judge(const struct cg_oom_watch *w, const int64_t *counts, bool v2,
				char *where, size_t size)
{
	bool sure = true;

	for (int i = 0; i <= w->depth; i++) {
		int64_t above = v2 || i == w->depth ? 0 : counts[i + 1];

		if (counts[i] == UNKNOWN || above == UNKNOWN) {
			sure = false;
		} else if (counts[i] > above && i == 0) {
			return CG_OOM_OWN_LIMIT;
		} else if (counts[i] > above) {
			snprintf(where, size, "%s", w->names[i - 1]);
			return sure ? CG_OOM_ANCESTOR_LIMIT : CG_OOM_UNKNOWN;
		}
	}
	return sure ? CG_OOM_HOST : CG_OOM_UNKNOWN;
}

enum cg_oom_origin cg_oom_origin(struct cg_oom_watch *w, struct cg_counters *c, char *where,
				 size_t size)
{
	int64_t counts[DEPTH_MAX + 1], now = kills(c);
	bool v2;

	if (size)
		where[0] = '\0';
	if (now == UNKNOWN || w->kills_before == UNKNOWN)
		return CG_OOM_UNREAD;
	if (now <= w->kills_before)
		return CG_OOM_NONE;
	v2 = on_v2(c->cell);
	counts[0] = since(v2 ? cg_file_fd(c, "memory.events") : w->own_fd, &w->own_before, v2);
	for (int i = 0; i < w->depth; i++)
		counts[i + 1] = since(w->fds[i], &w->before[i], v2);
	return judge(w, counts, v2, where, size);
}

void cg_oom_watch_destroy(struct cg_oom_watch *w)
{
	if (!w->cell)
		return;
	for (int i = 0; i < w->depth; i++)
		own_close(&w->fds[i]);
	own_close(&w->own_fd);
	w->depth = 0;
	w->cell = NULL;
}
