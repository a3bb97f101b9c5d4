/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/claims.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/record/metric_of.h"

/* Names with a fixed meaning (docs/protocol.md). */
static const struct fixed {
	const char *name, *kind, *unit;
} fixed[] = {
    {"offered", "counter", "tasks"},           {"completed", "counter", "tasks"},
    {"rejected", "counter", "tasks"},          {"abandoned", "counter", "tasks"},
    {"start_latency", "histogram", "ns"},      {"sojourn", "histogram", "ns"},
    {"generator_lateness", "histogram", "ns"},
};

/* Units of what is counted one by one: there is no part of one, and none below zero. */
static const char *const whole_units[] = {"tasks", "threads", "calls", "bytes", "count"};

void claims_init(struct claims *c, const struct due *due, int64_t warmup_ns, int64_t window_ns)
{
	*c = (struct claims){.due = *due, .warmup_ns = warmup_ns, .window_ns = window_ns};
}

void claims_destroy(struct claims *c)
{
	for (size_t i = 0; i < c->count; i++)
		spans_destroy(&c->list[i].spans);
	free(c->list);
	*c = (struct claims){0};
}

static int wrong(struct error *err, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static int wrong(struct error *err, const char *name, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return error_set(err, ERROR_WORKLOAD, 0, "protocol: record %s: %s", name, text);
}

static struct claim *find(const struct claims *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->list[i].name, name) == 0)
			return &c->list[i];
	return NULL;
}

/* -- kinds and units -- */

static int check_fixed(const struct workload_record *record, const char *metric, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		const struct fixed *f = &fixed[i];
		struct workload_record meant = {0};
		char its[64];

		snprintf(meant.name, sizeof(meant.name), "%s", f->name);
		snprintf(meant.unit, sizeof(meant.unit), "%s", f->unit);
		metric_of(&meant, its);
		if (strcmp(record->name, f->name) != 0 && strcmp(metric, its) != 0)
			continue;
		if (strcmp(record->name, f->name) != 0)
			return wrong(err, record->name,
				     "it would become %s, which is %s's; choose another name", its,
				     f->name);
		if (strcmp(record->kind, f->kind) != 0 || strcmp(record->unit, f->unit) != 0)
			return wrong(err, record->name,
				     "a %s in \"%s\"; by its name it is a %s in \"%s\"",
				     record->kind, record->unit, f->kind, f->unit);
	}
	return 0;
}

static int begin_claim(struct claims *c, const struct workload_record *record, struct claim **claim,
		       struct error *err)
{
	struct claim begun = {0};
	struct claim *grown;

	metric_of(record, begun.metric);
	if (check_fixed(record, begun.metric, err) < 0)
		return -1;
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->list[i].metric, begun.metric) == 0)
			return wrong(err, record->name,
				     "it would become %s, as record %s does; choose another name",
				     begun.metric, c->list[i].name);
	if (c->count == CLAIMS_MAX)
		return wrong(err, record->name, "more than %d names of records", CLAIMS_MAX);
	grown = reallocarray(c->list, c->count + 1, sizeof(*grown));
	if (!grown)
		return error_host(err, ENOMEM, "the names of the workload's records");
	snprintf(begun.name, sizeof(begun.name), "%s", record->name);
	snprintf(begun.kind, sizeof(begun.kind), "%s", record->kind);
	snprintf(begun.unit, sizeof(begun.unit), "%s", record->unit);
	c->list = grown;
	*claim = &c->list[c->count++];
	**claim = begun;
	return 0;
}

/* -- intervals and values -- */

static int check_interval(const struct claims *c, struct claim *claim,
			  const struct workload_record *record, int64_t now_ns, struct error *err)
{
	int64_t end_ns = c->warmup_ns + c->window_ns;
	int64_t latest_ns = now_ns > end_ns ? now_ns : end_ns;
	struct span span = {record->from_ns, record->to_ns}, with;
	bool adds = strcmp(record->kind, "gauge") != 0;
	int ret;

	if (record->from_ns < 0)
		return wrong(err, record->name,
			     "from_ns %" PRId64 ": before the start; intervals count from start_ns",
			     record->from_ns);
	if (record->to_ns > latest_ns)
		return wrong(err, record->name,
			     "to_ns %" PRId64 ": it was sent at %" PRId64
			     ", and the window ends at %" PRId64 "; intervals count from start_ns",
			     record->to_ns, now_ns, end_ns);
	if (!adds)
		return 0;
	if (record->from_ns == record->to_ns)
		return wrong(err, record->name,
			     "from_ns and to_ns are both %" PRId64 ": a %s is of an interval",
			     record->to_ns, record->kind);
	if (record->from_ns < c->warmup_ns && record->to_ns > c->warmup_ns)
		return wrong(err, record->name,
			     "its interval %" PRId64 "..%" PRId64
			     " has a part of the warm-up, which ends at %" PRId64 ", in it",
			     record->from_ns, record->to_ns, c->warmup_ns);
	ret = spans_add(&claim->spans, span, &with, err);
	if (ret > 0)
		return wrong(err, record->name,
			     "its interval %" PRId64 "..%" PRId64 " overlaps with %" PRId64
			     "..%" PRId64 ", which was sent before",
			     span.from_ns, span.to_ns, with.from_ns, with.to_ns);
	return ret;
}

static bool counts_whole(const char *unit)
{
	for (size_t i = 0; i < ARRAY_SIZE(whole_units); i++)
		if (strcmp(whole_units[i], unit) == 0)
			return true;
	return false;
}

static int check_value(const struct workload_record *record, struct error *err)
{
	bool counter = strcmp(record->kind, "counter") == 0;
	bool whole = counts_whole(record->unit);

	if (!record->known || record->hdr)
		return 0;
	if (record->value < 0 && (counter || whole))
		return wrong(err, record->name, "value %.15g %s: below 0", record->value,
			     record->unit);
	if (counter && whole && record->value != floor(record->value))
		return wrong(err, record->name, "value %.15g %s: not a whole number", record->value,
			     record->unit);
	return 0;
}

int claims_add(struct claims *c, const struct workload_record *record, int64_t now_ns,
	       struct error *err)
{
	struct claim *claim = find(c, record->name);

	if (!claim && begin_claim(c, record, &claim, err) < 0)
		return -1;
	if (strcmp(claim->kind, record->kind) != 0 || strcmp(claim->unit, record->unit) != 0)
		return wrong(err, record->name, "a %s in \"%s\", after a %s in \"%s\"",
			     record->kind, record->unit, claim->kind, claim->unit);
	claim->seen_ns = now_ns;
	if (check_interval(c, claim, record, now_ns, err) < 0)
		return -1;
	return check_value(record, err);
}

/* No task of the window can have waited for longer than the window has been open. The histogram
 * keeps three digits. */
static int check_longest(const struct claims *c, const struct claim *claim, const struct hdr *h,
			 struct error *err)
{
	int64_t open_ns = claim->seen_ns - c->warmup_ns, longest_ns = hdr_max(h);

	if (strcmp(claim->name, "start_latency") != 0 && strcmp(claim->name, "sojourn") != 0)
		return 0;
	if (longest_ns <= open_ns + open_ns / 100)
		return 0;
	return wrong(err, claim->name,
		     "its longest is %" PRId64 " ns, but when it was sent the window's beginning "
		     "was %" PRId64 " ns ago",
		     longest_ns, open_ns);
}

int claims_values(struct claims *c, const struct workload_record *record, const struct hdr *h,
		  struct error *err)
{
	struct claim *claim = find(c, record->name);

	if (!claim || !metric_in_window(record, c->warmup_ns))
		return 0;
	if (__builtin_add_overflow(claim->values, hdr_total(h), &claim->values))
		return wrong(err, record->name, "its histograms have more than %" PRId64 " values",
			     INT64_MAX);
	return hdr_total(h) ? check_longest(c, claim, h, err) : 0;
}

int claims_event(const struct claims *c, const struct trial_event *event, int64_t now_ns,
		 struct error *err)
{
	(void)c;
	if (event->at_ns <= now_ns)
		return 0;
	return error_set(err, ERROR_WORKLOAD, 0,
			 "protocol: event %s: at_ns %" PRId64 ": it was sent at %" PRId64
			 "; instants count from start_ns",
			 event->kind, event->at_ns, now_ns);
}

int claims_done(const struct claims *c, int64_t now_ns, struct error *err)
{
	int64_t end_ns = c->warmup_ns + c->window_ns;

	if (c->closed && now_ns < end_ns)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: done: %.6f s after the start, but the window of a "
				 "closed loop ends at %.6f s",
				 (double)now_ns / 1e9, (double)end_ns / 1e9);
	if (!c->closed && now_ns < c->due.last_ns)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: done: %.6f s after the start, but the last task of the "
				 "schedule is due at %.6f s",
				 (double)now_ns / 1e9, (double)c->due.last_ns / 1e9);
	return 0;
}

/* -- all of them together -- */

/* The sum of a counter of tasks. */
struct sum {
	bool sent, known;
	double value; /* 0 where it is not known */
};

static struct sum sum_of(const struct tally *tally, const char *name)
{
	const struct tally_row *row = tally_find(tally, name);

	return (struct sum){row, row && row->known, row && row->known ? row->value : 0};
}

/* How the tasks ended. */
struct ends {
	struct sum completed, rejected, abandoned;
	double sum;
	bool whole; /* every one of them is known, or was not sent, which is none */
};

static struct ends ends_of(const struct tally *tally)
{
	struct ends e = {sum_of(tally, "completed"), sum_of(tally, "rejected"),
			 sum_of(tally, "abandoned"), 0, false};

	e.sum = e.completed.value + e.rejected.value + e.abandoned.value;
	e.whole = e.completed.known && (e.rejected.known || !e.rejected.sent) &&
		  (e.abandoned.known || !e.abandoned.sent);
	return e;
}

static int check_ends(const struct ends *e, double tasks, const char *of, struct error *err)
{
	if (e->whole ? e->sum != tasks : e->sum > tasks)
		return error_set(
		    err, ERROR_WORKLOAD, 0,
		    "the counts do not add up: %s %.0f, but completed %.0f, rejected %.0f%s, "
		    "abandoned %.0f%s",
		    of, tasks, e->completed.value, e->rejected.value,
		    e->rejected.sent ? "" : " (no record)", e->abandoned.value,
		    e->abandoned.sent ? "" : " (no record)");
	if (e->abandoned.value == 0)
		return 0;
	return error_set(err, ERROR_WORKLOAD, 0,
			 "%.0f of %.0f tasks were neither completed nor rejected when the drain "
			 "limit had passed",
			 e->abandoned.value, tasks);
}

/* The number of a histogram's values, which must be from `least` to `most`. */
static int check_values(const struct claims *c, const char *name, double least, double most,
			const char *of, struct error *err)
{
	const struct claim *claim = find(c, name);

	if (!claim || ((double)claim->values >= least && (double)claim->values <= most))
		return 0;
	return wrong(err, name, "its histograms have %" PRId64 " values, but %s %.0f%s",
		     claim->values, of, (double)claim->values < least ? least : most,
		     least < most ? (double)claim->values < least ? " or more" : " or fewer" : "");
}

int claims_conclude(const struct claims *c, const struct tally *tally, struct error *err)
{
	struct sum offered = sum_of(tally, "offered");
	struct ends ends = ends_of(tally);
	double tasks = c->closed ? offered.value : (double)c->due.tasks;
	const char *of = offered.known ? "offered" : "of the schedule";
	bool bounded = !c->closed || offered.known;
	double least = ends.completed.value, most = ends.completed.known ? least : tasks;
	static const char *const latencies[] = {"start_latency", "sojourn"};

	if (offered.known && offered.value != tasks)
		return wrong(err, "offered",
			     "%.0f tasks, but %.0f of the schedule are due in the window",
			     offered.value, tasks);
	if (bounded && check_ends(&ends, tasks, of, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(latencies); i++)
		if ((bounded || ends.completed.known) &&
		    check_values(c, latencies[i], least, most,
				 ends.completed.known ? "the completed tasks are"
						      : "the tasks due are",
				 err) < 0)
			return -1;
	if (c->closed)
		return 0;
	return check_values(c, "generator_lateness", ends.completed.value + ends.rejected.value,
			    tasks, "the tasks submitted are", err);
}
