/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/params.h"

#include <string.h>

#include "base/params.h"
#include "base/text.h"
#include "pool/policy/overload.h"

static const char *const tasks[] = {"wait", "cpu", "alloc", "connection", "object", NULL};
static const char *const transports[] = {"unix", "tcp", NULL};
/* Those that a pool takes; a test compares them with what there is. */
static const char *const queues[] = {"mutex", "rendezvous", "mpmc", "channel",
				     "list",  "priority",   NULL};
/* "off", and pool_autoscale_names(). */
static const char *const autoscales[] = {"off",       "none",       "static60", "static30",
					 "two-scale", "predictive", "little",   NULL};

#define ROW(key, kind, member)                                                                     \
	.name = key, .type = FIELD_##kind, .offset = offsetof(struct bench_params, member)

/* clang-format off */
const struct field bench_params[] = {
	{ROW("pool", TEXT, pool), .choices_of = pool_kinds, .required = true, .value = "KIND",
	 .help = "kind of pool"},
	{ROW("size", COUNT, size), .low = "0", .high = "1M", .fallback = "0",
	 .help = "workers (fibre: fibres); of elastic and fibre the peak, 0 for no limit; naive has "
		 "no limit"},
	{ROW("prewarm", COUNT, prewarm), .low = "0", .high = "1M", .special = "all", .fallback = "0",
	 .help = "workers started before `ready`"},
	{ROW("nonblocking", BOOL, nonblocking), .fallback = "false",
	 .help = "elastic, fibre, or with a queue: refuse a task where submitting would have to wait"},
	{ROW("max_waiters", COUNT, max_waiters), .low = "0", .high = "4294967295", .fallback = "0",
	 .help = "the same, blocking: submitters that may wait at a time, 0 for no limit"},
	{ROW("idle_expiry", DURATION, idle_expiry_ns), .fallback = "0",
	 .help = "elastic, fibre: a worker ends after this time without a task, 0 for never"},
	{ROW("queue", TEXT, queue), .choices = queues, .special = "own", .fallback = "own",
	 .value = "NAME", .help = "the queue that tasks go through; not for naive"},
	{ROW("queue_capacity", COUNT, queue_capacity), .low = "0", .high = "4294967296",
	 .fallback = "0", .help = "of a bounded queue, or of a fibre pool's own; 0 for its default"},
	{ROW("wait", CHOICE, wait), .choices_of = pool_waits, .fallback = "own", .value = "HOW",
	 .help = "how workers wait at a queue, or a fibre pool's threads"},
	{ROW("stack", BYTES, stack_bytes), .low = "16K", .high = "1G",
	 .help = "stack of each worker; without it the pool's default, 64K"},
	{ROW("task", CHOICE, task), .choices = tasks, .fallback = "wait", .value = "KIND",
	 .help = "kind of task"},
	{ROW("alloc_bytes", BYTES, alloc_bytes), .low = "1", .high = "1G", .fallback = "4K",
	 .help = "task=alloc: bytes that a task allocates"},
	{ROW("connections", COUNT, resource.connections), .low = "1", .high = "65536",
	 .fallback = "64", .help = "task=connection: limit of connections, idle and in use"},
	{ROW("transport", CHOICE, resource.transport), .choices = transports, .fallback = "unix",
	 .value = "KIND", .help = "task=connection: transport, over the loopback"},
	{ROW("objects", COUNT, resource.objects), .low = "0", .high = "10M", .fallback = "0",
	 .help = "task=object: limit of objects, free and in use, 0 for no limit"},
	{ROW("object_bytes", BYTES, resource.object_bytes), .low = "1", .high = "1G",
	 .fallback = "4K", .help = "task=object: size of an object"},
	{ROW("submitters", COUNT, submitters), .low = "0", .high = "10000", .fallback = "0",
	 .help = "threads of a closed loop: each submits a task, waits for its end, and submits the "
		 "next; 0: the schedule says when"},
	{ROW("overload", CHOICE, overload), .choices_of = pool_overload_names, .fallback = "reject",
	 .value = "POLICY", .help = "what is done with a task that the pool refuses"},
	{ROW("drain", DURATION, drain_ns), .low = "0", .high = "1h", .fallback = "10s",
	 .help = "time after the window for tasks to complete; the rig may lower it"},
	{ROW("waiting", COUNT, policy.waiting), .low = "1", .high = "10M", .fallback = "1000",
	 .help = "overload=drop_oldest: tasks that may wait before the pool"},
	{ROW("autoscale", CHOICE, policy.autoscale), .choices = autoscales, .fallback = "off",
	 .value = "RULE", .help = "rule that changes the pool's capacity, which begins as `size`; "
				  "none: report the need only"},
	{ROW("autoscale_min", COUNT, policy.scale_min), .low = "1", .high = "1M", .fallback = "1",
	 .help = "lowest capacity"},
	{ROW("autoscale_max", COUNT, policy.scale_max), .low = "1", .high = "1M", .fallback = "1000",
	 .help = "highest capacity"},
	{ROW("autoscale_cool_down", DURATION, policy.scale_cool_down_ns), .low = "0", .high = "1h",
	 .fallback = "2s", .help = "time after a change until the capacity may fall"},
	{ROW("autoscale_past", DURATION, policy.scale_past_ns), .low = "0", .high = "10m",
	 .fallback = "0", .help = "length of a past that is assumed, with the load of the schedule's "
				  "first second"},
	{ROW("breaker", BOOL, policy.breaker), .fallback = "false",
	 .help = "a circuit breaker before the pool; the fall-back answers what it refuses"},
	{ROW("breaker_cool_down", DURATION, policy.breaker_cool_down_ns), .low = "0", .high = "1h",
	 .fallback = "5s", .help = "time that it stays open"},
	{ROW("fail_rate", SHARE, policy.fail_rate), .low = "0", .high = "100%", .fallback = "0",
	 .help = "share of the tasks that fail, at their end"},
	{ROW("fail_at", DURATION, policy.fail_at_ns), .low = "0", .high = "1h", .fallback = "0",
	 .help = "when they begin to fail, from the start, warm-up included"},
	{ROW("fail_for", DURATION, policy.fail_for_ns), .low = "0", .high = "1h", .fallback = "0",
	 .help = "for how long they fail, 0: without end"},
	{ROW("degrade_at", DURATION, policy.degrade_at_ns), .low = "0", .high = "1h",
	 .special = "never", .fallback = "never",
	 .help = "when a switch is put on by which the fall-back answers all, from the start, warm-up "
		 "included, to 100 ms"},
	{ROW("degrade_for", DURATION, policy.degrade_for_ns), .low = "0", .high = "1h",
	 .fallback = "0", .help = "for how long the switch stays on, 0: without end"},
	{0},
};
/* clang-format on */

void bench_params_init(struct bench_params *p)
{
	*p = (struct bench_params){0};
	field_defaults(bench_params, p);
}

int bench_params_from_json(struct bench_params *p, const json_t *object, struct error *err)
{
	if (params_set_json(bench_params, p, object, err) < 0)
		return -1;
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
		    err, "autoscale_max \"%llu\": below autoscale_min; give %llu or more",
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
	if (p->prewarm == BENCH_PREWARM_ALL && p->size == 0)
		return error_input(err, "prewarm \"all\": size is not given; give it, or a number");
	if (p->size && p->prewarm != BENCH_PREWARM_ALL && p->prewarm > p->size && !is(p, "naive"))
		return error_input(err,
				   "prewarm \"%llu\": more than size; give at most %llu, "
				   "or all",
				   (unsigned long long)p->prewarm, (unsigned long long)p->size);
	return 0;
}

static int check_queue(const struct bench_params *p, struct error *err)
{
	if (p->queue && !pool_takes_queue(p->pool, p->queue))
		return error_input(err,
				   "queue \"%s\": does not fit the pool \"%s\"; leave it out, "
				   "or use another%s",
				   p->queue, p->pool,
				   is(p, "naive") ? " pool: naive has none" : "");
	if (p->wait != POOL_WAIT_OWN && !p->queue && !is(p, "fibre"))
		return error_input(err, "wait \"%s\": there is no queue to wait at; give queue",
				   pool_waits()[p->wait]);
	if (p->queue_capacity && !p->queue && !is(p, "fibre"))
		return error_input(err,
				   "queue_capacity \"%llu\": the pool's own queue has no bound; "
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
				   "max_waiters \"%llu\": a non-blocking pool has "
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

/* Threads of `spawn` return their caches to a pool of objects that may be closed by then. */
static int check_resource(const struct bench_params *p, struct error *err)
{
	if (p->task != BENCH_TASK_OBJECT || p->overload != BENCH_OVERLOAD_SPAWN)
		return 0;
	return error_input(err, "overload \"spawn\": its threads may outlive the pool of "
				"objects of task: object; use another policy");
}

/* One thread may call policies, the generator's. */
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
			   "submitters \"%llu\": a closed loop goes straight to the pool, without "
			   "%s; leave one of the two out",
			   (unsigned long long)p->submitters, key);
}

int bench_params_check(const struct bench_params *p, struct error *err)
{
	char known[128];

	if (!p->pool)
		return error_input(err, "pool: missing; use %s",
				   text_any_of(pool_kinds(), known, sizeof(known)));
	if (check_size(p, err) < 0 || check_policy(p, err) < 0 || check_queue(p, err) < 0 ||
	    check_resource(p, err) < 0 || check_submitters(p, err) < 0)
		return -1;
	return check_waiting(p, err);
}

unsigned bench_params_prewarm(const struct bench_params *p)
{
	return (unsigned)(p->prewarm == BENCH_PREWARM_ALL ? p->size : p->prewarm);
}
