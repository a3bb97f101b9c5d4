/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolsim/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "base/own.h"
#include "base/units.h"

static const char *const quantiles[POOL_SIMULATE_QUANTILES] = {"p50", "p90", "p99", "p999", "max"};

/* Why there is no reaction time; NULL: there is one. */
static const char *no_reaction(const struct pool_scaling_score *s)
{
	if (s->unmet > 0)
		return "the need was not met while it lasted";
	return s->spells == 0 ? "the capacity was never below the need" : NULL;
}

static void print_head(void)
{
	printf("%-11s %10s %8s %8s %10s %10s %10s %8s %8s %9s\n", "autoscale", "reaction", "over",
	       "peak", "start p50", "start p99", "start max", "workers", "queued", "refused");
}

static const char *duration(int64_t ns, char *buf, size_t size)
{
	return ns < 0 ? "n/a" : units_show_ns(ns, buf, size);
}

static const char *percent(double value, char *buf, size_t size)
{
	if (value < 0 && value > -1.5 && value == -1)
		return "n/a";
	snprintf(buf, size, "%.1f %%", value);
	return buf;
}

static void print_row(const char *rule, const struct pool_simulate_result *r)
{
	const struct pool_scaling_score *s = &r->score;
	const char *reaction = s->unmet > 0 ? "not met" : s->spells == 0 ? "not needed" : NULL;
	char buf[6][32];

	if (!reaction)
		reaction = duration(s->reaction_ns, buf[0], sizeof(buf[0]));
	printf("%-11s %10s %8s %8s %10s %10s %10s %8u %8" PRIu64 " %9" PRIu64 "\n", rule, reaction,
	       percent(pool_scaling_score_over(s), buf[1], sizeof(buf[1])),
	       percent(pool_scaling_score_over_peak(s), buf[2], sizeof(buf[2])),
	       duration(r->start_latency_ns[POOL_SIMULATE_P50], buf[3], sizeof(buf[3])),
	       duration(r->start_latency_ns[POOL_SIMULATE_P99], buf[4], sizeof(buf[4])),
	       duration(r->start_latency_ns[POOL_SIMULATE_MAX], buf[5], sizeof(buf[5])),
	       s->capacity_peak, r->queued_peak, r->refused_full + r->refused_breaker);
}

static void print_breaker(const char *rule, const struct pool_simulate_result *r)
{
	printf("%-11s failed %" PRIu64 ", refused %" PRIu64 ", probes %" PRIu64, rule, r->failed,
	       r->refused_breaker, r->breaker.probes);
	for (int i = 0; i < POOL_BREAKER_WAYS; i++)
		printf(", %s %" PRIu64, pool_breaker_way_text((enum pool_breaker_way)i),
		       r->breaker.ways[i]);
	printf(", %s at the end\n", pool_breaker_state_text(r->breaker.state));
}

static void set_known(json_t *object, const char *key, bool known, double value, const char *reason)
{
	char reason_key[64];

	json_object_set_new(object, key, known ? json_real(value) : json_null());
	if (known)
		return;
	snprintf(reason_key, sizeof(reason_key), "%s_reason", key);
	json_object_set_new(object, reason_key, json_string(reason));
}

static json_t *latency(const struct pool_simulate_result *r)
{
	json_t *object = json_object();

	for (int i = 0; i < POOL_SIMULATE_QUANTILES; i++)
		set_known(object, quantiles[i], r->start_latency_ns[i] >= 0,
			  (double)r->start_latency_ns[i] / 1e9, "no task began");
	set_known(object, "mean", r->start_latency_mean_ns >= 0, r->start_latency_mean_ns / 1e9,
		  "no task began");
	return object;
}

static json_t *breaker_json(const struct pool_simulate_result *r)
{
	json_t *ways = json_object();

	for (int i = 0; i < POOL_BREAKER_WAYS; i++)
		json_object_set_new(ways, pool_breaker_way_text((enum pool_breaker_way)i),
				    json_integer((json_int_t)r->breaker.ways[i]));
	return json_pack("{s:s, s:I, s:I, s:I, s:o}", "state",
			 pool_breaker_state_text(r->breaker.state), "refused",
			 (json_int_t)r->breaker.refused, "probes", (json_int_t)r->breaker.probes,
			 "late", (json_int_t)r->breaker.late, "transitions", ways);
}

static json_t *result_json(const char *rule, const struct pool_simulate_result *r, bool breaker)
{
	const struct pool_scaling_score *s = &r->score;
	const char *reason = no_reaction(s);
	json_t *object = json_pack(
	    "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "autoscale", rule, "offered",
	    (json_int_t)r->offered, "completed", (json_int_t)r->completed, "refused_full",
	    (json_int_t)r->refused_full, "refused_breaker", (json_int_t)r->refused_breaker,
	    "failed", (json_int_t)r->failed, "workers_peak", (json_int_t)s->capacity_peak,
	    "need_peak", (json_int_t)s->need_peak, "queued_peak", (json_int_t)r->queued_peak,
	    "capacity_changes", (json_int_t)(r->scale.ups + r->scale.downs));

	if (!object)
		return NULL;
	set_known(object, "reaction_seconds", !reason, (double)s->reaction_ns / 1e9,
		  reason ? reason : "");
	set_known(object, "unmet_seconds", s->unmet > 0, (double)s->unmet_ns / 1e9,
		  "the need was always met in the end");
	set_known(object, "over_scaling_percent", s->needed > 0, pool_scaling_score_over(s),
		  "nothing was needed");
	set_known(object, "over_scaling_peak_percent", s->need_peak > 0,
		  pool_scaling_score_over_peak(s), "nothing was needed");
	json_object_set_new(object, "start_latency_seconds", latency(r));
	if (breaker)
		json_object_set_new(object, "breaker", breaker_json(r));
	return object;
}

static void print_tick(void *arg, const struct pool_simulate_tick *t)
{
	fprintf(arg, "%" PRId64 "\t%u\t%u\t%u\t%u\t%" PRIu64 "\n", t->at_ns, t->need, t->wanted,
		t->ready, t->busy, t->queued);
}

static int simulate_rule(const struct poolsim_settings *s, const struct pool_traffic *traffic,
			 const char *rule, enum poolsim_format format,
			 struct pool_simulate_result *result, struct error *err)
{
	struct pool_simulate_options options = s->simulation;
	int error;

	options.traffic = traffic;
	options.autoscale = rule;
	options.seed = s->shape.seed;
	options.breaker = s->breaker ? &s->breaker_options : NULL;
	if (s->simulation.scale.initial == POOLSIM_INITIAL_AUTO)
		options.scale.initial =
		    pool_traffic_need(traffic, 0) ? pool_traffic_need(traffic, 0) : 1;
	if (format == POOLSIM_TICKS) {
		options.on_tick = print_tick;
		options.arg = stdout;
	}
	error = pool_simulate(&options, result);
	return error ? error_host(err, error, "%s: cannot simulate", rule) : 0;
}

int poolsim_report(const struct poolsim_settings *s, const struct pool_traffic *traffic,
		   enum poolsim_format format, struct error *err)
{
	json_t *all = json_array();
	int status = 0;

	if (format == POOLSIM_TABLE)
		print_head();
	if (format == POOLSIM_TICKS)
		puts("at_ns\tneed\twanted\tready\tbusy\tqueued");
	for (size_t i = 0; i < s->rules.count && status == 0; i++) {
		struct pool_simulate_result r;

		status = simulate_rule(s, traffic, s->rules.names[i], format, &r, err);
		if (status == 0 && format == POOLSIM_TABLE)
			print_row(s->rules.names[i], &r);
		if (status == 0 && format == POOLSIM_TABLE && s->breaker)
			print_breaker(s->rules.names[i], &r);
		if (status == 0 && format == POOLSIM_JSON)
			json_array_append_new(all, result_json(s->rules.names[i], &r, s->breaker));
	}
	if (status == 0 && format == POOLSIM_JSON) {
		json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
		putchar('\n');
	}
	json_decref(all);
	return status;
}
