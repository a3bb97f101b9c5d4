/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/wheel.h"

#include <string.h>

#define TICK_NS (UINT64_C(1) << POOL_WHEEL_TICK_BITS)

/* log2 of the ticks that a slot of a far wheel spans. */
static unsigned far_shift(unsigned level)
{
	return POOL_WHEEL_NEAR_BITS + level * POOL_WHEEL_FAR_BITS;
}

void pool_wheel_init(struct pool_wheel *wheel, int64_t now_ns)
{
	memset(wheel, 0, sizeof(*wheel));
	wheel->now = (uint64_t)(now_ns > 0 ? now_ns : 0) >> POOL_WHEEL_TICK_BITS;
	wheel->next_far = UINT64_MAX;
}

/* Join the circle of a slot as its youngest. Returns whether the slot was empty. */
static bool join(struct pool_timer **slot, struct pool_timer *timer)
{
	struct pool_timer *oldest = *slot;

	if (!oldest) {
		timer->next = timer->prev = timer;
		*slot = timer;
		return true;
	}
	timer->next = oldest;
	timer->prev = oldest->prev;
	oldest->prev->next = timer;
	oldest->prev = timer;
	return false;
}

static void place_near(struct pool_wheel *wheel, struct pool_timer *timer)
{
	unsigned slot = timer->tick & (POOL_WHEEL_NEAR - 1);

	if (join(&wheel->near[slot], timer))
		wheel->near_used[slot / 64] |= UINT64_C(1) << (slot % 64);
	timer->slot = 1 + slot;
}

static void place_far(struct pool_wheel *wheel, struct pool_timer *timer, uint64_t ahead)
{
	unsigned level =
	    ((unsigned)(63 - __builtin_clzll(ahead)) - POOL_WHEEL_NEAR_BITS) / POOL_WHEEL_FAR_BITS;
	uint64_t unit = timer->tick >> far_shift(level);
	unsigned slot = unit & (POOL_WHEEL_FAR - 1);

	if (join(&wheel->far[level][slot], timer))
		wheel->far_used[level] |= UINT64_C(1) << slot;
	timer->slot = 1 + POOL_WHEEL_NEAR + level * POOL_WHEEL_FAR + slot;
	if (unit << far_shift(level) < wheel->next_far)
		wheel->next_far = unit << far_shift(level);
}

/* A slot is chosen by how far the tick is ahead of the next one, not by its digits: a timer of 5 ms
 * stays near, whatever tick it is now. */
static void place(struct pool_wheel *wheel, struct pool_timer *timer)
{
	uint64_t ahead = timer->tick - (wheel->now + 1);

	if (ahead < POOL_WHEEL_NEAR)
		place_near(wheel, timer);
	else
		place_far(wheel, timer, ahead);
}

void pool_wheel_add(struct pool_wheel *wheel, struct pool_timer *timer, int64_t deadline_ns)
{
	uint64_t ns = (uint64_t)(deadline_ns > 0 ? deadline_ns : 0);

	timer->tick = (ns + TICK_NS - 1) >> POOL_WHEEL_TICK_BITS;
	if (timer->tick <= wheel->now)
		timer->tick = wheel->now + 1;
	place(wheel, timer);
	wheel->count++;
}

void pool_wheel_remove(struct pool_wheel *wheel, struct pool_timer *timer)
{
	unsigned slot = timer->slot - 1;
	bool near = slot < POOL_WHEEL_NEAR;
	unsigned far = slot - POOL_WHEEL_NEAR;
	struct pool_timer **oldest =
	    near ? &wheel->near[slot] : &wheel->far[far / POOL_WHEEL_FAR][far % POOL_WHEEL_FAR];

	timer->prev->next = timer->next;
	timer->next->prev = timer->prev;
	if (timer->next == timer) {
		*oldest = NULL;
		if (near)
			wheel->near_used[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
		else
			wheel->far_used[far / POOL_WHEEL_FAR] &=
			    ~(UINT64_C(1) << (far % POOL_WHEEL_FAR));
	} else if (*oldest == timer) {
		*oldest = timer->next;
	}
	timer->slot = 0;
	wheel->count--;
}

/* The first tick after now, up to `last`, whose near slot is used; else last + 1. */
static uint64_t next_near(const struct pool_wheel *wheel, uint64_t last)
{
	uint64_t tick = wheel->now + 1;

	if (last - wheel->now > POOL_WHEEL_NEAR)
		last = wheel->now + POOL_WHEEL_NEAR;
	while (tick <= last) {
		unsigned slot = tick & (POOL_WHEEL_NEAR - 1);
		uint64_t used = wheel->near_used[slot / 64] >> (slot % 64);

		if (used) {
			tick += (unsigned)__builtin_ctzll(used);
			break;
		}
		tick += 64 - slot % 64;
	}
	return tick <= last ? tick : UINT64_MAX;
}

/* When the first used slot of a far wheel begins. Only beginnings after now are to come: the slot
 * under way has been dealt out, and what is in it now is meant for the next time round. */
static uint64_t next_far(const struct pool_wheel *wheel)
{
	uint64_t first = UINT64_MAX;

	for (unsigned level = 0; level < POOL_WHEEL_FAR_LEVELS; level++) {
		unsigned shift = far_shift(level);
		uint64_t unit = (wheel->now >> shift) + 1;
		unsigned slot = unit & (POOL_WHEEL_FAR - 1);
		uint64_t used = wheel->far_used[level];

		if (!used)
			continue;
		if (slot)
			used = used >> slot | used << (POOL_WHEEL_FAR - slot);
		unit += (unsigned)__builtin_ctzll(used);
		if (unit << shift < first)
			first = unit << shift;
	}
	return first;
}

static void deal_out(struct pool_wheel *wheel, unsigned level, unsigned slot)
{
	struct pool_timer *timer = wheel->far[level][slot];

	if (!timer)
		return;
	wheel->far[level][slot] = NULL;
	wheel->far_used[level] &= ~(UINT64_C(1) << slot);
	timer->prev->next = NULL;
	while (timer) {
		struct pool_timer *next = timer->next;

		place(wheel, timer);
		timer = next;
	}
}

/* Go to the instant before `tick`, and deal out each far slot that begins there. */
static void begin_far(struct pool_wheel *wheel, uint64_t tick)
{
	wheel->now = tick - 1;
	for (unsigned level = POOL_WHEEL_FAR_LEVELS; level-- > 0;) {
		unsigned shift = far_shift(level);

		if ((tick & ((UINT64_C(1) << shift) - 1)) == 0)
			deal_out(wheel, level, (tick >> shift) & (POOL_WHEEL_FAR - 1));
	}
	/* Those that began here are empty, so the next one is later. */
	wheel->next_far = next_far(wheel);
}

/* Take the circle of the slot of `tick` out, append it to a list. Returns the list's new end. */
static struct pool_timer **take_slot(struct pool_wheel *wheel, uint64_t tick,
				     struct pool_timer **end)
{
	unsigned slot = tick & (POOL_WHEEL_NEAR - 1);
	struct pool_timer *oldest = wheel->near[slot], *youngest = oldest->prev;

	wheel->near[slot] = NULL;
	wheel->near_used[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
	youngest->next = NULL;
	*end = oldest;
	for (struct pool_timer *timer = oldest; timer; timer = timer->next) {
		timer->slot = 0;
		wheel->count--;
	}
	return &youngest->next;
}

struct pool_timer *pool_wheel_expire(struct pool_wheel *wheel, int64_t now_ns)
{
	uint64_t last = (uint64_t)(now_ns > 0 ? now_ns : 0) >> POOL_WHEEL_TICK_BITS;
	struct pool_timer *first = NULL, **end = &first;

	while (wheel->now < last && wheel->count) {
		uint64_t tick = next_near(wheel, last);

		if (wheel->next_far <= last && wheel->next_far <= tick) {
			begin_far(wheel, wheel->next_far);
			continue;
		}
		if (tick > last)
			break;
		wheel->now = tick;
		end = take_slot(wheel, tick, end);
	}
	if (wheel->now < last)
		wheel->now = last;
	if (!wheel->count)
		wheel->next_far = UINT64_MAX; /* it may have been of one that was removed */
	return first;
}

int64_t pool_wheel_next(const struct pool_wheel *wheel)
{
	uint64_t tick = UINT64_MAX;

	if (wheel->count)
		tick = next_near(wheel, wheel->now + POOL_WHEEL_NEAR);
	if (wheel->count && wheel->next_far < tick)
		tick = wheel->next_far;
	return tick > (uint64_t)INT64_MAX >> POOL_WHEEL_TICK_BITS
		   ? INT64_MAX
		   : (int64_t)(tick << POOL_WHEEL_TICK_BITS);
}
