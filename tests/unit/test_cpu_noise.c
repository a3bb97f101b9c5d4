/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's tables of steal, interrupts and soft interrupts, also odd ones, and their
 * difference. */
#include "rig/probe/cpu_noise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cpulist.h"
#include "base/own.h"

static cpu_set_t set_of(const char *list)
{
	struct error err = ERROR_INIT;
	cpu_set_t set;

	assert_int_equal(cpulist_parse(list, &set, &err), 0);
	return set;
}

/* -1: not known */
static int64_t steal(const char *text, const char *cpus)
{
	cpu_set_t set = set_of(cpus);
	uint64_t ticks;

	return cpu_noise_parse_steal(text, &set, &ticks) ? (int64_t)ticks : -1;
}

#define STAT                                                                                       \
	"cpu  1 2 3 4 5 6 7 800 900 1000\n"                                                        \
	"cpu0 10 20 30 40 50 60 70 80 90 100\n"                                                    \
	"cpu1 1 2 3 4 5 6 7 8 9 10\n"                                                              \
	"cpu12 0 0 0 0 0 0 0 18446744073709551615 0 0\n"                                           \
	"intr 1 2 3 4 5 6 7 8 9 10\n"                                                              \
	"cpufreq 1 2 3 4 5 6 7 8 9\n"                                                              \
	"btime 5\n"

static void steal_is_summed_over_the_watched(void **state)
{
	(void)state;
	assert_int_equal(steal(STAT, "0"), 80);
	assert_int_equal(steal(STAT, "1"), 8);
	assert_int_equal(steal(STAT, "0-1"), 88);
	assert_int_equal(steal(STAT, "0-7"), 88);
}

/* Right after boot the first numbers of the line of all CPUs look like those of CPUs. */
static void the_line_of_all_is_nobodys(void **state)
{
	(void)state;
	assert_int_equal(steal("cpu  3 2 3 4 5 6 7 800 900 1000\n", "0-7"), -1);
	assert_int_equal(steal("cpu 3 2 3 4 5 6 7 800 900\ncpu3 0 0 0 0 0 0 0 5 0 0\n", "3"), 5);
}

static void what_has_no_steal_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(steal(STAT, "2"), -1);
	assert_int_equal(steal(STAT, ""), -1);
	assert_int_equal(steal("", "0"), -1);
	assert_int_equal(steal("cpu0 1 2 3 4 5 6 7\n", "0"), -1); /* a kernel before steal */
	assert_int_equal(steal("cpu0 a b c d e f g h\n", "0"), -1);
	assert_int_equal(steal("cpu-1 1 2 3 4 5 6 7 8\ncpu99999 1 2 3 4 5 6 7 8\n", "0-7"), -1);
	assert_int_equal(steal("cpu0 1 2 3 4 5 6 7 8", "0"), 8); /* no newline at the end */
}

static void parse(const char *text, const char *cpus, struct noise_rows *rows)
{
	cleanup_free char *copy = strdup(text);
	cpu_set_t set = set_of(cpus);

	cpu_noise_parse_rows(copy, &set, rows);
}

static void check(const struct noise_rows *rows, int i, const char *name, const char *about,
		  uint64_t count)
{
	assert_true(i < rows->count);
	assert_string_equal(rows->rows[i].name, name);
	assert_string_equal(rows->rows[i].about, about);
	assert_int_equal(rows->rows[i].count, count);
}

/* CPU 1 is offline: the columns are those of 0, 2 and 3. */
#define INTERRUPTS                                                                                 \
	"           CPU0       CPU2       CPU3       \n"                                           \
	"  1:          9          0          5   IO-APIC   1-edge      i8042\n"                    \
	" 36:        100        200        400   PCI-MSI-0000:00:03.0   1-edge      "              \
	"virtio1-req.0\n"                                                                          \
	"NMI:          0          1          2   Non-maskable interrupts\n"                        \
	"LOC:    1000000    2000000    4000000   Local timer interrupts\n"                         \
	"ERR:          7\n"                                                                        \
	"a line without the sign\n"                                                                \
	"MIS:          0\n"

static void columns_belong_to_cpus(void **state)
{
	cleanup_free struct noise_rows *rows = calloc(1, sizeof(*rows));

	(void)state;
	parse(INTERRUPTS, "0,3", rows);
	assert_true(rows->known);
	assert_int_equal(rows->count, 6);
	check(rows, 0, "1", "i8042", 14);
	check(rows, 1, "36", "virtio1-req.0", 500);
	check(rows, 2, "NMI", "Non-maskable interrupts", 2);
	check(rows, 3, "LOC", "Local timer interrupts", 5000000);
	check(rows, 4, "ERR", "", 7);
	check(rows, 5, "MIS", "", 0);
	parse(INTERRUPTS, "1", rows); /* has no column */
	check(rows, 1, "36", "virtio1-req.0", 0);
	parse(INTERRUPTS, "2", rows);
	check(rows, 1, "36", "virtio1-req.0", 200);
}

static void softirqs_have_no_words(void **state)
{
	cleanup_free struct noise_rows *rows = calloc(1, sizeof(*rows));

	(void)state;
	parse("                    CPU0       CPU1       \n"
	      "          HI:          1          2\n"
	      "       TIMER:       1000       2000\n"
	      "         RCU:    4000000000 4000000000\n",
	      "0-1", rows);
	assert_int_equal(rows->count, 3);
	check(rows, 0, "HI", "", 3);
	check(rows, 1, "TIMER", "", 3000);
	check(rows, 2, "RCU", "", 8000000000);
}

static void odd_tables(void **state)
{
	cleanup_free struct noise_rows *rows = calloc(1, sizeof(*rows));

	(void)state;
	parse("", "0", rows);
	assert_false(rows->known);
	parse("\n\n", "0", rows);
	assert_false(rows->known);
	parse("nothing of the kind\n 1: 2 3\n", "0", rows);
	assert_false(rows->known);
	parse("CPU0 CPU1\n", "0", rows);
	assert_true(rows->known);
	assert_int_equal(rows->count, 0);
	parse("CPU0 CPU1\n:\n: 1 2\n   :   \nX:\nX: y\n 7:1 2 chip name of a very very very very "
	      "very "
	      "very very very very long device-with-a-name-that-does-not-fit-in-here-at-all\n"
	      "A-NAME-THAT-IS-LONGER-THAN-ITS-PLACE: 3 4\n",
	      "1", rows);
	assert_int_equal(rows->count, 7);
	check(rows, 1, "", "", 2);
	check(rows, 4, "X", "y", 0);
	check(rows, 5, "7", "device-with-a-name-that-does-not-fit-in-here-at", 2);
	check(rows, 6, "A-NAME-THAT-IS-", "", 4);
}

static void a_table_that_is_too_long_is_not_known(void **state)
{
	cleanup_free struct noise_rows *rows = calloc(1, sizeof(*rows));
	size_t size = 40 * (NOISE_ROWS_MAX + 2), used;
	cleanup_free char *text = malloc(size);
	cpu_set_t set = set_of("0");

	(void)state;
	for (int more = 0; more < 2; more++) {
		used = (size_t)snprintf(text, size, "CPU0\n");
		for (int i = 0; i < NOISE_ROWS_MAX + more; i++)
			used += (size_t)snprintf(text + used, size - used, "%d: 1 chip dev\n", i);
		cpu_noise_parse_rows(text, &set, rows);
		assert_int_equal(rows->known, !more);
	}
}

static const struct interference_line *line_of(const struct trial_record *r, const char *name)
{
	for (size_t i = 0; i < r->interference_count; i++)
		if (strcmp(r->interference[i].name, name) == 0)
			return &r->interference[i];
	fail_msg("no line %s", name);
	return NULL;
}

static void the_interference_has_the_difference(void **state)
{
	cleanup_free struct cpu_noise *before = calloc(1, sizeof(*before));
	cleanup_free struct cpu_noise *after = calloc(1, sizeof(*after));
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	parse("CPU0\n 1: 10 chip disk\n 2: 5 chip net\nLOC: 100 timer\n", "0", &before->interrupts);
	/* device 9 has come since, and device 2 has gone */
	parse("CPU0\n 1: 13 chip disk\n 9: 50 chip usb\nLOC: 107 timer\n", "0", &after->interrupts);
	parse("CPU0\nRCU: 1\nNET_RX: 2\n", "0", &before->softirqs);
	parse("CPU0\nRCU: 1\nNET_RX: 22\n", "0", &after->softirqs);
	before->steal_known = after->steal_known = true;
	before->steal_ticks = 100;
	after->steal_ticks = 100 + 3 * (uint64_t)sysconf(_SC_CLK_TCK);
	before->work_ticks = 60;
	after->work_ticks = 60 + 2 * (uint64_t)sysconf(_SC_CLK_TCK);
	before->at_ns = 7;
	after->at_ns = 4000000007;
	trial_record_init(&r);
	assert_int_equal(cpu_noise_interference(before, after, 2, &r, &err), 0);
	assert_true(line_of(&r, "steal")->value == 3.0);
	assert_true(line_of(&r, "steal_work_share")->value == 0.25); /* 2 s of 4 s on 2 cores */
	assert_true(line_of(&r, "device_interrupts")->value == 53);
	assert_string_equal(line_of(&r, "device_interrupts")->detail, "usb 50, disk 3");
	assert_true(line_of(&r, "kernel_interrupts")->value == 7);
	assert_string_equal(line_of(&r, "kernel_interrupts")->detail, "LOC 7");
	assert_true(line_of(&r, "softirqs")->value == 20);
	assert_string_equal(line_of(&r, "softirqs")->detail, "NET_RX 20");
	trial_record_destroy(&r);
}

/* Counts of 32 bits wrap, and steal goes back on some hosts: neither is 1.8e19 of anything. */
static void what_went_back_is_unknown(void **state)
{
	cleanup_free struct cpu_noise *before = calloc(1, sizeof(*before));
	cleanup_free struct cpu_noise *after = calloc(1, sizeof(*after));
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	parse("CPU0\n 1: 4294967290 chip disk\nLOC: 100 timer\nRES: 7\n", "0", &before->interrupts);
	parse("CPU0\n 1: 20 chip disk\nLOC: 107 timer\nRES: 6\n", "0", &after->interrupts);
	parse("CPU0\nRCU: 1\n", "0", &before->softirqs);
	parse("CPU0\nRCU: 4\n", "0", &after->softirqs);
	before->steal_known = after->steal_known = true;
	before->steal_ticks = 100;
	after->steal_ticks = 99;
	trial_record_init(&r);
	assert_int_equal(cpu_noise_interference(before, after, 1, &r, &err), 0);
	assert_false(line_of(&r, "steal")->known);
	assert_false(line_of(&r, "steal_work_share")->known);
	assert_string_equal(line_of(&r, "steal")->detail, "the kernel's counter went back");
	assert_false(line_of(&r, "device_interrupts")->known);
	assert_string_equal(line_of(&r, "device_interrupts")->detail,
			    "the kernel's counter went back: 1");
	assert_false(line_of(&r, "kernel_interrupts")->known);
	assert_string_equal(line_of(&r, "kernel_interrupts")->detail,
			    "the kernel's counter went back: RES");
	assert_true(line_of(&r, "softirqs")->value == 3); /* of the others nothing is lost */
	trial_record_destroy(&r);
}

static void what_was_not_read_is_unknown_in_the_interference(void **state)
{
	cleanup_free struct cpu_noise *before = calloc(1, sizeof(*before));
	cleanup_free struct cpu_noise *after = calloc(1, sizeof(*after));
	static const char *const names[] = {"steal", "steal_work_share", "device_interrupts",
					    "kernel_interrupts", "softirqs"};
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	after->steal_known = after->interrupts.known = after->softirqs.known = true;
	trial_record_init(&r);
	assert_int_equal(cpu_noise_interference(before, after, 2, &r, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_false(line_of(&r, names[i])->known);
		assert_true(line_of(&r, names[i])->detail[0]);
	}
	trial_record_destroy(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(steal_is_summed_over_the_watched),
	    cmocka_unit_test(the_line_of_all_is_nobodys),
	    cmocka_unit_test(what_has_no_steal_is_unknown),
	    cmocka_unit_test(columns_belong_to_cpus),
	    cmocka_unit_test(softirqs_have_no_words),
	    cmocka_unit_test(odd_tables),
	    cmocka_unit_test(a_table_that_is_too_long_is_not_known),
	    cmocka_unit_test(the_interference_has_the_difference),
	    cmocka_unit_test(what_went_back_is_unknown),
	    cmocka_unit_test(what_was_not_read_is_unknown_in_the_interference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
