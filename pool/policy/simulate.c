/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/simulate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "pool/policy/simulated_pool.h"

/* What is known of a task beside its arrival. */
struct task_state {
	pool_breaker_permit permit;
	bool fails;
};

struct simulation {
	const struct pool_simulate_options *options;
	const struct pool_traffic *traffic;
	struct pool_simulate_result *result;
	struct pool_made_clock clock;
	struct pool_autoscaler autoscaler;
	struct pool_breaker breaker;
	bool scaler_made, breaker_made;
	struct pool_simulated_pool pool;
	struct task_state *tasks; /* by arrival */
	int64_t *latencies;       /* of those that began */
	size_t began;
	double busy_ns;     /* worker time so far */
	int64_t counted_ns; /* until when */
	int64_t next_tick_ns;
	size_t next_arrival;
	struct random random;
};

static int open_parts(struct simulation *s)
{
	const struct pool_simulate_options *o = s->options;
	size_t count = s->traffic->count ? s->traffic->count : 1;
	int error = pool_autoscale_init(&s->autoscaler, o->autoscale, &o->scale);

	if (error)
		return error;
	s->scaler_made = true;
	pool_made_clock_init(&s->clock, 0);
	if (o->breaker) {
		error = pool_breaker_init(&s->breaker, o->breaker, &s->clock.clock);
		if (error)
			return error;
		s->breaker_made = true;
	}
	random_init(&s->random, o->seed, 0);
	s->tasks = calloc(count, sizeof(*s->tasks));
	s->latencies = calloc(count, sizeof(*s->latencies));
	if (!s->tasks || !s->latencies)
		return ENOMEM;
	return pool_simulated_pool_init(&s->pool, count, o->scale.initial);
}

static void close_parts(struct simulation *s)
{
	pool_simulated_pool_destroy(&s->pool);
	free(s->latencies);
	free(s->tasks);
	if (s->breaker_made)
		pool_breaker_destroy(&s->breaker);
	if (s->scaler_made)
		pool_autoscale_destroy(&s->autoscaler);
}

/* The clock moves on; workers that are busy were so until now. */
static void move_to(struct simulation *s, int64_t at_ns)
{
	s->busy_ns += (double)s->pool.busy * (double)(at_ns - s->counted_ns);
	s->counted_ns = at_ns;
	pool_made_clock_set(&s->clock, at_ns);
}

static void score(struct simulation *s, int64_t now)
{
	if (now < s->traffic->length_ns)
		pool_scaling_score_step(&s->result->score, now, pool_traffic_need(s->traffic, now),
					s->pool.ready);
}

static bool storm(const struct pool_simulate_options *o, int64_t now)
{
	return o->fail_share > 0 && now >= o->fail_at_ns && now - o->fail_at_ns < o->fail_for_ns;
}

static int begin(struct simulation *s, size_t i, int64_t now)
{
	const struct pool_arrival *a = &s->traffic->arrivals[i];

	s->latencies[s->began++] = now - a->at_ns;
	if (storm(s->options, now))
		s->tasks[i].fails = random_unit(&s->random) <= s->options->fail_share;
	return pool_simulated_pool_begin(&s->pool, i, now + a->service_ns);
}

static int begin_queued(struct simulation *s, int64_t now)
{
	struct pool_simulated_pool *w = &s->pool;
	int error = 0;

	while (!error && pool_simulated_pool_idle(w) && pool_simulated_pool_queued(w) > 0)
		error = begin(s, w->queue[w->head++], now);
	return error;
}

static int on_end(struct simulation *s, int64_t now)
{
	struct pool_simulated_job job = pool_simulated_pool_end(&s->pool);
	struct task_state *task = &s->tasks[job.arrival];

	s->result->completed++;
	s->result->failed += task->fails;
	s->result->end_ns = now;
	if (s->breaker_made)
		pool_breaker_record(&s->breaker, task->permit, task->fails);
	score(s, now);
	return begin_queued(s, now);
}

static int on_start(struct simulation *s, int64_t now)
{
	pool_simulated_pool_arrive(&s->pool);
	score(s, now);
	return begin_queued(s, now);
}

static int on_tick(struct simulation *s, int64_t now)
{
	const struct pool_simulate_options *o = s->options;
	struct pool_load_sample sample = {.at_ns = now,
					  .offered = s->result->offered,
					  .completed = s->result->completed,
					  .busy_ns = s->busy_ns,
					  .queued = pool_simulated_pool_queued(&s->pool)};
	unsigned wanted = pool_autoscale_tick(&s->autoscaler, &sample);
	int error = pool_simulated_pool_resize(&s->pool, wanted, now + o->startup_ns);

	s->next_tick_ns += o->scale.tick_ns;
	score(s, now);
	if (!error && o->on_tick) {
		struct pool_simulate_tick tick = {now,
						  pool_traffic_need(s->traffic, now),
						  wanted,
						  s->pool.ready,
						  (unsigned)s->pool.busy,
						  sample.queued};

		o->on_tick(o->arg, &tick);
	}
	return error;
}

static int on_arrival(struct simulation *s, int64_t now)
{
	struct pool_simulated_pool *w = &s->pool;
	size_t i = s->next_arrival++;

	s->result->offered++;
	if (s->breaker_made) {
		s->tasks[i].permit = pool_breaker_allow(&s->breaker);
		if (!s->tasks[i].permit) {
			s->result->refused_breaker++;
			return 0;
		}
	}
	if (pool_simulated_pool_idle(w))
		return begin(s, i, now);
	if (s->options->queue_limit > 0 &&
	    pool_simulated_pool_queued(w) >= s->options->queue_limit) {
		s->result->refused_full++;
		return 0;
	}
	w->queue[w->tail++] = i;
	if (pool_simulated_pool_queued(w) > s->result->queued_peak)
		s->result->queued_peak = pool_simulated_pool_queued(w);
	return 0;
}

struct event {
	int64_t at_ns;
	int (*happen)(struct simulation *s, int64_t now);
};

/* The next event; at one instant the first of these rows. */
static struct event next_event(const struct simulation *s)
{
	const struct pool_traffic *t = s->traffic;
	bool more = s->next_arrival < t->count;
	const struct event events[] = {
	    {pool_simulated_pool_next_end(&s->pool), on_end},
	    {pool_simulated_pool_next_start(&s->pool), on_start},
	    {s->next_tick_ns < t->length_ns ? s->next_tick_ns : INT64_MAX, on_tick},
	    {more ? t->arrivals[s->next_arrival].at_ns : INT64_MAX, on_arrival},
	};
	struct event next = events[0];

	for (size_t i = 1; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i].at_ns < next.at_ns)
			next = events[i];
	return next;
}

static int run(struct simulation *s)
{
	int error = 0;

	while (!error) {
		struct event event = next_event(s);

		if (event.at_ns == INT64_MAX)
			break;
		move_to(s, event.at_ns);
		error = event.happen(s, event.at_ns);
	}
	pool_scaling_score_end(&s->result->score, s->traffic->length_ns);
	return error;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void summarise(struct simulation *s)
{
	static const double shares[POOL_SIMULATE_QUANTILES] = {0.5, 0.9, 0.99, 0.999, 1};
	struct pool_simulate_result *r = s->result;
	double sum = 0;

	r->scale = s->autoscaler.state;
	if (s->breaker_made)
		pool_breaker_stats(&s->breaker, &r->breaker);
	r->start_latency_mean_ns = -1;
	for (int i = 0; i < POOL_SIMULATE_QUANTILES; i++)
		r->start_latency_ns[i] = -1;
	if (s->began == 0)
		return;
	qsort(s->latencies, s->began, sizeof(*s->latencies), by_value);
	for (size_t i = 0; i < s->began; i++)
		sum += (double)s->latencies[i];
	r->start_latency_mean_ns = sum / (double)s->began;
	for (int i = 0; i < POOL_SIMULATE_QUANTILES; i++) {
		double rank = shares[i] * (double)s->began;
		size_t at = (size_t)rank;

		/* The smallest that at least this share does not exceed. */
		if (at == s->began || (at > 0 && (double)at == rank))
			at--;
		r->start_latency_ns[i] = s->latencies[at];
	}
}

int pool_simulate(const struct pool_simulate_options *options, struct pool_simulate_result *result)
{
	struct simulation s = {.options = options, .traffic = options->traffic, .result = result};
	int error;

	*result = (struct pool_simulate_result){0};
	if (options->startup_ns < 0 || options->fail_share < 0 || options->fail_share > 1 ||
	    options->fail_at_ns < 0 || options->fail_for_ns < 0)
		return EINVAL;
	error = open_parts(&s);
	if (!error)
		error = run(&s);
	if (!error)
		summarise(&s);
	close_parts(&s);
	return error;
}
