/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/policy_report.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/units.h"
#include "workloads/link/record.h"

static const char *const scaling_names[] = {
    "capacity",      "reaction_seconds", "over_scaling_percent", "over_scaling_peak_percent",
    "capacity_peak", "need_peak",        "capacity_changes",     "tunings_refused"};
static const char *const way_names[POOL_BREAKER_WAYS] = {"breaker_opened", "breaker_half_opened",
							 "breaker_closed", "breaker_reopened"};
static const char *const breaker_names[] = {"breaker_state", "breaker_refused", "breaker_probes"};

void bench_policy_report_names(json_t *names)
{
	for (size_t i = 0; i < ARRAY_SIZE(scaling_names); i++)
		json_array_append_new(names, json_string(scaling_names[i]));
	for (size_t i = 0; i < ARRAY_SIZE(way_names); i++)
		json_array_append_new(names, json_string(way_names[i]));
	for (size_t i = 0; i < ARRAY_SIZE(breaker_names); i++)
		json_array_append_new(names, json_string(breaker_names[i]));
}

/* Why there is no reaction time, or NULL. */
static const char *no_reaction(const struct pool_scaling_score *s, char *buf, size_t size)
{
	char shown[32];

	if (!s->begun)
		return "no tick fell into the window";
	if (pool_scaling_score_reacted(s))
		return NULL;
	if (s->unmet == 0)
		return "the capacity was never below the need";
	snprintf(buf, size, "the capacity was below the need for %s, and did not come up to it",
		 units_show_ns(s->unmet_ns, shown, sizeof(shown)));
	return buf;
}

struct value {
	const char *name, *kind, *unit;
	json_t *value; /* NULL: unknown */
	const char *reason;
};

/* Takes the values; after one that could not be sent the others are only released. */
static int send_values(struct bench_link *link, struct value *values, size_t count,
		       struct bench_span span, struct error *err)
{
	int status = BENCH_LINK_MESSAGE;

	for (size_t i = 0; i < count; i++) {
		struct value *v = &values[i];

		if (status == BENCH_LINK_MESSAGE)
			status =
			    bench_record_value(link, bench_record(v->name, v->kind, v->unit, span),
					       v->value, v->reason, err);
		else
			json_decref(v->value);
	}
	return status;
}

static int send_scaling(struct bench_link *link, const struct bench *b, struct bench_span window,
			struct error *err)
{
	const struct bench_scaling *scaling = &b->policy.scaling;
	const struct pool_scaling_score *s = &scaling->score;
	const struct pool_autoscale_state *state = &scaling->scaler.state;
	const char *none = "no tick fell into the window";
	char buf[160];
	const char *reason = no_reaction(s, buf, sizeof(buf));
	bool known = s->begun && s->needed > 0;
	struct value values[] = {
	    {"reaction_seconds", "gauge", "s",
	     reason ? NULL : json_real((double)s->reaction_ns / NS_PER_S), reason},
	    {"over_scaling_percent", "gauge", "%",
	     known ? json_real(pool_scaling_score_over(s)) : NULL,
	     s->begun ? "nothing was needed" : none},
	    {"over_scaling_peak_percent", "gauge", "%",
	     known ? json_real(pool_scaling_score_over_peak(s)) : NULL,
	     s->begun ? "nothing was needed" : none},
	    {"capacity_peak", "gauge", "workers", s->begun ? json_integer(s->capacity_peak) : NULL,
	     none},
	    {"need_peak", "gauge", "workers", s->begun ? json_integer(s->need_peak) : NULL, none},
	    {"capacity_changes", "counter", "changes",
	     json_integer((json_int_t)(state->ups + state->downs)), NULL},
	    {"tunings_refused", "counter", "ticks", json_integer((json_int_t)scaling->refused),
	     NULL},
	};

	return send_values(link, values, ARRAY_SIZE(values), window, err);
}

static int send_breaker(struct bench_link *link, const struct bench *b, struct bench_span window,
			struct error *err)
{
	const struct pool_breaker_stats *before = &b->policy.before, *after = &b->policy.after;
	struct value values[POOL_BREAKER_WAYS + 2];

	for (int i = 0; i < POOL_BREAKER_WAYS; i++)
		values[i] = (struct value){
		    way_names[i], "counter", "transitions",
		    json_integer((json_int_t)(after->ways[i] - before->ways[i])), NULL};
	values[POOL_BREAKER_WAYS] =
	    (struct value){"breaker_refused", "counter", "tasks",
			   json_integer((json_int_t)(after->refused - before->refused)), NULL};
	values[POOL_BREAKER_WAYS + 1] =
	    (struct value){"breaker_probes", "counter", "tasks",
			   json_integer((json_int_t)(after->probes - before->probes)), NULL};
	return send_values(link, values, ARRAY_SIZE(values), window, err);
}

/* What was there at the end of each second; of those without a tick nothing is known. */
static int send_seconds(struct bench_link *link, const struct bench *b, struct error *err)
{
	const struct bench_policy *p = &b->policy;
	int status = BENCH_LINK_MESSAGE;

	for (uint64_t i = 0; i < p->second_count && status == BENCH_LINK_MESSAGE; i++) {
		int64_t from = b->recorder.begin_ns + (int64_t)i * NS_PER_S;
		int64_t to =
		    from + NS_PER_S < b->recorder.end_ns ? from + NS_PER_S : b->recorder.end_ns;
		bool seen = i < p->seconds_seen;
		const char *reason = "no tick fell into this second";
		const struct bench_policy_second *second = &p->seconds[i];
		struct value values[2];
		size_t count = 0;

		if (p->scaling.pool)
			values[count++] = (struct value){
			    "capacity", "gauge", "workers",
			    seen ? json_integer((json_int_t)second->capacity) : NULL, reason};
		if (p->guard.breaker)
			values[count++] = (struct value){
			    "breaker_state", "gauge", "state",
			    seen ? json_integer((json_int_t)second->breaker) : NULL, reason};
		status = send_values(link, values, count, (struct bench_span){from, to}, err);
	}
	return status;
}

int bench_policy_report_send(struct bench_link *link, const struct bench *b, struct error *err)
{
	struct bench_span window = {b->recorder.begin_ns, b->recorder.end_ns};
	int status = send_seconds(link, b, err);

	if (status == BENCH_LINK_MESSAGE && b->policy.scaling.pool)
		status = send_scaling(link, b, window, err);
	if (status == BENCH_LINK_MESSAGE && b->policy.guard.breaker)
		status = send_breaker(link, b, window, err);
	return status;
}

static void print_scaling(const struct bench_scaling *scaling, FILE *to)
{
	const struct pool_scaling_score *s = &scaling->score;
	char buf[160], shown[32];
	const char *reason = no_reaction(s, buf, sizeof(buf));

	fprintf(to, "autoscale %s: ", scaling->scaler.ops->name);
	if (reason)
		fprintf(to, "reaction time n/a (%s)", reason);
	else
		fprintf(to, "reaction time %s",
			units_show_ns(s->reaction_ns, shown, sizeof(shown)));
	if (s->begun && s->needed > 0)
		fprintf(to, ", %.1f %% above the need, capacity's peak %u, need's %u",
			pool_scaling_score_over(s), s->capacity_peak, s->need_peak);
	fputc('\n', to);
}

static void print_breaker(const struct bench_policy *p, FILE *to)
{
	fputs("breaker:", to);
	for (int i = 0; i < POOL_BREAKER_WAYS; i++)
		fprintf(to, " %s %" PRIu64 ",", pool_breaker_way_text((enum pool_breaker_way)i),
			p->after.ways[i] - p->before.ways[i]);
	fprintf(to, " refused %" PRIu64 ", probes %" PRIu64 ", at the end %s\n",
		p->after.refused - p->before.refused, p->after.probes - p->before.probes,
		pool_breaker_state_text(p->after.state));
}

void bench_policy_report_print(const struct bench *b, FILE *to)
{
	fprintf(to, "failed %" PRIu64 ", degraded %" PRIu64 ", dropped %" PRIu64 "\n",
		b->totals.failed, b->totals.degraded, b->totals.dropped);
	if (b->policy.scaling.pool)
		print_scaling(&b->policy.scaling, to);
	if (b->policy.guard.breaker)
		print_breaker(&b->policy, to);
}
