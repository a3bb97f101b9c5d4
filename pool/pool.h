/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Task pools. A task is a struct that the caller owns: submitting one allocates nothing. A pool has
 * counters for any user, and nothing that is there for a benchmark.
 *
 *     struct pool_options options = POOL_OPTIONS_INIT;
 *     options.capacity = 1000;
 *     int error = 0;
 *     struct pool *pool = pool_open("fixed", &options, &error);
 *     struct pool_task task = {.run = work};
 *     pool_submit(pool, &task);
 *     struct pool_closing left = pool_close(pool, POOL_DRAIN);
 *
 * Instants are ns of CLOCK_MONOTONIC. A kind reports what it does not support: ENOTSUP, or EINVAL
 * at opening. C++ (17 and later) can include this header; there `pool_options options = {};`
 * initialises the options.
 */
#ifndef POOLRIG_POOL_POOL_H
#define POOLRIG_POOL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sched.h>

#include "pool/language.h"

POOL_C_BEGIN

struct pool;
struct pool_group;
struct pool_queue_own;
struct pool_task;

/* -- tasks ------------------------------------------------------------------------------------ */

/* How a task that was taken ends: in exactly one of these ways. */
enum pool_end {
	POOL_COMPLETED, /* run() returned */
	POOL_FAILED,    /* run() called pool_fail() */
	POOL_CANCELLED, /* it never began, or ended at a wait, because it was cancelled */
	POOL_ABANDONED, /* it never began: pool_close() or pool_stop() gave it up */
};

/* Where a tracked task is. */
enum pool_task_state {
	POOL_TASK_OUTSIDE = 0, /* with its owner */
	POOL_TASK_QUEUED,      /* taken, or about to be */
	POOL_TASK_RUNNING,
	POOL_TASK_CANCELLED_QUEUED,  /* will not begin */
	POOL_TASK_CANCELLED_RUNNING, /* will end at its next wait */
	POOL_TASK_ENDED,
};

/*
 * From a successful pool_submit() until run() begins, the task belongs to the pool; run() may free
 * or reuse it, unless the task is tracked. Members that are not used are zero.
 *
 * A task with an ended() is tracked: it can be cancelled by itself, and it belongs to the pool
 * until ended() is called, which may free or submit it again, and is the pool's last touch of it.
 * `code` is pool_fail()'s, 0 for the other ends.
 *
 * abandoned(), where not NULL, is called instead of run() for a task that never begins: one that
 * pool_close(POOL_ABANDON) or pool_stop(POOL_ABANDON) gave up, or that was cancelled in time. So a
 * task that is not tracked either has run() called or abandoned(), exactly once.
 *
 * All are called by a worker (in a fibre pool, on a fibre).
 */
struct pool_task {
	void (*run)(struct pool_task *task);
	void (*abandoned)(struct pool_task *task);
	struct pool_task *next; /* the pool's, while it owns the task */
	void (*ended)(struct pool_task *task, enum pool_end end, int code);
	struct pool_group *group;    /* it counts there, too; or NULL */
	POOL_ATOMIC(uint32_t) state; /* the pool's: enum pool_task_state, of a tracked one */
	bool urgent;                 /* the queue "priority": before those that are not */
};

/* -- opening ---------------------------------------------------------------------------------- */

/* How a worker waits at a queue that was asked for by name (pool/queue/queue.h). */
enum pool_wait {
	POOL_WAIT_OWN = 0,    /* as the queue does by itself: POOL_WAIT_EVENTCOUNT */
	POOL_WAIT_SPIN,       /* spin: for cores that have nothing else to do */
	POOL_WAIT_SPIN_FUTEX, /* spin a little, then sleep on a futex */
	POOL_WAIT_EVENTCOUNT, /* sleep at once, on an eventcount */
};

struct pool_options {
	unsigned capacity; /* most workers; 0: no limit (naive has none whatever is said here) */
	unsigned prewarm;  /* workers that are started by pool_open(), at most capacity; fixed and
			      stealing start all of them whatever is said here */
	bool nonblocking;  /* submit returns POOL_OVERLOAD where it would have to wait */
	unsigned max_waiters;   /* blocking: this many submitters may wait, the next is refused at
				   once; 0: no bound */
	int64_t idle_expiry_ns; /* elastic, fibre: a worker idle for so long ends (a fibre: for up
				   to twice that), a prewarmed one, too; 0: never */
	size_t stack_bytes;     /* of each worker; 0: 64 KiB */
	const cpu_set_t
	    *cpus; /* where workers may run (set before they run); NULL: as the opener */

	const char *queue; /* one of pool_queue_kinds() that fits (pool_takes_queue()); NULL: the
			      kind's own */
	/* Instead: a queue of the caller's (pool/queue/queue.h), of many producers and consumers.
	 * Its items are the tasks. Borrowed until the pool is freed. */
	const struct pool_queue_own *own_queue;
	size_t queue_capacity; /* of a bounded queue; 0: 1024 */
	enum pool_wait wait;   /* at that queue */

	/* Called by its worker for each task that fails; `task` is an address only where run() may
	 * have freed it. */
	void (*failed)(void *arg, struct pool_task *task, int code);
	void *failed_arg;
};

#define POOL_OPTIONS_INIT                                                                          \
	{                                                                                          \
		.capacity = 0                                                                      \
	}

/*
 * Open a pool of a kind:
 *   "naive"    a task goes to a worker that waits, or a new worker is made; no limit, and no worker
 *              ever goes
 *   "fixed"    `capacity` workers, one unbounded FIFO; submit never waits
 *   "elastic"  up to `capacity` workers, reused last-in-first-out, idle ones expire; never queues:
 *              a task is taken only where there is a worker for it
 *   "stealing" `capacity` workers, a deque each: what a worker submits stays with it until another
 *              one has nothing to do and steals it; what others submit goes through one queue
 *   "fibre"    up to `capacity` fibres (pool/fibre) on one thread for each CPU, pinned; a task that
 *              waits costs a few KiB. As elastic, it takes a task only where there is a fibre for
 *              it; queue_capacity bounds those that have not begun (0: 16,384). stack_bytes is a
 *              fibre's (0: 16 KiB); one that needs more ends the process (SIGSEGV). A fibre stays
 *              with its thread; what it submits stays there, too, until an idle one steals it
 *
 * With options.queue or options.own_queue, fixed, elastic, stealing and fibre take what others
 * submit through that queue. Elastic then starts a worker where there is none for a task, up to
 * `capacity`, and queues from then on; so does fibre. Where a bounded queue is full, a submitter
 * waits, or is refused (nonblocking, max_waiters); a submitter that finds room meanwhile does not
 * wait behind those that wait.
 *
 * The threads are named pool-KIND, block all signals, and run when pool_open() returns.
 * On failure NULL, and *error is an errno: EINVAL (unknown kind or queue, two queues, one that does
 * not fit the kind, capacity 0 for fixed and stealing, negative expiry, stack too small for a
 * thread, no CPU, or one that is not there, in `cpus`), ENOTSUP (the kind has no such option),
 * ENOMEM, EAGAIN (threads could not be made; none is left).
 */
struct pool *pool_open(const char *kind, const struct pool_options *options, int *error);

/* The kinds, NULL-terminated; whether a kind can be opened with a queue of that name; the names of
 * enum pool_wait, in its order, NULL-terminated. */
const char *const *pool_kinds(void);
bool pool_takes_queue(const char *kind, const char *queue);
const char *const *pool_waits(void);

/* -- submitting ------------------------------------------------------------------------------- */

/* What submitting returns. */
enum pool_status {
	POOL_OK = 0,
	POOL_OVERLOAD,  /* non-blocking and full, or too many submitters wait already: not taken */
	POOL_CLOSED,    /* the pool, or the task's group, is closed or closing: not taken */
	POOL_NO_THREAD, /* no thread could be made for it: not taken */
	POOL_TIMEOUT,   /* the deadline passed while the submitter waited: not taken */
	POOL_NO_MEMORY, /* the queue has no bound, and could not grow: not taken */
};
const char *pool_status_text(enum pool_status status);

/*
 * Any thread; a worker may submit too (to a pool that makes submitters wait, all workers may then
 * end up waiting for each other).
 *
 * Safe until the pool is freed: a call that has begun when pool_close() begins is waited for, and
 * a call that begins while pool_close() waits gets POOL_CLOSED. A thread that submits during a
 * close must know by other means that pool_close() has not returned; a task that runs knows it,
 * because pool_close() waits for it.
 */
enum pool_status pool_submit(struct pool *pool, struct pool_task *task);

/* The same, but waits until the deadline at most; one that has passed: not at all. INT64_MAX: for
 * ever. Where it would not wait, the deadline makes no difference. */
enum pool_status pool_submit_until(struct pool *pool, struct pool_task *task, int64_t deadline_ns);

/* -- inside a task ---------------------------------------------------------------------------- */

/* The task that runs ends here, as failed: its worker goes on to the next one. What the task holds
 * (memory, locks) it releases before. Outside of a task: abort(). */
__attribute__((noreturn)) void pool_fail(int code);

/* Wait without doing anything: a thread sleeps, a fibre lets others run. A task that was cancelled
 * ends in these three, and does not return; it must be able to lose what it holds (ended() may
 * release it). Outside of a task they wait as a thread does. fn(arg) may block (a system call, a
 * lock): a fibre pool calls it on a helper thread, a thread pool directly; fn() must not call
 * pool_fail(), nor these. */
void pool_wait_until(int64_t deadline_ns);
void pool_yield(void);
void pool_block(void (*fn)(void *arg), void *arg);

/* Whether the task that runs was cancelled, for one that computes and does not wait. */
bool pool_cancelled(void);

/* The result of pool_cancel(). */
enum pool_cancel {
	POOL_CANCEL_QUEUED,     /* it will not begin */
	POOL_CANCEL_RUNNING,    /* it ends at its next wait, unless it is completed before */
	POOL_CANCEL_TOO_LATE,   /* it has ended, or is with its owner, or was cancelled before */
	POOL_CANCEL_NOT_TRACKED /* it has no ended(): it can only be cancelled with its group */
};

/* Cancel a task that was submitted. Its place in the queue stays taken until a worker comes to it;
 * a thread that sleeps in pool_wait_until() is woken, a fibre ends when its wait is over. Any
 * thread that knows that ended() has not freed the task yet. */
enum pool_cancel pool_cancel(struct pool_task *task);

static inline enum pool_task_state pool_task_state(const struct pool_task *task)
{
	return (enum pool_task_state)atomic_load_explicit(&task->state, memory_order_acquire);
}

/* -- groups ----------------------------------------------------------------------------------- */

/*
 * Tasks that are waited for, counted and cancelled together, in any number of pools: task.group is
 * set before it is submitted. Every end counts, so a wait also ends where tasks were given up, were
 * cancelled or have failed; one that was refused was never in the group.
 *
 * The caller owns the group and keeps it until pool_group_wait() has returned POOL_OK, or
 * pool_group_close() has returned. Any thread.
 */
struct pool_group {
	POOL_ATOMIC(uint32_t) word; /* internal: closed, waited for, pending */
	POOL_ATOMIC(bool) cancelled;
	POOL_ATOMIC(uint64_t) taken, completed, failed, cancelled_tasks, abandoned;
};

struct pool_group_stats {
	uint64_t taken; /* = completed + failed + cancelled + abandoned + pending, at rest */
	uint64_t completed, failed, cancelled, abandoned;
	uint64_t pending; /* taken and not ended */
};

void pool_group_init(struct pool_group *group);

/* Wait until no task of the group is pending. POOL_OK, or POOL_TIMEOUT. Not from one of its tasks.
 */
enum pool_status pool_group_wait(struct pool_group *group, int64_t deadline_ns);

/* Cancel all that are pending, and all that are submitted from now on. */
void pool_group_cancel(struct pool_group *group);

void pool_group_stats(const struct pool_group *group, struct pool_group_stats *out);

/* Take no more (POOL_CLOSED), cancel what is pending and wait for it. Returns how many were left,
 * i.e. pending: 0 where pool_group_wait() had returned POOL_OK. */
uint64_t pool_group_close(struct pool_group *group);

/* -- the pool's life -------------------------------------------------------------------------- */

/* These return 0, or an errno: ENOTSUP (this kind can't), ESHUTDOWN (the pool is closed or
 * stopped), and what each says. Any thread, beside submitters, too. */

/* Change the capacity. Up: workers may be, or are, started at once, and submitters that wait are
 * admitted. Down: surplus workers end as soon as they have no task. EINVAL: 0 for a kind that needs
 * a number; EAGAIN: not all threads could be made, those that were stay. */
int pool_tune(struct pool *pool, unsigned capacity);

/* Idle workers of a kind that starts and ends workers on demand end now, as if they had expired. */
int pool_purge(struct pool *pool);

enum pool_close_mode {
	POOL_DRAIN,   /* what was taken is run first */
	POOL_ABANDON, /* what was taken and has not begun is given up */
};

struct pool_closing {
	uint64_t abandoned; /* tasks given up, by this call */
	uint64_t in_groups; /* of them: tasks of a group */
};

/* Take no more, wait for all workers to end, free the pool. Submitters that wait get POOL_CLOSED.
 * All threads have been joined when it returns. A task that runs is waited for in either mode;
 * abandoned() is called by a worker. Not from a worker of the same pool; once. A pool that was
 * stopped is freed. */
struct pool_closing pool_close(struct pool *pool, enum pool_close_mode mode);

/* The same, but the pool stays, without workers, its counters too; submitting gets POOL_CLOSED.
 * pool_reboot() opens it again as it was opened (with the capacity of the last pool_tune()).
 * Neither beside another of pool_stop(), pool_reboot(), pool_close(). pool_stop() of a stopped pool
 * does nothing; pool_reboot(): EALREADY (it is not stopped), ENOMEM, EAGAIN (threads could not be
 * made: it is stopped still). */
int pool_stop(struct pool *pool, enum pool_close_mode mode, struct pool_closing *closing);
int pool_reboot(struct pool *pool);

/* -- counters --------------------------------------------------------------------------------- */

/*
 * Since opening. Each is exact, they need not be of one instant; they are read without a lock. A
 * thread that sees a task counted as completed sees all that the task did. A task is counted as
 * ended before its group is notified. At rest,
 *
 *     offered = submitted + rejected
 *     submitted = completed + failed + cancelled + abandoned
 */
struct pool_stats {
	uint64_t submitted; /* taken */
	uint64_t rejected;  /* not taken, for any reason */
	uint64_t completed, failed, cancelled, abandoned;
	uint64_t workers_started, workers_ended;
	uint64_t workers, workers_peak; /* alive now; most at a time */
	uint64_t idle;                  /* workers that wait for work */
	uint64_t queued;                /* taken and not begun */
	uint64_t queued_peak;           /* most at a time; stealing and fibre: that a worker found
					   when it looked */
	uint64_t waiters;               /* submitters that wait */
	uint64_t capacity;              /* most workers, as opened or tuned; 0: no limit */
};
void pool_stats(const struct pool *pool, struct pool_stats *out);

POOL_C_END

#endif
