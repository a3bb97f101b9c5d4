/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/summary.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/hdr.h"
#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/record/metric_of.h"

static bool is_histogram(const struct workload_record *w)
{
	return strcmp(w->kind, "histogram") == 0;
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

int summary_histogram(struct hdr *sum, const struct trial_record *trial, const char *name,
		      int64_t warmup_ns, struct error *err)
{
	*sum = (struct hdr){0};
	for (size_t i = 0; i < trial->records_count; i++) {
		const struct workload_record *w = &trial->records[i];

		if (!is_histogram(w) || strcmp(w->name, name) != 0 ||
		    !metric_in_window(w, warmup_ns))
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

struct latency latency_of(const struct hdr *h, double scale)
{
	struct latency l = {.count = hdr_total(h)};

	if (l.count == 0)
		return l;
	l.mean = hdr_mean(h) * scale;
	l.p50 = (double)hdr_quantile(h, 0.5) * scale;
	l.p90 = (double)hdr_quantile(h, 0.9) * scale;
	l.p99 = (double)hdr_quantile(h, 0.99) * scale;
	l.p999 = (double)hdr_quantile(h, 0.999) * scale;
	l.max = (double)hdr_max(h) * scale;
	return l;
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
	struct hdr sum;
	struct latency l;
	char metric[64];
	double scale = metric_of(first, metric);
	int failed;

	if (summary_histogram(&sum, trial, first->name, warmup_ns, &why) < 0) {
		failed = trial_metric_unknown(out, metric, err, "%s", why.text);
	} else {
		l = latency_of(&sum, scale);
		failed = put_latency(out, metric, &l, err);
	}
	hdr_destroy(&sum);
	return failed;
}

/* Whole, or in parts. */
static bool has_metric(const struct trial_record *out, const char *metric)
{
	char part[80];

	snprintf(part, sizeof(part), "%s.count", metric);
	return trial_find_metric(out, metric) || trial_find_metric(out, part);
}

static int put_histograms(struct trial_record *out, const struct trial_record *trial,
			  int64_t warmup_ns, struct error *err)
{
	for (size_t i = 0; i < trial->records_count; i++) {
		const struct workload_record *w = &trial->records[i];
		char metric[64];

		metric_of(w, metric);
		/* Measured by the trial, or merged at the first record of that name. */
		if (!is_histogram(w) || has_metric(out, metric))
			continue;
		if (put_histogram(out, trial, w, warmup_ns, err) < 0)
			return -1;
	}
	return 0;
}

/* What the contract promises is there, if only to say why it is not known. */
static int put_promised(struct trial_record *out, struct error *err)
{
	size_t count;
	const struct metric_row *rows = metric_rows(&count);

	for (size_t i = 0; i < count; i++) {
		if (!rows[i].promised || rows[i].reduction != METRIC_MERGED ||
		    has_metric(out, rows[i].name))
			continue;
		if (trial_metric_unknown(
			out, rows[i].name, err, "the workload sent no %.*s histogram",
			(int)(strlen(rows[i].name) - strlen("_seconds")), rows[i].name) < 0)
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
	if (put_histograms(out, trial, warmup_ns, err) < 0)
		return -1;
	return put_promised(out, err);
}

const struct metric *summary_find(const struct trial_record *summary, const char *name)
{
	const struct metric *m = trial_find_metric(summary, name);
	const char *dot = strrchr(name, '.');
	char whole[64];

	if (m || !dot)
		return m;
	snprintf(whole, sizeof(whole), "%.*s", (int)(dot - name), name);
	m = trial_find_metric(summary, whole);
	return m && !m->known ? m : NULL;
}

const char *summary_why_unknown(const struct metric *metric)
{
	return metric ? metric->reason : "the workload does not record it";
}
