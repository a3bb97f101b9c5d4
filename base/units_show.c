/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people read them, each with a unit of its own. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

struct scale {
	const char *unit, *ascii; /* with what separates it from the number */
	double size;              /* of one, in the base unit */
	double end; /* from here on the next unit is used: three digits would be 1000 */
};

static const struct scale plain[] = {{"", "", 1, INFINITY}};
static const struct scale seconds[] = {
    {" ns", " ns", 1e-9, 999.5}, {" µs", " us", 1e-6, 999.5}, {" ms", " ms", 1e-3, 999.5},
    {" s", " s", 1, 999.5},      {" min", " min", 60, 999.5}, {" h", " h", 3600, INFINITY},
};
static const struct scale bytes[] = {
    {" B", " B", 1, 1023.5},
    {" KiB", " KiB", 1024.0, 1023.5},
    {" MiB", " MiB", 1024.0 * 1024, 1023.5},
    {" GiB", " GiB", 1024.0 * 1024 * 1024, 1023.5},
    {" TiB", " TiB", 0x1p40, INFINITY},
};
static const struct scale rates[] = {
    {" tasks/s", " tasks/s", 1, 999.5},
    {"k tasks/s", "k tasks/s", 1e3, 999.5},
    {"M tasks/s", "M tasks/s", 1e6, INFINITY},
};

static const struct {
	const struct scale *scales;
	bool whole; /* nothing smaller than the smallest unit was measured */
} kinds[] = {
    [UNITS_COUNT] = {plain, false},    [UNITS_RATIO] = {plain, false},
    [UNITS_SECONDS] = {seconds, true}, [UNITS_BYTES] = {bytes, false},
    [UNITS_RATE] = {rates, false},
};

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

static void digits(double value, bool whole, char *buf, size_t size)
{
	double magnitude = fabs(value);
	/* The digits that rounding to three makes: 99.96 is 100, not 100.0. */
	int decimals = whole || value == 0 ? 0 : 2 - (int)floor(log10(magnitude * (1 + 5e-4)));

	if (magnitude >= 1e15)
		snprintf(buf, size, "%.3e", value);
	else if (decimals <= 0)
		group(round(value), buf, size);
	else if (decimals <= 6)
		snprintf(buf, size, "%.*f", decimals, value);
	else
		snprintf(buf, size, "%.2e", value);
}

const char *units_show(enum units_kind kind, double value, bool utf8, char *buf, size_t size)
{
	const struct scale *scale = kinds[kind].scales;
	/* There may be parts of a byte or of a count in a mean. */
	bool whole = kinds[kind].whole ||
		     ((kind == UNITS_COUNT || kind == UNITS_BYTES) && value == floor(value));
	char number[32];

	if (!isfinite(value)) {
		snprintf(buf, size, "n/a");
		return buf;
	}
	while (fabs(value) / scale->size >= scale->end)
		scale++;
	digits(value / scale->size, whole && scale == kinds[kind].scales, number, sizeof(number));
	snprintf(buf, size, "%s%s", number,
		 kind == UNITS_SECONDS && value == 0 ? " s"
		 : utf8                              ? scale->unit
						     : scale->ascii);
	return buf;
}

const char *units_show_ns(int64_t ns, char *buf, size_t size)
{
	return units_show(UNITS_SECONDS, (double)ns / 1e9, false, buf, size);
}
