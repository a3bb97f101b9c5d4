/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cgroups library on the real kernel: what it sets, and what it sees. */
#include "tests/helpers/cg_probe.h"

#include <dirent.h>

#include "netns/netns.h"

static int64_t cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return timespec_ns(ts);
}

/* By its own CPU time, so that a busy host changes nothing. */
static void burn(struct probe *p)
{
	char *memory = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	(void)p;
	EXPECT(memory != MAP_FAILED);
	while (cpu_time() < 40 * NS_PER_MS)
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

/* The first block device there is, "" where there is none. */
static void first_disk(char device[32])
{
	cleanup_dir DIR *blocks = opendir("/sys/block");
	struct dirent *entry;
	char path[300];

	device[0] = '\0';
	while (blocks && !device[0] && (entry = readdir(blocks))) {
		snprintf(path, sizeof(path), "%s/dev", entry->d_name);
		if (entry->d_name[0] != '.' &&
		    io_read_at(dirfd(blocks), path, device, 32, NULL) > 0)
			device[strcspn(device, "\n")] = '\0';
	}
}

static void s_knobs(struct probe *p)
{
	struct cg_setting *s = p->cell.settings;
	char device[32], limit[64];

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
	first_disk(device);
	snprintf(limit, sizeof(limit), "%s wbps=10M riops=1k", device);
	if (device[0])
		set_knob(p, CG_KNOB_IO_MAX, limit);
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
	CHECK(p, write_file(p->cell.fds[at], "pids.max", "60", &p->err));
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
	CHECK(p, cg_events_init(&e, &p->cell, &p->err));
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
	CHECK(p, write_file(p->run.fds[at], v2 ? "memory.max" : "memory.limit_in_bytes", "33554432",
			    &p->err));
	write_file(p->run.fds[at], v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes",
		   v2 ? "0" : "33554432", NULL);
	EXPECT(oom(p, where, sizeof(where)) == CG_OOM_ANCESTOR_LIMIT);
	printf("ancestor %s\n", where);
	EXPECT(strstr(where, p->name));
	tear_down(p);
}

/* Below a group that is not the root: all of it works there too, and a limit further up is found.
 */
static void s_parent(struct probe *p)
{
	struct probe in = {.name = p->name};
	char parent[128], notes[512] = "", where[128];
	int at;
	bool v2;

	set_up(p);
	no_memory_controller(p);
	snprintf(parent, sizeof(parent), "/%s", p->name);
	CHECK(&in, cg_tree_init(&in.tree, parent, &in.err));
	CHECK(&in, cg_run_init(&in.run, &in.tree, "inner", notes, sizeof(notes), &in.err));
	EXPECT(!*notes);
	CHECK(&in, cg_cell_init(&in.cell, &in.run, "cell", &in.err));
	set_knob(&in, CG_KNOB_CPUS, "0");
	set_knob(&in, CG_KNOB_PIDS_MAX, "50");
	at = p->tree.of_controller[CG_MEMORY];
	v2 = p->tree.hierarchies[at].v2;
	CHECK(p, write_file(p->run.fds[at], v2 ? "memory.max" : "memory.limit_in_bytes", "33554432",
			    &p->err));
	EXPECT(oom(&in, where, sizeof(where)) == CG_OOM_ANCESTOR_LIMIT);
	printf("ancestor %s\n", where);
	EXPECT(strcmp(where, parent) == 0);
	cg_cell_destroy(&in.cell);
	CHECK(&in, cg_remove_named(in.run.tree, in.run.name, TIMEOUT, &in.err));
	cg_run_destroy(&in.run);
	cg_tree_destroy(&in.tree);
	tear_down(p);
}

static void s_events(struct probe *p)
{
	struct cg_events e;
	pid_t pid;

	set_up(p);
	CHECK(p, cg_events_init(&e, &p->cell, &p->err));
	cg_events_watch_psi(&e, &p->cell, 150000, 1000000);
	for (int s = 0; s < CG_EVENT_SOURCES; s++) {
		printf("event %s fd=%d %s\n", cg_event_name((enum cg_event_source)s),
		       e.sources[s].fd, e.sources[s].missing);
		EXPECT((e.sources[s].fd < 0) == !!*e.sources[s].missing);
	}
	if (e.sources[CG_EVENT_POPULATED].fd >= 0) {
		pid = launch(p, &p->cell, sleeper);
		EXPECT(await(&e, CG_EVENT_POPULATED) > 0);
		EXPECT(populated(&p->cell, &p->err) == 1);
		kill(pid, SIGKILL);
		reap(pid);
		EXPECT(await(&e, CG_EVENT_POPULATED) > 0);
		EXPECT(populated(&p->cell, &p->err) == 0);
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
	CHECK(p, cg_events_init(&e, &p->cell, &p->err));
	cg_events_watch_psi(&e, &p->cell, 50000, 500000);
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

/* Another's eyes: what ip(8) sees in the namespace. */
static void s_netns(struct probe *p)
{
	struct netns_request request;
	pid_t pid;
	int status;

	CHECK(p, netns_loopback_request(&request, &p->err));
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNET) < 0 || netns_send(&request, NULL) < 0)
			_exit(111);
		execlp("ip", "ip", "-j", "link", "show", NULL);
		_exit(77);
	}
	status = reap(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip("ip(8) is not installed");
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
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

static void bench_reading(struct probe *p)
{
	enum { ROUNDS = 1001 };
	static int64_t timed[ROUNDS], all[ROUNDS];
	struct cg_counters c;
	struct cg_reading r;

	CHECK(p, cg_counters_init(&c, &p->cell, &p->err));
	for (int i = 0; i < ROUNDS; i++) {
		int64_t t = clock_now();

		cg_counters_read(&c, false, &r);
		timed[i] = clock_now() - t;
		t = clock_now();
		cg_counters_read(&c, true, &r);
		all[i] = clock_now() - t;
	}
	cg_counters_destroy(&c);
	qsort(timed, ROUNDS, sizeof(*timed), by_value);
	qsort(all, ROUNDS, sizeof(*all), by_value);
	printf("reading the counters, median of %d: timed %.1f us, all %.1f us\n", ROUNDS,
	       (double)timed[ROUNDS / 2] / 1e3, (double)all[ROUNDS / 2] / 1e3);
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
	bench_reading(p);
	tear_down(p);
}

static const struct scenario scenarios[] = {
    {"tree", s_tree},
    {"knobs", s_knobs},
    {"drift", s_drift},
    {"counters", s_counters},
    {"peak", s_peak},
    {"oom", s_oom},
    {"oom-ancestor", s_oom_ancestor},
    {"parent", s_parent},
    {"events", s_events},
    {"psi", s_psi},
    {"netns", s_netns},
    {"bench", s_bench},
};

int main(int argc, char **argv)
{
	return probe_main(argc, argv, scenarios, ARRAY_SIZE(scenarios));
}
