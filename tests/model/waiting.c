/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a thread waits: in the kernel for a futex, or spinning until something changes. */
#include <string.h>

#include "tests/model/explorer.h"
#include "tests/model/hash.h"

static void remember(struct model_thread *thread, uint64_t word)
{
	thread->history = hash_mix(thread->history, word);
}

static bool news(const struct explorer *explorer, const struct model_thread *thread)
{
	for (int i = 0; i < thread->reads_count; i++) {
		const struct location *at = &explorer->memory.locations[thread->reads[i].location];

		if (at->messages[at->count - 1].id != thread->reads[i].id)
			return true;
	}
	return false;
}

bool waiting_ready(const struct explorer *explorer, const struct model_thread *thread)
{
	if (thread->status == THREAD_ASLEEP)
		return thread->woken || (thread->pending.timed && !thread->timed_out);
	return thread->status == THREAD_READY &&
	       (thread->pending.kind != OPERATION_RELAX || news(explorer, thread));
}

bool waiting_sleep(struct explorer *explorer, const struct operation *operation)
{
	struct model_thread *self = &explorer->threads[explorer->running];
	struct event *event;
	int location;

	if (!explorer->running)
		explorer_fail(explorer, MODEL_DEADLOCK, "a wait with nobody who could end it");
	explorer_turn(explorer, operation);
	event = trace_event(explorer, operation);
	if (!heap_valid(&explorer->heap, operation->address, operation->size))
		explorer_fail(explorer, MODEL_HEAP, "a futex that has been freed");
	location = memory_locate(&explorer->memory, operation->address, operation->size);
	if (location < 0)
		explorer_fail(explorer, MODEL_LIMIT, "too many locations");
	event->read = explorer->memory.locations[location]
			  .messages[explorer->memory.locations[location].count - 1]
			  .value;
	event->flags |= EVENT_READ;
	memory_step(&explorer->memory, explorer->running);
	if (event->read != operation->expected) {
		remember(self, operation->address ^ event->read);
		return true;
	}
	event->flags |= EVENT_SLEEPS;
	remember(self, operation->address);
	self->status = THREAD_ASLEEP;
	self->woken = false;
	coroutine_suspend(&self->coroutine);
	self->status = THREAD_READY;
	self->timed_out |= !self->woken;
	remember(self, self->woken);
	memory_step(&explorer->memory, explorer->running);
	trace_event(explorer, operation)->flags |= self->woken ? EVENT_WOKEN : EVENT_TIMED_OUT;
	return self->woken;
}

void waiting_wake(struct explorer *explorer, const struct operation *operation)
{
	explorer_turn(explorer, operation);
	trace_event(explorer, operation);
	remember(&explorer->threads[explorer->running], ~operation->address);
	for (uint64_t i = 0; i < operation->operand; i++) {
		struct model_thread *asleep[MODEL_THREADS];
		int count = 0;

		for (int j = 0; j < MODEL_THREADS; j++) {
			struct model_thread *thread = &explorer->threads[j];

			if (thread->status == THREAD_ASLEEP && !thread->woken &&
			    thread->pending.address == operation->address)
				asleep[count++] = thread;
		}
		if (!count)
			break;
		asleep[0] = asleep[explorer_choose(explorer, count)];
		asleep[0]->woken = true;
		remember(asleep[0], 1);
	}
	memory_step(&explorer->memory, explorer->running);
}

/* Everything that was read since the last time was read before it, too. */
static bool nothing_new(const struct model_thread *thread)
{
	for (int i = 0; i < thread->reads_count; i++) {
		int j = 0;

		while (j < thread->before_count &&
		       (thread->before[j].location != thread->reads[i].location ||
			thread->before[j].id != thread->reads[i].id))
			j++;
		if (j == thread->before_count)
			return false;
	}
	return true;
}

void waiting_relax(struct explorer *explorer, const struct operation *operation)
{
	struct model_thread *self = &explorer->threads[explorer->running];
	bool same = nothing_new(self);

	if (same && self->renewed && !explorer->running)
		explorer_fail(explorer, MODEL_DEADLOCK, "T0 spins, and there is no other thread");
	/* There was something newer, and it did not read it: one turn more than in another
	 * execution. */
	if (same && self->renewed)
		explorer_give_up(explorer, EXPLORER_KNOWN);
	if (!same)
		self->idle = 0;
	self->renewed = false;
	if (self->idle < explorer->model->relaxes) {
		self->idle++;
	} else {
		explorer_turn(explorer, operation);
		self->renewed = true;
	}
	remember(self, operation->kind);
	memcpy(self->before, self->reads, sizeof(self->before));
	self->before_count = self->reads_count;
	self->reads_count = 0;
}
