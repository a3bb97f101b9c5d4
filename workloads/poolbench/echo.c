/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/echo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/own.h"

enum { EVENTS = 64, BYTES = 4096 };

/* In epoll's data: a connection's descriptor, or one of these. */
#define LISTENER (-1)
#define STOP     (-2)

static int watch(struct bench_echo *e, int fd, int tag)
{
	struct epoll_event event = {.events = EPOLLIN, .data = {.fd = tag}};

	return epoll_ctl(e->epoll, EPOLL_CTL_ADD, fd, &event);
}

static bool keep(struct bench_echo *e, int fd)
{
	size_t size = e->size ? e->size * 2 : EVENTS;
	int *grown;

	if (e->count == e->size) {
		grown = reallocarray(e->taken, size, sizeof(*grown));
		if (!grown)
			return false;
		e->taken = grown;
		e->size = size;
	}
	e->taken[e->count++] = fd;
	return true;
}

static void let_go(struct bench_echo *e, int fd)
{
	for (size_t i = 0; i < e->count; i++) {
		if (e->taken[i] != fd)
			continue;
		e->taken[i] = e->taken[--e->count];
		break;
	}
	close(fd); /* and epoll forgets it */
}

static void take_connections(struct bench_echo *e)
{
	int fd;

	while ((fd = accept4(e->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		if (!keep(e, fd))
			close(fd);
		else if (watch(e, fd, fd) < 0)
			let_go(e, fd);
}

/* A request is small and its sender waits for the answer, so that there is always room for it: a
 * connection without room is closed. */
static void answer(struct bench_echo *e, int fd)
{
	char buf[BYTES];
	ssize_t got = recv(fd, buf, sizeof(buf), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 || send(fd, buf, (size_t)got, MSG_NOSIGNAL) != got)
		let_go(e, fd);
}

static void *serve(void *arg)
{
	struct bench_echo *e = arg;
	struct epoll_event events[EVENTS];

	for (;;) {
		int count = epoll_wait(e->epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			int tag = events[i].data.fd;

			if (tag == STOP)
				return NULL;
			if (tag == LISTENER)
				take_connections(e);
			else
				answer(e, tag);
		}
	}
}

static int make_listener(struct bench_echo *e, int family)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&e->address;
	socklen_t bound = sizeof(sa_family_t); /* of a Unix socket: "autobind", unix(7) */

	e->listener = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (e->listener < 0)
		return -1;
	e->address.ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		bound = sizeof(*in);
	}
	e->length = sizeof(e->address);
	if (bind(e->listener, (struct sockaddr *)&e->address, bound) < 0 ||
	    listen(e->listener, SOMAXCONN) < 0)
		return -1;
	return getsockname(e->listener, (struct sockaddr *)&e->address, &e->length);
}

int bench_echo_start(struct bench_echo *e, int family, struct error *err)
{
	int status;

	*e = (struct bench_echo){.listener = -1, .epoll = -1, .stop = -1, .made = true};
	e->epoll = epoll_create1(EPOLL_CLOEXEC);
	e->stop = eventfd(0, EFD_CLOEXEC);
	if (e->epoll < 0 || e->stop < 0 || make_listener(e, family) < 0 ||
	    watch(e, e->listener, LISTENER) < 0 || watch(e, e->stop, STOP) < 0)
		return error_host(err, errno, "cannot make the echo server's sockets");
	status = pthread_create(&e->thread, NULL, serve, e);
	if (status)
		return error_host(err, status, "cannot make the echo server's thread");
	e->running = true;
	pthread_setname_np(e->thread, "echo");
	return 0;
}

void bench_echo_stop(struct bench_echo *e)
{
	if (!e->made)
		return;
	if (e->running) {
		eventfd_write(e->stop, 1);
		pthread_join(e->thread, NULL);
	}
	while (e->count)
		let_go(e, e->taken[0]);
	free(e->taken);
	own_close(&e->listener);
	own_close(&e->epoll);
	own_close(&e->stop);
	*e = (struct bench_echo){0};
}
