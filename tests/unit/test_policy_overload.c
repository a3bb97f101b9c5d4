/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overload policies before a real pool of one worker, and the guard that puts all policies in a
 * row. */
#include "tests/unit/pool_help.h"

#include <string.h>

#include "pool/policy/guard.h"

/* A task of ours: it waits while held, and takes the next one along. */
struct job {
	struct pool_task task;
	struct fixture *fixture;
	atomic_bool *hold;
	pool_breaker_permit permit;
	bool fails;
	atomic_int ran, dropped, answered;
	int order;
	pid_t tid;
};

struct fixture {
	struct pool *pool;
	struct pool_overload overload;
	struct pool_guard guard;
	atomic_bool hold;
	atomic_int sequence;
	enum pool_refusal why; /* of the last answer */
};

static void job_run(struct pool_task *task)
{
	while (task) {
		struct job *job = (struct job *)task;

		job->tid = gettid();
		job->order = atomic_fetch_add(&job->fixture->sequence, 1);
		while (job->hold && atomic_load(job->hold))
			pause_a_little();
		task = pool_guard_end(&job->fixture->guard, job->permit, job->fails);
		atomic_fetch_add(&job->ran, 1);
	}
}

static void job_dropped(struct pool_task *task)
{
	atomic_fetch_add(&((struct job *)task)->dropped, 1);
}

static void answer(void *arg, struct pool_task *task, enum pool_refusal why)
{
	((struct fixture *)arg)->why = why;
	atomic_fetch_add(&((struct job *)task)->answered, 1);
}

#define JOB(f, ...)                                                                                \
	{                                                                                          \
		.task = {.run = job_run}, .fixture = (f), __VA_ARGS__                              \
	}

/* A pool of one worker, which a job holds. */
static void set_up(struct fixture *f, const char *policy, size_t waiting, struct job *holder)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool_overload_options overload = {
	    .waiting = waiting, .dropped = job_dropped, .fallback = {answer, f}};

	*f = (struct fixture){.hold = true};
	options.capacity = 1;
	options.nonblocking = true;
	f->pool = open_or_fail("elastic", &options);
	assert_int_equal(pool_overload_init(&f->overload, policy, f->pool, &overload), 0);
	f->guard.overload = &f->overload;
	*holder = (struct job)JOB(f, .hold = &f->hold);
	assert_int_equal(pool_guard_submit(&f->guard, &holder->task, &holder->permit),
			 POOL_OVERLOAD_TAKEN);
	await(atomic_load(&f->sequence) == 1);
}

static void tear_down(struct fixture *f)
{
	atomic_store(&f->hold, false);
	pool_close(f->pool, POOL_DRAIN);
	pool_overload_empty(&f->overload);
	pool_overload_destroy(&f->overload);
}

static enum pool_overload_outcome submit(struct fixture *f, struct job *job)
{
	return pool_guard_submit(&f->guard, &job->task, &job->permit);
}

static struct pool_overload_stats counts(struct fixture *f)
{
	struct pool_overload_stats stats;

	pool_overload_stats(&f->overload, &stats);
	return stats;
}

static struct pool_stats corrected(struct fixture *f)
{
	struct pool_stats stats = stats_of(f->pool);

	pool_overload_correct(&f->overload, &stats);
	return stats;
}

static void test_reject(void **state)
{
	struct fixture f;
	struct job holder, job = JOB(&f, .ran = 0);
	(void)state;

	set_up(&f, "reject", 0, &holder);
	assert_int_equal(submit(&f, &job), POOL_OVERLOAD_REJECTED);
	assert_int_equal(counts(&f).rejected, 1);
	assert_int_equal(f.guard.refused[POOL_REFUSED_BY_POOL], 1);
	tear_down(&f);
	assert_int_equal(job.ran, 0);
	assert_int_equal(holder.ran, 1);
}

static void test_caller_runs(void **state)
{
	struct fixture f;
	struct job holder, job = JOB(&f, .ran = 0);
	(void)state;

	set_up(&f, "caller_runs", 0, &holder);
	assert_int_equal(submit(&f, &job), POOL_OVERLOAD_CALLER_RAN);
	assert_int_equal(job.ran, 1);
	assert_int_equal(job.tid, gettid());
	assert_int_equal(counts(&f).caller_ran, 1);
	tear_down(&f);
}

static void test_spawn(void **state)
{
	struct fixture f;
	atomic_bool hold = true;
	struct job holder, jobs[2] = {JOB(&f, .hold = &hold), JOB(&f, .hold = &hold)};
	(void)state;

	set_up(&f, "spawn", 0, &holder);
	for (int i = 0; i < 2; i++)
		assert_int_equal(submit(&f, &jobs[i]), POOL_OVERLOAD_SPAWNED);
	await(atomic_load(&f.sequence) == 3);
	assert_int_equal(counts(&f).spawned, 2);
	assert_int_not_equal(jobs[0].tid, gettid());
	assert_int_not_equal(jobs[0].tid, jobs[1].tid);
	atomic_store(&hold, false);
	tear_down(&f); /* waits for both */
	assert_int_equal(jobs[0].ran, 1);
	assert_int_equal(jobs[1].ran, 1);
}

static void test_fall_back(void **state)
{
	struct fixture f;
	struct job holder, job = JOB(&f, .ran = 0);
	(void)state;

	set_up(&f, "fall_back", 0, &holder);
	f.why = POOL_REFUSED_BY_SWITCH;
	assert_int_equal(submit(&f, &job), POOL_OVERLOAD_FELL_BACK);
	assert_int_equal(job.answered, 1);
	assert_int_equal(f.why, POOL_REFUSED_BY_POOL);
	assert_int_equal(counts(&f).fell_back, 1);
	tear_down(&f);
	assert_int_equal(job.ran, 0);
}

enum { JOBS = 5, WAITING = 3 };

/* Of five that come while the pool is full, three may wait: the first two are dropped, and the
 * others run in their order, by the worker of the pool. */
static void test_drop_oldest(void **state)
{
	struct fixture f;
	struct job holder, jobs[JOBS];
	(void)state;

	set_up(&f, "drop_oldest", WAITING, &holder);
	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct job)JOB(&f, .ran = 0);
		assert_int_equal(submit(&f, &jobs[i]), POOL_OVERLOAD_TAKEN);
	}
	assert_int_equal(counts(&f).waited, JOBS);
	assert_int_equal(counts(&f).waiting, WAITING);
	assert_int_equal(counts(&f).dropped, JOBS - WAITING);
	assert_int_equal(corrected(&f).submitted + corrected(&f).rejected, 1 + JOBS);
	assert_int_equal(corrected(&f).queued, WAITING);
	atomic_store(&f.hold, false);
	for (int i = 0; i < JOBS; i++) {
		bool dropped = i < JOBS - WAITING;

		await(jobs[i].ran || jobs[i].dropped);
		assert_int_equal(jobs[i].ran, !dropped);
		assert_int_equal(jobs[i].dropped, dropped);
		if (!dropped) {
			assert_int_equal(jobs[i].order, 1 + i - (JOBS - WAITING));
			assert_int_equal(jobs[i].tid, holder.tid);
		}
	}
	await(stats_of(f.pool).completed == 1); /* for the pool it was one task */
	assert_int_equal(counts(&f).carried, WAITING);
	assert_int_equal(corrected(&f).completed, 1 + WAITING);
	tear_down(&f);
}

/* Who waits when it is all over is dropped, too. */
static void test_drop_at_the_end(void **state)
{
	struct fixture f;
	struct job holder, job = JOB(&f, .ran = 0);
	(void)state;

	set_up(&f, "drop_oldest", WAITING, &holder);
	submit(&f, &job);
	assert_int_equal(pool_overload_empty(&f.overload), 1);
	assert_int_equal(job.dropped, 1);
	tear_down(&f);
	assert_int_equal(job.ran, 0);
}

/* A pool that is full of other people's tasks takes none of those that wait along. */
static void test_drop_where_none_is_inside(void **state)
{
	struct pool_overload_options options = {.waiting = WAITING, .dropped = job_dropped};
	struct fixture f;
	struct job holder, job = JOB(&f, .ran = 0);
	(void)state;

	set_up(&f, "reject", 0, &holder);
	pool_overload_destroy(&f.overload);
	assert_int_equal(pool_overload_init(&f.overload, "drop_oldest", f.pool, &options), 0);
	submit(&f, &job);
	assert_int_equal(job.dropped, 1);
	assert_int_equal(counts(&f).waiting, 0);
	tear_down(&f);
	assert_int_equal(job.ran, 0);
}

static void test_room_again(void **state)
{
	struct fixture f;
	struct job holder, jobs[JOBS];
	(void)state;

	set_up(&f, "drop_oldest", WAITING, &holder);
	atomic_store(&f.hold, false);
	/* However the worker stands between two tasks: none is lost. */
	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct job)JOB(&f, .ran = 0);
		submit(&f, &jobs[i]);
		await(jobs[i].ran || jobs[i].dropped);
		assert_int_equal(jobs[i].ran + jobs[i].dropped, 1);
	}
	tear_down(&f);
}

/* A closed pool is no overload. */
static void test_closed(void **state)
{
	const char *const *names = pool_overload_names();
	(void)state;

	for (; *names; names++) {
		struct fixture f;
		struct closer closer;
		struct job holder, job = JOB(&f, .ran = 0);
		enum pool_overload_outcome outcome;

		set_up(&f, *names, WAITING, &holder);
		closer = (struct closer){.pool = f.pool, .mode = POOL_DRAIN};
		closer_start(&closer);
		outcome = submit(&f, &job);
		if (strcmp(*names, "drop_oldest") == 0)
			assert_int_equal(pool_overload_empty(&f.overload), 1);
		else
			assert_int_equal(outcome, POOL_OVERLOAD_REJECTED);
		atomic_store(&f.hold, false);
		closer_join(&closer);
		pool_overload_destroy(&f.overload);
		assert_int_equal(job.ran + job.answered, 0);
	}
}

static void test_options(void **state)
{
	const struct pool_overload_options none = {0};
	struct pool_overload o;
	(void)state;

	assert_int_equal(pool_overload_init(&o, "drop_newest", NULL, &none), EINVAL);
	assert_int_equal(pool_overload_init(&o, "drop_oldest", NULL, &none), EINVAL);
	assert_int_equal(pool_overload_init(&o, "fall_back", NULL, &none), EINVAL);
	for (const char *const *name = pool_overload_names(); *name; name++) {
		struct pool_overload_options all = {
		    .waiting = 1, .dropped = job_dropped, .fallback = {answer, NULL}};

		assert_int_equal(pool_overload_init(&o, *name, NULL, &all), 0);
		assert_string_equal(o.ops->name, *name);
		pool_overload_destroy(&o);
	}
}

static void test_switch(void **state)
{
	struct pool_degrade degrade;
	struct fixture f;
	struct job holder, jobs[3] = {JOB(&f, .ran = 0), JOB(&f, .ran = 0), JOB(&f, .ran = 0)};
	(void)state;

	set_up(&f, "caller_runs", 0, &holder);
	pool_degrade_init(&degrade);
	f.guard.degrade = &degrade;
	f.guard.fallback = (struct pool_fallback){answer, &f};
	pool_degrade_set(&degrade, true);
	assert_int_equal(submit(&f, &jobs[0]), POOL_OVERLOAD_FELL_BACK);
	assert_int_equal(f.why, POOL_REFUSED_BY_SWITCH);
	f.guard.fallback.answer = NULL;
	assert_int_equal(submit(&f, &jobs[1]), POOL_OVERLOAD_REJECTED);
	pool_degrade_set(&degrade, false);
	assert_int_equal(submit(&f, &jobs[2]), POOL_OVERLOAD_CALLER_RAN);
	assert_int_equal(f.guard.refused[POOL_REFUSED_BY_SWITCH], 2);
	tear_down(&f);
}

/* Tasks that fail open the breaker; then the fall-back answers, and the pool is left alone. */
static void test_breaker(void **state)
{
	struct pool_breaker_options options = POOL_BREAKER_OPTIONS_INIT;
	struct pool_made_clock clock;
	struct pool_breaker breaker;
	struct fixture f;
	struct job holder, jobs[22];
	(void)state;

	set_up(&f, "caller_runs", 0, &holder);
	pool_made_clock_init(&clock, 0);
	assert_int_equal(pool_breaker_init(&breaker, &options, &clock.clock), 0);
	f.guard.breaker = &breaker;
	f.guard.fallback = (struct pool_fallback){answer, &f};
	for (int i = 0; i < 22; i++) {
		bool open = i >= 20;

		jobs[i] = (struct job)JOB(&f, .fails = true);
		assert_int_equal(submit(&f, &jobs[i]),
				 open ? POOL_OVERLOAD_FELL_BACK : POOL_OVERLOAD_CALLER_RAN);
		assert_int_equal(jobs[i].ran, !open);
	}
	assert_int_equal(f.why, POOL_REFUSED_BY_BREAKER);
	assert_int_equal(f.guard.refused[POOL_REFUSED_BY_BREAKER], 2);
	tear_down(&f);
	pool_breaker_destroy(&breaker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reject),
	    cmocka_unit_test(test_caller_runs),
	    cmocka_unit_test(test_spawn),
	    cmocka_unit_test(test_fall_back),
	    cmocka_unit_test(test_drop_oldest),
	    cmocka_unit_test(test_drop_at_the_end),
	    cmocka_unit_test(test_drop_where_none_is_inside),
	    cmocka_unit_test(test_room_again),
	    cmocka_unit_test(test_closed),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_switch),
	    cmocka_unit_test(test_breaker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
