/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pools that were opened with a queue by its name. */
#include <string.h>

#include "base/clock.h"
#include "pool/queue/queue.h"
#include "tests/unit/pool_help.h"

#define MS INT64_C(1000000)

static int own_threads;

/* A queue that is none of the library's: a bounded stack, so that it is no FIFO either. It looks at
 * its items, which are tasks. */
struct stack {
	pthread_mutex_t lock;
	size_t count, capacity;
	struct pool_task *tasks[1024];
};

static int stack_init(void *own, size_t capacity)
{
	struct stack *stack = own;

	if (capacity > 1024)
		return EINVAL;
	stack->capacity = capacity;
	return pthread_mutex_init(&stack->lock, NULL);
}

static void stack_destroy(void *own)
{
	pthread_mutex_destroy(&((struct stack *)own)->lock);
}

static enum pool_queue_status stack_put(void *own, void *item)
{
	struct pool_task *task = item;
	struct stack *stack = own;
	bool room;

	assert_non_null(task->run);
	pthread_mutex_lock(&stack->lock);
	room = stack->count < stack->capacity;
	if (room)
		stack->tasks[stack->count++] = task;
	pthread_mutex_unlock(&stack->lock);
	return room ? POOL_QUEUE_OK : POOL_QUEUE_FULL;
}

static enum pool_queue_status stack_get(void *own, void **item)
{
	struct stack *stack = own;
	bool any;

	pthread_mutex_lock(&stack->lock);
	any = stack->count;
	if (any)
		*item = stack->tasks[--stack->count];
	pthread_mutex_unlock(&stack->lock);
	return any ? POOL_QUEUE_OK : POOL_QUEUE_EMPTY;
}

static size_t stack_count(const void *own)
{
	struct stack *stack = (struct stack *)own;
	size_t count;

	pthread_mutex_lock(&stack->lock);
	count = stack->count;
	pthread_mutex_unlock(&stack->lock);
	return count;
}

static size_t stack_capacity(const void *own)
{
	return ((const struct stack *)own)->capacity;
}

static const struct pool_queue_own own_stack = {
    .traits = {.name = "stack", .many_producers = true, .many_consumers = true, .bounded = true},
    .size = sizeof(struct stack),
    .init = stack_init,
    .destroy = stack_destroy,
    .try_put = stack_put,
    .try_get = stack_get,
    .count = stack_count,
    .capacity = stack_capacity,
};

static bool is_own(const char *queue)
{
	return strcmp(queue, "own") == 0;
}

static struct pool_options with_queue(const char *queue, unsigned capacity)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = capacity;
	if (is_own(queue))
		options.own_queue = &own_stack;
	else
		options.queue = queue;
	return options;
}

static bool keeps_nothing(const char *queue)
{
	return strcmp(queue, "rendezvous") == 0;
}

/* All that go together. */
struct pair {
	const char *kind, *queue;
};

static bool next_pair(struct pair *pair)
{
	static const char *const queues[] = {"mutex", "rendezvous", "mpmc", "channel",
					     "list",  "priority",   "own"};
	static const char *const kinds[] = {"fixed", "elastic", "stealing", "fibre"};
	static unsigned at;

	if (at == 28) {
		at = 0;
		return false;
	}
	*pair = (struct pair){kinds[at / 7], queues[at % 7]};
	at++;
	return true;
}

static void test_what_goes_together(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair))
		assert_true(is_own(pair.queue) || pool_takes_queue(pair.kind, pair.queue));
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		assert_false(pool_takes_queue(*kind, "spsc"));
		assert_false(pool_takes_queue(*kind, "deque"));
		assert_false(pool_takes_queue(*kind, "queue"));
	}
	assert_false(pool_takes_queue("naive", "mutex"));
	assert_false(pool_takes_queue("pool", "mutex"));
}

static void expect_einval(const char *kind, const struct pool_options *options)
{
	int error = 0;

	assert_null(pool_open(kind, options, &error));
	assert_int_equal(error, EINVAL);
	assert_threads(own_threads);
}

static void test_what_does_not_is_refused(void **state)
{
	struct pool_options options = with_queue("spsc", 2);

	(void)state;
	expect_einval("fixed", &options);
	expect_einval("elastic", &options);
	options.queue = "deque";
	expect_einval("stealing", &options);
	options.queue = "";
	expect_einval("fixed", &options);
	options.queue = "list";
	expect_einval("naive", &options);
	options.wait = (enum pool_wait)7;
	expect_einval("fixed", &options);
	options = with_queue("mpmc", 2);
	options.queue_capacity = SIZE_MAX;
	expect_einval("fixed", &options);
	options = with_queue("rendezvous", 2);
	options.nonblocking = true;
	expect_einval("stealing", &options); /* nobody ever waits there */
}

static void test_own_queues_that_do_not_fit_are_refused(void **state)
{
	struct pool_options options = with_queue("own", 2);
	struct pool_queue_own bad = own_stack;

	(void)state;
	expect_einval("naive", &options);
	options.queue_capacity = 1025; /* stack_init() takes no more */
	expect_einval("fixed", &options);
	expect_einval("fibre", &options);
	options = with_queue("own", 2);
	options.queue = "list";
	expect_einval("fixed", &options);
	options.queue = NULL;
	options.own_queue = &bad;
	bad.traits.many_consumers = false;
	expect_einval("stealing", &options);
	bad = own_stack;
	bad.traits.name = NULL;
	expect_einval("fixed", &options);
	bad = own_stack;
	bad.try_get = NULL;
	expect_einval("elastic", &options);
}

enum { MANY = 200 };

static void test_drain_runs_all(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 3);
		struct pool *pool = open_or_fail(pair.kind, &options);
		struct probe probes[MANY];

		for (int i = 0; i < MANY; i++) {
			probes[i] = (struct probe)PROBE(0);
			submit_ok(pool, &probes[i]);
		}
		assert_int_equal(pool_close(pool, POOL_DRAIN).abandoned, 0);
		for (int i = 0; i < MANY; i++)
			assert_int_equal(probes[i].ran, 1);
		assert_threads(own_threads);
	}
}

static void test_counters_add_up(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 3);
		struct pool *pool = open_or_fail(pair.kind, &options);
		struct pool_stats stats;

		for (uint64_t i = 1; i <= 50; i++) {
			struct probe probe = PROBE(0);

			submit_ok(pool, &probe);
			await(stats_of(pool).completed == i);
		}
		await(stats_of(pool).idle == stats_of(pool).workers);
		stats = stats_of(pool);
		assert_int_equal(stats.submitted, 50);
		assert_int_equal(stats.queued, 0);
		assert_int_equal(stats.rejected, 0);
		assert_int_equal(stats.waiters, 0);
		assert_in_range(stats.workers, 1, 3);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_abandon_gives_up_what_is_queued(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 1);
		struct closer closer = {.mode = POOL_ABANDON};
		atomic_bool hold = true;
		struct probe held = PROBE(.hold = &hold), probes[5];

		if (keeps_nothing(pair.queue))
			continue;
		closer.pool = open_or_fail(pair.kind, &options);
		submit_ok(closer.pool, &held);
		await(held.ran);
		for (int i = 0; i < 5; i++) {
			probes[i] = (struct probe)PROBE(0);
			submit_ok(closer.pool, &probes[i]);
			assert_int_equal(stats_of(closer.pool).queued, i + 1);
		}
		closer_start(&closer);
		atomic_store(&hold, false);
		assert_int_equal(closer_join(&closer).abandoned, 5);
		for (int i = 0; i < 5; i++)
			assert_int_equal(probes[i].ran + 10 * probes[i].abandoned, 10);
	}
}

/* One worker, which is held, and a queue that is full. */
struct full_pool {
	struct pool *pool;
	atomic_bool hold;
	struct probe held, queued[4];
	int room;
};

static void fill(struct full_pool *full, struct pair pair, const struct pool_options *options)
{
	full->pool = open_or_fail(pair.kind, options);
	full->room = keeps_nothing(pair.queue) ? 0 : 2; /* which all queues have exactly */
	atomic_store(&full->hold, true);
	full->held = (struct probe)PROBE(.hold = &full->hold);
	/* A non-blocking rendezvous may find no worker there yet. */
	while (pool_submit(full->pool, &full->held.task) != POOL_OK)
		pause_a_little();
	await(full->held.ran);
	for (int i = 0; i < full->room; i++) {
		full->queued[i] = (struct probe)PROBE(0);
		submit_ok(full->pool, &full->queued[i]);
	}
}

static void empty(struct full_pool *full)
{
	atomic_store(&full->hold, false);
	pool_close(full->pool, POOL_DRAIN);
	assert_int_equal(full->held.ran, 1);
	for (int i = 0; i < full->room; i++)
		assert_int_equal(full->queued[i].ran, 1);
}

static bool is_bounded(const char *queue)
{
	for (const struct pool_queue_traits *const *kind = pool_queue_kinds(); *kind; kind++)
		if (strcmp((*kind)->name, queue) == 0)
			return (*kind)->bounded;
	return is_own(queue);
}

static void test_a_full_queue_refuses(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 1);
		struct full_pool full;
		struct probe late = PROBE(0);
		uint64_t rejected;

		if (!is_bounded(pair.queue) ||
		    (keeps_nothing(pair.queue) && strcmp(pair.kind, "stealing") == 0))
			continue;
		options.queue_capacity = 2;
		options.nonblocking = true;
		fill(&full, pair, &options);
		rejected = stats_of(full.pool).rejected;
		assert_int_equal(pool_submit(full.pool, &late.task), POOL_OVERLOAD);
		assert_int_equal(pool_submit_until(full.pool, &late.task, INT64_MAX),
				 POOL_OVERLOAD);
		assert_int_equal(stats_of(full.pool).rejected, rejected + 2);
		empty(&full);
		assert_int_equal(late.ran, 0);
	}
}

static void test_who_waits_at_a_full_queue(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 1);
		struct full_pool full;
		struct submitter waiting[2];
		struct probe late = PROBE(0);
		int64_t deadline;

		if (!is_bounded(pair.queue))
			continue;
		options.queue_capacity = 2;
		options.max_waiters = 2;
		fill(&full, pair, &options);
		deadline = clock_now() + 2 * MS;
		assert_int_equal(pool_submit_until(full.pool, &late.task, deadline), POOL_TIMEOUT);
		assert_true(clock_now() >= deadline);
		for (int i = 0; i < 2; i++) {
			waiting[i] = (struct submitter){.pool = full.pool, .probe = PROBE(0)};
			submitter_start(&waiting[i]);
			await(stats_of(full.pool).waiters == (uint64_t)i + 1);
		}
		assert_int_equal(pool_submit(full.pool, &late.task), POOL_OVERLOAD); /* at once */
		assert_int_equal(stats_of(full.pool).waiters, 2);
		atomic_store(&full.hold, false);
		for (int i = 0; i < 2; i++)
			assert_int_equal(submitter_join(&waiting[i]), POOL_OK);
		assert_int_equal(stats_of(full.pool).waiters, 0);
		empty(&full);
		assert_int_equal(waiting[0].probe.ran + waiting[1].probe.ran, 2);
		assert_int_equal(late.ran, 0);
	}
}

static void test_a_close_turns_waiters_away(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 1);
		struct closer closer = {.mode = POOL_DRAIN};
		struct submitter waiting;
		struct full_pool full;

		if (!is_bounded(pair.queue))
			continue;
		options.queue_capacity = 2;
		fill(&full, pair, &options);
		waiting = (struct submitter){.pool = full.pool, .probe = PROBE(0)};
		submitter_start(&waiting);
		await(stats_of(full.pool).waiters == 1);
		closer.pool = full.pool;
		closer_start(&closer);
		assert_int_equal(submitter_join(&waiting), POOL_CLOSED);
		atomic_store(&full.hold, false);
		assert_int_equal(closer_join(&closer).abandoned, 0);
		assert_int_equal(waiting.probe.ran, 0);
		for (int i = 0; i < full.room; i++)
			assert_int_equal(full.queued[i].ran, 1);
	}
}

static void test_workers_wait_as_is_asked(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		for (int wait = POOL_WAIT_OWN; wait <= POOL_WAIT_EVENTCOUNT; wait++) {
			struct pool_options options = with_queue(pair.queue, 1);
			struct pool *pool;

			options.wait = (enum pool_wait)wait;
			pool = open_or_fail(pair.kind, &options);
			for (int i = 0; i < 3; i++)
				run_one(pool, 1);
			pool_close(pool, POOL_DRAIN);
		}
	}
	assert_string_equal(pool_waits()[POOL_WAIT_OWN], "own");
	assert_string_equal(pool_waits()[POOL_WAIT_SPIN], "spin");
	assert_string_equal(pool_waits()[POOL_WAIT_SPIN_FUTEX], "spin_futex");
	assert_string_equal(pool_waits()[POOL_WAIT_EVENTCOUNT], "eventcount");
	assert_null(pool_waits()[POOL_WAIT_EVENTCOUNT + 1]);
}

/* Of eight that are taken in a row seven are urgent, where there are seven (priority.h). */
static void test_the_urgent_come_first(void **state)
{
	static const char *const kinds[] = {"fixed", "elastic", "stealing", "fibre"};

	(void)state;
	for (int k = 0; k < 3; k++) {
		struct pool_options options = with_queue("priority", 1);
		struct pool *pool = open_or_fail(kinds[k], &options);
		atomic_int sequence = 0;
		atomic_bool hold = true;
		struct probe held = PROBE(.hold = &hold), usual[8], urgent[8];
		int early = 0;

		submit_ok(pool, &held);
		await(held.ran);
		for (int i = 0; i < 8; i++) {
			usual[i] = (struct probe)PROBE(.sequence = &sequence);
			submit_ok(pool, &usual[i]);
		}
		for (int i = 0; i < 8; i++) {
			urgent[i] = (struct probe)PROBE(.sequence = &sequence);
			urgent[i].task.urgent = true;
			submit_ok(pool, &urgent[i]);
		}
		atomic_store(&hold, false);
		await(stats_of(pool).completed == 17);
		for (int i = 0; i < 8; i++)
			early += urgent[i].order < 8;
		assert_int_equal(early, 7);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_it_is_tuned_and_rebooted(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 2);
		struct pool *pool;
		struct probe probe = PROBE(0);

		options.prewarm = 2;
		pool = open_or_fail(pair.kind, &options);
		assert_int_equal(pool_tune(pool, 4), 0);
		for (uint64_t i = 1; i <= 20; i++) {
			probe = (struct probe)PROBE(0);
			submit_ok(pool, &probe);
			await(stats_of(pool).completed == i);
		}
		await(stats_of(pool).idle == stats_of(pool).workers);
		assert_int_equal(pool_tune(pool, 1), 0); /* idle ones go now */
		await(stats_of(pool).workers == 1);
		assert_int_equal(pool_stop(pool, POOL_DRAIN, NULL), 0);
		assert_threads(own_threads);
		assert_int_equal(pool_submit(pool, &probe.task), POOL_CLOSED);
		assert_int_equal(pool_reboot(pool), 0);
		assert_int_equal(pool_tune(pool, 3), 0);
		probe = (struct probe)PROBE(0);
		submit_ok(pool, &probe);
		await(stats_of(pool).completed == 21);
		pool_close(pool, POOL_DRAIN);
		assert_threads(own_threads);
	}
}

/* Workers are started before anything is queued; those that are idle too long go. */
static void test_elastic_starts_workers_first(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 2);
		atomic_bool hold = true;
		struct probe held[2], queued[3];
		struct pool *pool;

		if (strcmp(pair.kind, "elastic") != 0)
			continue;
		options.idle_expiry_ns = 5 * MS;
		pool = open_or_fail("elastic", &options);
		assert_int_equal(stats_of(pool).workers, 0);
		for (int i = 0; i < 2; i++) {
			held[i] = (struct probe)PROBE(.hold = &hold);
			submit_ok(pool, &held[i]);
			assert_int_equal(stats_of(pool).workers, i + 1);
		}
		await(held[0].ran && held[1].ran);
		if (!keeps_nothing(pair.queue)) {
			for (int i = 0; i < 3; i++) {
				queued[i] = (struct probe)PROBE(.hold = &hold);
				submit_ok(pool, &queued[i]);
			}
			assert_int_equal(stats_of(pool).workers, 2);
			assert_int_equal(stats_of(pool).queued, 3);
			/* Room for two more: they are started for what is queued. */
			assert_int_equal(pool_tune(pool, 4), 0);
			await(stats_of(pool).queued == 1);
			assert_int_equal(stats_of(pool).workers, 4);
		}
		atomic_store(&hold, false);
		await(stats_of(pool).workers == 0);
		run_one(pool, 0);
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_elastic_is_purged(void **state)
{
	struct pair pair;

	(void)state;
	while (next_pair(&pair)) {
		struct pool_options options = with_queue(pair.queue, 4);
		struct pool *pool;

		if (strcmp(pair.kind, "elastic") != 0)
			continue;
		options.prewarm = 4;
		pool = open_or_fail("elastic", &options);
		await(stats_of(pool).idle == 4);
		assert_int_equal(pool_purge(pool), 0);
		await(stats_of(pool).workers == 0);
		run_one(pool, 1);
		pool_close(pool, POOL_DRAIN);
	}
}

static atomic_bool creation_waits;
static atomic_int creations;

/* The first thread can't be made, which is known only when another thread has queued a task. */
static int create_late(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
		       void *arg)
{
	(void)thread, (void)attr, (void)start, (void)arg;
	atomic_fetch_add(&creations, 1);
	while (atomic_load(&creation_waits))
		pause_a_little();
	return EAGAIN;
}

static void test_what_no_worker_could_be_made_for_is_not_lost(void **state)
{
	struct pool_options options = with_queue("list", 1);
	struct submitter first = {.probe = PROBE(0)};
	struct probe queued = PROBE(0);
	struct pool *pool;
	int error = 0;

	(void)state;
	atomic_store(&creation_waits, true);
	first.pool = pool = pool_open_with("elastic", &options, create_late, &error);
	assert_non_null(pool);
	submitter_start(&first);
	await(creations == 1);
	submit_ok(pool, &queued);
	atomic_store(&creation_waits, false);
	assert_int_equal(submitter_join(&first), POOL_NO_THREAD);
	assert_int_equal(queued.ran, 0);
	pool_close(pool, POOL_DRAIN);
	assert_int_equal(queued.ran, 1);
	assert_int_equal(first.probe.ran, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_goes_together),
	    cmocka_unit_test(test_what_does_not_is_refused),
	    cmocka_unit_test(test_own_queues_that_do_not_fit_are_refused),
	    cmocka_unit_test(test_drain_runs_all),
	    cmocka_unit_test(test_counters_add_up),
	    cmocka_unit_test(test_abandon_gives_up_what_is_queued),
	    cmocka_unit_test(test_a_full_queue_refuses),
	    cmocka_unit_test(test_who_waits_at_a_full_queue),
	    cmocka_unit_test(test_a_close_turns_waiters_away),
	    cmocka_unit_test(test_workers_wait_as_is_asked),
	    cmocka_unit_test(test_the_urgent_come_first),
	    cmocka_unit_test(test_it_is_tuned_and_rebooted),
	    cmocka_unit_test(test_elastic_starts_workers_first),
	    cmocka_unit_test(test_elastic_is_purged),
	    cmocka_unit_test(test_what_no_worker_could_be_made_for_is_not_lost),
	};

	own_threads = count_own_threads();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
