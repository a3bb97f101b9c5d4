/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/resource.h>

#include "cgroups/walk.h"
#include "tests/unit/cg_fake.h"
#include "tests/unit/cg_test.h"

struct visits {
	char order[512];
	int count, stop_at;
};

static int note(void *context, int dirfd, int parentfd, const char *name)
{
	struct visits *v = context;
	struct stat here, there;
	size_t used = strlen(v->order);

	/* The name leads from the parent to the group. */
	if (fstat(dirfd, &here) < 0 || fstatat(parentfd, name, &there, 0) < 0 ||
	    here.st_ino != there.st_ino)
		return -EBADF;
	snprintf(v->order + used, sizeof(v->order) - used, "%s ", name);
	return ++v->count == v->stop_at ? 7 : 0;
}

static int make_path(int fd, const char *path)
{
	return mkdirat(fd, path, 0755);
}

static void children_come_before_parents(void **state)
{
	struct visits v = {.order = ""};
	char dir[] = "/tmp/poolrig-walk-XXXXXX";
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(make_path(fd, "a"), 0);
	assert_int_equal(make_path(fd, "a/b"), 0);
	assert_int_equal(make_path(fd, "a/b/c"), 0);
	fake_put(fd, "a/file", "no group");
	assert_int_equal(symlinkat("..", fd, "a/loop"), 0);
	assert_int_equal(cg_walk(fd, note, &v), 0);
	assert_string_equal(v.order, "c b a ");
	v = (struct visits){.stop_at = 2};
	assert_int_equal(cg_walk(fd, note, &v), 7);
	assert_string_equal(v.order, "c b ");
	close(fd);
	assert_int_equal(nftw(dir, fake_unlink, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static int remove_it(void *context, int dirfd, int parentfd, const char *name)
{
	(void)dirfd;
	++*(int *)context;
	return unlinkat(parentfd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static void deeper_than_there_are_descriptors(void **state)
{
	struct rlimit few = {.rlim_cur = 32}, before;
	char dir[] = "/tmp/poolrig-walk-XXXXXX";
	int top, fd, removed = 0;

	(void)state;
	assert_non_null(mkdtemp(dir));
	top = open(dir, O_RDONLY | O_DIRECTORY);
	fd = openat(top, ".", O_RDONLY | O_DIRECTORY);
	for (int depth = 0; depth < 300; depth++) {
		int below;

		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		assert_int_equal(mkdirat(fd, "e", 0755), 0);
		below = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = below;
	}
	close(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(cg_walk(top, remove_it, &removed), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(removed, 600);
	close(top);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(children_come_before_parents),
	    cmocka_unit_test(deeper_than_there_are_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
