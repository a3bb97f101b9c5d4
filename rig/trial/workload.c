/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers that the workload itself recorded, as metrics and interference lines of the trial. */
#include <inttypes.h>
#include <string.h>

#include "base/own.h"
#include "base/units.h"
#include "rig/protocol/message.h"
#include "rig/trial/state.h"

/* Records that come from every workload that speaks the protocol; where one did not come, that is
 * said. */
static const char *const expected[] = {"offered", "completed", "rejected"};

/* The rig's own metrics of that name, or below it ("psi"), or made of the workload's in a moment.
 */
static bool is_taken(const struct trial_record *r, const char *name)
{
	static const char *const to_come[] = {
	    "throughput_tasks_per_second", "allocator_calls_per_task", "allocator_bytes_per_task"};
	size_t len = strlen(name);

	for (size_t i = 0; i < r->metrics_count; i++)
		if (strncmp(r->metrics[i].name, name, len) == 0 &&
		    (r->metrics[i].name[len] == '\0' || r->metrics[i].name[len] == '.'))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(to_come); i++)
		if (strcmp(to_come[i], name) == 0)
			return true;
	return false;
}

static int workload_metrics(struct trial *t, struct error *err)
{
	struct error taken = ERROR_INIT;

	for (size_t i = 0; i < t->tally.count; i++) {
		const struct tally_row *row = &t->tally.rows[i];
		int ret;

		if (is_taken(t->record, row->metric)) {
			error_set(&taken, ERROR_WORKLOAD, 0,
				  "protocol: record \"%s\": the rig measures what has that name; "
				  "choose another",
				  row->name);
			error_keep(&t->failure, &taken);
			continue;
		}
		ret = row->known
			  ? trial_metric(t->record, row->metric, row->value, err)
			  : trial_metric_unknown(t->record, row->metric, err, "%s", row->reason);

		if (ret < 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (!tally_find(&t->tally, expected[i]) &&
		    trial_metric_unknown(t->record, expected[i], err,
					 "the workload recorded none") < 0)
			return -1;
	return 0;
}

static int per_task(struct trial *t, const char *from, const char *metric, struct error *err)
{
	const struct tally_row *sum = tally_find(&t->tally, from);
	const struct tally_row *tasks = tally_known(&t->tally, "completed");

	if (sum && sum->known && tasks && tasks->value > 0)
		return trial_metric(t->record, metric, sum->value / tasks->value, err);
	return trial_metric_unknown(t->record, metric, err, "%s",
				    !sum          ? "the workload recorded none"
				    : !sum->known ? sum->reason
						  : "no task was completed");
}

static int scheduled(struct trial *t, struct error *err)
{
	if (t->claims.closed)
		return trial_metric_unknown(t->record, "scheduled", err,
					    "the workload's loop is closed: it keeps no schedule");
	return trial_metric(t->record, "scheduled", (double)t->claims.due.tasks, err);
}

static int derived_metrics(struct trial *t, struct error *err)
{
	const struct tally_row *completed = tally_known(&t->tally, "completed");
	double window = (double)t->setup->protocol.window_ns / 1e9;
	int ret;

	if (completed && window > 0)
		ret = trial_metric(t->record, "throughput_tasks_per_second",
				   completed->value / window, err);
	else
		ret = trial_metric_unknown(t->record, "throughput_tasks_per_second", err,
					   "the workload recorded no completed tasks");
	if (ret < 0 || per_task(t, "allocator_calls", "allocator_calls_per_task", err) < 0)
		return -1;
	return per_task(t, "allocator_bytes", "allocator_bytes_per_task", err);
}

static int merge_lateness(struct trial *t, struct hdr *h, const char *name, struct error *err)
{
	if (!t->lateness_known) {
		t->lateness = *h;
		*h = (struct hdr){0};
		t->lateness_known = true;
		return 0;
	}
	if (hdr_add(&t->lateness, h, err) == 0)
		return 0;
	err->kind = ERROR_WORKLOAD; /* its histograms do not fit together */
	return error_wrap(err, "protocol: record %s", name);
}

int trial_take_histograms(struct trial *t, struct error *err)
{
	const struct trial_record *r = t->record;

	for (size_t i = 0; i < r->records_count; i++) {
		const struct workload_record *record = &r->records[i];
		struct hdr h = {0};
		int ret = 0;

		if (!record->hdr)
			continue;
		if (message_histogram(record, &h, err) < 0)
			return -1;
		ret = claims_values(&t->claims, record, &h, err);
		if (ret == 0 && strcmp(record->name, "generator_lateness") == 0)
			ret = merge_lateness(t, &h, record->name, err);
		hdr_destroy(&h);
		if (ret < 0)
			return -1;
	}
	return 0;
}

static int lateness_interference(struct trial *t, struct error *err)
{
	char bound[32];

	if (!t->lateness_known || hdr_total(&t->lateness) == 0)
		return trial_interference_unknown(t->record, "generator_lateness_p999", "seconds",
						  err,
						  "the workload recorded no generator_lateness");
	if (trial_interference(
		t->record, "generator_lateness_p999", "seconds",
		(double)hdr_quantile(&t->lateness, 0.999) / 1e9, err,
		"the generator's own; above %s the trial is void",
		units_write_duration(t->setup->lateness_bound_ns, bound, sizeof(bound))) < 0)
		return -1;
	return trial_interference(t->record, "generator_lateness_longest", "seconds",
				  (double)hdr_max(&t->lateness) / 1e9, err,
				  "of %" PRId64 " arrivals", hdr_total(&t->lateness));
}

int trial_workload_numbers(struct trial *t, struct error *err)
{
	struct error wrong = ERROR_INIT;

	if (trial_take_histograms(t, &wrong) < 0)
		error_keep(&t->failure, &wrong);
	if (scheduled(t, err) < 0 || workload_metrics(t, err) < 0 || derived_metrics(t, err) < 0)
		return -1;
	return lateness_interference(t, err);
}
