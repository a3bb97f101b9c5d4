/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single accesses to memory: whether they are allowed, what they leave behind. */
#include <string.h>

#include "tests/model/explorer.h"

/* Fails where the access is no good one. */
static void check_access(struct explorer *explorer, enum plain_kind kind, uintptr_t address,
			 uint64_t size, const void *caller)
{
	static const enum operation_kind kinds[] = {OPERATION_PLAIN_LOAD, OPERATION_PLAIN_STORE,
						    OPERATION_LOAD, OPERATION_STORE};
	int thread = explorer->running;
	struct plain_access access = {.thread = (uint8_t)thread, .kind = kind, .caller = caller};
	struct plain_access other;
	struct operation told = {.kind = kinds[kind], .address = address, .caller = caller};
	enum plain_verdict verdict = PLAIN_FINE;
	bool valid = heap_valid(&explorer->heap, address, size);
	char name[64];

	if (valid)
		verdict = plain_access(&explorer->plain, &explorer->memory.threads[thread].now,
				       access, address, size, &other);
	if (valid && verdict == PLAIN_FINE)
		return;
	if (verdict == PLAIN_FULL)
		explorer_fail(explorer, MODEL_LIMIT, "too many plain objects");
	if (kind < ATOMIC_LOAD)
		trace_event(explorer, &told);
	trace_name(explorer, address, name, sizeof(name));
	if (!valid)
		explorer_fail(explorer, MODEL_HEAP, "T%d at %s, which is no part of a living block",
			      thread, name);
	told.kind = kinds[other.kind];
	told.caller = other.caller;
	trace_event(explorer, &told)->thread = other.thread;
	explorer_fail(explorer, MODEL_RACE, "race: T%d %s %s, and T%d %s it: neither is first",
		      thread, kind % 2 ? "writes" : "reads", name, other.thread,
		      other.kind % 2 ? "writes" : "reads");
}

int access_locate(struct explorer *explorer, const struct operation *operation, bool stores)
{
	int location;

	check_access(explorer, stores ? ATOMIC_STORE : ATOMIC_LOAD, operation->address,
		     operation->size, operation->caller);
	location = memory_locate(&explorer->memory, operation->address, operation->size);
	if (location < 0)
		explorer_fail(explorer, MODEL_LIMIT, "too many locations or messages");
	return location;
}

/* The oldest message the thread may read, less what it has read too often already. */
int access_oldest(const struct explorer *explorer, int location, memory_order order)
{
	const struct model_thread *self = &explorer->threads[explorer->running];
	const struct location *at = &explorer->memory.locations[location];
	int first = memory_oldest(&explorer->memory, explorer->running, location, order);

	if (explorer->model->newest)
		return at->count - 1;
	if (first < at->count - 1 && at->messages[first].id == self->stale[location].id &&
	    self->stale[location].times >= MODEL_STALE)
		first++;
	return first;
}

static void note_read(struct explorer *explorer, int location, int message)
{
	struct model_thread *self = &explorer->threads[explorer->running];
	const struct location *at = &explorer->memory.locations[location];
	uint64_t id = at->messages[message].id;
	int i = 0;

	if (message == at->count - 1)
		self->stale[location].times = 0;
	else if (self->stale[location].id == id && self->stale[location].times)
		self->stale[location].times++;
	else
		self->stale[location].times = 1;
	self->stale[location].id = id;
	while (i < self->reads_count && self->reads[i].location != location)
		i++;
	if (i == self->reads_count)
		self->reads_count++;
	self->reads[i] = (struct thread_read){location, id};
}

void access_read(struct explorer *explorer, struct event *event, int location, int message,
		 memory_order order)
{
	const struct location *at = &explorer->memory.locations[location];

	event->read = at->messages[message].value;
	event->flags |= EVENT_READ | (message < at->count - 1 ? EVENT_OLD : 0);
	memory_load(&explorer->memory, explorer->running, location, message, order);
	note_read(explorer, location, message);
	explorer_remember(explorer, at->messages[message].id);
}

void access_write(struct explorer *explorer, struct event *event, int location, int after,
		  uint64_t value)
{
	const struct location *at = &explorer->memory.locations[location];
	int message = memory_store(&explorer->memory, explorer->running, location, after,
				   event->kind != OPERATION_STORE, value, event->order);

	if (message < 0)
		explorer_fail(explorer, MODEL_LIMIT, "too many messages");
	event->written = value;
	event->flags |= EVENT_WRITTEN | (message < at->count - 1 ? EVENT_BEHIND : 0);
	if (message == at->count - 1)
		memcpy((void *)at->address, &value, at->size);
}

void operation_plain(struct explorer *explorer, enum plain_kind kind, uintptr_t address,
		     uint64_t size, const void *caller)
{
	check_access(explorer, kind, address, size, caller);
	if (kind == PLAIN_STORE)
		memory_rewrite(&explorer->memory, address, size);
}
