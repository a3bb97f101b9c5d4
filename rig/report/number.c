/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 1e5

static const struct number_unit plain[] = {{"", "", 1}};
static const struct number_unit seconds[] = {
    {"ns", "ns", 1e-9}, {"µs", "us", 1e-6}, {"ms", "ms", 1e-3}, {"s", "s", 1}};
static const struct number_unit bytes[] = {{"B", "B", 1},
					   {"KiB", "KiB", 1024.0},
					   {"MiB", "MiB", 1024.0 * 1024},
					   {"GiB", "GiB", 1024.0 * 1024 * 1024}};

static const struct {
	const struct number_unit *units;
	size_t count;
} kinds[] = {
    [NUMBER_COUNT] = {plain, 1},
    [NUMBER_RATIO] = {plain, 1},
    [NUMBER_SECONDS] = {seconds, 4},
    [NUMBER_BYTES] = {bytes, 4},
};

const struct number_unit *number_unit(enum number_kind kind, double smallest, double largest)
{
	const struct number_unit *units = kinds[kind].units;
	size_t count = kinds[kind].count, i = 0;

	smallest = fabs(smallest);
	/* Nothing but zeros: seconds are "0 s", not "0 ns". */
	if (largest == 0)
		return &units[kind == NUMBER_SECONDS ? count - 1 : 0];
	while (i + 1 < count &&
	       (smallest >= units[i + 1].size || fabs(largest) / units[i].size >= DIGITS_MAX))
		i++;
	return &units[i];
}

/* 1234567 as "1,234,567". */
static void group(double value, char *buf, size_t size)
{
	char digits[32];
	size_t len, used = 0;
	const char *at = digits;

	snprintf(digits, sizeof(digits), "%.0f", value);
	if (*at == '-')
		buf[used++] = *at++;
	len = strlen(at);
	while (*at && used + 3 < size) {
		buf[used++] = *at++;
		if (--len && len % 3 == 0)
			buf[used++] = ',';
	}
	buf[used] = '\0';
}

const char *number_show(enum number_kind kind, double value, char *buf, size_t size)
{
	double size_of_it = fabs(value);
	int decimals;

	if (value == 0 || (kind == NUMBER_COUNT && value == floor(value))) {
		if (size_of_it < 1e15)
			group(value, buf, size);
		else
			snprintf(buf, size, "%.3e", value);
		return buf;
	}
	/* The digits that rounding to three makes: 99.96 is 100, not 100.0. */
	decimals = 2 - (int)floor(log10(size_of_it * (1 + 5e-4)));
	if (decimals <= 0 && size_of_it < 1e15)
		group(round(value), buf, size);
	else if (decimals <= 6)
		snprintf(buf, size, "%.*f", decimals < 0 ? 0 : decimals, value);
	else
		snprintf(buf, size, "%.2e", value);
	return buf;
}

const char *number_with_unit(enum number_kind kind, double value, bool utf8, char *buf, size_t size)
{
	const struct number_unit *unit = number_unit(kind, value, value);
	char number[40];

	number_show(kind, value / unit->size, number, sizeof(number));
	snprintf(buf, size, "%s%s%s", number, unit->name[0] ? " " : "",
		 utf8 ? unit->name : unit->ascii);
	return buf;
}

enum number_kind number_kind_of(const char *name)
{
	const char *seconds_at = strstr(name, "seconds"), *dot = strrchr(name, '.');

	if (strstr(name, "_per_") || strstr(name, "ratio"))
		return NUMBER_RATIO;
	if (seconds_at)
		return dot && strcmp(dot, ".count") == 0 ? NUMBER_COUNT : NUMBER_SECONDS;
	return strstr(name, "bytes") ? NUMBER_BYTES : NUMBER_COUNT;
}
