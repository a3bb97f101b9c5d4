/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The workload's end of the protocol (docs/protocol.md): one JSON object a message. For one thread.
 */
#ifndef POOLRIG_WORKLOADS_LINK_H
#define POOLRIG_WORKLOADS_LINK_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hdr.h"

struct bench_link {
	int fd;    /* SOCK_SEQPACKET, not owned */
	char *buf; /* POOLRIG_PROTOCOL_MESSAGE_MAX bytes, owned */
};

enum { BENCH_LINK_CLOSED = 0, BENCH_LINK_MESSAGE = 1 };

/* Errors: fd is not a SOCK_SEQPACKET socket. */
int bench_link_init(struct bench_link *link, int fd, struct error *err);
void bench_link_destroy(struct bench_link *link); /* takes a zeroed struct, too */

/* Send a message; the reference is taken from the caller, also on failure (NULL: no memory).
 * Returns BENCH_LINK_MESSAGE, BENCH_LINK_CLOSED where the rig is gone, or -1. */
int bench_link_send(struct bench_link *link, json_t *message, struct error *err);

/* Send `progress`, without an allocation and without waiting: where the rig does not read, it is
 * dropped. */
void bench_link_progress(struct bench_link *link, int64_t at_ns, uint64_t completed);

/*
 * Wait for the next message, which must be of a type. *message is the caller's to release;
 * *passed is a descriptor that came with it, or -1, and the caller's to close (passed NULL: one
 * that comes is closed).
 * Returns BENCH_LINK_MESSAGE, BENCH_LINK_CLOSED where the rig is gone, or -1: not JSON, too long,
 * another type.
 */
int bench_link_receive(struct bench_link *link, const char *type, json_t **message, int *passed,
		       struct error *err);

/* A member that must be an integer within min..max. */
int bench_link_integer(const json_t *message, const char *key, int64_t min, int64_t max,
		       int64_t *value, struct error *err);

/* -- the message `record`: what was measured, of which interval ------------------------------- */

/* What a record is about, relative to the start. */
struct bench_span {
	int64_t from_ns, to_ns;
};

/* A record without its value; NULL: no memory. */
json_t *bench_record(const char *name, const char *kind, const char *unit, struct bench_span span);

/* Send a record with its value, or (NULL) as unknown for a reason. Takes both references. Returns
 * as bench_link_send(). */
int bench_record_value(struct bench_link *link, json_t *record, json_t *value, const char *reason,
		       struct error *err);

/* Send a histogram of values in ns. Returns as bench_link_send(). */
int bench_record_histogram(struct bench_link *link, const char *name, struct bench_span span,
			   const struct hdr *hdr, struct error *err);

#endif
