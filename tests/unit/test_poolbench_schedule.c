/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "workloads/poolbench/schedule.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int make(struct poolrig_schedule_header h, const struct poolrig_schedule_arrival *arrivals,
		size_t count, int seals)
{
	int fd = memfd_create("schedule", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, &h, sizeof(h)), sizeof(h));
	if (count)
		assert_int_equal(write(fd, arrivals, count * sizeof(*arrivals)),
				 count * sizeof(*arrivals));
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static struct poolrig_schedule_header header(uint64_t count, uint64_t period)
{
	struct poolrig_schedule_header h = {.count = count, .period_ns = period, .seed = 7};

	memcpy(h.magic, POOLRIG_SCHEDULE_MAGIC, sizeof(h.magic));
	return h;
}

static void test_rounds(void **state)
{
	static const struct poolrig_schedule_arrival arrivals[] = {
	    {0, 5}, {30, 6}, {30, 7}, {99, 8}};
	static const int64_t starts[] = {0, 30, 30, 99, 100, 130, 130, 199, 200};
	static const int64_t services[] = {5, 6, 7, 8, 5, 6, 7, 8, 5};
	struct error err = ERROR_INIT;
	cleanup_fd int fd = make(header(4, 100), arrivals, 4, SEALS);
	struct bench_arrivals at = {0};
	struct bench_schedule s;
	int64_t service;
	(void)state;

	assert_int_equal(bench_schedule_map(&s, fd, &err), 0);
	assert_int_equal(s.seed, 7);
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		assert_int_equal(bench_schedule_next(&s, &at, &service), starts[i]);
		assert_int_equal(service, services[i]);
	}
	bench_schedule_destroy(&s);
	bench_schedule_destroy(&s);
}

static void refused(int fd, const char *why)
{
	struct error err = ERROR_INIT;
	struct bench_schedule s;

	assert_int_equal(bench_schedule_map(&s, fd, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
	assert_null(s.mapping);
	if (fd >= 0)
		close(fd);
}

static void test_bad_files(void **state)
{
	static const struct poolrig_schedule_arrival good[] = {{0, 5}, {30, 6}};
	static const struct poolrig_schedule_arrival backwards[] = {{30, 5}, {29, 6}};
	static const struct poolrig_schedule_arrival endless[] = {{0, UINT64_MAX}, {30, 6}};
	struct poolrig_schedule_header magic = header(2, 100);
	int empty = memfd_create("empty", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	(void)state;

	magic.magic[0] = 'X';
	refused(make(magic, good, 2, SEALS), POOLRIG_SCHEDULE_MAGIC);
	refused(make(header(0, 100), good, 0, SEALS), "count 0");
	refused(make(header(1, 100), good, 2, SEALS), "count 1");
	refused(make(header(3, 100), good, 2, SEALS), "count 3");
	/* A count whose size in bytes overflows to the right one. */
	refused(make(header((UINT64_C(1) << 60) + 2, 100), good, 2, SEALS), "count");
	refused(make(header(2, 0), good, 2, SEALS), "period_ns 0");
	refused(make(header(2, UINT64_MAX), good, 2, SEALS), "period_ns");
	refused(make(header(2, 30), good, 2, SEALS), "arrival 1: start_ns 30");
	refused(make(header(2, 100), backwards, 2, SEALS), "arrival 1: start_ns 29");
	refused(make(header(2, 100), endless, 2, SEALS), "arrival 0: service_ns");
	refused(make(header(2, 100), good, 2, F_SEAL_SHRINK), "seals");
	refused(make(header(2, 100), good, 2, F_SEAL_WRITE), "seals");
	assert_int_equal(fcntl(empty, F_ADD_SEALS, SEALS), 0);
	refused(empty, "0 bytes");
	refused(-1, "SCM_RIGHTS");
	refused(open("/dev/null", O_RDONLY | O_CLOEXEC), "not a memfd");
}

static void test_constant(void **state)
{
	struct bench_arrivals at = {0};
	struct bench_schedule s;
	int64_t service, last = -1;
	(void)state;

	assert_int_equal(bench_schedule_constant(&s, 30000, 5000000, NULL), 0);
	assert_int_equal(s.count, 30000);
	for (int i = 0; i < 30000; i++) {
		int64_t start = bench_schedule_next(&s, &at, &service);

		/* 33,333 or 33,334 ns apart: the third of a ns is not lost. */
		assert_true(i == 0 || (start - last >= 33333 && start - last <= 33334));
		assert_int_equal(service, 5000000);
		last = start;
	}
	assert_int_equal(bench_schedule_next(&s, &at, &service), NS_PER_S);
	/* 30,000 a second of 5 ms each: 150 at a time. */
	assert_int_equal(bench_schedule_concurrency(&s), 151);
	bench_schedule_destroy(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rounds),
	    cmocka_unit_test(test_bad_files),
	    cmocka_unit_test(test_constant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
