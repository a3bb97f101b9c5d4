/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/race/queue_race.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "pool/queue/relax.h"

enum { LEVELS = 2, THREADS_MAX = 16, BATCH_MAX = 100 };

#define MARK UINT32_C(0x5eed5eed)

struct item {
	uint32_t mark; /* number ^ MARK: plain, so that a missing order is a data race */
	uint32_t number;
	uint8_t producer, level;
	atomic_uchar refused, taken;
};

struct running {
	const struct race *race;
	const struct pool_queue_traits *traits;
	struct pool_queue *queue;
	struct item *items; /* each producer's stand together */
	size_t share;
	uint64_t seed;
	atomic_size_t put;
	atomic_uint disorders, unmarked, wrong_status;
};

struct thread {
	struct running *running;
	unsigned index;
	struct random random;
	int64_t last[THREADS_MAX][LEVELS];
	pthread_t id;
};

/* "own": a bounded FIFO that is none of the library's, with nothing but a lock. */
enum { OWN_MAX = 1024 };

struct own_fifo {
	pthread_mutex_t lock;
	size_t first, count, capacity;
	void *items[OWN_MAX];
};

static int own_init(void *own, size_t capacity)
{
	struct own_fifo *fifo = own;

	fifo->capacity = capacity < OWN_MAX ? capacity : OWN_MAX;
	return pthread_mutex_init(&fifo->lock, NULL);
}

static void own_destroy(void *own)
{
	pthread_mutex_destroy(&((struct own_fifo *)own)->lock);
}

static enum pool_queue_status own_put(void *own, void *item)
{
	struct own_fifo *fifo = own;
	bool room;

	pthread_mutex_lock(&fifo->lock);
	room = fifo->count < fifo->capacity;
	if (room)
		fifo->items[(fifo->first + fifo->count++) % OWN_MAX] = item;
	pthread_mutex_unlock(&fifo->lock);
	return room ? POOL_QUEUE_OK : POOL_QUEUE_FULL;
}

static enum pool_queue_status own_get(void *own, void **item)
{
	struct own_fifo *fifo = own;
	bool any;

	pthread_mutex_lock(&fifo->lock);
	any = fifo->count;
	if (any) {
		*item = fifo->items[fifo->first++ % OWN_MAX];
		fifo->count--;
	}
	pthread_mutex_unlock(&fifo->lock);
	return any ? POOL_QUEUE_OK : POOL_QUEUE_EMPTY;
}

static size_t own_count(const void *own)
{
	struct own_fifo *fifo = (struct own_fifo *)own;
	size_t count;

	pthread_mutex_lock(&fifo->lock);
	count = fifo->count;
	pthread_mutex_unlock(&fifo->lock);
	return count;
}

static size_t own_capacity(const void *own)
{
	return ((const struct own_fifo *)own)->capacity;
}

static const struct pool_queue_own own_fifo = {
    .traits = {.name = "own",
	       .many_producers = true,
	       .many_consumers = true,
	       .bounded = true,
	       .fifo = true},
    .size = sizeof(struct own_fifo),
    .init = own_init,
    .destroy = own_destroy,
    .try_put = own_put,
    .try_get = own_get,
    .count = own_count,
    .capacity = own_capacity,
};

static struct pool_queue *race_open(const char *kind, const struct pool_queue_options *options,
				    int *error)
{
	return strcmp(kind, "own") == 0 ? pool_queue_open_own(&own_fifo, options, error)
					: pool_queue_open(kind, options, error);
}

uint64_t race_seed(void)
{
	static uint64_t seed;
	const char *given = getenv("SEED");

	if (!seed) {
		if (given)
			seed = strtoull(given, NULL, 0);
		else if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
			seed = (uint64_t)time(NULL);
		seed += !seed;
		printf("SEED=%llu\n", (unsigned long long)seed);
		fflush(stdout);
	}
	return seed;
}

struct random race_random(uint64_t seed, uint64_t thread)
{
	struct random random;

	random_init(&random, seed, thread + 1);
	return random;
}

void race_stumble(struct random *random)
{
	uint32_t what = random_below(random, 512);

	if (what < 2)
		sched_yield();
	else if (what < 20)
		for (uint32_t i = random_below(random, 200); i; i--)
			pool_cpu_relax();
}

static int64_t deadline(struct thread *t)
{
	int64_t patience = t->running->race->patience_ns;
	if (!patience)
		return POOL_QUEUE_FOR_EVER;
	return clock_now() + (int64_t)random_below(&t->random, (uint64_t)patience);
}

static void took(struct thread *t, struct item *item, bool in_order)
{
	struct running *r = t->running;
	int64_t *last = &t->last[item->producer][item->level];

	if ((item->number ^ MARK) != item->mark)
		atomic_fetch_add(&r->unmarked, 1);
	if (in_order && (int64_t)item->number <= *last)
		atomic_fetch_add(&r->disorders, 1);
	if (in_order)
		*last = item->number;
	/* Relaxed: this must not order what the queue does not. */
	atomic_fetch_add_explicit(&item->taken, 1, memory_order_relaxed);
}

/* Get one, or some. Returns POOL_QUEUE_CLOSED when nothing will come any more. */
static enum pool_queue_status get_some(struct thread *t)
{
	const struct race *race = t->running->race;
	enum pool_queue_status status = POOL_QUEUE_OK;
	void *got[BATCH_MAX];
	size_t count = 0;

	if (race->batch > 1 && random_below(&t->random, 4))
		count = pool_queue_get_many(t->running->queue, got,
					    1 + random_below(&t->random, race->batch), NULL);
	if (!count) {
		status = pool_queue_get(t->running->queue, got, deadline(t));
		count = status == POOL_QUEUE_OK;
	}
	for (size_t i = 0; i < count; i++)
		took(t, got[i], true);
	if (status != POOL_QUEUE_OK && status != POOL_QUEUE_CLOSED && status != POOL_QUEUE_TIMEOUT)
		atomic_fetch_add(&t->running->wrong_status, 1);
	return status;
}

/* An owner takes from its own end, where nothing is in order for it. */
static void get_own(struct thread *t)
{
	void *got;

	if (pool_queue_try_get(t->running->queue, &got) == POOL_QUEUE_OK)
		took(t, got, false);
}

static void *consumer_main(void *arg)
{
	struct thread *t = arg;

	while (get_some(t) != POOL_QUEUE_CLOSED)
		race_stumble(&t->random);
	return NULL;
}

/* Put some. Returns how many; 0: closed. */
static size_t put_some(struct thread *t, struct item *item, size_t left)
{
	const struct race *race = t->running->race;
	struct pool_queue *queue = t->running->queue;
	void *items[BATCH_MAX];
	enum pool_queue_status status;

	if (race->batch > 1 && random_below(&t->random, 4)) {
		size_t count = 1 + random_below(&t->random, race->batch);

		count = count > left ? left : count;
		for (size_t i = 0; i < count; i++)
			items[i] = item + i;
		count = pool_queue_put_many(queue, items, count, NULL);
		if (count)
			return count;
	}
	do
		status = item->level ? pool_queue_put_high(queue, item, deadline(t))
				     : pool_queue_put(queue, item, deadline(t));
	while (status == POOL_QUEUE_TIMEOUT);
	if (status != POOL_QUEUE_OK && status != POOL_QUEUE_CLOSED)
		atomic_fetch_add(&t->running->wrong_status, 1);
	return status == POOL_QUEUE_OK;
}

static void *producer_main(void *arg)
{
	struct thread *t = arg;
	struct running *r = t->running;
	struct item *items = r->items + t->index * r->share;
	size_t done = 0, some;

	for (size_t i = 0; i < r->share; i++) {
		items[i].number = (uint32_t)i;
		items[i].mark = (uint32_t)i ^ MARK;
		items[i].producer = (uint8_t)t->index;
		items[i].level = r->race->high && i % 2;
	}
	while (done < r->share && (some = put_some(t, items + done, r->share - done))) {
		done += some;
		atomic_fetch_add_explicit(&r->put, some, memory_order_relaxed);
		race_stumble(&t->random);
		while (r->traits->same_thread && random_below(&t->random, 3) == 0)
			get_own(t);
	}
	for (size_t i = done; i < r->share; i++)
		atomic_store(&items[i].refused, 1);
	/* Where the contract wants it, the producer closes. */
	if (!r->traits->many_producers)
		pool_queue_close(r->queue);
	return NULL;
}

static void start(struct running *r, struct thread *threads, unsigned count, unsigned first,
		  void *(*run)(void *arg))
{
	for (unsigned i = 0; i < count; i++) {
		threads[i] = (struct thread){.running = r, .index = i};
		threads[i].random = race_random(r->seed, first + i);
		for (unsigned p = 0; p < THREADS_MAX; p++)
			for (unsigned level = 0; level < LEVELS; level++)
				threads[i].last[p][level] = -1;
		if (pthread_create(&threads[i].id, NULL, run, &threads[i]))
			abort();
	}
}

static void join(struct thread *threads, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i].id, NULL);
}

static const char *judge(struct running *r)
{
	static char text[300];
	size_t lost = 0, twice = 0, refused = 0, all = r->share * r->race->producers;

	for (size_t i = 0; i < all; i++) {
		unsigned taken = atomic_load(&r->items[i].taken);

		refused += atomic_load(&r->items[i].refused);
		lost += !taken && !atomic_load(&r->items[i].refused);
		twice += taken > 1u - atomic_load(&r->items[i].refused);
	}
	if (!lost && !twice && !r->disorders && !r->unmarked && !r->wrong_status &&
	    (r->race->close_early || !refused))
		return NULL;
	snprintf(
	    text, sizeof(text),
	    "%s, wait %d, %u producers, %u consumers, SEED=%llu: of %zu items %zu lost, %zu too "
	    "often, %zu refused; %u out of order, %u without their mark, %u statuses wrong",
	    r->race->kind, r->race->options.wait, r->race->producers, r->race->consumers,
	    (unsigned long long)race_seed(), all, lost, twice, refused, r->disorders, r->unmarked,
	    r->wrong_status);
	return text;
}

/* Close at a random instant, by progress and not by time. */
static void close_early(struct running *r, struct random *random)
{
	size_t when = random_below(random, (uint32_t)r->race->items);

	while (atomic_load_explicit(&r->put, memory_order_relaxed) < when)
		sched_yield();
	pool_queue_close(r->queue);
}

const char *race_run(const struct race *race)
{
	static uint64_t run;
	struct running r = {.race = race, .seed = race_seed() + run++};
	struct random random = race_random(r.seed, 99);
	struct thread producers[THREADS_MAX], consumers[THREADS_MAX];
	const char *wrong = "could not be opened";
	int error;

	r.share = (race->items + race->producers - 1) / race->producers;
	r.items = calloc(r.share * race->producers, sizeof(*r.items));
	r.queue = race_open(race->kind, &race->options, &error);
	if (r.items && r.queue) {
		r.traits = pool_queue_traits(r.queue);
		start(&r, consumers, race->consumers, THREADS_MAX, consumer_main);
		start(&r, producers, race->producers, 0, producer_main);
		if (race->close_early)
			close_early(&r, &random);
		join(producers, race->producers);
		pool_queue_close(r.queue);
		join(consumers, race->consumers);
		wrong = judge(&r);
	}
	pool_queue_destroy(r.queue);
	free(r.items);
	return wrong;
}
