/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/tally.h"

#include <stdio.h>
#include <string.h>

#include "rig/record/metric_of.h"

void tally_init(struct tally *t, int64_t warmup_ns)
{
	*t = (struct tally){.warmup_ns = warmup_ns};
}

const struct tally_row *tally_find(const struct tally *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	return NULL;
}

const struct tally_row *tally_known(const struct tally *t, const char *name)
{
	const struct tally_row *row = tally_find(t, name);

	return row && row->known ? row : NULL;
}

static void add_gauge(struct tally_row *row, const struct workload_record *record)
{
	double value = record->value * row->scale;

	if (row->peak) {
		row->value = row->any && row->value > value ? row->value : value;
		row->known = (!row->any || row->known) && record->known;
	} else if (!row->any || record->to_ns >= row->to_ns) {
		row->value = value;
		row->known = record->known;
		row->to_ns = record->to_ns;
	}
}

static void add_counter(struct tally_row *row, const struct workload_record *record)
{
	row->value += record->value * row->scale;
	row->known = (!row->any || row->known) && record->known;
}

static void begin_row(struct tally_row *row, const struct workload_record *record)
{
	*row = (struct tally_row){.adds = strcmp(record->kind, "counter") == 0};
	snprintf(row->name, sizeof(row->name), "%s", record->name);
	snprintf(row->reason, sizeof(row->reason),
		 "the workload sent none in the window of measurement");
	row->scale = metric_of(record, row->metric);
	row->peak = !row->adds && strstr(row->name, "peak");
}

int tally_add(struct tally *t, const struct workload_record *record, struct error *err)
{
	struct tally_row *row = (struct tally_row *)tally_find(t, record->name);

	if (strcmp(record->kind, "histogram") == 0)
		return 0;
	if (!row && t->count == TALLY_ROWS_MAX)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: record \"%s\": more than %d names of counters and "
				 "gauges",
				 record->name, TALLY_ROWS_MAX);
	if (!row) {
		row = &t->rows[t->count++];
		begin_row(row, record);
	}
	if (!metric_in_window(record, t->warmup_ns))
		return 0;
	if (!record->known)
		snprintf(row->reason, sizeof(row->reason), "%s", record->reason);
	if (row->adds)
		add_counter(row, record);
	else
		add_gauge(row, record);
	row->any = true;
	return 0;
}
