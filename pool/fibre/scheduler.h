/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheduler: the fibres of one core, and what they wait for. Internal to the runtime. */
#ifndef POOLRIG_POOL_FIBRE_SCHEDULER_H
#define POOLRIG_POOL_FIBRE_SCHEDULER_H

#include "pool/fibre/runtime.h"
#include "pool/fibre/store.h"
#include "pool/queue/deque.h"

#define ROUND_MOST 64 /* fibres that run between two looks at the clock */
#define TAKE_MOST  32 /* items that are taken at a time */

typedef struct fibre *fibre_ptr;

/* A scheduler's word: does its thread sleep? */
enum scheduler_sleep {
	SCHEDULER_AWAKE = 0,
	SCHEDULER_ASLEEP,      /* and could begin an item */
	SCHEDULER_ASLEEP_FULL, /* and has as many fibres at work as it may */
};

struct scheduler {
	/* Its thread's */
	struct runtime *runtime;
	struct fibre *current;
	struct fibre *ready, **ready_end; /* in the order in which they became so */
	unsigned budget;                  /* fibres that may still run in this round */
	size_t begun, ended;              /* since the owner was told */
	size_t limit_seen;                /* fibres at most: of `limit`, in this round */
	void *local_slot;                 /* see fibre_work.attach; NULL: nowhere */
	const struct fibre_work *work;
	void *owner;
	struct fibre *restart; /* its context is to be made anew */
	int64_t now;           /* at the beginning of the round */
	int64_t idle_since;    /* 0: it is not */
	int64_t next_sweep;
	unsigned index;
	bool standing; /* counted in runtime.standing */
	struct fibre_store store;
	struct fibre main; /* the thread's own context */
	struct wheel wheel;
	struct deque fresh; /* items that it may begin; others steal from it */

	/* Others' */
	alignas(QUEUE_LINE) _Atomic fibre_ptr inbox; /* woken from outside, newest first */
	_Atomic uint32_t sleep;
	_Atomic uint32_t purge; /* not 0: asked for */
	_Atomic size_t limit;

	alignas(QUEUE_LINE) _Atomic size_t busy; /* for others to read: fibres at work */
};

/* The one that runs on this thread. Not inlined: a fibre that looks twice gets the same answer, but
 * the thread's own functions are not its only callers. */
struct scheduler *scheduler_self(void);

struct scheduler *scheduler_make(struct runtime *runtime, unsigned index, int *error);
void scheduler_destroy(struct scheduler *s); /* NULL, too */

/* Make a fibre's context; it is warm and idle then, and in nobody's list. */
void scheduler_prepare(struct scheduler *s, struct fibre *fibre);

/* Make idle fibres until there are so many. Returns 0 or ENOMEM. */
int scheduler_prewarm(struct scheduler *s, size_t fibres);

/* Count fibres that went cold. */
void scheduler_cooled(struct scheduler *s, size_t count);

static inline void scheduler_ready(struct scheduler *s, struct fibre *fibre)
{
	fibre->next = NULL;
	*s->ready_end = fibre;
	s->ready_end = &fibre->next;
}

/* The calling fibre (or the main context) stops, and whoever is next goes on. Returns when the
 * caller does; it has put itself where it will be found. */
void scheduler_leave(struct scheduler *s, struct fibre *self);

/* Go to the main context, whatever is ready. */
void scheduler_to_main(struct scheduler *s, struct fibre *self);

/* Run what is ready, and what was taken, until enough have run. */
void scheduler_run_ready(struct scheduler *s);

/* Take items for this core: from the owner, or from another core. Returns whether there are any. */
bool scheduler_take(struct scheduler *s);

/* Take over what was woken from outside. */
void scheduler_read_inbox(struct scheduler *s);

/* Nothing is to be done at the moment: look on, or sleep. */
void scheduler_idle(struct scheduler *s);

/* Make the thread of a scheduler look again, if it sleeps. */
void scheduler_rouse(struct scheduler *s);

#endif
