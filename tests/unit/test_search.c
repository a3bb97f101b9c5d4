/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search for a capacity, by made answers: of a machine that is what it is, of one that is
 * noisy, and of a generator that has a limit of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/own.h"
#include "base/random.h"
#include "rig/stats/search.h"

static const struct search_rules usual = {
    .from = 100, .to = 1000000, .resolution = 0.05, .confirm = 3, .retries = 2};

/* What is searched: all answers come from here. */
struct machine {
	double capacity;       /* the highest rate that holds */
	double generator;      /* the highest rate that can be offered; 0: any */
	double fuzz;           /* near the capacity chance decides: within this share of it */
	double lie;            /* how often an answer is the other one */
	struct random *random; /* of the two above */
};

static enum search_answer ask(const struct machine *m, double rate)
{
	double at = m->capacity;
	bool held;

	if (m->generator > 0 && rate > m->generator)
		return SEARCH_VOID;
	if (m->random && m->fuzz > 0)
		at *= 1 + m->fuzz * (2 * random_unit(m->random) - 1);
	held = rate <= at;
	if (m->random && random_unit(m->random) < m->lie)
		held = !held;
	return held ? SEARCH_HELD : SEARCH_BROKE;
}

/* Run a search to its end. */
static struct search_result run(struct search *s, const struct search_rules *rules,
				const struct machine *m)
{
	double rate;

	search_init(s, rules);
	while (search_next(s, &rate))
		search_tell(s, rate, ask(m, rate));
	return search_result(s);
}

/* Tell answers in order, each of the rate that is asked for then. */
static void tell(struct search *s, const enum search_answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		double rate = 0;

		assert_true(search_next(s, &rate));
		search_tell(s, rate, answers[i]);
	}
}

static double next_of(const struct search *s)
{
	double rate = -1;

	return search_next(s, &rate) ? rate : -1;
}

static const struct search_rate *find(const struct search *s, double rate)
{
	for (size_t i = 0; i < s->rates_count; i++)
		if (s->rates[i].rate == rate)
			return &s->rates[i];
	return NULL;
}

static void the_capacity_is_between_the_borders(void **state)
{
	static const double capacities[] = {100,   101,   130,   199.9,  200,    201,    400,
					    777.7, 12345, 99999, 100000, 100001, 640000, 999999};
	static const double resolutions[] = {0.01, 0.05, 0.2, 1};

	(void)state;
	for (size_t c = 0; c < ARRAY_SIZE(capacities); c++)
		for (size_t r = 0; r < ARRAY_SIZE(resolutions); r++) {
			struct search_rules rules = usual;
			struct machine m = {.capacity = capacities[c]};
			struct search_result result;
			struct search s;

			rules.resolution = resolutions[r];
			result = run(&s, &rules, &m);
			assert_true(result.over && !result.given_up && !result.failed);
			assert_true(result.has_held && result.has_broke);
			assert_false(result.has_unoffered);
			assert_true(result.held <= m.capacity && result.broke > m.capacity);
			assert_true(result.broke / result.held <= 1 + rules.resolution + 1e-9);
			assert_int_equal(find(&s, result.held)->held, 3);
			assert_int_equal(find(&s, result.broke)->broke, 2);
			assert_true(result.trials < 60);
		}
}

static void the_ramp_doubles_and_ends_at_the_top(void **state)
{
	static const double ramp[] = {100, 200, 400, 800, 1000, 1000, 1000};
	struct search_rules rules = usual;
	struct search s;

	(void)state;
	rules.to = 1000;
	search_init(&s, &rules);
	for (size_t i = 0; i < ARRAY_SIZE(ramp); i++) {
		assert_true(next_of(&s) == ramp[i]);
		search_tell(&s, ramp[i], SEARCH_HELD);
	}
	assert_true(next_of(&s) == -1);
	assert_true(search_result(&s).has_held && search_result(&s).held == 1000);
	assert_false(search_result(&s).has_broke);
}

static void a_bound_that_never_holds_has_no_lower_border(void **state)
{
	struct machine m = {.capacity = 99};
	struct search s;
	struct search_result result = run(&s, &usual, &m);

	(void)state;
	assert_true(result.over);
	assert_false(result.has_held);
	assert_true(result.has_broke && result.broke == 100);
	assert_int_equal(result.trials, 2); /* it was tried again before it was believed */
}

static void one_break_is_not_believed(void **state)
{
	static const enum search_answer answers[] = {
	    SEARCH_HELD,                           /* 100 */
	    SEARCH_BROKE, SEARCH_HELD, SEARCH_HELD /* 200: a disturbance */
	};
	struct search s;

	(void)state;
	search_init(&s, &usual);
	tell(&s, answers, 2);
	assert_true(next_of(&s) == 200);
	assert_false(search_result(&s).has_broke);
	tell(&s, answers + 2, 1);
	assert_true(next_of(&s) == 200); /* one all: a third decides */
	tell(&s, answers + 3, 1);
	assert_true(next_of(&s) == 400);
}

static void two_breaks_are(void **state)
{
	static const enum search_answer in_a_row[] = {SEARCH_HELD, SEARCH_BROKE, SEARCH_BROKE};
	static const enum search_answer apart[] = {SEARCH_HELD, SEARCH_BROKE, SEARCH_HELD,
						   SEARCH_BROKE};
	struct search s;

	(void)state;
	search_init(&s, &usual);
	tell(&s, in_a_row, ARRAY_SIZE(in_a_row));
	assert_true(search_result(&s).broke == 200);
	assert_true(next_of(&s) == 141.4);
	search_init(&s, &usual);
	tell(&s, apart, ARRAY_SIZE(apart));
	assert_true(search_result(&s).broke == 200);
	assert_true(next_of(&s) == 141.4);
}

static void with_confirm_1_one_answer_is_enough(void **state)
{
	struct search_rules rules = usual;
	struct machine m = {.capacity = 1500};
	struct search s;
	struct search_result result;

	(void)state;
	rules.confirm = 1;
	result = run(&s, &rules, &m);
	for (size_t i = 0; i < s.rates_count; i++)
		assert_int_equal(s.rates[i].held + s.rates[i].broke, 1);
	assert_true(result.held <= 1500 && result.broke > 1500);
}

static void luck_is_found_out_while_it_is_confirmed(void **state)
{
	struct search_rules rules = usual;
	struct search s;
	struct search_result result;
	double rate;

	(void)state;
	rules.to = 800;
	rules.resolution = 1;
	search_init(&s, &rules);
	/* 100, 200, 400 held; 800 broke; 400 breaks while it is confirmed. */
	while (search_next(&s, &rate))
		search_tell(&s, rate,
			    rate > 400 || (rate == 400 && find(&s, 400)) ? SEARCH_BROKE
									 : SEARCH_HELD);
	result = search_result(&s);
	assert_true(result.has_held && result.held == 200);
	assert_true(result.has_broke && result.broke == 400);
	assert_int_equal(find(&s, 200)->in_a_row, 3);
}

static void confirmations_are_in_a_row(void **state)
{
	/* 100 broke once, then held twice: that is enough to go on, and not to be held. */
	static const enum search_answer answers[] = {
	    SEARCH_BROKE, SEARCH_HELD,  SEARCH_HELD, /* 100 */
	    SEARCH_BROKE, SEARCH_BROKE,              /* 200 */
	};
	struct search_rules rules = usual;
	struct search s;

	(void)state;
	rules.resolution = 1;
	search_init(&s, &rules);
	tell(&s, answers, ARRAY_SIZE(answers));
	assert_false(search_result(&s).has_held);
	assert_true(next_of(&s) == 100);
	search_tell(&s, 100, SEARCH_HELD);
	assert_true(next_of(&s) == -1);
	assert_true(search_result(&s).held == 100 && search_result(&s).broke == 200);
}

static void a_generator_with_a_limit_is_no_break(void **state)
{
	struct machine m = {.capacity = 1e9, .generator = 3000};
	struct search s;
	struct search_result result = run(&s, &usual, &m);

	(void)state;
	assert_true(result.over && result.has_held && result.has_unoffered);
	assert_false(result.has_broke);
	assert_true(result.held <= 3000 && result.unoffered > 3000);
	assert_true(result.offered == result.held);
	assert_true(result.unoffered / result.held <= 1.05 + 1e-9);
	assert_int_equal(find(&s, result.unoffered)->voided, 3); /* once, and two retries */
}

static void a_generator_that_can_do_nothing_is_said(void **state)
{
	struct machine m = {.capacity = 1e9, .generator = 1};
	struct search s;
	struct search_result result = run(&s, &usual, &m);

	(void)state;
	assert_true(result.over);
	assert_false(result.has_held || result.has_broke || result.has_offered);
	assert_true(result.has_unoffered && result.unoffered == 100);
	assert_int_equal(result.trials, 3);
}

static void a_void_trial_is_tried_again(void **state)
{
	static const enum search_answer answers[] = {SEARCH_HELD, SEARCH_VOID, SEARCH_VOID,
						     SEARCH_HELD};
	struct search s;

	(void)state;
	search_init(&s, &usual);
	tell(&s, answers, 3);
	assert_true(next_of(&s) == 200);
	tell(&s, answers + 3, 1);
	assert_true(next_of(&s) == 400);
	assert_false(search_result(&s).has_unoffered);
}

/* Both have a say: the bound breaks at 3200 and the generator fails in between. */
static void a_break_above_the_generators_limit_stays_one(void **state)
{
	struct search_rules rules = usual;
	struct search_result result;
	struct search s;
	double rate;

	(void)state;
	rules.from = 1000;
	rules.resolution = 0.1;
	search_init(&s, &rules);
	while (search_next(&s, &rate))
		search_tell(&s, rate,
			    rate >= 4000   ? SEARCH_BROKE
			    : rate >= 2500 ? SEARCH_VOID
					   : SEARCH_HELD);
	result = search_result(&s);
	assert_true(result.has_broke && result.broke == 4000);
	assert_true(result.has_unoffered && result.unoffered > 2499 &&
		    result.unoffered < 2500 * 1.1);
	assert_true(result.has_held && result.held >= 2500 / 1.1 && result.held < 2500);
}

static void a_failure_ends_it(void **state)
{
	struct search s;

	(void)state;
	search_init(&s, &usual);
	search_tell(&s, 100, SEARCH_HELD);
	search_tell(&s, 200, SEARCH_FAILED);
	assert_true(next_of(&s) == -1);
	assert_true(search_result(&s).failed && search_result(&s).over);
	assert_false(search_result(&s).has_held);
}

static void an_unfinished_search_says_so(void **state)
{
	static const enum search_answer answers[] = {SEARCH_HELD, SEARCH_HELD, SEARCH_BROKE};
	struct search s;

	(void)state;
	search_init(&s, &usual);
	assert_false(search_result(&s).over);
	tell(&s, answers, ARRAY_SIZE(answers));
	assert_false(search_result(&s).over);
	assert_false(search_result(&s).has_held); /* it held once, which is not three times */
	assert_false(search_result(&s).has_broke);
}

/* Whatever the noise: the end comes, and what it says is what the answers say. */
static void noise_does_not_deceive_it(void **state)
{
	uint64_t seed = (uint64_t)time(NULL);
	struct random r;
	int near = 0, all = 0;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	random_init(&r, seed, 0);
	for (int i = 0; i < 2000; i++) {
		struct machine m = {.random = &r, .fuzz = random_unit(&r) * 0.1};
		struct search_rules rules = usual;
		struct search_result result;
		struct search s;

		m.capacity = 100 * pow(10, 4 * random_unit(&r));
		m.lie = i % 4 == 3 ? 0.5 : i % 4 * 0.01;
		rules.confirm = 1 + (int)random_below(&r, 5);
		result = run(&s, &rules, &m);
		assert_true(result.over);
		assert_true(result.has_held || result.has_broke);
		if (result.has_held) {
			assert_true(find(&s, result.held)->in_a_row >= rules.confirm);
			assert_true(!result.has_broke || result.held < result.broke);
			assert_true(result.has_broke || result.held == rules.to);
			assert_true(!result.has_broke ||
				    result.broke / result.held <= 1.05 + 1e-9 || result.given_up);
		}
		if (i % 4 == 3 || rules.confirm < 3)
			continue;
		all++;
		near += result.has_held && result.held < m.capacity * 1.1 &&
			result.held > m.capacity * 0.8;
	}
	/* One answer in a hundred or fifty is wrong: that is what the guards are there for. */
	print_message("%d of %d are near the capacity\n", near, all);
	assert_true(near > all * 8 / 10);
}

static void the_same_answers_are_the_same_search(void **state)
{
	struct random r;
	struct machine m = {.capacity = 5000, .fuzz = 0.2, .lie = 0.02, .random = &r};
	struct search first, again;

	(void)state;
	random_init(&r, 7, 0);
	run(&first, &usual, &m);
	random_init(&r, 7, 0);
	run(&again, &usual, &m);
	assert_int_equal(first.trials, again.trials);
	assert_memory_equal(first.rates, again.rates, first.rates_count * sizeof(*first.rates));
}

/* Answers that make no sense at all must not make it endless. */
static void nonsense_ends(void **state)
{
	struct random r;

	(void)state;
	random_init(&r, 1, 0);
	for (int i = 0; i < 200; i++) {
		struct search_rules rules = usual;
		struct search s;
		double rate;

		rules.confirm = 1 + (int)random_below(&r, 100);
		rules.resolution = 0.01;
		search_init(&s, &rules);
		while (search_next(&s, &rate)) {
			assert_true(rate >= rules.from && rate <= rules.to);
			search_tell(&s, rate, (enum search_answer)random_below(&r, 3));
			assert_true(s.trials <= SEARCH_TRIALS_MAX);
		}
		assert_true(search_result(&s).over);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_capacity_is_between_the_borders),
	    cmocka_unit_test(the_ramp_doubles_and_ends_at_the_top),
	    cmocka_unit_test(a_bound_that_never_holds_has_no_lower_border),
	    cmocka_unit_test(one_break_is_not_believed),
	    cmocka_unit_test(two_breaks_are),
	    cmocka_unit_test(with_confirm_1_one_answer_is_enough),
	    cmocka_unit_test(luck_is_found_out_while_it_is_confirmed),
	    cmocka_unit_test(confirmations_are_in_a_row),
	    cmocka_unit_test(a_generator_with_a_limit_is_no_break),
	    cmocka_unit_test(a_generator_that_can_do_nothing_is_said),
	    cmocka_unit_test(a_void_trial_is_tried_again),
	    cmocka_unit_test(a_break_above_the_generators_limit_stays_one),
	    cmocka_unit_test(a_failure_ends_it),
	    cmocka_unit_test(an_unfinished_search_says_so),
	    cmocka_unit_test(noise_does_not_deceive_it),
	    cmocka_unit_test(the_same_answers_are_the_same_search),
	    cmocka_unit_test(nonsense_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
