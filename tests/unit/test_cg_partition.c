/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run's group does for its cells: a partition, and the controllers that its parent hands
 * down. */
#include "cgroups/subtree.h"
#include "tests/unit/cg_fake.h"
#include "tests/unit/cg_test.h"

struct rig {
	struct fake f;
	struct cg_run run;
	struct cg_cell cell;
	char notes[512];
};

static void up(struct rig *r, enum cg_mode mode)
{
	struct error err = ERROR_INIT;

	*r = (struct rig){.notes = ""};
	fake_up(&r->f, mode);
	assert_ok(cg_run_init(&r->run, &r->f.tree, "poolrig-r", r->notes, sizeof(r->notes), &err));
}

static void down(struct rig *r)
{
	cg_cell_destroy(&r->cell);
	cg_run_destroy(&r->run);
	fake_down(&r->f);
}

static const cpu_set_t two = {{0xc}}; /* CPUs 2 and 3 */

static void a_cell_has_its_runs_partition(void **state)
{
	struct error err = ERROR_INIT;
	const struct cg_setting *s;
	struct rig r;
	char text[4096];

	(void)state;
	up(&r, CG_MODE_V2);
	assert_ok(cg_run_partition(&r.run, &two, "root", &err));
	assert_int_equal(r.run.partition.held, CG_HELD_AS_ASKED);
	assert_string_equal(fake_get(r.run.fds[0], "cpuset.cpus", text), "2-3");
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	s = &r.cell.settings[CG_KNOB_PARTITION];
	assert_string_equal(s->got, "root");
	assert_string_equal(fake_get(r.cell.fds[0], "cpuset.cpus.partition", text), "member");
	assert_ok(cg_cell_verify(&r.cell, &err));
	assert_int_equal(s->held, CG_HELD_AS_ASKED);
	/* It can cease to be one while the cell lives, and that is seen. */
	fake_put(r.run.fds[0], "cpuset.cpus.partition", "root invalid (No cpu available)\n");
	assert_ok(cg_cell_verify(&r.cell, &err));
	assert_int_equal(s->held, CG_HELD_CHANGED);
	assert_non_null(strstr(s->reason, "No cpu available"));
	down(&r);
}

static void what_cannot_be_one_is_taken_back(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;
	char text[4096];

	(void)state;
	up(&r, CG_MODE_V2);
	r.f.twist_file = "cpuset.cpus.partition";
	r.f.twist_value = "root invalid (Parent is not a partition root)\n";
	assert_ok(cg_run_partition(&r.run, &two, "root", &err));
	assert_int_equal(r.run.partition.held, CG_HELD_REFUSED);
	assert_string_equal(fake_get(r.run.fds[0], "cpuset.cpus", text), "");
	assert_string_equal(r.f.written[r.f.writes - 3], "cpuset.cpus.partition member");
	/* The reason outlives a second look. */
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	assert_ok(cg_cell_verify(&r.cell, &err));
	assert_int_equal(r.cell.settings[CG_KNOB_PARTITION].held, CG_HELD_REFUSED);
	assert_non_null(strstr(r.cell.settings[CG_KNOB_PARTITION].reason, "Parent is not"));
	down(&r);
}

static void v1_has_none(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	r.f.writes = 0;
	assert_ok(cg_run_partition(&r.run, &two, "root", &err));
	assert_int_equal(r.run.partition.held, CG_HELD_ABSENT);
	assert_int_equal(r.f.writes, 0);
	assert_int_equal(cg_run_partition(&r.run, &two, "owner", &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	down(&r);
}

static void what_the_parent_lacks(void **state)
{
	const uint32_t all = 1u << CG_CPUSET | 1u << CG_CPU | 1u << CG_MEMORY | 1u << CG_PIDS;
	struct error err = ERROR_INIT;
	struct fake f;
	char text[64];

	(void)state;
	fake_up(&f, CG_MODE_HYBRID);
	assert_int_equal(cg_subtree_missing(&f.tree), 0);
	assert_int_equal(cg_subtree_disable(&f.tree, all, &err), 0);
	assert_int_equal(f.writes, 0);
	fake_down(&f);

	fake_up(&f, CG_MODE_V2);
	fake_put(f.tree.hierarchies[0].rootfd, "cgroup.subtree_control", "memory io\n");
	assert_int_equal(cg_subtree_missing(&f.tree), all & ~(1u << CG_MEMORY));
	/* Only what is enabled is disabled. */
	assert_int_equal(cg_subtree_disable(&f.tree, all, &err), 0);
	assert_int_equal(f.writes, 1);
	assert_string_equal(f.written[0], "cgroup.subtree_control -memory");
	fake_put(f.tree.hierarchies[0].rootfd, "cgroup.subtree_control", "memory\n");
	f.refuse_file = "cgroup.subtree_control";
	f.refuse_errno = EBUSY;
	assert_int_equal(cg_subtree_disable(&f.tree, all, &err), 1);
	f.refuse_errno = EPERM;
	assert_int_equal(cg_subtree_disable(&f.tree, all, &err), -1);
	assert_says("memory controller");
	fake_down(&f);

	assert_string_equal(cg_controllers_text(all, text, sizeof(text)), "cpuset,cpu,memory,pids");
	assert_string_equal(cg_controllers_text(0, text, sizeof(text)), "");
	assert_int_equal(cg_controllers_parse(cg_controllers_text(all, text, sizeof(text))), all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cell_has_its_runs_partition),
	    cmocka_unit_test(what_cannot_be_one_is_taken_back),
	    cmocka_unit_test(v1_has_none),
	    cmocka_unit_test(what_the_parent_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
