/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cpulist.h"
#include "tests/unit/cg_fake.h"
#include "tests/unit/cg_test.h"

struct rig {
	struct fake f;
	struct cg_run run;
	struct cg_cell cell;
};

static void up(struct rig *r, enum cg_mode mode)
{
	struct error err = ERROR_INIT;
	char notes[256] = "";

	fake_up(&r->f, mode);
	assert_ok(cg_run_init(&r->run, &r->f.tree, "poolrig-r", notes, sizeof(notes), &err));
	assert_ok(cg_cell_init(&r->cell, &r->run, "c", &err));
}

static void down(struct rig *r)
{
	cg_cell_destroy(&r->cell);
	cg_run_destroy(&r->run);
	fake_down(&r->f);
}

static const struct cg_setting *set(struct rig *r, enum cg_knob knob, const char *value)
{
	struct error err = ERROR_INIT;

	assert_ok(cg_cell_set(&r->cell, knob, value, &err));
	return &r->cell.settings[knob];
}

static void expect(struct rig *r, enum cg_knob knob, const char *value, enum cg_held held,
		   const char *got)
{
	const struct cg_setting *s = set(r, knob, value);

	if (s->held != held || strcmp(s->got ? s->got : "", got) != 0)
		fail_msg("%s \"%s\": %s, got \"%s\", %s", cg_knob_row(knob)->name, value,
			 cg_held_name(s->held), s->got, s->reason);
	assert_string_equal(s->asked, value);
	assert_int_equal(*s->reason == '\0', held == CG_HELD_AS_ASKED);
	if (*s->reason)
		assert_non_null(strstr(s->reason, cg_knob_row(knob)->absence));
}

static const char *file(struct rig *r, enum cg_controller c, const char *name, char buf[4096])
{
	return fake_get(r->cell.fds[r->f.tree.of_controller[c]], name, buf);
}

static void v2_holds_them_all(void **state)
{
	struct rig r;
	char text[4096];

	(void)state;
	up(&r, CG_MODE_V2);
	expect(&r, CG_KNOB_CPUS, "0-1", CG_HELD_AS_ASKED, "0-1");
	expect(&r, CG_KNOB_PARTITION, "isolated", CG_HELD_AS_ASKED, "isolated");
	expect(&r, CG_KNOB_MEMORY_MAX, "64M", CG_HELD_AS_ASKED, "67108864");
	expect(&r, CG_KNOB_MEMORY_HIGH, "max", CG_HELD_AS_ASKED, "max");
	expect(&r, CG_KNOB_SWAP_MAX, "0", CG_HELD_AS_ASKED, "0");
	expect(&r, CG_KNOB_PIDS_MAX, "50", CG_HELD_AS_ASKED, "50");
	expect(&r, CG_KNOB_CPU_MAX, "50000 100000", CG_HELD_AS_ASKED, "50000 100000");
	expect(&r, CG_KNOB_CPU_WEIGHT, "300", CG_HELD_AS_ASKED, "300");
	assert_string_equal(file(&r, CG_CPU, "cpu.max", text), "50000 100000");
	/* This fake has no cpuset.mems: a kernel that lacks a file. */
	expect(&r, CG_KNOB_MEMS, "0", CG_HELD_ABSENT, "");
	/* Nor has it io, as where the parent does not hand it down. */
	expect(&r, CG_KNOB_IO_MAX, "8:0 wbps=1M", CG_HELD_ABSENT, "");
	down(&r);
}

static void v1_holds_what_it_has(void **state)
{
	struct rig r;
	char text[4096];

	(void)state;
	up(&r, CG_MODE_HYBRID);
	expect(&r, CG_KNOB_CPUS, "1", CG_HELD_AS_ASKED, "1");
	expect(&r, CG_KNOB_MEMS, "0", CG_HELD_AS_ASKED, "0");
	expect(&r, CG_KNOB_PARTITION, "root", CG_HELD_ABSENT, "");
	expect(&r, CG_KNOB_MEMORY_HIGH, "64M", CG_HELD_ABSENT, "");
	expect(&r, CG_KNOB_PIDS_MAX, "max", CG_HELD_AS_ASKED, "max");
	expect(&r, CG_KNOB_CPU_MAX, "50000 20000", CG_HELD_AS_ASKED, "50000 20000");
	assert_string_equal(file(&r, CG_CPU, "cpu.cfs_quota_us", text), "50000");
	assert_string_equal(file(&r, CG_CPU, "cpu.cfs_period_us", text), "20000");
	expect(&r, CG_KNOB_CPU_MAX, "max", CG_HELD_AS_ASKED, "max 20000");
	assert_string_equal(file(&r, CG_CPU, "cpu.cfs_quota_us", text), "-1");
	expect(&r, CG_KNOB_CPU_WEIGHT, "300", CG_HELD_AS_ASKED, "300");
	assert_string_equal(file(&r, CG_CPU, "cpu.shares", text), "3072");
	down(&r);
}

/* memory <= memory + swap holds at every instant; the fake refuses anything else, as v1 does. */
static void v1_swap_is_memory_and_swap(void **state)
{
	struct rig r;
	char text[4096];

	(void)state;
	up(&r, CG_MODE_V1);
	expect(&r, CG_KNOB_SWAP_MAX, "0", CG_HELD_REFUSED, "max"); /* memory.max comes first */
	assert_non_null(strstr(r.cell.settings[CG_KNOB_SWAP_MAX].reason, "memory.max first"));
	expect(&r, CG_KNOB_MEMORY_MAX, "8192", CG_HELD_AS_ASKED, "8192");
	expect(&r, CG_KNOB_SWAP_MAX, "4096", CG_HELD_AS_ASKED, "4096");
	assert_string_equal(file(&r, CG_MEMORY, "memory.memsw.limit_in_bytes", text), "12288");
	expect(&r, CG_KNOB_MEMORY_MAX, "65536", CG_HELD_AS_ASKED, "65536"); /* grows */
	assert_string_equal(file(&r, CG_MEMORY, "memory.memsw.limit_in_bytes", text), "69632");
	expect(&r, CG_KNOB_MEMORY_MAX, "4096", CG_HELD_AS_ASKED, "4096"); /* shrinks */
	assert_string_equal(file(&r, CG_MEMORY, "memory.memsw.limit_in_bytes", text), "8192");
	expect(&r, CG_KNOB_SWAP_MAX, "0", CG_HELD_AS_ASKED, "0");
	expect(&r, CG_KNOB_MEMORY_MAX, "max", CG_HELD_AS_ASKED, "max");
	assert_string_equal(file(&r, CG_MEMORY, "memory.memsw.limit_in_bytes", text),
			    FAKE_UNLIMITED);
	expect(&r, CG_KNOB_SWAP_MAX, "max", CG_HELD_AS_ASKED, "max");
	down(&r);
}

static void rounding_to_a_page_is_as_asked(void **state)
{
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V1);
	expect(&r, CG_KNOB_MEMORY_MAX, "8193", CG_HELD_AS_ASKED, "8192");
	down(&r);
}

static void a_refused_write(void **state)
{
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	r.f.refuse_file = "memory.max";
	r.f.refuse_errno = EACCES;
	expect(&r, CG_KNOB_MEMORY_MAX, "64M", CG_HELD_REFUSED, "max");
	assert_non_null(strstr(r.cell.settings[CG_KNOB_MEMORY_MAX].reason, strerror(EACCES)));
	assert_non_null(strstr(r.cell.settings[CG_KNOB_MEMORY_MAX].reason, "memory.max \"64M\""));
	down(&r);
}

static void another_value_is_read_back(void **state)
{
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	r.f.twist_file = "pids.max";
	r.f.twist_value = "49\n";
	expect(&r, CG_KNOB_PIDS_MAX, "50", CG_HELD_CHANGED, "49");
	r.f.twist_value = "garbage\n";
	expect(&r, CG_KNOB_PIDS_MAX, "50", CG_HELD_CHANGED, "");
	down(&r);
}

static void an_invalid_partition_says_why(void **state)
{
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	r.f.twist_file = "cpuset.cpus.partition";
	r.f.twist_value = "isolated invalid (Parent is not a partition root)\n";
	expect(&r, CG_KNOB_PARTITION, "isolated", CG_HELD_CHANGED,
	       "isolated invalid (Parent is not a partition root)");
	assert_non_null(strstr(r.cell.settings[CG_KNOB_PARTITION].reason, "not a partition root"));
	down(&r);
}

static void cpus_that_are_not_in_force(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	expect(&r, CG_KNOB_CPUS, "0-1", CG_HELD_AS_ASKED, "0-1");
	fake_put(r.cell.fds[0], "cpuset.cpus.effective", "0\n"); /* CPU 1 went offline */
	assert_ok(cg_cell_verify(&r.cell, &err));
	assert_int_equal(r.cell.settings[CG_KNOB_CPUS].held, CG_HELD_CHANGED);
	assert_string_equal(r.cell.settings[CG_KNOB_CPUS].got, "0");
	assert_non_null(strstr(r.cell.settings[CG_KNOB_CPUS].reason, "in force"));
	down(&r);
}

/* Every second of 1,024 CPUs: what is asked, written and read back is whole; a sentence has the
 * beginning, and ends with a whole number. */
static void as_many_cpus_as_there_can_be(void **state)
{
	static const enum cg_mode modes[] = {CG_MODE_V2, CG_MODE_HYBRID};
	char list[CPULIST_SIZE], text[4096];
	struct error err = ERROR_INIT;
	const struct cg_setting *s;
	cpu_set_t set;
	struct rig r;

	(void)state;
	CPU_ZERO(&set);
	for (int cpu = 1; cpu < CPU_SETSIZE; cpu += 2)
		CPU_SET(cpu, &set);
	cpulist_format(&set, list);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		up(&r, modes[i]);
		assert_ok(cg_cell_set_cpus(&r.cell, &set, &err));
		s = &r.cell.settings[CG_KNOB_CPUS];
		assert_int_equal(s->held, CG_HELD_AS_ASKED);
		assert_string_equal(s->asked, list);
		assert_string_equal(s->got, list);
		assert_string_equal(file(&r, CG_CPUSET, "cpuset.cpus", text), list);
		fake_put(r.cell.fds[r.f.tree.of_controller[CG_CPUSET]],
			 modes[i] == CG_MODE_V2 ? "cpuset.cpus.effective" : "cpuset.effective_cpus",
			 list + strlen("1,"));
		assert_ok(cg_cell_verify(&r.cell, &err));
		assert_int_equal(s->held, CG_HELD_CHANGED);
		assert_string_equal(s->got, list + strlen("1,"));
		assert_non_null(strstr(s->reason, "cpuset.cpus \"1,3,5,"));
		assert_non_null(strstr(s->reason, ",... (512 CPUs)\": held, but only \"3,5,7,"));
		assert_non_null(strstr(s->reason, ",... (511 CPUs)\" is in force; "));
		assert_non_null(strstr(s->reason, cg_knob_row(CG_KNOB_CPUS)->absence));
		down(&r);
	}
}

static void verify_sees_what_changed(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	set(&r, CG_KNOB_PIDS_MAX, "50");
	set(&r, CG_KNOB_CPU_WEIGHT, "100");
	set(&r, CG_KNOB_MEMORY_HIGH, "64M");
	fake_put(r.cell.fds[r.f.tree.of_controller[CG_PIDS]], "pids.max", "60\n");
	assert_ok(cg_cell_verify(&r.cell, &err));
	assert_int_equal(r.cell.settings[CG_KNOB_PIDS_MAX].held, CG_HELD_CHANGED);
	assert_string_equal(r.cell.settings[CG_KNOB_PIDS_MAX].got, "60");
	assert_int_equal(r.cell.settings[CG_KNOB_CPU_WEIGHT].held, CG_HELD_AS_ASKED);
	assert_int_equal(r.cell.settings[CG_KNOB_MEMORY_HIGH].held, CG_HELD_ABSENT);
	assert_int_equal(r.cell.settings[CG_KNOB_CPU_MAX].held, CG_HELD_UNSET);
	down(&r);
}

static void no_such_controller(void **state)
{
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	r.f.tree.of_controller[CG_PIDS] = -1;
	expect(&r, CG_KNOB_PIDS_MAX, "50", CG_HELD_ABSENT, "");
	assert_non_null(strstr(r.cell.settings[CG_KNOB_PIDS_MAX].reason, "pids controller"));
	down(&r);
}

static void bad_values_touch_nothing(void **state)
{
	struct error err = ERROR_INIT;
	char too_long[200];
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	r.f.writes = 0;
	assert_int_equal(cg_cell_set(&r.cell, CG_KNOB_MEMORY_MAX, "12Q", &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_says("memory.max");
	assert_says("12Q");
	memset(too_long, '1', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(cg_cell_set(&r.cell, CG_KNOB_CPUS, too_long, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_int_equal(r.f.writes, 0);
	assert_int_equal(r.cell.settings[CG_KNOB_MEMORY_MAX].held, CG_HELD_UNSET);
	down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(v2_holds_them_all),
	    cmocka_unit_test(v1_holds_what_it_has),
	    cmocka_unit_test(v1_swap_is_memory_and_swap),
	    cmocka_unit_test(rounding_to_a_page_is_as_asked),
	    cmocka_unit_test(a_refused_write),
	    cmocka_unit_test(another_value_is_read_back),
	    cmocka_unit_test(an_invalid_partition_says_why),
	    cmocka_unit_test(cpus_that_are_not_in_force),
	    cmocka_unit_test(as_many_cpus_as_there_can_be),
	    cmocka_unit_test(verify_sees_what_changed),
	    cmocka_unit_test(no_such_controller),
	    cmocka_unit_test(bad_values_touch_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
