/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "cgroups/empty.h"
#include "tests/unit/cg_fake.h"
#include "tests/unit/cg_test.h"

#define TIMEOUT (60 * NS_PER_S) /* reached only where something is broken */

struct rig {
	struct fake f;
	struct cg_run run;
	struct cg_cell cell;
	char notes[512];
	struct error err;
};

static int populated(const struct cg_cell *cell, struct error *err)
{
	const struct cg_group group = {
	    .tree = cell->run->tree, .fds = cell->fds, .label = cell->name};

	return cg_group_populated(&group, err);
}

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

static void in_all(const struct rig *r, const char *rest, bool there)
{
	for (int i = 0; i < r->f.tree.count; i++)
		if (fake_there(&r->f, i, rest) != there)
			fail_msg("%s/%s: %s", r->f.tree.hierarchies[i].mount, rest,
				 there ? "is not there" : "is there");
}

static int at(const struct rig *r, enum cg_controller c)
{
	return r->f.tree.of_controller[c];
}

static void make_and_remove(void **state)
{
	static const enum cg_mode modes[] = {CG_MODE_V2, CG_MODE_HYBRID, CG_MODE_V1};

	(void)state;
	for (size_t m = 0; m < ARRAY_SIZE(modes); m++) {
		struct error err = ERROR_INIT;
		struct rig r;
		int fds[CG_HIERARCHIES_MAX], n;

		up(&r, modes[m]);
		assert_string_equal(r.notes, "");
		assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
		in_all(&r, "poolrig-r/c", true);
		assert_int_equal(cg_cell_v2_fd(&r.cell) >= 0, modes[m] != CG_MODE_V1);
		n = cg_cell_join_fds(&r.cell, fds, &err);
		assert_int_equal(n, r.f.tree.count - (modes[m] != CG_MODE_V1));
		while (n)
			close(fds[--n]);
		assert_int_equal(populated(&r.cell, &err), 0);
		assert_ok(cg_cell_remove(&r.cell, TIMEOUT, &err));
		assert_ok(cg_cell_remove(&r.cell, TIMEOUT, &err));
		in_all(&r, "poolrig-r/c", false);
		assert_ok(cg_remove_named(r.run.tree, r.run.name, TIMEOUT, &err));
		assert_ok(cg_remove_named(r.run.tree, r.run.name, TIMEOUT, &err));
		in_all(&r, "poolrig-r", false);
		down(&r);
	}
}

static void mkdir_fails_half_way(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	r.f.fail_make_at = r.f.makes + 3;
	r.f.fail_make_errno = ENOSPC;
	assert_int_equal(cg_cell_init(&r.cell, &r.run, "c", &err), -1);
	assert_int_equal(err.errnum, ENOSPC);
	assert_says("poolrig-r/c");
	assert_says(r.f.tree.hierarchies[2].mount);
	in_all(&r, "poolrig-r/c", false);
	in_all(&r, "poolrig-r", true);
	for (int i = 0; i < CG_HIERARCHIES_MAX; i++)
		assert_int_equal(r.cell.fds[i], -1);
	down(&r);
}

static void the_name_is_taken(void **state)
{
	struct error err = ERROR_INIT;
	struct cg_cell old;
	struct rig r;
	int fd;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	assert_ok(cg_cell_init(&old, &r.run, "c", &err));
	assert_int_equal(fake_make(&r.f.ops, old.fds[2], "inner"), 0);
	fd = openat(old.fds[2], "inner", O_RDONLY | O_DIRECTORY);
	fake_put(fd, "cgroup.procs", "41\n");
	close(fd);
	fake_put(old.fds[3], "cgroup.procs", "42\n43\n");
	/* Half of it only: the first group is new. */
	fake_remove(&r.f.ops, r.run.fds[0], "c");
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	assert_true(r.f.kills >= 3);
	in_all(&r, "poolrig-r/c", true);
	assert_int_equal(populated(&r.cell, &err), 0);
	assert_false(fake_there(&r.f, 2, "poolrig-r/c/inner"));
	cg_cell_destroy(&old);
	down(&r);
}

static void bad_names(void **state)
{
	static const char *const bad[] = {"", ".", "..", "a/b"};
	char too_long[CG_NAME_MAX + 1];
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(cg_cell_init(&r.cell, &r.run, bad[i], &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_int_equal(cg_remove_named(&r.f.tree, bad[i], TIMEOUT, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(cg_cell_init(&r.cell, &r.run, too_long, &err), -1);
	in_all(&r, "poolrig-r", true);
	down(&r);
}

static void cgroup_kill_does_it(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	fake_put(r.cell.fds[0], "cgroup.procs", "41\n42\n");
	assert_int_equal(populated(&r.cell, &err), 1);
	assert_ok(cg_cell_kill(&r.cell, TIMEOUT, &err));
	assert_int_equal(r.f.kills, 0); /* no need for it */
	assert_int_equal(populated(&r.cell, &err), 0);
	down(&r);
}

/* Not in the v2 group, so out of cgroup.kill's reach; frozen and thawed again on the way. */
static void a_process_in_one_hierarchy_only(void **state)
{
	struct error err = ERROR_INIT;
	char text[4096];
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	fake_put(r.cell.fds[at(&r, CG_MEMORY)], "cgroup.procs", "41\n");
	assert_ok(cg_cell_kill(&r.cell, TIMEOUT, &err));
	assert_int_equal(r.f.kills, 1);
	assert_string_equal(fake_get(r.cell.fds[at(&r, CG_FREEZER)], "freezer.state", text),
			    "THAWED");
	assert_string_equal(fake_get(r.cell.fds[0], "cgroup.freeze", text), "0");
	down(&r);
}

static bool wrote(const struct rig *r, const char *what)
{
	for (int i = 0; i < r->f.writes; i++)
		if (strcmp(r->f.written[i], what) == 0)
			return true;
	return false;
}

/* Neither to freeze nor to kill at once: what is left is to stop births, and to kill each. */
static void the_kernel_refuses_kill_and_freeze(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	r.f.refuse_file = "cgroup.kill cgroup.freeze";
	r.f.refuse_errno = EROFS;
	fake_put(r.cell.fds[0], "cgroup.procs", "41\n42\n");
	assert_ok(cg_cell_remove(&r.cell, TIMEOUT, &err));
	assert_int_equal(r.f.kills, 2);
	assert_true(wrote(&r, "pids.max 0"));
	in_all(&r, "poolrig-r/c", false);
	down(&r);
}

static void what_does_not_die_is_named(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;
	char pid[32];

	(void)state;
	up(&r, CG_MODE_HYBRID);
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	r.f.immortal = getpid(); /* so that /proc has a name for it; nobody is killed here */
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	fake_put(r.cell.fds[at(&r, CG_PIDS)], "cgroup.procs", pid);
	assert_int_equal(cg_cell_remove(&r.cell, 20 * NS_PER_MS, &err), -1);
	assert_int_equal(err.errnum, ETIMEDOUT);
	pid[strlen(pid) - 1] = '\0';
	assert_says(pid);
	assert_says("cg_cell");
	assert_says("poolrig-r/c");
	assert_says(r.f.tree.hierarchies[at(&r, CG_PIDS)].mount);
	/* Once it does die, all goes. */
	r.f.immortal = 0;
	assert_ok(cg_remove_named(r.run.tree, r.run.name, TIMEOUT, &err));
	in_all(&r, "poolrig-r", false);
	down(&r);
}

static void what_does_not_die_at_once_is_killed_again(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	r.f.ignored = 3;
	fake_put(r.cell.fds[at(&r, CG_PIDS)], "cgroup.procs", "41\n");
	assert_ok(cg_cell_remove(&r.cell, TIMEOUT, &err));
	assert_int_equal(r.f.kills, 4);
	in_all(&r, "poolrig-r/c", false);
	down(&r);
}

static void another_pid_namespace(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V1);
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	fake_put(r.cell.fds[0], "cgroup.procs", "0\n");
	assert_int_equal(cg_cell_kill(&r.cell, 5 * NS_PER_MS, &err), -1);
	assert_says("pid namespace");
	assert_int_equal(r.f.kills, 0); /* kill(0) would be our own process group */
	down(&r);
}

static void half_a_cell_and_what_is_below_it(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;
	int fd;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	fake_remove(&r.f.ops, r.run.fds[0], "c");
	fake_remove(&r.f.ops, r.run.fds[4], "c");
	assert_int_equal(fake_make(&r.f.ops, r.cell.fds[2], "a"), 0);
	fd = openat(r.cell.fds[2], "a", O_RDONLY | O_DIRECTORY);
	assert_int_equal(fake_make(&r.f.ops, fd, "b"), 0);
	assert_int_equal(fake_make(&r.f.ops, fd, "c"), 0);
	fake_put(fd, "cgroup.procs", "41\n");
	close(fd);
	/* By name, as `clean` does it, with everything below. */
	assert_ok(cg_remove_named(&r.f.tree, "poolrig-r", TIMEOUT, &err));
	assert_int_equal(r.f.kills, 1);
	in_all(&r, "poolrig-r", false);
	assert_ok(cg_remove_named(&r.f.tree, "poolrig-r", TIMEOUT, &err));
	down(&r);
}

/* As rmdir(2) on a file system that is read-only: it does not look whether the group is there. */
static int refuse_to_remove(const struct cg_ops *ops, int dirfd, const char *name)
{
	(void)ops, (void)dirfd, (void)name;
	return -EROFS;
}

static void what_is_not_there_is_removed_from_a_read_only_tree(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	r.f.tree.ops = &r.f.ops;
	r.f.ops.remove = refuse_to_remove;
	assert_ok(cg_remove_named(&r.f.tree, "poolrig-never-made", TIMEOUT, &err));
	assert_int_equal(cg_remove_named(&r.f.tree, "poolrig-r", TIMEOUT, &err), -1);
	assert_int_equal(err.errnum, EROFS);
	assert_says("poolrig-r");
	r.f.ops.remove = fake_remove;
	in_all(&r, "poolrig-r", true);
	down(&r);
}

static void v1_cpuset_is_handed_down(void **state)
{
	struct error err = ERROR_INIT;
	char text[4096];
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID);
	assert_string_equal(fake_get(r.run.fds[at(&r, CG_CPUSET)], "cpuset.cpus", text), "0-3");
	assert_string_equal(fake_get(r.run.fds[at(&r, CG_CPUSET)], "cpuset.mems", text), "0");
	assert_true(r.run.clones_cpuset);
	/* Where the kernel does not clone, it is done by hand. */
	r.run.clones_cpuset = false;
	assert_ok(cg_cell_init(&r.cell, &r.run, "c", &err));
	assert_string_equal(fake_get(r.cell.fds[at(&r, CG_CPUSET)], "cpuset.cpus", text), "0-3");
	assert_string_equal(fake_get(r.cell.fds[at(&r, CG_CPUSET)], "cpuset.mems", text), "0");
	down(&r);
}

static void v1_cpuset_that_cannot_be_cloned(void **state)
{
	struct error err = ERROR_INIT;
	char notes[256] = "";
	struct cg_run run;
	struct fake f;

	(void)state;
	fake_up(&f, CG_MODE_V1);
	f.refuse_file = "cgroup.clone_children";
	f.refuse_errno = EACCES;
	assert_ok(cg_run_init(&run, &f.tree, "poolrig-r", notes, sizeof(notes), &err));
	assert_false(run.clones_cpuset);
	cg_run_destroy(&run);
	fake_down(&f);
}

static void v2_controllers_are_enabled_one_by_one(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2);
	assert_int_equal(r.f.writes, 8); /* of the root and of the run */
	assert_true(wrote(&r, "cgroup.subtree_control +memory"));
	/* Taken over: what is enabled is left alone. */
	cg_run_destroy(&r.run);
	r.f.writes = 0;
	assert_ok(cg_run_init(&r.run, &r.f.tree, "poolrig-r", r.notes, sizeof(r.notes), &err));
	assert_int_equal(r.f.writes, 0);
	assert_string_equal(r.notes, "");
	down(&r);
}

static void a_controller_that_is_refused_is_noted(void **state)
{
	struct error err = ERROR_INIT;
	char notes[1024] = "";
	struct cg_run run;
	struct fake f;

	(void)state;
	fake_up(&f, CG_MODE_V2);
	f.refuse_file = "cgroup.subtree_control";
	f.refuse_errno = EBUSY;
	assert_ok(cg_run_init(&run, &f.tree, "poolrig-r", notes, sizeof(notes), &err));
	assert_non_null(strstr(notes, "memory"));
	assert_non_null(strstr(notes, "processes in that group"));
	cg_run_destroy(&run);
	fake_down(&f);
}

static void zeroed_structs_are_destroyed(void **state)
{
	struct cg_cell cell = {0};
	struct cg_run run = {0};

	(void)state;
	if (fcntl(0, F_GETFD) < 0)
		assert_int_equal(open("/dev/null", O_RDONLY), 0);
	cg_cell_destroy(&cell);
	cg_run_destroy(&run);
	assert_true(fcntl(0, F_GETFD) >= 0); /* descriptor 0 is not theirs to close */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(make_and_remove),
	    cmocka_unit_test(mkdir_fails_half_way),
	    cmocka_unit_test(the_name_is_taken),
	    cmocka_unit_test(bad_names),
	    cmocka_unit_test(cgroup_kill_does_it),
	    cmocka_unit_test(a_process_in_one_hierarchy_only),
	    cmocka_unit_test(the_kernel_refuses_kill_and_freeze),
	    cmocka_unit_test(what_does_not_die_is_named),
	    cmocka_unit_test(what_does_not_die_at_once_is_killed_again),
	    cmocka_unit_test(another_pid_namespace),
	    cmocka_unit_test(half_a_cell_and_what_is_below_it),
	    cmocka_unit_test(what_is_not_there_is_removed_from_a_read_only_tree),
	    cmocka_unit_test(v1_cpuset_is_handed_down),
	    cmocka_unit_test(v1_cpuset_that_cannot_be_cloned),
	    cmocka_unit_test(v2_controllers_are_enabled_one_by_one),
	    cmocka_unit_test(a_controller_that_is_refused_is_noted),
	    cmocka_unit_test(zeroed_structs_are_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
