/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/report/definition.h"
#include "rig/report/search.h"
#include "rig/report/summary.h"

static int no_memory(const struct run_view *view, struct error *err)
{
	return error_host(err, ENOMEM, "run %s: no memory for a report", view->summary.id);
}

static struct report_variant *variant_by_name(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->variants_count; i++)
		if (strcmp(report->variants[i].name, name) == 0)
			return &report->variants[i];
	return NULL;
}

static int add_variant(struct report *report, const char *name, struct error *err)
{
	struct report_variant *grown;

	if (variant_by_name(report, name))
		return 0;
	grown = reallocarray(report->variants, report->variants_count + 1, sizeof(*grown));
	if (!grown)
		return no_memory(report->view, err);
	report->variants = grown;
	grown += report->variants_count++;
	*grown =
	    (struct report_variant){.definition = definition_variant(report->definition, name)};
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	return 0;
}

/* Attempts of one position are several trials and one planned one. */
static bool is_first_attempt(const struct run_view *view, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (view->trials[k].position == view->trials[i].position)
			return false;
	return true;
}

/* In the order of the experiment; trials run in shuffled blocks, so theirs says nothing. */
static int add_variants(struct report *report, struct error *err)
{
	const struct run_view *view = report->view;
	const char *name;

	for (size_t i = 0; (name = definition_variant_name(report->definition, i)); i++)
		if (add_variant(report, name, err) < 0)
			return -1;
	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];
		struct report_variant *v;

		if (add_variant(report, trial->variant, err) < 0)
			return -1;
		v = variant_by_name(report, trial->variant);
		v->outcomes[trial->outcome]++;
		v->positions += is_first_attempt(view, i);
	}
	return 0;
}

/* Every block has every variant once, so a variant's share of the plan is an equal one. */
static void count_missing(struct report *report)
{
	int planned = report->view->summary.planned;
	int variants = (int)report->variants_count;

	for (int i = 0; i < variants; i++) {
		struct report_variant *v = &report->variants[i];

		report->positions += v->positions;
		if (planned % variants == 0 && planned / variants > v->positions)
			v->missing = planned / variants - v->positions;
	}
	if (planned > report->positions)
		report->missing = planned - report->positions;
}

int report_init(struct report *report, const struct run_view *view, struct error *err)
{
	int64_t warmup_ns;

	*report = (struct report){.view = view};
	report->definition = definition_parse(view->yaml ? view->yaml : "");
	report->summaries = calloc(view->trials_count + 1, sizeof(*report->summaries));
	if (!report->summaries)
		return no_memory(view, err);
	warmup_ns = definition_warmup(report->definition);
	for (size_t i = 0; i < view->trials_count; i++)
		if (summary_init(&report->summaries[i], &view->trials[i], warmup_ns, err) < 0)
			goto failed;
	if (add_variants(report, err) < 0)
		goto failed;
	count_missing(report);
	if (report_search_init(report, err) < 0)
		goto failed;
	return 0;
failed:
	report_destroy(report);
	return -1;
}

void report_destroy(struct report *report)
{
	for (size_t i = 0; report->summaries && i < report->view->trials_count; i++)
		trial_record_destroy(&report->summaries[i]);
	free(report->summaries);
	for (size_t i = 0; i < report->variants_count; i++)
		free(report->variants[i].search);
	free(report->variants);
	free(report->steps);
	json_decref(report->definition);
	*report = (struct report){0};
}

/* A metric that was summed up as a whole to unknown ("sojourn_seconds") answers for its parts
 * ("sojourn_seconds.p99"). */
static const struct metric *find(const struct trial_record *summary, const char *metric)
{
	const struct metric *m = trial_find_metric(summary, metric);
	const char *dot = strrchr(metric, '.');
	char whole[64];

	if (m || !dot)
		return m;
	snprintf(whole, sizeof(whole), "%.*s", (int)(dot - metric), metric);
	m = trial_find_metric(summary, whole);
	return m && !m->known ? m : NULL;
}

/* Over the trials of a variant that are ok, or over the others. */
static int gather(const struct report *report, const char *variant, const char *metric, bool ok,
		  struct report_value *value, struct error *err)
{
	const struct run_view *view = report->view;
	cleanup_free double *values = calloc(view->trials_count + 1, sizeof(*values));
	size_t known = 0;

	*value = (struct report_value){0};
	if (!values)
		return no_memory(view, err);
	for (size_t i = 0; i < view->trials_count; i++) {
		const struct metric *m;

		if ((view->trials[i].outcome == TRIAL_OK) != ok ||
		    strcmp(view->trials[i].variant, variant) != 0 ||
		    !report_search_counts(report, i))
			continue;
		value->trials++;
		m = find(&report->summaries[i], metric);
		if (m && m->known)
			values[known++] = m->value;
		else if (!value->reason)
			value->reason = m ? m->reason : "the workload does not record it";
	}
	value->spread = spread_of(values, known);
	return 0;
}

int report_value(const struct report *report, const char *variant, const char *metric,
		 struct report_value *value, struct error *err)
{
	if (report_search_value(report, variant, metric, value))
		return 0;
	if (gather(report, variant, metric, true, value, err) < 0)
		return -1;
	if (value->trials == 0)
		value->reason = report->searched ? "no rate held"
						 : "the variant has no trial that is ok";
	return 0;
}

bool report_value_in_block(const struct report *report, const char *variant, const char *metric,
			   int block, double *value)
{
	const struct run_view *view = report->view;

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];
		const struct metric *m;

		if (trial->outcome != TRIAL_OK || trial->block != block ||
		    strcmp(trial->variant, variant) != 0)
			continue;
		m = find(&report->summaries[i], metric);
		if (m && m->known)
			*value = m->value;
		return m && m->known;
	}
	return false;
}

int report_value_not_ok(const struct report *report, const char *variant, const char *metric,
			struct report_value *value, struct error *err)
{
	return gather(report, variant, metric, false, value, err);
}

ssize_t report_metric_names(const struct report *report, const char ***names, struct error *err)
{
	const char **list = NULL;
	size_t count = 0, size = 0;

	for (size_t t = 0; t < report->view->trials_count; t++) {
		const struct trial_record *s = &report->summaries[t];

		for (size_t i = 0; i < s->metrics_count; i++) {
			size_t k = 0;

			while (k < count && strcmp(list[k], s->metrics[i].name) != 0)
				k++;
			if (k < count)
				continue;
			if (count == size) {
				const char **grown;

				size = size ? size * 2 : 64;
				grown = reallocarray(list, size, sizeof(*list));
				if (!grown) {
					free(list);
					return no_memory(report->view, err);
				}
				list = grown;
			}
			list[count++] = s->metrics[i].name;
		}
	}
	*names = list;
	return (ssize_t)count;
}

const char *report_fact(const struct report *report, const char *name)
{
	const struct host_record *host = &report->view->host;

	for (size_t i = 0; i < host->count; i++)
		if (strcmp(host->facts[i].name, name) == 0)
			return host->facts[i].value;
	return "unknown";
}

const char *report_state(const struct run_summary *summary, char *buf, size_t size)
{
	static const char *const meanings[] = {"done",
					       "the gate failed",
					       "bad input",
					       "the rig or the host failed",
					       "a workload failed",
					       "too few valid trials"};
	int code = summary->exit_code;

	if (!summary->ended_unix_ns)
		snprintf(buf, size, "interrupted");
	else if (code >= 0 && code < (int)ARRAY_SIZE(meanings))
		snprintf(buf, size, "ended, exit %d (%s)", code, meanings[code]);
	else
		snprintf(buf, size, "ended, exit %d", code);
	return buf;
}
