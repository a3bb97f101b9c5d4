/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/summary.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/hdr.h"
#include "base/own.h"
#include "rig/stats/latency.h"

static bool in_window(const struct workload_record *w, int64_t warmup_ns)
{
	return w->from_ns + (w->to_ns - w->from_ns) / 2 >= warmup_ns;
}

static bool is_histogram(const struct workload_record *w)
{
	return strcmp(w->kind, "histogram") == 0;
}

static bool ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);

	return a >= b && strcmp(name + a - b, end) == 0;
}

/* Units of time, and what makes seconds of them. */
static const struct time_unit {
	const char *name;
	double seconds;
} time_units[] = {
    {"ns", 1e-9}, {"nanoseconds", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"seconds", 1},
};

static const struct time_unit *time_unit(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(time_units); i++)
		if (strcmp(time_units[i].name, name) == 0)
			return &time_units[i];
	return NULL;
}

double summary_seconds_of(const char *unit)
{
	const struct time_unit *found = time_unit(unit);

	return found ? found->seconds : 0;
}

/* "sojourn" in ns is the metric "sojourn_seconds"; what is not a time keeps its name. */
static double metric_of(const struct workload_record *w, char name[64])
{
	const struct time_unit *unit = time_unit(w->unit);

	snprintf(name, 64, "%s%s", w->name,
		 unit && !ends_with(w->name, "_seconds") ? "_seconds" : "");
	return unit ? unit->seconds : 1;
}

/* Add one interval's histogram to the sum (which is made by the first). */
static int merge(struct hdr *sum, const struct workload_record *w, struct error *err)
{
	struct hdr part = {0};
	int failed;

	if (!w->hdr)
		return error_input(err, "%s", w->reason[0] ? w->reason : "a histogram is missing");
	if (!sum->counts)
		return hdr_decode(w->hdr, sum, err);
	if (hdr_decode(w->hdr, &part, err) < 0)
		return -1;
	failed = hdr_add(sum, &part, err);
	hdr_destroy(&part);
	return failed;
}

static int merge_all(struct hdr *sum, const struct trial_record *trial, const char *name,
		     int64_t warmup_ns, struct error *err)
{
	for (size_t i = 0; i < trial->records_count; i++) {
		const struct workload_record *w = &trial->records[i];

		if (!is_histogram(w) || strcmp(w->name, name) != 0 || !in_window(w, warmup_ns))
			continue;
		if (merge(sum, w, err) < 0)
			return error_wrap(err, "the %s histogram of %.3f s to %.3f s", name,
					  (double)w->from_ns * 1e-9, (double)w->to_ns * 1e-9);
	}
	if (!sum->counts)
		return error_input(err, "no %s histogram lies in the window of measurement", name);
	if (hdr_total(sum) == 0)
		return error_input(
		    err, "the %s histogram is empty: nothing of it fell in the window", name);
	return 0;
}

static int put_latency(struct trial_record *out, const char *metric, const struct latency *l,
		       struct error *err)
{
	const struct {
		const char *name;
		double value;
	} parts[] = {{"count", (double)l->count},
		     {"mean", l->mean},
		     {"p50", l->p50},
		     {"p90", l->p90},
		     {"p99", l->p99},
		     {"p999", l->p999},
		     {"max", l->max}};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%.50s.%s", metric, parts[i].name);
		if (trial_metric(out, name, parts[i].value, err) < 0)
			return -1;
	}
	return 0;
}

static int put_histogram(struct trial_record *out, const struct trial_record *trial,
			 const struct workload_record *first, int64_t warmup_ns, struct error *err)
{
	struct error why = ERROR_INIT;
	struct hdr sum = {0};
	struct latency l;
	char metric[64];
	double scale = metric_of(first, metric);
	int failed;

	if (merge_all(&sum, trial, first->name, warmup_ns, &why) < 0) {
		failed = trial_metric_unknown(out, metric, err, "%s", why.text);
	} else {
		l = latency_of(&sum, scale);
		failed = put_latency(out, metric, &l, err);
	}
	hdr_destroy(&sum);
	return failed;
}

/* A counter counts within its interval, so intervals add up; a gauge is a level, so the last one
 * stands. */
static int put_value(struct trial_record *out, const struct trial_record *trial,
		     const struct workload_record *first, int64_t warmup_ns, struct error *err)
{
	bool adds = strcmp(first->kind, "counter") == 0, any = false;
	const char *reason = "the workload sent none in the window of measurement";
	char metric[64];
	double scale = metric_of(first, metric), value = 0;

	for (size_t i = 0; i < trial->records_count; i++) {
		const struct workload_record *w = &trial->records[i];

		if (is_histogram(w) || strcmp(w->name, first->name) != 0 ||
		    !in_window(w, warmup_ns))
			continue;
		if (!w->known)
			return trial_metric_unknown(out, metric, err, "%s", w->reason);
		value = adds ? value + w->value : w->value;
		any = true;
	}
	if (!any)
		return trial_metric_unknown(out, metric, err, "%s", reason);
	return trial_metric(out, metric, value * scale, err);
}

static bool has_metric(const struct trial_record *out, const struct workload_record *w)
{
	char metric[64], part[80];

	metric_of(w, metric);
	snprintf(part, sizeof(part), "%s.count", metric);
	return trial_find_metric(out, metric) || trial_find_metric(out, part);
}

static int put_records(struct trial_record *out, const struct trial_record *trial,
		       int64_t warmup_ns, struct error *err)
{
	for (size_t i = 0; i < trial->records_count; i++) {
		const struct workload_record *w = &trial->records[i];
		int failed;

		/* Stored by the trial, or summed up at the first record of that name. */
		if (has_metric(out, w))
			continue;
		failed = is_histogram(w) ? put_histogram(out, trial, w, warmup_ns, err)
					 : put_value(out, trial, w, warmup_ns, err);
		if (failed)
			return -1;
	}
	return 0;
}

/* What the contract promises is there, if only to say why it is not known. */
static int put_promised(struct trial_record *out, struct error *err)
{
	static const char *const promised[] = {"start_latency", "sojourn", "generator_lateness"};

	for (size_t i = 0; i < ARRAY_SIZE(promised); i++) {
		struct workload_record w = {.unit = "ns"};

		snprintf(w.name, sizeof(w.name), "%s", promised[i]);
		if (has_metric(out, &w))
			continue;
		snprintf(w.name, sizeof(w.name), "%s_seconds", promised[i]);
		if (trial_metric_unknown(out, w.name, err, "the workload sent no %s histogram",
					 promised[i]) < 0)
			return -1;
	}
	return 0;
}

int summary_init(struct trial_record *out, const struct trial_record *trial, int64_t warmup_ns,
		 struct error *err)
{
	trial_record_init(out);
	for (size_t i = 0; i < trial->metrics_count; i++) {
		const struct metric *m = &trial->metrics[i];
		int failed = m->known ? trial_metric(out, m->name, m->value, err)
				      : trial_metric_unknown(out, m->name, err, "%s", m->reason);

		if (failed)
			return -1;
	}
	if (put_records(out, trial, warmup_ns, err) < 0)
		return -1;
	return put_promised(out, err);
}
