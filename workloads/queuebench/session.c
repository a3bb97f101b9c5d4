/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/queuebench/session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/protocol.h"
#include "workloads/link/agreed.h"
#include "workloads/link/record.h"

static int say_hello(struct bench_link *link, struct error *err)
{
	return bench_link_send(
	    link,
	    json_pack("{s:s, s:i, s:s, s:s, s:[s, s, s, s, s]}", "type", "hello", "protocol",
		      PROTOCOL_VERSION, "name", "queuebench", "version", POOLRIG_VERSION, "records",
		      "offered", "completed", "hand_over", counting_names[COUNTING_INSTRUCTIONS],
		      counting_names[COUNTING_CYCLES]),
	    err);
}

static int read_configure(const json_t *message, struct queuebench_run *r, struct agreed *agreed,
			  struct error *err)
{
	const json_t *params = agreed_params(message, err);

	if (!params)
		return -1;
	if (queuebench_params_parse(&r->params, params, err) < 0)
		return error_wrap(err, "params");
	if (agreed_read(agreed, message, err) < 0)
		return -1;
	r->work = agreed->work;
	r->load = agreed->load;
	return 0;
}

/* The schedule that comes with it is not looked at: this load is a closed loop. */
static int configure(struct bench_link *link, struct queuebench_run *r, struct agreed *agreed,
		     struct error *err)
{
	json_t *message;
	int status = bench_link_receive(link, "configure", &message, NULL, err);

	if (status != BENCH_LINK_MESSAGE)
		return status;
	status = read_configure(message, r, agreed, err);
	json_decref(message);
	return status < 0 ? error_wrap(err, "configure") : BENCH_LINK_MESSAGE;
}

static struct bench_span window(const struct agreed *a)
{
	return (struct bench_span){a->warmup_ns, a->warmup_ns + a->window_ns};
}

static int send_count(struct bench_link *link, const struct agreed *a, const char *name,
		      const char *unit, uint64_t value, int unknown, struct error *err)
{
	char reason[128];

	snprintf(reason, sizeof(reason), "this host does not count %s: perf_event_open: %s", name,
		 strerror(unknown));
	return bench_record_value(link, bench_record(name, "counter", unit, window(a)),
				  unknown ? NULL : json_integer((json_int_t)value), reason, err);
}

/* Every item offered in the window is one that went through: producers wait for room. */
static int report(struct bench_link *link, const struct agreed *a,
		  const struct queuebench_totals *totals, const struct hdr *sum, struct error *err)
{
	int status = send_count(link, a, "offered", "tasks", totals->items, 0, err);

	if (status == BENCH_LINK_MESSAGE)
		status = send_count(link, a, "completed", "tasks", totals->items, 0, err);
	for (int i = 0; i < COUNTING_EVENTS && status == BENCH_LINK_MESSAGE; i++)
		status = send_count(link, a, counting_names[i], counting_names[i], totals->spent[i],
				    totals->reasons[i], err);
	if (status == BENCH_LINK_MESSAGE)
		status = bench_record_histogram(link, "hand_over", window(a), sum, err);
	if (status == BENCH_LINK_MESSAGE)
		status = bench_link_send(link, json_pack("{s:s}", "type", "done"), err);
	return status;
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

static int measure(struct bench_link *link, struct queuebench_run *r, const struct agreed *a,
		   struct hdr *sum, struct error *err)
{
	struct queuebench_totals totals;
	int64_t start = 0, begin;
	int status = bench_link_send(link, json_pack("{s:s}", "type", "ready"), err);

	if (status == BENCH_LINK_MESSAGE)
		status = agreed_wait_for_go(a, link, &start, err);
	if (status != BENCH_LINK_MESSAGE)
		return status;
	begin = start + a->warmup_ns;
	queuebench_run_start(r, begin, begin + a->window_ns);
	if (outwait(link->fd, begin + a->window_ns))
		return agreed_interrupted(link, err);
	if (queuebench_run_finish(r, &totals, sum, err) < 0)
		return -1;
	return report(link, a, &totals, sum, err);
}

static int converse(struct bench_link *link, struct queuebench_run *r, struct hdr *sum,
		    struct error *err)
{
	struct agreed agreed;
	int status = say_hello(link, err);

	if (status == BENCH_LINK_MESSAGE)
		status = configure(link, r, &agreed, err);
	if (status != BENCH_LINK_MESSAGE)
		return status;
	if (queuebench_run_init(r, err) < 0)
		return -1;
	return measure(link, r, &agreed, sum, err);
}

int queuebench_session(int fd, struct error *err)
{
	struct queuebench_run run = {.made = 0};
	struct bench_link link;
	struct hdr sum;
	int status;

	if (bench_link_init(&link, fd, err) < 0)
		return -1;
	status =
	    hdr_init(&sum, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS, err);
	if (status == 0)
		status = converse(&link, &run, &sum, err);
	/* Where the rig is gone as well, sending fails. */
	if (status < 0)
		(void)bench_link_send(
		    &link, json_pack("{s:s, s:s}", "type", "error", "text", err->text), NULL);
	queuebench_run_destroy(&run);
	hdr_destroy(&sum);
	bench_link_destroy(&link);
	if (status < 0)
		return -1;
	return status == BENCH_LINK_MESSAGE ? QUEUEBENCH_SESSION_DONE : QUEUEBENCH_SESSION_CLOSED;
}
