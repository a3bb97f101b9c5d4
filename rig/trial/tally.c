/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/trial/tally.h"

#include <stdio.h>
#include <string.h>

void tally_init(struct tally *t, int64_t warmup_ns, int64_t window_ns)
{
	*t = (struct tally){.window_from_ns = warmup_ns, .window_to_ns = warmup_ns + window_ns};
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
	if (record->known && (!row->known || record->value > row->value))
		row->value = record->value;
	row->known |= record->known;
}

static void add_counter(const struct tally *t, struct tally_row *row,
			const struct workload_record *record, bool first)
{
	bool total = record->from_ns <= t->window_from_ns && record->to_ns >= t->window_to_ns;

	if (row->total_seen && !total)
		return;
	if (total || first) {
		row->value = record->value;
		row->known = record->known;
	} else {
		row->value += record->value;
		row->known &= record->known;
	}
	row->total_seen |= total;
}

int tally_add(struct tally *t, const struct workload_record *record, struct error *err)
{
	struct tally_row *row = (struct tally_row *)tally_find(t, record->name);
	bool first = !row;

	if (strcmp(record->kind, "histogram") == 0)
		return 0;
	if (first && t->count == TALLY_ROWS_MAX)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: record \"%s\": more than %d names of counters and "
				 "gauges",
				 record->name, TALLY_ROWS_MAX);
	if (first) {
		row = &t->rows[t->count++];
		snprintf(row->name, sizeof(row->name), "%s", record->name);
		row->gauge = strcmp(record->kind, "gauge") == 0;
	}
	if (!record->known)
		snprintf(row->reason, sizeof(row->reason), "%s", record->reason);
	if (row->gauge)
		add_gauge(row, record);
	else
		add_counter(t, row, record, first);
	return 0;
}
