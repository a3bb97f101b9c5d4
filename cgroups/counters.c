/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "cgroups/counter_files.h"
#include "cgroups/missing.h"

#define TEXT_MAX 8192 /* memory.stat is the longest, with some 2 KiB */

/* clang-format off */
static const struct cg_counter_row counter_rows[CG_COUNTERS] = {
    /* counter, name, monotonic, timed */
    {CG_CPU_USAGE_NS, "cpu_usage_ns", true, true},
    {CG_CPU_USER_NS, "cpu_user_ns", true, true},
    {CG_CPU_SYSTEM_NS, "cpu_system_ns", true, true},
    {CG_CPU_THROTTLED_NS, "cpu_throttled_ns", true, true},
    {CG_CPU_THROTTLED_PERIODS, "cpu_throttled_periods", true, true},
    {CG_MEMORY_CURRENT_BYTES, "memory_current_bytes", false, true},
    {CG_MEMORY_PEAK_BYTES, "memory_peak_bytes", false, false},
    {CG_MEMORY_ANON_BYTES, "memory_anon_bytes", false, false},
    {CG_MEMORY_FILE_BYTES, "memory_file_bytes", false, false},
    {CG_MEMORY_KERNEL_BYTES, "memory_kernel_bytes", false, false},
    {CG_MEMORY_SWAP_BYTES, "memory_swap_bytes", false, false},
    {CG_MEMORY_EVENT_LOW, "memory_event_low", true, true},
    {CG_MEMORY_EVENT_HIGH, "memory_event_high", true, true},
    {CG_MEMORY_EVENT_MAX, "memory_event_max", true, true},
    {CG_MEMORY_EVENT_OOM, "memory_event_oom", true, true},
    {CG_MEMORY_EVENT_OOM_KILL, "memory_event_oom_kill", true, true},
    {CG_PIDS_CURRENT, "pids_current", false, true},
    {CG_PIDS_PEAK, "pids_peak", false, false},
    {CG_PIDS_EVENT_MAX, "pids_event_max", true, true},
    {CG_PSI_CPU_SOME_NS, "psi_cpu_some_ns", true, true},
    {CG_PSI_CPU_FULL_NS, "psi_cpu_full_ns", true, true},
    {CG_PSI_MEMORY_SOME_NS, "psi_memory_some_ns", true, true},
    {CG_PSI_MEMORY_FULL_NS, "psi_memory_full_ns", true, true},
    {CG_PSI_IO_SOME_NS, "psi_io_some_ns", true, true},
    {CG_PSI_IO_FULL_NS, "psi_io_full_ns", true, true},
};
/* clang-format on */

const struct cg_counter_row *cg_counter_row(enum cg_counter c)
{
	return (unsigned)c < CG_COUNTERS ? &counter_rows[c] : NULL;
}

/* All counters of a file are of one kind, so the first speaks for it. */
static bool is_timed(const struct cg_file_row *row)
{
	return counter_rows[row->fields[0].counter].timed;
}

static bool is_peak(const struct cg_file_row *row)
{
	return row->fields[0].counter == CG_MEMORY_PEAK_BYTES ||
	       row->fields[0].counter == CG_PIDS_PEAK;
}

/* A peak is opened for writing where the kernel lets us, to be reset. */
static int open_row(int dirfd, const struct cg_file_row *row)
{
	int fd = -1;

	if (is_peak(row))
		fd = openat(dirfd, row->name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fd = openat(dirfd, row->name, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_row(const struct cg_counters *c, const struct cg_file_row *rows, size_t i,
		    struct cg_reading *out)
{
	char text[TEXT_MAX];
	ssize_t n = io_pread(c->fds[i], text, sizeof(text));

	if (n < 0)
		return (int)-n;
	cg_file_parse(&rows[i], text, out);
	return 0;
}

int cg_counters_init(struct cg_counters *c, const struct cg_cell *cell, struct error *err)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);
	struct cg_reading probe = {.known = 0};
	int errnums[CG_COUNTER_FILES_MAX] = {0};
	int at = cell->run->tree->of_controller[CG_CPUACCT];

	(void)err;
	*c = (struct cg_counters){.cell = cell, .percpu_fd = -1};
	for (size_t i = 0; i < CG_COUNTER_FILES_MAX; i++)
		c->fds[i] = -1;
	for (size_t i = 0; i < n; i++) {
		int dirfd = cg_file_dirfd(cell, &rows[i]);

		if (dirfd < 0)
			continue;
		c->fds[i] = open_row(dirfd, &rows[i]);
		errnums[i] = c->fds[i] < 0 ? -c->fds[i] : read_row(c, rows, i, &probe);
		if (errnums[i])
			own_close(&c->fds[i]);
	}
	if (at >= 0 && cell->fds[at] >= 0)
		c->percpu_fd = openat(cell->fds[at], "cpuacct.usage_percpu", O_RDONLY | O_CLOEXEC);
	cg_counters_explain(c, probe.known, errnums);
	return 0;
}

void cg_counters_destroy(struct cg_counters *c)
{
	if (!c->cell)
		return;
	for (size_t i = 0; i < CG_COUNTER_FILES_MAX; i++)
		own_close(&c->fds[i]);
	own_close(&c->percpu_fd);
	c->cell = NULL;
}

void cg_counters_read(struct cg_counters *c, bool all, struct cg_reading *out)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);

	out->at_ns = clock_now();
	out->known = 0;
	for (size_t i = 0; i < n; i++)
		if (c->fds[i] >= 0 && (all || is_timed(&rows[i])))
			read_row(c, rows, i, out);
}

static bool has_counter(const struct cg_file_row *row, enum cg_counter counter)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->fields[i].counter == counter)
			return true;
	return false;
}

void cg_counters_read_one(struct cg_counters *c, enum cg_counter counter, struct cg_reading *out)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);

	out->at_ns = clock_now();
	out->known = 0;
	for (size_t i = 0; i < n; i++)
		if (c->fds[i] >= 0 && has_counter(&rows[i], counter))
			read_row(c, rows, i, out);
}

/* v2 (kernel: Documentation/admin-guide/cgroup-v2.rst, memory.peak, since Linux 6.12): any text
 * written resets what this open file shows, and no other. v1: "0" resets it for all. */
uint64_t cg_counters_reset_peaks(struct cg_counters *c)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);
	uint64_t reset = 0;

	for (size_t i = 0; i < n; i++)
		if (c->fds[i] >= 0 && is_peak(&rows[i]) && pwrite(c->fds[i], "0", 1, 0) == 1)
			reset |= UINT64_C(1) << rows[i].fields[0].counter;
	return reset;
}

int cg_counters_percpu(struct cg_counters *c, int64_t *ns, int max)
{
	/* a number has up to 20 digits and a blank; and there is the line's end */
	size_t size = (size_t)max * 21 + 2;
	cleanup_free char *text = c->percpu_fd < 0 ? NULL : malloc(size);

	if (!text || io_pread(c->percpu_fd, text, size) < 0)
		return -1;
	return cg_parse_numbers(text, ns, max);
}
