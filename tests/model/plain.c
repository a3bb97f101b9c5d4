/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model/plain.h"

#include <stdbool.h>
#include <stddef.h>

#include "tests/model/hash.h"

void plain_reset(struct plain *plain)
{
	plain->execution++;
	plain->granules = 0;
}

static struct plain_granule *granule_at(struct plain *plain, uintptr_t address)
{
	unsigned i = hash_mix(0, address) % PLAIN_GRANULES;
	struct plain_granule *granule;

	for (;; i = (i + 1) % PLAIN_GRANULES) {
		granule = &plain->table[i];
		if (granule->execution != plain->execution)
			break;
		if (granule->address == address)
			return granule;
	}
	if (plain->granules == PLAIN_GRANULES / 2)
		return NULL;
	plain->granules++;
	granule->execution = plain->execution;
	granule->address = address;
	granule->count = 0;
	return granule;
}

static bool conflict(enum plain_kind one, enum plain_kind two)
{
	bool atomic = one >= ATOMIC_LOAD && two >= ATOMIC_LOAD;
	bool loads =
	    (one == PLAIN_LOAD || one == ATOMIC_LOAD) && (two == PLAIN_LOAD || two == ATOMIC_LOAD);

	return !atomic && !loads;
}

static enum plain_verdict granule_access(struct plain_granule *granule, const struct view *now,
					 struct plain_access access, struct plain_access *other)
{
	struct plain_access *mine = NULL;

	for (int i = 0; i < granule->count; i++) {
		struct plain_access *old = &granule->accesses[i];

		if (old->thread == access.thread) {
			if (old->kind == access.kind && old->bytes == access.bytes)
				mine = old;
			continue;
		}
		if ((old->bytes & access.bytes) && conflict(old->kind, access.kind) &&
		    now->clock[old->thread] < old->clock) {
			*other = *old;
			return PLAIN_RACE;
		}
	}
	if (!mine) {
		if (granule->count == PLAIN_ACCESSES)
			return PLAIN_FULL;
		mine = &granule->accesses[granule->count++];
	}
	*mine = access;
	return PLAIN_FINE;
}

enum plain_verdict plain_access(struct plain *plain, const struct view *now,
				struct plain_access access, uintptr_t address, uint64_t size,
				struct plain_access *other)
{
	uintptr_t end = address + size;

	access.clock = now->clock[access.thread];
	while (address < end) {
		unsigned from = address % 8,
			 to = end - address < 8 - from ? from + (end - address) : 8;
		struct plain_granule *granule = granule_at(plain, address / 8);
		enum plain_verdict verdict;

		if (!granule)
			return PLAIN_FULL;
		access.bytes = (uint8_t)((1u << to) - (1u << from));
		verdict = granule_access(granule, now, access, other);
		if (verdict != PLAIN_FINE)
			return verdict;
		address += to - from;
	}
	return PLAIN_FINE;
}
