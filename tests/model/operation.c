/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a thread does to memory, and the choices it has in it. Of each list of alternatives the
 * first one is what a machine without any reordering would do. */
#include "tests/model/explorer.h"

static uint64_t cut(uint64_t value, unsigned size)
{
	return size == 8 ? value : value & ((UINT64_C(1) << size * 8) - 1);
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
	explorer_remember(explorer, explorer->memory.fences_sum);
}

static struct event *do_load(struct explorer *explorer, const struct operation *operation)
{
	struct event *event = trace_event(explorer, operation);
	int location = access_locate(explorer, operation, false);
	int first = access_oldest(explorer, location, operation->order);
	int messages[MODEL_MESSAGES], count = 0, message;

	for (int i = explorer->memory.locations[location].count - 1; i >= first; i--)
		if (fits(explorer, operation->order, location, i, -1))
			messages[count++] = i;
	message = messages[explorer_choose(explorer, count)];
	enter(explorer, operation->order, location, message, -1);
	access_read(explorer, event, location, message, operation->order);
	return event;
}

static struct event *do_store(struct explorer *explorer, const struct operation *operation)
{
	struct event *event = trace_event(explorer, operation);
	int location = access_locate(explorer, operation, true);
	int places[MODEL_MESSAGES], count = 0, place;
	int newest = explorer->memory.locations[location].count - 1;

	for (int i = newest; i >= (explorer->model->newest ? newest : 0); i--)
		if (memory_place(&explorer->memory, explorer->running, location, i,
				 operation->order) &&
		    fits(explorer, operation->order, location, -1, i))
			places[count++] = i;
	place = places[explorer_choose(explorer, count)];
	enter(explorer, operation->order, location, -1, place);
	access_write(explorer, event, location, place, operation->operand);
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
	int location = access_locate(explorer, operation, true);
	int first = access_oldest(explorer, location, operation->order);
	int sources[MODEL_MESSAGES], count = 0, source;

	for (int i = explorer->memory.locations[location].count - 1; i >= first; i--)
		if (memory_free(&explorer->memory, location, i) &&
		    fits(explorer, operation->order, location, i, i))
			sources[count++] = i;
	source = sources[explorer_choose(explorer, count)];
	enter(explorer, operation->order, location, source, source);
	access_read(explorer, event, location, source, operation->order);
	access_write(explorer, event, location, source, updated(operation, event->read));
	return event;
}

/* Whether it may read this message, and store where it is the expected one. */
static bool comparable(const struct explorer *explorer, const struct operation *operation,
		       int location, int message)
{
	if (explorer->memory.locations[location].messages[message].value != operation->expected)
		return message >= access_oldest(explorer, location, operation->failure) &&
		       fits(explorer, operation->failure, location, message, -1);
	return message >= access_oldest(explorer, location, operation->order) &&
	       memory_free(&explorer->memory, location, message) &&
	       fits(explorer, operation->order, location, message, message);
}

/* A compare-exchange reads what is expected and stores, or reads something else; a weak one may
 * also read what is expected, and not store. */
static struct event *do_compare(struct explorer *explorer, const struct operation *operation)
{
	struct event *event = trace_event(explorer, operation);
	struct model_thread *self = &explorer->threads[explorer->running];
	int location = access_locate(explorer, operation, true);
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
	access_read(explorer, event, location, source, event->order);
	explorer_remember(explorer, equal);
	if (equal)
		access_write(explorer, event, location, source, operation->operand);
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
			explorer_remember(explorer, explorer->memory.sequence_sum ^
							memory_fences_hash(&explorer->memory));
	}
	explorer_remember(explorer, (uint64_t)operation->kind << 56 ^ operation->address);
	memory_step(&explorer->memory, explorer->running);
	return event;
}
