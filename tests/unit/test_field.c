/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <sched.h>

#include "base/cpulist.h"
#include "base/field.h"
#include "base/own.h"

enum kind { NAIVE, FIXED, ELASTIC };

struct object {
	bool flag, known, poisson;
	const char *path, *queue;
	struct field_list list;
	uint64_t size, memory, pids;
	unsigned workers;
	int trials, retries;
	int64_t drain_ns, at_ns;
	double rate, sigmas, share;
	enum kind kind;
	cpu_set_t cpus;
	char custom;
};

static const char *const kinds[] = {"naive", "fixed", "elastic", NULL};

static const char *const spacings[] = {"even", "poisson", NULL};

static const char *const *queues(void)
{
	static const char *const names[] = {"mutex", "mpmc", NULL};

	return names;
}

/* One letter. */
static int parse_letter(const char *text, void *field, struct error *err)
{
	if (text[0] < 'a' || text[0] > 'z' || text[1])
		return error_input(err, "\"%s\": not a letter; use a to z", text);
	if (field)
		*(char *)field = text[0];
	return 0;
}

#define AT(f) .offset = offsetof(struct object, f)

static const struct field rows[] = {
    {.name = "flag", .type = FIELD_FLAG, AT(flag), .help = "a flag"},
    {.name = "known", .type = FIELD_BOOL, AT(known), .fallback = "yes", .help = "a boolean"},
    {.name = "arrivals", .type = FIELD_BOOL, AT(poisson), .choices = spacings, .help = "spacing"},
    {.name = "path", .type = FIELD_TEXT, AT(path), .value = "PATH", .help = "a text"},
    {.name = "queue",
     .type = FIELD_TEXT,
     AT(queue),
     .choices_of = queues,
     .special = "own",
     .fallback = "own",
     .help = "a text of some"},
    {.name = "set", .type = FIELD_LIST, AT(list), .help = "a list"},
    {.name = "size",
     .type = FIELD_COUNT,
     AT(size),
     .low = "1",
     .high = "1M",
     .fallback = "1k",
     .help = "workers"},
    {.name = "memory",
     .type = FIELD_BYTES,
     AT(memory),
     .low = "1M",
     .special = "max",
     .help = "a limit"},
    {.name = "pids",
     .type = FIELD_COUNT,
     AT(pids),
     .low = "1",
     .high = "4194304",
     .special = "max",
     .fallback = "max",
     .help = "a limit"},
    {.name = "workers", .type = FIELD_UNSIGNED, AT(workers), .help = "workers"},
    {.name = "trials",
     .type = FIELD_INT,
     AT(trials),
     .low = "1",
     .high = "10000",
     .required = true,
     .help = "trials"},
    {.name = "retries", .type = FIELD_INT, AT(retries), .special = "none", .help = "retries"},
    {.name = "drain",
     .type = FIELD_DURATION,
     AT(drain_ns),
     .high = "1h",
     .fallback = "10s",
     .help = "time"},
    {.name = "at",
     .type = FIELD_DURATION,
     AT(at_ns),
     .low = "0",
     .high = "1h",
     .special = "auto",
     .help = "time"},
    {.name = "rate", .type = FIELD_RATE, AT(rate), .low = "0.001", .high = "10M", .help = "rate"},
    {.name = "sigmas",
     .type = FIELD_NUMBER,
     AT(sigmas),
     .high = "100",
     .fallback = "2.5",
     .special = "any",
     .help = "a number"},
    {.name = "share",
     .type = FIELD_SHARE,
     AT(share),
     .low = "1%",
     .high = "100%",
     .help = "a share"},
    {.name = "kind",
     .type = FIELD_CHOICE,
     AT(kind),
     .choices = kinds,
     .fallback = "fixed",
     .help = "a kind"},
    {.name = "cpus", .type = FIELD_CPUS, AT(cpus), .special = "auto", .help = "CPUs"},
    {.name = "letter", .type = FIELD_CUSTOM, AT(custom), .parse = parse_letter, .help = "a letter"},
    {0},
};

static const struct field *row(const char *name)
{
	const struct field *found = field_find(rows, name, strlen(name));

	assert_non_null(found);
	return found;
}

/* name, what is written, and what is stored then, in the base unit */
static const struct {
	const char *name, *text, *stored;
} right[] = {
    {"flag", "true", "1"},
    {"flag", "no", "0"},
    {"known", "on", "1"},
    {"known", "off", "0"},
    {"known", "yes", "1"},
    {"arrivals", "poisson", "1"},
    {"arrivals", "even", "0"},
    {"path", "", ""},
    {"path", "a\tb \xff", "a\tb \xff"},
    {"queue", "mpmc", "mpmc"},
    {"queue", "own", "(null)"},
    {"size", "1", "1"},
    {"size", "1.5k", "1500"},
    {"size", "1M", "1000000"},
    {"memory", "1.5G", "1610612736"},
    {"memory", "max", "18446744073709551615"},
    {"memory", "1048577", "1048577"},
    {"pids", "max", "18446744073709551615"},
    {"pids", "4194304", "4194304"},
    {"workers", "0", "0"},
    {"workers", "4294967295", "4294967295"},
    {"trials", "10k", "10000"},
    {"retries", "none", "-1"},
    {"retries", "2147483647", "2147483647"},
    {"drain", "1.5s", "1500000000"},
    {"drain", "0", "0"},
    {"at", "auto", "-1"},
    {"at", "60m", "3600000000000"},
    {"rate", "100k", "100000"},
    {"rate", "0.001", "0.001"},
    {"rate", "3333333.3333333335", "3333333.3333333335"},
    {"sigmas", "1e2", "100"},
    {"sigmas", "0.1", "0.10000000000000001"},
    {"sigmas", "any", "inf"},
    {"share", "7%", "0.070000000000000007"},
    {"share", "0.05", "0.050000000000000003"},
    {"share", "1", "1"},
    {"share", "0.12345678901234566", "0.12345678901234566"},
    {"kind", "elastic", "2"},
    {"cpus", "3,1-2", "1-3"},
    {"cpus", "auto", ""},
    {"letter", "q", "q"},
};

/* What the field holds. */
static const char *stored(const struct field *r, const void *object, char *buf, size_t size)
{
	const void *at = (const char *)object + r->offset;

	switch (r->type) {
	case FIELD_FLAG:
	case FIELD_BOOL:
		snprintf(buf, size, "%d", *(const bool *)at);
		break;
	case FIELD_TEXT:
		snprintf(buf, size, "%s",
			 *(const char *const *)at ? *(const char *const *)at : "(null)");
		break;
	case FIELD_COUNT:
	case FIELD_BYTES:
		snprintf(buf, size, "%" PRIu64, *(const uint64_t *)at);
		break;
	case FIELD_DURATION:
		snprintf(buf, size, "%" PRId64, *(const int64_t *)at);
		break;
	case FIELD_UNSIGNED:
		snprintf(buf, size, "%u", *(const unsigned *)at);
		break;
	case FIELD_INT:
	case FIELD_CHOICE:
		snprintf(buf, size, "%d", *(const int *)at);
		break;
	case FIELD_CPUS:
		assert_true(size >= CPULIST_SIZE);
		cpulist_format(at, buf);
		break;
	case FIELD_CUSTOM:
		snprintf(buf, size, "%c", *(const char *)at);
		break;
	default:
		snprintf(buf, size, "%.17g", *(const double *)at);
	}
	return buf;
}

static void what_is_right_is_stored(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		const struct field *r = row(right[i].name);
		struct object o = {0};
		struct error err = ERROR_INIT;
		char buf[CPULIST_SIZE];

		if (field_parse(r, right[i].text, &o, &err) < 0)
			fail_msg("%s: %s", right[i].name, err.text);
		assert_int_equal(field_parse(r, right[i].text, NULL, &err), 0);
		assert_string_equal(stored(r, &o, buf, sizeof(buf)), right[i].stored);
	}
}

static void special_words_are_stored(void **state)
{
	struct object o = {.cpus = {{1}}, .queue = "x"};

	(void)state;
	field_parse(row("memory"), "max", &o, NULL);
	field_parse(row("pids"), "max", &o, NULL);
	field_parse(row("retries"), "none", &o, NULL);
	field_parse(row("at"), "auto", &o, NULL);
	field_parse(row("sigmas"), "any", &o, NULL);
	field_parse(row("cpus"), "auto", &o, NULL);
	field_parse(row("queue"), "own", &o, NULL);
	assert_true(o.memory == UINT64_MAX && o.pids == UINT64_MAX);
	assert_int_equal(o.retries, -1);
	assert_int_equal(o.at_ns, -1);
	assert_true(isinf(o.sigmas));
	assert_int_equal(CPU_COUNT(&o.cpus), 0);
	assert_null(o.queue);
}

/* The whole text of the error. */
static const struct {
	const char *name, *text, *why;
} wrong[] = {
    {"flag", "maybe", "\"maybe\": not a boolean; use true or false"},
    {"known", "True", "\"True\": not a boolean; use true or false"},
    {"arrivals", "true", "\"true\": unknown; use even or poisson"},
    {"queue", "list", "\"list\": unknown; use mutex, mpmc or own"},
    {"size", "0", "\"0\": out of range; use 1 to 1M"},
    {"size", "1000001", "\"1000001\": out of range; use 1 to 1M"},
    {"size", "many", "\"many\": not a number; write digits first, such as 10"},
    {"size", "", "\"\": not a number; write digits first, such as 10"},
    {"size", "1.5", "\"1.5\": not a whole number; use one"},
    {"size", "-1", "\"-1\": negative; use 0 or more"},
    {"size", "1 0", "\"1 0\": unknown unit; use a plain number, k or M"},
    {"size", "1\n", "\"1\\x0a\": a control character; write the value in one line"},
    {"size", "1\x1b[m", "\"1\\x1b[m\": a control character; write the value in one line"},
    {"size", "1\xff", "\"1\\xff\": not UTF-8; write it as text"},
    {"size", "1\xc2\x9b", "\"1\\xc2\\x9b\": a control character; write the value in one line"},
    {"memory", "12Q", "\"12Q\": unknown unit; use K, M, G or T, or max"},
    {"memory", "100K", "\"100K\": too small; use 1M or more, or max"},
    {"memory", "99999999T", "\"99999999T\": too large; use less, or max"},
    {"pids", "0", "\"0\": out of range; use 1 to 4194304, or max"},
    {"pids", "MAX", "\"MAX\": not a number; write digits first, such as 10, or max"},
    {"workers", "4294967296", "\"4294967296\": too large; use less"},
    {"retries", "2147483648", "\"2147483648\": too large; use less"},
    {"trials", "10001", "\"10001\": out of range; use 1 to 10000"},
    {"drain", "61m", "\"61m\": too large; use 1h or less"},
    {"drain", "5", "\"5\": the unit is missing; use ns, us, ms, s, m or h"},
    {"at", "5 ms", "\"5 ms\": unknown unit; use ns, us, ms, s, m or h, or auto"},
    {"rate", "0", "\"0\": out of range; use 0.001 to 10M"},
    {"rate", "1e400", "\"1e400\": too large; use less"},
    {"sigmas", "100.5", "\"100.5\": too large; use 100 or less, or any"},
    {"sigmas", "1k", "\"1k\": unknown unit; use a plain number, or any"},
    {"share", "5", "\"5\": the unit is missing; use %, as in 5%"},
    {"share", "0.5%", "\"0.5%\": out of range; use 1% to 100%"},
    {"share", "101%", "\"101%\": out of range; use 1% to 100%"},
    {"kind", "nave", "\"nave\": unknown; use naive, fixed or elastic"},
    {"cpus", "", "\"\": no CPU; write a list as 0-3,7, or auto"},
    {"cpus", "1-", "\"1-\": not a list of CPUs; write it as 0-3,7 (below 1024), or auto"},
    {"letter", "qq", "\"qq\": not a letter; use a to z"},
    {"letter", "\t", "\"\\x09\": a control character; write the value in one line"},
};

static void what_is_wrong_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct object o = {.size = 77};
		struct error err = ERROR_INIT;

		assert_int_equal(field_parse(row(wrong[i].name), wrong[i].text, &o, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_string_equal(err.text, wrong[i].why);
		assert_int_equal(o.size, 77);
		assert_int_equal(field_parse(row(wrong[i].name), wrong[i].text, NULL, NULL), -1);
	}
}

static void long_values_are_cut(void **state)
{
	char text[2000];
	struct error err = ERROR_INIT;

	(void)state;
	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(field_parse(row("size"), text, NULL, &err), -1);
	assert_non_null(strstr(err.text, "11...\": 1999 bytes long; no value of this key is"));
	assert_int_equal(field_parse(row("path"), text, NULL, &err), 0);
}

static void a_list_grows_until_it_is_full(void **state)
{
	struct object o = {0};
	struct error err = ERROR_INIT;

	(void)state;
	for (int i = 0; i < FIELD_LIST_MAX; i++)
		assert_int_equal(field_parse(row("set"), "a=b", &o, &err), 0);
	assert_int_equal(o.list.count, FIELD_LIST_MAX);
	assert_int_equal(field_parse(row("set"), "a=c", &o, &err), -1);
	assert_string_equal(err.text, "\"a=c\": given too often; at most 64 times");
}

static void defaults_are_set_and_nothing_else(void **state)
{
	struct object o = {.trials = 5, .rate = 7, .queue = "x"};

	(void)state;
	field_defaults(rows, &o);
	assert_true(o.known);
	assert_null(o.queue);
	assert_int_equal(o.size, 1000);
	assert_true(o.pids == UINT64_MAX);
	assert_int_equal(o.drain_ns, 10000000000);
	assert_true(o.sigmas == 2.5);
	assert_int_equal(o.kind, FIXED);
	assert_int_equal(o.trials, 5);
	assert_true(o.rate == 7);
	assert_false(o.flag);
}

static const struct {
	const char *name, *accepts, *described;
} shown[] = {
    {"flag", "", "a flag"},
    {"known", "true or false", "a boolean (true or false; default yes)"},
    {"path", "", "a text"},
    {"queue", "mutex, mpmc or own", "a text of some (mutex, mpmc or own; default own)"},
    {"set", "", "a list (may be given more than once)"},
    {"size", "1 to 1M", "workers (1 to 1M; default 1k)"},
    {"memory", "1M or more, or max", "a limit (1M or more, or max)"},
    {"workers", "", "workers"},
    {"trials", "1 to 10000", "trials (1 to 10000; required)"},
    {"retries", "or none", "retries (or none)"},
    {"drain", "1h or less", "time (1h or less; default 10s)"},
    {"kind", "naive, fixed or elastic", "a kind (naive, fixed or elastic; default fixed)"},
};

static void help_says_what_may_be_written(void **state)
{
	char buf[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		assert_string_equal(field_accepts(row(shown[i].name), buf, sizeof(buf)),
				    shown[i].accepts);
		assert_string_equal(field_describe(row(shown[i].name), buf, sizeof(buf)),
				    shown[i].described);
		assert_in_range(strlen(field_describe(row(shown[i].name), buf, 12)), 0, 11);
	}
	assert_null(field_value_name(row("flag")));
	assert_string_equal(field_value_name(row("path")), "PATH");
	assert_string_equal(field_value_name(row("drain")), "TIME");
}

static void unknown_names_are_guessed(void **state)
{
	char buf[512];

	(void)state;
	assert_null(field_find(rows, "sizes", 5));
	assert_non_null(field_find(rows, "size=3", 4));
	field_known(rows, "raet", buf, sizeof(buf));
	assert_ptr_equal(strstr(buf, " did you mean \"rate\"? known here: rate, "), buf);
	field_known(rows, "zebra-crossing", buf, sizeof(buf));
	assert_ptr_equal(strstr(buf, " known here: "), buf);
	for (const struct field *r = rows; r->type != FIELD_END; r++)
		assert_non_null(strstr(buf, r->name));
	assert_int_equal(strlen(field_known(rows, "x", buf, 20)), 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_right_is_stored),
	    cmocka_unit_test(special_words_are_stored),
	    cmocka_unit_test(what_is_wrong_is_explained),
	    cmocka_unit_test(long_values_are_cut),
	    cmocka_unit_test(a_list_grows_until_it_is_full),
	    cmocka_unit_test(defaults_are_set_and_nothing_else),
	    cmocka_unit_test(help_says_what_may_be_written),
	    cmocka_unit_test(unknown_names_are_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
