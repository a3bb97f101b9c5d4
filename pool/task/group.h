/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of tasks (pool.h), for task.c: which task of a group is submitted, and how it ends. */
#ifndef POOLRIG_POOL_TASK_GROUP_H
#define POOLRIG_POOL_TASK_GROUP_H

#include <stdbool.h>

#include "pool/pool.h"

/* A task is submitted: returns whether the group is open. It ends; or it was refused after all. */
bool pool_group_enter(struct pool_group *group);
void pool_group_leave(struct pool_group *group, enum pool_end end);
void pool_group_undo(struct pool_group *group);

#endif
