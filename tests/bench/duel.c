/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/duel.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "pool/queue/item.h"
#include "pool/queue/relax.h"

struct duel {
	atomic_int ready;
};

int duel_cpus(struct duel_cpus *cpus, struct error *err)
{
	cpu_set_t set;
	int found = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return error_host(err, errno, "sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
		if (CPU_ISSET(cpu, &set))
			*(found++ ? &cpus->second : &cpus->first) = cpu;
	cpus->apart = found == 2;
	if (!cpus->apart)
		cpus->second = cpus->first;
	return 0;
}

void duel_ready(struct duel_side *side)
{
	atomic_fetch_add(&side->duel->ready, 1);
	while (atomic_load(&side->duel->ready) < 2)
		pool_cpu_relax();
	side->from_ns = clock_now();
}

static void *side_main(void *arg)
{
	struct duel_side *side = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)side->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	side->right = side->run(side);
	side->to_ns = clock_now();
	return NULL;
}

int64_t duel_run(const struct duel_cpus *cpus, struct duel_side sides[2], struct error *err)
{
	struct duel duel = {0};
	pthread_t threads[2];
	int64_t from, to;
	int started = 0, failed = 0;

	for (; started < 2 && !failed; started += !failed) {
		sides[started].duel = &duel;
		sides[started].cpu = started ? cpus->second : cpus->first;
		failed = pthread_create(&threads[started], NULL, side_main, &sides[started]);
	}
	if (failed)
		atomic_fetch_add(&duel.ready, 2); /* the first one does not wait without end */
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (failed)
		return error_host(err, failed, "pthread_create");
	if (!sides[0].right || !sides[1].right)
		return error_host(err, 0, "an item came out of order or with another value");
	from = sides[0].from_ns < sides[1].from_ns ? sides[0].from_ns : sides[1].from_ns;
	to = sides[0].to_ns > sides[1].to_ns ? sides[0].to_ns : sides[1].to_ns;
	return to - from;
}

struct ball {
	_Alignas(POOL_QUEUE_LINE) atomic_size_t at;
};

static bool ping(struct duel_side *side)
{
	struct ball *ball = side->queue;

	duel_ready(side);
	for (size_t i = 0; i < side->items; i++) {
		atomic_store_explicit(&ball->at, 2 * i + 1, memory_order_release);
		while (atomic_load_explicit(&ball->at, memory_order_acquire) != 2 * i + 2)
			;
	}
	return true;
}

static bool pong(struct duel_side *side)
{
	struct ball *ball = side->queue;

	duel_ready(side);
	for (size_t i = 0; i < side->items; i++) {
		while (atomic_load_explicit(&ball->at, memory_order_acquire) != 2 * i + 1)
			;
		atomic_store_explicit(&ball->at, 2 * i + 2, memory_order_release);
	}
	return true;
}

double duel_round_trip_ns(const struct duel_cpus *cpus, struct error *err)
{
	const size_t turns = 100000;
	struct ball ball = {0};
	struct duel_side sides[2] = {{.run = ping, .queue = &ball, .items = turns},
				     {.run = pong, .queue = &ball, .items = turns}};
	int64_t ns = duel_run(cpus, sides, err);

	return ns < 0 ? -1 : (double)ns / (double)turns;
}
