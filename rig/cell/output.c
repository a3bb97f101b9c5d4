/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"

int output_init(struct output *o, struct outlet *copy, uid_t owner, gid_t group, struct error *err)
{
	int ends[2];

	*o = OUTPUT_INIT;
	o->kept = malloc(OUTPUT_HEAD + OUTPUT_TAIL);
	if (!o->kept || pipe2(ends, O_CLOEXEC) < 0)
		return error_host(err, errno, "cannot make a pipe for the command's output");
	o->read_fd = ends[0];
	o->write_fd = ends[1];
	o->copy = copy;
	/* Only our end: a command that gets EAGAIN on its stdout behaves unlike itself. */
	if (fcntl(o->read_fd, F_SETFL, O_NONBLOCK) == 0 && fchown(o->write_fd, owner, group) == 0)
		return 0;
	error_host(err, errno, "cannot set up the pipe for the command's output");
	own_close(&o->read_fd); /* reading what is left there would never end */
	own_close(&o->write_fd);
	return -1;
}

static void keep(struct output *o, const char *data, size_t n)
{
	while (n) {
		bool head = o->bytes < OUTPUT_HEAD;
		size_t ring = head ? 0 : (o->bytes - OUTPUT_HEAD) % OUTPUT_TAIL;
		size_t at = head ? o->bytes : OUTPUT_HEAD + ring;
		size_t room = OUTPUT_HEAD + (head ? 0 : OUTPUT_TAIL) - at;

		if (room > n)
			room = n;
		memcpy(o->kept + at, data, room);
		o->bytes += room;
		data += room;
		n -= room;
	}
}

/* Has the reader of the copy gone (| head)? Then the command loses its own, so that its next write
 * gets SIGPIPE, as it would without us. */
static bool reader_gone(struct output *o)
{
	if (!o->copy || outlet_failure(o->copy) != EPIPE)
		return false;
	own_close(&o->read_fd);
	return true;
}

/* Is there room for a piece? Without, the command's pipe fills, and holds up the command. */
static bool copy_ready(struct output *o)
{
	if (o->copy && outlet_room(o->copy, OUTLET_PIECE) < OUTLET_PIECE) {
		if (!o->held_since_ns)
			o->held_since_ns = clock_now();
		return false;
	}
	if (o->held_since_ns)
		o->held_ns += clock_now() - o->held_since_ns;
	o->held_since_ns = 0;
	return true;
}

/* 1: more may come, 0: the end, -1: nothing there. */
static int take_piece(struct output *o)
{
	char buf[OUTLET_PIECE];
	ssize_t n;

	do {
		n = read(o->read_fd, buf, sizeof(buf));
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return -1;
	if (n <= 0) {
		own_close(&o->read_fd);
		return 0;
	}
	keep(o, buf, (size_t)n);
	if (o->copy)
		outlet_put(o->copy, buf, (size_t)n);
	return 1;
}

enum output_state output_drain(struct output *o)
{
	/* A few rounds only: a command that floods must not keep the loop from its timers. */
	for (int round = 0; round < 32 && o->read_fd >= 0 && !reader_gone(o); round++) {
		if (!copy_ready(o))
			return OUTPUT_HELD;
		if (take_piece(o) < 0)
			break;
	}
	return o->read_fd >= 0 ? OUTPUT_OPEN : OUTPUT_ENDED;
}

void output_finish(struct output *o, int64_t end_ns)
{
	/* No more than the pipe holds: what could not be killed may still write. */
	uint64_t most = o->bytes;

	if (o->held_since_ns && end_ns > o->held_since_ns)
		o->held_ns += end_ns - o->held_since_ns;
	o->held_since_ns = 0;
	if (o->read_fd >= 0)
		most += (uint64_t)fcntl(o->read_fd, F_GETPIPE_SZ);
	while (o->read_fd >= 0 && o->bytes <= most && take_piece(o) > 0)
		;
}

char *output_text(const struct output *o, size_t *len, uint64_t *dropped)
{
	uint64_t head = o->bytes < OUTPUT_HEAD ? o->bytes : OUTPUT_HEAD;
	uint64_t behind = o->bytes - head;
	uint64_t tail = behind < OUTPUT_TAIL ? behind : OUTPUT_TAIL;
	size_t start = behind > OUTPUT_TAIL ? behind % OUTPUT_TAIL : 0;
	char *text = malloc(head + tail + 80);
	size_t used = 0;

	*dropped = behind - tail;
	if (!text)
		return NULL;
	if (head)
		memcpy(text, o->kept, head);
	used = head;
	if (*dropped)
		used += (size_t)snprintf(text + used, 80, "\n[... %" PRIu64 " bytes dropped ...]\n",
					 *dropped);
	for (uint64_t i = 0; i < tail; i++)
		text[used++] = o->kept[OUTPUT_HEAD + (start + i) % OUTPUT_TAIL];
	text[used] = '\0';
	*len = used;
	return text;
}

void output_destroy(struct output *o)
{
	own_close(&o->read_fd);
	own_close(&o->write_fd);
	free(o->kept);
	*o = OUTPUT_INIT;
}
