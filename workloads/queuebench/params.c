/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/queuebench/params.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/params.h"
#include "base/text.h"

static const char *const waits[] = {
    [POOL_QUEUE_EVENTCOUNT] = "eventcount",
    [POOL_QUEUE_SPIN_FUTEX] = "spin-futex",
    [POOL_QUEUE_SPIN] = "spin",
    NULL,
};
/* pool_queue_kinds(); a test compares them. */
static const char *const queues[] = {"mutex", "rendezvous", "spsc",  "mpmc", "channel",
				     "list",  "priority",   "deque", NULL};

#define ROW(key, kind, member)                                                                     \
	.name = key, .type = FIELD_##kind, .offset = offsetof(struct queuebench_params, member)

/* clang-format off */
const struct field queuebench_params[] = {
	{ROW("queue", TEXT, queue), .choices = queues, .required = true, .value = "KIND",
	 .help = "kind of queue"},
	{ROW("wait", CHOICE, wait), .choices = waits, .fallback = "spin-futex", .value = "HOW",
	 .help = "how threads wait at it"},
	{ROW("producers", COUNT, producers), .low = "1", .high = "256", .fallback = "1",
	 .help = "threads that put, on the load cores"},
	{ROW("consumers", COUNT, consumers), .low = "1", .high = "256", .fallback = "1",
	 .help = "threads that get, on the work cores"},
	{ROW("capacity", COUNT, capacity), .low = "0", .high = "1073741824", .fallback = "1024",
	 .help = "of a bounded queue, in items"},
	{ROW("backlog", COUNT, backlog), .low = "1", .high = "1073741824", .fallback = "65536",
	 .help = "of an unbounded queue: producers pause where it holds more items"},
	{0},
};
/* clang-format on */

static const struct pool_queue_traits *traits_of(const char *queue)
{
	const struct pool_queue_traits *const *kind = pool_queue_kinds();

	while (*kind && strcmp((*kind)->name, queue) != 0)
		kind++;
	return *kind;
}

/* What can only be judged when all are known. */
static int check(const struct queuebench_params *p, struct error *err)
{
	const struct pool_queue_traits *traits;
	char names[256];

	if (!p->queue)
		return error_input(err, "queue: missing; use %s",
				   text_any_of(queues, names, sizeof(names)));
	traits = traits_of(p->queue);
	if (p->producers > 1 && !traits->many_producers)
		return error_input(err, "producers \"%" PRIu64 "\": the queue %s takes one; set 1",
				   p->producers, p->queue);
	if (p->consumers > 1 && !traits->many_consumers)
		return error_input(err, "consumers \"%" PRIu64 "\": the queue %s takes one; set 1",
				   p->consumers, p->queue);
	return 0;
}

int queuebench_params_parse(struct queuebench_params *p, const json_t *object, struct error *err)
{
	*p = (struct queuebench_params){0};
	field_defaults(queuebench_params, p);
	if (params_set_json(queuebench_params, p, object, err) < 0)
		return -1;
	return check(p, err);
}
