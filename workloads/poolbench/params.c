/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/params.h"

#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/units.h"
#include "pool/pool.h"
#include "pool/queue/queue.h"

enum type { COUNT, BYTES, DURATION, SHARE, FLAG, CHOICE, POOL, QUEUE, WAIT, PREWARM };

struct row {
	const char *key;
	enum type type;
	size_t offset;
	uint64_t min, max;          /* of COUNT, BYTES and DURATION */
	const char *const *choices; /* of CHOICE, in the order of the enum */
	const char *value, *help;
};

static const char *const tasks[] = {"wait", "cpu", "alloc", "connection", "object", NULL};
static const char *const transports[] = {"unix", "tcp", NULL};
static const char *const overloads[] = {"reject",      "spawn",     "caller_runs",
					"drop_oldest", "fall_back", NULL};
/* "off", and pool_autoscale_names(). */
static const char *const autoscales[] = {"off",       "none",       "static60", "static30",
					 "two-scale", "predictive", "little",   NULL};

/* For --help; a test compares them with what there is. */
#define KINDS  "naive, fixed, elastic, stealing or fibre"
#define QUEUES "own, mutex, rendezvous, mpmc, channel, list or priority"

#define AT(f) offsetof(struct bench_params, f)

static const struct row rows[] = {
    {"pool", POOL, AT(pool), 0, 0, NULL, "KIND", "one of: " KINDS "; required"},
    {"size", COUNT, AT(size), 0, 1000000, NULL, "N",
     "workers (fibre: fibres); elastic, fibre: at most, 0 for no limit; naive has no limit"},
    {"prewarm", PREWARM, 0, 0, 1000000, NULL, "N|all", "workers started before `ready` (0)"},
    {"nonblocking", FLAG, AT(nonblocking), 0, 0, NULL, "BOOL",
     "elastic, fibre, or with a queue: refuse a task where submitting would have to wait (false)"},
    {"max_waiters", COUNT, AT(max_waiters), 0, UINT_MAX, NULL, "N",
     "the same, blocking: submitters that may wait at a time, 0 for any number (0)"},
    {"idle_expiry", DURATION, AT(idle_expiry_ns), 0, INT64_MAX, NULL, "DURATION",
     "elastic, fibre: a worker idle for so long ends, 0 for never (0)"},
    {"queue", QUEUE, AT(queue), 0, 0, NULL, "NAME",
     "what submitting goes through: " QUEUES "; not for naive (own)"},
    {"queue_capacity", COUNT, AT(queue_capacity), 0, UINT64_C(1) << 32, NULL, "N",
     "of a bounded queue, or of a fibre pool's own, 0 for its default (0)"},
    {"wait", WAIT, AT(wait), 0, 0, NULL, "HOW",
     "how workers wait at a queue, or a fibre pool's threads: own, spin, spin_futex or eventcount "
     "(own)"},
    {"stack", BYTES, AT(stack_bytes), 16384, UINT64_C(1) << 30, NULL, "BYTES",
     "of each worker (the pool's default: 64K)"},
    {"task", CHOICE, AT(task), 0, 0, tasks, "KIND",
     "wait, cpu, alloc, connection or object (wait)"},
    {"alloc_bytes", BYTES, AT(alloc_bytes), 1, UINT64_C(1) << 30, NULL, "BYTES",
     "what an alloc task allocates (4K)"},
    {"connections", COUNT, AT(resource.connections), 1, 65536, NULL, "N",
     "task=connection: at most, idle and in use (64)"},
    {"transport", CHOICE, AT(resource.transport), 0, 0, transports, "KIND",
     "task=connection: unix or tcp, over the loopback (unix)"},
    {"objects", COUNT, AT(resource.objects), 0, 10000000, NULL, "N",
     "task=object: at most, free and in use, 0 for any number (0)"},
    {"object_bytes", BYTES, AT(resource.object_bytes), 1, UINT64_C(1) << 30, NULL, "BYTES",
     "task=object: how large each is (4K)"},
    {"submitters", COUNT, AT(submitters), 0, 10000, NULL, "N",
     "a closed loop: so many threads submit a task, wait for its end, and submit the next; 0: the "
     "schedule says when (0)"},
    {"overload", CHOICE, AT(overload), 0, 0, overloads, "POLICY",
     "what becomes of a refused task: reject, spawn, caller_runs, drop_oldest or fall_back "
     "(reject)"},
    {"drain", DURATION, AT(drain_ns), 0, 3600 * NS_PER_S, NULL, "DURATION",
     "how long after the window tasks may still complete (10s, or less where the rig says so)"},
    {"waiting", COUNT, AT(policy.waiting), 1, 10000000, NULL, "N",
     "overload=drop_oldest: tasks that may wait before the pool (1000)"},
    {"autoscale", CHOICE, AT(policy.autoscale), 0, 0, autoscales, "RULE",
     "who changes the pool's capacity, which is `size` at first: off, none (but what was needed is "
     "told), static60, static30, two-scale, predictive or little (off)"},
    {"autoscale_min", COUNT, AT(policy.scale_min), 1, 1000000, NULL, "N", "workers at least (1)"},
    {"autoscale_max", COUNT, AT(policy.scale_max), 1, 1000000, NULL, "N", "workers at most (1000)"},
    {"autoscale_cool_down", DURATION, AT(policy.scale_cool_down_ns), 0, 3600 * NS_PER_S, NULL,
     "DURATION", "after a change, before workers go (2s)"},
    {"autoscale_past", DURATION, AT(policy.scale_past_ns), 0, 600 * NS_PER_S, NULL, "DURATION",
     "so long the load is taken to have been as in the schedule's first second (0)"},
    {"breaker", FLAG, AT(policy.breaker), 0, 0, NULL, "BOOL",
     "a circuit breaker before the pool; what it refuses is answered by the fall-back (false)"},
    {"breaker_cool_down", DURATION, AT(policy.breaker_cool_down_ns), 0, 3600 * NS_PER_S, NULL,
     "DURATION", "how long it stays open (5s)"},
    {"fail_rate", SHARE, AT(policy.fail_rate), 0, 1, NULL, "SHARE",
     "of the tasks that fail in the end, having taken their time (0)"},
    {"fail_at", DURATION, AT(policy.fail_at_ns), 0, 3600 * NS_PER_S, NULL, "DURATION",
     "after the start, warm-up included: from then on they fail (0)"},
    {"fail_for", DURATION, AT(policy.fail_for_ns), 0, 3600 * NS_PER_S, NULL, "DURATION",
     "how long they do, 0 for ever (0)"},
    {"degrade_at", DURATION, AT(policy.degrade_at_ns), 0, 3600 * NS_PER_S, NULL, "DURATION",
     "after the start, warm-up included, to 100 ms: when a switch is put on, by which the "
     "fall-back "
     "answers all (never)"},
    {"degrade_for", DURATION, AT(policy.degrade_for_ns), 0, 3600 * NS_PER_S, NULL, "DURATION",
     "how long the switch stays on, 0 for ever (0)"},
};

void bench_params_init(struct bench_params *p)
{
	*p = (struct bench_params){
	    .alloc_bytes = 4096,
	    .drain_ns = 10 * NS_PER_S,
	    .resource = bench_resource_defaults,
	    .policy = {.waiting = 1000,
		       .scale_min = 1,
		       .scale_max = 1000,
		       .scale_cool_down_ns = 2 * NS_PER_S,
		       .breaker_cool_down_ns = 5 * NS_PER_S,
		       .degrade_at_ns = -1},
	};
}

/* "wait, cpu or alloc" */
static const char *any_of(const char *const *choices, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; choices[i] && used < size; i++) {
		const char *join = i == 0 ? "" : choices[i + 1] ? ", " : " or ";

		used += (size_t)snprintf(buf + used, size - used, "%s%s", join, choices[i]);
	}
	return buf;
}

static int choose(const char *const *choices, const char *text, struct error *err)
{
	char known[128];

	for (int i = 0; choices[i]; i++)
		if (strcmp(choices[i], text) == 0)
			return i;
	return error_input(err, "\"%s\": unknown; use %s", text,
			   any_of(choices, known, sizeof(known)));
}

static int parse_flag(const char *text, bool *flag, struct error *err)
{
	/* As YAML 1.1 writes them: the rig hands an experiment's words on as they are. */
	*flag = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "on") == 0;
	if (*flag || strcmp(text, "false") == 0 || strcmp(text, "no") == 0 ||
	    strcmp(text, "off") == 0)
		return 0;
	return error_input(err, "\"%s\": not a boolean; use true or false", text);
}

static int parse_number(const struct row *row, const char *text, uint64_t *value, struct error *err)
{
	int64_t ns = 0;
	int status;

	if (row->type == BYTES)
		status = units_bytes(text, value, err);
	else if (row->type == DURATION)
		status = units_duration(text, &ns, err);
	else
		status = units_count(text, value, err);
	if (status < 0)
		return -1;
	if (row->type == DURATION)
		*value = (uint64_t)ns;
	if (*value < row->min)
		return error_input(err, "\"%s\": too small; the least is %llu", text,
				   (unsigned long long)row->min);
	if (*value > row->max)
		return error_input(err, "\"%s\": too large; the most is %llu%s", text,
				   (unsigned long long)row->max,
				   row->type == DURATION ? " ns" : "");
	return 0;
}

static int parse_share(const char *text, double *share, struct error *err)
{
	char *end;

	*share = strtod(text, &end);
	if (end == text || *end || !(*share >= 0 && *share <= 1))
		return error_input(err, "\"%s\": not a share; give 0 to 1, as 0.25", text);
	return 0;
}

#define QUEUES_MAX 16

/* NULL in *queue: the pool's own. */
static int choose_queue(const char *text, const char **queue, struct error *err)
{
	const struct pool_queue_traits *const *kinds = pool_queue_kinds();
	const char *names[QUEUES_MAX + 1] = {"own"};
	int choice;

	for (size_t i = 0; kinds[i] && i + 1 < QUEUES_MAX; i++)
		names[i + 1] = kinds[i]->name;
	choice = choose(names, text, err);
	*queue = choice > 0 ? kinds[choice - 1]->name : NULL;
	return choice < 0 ? -1 : 0;
}

static int set_field(struct bench_params *p, const struct row *row, const char *text,
		     struct error *err)
{
	void *field = (char *)p + row->offset;
	int choice;

	switch (row->type) {
	case FLAG:
		return parse_flag(text, field, err);
	case SHARE:
		return parse_share(text, field, err);
	case POOL:
		choice = choose(pool_kinds(), text, err);
		if (choice >= 0)
			p->pool = pool_kinds()[choice];
		return choice < 0 ? -1 : 0;
	case QUEUE:
		return choose_queue(text, &p->queue, err);
	case WAIT:
	case CHOICE:
		choice = choose(row->type == WAIT ? pool_waits() : row->choices, text, err);
		if (choice >= 0)
			memcpy(field, &choice, sizeof(choice)); /* enums are of int's size */
		return choice < 0 ? -1 : 0;
	case PREWARM:
		p->prewarm_all = strcmp(text, "all") == 0;
		if (p->prewarm_all)
			return 0;
		return parse_number(row, text, &p->prewarm, err);
	default:
		return parse_number(row, text, field, err);
	}
}

int bench_params_set(struct bench_params *p, const char *key, const char *text, struct error *err)
{
	char known[1024];
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].key, key) != 0)
			continue;
		return set_field(p, &rows[i], text, err) < 0 ? error_wrap(err, "%s", key) : 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows) && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
					 rows[i].key);
	return error_input(err, "%s: \"%s\": no such parameter; there are %s", key, text, known);
}

static int set_json(struct bench_params *p, const char *key, const json_t *value, struct error *err)
{
	char text[64];

	switch (json_typeof(value)) {
	case JSON_STRING:
		return bench_params_set(p, key, json_string_value(value), err);
	case JSON_INTEGER:
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
		return bench_params_set(p, key, text, err);
	case JSON_REAL:
		snprintf(text, sizeof(text), "%.17g", json_real_value(value));
		return bench_params_set(p, key, text, err);
	case JSON_TRUE:
		return bench_params_set(p, key, "true", err);
	case JSON_FALSE:
		return bench_params_set(p, key, "false", err);
	default:
		return error_input(
		    err, "%s: \"%s\": not a value; give a string, a number or a boolean", key,
		    json_is_null(value)    ? "null"
		    : json_is_array(value) ? "[...]"
					   : "{...}");
	}
}

int bench_params_from_json(struct bench_params *p, const json_t *object, struct error *err)
{
	const char *key;
	json_t *value;

	/* jansson iterates without changing the object, but takes it as not const. */
	json_object_foreach((json_t *)object, key, value)
	{
		if (set_json(p, key, value, err) < 0)
			return -1;
	}
	return bench_params_check(p, err);
}

static int check_policy(const struct bench_params *p, struct error *err)
{
	const struct bench_policy_params *policy = &p->policy;

	if (policy->degrade_at_ns < 0 && policy->degrade_for_ns > 0)
		return error_input(err,
				   "degrade_for: the switch is never put on; give degrade_at, too");
	if (!policy->autoscale)
		return 0;
	if (p->size == 0)
		return error_input(err, "size: missing; autoscaling begins with 1 worker or more");
	if (policy->scale_max < policy->scale_min)
		return error_input(
		    err, "autoscale_max: \"%llu\": below autoscale_min; give %llu or more",
		    (unsigned long long)policy->scale_max, (unsigned long long)policy->scale_min);
	return 0;
}

static bool is(const struct bench_params *p, const char *pool)
{
	return strcmp(p->pool, pool) == 0;
}

static int check_size(const struct bench_params *p, struct error *err)
{
	if (p->size == 0 && (is(p, "fixed") || is(p, "stealing")))
		return error_input(err, "size: missing; a %s pool needs 1 worker or more", p->pool);
	if (p->prewarm_all && p->size == 0)
		return error_input(err,
				   "prewarm: \"all\": size is not given; give it, or a number");
	if (p->size && p->prewarm > p->size && !is(p, "naive"))
		return error_input(err,
				   "prewarm: \"%llu\": more than size; give at most %llu, "
				   "or all",
				   (unsigned long long)p->prewarm, (unsigned long long)p->size);
	return 0;
}

static int check_queue(const struct bench_params *p, struct error *err)
{
	if (p->queue && !pool_takes_queue(p->pool, p->queue))
		return error_input(err,
				   "queue: \"%s\": does not fit the pool \"%s\"; leave it out, "
				   "or use another of " QUEUES "%s",
				   p->queue, p->pool,
				   is(p, "naive") ? " with another pool: naive has none" : "");
	if (p->wait != POOL_WAIT_OWN && !p->queue && !is(p, "fibre"))
		return error_input(err, "wait: \"%s\": there is no queue to wait at; give queue",
				   pool_waits()[p->wait]);
	if (p->queue_capacity && !p->queue && !is(p, "fibre"))
		return error_input(err,
				   "queue_capacity: \"%llu\": the pool's own queue has no bound; "
				   "give queue, or leave it out",
				   (unsigned long long)p->queue_capacity);
	return 0;
}

/* Submitters can be made to wait only where there is a limit to what is taken. */
static int check_waiting(const struct bench_params *p, struct error *err)
{
	bool expires = is(p, "elastic") || is(p, "fibre");
	bool waits = expires || p->queue;

	if (p->nonblocking && p->max_waiters && waits)
		return error_input(err,
				   "max_waiters: \"%llu\": a non-blocking pool has "
				   "none; leave it out, or set nonblocking to false",
				   (unsigned long long)p->max_waiters);
	if (!waits && (p->nonblocking || p->max_waiters))
		return error_input(err,
				   "%s: the pool \"%s\" has no such option; leave it out, or "
				   "use pool: elastic or fibre, or give queue",
				   p->nonblocking ? "nonblocking" : "max_waiters", p->pool);
	if (!expires && p->idle_expiry_ns)
		return error_input(err,
				   "idle_expiry: the pool \"%s\" has no such option; leave it "
				   "out, or use pool: elastic or fibre",
				   p->pool);
	if (is(p, "stealing") && p->nonblocking && strcmp(p->queue, "rendezvous") == 0)
		return error_input(err, "nonblocking: a stealing pool's workers never wait at the "
					"queue \"rendezvous\"; leave it out, or use another queue");
	return 0;
}

/* Threads of `spawn` leave their caches to a pool of objects that may be gone by then. */
static int check_resource(const struct bench_params *p, struct error *err)
{
	if (p->task != BENCH_TASK_OBJECT || p->overload != BENCH_OVERLOAD_SPAWN)
		return 0;
	return error_input(err, "overload: \"spawn\": its threads end when they like, which "
				"task: object can't have; use another policy");
}

/* Policies are asked by one thread, the generator's. */
static int check_submitters(const struct bench_params *p, struct error *err)
{
	const struct bench_policy_params *policy = &p->policy;
	const char *key = p->overload != BENCH_OVERLOAD_REJECT ? "overload"
			  : policy->breaker                    ? "breaker"
			  : policy->autoscale                  ? "autoscale"
			  : policy->fail_rate > 0              ? "fail_rate"
			  : policy->degrade_at_ns >= 0         ? "degrade_at"
							       : NULL;

	if (!p->submitters || !key)
		return 0;
	return error_input(err,
			   "submitters: \"%llu\": a closed loop goes straight to the pool, without "
			   "%s; leave one of the two out",
			   (unsigned long long)p->submitters, key);
}

int bench_params_check(const struct bench_params *p, struct error *err)
{
	char known[128];

	if (!p->pool)
		return error_input(err, "pool: missing; use %s",
				   any_of(pool_kinds(), known, sizeof(known)));
	if (check_size(p, err) < 0 || check_policy(p, err) < 0 || check_queue(p, err) < 0 ||
	    check_resource(p, err) < 0 || check_submitters(p, err) < 0)
		return -1;
	return check_waiting(p, err);
}

unsigned bench_params_prewarm(const struct bench_params *p)
{
	return (unsigned)(p->prewarm_all ? p->size : p->prewarm);
}

void bench_params_help(FILE *to)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char name[40];

		snprintf(name, sizeof(name), "%s=%s", rows[i].key, rows[i].value);
		fprintf(to, "  %-22s %s\n", name, rows[i].help);
	}
}
