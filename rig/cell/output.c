/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"

/* How long the loop is held up at a time by a reader that does not read. */
#define COPY_WAIT_MS 20

int output_init(struct output *o, int copy_fd, uid_t owner, gid_t group, struct error *err)
{
	int ends[2];

	*o = OUTPUT_INIT;
	o->kept = malloc(OUTPUT_HEAD + OUTPUT_TAIL);
	if (!o->kept || pipe2(ends, O_CLOEXEC) < 0)
		return error_host(err, errno, "cannot make a pipe for the command's output");
	o->read_fd = ends[0];
	o->write_fd = ends[1];
	o->copy_fd = copy_fd;
	/* Only our end: a command that gets EAGAIN on its stdout behaves unlike itself. */
	if (fcntl(o->read_fd, F_SETFL, O_NONBLOCK) < 0 || fchown(o->write_fd, owner, group) < 0)
		return error_host(err, errno, "cannot set up the pipe for the command's output");
	return 0;
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

/* Can a piece be copied without being held up? A pipe that is ready takes PIPE_BUF bytes. */
static bool copy_ready(const struct output *o, int limit_ms)
{
	struct pollfd p = {.fd = o->copy_fd, .events = POLLOUT};

	return o->copy_fd < 0 || poll(&p, 1, limit_ms) != 0;
}

/* What can't be written (a full disk) is only kept. Where the reader has gone (| head), the command
 * loses its own, so that its next write gets SIGPIPE as it would without us. 1: more may come, 0:
 * the end. */
static int pass_on(struct output *o, const char *data, size_t n)
{
	int ret = o->copy_fd < 0 ? 0 : io_write_all(o->copy_fd, data, n);

	if (ret == 0)
		return 1;
	o->copy_fd = -1;
	if (ret == -EPIPE) {
		own_close(&o->read_fd);
		return 0;
	}
	o->copy_errnum = -ret;
	return 1;
}

/* 1: more may come, 0: the end, -1: nothing there. */
static int take_piece(struct output *o)
{
	char buf[PIPE_BUF];
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
	return pass_on(o, buf, (size_t)n);
}

int output_drain(struct output *o)
{
	/* A few rounds only: neither a command that floods nor a reader of ours that
	 * sleeps must keep the loop from its timers. */
	for (int round = 0; round < 32 && o->read_fd >= 0; round++)
		if (!copy_ready(o, COPY_WAIT_MS) || take_piece(o) < 0)
			break;
	return o->read_fd >= 0;
}

void output_finish(struct output *o)
{
	while (o->read_fd >= 0 && take_piece(o) > 0)
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
