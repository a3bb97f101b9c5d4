/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pool with a queue of your own: it runs the task with the earliest deadline first. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "pool/pool.h"
#include "pool/queue/queue.h"

#define MOST 64

struct job {
	struct pool_task task; /* first, so that an item of the queue can be cast to it */
	int deadline;
};

/* A heap: no job is due before the one at half its index. */
struct deadlines {
	pthread_mutex_t lock;
	size_t count, capacity;
	struct job *jobs[MOST + 1]; /* from index 1 */
};

static int init(void *own, size_t capacity)
{
	struct deadlines *d = own;

	d->capacity = capacity;
	return capacity > MOST ? EINVAL : pthread_mutex_init(&d->lock, NULL);
}

static enum pool_queue_status try_put(void *own, void *item)
{
	struct deadlines *d = own;
	struct job *job = item;
	bool room;

	pthread_mutex_lock(&d->lock);
	room = d->count < d->capacity;
	if (room) {
		size_t at = ++d->count;

		for (; at > 1 && d->jobs[at / 2]->deadline > job->deadline; at /= 2)
			d->jobs[at] = d->jobs[at / 2];
		d->jobs[at] = job;
	}
	pthread_mutex_unlock(&d->lock);
	return room ? POOL_QUEUE_OK : POOL_QUEUE_FULL;
}

static void sink(struct deadlines *d, struct job *job)
{
	size_t at = 1;

	for (size_t next; (next = 2 * at) <= d->count; at = next) {
		if (next < d->count && d->jobs[next + 1]->deadline < d->jobs[next]->deadline)
			next++;
		if (d->jobs[next]->deadline >= job->deadline)
			break;
		d->jobs[at] = d->jobs[next];
	}
	d->jobs[at] = job;
}

static enum pool_queue_status try_get(void *own, void **item)
{
	struct deadlines *d = own;
	bool any;

	pthread_mutex_lock(&d->lock);
	any = d->count;
	if (any) {
		*item = d->jobs[1];
		d->count--;
		sink(d, d->jobs[d->count + 1]);
	}
	pthread_mutex_unlock(&d->lock);
	return any ? POOL_QUEUE_OK : POOL_QUEUE_EMPTY;
}

static size_t count(const void *own)
{
	struct deadlines *d = (struct deadlines *)own;
	size_t n;

	pthread_mutex_lock(&d->lock);
	n = d->count;
	pthread_mutex_unlock(&d->lock);
	return n;
}

static size_t capacity(const void *own)
{
	return ((const struct deadlines *)own)->capacity;
}

static void destroy(void *own)
{
	pthread_mutex_destroy(&((struct deadlines *)own)->lock);
}

static const struct pool_queue_own deadlines = {
    .traits = {.name = "deadlines",
	       .many_producers = true,
	       .many_consumers = true,
	       .bounded = true},
    .size = sizeof(struct deadlines),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .count = count,
    .capacity = capacity,
};

static void run(struct pool_task *task)
{
	printf("due at %d\n", ((struct job *)task)->deadline);
}

/* Holds the only worker until all others are queued. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void wait_at_gate(struct pool_task *task)
{
	(void)task;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
}

int main(void)
{
	static const int due[] = {40, 10, 50, 30, 20};
	struct pool_options options = {.capacity = 1, .own_queue = &deadlines, .queue_capacity = 8};
	struct job first = {{.run = wait_at_gate}, 0}, jobs[5];
	int error;
	struct pool *pool = pool_open("fixed", &options, &error);

	if (!pool)
		return error;
	pthread_mutex_lock(&gate);
	pool_submit(pool, &first.task);
	for (int i = 0; i < 5; i++) {
		jobs[i] = (struct job){{.run = run}, due[i]};
		pool_submit(pool, &jobs[i].task);
	}
	pthread_mutex_unlock(&gate);
	return (int)pool_close(pool, POOL_DRAIN).abandoned;
}
