/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Network namespaces (libnl-route). A private namespace is anonymous: it lives as long as a process
 * or a descriptor holds it, so nothing can be left behind; letting it go does not block.
 */
#ifndef POOLRIG_NETNS_NETNS_H
#define POOLRIG_NETNS_NETNS_H

#include <sys/types.h>

#include "base/error.h"

enum netns_kind {
	NETNS_HOST = 0, /* the supervisor's own namespace */
	NETNS_PRIVATE,  /* a new one: only loopback, and that is up */
};

/* "host" or "private"; -1 with a text `"VALUE": reason; way out` for anything else. */
int netns_kind_parse(const char *text, enum netns_kind *kind, struct error *err);
const char *netns_kind_name(enum netns_kind kind);

/* Set loopback up in the calling process's own network namespace (for the child between clone and
 * exec). Returns 0 or -1. */
int netns_loopback_up(struct error *err);

/* A descriptor of the network namespace of a process, O_CLOEXEC. */
int netns_open_of(pid_t pid, struct error *err);

/* Make a private namespace ahead of time, with loopback up, and return its descriptor (the calling
 * thread comes back to its own). The cell's process enters it with setns(2). */
int netns_make(struct error *err);

#endif
