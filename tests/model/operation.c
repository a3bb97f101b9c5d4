/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a thread does to memory, and the choices it has in it. Of each list of alternatives the
 * first one is what a machine without any reordering would do. */
#include "tests/model/explorer.h"

#include <string.h>

#include "tests/model/hash.h"

static uint64_t cut(uint64_t value, unsigned size)
{
	return size == 8 ? value : value & ((UINT64_C(1) << size * 8) - 1);
}

static void remember(struct explorer *explorer, uint64_t word)
{
	struct model_thread *self = &explorer->threads[explorer->running];

	self->history = hash_mix(self->history, word);
}

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

static int locate(struct explorer *explorer, const struct operation *operation, bool stores)
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
static int oldest(const struct explorer *explorer, int location, memory_order order)
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

static void read_message(struct explorer *explorer, struct event *event, int location, int message,
			 memory_order order)
{
	const struct location *at = &explorer->memory.locations[location];

	event->read = at->messages[message].value;
	event->flags |= EVENT_READ | (message < at->count - 1 ? EVENT_OLD : 0);
	memory_load(&explorer->memory, explorer->running, location, message, order);
	note_read(explorer, location, message);
	remember(explorer, at->messages[message].id);
}

static void write_message(struct explorer *explorer, struct event *event, int location, int after,
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

static bool fits(const struct explorer *explorer, memory_order order, int location, int message,
		 int after)
{
	return order != memory_order_seq_cst ||
	       memory_fits(&explorer->memory, explorer->running, location, message, after);
}

/* It takes its place in S, if it has one. */
static void enter(struct explorer *explorer, memory_order order, int location, int message,
		  int after)
{
	if (order != memory_order_seq_cst)
		return;
	if (!memory_sequence(&explorer->memory, explorer->running, location, message, after))
		explorer_fail(explorer, MODEL_LIMIT, "too many sequentially consistent operations");
	remember(explorer, explorer->memory.fences_sum);
}

static struct event *do_load(struct explorer *explorer, const struct operation *operation)
{
	struct event *event = trace_event(explorer, operation);
	int location = locate(explorer, operation, false);
	int first = oldest(explorer, location, operation->order);
	int messages[MODEL_MESSAGES], count = 0, message;

	for (int i = explorer->memory.locations[location].count - 1; i >= first; i--)
		if (fits(explorer, operation->order, location, i, -1))
			messages[count++] = i;
	message = messages[explorer_choose(explorer, count)];
	enter(explorer, operation->order, location, message, -1);
	read_message(explorer, event, location, message, operation->order);
	return event;
}

static struct event *do_store(struct explorer *explorer, const struct operation *operation)
{
	struct event *event = trace_event(explorer, operation);
	int location = locate(explorer, operation, true);
	int places[MODEL_MESSAGES], count = 0, place;
	int newest = explorer->memory.locations[location].count - 1;

	for (int i = newest; i >= (explorer->model->newest ? newest : 0); i--)
		if (memory_place(&explorer->memory, explorer->running, location, i,
				 operation->order) &&
		    fits(explorer, operation->order, location, -1, i))
			places[count++] = i;
	place = places[explorer_choose(explorer, count)];
	enter(explorer, operation->order, location, -1, place);
	write_message(explorer, event, location, place, operation->operand);
	return event;
}

static uint64_t updated(const struct operation *operation, uint64_t value)
{
	switch (operation->update) {
	case UPDATE_ADD:
		return cut(value + operation->operand, operation->size);
	case UPDATE_SUB:
		return cut(value - operation->operand, operation->size);
	case UPDATE_AND:
		return value & operation->operand;
	case UPDATE_OR:
		return value | operation->operand;
	case UPDATE_XOR:
		return value ^ operation->operand;
	case UPDATE_NAND:
		return cut(~(value & operation->operand), operation->size);
	case UPDATE_EXCHANGE:
		break;
	}
	return operation->operand;
}

static struct event *do_update(struct explorer *explorer, const struct operation *operation)
{
	struct event *event = trace_event(explorer, operation);
	int location = locate(explorer, operation, true);
	int first = oldest(explorer, location, operation->order);
	int sources[MODEL_MESSAGES], count = 0, source;

	for (int i = explorer->memory.locations[location].count - 1; i >= first; i--)
		if (memory_free(&explorer->memory, location, i) &&
		    fits(explorer, operation->order, location, i, i))
			sources[count++] = i;
	source = sources[explorer_choose(explorer, count)];
	enter(explorer, operation->order, location, source, source);
	read_message(explorer, event, location, source, operation->order);
	write_message(explorer, event, location, source, updated(operation, event->read));
	return event;
}

/* Whether it may read this message, and store where it is the expected one. */
static bool comparable(const struct explorer *explorer, const struct operation *operation,
		       int location, int message)
{
	if (explorer->memory.locations[location].messages[message].value != operation->expected)
		return message >= oldest(explorer, location, operation->failure) &&
		       fits(explorer, operation->failure, location, message, -1);
	return message >= oldest(explorer, location, operation->order) &&
	       memory_free(&explorer->memory, location, message) &&
	       fits(explorer, operation->order, location, message, message);
}

/* A compare-exchange reads what is expected and stores, or reads something else; a weak one may
 * also read what is expected, and not store. */
static struct event *do_compare(struct explorer *explorer, const struct operation *operation)
{
	struct event *event = trace_event(explorer, operation);
	struct model_thread *self = &explorer->threads[explorer->running];
	int location = locate(explorer, operation, true);
	const struct location *at = &explorer->memory.locations[location];
	int sources[EXPLORER_ALTERNATIVES], count = 0, taken, source, newest = at->count - 1;
	bool equal = at->messages[newest].value == operation->expected;

	for (int i = newest; i >= 0; i--)
		if (comparable(explorer, operation, location, i))
			sources[count++] = i;
	if (operation->weak && equal && !self->spurious && explorer->running)
		sources[count++] = newest;
	taken = explorer_choose(explorer, count);
	source = sources[taken];
	equal = at->messages[source].value == operation->expected;
	if (equal && taken && source == newest) {
		self->spurious = true;
		equal = false;
	}
	if (!equal)
		event->order = operation->failure;
	enter(explorer, event->order, location, source, equal ? source : -1);
	read_message(explorer, event, location, source, event->order);
	remember(explorer, equal);
	if (equal)
		write_message(explorer, event, location, source, operation->operand);
	return event;
}

struct event *operation_do(struct explorer *explorer, const struct operation *operation)
{
	struct event *event;

	switch (operation->kind) {
	case OPERATION_LOAD:
		event = do_load(explorer, operation);
		break;
	case OPERATION_STORE:
		event = do_store(explorer, operation);
		break;
	case OPERATION_UPDATE:
		event = do_update(explorer, operation);
		break;
	case OPERATION_COMPARE:
		event = do_compare(explorer, operation);
		break;
	default:
		event = trace_event(explorer, operation);
		if (!memory_fence(&explorer->memory, explorer->running, operation->order))
			explorer_fail(explorer, MODEL_LIMIT, "too many fences");
		if (operation->order == memory_order_seq_cst)
			remember(explorer, explorer->memory.sequence_sum ^
					       memory_fences_hash(&explorer->memory));
	}
	remember(explorer, (uint64_t)operation->kind << 56 ^ operation->address);
	memory_step(&explorer->memory, explorer->running);
	return event;
}

void operation_plain(struct explorer *explorer, enum plain_kind kind, uintptr_t address,
		     uint64_t size, const void *caller)
{
	check_access(explorer, kind, address, size, caller);
	if (kind == PLAIN_STORE)
		memory_rewrite(&explorer->memory, address, size);
}
