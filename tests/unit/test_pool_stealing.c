/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "stealing": a deque for each worker, and one queue for what comes from outside. */
#include <stdlib.h>

#include "pool/kinds/stealing.h"
#include "tests/unit/pool_help.h"

static struct pool *open_stealing(unsigned capacity)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = capacity;
	return open_or_fail("stealing", &options);
}

static void test_capacity_is_needed(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	int error = 0;

	(void)state;
	assert_null(pool_open("stealing", &options, &error));
	assert_int_equal(error, EINVAL);
	options.capacity = POOL_STEALING_MAX + 1;
	assert_null(pool_open("stealing", &options, &error));
	assert_int_equal(error, EAGAIN);
}

enum { CHILDREN = 5 };

/* A task that submits others to its own pool, and then waits until `so many` of them have run. */
struct parent {
	struct pool_task task;
	struct pool *pool;
	struct probe children[CHILDREN];
	int wait_for;
	atomic_bool *hold;
	atomic_int *begun; /* or NULL: parents that run; it waits until they are two, so that no
			      worker is idle and steals children */
};

static void parent_run(struct pool_task *task)
{
	struct parent *parent = (struct parent *)task;
	int ran;

	if (parent->begun) {
		atomic_fetch_add(parent->begun, 1);
		await(atomic_load(parent->begun) == 2);
	}
	for (int i = 0; i < CHILDREN; i++)
		submit_ok(parent->pool, &parent->children[i]);
	do {
		pause_a_little();
		ran = 0;
		for (int i = 0; i < CHILDREN; i++)
			ran += parent->children[i].ran;
	} while (ran < parent->wait_for || (parent->hold && atomic_load(parent->hold)));
}

static void parent_init(struct parent *parent, struct pool *pool, atomic_int *sequence)
{
	*parent = (struct parent){.task.run = parent_run, .pool = pool};
	for (int i = 0; i < CHILDREN; i++)
		parent->children[i] = (struct probe)PROBE(.sequence = sequence);
}

static void test_a_worker_runs_its_newest_first(void **state)
{
	struct pool *pool = open_stealing(1);
	atomic_int sequence = 0;
	struct parent parent;

	(void)state;
	parent_init(&parent, pool, &sequence);
	assert_int_equal(pool_submit(pool, &parent.task), POOL_OK);
	await(stats_of(pool).completed == CHILDREN + 1);
	for (int i = 0; i < CHILDREN; i++)
		assert_int_equal(parent.children[i].order, CHILDREN - 1 - i);
	pool_close(pool, POOL_DRAIN);
}

static void test_others_come_in_order(void **state)
{
	struct pool *pool = open_stealing(1);
	atomic_int sequence = 0;
	atomic_bool hold = true;
	struct probe first = PROBE(.hold = &hold), probes[20];

	(void)state;
	submit_ok(pool, &first);
	await(first.ran);
	for (int i = 0; i < 20; i++) {
		probes[i] = (struct probe)PROBE(.sequence = &sequence);
		submit_ok(pool, &probes[i]);
		assert_int_equal(stats_of(pool).queued, i + 1);
	}
	atomic_store(&hold, false);
	await(stats_of(pool).completed == 21);
	for (int i = 0; i < 20; i++)
		assert_int_equal(probes[i].order, i);
	pool_close(pool, POOL_DRAIN);
}

/* The parent waits for them, so another worker must have stolen them: the oldest first. */
static void test_the_oldest_is_stolen(void **state)
{
	struct pool *pool = open_stealing(2);
	atomic_int sequence = 0;
	struct parent parent;
	pid_t own;

	(void)state;
	parent_init(&parent, pool, &sequence);
	parent.wait_for = CHILDREN;
	assert_int_equal(pool_submit(pool, &parent.task), POOL_OK);
	await(stats_of(pool).completed == CHILDREN + 1);
	own = parent.children[0].tid;
	for (int i = 0; i < CHILDREN; i++) {
		assert_int_equal(parent.children[i].order, i);
		assert_int_equal(parent.children[i].tid, own);
	}
	pool_close(pool, POOL_DRAIN);
}

static void test_all_workers_are_woken_for_what_one_submits(void **state)
{
	struct pool *pool = open_stealing(CHILDREN + 1);
	atomic_bool hold = true;
	struct parent parent;

	(void)state;
	await(stats_of(pool).idle == CHILDREN + 1);
	parent_init(&parent, pool, NULL);
	parent.hold = &hold;
	for (int i = 0; i < CHILDREN; i++)
		parent.children[i].hold = &hold; /* all at one time */
	assert_int_equal(pool_submit(pool, &parent.task), POOL_OK);
	for (int i = 0; i < CHILDREN; i++)
		await(parent.children[i].ran);
	assert_int_equal(stats_of(pool).idle, 0);
	atomic_store(&hold, false);
	await(stats_of(pool).idle == CHILDREN + 1);
	pool_close(pool, POOL_DRAIN);
}

/* Submits itself again as long as it is told to. */
struct endless {
	struct pool_task task;
	struct pool *pool;
	atomic_bool go_on;
};

static void endless_run(struct pool_task *task)
{
	struct endless *endless = (struct endless *)task;

	/* The last one may come after the close has begun. */
	if (atomic_load(&endless->go_on) && pool_submit(endless->pool, task) != POOL_OK)
		assert_false(atomic_load(&endless->go_on));
}

static void test_submitting_for_ever_starves_no_task(void **state)
{
	struct pool *pool = open_stealing(1);
	struct endless endless = {.task.run = endless_run, .pool = pool};
	struct probe probe = PROBE(0);

	(void)state;
	atomic_store(&endless.go_on, true);
	assert_int_equal(pool_submit(pool, &endless.task), POOL_OK);
	submit_ok(pool, &probe);
	await(probe.ran);
	atomic_store(&endless.go_on, false);
	pool_close(pool, POOL_DRAIN);
}

/* A tree of tasks, each of which submits two more. */
struct tree {
	struct pool *pool;
	atomic_int ran;
	int nodes;
	struct node {
		struct pool_task task;
		struct tree *tree;
		int index;
	} node[];
};

static void node_run(struct pool_task *task)
{
	struct node *node = (struct node *)task;
	struct tree *tree = node->tree;

	for (int child = 2 * node->index + 1; child <= 2 * node->index + 2; child++) {
		if (child >= tree->nodes)
			break;
		tree->node[child] =
		    (struct node){.task.run = node_run, .tree = tree, .index = child};
		assert_int_equal(pool_submit(tree->pool, &tree->node[child].task), POOL_OK);
	}
	atomic_fetch_add(&tree->ran, 1);
}

static void test_a_tree_of_tasks_is_run_once(void **state)
{
	enum { NODES = 20000 };
	struct tree *tree = calloc(1, sizeof(*tree) + NODES * sizeof(struct node));
	struct pool_stats stats;

	(void)state;
	assert_non_null(tree);
	tree->pool = open_stealing(4);
	tree->nodes = NODES;
	tree->node[0] = (struct node){.task.run = node_run, .tree = tree};
	assert_int_equal(pool_submit(tree->pool, &tree->node[0].task), POOL_OK);
	await(stats_of(tree->pool).completed == NODES);
	stats = stats_of(tree->pool);
	assert_int_equal(tree->ran, NODES);
	assert_int_equal(stats.submitted, NODES);
	assert_true(stats.queued_peak >= 1 && stats.queued_peak < NODES);
	pool_close(tree->pool, POOL_DRAIN);
	free(tree);
}

static void test_abandon_gives_up_what_is_in_deques(void **state)
{
	struct closer closer = {.pool = open_stealing(1), .mode = POOL_ABANDON};
	atomic_bool hold = true;
	struct parent parent;

	(void)state;
	parent_init(&parent, closer.pool, NULL);
	parent.hold = &hold;
	assert_int_equal(pool_submit(closer.pool, &parent.task), POOL_OK);
	await(stats_of(closer.pool).queued == CHILDREN);
	closer_start(&closer);
	atomic_store(&hold, false);
	assert_int_equal(closer_join(&closer).abandoned, CHILDREN);
	for (int i = 0; i < CHILDREN; i++) {
		assert_int_equal(parent.children[i].ran, 0);
		assert_int_equal(parent.children[i].abandoned, 1);
	}
}

/* A worker that leaves leaves nothing in its deque. */
static void test_a_stealing_pool_is_tuned(void **state)
{
	struct pool *pool = open_stealing(1);
	atomic_bool hold = true;
	atomic_int begun = 0;
	struct parent parents[2];

	(void)state;
	assert_int_equal(pool_tune(pool, 0), EINVAL);
	assert_int_equal(pool_tune(pool, POOL_STEALING_MAX + 1), EINVAL);
	assert_int_equal(pool_purge(pool), ENOTSUP);
	assert_int_equal(pool_tune(pool, 2), 0);
	assert_int_equal(stats_of(pool).workers, 2);
	for (int i = 0; i < 2; i++) {
		parent_init(&parents[i], pool, NULL);
		parents[i].hold = &hold;
		parents[i].begun = &begun;
		assert_int_equal(pool_submit(pool, &parents[i].task), POOL_OK);
	}
	await(stats_of(pool).queued == 2 * CHILDREN);
	assert_int_equal(pool_tune(pool, 1), 0);
	atomic_store(&hold, false);
	await(stats_of(pool).workers == 1);
	await(stats_of(pool).completed == 2 * CHILDREN + 2);
	assert_int_equal(pool_tune(pool, 4), 0);
	await(stats_of(pool).idle == 4);
	assert_int_equal(pool_tune(pool, 2), 0); /* idle ones go, too */
	await(stats_of(pool).workers == 2);
	run_one(pool, 2);
	pool_close(pool, POOL_DRAIN);
}

static void test_tuned_up_and_down_many_times(void **state)
{
	struct pool *pool = open_stealing(3);
	struct probe probes[200];

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		probes[i] = (struct probe)PROBE(0);
		submit_ok(pool, &probes[i]);
		assert_int_equal(pool_tune(pool, 1 + i % 5), 0);
	}
	await(stats_of(pool).completed == 200);
	await(stats_of(pool).workers == 5);
	pool_close(pool, POOL_DRAIN);
}

/* Two tasks come while a worker searches, so none is woken for them. The worker that finds the
 * first, and is the last that searches, sees to the second. */
static void test_who_finds_wakes_for_what_is_left(void **state)
{
	struct pool *pool = open_stealing(2);
	struct pool_stealing *stealing = (struct pool_stealing *)pool;
	atomic_bool hold = true;
	struct probe probes[2] = {PROBE(.hold = &hold), PROBE(.hold = &hold)};

	(void)state;
	await(stats_of(pool).idle == 2 && atomic_load(&stealing->searching) == 0);
	atomic_fetch_add(&stealing->searching, 1);
	submit_ok(pool, &probes[0]);
	submit_ok(pool, &probes[1]);
	atomic_fetch_sub(&stealing->searching, 1);
	pool_eventcount_notify(&stealing->sleepers, 1);
	await(probes[0].ran && probes[1].ran); /* at one time */
	atomic_store(&hold, false);
	pool_close(pool, POOL_DRAIN);
}

/* One is to leave, and is woken for a task: another one does it. */
static void test_who_leaves_hands_on_what_it_was_woken_for(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		struct pool *pool = open_stealing(2);
		struct probe probe = PROBE(0);

		await(stats_of(pool).idle == 2);
		pool_workers_end_next((struct pool_workers *)pool);
		submit_ok(pool, &probe);
		await(probe.ran && stats_of(pool).workers == 1);
		pool_close(pool, POOL_DRAIN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_capacity_is_needed),
	    cmocka_unit_test(test_a_worker_runs_its_newest_first),
	    cmocka_unit_test(test_others_come_in_order),
	    cmocka_unit_test(test_the_oldest_is_stolen),
	    cmocka_unit_test(test_all_workers_are_woken_for_what_one_submits),
	    cmocka_unit_test(test_submitting_for_ever_starves_no_task),
	    cmocka_unit_test(test_a_tree_of_tasks_is_run_once),
	    cmocka_unit_test(test_abandon_gives_up_what_is_in_deques),
	    cmocka_unit_test(test_a_stealing_pool_is_tuned),
	    cmocka_unit_test(test_tuned_up_and_down_many_times),
	    cmocka_unit_test(test_who_finds_wakes_for_what_is_left),
	    cmocka_unit_test(test_who_leaves_hands_on_what_it_was_woken_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
