/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stream sockets (TCP, Unix) as the connections of a pool: how they are opened, checked and closed.
 *
 *     struct pool_socket_peer peer = {.address = …, .length = …, .timeout_ns = 1000000000};
 *     struct pool_connection_ops ops = pool_socket_connection_ops(&peer);
 *
 * An idle socket is fit where its peer has neither closed it nor sent anything (bytes that no
 * thread waits for are the rest of an exchange that went wrong). That takes one recv(2) with
 * MSG_PEEK, and does not detect a peer that has vanished silently: that takes an
 * exchange.
 */
#ifndef POOLRIG_POOL_RESOURCE_SOCKET_CONNECTION_H
#define POOLRIG_POOL_RESOURCE_SOCKET_CONNECTION_H

#include <stdint.h>
#include <sys/socket.h>

#include "pool/language.h"
#include "pool/resource/connection_pool.h"

POOL_C_BEGIN

struct pool_socket_peer {
	struct sockaddr_storage address;
	socklen_t length;
	int64_t timeout_ns; /* of connect(2); 0: the kernel's own */
};

/* peer is borrowed as long as the pool lives, and only read. */
struct pool_connection_ops pool_socket_connection_ops(struct pool_socket_peer *peer);

/* The socket, which blocks, of a connection of such a pool. TCP sockets have TCP_NODELAY. */
int pool_socket_connection_fd(const struct pool_connection *connection);

POOL_C_END

#endif
