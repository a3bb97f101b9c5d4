/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheduler: the fibres of one core, and what they wait for. Internal to the runtime. */
#ifndef POOLRIG_POOL_FIBRE_SCHEDULER_H
#define POOLRIG_POOL_FIBRE_SCHEDULER_H

#include "pool/fibre/runtime.h"
#include "pool/fibre/store.h"
#include "pool/queue/deque.h"

#define POOL_SCHEDULER_ROUND 64 /* fibres that run between two looks at the clock */
#define POOL_SCHEDULER_TAKE  32 /* items that are taken at a time */

typedef struct pool_fibre *pool_fibre_ptr;

/* A scheduler's word: does its thread sleep? */
enum pool_scheduler_sleep {
	POOL_SCHEDULER_AWAKE = 0,
	POOL_SCHEDULER_ASLEEP,      /* and could begin an item */
	POOL_SCHEDULER_ASLEEP_FULL, /* and has as many fibres at work as it may */
};

struct pool_scheduler {
	/* Its thread's */
	struct pool_runtime *runtime;
	struct pool_fibre *current;
	struct pool_fibre *ready, **ready_end; /* in the order in which they became so */
	unsigned budget;                       /* fibres that may still run in this round */
	size_t begun, ended;                   /* since the owner was notified */
	size_t limit_seen;                     /* fibres at most: of `limit`, in this round */
	void *local_slot;                      /* see fibre_work.attach; NULL: nowhere */
	const struct pool_fibre_work *work;
	void *owner;
	struct pool_fibre *restart; /* its context is to be made anew */
	int64_t now;                /* at the beginning of the round */
	int64_t idle_since;         /* 0: it is not */
	int64_t next_sweep;
	unsigned index;
	bool standing; /* counted in runtime.standing */
	struct pool_fibre_store store;
	struct pool_fibre main; /* the thread's own context */
	struct pool_wheel wheel;
	struct pool_deque fresh; /* items that it may begin; others steal from it */

	/* Others' */
	/* woken from outside, newest first */
	alignas(POOL_QUEUE_LINE) _Atomic pool_fibre_ptr inbox;
	_Atomic uint32_t sleep;
	_Atomic uint32_t purge; /* not 0: asked for */
	_Atomic size_t limit;

	alignas(POOL_QUEUE_LINE) _Atomic size_t busy; /* for others to read: fibres at work */
};

/* The one that runs on this thread. Not inlined: a fibre that looks twice gets the same answer, but
 * the thread's own functions are not its only callers. */
struct pool_scheduler *pool_scheduler_self(void);

struct pool_scheduler *pool_scheduler_make(struct pool_runtime *runtime, unsigned index,
					   int *error);
void pool_scheduler_destroy(struct pool_scheduler *s); /* NULL, too */

/* Make a fibre's context; then it is warm and idle, and in no list. */
void pool_scheduler_prepare(struct pool_scheduler *s, struct pool_fibre *fibre);

/* Make idle fibres until there are this many. Returns 0 or ENOMEM. */
int pool_scheduler_prewarm(struct pool_scheduler *s, size_t fibres);

/* Count fibres that went cold. */
void pool_scheduler_cooled(struct pool_scheduler *s, size_t count);

static inline void pool_scheduler_ready(struct pool_scheduler *s, struct pool_fibre *fibre)
{
	fibre->next = NULL;
	*s->ready_end = fibre;
	s->ready_end = &fibre->next;
}

/* The calling fibre (or the main context) stops, and the next one goes on. Returns when the caller
 * goes on; the caller has put itself where it will be found. */
void pool_scheduler_leave(struct pool_scheduler *s, struct pool_fibre *self);

/* Go to the main context, whatever is ready. */
void pool_scheduler_to_main(struct pool_scheduler *s, struct pool_fibre *self);

/* Run what is ready, and what was taken, until enough have run. */
void pool_scheduler_run_ready(struct pool_scheduler *s);

/* Take items for this core: from the owner, or from another core. Returns whether there are any. */
bool pool_scheduler_take(struct pool_scheduler *s);

/* Take over what was woken from outside. */
void pool_scheduler_read_inbox(struct pool_scheduler *s);

/* Nothing is to be done at the moment: spin, or sleep. */
void pool_scheduler_idle(struct pool_scheduler *s);

/* Make the thread of a scheduler look again, if it sleeps. */
void pool_scheduler_unpark(struct pool_scheduler *s);

#endif
