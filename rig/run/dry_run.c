/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/units.h"
#include "rig/knob/knob.h"
#include "rig/plan/plan.h"
#include "rig/run/run.h"

enum { TRIALS_SHOWN = 40 };

static void print_cores(const struct experiment *e, const struct roles *r,
			const struct style *style)
{
	char list[CPULIST_SIZE];

	fputs("Cores on this host: ", style->to);
	if (run_pins(e))
		fprintf(style->to, "work %s, ", cpulist_format(&r->work, list));
	else
		fputs("any (", style->to);
	if (e->load_given)
		fprintf(style->to, "load %s, ", cpulist_format(&r->load, list));
	cpulist_format(&r->housekeeping, list);
	fprintf(style->to, run_pins(e) ? "rig %s\n" : "rig on %s)\n", list);
}

/* "35 s", "4 min", "2 h 5 min". Returns buf. */
static const char *about(int64_t ns, char buf[40])
{
	int64_t seconds = (ns + NS_PER_S / 2) / NS_PER_S, minutes = (seconds + 30) / 60;

	if (seconds < 100)
		snprintf(buf, 40, "%" PRId64 " s", seconds ? seconds : 1);
	else if (minutes < 100)
		snprintf(buf, 40, "%" PRId64 " min", minutes);
	else
		snprintf(buf, 40, "%" PRId64 " h %" PRId64 " min", minutes / 60, minutes % 60);
	return buf;
}

/* Trials `first` to `last` (counted from 1) are a block: which variants, in which order. */
static void print_block(const struct experiment *e, const struct plan *plan, size_t first,
			const struct style *style)
{
	size_t last = first + e->variants_count - 1;
	char names[VARIANTS_MAX * (KNOB_NAME_MAX + 2) + 1] = "", numbers[40];

	for (size_t i = first; i <= last; i++)
		text_add(names, sizeof(names), "%s%s",
			 e->variants[plan->trials[i - 1].variant].name, i < last ? ", " : "");
	snprintf(numbers, sizeof(numbers), first < last ? "%zu-%zu" : "%zu", first, last);
	fprintf(style->to, "  %-9s ", numbers);
	text_fold(style, 12, 12, names);
}

static int print_order(const struct experiment *e, const struct style *style, struct error *err)
{
	size_t shown = 0, block = e->variants_count;
	struct plan plan;

	if (plan_init(&plan, e->variants_count, e->trials, e->seed, err) < 0)
		return -1;
	fprintf(style->to, "Trials: %zu, in %d %s of %zu\n", plan.count, e->trials,
		e->trials == 1 ? "block" : "blocks", block);
	do {
		print_block(e, &plan, shown + 1, style);
		shown += block;
	} while (shown < plan.count &&
		 (plan.count <= TRIALS_SHOWN || shown + block <= TRIALS_SHOWN));
	if (shown < plan.count)
		fprintf(style->to, "  and %zu more %s\n", (plan.count - shown) / block,
			plan.count - shown == block ? "block" : "blocks");
	plan_destroy(&plan);
	return 0;
}

static void print_time(const struct experiment *e, const struct style *style)
{
	int64_t loaded = 0, limits = 0;
	char known[40], most[40];

	for (size_t i = 0; i < e->variants_count; i++) {
		const struct variant *v = &e->variants[i];

		loaded += v->protocol ? run_trial_ns(e) * e->trials : 0;
		limits += v->protocol ? 0 : v->timeout_ns * e->trials;
	}
	about(loaded, known);
	about(limits, most);
	if (loaded && limits)
		fprintf(style->to, "Time: about %s, and %s at most for plain commands\n", known,
			most);
	else if (limits)
		fprintf(style->to, "Time: %s at most: the timeouts of the plain commands\n", most);
	else
		fprintf(style->to, "Time: about %s\n", known);
}

static void print_search(const struct experiment *e, const struct style *style)
{
	char each[40];

	fprintf(style->to,
		"Trials: as many as the search of each variant needs\n"
		"Time: about %s a trial\n",
		about(run_trial_ns(e), each));
}

int dry_run_print(const struct experiment *e, const struct roles *roles, const struct style *style,
		  struct error *err)
{
	if (dry_run_print_plan(e, style, err) < 0)
		return -1;
	fputc('\n', style->to);
	print_cores(e, roles, style);
	if (e->search_given) {
		print_search(e, style);
		return 0;
	}
	if (print_order(e, style, err) < 0)
		return -1;
	print_time(e, style);
	return 0;
}
