/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/units.h"

struct right {
	const char *text;
	uint64_t value;
};

struct wrong {
	const char *text, *why;
};

static const struct right bytes_right[] = {
    {"0", 0},           {"4096", 4096},       {"7B", 7},
    {"1K", 1024},       {"64M", 64ULL << 20}, {"1.5G", 3ULL << 29},
    {"2T", 2ULL << 40},
};
static const struct wrong bytes_wrong[] = {
    {"", "not a number"},    {" 1K", "not a number"},  {"1 K", "unknown unit"},
    {"12Q", "unknown unit"}, {"1k", "unknown unit"},   {"-1", "negative"},
    {"+1", "not a number"},  {"0x10", "hexadecimal"},  {"inf", "not a number"},
    {"nan", "not a number"}, {"max ", "not a number"}, {"8388608T", "too large"},
    {"1e400", "too large"},  {".5M", "not a number"},  {"max", "not a number"},
};

static const struct right duration_right[] = {
    {"0", 0},
    {"100ns", 100},
    {"250us", 250000},
    {"5ms", 5000000},
    {"1.5s", 1500000000},
    {"2m", 120000000000ULL},
    {"1h", 3600000000000ULL},
    {"0s", 0},
};
static const struct wrong duration_wrong[] = {
    {"5", "the unit is missing"}, {"", "not a number"},    {"5 ms", "unknown unit"},
    {"5msec", "unknown unit"},    {"-5ms", "negative"},    {"9999999h", "too large"},
    {"ms", "not a number"},       {"max", "not a number"}, {"00", "the unit is missing"},
};

static const struct right count_right[] = {
    {"0", 0},
    {"1000", 1000},
    {"100k", 100000},
    {"2K", 2000},
    {"1.5M", 1500000},
    {"1e3", 1000},
    {"9007199254740991", 9007199254740991ULL},
};
static const struct wrong count_wrong[] = {
    {"1.5", "not a whole number"},     {"-1", "negative"},        {"1G", "unknown unit"},
    {"9007199254740992", "too large"}, {"", "not a number"},      {"many", "not a number"},
    {"0.0001k", "not a whole number"}, {"1,000", "unknown unit"},
};

static void check_wrong(int rc, const struct error *err, const struct wrong *wrong)
{
	char begin[64];

	snprintf(begin, sizeof(begin), "\"%s\": ", wrong->text);
	if (rc != -1 || err->kind != ERROR_INPUT || strstr(err->text, begin) != err->text ||
	    !strstr(err->text, wrong->why))
		fail_msg("%s: rc %d, text %s", wrong->text, rc, err->text);
}

static void bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bytes_right); i++) {
		uint64_t value = 1;

		assert_int_equal(units_bytes(bytes_right[i].text, &value, NULL), 0);
		assert_int_equal(value, bytes_right[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bytes_wrong); i++) {
		struct error err = ERROR_INIT;
		uint64_t value;

		check_wrong(units_bytes(bytes_wrong[i].text, &value, &err), &err, &bytes_wrong[i]);
	}
}

static void durations(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(duration_right); i++) {
		int64_t value = 1;

		assert_int_equal(units_duration(duration_right[i].text, &value, NULL), 0);
		assert_int_equal(value, duration_right[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(duration_wrong); i++) {
		struct error err = ERROR_INIT;
		int64_t value;

		check_wrong(units_duration(duration_wrong[i].text, &value, &err), &err,
			    &duration_wrong[i]);
	}
}

static void counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(count_right); i++) {
		uint64_t value = 1;

		assert_int_equal(units_count(count_right[i].text, &value, NULL), 0);
		assert_int_equal(value, count_right[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(count_wrong); i++) {
		struct error err = ERROR_INIT;
		uint64_t value;

		check_wrong(units_count(count_wrong[i].text, &value, &err), &err, &count_wrong[i]);
	}
}

static void rates_take_fractions(void **state)
{
	double rate = 0;

	(void)state;
	assert_int_equal(units_rate("0.5", &rate, NULL), 0);
	assert_true(rate == 0.5);
	assert_int_equal(units_rate("100k", &rate, NULL), 0);
	assert_true(rate == 100000);
	assert_int_equal(units_rate("100q", &rate, NULL), -1);
}

static void numbers_have_no_unit(void **state)
{
	double number = 0;

	(void)state;
	assert_int_equal(units_number("0.5", &number, NULL), 0);
	assert_true(number == 0.5);
	assert_int_equal(units_number("1e3", &number, NULL), 0);
	assert_true(number == 1000);
	assert_int_equal(units_number("1k", &number, NULL), -1);
	assert_int_equal(units_number("-1", &number, NULL), -1);
	assert_int_equal(units_number("1e999", &number, NULL), -1);
}

static void shares_are_percent_or_parts_of_one(void **state)
{
	struct error err = ERROR_INIT;
	double share = 0;

	(void)state;
	assert_int_equal(units_share("5%", &share, NULL), 0);
	assert_true(share == 0.05);
	assert_int_equal(units_share("0.5%", &share, NULL), 0);
	assert_true(share == 0.005);
	assert_int_equal(units_share("0.25", &share, NULL), 0);
	assert_true(share == 0.25);
	assert_int_equal(units_share("1", &share, NULL), 0);
	assert_true(share == 1);
	assert_int_equal(units_share("1.01", &share, NULL), -1);
	assert_int_equal(units_share("5", &share, &err), -1);
	assert_string_equal(err.text, "\"5\": the unit is missing; use %, as in 5%");
	assert_int_equal(units_share("5 %", &share, NULL), -1);
	assert_int_equal(units_share("-5%", &share, NULL), -1);
	assert_int_equal(units_share("%", &share, NULL), -1);
}

static const struct {
	enum units_kind kind;
	double value;
	const char *ascii;
} shown[] = {
    {UNITS_COUNT, 0, "0"},
    {UNITS_COUNT, 999, "999"},
    {UNITS_COUNT, 1000, "1,000"},
    {UNITS_COUNT, 1234567, "1,234,567"},
    {UNITS_COUNT, -1234, "-1,234"},
    {UNITS_COUNT, 2.5, "2.50"},
    {UNITS_COUNT, 1e18, "1.000e+18"},
    {UNITS_RATIO, 0, "0"},
    {UNITS_RATIO, 1, "1.00"},
    {UNITS_RATIO, 1.234, "1.23"},
    {UNITS_RATIO, 9.996, "10.0"},
    {UNITS_RATIO, 999.6, "1,000"},
    {UNITS_RATIO, 1.5e-9, "1.50e-09"},
    {UNITS_RATIO, 99.96, "100"},
    {UNITS_RATIO, 12345.6, "12,346"},
    {UNITS_RATIO, 0.01234, "0.0123"},
    {UNITS_RATIO, 0.00001234, "1.23e-05"},
    {UNITS_RATIO, -2.5, "-2.50"},
    {UNITS_SECONDS, 0, "0 s"},
    {UNITS_SECONDS, 0.3e-9, "0 ns"},
    {UNITS_SECONDS, 7e-9, "7 ns"},
    {UNITS_SECONDS, 254.6e-9, "255 ns"},
    {UNITS_SECONDS, 999.4e-9, "999 ns"},
    {UNITS_SECONDS, 999.6e-9, "1.00 us"},
    {UNITS_SECONDS, 68.4e-6, "68.4 us"},
    {UNITS_SECONDS, 999.6e-6, "1.00 ms"},
    {UNITS_SECONDS, 131e-3, "131 ms"},
    {UNITS_SECONDS, -5e-3, "-5.00 ms"},
    {UNITS_SECONDS, 1, "1.00 s"},
    {UNITS_SECONDS, 999, "999 s"},
    {UNITS_SECONDS, 5400, "90.0 min"},
    {UNITS_SECONDS, 90000, "25.0 h"},
    {UNITS_SECONDS, 36e6, "10,000 h"},
    {UNITS_BYTES, 0, "0 B"},
    {UNITS_BYTES, 0.0826, "0.0826 B"},
    {UNITS_BYTES, 48.44, "48.4 B"},
    {UNITS_BYTES, 1023, "1,023 B"},
    {UNITS_BYTES, 1024, "1.00 KiB"},
    {UNITS_BYTES, 14.2 * 1024 * 1024, "14.2 MiB"},
    {UNITS_BYTES, 67108864, "64.0 MiB"},
    {UNITS_BYTES, 1e18, "909,495 TiB"},
    {UNITS_RATE, 0, "0 tasks/s"},
    {UNITS_RATE, 0.5, "0.500 tasks/s"},
    {UNITS_RATE, 412, "412 tasks/s"},
    {UNITS_RATE, 99360, "99.4k tasks/s"},
    {UNITS_RATE, 99998, "100k tasks/s"},
    {UNITS_RATE, 999999, "1.00M tasks/s"},
    {UNITS_RATE, 4.207e6, "4.21M tasks/s"},
    {UNITS_COUNT, 1e300, "1.000e+300"},
    /* No value is one of these; a sum that went wrong is not shown as a number. */
    {UNITS_COUNT, HUGE_VAL, "n/a"},
    {UNITS_SECONDS, -HUGE_VAL, "n/a"},
    {UNITS_BYTES, NAN, "n/a"},
};

static void shown_for_people(void **state)
{
	char buf[40];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++)
		assert_string_equal(
		    units_show(shown[i].kind, shown[i].value, false, buf, sizeof(buf)),
		    shown[i].ascii);
	assert_string_equal(units_show(UNITS_SECONDS, 68.4e-6, true, buf, sizeof(buf)), "68.4 µs");
	for (int64_t ns = 0; ns < 1000; ns++) { /* no rounding of what is exact */
		char want[40];

		snprintf(want, sizeof(want), "%d %s", (int)ns, ns ? "ns" : "s");
		assert_string_equal(units_show_ns(ns, buf, sizeof(buf)), want);
	}
}

static void written_to_be_read_again(void **state)
{
	static const int64_t durations_values[] = {0,           1,           999,          1500000,
						   60000000000, 90000000000, 3600000000000};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(durations_values); i++) {
		int64_t value = 5;

		units_write_duration(durations_values[i], buf, sizeof(buf));
		assert_int_equal(units_duration(buf, &value, NULL), 0);
		assert_true(value == durations_values[i]);
	}
	assert_string_equal(units_write_duration(1500000000, buf, sizeof(buf)), "1500ms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes),
	    cmocka_unit_test(durations),
	    cmocka_unit_test(counts),
	    cmocka_unit_test(rates_take_fractions),
	    cmocka_unit_test(numbers_have_no_unit),
	    cmocka_unit_test(shares_are_percent_or_parts_of_one),
	    cmocka_unit_test(shown_for_people),
	    cmocka_unit_test(written_to_be_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
