/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/finding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "rig/report/finding_judge.h"
#include "rig/report/grade.h"
#include "rig/report/json_text.h"

const char *finding_verdict_text(enum finding_verdict verdict)
{
	static const char *const texts[] = {"holds", "fails", "can't be told"};

	return texts[verdict];
}

ssize_t findings_of(const struct report *report, struct finding **list, struct error *err)
{
	const json_t *definitions = json_object_get(report->definition, "findings");
	size_t count = json_array_size(definitions);

	*list = calloc(count + 1, sizeof(**list));
	if (!*list)
		return error_host(err, ENOMEM, "run %s: no memory for its findings",
				  report->view->summary.id);
	for (size_t i = 0; i < count; i++)
		if (finding_judge(report, json_array_get(definitions, i), &(*list)[i], err) < 0) {
			findings_free(*list, count);
			*list = NULL;
			return -1;
		}
	return (ssize_t)count;
}

void findings_free(struct finding *list, size_t count)
{
	for (size_t i = 0; list && i < count; i++) {
		free(list[i].found);
		free(list[i].reason);
	}
	free(list);
}

const char *finding_grades(const struct report *report, const struct finding *finding, char *buf,
			   size_t size)
{
	const char *names[GRADE_DIMENSIONS_MAX];
	size_t count = grade_dimensions(report, names), used = 0;

	buf[0] = '\0';
	for (size_t d = 0; d < count && used < size; d++) {
		char level = '?';

		for (size_t v = 0; v < report->variants_count && v < FINDING_VARIANTS_MAX; v++)
			if (finding->variants & UINT64_C(1) << v)
				level = grade_worse(
				    level, grade_worst(report, report->variants[v].name, names[d]));
		used += (size_t)snprintf(buf + used, size - used, "%s%s %c", d ? ", " : "",
					 names[d], level);
	}
	return buf;
}

static json_t *one_json(const struct finding *f)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:o}", "claim", json_text(f->claim), "source",
			 f->source ? json_text(f->source) : json_null(), "found",
			 json_text(f->found), "verdict", finding_verdict_text(f->verdict), "reason",
			 f->reason ? json_text(f->reason) : json_null());
}

json_t *finding_json(const struct report *report, struct error *err)
{
	struct finding *list;
	ssize_t count = findings_of(report, &list, err);
	json_t *array = count < 0 ? NULL : json_array();
	int failed = 0;

	for (ssize_t i = 0; i < count; i++)
		failed |= json_array_append_new(array, one_json(&list[i]));
	if (count >= 0)
		findings_free(list, (size_t)count);
	if (array && !failed)
		return array;
	json_decref(array);
	return NULL;
}
