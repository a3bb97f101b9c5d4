/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/probe/foreign.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/io.h"
#include "base/own.h"
#include "rig/probe/placement.h"
#include "rig/probe/probes.h"
#include "rig/record/bound.h"

bool foreign_parse_stat(const char *line, struct foreign_task *task)
{
	const char *open = strchr(line, '(');
	const char *close = strrchr(line, ')');
	const char *at;
	int field = 2;
	size_t len;

	if (!open || !close || close < open)
		return false;
	task->tid = (pid_t)strtol(line, NULL, 10);
	len = (size_t)(close - open - 1);
	if (len >= sizeof(task->comm))
		len = sizeof(task->comm) - 1;
	memcpy(task->comm, open + 1, len);
	task->comm[len] = '\0';
	/* proc(5): starttime is field 22, processor field 39. */
	for (at = close + 1; *at && field < 39; field++) {
		while (*at == ' ')
			at++;
		if (field + 1 == 22)
			task->started = strtoull(at, NULL, 10);
		if (field + 1 == 39)
			task->cpu = (int)strtol(at, NULL, 10);
		while (*at && *at != ' ')
			at++;
	}
	return field == 39 && task->tid > 0;
}

static int add_task(struct foreign_walk *w, const struct foreign_task *task, struct error *err)
{
	if (w->count == w->size) {
		size_t size = w->size ? w->size * 2 : 256;
		struct foreign_task *grown = realloc(w->tasks, size * sizeof(*grown));

		if (!grown)
			return error_host(err, ENOMEM, "walk through the host's tasks");
		w->tasks = grown;
		w->size = size;
	}
	w->tasks[w->count++] = *task;
	return 0;
}

static int walk_threads(struct foreign_walk *w, int proc, const char *pid, struct error *err)
{
	char path[64], text[1024];
	cleanup_dir DIR *d = NULL;
	struct dirent *entry;
	int fd;

	snprintf(path, sizeof(path), "%.20s/task", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd >= 0 ? fdopendir(fd) : NULL;
	while (d && (entry = readdir(d))) {
		struct foreign_task task = {0};

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		/* A task that ends while it is looked at is not an error. */
		snprintf(path, sizeof(path), "%.20s/stat", entry->d_name);
		if (io_read_at(dirfd(d), path, text, sizeof(text), NULL) < 0 ||
		    !foreign_parse_stat(text, &task))
			continue;
		snprintf(path, sizeof(path), "%.20s/schedstat", entry->d_name);
		if (io_read_at(dirfd(d), path, text, sizeof(text), NULL) < 0)
			continue;
		task.ran_ns = strtoull(text, NULL, 10);
		if (add_task(w, &task, err) < 0)
			return -1;
	}
	return 0;
}

static bool is_own(pid_t pid, const pid_t *own, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (own[i] == pid)
			return true;
	return false;
}

static int by_tid(const void *a, const void *b)
{
	pid_t x = ((const struct foreign_task *)a)->tid, y = ((const struct foreign_task *)b)->tid;

	return (x > y) - (x < y);
}

int foreign_walk(struct foreign_walk *w, const pid_t *own, size_t own_count, struct error *err)
{
	cleanup_dir DIR *d = opendir("/proc");
	struct dirent *entry;

	*w = (struct foreign_walk){.at_ns = clock_now()};
	if (!d)
		return error_host(err, errno, "/proc: cannot open");
	while ((entry = readdir(d))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    is_own((pid_t)atoi(entry->d_name), own, own_count))
			continue;
		if (walk_threads(w, dirfd(d), entry->d_name, err) < 0) {
			foreign_walk_destroy(w);
			return -1;
		}
	}
	qsort(w->tasks, w->count, sizeof(*w->tasks), by_tid);
	w->known = true;
	return 0;
}

void foreign_walk_destroy(struct foreign_walk *w)
{
	free(w->tasks);
	*w = (struct foreign_walk){0};
}

struct share {
	const struct foreign_task *task;
	uint64_t ran_ns;
};

static int by_share(const void *a, const void *b)
{
	uint64_t x = ((const struct share *)a)->ran_ns, y = ((const struct share *)b)->ran_ns;

	return (x < y) - (x > y);
}

static bool on_cpus(const struct foreign_task *task, const cpu_set_t *cpus)
{
	return task && task->cpu >= 0 && task->cpu < CPU_SETSIZE && CPU_ISSET(task->cpu, cpus);
}

static int unknown(const char *name, const char *share, const char *why, struct trial_record *r,
		   struct error *err)
{
	if (trial_interference_unknown(r, name, "seconds", err, "%s", why) < 0)
		return -1;
	return share ? bound_share(r, share, NULL, 0, 0, why, err) : 0;
}

static const char *went_back(const struct foreign_task *task, char *buf, size_t size)
{
	snprintf(buf, size, COUNTER_WENT_BACK ": of %s[%d]", task->comm, task->tid);
	return buf;
}

int foreign_interference(const char *name, const char *share, const struct foreign_walk *before,
			 const struct foreign_walk *after, const cpu_set_t *cpus,
			 struct trial_record *r, struct error *err)
{
	cleanup_free struct share *shares = NULL;
	size_t count = 0;
	uint64_t sum = 0;
	char detail[240] = "";
	double seconds;

	if (!before->known || !after->known)
		return unknown(name, share, "/proc could not be walked", r, err);
	shares = calloc(after->count + 1, sizeof(*shares));
	if (!shares)
		return error_host(err, ENOMEM, "interference of foreign tasks");
	for (size_t i = 0; i < after->count; i++) {
		const struct foreign_task *now = &after->tasks[i];
		const struct foreign_task *then =
		    before->count
			? bsearch(now, before->tasks, before->count, sizeof(*before->tasks), by_tid)
			: NULL;

		if (then && then->started != now->started)
			then = NULL;
		if (!on_cpus(now, cpus) && !on_cpus(then, cpus))
			continue;
		shares[count].task = now;
		if (!counter_grown(then ? then->ran_ns : 0, now->ran_ns, &shares[count].ran_ns))
			return unknown(name, share, went_back(now, detail, sizeof(detail)), r, err);
		if (shares[count].ran_ns == 0)
			continue;
		sum += shares[count++].ran_ns;
	}
	qsort(shares, count, sizeof(*shares), by_share);
	for (size_t i = 0; i < count && i < 4; i++) {
		size_t used = strlen(detail);

		snprintf(detail + used, sizeof(detail) - used, "%s%s[%d] %.1f ms", used ? ", " : "",
			 shares[i].task->comm, shares[i].task->tid, (double)shares[i].ran_ns / 1e6);
	}
	seconds = (double)sum / 1e9;
	if (trial_interference(r, name, "seconds", seconds, err, "%zu tasks at most: %s", count,
			       detail) < 0)
		return -1;
	return share ? bound_share(r, share, &seconds, after->at_ns - before->at_ns,
				   CPU_COUNT(cpus), NULL, err)
		     : 0;
}

#define OWN_PIDS_MAX 1024

struct foreign_window {
	struct foreign_walk begin, end;
};

static void walk(const struct probe *p, struct foreign_walk *to)
{
	cleanup_free pid_t *own = calloc(OWN_PIDS_MAX, sizeof(*own));
	const struct probe_subject *s = &p->of->subject;
	size_t count = own ? placement_processes(s->cell, own, OWN_PIDS_MAX) : 0;

	/* A neighbour was asked for. */
	for (size_t i = 0; own && i < s->beside_count; i++)
		count += placement_processes(s->beside[i], own + count, OWN_PIDS_MAX - count);

	foreign_walk(to, own, count, NULL);
}

static void foreign_ready(struct probe *p)
{
	walk(p, &((struct foreign_window *)p->state)->begin);
}

static void foreign_end(struct probe *p)
{
	if (p->of->ready)
		walk(p, &((struct foreign_window *)p->state)->end);
}

static int foreign_report(const struct probe *p, struct trial_record *r, struct error *err)
{
	const struct probe_subject *s = &p->of->subject;
	const struct foreign_window *w = p->state;

	if (foreign_interference("foreign_tasks", "foreign_work_share", &w->begin, &w->end,
				 &s->work, r, err) < 0)
		return -1;
	/* What makes a generator late is on its own core, be it the rig. */
	if (!CPU_COUNT(&s->load))
		return 0;
	return foreign_interference("foreign_tasks_on_load", NULL, &w->begin, &w->end, &s->load, r,
				    err);
}

static void foreign_close(struct probe *p)
{
	struct foreign_window *w = p->state;

	foreign_walk_destroy(&w->begin);
	foreign_walk_destroy(&w->end);
}

/* This task itself, which is not of the cell, runs on the work cores, and is found there. */
static void intrude(const struct probe_subject *s)
{
	sched_setaffinity(0, sizeof(s->work), &s->work);
	for (volatile int i = 0; i < 20000000; i++)
		;
}

const struct probe_ops probe_foreign = {
    .name = "foreign",
    .help = "tasks outside the cell that ran on its work or load cores, and for how long",
    .cost = PROBE_HOST_TASKS,
    .state_size = sizeof(struct foreign_window),
    .lines = (const struct probe_line[]){{"foreign_tasks", "seconds", false},
					 {"foreign_work_share", BOUND_UNIT, false},
					 {"foreign_tasks_on_load", "seconds", true},
					 {0}},
    .ready = foreign_ready,
    .end = foreign_end,
    .report = foreign_report,
    .close = foreign_close,
    .self_test = {intrude, "foreign_tasks"},
};
