/* SPDX-License-Identifier: GPL-3.0-or-later */
/* v1's notification of an OOM, which is an eventfd. */
#ifndef POOLRIG_CGROUPS_OOM_V1_H
#define POOLRIG_CGROUPS_OOM_V1_H

#include "cgroups/ops.h"

/* An eventfd (non-blocking, the caller's) to which the kernel adds 1 at each OOM of the group at
 * dirfd or of a group above it, and once when the group is removed (kernel:
 * Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control"; mm/memcontrol-v1.c,
 * mem_cgroup_oom_notify). Or -errno; *file is then what it failed at. */
int cg_v1_oom_eventfd(const struct cg_ops *ops, int dirfd, const char **file);

/* Take the count off: >= 0, or -errno. */
int cg_v1_oom_take(int fd);

/* Has the group a limit of memory, or of memory and swap? 1, 0, or -errno. */
int cg_v1_limited(int dirfd);

#endif
