/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tasks of the kinds `connection` and `object` use (pool/resource): a pool of connections to
 * an echo server in this process, or a pool of objects; and the time that it took to get one.
 *
 * A connection task borrows a connection, sends a request, waits for its echo, and gives it back
 * when it has held it for the service time, as one that talks to a database does. An object task
 * gets an object, touches all of it, and puts it back when it has held it for the service time.
 */
#ifndef POOLRIG_POOLBENCH_RESOURCE_H
#define POOLRIG_POOLBENCH_RESOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hdr.h"
#include "pool/resource/connection_pool.h"
#include "pool/resource/object_pool.h"
#include "pool/resource/socket_connection.h"
#include "workloads/poolbench/echo.h"

enum bench_transport { BENCH_TRANSPORT_UNIX, BENCH_TRANSPORT_TCP };

struct bench_resource_params {
	uint64_t connections; /* at most; 1 or more */
	enum bench_transport transport;
	uint64_t objects; /* at most; 0: any number */
	uint64_t object_bytes;
};

struct bench_resource {
	struct bench_resource_params params;
	struct bench_echo echo;
	struct pool_socket_peer peer;
	struct pool_connection_pool
	    *connections; /* one of the two, or neither: other kinds of task */
	struct pool_object_pool *objects;
	struct hdr recording; /* acquire, while tasks record into it */
	struct hdr acquire;   /* ns, of the window: from the task's start until it has one */
	_Atomic uint64_t acquire_failed, exchange_failed; /* of the window */
	/* Of that which is there, once it is finished: */
	struct pool_connection_stats of_connections;
	struct pool_object_stats of_objects;
};

/* For connection tasks, or (connections false) object tasks. The echo server's thread runs where
 * the caller does. Whatever it returns, bench_resource_destroy() takes it. */
int bench_resource_init(struct bench_resource *r, const struct bench_resource_params *params,
			bool connections, struct error *err);
/* No task uses it any more: acquire and the stats are made. */
void bench_resource_finish(struct bench_resource *r);
/* Takes a zeroed struct, too; no task may use it any more. */
void bench_resource_destroy(struct bench_resource *r);

static inline bool bench_resource_made(const struct bench_resource *r)
{
	return r->connections || r->objects;
}

/* Do a task that began at start_ns (CLOCK_MONOTONIC, just now), in any thread; counted: it belongs
 * to the window. false: it failed, and took no service time. */
bool bench_resource_use(struct bench_resource *r, bool counted, int64_t start_ns,
			int64_t service_ns);

#endif
