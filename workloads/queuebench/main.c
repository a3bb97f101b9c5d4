/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queuebench: what goes through a queue between threads, as a workload of the rig. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/params.h"
#include "base/protocol.h"
#include "workloads/link/workload.h"
#include "workloads/queuebench/run.h"

static void usage(FILE *to)
{
	fputs("usage: queuebench                    under poolrig, which "
	      "sets " POOLRIG_PROTOCOL_FD_ENV "\n"
	      "       queuebench --help | --version\n"
	      "\nProducers put and consumers get as fast as they can; the experiment's rate and\n"
	      "service time are ignored.\n"
	      "\nParameters of a variant:\n",
	      to);
	params_help(queuebench_params, to);
	fputs("\nExit codes: 0 done; 1 failed, or the rig went away; 2 bad usage.\n", to);
}

static json_t *record_names(void)
{
	return json_pack("[s, s, s, s, s]", "offered", "completed", "hand_over",
			 counting_names[COUNTING_INSTRUCTIONS], counting_names[COUNTING_CYCLES]);
}

static int configure(void *run, const json_t *message, struct error *err)
{
	struct queuebench_run *r = run;

	return queuebench_params_parse(&r->params, json_object_get(message, "params"), err);
}

/* The schedule is not looked at. */
static bool is_closed(const void *run)
{
	(void)run;
	return true;
}

/* Sleep until the window is over (0), or the rig is gone or speaks (1). */
static int outwait(int fd, int64_t end_ns)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	for (;;) {
		int64_t left = end_ns - clock_now();
		int ready;

		if (left <= 0)
			return 0;
		ready = poll(&poll_fd, 1, (int)(left / NS_PER_MS) + 1);
		if (ready > 0)
			return 1;
	}
}

static int measure(void *run, struct bench_link *link, int64_t start_ns, struct error *err)
{
	struct queuebench_run *r = run;

	queuebench_run_start(r, start_ns);
	if (outwait(link->fd, atomic_load(&r->end_ns)))
		return 1;
	return queuebench_run_finish(r, err);
}

static int send_count(struct bench_link *link, struct bench_span window, const char *name,
		      const char *unit, uint64_t value, int unknown, struct error *err)
{
	char reason[128];

	snprintf(reason, sizeof(reason), "this host does not count %s: perf_event_open: %s", name,
		 strerror(unknown));
	return bench_record_value(link, bench_record(name, "counter", unit, window),
				  unknown ? NULL : json_integer((json_int_t)value), reason, err);
}

/* Every item offered in the window is one that went through: producers wait for room. */
static int report(void *run, struct bench_link *link, struct error *err)
{
	const struct queuebench_run *r = run;
	const struct queuebench_totals *totals = &r->totals;
	struct bench_span window = {r->agreed.warmup_ns, r->agreed.warmup_ns + r->agreed.window_ns};
	int status = send_count(link, window, "offered", "tasks", totals->items, 0, err);

	if (status == BENCH_LINK_MESSAGE)
		status = send_count(link, window, "completed", "tasks", totals->items, 0, err);
	for (int i = 0; i < COUNTING_EVENTS && status == BENCH_LINK_MESSAGE; i++)
		status = send_count(link, window, counting_names[i], counting_names[i],
				    totals->spent[i], totals->reasons[i], err);
	if (status == BENCH_LINK_MESSAGE)
		status = bench_record_histogram(link, "hand_over", window, &totals->hand_over, err);
	return status;
}

int main(int argc, char **argv)
{
	struct queuebench_run run = {.made = 0};
	const struct workload queuebench = {.name = "queuebench",
					    .usage = usage,
					    .bad_input = 2,
					    .run = &run,
					    .record_names = record_names,
					    .configure = configure,
					    .closed = is_closed,
					    .open = queuebench_run_init,
					    .measure = measure,
					    .report = report,
					    .close = queuebench_run_destroy};

	return workload_main(&queuebench, argc, argv);
}
