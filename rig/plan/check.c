/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/check.h"

#include "base/cpulist.h"
#include "base/units.h"

enum { LIST_SIZE = 128 };

static int check_load(const struct experiment *e, const struct document *doc, struct error *err)
{
	const struct load_spec *load = &e->load;
	char service[32], measure[32];
	double arrivals = load->rate * (double)load->measure_ns / 1e9;

	units_write_duration(load->service_ns, service, sizeof(service));
	units_write_duration(load->measure_ns, measure, sizeof(measure));
	if (load->service_ns > load->measure_ns)
		return document_error(
		    doc, document_find(doc, "load.service"), err,
		    "load.service \"%s\": longer than load.measure (%s), so that no "
		    "measured task could end; lengthen load.measure",
		    service, measure);
	if (arrivals < 1)
		return document_error(doc, document_find(doc, "load.measure"), err,
				      "load.measure \"%s\": at a load.rate of %g a second not one "
				      "task would arrive; lengthen it, or raise load.rate",
				      measure, load->rate);
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
