/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/session.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/own.h"
#include "workloads/poolbench/bench.h"
#include "workloads/poolbench/link.h"
#include "workloads/poolbench/report.h"

#define WINDOW_MAX_NS (3600 * NS_PER_S)

/* How far from now `go` may put the start: later is waited for, earlier makes the first arrivals
 * late by so much. */
#define START_EARLY_NS NS_PER_S
#define START_LATE_NS  (600 * NS_PER_S)

static int say_hello(struct bench_link *link, struct error *err)
{
	json_t *names = bench_report_names();

	return bench_link_send(link,
			       json_pack("{s:s, s:i, s:s, s:s, s:o}", "type", "hello", "protocol",
					 PROTOCOL_VERSION, "name", "poolbench", "version",
					 POOLRIG_VERSION, "records", names),
			       err);
}

static int read_role(const json_t *roles, const char *role, cpu_set_t *cpus, struct error *err)
{
	const char *list = json_string_value(json_object_get(roles, role));

	if (!list)
		return error_input(err, "roles.%s: missing; give a list of CPUs such as \"1\"",
				   role);
	if (cpulist_parse(list, cpus, err) < 0)
		return error_wrap(err, "roles.%s", role);
	if (CPU_COUNT(cpus) == 0)
		return error_input(err, "roles.%s \"%s\": no CPU; give one or more", role, list);
	return 0;
}

static int read_configure(const json_t *message, int schedule, struct bench_setup *s,
			  struct error *err)
{
	const json_t *params = json_object_get(message, "params");
	const json_t *roles = json_object_get(message, "roles");

	bench_params_init(&s->params);
	if (!json_is_object(params))
		return error_input(err, "params: %s; give an object of the variant's parameters",
				   params ? "not an object" : "missing");
	if (bench_params_from_json(&s->params, params, err) < 0)
		return error_wrap(err, "params");
	if (bench_link_integer(message, "warmup_ns", 0, WINDOW_MAX_NS, &s->warmup_ns, err) < 0 ||
	    bench_link_integer(message, "window_ns", NS_PER_MS, WINDOW_MAX_NS, &s->window_ns, err) <
		0)
		return -1;
	if (read_role(roles, "work", &s->work, err) < 0 ||
	    read_role(roles, "load", &s->load, err) < 0)
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

/* Memory was measured out by configure, so go may not ask for another window. */
static int same(const json_t *message, const char *key, int64_t configured, struct error *err)
{
	int64_t value = 0;

	if (bench_link_integer(message, key, 0, WINDOW_MAX_NS, &value, err) < 0)
		return -1;
	if (value == configured)
		return 0;
	return error_input(err, "%s \"%" PRId64 "\": `configure` said %" PRId64 "; send the same",
			   key, value, configured);
}

static int read_go(const json_t *message, const struct bench_setup *s, int64_t *start,
		   struct error *err)
{
	int64_t now = clock_now();

	if (bench_link_integer(message, "start_ns", now - START_EARLY_NS, now + START_LATE_NS,
			       start, err) < 0)
		return -1;
	if (same(message, "warmup_ns", s->warmup_ns, err) < 0)
		return -1;
	return same(message, "window_ns", s->window_ns, err);
}

static int wait_for_go(struct bench_link *link, const struct bench_setup *s, int64_t *start,
		       struct error *err)
{
	json_t *message;
	int status = bench_link_receive(link, "go", &message, NULL, err);

	if (status != BENCH_LINK_MESSAGE)
		return status;
	status = read_go(message, s, start, err);
	json_decref(message);
	return status < 0 ? error_wrap(err, "go") : BENCH_LINK_MESSAGE;
}

/* The rig's end has become readable while the window was open. */
static int interrupted(struct bench_link *link, struct error *err)
{
	json_t *message;
	int status = bench_link_receive(link, "nothing", &message, NULL, err);

	if (status == BENCH_LINK_MESSAGE) {
		json_decref(message);
		return error_input(err, "a message while the window is open; wait for `done`");
	}
	return status;
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
		status = wait_for_go(link, b->setup, &start, err);
	if (status != BENCH_LINK_MESSAGE)
		return status;
	bench_start(b, start);
	status = bench_finish(b, link->fd, &watch, err);
	if (status)
		return status < 0 ? -1 : interrupted(link, err);
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
	/* If the rig is gone as well, there is nobody to tell. */
	if (status < 0)
		(void)bench_link_send(
		    &link, json_pack("{s:s, s:s}", "type", "error", "text", err->text), NULL);
	bench_schedule_destroy(&setup.schedule);
	bench_link_destroy(&link);
	if (status < 0)
		return -1;
	return status == BENCH_LINK_MESSAGE ? BENCH_SESSION_DONE : BENCH_SESSION_CLOSED;
}
