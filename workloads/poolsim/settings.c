/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolsim/settings.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/units.h"

enum type { RATE, SHARE, NUMBER, COUNT, DURATION, FLAG, WORD, RULES };

struct row {
	const char *key;
	enum type type;
	size_t offset;
	double least, most;       /* of what is a number */
	const char *const *words; /* of FLAG */
	const char *value, *help;
};

#define AT(field) offsetof(struct poolsim_settings, field)
#define HOUR      3600e9
#define DAY       (24 * HOUR)

/* What means false, and true. */
static const char *const spacings[] = {"even", "poisson"};
static const char *const services[] = {"equal", "exponential"};
static const char *const switched[] = {"off", "on"};

static const struct row rows[] = {
    {"autoscale", RULES, 0, 0, 0, NULL, "RULE,...",
     "all, or some of none, static60, static30, two-scale, predictive, little (all)"},
    {"rate", RATE, AT(shape.rate), 1e-3, 1e7, NULL, "N", "arrivals a second (500)"},
    {"peak", RATE, AT(shape.peak), 0, 1e7, NULL, "N", "of a burst; 0: none (0)"},
    {"at", DURATION, AT(shape.at_ns), 0, DAY, NULL, "DURATION", "when the first burst begins (0)"},
    {"rise", DURATION, AT(shape.rise_ns), 0, DAY, NULL, "DURATION", "to the peak, evenly (0)"},
    {"hold", DURATION, AT(shape.hold_ns), 0, DAY, NULL, "DURATION", "it stays at the peak (0)"},
    {"every", DURATION, AT(shape.every_ns), 0, DAY, NULL, "DURATION",
     "from burst to burst; 0: there is one (0)"},
    {"wave", SHARE, AT(shape.wave), 0, 1, NULL, "SHARE",
     "amplitude of a sine, as a part of rate (0)"},
    {"period", DURATION, AT(shape.period_ns), 0, DAY, NULL, "DURATION", "of the wave (0)"},
    {"length", DURATION, AT(shape.length_ns), 1, DAY, NULL, "DURATION",
     "of the traffic; of a trace: where it ends (60s)"},
    {"service", DURATION, AT(shape.service_ns), 1, HOUR, NULL, "DURATION",
     "mean service time (5ms)"},
    {"arrivals", FLAG, AT(shape.poisson), 0, 0, spacings, "WORD", "even or poisson (even)"},
    {"services", FLAG, AT(shape.exponential_service), 0, 0, services, "WORD",
     "equal or exponential (equal)"},
    {"seed", COUNT, AT(shape.seed), 0, 9007199254740991, NULL, "N",
     "of arrivals, service times and failures (1)"},
    {"schedule", WORD, AT(schedule), 0, 0, NULL, "FILE",
     "traffic as poolrig lays it out for workloads (base/protocol.h)"},
    {"trace", WORD, AT(trace), 0, 0, NULL, "FILE",
     "traffic as text: a line an arrival, its time and service time in ns"},
    {"need_step", DURATION, AT(shape.step_ns), 1e6, HOUR, NULL, "DURATION",
     "how finely the need is known (100ms)"},
    {"startup", DURATION, AT(simulation.startup_ns), 0, HOUR, NULL, "DURATION",
     "until a new worker is there (0)"},
    {"queue", COUNT, AT(simulation.queue_limit), 0, 1e9, NULL, "N",
     "tasks that may wait, others are refused; 0: no limit (0)"},
    {"initial", COUNT, AT(simulation.scale.initial), 1, 1e6, NULL, "N",
     "workers at the beginning (what is needed then)"},
    {"min", COUNT, AT(simulation.scale.min), 1, 1e6, NULL, "N", "workers at least (1)"},
    {"max", COUNT, AT(simulation.scale.max), 1, 1e6, NULL, "N", "workers at most (1000)"},
    {"step_up", COUNT, AT(simulation.scale.step_up), 0, 1e6, NULL, "N",
     "workers more a tick, at most; 0: any number (0)"},
    {"step_down", COUNT, AT(simulation.scale.step_down), 0, 1e6, NULL, "N",
     "workers fewer a tick, at most; 0: any number (0)"},
    {"cool_down", DURATION, AT(simulation.scale.cool_down_ns), 0, HOUR, NULL, "DURATION",
     "after a change, before workers go (2s)"},
    {"tick", DURATION, AT(simulation.scale.tick_ns), 1e6, 1e10, NULL, "DURATION",
     "from look to look (100ms)"},
    {"sigmas", NUMBER, AT(simulation.scale.sigmas), 0, 100, NULL, "X",
     "static and two-scale: standard deviations above the mean rate (2)"},
    {"bound", NUMBER, AT(simulation.scale.bound), 0, 1e6, NULL, "X",
     "two-scale: excess variance of a burst (0.05)"},
    {"lead", DURATION, AT(simulation.scale.lead_ns), 0, HOUR, NULL, "DURATION",
     "predictive: how far ahead (500ms)"},
    {"season", DURATION, AT(simulation.scale.season_ns), 0, HOUR, NULL, "DURATION",
     "predictive: length of a season; 0: none (0)"},
    {"drain", DURATION, AT(simulation.scale.drain_ns), 1, HOUR, NULL, "DURATION",
     "little: what waits shall be done within (1s)"},
    {"breaker", FLAG, AT(breaker), 0, 0, switched, "WORD", "on or off (off)"},
    {"breaker_cool_down", DURATION, AT(breaker_options.cool_down_ns), 0, HOUR, NULL, "DURATION",
     "how long it stays open (5s)"},
    {"fail_share", SHARE, AT(simulation.fail_share), 0, 1, NULL, "SHARE",
     "of the tasks that fail in a storm (0)"},
    {"fail_at", DURATION, AT(simulation.fail_at_ns), 0, DAY, NULL, "DURATION",
     "when the storm begins (0)"},
    {"fail_for", DURATION, AT(simulation.fail_for_ns), 0, DAY, NULL, "DURATION",
     "how long it lasts (0)"},
};

void poolsim_settings_init(struct poolsim_settings *s)
{
	*s = (struct poolsim_settings){
	    .shape = {.rate = 500,
		      .length_ns = 60 * POOL_NS_PER_S,
		      .service_ns = POOL_NS_PER_S / 200,
		      .seed = 1,
		      .step_ns = POOL_NS_PER_S / 10},
	    .simulation = {.scale = POOL_AUTOSCALE_OPTIONS_INIT},
	    .breaker_options = POOL_BREAKER_OPTIONS_INIT,
	};
	for (const char *const *name = pool_autoscale_names(); *name; name++)
		s->rules[s->rule_count++] = *name;
}

static const char *rule_named(const char *name, size_t length)
{
	for (const char *const *known = pool_autoscale_names(); *known; known++)
		if (strlen(*known) == length && strncmp(*known, name, length) == 0)
			return *known;
	return NULL;
}

static int set_rules(struct poolsim_settings *s, const char *text, struct error *err)
{
	char known[160] = "all";

	if (strcmp(text, "all") == 0)
		return 0;
	for (const char *const *name = pool_autoscale_names(); *name; name++)
		snprintf(known + strlen(known), sizeof(known) - strlen(known), ", %s", *name);
	s->rule_count = 0;
	for (const char *at = text; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		const char *rule = rule_named(at, strcspn(at, ","));

		if (!rule)
			return error_input(err, "\"%s\": unknown rule; use %s", text, known);
		if (s->rule_count == POOLSIM_RULES_MAX)
			return error_input(err, "\"%s\": more than %d rules; name each once", text,
					   POOLSIM_RULES_MAX);
		s->rules[s->rule_count++] = rule;
	}
	return 0;
}

static int set_flag(const struct row *row, const char *text, bool *flag, struct error *err)
{
	*flag = strcmp(text, row->words[1]) == 0;
	if (*flag || strcmp(text, row->words[0]) == 0)
		return 0;
	return error_input(err, "\"%s\": unknown; use %s or %s", text, row->words[0],
			   row->words[1]);
}

static int parse_real(const char *text, double *value, struct error *err)
{
	char *end;

	*value = strtod(text, &end);
	if (end == text || *end || !isfinite(*value))
		return error_input(err, "\"%s\": not a number; write it as 0.5", text);
	return 0;
}

/* Any number, as a double for its range and as what the field wants. */
static int set_number(const struct row *row, const char *text, void *field, struct error *err)
{
	uint64_t count = 0;
	int64_t ns = 0;
	double value = 0;
	int status;

	if (row->type == DURATION)
		status = units_duration(text, &ns, err);
	else if (row->type == COUNT)
		status = units_count(text, &count, err);
	else if (row->type == RATE && strcmp(text, "0") != 0)
		status = units_rate(text, &value, err);
	else
		status = parse_real(text, &value, err);
	if (status < 0)
		return -1;
	value = row->type == DURATION ? (double)ns : row->type == COUNT ? (double)count : value;
	if (value < row->least || value > row->most)
		return error_input(err, "\"%s\": out of range; give %.10g to %.10g%s", text,
				   row->least, row->most, row->type == DURATION ? " ns" : "");
	if (row->type == DURATION)
		*(int64_t *)field = ns;
	else if (row->type != COUNT)
		*(double *)field = value;
	else if (row->offset == AT(shape.seed) || row->offset == AT(simulation.queue_limit))
		*(uint64_t *)field = count;
	else
		*(unsigned *)field = (unsigned)count;
	return 0;
}

static int set_field(struct poolsim_settings *s, const struct row *row, const char *text,
		     struct error *err)
{
	void *field = (char *)s + row->offset;

	switch (row->type) {
	case RULES:
		return set_rules(s, text, err);
	case FLAG:
		return set_flag(row, text, field, err);
	case WORD:
		*(const char **)field = text;
		return 0;
	default:
		s->initial_given |= row->offset == AT(simulation.scale.initial);
		s->length_given |= row->offset == AT(shape.length_ns);
		return set_number(row, text, field, err);
	}
}

int poolsim_settings_set(struct poolsim_settings *s, const char *setting, struct error *err)
{
	const char *value = strchr(setting, '=');
	size_t length = value ? (size_t)(value - setting) : 0;
	char known[512] = "";

	if (!value)
		return error_input(err, "\"%s\": not a setting; write KEY=VALUE", setting);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strlen(rows[i].key) != length || strncmp(rows[i].key, setting, length) != 0)
			continue;
		if (set_field(s, &rows[i], value + 1, err) < 0)
			return error_wrap(err, "%s", rows[i].key);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
			 i ? ", " : "", rows[i].key);
	return error_input(err, "\"%.*s\": no such setting; there are %s", (int)length, setting,
			   known);
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
		return error_input(err, "max: \"%u\": below min; give %u or more", scale->max,
				   scale->min);
	if (scale->season_ns % scale->tick_ns)
		return error_input(err, "season: not a multiple of tick; make it one");
	if (scale->season_ns / scale->tick_ns > POOL_TREND_SEASON_MAX)
		return error_input(err, "season: more than %d ticks; make tick longer",
				   POOL_TREND_SEASON_MAX);
	return 0;
}

void poolsim_settings_help(FILE *to)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char name[48];

		snprintf(name, sizeof(name), "%s=%s", rows[i].key, rows[i].value);
		fprintf(to, "  %-28s %s\n", name, rows[i].help);
	}
}
