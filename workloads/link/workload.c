/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/link/workload.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/io.h"
#include "base/own.h"
#include "base/protocol.h"
#include "base/units.h"

#define WINDOW_MAX_NS (3600 * NS_PER_S)

/* How far from now `go` may put the start: a later start is waited for, an earlier one makes the
 * first arrivals late by the difference. */
#define START_EARLY_NS NS_PER_S
#define START_LATE_NS  (600 * NS_PER_S)

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

static int read_agreed(struct agreed *a, const json_t *configure, struct error *err)
{
	const json_t *roles = json_object_get(configure, "roles");

	if (bench_link_integer(configure, "warmup_ns", 0, WINDOW_MAX_NS, &a->warmup_ns, err) < 0 ||
	    bench_link_integer(configure, "window_ns", NS_PER_MS, WINDOW_MAX_NS, &a->window_ns,
			       err) < 0)
		return -1;
	if (read_role(roles, "work", &a->work, err) < 0)
		return -1;
	return read_role(roles, "load", &a->load, err);
}

int workload_limit_drain(const json_t *configure, int64_t *drain_ns, struct error *err)
{
	char asked[32], most[32];
	int64_t most_ns;

	if (!json_object_get(configure, "drain_ns"))
		return 0; /* a rig that does not say */
	if (bench_link_integer(configure, "drain_ns", 0, WINDOW_MAX_NS, &most_ns, err) < 0)
		return -1;
	if (*drain_ns <= most_ns)
		return 0;
	units_write_duration(*drain_ns, asked, sizeof(asked));
	units_write_duration(most_ns, most, sizeof(most));
	if (json_object_get(json_object_get(configure, "params"), "drain"))
		return error_input(err,
				   "drain \"%s\": the rig lets tasks run for %s after the window; "
				   "lower it, or raise load.drain",
				   asked, most);
	*drain_ns = most_ns;
	return 0;
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

static int read_go(const struct agreed *a, const json_t *message, int64_t *start, struct error *err)
{
	int64_t now = clock_now();

	if (bench_link_integer(message, "start_ns", now - START_EARLY_NS, now + START_LATE_NS,
			       start, err) < 0)
		return -1;
	if (same(message, "warmup_ns", a->warmup_ns, err) < 0)
		return -1;
	return same(message, "window_ns", a->window_ns, err);
}

/* Memory was measured out by configure, so `go` must repeat its lengths. */
static int wait_for_go(const struct agreed *a, struct bench_link *link, int64_t *start,
		       struct error *err)
{
	json_t *message;
	int status = bench_link_receive(link, "go", &message, NULL, err);

	if (status != BENCH_LINK_MESSAGE)
		return status;
	status = read_go(a, message, start, err);
	json_decref(message);
	return status < 0 ? error_wrap(err, "go") : BENCH_LINK_MESSAGE;
}

static int read_configure(const struct workload *w, const json_t *message, int schedule,
			  struct agreed *agreed, struct error *err)
{
	const json_t *params = json_object_get(message, "params");

	if (!json_is_object(params))
		return error_input(err, "params: %s; give an object of the variant's parameters",
				   params ? "not an object" : "missing");
	if (w->configure(w->run, message, err) < 0)
		return error_wrap(err, "params");
	if (read_agreed(agreed, message, err) < 0)
		return -1;
	return w->schedule ? w->schedule(w->run, schedule, err) : 0;
}

static int configure(const struct workload *w, struct bench_link *link, struct agreed *agreed,
		     struct error *err)
{
	cleanup_fd int schedule = -1;
	json_t *message;
	int status = bench_link_receive(link, "configure", &message, &schedule, err);

	if (status != BENCH_LINK_MESSAGE)
		return status;
	status = read_configure(w, message, schedule, agreed, err);
	json_decref(message);
	return status < 0 ? error_wrap(err, "configure") : BENCH_LINK_MESSAGE;
}

/* The rig's end has become readable while the window was open: it is gone, or there is a message,
 * which there must not be. */
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

static int measure(const struct workload *w, const struct agreed *agreed, struct bench_link *link,
		   struct error *err)
{
	const char *loop = w->closed && w->closed(w->run) ? "closed" : "open";
	int64_t start = 0;
	int status;

	if (w->open(w->run, agreed, err) < 0)
		return -1;
	status = bench_link_send(link, json_pack("{s:s, s:s}", "type", "ready", "loop", loop), err);
	if (status == BENCH_LINK_MESSAGE)
		status = wait_for_go(agreed, link, &start, err);
	if (status != BENCH_LINK_MESSAGE)
		return status;
	status = w->measure(w->run, link, start, err);
	if (status)
		return status < 0 ? -1 : interrupted(link, err);
	status = w->report(w->run, link, err);
	if (status == BENCH_LINK_MESSAGE)
		status = bench_link_send(link, json_pack("{s:s}", "type", "done"), err);
	return status;
}

static int converse(const struct workload *w, struct bench_link *link, struct error *err)
{
	struct agreed agreed;
	json_t *hello = json_pack("{s:s, s:i, s:s, s:s, s:o}", "type", "hello", "protocol",
				  POOLRIG_PROTOCOL_VERSION, "name", w->name, "version",
				  POOLRIG_VERSION, "records", w->record_names());
	int status = bench_link_send(link, hello, err);

	if (status == BENCH_LINK_MESSAGE)
		status = configure(w, link, &agreed, err);
	if (status == BENCH_LINK_MESSAGE)
		status = measure(w, &agreed, link, err);
	/* Where the rig is gone as well, sending fails. */
	if (status < 0)
		(void)bench_link_send(
		    link, json_pack("{s:s, s:s}", "type", "error", "text", err->text), NULL);
	w->close(w->run);
	return status;
}

int workload_fail(const char *name, const struct error *err)
{
	fprintf(stderr, "%s: %s\n", name, err->text);
	return err->kind == ERROR_INPUT ? 2 : 1;
}

static int under_rig(const struct workload *w, const char *text)
{
	struct error err = ERROR_INIT;
	struct bench_link link;
	char *end;
	long fd = strtol(text, &end, 10);
	int status;

	if (end == text || *end || fd < 0 || fd > INT_MAX) {
		fprintf(stderr, "%s: %s \"%s\": not a descriptor; leave it unset\n", w->name,
			POOLRIG_PROTOCOL_FD_ENV, text);
		return 1;
	}
	status = bench_link_init(&link, (int)fd, &err);
	if (status == 0) {
		status = converse(w, &link, &err);
		bench_link_destroy(&link);
	}
	if (status < 0)
		return workload_fail(w->name, &err) == 2 ? w->bad_input : 1;
	return status == BENCH_LINK_MESSAGE ? 0 : 1;
}

int workload_end(const char *name, int code)
{
	int errnum = fflush(stdout) != 0 ? errno : ferror(stdout) ? EIO : 0;

	if (!errnum)
		return code;
	fprintf(stderr, "%s: standard output: cannot write all of it: %s\n", name,
		strerror(errnum));
	return code ? code : 1;
}

bool workload_answers(const char *name, void (*usage)(FILE *to), int argc, char **argv)
{
	if (argc != 2)
		return false;
	if (strcmp(argv[1], "--help") == 0)
		usage(stdout);
	else if (strcmp(argv[1], "--version") == 0)
		printf("%s %s\n", name, POOLRIG_VERSION);
	else
		return false;
	return true;
}

int workload_main(const struct workload *w, int argc, char **argv)
{
	const char *fd = getenv(POOLRIG_PROTOCOL_FD_ENV);
	struct error err = ERROR_INIT;

	if (io_open_standard(&err) < 0)
		return workload_fail(w->name, &err);
	if (workload_answers(w->name, w->usage, argc, argv))
		return workload_end(w->name, 0);
	if (argc == 1 && fd)
		return under_rig(w, fd);
	w->usage(stderr);
	return 2;
}
