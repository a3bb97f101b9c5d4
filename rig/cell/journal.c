/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "base/owner.h"
#include "cgroups/hierarchy.h"
#include "cgroups/subtree.h"

#define JOURNAL_SUFFIX ".journal"
#define JOURNAL_MAX    (1024 * 1024)
#define OWNER          "owner "

/* A child that is born has closed the journal long before its barrier's time is over, and settings
 * are written in less. */
#define LOCK_LIMIT_NS (10 * NS_PER_S)

/* What others could have made or changed is not believed. */
static int check_ours(int fd, const char *name, mode_t type, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_host(err, errno, "%s: cannot look at it", name);
	if ((st.st_mode & S_IFMT) == type && st.st_uid == geteuid() &&
	    !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	return error_host(err, 0,
			  "%s: not a %s that only root can write (user %u, mode %o), so not the "
			  "rig's; remove it by hand",
			  name, type == S_IFDIR ? "directory" : "regular file", st.st_uid,
			  (unsigned)st.st_mode);
}

static int open_dir(const char *dir, bool make, struct error *err)
{
	cleanup_fd int fd = -1;

	if (make && mkdir(dir, 0755) < 0 && errno != EEXIST)
		return error_host(err, errno, "%s: cannot make the journal's directory", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && !make && errno == ENOENT)
		return -1;
	if (fd < 0)
		return error_host(err, errno, "%s: cannot open the journal's directory", dir);
	return check_ours(fd, dir, S_IFDIR, err) < 0 ? -1 : steal_fd(&fd);
}

static int write_owner(struct journal *j, struct error *err)
{
	struct owner self;
	char line[OWNER_TEXT_SIZE + 16], text[OWNER_TEXT_SIZE];
	int len, ret;

	if (owner_self(&self, err) < 0)
		return -1;
	len = snprintf(line, sizeof(line), OWNER "%s\n", owner_text(&self, text));
	ret = io_write_all(j->fd, line, (size_t)len);
	return ret < 0 ? error_host(err, -ret, "%s: cannot write", j->name) : 0;
}

static int make_locked(struct journal *j, const char *dir, struct error *err)
{
	char link_path[40];

	j->dirfd = open_dir(dir, true, err);
	if (j->dirfd < 0)
		return -1;
	/* Locked before it has a name: no cleaner can take a live run's journal for a dead one's.
	 */
	j->fd = openat(j->dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (j->fd < 0)
		return error_host(err, errno, "%s: cannot make a journal", dir);
	if (flock(j->fd, LOCK_EX | LOCK_NB) < 0)
		return error_host(err, errno, "%s/%s: cannot lock", dir, j->name);
	if (write_owner(j, err) < 0)
		return -1;
	snprintf(link_path, sizeof(link_path), "/proc/self/fd/%d", j->fd);
	if (linkat(AT_FDCWD, link_path, j->dirfd, j->name, AT_SYMLINK_FOLLOW) < 0)
		return error_host(err, errno, "%s/%s: cannot name the journal", dir, j->name);
	return 0;
}

int journal_init(struct journal *j, const char *dir, const char *run_id, struct error *err)
{
	*j = JOURNAL_INIT;
	snprintf(j->name, sizeof(j->name), "%.60s" JOURNAL_SUFFIX, run_id);
	if (make_locked(j, dir, err) == 0)
		return 0;
	journal_destroy(j);
	return -1;
}

static int write_line(struct journal *j, const char *kind, const char *parent, const char *what,
		      struct error *err)
{
	char line[CG_PATH_MAX + 300];
	int len = snprintf(line, sizeof(line), "%s %s %s\n", kind, parent, what);
	int ret;

	if (strchr(parent, '\n') || strpbrk(what, " \n"))
		return error_input(err,
				   "group \"%s\" below \"%s\": a journal can't hold such a name",
				   what, parent);
	/* what could not be read again is not written */
	if (len >= (int)sizeof(line) ||
	    strlen(parent) >= sizeof(((struct journal_line *)0)->parent) ||
	    strlen(what) >= sizeof(((struct journal_line *)0)->name))
		return error_host(err, ENAMETOOLONG, "journal: %s %s", kind, what);
	ret = io_write_all(j->fd, line, (size_t)len);
	if (ret < 0)
		return error_host(err, -ret, JOURNAL_DIR "/%s: cannot write", j->name);
	return 0;
}

int journal_cgroup(struct journal *j, const char *parent, const char *name, struct error *err)
{
	return write_line(j, "cgroup", parent, name, err);
}

int journal_subtree(struct journal *j, const char *parent, uint32_t controllers, struct error *err)
{
	char list[100];

	return write_line(j, "subtree", parent,
			  cg_controllers_text(controllers, list, sizeof(list)), err);
}

int journal_hierarchy(struct journal *j, const struct cg_hierarchy *h, struct error *err)
{
	char name[120];

	return write_line(j, "hierarchy", h->mount, cg_hierarchy_name(h, name, sizeof(name)), err);
}

int journal_finish(struct journal *j, struct error *err)
{
	int ret = 0;

	if (j->fd >= 0 && unlinkat(j->dirfd, j->name, 0) < 0 && errno != ENOENT)
		ret = error_host(err, errno, JOURNAL_DIR "/%s: cannot remove", j->name);
	journal_destroy(j);
	return ret;
}

void journal_destroy(struct journal *j)
{
	own_close(&j->fd);
	own_close(&j->dirfd);
}

/* The kind ends at the first space and the last word begins behind the last one: what is between
 * them, a path, may have spaces of its own. */
static int parse_line(char *text, struct journal_line *line)
{
	char *parent = strchr(text, ' '), *what = strrchr(text, ' ');

	if (!parent || what == parent || what - parent > (ptrdiff_t)sizeof(line->parent) ||
	    strlen(what) > sizeof(line->name))
		return -1;
	snprintf(line->parent, sizeof(line->parent), "%.*s", (int)(what - parent - 1), parent + 1);
	snprintf(line->name, sizeof(line->name), "%s", what + 1);
	if (line->parent[0] != '/')
		return -1;
	if (strncmp(text, "cgroup ", 7) == 0)
		return strncmp(line->name, "poolrig-", 8) == 0 && !strchr(line->name, '/') ? 0 : -1;
	line->is_hierarchy = strncmp(text, "hierarchy ", 10) == 0;
	if (line->is_hierarchy)
		return strchr(line->name, ':') ? 0 : -1;
	line->controllers = cg_controllers_parse(line->name);
	return strncmp(text, "subtree ", 8) == 0 && line->controllers ? 0 : -1;
}

/* 0: all undone; 1: some can't be undone yet; -1. */
static int undo_lines(const char *file, char *text, journal_undo fn, void *arg, struct error *err)
{
	int number = 0, ret = 0;
	char *at;

	while ((at = strsep(&text, "\n"))) {
		struct error here = ERROR_INIT;
		struct journal_line line = {0};
		int rc;

		number++;
		if (!*at || (number == 1 && strncmp(at, OWNER, strlen(OWNER)) == 0))
			continue;
		if (parse_line(at, &line) < 0)
			rc = error_host(
			    &here, 0,
			    "\"%.200s\": not a journal line; remove the file by hand once nothing "
			    "of that run is left",
			    at);
		else
			rc = fn(&line, arg, &here);
		if (rc < 0)
			error_prefix(&here, "%s:%d:", file, number);
		/* One thing that can't be undone must not shield the others. */
		if (rc < 0)
			error_keep(err, &here);
		if (rc && ret >= 0)
			ret = rc;
	}
	return ret;
}

/* One pass over the journals. */
struct recovery {
	int dirfd;
	journal_undo fn;
	void *arg;
	int64_t until; /* for what holds the locks of all dead runs together */
};

/* Take a lock that is about to be free. */
static int outwait(int fd, int64_t until)
{
	struct timespec pause = ns_timespec(NS_PER_MS);
	int ret;

	while ((ret = flock(fd, LOCK_EX | LOCK_NB)) < 0 && errno == EWOULDBLOCK &&
	       clock_now() < until)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	return ret;
}

/* Returns 0, or -1 with errno; EWOULDBLOCK: the run lives, as far as can be seen from here. */
static int lock_dead(int fd, int64_t until)
{
	struct owner owner;
	char line[OWNER_TEXT_SIZE];

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -1;
	if (io_pread(fd, line, sizeof(line)) > 0 && strncmp(line, OWNER, strlen(OWNER)) == 0 &&
	    owner_parse(line + strlen(OWNER), &owner) == 0 && owner_life(&owner) == OWNER_DEAD)
		return outwait(fd, until); /* its orphans have the lock until they have ended */
	errno = EWOULDBLOCK;
	return -1;
}

/* Whatever has the name of a journal: to open a FIFO or a device must not block. A descriptor; or
 * -1, without an error where there is nothing any more. */
static int open_found(int dirfd, const char *file, struct error *err)
{
	cleanup_fd int fd =
	    openat(dirfd, file, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && errno == ENOENT)
		return -1;
	if (fd < 0)
		return error_host(err, errno, "%s: cannot open%s", file,
				  errno == ELOOP || errno == EISDIR || errno == ENXIO
				      ? ", for it is no regular file, so not the rig's; remove it "
					"by hand"
				      : "");
	return check_ours(fd, file, S_IFREG, err) < 0 ? -1 : steal_fd(&fd);
}

/* Its run came to its end by itself, and with it the lock was free. */
static bool is_finished(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink == 0;
}

/* 1: undone and removed; 0: belongs to a live run, or waits for one; -1: something is left. */
static int recover_one(const struct recovery *r, const char *file, struct error *err)
{
	cleanup_fd int fd = open_found(r->dirfd, file, err);
	cleanup_free char *text = NULL;
	ssize_t len;
	int ret;

	if (fd < 0)
		return err->kind == ERROR_NONE ? 0 : -1;
	if (lock_dead(fd, r->until) < 0)
		return errno == EWOULDBLOCK ? 0 : error_host(err, errno, "%s: cannot lock", file);
	if (is_finished(fd))
		return 0;
	len = io_slurp(fd, file, JOURNAL_MAX, &text, err);
	if (len < 0)
		return -1;
	/* What stands behind a NUL must not be taken for not there. */
	for (char *nul = text; (nul = memchr(nul, '\0', (size_t)(text + len - nul)));)
		*nul = '?';
	ret = undo_lines(file, text, r->fn, r->arg, err);
	if (ret)
		return ret < 0 ? -1 : 0;
	if (unlinkat(r->dirfd, file, 0) < 0 && errno != ENOENT)
		return error_host(err, errno, "%s: cannot remove", file);
	return 1;
}

static int recover_all(struct recovery *r, const char *dir, DIR *d, struct error *err)
{
	struct dirent *entry;
	int undone = 0;

	r->dirfd = dirfd(d);
	while ((errno = 0, entry = readdir(d))) {
		const char *dot = strrchr(entry->d_name, '.');
		struct error here = ERROR_INIT;
		int ret;

		if (!dot || strcmp(dot, JOURNAL_SUFFIX) != 0)
			continue;
		ret = recover_one(r, entry->d_name, &here);
		if (ret < 0)
			error_keep(err, &here);
		else
			undone += ret;
	}
	if (errno)
		error_host(err, errno, "%s: cannot list", dir);
	return undone;
}

int journal_recover(const char *dir, journal_undo fn, void *arg, struct error *err)
{
	struct recovery r = {.fn = fn, .arg = arg, .until = clock_now() + LOCK_LIMIT_NS};
	struct error first = ERROR_INIT;
	cleanup_fd int fd = open_dir(dir, false, &first);
	cleanup_dir DIR *d = NULL;
	int undone = 0;

	if (fd < 0 && first.kind == ERROR_NONE)
		return 0; /* no directory: no run ever made one since boot */
	d = fd >= 0 ? fdopendir(fd) : NULL;
	if (d) {
		steal_fd(&fd);
		undone = recover_all(&r, dir, d, &first);
	} else if (fd >= 0) {
		error_host(&first, errno, "%s: cannot list", dir);
	}
	if (first.kind == ERROR_NONE)
		return undone;
	*err = first;
	return -1;
}

int journal_lock_settings(const char *dir, struct error *err)
{
	cleanup_fd int fd = open_dir(dir, true, err);

	if (fd < 0)
		return -1;
	/* Held for a few writes to cgroup files at a time. */
	if (outwait(fd, clock_now() + LOCK_LIMIT_NS) < 0)
		return errno == EWOULDBLOCK
			   ? error_host(
				 err, 0,
				 "%s: another rig has held its lock for 10 s; if one is "
				 "stopped (`ps -C poolrig -o pid,stat,args`), continue or end "
				 "it",
				 dir)
			   : error_host(err, errno, "%s: cannot lock", dir);
	return steal_fd(&fd);
}
