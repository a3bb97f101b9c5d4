/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/disturbance.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/own.h"
#include "rig/report/number.h"

#define NAMES_MAX 64

/* What the trials say under one name of interference. */
struct disturbance {
	const char *name, *unit;
	size_t known, unknown;
	const struct interference_line *worst, *first_unknown;
	const struct trial_record *worst_trial;
	struct spread spread;
};

static void gather(const struct report *report, struct disturbance *d, double *values)
{
	for (size_t t = 0; t < report->view->trials_count; t++) {
		const struct trial_record *trial = &report->view->trials[t];

		for (size_t i = 0; i < trial->interference_count; i++) {
			const struct interference_line *line = &trial->interference[i];

			if (strcmp(line->name, d->name) != 0)
				continue;
			if (!line->known) {
				d->unknown++;
				d->first_unknown = d->first_unknown ? d->first_unknown : line;
				continue;
			}
			if (!d->worst || line->value > d->worst->value) {
				d->worst = line;
				d->worst_trial = trial;
			}
			values[d->known++] = line->value;
		}
	}
	d->spread = spread_of(values, d->known);
}

static void amount(const struct disturbance *d, double value, const struct style *style, char *buf,
		   size_t size)
{
	enum number_kind kind = number_kind_of(d->unit);
	char number[64];

	number_with_unit(kind, value, style->utf8, number, sizeof(number));
	snprintf(buf, size, "%s%s%s", number,
		 kind == NUMBER_COUNT && strcmp(d->unit, "count") != 0 ? " " : "",
		 kind == NUMBER_COUNT && strcmp(d->unit, "count") != 0 ? d->unit : "");
}

static void print_disturbance(const struct disturbance *d, const struct style *style)
{
	char text[1024], name[48], median[96], most[96];
	size_t used = 0;

	fprintf(style->to, "  %-26s ", text_clean(d->name, style->utf8, name, sizeof(name)));
	text[0] = '\0';
	if (d->known && d->spread.max == 0) {
		used = (size_t)snprintf(text, sizeof(text), "none in %zu of %zu trials", d->known,
					d->known + d->unknown);
	} else if (d->known) {
		amount(d, d->spread.median, style, median, sizeof(median));
		amount(d, d->worst->value, style, most, sizeof(most));
		used = (size_t)snprintf(text, sizeof(text),
					"median %s, worst %s in trial %d (%s)%s%s", median, most,
					d->worst_trial->position, d->worst_trial->variant,
					d->worst->detail[0] ? ": " : "", d->worst->detail);
	}
	if (d->unknown && used < sizeof(text))
		snprintf(text + used, sizeof(text) - used, "%sunknown in %zu of %zu trials: %s",
			 used ? "; " : "", d->unknown, d->known + d->unknown,
			 d->first_unknown->detail);
	text_fold(style, 2 + 27, 29, text);
}

static size_t interference_names(const struct report *report, struct disturbance *list)
{
	size_t count = 0;

	for (size_t t = 0; t < report->view->trials_count; t++) {
		const struct trial_record *trial = &report->view->trials[t];

		for (size_t i = 0; i < trial->interference_count && count < NAMES_MAX; i++) {
			size_t k = 0;

			while (k < count && strcmp(list[k].name, trial->interference[i].name) != 0)
				k++;
			if (k == count)
				list[count++] =
				    (struct disturbance){.name = trial->interference[i].name,
							 .unit = trial->interference[i].unit};
		}
	}
	return count;
}

static size_t interference_lines(const struct report *report)
{
	size_t count = 0;

	for (size_t t = 0; t < report->view->trials_count; t++)
		count += report->view->trials[t].interference_count;
	return count;
}

static bool is_quiet(const struct disturbance *d)
{
	return d->known && !d->unknown && d->spread.max == 0;
}

/* What was looked for and not seen takes one line for all. */
static void print_quiet(const struct disturbance *list, size_t count, const struct style *style)
{
	char text[NAMES_MAX * 50];
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (is_quiet(&list[i]))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? ", " : "", list[i].name);
	if (!used)
		return;
	fputs("  none in any trial:         ", style->to);
	text_fold(style, 29, 29, text);
}

int disturbance_interference(const struct report *report, const struct style *style,
			     struct error *err)
{
	struct disturbance list[NAMES_MAX];
	size_t count = interference_names(report, list);
	cleanup_free double *values = calloc(interference_lines(report) + 1, sizeof(*values));

	if (!values)
		return error_host(err, ENOMEM, "no memory for the interference");
	if (count)
		fputs("\nWhat disturbed it\n", style->to);
	for (size_t i = 0; i < count; i++) {
		gather(report, &list[i], values);
		if (!is_quiet(&list[i]))
			print_disturbance(&list[i], style);
	}
	print_quiet(list, count, style);
	return 0;
}
