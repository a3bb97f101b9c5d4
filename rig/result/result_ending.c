/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rig/result/result.h"

static struct ending *find(struct result *result, const struct trial_record *trial,
			   const struct pattern *reason)
{
	for (size_t i = 0; i < result->endings_count; i++) {
		struct ending *e = &result->endings[i];

		if (e->outcome == trial->outcome && strcmp(e->variant, trial->variant) == 0 &&
		    strcmp(e->reason.shape, reason->shape) == 0)
			return e;
	}
	return NULL;
}

static struct ending *add(struct result *result, const struct trial_record *trial,
			  const struct pattern *reason)
{
	struct ending *e = &result->endings[result->endings_count];

	*e = (struct ending){
	    .variant = trial->variant, .outcome = trial->outcome, .reason = *reason};
	e->trials = calloc(result->view->trials_count, sizeof(*e->trials));
	result->endings_count += e->trials != NULL;
	return e->trials ? e : NULL;
}

static bool has_output(const struct trial_record *trial)
{
	for (size_t i = 0; i < trial->logs_count; i++)
		if (trial->logs[i].bytes)
			return true;
	return false;
}

int ending_gather(struct result *result, struct error *err)
{
	const struct run_view *view = result->view;
	size_t bad = 0;

	for (size_t i = 0; i < view->trials_count; i++)
		bad += view->trials[i].outcome != TRIAL_OK;
	result->endings = calloc(bad + 1, sizeof(*result->endings));
	for (size_t i = 0; result->endings && i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];
		const char *why = trial->reason[0] ? trial->reason : "no reason given";
		struct pattern reason;
		struct ending *e;

		if (trial->outcome == TRIAL_OK)
			continue;
		pattern_init(&reason, why, strlen(why));
		e = find(result, trial, &reason);
		if (e)
			pattern_add(&e->reason, &reason);
		else
			e = add(result, trial, &reason);
		if (!e)
			return error_host(err, ENOMEM,
					  "no memory for the trials that are not valid");
		e->trials[e->trials_count++] = trial;
		if (trial->outcome != TRIAL_VOID && !e->with_output && has_output(trial))
			e->with_output = result_trial_number(trial);
	}
	return result->endings ? 0 : error_host(err, ENOMEM, "no memory for %zu trials", bad);
}
