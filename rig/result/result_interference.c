/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/result/result.h"

static void add(struct interference *sum, const struct trial_record *trial,
		const struct interference_line *line)
{
	if (!line->known) {
		sum->unknown++;
		sum->first_unknown = sum->first_unknown ? sum->first_unknown : line;
	} else if (!sum->worst || line->value > sum->worst->value) {
		sum->worst = line;
		sum->worst_trial = trial;
	}
}

static void gather(const struct result *result, struct interference *sum, double *values)
{
	size_t known = 0;

	for (size_t t = 0; t < result->view->trials_count; t++) {
		const struct trial_record *trial = &result->view->trials[t];

		for (size_t i = 0; i < trial->interference_count; i++) {
			const struct interference_line *line = &trial->interference[i];

			if (strcmp(line->name, sum->name) != 0)
				continue;
			sum->unit = line->unit;
			add(sum, trial, line);
			if (line->known)
				values[known++] = line->value;
		}
	}
	sum->spread = spread_of(values, known);
}

static void add_warnings(struct result *result)
{
	for (size_t b = 0; b < BOUNDS; b++) {
		struct warning w = {.bound = &bounds[b]};

		for (size_t t = 0; t < result->view->trials_count; t++) {
			const struct trial_record *trial = &result->view->trials[t];
			const struct interference_line *line = bound_exceeded(w.bound, trial);

			if (trial->outcome != TRIAL_OK)
				continue;
			w.of++;
			w.trials += line != NULL;
			if (!line || (w.worst && w.worst->value >= line->value))
				continue;
			w.worst = line;
			w.worst_trial = trial;
		}
		if (w.trials)
			result->warnings[result->warnings_count++] = w;
	}
}

int interference_gather(struct result *result, struct error *err)
{
	struct names names = {0};
	cleanup_free double *values = NULL;
	size_t lines = 0;
	int failed = 0;

	for (size_t t = 0; t < result->view->trials_count && !failed; t++) {
		const struct trial_record *trial = &result->view->trials[t];

		lines += trial->interference_count;
		for (size_t i = 0; i < trial->interference_count && !failed; i++)
			failed = names_add(&names, trial->interference[i].name, err) < 0;
	}
	values = calloc(lines + 1, sizeof(*values));
	result->interference = calloc(names.count + 1, sizeof(*result->interference));
	if (!failed && (!values || !result->interference))
		failed = error_host(err, ENOMEM, "no memory for the interference");
	for (size_t i = 0; i < names.count && !failed; i++) {
		result->interference[i].name = names.list[i];
		gather(result, &result->interference[i], values);
		result->interference_count++;
	}
	names_destroy(&names);
	add_warnings(result);
	return failed ? -1 : 0;
}

bool interference_is_none(const struct interference *i)
{
	return i->spread.count && !i->unknown && i->spread.max == 0;
}
