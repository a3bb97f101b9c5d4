/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/observe/window.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"

/* Threads whose CPU is looked up at a time: 10 us each, on what may be the load core. */
#define LOOK_AT_A_TIME   4
#define SAMPLES_PER_LOOK 10
#define OWN_PIDS_MAX     1024

int window_init(struct window *w, const struct cg_cell *cell, pid_t pid, const cpu_set_t *work,
		const cpu_set_t *load, bool roles, struct error *err)
{
	char path[40];

	w->cell = cell;
	w->status_fd = -1;
	w->peak_rss_bytes = -1;
	w->placement.threads_fd = -1;
	w->work = *work;
	w->load = *load;
	CPU_OR(&w->noise_cpus, work, load);
	if (cg_counters_init(&w->counters, cell, err) < 0)
		return -1;
	if (cg_oom_watch_init(&w->oom, cell, &w->counters, err) < 0) {
		cg_counters_destroy(&w->counters);
		return -1;
	}
	placement_init(&w->placement, cell, work, load, roles);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	w->status_fd = open(path, O_RDONLY | O_CLOEXEC);
	cg_counters_reset_peaks(&w->counters);
	cg_counters_read(&w->counters, true, &w->birth);
	return 0;
}

void window_destroy(struct window *w)
{
	if (!w->cell)
		return;
	cg_oom_watch_destroy(&w->oom);
	cg_counters_destroy(&w->counters);
	placement_destroy(&w->placement);
	migrations_destroy(&w->migrations);
	foreign_walk_destroy(&w->foreign_begin);
	foreign_walk_destroy(&w->foreign_end);
	own_close(&w->status_fd);
	w->cell = NULL;
}

static void walk(struct window *w, struct foreign_walk *to)
{
	cleanup_free pid_t *own = calloc(OWN_PIDS_MAX, sizeof(*own));
	size_t count = own ? placement_processes(w->cell, own, OWN_PIDS_MAX) : 0;

	foreign_walk(to, own, count, NULL);
}

void window_look_around(struct window *w)
{
	w->looked = true;
	walk(w, &w->foreign_begin);
	cpu_noise_read(&w->noise_begin, &w->noise_cpus);
	migrations_init(&w->migrations, &w->work);
	w->migrations_begin = migrations_read(&w->migrations);
}

void window_prepare(struct window *w)
{
	placement_pass(&w->placement, true, 0);
}

static void begin(struct window *w)
{
	w->percpu_count = cg_counters_percpu(&w->counters, w->percpu_begin, WINDOW_CPUS_MAX);
	w->begun = true;
}

void window_begin(struct window *w)
{
	cg_counters_read(&w->counters, true, &w->begin);
	if (w->looked)
		w->migrations_begin = migrations_read(&w->migrations);
	begin(w);
}

void window_begin_at_birth(struct window *w)
{
	w->begin = w->birth;
	begin(w);
}

void window_end(struct window *w)
{
	if (w->ended)
		return;
	cg_counters_read(&w->counters, true, &w->end);
	if (w->looked)
		w->migrations_end = migrations_read(&w->migrations);
	w->percpu_known =
	    w->percpu_count > 0 &&
	    cg_counters_percpu(&w->counters, w->percpu_end, WINDOW_CPUS_MAX) == w->percpu_count;
	if (w->looked)
		cpu_noise_read(&w->noise_end, &w->noise_cpus);
	window_look_at_rss(w);
	placement_pass(&w->placement, true, LOOK_AT_A_TIME);
	if (w->looked)
		walk(w, &w->foreign_end);
	w->ended = true;
}

void window_conclude(struct window *w)
{
	if (w->ended) {
		cg_counters_read(&w->counters, true, &w->death);
		return;
	}
	window_end(w);
	w->death = w->end;
}

void window_look_at_rss(struct window *w)
{
	char text[4096];
	const char *line;

	if (w->status_fd < 0 || io_pread(w->status_fd, text, sizeof(text)) <= 0)
		return;
	line = strstr(text, "VmHWM:");
	if (line)
		w->peak_rss_bytes = strtoll(line + strlen("VmHWM:"), NULL, 10) * 1024;
}

int window_sample(struct window *w, int64_t due_ns, struct trial_record *r, struct error *err)
{
	struct trial_sample sample = {.cell = 0};

	cg_counters_read(&w->counters, false, &sample.reading);
	sample.late_ns = sample.reading.at_ns - due_ns;
	if (sample.late_ns > w->late_max_ns)
		w->late_max_ns = sample.late_ns;
	/* The list of the threads is dear where there are thousands: once a second is enough. */
	if (w->samples++ % SAMPLES_PER_LOOK == 0)
		placement_pass(&w->placement, false, LOOK_AT_A_TIME);
	return trial_sample(r, &sample, err);
}
