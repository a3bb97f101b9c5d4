/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool_open() with another pthread_create(), so that its failure can be tested. */
#ifndef POOLRIG_POOL_OPEN_H
#define POOLRIG_POOL_OPEN_H

#include "pool/pool.h"
#include "pool/thread/thread_group.h"

struct pool *pool_open_with(const char *kind, const struct pool_options *options,
			    pool_thread_create_fn create, int *error);

#endif
