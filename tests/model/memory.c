/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model/memory.h"

#include <string.h>

#include "tests/model/hash.h"

enum { GAP = 1 << 20, INDEX = MODEL_LOCATIONS * 4 };

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

static unsigned index_of(const struct memory *memory, uintptr_t address)
{
	unsigned i = hash_mix(0, address) % INDEX;

	while (memory->index[i] && memory->locations[memory->index[i] - 1].address != address)
		i = (i + 1) % INDEX;
	return i;
}

void memory_rewrite(struct memory *memory, uintptr_t address, uint64_t size)
{
	for (uintptr_t at = address; at < address + size; at++) {
		int number = memory->index[index_of(memory, at)];

		if (number)
			memory->locations[number - 1].written = true;
	}
}

static uint64_t real_value(uintptr_t address, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, (const void *)address, size); /* little endian, as all that we run on */
	return value;
}

static void order_hash(struct location *location)
{
	location->order = location->address;
	for (int i = 0; i < location->count; i++)
		location->order = hash_mix(location->order, location->messages[i].id);
}

static struct message *append(struct location *location, uint64_t value, uint64_t id)
{
	struct message *message = &location->messages[location->count];

	memset(message, 0, sizeof(*message));
	message->value = value;
	message->id = id;
	message->time = location->count ? message[-1].time + GAP : GAP;
	location->count++;
	order_hash(location);
	return message;
}

/* A plain store has written there. It is no race, so whoever comes now comes after it. */
static int rewritten(struct memory *memory, int number)
{
	struct location *location = &memory->locations[number];
	struct message *message;

	if (location->count == MODEL_MESSAGES)
		return -1;
	message = append(location, real_value(location->address, location->size),
			 (uint64_t)location->count << 56);
	message->released.seen[number] = message->time;
	for (int i = 0; i < MODEL_THREADS; i++) {
		memory->threads[i].now.seen[number] = message->time;
		memory->threads[i].acquired.seen[number] = message->time;
	}
	location->written = false;
	return number;
}

int memory_locate(struct memory *memory, uintptr_t address, unsigned size)
{
	unsigned i = index_of(memory, address);
	struct location *location;

	if (memory->index[i]) {
		int number = memory->index[i] - 1;

		return memory->locations[number].written ? rewritten(memory, number) : number;
	}
	if (memory->count == MODEL_LOCATIONS)
		return -1;
	location = &memory->locations[memory->count++];
	memory->index[i] = memory->count;
	location->address = address;
	location->size = size;
	location->written = false;
	location->count = 0;
	append(location, real_value(address, size), 0);
	return memory->count - 1;
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
	uint32_t gap = after < at->count - 1 ? (at->messages[after + 1].time - time) / 2 : GAP;

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
	order_hash(at);
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
