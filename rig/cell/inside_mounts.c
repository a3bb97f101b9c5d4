/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"

/* What they hold is charged to the cell's memory, so its limit is theirs, too; this one only keeps
 * a cell without a memory limit from filling the host. */
#define TMPFS_OPTIONS "mode=1777,size=50%"

#define CUT "cannot cut the mount namespace off from the host's"

static const char *const private_dirs[] = {"/tmp", "/dev/shm"};

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

static bool is_same_or_below(const char *path, const char *dir)
{
	return strcmp(path, dir) == 0 || is_below(path, dir);
}

static bool is_hidden(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(private_dirs); i++)
		if (is_below(path, private_dirs[i]))
			return true;
	return false;
}

static bool is_private(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(private_dirs); i++)
		if (is_same_or_below(path, private_dirs[i]))
			return true;
	return false;
}

static int make_one(const char *path, bool file, struct error *err)
{
	cleanup_fd int fd = file ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;

	if (file ? fd < 0 : mkdir(path, 0755) < 0 && errno != EEXIST)
		return error_host(err, errno, "%s: cannot make in the private /tmp", path);
	return 0;
}

/* On our own fresh tmpfs: what a directory (mkdir -p) or a file is to be mounted on. */
static int make_path(const char *path, bool file, struct error *err)
{
	char part[PATH_MAX];

	snprintf(part, sizeof(part), "%s", path);
	for (char *at = part + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		if (make_one(part, false, err) < 0)
			return -1;
	}
	return make_one(path, file, err);
}

static int make_readonly(const char *path)
{
	struct mount_attr readonly = {.attr_set = MOUNT_ATTR_RDONLY};

	return mount_setattr(AT_FDCWD, path, AT_RECURSIVE, &readonly, sizeof(readonly));
}

/* Their owner is root and nothing else guards them: a command that runs as root could turn the
 * host's own screws, or leave its cgroup. */
static int protect_host(const struct cg_tree *tree, struct error *err)
{
	static const char *const settings[] = {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
					       "/proc/bus"};

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (mount(settings[i], settings[i], NULL, MS_BIND | MS_REC, NULL) < 0 &&
		    errno == ENOENT)
			continue; /* this kernel has none */
		if (make_readonly(settings[i]) < 0)
			return error_host(err, errno, "%s: cannot make it read-only", settings[i]);
	}
	if (make_readonly("/sys") < 0 && errno != EINVAL && errno != ENOENT)
		return error_host(err, errno, "/sys: cannot make it read-only");
	for (int i = 0; i < tree->count; i++)
		if (strncmp(tree->hierarchies[i].mount, "/sys/", 5) != 0 &&
		    make_readonly(tree->hierarchies[i].mount) < 0)
			return error_host(err, errno, "%s: cannot make it read-only",
					  tree->hierarchies[i].mount);
	return 0;
}

/* A file or directory that the private ones must not hide: held, and mounted again where it was. */
struct kept {
	char path[PATH_MAX];
	int fd; /* owned; -1: nothing hides it */
};

static int hold(struct kept *k, struct error *err)
{
	k->fd = -1;
	if (!is_hidden(k->path))
		return 0;
	k->fd = open_tree(AT_FDCWD, k->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	return k->fd < 0 ? error_host(err, errno, "%s: cannot keep it visible", k->path) : 0;
}

static int put_back(struct kept *k, struct error *err)
{
	struct stat st;
	int ret;

	if (k->fd < 0)
		return 0;
	if (make_path(k->path, fstat(k->fd, &st) == 0 && !S_ISDIR(st.st_mode), err) < 0)
		return -1;
	ret = move_mount(k->fd, "", AT_FDCWD, k->path, MOVE_MOUNT_F_EMPTY_PATH);
	own_close(&k->fd);
	return ret < 0 ? error_host(err, errno, "%s: cannot keep it visible", k->path) : 0;
}

/* A program often needs what stands beside it; all of /tmp, though, is never kept, by whatever name
 * ("/tmp/./program"). */
static void choose_program(struct kept *k, const char *program)
{
	cleanup_free char *real = NULL;
	char *slash;

	snprintf(k->path, sizeof(k->path), "%s", program);
	slash = strrchr(k->path, '/');
	*slash = '\0';
	real = realpath(k->path, NULL);
	if (real && is_private(real) && !is_hidden(real))
		*slash = '/';
}

/* Is the working directory its own parent: a root? 1, 0, or -1. */
static int at_a_root(void)
{
	struct stat here, above;

	if (stat(".", &here) < 0 || stat("..", &above) < 0)
		return -1;
	return here.st_dev == above.st_dev && here.st_ino == above.st_ino;
}

/* To the root of the namespace. ".." ends at the process's root, but only for who is below it; so
 * that is moved to a directory beside the way up. Any will do; this one every cell needs anyway. */
static int leave_root(void)
{
	int top;

	if (chdir("/") < 0 || chroot("/proc") < 0)
		return -1;
	while ((top = at_a_root()) == 0)
		if (chdir("..") < 0)
			return -1;
	return top < 0 ? -1 : 0;
}

/* The mounts that a chroot lies in have no path there, and propagation is a matter of whole mounts.
 */
static int cut_in_chroot(int root, int cwd, struct error *err)
{
	if (leave_root() < 0)
		return error_host(err, errno, CUT ": the way out of a chroot is barred");
	if (mount(NULL, ".", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_host(err, errno,
				  CUT
				  ": / is no mount point, and neither is what it lies in; "
				  "bind it onto itself (mount --bind DIR DIR) before the chroot");
	if (fchdir(root) < 0 || chroot(".") < 0 || fchdir(cwd) < 0)
		return error_host(err, errno, CUT ": cannot go back into the chroot");
	return 0;
}

/*
 * Cut the caller's own, new mount namespace off from the one that it is a copy of: no mount made
 * from now on in either is seen in the other (Linux: Documentation/filesystems/sharedsubtree.rst).
 * Also where the root is a chroot's, which is no mount point, and lies below mounts that have no
 * path there. Needs CAP_SYS_ADMIN, and in a chroot CAP_SYS_CHROOT; the caller shares its root and
 * working directory with no other process. Both are as they were when it returns 0; after an error
 * (ERROR_HOST) they may not be, and the caller must end.
 */
static int propagation_cut(struct error *err)
{
	cleanup_fd int root = -1, cwd = -1;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return 0;
	if (errno != EINVAL)
		return error_host(err, errno, CUT);
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || cwd < 0)
		return error_host(err, errno, CUT ": cannot hold on to root and working directory");
	return cut_in_chroot(root, cwd, err);
}

int mounts_private(const struct cg_tree *tree, const char *program, struct error *err)
{
	struct kept cwd, beside;

	/* "(unreachable)...": it was removed, or lies outside of the root. Nothing to keep then. */
	if (!getcwd(cwd.path, sizeof(cwd.path)) || cwd.path[0] != '/')
		cwd.path[0] = '\0';
	choose_program(&beside, program);
	if (propagation_cut(err) < 0)
		return -1;
	/* One in the other: both are seen as soon as the outer one is. */
	if (is_hidden(cwd.path) && is_same_or_below(beside.path, cwd.path))
		beside.path[0] = '\0';
	if (hold(&cwd, err) < 0 || hold(&beside, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(private_dirs); i++)
		if (mount("poolrig", private_dirs[i], "tmpfs", MS_NOSUID | MS_NODEV,
			  TMPFS_OPTIONS) < 0)
			return error_host(err, errno, "%s: cannot mount a private tmpfs",
					  private_dirs[i]);
	if (put_back(&cwd, err) < 0 || put_back(&beside, err) < 0)
		return -1;
	if (is_private(cwd.path) && chdir(cwd.path) < 0)
		return error_host(err, errno, "%s: cannot enter it again", cwd.path);
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return error_host(err, errno, "/proc: cannot mount the cell's own");
	return protect_host(tree, err);
}
