/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of metrics as people write them, before there is any trial that could have them. */
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"
#include "rig/metric/metric.h"

/* A name of a workload's own that is as near as this to one of the table is taken for a slip. */
#define SLIP_MAX 2

#define PARTS "mean, p50, p90, p99, p999, max or count"

bool metric_is_part(const char *name)
{
	static const char *const parts[] = {"mean", "p50", "p90", "p99", "p999", "max", "count"};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strcmp(parts[i], name) == 0)
			return true;
	return false;
}

/* The row that must be meant by the first `len` bytes of a name; NULL: none. */
static const struct metric_row *meant(const char *name, size_t len)
{
	const struct metric_row *closest = NULL;
	size_t count, least = SLIP_MAX + 1;
	const struct metric_row *rows = metric_rows(&count);
	char base[96], seconds[112];

	snprintf(base, sizeof(base), "%.*s", (int)len, name);
	snprintf(seconds, sizeof(seconds), "%s_seconds", base);
	for (size_t i = 0; i < count; i++) {
		size_t distance = closest_distance(rows[i].name, base);

		if (strcmp(rows[i].name, seconds) == 0)
			return &rows[i];
		if (distance < least && distance < strlen(rows[i].name) / 3) {
			least = distance;
			closest = &rows[i];
		}
	}
	return closest;
}

static int refuse(struct error *err, const char *name, const char *why)
{
	char quoted[TEXT_QUOTE_SIZE];

	return error_input(err, "\"%s\": %s", text_quote(name, quoted), why);
}

static int check_row(const struct metric_row *row, const char *name, struct error *err)
{
	const char *dot = strrchr(name, '.');
	bool whole = strcmp(row->name, name) == 0;

	if (row->reduction != METRIC_MERGED || (whole && dot))
		return 0;
	if (whole)
		return refuse(err, name,
			      "a histogram, no single number; write " PARTS
			      " behind it, as in .p99");
	return metric_is_part(dot + 1) ? 0 : refuse(err, name, "a histogram has " PARTS);
}

int metric_check(const char *name, bool records, struct error *err)
{
	const struct metric_row *row = metric_find(name);
	const char *dot = strrchr(name, '.');
	bool part = dot && metric_is_part(dot + 1);
	char why[256];

	if (row)
		return check_row(row, name, err);
	row = metric_by_label(name);
	if (row) {
		snprintf(why, sizeof(why), "the label of a metric; write its name, %s", row->name);
		return refuse(err, name, why);
	}
	row = meant(name, part ? (size_t)(dot - name) : strlen(name));
	if (row) {
		snprintf(why, sizeof(why), "no such metric; did you mean \"%s%s\"?", row->name,
			 part ? dot : "");
		return refuse(err, name, why);
	}
	if (dot && !part)
		return refuse(err, name, "no such metric, and of a histogram there are " PARTS);
	if (!records)
		return refuse(err, name,
			      "no such metric; docs/result.md lists those of a plain command");
	return 0;
}
