/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/text/search.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "base/units.h"

static int ascending(const void *a, const void *b)
{
	const struct search_rate *x = a, *y = b;

	return (x->rate > y->rate) - (x->rate < y->rate);
}

/* "  fixed-4 tried: 100 held; 800 held 3; 810 broke 2, held 1" */
static void print_tried(const struct result_variant *variant, const struct style *style)
{
	static const char *const words[] = {"held", "broke", "void"};
	const struct search *search = variant->search.search;
	struct search_rate rates[SEARCH_RATES_MAX];
	char text[8192] = "", number[SEARCH_RATE_SIZE];

	text_add(text, sizeof(text), "%s tried:%s", variant->name,
		 search->rates_count ? "" : " nothing");
	for (size_t i = 0; i < search->rates_count; i++)
		rates[i] = search->rates[i];
	qsort(rates, search->rates_count, sizeof(*rates), ascending);
	for (size_t i = 0; i < search->rates_count; i++) {
		const int counts[] = {rates[i].held, rates[i].broke, rates[i].voided};
		const char *between = " ";

		text_add(text, sizeof(text), "%s %s", i ? ";" : "",
			 search_rate_text(rates[i].rate, number));
		for (size_t k = 0; k < ARRAY_SIZE(counts); k++)
			if (counts[k]) {
				text_add(text, sizeof(text), "%s%s %d", between, words[k],
					 counts[k]);
				between = ", ";
			}
	}
	fputs("  ", style->to);
	text_fold(style, 2, 4, text);
}

void search_print(const struct result *result, const struct style *style)
{
	const struct search_spec *spec = &result->search;
	char bound[UNITS_SHOW_SIZE], text[512];

	if (!result->searched)
		return;
	units_show(UNITS_SECONDS, (double)spec->bound_ns / 1e9, style->utf8, bound, sizeof(bound));
	snprintf(text, sizeof(text),
		 "Capacity: the highest rate at which %s was at most %s and every task was "
		 "completed, in %d trial%s in a row",
		 spec->metric, bound, spec->confirm, spec->confirm == 1 ? "" : "s");
	text_fold(style, 0, 2, text);
	for (size_t v = 0; v < result->variants_count; v++)
		print_tried(&result->variants[v], style);
	fputc('\n', style->to);
}
