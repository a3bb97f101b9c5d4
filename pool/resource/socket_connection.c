/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/resource/socket_connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>
#include <unistd.h>

/* 0 is a descriptor, and NULL is none. */
static void *handle_of(int fd)
{
	return (void *)(intptr_t)(fd + 1);
}

static int fd_of(const void *handle)
{
	return (int)((intptr_t)handle - 1);
}

/* Of what is sent, and thereby of connect(2): socket(7), SO_SNDTIMEO. */
static int set_timeout(int fd, int64_t ns)
{
	struct timeval limit = {ns / 1000000000, ns % 1000000000 / 1000};

	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static int connect_to(int fd, const struct pool_socket_peer *peer)
{
	int yes = 1;

	if (peer->timeout_ns && set_timeout(fd, peer->timeout_ns) < 0)
		return errno;
	while (connect(fd, (const struct sockaddr *)&peer->address, peer->length) < 0) {
		/* A Unix socket whose peer's queue is full returns EAGAIN, a TCP one EINPROGRESS.
		 */
		if (errno == EAGAIN || errno == EINPROGRESS)
			return ETIMEDOUT;
		if (errno != EINTR)
			return errno;
	}
	if (peer->timeout_ns && set_timeout(fd, 0) < 0)
		return errno;
	if (peer->address.ss_family != AF_UNIX &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) < 0)
		return errno;
	return 0;
}

static void *open_socket(void *arg, int *error)
{
	const struct pool_socket_peer *peer = arg;
	int fd = socket(peer->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		*error = errno;
		return NULL;
	}
	*error = connect_to(fd, peer);
	if (!*error)
		return handle_of(fd);
	close(fd);
	return NULL;
}

static bool check_socket(void *handle, void *arg)
{
	char byte;
	ssize_t got;

	(void)arg;
	do
		got = recv(fd_of(handle), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return got < 0 && errno == EAGAIN;
}

static void close_socket(void *handle, void *arg)
{
	(void)arg;
	close(fd_of(handle));
}

struct pool_connection_ops pool_socket_connection_ops(struct pool_socket_peer *peer)
{
	return (struct pool_connection_ops){open_socket, check_socket, close_socket, peer};
}

int pool_socket_connection_fd(const struct pool_connection *connection)
{
	return fd_of(pool_connection_handle(connection));
}
