/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/resource.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "pool/pool.h"

/* A request, and its echo. */
#define REQUEST_BYTES 64

/* A server in the same process that does not answer in this time is gone. */
#define PATIENCE_NS (10 * NS_PER_S)

#define CACHE_LINE 64

/* -- the pools -------------------------------------------------------------------------------- */

static int open_connections(struct bench_resource *r, struct error *err)
{
	struct pool_connection_options options = {.capacity = (unsigned)r->params.connections};
	struct pool_connection_ops ops;
	int status = 0;

	if (bench_echo_start(
		&r->echo, r->params.transport == BENCH_TRANSPORT_TCP ? AF_INET : AF_UNIX, err) < 0)
		return -1;
	r->peer = (struct pool_socket_peer){
	    .address = r->echo.address, .length = r->echo.length, .timeout_ns = PATIENCE_NS};
	ops = pool_socket_connection_ops(&r->peer);
	r->connections = pool_connection_pool_open(&ops, &options, &status);
	return r->connections ? 0 : error_host(err, status, "the pool of connections");
}

static void *make_object(void *arg)
{
	const struct bench_resource *r = arg;

	return malloc((size_t)r->params.object_bytes);
}

static void free_object(void *object, void *arg)
{
	(void)arg;
	free(object);
}

static int open_objects(struct bench_resource *r, struct error *err)
{
	struct pool_object_ops ops = {.create = make_object, .destroy = free_object, .arg = r};
	struct pool_object_options options = {.capacity = r->params.objects};
	int status = 0;

	r->objects = pool_object_pool_open(&ops, &options, &status);
	return r->objects ? 0 : error_host(err, status, "the pool of objects");
}

int bench_resource_init(struct bench_resource *r, const struct bench_resource_params *params,
			bool connections, struct error *err)
{
	*r = (struct bench_resource){.params = *params};
	if (hdr_init(&r->recording, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS,
		     HDR_LATENCY_DIGITS, err) < 0 ||
	    hdr_init(&r->acquire, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS,
		     err) < 0)
		return -1;
	hdr_reset(&r->recording); /* touches every page */
	return connections ? open_connections(r, err) : open_objects(r, err);
}

void bench_resource_finish(struct bench_resource *r)
{
	if (bench_resource_made(r))
		hdr_take(&r->acquire, &r->recording);
	if (r->connections)
		pool_connection_pool_stats(r->connections, &r->of_connections);
	if (r->objects)
		pool_object_pool_stats(r->objects, &r->of_objects);
}

void bench_resource_destroy(struct bench_resource *r)
{
	if (r->connections)
		pool_connection_pool_close(r->connections, INT64_MAX);
	if (r->objects)
		pool_object_pool_close(r->objects);
	bench_echo_stop(&r->echo);
	hdr_destroy(&r->recording);
	hdr_destroy(&r->acquire);
	*r = (struct bench_resource){0};
}

/* -- tasks ------------------------------------------------------------------------------------ */

/* Now one is held. Returns until when. */
static int64_t acquired(struct bench_resource *r, bool counted, int64_t start, int64_t service_ns)
{
	int64_t now = clock_now();

	if (counted)
		hdr_record_atomic(&r->recording, now - start);
	return now + service_ns;
}

static bool failed(_Atomic uint64_t *count, bool counted)
{
	if (counted)
		atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
	return false;
}

static bool exchange(int fd)
{
	char request[REQUEST_BYTES], reply[REQUEST_BYTES];
	size_t got = 0;

	memset(request, 'x', sizeof(request));
	if (send(fd, request, sizeof(request), MSG_NOSIGNAL) != sizeof(request))
		return false;
	while (got < sizeof(reply)) {
		ssize_t n = recv(fd, reply + got, sizeof(reply) - got, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return memcmp(request, reply, sizeof(request)) == 0;
}

/* What may block: to get a connection, and to exchange a message over it. */
struct talk {
	struct bench_resource *r;
	bool counted, works;
	int64_t start_ns, service_ns, until_ns;
	struct pool_connection *c; /* NULL: none was to be had */
};

static void talk(void *arg)
{
	struct talk *t = arg;

	t->c = NULL;
	if (pool_connection_pool_borrow(t->r->connections, INT64_MAX, &t->c, NULL) !=
	    POOL_CONNECTION_OK)
		return;
	t->until_ns = acquired(t->r, t->counted, t->start_ns, t->service_ns);
	t->works = exchange(pool_socket_connection_fd(t->c));
}

static bool use_connection(struct bench_resource *r, bool counted, int64_t start,
			   int64_t service_ns)
{
	struct talk t = {.r = r, .counted = counted, .start_ns = start, .service_ns = service_ns};

	pool_block(talk, &t);
	if (!t.c)
		return failed(&r->acquire_failed, counted);
	if (t.works)
		pool_wait_until(t.until_ns);
	pool_connection_pool_give_back(r->connections, t.c, t.works);
	return t.works ? true : failed(&r->exchange_failed, counted);
}

static bool use_object(struct bench_resource *r, bool counted, int64_t start, int64_t service_ns)
{
	volatile char *bytes;
	int64_t until;
	void *object;

	if (pool_object_pool_get(r->objects, &object) != POOL_OBJECT_OK)
		return failed(&r->acquire_failed, counted);
	until = acquired(r, counted, start, service_ns);
	bytes = object;
	for (size_t i = 0; i < r->params.object_bytes; i += CACHE_LINE)
		bytes[i] = 1;
	pool_wait_until(until);
	pool_object_pool_put(r->objects, object);
	return true;
}

bool bench_resource_use(struct bench_resource *r, bool counted, int64_t start, int64_t service_ns)
{
	return r->connections ? use_connection(r, counted, start, service_ns)
			      : use_object(r, counted, start, service_ns);
}
