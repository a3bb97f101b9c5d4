/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fibres on several cores that wait, yield, park, are unparked by others and by threads, take turns
 * through a list of waiters, push items and unwind, at random; while another thread changes their
 * limit and purges idle ones. Each job has one end, no turn is lost, and what a turn guards is
 * right. The seed is printed; FIBRE_SEED=N repeats it, FIBRE_ROUNDS=N makes it longer.
 */
#include "tests/race/fibre_help.h"
#include "base/random.h"

enum { JOBS = 120, STEPS = 30, PARTNERS = 16 };

static uint32_t next_below(uint64_t *state, uint32_t bound)
{
	return (uint32_t)((random_splitmix(state) >> 32) % bound);
}

/* Where a fibre parks and another one finds it. */
struct place {
	pthread_mutex_t lock; /* held for an instant, never over a wait */
	struct pool_fibre_parker *parker;
};

/* A turn that one fibre or thread has at a time, and passes on in order. */
struct turn {
	pthread_mutex_t lock; /* of what follows */
	bool taken;
	struct waiter *first; /* in the order in which they came */
};

/* On the stack of a fibre or a thread that waits for its turn. */
struct waiter {
	struct pool_fibre_parker parker;
	struct waiter *next;
	bool listed;
};

struct world {
	struct rig rig;
	struct turn turn;
	uint64_t guarded; /* by it */
	_Atomic uint64_t additions;
	struct place places[PARTNERS];
	atomic_int unwound_expected;
};

struct stress {
	struct job job; /* must be first */
	struct world *world;
	uint64_t random;
	bool unwinds;
	struct job child;
	bool pushed;
};

static int64_t soon(struct stress *s)
{
	return now_ns() + (int64_t)next_below(&s->random, 50000);
}

static struct waiter **find(struct turn *turn, const struct waiter *waiter)
{
	struct waiter **link = &turn->first;

	while (*link != waiter)
		link = &(*link)->next;
	return link;
}

static bool leave_turn(struct turn *turn, struct waiter *waiter)
{
	bool listed;

	pthread_mutex_lock(&turn->lock);
	listed = waiter->listed;
	if (listed)
		*find(turn, waiter) = waiter->next;
	pthread_mutex_unlock(&turn->lock);
	return listed;
}

static bool take_turn(struct turn *turn, int64_t deadline_ns)
{
	struct waiter waiter = {.listed = true};
	bool taken;

	pool_fibre_parker_init(&waiter.parker);
	pthread_mutex_lock(&turn->lock);
	taken = turn->taken;
	turn->taken = true;
	if (taken)
		*find(turn, NULL) = &waiter;
	pthread_mutex_unlock(&turn->lock);
	if (!taken || pool_fibre_parker_park(&waiter.parker, deadline_ns))
		return true;
	if (leave_turn(turn, &waiter))
		return false;
	return pool_fibre_parker_park(&waiter.parker, INT64_MAX); /* it is on its way */
}

static void pass_turn(struct turn *turn)
{
	struct waiter *next;

	pthread_mutex_lock(&turn->lock);
	assert_true(turn->taken);
	next = turn->first;
	turn->taken = next != NULL;
	if (next) {
		turn->first = next->next;
		next->listed = false;
	}
	pthread_mutex_unlock(&turn->lock);
	if (next)
		pool_fibre_parker_unpark(&next->parker);
}

static void add(struct stress *s)
{
	struct world *w = s->world;
	uint64_t seen;

	if (!take_turn(&w->turn, next_below(&s->random, 2) ? INT64_MAX : soon(s)))
		return;
	seen = w->guarded;
	if (next_below(&s->random, 3) == 0)
		pool_fibre_yield();
	w->guarded = seen + 1;
	atomic_fetch_add(&w->additions, 1);
	pass_turn(&w->turn);
}

/* A fibre that finds a place empty parks there for a while; one that finds another unparks it. */
static void meet(struct stress *s)
{
	struct place *place = &s->world->places[next_below(&s->random, PARTNERS)];
	struct pool_fibre_parker own, *other;
	bool taken;

	pool_fibre_parker_init(&own);
	pthread_mutex_lock(&place->lock);
	other = place->parker;
	place->parker = other ? NULL : &own;
	pthread_mutex_unlock(&place->lock);
	if (other)
		pool_fibre_parker_unpark(other);
	if (other || pool_fibre_parker_park(&own, soon(s)))
		return;
	pthread_mutex_lock(&place->lock);
	taken = place->parker != &own;
	if (!taken)
		place->parker = NULL;
	pthread_mutex_unlock(&place->lock);
	if (taken)
		assert_true(pool_fibre_parker_park(&own, INT64_MAX)); /* the call is on its way */
}

static void nothing(struct job *job)
{
	(void)job;
}

static void push(struct stress *s)
{
	if (s->pushed)
		return;
	s->pushed = true;
	s->child = (struct job){.run = nothing};
	assert_true(pool_fibre_push(&s->child));
}

static void stress_run(struct job *job)
{
	struct stress *s = (struct stress *)job;

	for (int step = 0; step < STEPS; step++) {
		switch (next_below(&s->random, 5)) {
		case 0:
			pool_fibre_wait_until(soon(s));
			break;
		case 1:
			pool_fibre_yield();
			break;
		case 2:
			add(s);
			break;
		case 3:
			meet(s);
			break;
		default:
			push(s);
			break;
		}
	}
	if (s->unwinds)
		pool_fibre_unwind();
}

static void world_init(struct world *w, uint64_t *random)
{
	const enum pool_runtime_wait waits[] = {POOL_RUNTIME_SPIN_THEN_SLEEP, POOL_RUNTIME_SLEEP,
						POOL_RUNTIME_SPIN};
	struct pool_runtime_options options = {.wait = waits[next_below(random, 3)],
					       .fibres = next_below(random, 2) ? 0 : 50};

	memset(w, 0, sizeof(*w));
	if (next_below(random, 2))
		options.idle_expiry_ns = MS / 10;
	pthread_mutex_init(&w->turn.lock, NULL);
	for (int i = 0; i < PARTNERS; i++)
		pthread_mutex_init(&w->places[i].lock, NULL);
	rig_start(&w->rig, 1 + next_below(random, RIG_CORES), options);
}

/* From this thread: take turns, too, and disturb. */
static void disturb(struct world *w, uint64_t *random)
{
	for (int i = 0; i < 40; i++) {
		switch (next_below(random, 4)) {
		case 0:
			pool_runtime_purge(&w->rig.runtime);
			break;
		case 1:
			pool_runtime_limit(&w->rig.runtime, 30 + next_below(random, 60));
			break;
		case 2:
			assert_true(take_turn(&w->turn, INT64_MAX));
			w->guarded++;
			atomic_fetch_add(&w->additions, 1);
			pass_turn(&w->turn);
			break;
		default:
			nanosleep(&(struct timespec){0, next_below(random, 100000)}, NULL);
		}
	}
}

static void world_end(struct world *w)
{
	rig_end(&w->rig);
	assert_int_equal(w->guarded, w->additions);
	assert_false(w->turn.taken);
	assert_null(w->turn.first);
	pthread_mutex_destroy(&w->turn.lock);
	for (int i = 0; i < PARTNERS; i++)
		pthread_mutex_destroy(&w->places[i].lock);
}

static void run_round(uint64_t *random)
{
	static struct world w;
	static struct stress jobs[JOBS];

	world_init(&w, random);
	memset(jobs, 0, sizeof(jobs));
	for (int i = 0; i < JOBS; i++) {
		jobs[i].job.run = stress_run;
		jobs[i].world = &w;
		jobs[i].random = ((uint64_t)next_below(random, UINT32_MAX) << 8 | 1);
		jobs[i].unwinds = next_below(random, 5) == 0;
		submit(&w.rig, &jobs[i].job);
	}
	disturb(&w, random);
	world_end(&w);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(jobs[i].job.done, jobs[i].unwinds ? 100 : 1);
		assert_int_equal(jobs[i].child.done, jobs[i].pushed);
	}
}

static uint64_t from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_stress(void **state)
{
	uint64_t seed = from_env("FIBRE_SEED", (uint64_t)now_ns());
	uint64_t rounds = from_env("FIBRE_ROUNDS", 15);
	uint64_t random = seed | 1;

	(void)state;
	print_message("FIBRE_SEED=%llu FIBRE_ROUNDS=%llu\n", (unsigned long long)seed,
		      (unsigned long long)rounds);
	for (uint64_t i = 0; i < rounds; i++)
		run_round(&random);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_stress)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
