/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A predictor of a series, trained as it goes: Holt's linear trend with damping, and Winters'
 * additive season where there is one. Of several such models with different smoothing, all of which
 * are kept up to date, the forecast comes from the one whose recent forecasts were best.
 *
 *     l' = α (y - s) + (1 - α)(l + φ b)          level
 *     b' = β (l' - l) + (1 - β) φ b              trend, a step
 *     s' = δ (y - l') + (1 - δ) s                of this place in the season
 *     ŷ(h) = l + (φ + φ² + … + φ^h) b + s(h)     h steps ahead
 *
 * (C. Holt, 1957, reprinted in Int. J. Forecasting 20, 2004; P. Winters, Management Science 6,
 * 1960; damping: E. Gardner and E. McKenzie, Management Science 31, 1985.) The error by which
 * models are chosen is the mean square of y - ŷ(1), each step counting POOL_TREND_MEMORY times the
 * one after it. A season counts once one of its length has been seen. For one thread.
 */
#ifndef POOLRIG_POOL_POLICY_TREND_H
#define POOLRIG_POOL_POLICY_TREND_H

#include <stddef.h>
#include <stdint.h>

#include "pool/language.h"

POOL_C_BEGIN

#define POOL_TREND_MODELS     12
#define POOL_TREND_DAMPING    0.8 /* φ */
#define POOL_TREND_SEASONAL   0.3 /* δ */
#define POOL_TREND_MEMORY     0.9
#define POOL_TREND_SEASON_MAX 65536 /* steps */

struct pool_trend_model {
	double alpha, beta;
	double level, trend;
	double error;   /* discounted mean square of one step ahead */
	double *season; /* into `seasons`; NULL: none */
};

struct pool_trend {
	struct pool_trend_model models[POOL_TREND_MODELS];
	double *seasons; /* owned */
	size_t season;   /* steps in one; 0: none */
	uint64_t seen;   /* values */
};

struct pool_trend_forecast {
	double last;      /* at the last of the steps */
	double highest;   /* at one of them */
	double deviation; /* root of the model's error of one step */
};

/* 0, EINVAL (a season longer than POOL_TREND_SEASON_MAX), ENOMEM. */
int pool_trend_init(struct pool_trend *trend, size_t season);
void pool_trend_destroy(struct pool_trend *trend); /* takes a zeroed struct, too */

/* The next value of the series. */
void pool_trend_learn(struct pool_trend *trend, double value);

/* The forecast for that many steps, 1 or more; all 0 before the first value was learnt. */
struct pool_trend_forecast pool_trend_forecast(const struct pool_trend *trend, unsigned steps);

POOL_C_END

#endif
