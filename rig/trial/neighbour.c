/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neighbours: plain commands beside the trial's own, each in a cell of its own, from before the
 * command's start until its end. What they did is in the trial's record: an event, two metrics,
 * their output. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/cell/reap.h"
#include "rig/trial/state.h"

static int launch(struct neighbour *n, struct error *err)
{
	const struct trial_setup *s = n->trial->setup;
	cleanup_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct launch_spec spec = {
	    .program = n->setup->program,
	    .argv = n->setup->argv,
	    .env = n->setup->env,
	    .cell = &n->cell,
	    .cpus = n->setup->cpus,
	    .net = s->net,
	    .loopback = &s->site->loopback,
	    .person = &s->site->person,
	    .stdin_fd = null,
	    .stdout_fd = n->output.write_fd,
	    .stderr_fd = n->output.write_fd,
	    .protocol_fd = -1,
	};

	if (null < 0)
		return error_host(err, errno, "/dev/null: cannot open");
	if (launch_prepare(&n->command, &spec, err) < 0)
		return -1;
	own_close(&n->output.write_fd);
	return 0;
}

static int bear(struct neighbour *n, size_t number, struct error *err)
{
	const struct trial_setup *s = n->trial->setup;
	const struct person *person = &s->site->person;
	char name[CG_NAME_MAX + 24];

	snprintf(name, sizeof(name), "%s-n%zu", s->cell_name, number);
	if (cg_cell_init(&n->cell, &s->site->run, name, err) < 0 ||
	    trial_set_cell(&n->cell, n->setup->pin ? n->setup->cpus : NULL, n->setup->limits, err) <
		0 ||
	    output_init(&n->output, NULL, person->uid, person->gid, err) < 0 ||
	    cg_counters_init(&n->counters, &n->cell, err) < 0)
		return -1;
	return launch(n, err);
}

int neighbours_bear(struct trial *t, struct error *err)
{
	size_t count = t->setup->neighbours_count;

	t->neighbours = calloc(count + 1, sizeof(*t->neighbours));
	if (!t->neighbours)
		return error_host(err, ENOMEM, "%zu neighbours", count);
	for (size_t i = 0; i < count; i++)
		t->neighbours[i] = (struct neighbour){.setup = &t->setup->neighbours[i],
						      .trial = t,
						      .command = LAUNCHED_INIT,
						      .output = OUTPUT_INIT};
	for (size_t i = 0; i < count; i++)
		if (bear(&t->neighbours[i], i + 1, err) < 0)
			return error_wrap(err, "neighbour %s", t->neighbours[i].setup->name);
	return 0;
}

/* All that were made. */
#define EACH(t, n)                                                                                 \
	for (struct neighbour *n = (t)->neighbours;                                                \
	     n && n < (t)->neighbours + (t)->setup->neighbours_count; n++)

static int end(struct neighbour *n, struct error *err)
{
	n->exit_at_ns = clock_now();
	if (reap(n->command.pidfd, REAP_LIMIT_NS, &n->exit, NULL, n->setup->name, err) < 0)
		return -1;
	n->command.reaped = true;
	return 0;
}

static int on_exit_of_neighbour(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct neighbour *n = arg;
	struct error err = ERROR_INIT;

	(void)fd;
	(void)revents;
	if (end(n, &err) < 0)
		return trial_end_with(n->trial, &err);
	n->exited = true;
	return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static int on_output_of_neighbour(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct neighbour *n = arg;

	(void)fd;
	(void)revents;
	if (output_drain(&n->output) == OUTPUT_OPEN)
		return 0;
	return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

int neighbours_watch(struct trial *t)
{
	EACH(t, n)
	{
		sd_event_source *output = NULL;
		int ret = sd_event_add_io(t->loop, &output, n->output.read_fd, EPOLLIN,
					  on_output_of_neighbour, n);

		/* As the command's own: after all that is timed. */
		if (ret >= 0) {
			ret = sd_event_source_set_priority(output, SD_EVENT_PRIORITY_IDLE);
			sd_event_source_set_floating(output, true);
			sd_event_source_unref(output);
		}
		if (ret >= 0)
			ret = sd_event_add_io(t->loop, NULL, n->command.pidfd, EPOLLIN,
					      on_exit_of_neighbour, n);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int neighbours_go(struct trial *t, struct error *err)
{
	EACH(t, n)
	{
		if (launch_go(&n->command, err) < 0)
			return error_wrap(err, "neighbour %s", n->setup->name);
	}
	return 0;
}

void neighbours_end(struct trial *t)
{
	EACH(t, n)
	{
		struct error failure = ERROR_INIT;

		if ((n->cell.run && cg_cell_kill(&n->cell, REMOVE_LIMIT_NS, &failure) < 0) ||
		    (n->command.pid && !n->command.reaped && end(n, &failure) < 0))
			error_keep(&t->failure, &failure);
	}
}

static int metric(struct neighbour *n, const char *part, bool known, double value,
		  struct error *err)
{
	struct trial_record *r = n->trial->record;
	char name[64];

	snprintf(name, sizeof(name), "neighbour.%s.%s", n->setup->name, part);
	return known ? trial_metric(r, name, value, err)
		     : trial_metric_unknown(r, name, err,
					    "the kernel's file could not be read, or it "
					    "was not executed");
}

static int log_output(struct neighbour *n, struct error *err)
{
	struct trial *t = n->trial;
	cleanup_free char *text = NULL;
	uint64_t dropped;
	char name[16];
	size_t len;

	output_finish(&n->output, n->exit_at_ns);
	text = output_text(&n->output, &len, &dropped);
	if (!text)
		return error_host(err, ENOMEM, "the output of neighbour %s", n->setup->name);
	snprintf(name, sizeof(name), "neighbour-%u", (unsigned)(n - t->neighbours + 1) % 1000);
	return trial_log(t->record, name, text, len, n->output.bytes, dropped, err);
}

static int report(struct neighbour *n, struct error *err)
{
	const struct launch_page *page = n->command.page;
	bool executed = n->command.reaped && page->exec_at_ns && !page->exec_errno;
	struct cg_reading reading = {0};
	char how[80];

	cg_counters_read_one(&n->counters, CG_CPU_USAGE_NS, &reading);
	trial_describe_exit(&n->exit, n->exited, how, sizeof(how));
	if (metric(n, "cpu_seconds", reading.known >> CG_CPU_USAGE_NS & 1,
		   (double)reading.value[CG_CPU_USAGE_NS] / 1e9, err) < 0 ||
	    metric(n, "wall_seconds", executed, (double)(n->exit_at_ns - page->exec_at_ns) / 1e9,
		   err) < 0 ||
	    cg_cell_verify(&n->cell, err) < 0 || log_output(n, err) < 0)
		return -1;
	return trial_event(n->trial->record, trial_since_start(n->trial, n->exit_at_ns),
			   n->setup->name, "neighbour", err, "%s",
			   n->exited ? how : "it ran until the trial's end");
}

int neighbours_report(struct trial *t, struct error *err)
{
	EACH(t, n)
	{
		if (n->command.pid && report(n, err) < 0)
			return -1;
	}
	return 0;
}

int neighbours_destroy(struct trial *t, struct error *err)
{
	int ret = 0;

	EACH(t, n)
	{
		if (launch_destroy(&n->command, ret == 0 ? err : NULL) < 0)
			ret = -1;
		cg_counters_destroy(&n->counters);
		output_destroy(&n->output);
		if (!n->cell.run)
			continue;
		if (cg_cell_remove(&n->cell, REMOVE_LIMIT_NS, ret == 0 ? err : NULL) < 0)
			ret = -1;
		cg_cell_destroy(&n->cell);
	}
	own_free(&t->neighbours);
	return ret;
}
