/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/scaling.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "pool/policy/traffic.h"

static int know_needs(struct bench_scaling *s, const struct bench_schedule *schedule,
		      int64_t length_ns, struct error *err)
{
	struct bench_arrivals at = {0};
	int64_t service, intended = bench_schedule_next(schedule, &at, &service);

	s->steps = (uint64_t)(length_ns / BENCH_TICK_NS) + 1;
	s->needs = calloc(s->steps, sizeof(*s->needs));
	if (!s->needs)
		return error_host(err, ENOMEM, "autoscale: what is needed");
	for (uint64_t i = 0; i < s->steps; i++) {
		uint64_t count = 0;
		double sum = 0;

		while (intended < (int64_t)(i + 1) * BENCH_TICK_NS) {
			count++;
			sum += (double)service;
			intended = bench_schedule_next(schedule, &at, &service);
		}
		s->needs[i] = pool_traffic_need_of(count, sum, BENCH_TICK_NS);
	}
	return 0;
}

/* Mean of the schedule's first second, or of its first round where that is shorter. */
static void first_second(const struct bench_schedule *schedule, double *rate, double *service_ns)
{
	uint64_t count = 0;
	double sum = 0;
	double length =
	    (double)(schedule->period_ns < NS_PER_S ? (int64_t)schedule->period_ns : NS_PER_S);

	while (count < schedule->count && (double)schedule->arrivals[count].start_ns < length)
		sum += (double)schedule->arrivals[count++].service_ns;
	*rate = (double)count / length;
	*service_ns = count ? sum / (double)count : 0;
}

/* The rule is shown a past in which the load was as in the first second, and all was done at once.
 */
static void make_past(struct bench_scaling *s, int64_t past_ns,
		      const struct bench_schedule *schedule)
{
	double rate, service;

	first_second(schedule, &rate, &service);
	for (int64_t at = 0; at <= past_ns - BENCH_TICK_NS; at += BENCH_TICK_NS) {
		s->past = (struct pool_load_sample){
		    .at_ns = at - past_ns,
		    .offered = (uint64_t)(rate * (double)at),
		    .completed = (uint64_t)(rate * (double)at),
		    .busy_ns = rate * (double)at * service,
		};
		pool_autoscale_tick(&s->scaler, &s->past);
	}
}

int bench_scaling_init(struct bench_scaling *s, const struct bench_policy_params *p,
		       struct pool_overload *overload, unsigned initial,
		       const struct bench_schedule *schedule, int64_t length_ns, struct error *err)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	const char *name;
	int error;

	*s = (struct bench_scaling){0};
	if (!p->autoscale)
		return 0;
	name = pool_autoscale_names()[p->autoscale - 1];
	options.initial = initial;
	options.min = (unsigned)p->scale_min;
	options.max = (unsigned)p->scale_max;
	options.cool_down_ns = p->scale_cool_down_ns;
	options.tick_ns = BENCH_TICK_NS;
	error = pool_autoscale_init(&s->scaler, name, &options);
	if (error)
		return error_host(err, error, "autoscale: \"%s\": cannot begin", name);
	s->scaler_made = true;
	/* Rather now than at the first change: is it a pool that can be tuned at all? */
	error = pool_tune(overload->pool, initial);
	if (error)
		return error_host(err, error,
				  "autoscale: \"%s\": the pool's capacity cannot be changed; use "
				  "another pool, or autoscale: off",
				  name);
	s->pool = overload->pool;
	s->overload = overload;
	make_past(s, p->scale_past_ns, schedule);
	return know_needs(s, schedule, length_ns, err);
}

void bench_scaling_destroy(struct bench_scaling *s)
{
	if (s->scaler_made)
		pool_autoscale_destroy(&s->scaler);
	free(s->needs);
	*s = (struct bench_scaling){0};
}

uint64_t bench_scaling_tick(struct bench_scaling *s, int64_t at_ns, bool in_window)
{
	uint64_t step = at_ns > 0 ? (uint64_t)(at_ns / BENCH_TICK_NS) : 0;
	struct pool_load_sample sample;
	struct pool_stats stats;
	unsigned wanted;

	pool_stats(s->pool, &stats);
	pool_overload_correct(s->overload, &stats);
	pool_autoscale_observe(&stats, at_ns, &s->seen);
	sample = s->seen;
	sample.offered += s->past.offered;
	sample.completed += s->past.completed;
	sample.busy_ns += s->past.busy_ns;
	wanted = pool_autoscale_tick(&s->scaler, &sample);
	if (stats.capacity != wanted && pool_tune(s->pool, wanted) != 0)
		s->refused++;
	pool_stats(s->pool, &stats);
	if (in_window)
		pool_scaling_score_step(&s->score, at_ns,
					s->needs[step < s->steps ? step : s->steps - 1],
					(unsigned)stats.capacity);
	return stats.capacity;
}
