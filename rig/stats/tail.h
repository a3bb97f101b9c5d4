/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tail of a distribution from the largest of its values: a threshold, the generalised Pareto
 * distribution of what exceeds it, and the quantiles far out that follow (peaks over a threshold;
 * A. Davison, R. Smith, Models for Exceedances over High Thresholds, Journal of the Royal
 * Statistical Society B 52, 1990). It supposes independent values: tasks that waited for the same
 * stall are not, and intervals are then too short. Pure functions.
 *
 * The threshold is the smallest at which the distribution is not rejected, by the test of
 * Anderson and Darling at 10 % (anderson_darling.h). Candidates are the values that a fifth of all,
 * but at most TAIL_MOST, exceed, then four fifths of that number and so on, down to TAIL_LEAST. The
 * tests are not adjusted for their number: B. Bader, J. Yan, X. Zhang, Automated Threshold
 * Selection for Extreme Value Analysis via Ordered Goodness-of-Fit Tests, Annals of Applied
 * Statistics 12, 2018, do that by ForwardStop, which needs more candidates than there are here:
 * after some clear rejections it rejects all that follow.
 */
#ifndef POOLRIG_RIG_STATS_TAIL_H
#define POOLRIG_RIG_STATS_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hdr.h"
#include "rig/stats/gpd.h"
#include "rig/stats/gpd_interval.h"

#define TAIL_LEAST 50
#define TAIL_MOST  2000
/* As few of the largest values as choose any threshold. */
#define TAIL_TOP (TAIL_MOST + 1)

struct tail {
	int64_t count; /* of all values */
	double level;  /* of confidence */
	double threshold;
	size_t above;     /* values that exceed it */
	double *excesses; /* ascending; owned */
	struct gpd fit;   /* by maximum likelihood */
	bool has_moments;
	struct gpd moments; /* by probability-weighted moments */
	struct gpd_interval shape;
	double statistic, p;         /* of Anderson and Darling */
	size_t candidates, rejected; /* thresholds */
};

/* From the `top_count` largest of `count` values, ascending; TAIL_TOP are enough. ERROR_INPUT: they
 * have no tail (too few, equal, not finite), or each threshold is rejected; the text says which. */
int tail_of(const double *top, size_t top_count, int64_t count, double level, struct tail *out,
	    struct error *err);
void tail_destroy(struct tail *tail); /* takes a zeroed struct, too */

/* The largest values of a histogram, TAIL_TOP at most, ascending, in its unit times `scale`.
 * Those of one bucket are spread over it evenly: only the order is lost, and no ties are made.
 * Returns their number. */
size_t tail_top(const struct hdr *h, double scale, double *out);

/* How a quantile is known. */
enum tail_source {
	TAIL_UNKNOWN = 0, /* it can't be told from that number of values */
	TAIL_RANKS,       /* two of the values bound it: no tail is needed */
	TAIL_FIT,         /* from the tail that was fitted */
};

struct tail_quantile {
	enum tail_source source;
	double value, low, high; /* in the unit of the values; only with a source */
	int64_t least;           /* values from which ranks bound it */
};

/* The tail may be extrapolated where its interval is bounded, and not wider than this. */
#define TAIL_RATIO_MAX 10.0

/* The quantile q of the tail, above the threshold, by the fit alone. */
double tail_level(const struct tail *tail, double q);
/* The same with its interval. The source is TAIL_FIT or TAIL_UNKNOWN. */
struct tail_quantile tail_quantile(const struct tail *tail, double q);

/* The quantile q of a histogram, in its unit times `scale`: by ranks where they bound it on both
 * sides (quantile_interval.h), else from its tail, where there is one (may be NULL). */
struct tail_quantile tail_quantile_hdr(const struct hdr *h, double scale, const struct tail *tail,
				       double q, double level);

#endif
