/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/epoll.h>

#include "cgroups/oom.h"
#include "cgroups/events.h"
#include "tests/unit/cg_fake.h"
#include "tests/unit/cg_test.h"

struct rig {
	struct fake f;
	struct cg_run run;
	struct cg_cell cell;
	struct cg_counters c;
	struct cg_oom_watch w;
	char where[128];
};

static void up(struct rig *r, enum cg_mode mode, bool run_limited)
{
	struct error err = ERROR_INIT;
	char notes[256] = "";

	fake_up(&r->f, mode);
	assert_ok(cg_run_init(&r->run, &r->f.tree, "poolrig-r", notes, sizeof(notes), &err));
	assert_ok(cg_cell_init(&r->cell, &r->run, "c", &err));
	if (run_limited)
		fake_put(r->run.fds[r->f.tree.of_controller[CG_MEMORY]], "memory.limit_in_bytes",
			 "4096\n");
	assert_ok(cg_counters_init(&r->c, &r->cell, &err));
	assert_ok(cg_oom_watch_init(&r->w, &r->cell, &r->c, &err));
}

static void down(struct rig *r)
{
	cg_oom_watch_destroy(&r->w);
	cg_counters_destroy(&r->c);
	cg_cell_destroy(&r->cell);
	cg_run_destroy(&r->run);
	fake_down(&r->f);
}

static enum cg_oom_origin ask(struct rig *r)
{
	return cg_oom_origin(&r->w, &r->c, r->where, sizeof(r->where));
}

static void v2_event(int fd, const char *file, int oom, int kills)
{
	char text[128];

	snprintf(text, sizeof(text), "low 0\nhigh 0\nmax 9\noom %d\noom_kill %d\n", oom, kills);
	fake_put(fd, file, text);
}

static void v2_tells_them_apart(void **state)
{
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2, false);
	v2_event(r.f.tree.hierarchies[0].rootfd, "memory.events.local", 0, 0);
	assert_int_equal(ask(&r), CG_OOM_NONE);
	v2_event(r.cell.fds[0], "memory.events", 1, 0); /* reached, nobody killed */
	assert_int_equal(ask(&r), CG_OOM_NONE);
	v2_event(r.cell.fds[0], "memory.events", 0, 1);
	assert_int_equal(ask(&r), CG_OOM_HOST);
	v2_event(r.run.fds[0], "memory.events.local", 1, 0);
	assert_int_equal(ask(&r), CG_OOM_ANCESTOR_LIMIT);
	assert_string_equal(r.where, "/poolrig-r");
	v2_event(r.cell.fds[0], "memory.events", 1, 2);
	assert_int_equal(ask(&r), CG_OOM_OWN_LIMIT);
	assert_string_equal(r.where, "");
	down(&r);
}

static void what_was_before_does_not_count(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2, false);
	cg_oom_watch_destroy(&r.w);
	v2_event(r.cell.fds[0], "memory.events", 3, 3);
	v2_event(r.run.fds[0], "memory.events.local", 3, 0);
	assert_ok(cg_oom_watch_init(&r.w, &r.cell, &r.c, &err));
	assert_int_equal(ask(&r), CG_OOM_NONE);
	v2_event(r.cell.fds[0], "memory.events", 3, 4);
	assert_int_equal(ask(&r), CG_OOM_HOST);
	down(&r);
}

static void an_unreadable_ancestor_leaves_it_open(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2, false);
	cg_oom_watch_destroy(&r.w);
	unlinkat(r.run.fds[0], "memory.events.local", 0); /* as before Linux 5.3 */
	assert_ok(cg_oom_watch_init(&r.w, &r.cell, &r.c, &err));
	v2_event(r.cell.fds[0], "memory.events", 0, 1);
	assert_int_equal(ask(&r), CG_OOM_UNKNOWN);
	v2_event(r.cell.fds[0], "memory.events", 1, 1);
	assert_int_equal(ask(&r), CG_OOM_OWN_LIMIT);
	down(&r);
}

/* The kernel notifies the group whose limit it was, and all below. */
static void v1_notify(int fd)
{
	uint64_t one = 1;

	assert_int_equal(write(fd, &one, sizeof(one)), sizeof(one));
}

static void v1_kill(struct rig *r, int kills)
{
	char text[64];

	snprintf(text, sizeof(text), "oom_kill_disable 0\nunder_oom 0\noom_kill %d\n", kills);
	fake_put(r->cell.fds[r->f.tree.of_controller[CG_MEMORY]], "memory.oom_control", text);
}

static void v1_tells_them_apart(void **state)
{
	struct rig r;

	(void)state;
	up(&r, CG_MODE_HYBRID, true);
	assert_int_equal(r.w.depth, 1); /* the root has no limit, so nobody listens there */
	assert_int_equal(ask(&r), CG_OOM_NONE);
	v1_kill(&r, 1);
	assert_int_equal(ask(&r), CG_OOM_HOST);
	v1_notify(r.w.own_fd);
	v1_notify(r.w.fds[0]);
	assert_int_equal(ask(&r), CG_OOM_ANCESTOR_LIMIT);
	assert_string_equal(r.where, "/poolrig-r");
	assert_int_equal(ask(&r), CG_OOM_ANCESTOR_LIMIT); /* asked again: the same */
	v1_notify(r.w.own_fd);
	assert_int_equal(ask(&r), CG_OOM_OWN_LIMIT);
	down(&r);
}

static void v1_without_notification_is_unknown(void **state)
{
	struct error err = ERROR_INIT;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V1, true);
	cg_oom_watch_destroy(&r.w);
	r.f.refuse_file = "cgroup.event_control";
	r.f.refuse_errno = EOPNOTSUPP; /* PREEMPT_RT */
	assert_ok(cg_oom_watch_init(&r.w, &r.cell, &r.c, &err));
	v1_kill(&r, 1);
	assert_int_equal(ask(&r), CG_OOM_UNKNOWN);
	down(&r);
}

/* That is no kill. */
static void a_count_that_is_unreadable_at_the_end(void **state)
{
	struct rig r;

	(void)state;
	for (int v1 = 0; v1 < 2; v1++) {
		up(&r, v1 ? CG_MODE_V1 : CG_MODE_V2, v1);
		assert_int_equal(ask(&r), CG_OOM_NONE);
		fake_put(r.cell.fds[r.f.tree.of_controller[CG_MEMORY]],
			 v1 ? "memory.oom_control" : "memory.events", "");
		assert_int_equal(ask(&r), CG_OOM_UNREAD);
		down(&r);
	}
}

static void no_memory_controller(void **state)
{
	struct error err = ERROR_INIT;
	struct cg_oom_watch zeroed = {0};
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2, false);
	cg_oom_watch_destroy(&r.w);
	cg_counters_destroy(&r.c);
	r.f.tree.of_controller[CG_MEMORY] = -1;
	assert_ok(cg_counters_init(&r.c, &r.cell, &err));
	assert_ok(cg_oom_watch_init(&r.w, &r.cell, &r.c, &err));
	assert_int_equal(ask(&r), CG_OOM_UNREAD);
	cg_oom_watch_destroy(&zeroed);
	down(&r);
}

static void v2_events_wait_for_the_files(void **state)
{
	struct error err = ERROR_INIT;
	struct cg_events e;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V2, false);
	assert_ok(cg_events_init(&e, &r.cell, &err));
	assert_int_equal(e.sources[CG_EVENT_MEMORY].epoll, EPOLLPRI);
	/* A file of a fake tree never says that it has changed; the real ones are in the system
	 * tests. */
	assert_int_equal(cg_events_drain(&e, CG_EVENT_MEMORY), 0);
	assert_int_equal(cg_events_drain(&e, CG_EVENT_POPULATED), 0);
	cg_events_watch_psi(&e, &r.cell, 150000, 1000000);
	/* This fake has no pressure files. */
	assert_int_equal(e.sources[CG_EVENT_PSI_CPU].fd, -1);
	assert_non_null(strstr(e.sources[CG_EVENT_PSI_CPU].missing, "cpu.pressure"));
	assert_int_equal(cg_events_drain(&e, CG_EVENT_PSI_CPU), -EBADF);
	cg_events_destroy(&e);
	cg_events_destroy(&e);
	down(&r);
}

static void v1_memory_event_by_eventfd(void **state)
{
	struct error err = ERROR_INIT;
	struct cg_events e;
	struct rig r;

	(void)state;
	up(&r, CG_MODE_V1, false);
	assert_ok(cg_events_init(&e, &r.cell, &err));
	assert_int_equal(cg_events_drain(&e, CG_EVENT_MEMORY), 0);
	v1_notify(e.sources[CG_EVENT_MEMORY].fd);
	v1_notify(e.sources[CG_EVENT_MEMORY].fd);
	assert_int_equal(cg_events_drain(&e, CG_EVENT_MEMORY), 2);
	assert_int_equal(e.sources[CG_EVENT_POPULATED].fd, -1);
	assert_string_equal(e.sources[CG_EVENT_POPULATED].missing, "no v2 tree is mounted");
	assert_string_equal(cg_event_name(CG_EVENT_PSI_MEMORY), "psi.memory");
	cg_events_destroy(&e);
	down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(v2_tells_them_apart),
	    cmocka_unit_test(what_was_before_does_not_count),
	    cmocka_unit_test(an_unreadable_ancestor_leaves_it_open),
	    cmocka_unit_test(v1_tells_them_apart),
	    cmocka_unit_test(v1_without_notification_is_unknown),
	    cmocka_unit_test(a_count_that_is_unreadable_at_the_end),
	    cmocka_unit_test(no_memory_controller),
	    cmocka_unit_test(v2_events_wait_for_the_files),
	    cmocka_unit_test(v1_memory_event_by_eventfd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
