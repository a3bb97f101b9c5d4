/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/check.h"

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/units.h"
#include "rig/plan/burst.h"

enum { LIST_SIZE = 128 };

/* Does the burst rise, and is it over before the window is? */
static int check_burst_shape(const struct load_spec *load, const struct document *doc,
			     struct error *err)
{
	const struct burst_spec *burst = &load->burst;
	int64_t over = burst->at_ns + burst->rise_ns + burst->hold_ns - load->measure_ns;
	char at[32], rise[32], hold[32], by[32];

	units_write_duration(burst->at_ns, at, sizeof(at));
	units_write_duration(burst->rise_ns, rise, sizeof(rise));
	units_write_duration(burst->hold_ns, hold, sizeof(hold));
	units_write_duration(over > 0 ? over : 0, by, sizeof(by));
	if (burst->peak < load->rate)
		return document_error(
		    doc, document_find(doc, "load.peak"), err,
		    "load.peak \"%.10g\": below load.rate (%.10g), from which a burst "
		    "rises; raise it",
		    burst->peak, load->rate);
	if (burst->rise_ns + burst->hold_ns == 0)
		return document_error(
		    doc, document_find(doc, "load.hold"), err,
		    "load.hold \"0\": a burst without load.rise and load.hold has "
		    "no length; give one of them");
	if (over > 0)
		return document_error(doc, document_find(doc, "load.hold"), err,
				      "load.hold \"%s\": with load.at (%s) and load.rise (%s) the "
				      "burst ends %s after the window; shorten one, or lengthen "
				      "load.measure",
				      hold, at, rise, by);
	return 0;
}

/* Can all of it be one round of a schedule? */
static int check_burst_round(const struct load_spec *load, const struct document *doc,
			     struct error *err)
{
	long double count = burst_count(load);
	char measure[32];

	units_write_duration(load->measure_ns, measure, sizeof(measure));
	if (load->warmup_ns + load->measure_ns > BURST_ROUND_MAX_NS)
		return document_error(doc, document_find(doc, "load.measure"), err,
				      "load.measure \"%s\": with load.warmup it is longer than 1h, "
				      "the most where there is a burst; shorten one",
				      measure);
	if (count > BURST_ARRIVALS_MAX)
		return document_error(
		    doc, document_find(doc, "load.peak"), err,
		    "load.peak \"%.10g\": %.0Lf arrivals in warm-up and window; where "
		    "there is a burst the most is %d; lower it or load.rate, or "
		    "shorten load.measure",
		    load->burst.peak, count, BURST_ARRIVALS_MAX);
	return 0;
}

/* Of the window; of a burst these are i where burst_due(warm-up) <= i < burst_count(). */
static double arrivals_of(const struct load_spec *load)
{
	if (load->arrivals == ARRIVALS_BURST)
		return (double)(burst_count(load) - burst_due(load, load->warmup_ns));
	return load->rate * (double)load->measure_ns / (double)NS_PER_S;
}

static int check_load(const struct experiment *e, const struct document *doc, struct error *err)
{
	const struct load_spec *load = &e->load;
	const char *rate = e->search_given ? "search.from" : "load.rate";
	char service[32], measure[32];

	units_write_duration(load->service_ns, service, sizeof(service));
	units_write_duration(load->measure_ns, measure, sizeof(measure));
	if (load->service_ns > load->measure_ns)
		return document_error(
		    doc, document_find(doc, "load.service"), err,
		    "load.service \"%s\": longer than load.measure (%s), so that no "
		    "measured task could end; lengthen load.measure",
		    service, measure);
	if (load->arrivals == ARRIVALS_BURST &&
	    (check_burst_shape(load, doc, err) < 0 || check_burst_round(load, doc, err) < 0))
		return -1;
	if (arrivals_of(load) < 1)
		return document_error(doc, document_find(doc, "load.measure"), err,
				      "load.measure \"%s\": at a %s of %g a second not one "
				      "task would arrive; lengthen it, or raise %s",
				      measure, rate, load->rate, rate);
	return 0;
}

/* A variant that speaks the protocol must have a load to keep. */
static int check_no_load(const struct experiment *e, const struct document *doc, struct error *err)
{
	for (size_t i = 0; i < e->variants_count; i++) {
		char path[32];

		if (e->variants[i].plain)
			continue;
		snprintf(path, sizeof(path), "variants.%zu", i);
		return document_error(doc, document_find(doc, path), err,
				      "variants.%s: there is no load, which it needs; add load, or "
				      "protocol: no where it is a plain command",
				      e->variants[i].name);
	}
	return 0;
}

static int check_apart(const struct document *doc, const char *key, const cpu_set_t *set,
		       const cpu_set_t *work, struct error *err)
{
	char where[256], list[LIST_SIZE], both_list[LIST_SIZE];
	cpu_set_t both;

	CPU_AND(&both, work, set);
	if (CPU_COUNT(&both) == 0)
		return 0;
	return document_error(
	    doc, document_find(doc, key), err,
	    "%s \"%s\": CPU %s is in cell.cpus.work too (%s), where only the pool "
	    "under test may run; take it out of one of the two",
	    key, cpulist_format(set, list, sizeof(list)),
	    cpulist_format(&both, both_list, sizeof(both_list)),
	    document_where(doc, document_find(doc, "cell.cpus.work"), where, sizeof(where)));
}

int check_together(const struct experiment *e, const struct document *doc, struct error *err)
{
	const struct cpu_spec *cpus = &e->cell.cpus;

	if ((e->load_given ? check_load(e, doc, err) : check_no_load(e, doc, err)) < 0)
		return -1;
	if (check_apart(doc, "cell.cpus.load", &cpus->load, &cpus->work, err) < 0 ||
	    check_apart(doc, "cell.cpus.housekeeping", &cpus->housekeeping, &cpus->work, err) < 0)
		return -1;
	if ((size_t)e->trials * e->variants_count > TRIALS_MAX)
		return document_error(
		    doc, document_find(doc, "trials.count"), err,
		    "trials.count \"%d\": %zu trials with %zu variants; a run has "
		    "%d at most",
		    e->trials, (size_t)e->trials * e->variants_count, e->variants_count,
		    TRIALS_MAX);
	return 0;
}
