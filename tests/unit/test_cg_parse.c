/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/own.h"
#include "cgroups/parse.h"
#include "tests/unit/cg_test.h"

static const struct cg_field cpu[] = {
    CG_FIELD("usage_usec", CG_CPU_USAGE_NS, 1000),
    CG_FIELD("user_usec", CG_CPU_USER_NS, 1000),
    CG_FIELD("nr_throttled", CG_CPU_THROTTLED_PERIODS, 1),
};
static const struct cg_field psi[] = {
    CG_FIELD("some", CG_PSI_CPU_SOME_NS, 1000),
    CG_FIELD("full", CG_PSI_CPU_FULL_NS, 1000),
};
static const struct cg_field one = {NULL, 0, CG_MEMORY_CURRENT_BYTES, 1};

#define BIT(c) (UINT64_C(1) << (c))

static void flat_takes_only_whole_keys(void **state)
{
	struct cg_reading r = {.known = 0};

	(void)state;
	cg_parse_flat("usage_usec_other 1\nuser 2\nusage_usec 3\nsystem_usec 9\nuser_usec 4\n", cpu,
		      ARRAY_SIZE(cpu), &r);
	assert_int_equal(r.known, BIT(CG_CPU_USAGE_NS) | BIT(CG_CPU_USER_NS));
	assert_int_equal(r.value[CG_CPU_USAGE_NS], 3000);
	assert_int_equal(r.value[CG_CPU_USER_NS], 4000);
}

static void flat_leaves_nonsense_unknown(void **state)
{
	static const char *const texts[] = {
	    "",
	    "usage_usec",
	    "usage_usec \n",
	    "usage_usec x\n",
	    "usage_usec -1\n",
	    "usage_usec 1x\n",
	    "usage_usec 1 2\n",
	    "usage_usec 9223372036854775808\n",
	    "usage_usec 9223372036854775807\n", /* times 1000 is too much */
	    "usage_usec 99999999999999999999999\n",
	    " usage_usec 1\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct cg_reading r = {.known = 0};

		cg_parse_flat(texts[i], cpu, ARRAY_SIZE(cpu), &r);
		if (r.known)
			fail_msg("\"%s\" was understood", texts[i]);
	}
}

static void flat_without_a_last_newline(void **state)
{
	struct cg_reading r = {.known = 0};

	(void)state;
	cg_parse_flat("user_usec 1\nnr_throttled 12", cpu, ARRAY_SIZE(cpu), &r);
	assert_true(r.known & BIT(CG_CPU_THROTTLED_PERIODS));
	assert_int_equal(r.value[CG_CPU_THROTTLED_PERIODS], 12);
}

static void single_takes_the_largest_and_adds_up(void **state)
{
	struct cg_reading r = {.known = 0};

	(void)state;
	cg_parse_single("9223372036854775807\n", &one, &r);
	assert_int_equal(r.known, BIT(CG_MEMORY_CURRENT_BYTES));
	assert_int_equal(r.value[CG_MEMORY_CURRENT_BYTES], INT64_MAX);
	cg_parse_single("1\n", &one, &r); /* an overflow changes nothing */
	assert_int_equal(r.value[CG_MEMORY_CURRENT_BYTES], INT64_MAX);
	r.known = 0;
	cg_parse_single("5\n", &one, &r);
	cg_parse_single("7", &one, &r);
	assert_int_equal(r.value[CG_MEMORY_CURRENT_BYTES], 12);
	r.known = 0;
	cg_parse_single("max\n", &one, &r);
	cg_parse_single("", &one, &r);
	assert_int_equal(r.known, 0);
}

static void psi_takes_the_totals(void **state)
{
	struct cg_reading r = {.known = 0};

	(void)state;
	cg_parse_psi("some avg10=0.04 avg60=3.38 avg300=3.53 total=23241378\n"
		     "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n",
		     psi, ARRAY_SIZE(psi), &r);
	assert_int_equal(r.known, BIT(CG_PSI_CPU_SOME_NS) | BIT(CG_PSI_CPU_FULL_NS));
	assert_int_equal(r.value[CG_PSI_CPU_SOME_NS], INT64_C(23241378000));
	assert_int_equal(r.value[CG_PSI_CPU_FULL_NS], 7000);
}

static void psi_keeps_to_its_line(void **state)
{
	struct cg_reading r = {.known = 0};

	(void)state;
	/* CPU pressure had no "full" line before Linux 5.13. */
	cg_parse_psi("some avg10=0.00\nfull avg10=0.00 total=5\n", psi, ARRAY_SIZE(psi), &r);
	assert_int_equal(r.known, BIT(CG_PSI_CPU_FULL_NS));
	r.known = 0;
	cg_parse_psi("some avg10=0.00 total=5", psi, ARRAY_SIZE(psi), &r);
	assert_int_equal(r.known, BIT(CG_PSI_CPU_SOME_NS));
}

static void numbers(void **state)
{
	int64_t n[3] = {0};

	(void)state;
	assert_int_equal(cg_parse_numbers("1 22 333 \n", n, 3), 3);
	assert_int_equal(n[2], 333);
	assert_int_equal(cg_parse_numbers("1 2 3 4\n", n, 3), 3);
	assert_int_equal(cg_parse_numbers("\n", n, 3), 0);
	assert_int_equal(cg_parse_numbers("1 x\n", n, 3), -1);
	assert_int_equal(cg_parse_numbers("1x\n", n, 3), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flat_takes_only_whole_keys),
	    cmocka_unit_test(flat_leaves_nonsense_unknown),
	    cmocka_unit_test(flat_without_a_last_newline),
	    cmocka_unit_test(single_takes_the_largest_and_adds_up),
	    cmocka_unit_test(psi_takes_the_totals),
	    cmocka_unit_test(psi_keeps_to_its_line),
	    cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
