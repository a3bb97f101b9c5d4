/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/holt.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double alphas[] = {0.05, 0.2, 0.5, 0.9};
static const double betas[] = {0.05, 0.2, 0.5};

int holt_init(struct holt *holt, size_t season)
{
	*holt = (struct holt){.season = season};
	if (season > HOLT_SEASON_MAX)
		return EINVAL;
	if (season > 0) {
		holt->seasons = calloc(season * HOLT_MODELS, sizeof(*holt->seasons));
		if (!holt->seasons)
			return ENOMEM;
	}
	for (size_t i = 0; i < HOLT_MODELS; i++)
		holt->models[i] = (struct holt_model){
		    .alpha = alphas[i / 3],
		    .beta = betas[i % 3],
		    .season = season > 0 ? holt->seasons + i * season : NULL,
		};
	return 0;
}

void holt_destroy(struct holt *holt)
{
	free(holt->seasons);
	*holt = (struct holt){0};
}

/* The season's part, `ahead` steps after the last value; 0 where that is not known yet. */
static double seasonal(const struct holt *holt, const struct holt_model *m, unsigned ahead)
{
	if (!m->season || holt->seen < holt->season)
		return 0;
	return m->season[(holt->seen + ahead - 1) % holt->season];
}

static void learn(const struct holt *holt, struct holt_model *m, double value)
{
	double s = seasonal(holt, m, 1);
	double expected = m->level + HOLT_DAMPING * m->trend;
	double off = value - (expected + s);
	double level = expected + m->alpha * (value - s - expected);

	m->error = HOLT_MEMORY * m->error + (1 - HOLT_MEMORY) * off * off;
	m->trend = m->beta * (level - m->level) + (1 - m->beta) * HOLT_DAMPING * m->trend;
	m->level = level;
	if (m->season) {
		double *place = &m->season[holt->seen % holt->season];

		*place = HOLT_SEASONAL * (value - level) + (1 - HOLT_SEASONAL) * *place;
	}
}

/* The first season is over: what it was beside its mean is the first estimate (Winters). */
static void begin_seasons(const struct holt *holt, struct holt_model *m)
{
	double sum = 0;

	for (size_t i = 0; i < holt->season; i++)
		sum += m->season[i];
	m->level = sum / (double)holt->season;
	m->trend = 0;
	for (size_t i = 0; i < holt->season; i++)
		m->season[i] -= m->level;
}

void holt_learn(struct holt *holt, double value)
{
	for (size_t i = 0; i < HOLT_MODELS; i++) {
		struct holt_model *m = &holt->models[i];

		if (holt->seen == 0)
			m->level = value;
		else
			learn(holt, m, value);
		/* Until then values are kept as they are. */
		if (m->season && holt->seen < holt->season)
			m->season[holt->seen] = value;
		if (m->season && holt->seen + 1 == holt->season)
			begin_seasons(holt, m);
	}
	holt->seen++;
}

struct holt_forecast holt_forecast(const struct holt *holt, unsigned steps)
{
	const struct holt_model *best = &holt->models[0];
	struct holt_forecast forecast = {0};
	double damping = 0, power = 1;

	if (holt->seen == 0)
		return forecast;
	for (size_t i = 1; i < HOLT_MODELS; i++)
		if (holt->models[i].error < best->error)
			best = &holt->models[i];
	for (unsigned step = 1; step <= steps; step++) {
		double value;

		power *= HOLT_DAMPING;
		damping += power;
		value = best->level + damping * best->trend + seasonal(holt, best, step);
		if (step == 1 || value > forecast.highest)
			forecast.highest = value;
		forecast.last = value;
	}
	forecast.deviation = sqrt(best->error);
	return forecast;
}
