/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of pools: a row of functions each, in naive.c, fixed.c, elastic.c, stealing.c and
 * fibre_pool.c. */
#ifndef POOLRIG_POOL_KINDS_KINDS_H
#define POOLRIG_POOL_KINDS_KINDS_H

#include "pool/task/kind.h"

extern const struct pool_ops pool_naive, pool_fixed, pool_elastic, pool_stealing, pool_fibre;

/* The row of that name, or NULL. */
const struct pool_ops *pool_find_kind(const char *kind);

#endif
