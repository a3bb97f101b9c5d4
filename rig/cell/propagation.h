/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether mounts made in one mount namespace are seen in others (Linux:
 * Documentation/filesystems/sharedsubtree.rst). */
#ifndef POOLRIG_RIG_CELL_PROPAGATION_H
#define POOLRIG_RIG_CELL_PROPAGATION_H

#include "base/error.h"

/*
 * Cut the caller's own, new mount namespace off from the one that it is a copy of: no mount made
 * from now on in either is seen in the other. Also where the root is a chroot's, which is no mount
 * point, and lies below mounts that have no path there. Needs CAP_SYS_ADMIN, and in a chroot
 * CAP_SYS_CHROOT; the caller shares its root and working directory with no other process. Both are as they were
 * when it returns 0; after an error (ERROR_HOST) they may not be, and the caller must end.
 */
int propagation_cut(struct error *err);

#endif
