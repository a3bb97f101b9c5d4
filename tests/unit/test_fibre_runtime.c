/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runtime of fibres: running, waiting, being woken, unwinding; and the memory of fibres. */
#include "tests/race/fibre_help.h"

#include <errno.h>

static struct rig rig;

static const enum pool_runtime_wait waits[] = {POOL_RUNTIME_SPIN_THEN_SLEEP, POOL_RUNTIME_SPIN,
					       POOL_RUNTIME_SLEEP};

static void do_nothing(struct job *job)
{
	(void)job;
}

static void test_bad_options_are_refused(void **state)
{
	struct pool_runtime_options options = {
	    .schedulers = 1, .work = &rig_work, .stack_bytes = 1};
	struct pool_runtime runtime;

	(void)state;
	assert_int_equal(pool_runtime_init(&runtime, &options), EINVAL);
	options.stack_bytes = 0;
	options.schedulers = 0;
	assert_int_equal(pool_runtime_init(&runtime, &options), EINVAL);
}

static void test_jobs_run_however_cores_wait(void **state)
{
	(void)state;
	for (int w = 0; w < 3; w++) {
		for (unsigned cores = 1; cores <= RIG_CORES; cores++) {
			static struct job jobs[500];

			memset(jobs, 0, sizeof(jobs));
			rig_start(&rig, cores, (struct pool_runtime_options){.wait = waits[w]});
			for (int i = 0; i < 500; i++) {
				jobs[i].run = do_nothing;
				submit(&rig, &jobs[i]);
				if (i % 100 == 0)
					await(jobs[i].done);
			}
			rig_end(&rig);
			for (int i = 0; i < 500; i++)
				assert_int_equal(jobs[i].done, 1);
		}
	}
}

static void test_no_fibre_here(void **state)
{
	(void)state;
	assert_null(pool_fibre_self());
}

struct sleeper {
	struct job job;
	int64_t ahead, early; /* how early it came, at most 0 is right */
};

static void sleep_a_little(struct job *job)
{
	struct sleeper *sleeper = (struct sleeper *)job;
	int64_t deadline = now_ns() + sleeper->ahead;

	pool_fibre_wait_until(deadline);
	sleeper->early = deadline - now_ns();
}

static void test_waits_are_never_short(void **state)
{
	static struct sleeper sleepers[300];

	(void)state;
	for (int w = 0; w < 3; w++) {
		memset(sleepers, 0, sizeof(sleepers));
		rig_start(&rig, 2, (struct pool_runtime_options){.wait = waits[w]});
		for (int i = 0; i < 300; i++) {
			sleepers[i].job.run = sleep_a_little;
			sleepers[i].ahead = (i % 50) * MS / 7 - MS / 10;
			submit(&rig, &sleepers[i].job);
		}
		rig_end(&rig);
		for (int i = 0; i < 300; i++) {
			assert_int_equal(sleepers[i].job.done, 1);
			assert_true(sleepers[i].early <= 0);
		}
	}
}

/* All of them wait at the same time, on one thread. */
static atomic_int here;

static void meet(struct job *job)
{
	int all = *(int *)job->arg;

	atomic_fetch_add(&here, 1);
	while (atomic_load(&here) < all)
		pool_fibre_wait_until(now_ns() + MS / 4);
}

static void test_many_fibres_on_a_thread(void **state)
{
	static struct job jobs[200];
	int all = 200;

	(void)state;
	memset(jobs, 0, sizeof(jobs));
	atomic_store(&here, 0);
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	for (int i = 0; i < all; i++) {
		jobs[i].run = meet;
		jobs[i].arg = &all;
		submit(&rig, &jobs[i]);
	}
	await(rig.ended == 200);
	assert_int_equal(rig.runtime.fibres_peak, 200);
	rig_end(&rig);
	for (int i = 0; i < all; i++)
		assert_int_equal(jobs[i].core, jobs[0].core);
}

static void test_no_more_fibres_than_the_limit(void **state)
{
	static struct job jobs[100];
	int all = 5;

	(void)state;
	for (unsigned cores = 1; cores <= RIG_CORES; cores++) {
		memset(jobs, 0, sizeof(jobs));
		atomic_store(&here, 0);
		rig_start(&rig, cores, (struct pool_runtime_options){.fibres = 5});
		for (int i = 0; i < 100; i++) {
			jobs[i].run = meet;
			jobs[i].arg = &all;
			submit(&rig, &jobs[i]);
		}
		rig_end(&rig);
		assert_int_equal(rig.ended, 100);
		for (int i = 0; i < 100; i++)
			assert_int_equal(jobs[i].done, 1);
	}
}

static void test_the_limit_can_be_changed(void **state)
{
	static struct job jobs[20];
	int all = 10;

	(void)state;
	memset(jobs, 0, sizeof(jobs));
	atomic_store(&here, 0);
	rig_start(&rig, 1, (struct pool_runtime_options){.fibres = 2});
	for (int i = 0; i < 20; i++) {
		jobs[i].run = meet;
		jobs[i].arg = &all;
		submit(&rig, &jobs[i]);
	}
	await(here == 2); /* and these wait for ten */
	pool_runtime_limit(&rig.runtime, 10);
	await(rig.ended == 20);
	pool_runtime_limit(&rig.runtime, 1);
	await(rig.runtime.fibres_made - rig.runtime.fibres_ended == 1);
	rig_end(&rig);
}

/* -- taking turns ------------------------------------------------------------------------------ */

static atomic_int turn;

static void yield_often(struct job *job)
{
	for (int i = 0; i < 1000; i++) {
		atomic_store(&turn, *(int *)job->arg);
		pool_fibre_yield();
	}
}

static atomic_bool other_turn_seen;

static void wait_for_a_turn(struct job *job)
{
	(void)job;
	while (atomic_load(&turn) < 2)
		pool_fibre_yield();
	atomic_store(&other_turn_seen, true);
}

static void test_who_yields_lets_others_run(void **state)
{
	int one = 1, two = 2;
	struct job jobs[] = {{.run = wait_for_a_turn},
			     {.run = yield_often, .arg = &one},
			     {.run = yield_often, .arg = &two}};

	(void)state;
	atomic_store(&turn, 0);
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	for (int i = 0; i < 3; i++)
		submit(&rig, &jobs[i]);
	rig_end(&rig);
	assert_true(other_turn_seen);
}

/* One that only yields does not keep timers and new jobs away. */
static atomic_bool stop_yielding;

static void yield_until_told(struct job *job)
{
	(void)job;
	while (!atomic_load(&stop_yielding))
		pool_fibre_yield();
}

static void wait_then_tell(struct job *job)
{
	(void)job;
	pool_fibre_wait_until(now_ns() + 2 * MS);
	atomic_store(&stop_yielding, true);
}

static void test_yielding_starves_nobody(void **state)
{
	struct job jobs[] = {{.run = yield_until_told}, {.run = wait_then_tell}};

	(void)state;
	atomic_store(&stop_yielding, false);
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	submit(&rig, &jobs[0]);
	submit(&rig, &jobs[1]);
	rig_end(&rig);
	assert_int_equal(jobs[1].done, 1);
}

/* -- parkers ----------------------------------------------------------------------------------- */

struct parked {
	struct job job;
	struct pool_fibre_parker parker;
	atomic_bool ready; /* it may be unparked */
	int64_t ahead;     /* 0: no limit */
	int called, timed_out;
	int count;
	int plain; /* written by the caller, without an atomic */
};

static void park(struct job *job)
{
	struct parked *parked = (struct parked *)job;

	pool_fibre_parker_init(&parked->parker);
	atomic_store(&parked->ready, true);
	for (int i = 0; i < parked->count; i++) {
		bool called = pool_fibre_parker_park(
		    &parked->parker, parked->ahead ? now_ns() + parked->ahead : INT64_MAX);

		parked->called += called;
		parked->timed_out += !called;
	}
}

static void test_a_call_from_outside_ends_a_wait(void **state)
{
	(void)state;
	for (int w = 0; w < 3; w++) {
		struct parked parked = {.job.run = park, .count = 1};

		rig_start(&rig, 1, (struct pool_runtime_options){.wait = waits[w]});
		submit(&rig, &parked.job);
		await(parked.ready);
		parked.plain = 7;
		pool_fibre_parker_unpark(&parked.parker);
		rig_end(&rig);
		assert_int_equal(parked.called, 1);
		assert_int_equal(parked.plain, 7);
	}
}

static void test_a_wait_in_a_seat_ends_in_time(void **state)
{
	struct parked parked = {.job.run = park, .count = 3, .ahead = MS};

	(void)state;
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	submit(&rig, &parked.job);
	rig_end(&rig);
	assert_int_equal(parked.timed_out, 3);
}

static void unpark_itself_first(struct job *job)
{
	struct parked *parked = (struct parked *)job;
	struct pool_fibre_parker other;

	pool_fibre_parker_init(&parked->parker);
	pool_fibre_parker_init(&other);
	pool_fibre_parker_unpark(&parked->parker);
	/* A call ends the wait that is meant, and no other. */
	parked->timed_out = !pool_fibre_parker_park(&other, now_ns() + MS / 2);
	parked->called = pool_fibre_parker_park(&parked->parker, INT64_MAX);
	parked->timed_out += !pool_fibre_parker_park(&parked->parker, now_ns() + MS / 2);
}

static void test_a_call_that_comes_first_is_kept(void **state)
{
	struct parked parked = {.job.run = unpark_itself_first};

	(void)state;
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	submit(&rig, &parked.job);
	rig_end(&rig);
	assert_int_equal(parked.called, 1);
	assert_int_equal(parked.timed_out, 2);
}

static void unpark_the_other(struct job *job)
{
	struct parked *parked = job->arg;

	while (!atomic_load(&parked->ready))
		pool_fibre_yield();
	pool_fibre_parker_unpark(&parked->parker);
}

static void test_fibres_call_each_other(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= 2; cores++) {
		for (int i = 0; i < 50; i++) {
			struct parked parked = {.job.run = park, .count = 1};
			struct job caller = {.run = unpark_the_other, .arg = &parked};

			if (i % 2)
				parked.ahead = 3600 * 1000 * MS;
			rig_start(&rig, cores, (struct pool_runtime_options){0});
			submit(&rig, &parked.job);
			submit(&rig, &caller);
			rig_end(&rig);
			assert_int_equal(parked.called, 1);
		}
	}
}

static void test_a_thread_sits_too(void **state)
{
	struct parked parked = {.count = 0};
	struct job caller = {.run = unpark_the_other, .arg = &parked};

	(void)state;
	pool_fibre_parker_init(&parked.parker);
	assert_false(pool_fibre_parker_park(&parked.parker, 0));
	assert_false(pool_fibre_parker_park(&parked.parker, now_ns() + MS));
	atomic_store(&parked.ready, true);
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	submit(&rig, &caller);
	assert_true(pool_fibre_parker_park(&parked.parker, INT64_MAX));
	rig_end(&rig);
}

/* -- unwinding --------------------------------------------------------------------------------- */

__attribute__((noinline)) static int unwind_from(int depth)
{
	volatile char room[100];

	room[0] = (char)depth;
	if (depth > 0)
		return unwind_from(depth - 1) + room[0];
	if (*(volatile int *)&depth == 0)
		pool_fibre_unwind();
	return 0;
}

static void unwind(struct job *job)
{
	pool_fibre_wait_until(now_ns() + MS / 10);
	unwind_from(*(int *)job->arg);
}

static void test_unwinding_ends_the_job_not_the_fibre(void **state)
{
	static struct job jobs[200];
	int depths[] = {0, 1, 10};

	(void)state;
	memset(jobs, 0, sizeof(jobs));
	rig_start(&rig, 1, (struct pool_runtime_options){.fibres = 4});
	for (int i = 0; i < 200; i++) {
		jobs[i].run = i % 3 ? unwind : do_nothing;
		jobs[i].arg = &depths[i % 7 % 3];
		submit(&rig, &jobs[i]);
	}
	rig_end(&rig);
	assert_true(rig.made <= 4);
	for (int i = 0; i < 200; i++)
		assert_int_equal(jobs[i].done, i % 3 ? 100 : 1);
}

/* -- pushing ----------------------------------------------------------------------------------- */

struct family {
	struct job job;
	struct job children[50];
};

static void push_children(struct job *job)
{
	struct family *family = (struct family *)job;

	for (int i = 0; i < 50; i++) {
		family->children[i] = (struct job){.run = sleep_a_little};
		family->children[i].run = do_nothing;
		assert_true(pool_fibre_push(&family->children[i]));
	}
}

static void test_a_fibre_gives_its_core_items(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= RIG_CORES; cores++) {
		static struct family family;

		family.job = (struct job){.run = push_children};
		rig_start(&rig, cores, (struct pool_runtime_options){.fibres = 3});
		submit(&rig, &family.job);
		rig_end(&rig);
		assert_int_equal(rig.ended, 51);
		for (int i = 0; i < 50; i++) {
			assert_int_equal(family.children[i].done, 1);
			if (cores == 1)
				assert_int_equal(family.children[i].core, family.job.core);
		}
	}
}

/* What a busy core holds is stolen by one that is idle. */
static void push_then_hold_the_core(struct job *job)
{
	struct job *child = job->arg;

	assert_true(pool_fibre_push(child));
	while (!atomic_load(&child->done))
		; /* it neither waits nor yields */
}

static void test_an_idle_core_steals(void **state)
{
	(void)state;
	for (int w = 0; w < 3; w++) {
		struct job child = {.run = do_nothing};
		struct job job = {.run = push_then_hold_the_core, .arg = &child};

		rig_start(&rig, 2, (struct pool_runtime_options){.wait = waits[w]});
		submit(&rig, &job);
		/* Before the end: a core that has nothing to do may leave then. */
		await(child.done);
		rig_end(&rig);
		assert_int_equal(child.done, 1);
		assert_true(child.core != job.core);
	}
}

/* -- memory ------------------------------------------------------------------------------------ */

static size_t alive(void)
{
	return rig.runtime.fibres_made - rig.runtime.fibres_ended;
}

static void run_many(int all)
{
	struct job *jobs = calloc((size_t)all, sizeof(*jobs));

	atomic_store(&here, 0);
	for (int i = 0; i < all; i++) {
		jobs[i].run = meet;
		jobs[i].arg = &all;
		submit(&rig, &jobs[i]);
	}
	for (int i = 0; i < all; i++)
		await(jobs[i].done);
	free(jobs);
}

static void test_idle_fibres_give_their_memory_back(void **state)
{
	(void)state;
	rig_start(&rig, 1, (struct pool_runtime_options){.idle_expiry_ns = 5 * MS});
	for (int i = 0; i < 3; i++) {
		run_many(100);
		await(alive() == 0);
	}
	assert_int_equal(rig.runtime.fibres_made, rig.made);
	rig_end(&rig);
}

static void test_purged_fibres_give_their_memory_back(void **state)
{
	(void)state;
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	run_many(100);
	assert_int_equal(alive(), 100);
	pool_runtime_purge(&rig.runtime);
	await(alive() == 0);
	run_many(10);
	assert_int_equal(alive(), 10);
	assert_int_equal(rig.made, 110);
	rig_end(&rig);
}

static void test_fibres_are_reused(void **state)
{
	(void)state;
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	run_many(70);
	run_many(70);
	run_many(10);
	assert_int_equal(rig.made, 70);
	rig_end(&rig);
}

static void test_prewarmed_fibres(void **state)
{
	struct pool_runtime_options options = {.schedulers = 2, .work = &rig_work, .owner = &rig};

	(void)state;
	memset(&rig, 0, sizeof(rig));
	pthread_mutex_init(&rig.lock, NULL);
	rig.last = &rig.first;
	rig.cores = 2;
	assert_int_equal(pool_runtime_init(&rig.runtime, &options), 0);
	assert_int_equal(pool_runtime_prewarm(&rig.runtime, 101), 0);
	assert_int_equal(alive(), 101);
	assert_int_equal(pool_runtime_prewarm(&rig.runtime, 100), 0);
	assert_int_equal(alive(), 101);
	rig_run_cores(&rig);
	run_many(20);
	rig_end(&rig);
}

static void test_it_can_be_run_again(void **state)
{
	(void)state;
	rig_start(&rig, 2, (struct pool_runtime_options){0});
	for (int i = 0; i < 3; i++) {
		run_many(20);
		rig_stop(&rig);
		pool_runtime_recall(&rig.runtime);
		rig_run_cores(&rig);
	}
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bad_options_are_refused),
	    cmocka_unit_test(test_jobs_run_however_cores_wait),
	    cmocka_unit_test(test_no_fibre_here),
	    cmocka_unit_test(test_waits_are_never_short),
	    cmocka_unit_test(test_many_fibres_on_a_thread),
	    cmocka_unit_test(test_no_more_fibres_than_the_limit),
	    cmocka_unit_test(test_the_limit_can_be_changed),
	    cmocka_unit_test(test_who_yields_lets_others_run),
	    cmocka_unit_test(test_yielding_starves_nobody),
	    cmocka_unit_test(test_a_call_from_outside_ends_a_wait),
	    cmocka_unit_test(test_a_wait_in_a_seat_ends_in_time),
	    cmocka_unit_test(test_a_call_that_comes_first_is_kept),
	    cmocka_unit_test(test_fibres_call_each_other),
	    cmocka_unit_test(test_a_thread_sits_too),
	    cmocka_unit_test(test_unwinding_ends_the_job_not_the_fibre),
	    cmocka_unit_test(test_a_fibre_gives_its_core_items),
	    cmocka_unit_test(test_an_idle_core_steals),
	    cmocka_unit_test(test_idle_fibres_give_their_memory_back),
	    cmocka_unit_test(test_purged_fibres_give_their_memory_back),
	    cmocka_unit_test(test_fibres_are_reused),
	    cmocka_unit_test(test_prewarmed_fibres),
	    cmocka_unit_test(test_it_can_be_run_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
