/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/trial_table.h"

const struct column trial_columns[] = {
    COLUMN(trial_record, position, INT),          COLUMN(trial_record, block, INT),
    COLUMN(trial_record, attempt, INT),           COLUMN(trial_record, variant, TEXT),
    COLUMN(trial_record, outcome, OUTCOME),       COLUMN(trial_record, reason, TEXT),
    COLUMN(trial_record, started_unix_ns, INT64), COLUMN(trial_record, start_ns, INT64),
    COLUMN(trial_record, wall_ns, INT64),         {0},
};

/* clang-format off */
#define TABLE(of, ...) {sizeof(struct of), (const struct column[]){__VA_ARGS__, {0}}}
const struct trial_table trial_tables[TRIAL_LISTS] = {
    [TRIAL_SAMPLES] = TABLE(trial_sample,
	COLUMN(trial_sample, cell, INT),
	COLUMN_AS("at_ns", trial_sample, reading.at_ns, INT64),
	COLUMN(trial_sample, late_ns, INT64),
	COLUMN(trial_sample, reading, READING)),
    [TRIAL_EVENTS] = TABLE(trial_event,
	COLUMN(trial_event, at_ns, INT64),
	COLUMN(trial_event, cell, TEXT),
	COLUMN(trial_event, kind, TEXT),
	COLUMN(trial_event, text, TEXT)),
    [TRIAL_RECORDS] = TABLE(workload_record,
	COLUMN(workload_record, name, TEXT),
	COLUMN(workload_record, kind, TEXT),
	COLUMN(workload_record, unit, TEXT),
	COLUMN(workload_record, from_ns, INT64),
	COLUMN(workload_record, to_ns, INT64),
	COLUMN(workload_record, value, VALUE, .known = offsetof(struct workload_record, known)),
	COLUMN(workload_record, hdr, HISTOGRAM),
	COLUMN(workload_record, reason, REASON)),
    [TRIAL_METRICS] = TABLE(metric,
	COLUMN(metric, name, TEXT),
	COLUMN(metric, value, VALUE, .known = offsetof(struct metric, known)),
	COLUMN(metric, reason, REASON)),
    [TRIAL_INTERFERENCE] = TABLE(interference_line,
	COLUMN(interference_line, name, TEXT),
	COLUMN(interference_line, unit, TEXT),
	COLUMN(interference_line, value, VALUE, .known = offsetof(struct interference_line, known)),
	COLUMN(interference_line, detail, TEXT)),
    [TRIAL_GRADES] = TABLE(grade_line,
	COLUMN(grade_line, dimension, TEXT),
	COLUMN(grade_line, level, LETTER),
	COLUMN(grade_line, asked, OWNED),
	COLUMN(grade_line, granted, OWNED),
	COLUMN(grade_line, reason, TEXT)),
    [TRIAL_LOGS] = TABLE(trial_log,
	COLUMN(trial_log, name, TEXT),
	COLUMN(trial_log, text, OWNED),
	COLUMN(trial_log, bytes, INT64),
	COLUMN(trial_log, dropped, INT64)),
    [TRIAL_ARTEFACTS] = TABLE(trial_artefact,
	COLUMN(trial_artefact, name, TEXT),
	COLUMN(trial_artefact, media, TEXT),
	COLUMN(trial_artefact, bytes, INT64),
	COLUMN(trial_artefact, intrusive, BOOL),
	COLUMN(trial_artefact, fd, FILE)),
};
/* clang-format on */

bool column_at(const struct column *columns, int n, struct column *column)
{
	for (; n && columns->type != COLUMN_END && columns->type != COLUMN_READING; n--)
		columns++;
	*column = *columns;
	if (columns->type == COLUMN_READING && n < CG_COUNTERS)
		*column = (struct column){
		    .name = cg_counter_row((enum cg_counter)n)->name,
		    .type = COLUMN_COUNTER,
		    .offset = columns->offset + offsetof(struct cg_reading, value) +
			      (size_t)n * sizeof(int64_t),
		    .size = (size_t)n,
		    .known = columns->offset + offsetof(struct cg_reading, known),
		    .joined = true,
		};
	return column->name && column->type != COLUMN_READING && column->type != COLUMN_FILE;
}
