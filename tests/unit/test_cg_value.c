/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"
#include "cgroups/value.h"
#include "tests/unit/cg_test.h"

static void asks(void **state)
{
	static const struct {
		enum cg_knob knob;
		const char *text, *written; /* NULL: an input error */
	} cases[] = {
	    {CG_KNOB_CPUS, "0,1,2,3", "0,1,2,3"},
	    {CG_KNOB_CPUS, "", NULL},
	    {CG_KNOB_CPUS, "one", NULL},
	    {CG_KNOB_CPUS, "3-1", NULL},
	    {CG_KNOB_MEMS, "0", "0"},
	    {CG_KNOB_PARTITION, "isolated", "isolated"},
	    {CG_KNOB_PARTITION, "isolate", NULL},
	    {CG_KNOB_MEMORY_MAX, "67108864", "67108864"},
	    {CG_KNOB_MEMORY_MAX, "64M", "67108864"},
	    {CG_KNOB_MEMORY_MAX, "max", "max"},
	    {CG_KNOB_MEMORY_MAX, "12Q", NULL},
	    {CG_KNOB_MEMORY_MAX, "-1", NULL},
	    {CG_KNOB_MEMORY_MAX, "", NULL},
	    {CG_KNOB_SWAP_MAX, "0", "0"},
	    {CG_KNOB_PIDS_MAX, "50", "50"},
	    {CG_KNOB_PIDS_MAX, "max", "max"},
	    {CG_KNOB_PIDS_MAX, "50M5", NULL},
	    {CG_KNOB_PIDS_MAX, "maximum", NULL},
	    {CG_KNOB_CPU_MAX, "50000 100000", "50000 100000"},
	    {CG_KNOB_CPU_MAX, "max", "max"},
	    {CG_KNOB_CPU_MAX, "max 20000", "max 20000"},
	    {CG_KNOB_CPU_MAX, "50000", NULL},
	    {CG_KNOB_CPU_MAX, "50%", "50000 100000"},
	    {CG_KNOB_CPU_MAX, "12.5%", "12500 100000"},
	    {CG_KNOB_CPU_MAX, "250%", "250000 100000"},
	    {CG_KNOB_CPU_MAX, "0.5%", NULL}, /* the kernel's least is 1 ms */
	    {CG_KNOB_CPU_MAX, "%", NULL},
	    {CG_KNOB_CPU_MAX, "5%%", NULL},
	    {CG_KNOB_CPU_MAX, "-5%", NULL},
	    {CG_KNOB_CPU_MAX, "nan%", NULL},
	    {CG_KNOB_CPU_MAX, "2000000%", NULL},
	    {CG_KNOB_CPU_MAX, "50000 100000\n", NULL},
	    {CG_KNOB_CPU_MAX, "20000 0", NULL}, /* the kernel takes neither less nor more */
	    {CG_KNOB_CPU_MAX, "20000 999", NULL},
	    {CG_KNOB_CPU_MAX, "1000 1000", "1000 1000"},
	    {CG_KNOB_CPU_MAX, "999 1000", NULL},
	    {CG_KNOB_CPU_MAX, "0 100000", NULL},
	    {CG_KNOB_CPU_MAX, "17592186044415 1000000", "17592186044415 1000000"},
	    {CG_KNOB_CPU_MAX, "17592186044416 1000000", NULL},
	    {CG_KNOB_CPU_MAX, "20000 1000001", NULL},
	    {CG_KNOB_CPU_MAX, "max 0", NULL},
	    {CG_KNOB_CPU_MAX, "max 100000", "max 100000"},
	    {CG_KNOB_CPU_MAX, "50000  100000", NULL},
	    {CG_KNOB_IO_MAX, "8:16 wbps=10M", "8:16 wbps=10485760"},
	    {CG_KNOB_IO_MAX, "8:0 wiops=1k rbps=max", "8:0 rbps=max wiops=1000"},
	    {CG_KNOB_IO_MAX, "8:0", NULL},
	    {CG_KNOB_IO_MAX, "8:0 ", NULL},
	    {CG_KNOB_IO_MAX, "8 wbps=1M", NULL},
	    {CG_KNOB_IO_MAX, "8:0x wbps=1M", NULL},
	    {CG_KNOB_IO_MAX, "sda wbps=1M", NULL},
	    {CG_KNOB_IO_MAX, "8:0 wbps=0", NULL},
	    {CG_KNOB_IO_MAX, "8:0 wbps=", NULL},
	    {CG_KNOB_IO_MAX, "8:0 wbps", NULL},
	    {CG_KNOB_IO_MAX, "8:0 wbps=1M wbps=2M", NULL},
	    {CG_KNOB_IO_MAX, "8:0 bps=1M", NULL},
	    {CG_KNOB_IO_MAX, "8:0 wbps=1M\n8:16 wbps=1M", NULL},
	    {CG_KNOB_IO_MAX, "max", NULL},
	    {CG_KNOB_IO_MAX, "", NULL},
	    {CG_KNOB_CPU_WEIGHT, "100", "100"},
	    {CG_KNOB_CPU_WEIGHT, "0", NULL},
	    {CG_KNOB_CPU_WEIGHT, "10001", NULL},
	    {CG_KNOB_CPU_WEIGHT, "max", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct cg_knob_row *row = cg_knob_row(cases[i].knob);
		struct error err = ERROR_INIT;
		struct cg_value v;
		char text[CPULIST_SIZE];
		int rc = cg_value_ask(row, cases[i].text, &v, &err);

		if ((rc == 0) != !!cases[i].written)
			fail_msg("%s \"%s\": %d %s", row->name, cases[i].text, rc, err.text);
		if (rc < 0) {
			assert_int_equal(err.kind, ERROR_INPUT);
			assert_int_equal(err.text[0], '"'); /* the caller names it */
			assert_says(text_clean(cases[i].text, true, text, sizeof(text)));
			continue;
		}
		assert_string_equal(cg_value_text(row, &v, text), cases[i].written);
	}
}

/* A list that is too long to be kept as it was is made anew. */
static void long_lists(void **state)
{
	char list[CPULIST_SIZE] = "", text[CPULIST_SIZE];
	struct cg_value v;

	(void)state;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu += 2)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%d", cpu ? "," : "",
			 cpu);
	assert_int_equal(cg_value_read(cg_knob_row(CG_KNOB_CPUS), list, &v), 0);
	assert_string_equal(cg_value_text(cg_knob_row(CG_KNOB_CPUS), &v, text), list);
}

static void holds(void **state)
{
	static const struct {
		enum cg_knob knob;
		const char *asked, *got;
		bool held;
	} cases[] = {
	    {CG_KNOB_CPUS, "0,1", "0-1\n", true},
	    {CG_KNOB_CPUS, "0-1", "0\n", false},
	    {CG_KNOB_CPUS, "0-1", "\n", false},
	    {CG_KNOB_MEMORY_MAX, "67108865", "67108864\n", true},  /* rounded to a page */
	    {CG_KNOB_MEMORY_MAX, "67112960", "67108864\n", false}, /* a whole page less */
	    {CG_KNOB_MEMORY_MAX, "max", "max\n", true},
	    {CG_KNOB_MEMORY_MAX, "max", "67108864\n", false},
	    {CG_KNOB_MEMORY_MAX, "4096", "max\n", false},
	    {CG_KNOB_MEMORY_MAX, "9223372036854771712", "max\n", true},
	    {CG_KNOB_PIDS_MAX, "50", "50\n", true},
	    {CG_KNOB_PIDS_MAX, "50", "51\n", false},
	    {CG_KNOB_PIDS_MAX, "max", "0\n", false},
	    {CG_KNOB_CPU_MAX, "max", "max 100000\n", true}, /* no period was asked for */
	    {CG_KNOB_IO_MAX, "8:0 wbps=1M", "8:0 rbps=max wbps=1048576 riops=max wiops=max\n",
	     true},
	    {CG_KNOB_IO_MAX, "8:0 wbps=1M", "8:0 rbps=max wbps=1048575 riops=max wiops=max\n",
	     false},
	    {CG_KNOB_IO_MAX, "8:0 wbps=1M", "8:16 rbps=max wbps=1048576 riops=max wiops=max\n",
	     false},
	    {CG_KNOB_IO_MAX, "8:0 wbps=1M", "", false},
	    {CG_KNOB_IO_MAX, "8:0 wbps=max", "", true},
	    {CG_KNOB_CPU_MAX, "max 20000", "max 100000\n", false},
	    {CG_KNOB_CPU_MAX, "20000 50000", "20000 50000\n", true},
	    {CG_KNOB_CPU_MAX, "20000 50000", "20000 100000\n", false},
	    {CG_KNOB_PARTITION, "isolated", "isolated\n", true},
	    {CG_KNOB_PARTITION, "isolated", "isolated invalid (Parent is not a partition root)\n",
	     false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct cg_knob_row *row = cg_knob_row(cases[i].knob);
		struct error err = ERROR_INIT;
		struct cg_value asked, got;

		assert_ok(cg_value_ask(row, cases[i].asked, &asked, &err));
		assert_int_equal(cg_value_read(row, cases[i].got, &got), 0);
		if (cg_value_held(row, &asked, &got, 4096) != cases[i].held)
			fail_msg("%s: asked \"%s\", got \"%s\"", row->name, cases[i].asked,
				 cases[i].got);
	}
}

static void misread_is_an_error(void **state)
{
	struct cg_value v;

	(void)state;
	assert_int_equal(cg_value_read(cg_knob_row(CG_KNOB_PIDS_MAX), "fifty\n", &v), -1);
	assert_int_equal(cg_value_read(cg_knob_row(CG_KNOB_PIDS_MAX), "5 0\n", &v), -1);
	assert_int_equal(cg_value_read(cg_knob_row(CG_KNOB_CPU_MAX), "100000\n", &v), -1);
	assert_int_equal(cg_value_read(cg_knob_row(CG_KNOB_MEMORY_MAX), "", &v), -1);
}

static void weights_and_shares(void **state)
{
	(void)state;
	assert_int_equal(cg_shares_of_weight(100), 1024); /* the default stays the default */
	assert_int_equal(cg_shares_of_weight(200), 2048);
	assert_int_equal(cg_shares_of_weight(1), 10);
	assert_int_equal(cg_shares_of_weight(10000), 102400);
	for (uint64_t w = 1; w <= 10000; w++)
		if (cg_weight_of_shares(cg_shares_of_weight(w)) != w)
			fail_msg("weight %d does not come back", (int)w);
}

static void the_table_is_whole(void **state)
{
	(void)state;
	for (int k = 0; k < CG_KNOBS; k++) {
		const struct cg_knob_row *row = cg_knob_row((enum cg_knob)k);

		assert_int_equal(row->knob, k);
		assert_non_null(row->v2_file);
		assert_true(strlen(row->absence) > 10);
	}
	assert_null(cg_knob_row(CG_KNOBS));
	assert_string_equal(cg_held_name(CG_HELD_AS_ASKED), "held");
	assert_string_equal(cg_held_name(CG_HELD_ABSENT), "absent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asks),
	    cmocka_unit_test(long_lists),
	    cmocka_unit_test(holds),
	    cmocka_unit_test(misread_is_an_error),
	    cmocka_unit_test(weights_and_shares),
	    cmocka_unit_test(the_table_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
