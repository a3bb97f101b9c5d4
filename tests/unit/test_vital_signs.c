/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Its threads (pthread) are looked at by the thread sanitizer, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "rig/probe/vital_signs.h"

/* Two CPUs that this process may use; the same one twice where there is no other. */
static void two_cpus(cpu_set_t *work, cpu_set_t *load)
{
	cpu_set_t own;

	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	CPU_ZERO(work);
	CPU_ZERO(load);
	CPU_SET(cpulist_first(&own), work);
	cpulist_without(&own, work);
	CPU_SET(CPU_COUNT(&own) ? cpulist_first(&own) : cpulist_first(work), load);
}

static void fails(const cpu_set_t *work, const cpu_set_t *load, int64_t limit_ns, const char *want)
{
	double seconds = -1;
	char why[120] = "";

	assert_false(vital_signs_round_trip(work, load, limit_ns, &seconds, why, sizeof(why)));
	assert_string_equal(why, want);
	assert_true(seconds < 0);
}

static void a_value_or_a_reason(void **state)
{
	double seconds = 0;
	cpu_set_t work, load;
	char why[120] = "";

	(void)state;
	two_cpus(&work, &load);
	if (vital_signs_round_trip(&work, &load, 60 * NS_PER_S, &seconds, why, sizeof(why)))
		assert_true(seconds > 0);
	else
		assert_string_equal(why, "the cores did not answer each other in time");
}

/* They measure for 1 ms, so they are seldom done where the time is up before it begins: only if the
 * kernel stops this thread for that long. Those that are not done outlive the call. */
static void threads_that_do_not_end_are_left(void **state)
{
	int left = 0;
	cpu_set_t work, load;

	(void)state;
	two_cpus(&work, &load);
	for (int i = 0; i < 1000 && left < 20; i++) {
		double seconds = -1;
		char why[120] = "";

		if (vital_signs_round_trip(&work, &load, -NS_PER_S, &seconds, why, sizeof(why)))
			continue;
		left += strcmp(why, "a thread on the work core got no time on it") == 0;
		assert_true(seconds < 0 && why[0]);
	}
	assert_int_equal(left, 20);
}

static void a_core_that_is_not_there(void **state)
{
	cpu_set_t work, load;

	(void)state;
	two_cpus(&work, &load);
	CPU_ZERO(&load);
	CPU_SET(CPU_SETSIZE - 1, &load);
	fails(&work, &load, NS_PER_S,
	      "a thread on each core could not be started: Invalid argument");
	fails(&load, &work, NS_PER_S,
	      "a thread on each core could not be started: Invalid argument");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_value_or_a_reason),
	    cmocka_unit_test(threads_that_do_not_end_are_left),
	    cmocka_unit_test(a_core_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
