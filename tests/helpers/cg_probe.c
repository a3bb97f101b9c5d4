/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives the cgroups library on the real kernel, a scenario at a time:
 *     cg_probe SCENARIO RUN     RUN: the name of the run's group, which must begin with poolrig-
 * Exit: 0 passed, 77 this host cannot (the reason is the last line), 1 failed. `clean` removes what
 * a scenario left, and `list` names the scenarios.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "cgroups/cell.h"
#include "cgroups/counters.h"
#include "cgroups/events.h"

#define TIMEOUT (10 * NS_PER_S)

struct probe {
	struct cg_tree tree;
	struct cg_run run;
	struct cg_cell cell;
	const char *name;
	struct error err;
};

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("FAIL ", stdout);
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	exit(1);
}

static void skip(const char *why) __attribute__((noreturn));
static void skip(const char *why)
{
	puts(why);
	exit(77);
}

#define CHECK(p, call)                                                                             \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			die("%s:%d: %s: %s", __func__, __LINE__, #call, (p)->err.text);            \
	} while (0)
#define EXPECT(what)                                                                               \
	do {                                                                                       \
		if (!(what))                                                                       \
			die("%s:%d: not so: %s", __func__, __LINE__, #what);                       \
	} while (0)

static void set_up(struct probe *p)
{
	char notes[512] = "";

	CHECK(p, cg_tree_init(&p->tree, NULL, &p->err));
	CHECK(p, cg_run_init(&p->run, &p->tree, p->name, notes, sizeof(notes), &p->err));
	if (*notes)
		printf("notes: %s\n", notes);
	CHECK(p, cg_cell_init(&p->cell, &p->run, "cell", &p->err));
}

static const char *path_of(struct probe *p, int i, const char *rest, char buf[1024])
{
	snprintf(buf, 1024, "%s/%s%s", p->tree.hierarchies[i].mount, p->name, rest);
	return buf;
}

static void gone(struct probe *p, const char *rest)
{
	char path[1024];

	for (int i = 0; i < p->tree.count; i++)
		if (access(path_of(p, i, rest, path), F_OK) == 0)
			die("%s is still there", path);
}

static void tear_down(struct probe *p)
{
	CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err));
	CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err)); /* once more does no harm */
	gone(p, "/cell");
	cg_cell_destroy(&p->cell);
	CHECK(p, cg_run_remove(&p->run, TIMEOUT, &p->err));
	cg_run_destroy(&p->run);
	gone(p, "");
	cg_tree_destroy(&p->tree);
}

/* -- children ------------------------------------------------------------------------------ */

typedef void (*child_fn)(struct probe *p);

/* Born in the cell's v2 group, joined to its v1 groups before it does anything. */
static pid_t launch(struct probe *p, struct cg_cell *cell, child_fn fn)
{
	int fds[CG_HIERARCHIES_MAX], n = cg_cell_join_fds(cell, fds, &p->err);
	struct clone_args args = {.exit_signal = SIGCHLD};
	pid_t pid;

	if (n < 0)
		die("join: %s", p->err.text);
	if (cg_cell_v2_fd(cell) >= 0) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cg_cell_v2_fd(cell);
	}
	fflush(stdout);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		die("clone3: %s", strerror(errno));
	if (pid == 0) {
		for (int i = 0; i < n; i++)
			if (write(fds[i], "0", 1) != 1)
				_exit(111);
		fn(p);
		_exit(0);
	}
	for (int i = 0; i < n; i++)
		close(fds[i]);
	return pid;
}

static int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid: %s", strerror(errno));
	return status;
}

static void nap(int ms)
{
	poll(NULL, 0, ms);
}

static void sleeper(struct probe *p)
{
	(void)p;
	for (;;)
		pause();
}

static void burn(struct probe *p)
{
	int64_t end = clock_now() + 60 * NS_PER_MS;
	char *memory = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	(void)p;
	EXPECT(memory != MAP_FAILED);
	while (clock_now() < end)
		;
}

static void hog(struct probe *p)
{
	(void)p;
	for (int i = 0; i < 256; i++) {
		char *m = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (m == MAP_FAILED)
			_exit(112);
	}
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
		io_write_at(AT_FDCWD, path_of(p, i, "/cell/a/b/cgroup.procs", path), "0", NULL);
	}
	sleeper(p);
}

/* -- scenarios ----------------------------------------------------------------------------- */

static void s_tree(struct probe *p)
{
	CHECK(p, cg_tree_init(&p->tree, NULL, &p->err));
	printf("mode %s\n", cg_mode_name(p->tree.mode));
	for (int i = 0; i < p->tree.count; i++) {
		const struct cg_hierarchy *h = &p->tree.hierarchies[i];

		printf("hierarchy %s %s", h->v2 ? "v2" : "v1", h->mount);
		for (int c = 0; c < CG_CONTROLLERS; c++)
			if (h->controllers & (1u << c))
				printf(" %s", cg_controller_name((enum cg_controller)c));
		putchar('\n');
		EXPECT(!h->v2 || i == 0);
	}
	printf("notes %s\n", p->tree.notes);
	cg_tree_destroy(&p->tree);
	EXPECT(cg_tree_init(&p->tree, "/poolrig-is-not-there", &p->err) < 0);
	EXPECT(strstr(p->err.text, "poolrig-is-not-there"));
}

static void show(const struct cg_setting *s, const struct cg_knob_row *row)
{
	printf("knob %s %s asked=\"%s\" got=\"%s\" %s\n", row->name, cg_held_name(s->held),
	       s->asked, s->got, s->reason);
}

/* Held, or a reason that names what it costs. */
static void set_knob(struct probe *p, enum cg_knob knob, const char *value)
{
	const struct cg_knob_row *row = cg_knob_row(knob);
	const struct cg_setting *s = &p->cell.settings[knob];

	CHECK(p, cg_cell_set(&p->cell, knob, value, &p->err));
	show(s, row);
	if (s->held == CG_HELD_AS_ASKED)
		return;
	if (s->held == CG_HELD_ABSENT || knob == CG_KNOB_PARTITION)
		EXPECT(strstr(s->reason, row->absence) && strstr(s->reason, row->name));
	else
		die("%s", s->reason);
}

static void s_knobs(struct probe *p)
{
	struct cg_setting *s = p->cell.settings;

	set_up(p);
	set_knob(p, CG_KNOB_CPUS, "0");
	set_knob(p, CG_KNOB_MEMS, "0");
	set_knob(p, CG_KNOB_PARTITION, "member");
	set_knob(p, CG_KNOB_MEMORY_MAX, "67108865"); /* one byte above a page's end */
	set_knob(p, CG_KNOB_SWAP_MAX, "0");
	set_knob(p, CG_KNOB_MEMORY_MAX, "134217728"); /* grows past memory + swap */
	set_knob(p, CG_KNOB_MEMORY_MAX, "33554432");
	set_knob(p, CG_KNOB_SWAP_MAX, "1048576");
	set_knob(p, CG_KNOB_MEMORY_HIGH, "16777216");
	set_knob(p, CG_KNOB_PIDS_MAX, "50");
	set_knob(p, CG_KNOB_CPU_MAX, "50000 100000");
	set_knob(p, CG_KNOB_CPU_MAX, "20000 20000");
	set_knob(p, CG_KNOB_CPU_WEIGHT, "300");
	CHECK(p, cg_cell_verify(&p->cell, &p->err));
	for (int k = 0; k < CG_KNOBS; k++)
		if (s[k].held == CG_HELD_CHANGED && k != CG_KNOB_PARTITION)
			die("after all: %s", s[k].reason);

	set_knob(p, CG_KNOB_MEMORY_MAX, "max");
	set_knob(p, CG_KNOB_SWAP_MAX, "max");
	set_knob(p, CG_KNOB_CPU_MAX, "max");
	set_knob(p, CG_KNOB_PIDS_MAX, "max");

	/* No host has CPU 1000, and nobody can have it that is said to have it. */
	CHECK(p, cg_cell_set(&p->cell, CG_KNOB_CPUS, "1000", &p->err));
	show(&s[CG_KNOB_CPUS], cg_knob_row(CG_KNOB_CPUS));
	EXPECT(s[CG_KNOB_CPUS].held != CG_HELD_AS_ASKED && *s[CG_KNOB_CPUS].reason);
	EXPECT(cg_cell_set(&p->cell, CG_KNOB_MEMORY_MAX, "12Q", &p->err) < 0);
	EXPECT(p->err.kind == ERROR_INPUT);
	tear_down(p);
}

/* Behind the library's back: verify must see it. */
static void s_drift(struct probe *p)
{
	int at;

	set_up(p);
	at = p->tree.of_controller[CG_PIDS];
	if (at < 0) {
		tear_down(p);
		skip("no pids controller");
	}
	set_knob(p, CG_KNOB_PIDS_MAX, "50");
	CHECK(p, io_write_at(p->cell.fds[at], "pids.max", "60", &p->err));
	CHECK(p, cg_cell_verify(&p->cell, &p->err));
	show(&p->cell.settings[CG_KNOB_PIDS_MAX], cg_knob_row(CG_KNOB_PIDS_MAX));
	EXPECT(p->cell.settings[CG_KNOB_PIDS_MAX].held == CG_HELD_CHANGED);
	EXPECT(strcmp(p->cell.settings[CG_KNOB_PIDS_MAX].got, "60") == 0);
	tear_down(p);
}

static void s_counters(struct probe *p)
{
	struct cg_counters c;
	struct cg_reading before, timed, after;
	int64_t percpu[64], sum = 0;
	int n;

	set_up(p);
	CHECK(p, cg_counters_init(&c, &p->cell, &p->err));
	cg_counters_read(&c, true, &before);
	EXPECT(WIFEXITED(reap(launch(p, &p->cell, burn))));
	cg_counters_read(&c, false, &timed);
	cg_counters_read(&c, true, &after);
	for (int k = 0; k < CG_COUNTERS; k++) {
		const struct cg_counter_row *row = cg_counter_row((enum cg_counter)k);
		bool known = after.known >> k & 1;

		printf("counter %s %lld %s\n", row->name, known ? (long long)after.value[k] : -1LL,
		       c.missing[k]);
		if (known != !*c.missing[k] || (before.known >> k & 1) != known)
			die("%s: known %d, but the reason is \"%s\"", row->name, known,
			    c.missing[k]);
		if ((timed.known >> k & 1) && !row->timed)
			die("%s is not timed, and was read", row->name);
		if (known && row->timed && !(timed.known >> k & 1))
			die("%s is timed, and was not read", row->name);
		if (known && row->monotonic && after.value[k] < before.value[k])
			die("%s went back", row->name);
	}
	EXPECT(after.known >> CG_CPU_USAGE_NS & 1);
	EXPECT(after.value[CG_CPU_USAGE_NS] - before.value[CG_CPU_USAGE_NS] > 20 * NS_PER_MS);
	EXPECT(after.at_ns > before.at_ns);
	if (after.known >> CG_MEMORY_PEAK_BYTES & 1)
		EXPECT(after.value[CG_MEMORY_PEAK_BYTES] >= 4 << 20);
	printf("peaks reset: %#llx\n", (unsigned long long)cg_counters_reset_peaks(&c));
	n = cg_counters_percpu(&c, percpu, 64);
	for (int i = 0; i < n; i++)
		sum += percpu[i];
	if (n >= 0)
		EXPECT(sum >= after.value[CG_CPU_USAGE_NS]);
	cg_counters_destroy(&c);
	tear_down(p);
}

/* Where the kernel says that a peak was reset, it is one. */
static void s_peak(struct probe *p)
{
	struct cg_counters c;
	struct cg_reading before, after;

	set_up(p);
	CHECK(p, cg_counters_init(&c, &p->cell, &p->err));
	reap(launch(p, &p->cell, burn));
	cg_counters_read(&c, true, &before);
	if (!(cg_counters_reset_peaks(&c) >> CG_MEMORY_PEAK_BYTES & 1)) {
		cg_counters_destroy(&c);
		tear_down(p);
		skip("this kernel does not reset the memory peak (v2: needs Linux 6.12)");
	}
	cg_counters_read(&c, true, &after);
	EXPECT(after.value[CG_MEMORY_PEAK_BYTES] < before.value[CG_MEMORY_PEAK_BYTES]);
	cg_counters_destroy(&c);
	tear_down(p);
}

/* Wait for an event at most 5 s; returns how many. */
static int await(struct cg_events *e, enum cg_event_source source)
{
	int64_t end = clock_now() + 5 * NS_PER_S;
	cleanup_fd int epfd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = {.events = e->sources[source].epoll};

	if (epoll_ctl(epfd, EPOLL_CTL_ADD, e->sources[source].fd, &ev) < 0)
		die("epoll_ctl: %s", strerror(errno));
	while (clock_now() < end) {
		int n = epoll_wait(epfd, &ev, 1, 100);

		if (n > 0 && (n = cg_events_drain(e, source)) != 0)
			return n;
	}
	return 0;
}

static void no_memory_controller(struct probe *p)
{
	if (p->tree.of_controller[CG_MEMORY] >= 0)
		return;
	tear_down(p);
	skip("no memory controller");
}

static enum cg_oom_origin oom(struct probe *p, char *where, size_t size)
{
	struct cg_oom_watch w;
	struct cg_counters c;
	struct cg_events e;
	enum cg_oom_origin origin;
	int status;

	CHECK(p, cg_counters_init(&c, &p->cell, &p->err));
	CHECK(p, cg_events_init(&e, &p->cell, 150000, 1000000, &p->err));
	CHECK(p, cg_oom_watch_init(&w, &p->cell, &c, &p->err));
	EXPECT(cg_oom_origin(&w, &c, where, size) == CG_OOM_NONE);
	EXPECT(e.sources[CG_EVENT_MEMORY].fd >= 0);
	status = reap(launch(p, &p->cell, hog));
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	EXPECT(await(&e, CG_EVENT_MEMORY) > 0);
	origin = cg_oom_origin(&w, &c, where, size);
	printf("origin %d\n", (int)origin);
	cg_oom_watch_destroy(&w);
	cg_events_destroy(&e);
	cg_counters_destroy(&c);
	return origin;
}

static void s_oom(struct probe *p)
{
	char where[128];

	set_up(p);
	no_memory_controller(p);
	set_knob(p, CG_KNOB_MEMORY_MAX, "33554432");
	set_knob(p, CG_KNOB_SWAP_MAX, "0");
	EXPECT(oom(p, where, sizeof(where)) == CG_OOM_OWN_LIMIT);
	tear_down(p);
}

static void s_oom_ancestor(struct probe *p)
{
	char where[128];
	int at;
	bool v2;

	set_up(p);
	no_memory_controller(p);
	at = p->tree.of_controller[CG_MEMORY];
	v2 = p->tree.hierarchies[at].v2;
	CHECK(p, io_write_at(p->run.fds[at], v2 ? "memory.max" : "memory.limit_in_bytes",
			     "33554432", &p->err));
	io_write_at(p->run.fds[at], v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes",
		    v2 ? "0" : "33554432", NULL);
	EXPECT(oom(p, where, sizeof(where)) == CG_OOM_ANCESTOR_LIMIT);
	printf("ancestor %s\n", where);
	EXPECT(strstr(where, p->name));
	tear_down(p);
}

static void s_events(struct probe *p)
{
	struct cg_events e;
	pid_t pid;

	set_up(p);
	CHECK(p, cg_events_init(&e, &p->cell, 150000, 1000000, &p->err));
	for (int s = 0; s < CG_EVENT_SOURCES; s++) {
		printf("event %s fd=%d %s\n", cg_event_name((enum cg_event_source)s),
		       e.sources[s].fd, e.sources[s].missing);
		EXPECT((e.sources[s].fd < 0) == !!*e.sources[s].missing);
	}
	if (e.sources[CG_EVENT_POPULATED].fd >= 0) {
		pid = launch(p, &p->cell, sleeper);
		EXPECT(await(&e, CG_EVENT_POPULATED) > 0);
		EXPECT(cg_cell_populated(&p->cell, &p->err) == 1);
		kill(pid, SIGKILL);
		reap(pid);
		EXPECT(await(&e, CG_EVENT_POPULATED) > 0);
		EXPECT(cg_cell_populated(&p->cell, &p->err) == 0);
		EXPECT(cg_events_drain(&e, CG_EVENT_POPULATED) == 0);
	}
	cg_events_destroy(&e);
	tear_down(p);
}

/* Two that want the same core stall each other. */
static void half_second(struct probe *p)
{
	int64_t end = clock_now() + 700 * NS_PER_MS;
	cpu_set_t one;

	(void)p;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	while (clock_now() < end)
		;
}

static void s_psi(struct probe *p)
{
	struct cg_events e;
	pid_t a, b;

	set_up(p);
	CHECK(p, cg_events_init(&e, &p->cell, 50000, 500000, &p->err));
	if (e.sources[CG_EVENT_PSI_CPU].fd < 0) {
		char why[200];

		snprintf(why, sizeof(why), "%s", e.sources[CG_EVENT_PSI_CPU].missing);
		cg_events_destroy(&e);
		tear_down(p);
		skip(why);
	}
	a = launch(p, &p->cell, half_second);
	b = launch(p, &p->cell, half_second);
	EXPECT(await(&e, CG_EVENT_PSI_CPU) > 0);
	reap(a);
	reap(b);
	cg_events_destroy(&e);
	tear_down(p);
}

static void s_survivor(struct probe *p)
{
	set_up(p);
	reap(launch(p, &p->cell, escapee));
	nap(50);
	EXPECT(cg_cell_populated(&p->cell, &p->err) == 1);
	CHECK(p, cg_cell_kill(&p->cell, TIMEOUT, &p->err));
	EXPECT(cg_cell_populated(&p->cell, &p->err) == 0);
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

static void s_taken(struct probe *p)
{
	struct cg_cell again;
	pid_t pid;

	set_up(p);
	pid = launch(p, &p->cell, nester);
	nap(100);
	CHECK(p, cg_cell_init(&again, &p->run, "cell", &p->err));
	EXPECT(WTERMSIG(reap(pid)) == SIGKILL);
	EXPECT(cg_cell_populated(&again, &p->err) == 0);
	EXPECT(WIFEXITED(reap(launch(p, &again, burn))));
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
		CHECK(p, io_write_at(p->cell.fds[only], "cgroup.procs", pid_text, &p->err));
		EXPECT(cg_cell_populated(&p->cell, &p->err) == 1);
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
	if (at >= 0 && io_write_at(p->cell.fds[at], "freezer.state", "FROZEN", NULL) == 0)
		frozen++;
	if (cg_cell_v2_fd(&p->cell) >= 0 &&
	    io_write_at(cg_cell_v2_fd(&p->cell), "cgroup.freeze", "1", NULL) == 0)
		frozen++;
	EXPECT(frozen > 0);
	nap(50);
	CHECK(p, cg_cell_remove(&p->cell, TIMEOUT, &p->err));
	EXPECT(WTERMSIG(reap(pid)) == SIGKILL);
	tear_down(p);
}

/* In our own mount namespace, so that nobody else sees it. */
static void s_readonly(struct probe *p)
{
	static const char *const files[] = {"/cell/cgroup.kill", "/cell/cgroup.freeze"};
	char path[1024];
	pid_t pid;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("mount namespace: %s", strerror(errno));
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
	EXPECT(io_write_at(cg_cell_v2_fd(&p->cell), "cgroup.kill", "1", &p->err) < 0);
	EXPECT(p->err.errnum == EROFS);
	if (p->tree.of_controller[CG_PIDS] >= 0)
		set_knob(p, CG_KNOB_PIDS_MAX, "50");
	pid = launch(p, &p->cell, p->tree.of_controller[CG_PIDS] >= 0 ? bomb : sleeper);
	nap(100);
	CHECK(p, cg_cell_kill(&p->cell, TIMEOUT, &p->err));
	reap(pid);
	tear_down(p);
}

/* What can't be killed in time is named. A deadline that has passed is never met. */
static void s_timeout(struct probe *p)
{
	char pid_text[24];
	pid_t pid;

	set_up(p);
	pid = launch(p, &p->cell, sleeper);
	snprintf(pid_text, sizeof(pid_text), "pid %d (", (int)pid);
	EXPECT(cg_cell_remove(&p->cell, -1, &p->err) < 0);
	printf("%s\n", p->err.text);
	EXPECT(strstr(p->err.text, pid_text) && strstr(p->err.text, "/cell"));
	reap(pid);
	tear_down(p);
}

static void s_clean(struct probe *p)
{
	CHECK(p, cg_tree_init(&p->tree, NULL, &p->err));
	CHECK(p, cg_remove_named(&p->tree, p->name, TIMEOUT, &p->err));
	gone(p, "");
	cg_tree_destroy(&p->tree);
}

/* -- how long a cell takes ------------------------------------------------------------------- */

struct raw_knob {
	int at;
	const char *file, *value;
};

/* The system calls that nobody can do without, and nothing else. */
static void bare(struct probe *p, const struct raw_knob *knobs, int n)
{
	int fds[CG_HIERARCHIES_MAX];
	char text[128];

	for (int i = 0; i < p->tree.count; i++) {
		if (mkdirat(p->run.fds[i], "bare", 0755) < 0)
			die("mkdirat: %s", strerror(errno));
		fds[i] = openat(p->run.fds[i], "bare", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	for (int i = 0; i < n; i++) {
		int fd = openat(fds[knobs[i].at], knobs[i].file, O_RDWR | O_CLOEXEC);

		if (write(fd, knobs[i].value, strlen(knobs[i].value)) < 0)
			die("%s: %s", knobs[i].file, strerror(errno));
		io_pread(fd, text, sizeof(text));
		close(fd);
	}
	for (int i = 0; i < p->tree.count; i++) {
		close(fds[i]);
		unlinkat(p->run.fds[i], "bare", AT_REMOVEDIR);
	}
}

static void whole(struct probe *p, const enum cg_knob *knobs, const char *const *values, int n)
{
	struct cg_cell cell;

	CHECK(p, cg_cell_init(&cell, &p->run, "whole", &p->err));
	for (int i = 0; i < n; i++)
		CHECK(p, cg_cell_set(&cell, knobs[i], values[i], &p->err));
	CHECK(p, cg_cell_remove(&cell, TIMEOUT, &p->err));
	cg_cell_destroy(&cell);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void s_bench(struct probe *p)
{
	enum { ROUNDS = 101 };
	static const enum cg_knob wanted[] = {CG_KNOB_CPUS, CG_KNOB_MEMORY_MAX, CG_KNOB_PIDS_MAX};
	static const char *const wanted_values[] = {"0", "67108864", "50"};
	static int64_t ours[ROUNDS], theirs[ROUNDS];
	enum cg_knob knobs[3];
	const char *values[3];
	struct raw_knob raw[3];
	int n = 0;

	set_up(p);
	for (int i = 0; i < 3; i++) {
		const struct cg_knob_row *row = cg_knob_row(wanted[i]);
		int at = p->tree.of_controller[row->controller];

		if (at < 0)
			continue;
		knobs[n] = wanted[i];
		values[n] = wanted_values[i];
		raw[n++] = (struct raw_knob){
		    at, p->tree.hierarchies[at].v2 ? row->v2_file : row->v1_file, wanted_values[i]};
	}
	for (int i = 0; i < ROUNDS; i++) {
		int64_t t = clock_now();

		bare(p, raw, n);
		theirs[i] = clock_now() - t;
		t = clock_now();
		whole(p, knobs, values, n);
		ours[i] = clock_now() - t;
	}
	qsort(ours, ROUNDS, sizeof(*ours), by_value);
	qsort(theirs, ROUNDS, sizeof(*theirs), by_value);
	printf("cell with %d knobs, make and remove, median of %d: %.1f us; bare system calls "
	       "%.1f us; ratio %.2f\n",
	       n, ROUNDS, (double)ours[ROUNDS / 2] / 1e3, (double)theirs[ROUNDS / 2] / 1e3,
	       (double)ours[ROUNDS / 2] / (double)theirs[ROUNDS / 2]);
	tear_down(p);
}

static const struct {
	const char *name;
	void (*run)(struct probe *p);
} scenarios[] = {
    {"tree", s_tree},
    {"knobs", s_knobs},
    {"drift", s_drift},
    {"counters", s_counters},
    {"peak", s_peak},
    {"oom", s_oom},
    {"oom-ancestor", s_oom_ancestor},
    {"events", s_events},
    {"psi", s_psi},
    {"survivor", s_survivor},
    {"bomb", s_bomb},
    {"nested", s_nested},
    {"taken", s_taken},
    {"split", s_split},
    {"frozen", s_frozen},
    {"readonly", s_readonly},
    {"timeout", s_timeout},
    {"bench", s_bench},
    {"clean", s_clean},
};

int main(int argc, char **argv)
{
	struct probe p = {.err = ERROR_INIT};

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
			puts(scenarios[i].name);
		return 0;
	}
	if (argc != 3 || strncmp(argv[2], "poolrig-", 8) != 0)
		die("usage: cg_probe SCENARIO poolrig-RUN");
	if (geteuid() != 0)
		skip("needs root");
	p.name = argv[2];
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (strcmp(scenarios[i].name, argv[1]) == 0) {
			scenarios[i].run(&p);
			return 0;
		}
	die("%s: no such scenario", argv[1]);
}
