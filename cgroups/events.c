/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/events.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"
#include "cgroups/oom_v1.h"

#define PSI_STEP_US 2000000u

static const char *const names[CG_EVENT_SOURCES] = {
    [CG_EVENT_MEMORY] = "memory.events", [CG_EVENT_POPULATED] = "cgroup.events",
    [CG_EVENT_PSI_CPU] = "psi.cpu",      [CG_EVENT_PSI_MEMORY] = "psi.memory",
    [CG_EVENT_PSI_IO] = "psi.io",
};

const char *cg_event_name(enum cg_event_source source)
{
	return (unsigned)source < CG_EVENT_SOURCES ? names[source] : "?";
}

static void missing(struct cg_event_fd *e, const char *file, int errnum)
{
	snprintf(e->missing, sizeof(e->missing), "%s: %s", file, strerror(errnum));
}

/* The file itself is waited for (kernel: fs/kernfs/file.c, kernfs_generic_poll), not inotify, which
 * the kernel takes some 10 ms to close. Until it is read for the first time it counts as changed.
 */
static void watch_file(struct cg_event_fd *e, int dirfd, const char *file)
{
	cleanup_fd int fd = openat(dirfd, file, O_RDONLY | O_CLOEXEC);
	char text[512];
	ssize_t n = fd < 0 ? -errno : io_pread(fd, text, sizeof(text));

	if (n < 0) {
		missing(e, file, (int)-n);
		return;
	}
	e->fd = steal_fd(&fd);
	e->epoll = EPOLLPRI;
}

/* One that is counted when the group is removed is no OOM; no one waits for it then. */
static void watch_oom(struct cg_event_fd *e, const struct cg_ops *ops, int dirfd)
{
	const char *file;
	int fd = cg_v1_oom_eventfd(ops, dirfd, &file);

	if (fd < 0) {
		missing(e, file, -fd);
		return;
	}
	e->fd = fd;
	e->epoll = EPOLLIN;
	e->is_eventfd = true;
}

static void watch_memory(struct cg_event_fd *e, const struct cg_cell *cell)
{
	const struct cg_tree *tree = cell->run->tree;
	int at = tree->of_controller[CG_MEMORY];

	if (at < 0 || cell->fds[at] < 0)
		snprintf(e->missing, sizeof(e->missing), "the memory controller is not there");
	else if (tree->hierarchies[at].v2)
		watch_file(e, cell->fds[at], "memory.events");
	else
		watch_oom(e, tree->ops, cell->fds[at]);
}

/* kernel: Documentation/accounting/psi.rst: the trigger lives as long as the descriptor, and the
 * terminating NUL is part of what is written. Returns 0 or -errno. */
static int set_trigger(int fd, uint64_t stall_us, uint64_t window_us)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "some %llu %llu", (unsigned long long)stall_us,
			 (unsigned long long)window_us);

	return write(fd, text, (size_t)n + 1) < 0 ? -errno : 0;
}

/* A process without CAP_SYS_RESOURCE gets only windows that the averages are made of anyway. */
static int set_coarse_trigger(struct cg_event_fd *e, int fd, uint32_t stall_us, uint32_t window_us)
{
	uint64_t window = ((uint64_t)window_us + PSI_STEP_US - 1) / PSI_STEP_US * PSI_STEP_US;
	uint64_t stall = window_us ? (uint64_t)stall_us * window / window_us : 0;
	int rc = set_trigger(fd, stall, window);

	if (rc == 0)
		snprintf(e->note, sizeof(e->note),
			 "%llu us of stall in %llu us, in place of %u in %u: the kernel refuses "
			 "that without CAP_SYS_RESOURCE",
			 (unsigned long long)stall, (unsigned long long)window, stall_us,
			 window_us);
	return rc;
}

static void watch_psi(struct cg_event_fd *e, int dirfd, const char *file, uint32_t stall_us,
		      uint32_t window_us)
{
	cleanup_fd int fd = openat(dirfd, file, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int rc;

	if (fd < 0 && errno == ENOENT) {
		snprintf(e->missing, sizeof(e->missing),
			 "no %s here (needs Linux 5.2, CONFIG_PSI, psi=1)", file);
		return;
	}
	if (fd < 0) {
		missing(e, file, errno);
		return;
	}
	rc = set_trigger(fd, stall_us, window_us);
	if (rc == -EINVAL && window_us % PSI_STEP_US)
		rc = set_coarse_trigger(e, fd, stall_us, window_us);
	if (rc < 0) {
		snprintf(e->missing, sizeof(e->missing),
			 "%s: the kernel refuses a trigger of %u us in %u us: %s", file, stall_us,
			 window_us, strerror(-rc));
		return;
	}
	e->fd = steal_fd(&fd);
	e->epoll = EPOLLPRI;
}

static void no_v2(struct cg_event_fd *e)
{
	snprintf(e->missing, sizeof(e->missing), "no v2 tree is mounted");
}

int cg_events_init(struct cg_events *e, const struct cg_cell *cell, struct error *err)
{
	int v2 = cg_cell_v2_fd(cell);

	(void)err;
	*e = (struct cg_events){0};
	for (int s = 0; s < CG_EVENT_SOURCES; s++)
		e->sources[s].fd = -1;
	watch_memory(&e->sources[CG_EVENT_MEMORY], cell);
	if (v2 >= 0)
		watch_file(&e->sources[CG_EVENT_POPULATED], v2, "cgroup.events");
	else
		no_v2(&e->sources[CG_EVENT_POPULATED]);
	for (int s = CG_EVENT_PSI_CPU; s < CG_EVENT_SOURCES; s++)
		snprintf(e->sources[s].missing, sizeof(e->sources[s].missing), "not watched yet");
	return 0;
}

void cg_events_watch_psi(struct cg_events *e, const struct cg_cell *cell, uint32_t psi_stall_us,
			 uint32_t psi_window_us)
{
	static const char *const files[CG_EVENT_SOURCES] = {
	    [CG_EVENT_PSI_CPU] = "cpu.pressure",
	    [CG_EVENT_PSI_MEMORY] = "memory.pressure",
	    [CG_EVENT_PSI_IO] = "io.pressure",
	};
	int v2 = cg_cell_v2_fd(cell);

	for (int s = CG_EVENT_PSI_CPU; s < CG_EVENT_SOURCES; s++) {
		e->sources[s].missing[0] = '\0';
		if (v2 >= 0)
			watch_psi(&e->sources[s], v2, files[s], psi_stall_us, psi_window_us);
		else
			no_v2(&e->sources[s]);
	}
}

void cg_events_destroy(struct cg_events *e)
{
	for (int s = 0; s < CG_EVENT_SOURCES; s++)
		if (e->sources[s].epoll) /* a zeroed struct holds no descriptor 0 */
			own_close(&e->sources[s].fd);
	*e = (struct cg_events){0};
	for (int s = 0; s < CG_EVENT_SOURCES; s++)
		e->sources[s].fd = -1;
}

/* Reading it arms the next notification; several changes since the last reading are one. */
static int drain_file(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLPRI};
	char text[512];
	ssize_t n;

	if (poll(&p, 1, 0) < 0)
		return -errno;
	if (!(p.revents & POLLPRI))
		return 0;
	n = io_pread(fd, text, sizeof(text));
	return n < 0 ? (int)n : 1;
}

/* The wait that reported it has taken it off already (kernel: psi_trigger_poll); what is left to
 * see is whether the group went away. One more that came meanwhile is taken with it. */
static int drain_psi(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLPRI};

	if (poll(&p, 1, 0) < 0)
		return -errno;
	return p.revents & POLLERR ? -ENODEV : 1;
}

int cg_events_drain(struct cg_events *e, enum cg_event_source source)
{
	struct cg_event_fd *s;

	if ((unsigned)source >= CG_EVENT_SOURCES)
		return -EINVAL;
	s = &e->sources[source];
	if (s->fd < 0)
		return -EBADF;
	if (source >= CG_EVENT_PSI_CPU)
		return drain_psi(s->fd);
	return s->is_eventfd ? cg_v1_oom_take(s->fd) : drain_file(s->fd);
}
