/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

struct unit {
	const char *suffix;
	double factor;
};

/* Split "12.5ms" into 12.5 and "ms". strtod() alone would take "inf", "nan", "0x1p3" and blanks. */
static int split(const char *text, double *number, const char **suffix, struct error *err)
{
	char *end;

	if (text[0] == '-' && isdigit((unsigned char)text[1]))
		return error_input(err, "\"%s\": negative; use 0 or more", text);
	if (!isdigit((unsigned char)text[0]))
		return error_input(err, "\"%s\": not a number; write digits first, such as 10",
				   text);
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return error_input(err, "\"%s\": hexadecimal is not taken; write it in decimal",
				   text);
	errno = 0;
	*number = strtod(text, &end);
	if (errno == ERANGE || !isfinite(*number))
		return error_input(err, "\"%s\": too large; use less", text);
	*suffix = end;
	return 0;
}

static int scale(const char *text, const struct unit *units, size_t n, const char *known,
		 double limit, double *value, struct error *err)
{
	const char *suffix = text;
	double number = 0;

	if (split(text, &number, &suffix, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(units[i].suffix, suffix) != 0)
			continue;
		*value = number * units[i].factor;
		if (*value >= limit)
			return error_input(err, "\"%s\": too large; use less", text);
		return 0;
	}
	if (*suffix == '\0')
		return error_input(err, "\"%s\": the unit is missing; use %s", text, known);
	return error_input(err, "\"%s\": unknown unit; use %s", text, known);
}

int units_bytes(const char *text, uint64_t *bytes, struct error *err)
{
	static const struct unit units[] = {
	    {"", 1},
	    {"B", 1},
	    {"K", 1024.0},
	    {"M", 1024.0 * 1024},
	    {"G", 1024.0 * 1024 * 1024},
	    {"T", 1024.0 * 1024 * 1024 * 1024},
	};
	double value = 0;

	if (scale(text, units, ARRAY_SIZE(units), "K, M, G or T", 0x1p63, &value, err) < 0)
		return -1;
	*bytes = (uint64_t)llround(value);
	return 0;
}

int units_duration(const char *text, int64_t *ns, struct error *err)
{
	static const struct unit units[] = {
	    {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9},
	};
	double value = 0;

	if (strcmp(text, "0") == 0) {
		*ns = 0;
		return 0;
	}
	if (scale(text, units, ARRAY_SIZE(units), "ns, us, ms, s, m or h", 0x1p62, &value, err) < 0)
		return -1;
	*ns = llround(value);
	return 0;
}

int units_rate(const char *text, double *rate, struct error *err)
{
	static const struct unit units[] = {{"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}};

	return scale(text, units, ARRAY_SIZE(units), "a plain number, k or M", 0x1p53, rate, err);
}

int units_number(const char *text, double *number, struct error *err)
{
	static const struct unit units[] = {{"", 1}};

	return scale(text, units, ARRAY_SIZE(units), "a plain number", HUGE_VAL, number, err);
}

int units_share(const char *text, double *share, struct error *err)
{
	static const struct unit units[] = {{"%", 1}};
	double percent = 0;

	if (units_number(text, share, NULL) == 0 && *share <= 1)
		return 0;
	if (scale(text, units, ARRAY_SIZE(units), "%, as in 5%", 0x1p53, &percent, err) < 0)
		return -1;
	*share = percent / 100;
	return 0;
}

int units_count(const char *text, uint64_t *count, struct error *err)
{
	double value = 0;

	if (units_rate(text, &value, err) < 0)
		return -1;
	if (value != floor(value))
		return error_input(err, "\"%s\": not a whole number; use one", text);
	*count = (uint64_t)value;
	return 0;
}

const char *units_write_duration(int64_t ns, char *buf, size_t size)
{
	static const struct {
		const char *suffix;
		int64_t ns;
	} units[] = {
	    {"h", INT64_C(3600000000000)},
	    {"m", INT64_C(60000000000)},
	    {"s", 1000000000},
	    {"ms", 1000000},
	    {"us", 1000},
	    {"ns", 1},
	};
	size_t i = 0;

	while (ns % units[i].ns)
		i++;
	if (ns)
		snprintf(buf, size, "%" PRId64 "%s", ns / units[i].ns, units[i].suffix);
	else
		snprintf(buf, size, "0");
	return buf;
}
