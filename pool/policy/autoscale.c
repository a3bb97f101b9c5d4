/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/autoscale.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"

#define LONG_WINDOW_NS    (60 * NS_PER_S)
#define SHORT_WINDOW_NS   (8 * NS_PER_S)
#define SERVICE_WINDOW_NS (8 * NS_PER_S)
#define LITTLE_WINDOW_NS  NS_PER_S

#define STAFFING_BETA    1.0
#define PREDICTION_SIGMA 1.0

/* A rate that is a little too high by rounding needs no worker more. */
#define ROUNDING 1e-6

static double at_rate_of(struct pool_autoscaler *a, int64_t window_ns, double service)
{
	struct pool_load_moments moments;

	pool_load_history_moments(&a->history, window_ns, &moments);
	if (moments.intervals == 0)
		return -1;
	return (moments.mean + a->options.sigmas * sqrt(moments.variance)) * service;
}

static double want_none(struct pool_autoscaler *a, double service)
{
	(void)a;
	(void)service;
	return -1;
}

static double want_static(struct pool_autoscaler *a, double service)
{
	return at_rate_of(a, a->ops->window_ns, service);
}

static enum pool_autoscale_mood mood_of(const struct pool_autoscaler *a)
{
	struct pool_load_moments moments;

	pool_load_history_moments(&a->history, LONG_WINDOW_NS, &moments);
	if (moments.excess > a->options.bound)
		return POOL_AUTOSCALE_BURST;
	return moments.excess <= a->options.bound / 2 ? POOL_AUTOSCALE_CALM : a->state.mood;
}

static double want_two_scale(struct pool_autoscaler *a, double service)
{
	enum pool_autoscale_mood mood = mood_of(a);

	a->state.mood_changes += mood != a->state.mood;
	a->state.mood = mood;
	return at_rate_of(a, mood == POOL_AUTOSCALE_BURST ? SHORT_WINDOW_NS : LONG_WINDOW_NS,
			  service);
}

static double want_predicted(struct pool_autoscaler *a, double service)
{
	struct pool_trend_forecast forecast;
	struct pool_load_moments moments;

	pool_load_history_moments(&a->history, 1, &moments); /* the last interval */
	if (moments.intervals == 0)
		return -1;
	pool_trend_learn(&a->trend, moments.mean);
	forecast =
	    pool_trend_forecast(&a->trend, (unsigned)(a->options.lead_ns / a->options.tick_ns) + 1);
	return fmax(0, forecast.highest + PREDICTION_SIGMA * forecast.deviation) * service;
}

static double want_little(struct pool_autoscaler *a, double service)
{
	const struct pool_load_history *h = &a->history;
	double queued = (double)h->samples[(h->first + h->count - 1) % h->size].queued;
	double drain = (double)a->options.drain_ns / (double)NS_PER_S;
	struct pool_load_moments moments;
	double busy;

	pool_load_history_moments(h, LITTLE_WINDOW_NS, &moments);
	if (moments.intervals == 0)
		return -1;
	busy = (moments.mean + queued / drain) * service;
	return busy + STAFFING_BETA * sqrt(busy);
}

static const struct pool_autoscale_ops all_ops[] = {
    {"none", 0, want_none},
    {"static60", 60 * NS_PER_S, want_static},
    {"static30", 30 * NS_PER_S, want_static},
    {"two-scale", 0, want_two_scale},
    {"predictive", 0, want_predicted},
    {"little", 0, want_little},
};

#define RULES (sizeof(all_ops) / sizeof(all_ops[0]))

const char *const *pool_autoscale_names(void)
{
	static const char *const names[RULES + 1] = {
	    "none", "static60", "static30", "two-scale", "predictive", "little", NULL};

	return names;
}

static const struct pool_autoscale_ops *find(const char *name)
{
	for (size_t i = 0; i < RULES; i++)
		if (strcmp(name, all_ops[i].name) == 0)
			return &all_ops[i];
	return NULL;
}

static bool in_range(const struct pool_autoscale_options *o)
{
	return o->min >= 1 && o->max >= o->min && o->initial >= 1 && o->cool_down_ns >= 0 &&
	       o->tick_ns >= NS_PER_S / 1000 && o->tick_ns <= 10 * NS_PER_S && o->service_ns >= 0 &&
	       o->sigmas >= 0 && o->bound >= 0 && o->lead_ns >= 0 && o->season_ns >= 0 &&
	       o->season_ns % o->tick_ns == 0 && o->drain_ns > 0;
}

int pool_autoscale_init(struct pool_autoscaler *a, const char *name,
			const struct pool_autoscale_options *options)
{
	const struct pool_autoscale_ops *ops = find(name);
	int error;

	if (!ops || !in_range(options))
		return EINVAL;
	*a = (struct pool_autoscaler){.ops = ops, .options = *options};
	a->state.capacity = options->initial;
	a->state.wanted = -1;
	a->state.service_ns = -1;
	a->state.changed_ns = INT64_MIN;
	error =
	    pool_load_history_init(&a->history, (size_t)(LONG_WINDOW_NS / options->tick_ns) + 2);
	if (!error)
		error = pool_trend_init(&a->trend, (size_t)(options->season_ns / options->tick_ns));
	if (error)
		pool_autoscale_destroy(a);
	return error;
}

void pool_autoscale_destroy(struct pool_autoscaler *a)
{
	pool_load_history_destroy(&a->history);
	pool_trend_destroy(&a->trend);
}

static unsigned bounded(const struct pool_autoscaler *a, double wanted)
{
	double workers = ceil(wanted - ROUNDING);

	if (workers <= (double)a->options.min)
		return a->options.min;
	return workers >= (double)a->options.max ? a->options.max : (unsigned)workers;
}

static unsigned step(unsigned from, unsigned to, unsigned most)
{
	if (most == 0)
		return to;
	if (to > from)
		return to - from > most ? from + most : to;
	return from - to > most ? from - most : to;
}

static void change(struct pool_autoscaler *a, unsigned to, int64_t now)
{
	struct pool_autoscale_state *s = &a->state;

	if (to > s->capacity) {
		s->capacity = step(s->capacity, to, a->options.step_up);
		s->ups++;
	} else if (to < s->capacity &&
		   (s->changed_ns == INT64_MIN || now - s->changed_ns >= a->options.cool_down_ns)) {
		s->capacity = step(s->capacity, to, a->options.step_down);
		s->downs++;
	} else {
		return;
	}
	s->changed_ns = now;
}

unsigned pool_autoscale_tick(struct pool_autoscaler *a, const struct pool_load_sample *sample)
{
	struct pool_autoscale_state *s = &a->state;
	double service;

	pool_load_history_add(&a->history, sample);
	s->ticks++;
	service = pool_load_history_service(&a->history, SERVICE_WINDOW_NS);
	if (service < 0 && a->options.service_ns > 0)
		service = (double)a->options.service_ns;
	s->service_ns = service;
	/* The rule sees each tick, also where its answer is of no use yet. */
	s->wanted = a->ops->want(a, service / (double)NS_PER_S);
	if (service < 0)
		s->wanted = -1;
	if (s->wanted >= 0)
		change(a, bounded(a, s->wanted), sample->at_ns);
	return s->capacity;
}

void pool_autoscale_observe(const struct pool_stats *stats, int64_t at_ns,
			    struct pool_load_sample *last)
{
	uint64_t busy = stats->workers > stats->idle ? stats->workers - stats->idle : 0;

	if (last->at_ns != 0)
		last->busy_ns += (double)busy * (double)(at_ns - last->at_ns);
	last->at_ns = at_ns;
	last->offered = stats->submitted + stats->rejected;
	last->completed = stats->completed + stats->failed;
	last->queued = stats->queued + stats->waiters;
}
