/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"

#define WHAT "cannot cut the mount namespace off from the host's"

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
		return error_host(err, errno, WHAT ": the way out of a chroot is barred");
	if (mount(NULL, ".", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_host(err, errno,
				  WHAT
				  ": / is no mount point, and neither is what it lies in; "
				  "bind it onto itself (mount --bind DIR DIR) before the chroot");
	if (fchdir(root) < 0 || chroot(".") < 0 || fchdir(cwd) < 0)
		return error_host(err, errno, WHAT ": cannot go back into the chroot");
	return 0;
}

int propagation_cut(struct error *err)
{
	cleanup_fd int root = -1, cwd = -1;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return 0;
	if (errno != EINVAL)
		return error_host(err, errno, WHAT);
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || cwd < 0)
		return error_host(err, errno,
				  WHAT ": cannot hold on to root and working directory");
	return cut_in_chroot(root, cwd, err);
}
