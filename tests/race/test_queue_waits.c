/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting, in each of its ways, on queues so small that everybody waits all the time; with
 * deadlines that pass just when the wait ends; and closing while threads wait and put. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/race/queue_race.h"

static void run(const struct race *race)
{
	const char *wrong = race_run(race);

	if (wrong)
		fail_msg("%s", wrong);
}

static const char *const kinds[] = {"mutex", "rendezvous", "spsc",  "mpmc", "channel",
				    "list",  "priority",   "deque", "own"};

static void each(struct race race)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		for (enum pool_queue_wait wait = POOL_QUEUE_EVENTCOUNT; wait <= POOL_QUEUE_SPIN;
		     wait++) {
			struct race r = race;

			r.kind = kinds[i];
			r.options.wait = wait;
			if (r.kind == kinds[2])
				r.producers = r.consumers = 1;
			if (r.kind == kinds[7])
				r.producers = 1;
			run(&r);
		}
}

static void test_tiny(void **state)
{
	(void)state;
	each((struct race){
	    .options = {.capacity = 1}, .producers = 3, .consumers = 3, .items = RACE_ITEMS(8000)});
}

static void test_tiny_batches(void **state)
{
	(void)state;
	each((struct race){.options = {.capacity = 2},
			   .producers = 2,
			   .consumers = 3,
			   .batch = 4,
			   .items = RACE_ITEMS(8000)});
}

static void test_deadlines(void **state)
{
	(void)state;
	each((struct race){.options = {.capacity = 2},
			   .producers = 3,
			   .consumers = 3,
			   .patience_ns = 40000,
			   .items = RACE_ITEMS(6000)});
}

/* All that a put has taken is got, whenever the queue is closed. */
static void test_closed_early(void **state)
{
	static const char *const exact[] = {"mutex", "rendezvous", "mpmc", "channel",
					    "list",  "priority",   "own"};

	(void)state;
	for (size_t i = 0; i < sizeof(exact) / sizeof(*exact); i++)
		for (enum pool_queue_wait wait = POOL_QUEUE_EVENTCOUNT; wait <= POOL_QUEUE_SPIN;
		     wait++)
			for (int again = 0; again < 20; again++)
				run(&(struct race){
				    .kind = exact[i],
				    .options = {.capacity = 1 + again % 5, .wait = wait},
				    .producers = 3,
				    .consumers = 3,
				    .batch = again % 3,
				    .items = 300,
				    .close_early = true});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tiny),
	    cmocka_unit_test(test_tiny_batches),
	    cmocka_unit_test(test_deadlines),
	    cmocka_unit_test(test_closed_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
