/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inline queues of pool/queue beside those of ConcurrencyKit (ck_ring) and oneTBB, in one run
 * and in turns, between a thread on one CPU and one on another: items a second, and the median of
 * the rounds' ratios.
 *   bench_queues [ROUNDS]   ROUNDS defaults to 15
 *
 * Each side puts or gets one item at a time and, where it can't, relaxes the CPU and tries again.
 * So do both sides of each pair; what they have between them is the structure.
 *
 * The deque has no peer with the same interface: oneTBB's deques of tasks are hidden in its
 * scheduler, ck has none. Next to it are ck_ring's form for one producer and many consumers, whose
 * contract is that of push and steal (its owner takes as a consumer, from the other end), and
 * tbb::concurrent_queue. The goal is against the faster.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool/queue/deque.h"
#include "pool/queue/relax.h"
#include "pool/queue/ring_mpmc.h"
#include "pool/queue/ring_spsc.h"
#include "tests/bench/duel.h"
#include "tests/bench/numbers.h"

#if __has_include(<ck_ring.h>)
#include <ck_ring.h>
#define HAVE_CK 1
#else
#define HAVE_CK 0
#endif
#ifdef HAVE_TBB
#include "tests/bench/tbb_queue.h"
#endif

enum { CAPACITY = 1024, BURST = 64 };

#define SPSC_ITEMS  2000000
#define MPMC_ITEMS  1000000
#define DEQUE_ITEMS 1000000

/* -- each structure's operations: open, close, put, get, and take by who puts
 * ---------------------- */

static void *ours_spsc_open(void)
{
	struct pool_ring_spsc *ring = aligned_alloc(POOL_QUEUE_LINE, sizeof(*ring));

	if (ring && pool_ring_spsc_init(ring, CAPACITY, 0)) {
		free(ring);
		ring = NULL;
	}
	return ring;
}

static void ours_spsc_close(void *ring)
{
	pool_ring_spsc_destroy(ring);
	free(ring);
}

static void *ours_mpmc_open(void)
{
	struct pool_ring_mpmc *ring = aligned_alloc(POOL_QUEUE_LINE, sizeof(*ring));

	if (ring && pool_ring_mpmc_init(ring, CAPACITY, 0)) {
		free(ring);
		ring = NULL;
	}
	return ring;
}

static void ours_mpmc_close(void *ring)
{
	pool_ring_mpmc_destroy(ring);
	free(ring);
}

static void *ours_deque_open(void)
{
	struct pool_deque *deque = aligned_alloc(POOL_QUEUE_LINE, sizeof(*deque));

	if (deque && pool_deque_init(deque, CAPACITY, 0)) {
		free(deque);
		deque = NULL;
	}
	return deque;
}

static void ours_deque_close(void *deque)
{
	pool_deque_destroy(deque);
	free(deque);
}

static inline bool ours_deque_steal(void *deque, void **item)
{
	return pool_deque_steal(deque, item) == POOL_DEQUE_STOLEN;
}

#if HAVE_CK
struct ck {
	_Alignas(POOL_QUEUE_LINE) ck_ring_t ring;
	_Alignas(POOL_QUEUE_LINE) ck_ring_buffer_t places[CAPACITY];
};

static void *ck_open(void)
{
	struct ck *ck = aligned_alloc(POOL_QUEUE_LINE, sizeof(*ck));

	if (ck) {
		memset(ck, 0, sizeof(*ck));
		ck_ring_init(&ck->ring, CAPACITY);
	}
	return ck;
}

#define CK_OPERATIONS(contract)                                                                    \
	static inline bool ck_##contract##_put(void *q, void *item)                                \
	{                                                                                          \
		struct ck *ck = q;                                                                 \
                                                                                                   \
		return ck_ring_enqueue_##contract(&ck->ring, ck->places, item);                    \
	}                                                                                          \
	static inline bool ck_##contract##_get(void *q, void **item)                               \
	{                                                                                          \
		struct ck *ck = q;                                                                 \
                                                                                                   \
		return ck_ring_dequeue_##contract(&ck->ring, ck->places, item);                    \
	}
CK_OPERATIONS(spsc)
CK_OPERATIONS(mpmc)
CK_OPERATIONS(spmc)
#endif

/* -- the two sides of a pair ----------------------------------------------------------------------
 */

/* A producer and a consumer, inlined for one structure: items come in order, from 1. */
#define PAIR(name, put, get)                                                                       \
	static bool name##_producer(struct duel_side *side)                                        \
	{                                                                                          \
		void *queue = side->queue;                                                         \
		size_t items = side->items;                                                        \
                                                                                                   \
		duel_ready(side);                                                                  \
		for (uintptr_t i = 1; i <= items; i++)                                             \
			while (!put(queue, (void *)i))                                             \
				pool_cpu_relax();                                                  \
		return true;                                                                       \
	}                                                                                          \
	static bool name##_consumer(struct duel_side *side)                                        \
	{                                                                                          \
		void *queue = side->queue;                                                         \
		size_t items = side->items;                                                        \
		bool right = true;                                                                 \
                                                                                                   \
		duel_ready(side);                                                                  \
		for (uintptr_t i = 1; i <= items; i++) {                                           \
			void *item;                                                                \
                                                                                                   \
			while (!get(queue, &item))                                                 \
				pool_cpu_relax();                                                  \
			right &= item == (void *)i;                                                \
		}                                                                                  \
		return right;                                                                      \
	}

/* An owner that puts bursts and takes what is left of them, and a thief that takes meanwhile. The
 * last item, which the owner puts when all others are gone, says to the thief that it is over. */
#define THEFT(name, put, take, steal)                                                              \
	static bool name##_owner(struct duel_side *side)                                           \
	{                                                                                          \
		void *queue = side->queue, *item;                                                  \
		size_t items = side->items;                                                        \
                                                                                                   \
		duel_ready(side);                                                                  \
		for (uintptr_t i = 1; i <= items;) {                                               \
			for (uintptr_t end = i + BURST; i < end && i <= items; i++)                \
				while (!put(queue, (void *)i))                                     \
					pool_cpu_relax();                                          \
			while (take(queue, &item))                                                 \
				side->taken += (uintptr_t)item;                                    \
		}                                                                                  \
		while (!put(queue, (void *)(items + 1)))                                           \
			pool_cpu_relax();                                                          \
		return true;                                                                       \
	}                                                                                          \
	static bool name##_thief(struct duel_side *side)                                           \
	{                                                                                          \
		void *queue = side->queue, *last = (void *)(side->items + 1), *item = NULL;        \
                                                                                                   \
		duel_ready(side);                                                                  \
		while (item != last) {                                                             \
			if (!steal(queue, &item)) {                                                \
				pool_cpu_relax();                                                  \
				continue;                                                          \
			}                                                                          \
			side->taken += (uintptr_t)item;                                            \
		}                                                                                  \
		side->taken -= (uintptr_t)last;                                                    \
		return true;                                                                       \
	}

PAIR(ours_spsc, pool_ring_spsc_put, pool_ring_spsc_get)
PAIR(ours_mpmc, pool_ring_mpmc_put, pool_ring_mpmc_get)
THEFT(ours_deque, pool_deque_push, pool_deque_pop, ours_deque_steal)
#if HAVE_CK
PAIR(ck_spsc, ck_spsc_put, ck_spsc_get)
PAIR(ck_mpmc, ck_mpmc_put, ck_mpmc_get)
THEFT(ck_spmc, ck_spmc_put, ck_spmc_get, ck_spmc_get)
#endif
#ifdef HAVE_TBB
THEFT(tbb, tbb_queue_push, tbb_queue_pop, tbb_queue_pop)
#endif

/* -- measuring ------------------------------------------------------------------------------------
 */

struct contender {
	const char *name;
	void *(*open)(void);
	void (*close)(void *queue);
	bool (*sides[2])(struct duel_side *side);
	struct series rate; /* million items a second */
};

struct contest {
	const char *goal;
	double bound;
	size_t items;
	bool theft;                   /* who took what is checked by its sum */
	struct contender *contenders; /* ours first; ends with one without a name */
	const char *missing;          /* why there is no other */
};

static int measure(const struct contest *contest, struct contender *c, const struct duel_cpus *cpus,
		   struct error *err)
{
	struct duel_side sides[2] = {{.run = c->sides[0]}, {.run = c->sides[1]}};
	uint64_t sum = (uint64_t)contest->items * (contest->items + 1) / 2;
	void *queue = c->open();
	int64_t ns;

	if (!queue)
		return error_host(err, 0, "%s: no memory", c->name);
	for (int i = 0; i < 2; i++) {
		sides[i].queue = queue;
		sides[i].items = contest->items;
	}
	ns = duel_run(cpus, sides, err);
	c->close(queue);
	if (ns < 0)
		return error_wrap(err, "%s", c->name);
	if (contest->theft && sides[0].taken + sides[1].taken != sum)
		return error_host(err, 0, "%s: items were lost, or taken twice", c->name);
	series_add(&c->rate, (double)contest->items * 1e3 / (double)ns);
	return 0;
}

/* The median of each round's ratio: both of a round had the same machine, two rounds may not have
 * had. */
static double ratio(const struct contender *ours, const struct contender *other)
{
	struct series ratios = {0};

	for (size_t i = 0; i < ours->rate.count; i++)
		series_add(&ratios, ours->rate.values[i] / other->rate.values[i]);
	return series_quantile(&ratios, 0.5);
}

static void print_goal(const struct contest *contest)
{
	const struct contender *ours = contest->contenders;
	double least = INFINITY;

	for (const struct contender *c = ours; c->name; c++) {
		printf("  %-22s %8.1f million items/s (P10 %.1f, P90 %.1f)\n", c->name,
		       series_quantile(&c->rate, 0.5), series_quantile(&c->rate, 0.1),
		       series_quantile(&c->rate, 0.9));
		if (c != ours)
			least = fmin(least, ratio(ours, c));
	}
	if (isfinite(least))
		goal_at_least(contest->goal, least, "x", contest->bound);
	else
		goal_not_measured(contest->goal, contest->missing);
}

static int compare(struct contest *contest, int rounds, const struct duel_cpus *cpus,
		   struct error *err)
{
	size_t count = 0;

	while (contest->contenders[count].name)
		count++;
	for (int round = 0; round < rounds; round++)
		/* Who is first changes from round to round. */
		for (size_t i = 0; i < count; i++)
			if (measure(contest, &contest->contenders[(i + (size_t)round) % count],
				    cpus, err) < 0)
				return -1;
	print_goal(contest);
	return 0;
}

#define NO_CK "there is no ck_ring.h here: scripts/install-deps --bench"

static int run(int rounds, struct error *err)
{
	static struct contender spsc[] = {
		{"ring_spsc",
		 ours_spsc_open,
		 ours_spsc_close,
		 {ours_spsc_producer, ours_spsc_consumer},
		 {0}},
#if HAVE_CK
		{"ck_ring spsc", ck_open, free, {ck_spsc_producer, ck_spsc_consumer}, {0}},
#endif
		{0}
	};
	static struct contender mpmc[] = {
		{"ring_mpmc",
		 ours_mpmc_open,
		 ours_mpmc_close,
		 {ours_mpmc_producer, ours_mpmc_consumer},
		 {0}},
#if HAVE_CK
		{"ck_ring mpmc", ck_open, free, {ck_mpmc_producer, ck_mpmc_consumer}, {0}},
#endif
		{0}
	};
	static struct contender deque[] =
	{ {"deque", ours_deque_open, ours_deque_close, {ours_deque_owner, ours_deque_thief}, {0}},
#if HAVE_CK
	  {"ck_ring spmc", ck_open, free, {ck_spmc_owner, ck_spmc_thief}, {0}},
#endif
#ifdef HAVE_TBB
	  {"tbb::concurrent_queue", tbb_queue_new, tbb_queue_free, {tbb_owner, tbb_thief}, {0}},
#endif
	  {0} };
	struct contest contests[] = {
	    {"spsc_ratio", 3, SPSC_ITEMS, false, spsc, NO_CK},
	    {"mpmc_ratio", 1, MPMC_ITEMS, false, mpmc, NO_CK},
	    {"deque_ratio", 1, DEQUE_ITEMS, true, deque, NO_CK},
	};
	struct duel_cpus cpus;
	double round_trip;

	if (duel_cpus(&cpus, err) < 0)
		return -1;
	if (!cpus.apart) {
		for (int i = 0; i < 3; i++)
			goal_not_measured(contests[i].goal,
					  "needs two CPUs, this process may use one");
		return 0;
	}
	for (int i = 0; i < 3; i++) {
		round_trip = duel_round_trip_ns(&cpus, err);
		if (round_trip < 0)
			return -1;
		printf("CPUs %d and %d, a line to and fro in %.0f ns, medians of %d in turns:\n",
		       cpus.first, cpus.second, round_trip, rounds);
		if (compare(&contests[i], rounds, &cpus, err) < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	int rounds = argc > 1 ? atoi(argv[1]) : 15;

	if (run(rounds > 0 ? rounds : 1, &err) < 0)
		return could_not_measure(&err);
	return 0;
}
