/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/probe/cpu_noise.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/io.h"
#include "base/own.h"
#include "rig/probe/probes.h"
#include "rig/record/bound.h"

#define PROC_TEXT_MAX (1024 * 1024)

bool cpu_noise_parse_steal(const char *text, const cpu_set_t *cpus, uint64_t *ticks)
{
	bool found = false;

	*ticks = 0;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		uint64_t steal;
		int cpu;

		line += *line == '\n';
		/* "cpu  ..." is the sum of all: %d would take its first number for a CPU's. */
		if (strncmp(line, "cpu", 3) != 0 || !isdigit((unsigned char)line[3]))
			continue;
		if (sscanf(line, "cpu%d %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &cpu, &steal) != 2)
			continue;
		if (cpu < 0 || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, cpus))
			continue;
		*ticks += steal;
		found = true;
	}
	return found;
}

/* "CPU0 CPU2 …": which CPU each column is; CPUs that are offline have none. */
static int parse_columns(const char *line, int *columns, int max)
{
	int count = 0;

	for (const char *at = strstr(line, "CPU"); at && count < max; at = strstr(at, "CPU")) {
		at += 3;
		columns[count++] = atoi(at);
	}
	return count;
}

static void parse_row(char *line, const int *columns, int count, const cpu_set_t *cpus,
		      struct noise_row *row)
{
	char *at = strchr(line, ':');
	size_t len;

	while (*line == ' ')
		line++;
	*at++ = '\0';
	snprintf(row->name, sizeof(row->name), "%.15s", line);
	row->count = 0;
	for (int i = 0; i < count; i++) {
		char *end;
		uint64_t value = strtoull(at, &end, 10);

		if (end == at)
			break; /* ERR and MIS have one column only */
		if (columns[i] >= 0 && columns[i] < CPU_SETSIZE && CPU_ISSET(columns[i], cpus))
			row->count += value;
		at = end;
	}
	while (isspace((unsigned char)*at))
		at++;
	/* For a device, the driver's name is the last word; before it stand chip and trigger. */
	if (isdigit((unsigned char)row->name[0]) && strrchr(at, ' '))
		at = strrchr(at, ' ') + 1;
	len = strnlen(at, sizeof(row->about) - 1);
	memcpy(row->about, at, len);
	row->about[len] = '\0';
}

void cpu_noise_parse_rows(char *text, const cpu_set_t *cpus, struct noise_rows *rows)
{
	int columns[CPU_SETSIZE];
	char *save = NULL;
	char *line = strtok_r(text, "\n", &save);
	int count = line ? parse_columns(line, columns, CPU_SETSIZE) : 0;

	rows->count = 0;
	rows->known = count > 0;
	if (!count)
		return;
	while ((line = strtok_r(NULL, "\n", &save))) {
		if (!strchr(line, ':'))
			continue;
		if (rows->count == NOISE_ROWS_MAX) {
			rows->known = false; /* a part would pass for the whole */
			return;
		}
		parse_row(line, columns, count, cpus, &rows->rows[rows->count++]);
	}
}

static void read_rows(const char *path, const cpu_set_t *cpus, struct noise_rows *rows)
{
	cleanup_free char *text = NULL;

	rows->known = false;
	rows->count = 0;
	if (io_slurp_at(AT_FDCWD, path, PROC_TEXT_MAX, &text, NULL) > 0)
		cpu_noise_parse_rows(text, cpus, rows);
}

void cpu_noise_read(struct cpu_noise *n, const cpu_set_t *cpus, const cpu_set_t *work)
{
	cleanup_free char *text = NULL;

	n->at_ns = clock_now();
	n->steal_known = io_slurp_at(AT_FDCWD, "/proc/stat", PROC_TEXT_MAX, &text, NULL) > 0 &&
			 cpu_noise_parse_steal(text, cpus, &n->steal_ticks) &&
			 cpu_noise_parse_steal(text, work, &n->work_ticks);
	read_rows("/proc/interrupts", cpus, &n->interrupts);
	read_rows("/proc/softirqs", cpus, &n->softirqs);
}

static bool grown(const struct noise_rows *before, const struct noise_row *now, uint64_t *by)
{
	for (int i = 0; i < before->count; i++)
		if (strcmp(before->rows[i].name, now->name) == 0)
			return counter_grown(before->rows[i].count, now->count, by);
	return counter_grown(0, now->count, by); /* a line that has come since */
}

enum pick { PICK_ALL, PICK_DEVICES, PICK_KERNEL };

static bool picked(const struct noise_row *row, enum pick pick)
{
	bool device = isdigit((unsigned char)row->name[0]);

	return pick == PICK_ALL || device == (pick == PICK_DEVICES);
}

struct top {
	const struct noise_row *row;
	uint64_t n;
};

static int rows_interference(const char *name, const struct noise_rows *before,
			     const struct noise_rows *after, enum pick pick, struct trial_record *r,
			     struct error *err)
{
	struct top top[4] = {{NULL, 0}};
	char detail[200] = "";
	uint64_t sum = 0;

	if (!before->known || !after->known)
		return trial_interference_unknown(
		    r, name, "count", err, "the kernel's table could not be read, or is too long");
	for (int i = 0; i < after->count; i++) {
		uint64_t n;

		if (!picked(&after->rows[i], pick))
			continue;
		if (!grown(before, &after->rows[i], &n))
			return trial_interference_unknown(
			    r, name, "count", err, COUNTER_WENT_BACK ": %s", after->rows[i].name);
		sum += n;
		for (size_t k = 0; k < ARRAY_SIZE(top); k++) {
			if (n <= top[k].n)
				continue;
			memmove(&top[k + 1], &top[k], (ARRAY_SIZE(top) - 1 - k) * sizeof(top[0]));
			top[k].row = &after->rows[i];
			top[k].n = n;
			break;
		}
	}
	for (size_t k = 0; k < ARRAY_SIZE(top) && top[k].n; k++) {
		size_t used = strlen(detail);

		snprintf(detail + used, sizeof(detail) - used, "%s%s %" PRIu64, used ? ", " : "",
			 pick == PICK_DEVICES ? top[k].row->about : top[k].row->name, top[k].n);
	}
	return trial_interference(r, name, "count", (double)sum, err, "%s", detail);
}

static int steal_interference(const struct cpu_noise *before, const struct cpu_noise *after,
			      int work_cpus, struct trial_record *r, struct error *err)
{
	double tick = 1.0 / (double)sysconf(_SC_CLK_TCK), work = 0;
	uint64_t ticks = 0, of_work = 0;
	const char *why = NULL;
	int ret;

	if (!before->steal_known || !after->steal_known)
		why = "/proc/stat has no such line for these CPUs";
	else if (!counter_grown(before->steal_ticks, after->steal_ticks, &ticks) ||
		 !counter_grown(before->work_ticks, after->work_ticks, &of_work))
		why = COUNTER_WENT_BACK;
	work = (double)of_work * tick;
	if (why)
		ret = trial_interference_unknown(r, "steal", "seconds", err, "%s", why);
	else
		ret = trial_interference(r, "steal", "seconds", (double)ticks * tick, err,
					 "time the hypervisor gave to others, in ticks of %.0f ms",
					 tick * 1e3);
	if (ret < 0)
		return -1;
	return bound_share(r, "steal_work_share", why ? NULL : &work, after->at_ns - before->at_ns,
			   work_cpus, why, err);
}

int cpu_noise_interference(const struct cpu_noise *before, const struct cpu_noise *after,
			   int work_cpus, struct trial_record *r, struct error *err)
{
	if (steal_interference(before, after, work_cpus, r, err) < 0 ||
	    rows_interference("device_interrupts", &before->interrupts, &after->interrupts,
			      PICK_DEVICES, r, err) < 0 ||
	    rows_interference("kernel_interrupts", &before->interrupts, &after->interrupts,
			      PICK_KERNEL, r, err) < 0)
		return -1;
	return rows_interference("softirqs", &before->softirqs, &after->softirqs, PICK_ALL, r, err);
}

/* The snapshots are large: a command that ends before its first sample does without. */
struct noise_window {
	cpu_set_t cpus;          /* work and load */
	struct cpu_noise *taken; /* owned: at the begin, at the end */
};

static void noise_baseline(struct probe *p)
{
	struct noise_window *w = p->state;

	CPU_OR(&w->cpus, &p->of->subject.work, &p->of->subject.load);
	w->taken = malloc(2 * sizeof(*w->taken));
	if (w->taken)
		cpu_noise_read(&w->taken[0], &w->cpus, &p->of->subject.work);
	else
		snprintf(p->why, sizeof(p->why), "no memory for the kernel's tables");
}

static void noise_end(struct probe *p)
{
	struct noise_window *w = p->state;

	if (w->taken)
		cpu_noise_read(&w->taken[1], &w->cpus, &p->of->subject.work);
}

static int noise_report(const struct probe *p, struct trial_record *r, struct error *err)
{
	const struct noise_window *w = p->state;

	return cpu_noise_interference(&w->taken[0], &w->taken[1], CPU_COUNT(&p->of->subject.work),
				      r, err);
}

static void noise_close(struct probe *p)
{
	free(((struct noise_window *)p->state)->taken);
}

const struct probe_ops probe_cpu_noise = {
    .name = "cpu_noise",
    .help = "time stolen by the hypervisor, interrupts and softirqs on the work and load cores",
    .cost = PROBE_TABLES,
    .state_size = sizeof(struct noise_window),
    .lines = (const struct probe_line[]){{"steal", "seconds", false},
					 {"steal_work_share", BOUND_UNIT, false},
					 {"device_interrupts", "count", false},
					 {"kernel_interrupts", "count", false},
					 {"softirqs", "count", false},
					 {0}},
    .ready = noise_baseline,
    .end = noise_end,
    .report = noise_report,
    .close = noise_close,
    .self_test = {.sees = "kernel_interrupts"}, /* a busy core has its timer's */
};
