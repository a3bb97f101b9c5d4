/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/clock.h"

#include "base/clock.h"

int64_t pool_clock_read_monotonic(const struct pool_clock *clock)
{
	(void)clock;
	return clock_now();
}
