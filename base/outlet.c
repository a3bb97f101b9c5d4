/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"

/* Of the thread: it calls little, and its stack is counted as the rig's memory. */
#define STACK (256 * 1024)

int outlet_init(struct outlet *o, int fd, size_t room, size_t reserve, struct error *err)
{
	*o = (struct outlet){
	    .fd = fd, .ready = {.fd = fd, .events = POLLOUT}, .room = room, .size = room + reserve};
	o->awake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	o->ring = malloc(o->size);
	if (o->awake_fd < 0 || !o->ring) {
		error_host(err, o->ring ? errno : ENOMEM, "cannot make a buffer for output");
		own_close(&o->awake_fd);
		free(o->ring);
		*o = (struct outlet){0};
		return -1;
	}
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->changed, NULL);
	return 0;
}

/* Returns the number of bytes, or -errno. Only here may the thread be cancelled. It leaves nothing
 * on its stack that has an address: the address sanitizer does not see a cancelled thread leave its
 * functions, and would take for theirs what the C library has there next. */
static ssize_t write_piece(struct outlet *o, const char *piece, size_t n)
{
	ssize_t written;

	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	while ((written = write(o->fd, piece, n)) < 0 && (errno == EINTR || errno == EAGAIN))
		if (errno == EAGAIN) /* non-blocking: a descriptor that others have made so */
			poll(&o->ready, 1, -1);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	return written < 0 ? -errno : written;
}

/* Locked. */
static void wake_caller(struct outlet *o)
{
	uint64_t one = 1;

	if (!o->awaited)
		return;
	o->awaited = false;
	/* It can't fail: the count is far from its limit. */
	if (write(o->awake_fd, &one, sizeof(one)) < 0)
		return;
}

/* Locked, but not while it writes. */
static void write_next(struct outlet *o)
{
	size_t at = (size_t)(o->out % o->size);
	uint64_t n = o->in - o->out;
	ssize_t written;

	if (n > OUTLET_PIECE)
		n = OUTLET_PIECE;
	if (n > o->size - at)
		n = o->size - at;
	pthread_mutex_unlock(&o->lock);
	written = write_piece(o, o->ring + at, (size_t)n);
	pthread_mutex_lock(&o->lock);
	if (written < 0) {
		o->errnum = (int)-written;
		o->out = o->in;
	} else {
		o->out += (uint64_t)written;
	}
	o->awaited |= o->errnum != 0;
	if (o->errnum || o->in - o->out <= o->room / 2)
		wake_caller(o);
	pthread_cond_broadcast(&o->changed);
}

static void *work(void *arg)
{
	struct outlet *o = arg;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_mutex_lock(&o->lock);
	while (!o->ending) {
		if (o->in == o->out)
			pthread_cond_wait(&o->changed, &o->lock);
		else
			write_next(o);
	}
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

static int start(struct outlet *o)
{
	pthread_attr_t attr;
	int ret;

	if (o->started)
		return 0;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	ret = pthread_create(&o->thread, &attr, work, o);
	pthread_attr_destroy(&attr);
	o->started = ret == 0;
	return ret;
}

size_t outlet_room(struct outlet *o, size_t wanted)
{
	uint64_t held;
	size_t room;

	pthread_mutex_lock(&o->lock);
	held = o->in - o->out;
	room = held < o->room ? o->room - (size_t)held : 0;
	o->awaited = room < wanted;
	pthread_mutex_unlock(&o->lock);
	return room;
}

void outlet_rearm(struct outlet *o)
{
	uint64_t count;

	/* Nothing to read is as good. */
	if (read(o->awake_fd, &count, sizeof(count)) < 0)
		return;
}

void outlet_put(struct outlet *o, const char *data, size_t n)
{
	size_t free;

	pthread_mutex_lock(&o->lock);
	if (!o->errnum)
		o->errnum = start(o);
	free = o->size - (size_t)(o->in - o->out);
	if (n > free) {
		o->lost += n - free;
		n = free;
	}
	while (!o->errnum && n) {
		size_t at = (size_t)(o->in % o->size), piece = o->size - at;

		if (piece > n)
			piece = n;
		memcpy(o->ring + at, data, piece);
		o->in += piece;
		data += piece;
		n -= piece;
	}
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
}

int outlet_failure(struct outlet *o)
{
	int errnum;

	pthread_mutex_lock(&o->lock);
	errnum = o->errnum;
	pthread_mutex_unlock(&o->lock);
	return errnum;
}

uint64_t outlet_flush(struct outlet *o, int64_t limit_ns)
{
	uint64_t left;

	pthread_mutex_lock(&o->lock);
	while (o->in != o->out) {
		struct timespec until = ns_timespec(clock_now() + limit_ns);
		uint64_t before = o->out;
		int ret = 0;

		while (o->out == before && ret != ETIMEDOUT)
			ret = limit_ns < 0 ? pthread_cond_wait(&o->changed, &o->lock)
					   : pthread_cond_clockwait(&o->changed, &o->lock,
								    CLOCK_MONOTONIC, &until);
		if (o->out == before)
			break;
	}
	left = o->errnum ? 0 : o->in - o->out + o->lost;
	pthread_mutex_unlock(&o->lock);
	return left;
}

void outlet_destroy(struct outlet *o)
{
	if (!o->ring)
		return;
	if (o->started) {
		pthread_mutex_lock(&o->lock);
		o->ending = true;
		pthread_cond_broadcast(&o->changed);
		pthread_mutex_unlock(&o->lock);
		/* It may be in a write(2) that nobody reads. */
		pthread_cancel(o->thread);
		pthread_join(o->thread, NULL);
	}
	pthread_cond_destroy(&o->changed);
	pthread_mutex_destroy(&o->lock);
	own_close(&o->awake_fd);
	free(o->ring);
	*o = (struct outlet){0};
}
