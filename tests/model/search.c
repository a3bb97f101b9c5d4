/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search: run the program again and again, each time with other decisions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/explorer.h"
#include "tests/model/hash.h"

struct explorer *explorer_current;

void explorer_remember(struct explorer *explorer, uint64_t word)
{
	struct model_thread *self = &explorer->threads[explorer->running];

	self->history = hash_mix(self->history, word);
}

int explorer_choose(struct explorer *explorer, int of)
{
	int taken;

	if (explorer->running == 0) /* alone: what it can read is the newest */
		return 0;
	taken = choices_next(&explorer->choices, of);
	if (taken < 0)
		explorer_fail(explorer, MODEL_LIMIT, "too many choices");
	return taken;
}

/* Whether it makes no difference to others when the thread does this: it goes to memory that they
 * do not know of, or is a fence that changes nothing but the thread's own views. A store elsewhere
 * may tell them. */
static bool is_private(struct model_thread *self, const struct operation *operation)
{
	if (operation->kind <= OPERATION_COMPARE &&
	    operation->address - self->fresh < self->fresh_size)
		return true;
	if (operation->kind != OPERATION_LOAD)
		self->fresh_size = 0;
	return operation->kind == OPERATION_FENCE && operation->order != memory_order_seq_cst;
}

void explorer_turn(struct explorer *explorer, const struct operation *operation)
{
	struct model_thread *self = &explorer->threads[explorer->running];

	if (is_private(self, operation) || !explorer->running)
		return;
	self->pending = *operation;
	coroutine_suspend(&self->coroutine);
}

/* The bodies: of a thread, and of what comes before and after all of them. */
static void thread_body(void *arg)
{
	struct explorer *explorer = arg;
	struct model_thread *self = &explorer->threads[explorer->running];

	explorer->model->threads[explorer->running - 1](explorer->model->state);
	self->status = THREAD_ENDED;
	coroutine_suspend(&self->coroutine);
}

static void prepare_body(void *arg)
{
	struct explorer *explorer = arg;

	if (explorer->model->prepare)
		explorer->model->prepare(explorer->model->state);
	coroutine_suspend(&explorer->threads[0].coroutine);
}

static void finish_body(void *arg)
{
	struct explorer *explorer = arg;

	if (explorer->model->finish)
		explorer->model->finish(explorer->model->state);
	if (explorer->heap.live)
		explorer_fail(explorer, MODEL_HEAP, "%d blocks are not freed in the end",
			      explorer->heap.live);
	coroutine_suspend(&explorer->threads[0].coroutine);
}

static void reset(struct explorer *explorer)
{
	memset(explorer->model->state, 0, explorer->model->state_size);
	memory_init(&explorer->memory);
	plain_reset(&explorer->plain);
	heap_reset(&explorer->heap);
	explorer->running = 0;
	explorer->end = EXPLORER_RUNS;
	explorer->events_count = explorer->preemptions = 0;
	for (int i = 0; i < MODEL_THREADS; i++) {
		struct model_thread *thread = &explorer->threads[i];
		size_t from = offsetof(struct model_thread, status);

		memset((char *)thread + from, 0, sizeof(*thread) - from);
		thread->status = THREAD_ENDED;
	}
}

static void start(struct explorer *explorer)
{
	coroutine_begin(&explorer->threads[0].coroutine, prepare_body, explorer);
	for (int i = 1; i < MODEL_THREADS && explorer->end == EXPLORER_RUNS; i++) {
		if (!explorer->model->threads[i - 1])
			continue;
		explorer->running = i;
		explorer->threads[i].status = THREAD_READY;
		memory_fork(&explorer->memory, 0, i);
		coroutine_begin(&explorer->threads[i].coroutine, thread_body, explorer);
	}
}

static void finish(struct explorer *explorer)
{
	for (int i = 1; i < MODEL_THREADS; i++)
		memory_join(&explorer->memory, 0, i);
	explorer->running = 0;
	coroutine_begin(&explorer->threads[0].coroutine, finish_body, explorer);
}

/* Whether this state is a new one. */
static bool new_state(struct explorer *explorer)
{
	uint64_t hash = memory_hash(&explorer->memory);
	int added;

	for (int i = 1; i < MODEL_THREADS; i++) {
		const struct model_thread *thread = &explorer->threads[i];

		hash = hash_mix(hash, hash_mix(thread->history, thread->status));
	}
	if (explorer->model->preemptions)
		hash = hash_mix(hash, explorer->preemptions * MODEL_THREADS + explorer->running);
	added = states_add(&explorer->states, hash);
	if (added < 0)
		failure_end(explorer, MODEL_LIMIT, "no memory for more states");
	return added > 0;
}

static bool all_ended(const struct explorer *explorer)
{
	for (int i = 1; i < MODEL_THREADS; i++)
		if (explorer->threads[i].status != THREAD_ENDED)
			return false;
	return true;
}

/* Who can go on: first the one that runs, it alone where there have been as many preemptions as
 * there may; and if no other can, those whose time may be over. */
static int ready_threads(const struct explorer *explorer, int ready[MODEL_THREADS])
{
	bool goes_on = waiting_ready(explorer, &explorer->threads[explorer->running]);
	int count = 0;

	if (goes_on)
		ready[count++] = explorer->running;
	if (goes_on && explorer->model->preemptions &&
	    explorer->preemptions == explorer->model->preemptions)
		return count;
	for (int i = 1; i < MODEL_THREADS; i++)
		if (i != explorer->running && waiting_ready(explorer, &explorer->threads[i]))
			ready[count++] = i;
	for (int i = 1; i < MODEL_THREADS && !count; i++)
		if (explorer->threads[i].status == THREAD_ASLEEP &&
		    explorer->threads[i].pending.timed)
			ready[count++] = i;
	return count;
}

static void execute(struct explorer *explorer)
{
	start(explorer);
	while (explorer->end == EXPLORER_RUNS) {
		int ready[MODEL_THREADS], count = ready_threads(explorer, ready);

		if (all_ended(explorer)) {
			finish(explorer);
			return;
		}
		if (!count) {
			failure_stuck(explorer);
			return;
		}
		if (choices_fresh(&explorer->choices) && !new_state(explorer)) {
			explorer->end =
			    explorer->end == EXPLORER_RUNS ? EXPLORER_KNOWN : explorer->end;
			return;
		}
		count = choices_next(&explorer->choices, count);
		if (count < 0) {
			failure_end(explorer, MODEL_LIMIT, "too many choices");
			return;
		}
		if (count && ready[0] == explorer->running)
			explorer->preemptions++;
		explorer->running = ready[count];
		coroutine_resume(&explorer->threads[ready[count]].coroutine);
	}
}

void model_explore(const struct model *model, struct model_report *report)
{
	struct explorer *explorer = aligned_alloc(_Alignof(struct explorer), sizeof(*explorer));

	memset(report, 0, sizeof(*report));
	if (explorer)
		memset(explorer, 0, sizeof(*explorer));
	if (!explorer || !states_init(&explorer->states)) {
		report->verdict = MODEL_LIMIT;
		snprintf(report->text, sizeof(report->text), "no memory");
		free(explorer);
		return;
	}
	explorer->model = model;
	explorer->report = report;
	for (int i = 0; i < MODEL_THREADS; i++)
		coroutine_init(&explorer->threads[i].coroutine);
	explorer_current = explorer;
	do {
		reset(explorer);
		execute(explorer);
		report->executions++;
	} while (explorer->end != EXPLORER_FAILED && choices_advance(&explorer->choices));
	explorer_current = NULL;
	report->states = explorer->states.count;
	states_destroy(&explorer->states);
	free(explorer);
}
