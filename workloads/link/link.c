/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/link/link.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/own.h"
#include "base/protocol.h"

int bench_link_init(struct bench_link *link, int fd, struct error *err)
{
	int type = 0;
	socklen_t size = sizeof(type);

	*link = (struct bench_link){.fd = fd};
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
		return error_host(err, errno, "descriptor %d is not a socket", fd);
	if (type != SOCK_SEQPACKET)
		return error_input(err,
				   "descriptor %d is a socket of type %d; it must be "
				   "SOCK_SEQPACKET",
				   fd, type);
	/* Its other holder may have wanted otherwise when it made the pair. */
	if (fcntl(fd, F_SETFL, 0) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return error_host(err, errno, "descriptor %d: cannot make it block", fd);
	link->buf = malloc(POOLRIG_PROTOCOL_MESSAGE_MAX);
	if (!link->buf)
		return error_host(err, ENOMEM, "a message buffer");
	return 0;
}

void bench_link_destroy(struct bench_link *link)
{
	free(link->buf);
	*link = (struct bench_link){.fd = -1};
}

int bench_link_send(struct bench_link *link, json_t *message, struct error *err)
{
	size_t size;
	ssize_t n;

	if (!message)
		return error_host(err, ENOMEM, "a message to the rig");
	size = json_dumpb(message, link->buf, POOLRIG_PROTOCOL_MESSAGE_MAX, JSON_COMPACT);
	json_decref(message);
	if (size == 0 || size > POOLRIG_PROTOCOL_MESSAGE_MAX)
		return error_host(err, EMSGSIZE, "a message of %zu bytes to the rig", size);
	do {
		n = send(link->fd, link->buf, size, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
		return BENCH_LINK_CLOSED;
	if (n < 0)
		return error_host(err, errno, "a message of %zu bytes to the rig", size);
	return BENCH_LINK_MESSAGE;
}

void bench_link_progress(struct bench_link *link, int64_t at_ns, uint64_t completed)
{
	int len =
	    snprintf(link->buf, POOLRIG_PROTOCOL_MESSAGE_MAX,
		     "{\"type\":\"progress\",\"at_ns\":%" PRId64 ",\"completed\":%" PRIu64 "}",
		     at_ns, completed);

	(void)send(link->fd, link->buf, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Keep the first descriptor, where it is wanted; close all others. */
static void take_descriptors(struct msghdr *header, int *passed)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (passed && *passed < 0)
				*passed = fd;
			else
				close(fd);
		}
	}
}

/* Returns the length, 0 where the rig is gone, or -1. */
static ssize_t receive(struct bench_link *link, int *passed, struct error *err)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct iovec part = {.iov_base = link->buf, .iov_len = POOLRIG_PROTOCOL_MESSAGE_MAX};
	struct msghdr header = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = &control,
				.msg_controllen = sizeof(control)};
	ssize_t n;

	do {
		n = recvmsg(link->fd, &header, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == ECONNRESET)
		return 0;
	if (n < 0)
		return error_host(err, errno, "cannot receive from the rig");
	take_descriptors(&header, passed);
	if (header.msg_flags & MSG_TRUNC)
		return error_input(err, "a message is longer than %d bytes",
				   POOLRIG_PROTOCOL_MESSAGE_MAX);
	return n;
}

int bench_link_receive(struct bench_link *link, const char *type, json_t **message, int *passed,
		       struct error *err)
{
	cleanup_fd int fd = -1;
	const char *got;
	json_error_t where;
	json_t *object;
	ssize_t n = receive(link, passed ? &fd : NULL, err);

	*message = NULL;
	if (passed)
		*passed = -1;
	if (n <= 0)
		return n < 0 ? -1 : BENCH_LINK_CLOSED;
	object = json_loadb(link->buf, (size_t)n, JSON_REJECT_DUPLICATES, &where);
	if (!object)
		return error_input(err, "waiting for `%s`: the message is not JSON: %s (byte %d)",
				   type, where.text, where.position);
	got = json_string_value(json_object_get(object, "type"));
	if (!got || strcmp(got, type) != 0) {
		error_input(err, "waiting for `%s`: the message's type is \"%s\"; send `%s` first",
			    type, got ? got : "missing", type);
		json_decref(object);
		return -1;
	}
	*message = object;
	if (passed)
		*passed = steal_fd(&fd);
	return BENCH_LINK_MESSAGE;
}

int bench_link_integer(const json_t *message, const char *key, int64_t min, int64_t max,
		       int64_t *value, struct error *err)
{
	const json_t *member = json_object_get(message, key);

	if (!json_is_integer(member))
		return error_input(err, "%s: %s; give an integer", key,
				   member ? "not an integer" : "missing");
	*value = json_integer_value(member);
	if (*value < min || *value > max)
		return error_input(err,
				   "%s \"%" PRId64 "\": out of range; give %" PRId64 " to %" PRId64,
				   key, *value, min, max);
	return 0;
}

json_t *bench_record(const char *name, const char *kind, const char *unit, struct bench_span span)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "type", "record", "name", name, "kind",
			 kind, "unit", unit, "from_ns", (json_int_t)span.from_ns, "to_ns",
			 (json_int_t)span.to_ns);
}

int bench_record_value(struct bench_link *link, json_t *record, json_t *value, const char *reason,
		       struct error *err)
{
	json_object_set_new(record, "value", value ? value : json_null());
	if (!value)
		json_object_set_new(record, "reason", json_string(reason));
	return bench_link_send(link, record, err);
}

int bench_record_histogram(struct bench_link *link, const char *name, struct bench_span span,
			   const struct hdr *hdr, struct error *err)
{
	cleanup_free char *text = NULL;
	json_t *record;

	if (hdr_encode(hdr, &text, err) < 0)
		return -1;
	record = bench_record(name, "histogram", "ns", span);
	json_object_set_new(record, "hdr", json_string(text));
	return bench_link_send(link, record, err);
}
