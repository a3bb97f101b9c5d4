/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/session.h"

#include "base/own.h"
#include "base/protocol.h"
#include "workloads/link/agreed.h"
#include "workloads/poolbench/bench.h"
#include "workloads/poolbench/report.h"

static int say_hello(struct bench_link *link, struct error *err)
{
	json_t *names = bench_report_names();

	return bench_link_send(link,
			       json_pack("{s:s, s:i, s:s, s:s, s:o}", "type", "hello", "protocol",
					 PROTOCOL_VERSION, "name", "poolbench", "version",
					 POOLRIG_VERSION, "records", names),
			       err);
}

static int read_configure(const json_t *message, int schedule, struct bench_setup *s,
			  struct error *err)
{
	const json_t *params = agreed_params(message, err);

	bench_params_init(&s->params);
	if (!params)
		return -1;
	if (bench_params_from_json(&s->params, params, err) < 0 ||
	    agreed_limit_drain(message, &s->params.drain_ns, err) < 0)
		return error_wrap(err, "params");
	if (agreed_read(&s->agreed, message, err) < 0)
		return -1;
	return bench_schedule_map(&s->schedule, schedule, err);
}

static int configure(struct bench_link *link, struct bench_setup *s, struct error *err)
{
	cleanup_fd int schedule = -1;
	json_t *message;
	int status = bench_link_receive(link, "configure", &message, &schedule, err);

	if (status != BENCH_LINK_MESSAGE)
		return status;
	status = read_configure(message, schedule, s, err);
	json_decref(message);
	return status < 0 ? error_wrap(err, "configure") : BENCH_LINK_MESSAGE;
}

static void on_progress(void *link, int64_t at_ns, uint64_t completed)
{
	bench_link_progress(link, at_ns, completed);
}

static int measure(struct bench_link *link, struct bench *b, struct error *err)
{
	struct bench_watch watch = {on_progress, link};
	int64_t start = 0;
	int status = bench_link_send(link, json_pack("{s:s}", "type", "ready"), err);

	if (status == BENCH_LINK_MESSAGE)
		status = agreed_wait_for_go(&b->setup->agreed, link, &start, err);
	if (status != BENCH_LINK_MESSAGE)
		return status;
	bench_start(b, start);
	status = bench_finish(b, link->fd, &watch, err);
	if (status)
		return status < 0 ? -1 : agreed_interrupted(link, err);
	status = bench_report_send(link, b, err);
	if (status == BENCH_LINK_MESSAGE)
		status = bench_link_send(link, json_pack("{s:s}", "type", "done"), err);
	return status;
}

static int converse(struct bench_link *link, struct bench_setup *setup, struct error *err)
{
	struct bench bench;
	int status = say_hello(link, err);

	if (status == BENCH_LINK_MESSAGE)
		status = configure(link, setup, err);
	if (status != BENCH_LINK_MESSAGE)
		return status;
	if (bench_open(&bench, setup, err) < 0)
		return -1;
	status = measure(link, &bench, err);
	bench_close(&bench);
	return status;
}

int bench_session(int fd, const struct bench_malloc *allocator, struct error *err)
{
	struct bench_setup setup = {.allocator = allocator};
	struct bench_link link;
	int status;

	if (bench_link_init(&link, fd, err) < 0)
		return -1;
	status = converse(&link, &setup, err);
	/* Where the rig is gone as well, sending fails. */
	if (status < 0)
		(void)bench_link_send(
		    &link, json_pack("{s:s, s:s}", "type", "error", "text", err->text), NULL);
	bench_schedule_destroy(&setup.schedule);
	bench_link_destroy(&link);
	if (status < 0)
		return -1;
	return status == BENCH_LINK_MESSAGE ? BENCH_SESSION_DONE : BENCH_SESSION_CLOSED;
}
