/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/probe/placement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpulist.h"
#include "base/io.h"
#include "base/own.h"
#include "rig/probe/foreign.h"
#include "rig/probe/probes.h"

/* 32,768 threads at most; of a cell with more that is recorded. */
#define THREADS_TEXT_MAX (256 * 1024)

/* The directory and the name of the file that lists the cell's threads. */
static int open_list(const struct cg_cell *cell, const char *v2_name, const char *v1_name)
{
	const struct cg_tree *tree = cell->run->tree;

	for (int i = 0; i < tree->count; i++) {
		int fd;

		if (cell->fds[i] < 0)
			continue;
		fd = openat(cell->fds[i], tree->hierarchies[i].v2 ? v2_name : v1_name,
			    O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

static bool is_within(const cpu_set_t *mask, const cpu_set_t *set)
{
	cpu_set_t both;

	CPU_AND(&both, mask, set);
	return CPU_EQUAL(&both, mask) && CPU_COUNT(mask);
}

/* What one pass counted. */
struct tallied {
	int threads, on_work, on_load, astray;
};

static void look_at_mask(struct placement *p, pid_t tid, struct tallied *n)
{
	cpu_set_t mask;

	if (sched_getaffinity(tid, sizeof(mask), &mask) < 0)
		return; /* it has ended since */
	n->threads++;
	if (is_within(&mask, &p->work)) {
		n->on_work++;
	} else if (p->roles && is_within(&mask, &p->load)) {
		n->on_load++;
	} else {
		n->astray++;
		cpulist_show(&mask, p->astray_mask);
	}
}

static void look_at_cpu(struct placement *p, pid_t tid)
{
	char path[40], text[1024];
	struct foreign_task task;

	/* Not /proc/TID/stat: that one adds up all threads of the process, under a lock. */
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", tid, tid);
	if (io_read_at(AT_FDCWD, path, text, sizeof(text), NULL) > 0 &&
	    foreign_parse_stat(text, &task) && task.cpu >= 0 && task.cpu < CPU_SETSIZE)
		CPU_SET(task.cpu, &p->seen);
}

static void keep_most(int *most, int n)
{
	if (n > *most)
		*most = n;
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* The kernel gives such a list a page at a time, some 680 threads. Returns the length or -errno. */
static ssize_t read_list(int fd, char *text, size_t size, bool whole)
{
	size_t used = 0;
	ssize_t n;

	do {
		n = pread(fd, text + used, size - 1 - used, (off_t)used);
		if (n > 0)
			used += (size_t)n;
	} while ((n > 0 && whole && used < size - 1) || (n < 0 && errno == EINTR));
	text[used] = '\0';
	return n < 0 ? -errno : (ssize_t)used;
}

void placement_pass(struct placement *p, bool all_masks, int look)
{
	cleanup_free char *text = NULL;
	size_t total, index = 0;
	struct tallied n = {0};
	ssize_t len;

	if (p->threads_fd < 0)
		return;
	text = malloc(THREADS_TEXT_MAX);
	len = text ? read_list(p->threads_fd, text, THREADS_TEXT_MAX, all_masks) : -ENOMEM;
	if (len < 0) {
		snprintf(p->missing, sizeof(p->missing), "the list of the cell's threads: %s",
			 strerror((int)-len));
		return;
	}
	if (len == THREADS_TEXT_MAX - 1)
		snprintf(p->missing, sizeof(p->missing), "more threads than could be looked at");
	total = count_lines(text);
	for (char *at = text; *at && total; index++) {
		pid_t tid = (pid_t)strtol(at, &at, 10);

		at += *at == '\n';
		if (tid <= 0)
			break;
		if (all_masks)
			look_at_mask(p, tid, &n);
		if ((index + total - p->next % total) % total < (size_t)look)
			look_at_cpu(p, tid);
	}
	p->next += (unsigned)look;
	p->passes += all_masks;
	keep_most(&p->threads, n.threads);
	keep_most(&p->on_work, n.on_work);
	keep_most(&p->on_load, n.on_load);
	keep_most(&p->astray, n.astray);
}

size_t placement_processes(const struct cg_cell *cell, pid_t *pids, size_t max)
{
	cleanup_fd int fd = open_list(cell, "cgroup.procs", "cgroup.procs");
	cleanup_free char *text = malloc(THREADS_TEXT_MAX);
	size_t count = 0;

	if (fd < 0 || !text || read_list(fd, text, THREADS_TEXT_MAX, true) <= 0)
		return 0;
	for (char *at = text; *at && count < max;) {
		pid_t pid = (pid_t)strtol(at, &at, 10);

		at += *at == '\n';
		if (pid <= 0)
			break;
		pids[count++] = pid;
	}
	return count;
}

/* Threads whose CPU is looked up at a time: 10 us each, on what may be the load core. */
#define LOOK_AT_A_TIME 4
/* The list of the threads is dear where there are thousands: once a second is enough. */
#define SAMPLES_PER_LOOK 10

static int placement_open(struct probe *p, struct error *err)
{
	const struct probe_subject *s = &p->of->subject;
	struct placement *seen = p->state;

	(void)err;
	*seen = (struct placement){.work = s->work, .load = s->load, .roles = !s->plain};
	seen->threads_fd = open_list(s->cell, "cgroup.threads", "tasks");
	if (seen->threads_fd < 0)
		snprintf(seen->missing, sizeof(seen->missing), "the list of the cell's threads: %s",
			 strerror(errno));
	return 0;
}

/* The threads of a workload that is ready; what stood at its barrier might run anywhere. */
static void placement_ready(struct probe *p)
{
	if (!p->of->subject.plain)
		placement_pass(p->state, true, 0);
}

/* A plain command begins at its barrier, as one thread. */
static void placement_begin(struct probe *p)
{
	if (p->of->subject.plain)
		placement_pass(p->state, true, 0);
}

static int placement_sample(struct probe *p, int64_t due_ns, struct trial_record *r,
			    struct error *err)
{
	(void)due_ns;
	(void)r;
	(void)err;
	if (p->of->samples % SAMPLES_PER_LOOK == 0)
		placement_pass(p->state, false, LOOK_AT_A_TIME);
	return 0;
}

static void placement_end(struct probe *p)
{
	placement_pass(p->state, true, LOOK_AT_A_TIME);
}

static void placement_close(struct probe *p)
{
	own_close(&((struct placement *)p->state)->threads_fd);
}

const struct placement *placement_of(const struct probes *p)
{
	return probes_state(p, "placement");
}

/* What it sees is in the grade, not in the record. */
const struct probe_ops probe_placement = {
    .name = "placement",
    .help = "where the cell's threads may run and were seen to run; it decides the cpu grade",
    .cost = PROBE_CELL_TASKS,
    .state_size = sizeof(struct placement),
    .open = placement_open,
    .ready = placement_ready,
    .begin = placement_begin,
    .sample = placement_sample,
    .end = placement_end,
    .close = placement_close,
};
