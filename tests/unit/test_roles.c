/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which core does what, on machines of one to eight CPUs, with and without hardware threads. */
#include "rig/cell/roles.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/cpulist.h"
#include "base/own.h"

static cpu_set_t set_of(const char *list)
{
	struct error err = ERROR_INIT;
	cpu_set_t set;

	assert_int_equal(cpulist_parse(list, &set, &err), 0);
	return set;
}

static struct topology machine(const char *online, const char *first)
{
	return (struct topology){.online = set_of(online), .first = set_of(first)};
}

static struct cpu_spec asked(const char *work, const char *load, const char *housekeeping)
{
	return (struct cpu_spec){
	    .work = set_of(work), .load = set_of(load), .housekeeping = set_of(housekeeping)};
}

struct row {
	const char *online, *first;             /* the machine */
	const char *work, *load, *housekeeping; /* asked for; "": auto */
	const char *got_work, *got_load, *got_housekeeping;
	bool shared;
};

static const struct row rows[] = {
    /* all chosen by the rig */
    {"0-1", "0-1", "", "", "", "1", "0", "0", true},
    {"0-2", "0-2", "", "", "", "2", "1", "0", false},
    {"0-3", "0-3", "", "", "", "2-3", "1", "0", false},
    {"0-7", "0-7", "", "", "", "2-7", "1", "0", false},
    {"4-7", "4-7", "", "", "", "6-7", "5", "4", false},
    /* hardware threads: siblings stay idle where there are cores enough */
    {"0-7", "0,2,4,6", "", "", "", "4,6", "2", "0", false},
    {"0-7", "0-3", "", "", "", "2-3", "1", "0", false},
    {"0-5", "0,2,4", "", "", "", "4", "2", "0", false},
    /* two cores of two threads: the work gets a core for itself */
    {"0-3", "0,2", "", "", "", "2-3", "1", "0", false},
    /* one core of two threads */
    {"0-1", "0", "", "", "", "1", "0", "0", true},
    /* some given, the rest chosen */
    {"0-3", "0-3", "0", "", "", "0", "2", "1", false},
    {"0-3", "0-3", "", "3", "", "1-2", "3", "0", false},
    {"0-3", "0-3", "", "", "2", "1,3", "0", "2", false},
    {"0-3", "0-3", "0-2", "", "", "0-2", "3", "3", true},
    {"0-1", "0-1", "0", "", "", "0", "1", "1", true},
    {"0-1", "0-1", "", "1", "", "0", "1", "1", true},
    {"0-1", "0-1", "", "", "0", "1", "0", "0", true},
    {"0-1", "0-1", "1", "", "0", "1", "0", "0", true},
    /* all given; the rig may sit where the load is made */
    {"0-7", "0-7", "4-7", "2-3", "0", "4-7", "2-3", "0", false},
    {"0-7", "0-7", "4-7", "0", "0", "4-7", "0", "0", true},
};

static void check_row(const struct row *row)
{
	struct topology t = machine(row->online, row->first);
	struct cpu_spec spec = asked(row->work, row->load, row->housekeeping);
	cpu_set_t work = set_of(row->got_work), load = set_of(row->got_load), cell;
	cpu_set_t housekeeping = set_of(row->got_housekeeping);
	struct error err = ERROR_INIT;
	char a[CPULIST_SIZE], b[CPULIST_SIZE], c[CPULIST_SIZE];
	struct roles r;

	if (roles_choose(&r, &spec, &t, &err) < 0)
		fail_msg("%s: %s", row->online, err.text);
	if (!CPU_EQUAL(&r.work, &work) || !CPU_EQUAL(&r.load, &load) ||
	    !CPU_EQUAL(&r.housekeeping, &housekeeping))
		fail_msg("of %s (%s): work %s, load %s, housekeeping %s", row->online, row->first,
			 cpulist_format(&r.work, a), cpulist_format(&r.load, b),
			 cpulist_format(&r.housekeeping, c));
	assert_int_equal(r.shared_housekeeping, row->shared);
	CPU_OR(&cell, &work, &load);
	assert_true(CPU_EQUAL(&r.cell, &cell));
}

static void roles_of_many_machines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i]);
}

static void refused(const char *online, const char *work, const char *load, const char *says)
{
	struct topology t = machine(online, online);
	struct cpu_spec spec = asked(work, load, "");
	struct error err = ERROR_INIT;
	struct roles r;

	assert_int_equal(roles_choose(&r, &spec, &t, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" is not in \"%s\"", says, err.text);
}

static void too_few_are_refused(void **state)
{
	(void)state;
	refused("0", "", "", "no CPU is left for work");
	refused("0", "0", "", "no CPU is left for load");
	refused("0", "", "0", "no CPU is left for work");
	refused("0-3", "0-3", "", "no CPU is left for load");
	refused("0-1", "", "0-1", "no CPU is left for work");
}

static void plain_commands_run_anywhere(void **state)
{
	struct topology t = machine("0-3", "0-3");
	cpu_set_t none = set_of(""), some = set_of("0-1"), all = set_of("0-3"), one = set_of("0");
	cpu_set_t two = set_of("2");
	struct roles r;

	(void)state;
	roles_plain(&r, &none, &t);
	assert_true(CPU_EQUAL(&r.work, &all));
	assert_true(CPU_EQUAL(&r.housekeeping, &one));
	assert_true(r.shared_housekeeping);
	assert_int_equal(CPU_COUNT(&r.load), 0);
	roles_plain(&r, &some, &t);
	assert_true(CPU_EQUAL(&r.work, &some));
	assert_true(CPU_EQUAL(&r.cell, &some));
	assert_true(CPU_EQUAL(&r.housekeeping, &two));
	assert_false(r.shared_housekeeping);
	t = machine("0", "0");
	roles_plain(&r, &none, &t);
	assert_true(CPU_EQUAL(&r.work, &one));
	assert_true(r.shared_housekeeping);
}

/* hwloc takes it for a machine without memory. */
static void a_machine_that_cannot_be_read_is_no_small_machine(void **state)
{
	struct error err = ERROR_INIT;
	struct rlimit before, none;
	struct topology t;
	int ret;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	ret = topology_init(&t, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, ERROR_HOST);
	assert_int_equal(err.errnum, EMFILE);
	assert_int_equal(topology_init(&t, &err), 0);
	assert_true(t.memory_bytes > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(roles_of_many_machines),
	    cmocka_unit_test(too_few_are_refused),
	    cmocka_unit_test(plain_commands_run_anywhere),
	    cmocka_unit_test(a_machine_that_cannot_be_read_is_no_small_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
