/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an experiment says was published, held against what was measured. */
#ifndef POOLRIG_RIG_REPORT_FINDING_H
#define POOLRIG_RIG_REPORT_FINDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/report/report.h"
#include "rig/report/text.h"

enum finding_verdict { FINDING_HOLDS = 0, FINDING_FAILS, FINDING_UNTOLD };
/* "holds", "fails", "can't be told". */
const char *finding_verdict_text(enum finding_verdict verdict);

struct finding {
	const char *claim, *source; /* borrowed from the report; source NULL: none is given */
	char *found;                /* owned: the sentence, its numbers filled in */
	enum finding_verdict verdict;
	char *reason;      /* owned: why it fails or can't be told, or in how many trials it would
			      be otherwise; NULL where there is nothing to say */
	uint64_t variants; /* those that it names: bit i for the report's variant i */
};

/* All of a run in the order of the experiment; *list is the caller's, for findings_free(). Returns
 * how many (0: the experiment has none), or -1. The report must outlive them. */
ssize_t findings_of(const struct report *report, struct finding **list, struct error *err);
void findings_free(struct finding *list, size_t count);

/* The worst grades of the variants that a finding names: "cpu B, memory A". Returns buf. */
const char *finding_grades(const struct report *report, const struct finding *finding, char *buf,
			   size_t size);

/* -- outputs: the section of a table, in JSON, and what the verb `findings` prints ------------- */

int finding_section(const struct report *report, const struct style *style, struct error *err);
/* NULL: no memory, and *err says so. */
json_t *finding_json(const struct report *report, struct error *err);
/* Nothing is printed of a run without findings. Returns how many it has, or -1. `further`: another
 * run stands above. */
ssize_t finding_text(const struct report *report, const struct style *style, bool further,
		     struct error *err);
ssize_t finding_markdown(const struct report *report, FILE *to, struct error *err);

#endif
