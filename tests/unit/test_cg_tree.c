/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/cpuset_v1.h"
#include "cgroups/hierarchy.h"
#include "tests/unit/cg_fake.h"
#include "tests/unit/cg_test.h"

static void hybrid_puts_v2_first(void **state)
{
	struct fake f;

	(void)state;
	fake_up(&f, CG_MODE_HYBRID);
	assert_int_equal(f.tree.mode, CG_MODE_HYBRID);
	assert_int_equal(f.tree.count, 6);
	assert_true(f.tree.hierarchies[0].v2);
	assert_int_equal(f.tree.hierarchies[0].controllers, 0);
	for (int c = 0; c < CG_CONTROLLERS; c++)
		if (c != CG_IO) /* which is v2's only */
			assert_true(f.tree.of_controller[c] > 0);
	assert_int_equal(f.tree.of_controller[CG_IO], -1);
	assert_int_equal(f.tree.of_controller[CG_CPU], f.tree.of_controller[CG_CPUACCT]);
	assert_string_equal(f.tree.notes, "");
	fake_down(&f);
}

static void v2_has_what_its_parent_hands_down(void **state)
{
	struct fake f;

	(void)state;
	fake_up(&f, CG_MODE_V2);
	assert_int_equal(f.tree.mode, CG_MODE_V2);
	assert_int_equal(f.tree.of_controller[CG_MEMORY], 0);
	assert_int_equal(f.tree.of_controller[CG_FREEZER], -1);
	assert_int_equal(f.tree.of_controller[CG_CPUACCT], -1);
	assert_string_equal(f.tree.notes, "");
	fake_down(&f);
}

static void v1_says_what_it_lacks(void **state)
{
	struct fake f;

	(void)state;
	fake_up(&f, CG_MODE_V1);
	assert_int_equal(f.tree.mode, CG_MODE_V1);
	assert_non_null(strstr(f.tree.notes, "v2"));
	fake_down(&f);
}

/* The controllers of a v2 tree are those of the parent, not those of the mount. */
static void a_parent_in_every_hierarchy(void **state)
{
	struct cg_mount mounts[CG_HIERARCHIES_MAX] = {0};
	struct error err = ERROR_INIT;
	struct cg_tree tree;
	struct fake f;
	int n, fd;

	(void)state;
	fake_ops(&f);
	n = fake_mounts(&f, CG_MODE_V2, mounts);
	assert_int_equal(cg_tree_build(&tree, &f.ops, mounts, n, "/slice", &err), -1);
	assert_says("/unified/slice");
	assert_int_equal(err.errnum, ENOENT);
	assert_int_equal(err.kind, ERROR_INPUT);

	fd = open(mounts[0].path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(fake_make(&f.ops, fd, "slice"), 0);
	close(fd);
	assert_ok(cg_tree_build(&tree, &f.ops, mounts, n, "/slice//", &err));
	assert_string_equal(tree.parent, "/slice");
	fake_put(tree.hierarchies[0].rootfd, "cgroup.controllers", "cpu memory\n");
	cg_tree_destroy(&tree);
	assert_ok(cg_tree_build(&tree, &f.ops, mounts, n, "/slice", &err));
	assert_int_equal(tree.of_controller[CG_PIDS], -1);
	assert_int_equal(tree.of_controller[CG_MEMORY], 0);
	assert_non_null(strstr(tree.notes, "pids"));
	assert_non_null(strstr(tree.notes, "cpuset"));
	cg_tree_destroy(&tree);
	cg_tree_destroy(&tree); /* twice does no harm */
	fake_down(&f);
}

/* v1 makes a cpuset without CPUs and memory nodes, in which nothing can run. */
static void a_parent_without_cpus_or_memory_nodes(void **state)
{
	struct cg_mount mounts[CG_HIERARCHIES_MAX] = {0};
	struct error err = ERROR_INIT;
	struct cg_tree tree;
	struct fake f;
	int n, cpuset;

	(void)state;
	fake_ops(&f);
	n = fake_mounts(&f, CG_MODE_HYBRID, mounts);
	for (int i = 0; i < n; i++) {
		cleanup_fd int fd = open(mounts[i].path, O_RDONLY | O_DIRECTORY);

		assert_int_equal(fake_make(&f.ops, fd, "slice"), 0);
	}
	assert_ok(cg_tree_build(&tree, &f.ops, mounts, n, "/slice", &err));
	cpuset = tree.hierarchies[tree.of_controller[CG_CPUSET]].rootfd;
	assert_int_equal(cg_cpuset_check(&tree, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_says("\"/slice\"");
	assert_says("/cpuset/slice/cpuset.cpus is empty");
	fake_put(cpuset, "cpuset.cpus", "1\n");
	assert_int_equal(cg_cpuset_check(&tree, &err), -1);
	assert_says("/cpuset/slice/cpuset.mems is empty");
	fake_put(cpuset, "cpuset.mems", "0\n");
	assert_ok(cg_cpuset_check(&tree, &err));
	unlinkat(cpuset, "cpuset.mems", 0);
	assert_int_equal(cg_cpuset_check(&tree, &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	cg_tree_destroy(&tree);
	/* On v2 an empty one means that of the group above. */
	fake_down(&f);
	fake_up(&f, CG_MODE_V2);
	assert_ok(cg_cpuset_check(&f.tree, &err));
	fake_down(&f);
}

/* As a container in a container has it; an error still has its reason, and the way out. */
static void a_parent_with_a_long_path(void **state)
{
	struct cg_mount mounts[CG_HIERARCHIES_MAX] = {0};
	char parent[CG_PATH_MAX + 1] = "", name[203];
	struct error err = ERROR_INIT;
	struct cg_tree tree;
	struct fake f;
	int n, at;

	(void)state;
	fake_ops(&f);
	n = fake_mounts(&f, CG_MODE_V2, mounts);
	at = open(mounts[0].path, O_RDONLY | O_DIRECTORY);
	for (int depth = 0; depth < 5; depth++) {
		int below;

		snprintf(name, sizeof(name), "%0202d", depth);
		snprintf(parent + strlen(parent), sizeof(parent) - strlen(parent), "/%s", name);
		assert_int_equal(cg_tree_build(&tree, &f.ops, mounts, n, parent, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_says("must be there in every hierarchy; make it or choose another: No such");
		assert_int_equal(fake_make(&f.ops, at, name), 0);
		below = openat(at, name, O_RDONLY | O_DIRECTORY);
		close(at);
		at = below;
		assert_ok(cg_tree_build(&tree, &f.ops, mounts, n, parent, &err));
		assert_string_equal(tree.parent, parent);
		cg_tree_destroy(&tree);
	}
	close(at);
	memset(parent + strlen(parent), 'x', sizeof(parent) - 1 - strlen(parent));
	assert_int_equal(strlen(parent), CG_PATH_MAX);
	assert_int_equal(cg_tree_build(&tree, &f.ops, mounts, n, parent, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_says("...\": a group's path has at most 1023 characters");
	fake_down(&f);
}

static void a_parent_that_is_no_path(void **state)
{
	static const char *const bad[] = {"slice", "", "/a/../../etc", "../x"};
	struct error err = ERROR_INIT;
	struct cg_tree tree;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(cg_tree_build(&tree, &cg_kernel_ops, NULL, 0, bad[i], &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_says(bad[i]);
	}
}

static void too_many(void **state)
{
	struct cg_mount mounts[CG_HIERARCHIES_MAX + 1] = {0};
	struct error err = ERROR_INIT;
	struct cg_tree tree;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
		snprintf(mounts[i].path, sizeof(mounts[i].path), "/tmp");
	assert_int_equal(
	    cg_tree_build(&tree, &cg_kernel_ops, mounts, ARRAY_SIZE(mounts), NULL, &err), -1);
	assert_int_equal(tree.count, 0);
}

static void lists_and_names(void **state)
{
	(void)state;
	assert_int_equal(cg_controllers_parse("cpuset cpu io memory hugetlb pids\n"),
			 1u << CG_CPUSET | 1u << CG_CPU | 1u << CG_IO | 1u << CG_MEMORY |
			     1u << CG_PIDS);
	assert_int_equal(cg_controllers_parse("cpu,cpuacct"), 1u << CG_CPU | 1u << CG_CPUACCT);
	assert_int_equal(cg_controllers_parse("cpus cp"), 0);
	assert_int_equal(cg_controllers_parse("\n"), 0);
	assert_string_equal(cg_mode_name(CG_MODE_NONE), "none");
	assert_string_equal(cg_mode_name(CG_MODE_V1), "v1");
	assert_string_equal(cg_mode_name(CG_MODE_HYBRID), "hybrid");
	assert_string_equal(cg_mode_name(CG_MODE_V2), "v2");
}

static void notes_that_do_not_fit_say_so(void **state)
{
	char notes[24] = "";

	(void)state;
	cg_note(notes, sizeof(notes), "One.");
	cg_note(notes, sizeof(notes), "Two.");
	assert_string_equal(notes, "One. Two.");
	cg_note(notes, sizeof(notes), "Three is much too long.");
	assert_string_equal(notes + strlen(notes) - 3, "...");
	cg_note(notes, sizeof(notes), "More.");
	assert_int_equal(strlen(notes), sizeof(notes) - 1);
}

static void hierarchies_are_known_again(void **state)
{
	struct cg_mount mounts[CG_HIERARCHIES_MAX] = {0};
	struct error err = ERROR_INIT;
	struct cg_tree tree;
	struct fake f;
	char name[120], other[120];
	int n;

	(void)state;
	fake_ops(&f);
	n = fake_mounts(&f, CG_MODE_HYBRID, mounts);
	for (int hidden = 0; hidden < n; hidden++) {
		struct cg_mount rest[CG_HIERARCHIES_MAX], one = mounts[hidden];
		int count = 0;

		for (int i = 0; i < n; i++)
			if (i != hidden)
				rest[count++] = mounts[i];
		assert_ok(cg_tree_build(&tree, &f.ops, &one, 1, NULL, &err));
		cg_hierarchy_name(&tree.hierarchies[0], name, sizeof(name));
		assert_true(cg_tree_sees(&tree, name));
		snprintf(other, sizeof(other), "%s0", name); /* another group is its root */
		assert_false(cg_tree_sees(&tree, other));
		cg_tree_destroy(&tree);
		assert_ok(cg_tree_build(&tree, &f.ops, rest, count, NULL, &err));
		assert_false(cg_tree_sees(&tree, name));
		cg_tree_destroy(&tree);
		assert_ok(cg_tree_build(&tree, &f.ops, mounts, n, NULL, &err));
		assert_true(cg_tree_sees(&tree, name));
		cg_tree_destroy(&tree);
	}
	assert_non_null(strstr(name, "v2:"));
	fake_down(&f);
}

static void the_name_of_a_hierarchy(void **state)
{
	static const struct cg_hierarchy v1 = {.controllers = 1u << CG_CPU | 1u << CG_CPUACCT,
					       .root_inode = 17};
	struct cg_tree tree = {.count = 1, .hierarchies = {v1}};
	char name[120];

	(void)state;
	assert_string_equal(cg_hierarchy_name(&v1, name, sizeof(name)), "cpu,cpuacct:17");
	assert_true(cg_tree_sees(&tree, "cpuacct:17"));
	assert_false(cg_tree_sees(&tree, "memory:17"));
	assert_false(cg_tree_sees(&tree, "v2:17"));
	assert_false(cg_tree_sees(&tree, "cpu"));
	assert_false(cg_tree_sees(&tree, ""));
}

static void what_libcgroup_says(void **state)
{
	static const char *const says[][2] = {
	    {"cannot open it: Permission denied", "cannot open it: Permission denied"},
	    {"cannot read it: Success", "cannot read it"},
	    {"Success", "it gives no reason"},
	    {": Success", "it gives no reason"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(says); i++) {
		char text[80];

		snprintf(text, sizeof(text), "%s", says[i][0]);
		assert_string_equal(cg_lib_reason(text), says[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hybrid_puts_v2_first),
	    cmocka_unit_test(v2_has_what_its_parent_hands_down),
	    cmocka_unit_test(v1_says_what_it_lacks),
	    cmocka_unit_test(a_parent_in_every_hierarchy),
	    cmocka_unit_test(a_parent_without_cpus_or_memory_nodes),
	    cmocka_unit_test(a_parent_with_a_long_path),
	    cmocka_unit_test(a_parent_that_is_no_path),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(lists_and_names),
	    cmocka_unit_test(notes_that_do_not_fit_say_so),
	    cmocka_unit_test(hierarchies_are_known_again),
	    cmocka_unit_test(the_name_of_a_hierarchy),
	    cmocka_unit_test(what_libcgroup_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
