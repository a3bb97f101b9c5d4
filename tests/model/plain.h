/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Data races: two accesses of the same byte by two threads, one of them a store, one of them plain,
 * and neither happens before the other (C17, 5.1.2.4). What has been accessed is kept as the thread
 * sanitizer keeps it, a list of accesses for each eight bytes, with their thread's clock.
 */
#ifndef POOLRIG_TESTS_MODEL_PLAIN_H
#define POOLRIG_TESTS_MODEL_PLAIN_H

#include <stdint.h>

#include "tests/model/view.h"

enum plain_kind { PLAIN_LOAD, PLAIN_STORE, ATOMIC_LOAD, ATOMIC_STORE };

enum { PLAIN_GRANULES = 1 << 13, PLAIN_ACCESSES = 24 };

struct plain_access {
	uint32_t clock;
	uint8_t thread, kind, bytes; /* a bit for each of the eight */
	const void *caller;
};

struct plain_granule {
	uintptr_t address; /* in eights */
	uint32_t execution;
	int count;
	struct plain_access accesses[PLAIN_ACCESSES];
};

struct plain {
	uint32_t execution;
	int granules; /* in use in this one */
	struct plain_granule table[PLAIN_GRANULES];
};

enum plain_verdict { PLAIN_FINE, PLAIN_RACE, PLAIN_FULL };

/* A new execution: nothing has been accessed so far. */
void plain_reset(struct plain *plain);

/* Note an access of `size` bytes, and say whether one before it races with it: *other, then. The
 * thread's clock is in its view `now`; of the access, `bytes` is not looked at. */
enum plain_verdict plain_access(struct plain *plain, const struct view *now,
				struct plain_access access, uintptr_t address, uint64_t size,
				struct plain_access *other);

#endif
