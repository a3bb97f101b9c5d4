/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tasks that wait before a pool: the overload policy "drop_oldest".
 *
 * A submitter puts them to the pool in their order, as long as it takes them; and each of ours that
 * ends in the pool puts the next one. `inside` counts those of ours that will do so. Where there is
 * none, and the pool refuses nevertheless (a worker is between its task and the next, or others
 * fill the pool), the submitter tries again; after too many failed tries the oldest is dropped, so
 * that none waits for a worker that does not come.
 */
#ifndef POOLRIG_POOL_POLICY_DROP_OLDEST_H
#define POOLRIG_POOL_POLICY_DROP_OLDEST_H

#include "pool/policy/overload.h"

int pool_drop_oldest_check(const struct pool_overload_options *options);
enum pool_overload_outcome pool_drop_oldest_submit(struct pool_overload *o, struct pool_task *task,
						   enum pool_status *status);

#endif
