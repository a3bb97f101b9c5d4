/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/protocol.h"
#include "rig/plan/schedule.h"

/* A schedule, looked at as a workload does. */
struct view {
	int fd;
	size_t size;
	const struct poolrig_schedule_header *header;
	const struct poolrig_schedule_arrival *arrivals;
};

static void view_open(struct view *v, const struct load_spec *load, uint64_t seed)
{
	struct error err = ERROR_INIT;
	struct stat st;

	v->fd = schedule_make(load, seed, &err);
	if (v->fd < 0)
		fail_msg("%s", err.text);
	assert_int_equal(fstat(v->fd, &st), 0);
	v->size = (size_t)st.st_size;
	v->header = mmap(NULL, v->size, PROT_READ, MAP_SHARED, v->fd, 0);
	assert_true(v->header != MAP_FAILED);
	v->arrivals = (const void *)(v->header + 1);
	assert_memory_equal(v->header->magic, POOLRIG_SCHEDULE_MAGIC, 8);
	assert_int_equal(v->size, sizeof(*v->header) + v->header->count * sizeof(*v->arrivals));
	assert_true(v->header->seed == seed);
	for (uint64_t i = 0; i < v->header->count; i++) {
		assert_true(v->arrivals[i].start_ns < v->header->period_ns);
		assert_true(!i || v->arrivals[i].start_ns >= v->arrivals[i - 1].start_ns);
		assert_true(v->arrivals[i].service_ns == (uint64_t)load->service_ns);
	}
}

static void view_close(struct view *v)
{
	munmap((void *)v->header, v->size);
	close(v->fd);
}

static struct load_spec constant(double rate)
{
	return (struct load_spec){
	    .arrivals = ARRIVALS_CONSTANT,
	    .rate = rate,
	    .service_ns = 5000000,
	    .warmup_ns = 1000000000,
	    .measure_ns = 2000000000,
	};
}

static struct load_spec poisson(double rate)
{
	struct load_spec load = constant(rate);

	load.arrivals = ARRIVALS_POISSON;
	return load;
}

/* Begins at 1.5 s. */
static struct load_spec burst(double rate, double peak, int64_t rise_ns, int64_t hold_ns)
{
	struct load_spec load = constant(rate);

	load.arrivals = ARRIVALS_BURST;
	load.burst = (struct burst_spec){peak, 500000000, rise_ns, hold_ns};
	return load;
}

static void constant_is_evenly_spaced(void **state)
{
	static const double rates[] = {1, 3, 7, 999, 1000, 99991, 100000, 1000000};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(rates); n++) {
		struct load_spec load = constant(rates[n]);
		struct view v;

		view_open(&v, &load, 1);
		assert_true(v.header->count == (uint64_t)rates[n]);
		assert_true(v.header->period_ns == 1000000000);
		/* not one is a nanosecond from where it belongs, the last as little as the first */
		for (uint64_t i = 0; i < v.header->count; i++)
			assert_true(v.arrivals[i].start_ns == i * 1000000000 / v.header->count);
		view_close(&v);
	}
}

/* rate, and what a round must be */
static const struct {
	double rate;
	uint64_t count, period_ns;
} shapes[] = {
    {7.5, 15, 2000000000},          {0.5, 1, 2000000000},   {0.1, 1, 10000000000},
    {0.25, 1, 4000000000},          {2.3, 23, 10000000000}, {0.001, 1, 1000000000000},
    {33.333, 33, 990009900},        {0.3, 3, 10000000000},  {2000000, 200000, 100000000},
    {10000000, 1000000, 100000000},
};

static void fractional_rates_are_kept(void **state)
{
	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(shapes); n++) {
		struct load_spec load = constant(shapes[n].rate);
		struct view v;
		double rate;

		view_open(&v, &load, 1);
		assert_true(v.header->count == shapes[n].count);
		assert_true(v.header->period_ns == shapes[n].period_ns);
		rate = (double)v.header->count * 1e9 / (double)v.header->period_ns;
		assert_true(fabs(rate / shapes[n].rate - 1) < 2e-9);
		view_close(&v);
	}
}

static void poisson_keeps_the_mean_rate(void **state)
{
	static const double rates[] = {0.5, 1, 10, 1000, 33333.3, 100000, 1000000};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(rates); n++) {
		struct load_spec load = poisson(rates[n]);
		struct view v;
		double rate;

		view_open(&v, &load, 42);
		assert_in_range(v.header->count, 1, 1 << 18);
		rate = (double)v.header->count * 1e9 / (double)v.header->period_ns;
		assert_true(fabs(rate / rates[n] - 1) < 2e-9);
		view_close(&v);
	}
}

/* What docs/experiment.md says of it: half a nanosecond in a round, however short the trial is. */
static void the_rate_is_kept_to_half_a_nanosecond(void **state)
{
	static const double rates[] = {1003, 33333.3, 777777.7, 1e6, 3333333.3, 1e7};
	static const int64_t windows[] = {NS_PER_MS, 1234567, 17 * NS_PER_MS, NS_PER_S,
					  100 * NS_PER_S};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(rates); n++)
		for (size_t w = 0; w < 2 * ARRAY_SIZE(windows); w++) {
			bool even = w >= ARRAY_SIZE(windows);
			struct load_spec load = even ? constant(rates[n]) : poisson(rates[n]);
			double rate, bound;
			struct view v;

			load.warmup_ns = 0;
			load.measure_ns = windows[w % ARRAY_SIZE(windows)];
			view_open(&v, &load, 42);
			rate = (double)v.header->count * 1e9 / (double)v.header->period_ns;
			bound = 0.5 / (double)v.header->period_ns;
			assert_true(fabs(rate / rates[n] - 1) < bound * 1.001 + 1e-15);
			view_close(&v);
		}
}

/* The gaps of a Poisson process are exponential: their standard deviation is their mean, and a
 * share of 1/e of them is longer than the mean. 2^18 gaps: five standard errors are about 2 %. */
static void poisson_gaps_are_exponential(void **state)
{
	struct load_spec load = poisson(100000);
	struct view v;
	double mean, squares = 0;
	uint64_t longer = 0;

	(void)state;
	view_open(&v, &load, 42);
	assert_int_equal(v.header->count, 1 << 18);
	mean = (double)v.header->period_ns / (double)v.header->count;
	for (uint64_t i = 0; i < v.header->count; i++) {
		uint64_t next =
		    i + 1 < v.header->count ? v.arrivals[i + 1].start_ns : v.header->period_ns;
		double gap = (double)(next - v.arrivals[i].start_ns);

		squares += (gap - mean) * (gap - mean);
		longer += gap > mean;
	}
	assert_true(fabs(sqrt(squares / (double)v.header->count) / mean - 1) < 0.02);
	assert_true(fabs((double)longer / (double)v.header->count - exp(-1)) < 0.01);
	view_close(&v);
}

static void a_slow_poisson_load_is_not_repeated(void **state)
{
	struct load_spec load = poisson(1000);
	struct view v;

	(void)state;
	view_open(&v, &load, 1);
	assert_int_equal(v.header->count, 3000);
	assert_true(v.header->period_ns == 3000000000); /* warm-up and window */
	view_close(&v);
}

static void seeds_matter_and_repeat(void **state)
{
	struct load_spec load = poisson(1000);
	struct view a, b, c;

	(void)state;
	view_open(&a, &load, 1);
	view_open(&b, &load, 1);
	view_open(&c, &load, 2);
	assert_memory_equal(a.header, b.header, a.size);
	assert_memory_not_equal(a.arrivals, c.arrivals, a.size - sizeof(*a.header));
	view_close(&a);
	view_close(&b);
	view_close(&c);
}

/* By hand, at 500 a second to 3200: 750 before it, 0.2 s at 1850 on average are 370, 0.8 s at 3200
 * are 2560, and 0.5 s at 500 are 250. */
static void a_burst_has_as_many_as_its_integral(void **state)
{
	struct load_spec load = burst(500, 3200, 200000000, 800000000);
	struct view v;

	(void)state;
	view_open(&v, &load, 1);
	assert_int_equal(v.header->count, 750 + 370 + 2560 + 250);
	assert_true(v.header->period_ns == 3000000000);
	for (uint64_t i = 0; i < 750; i++)
		assert_true(v.arrivals[i].start_ns == i * 2000000);
	assert_true(v.arrivals[750].start_ns == 1500000000); /* the rise begins */
	for (uint64_t i = 0; i < 2560; i++)
		assert_true(v.arrivals[1120 + i].start_ns == 1700000000 + i * 312500);
	for (uint64_t i = 0; i < 250; i++)
		assert_true(v.arrivals[3680 + i].start_ns == 2500000000 + i * 2000000);
	view_close(&v);
}

/* In whole numbers: n(s) = 500 s + 6750 s^2 = (s_ns * 5e11 + 6750 * s_ns^2) / 1e18. An instant is
 * right if half a nanosecond less is too early and half a nanosecond more is too late. */
static unsigned __int128 grown(uint64_t half_ns)
{
	return (unsigned __int128)half_ns * 1000000000000 +
	       (unsigned __int128)half_ns * half_ns * 6750;
}

static void a_rise_is_the_closed_form(void **state)
{
	struct load_spec load = burst(500, 3200, 200000000, 800000000);
	struct view v;

	(void)state;
	view_open(&v, &load, 1);
	for (uint64_t n = 1; n < 370; n++) {
		uint64_t half_ns = 2 * (v.arrivals[750 + n].start_ns - 1500000000);
		unsigned __int128 due = (unsigned __int128)n * 4000000000000000000;

		assert_true(grown(half_ns - 1) <= due && due <= grown(half_ns + 1));
	}
	view_close(&v);
}

static void a_step_needs_no_rise(void **state)
{
	struct load_spec load = burst(1000, 4000, 0, 500000000);
	struct view v;

	(void)state;
	view_open(&v, &load, 1);
	assert_int_equal(v.header->count, 1500 + 2000 + 1000);
	for (uint64_t i = 0; i < 1500; i++)
		assert_true(v.arrivals[i].start_ns == i * 1000000);
	for (uint64_t i = 0; i < 2000; i++)
		assert_true(v.arrivals[1500 + i].start_ns == 1500000000 + i * 250000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_true(v.arrivals[3500 + i].start_ns == 2000000000 + i * 1000000);
	view_close(&v);
}

/* A burst to the rate that is there already is a constant load, also where the rate is no whole
 * number, and where a decimal fraction is not a binary one. */
static void a_burst_to_its_own_rate_is_constant(void **state)
{
	static const double rates[] = {7, 0.3, 1000, 33333, 99991};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(rates); n++) {
		struct load_spec load = burst(rates[n], rates[n], 700000000, 300000000);
		struct view v;

		load.measure_ns = 9000000000; /* 10 s in all */
		view_open(&v, &load, 1);
		assert_true(v.header->count == (uint64_t)llround(rates[n] * 10));
		for (uint64_t i = 0; i < v.header->count; i++)
			assert_true(v.arrivals[i].start_ns ==
				    (i * 10000000000 * 2 / v.header->count + 1) / 2);
		view_close(&v);
	}
}

/* Where the burst begins with the trial and ends with it, and where it is all rise or all hold. */
static void a_burst_may_be_the_whole_window(void **state)
{
	struct load_spec load = burst(100, 300, 2000000000, 0);
	struct view v;

	(void)state;
	load.warmup_ns = 0;
	load.burst.at_ns = 0;
	view_open(&v, &load, 1);
	assert_int_equal(v.header->count, 400);
	assert_true(v.arrivals[0].start_ns == 0);
	assert_true(v.arrivals[150].start_ns == 1000000000); /* 100 s + 50 s^2 */
	view_close(&v);

	load.burst = (struct burst_spec){300.5, 0, 0, 2000000000};
	view_open(&v, &load, 1);
	assert_int_equal(v.header->count, 601);
	view_close(&v);
	load.burst.peak = 300.75; /* 601.5: the floor */
	view_open(&v, &load, 1);
	assert_int_equal(v.header->count, 601);
	view_close(&v);
}

static void a_burst_that_is_too_much_is_refused(void **state)
{
	struct load_spec load = burst(1, 1 << 23, 0, 2000000000);
	struct error err = ERROR_INIT;
	struct view v;

	(void)state;
	load.warmup_ns = 0;
	load.burst.at_ns = 0;
	view_open(&v, &load, 1);
	assert_int_equal(v.header->count, 1 << 24);
	assert_true(v.arrivals[(1 << 24) - 1].start_ns == 1999999881); /* -2^-23 s: -119.2 ns */
	view_close(&v);

	load.burst.peak = (1 << 23) + 0.5;
	assert_int_equal(schedule_make(&load, 1, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.text, "16777217 arrivals"));

	error_clear(&err);
	load.burst.peak = 0.5; /* below the rate */
	assert_int_equal(schedule_make(&load, 1, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
}

static void nobody_can_change_it(void **state)
{
	struct load_spec load = constant(100);
	struct view v;
	int seals;

	(void)state;
	view_open(&v, &load, 1);
	seals = fcntl(v.fd, F_GET_SEALS);
	assert_int_equal(seals, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	assert_int_equal(pwrite(v.fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(v.fd, 0), -1);
	assert_int_equal(ftruncate(v.fd, 1 << 20), -1);
	assert_true(mmap(NULL, v.size, PROT_READ | PROT_WRITE, MAP_SHARED, v.fd, 0) == MAP_FAILED);
	assert_true(fcntl(v.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(lseek(v.fd, 0, SEEK_CUR), 0);
	view_close(&v);
}

static void absurd_rates_are_refused(void **state)
{
	static const double rates[] = {0, -1, 1e-9, 1e8, NAN, INFINITY};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		struct load_spec load = constant(rates[i]);
		struct error err = ERROR_INIT;

		assert_int_equal(schedule_make(&load, 1, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(constant_is_evenly_spaced),
	    cmocka_unit_test(fractional_rates_are_kept),
	    cmocka_unit_test(poisson_keeps_the_mean_rate),
	    cmocka_unit_test(the_rate_is_kept_to_half_a_nanosecond),
	    cmocka_unit_test(poisson_gaps_are_exponential),
	    cmocka_unit_test(a_slow_poisson_load_is_not_repeated),
	    cmocka_unit_test(seeds_matter_and_repeat),
	    cmocka_unit_test(a_burst_has_as_many_as_its_integral),
	    cmocka_unit_test(a_rise_is_the_closed_form),
	    cmocka_unit_test(a_step_needs_no_rise),
	    cmocka_unit_test(a_burst_to_its_own_rate_is_constant),
	    cmocka_unit_test(a_burst_may_be_the_whole_window),
	    cmocka_unit_test(a_burst_that_is_too_much_is_refused),
	    cmocka_unit_test(nobody_can_change_it),
	    cmocka_unit_test(absurd_rates_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
