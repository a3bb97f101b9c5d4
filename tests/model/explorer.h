/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of one exploration, which its parts share: search.c runs the threads, operation.c and
 * access.c are what they do to memory, waiting.c how they wait, hooks.c what they call; failure.c
 * ends it, trace.c tells of it. */
#ifndef POOLRIG_TESTS_MODEL_EXPLORER_H
#define POOLRIG_TESTS_MODEL_EXPLORER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/model/choices.h"
#include "tests/model/coroutine.h"
#include "tests/model/heap.h"
#include "tests/model/memory.h"
#include "tests/model/model.h"
#include "tests/model/plain.h"
#include "tests/model/states.h"

enum {
	EXPLORER_READS = MODEL_LOCATIONS,
	EXPLORER_NAMES = 64,
	EXPLORER_ALTERNATIVES = 2 * MODEL_MESSAGES
};

enum operation_kind {
	OPERATION_LOAD,
	OPERATION_STORE,
	OPERATION_UPDATE,
	OPERATION_COMPARE,
	OPERATION_FENCE,
	OPERATION_WAIT,
	OPERATION_WAKE,
	OPERATION_RELAX,
	OPERATION_PLAIN_LOAD, /* of these only races are told */
	OPERATION_PLAIN_STORE,
};

enum update {
	UPDATE_EXCHANGE,
	UPDATE_ADD,
	UPDATE_SUB,
	UPDATE_AND,
	UPDATE_OR,
	UPDATE_XOR,
	UPDATE_NAND
};

struct operation {
	enum operation_kind kind;
	enum update update;
	uintptr_t address;
	unsigned size;
	memory_order order, failure; /* failure: of a compare-exchange */
	uint64_t operand, expected;
	bool weak, timed;
	const void *caller;
};

/* One line of a trace. */
struct event {
	uint8_t thread, kind, order, flags;
	uintptr_t address;
	uint64_t read, written;
	const void *caller;
};

enum event_flag {
	EVENT_READ = 1,
	EVENT_WRITTEN = 2,
	EVENT_OLD = 4,    /* there was a newer one to read */
	EVENT_BEHIND = 8, /* placed before others that were there already */
	EVENT_SLEEPS = 16,
	EVENT_WOKEN = 32,
	EVENT_TIMED_OUT = 64,
};

struct thread_read {
	int location;
	uint64_t id;
};

enum thread_status { THREAD_READY, THREAD_ASLEEP, THREAD_ENDED };

struct model_thread {
	struct coroutine coroutine;
	enum thread_status status;
	struct operation pending; /* what it will do when it goes on */
	uint64_t history;         /* hash of all that it has done */
	bool woken, timed_out, spurious;
	/* The block that it has taken last, while no other thread can have heard of it. */
	uintptr_t fresh;
	size_t fresh_size;
	/* For pool_cpu_relax(): what was read since the last one, and between the two before. */
	struct thread_read reads[EXPLORER_READS], before[EXPLORER_READS];
	int reads_count, before_count, idle;
	bool renewed; /* it waited for news, which it has to read now */
	struct {
		uint64_t id;
		int times;
	} stale[MODEL_LOCATIONS];
};

enum explorer_end { EXPLORER_RUNS, EXPLORER_KNOWN, EXPLORER_FAILED };

struct explorer {
	const struct model *model;
	struct model_report *report;
	struct memory memory;
	struct plain plain;
	struct heap heap;
	struct choices choices;
	struct states states;
	struct model_thread threads[MODEL_THREADS];
	int running;
	int preemptions; /* so far, of threads that could have gone on */
	enum explorer_end end;
	struct event events[MODEL_STEPS];
	int events_count;
	struct {
		uintptr_t address;
		char text[24];
	} names[EXPLORER_NAMES];
	int names_count;
};

/* The one that explores in this process, or NULL. */
extern struct explorer *explorer_current;

/* From the thread that runs: give this execution up; what it was doing does not go on. */
_Noreturn void explorer_give_up(struct explorer *explorer, enum explorer_end end);
__attribute__((format(printf, 3, 4))) _Noreturn void
explorer_fail(struct explorer *explorer, enum model_verdict verdict, const char *format, ...);

/* The same, but from the search itself; and where none can go on. */
__attribute__((format(printf, 3, 4))) void
failure_end(struct explorer *explorer, enum model_verdict verdict, const char *format, ...);
void failure_stuck(struct explorer *explorer);

/* From the thread that runs: one of the alternatives 0 to of - 1. */
int explorer_choose(struct explorer *explorer, int of);

/* From the thread that runs: wait until it is this thread's turn to do it. */
void explorer_turn(struct explorer *explorer, const struct operation *operation);

/* From the thread that runs: what it does next depends on this. */
void explorer_remember(struct explorer *explorer, uint64_t word);

/* From the thread that runs: the location of a good access, the oldest message that it may read
 * there (less what it has read too often already), reading one, and storing one behind another one.
 */
int access_locate(struct explorer *explorer, const struct operation *operation, bool stores);
int access_oldest(const struct explorer *explorer, int location, memory_order order);
void access_read(struct explorer *explorer, struct event *event, int location, int message,
		 memory_order order);
void access_write(struct explorer *explorer, struct event *event, int location, int after,
		  uint64_t value);

/* From the thread that runs: a plain access. */
void operation_plain(struct explorer *explorer, enum plain_kind kind, uintptr_t address,
		     uint64_t size, const void *caller);

/* From the thread that runs: the rest. A wait returns false where its time is over. */
bool waiting_sleep(struct explorer *explorer, const struct operation *operation);
void waiting_wake(struct explorer *explorer, const struct operation *operation);
void waiting_relax(struct explorer *explorer, const struct operation *operation);

/* Whether it can go on. */
bool waiting_ready(const struct explorer *explorer, const struct model_thread *thread);

/* From the thread that runs: do it, a load, store, update, compare or fence, now. */
struct event *operation_do(struct explorer *explorer, const struct operation *operation);

/* Append to the report's text what has happened. */
void trace_write(const struct explorer *explorer);

/* Note a line, and return it. */
struct event *trace_event(struct explorer *explorer, const struct operation *operation);

/* What a trace calls the object at this address. */
void trace_name(const struct explorer *explorer, uintptr_t address, char *buffer, size_t size);

#endif
