/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each kind of queue with as many threads as it allows, few and many on either side: nothing is
 * lost or got twice, each producer's items are in order and as they were before the put. */
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

struct row {
	const char *kind;
	size_t items; /* natively, of each race */
	unsigned producers_max, consumers_max;
};

/* Where an item is handed from thread to thread it costs two wake-ups. */
static const struct row rows[] = {
    {"mutex", 100000, 4, 4},    {"rendezvous", 5000, 4, 4}, {"spsc", 200000, 1, 1},
    {"mpmc", 200000, 4, 4},     {"channel", 30000, 4, 4},   {"list", 200000, 4, 4},
    {"priority", 100000, 4, 4}, {"deque", 150000, 1, 4},    {"own", 50000, 4, 4},
};

static void each(struct race wanted)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct race race = wanted;

		race.kind = rows[i].kind;
		race.items = RACE_ITEMS(rows[i].items);
		if (race.producers > rows[i].producers_max)
			race.producers = rows[i].producers_max;
		if (race.consumers > rows[i].consumers_max)
			race.consumers = rows[i].consumers_max;
		/* One to one is a test of its own. */
		if (race.batch || race.producers + race.consumers > 2 ||
		    wanted.producers + wanted.consumers == 2)
			run(&race);
	}
}

static void test_one_to_one(void **state)
{
	(void)state;
	each((struct race){.options = {.capacity = 1024, .wait = POOL_QUEUE_SPIN_FUTEX},
			   .producers = 1,
			   .consumers = 1});
}

static void test_few_to_many(void **state)
{
	(void)state;
	each((struct race){.options = {.capacity = 64}, .producers = 1, .consumers = 4});
}

static void test_many_to_few(void **state)
{
	(void)state;
	each((struct race){
	    .options = {.capacity = 64}, .producers = 4, .consumers = 1, .high = true});
}

static void test_many_to_many(void **state)
{
	(void)state;
	each((struct race){
	    .options = {.capacity = 256}, .producers = 4, .consumers = 4, .high = true});
}

static void test_batches(void **state)
{
	(void)state;
	each((struct race){
	    .options = {.capacity = 128}, .producers = 2, .consumers = 2, .batch = 100});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_to_one),  cmocka_unit_test(test_few_to_many),
	    cmocka_unit_test(test_many_to_few), cmocka_unit_test(test_many_to_many),
	    cmocka_unit_test(test_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
