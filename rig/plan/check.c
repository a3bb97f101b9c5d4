/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/units.h"
#include "rig/plan/read.h"
#include "rig/plan/schedule.h"

enum { WHERE_SIZE = 256, TIME_SIZE = 32 };

static int wrong_variant(const struct experiment *e, size_t i, const char *why, struct error *err)
{
	char path[32];

	snprintf(path, sizeof(path), "variants.%zu", i);
	return document_error(e->document, document_find(e->document, path), err, "variants.%s: %s",
			      e->variants[i].name, why);
}

/* -- load ------------------------------------------------------------------------------------- */

/* Does the burst rise, and is it over before the window is? */
static int check_burst_shape(const struct experiment *e, struct error *err)
{
	const struct load_spec *load = &e->load;
	const struct burst_spec *burst = &load->burst;
	int64_t over = burst->at_ns + burst->rise_ns + burst->hold_ns - load->measure_ns;
	char at[TIME_SIZE], rise[TIME_SIZE], by[TIME_SIZE];

	if (burst->peak < load->rate)
		return document_wrong(e->document, "load.peak", err,
				      "below load.rate (%.10g), from which a burst rises; raise it",
				      load->rate);
	if (burst->rise_ns + burst->hold_ns == 0)
		return document_wrong(
		    e->document, "load.hold", err,
		    "a burst without load.rise and load.hold has no length; give one of "
		    "them");
	if (over <= 0)
		return 0;
	return document_wrong(
	    e->document, "load.hold", err,
	    "with load.at (%s) and load.rise (%s) the burst ends %s after the window; "
	    "shorten one, or lengthen load.measure",
	    units_write_duration(burst->at_ns, at, sizeof(at)),
	    units_write_duration(burst->rise_ns, rise, sizeof(rise)),
	    units_write_duration(over, by, sizeof(by)));
}

/* Can all of it be one round of a schedule? */
static int check_burst_round(const struct experiment *e, struct error *err)
{
	long double count = burst_count(&e->load);

	if (e->load.warmup_ns + e->load.measure_ns > BURST_ROUND_MAX_NS)
		return document_wrong(
		    e->document, "load.measure", err,
		    "with load.warmup it is longer than 1h, the most where there is a "
		    "burst; shorten one");
	if (count > BURST_ARRIVALS_MAX)
		return document_wrong(
		    e->document, "load.peak", err,
		    "%.0Lf arrivals in warm-up and window; where there is a burst the "
		    "most is %d; lower it or load.rate, or shorten load.measure",
		    count, BURST_ARRIVALS_MAX);
	return 0;
}

/* Of the window; of a burst these are i where burst_due(warm-up) <= i < burst_count(). */
static double arrivals_of(const struct load_spec *load)
{
	if (load->arrivals == ARRIVALS_BURST)
		return (double)(burst_count(load) - burst_due(load, load->warmup_ns));
	return load->rate * (double)load->measure_ns / (double)NS_PER_S;
}

static int check_load(const struct experiment *e, struct error *err)
{
	const struct load_spec *load = &e->load;
	const char *rate = e->search_given ? "search.from" : "load.rate";
	char measure[TIME_SIZE];

	if (load->service_ns > load->measure_ns)
		return document_wrong(
		    e->document, "load.service", err,
		    "longer than load.measure (%s), so that no measured task could end; "
		    "lengthen load.measure",
		    units_write_duration(load->measure_ns, measure, sizeof(measure)));
	if (load->arrivals == ARRIVALS_BURST &&
	    (check_burst_shape(e, err) < 0 || check_burst_round(e, err) < 0))
		return -1;
	if (arrivals_of(load) < 1)
		return document_wrong(
		    e->document, "load.measure", err,
		    "at a %s of %g a second not one task would arrive; lengthen it, or "
		    "raise %s",
		    rate, load->rate, rate);
	return 0;
}

static int check_search(const struct experiment *e, struct error *err)
{
	if (!e->load_given) {
		int key = 0;

		document_child(e->document, DOCUMENT_ROOT, "search", &key);
		return document_error(e->document, key, err,
				      "search: there is no load whose rate could be raised; add "
				      "load, with service and measure");
	}
	if (e->load.arrivals == ARRIVALS_BURST)
		return document_wrong(
		    e->document, "load.arrivals", err,
		    "a burst has two rates, and a search raises one; use constant or "
		    "poisson, or take search out");
	if (e->search.from >= e->search.to)
		return document_wrong(e->document, "search.to", err,
				      "not above search.from (%.10g); raise it", e->search.from);
	return 0;
}

/* -- variants --------------------------------------------------------------------------------- */

/* The i-th of variants or neighbours. */
static int check_name(const struct experiment *e, const char *key, const struct variant *list,
		      size_t i, struct error *err)
{
	for (size_t j = 0; j < i; j++) {
		char path[48], other[48], where[WHERE_SIZE];

		if (strcmp(list[i].name, list[j].name) != 0)
			continue;
		snprintf(path, sizeof(path), "%s.%zu.name", key, i);
		snprintf(other, sizeof(other), "%s.%zu.name", key, j);
		return document_wrong(e->document, path, err,
				      "the %.*s at %s has this name already; give each its own",
				      (int)strlen(key) - 1, key,
				      document_where(e->document, document_find(e->document, other),
						     where, sizeof(where)));
	}
	return 0;
}

static int check_variants(const struct experiment *e, struct error *err)
{
	for (size_t i = 0; i < e->variants_count; i++) {
		bool protocol = e->variants[i].protocol;

		if (check_name(e, "variants", e->variants, i, err) < 0)
			return -1;
		if (protocol && !e->load_given)
			return wrong_variant(e, i,
					     "there is no load, which it needs; add load, or "
					     "protocol: no where it is a plain command",
					     err);
		if (!protocol && e->search_given)
			return wrong_variant(e, i,
					     "a plain command takes no load, so a search has "
					     "nothing to raise; take it or search out",
					     err);
	}
	for (size_t i = 0; i < e->neighbours_count; i++)
		if (check_name(e, "neighbours", e->neighbours, i, err) < 0)
			return -1;
	return 0;
}

static int check_precision(const struct experiment *e, struct error *err)
{
	if (isinf(e->precision))
		return 0;
	if (!e->compare)
		return document_wrong(e->document, "trials.precision", err,
				      "precise at which metrics? Declare them: compare: [METRIC, "
				      "...]");
	if (e->variants_count < 2)
		return document_wrong(e->document, "trials.precision", err,
				      "there is one variant only, and nothing to hold it against");
	return 0;
}

/* -- the rest --------------------------------------------------------------------------------- */

static int check_apart(const struct experiment *e, const char *key, const cpu_set_t *set,
		       struct error *err)
{
	char where[WHERE_SIZE], list[CPULIST_SHOW_SIZE];
	cpu_set_t both;

	CPU_AND(&both, &e->cell.cpus.work, set);
	if (CPU_COUNT(&both) == 0)
		return 0;
	return document_wrong(
	    e->document, key, err,
	    "CPU %s is in cell.cpus.work too (%s), where only the pool under test may "
	    "run; take it out of one of the two",
	    cpulist_show(&both, list),
	    document_where(e->document, document_find(e->document, "cell.cpus.work"), where,
			   sizeof(where)));
}

/* The cell of a variant or neighbour: `base`, but for the limits that it has itself. */
static void settle_cell(const struct experiment *e, const char *list, size_t i, struct variant *v,
			const struct cell_spec *base)
{
	const struct cell_spec own = v->cell;
	char path[64];

	v->cell = *base;
	for (const struct field *row = knob_limits; row->type != FIELD_END; row++) {
		int k = knob_limit_of(row);

		snprintf(path, sizeof(path), "%s.%zu.cell.%s", list, i, row->name);
		if (document_find(e->document, path))
			v->cell.limits[k] = own.limits[k];
	}
}

static void settle(struct experiment *e)
{
	struct cell_spec blank;

	for (size_t i = 0; i < e->variants_count; i++)
		settle_cell(e, "variants", i, &e->variants[i], &e->cell);
	for (size_t i = 0; i < e->neighbours_count; i++) {
		cell_spec_init(&blank);
		blank.net = e->cell.net;
		blank.cpus = e->neighbours[i].cell.cpus;
		settle_cell(e, "neighbours", i, &e->neighbours[i], &blank);
	}

	if (e->load.arrivals != ARRIVALS_BURST)
		e->load.burst = (struct burst_spec){0};
	else if (e->load.burst.at_ns < 0)
		e->load.burst.at_ns = e->load.measure_ns / 4;
	if (e->search_given)
		e->load.rate = e->search.from;
}

int check_together(struct experiment *e, struct error *err)
{
	size_t trials = (size_t)e->trials * e->variants_count;

	settle(e);
	if ((e->search_given && check_search(e, err) < 0) || check_variants(e, err) < 0 ||
	    check_precision(e, err) < 0 || (e->load_given && check_load(e, err) < 0) ||
	    check_apart(e, "cell.cpus.load", &e->cell.cpus.load, err) < 0 ||
	    check_apart(e, "cell.cpus.housekeeping", &e->cell.cpus.housekeeping, err) < 0)
		return -1;
	if (trials > TRIALS_MAX)
		return document_wrong(e->document, "trials.count", err,
				      "%zu trials with %zu variants; a run has %d at most", trials,
				      e->variants_count, TRIALS_MAX);
	return 0;
}
