/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/queuebench/params.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/own.h"
#include "base/units.h"

static const char *const waits[] = {
    [POOL_QUEUE_EVENTCOUNT] = "eventcount",
    [POOL_QUEUE_SPIN_FUTEX] = "spin-futex",
    [POOL_QUEUE_SPIN] = "spin",
};

static const struct count {
	const char *key;
	size_t offset;
	uint64_t min, max, preset;
	const char *help;
} counts[] = {
    {"producers", offsetof(struct queuebench_params, producers), 1, QUEUEBENCH_THREADS_MAX, 1,
     "threads that put, on the load cores"},
    {"consumers", offsetof(struct queuebench_params, consumers), 1, QUEUEBENCH_THREADS_MAX, 1,
     "threads that get, on the work cores"},
    {"capacity", offsetof(struct queuebench_params, capacity), 0, UINT64_C(1) << 30, 1024,
     "of a bounded queue, in items"},
    {"backlog", offsetof(struct queuebench_params, backlog), 1, UINT64_C(1) << 30, 65536,
     "of an unbounded queue: producers pause where it holds more items"},
};

static const struct pool_queue_traits *find(const char *queue)
{
	const struct pool_queue_traits *const *kind = pool_queue_kinds();

	while (*kind && strcmp((*kind)->name, queue) != 0)
		kind++;
	return *kind;
}

static const char *known(char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (const struct pool_queue_traits *const *kind = pool_queue_kinds(); *kind && used < size;
	     kind++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
					 (*kind)->name);
	return buf;
}

static int set_queue(struct queuebench_params *p, const char *text, struct error *err)
{
	char names[256];

	if (!find(text))
		return error_input(err, "queue: \"%s\": unknown; use one of %s", text,
				   known(names, sizeof(names)));
	snprintf(p->queue, sizeof(p->queue), "%s", text);
	return 0;
}

static int set_wait(struct queuebench_params *p, const char *text, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		if (strcmp(waits[i], text) != 0)
			continue;
		p->wait = (enum pool_queue_wait)i;
		return 0;
	}
	return error_input(err, "wait: \"%s\": unknown; use eventcount, spin-futex or spin", text);
}

static int set_count(struct queuebench_params *p, const struct count *row, const char *text,
		     struct error *err)
{
	uint64_t value;

	if (units_count(text, &value, err) < 0)
		return error_wrap(err, "%s", row->key);
	if (value < row->min || value > row->max)
		return error_input(err, "%s: \"%s\": out of range; use %" PRIu64 " to %" PRIu64,
				   row->key, text, row->min, row->max);
	*(uint64_t *)((char *)p + row->offset) = value;
	return 0;
}

static int set(struct queuebench_params *p, const char *key, const char *text, struct error *err)
{
	if (strcmp(key, "queue") == 0)
		return set_queue(p, text, err);
	if (strcmp(key, "wait") == 0)
		return set_wait(p, text, err);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		if (strcmp(key, counts[i].key) == 0)
			return set_count(p, &counts[i], text, err);
	return error_input(err,
			   "%s: unknown parameter; known are queue, wait, producers, consumers, "
			   "capacity and backlog",
			   key);
}

/* What can only be judged when all are known. */
static int check(const struct queuebench_params *p, struct error *err)
{
	char names[256];
	const struct pool_queue_traits *traits;

	if (!p->queue[0])
		return error_input(err, "queue: missing; use one of %s",
				   known(names, sizeof(names)));
	traits = find(p->queue);
	if (p->producers > 1 && !traits->many_producers)
		return error_input(err, "producers: \"%" PRIu64 "\": the queue %s takes one; set 1",
				   p->producers, p->queue);
	if (p->consumers > 1 && !traits->many_consumers)
		return error_input(err, "consumers: \"%" PRIu64 "\": the queue %s takes one; set 1",
				   p->consumers, p->queue);
	return 0;
}

int queuebench_params_parse(struct queuebench_params *p, const json_t *object, struct error *err)
{
	const char *key;
	json_t *value;

	*p = (struct queuebench_params){.wait = POOL_QUEUE_SPIN_FUTEX};
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		*(uint64_t *)((char *)p + counts[i].offset) = counts[i].preset;
	/* jansson's macro drops the const; nothing is written. */
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		char number[32];
		const char *text = json_string_value(value);

		if (json_is_integer(value)) {
			snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
				 json_integer_value(value));
			text = number;
		}
		if (!text)
			return error_input(err, "%s: not a text or a whole number", key);
		if (set(p, key, text, err) < 0)
			return -1;
	}
	return check(p, err);
}

void queuebench_params_help(FILE *to)
{
	char names[256];

	fprintf(to, "  queue=KIND       %s; required\n", known(names, sizeof(names)));
	fprintf(to, "  wait=HOW         eventcount, spin-futex or spin (spin-futex)\n");
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		fprintf(to, "  %-9s=N      %s (%" PRIu64 ")\n", counts[i].key, counts[i].help,
			counts[i].preset);
}
