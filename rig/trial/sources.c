/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timers and descriptors of the loop. */
#include "base/clock.h"
#include "rig/trial/state.h"

int trial_end_with(struct trial *t, const struct error *err)
{
	trial_fail(t, err);
	return sd_event_exit(t->loop, 0);
}

int trial_set_timer(struct trial *t, sd_event_source **source, int64_t at_ns,
		    sd_event_time_handler_t handler)
{
	uint64_t usec = (uint64_t)(at_ns / NS_PER_US);

	if (*source) {
		int ret = sd_event_source_set_time(*source, usec);

		return ret < 0 ? ret : sd_event_source_set_enabled(*source, SD_EVENT_ONESHOT);
	}
	/* Accuracy 1 us: a sample is as late as the kernel makes it, not as systemd would coalesce
	 * it. */
	return sd_event_add_time(t->loop, source, CLOCK_MONOTONIC, usec, 1, handler, t);
}

int trial_add_fd(struct trial *t, int fd, uint32_t events, sd_event_io_handler_t handler, void *arg,
		 int64_t priority)
{
	sd_event_source *source = NULL;
	int ret = sd_event_add_io(t->loop, &source, fd, events, handler, arg);

	if (ret < 0)
		return ret;
	/* The loop owns it: it lives as long as the loop. */
	sd_event_source_set_floating(source, true);
	sd_event_source_set_priority(source, priority);
	sd_event_source_unref(source);
	return 0;
}
