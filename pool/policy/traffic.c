/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/traffic.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define NS_PER_S 1e9
#define GRAIN_NS INT64_C(1000000)
#define ROUNDING 1e-9
#define TWO_PI   6.283185307179586

static bool in_range(const struct pool_traffic_shape *s)
{
	bool wave = s->wave >= 0 && s->wave <= 1 && (s->wave == 0 || s->period_ns > 0);
	bool burst = s->peak == 0 || (s->peak >= s->rate && s->at_ns >= 0 && s->rise_ns >= 0 &&
				      s->hold_ns >= 0 && s->every_ns >= 0);

	return s->rate > 0 && wave && burst && s->length_ns > 0 && s->service_ns > 0 &&
	       s->step_ns > 0;
}

/* How much of a burst there is: 0 to 1. */
static double burst_at(const struct pool_traffic_shape *s, int64_t at_ns)
{
	int64_t since = at_ns - s->at_ns;

	if (s->peak == 0 || since < 0)
		return 0;
	if (s->every_ns > 0)
		since %= s->every_ns;
	if (since < s->rise_ns)
		return (double)since / (double)s->rise_ns;
	return since < s->rise_ns + s->hold_ns ? 1 : 0;
}

double pool_traffic_rate(const struct pool_traffic_shape *s, int64_t at_ns)
{
	double rate = s->rate + (s->peak - s->rate) * burst_at(s, at_ns);

	if (s->wave > 0)
		rate += s->rate * s->wave *
			sin(TWO_PI * (double)(at_ns % s->period_ns) / (double)s->period_ns);
	return rate;
}

static unsigned workers_for(double load)
{
	double workers = ceil(load - ROUNDING);

	return workers < 0 ? 0 : workers > UINT32_MAX ? UINT32_MAX : (unsigned)workers;
}

static int make_steps(struct pool_traffic *t, int64_t length_ns, int64_t step_ns)
{
	uint64_t steps = (uint64_t)((length_ns - 1) / step_ns + 1);

	if (steps > POOL_TRAFFIC_MAX_STEPS)
		return EFBIG;
	t->length_ns = length_ns;
	t->step_ns = step_ns;
	t->steps = (size_t)steps;
	t->needs = calloc(t->steps, sizeof(*t->needs));
	return t->needs ? 0 : ENOMEM;
}

static int append(struct pool_traffic *t, size_t *room, struct pool_arrival arrival)
{
	struct pool_arrival *grown;

	if (t->count == POOL_TRAFFIC_MAX_ARRIVALS)
		return EFBIG;
	if (t->count == *room) {
		*room = *room ? 2 * *room : 1024;
		grown = realloc(t->arrivals, *room * sizeof(*grown));
		if (!grown)
			return ENOMEM;
		t->arrivals = grown;
	}
	t->arrivals[t->count++] = arrival;
	return 0;
}

static int make_arrivals(struct pool_traffic *t, const struct pool_traffic_shape *s)
{
	struct random random;
	double integral = 0, target;
	size_t room = 0;
	int error;

	random_init(&random, s->seed, 0);
	target = s->poisson ? random_exponential(&random) : 1;
	for (int64_t from = 0; from < s->length_ns; from += GRAIN_NS) {
		double rate = pool_traffic_rate(s, from + GRAIN_NS / 2) / NS_PER_S;

		for (; target <= integral + rate * (double)GRAIN_NS;
		     target += s->poisson ? random_exponential(&random) : 1) {
			struct pool_arrival a = {from + (int64_t)((target - integral) / rate),
						 s->service_ns};

			if (a.at_ns >= s->length_ns)
				break;
			if (s->exponential_service)
				a.service_ns =
				    (int64_t)((double)s->service_ns * random_exponential(&random));
			error = append(t, &room, a);
			if (error)
				return error;
		}
		integral += rate * (double)GRAIN_NS;
	}
	return 0;
}

/* Before memory is taken for it: a number at which random gaps make no difference. */
static bool too_many(const struct pool_traffic_shape *s)
{
	double highest = (s->peak > s->rate ? s->peak : s->rate) + s->rate * s->wave, sum = 0;
	const double most = 1.01 * (double)POOL_TRAFFIC_MAX_ARRIVALS;

	if (highest * (double)s->length_ns / NS_PER_S <= most)
		return false;
	for (int64_t from = 0; from < s->length_ns && sum <= most; from += GRAIN_NS)
		sum += pool_traffic_rate(s, from + GRAIN_NS / 2) * (double)GRAIN_NS / NS_PER_S;
	return sum > most;
}

int pool_traffic_make(struct pool_traffic *t, const struct pool_traffic_shape *s)
{
	int error;

	*t = (struct pool_traffic){0};
	if (!in_range(s))
		return EINVAL;
	if (too_many(s))
		return EFBIG;
	error = make_steps(t, s->length_ns, s->step_ns);
	if (!error)
		error = make_arrivals(t, s);
	for (size_t i = 0; !error && i < t->steps; i++)
		t->needs[i] =
		    workers_for(pool_traffic_rate(s, (int64_t)i * s->step_ns + s->step_ns / 2) *
				(double)s->service_ns / NS_PER_S);
	if (error)
		pool_traffic_destroy(t);
	return error;
}

static bool sorted(const struct pool_arrival *arrivals, size_t count, int64_t length_ns)
{
	int64_t last = 0;

	for (size_t i = 0; i < count; i++) {
		if (arrivals[i].at_ns < last || arrivals[i].at_ns >= length_ns ||
		    arrivals[i].service_ns < 0)
			return false;
		last = arrivals[i].at_ns;
	}
	return true;
}

unsigned pool_traffic_need_of(uint64_t count, double service_ns, int64_t step_ns)
{
	unsigned need;

	if (count == 0 || service_ns <= 0)
		return 0;
	need = workers_for(service_ns * (double)(count - 1) / (double)count / (double)step_ns);
	return need ? need : 1;
}

static void need_from_arrivals(struct pool_traffic *t)
{
	size_t i = 0;

	for (size_t step = 0; step < t->steps; step++) {
		int64_t end = (int64_t)(step + 1) * t->step_ns;
		double service = 0;
		uint64_t count = 0;

		for (; i < t->count && t->arrivals[i].at_ns < end; i++) {
			service += (double)t->arrivals[i].service_ns;
			count++;
		}
		t->needs[step] = pool_traffic_need_of(count, service, t->step_ns);
	}
}

int pool_traffic_take(struct pool_traffic *t, const struct pool_arrival *arrivals, size_t count,
		      int64_t length_ns, int64_t step_ns)
{
	int error;

	*t = (struct pool_traffic){0};
	if (length_ns <= 0 || step_ns <= 0 || !sorted(arrivals, count, length_ns))
		return EINVAL;
	if (count > POOL_TRAFFIC_MAX_ARRIVALS)
		return EFBIG;
	error = make_steps(t, length_ns, step_ns);
	if (error)
		return error;
	t->arrivals = malloc((count ? count : 1) * sizeof(*arrivals));
	if (!t->arrivals) {
		pool_traffic_destroy(t);
		return ENOMEM;
	}
	if (count)
		memcpy(t->arrivals, arrivals, count * sizeof(*arrivals));
	t->count = count;
	need_from_arrivals(t);
	return 0;
}

void pool_traffic_destroy(struct pool_traffic *t)
{
	free(t->arrivals);
	free(t->needs);
	*t = (struct pool_traffic){0};
}

unsigned pool_traffic_need(const struct pool_traffic *t, int64_t at_ns)
{
	size_t step = at_ns > 0 ? (size_t)(at_ns / t->step_ns) : 0;

	return step < t->steps ? t->needs[step] : 0;
}
