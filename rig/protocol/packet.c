/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/protocol/packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/own.h"

/* One is all that the protocol knows; the others show that there were more. */
#define DESCRIPTORS_MAX 4

static void take(struct passed *passed, const struct cmsghdr *head)
{
	for (size_t at = 0; at + CMSG_LEN(sizeof(int)) <= head->cmsg_len; at += sizeof(int)) {
		int fd;

		memcpy(&fd, CMSG_DATA(head) + at, sizeof(int));
		if (passed->count++ == 0)
			passed->fd = fd;
		else
			own_close(&fd);
	}
}

ssize_t packet_receive(int socket, char *text, size_t size, struct passed *passed)
{
	union {
		char buf[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {.iov_base = text, .iov_len = size};
	struct msghdr msg;
	ssize_t n;

	*passed = (struct passed){.fd = -1};
	do {
		msg = (struct msghdr){.msg_iov = &iov,
				      .msg_iovlen = 1,
				      .msg_control = control.buf,
				      .msg_controllen = sizeof(control.buf)};
		n = recvmsg(socket, &msg, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return n;
	passed->cut = msg.msg_flags & MSG_CTRUNC;
	for (struct cmsghdr *head = CMSG_FIRSTHDR(&msg); head; head = CMSG_NXTHDR(&msg, head))
		if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
			take(passed, head);
	return n;
}
