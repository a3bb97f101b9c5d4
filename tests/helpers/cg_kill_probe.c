/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cgroups library on the real kernel: that nothing outlives a cell. */
#include "tests/helpers/cg_probe.h"

#include <sys/resource.h>

static void nothing(struct probe *p)
{
	(void)p;
}

static void escapee(struct probe *p)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0) {
			signal(SIGTERM, SIG_IGN);
			signal(SIGHUP, SIG_IGN);
			sleeper(p);
		}
	}
	_exit(0);
}

static void bomb(struct probe *p)
{
	(void)p;
	for (;;)
		fork();
}

static void nester(struct probe *p)
{
	char path[1024];

	for (int i = 0; i < p->tree.count; i++) {
		mkdir(path_of(p, i, "/cell/a", path), 0755);
		mkdir(path_of(p, i, "/cell/a/b", path), 0755);
		mkdir(path_of(p, i, "/cell/c", path), 0755);
		/* Where a process may join: a v1 cpuset without CPUs refuses, which is fine. */
		write_file(AT_FDCWD, path_of(p, i, "/cell/a/b/cgroup.procs", path), "0", NULL);
	}
	sleeper(p);
}

static void s_survivor(struct probe *p)
{
	set_up(p);
	reap(launch(p, &p->cell, escapee));
	nap(50);
	EXPECT(populated(&p->cell, &p->err) == 1);
	CHECK(p, cg_cell_kill(&p->cell, TIMEOUT, &p->err));
	EXPECT(populated(&p->cell, &p->err) == 0);
	tear_down(p);
}

static void s_bomb(struct probe *p)
{
	pid_t pid;

	set_up(p);
	if (p->tree.of_controller[CG_PIDS] < 0) {
		tear_down(p);
		skip("no pids controller, so no fork bomb here");
	}
	set_knob(p, CG_KNOB_PIDS_MAX, "50");
	EXPECT(p->cell.settings[CG_KNOB_PIDS_MAX].held == CG_HELD_AS_ASKED);
	pid = launch(p, &p->cell, bomb);
	nap(150);
	CHECK(p, cg_cell_kill(&p->cell, TIMEOUT, &p->err));
	reap(pid);
	tear_down(p);
}

static void s_nested(struct probe *p)
{
	char path[1024];
	pid_t pid;

	set_up(p);
	pid = launch(p, &p->cell, nester);
	nap(100);
	EXPECT(access(path_of(p, 0, "/cell/a/b", path), F_OK) == 0);
	CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err));
	reap(pid);
	tear_down(p);
}

/* Deeper than there are descriptors, with a process at the bottom. */
static void s_deep(struct probe *p)
{
	struct rlimit few = {.rlim_cur = 64, .rlim_max = 64};
	pid_t pid;

	EXPECT(setrlimit(RLIMIT_NOFILE, &few) == 0);
	set_up(p);
	pid = fork();
	if (pid == 0)
		sleeper(p);
	for (int i = 0; i < p->tree.count; i++) {
		int fd = openat(p->cell.fds[i], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		char text[24];

		for (int depth = 0; depth < 100; depth++) {
			int below = mkdirat(fd, "d", 0755);

			if (below == 0)
				below = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			if (below < 0)
				die("%s, %d deep: %s", p->tree.hierarchies[i].mount, depth,
				    strerror(errno));
			close(fd);
			fd = below;
		}
		snprintf(text, sizeof(text), "%d", (int)pid);
		if (i != p->tree.of_controller[CG_CPUSET] || p->tree.hierarchies[i].v2)
			CHECK(p, write_file(fd, "cgroup.procs", text, &p->err));
		close(fd);
	}
	CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err));
	EXPECT(WTERMSIG(reap(pid)) == SIGKILL);
	tear_down(p);
}

static void s_taken(struct probe *p)
{
	struct cg_cell again;
	pid_t pid;

	set_up(p);
	pid = launch(p, &p->cell, nester);
	nap(100);
	CHECK(p, cg_cell_init(&again, &p->run, "cell", &p->err));
	EXPECT(WTERMSIG(reap(pid)) == SIGKILL);
	EXPECT(populated(&again, &p->err) == 0);
	EXPECT(WIFEXITED(reap(launch(p, &again, nothing))));
	cg_cell_destroy(&again);
	tear_down(p);
}

/* In the groups of one version only, and the cell's group of one hierarchy not there. */
static void s_split(struct probe *p)
{
	bool one_only = true;

	set_up(p);
	if (p->tree.count < 2) {
		tear_down(p);
		skip("only one hierarchy: a process is in the cell or not");
	}
	for (int only = 0; only < p->tree.count; only++) {
		char pid_text[24];
		pid_t pid = fork();

		if (pid == 0)
			sleeper(p);
		snprintf(pid_text, sizeof(pid_text), "%d", (int)pid);
		CHECK(p, write_file(p->cell.fds[only], "cgroup.procs", pid_text, &p->err));
		EXPECT(populated(&p->cell, &p->err) == 1);
		if (unlinkat(p->run.fds[(only + 1) % p->tree.count], "cell", AT_REMOVEDIR) < 0)
			one_only = false;
		CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err));
		EXPECT(WTERMSIG(reap(pid)) == SIGKILL);
		gone(p, "/cell");
		cg_cell_destroy(&p->cell);
		CHECK(p, cg_cell_init(&p->cell, &p->run, "cell", &p->err));
	}
	EXPECT(one_only);
	tear_down(p);
}

static void s_frozen(struct probe *p)
{
	int at, frozen = 0;
	pid_t pid;

	set_up(p);
	pid = launch(p, &p->cell, sleeper);
	at = p->tree.of_controller[CG_FREEZER];
	if (at >= 0 && write_file(p->cell.fds[at], "freezer.state", "FROZEN", NULL) == 0)
		frozen++;
	if (cg_cell_v2_fd(&p->cell) >= 0 &&
	    write_file(cg_cell_v2_fd(&p->cell), "cgroup.freeze", "1", NULL) == 0)
		frozen++;
	EXPECT(frozen > 0);
	nap(50);
	CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err));
	EXPECT(WTERMSIG(reap(pid)) == SIGKILL);
	tear_down(p);
}

/* In our own mount namespace, so that no other process sees what is mounted. */
static void own_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("mount namespace: %s", strerror(errno));
}

/* A host without a v2 tree, made by mounting something else over it where only we see it: no
 * cgroup.kill, no cgroup.events, only the v1 freezer. */
static void s_v1(struct probe *p)
{
	char mount_point[256];
	pid_t pid;

	own_mounts();
	CHECK(p, cg_tree_init(&p->tree, NULL, &p->err));
	if (p->tree.mode != CG_MODE_HYBRID) {
		cg_tree_destroy(&p->tree);
		skip("no hybrid host, so no v1 one can be made of it");
	}
	snprintf(mount_point, sizeof(mount_point), "%s", p->tree.hierarchies[0].mount);
	cg_tree_destroy(&p->tree);
	if (mount("none", mount_point, "tmpfs", 0, NULL) < 0)
		die("%s: %s", mount_point, strerror(errno));
	set_up(p);
	EXPECT(p->tree.mode == CG_MODE_V1);
	EXPECT(strstr(p->tree.notes, mount_point));
	EXPECT(cg_cell_v2_fd(&p->cell) == -1);
	set_knob(p, CG_KNOB_PIDS_MAX, "50");
	pid = launch(p, &p->cell, bomb);
	nap(100);
	CHECK(p, cg_cell_kill(&p->cell, TIMEOUT, &p->err));
	reap(pid);
	/* Nothing but cgroup.kill spoils a cell. */
	EXPECT(WIFEXITED(reap(launch(p, &p->cell, nothing))));
	/* The bomb's zombies count until their new parent reaps them. */
	set_knob(p, CG_KNOB_PIDS_MAX, "max");
	reap(launch(p, &p->cell, escapee));
	nap(50);
	EXPECT(populated(&p->cell, &p->err) == 1);
	tear_down(p);
}

static void s_readonly(struct probe *p)
{
	static const char *const files[] = {"/cell/cgroup.kill", "/cell/cgroup.freeze"};
	char path[1024];
	pid_t pid;

	own_mounts();
	set_up(p);
	if (cg_cell_v2_fd(&p->cell) < 0) {
		tear_down(p);
		skip("no v2 tree, so no cgroup.kill");
	}
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		path_of(p, 0, files[i], path);
		if (mount(path, path, NULL, MS_BIND, NULL) < 0 ||
		    mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0)
			die("%s: %s", path, strerror(errno));
	}
	EXPECT(write_file(cg_cell_v2_fd(&p->cell), "cgroup.kill", "1", &p->err) < 0);
	EXPECT(p->err.errnum == EROFS);
	if (p->tree.of_controller[CG_PIDS] >= 0)
		set_knob(p, CG_KNOB_PIDS_MAX, "50");
	pid = launch(p, &p->cell, p->tree.of_controller[CG_PIDS] >= 0 ? bomb : sleeper);
	nap(100);
	CHECK(p, cg_cell_kill(&p->cell, TIMEOUT, &p->err));
	reap(pid);
	tear_down(p);
}

/* What can't be killed in time is named. A group above that the v1 freezer holds keeps the process
 * from dying, whatever is done to the cell. */
static void s_timeout(struct probe *p)
{
	char pid_text[24];
	pid_t pid;
	int at;

	set_up(p);
	at = p->tree.of_controller[CG_FREEZER];
	if (at < 0) {
		tear_down(p);
		skip("no v1 freezer, so no process that SIGKILL does not end");
	}
	pid = launch(p, &p->cell, sleeper);
	snprintf(pid_text, sizeof(pid_text), "pid %d (", (int)pid);
	CHECK(p, write_file(p->run.fds[at], "freezer.state", "FROZEN", &p->err));
	nap(50);
	EXPECT(cg_cell_remove(&p->cell, 200 * NS_PER_MS, &p->err) < 0);
	printf("%s\n", p->err.text);
	EXPECT(strstr(p->err.text, pid_text) && strstr(p->err.text, "/cell"));
	CHECK(p, write_file(p->run.fds[at], "freezer.state", "THAWED", &p->err));
	reap(pid);
	tear_down(p);
}

static const struct scenario scenarios[] = {
    {"survivor", s_survivor}, {"bomb", s_bomb},   {"nested", s_nested}, {"deep", s_deep},
    {"taken", s_taken},       {"split", s_split}, {"frozen", s_frozen}, {"readonly", s_readonly},
    {"timeout", s_timeout},   {"v1", s_v1},
};

int main(int argc, char **argv)
{
	return probe_main(argc, argv, scenarios, ARRAY_SIZE(scenarios));
}
