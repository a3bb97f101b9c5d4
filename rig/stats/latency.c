/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/latency.h"

struct latency latency_of(const struct hdr *h, double scale)
{
	struct latency l = {.count = hdr_total(h)};

	if (l.count == 0)
		return l;
	l.mean = hdr_mean(h) * scale;
	l.p50 = (double)hdr_quantile(h, 0.5) * scale;
	l.p90 = (double)hdr_quantile(h, 0.9) * scale;
	l.p99 = (double)hdr_quantile(h, 0.99) * scale;
	l.p999 = (double)hdr_quantile(h, 0.999) * scale;
	l.max = (double)hdr_max(h) * scale;
	return l;
}
