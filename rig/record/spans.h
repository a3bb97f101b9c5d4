/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which time is covered by intervals that may not overlap. Neighbours are merged, so that what is
 * sent in its order takes no memory. */
#ifndef POOLRIG_RIG_RECORD_SPANS_H
#define POOLRIG_RIG_RECORD_SPANS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct span {
	int64_t from_ns, to_ns;
};

struct spans {
	struct span *list; /* owned: ascending, apart from each other */
	size_t count, size;
};

/* Add from_ns < to_ns. 0: it is added; 1: it overlaps with what is there, of which *with is one,
 * and nothing is added; -1: no memory. */
int spans_add(struct spans *spans, struct span add, struct span *with, struct error *err);
void spans_destroy(struct spans *spans); /* takes a zeroed struct */

#endif
