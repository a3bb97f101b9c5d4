/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolsim/settings.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

/* What means false, and true. */
static const char *const spacings[] = {"even", "poisson", NULL};
static const char *const services[] = {"equal", "exponential", NULL};

static const char *rule_named(const char *name, size_t length)
{
	for (const char *const *known = pool_autoscale_names(); *known; known++)
		if (strlen(*known) == length && strncmp(*known, name, length) == 0)
			return *known;
	return NULL;
}

static int parse_rules(const char *text, void *field, struct error *err)
{
	struct poolsim_rules rules = {0};
	char known[160];

	if (strcmp(text, "all") == 0)
		for (const char *const *name = pool_autoscale_names(); *name; name++)
			rules.names[rules.count++] = *name;
	else
		for (const char *at = text; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
			const char *rule = rule_named(at, strcspn(at, ","));

			if (!rule)
				return error_input(
				    err, "\"%s\": unknown rule; use %s, or all", text,
				    text_any_of(pool_autoscale_names(), known, sizeof(known)));
			if (rules.count == POOLSIM_RULES_MAX)
				return error_input(err,
						   "\"%s\": more than %d rules; name each once",
						   text, POOLSIM_RULES_MAX);
			rules.names[rules.count++] = rule;
		}
	if (field)
		memcpy(field, &rules, sizeof(rules));
	return 0;
}

#define ROW(key, kind, member)                                                                     \
	.name = key, .type = FIELD_##kind, .offset = offsetof(struct poolsim_settings, member)
#define TIME(key, member, most, preset)                                                            \
	ROW(key, DURATION, member), .low = "0", .high = most, .fallback = preset

/* clang-format off */
const struct field poolsim_settings[] = {
	{ROW("autoscale", CUSTOM, rules), .parse = parse_rules, .value = "RULE,...", .fallback = "all",
	 .help = "all, or some of none, static60, static30, two-scale, predictive, little"},
	{ROW("rate", RATE, shape.rate), .low = "0.001", .high = "10M", .fallback = "500",
	 .help = "arrivals in tasks/s"},
	{ROW("peak", RATE, shape.peak), .low = "0", .high = "10M", .fallback = "0",
	 .help = "rate at the peak of a burst; 0: no burst"},
	{TIME("at", shape.at_ns, "24h", "0"), .help = "when the first burst begins"},
	{TIME("rise", shape.rise_ns, "24h", "0"), .help = "time to the peak, evenly"},
	{TIME("hold", shape.hold_ns, "24h", "0"), .help = "time at the peak"},
	{TIME("every", shape.every_ns, "24h", "0"), .help = "time from burst to burst; 0: one burst"},
	{ROW("wave", SHARE, shape.wave), .low = "0", .high = "100%", .fallback = "0",
	 .help = "amplitude of a sine, as a share of rate"},
	{TIME("period", shape.period_ns, "24h", "0"), .help = "period of the wave"},
	{ROW("length", DURATION, shape.length_ns), .low = "1ns", .high = "24h", .special = "auto",
	 .fallback = "auto", .help = "length of the traffic; auto: 60s, or until a trace ends"},
	{ROW("service", DURATION, shape.service_ns), .low = "1ns", .high = "1h", .fallback = "5ms",
	 .help = "mean service time"},
	{ROW("arrivals", BOOL, shape.poisson), .choices = spacings, .fallback = "even",
	 .value = "WORD", .help = "distances between arrivals"},
	{ROW("services", BOOL, shape.exponential_service), .choices = services, .fallback = "equal",
	 .value = "WORD", .help = "distribution of service times"},
	{ROW("seed", COUNT, shape.seed), .low = "0", .high = "9007199254740991", .fallback = "1",
	 .help = "seed of arrivals, service times and failures"},
	{ROW("schedule", TEXT, schedule), .value = "FILE",
	 .help = "traffic in the form that poolrig gives workloads (base/protocol.h)"},
	{ROW("trace", TEXT, trace), .value = "FILE",
	 .help = "traffic as text: a line an arrival, its time and its service time in ns"},
	{ROW("need_step", DURATION, shape.step_ns), .low = "1ms", .high = "1h", .fallback = "100ms",
	 .help = "resolution of the need"},
	{TIME("startup", simulation.startup_ns, "1h", "0"), .help = "time until a new worker is ready"},
	{ROW("queue", COUNT, simulation.queue_limit), .low = "0", .high = "1000M", .fallback = "0",
	 .help = "tasks that may wait, others are refused; 0: no limit"},
	{ROW("initial", UNSIGNED, simulation.scale.initial), .low = "1", .high = "1M",
	 .special = "auto", .fallback = "auto",
	 .help = "workers at the beginning; auto: the need at that time"},
	{ROW("min", UNSIGNED, simulation.scale.min), .low = "1", .high = "1M", .fallback = "1",
	 .help = "fewest workers"},
	{ROW("max", UNSIGNED, simulation.scale.max), .low = "1", .high = "1M", .fallback = "1000",
	 .help = "most workers"},
	{ROW("step_up", UNSIGNED, simulation.scale.step_up), .low = "0", .high = "1M",
	 .fallback = "0", .help = "most workers added in a tick; 0: no limit"},
	{ROW("step_down", UNSIGNED, simulation.scale.step_down), .low = "0", .high = "1M",
	 .fallback = "0", .help = "most workers removed in a tick; 0: no limit"},
	{TIME("cool_down", simulation.scale.cool_down_ns, "1h", "2s"),
	 .help = "time after a change until workers may go"},
	{ROW("tick", DURATION, simulation.scale.tick_ns), .low = "1ms", .high = "10s",
	 .fallback = "100ms", .help = "time from decision to decision"},
	{ROW("sigmas", NUMBER, simulation.scale.sigmas), .low = "0", .high = "100", .fallback = "2",
	 .help = "static and two-scale: standard deviations above the mean rate"},
	{ROW("bound", NUMBER, simulation.scale.bound), .low = "0", .high = "1000000",
	 .fallback = "0.05", .help = "two-scale: excess variance of a burst"},
	{TIME("lead", simulation.scale.lead_ns, "1h", "500ms"), .help = "predictive: how far ahead"},
	{TIME("season", simulation.scale.season_ns, "1h", "0"),
	 .help = "predictive: length of a season; 0: none"},
	{ROW("drain", DURATION, simulation.scale.drain_ns), .low = "1ns", .high = "1h",
	 .fallback = "1s", .help = "little: time in which the queue shall be empty"},
	{ROW("breaker", BOOL, breaker), .fallback = "off", .help = "a circuit breaker before the pool"},
	{TIME("breaker_cool_down", breaker_options.cool_down_ns, "1h", "5s"),
	 .help = "time that it stays open"},
	{ROW("fail_share", SHARE, simulation.fail_share), .low = "0", .high = "100%", .fallback = "0",
	 .help = "share of the tasks that fail in a storm"},
	{TIME("fail_at", simulation.fail_at_ns, "24h", "0"), .help = "when the storm begins"},
	{TIME("fail_for", simulation.fail_for_ns, "24h", "0"), .help = "length of the storm"},
	{0},
};
/* clang-format on */

void poolsim_settings_init(struct poolsim_settings *s)
{
	*s = (struct poolsim_settings){
	    .simulation = {.scale = POOL_AUTOSCALE_OPTIONS_INIT},
	    .breaker_options = POOL_BREAKER_OPTIONS_INIT,
	};
	field_defaults(poolsim_settings, s);
}

int poolsim_settings_check(const struct poolsim_settings *s, struct error *err)
{
	const struct pool_autoscale_options *scale = &s->simulation.scale;

	if (s->schedule && s->trace)
		return error_input(err, "trace: there is a schedule, too; give one of them");
	if (s->shape.peak > 0 && s->shape.peak < s->shape.rate)
		return error_input(err, "peak: below rate; make it larger, or 0");
	if (s->shape.wave > 0 && s->shape.period_ns == 0)
		return error_input(err, "period: missing; a wave has one");
	if (s->shape.every_ns > 0 && s->shape.every_ns < s->shape.rise_ns + s->shape.hold_ns)
		return error_input(err, "every: less than rise and hold together; make it longer");
	if (scale->max < scale->min)
		return error_input(err, "max \"%u\": below min; give %u or more", scale->max,
				   scale->min);
	if (scale->season_ns % scale->tick_ns)
		return error_input(err, "season: not a multiple of tick; make it one");
	if (scale->season_ns / scale->tick_ns > POOL_TREND_SEASON_MAX)
		return error_input(err, "season: more than %d ticks; make tick longer",
				   POOL_TREND_SEASON_MAX);
	return 0;
}
