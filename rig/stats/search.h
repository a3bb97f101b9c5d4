/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The search for a capacity: the highest rate at which a bound holds, found by trials of which each
 * says of its own rate that the bound held, or broke. What is tried next is a function of the
 * answers so far and of nothing else, so that the same answers out of a store give the same search
 * again. Pure functions.
 *
 * A geometric ramp doubles the rate from `from` until one breaks or `to` is reached; bisection by
 * the geometric mean narrows it down until the two borders are `resolution` apart (J. Bentley, A.
 * Yao, An Almost Optimal Algorithm for Unbounded Searching, IPL 5(3), 1976: doubling, then
 * halving); then the lower border is confirmed. An answer has noise, and each border has its guard:
 *
 *  - One break may be a disturbance. A rate whose first trial broke is tried again, and breaks
 * where two of at most three trials broke (with confirm = 1: where the first did).
 *  - One hold may be luck. A rate held only where `confirm` trials of it in a row did; one that
 *    breaks while it is confirmed has broken, and the search goes on below it.
 *  - A void trial (the load's generator was late) is neither. Its rate is tried again, and after
 *    `retries` more void ones it counts as one that the generator can't offer: no higher rate is
 *    tried, and it is no break.
 */
#ifndef POOLRIG_RIG_STATS_SEARCH_H
#define POOLRIG_RIG_STATS_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

/* Rates in tasks a second. */
struct search_rules {
	double from, to;   /* 0 < from < to */
	double resolution; /* 0.05: the borders are at most 5 % apart; 0.01 or more */
	int confirm;       /* 1 or more */
	int retries;       /* of void trials, of one rate */
};

enum search_answer {
	SEARCH_HELD = 0,
	SEARCH_BROKE,
	SEARCH_VOID,
	SEARCH_FAILED, /* not to be tried on: the variant can't be run at all */
};

/* One rate that was tried. */
struct search_rate {
	double rate;
	int held, broke, voided;
	int in_a_row;     /* held since the last break */
	bool first_broke; /* of the trials that were not void, the first */
};

/* A search that needs more rates than these, or more trials, is given up: only noise makes one so
 * long. */
#define SEARCH_RATES_MAX  128
#define SEARCH_TRIALS_MAX 1000

struct search {
	struct search_rules rules;
	struct search_rate rates[SEARCH_RATES_MAX]; /* in the order of their first trial */
	size_t rates_count;
	int trials; /* all, void ones too */
	bool failed;
};

void search_init(struct search *s, const struct search_rules *rules);

/* The rate of the next trial. false: the search is over. */
bool search_next(const struct search *s, double *rate);

/* What a trial at this rate said; a rate that was not asked for counts as any other. */
void search_tell(struct search *s, double rate, enum search_answer answer);

/* What is known by now, also of a search that is not over. */
struct search_result {
	bool over;
	bool failed;   /* by SEARCH_FAILED */
	bool given_up; /* over, and the limits above are why */
	int trials;

	/* The highest rate that is below all those that broke or could not be offered, and whose
	 * last `confirm` trials all held. */
	bool has_held;
	double held;
	/* The lowest rate that broke. */
	bool has_broke;
	double broke;
	/* The lowest rate that the generator could not offer, and the highest below it that it did
	 * (a trial held or broke). */
	bool has_unoffered, has_offered;
	double unoffered, offered;
};
struct search_result search_result(const struct search *s);

#endif
