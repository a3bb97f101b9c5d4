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

#include "base/own.h"
#include "base/protocol.h"
#include "rig/plan/schedule.h"

/* A schedule, looked at as a workload does. */
struct view {
	int fd;
	size_t size;
	const struct schedule_header *header;
	const struct schedule_arrival *arrivals;
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
	assert_memory_equal(v->header->magic, SCHEDULE_MAGIC, 8);
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
	return (struct load_spec){ARRIVALS_CONSTANT, rate, 5000000, 1000000000, 2000000000, 0};
}

static struct load_spec poisson(double rate)
{
	return (struct load_spec){ARRIVALS_POISSON, rate, 5000000, 1000000000, 2000000000, 0};
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
	    cmocka_unit_test(poisson_gaps_are_exponential),
	    cmocka_unit_test(a_slow_poisson_load_is_not_repeated),
	    cmocka_unit_test(seeds_matter_and_repeat),
	    cmocka_unit_test(nobody_can_change_it),
	    cmocka_unit_test(absurd_rates_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
