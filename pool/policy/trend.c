/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/trend.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double alphas[] = {0.05, 0.2, 0.5, 0.9};
static const double betas[] = {0.05, 0.2, 0.5};

int pool_trend_init(struct pool_trend *trend, size_t season)
{
	*trend = (struct pool_trend){.season = season};
	if (season > POOL_TREND_SEASON_MAX)
		return EINVAL;
	if (season > 0) {
		trend->seasons = calloc(season * POOL_TREND_MODELS, sizeof(*trend->seasons));
		if (!trend->seasons)
			return ENOMEM;
	}
	for (size_t i = 0; i < POOL_TREND_MODELS; i++)
		trend->models[i] = (struct pool_trend_model){
		    .alpha = alphas[i / 3],
		    .beta = betas[i % 3],
		    .season = season > 0 ? trend->seasons + i * season : NULL,
		};
	return 0;
}

void pool_trend_destroy(struct pool_trend *trend)
{
	free(trend->seasons);
	*trend = (struct pool_trend){0};
}

/* The season's part, `ahead` steps after the last value; 0 where that is not known yet. */
static double seasonal(const struct pool_trend *trend, const struct pool_trend_model *m,
		       unsigned ahead)
{
	if (!m->season || trend->seen < trend->season)
		return 0;
	return m->season[(trend->seen + ahead - 1) % trend->season];
}

static void learn(const struct pool_trend *trend, struct pool_trend_model *m, double value)
{
	double s = seasonal(trend, m, 1);
	double expected = m->level + POOL_TREND_DAMPING * m->trend;
	double off = value - (expected + s);
	double level = expected + m->alpha * (value - s - expected);

	m->error = POOL_TREND_MEMORY * m->error + (1 - POOL_TREND_MEMORY) * off * off;
	m->trend = m->beta * (level - m->level) + (1 - m->beta) * POOL_TREND_DAMPING * m->trend;
	m->level = level;
	if (m->season) {
		double *place = &m->season[trend->seen % trend->season];

		*place = POOL_TREND_SEASONAL * (value - level) + (1 - POOL_TREND_SEASONAL) * *place;
	}
}

/* The first season is over: what it was beside its mean is the first estimate (Winters). */
static void begin_seasons(const struct pool_trend *trend, struct pool_trend_model *m)
{
	double sum = 0;

	for (size_t i = 0; i < trend->season; i++)
		sum += m->season[i];
	m->level = sum / (double)trend->season;
	m->trend = 0;
	for (size_t i = 0; i < trend->season; i++)
		m->season[i] -= m->level;
}

void pool_trend_learn(struct pool_trend *trend, double value)
{
	for (size_t i = 0; i < POOL_TREND_MODELS; i++) {
		struct pool_trend_model *m = &trend->models[i];

		if (trend->seen == 0)
			m->level = value;
		else
			learn(trend, m, value);
		/* Until then values are kept as they are. */
		if (m->season && trend->seen < trend->season)
			m->season[trend->seen] = value;
		if (m->season && trend->seen + 1 == trend->season)
			begin_seasons(trend, m);
	}
	trend->seen++;
}

struct pool_trend_forecast pool_trend_forecast(const struct pool_trend *trend, unsigned steps)
{
	const struct pool_trend_model *best = &trend->models[0];
	struct pool_trend_forecast forecast = {0};
	double damping = 0, power = 1;

	if (trend->seen == 0)
		return forecast;
	for (size_t i = 1; i < POOL_TREND_MODELS; i++)
		if (trend->models[i].error < best->error)
			best = &trend->models[i];
	for (unsigned step = 1; step <= steps; step++) {
		double value;

		power *= POOL_TREND_DAMPING;
		damping += power;
		value = best->level + damping * best->trend + seasonal(trend, best, step);
		if (step == 1 || value > forecast.highest)
			forecast.highest = value;
		forecast.last = value;
	}
	forecast.deviation = sqrt(best->error);
	return forecast;
}
