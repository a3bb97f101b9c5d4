/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"

/* What they hold is charged to the cell's memory, so its limit is theirs, too; this one only keeps
 * a cell without a memory limit from filling the host. */
#define TMPFS_OPTIONS "mode=1777,size=50%"

static const char *const private_dirs[] = {"/tmp", "/dev/shm"};

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

static bool is_hidden(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(private_dirs); i++)
		if (is_below(path, private_dirs[i]))
			return true;
	return false;
}

/* mkdir -p on our own fresh tmpfs. */
static int make_path(const char *path, struct error *err)
{
	char part[PATH_MAX];

	snprintf(part, sizeof(part), "%s", path);
	for (char *at = part + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return error_host(err, errno, "%s: cannot make in the private /tmp", part);
		*at = '/';
	}
	if (mkdir(part, 0755) < 0 && errno != EEXIST)
		return error_host(err, errno, "%s: cannot make in the private /tmp", part);
	return 0;
}

static int mount_tmpfs(const char *at, struct error *err)
{
	if (mount("poolrig", at, "tmpfs", MS_NOSUID | MS_NODEV, TMPFS_OPTIONS) < 0)
		return error_host(err, errno, "%s: cannot mount a private tmpfs", at);
	return 0;
}

static int protect_cgroups(const struct cg_tree *tree, struct error *err)
{
	struct mount_attr readonly = {.attr_set = MOUNT_ATTR_RDONLY};

	/* All of them stand below one mount on every usual host; then one call does it. */
	if (mount_setattr(AT_FDCWD, "/sys/fs/cgroup", AT_RECURSIVE, &readonly, sizeof(readonly)) <
		0 &&
	    errno != EINVAL && errno != ENOENT)
		return error_host(err, errno, "/sys/fs/cgroup: cannot make it read-only");
	for (int i = 0; i < tree->count; i++) {
		const char *at = tree->hierarchies[i].mount;

		if (is_below(at, "/sys/fs/cgroup") || strcmp(at, "/sys/fs/cgroup") == 0)
			continue;
		if (mount_setattr(AT_FDCWD, at, 0, &readonly, sizeof(readonly)) < 0)
			return error_host(err, errno, "%s: cannot make it read-only", at);
	}
	return 0;
}

#define KEEP_MAX 4

int mounts_private(const struct cg_tree *tree, const char *const *keep, size_t keep_count,
		   struct error *err)
{
	int trees[KEEP_MAX];
	char cwd[PATH_MAX];

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_host(err, errno, "cannot cut the mount namespace off from the host's");
	for (size_t i = 0; i < keep_count && i < KEEP_MAX; i++) {
		trees[i] = -1;
		if (!is_hidden(keep[i]))
			continue;
		trees[i] = open_tree(AT_FDCWD, keep[i],
				     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
		if (trees[i] < 0)
			return error_host(err, errno, "%s: cannot keep it visible", keep[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(private_dirs); i++)
		if (mount_tmpfs(private_dirs[i], err) < 0)
			return -1;
	for (size_t i = 0; i < keep_count && i < KEEP_MAX; i++) {
		if (trees[i] < 0)
			continue;
		if (make_path(keep[i], err) < 0)
			return -1;
		if (move_mount(trees[i], "", AT_FDCWD, keep[i], MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return error_host(err, errno, "%s: cannot keep it visible", keep[i]);
		close(trees[i]);
	}
	/* The working directory was entered before it was covered: enter what is visible there now.
	 */
	if (getcwd(cwd, sizeof(cwd)) && cwd[0] == '/' && is_hidden(cwd) && chdir(cwd) < 0)
		return error_host(err, errno, "%s: cannot enter it again", cwd);
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return error_host(err, errno, "/proc: cannot mount the cell's own");
	return protect_cgroups(tree, err);
}
