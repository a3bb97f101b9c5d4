/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Network namespaces (libnl-route). A private namespace, which the cell's command is born in, is
 * anonymous: it lives as long as a process or a descriptor holds it, so nothing can be left behind.
 */
#ifndef POOLRIG_NETNS_NETNS_H
#define POOLRIG_NETNS_NETNS_H

#include <stddef.h>

#include "base/error.h"

enum netns_kind {
	NETNS_HOST = 0, /* the supervisor's own namespace */
	NETNS_PRIVATE,  /* a new one: only loopback, and that is up */
};

/* A route netlink request, ready to be sent: libnl-route writes it once, and any number of
 * namespaces are then set up by it at the price of three system calls each. Plain data. */
struct netns_request {
	size_t length;
	_Alignas(8) unsigned char bytes[256];
};

/* "Set loopback up", for netns_send(). Returns 0 or -1. */
int netns_loopback_request(struct netns_request *request, struct error *err);

/* Send it in the calling thread's own network namespace (for the child between clone and exec,
 * where every page that is touched is copied first) and take the kernel's answer. Returns 0 or -1.
 */
int netns_send(const struct netns_request *request, struct error *err);

#endif
