/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where threads may run and ran: on lists of this process's own threads, pinned as the test wants.
 */
#include "rig/probe/placement.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cpulist.h"
#include "base/own.h"
#include "tests/unit/scratch.h"

/* The first two CPUs that this process may use. */
struct cpus {
	cpu_set_t all, one, two;
};

static bool find_cpus(struct cpus *c)
{
	cpu_set_t left;

	sched_getaffinity(0, sizeof(c->all), &c->all);
	left = c->all;
	CPU_ZERO(&c->one);
	CPU_ZERO(&c->two);
	CPU_SET(cpulist_first(&left), &c->one);
	CPU_CLR(cpulist_first(&left), &left);
	if (CPU_COUNT(&left) == 0)
		return false;
	CPU_SET(cpulist_first(&left), &c->two);
	return true;
}

/* A placement that reads its threads from a text. */
static struct placement of_list(struct scratch *s, const char *text, const cpu_set_t *work,
				const cpu_set_t *load, bool roles)
{
	struct placement p = {.work = *work, .load = *load, .roles = roles};

	p.threads_fd = open(scratch_text(s, "threads", text), O_RDONLY | O_CLOEXEC);
	assert_true(p.threads_fd >= 0);
	return p;
}

static struct placement look_at_self(const cpu_set_t *pinned, const cpu_set_t *work,
				     const cpu_set_t *load, bool roles)
{
	struct placement p;
	struct scratch s;
	cpu_set_t before;
	char text[32];

	scratch_init(&s);
	snprintf(text, sizeof(text), "%d\n", gettid());
	p = of_list(&s, text, work, load, roles);
	sched_getaffinity(0, sizeof(before), &before);
	assert_int_equal(sched_setaffinity(0, sizeof(*pinned), pinned), 0);
	placement_pass(&p, true, 1);
	sched_setaffinity(0, sizeof(before), &before);
	own_close(&p.threads_fd);
	scratch_destroy(&s);
	assert_int_equal(p.passes, 1);
	assert_int_equal(p.threads, 1);
	assert_string_equal(p.missing, "");
	return p;
}

static void masks_are_held_against_roles(void **state)
{
	struct placement p;
	struct cpus c;

	(void)state;
	if (!find_cpus(&c))
		skip();
	p = look_at_self(&c.one, &c.one, &c.two, true);
	assert_int_equal(p.on_work, 1);
	assert_int_equal(p.on_load + p.astray, 0);
	assert_true(CPU_EQUAL(&p.seen, &c.one));
	p = look_at_self(&c.two, &c.one, &c.two, true);
	assert_int_equal(p.on_load, 1);
	assert_int_equal(p.on_work + p.astray, 0);
	/* load is nobody's role where roles are not told apart */
	p = look_at_self(&c.two, &c.one, &c.two, false);
	assert_int_equal(p.astray, 1);
	/* a mask that reaches beyond is astray, wherever it ran */
	p = look_at_self(&c.all, &c.one, &c.two, true);
	assert_int_equal(p.astray, 1);
	assert_true(p.astray_mask[0]);
}

/* A list that is longer than what one read of the kernel's gives. */
static void long_lists_are_seen_to_their_end(void **state)
{
	cleanup_free char *text = malloc(200000);
	struct placement p;
	struct scratch s;
	struct cpus c;
	size_t used = 0;

	(void)state;
	find_cpus(&c);
	for (int i = 0; i < 10000; i++)
		used += (size_t)snprintf(text + used, 200000 - used, "%d\n", gettid());
	scratch_init(&s);
	p = of_list(&s, text, &c.all, &c.all, false);
	placement_pass(&p, true, 2);
	assert_int_equal(p.threads, 10000);
	assert_int_equal(p.on_work, 10000);
	own_close(&p.threads_fd);
	scratch_destroy(&s);
}

static void the_fullest_look_counts(void **state)
{
	struct placement p;
	struct scratch s;
	struct cpus c;
	char text[64];

	(void)state;
	find_cpus(&c);
	scratch_init(&s);
	snprintf(text, sizeof(text), "%d\n%d\n", gettid(), gettid());
	p = of_list(&s, text, &c.all, &c.all, false);
	placement_pass(&p, true, 0);
	assert_int_equal(p.threads, 2);
	/* all have ended since */
	own_close(&p.threads_fd);
	p.threads_fd = open(scratch_text(&s, "later", ""), O_RDONLY | O_CLOEXEC);
	placement_pass(&p, true, 4);
	assert_int_equal(p.threads, 2);
	assert_int_equal(p.on_work, 2);
	assert_int_equal(p.passes, 2);
	/* a look in between is no complete pass */
	placement_pass(&p, false, 4);
	assert_int_equal(p.passes, 2);
	own_close(&p.threads_fd);
	scratch_destroy(&s);
}

static void threads_that_have_ended_do_not_count(void **state)
{
	struct placement p;
	struct scratch s;
	struct cpus c;

	(void)state;
	find_cpus(&c);
	scratch_init(&s);
	p = of_list(&s, "4194304\nx\n1\n", &c.all, &c.all,
		    false); /* above any pid; then no number */
	placement_pass(&p, true, 4);
	assert_int_equal(p.threads, 0);
	assert_int_equal(p.astray, 0);
	own_close(&p.threads_fd);
	scratch_destroy(&s);
}

static void a_list_that_cannot_be_read_is_said(void **state)
{
	struct placement p = {0};

	(void)state;
	p.threads_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	placement_pass(&p, true, 1);
	assert_non_null(strstr(p.missing, "Is a directory"));
	assert_int_equal(p.passes, 0);
	own_close(&p.threads_fd);
	placement_pass(&p, true, 1); /* nothing is open: nothing happens */
	own_close(&p.threads_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(masks_are_held_against_roles),
	    cmocka_unit_test(long_lists_are_seen_to_their_end),
	    cmocka_unit_test(the_fullest_look_counts),
	    cmocka_unit_test(threads_that_have_ended_do_not_count),
	    cmocka_unit_test(a_list_that_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
