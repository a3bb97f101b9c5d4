/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool/queue/relax.h for the checker: a thread that spins waits for a change. */
#ifndef POOLRIG_POOL_QUEUE_RELAX_H
#define POOLRIG_POOL_QUEUE_RELAX_H

#include "tests/model/model.h"

static inline void pool_cpu_relax(void)
{
	model_relax();
}

#endif
