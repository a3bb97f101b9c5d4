/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bounded buffer in front of a descriptor that others read: a pipe, a terminal, a file. Putting
 * something in never waits for the reader; a thread of the outlet's own writes, and waits. The
 * thread begins with the first byte that is put in.
 *
 * One thread (the caller's) uses an outlet. The descriptor's flags, which it may share with other
 * processes, stay as they are.
 */
#ifndef POOLRIG_BASE_OUTLET_H
#define POOLRIG_BASE_OUTLET_H

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define OUTLET_PIECE 4096 /* PIPE_BUF: what is written at a time, as a whole or not at all */

struct outlet {
	int fd;       /* borrowed */
	int awake_fd; /* owned, an eventfd: readable where there is room again, or no more use */
	size_t room;  /* that outlet_room() gives */
	size_t size;  /* room and reserve */
	char *ring;   /* owned */
	struct pollfd ready; /* for the thread to wait with */

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	uint64_t in, out; /* bytes put in since the beginning; of these, written */
	uint64_t lost;    /* bytes that did not fit */
	int errnum;       /* of the write that failed: what is put in from then on is dropped */
	bool awaited;     /* the caller waits at awake_fd */
	bool started, ending;
	pthread_t thread;
};

/* The outlet holds `room` bytes, and `reserve` more of what outlet_put() is given without asking
 * for room. Memory that is never filled costs nothing. */
int outlet_init(struct outlet *o, int fd, size_t room, size_t reserve, struct error *err);
/* How many bytes there is room for; where that is less than `wanted`, awake_fd gets readable once
 * half of the outlet is free (outlet_rearm() ends that). A failure makes it so in any case. */
size_t outlet_room(struct outlet *o, size_t wanted);
void outlet_rearm(struct outlet *o);
/* Put in what fits; the rest is lost, and counted. */
void outlet_put(struct outlet *o, const char *data, size_t n);
/* The errno of the write that failed (EPIPE: the reader is gone); 0: none has. */
int outlet_failure(struct outlet *o);
/* Wait until all is written or a write has failed, but no longer than limit_ns without a byte
 * written (< 0: as long as it takes). Returns how many bytes are not written, those that did not
 * fit included; where a write has failed, 0. */
uint64_t outlet_flush(struct outlet *o, int64_t limit_ns);
/* What is not written then is lost. Takes a zeroed struct. */
void outlet_destroy(struct outlet *o);

#endif
