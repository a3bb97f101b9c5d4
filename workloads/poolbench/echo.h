/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server that sends back what it gets, for connection tasks: one thread with epoll(7), in this
 * process and thereby in the cell. */
#ifndef POOLRIG_POOLBENCH_ECHO_H
#define POOLRIG_POOLBENCH_ECHO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/error.h"

struct bench_echo {
	struct sockaddr_storage address; /* where it listens: chosen by the kernel */
	socklen_t length;
	int listener, epoll, stop;
	int *taken; /* owned: the connections, the thread's while it runs */
	size_t count, size;
	pthread_t thread; /* called "echo"; runs where its maker does */
	bool made, running;
};

/* family: AF_UNIX (an abstract name, which a network namespace has for itself) or AF_INET
 * (127.0.0.1). Whatever it returns, bench_echo_stop() takes it. */
int bench_echo_start(struct bench_echo *e, int family, struct error *err);
/* End the thread, close all its connections. Takes a zeroed struct, too. */
void bench_echo_stop(struct bench_echo *e);

#endif
