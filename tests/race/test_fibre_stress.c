/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fibres on several cores that wait, yield, park, are woken by others and by threads, hand items
 * through channels, share a mutex, push items and unwind, at random; while somebody changes their
 * limit and purges idle ones. Each job has one end, nothing is lost, and what the mutex guards is
 * right. The seed is printed; FIBRE_SEED=N repeats it, FIBRE_ROUNDS=N makes it longer.
 */
#include "tests/race/fibre_help.h"

#include "pool/fibre/channel.h"
#include "pool/fibre/mutex.h"

enum { JOBS = 120, STEPS = 30, PARTNERS = 16 };

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled",
 * 2016. */
static uint32_t random_below(uint64_t *state, uint32_t bound)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * UINT64_C(2685821657736338717) >> 32) % bound);
}

/* Where a fibre sits and another one finds it. */
struct place {
	struct pool_fibre_mutex mutex;
	struct pool_fibre_parker *parker;
};

struct world {
	struct rig rig;
	struct pool_fibre_mutex mutex;
	uint64_t guarded; /* by it */
	_Atomic uint64_t additions;
	struct pool_fibre_channel channel;
	_Atomic uint64_t sent, received; /* sums */
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
	return now_ns() + (int64_t)random_below(&s->random, 50000);
}

static void add(struct stress *s)
{
	struct world *w = s->world;
	uint64_t seen;

	if (!pool_fibre_mutex_lock_until(&w->mutex,
					 random_below(&s->random, 2) ? INT64_MAX : soon(s)))
		return;
	seen = w->guarded;
	if (random_below(&s->random, 3) == 0)
		pool_fibre_yield();
	w->guarded = seen + 1;
	atomic_fetch_add(&w->additions, 1);
	pool_fibre_mutex_unlock(&w->mutex);
}

static void pass_item(struct stress *s)
{
	struct world *w = s->world;
	void *item;

	if (random_below(&s->random, 2)) {
		uintptr_t value = 1 + random_below(&s->random, 1000);

		if (pool_fibre_channel_send(&w->channel, (void *)value, soon(s)) == POOL_QUEUE_OK)
			atomic_fetch_add(&w->sent, value);
	} else if (pool_fibre_channel_receive(&w->channel, &item, soon(s)) == POOL_QUEUE_OK) {
		atomic_fetch_add(&w->received, (uintptr_t)item);
	}
}

/* Who finds a place empty sits there for a while; who finds somebody calls it. */
static void meet(struct stress *s)
{
	struct place *place = &s->world->places[random_below(&s->random, PARTNERS)];
	struct pool_fibre_parker own, *other;
	bool taken;

	pool_fibre_parker_init(&own);
	pool_fibre_mutex_lock(&place->mutex);
	other = place->parker;
	place->parker = other ? NULL : &own;
	pool_fibre_mutex_unlock(&place->mutex);
	if (other)
		pool_fibre_parker_unpark(other);
	if (other || pool_fibre_parker_park(&own, soon(s)))
		return;
	pool_fibre_mutex_lock(&place->mutex);
	taken = place->parker != &own;
	if (!taken)
		place->parker = NULL;
	pool_fibre_mutex_unlock(&place->mutex);
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
		switch (random_below(&s->random, 6)) {
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
			pass_item(s);
			break;
		case 4:
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
	struct pool_runtime_options options = {.wait = waits[random_below(random, 3)],
					       .fibres = random_below(random, 2) ? 0 : 50};

	memset(w, 0, sizeof(*w));
	if (random_below(random, 2))
		options.idle_expiry_ns = MS / 10;
	pool_fibre_mutex_init(&w->mutex);
	for (int i = 0; i < PARTNERS; i++)
		pool_fibre_mutex_init(&w->places[i].mutex);
	assert_int_equal(pool_fibre_channel_init(&w->channel, random_below(random, 4)), 0);
	rig_start(&w->rig, 1 + random_below(random, RIG_CORES), options);
}

/* From this thread: take part in the mutex and the channel, and disturb. */
static void disturb(struct world *w, uint64_t *random)
{
	struct stress self = {.world = w, .random = *random | 1};

	for (int i = 0; i < 40; i++) {
		switch (random_below(random, 5)) {
		case 0:
			pool_runtime_purge(&w->rig.runtime);
			break;
		case 1:
			pool_runtime_limit(&w->rig.runtime, 30 + random_below(random, 60));
			break;
		case 2:
			pass_item(&self);
			break;
		case 3:
			pool_fibre_mutex_lock(&w->mutex);
			w->guarded++;
			atomic_fetch_add(&w->additions, 1);
			pool_fibre_mutex_unlock(&w->mutex);
			break;
		default:
			nanosleep(&(struct timespec){0, random_below(random, 100000)}, NULL);
		}
	}
}

static void world_end(struct world *w)
{
	void *item;

	rig_end(&w->rig);
	while (pool_fibre_channel_receive(&w->channel, &item, 0) == POOL_QUEUE_OK)
		atomic_fetch_add(&w->received, (uintptr_t)item);
	assert_int_equal(w->sent, w->received);
	assert_int_equal(w->guarded, w->additions);
	assert_int_equal(w->mutex.word, 0);
	pool_fibre_channel_destroy(&w->channel);
	pool_fibre_mutex_destroy(&w->mutex);
	for (int i = 0; i < PARTNERS; i++)
		pool_fibre_mutex_destroy(&w->places[i].mutex);
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
		jobs[i].random = ((uint64_t)random_below(random, UINT32_MAX) << 8 | 1);
		jobs[i].unwinds = random_below(random, 5) == 0;
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
