/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checker's memory model against the literature's small programs: what C11 forbids is never
 * seen, and what it allows is, weak as it may be. Names are those of L. Maranget et al., "A
 * Tutorial Introduction to the ARM and POWER Relaxed Memory Models", 2012, and of RC11's paper. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdbool.h>

#include "tests/model/expect.h"

#define RLX memory_order_relaxed
#define ACQ memory_order_acquire
#define REL memory_order_release
#define SC  memory_order_seq_cst

struct cells {
	_Atomic int x, y;
	int r[4];
};

#define STORE(cell, value, order) atomic_store_explicit(&c->cell, value, order)
#define LOAD(cell, order)         atomic_load_explicit(&c->cell, order)
#define FENCE(order)              atomic_thread_fence(order)
#define THREAD(name, ...)                                                                          \
	static void name(void *state)                                                              \
	{                                                                                          \
		struct cells *c = state;                                                           \
                                                                                                   \
		__VA_ARGS__;                                                                       \
	}

/* The outcome: what was read, a bit each; the final values make no difference. */
static void read_bits(void *state)
{
	struct cells *c = state;

	model_outcome(c->r[0] | c->r[1] << 1 | c->r[2] << 2 | c->r[3] << 3);
}

/* All outcomes, and no others: bits are their numbers. */
static void outcomes(struct model model, uint64_t expected)
{
	static struct cells cells;

	model.state = &cells;
	model.state_size = sizeof(cells);
	if (!model.finish)
		model.finish = read_bits;
	assert_int_equal(expect_pass(&model), expected);
}

#define BIT(number) (UINT64_C(1) << (number))
#define ALL4        (BIT(0) | BIT(1) | BIT(2) | BIT(3))

/* SB: store buffering. Both read 0: outcome 0. */
THREAD(sb_rlx_0, STORE(x, 1, RLX); c->r[0] = LOAD(y, RLX))
THREAD(sb_rlx_1, STORE(y, 1, RLX); c->r[1] = LOAD(x, RLX))
THREAD(sb_ra_0, STORE(x, 1, REL); c->r[0] = LOAD(y, ACQ))
THREAD(sb_ra_1, STORE(y, 1, REL); c->r[1] = LOAD(x, ACQ))
THREAD(sb_sc_0, STORE(x, 1, SC); c->r[0] = LOAD(y, SC))
THREAD(sb_sc_1, STORE(y, 1, SC); c->r[1] = LOAD(x, SC))
THREAD(sb_fence_0, STORE(x, 1, RLX); FENCE(SC); c->r[0] = LOAD(y, RLX))
THREAD(sb_fence_1, STORE(y, 1, RLX); FENCE(SC); c->r[1] = LOAD(x, RLX))
THREAD(sb_mixed_0, STORE(x, 1, SC); c->r[0] = LOAD(y, RLX))
THREAD(sb_update_0, atomic_fetch_add(&c->x, 1); c->r[0] = LOAD(y, SC))
THREAD(sb_update_1, atomic_fetch_add(&c->y, 1); c->r[1] = LOAD(x, SC))
THREAD(sb_acqrel_0, STORE(x, 1, RLX); FENCE(memory_order_acq_rel); c->r[0] = LOAD(y, RLX))
THREAD(sb_acqrel_1, STORE(y, 1, RLX); FENCE(memory_order_acq_rel); c->r[1] = LOAD(x, RLX))

static void test_store_buffering(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {sb_rlx_0, sb_rlx_1}}, ALL4);
	outcomes((struct model){.threads = {sb_ra_0, sb_ra_1}}, ALL4);
	outcomes((struct model){.threads = {sb_acqrel_0, sb_acqrel_1}}, ALL4);
	outcomes((struct model){.threads = {sb_mixed_0, sb_sc_1}}, ALL4);
	outcomes((struct model){.threads = {sb_fence_0, sb_rlx_1}}, ALL4);
	outcomes((struct model){.threads = {sb_sc_0, sb_sc_1}}, ALL4 & ~BIT(0));
	outcomes((struct model){.threads = {sb_update_0, sb_update_1}}, ALL4 & ~BIT(0));
	outcomes((struct model){.threads = {sb_fence_0, sb_fence_1}}, ALL4 & ~BIT(0));
	outcomes((struct model){.threads = {sb_fence_0, sb_update_1}}, ALL4 & ~BIT(0));
}

/* MP: message passing. The flag is seen, the message is not: outcome 1. */
THREAD(mp_rlx, STORE(x, 1, RLX); STORE(y, 1, RLX))
THREAD(mp_rel, STORE(x, 1, RLX); STORE(y, 1, REL))
THREAD(mp_rel_fence, STORE(x, 1, RLX); FENCE(REL); STORE(y, 1, RLX))
THREAD(mp_read_rlx, c->r[0] = LOAD(y, RLX); c->r[1] = LOAD(x, RLX))
THREAD(mp_read_acq, c->r[0] = LOAD(y, ACQ); c->r[1] = LOAD(x, RLX))
THREAD(mp_read_fence, c->r[0] = LOAD(y, RLX); FENCE(ACQ); c->r[1] = LOAD(x, RLX))
/* What comes between adds 1 to the flag: the release sequence of the first one goes on through
 * that. */
THREAD(mp_between, atomic_fetch_add_explicit(&c->y, 2, RLX))
THREAD(mp_after_store, STORE(x, 1, RLX); STORE(y, 1, REL); STORE(y, 3, RLX))
THREAD(mp_read_3, c->r[0] = LOAD(y, ACQ) == 3; c->r[1] = LOAD(x, RLX))

static void test_message_passing(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {mp_rlx, mp_read_rlx}}, ALL4);
	outcomes((struct model){.threads = {mp_rlx, mp_read_acq}}, ALL4);
	outcomes((struct model){.threads = {mp_rel, mp_read_rlx}}, ALL4);
	outcomes((struct model){.threads = {mp_rel, mp_read_acq}}, ALL4 & ~BIT(1));
	outcomes((struct model){.threads = {mp_rel_fence, mp_read_acq}}, ALL4 & ~BIT(1));
	outcomes((struct model){.threads = {mp_rel, mp_read_fence}}, ALL4 & ~BIT(1));
	outcomes((struct model){.threads = {mp_rel_fence, mp_read_fence}}, ALL4 & ~BIT(1));
}

/* The store is sequentially consistent, as is its load: what is between them is not, and S need not
 * follow it. */
THREAD(mp_sc_store, STORE(x, 1, SC); STORE(y, 1, RLX))
THREAD(mp_sc_load, c->r[0] = LOAD(y, RLX); c->r[1] = LOAD(x, SC))
THREAD(mp_sc_release, STORE(x, 1, SC); STORE(y, 1, REL))
THREAD(mp_sc_acquire, c->r[0] = LOAD(y, ACQ); c->r[1] = LOAD(x, SC))

static void test_sequence_against_reads(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {mp_sc_store, mp_sc_load}}, ALL4);
	outcomes((struct model){.threads = {mp_sc_release, mp_sc_load}}, ALL4);
	outcomes((struct model){.threads = {mp_sc_release, mp_sc_acquire}}, ALL4 & ~BIT(1));
}

static void test_release_sequence(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {mp_rel, mp_between, mp_read_3}}, ALL4 & ~BIT(1));
	/* A plain store of the same thread ended it with C20. */
	outcomes((struct model){.threads = {mp_after_store, mp_read_3}}, ALL4);
}

/* LB: load buffering. Both read 1: outcome 3, which this model leaves out whatever the orders. */
THREAD(lb_0, c->r[0] = LOAD(y, RLX); STORE(x, 1, RLX))
THREAD(lb_1, c->r[1] = LOAD(x, RLX); STORE(y, 1, RLX))

static void test_load_buffering(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {lb_0, lb_1}}, ALL4 & ~BIT(3));
}

/* IRIW: independent reads of independent writes. The readers disagree about which was first: 1, 0,
 * 1, 0. */
THREAD(write_x_rel, STORE(x, 1, REL))
THREAD(write_y_rel, STORE(y, 1, REL))
THREAD(write_x_sc, STORE(x, 1, SC))
THREAD(write_y_sc, STORE(y, 1, SC))
THREAD(iriw_0_acq, c->r[0] = LOAD(x, ACQ); c->r[1] = LOAD(y, ACQ))
THREAD(iriw_1_acq, c->r[2] = LOAD(y, ACQ); c->r[3] = LOAD(x, ACQ))
THREAD(iriw_0_sc, c->r[0] = LOAD(x, SC); c->r[1] = LOAD(y, SC))
THREAD(iriw_1_sc, c->r[2] = LOAD(y, SC); c->r[3] = LOAD(x, SC))
THREAD(iriw_0_fence, c->r[0] = LOAD(x, RLX); FENCE(SC); c->r[1] = LOAD(y, RLX))
THREAD(iriw_1_fence, c->r[2] = LOAD(y, RLX); FENCE(SC); c->r[3] = LOAD(x, RLX))

static void test_independent_reads(void **state)
{
	const uint64_t disagree = BIT(1 | 4);

	(void)state;
	outcomes((struct model){.threads = {write_x_rel, write_y_rel, iriw_0_acq, iriw_1_acq}},
		 0xffff);
	outcomes((struct model){.threads = {write_x_sc, write_y_sc, iriw_0_sc, iriw_1_sc}},
		 0xffff & ~disagree);
	outcomes((struct model){.threads = {write_x_rel, write_y_rel, iriw_0_fence, iriw_1_fence}},
		 0xffff & ~disagree);
}

/* WRC: a write is read, and that is told to a third one. It sees the second, but not the first: 1,
 * 1, 0. */
THREAD(wrc_write, STORE(x, 1, RLX))
THREAD(wrc_tell, c->r[0] = LOAD(x, RLX); STORE(y, 1, REL))
THREAD(wrc_read, c->r[1] = LOAD(y, ACQ); c->r[2] = LOAD(x, RLX))
THREAD(wrc_tell_rlx, c->r[0] = LOAD(x, RLX); STORE(y, 1, RLX))

static void test_write_to_read(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {wrc_write, wrc_tell, wrc_read}}, 0xff & ~BIT(3));
	outcomes((struct model){.threads = {wrc_write, wrc_tell_rlx, wrc_read}}, 0xff);
}

/* Coherence: what has been seen of a location is not unseen (CoRR), and all agree on its order. */
THREAD(write_1, STORE(x, 1, RLX))
THREAD(write_2, STORE(x, 2, RLX))
THREAD(read_twice_0, c->r[0] = LOAD(x, RLX); c->r[1] = LOAD(x, RLX))
THREAD(read_twice_1, c->r[2] = LOAD(x, RLX); c->r[3] = LOAD(x, RLX))

static void read_order(void *state)
{
	struct cells *c = state;
	bool one_two = c->r[0] == 1 && c->r[1] == 2, two_one = c->r[2] == 2 && c->r[3] == 1;

	MODEL_ASSERT(!c->r[0] || c->r[1]);
	model_outcome(one_two | two_one << 1);
}

static void test_coherence(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {write_1, read_twice_0}}, ALL4 & ~BIT(1));
	outcomes((struct model){.threads = {write_1, write_2, read_twice_0, read_twice_1},
				.finish = read_order},
		 ALL4 & ~BIT(3));
}

/* 2+2W: two write both, in opposite order. Each one's first write is the last one of its location:
 * 0. */
THREAD(w22_0, STORE(x, 1, RLX); STORE(y, 2, RLX))
THREAD(w22_1, STORE(y, 1, RLX); STORE(x, 2, RLX))
THREAD(w22_0_sc, STORE(x, 1, SC); STORE(y, 2, SC))
THREAD(w22_1_sc, STORE(y, 1, SC); STORE(x, 2, SC))
THREAD(w22_0_fence, STORE(x, 1, RLX); FENCE(SC); STORE(y, 2, RLX))
THREAD(w22_1_fence, STORE(y, 1, RLX); FENCE(SC); STORE(x, 2, RLX))

static void last_writes(void *state)
{
	struct cells *c = state;

	model_outcome((LOAD(x, RLX) == 2) | (LOAD(y, RLX) == 2) << 1);
}

static void test_writes_behind_others(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {w22_0, w22_1}, .finish = last_writes}, ALL4);
	outcomes((struct model){.threads = {w22_0_sc, w22_1_sc}, .finish = last_writes},
		 ALL4 & ~BIT(0));
	outcomes((struct model){.threads = {w22_0_fence, w22_1_fence}, .finish = last_writes},
		 ALL4 & ~BIT(0));
}

/* Atomicity: of two that add, and one that stores, none reads what another one has read. */
THREAD(add_0, c->r[0] = atomic_fetch_add_explicit(&c->x, 1, RLX))
THREAD(add_1, c->r[1] = atomic_fetch_add_explicit(&c->x, 1, RLX))
THREAD(swap_0, int e = 0; c->r[0] = atomic_compare_exchange_strong_explicit(&c->x, &e, 1, RLX, RLX))
THREAD(swap_1, int e = 0; c->r[1] = atomic_compare_exchange_strong_explicit(&c->x, &e, 2, RLX, RLX))
THREAD(swap_weak, int e = 0;
       c->r[1] = atomic_compare_exchange_weak_explicit(&c->x, &e, 2, RLX, RLX))
THREAD(store_4, STORE(x, 4, RLX))

static void sum(void *state)
{
	struct cells *c = state;

	model_outcome(LOAD(x, RLX));
}

static void test_updates(void **state)
{
	(void)state;
	outcomes((struct model){.threads = {add_0, add_1}, .finish = sum}, BIT(2));
	outcomes((struct model){.threads = {add_0, add_1}}, BIT(1) | BIT(2));
	outcomes((struct model){.threads = {add_0, add_1, store_4}, .finish = sum},
		 BIT(4) | BIT(5) | BIT(6));
	outcomes((struct model){.threads = {swap_0, swap_1}}, BIT(1) | BIT(2));
	outcomes((struct model){.threads = {swap_weak}}, BIT(0) | BIT(2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_store_buffering),
	    cmocka_unit_test(test_message_passing),
	    cmocka_unit_test(test_release_sequence),
	    cmocka_unit_test(test_sequence_against_reads),
	    cmocka_unit_test(test_load_buffering),
	    cmocka_unit_test(test_independent_reads),
	    cmocka_unit_test(test_write_to_read),
	    cmocka_unit_test(test_coherence),
	    cmocka_unit_test(test_writes_behind_others),
	    cmocka_unit_test(test_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
