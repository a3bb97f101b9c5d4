/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Autoscaling rules on made samples: their formulas, their borders, their limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "pool/policy/autoscale.h"
#include "pool/policy/score.h"

#define S    INT64_C(1000000000)
#define TICK (S / 10)

#define assert_near(a, b)                                                                          \
	do {                                                                                       \
		double a_ = (a), b_ = (b);                                                         \
		if (!(fabs(a_ - b_) <= 1e-6 * (1 + fabs(b_))))                                     \
			fail_msg("%s is %.9g, not %.9g", #a, a_, b_);                              \
	} while (0)

/* A pool at which tasks arrive, each taking 10 ms, all completed at once. */
struct source {
	struct pool_load_sample sample;
	double carried;
};

static struct pool_load_sample *arrive(struct source *s, int64_t for_ns, double rate)
{
	uint64_t more;

	s->carried += rate * (double)for_ns / 1e9;
	more = (uint64_t)(s->carried + 1e-9);
	s->carried -= (double)more;
	s->sample.at_ns += for_ns;
	s->sample.offered += more;
	s->sample.completed += more;
	s->sample.busy_ns += (double)more * 1e7;
	return &s->sample;
}

static void start(struct pool_autoscaler *a, const char *rule,
		  const struct pool_autoscale_options *options, struct source *s)
{
	*s = (struct source){0};
	assert_int_equal(pool_autoscale_init(a, rule, options), 0);
	pool_autoscale_tick(a, &s->sample);
}

static unsigned ticks(struct pool_autoscaler *a, struct source *s, int count, double rate)
{
	unsigned capacity = a->state.capacity;

	for (int i = 0; i < count; i++)
		capacity = pool_autoscale_tick(a, arrive(s, TICK, rate));
	return capacity;
}

static void test_moments(void **state)
{
	struct pool_load_moments m;
	struct pool_load_history h;
	struct source s = {0};
	(void)state;

	assert_int_equal(pool_load_history_init(&h, 100), 0);
	pool_load_history_moments(&h, S, &m);
	assert_int_equal(m.intervals, 0);
	pool_load_history_add(&h, &s.sample);
	pool_load_history_moments(&h, S, &m);
	assert_int_equal(m.intervals, 0);
	pool_load_history_add(&h, arrive(&s, TICK, 100));
	pool_load_history_add(&h, arrive(&s, TICK, 300));
	pool_load_history_moments(&h, S, &m);
	assert_int_equal(m.intervals, 2);
	assert_near(m.mean, 200);
	assert_near(m.variance, 10000);
	/* Counts 10 and 30: variance 100, mean 20. */
	assert_near(m.excess, (100.0 - 20) / 400);
	/* One twice as long has twice the weight. */
	pool_load_history_add(&h, arrive(&s, 2 * TICK, 200));
	pool_load_history_moments(&h, S, &m);
	assert_near(m.mean, 200);
	assert_near(m.variance, 5000);
	pool_load_history_destroy(&h);
}

/* Intervals that end in (t - window, t]. */
static void test_window_of_moments(void **state)
{
	struct pool_load_moments m;
	struct pool_load_history h;
	struct source s = {0};
	(void)state;

	assert_int_equal(pool_load_history_init(&h, 100), 0);
	pool_load_history_add(&h, &s.sample);
	for (int i = 1; i <= 10; i++)
		pool_load_history_add(&h, arrive(&s, TICK, 100 * i));
	pool_load_history_moments(&h, 3 * TICK, &m);
	assert_int_equal(m.intervals, 3);
	assert_near(m.mean, 900);
	pool_load_history_moments(&h, 3 * TICK + 1, &m);
	assert_int_equal(m.intervals, 4);
	pool_load_history_moments(&h, 3 * TICK - 1, &m);
	assert_int_equal(m.intervals, 3);
	pool_load_history_moments(&h, 1, &m);
	assert_int_equal(m.intervals, 1);
	assert_near(m.mean, 1000);
	pool_load_history_destroy(&h);
}

static void test_history_forgets(void **state)
{
	struct pool_load_moments m;
	struct pool_load_history h;
	struct source s = {0};
	(void)state;

	assert_int_equal(pool_load_history_init(&h, 1), EINVAL);
	pool_load_history_destroy(&h);
	assert_int_equal(pool_load_history_init(&h, 3), 0);
	for (int i = 1; i <= 10; i++)
		pool_load_history_add(&h, arrive(&s, TICK, 100 * i));
	pool_load_history_moments(&h, 100 * S, &m);
	assert_int_equal(m.intervals, 2);
	assert_near(m.mean, 950);
	/* The same instant again takes the place of what was said of it before. */
	pool_load_history_add(&h, arrive(&s, 0, 0));
	pool_load_history_moments(&h, 100 * S, &m);
	assert_int_equal(m.intervals, 2);
	pool_load_history_destroy(&h);
}

static void test_service_time(void **state)
{
	struct pool_load_history h;
	struct source s = {0};
	(void)state;

	assert_int_equal(pool_load_history_init(&h, 10), 0);
	assert_true(pool_load_history_service(&h, S) < 0);
	pool_load_history_add(&h, &s.sample);
	pool_load_history_add(&h, arrive(&s, TICK, 0));
	assert_true(pool_load_history_service(&h, S) < 0);
	pool_load_history_add(&h, arrive(&s, TICK, 100));
	assert_near(pool_load_history_service(&h, S), 1e7);
	pool_load_history_destroy(&h);
}

static void test_none(void **state)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscaler a;
	struct source s;
	(void)state;

	options.initial = 7;
	start(&a, "none", &options, &s);
	assert_int_equal(ticks(&a, &s, 100, 5000), 7);
	assert_int_equal(a.state.ups + a.state.downs, 0);
	pool_autoscale_destroy(&a);
}

/* Evenly 1000 a second of 10 ms: 10 workers. Then f of the window at 3000: mean + 2σ of two values.
 */
static void static_after(const char *rule, int window_ticks)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscaler a;
	struct source s;

	start(&a, rule, &options, &s);
	assert_int_equal(ticks(&a, &s, window_ticks, 1000), 10);
	for (int k = 1; k <= window_ticks; k++) {
		double f = (double)k / window_ticks;
		double want = 10 + 20 * f + 2 * 20 * sqrt(f * (1 - f));

		ticks(&a, &s, 1, 3000);
		assert_near(a.state.wanted, want);
		assert_true(a.state.capacity >= (unsigned)ceil(want - 1e-5));
	}
	assert_near(a.state.service_ns, 1e7);
	pool_autoscale_destroy(&a);
}

static void test_static(void **state)
{
	(void)state;
	static_after("static60", 600);
	static_after("static30", 300);
}

static void test_limits(void **state)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscaler a;
	struct source s;
	(void)state;

	options.sigmas = 0;
	options.initial = 4;
	options.min = 3;
	options.max = 20;
	options.step_up = 5;
	options.step_down = 2;
	options.cool_down_ns = 3 * TICK;
	start(&a, "little", &options, &s);
	assert_int_equal(ticks(&a, &s, 1, 5000), 9);
	assert_int_equal(ticks(&a, &s, 1, 5000), 14);
	assert_int_equal(ticks(&a, &s, 1, 5000), 19);
	assert_int_equal(ticks(&a, &s, 1, 5000), 20);
	assert_int_equal(ticks(&a, &s, 10, 5000), 20);
	/* What little sees is a second, which is over after ten ticks. The first step down may come
	 * as soon as less is wanted, for the last change is long ago; the next not before the
	 * cool-down is over, and exactly then it may. */
	ticks(&a, &s, 10, 0.001);
	while (a.state.downs < 3)
		ticks(&a, &s, 1, 0.001);
	for (int i = 0; i < 3; i++) {
		unsigned before = a.state.capacity;
		uint64_t downs = a.state.downs;

		assert_int_equal(ticks(&a, &s, 2, 0.001), before);
		assert_int_equal(ticks(&a, &s, 1, 0.001), before - 2);
		assert_int_equal(a.state.downs, downs + 1);
	}
	assert_int_equal(ticks(&a, &s, 100, 0.001), 3);
	pool_autoscale_destroy(&a);
}

/* Nobody knows how long a task takes before one has ended. */
static void test_unknown_service_time(void **state)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscaler a;
	struct pool_load_sample sample = {0};
	(void)state;

	options.initial = 2;
	assert_int_equal(pool_autoscale_init(&a, "little", &options), 0);
	for (int i = 1; i < 5; i++) {
		sample.at_ns = i * TICK;
		sample.offered += 100;
		assert_int_equal(pool_autoscale_tick(&a, &sample), 2);
		assert_true(a.state.service_ns < 0);
	}
	pool_autoscale_destroy(&a);
	/* A guess serves meanwhile: 1000 a second of 9 ms are 9, and √9 more. */
	options.service_ns = 9 * S / 1000;
	sample = (struct pool_load_sample){0};
	assert_int_equal(pool_autoscale_init(&a, "little", &options), 0);
	pool_autoscale_tick(&a, &sample);
	sample.at_ns = TICK;
	sample.offered = 100;
	assert_int_equal(pool_autoscale_tick(&a, &sample), 12);
	pool_autoscale_destroy(&a);
}

/* R = λW = 16, and √16 more; and what waits is to be done within a second. */
static void test_little(void **state)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscaler a;
	struct source s;
	(void)state;

	start(&a, "little", &options, &s);
	assert_int_equal(ticks(&a, &s, 20, 1600), 20);
	assert_near(a.state.wanted, 20);
	s.sample.queued = 900;
	ticks(&a, &s, 1, 1600);
	assert_near(a.state.wanted, 25 + 5);
	pool_autoscale_destroy(&a);
}

/* Two values in turn, d above and below the mean m (counts of a tick): the excess is (d² - m)/m².
 */
static double swing(struct pool_autoscaler *a, struct source *s, int count, double mean, double off)
{
	struct pool_load_moments m;

	for (int i = 0; i < count; i++)
		pool_autoscale_tick(a, arrive(s, TICK, 10 * (i % 2 ? mean + off : mean - off)));
	pool_load_history_moments(&a->history, 60 * S, &m);
	return m.excess;
}

/* Strictly above the bound, down to half of it. */
static void test_border_of_a_burst(void **state)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscaler a;
	struct source s;
	double excess;
	(void)state;

	/* 64 ± 40: (1600 - 64) / 4096 = 0.375, at the end; on the way there it is above. */
	options.bound = 100;
	start(&a, "two-scale", &options, &s);
	excess = swing(&a, &s, 600, 64, 40);
	assert_near(excess, 0.375);
	/* Rounding aside: the rule sees this very number. */
	a.options.bound = excess;
	pool_autoscale_tick(&a, arrive(&s, 0, 0));
	assert_int_equal(a.state.mood, POOL_AUTOSCALE_CALM);
	a.options.bound = nextafter(excess, 0);
	pool_autoscale_tick(&a, arrive(&s, 0, 0));
	assert_int_equal(a.state.mood, POOL_AUTOSCALE_BURST);
	/* It stays one until the excess is no more than half the bound. */
	a.options.bound = 2 * nextafter(excess, 0);
	pool_autoscale_tick(&a, arrive(&s, 0, 0));
	assert_int_equal(a.state.mood, POOL_AUTOSCALE_BURST);
	a.options.bound = 2 * excess;
	pool_autoscale_tick(&a, arrive(&s, 0, 0));
	assert_int_equal(a.state.mood, POOL_AUTOSCALE_CALM);
	assert_int_equal(a.state.mood_changes, 2);
	pool_autoscale_destroy(&a);
}

/* In a burst it looks at 8 s: from then on it has forgotten what was before. */
static void test_two_scales(void **state)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscaler a;
	struct source s;
	double f = 1.0 / 600;
	(void)state;

	start(&a, "two-scale", &options, &s);
	assert_int_equal(ticks(&a, &s, 600, 1000), 10);
	assert_int_equal(a.state.mood, POOL_AUTOSCALE_CALM);
	/* One tick at 1100 is no burst: over 60 s. */
	ticks(&a, &s, 1, 1100);
	assert_int_equal(a.state.mood, POOL_AUTOSCALE_CALM);
	assert_near(a.state.wanted, 10 + f + 2 * sqrt(f * (1 - f)));
	ticks(&a, &s, 80, 3000);
	assert_int_equal(a.state.mood, POOL_AUTOSCALE_BURST);
	assert_near(a.state.wanted, 30);
	/* A minute later all is one rate again, and calm. */
	ticks(&a, &s, 601, 3000);
	assert_int_equal(a.state.mood, POOL_AUTOSCALE_CALM);
	assert_near(a.state.wanted, 30);
	assert_int_equal(a.state.mood_changes, 2);
	pool_autoscale_destroy(&a);
}

/* The forecast of a straight line is one, but for the damping; that of a constant is exact. */
static void test_predictor(void **state)
{
	struct pool_trend_forecast f;
	struct pool_trend trend;
	double damped = 0;
	(void)state;

	assert_int_equal(pool_trend_init(&trend, 0), 0);
	f = pool_trend_forecast(&trend, 5);
	assert_near(f.highest, 0);
	for (int i = 0; i < 100; i++)
		pool_trend_learn(&trend, 500);
	f = pool_trend_forecast(&trend, 5);
	assert_near(f.last, 500);
	assert_near(f.highest, 500);
	assert_near(f.deviation, 0);
	for (int i = 1; i <= 200; i++)
		pool_trend_learn(&trend, 500 + 10 * i);
	f = pool_trend_forecast(&trend, 5);
	for (int i = 1; i <= 5; i++)
		damped += pow(POOL_TREND_DAMPING, i);
	/* The trend that a damped model settles at is below the true one, the level lags. */
	assert_true(f.last > 2500 && f.last < 2500 + 10 * damped + 10);
	assert_near(f.last, f.highest);
	pool_trend_destroy(&trend);
}

/* A season once seen is known before it comes, and the highest within the steps is told. */
static void test_season(void **state)
{
	struct pool_trend_forecast f;
	struct pool_trend trend;
	(void)state;

	assert_int_equal(pool_trend_init(&trend, POOL_TREND_SEASON_MAX + 1), EINVAL);
	assert_int_equal(pool_trend_init(&trend, 20), 0);
	for (int i = 0; i < 60; i++)
		pool_trend_learn(&trend, i % 20 < 5 ? 900 : 100);
	/* The next are places 0 to 4 of the season. */
	f = pool_trend_forecast(&trend, 1);
	assert_true(fabs(f.last - 900) < 50);
	f = pool_trend_forecast(&trend, 6);
	assert_true(fabs(f.last - 100) < 50);
	assert_true(fabs(f.highest - 900) < 50);
	pool_trend_destroy(&trend);
}

static void test_predictive(void **state)
{
	struct pool_autoscale_options options = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscaler a;
	struct source s;
	(void)state;

	start(&a, "predictive", &options, &s);
	assert_int_equal(ticks(&a, &s, 50, 1000), 10);
	/* A rise by 100 a second each tick: it is ahead of the rate. */
	for (int i = 1; i <= 20; i++)
		ticks(&a, &s, 1, 1000 + 100 * i);
	assert_true(a.state.capacity > 30);
	assert_true(a.state.capacity < 45);
	pool_autoscale_destroy(&a);
}

static void test_options(void **state)
{
	const struct pool_autoscale_options good = POOL_AUTOSCALE_OPTIONS_INIT;
	struct pool_autoscale_options bad[10];
	struct pool_autoscaler a;
	(void)state;

	for (int i = 0; i < 10; i++)
		bad[i] = good;
	bad[0].min = 0;
	bad[1].max = 0;
	bad[2].initial = 0;
	bad[3].cool_down_ns = -1;
	bad[4].tick_ns = 0;
	bad[5].tick_ns = 11 * S;
	bad[6].sigmas = -1;
	bad[7].season_ns = 1;
	bad[8].drain_ns = 0;
	bad[9].season_ns = (POOL_TREND_SEASON_MAX + 1) * good.tick_ns;
	for (int i = 0; i < 10; i++)
		assert_int_equal(pool_autoscale_init(&a, "little", &bad[i]), EINVAL);
	assert_int_equal(pool_autoscale_init(&a, "static-60", &good), EINVAL);
	for (const char *const *name = pool_autoscale_names(); *name; name++) {
		assert_int_equal(pool_autoscale_init(&a, *name, &good), 0);
		assert_string_equal(a.ops->name, *name);
		pool_autoscale_destroy(&a);
	}
}

static void test_observe(void **state)
{
	struct pool_stats stats = {.submitted = 10,
				   .rejected = 2,
				   .completed = 5,
				   .failed = 2,
				   .workers = 5,
				   .idle = 2,
				   .queued = 1,
				   .waiters = 3};
	struct pool_load_sample sample = {0};
	(void)state;

	pool_autoscale_observe(&stats, S, &sample);
	assert_near(sample.busy_ns, 0); /* since when is not known */
	pool_autoscale_observe(&stats, S + TICK, &sample);
	assert_near(sample.busy_ns, 3.0 * TICK);
	assert_int_equal(sample.at_ns, S + TICK);
	assert_int_equal(sample.offered, 12);
	assert_int_equal(sample.completed, 7);
	assert_int_equal(sample.queued, 4);
	stats.idle = 6; /* read a moment later than the workers */
	pool_autoscale_observe(&stats, S + 2 * TICK, &sample);
	assert_near(sample.busy_ns, 3.0 * TICK);
}

static void test_score(void **state)
{
	struct pool_scaling_score s = {0};
	(void)state;

	pool_scaling_score_step(&s, 0, 10, 12);
	pool_scaling_score_step(&s, 10, 20, 12); /* too few */
	pool_scaling_score_step(&s, 15, 20, 19);
	pool_scaling_score_step(&s, 17, 20, 30); /* enough */
	pool_scaling_score_step(&s, 27, 10, 30);
	pool_scaling_score_end(&s, 37);
	assert_true(pool_scaling_score_reacted(&s));
	assert_int_equal(s.reaction_ns, 7);
	assert_int_equal(s.spells, 1);
	/* 2 · 10, 10 · 10, 20 · 10 above; needed are 10 · 10, 20 · 17, 10 · 10. */
	assert_near(pool_scaling_score_over(&s), 100.0 * 320 / 540);
	assert_near(pool_scaling_score_over_peak(&s), 50);
}

/* Where the need goes away by itself, that was no reaction. */
static void test_score_not_met(void **state)
{
	struct pool_scaling_score s = {0};
	(void)state;

	pool_scaling_score_step(&s, 0, 10, 10);
	pool_scaling_score_step(&s, 10, 20, 10);
	pool_scaling_score_step(&s, 15, 20, 15);
	pool_scaling_score_step(&s, 18, 12, 15);
	pool_scaling_score_end(&s, 20);
	assert_false(pool_scaling_score_reacted(&s));
	assert_int_equal(s.unmet, 1);
	assert_int_equal(s.unmet_ns, 8);
	s = (struct pool_scaling_score){0};
	pool_scaling_score_step(&s, 0, 10, 5);
	pool_scaling_score_end(&s, 20);
	assert_int_equal(s.unmet, 1);
	assert_int_equal(s.unmet_ns, 20);
	s = (struct pool_scaling_score){0};
	assert_true(pool_scaling_score_over(&s) < 0);
	pool_scaling_score_step(&s, 0, 10, 10);
	pool_scaling_score_end(&s, 20);
	assert_false(pool_scaling_score_reacted(&s)); /* nothing to react to */
	assert_int_equal(s.unmet, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_moments),
	    cmocka_unit_test(test_window_of_moments),
	    cmocka_unit_test(test_history_forgets),
	    cmocka_unit_test(test_service_time),
	    cmocka_unit_test(test_none),
	    cmocka_unit_test(test_static),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_unknown_service_time),
	    cmocka_unit_test(test_little),
	    cmocka_unit_test(test_border_of_a_burst),
	    cmocka_unit_test(test_two_scales),
	    cmocka_unit_test(test_predictor),
	    cmocka_unit_test(test_season),
	    cmocka_unit_test(test_predictive),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_observe),
	    cmocka_unit_test(test_score),
	    cmocka_unit_test(test_score_not_met),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
