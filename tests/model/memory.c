/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model/memory.h"

#include <string.h>

#include "tests/model/hash.h"

static bool acquires(memory_order order)
{
	return order == memory_order_acquire || order == memory_order_consume ||
	       order == memory_order_acq_rel || order == memory_order_seq_cst;
}

static bool releases(memory_order order)
{
	return order == memory_order_release || order == memory_order_acq_rel ||
	       order == memory_order_seq_cst;
}

void memory_init(struct memory *memory)
{
	memory->count = memory->sequence.count = 0;
	memory->sequence_sum = memory->fences_sum = 0;
	memset(memory->index, 0, sizeof(memory->index));
	memset(memory->threads, 0, sizeof(memory->threads));
	memset(&memory->fences, 0, sizeof(memory->fences));
	memset(memory->sequential, 0, sizeof(memory->sequential));
	for (int i = 0; i < MODEL_THREADS; i++)
		memory->threads[i].now.clock[i] = memory->threads[i].acquired.clock[i] = 1;
}

/* The timestamp that this thread must not go behind. */
static uint32_t bound(const struct memory *memory, int thread, int location, memory_order order)
{
	uint32_t time = memory->threads[thread].now.seen[location];

	if (order == memory_order_seq_cst && time < memory->fences.seen[location])
		time = memory->fences.seen[location];
	return time;
}

int memory_oldest(const struct memory *memory, int thread, int location, memory_order order)
{
	const struct location *at = &memory->locations[location];
	uint32_t time = bound(memory, thread, location, order);
	int i = at->count - 1;

	while (i > 0 && at->messages[i - 1].time >= time)
		i--;
	return i;
}

bool memory_free(const struct memory *memory, int location, int message)
{
	const struct location *at = &memory->locations[location];

	return message == at->count - 1 ||
	       at->messages[message + 1].time != at->messages[message].time + 1;
}

bool memory_place(const struct memory *memory, int thread, int location, int message,
		  memory_order order)
{
	const struct location *at = &memory->locations[location];

	return message == at->count - 1 ||
	       (memory_free(memory, location, message) &&
		at->messages[message + 1].time > bound(memory, thread, location, order));
}

void memory_load(struct memory *memory, int thread, int location, int message, memory_order order)
{
	struct memory_thread *self = &memory->threads[thread];
	const struct message *read = &memory->locations[location].messages[message];

	if (self->now.seen[location] < read->time)
		self->now.seen[location] = read->time;
	if (self->acquired.seen[location] < read->time)
		self->acquired.seen[location] = read->time;
	view_join(&self->acquired, &read->released);
	if (acquires(order))
		view_join(&self->now, &read->released);
}

/* The timestamp right behind a message; that one's own where there is no room. */
static uint32_t time_behind(const struct location *at, int after, bool update)
{
	uint32_t time = at->messages[after].time;
	uint32_t gap =
	    after < at->count - 1 ? (at->messages[after + 1].time - time) / 2 : MODEL_GAP;

	if (gap < 2)
		return time; /* plus one is what reads and stores at once */
	return time + (update ? 1 : gap);
}

static struct sequence_event sequence_event(const struct memory *memory, int thread, int location,
					    int message, int after)
{
	const struct location *at = &memory->locations[location];
	struct sequence_event event = {.thread = thread,
				       .location = location,
				       .clock = memory->threads[thread].now.clock[thread]};

	if (message >= 0)
		event.read = at->messages[message].time;
	if (after >= 0)
		event.stored = time_behind(at, after, message >= 0);
	return event;
}

bool memory_fits(const struct memory *memory, int thread, int location, int message, int after)
{
	struct sequence_event event = sequence_event(memory, thread, location, message, after);

	return !thread || sequence_fits(&memory->sequence, &memory->threads[thread].now, &event);
}

static bool enter(struct memory *memory, const struct sequence_event *event)
{
	const struct memory_thread *self = &memory->threads[event->thread];
	uint64_t hash = hash_mix(event->thread, self->operations);

	memory->sequence_sum += hash;
	if (event->location < 0)
		memory->fences_sum += hash;
	/* Thread 0 is alone: it happens before or after all others. */
	return !event->thread || sequence_add(&memory->sequence, &self->now, event);
}

bool memory_sequence(struct memory *memory, int thread, int location, int message, int after)
{
	struct sequence_event event = sequence_event(memory, thread, location, message, after);

	return enter(memory, &event);
}

int memory_store(struct memory *memory, int thread, int location, int after, bool update,
		 uint64_t value, memory_order order)
{
	struct memory_thread *self = &memory->threads[thread];
	struct location *at = &memory->locations[location];
	struct message *source = &at->messages[after], *message = source + 1;
	uint32_t time = time_behind(at, after, update);

	if (at->count == MODEL_MESSAGES || time == source->time)
		return -1;
	memmove(message + 1, message, (at->count - 1 - after) * sizeof(*message));
	at->count++;
	self->now.seen[location] = self->acquired.seen[location] = time;
	message->value = value;
	message->id = (uint64_t)(thread + 1) << 32 | self->operations;
	message->time = time;
	message->released = releases(order) ? self->now : self->fenced;
	message->released.seen[location] = time;
	if (update)
		view_join(&message->released, &source->released);
	if (order == memory_order_seq_cst && memory->sequential[location] < time)
		memory->sequential[location] = time;
	memory_order_hash(at);
	return after + 1;
}

bool memory_fence(struct memory *memory, int thread, memory_order order)
{
	struct memory_thread *self = &memory->threads[thread];
	struct sequence_event event = {
	    .thread = thread, .location = -1, .clock = self->now.clock[thread]};

	if (order == memory_order_seq_cst && !enter(memory, &event))
		return false;
	if (acquires(order))
		self->now = self->acquired;
	if (order == memory_order_seq_cst) {
		for (int i = 0; i < memory->count; i++)
			if (memory->fences.seen[i] < memory->sequential[i])
				memory->fences.seen[i] = memory->sequential[i];
		view_join_seen(&self->now, &memory->fences);
		view_join_seen(&memory->fences, &self->now);
		self->acquired = self->now;
	}
	if (releases(order))
		self->fenced = self->now;
	return true;
}

void memory_step(struct memory *memory, int thread)
{
	struct memory_thread *self = &memory->threads[thread];

	self->operations++;
	self->acquired.clock[thread] = ++self->now.clock[thread];
}

void memory_fork(struct memory *memory, int parent, int thread)
{
	view_join(&memory->threads[thread].now, &memory->threads[parent].now);
	view_join(&memory->threads[thread].acquired, &memory->threads[parent].now);
	memory_step(memory, parent);
}

void memory_join(struct memory *memory, int parent, int thread)
{
	struct view *now = &memory->threads[parent].now;

	view_join(now, &memory->threads[thread].now);
	for (int i = 0; i < memory->count; i++)
		now->seen[i] = memory->locations[i].messages[memory->locations[i].count - 1].time;
	memory->threads[parent].acquired = *now;
}

/* Which message it is, told so that it does not depend on when it was placed. */
static uint64_t id_at(const struct location *location, uint32_t time)
{
	for (int i = location->count - 1; i >= 0; i--)
		if (location->messages[i].time <= time)
			return location->messages[i].id + 1;
	return 0;
}

uint64_t memory_fences_hash(const struct memory *memory)
{
	uint64_t sum = 0;

	for (int i = 0; i < memory->count; i++)
		sum += hash_mix(memory->locations[i].address,
				id_at(&memory->locations[i], memory->fences.seen[i]));
	return sum;
}

uint64_t memory_hash(const struct memory *memory)
{
	uint64_t sum = 0;

	for (int i = 0; i < memory->count; i++)
		sum += hash_mix(memory->locations[i].order,
				id_at(&memory->locations[i], memory->sequential[i]));
	return hash_mix(sum, memory_fences_hash(memory));
}
