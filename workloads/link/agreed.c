/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/link/agreed.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/cpulist.h"
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

int agreed_read(struct agreed *a, const json_t *configure, struct error *err)
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

const json_t *agreed_params(const json_t *configure, struct error *err)
{
	const json_t *params = json_object_get(configure, "params");

	if (json_is_object(params))
		return params;
	error_input(err, "params: %s; give an object of the variant's parameters",
		    params ? "not an object" : "missing");
	return NULL;
}

int agreed_limit_drain(const json_t *configure, int64_t *drain_ns, struct error *err)
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

int agreed_wait_for_go(const struct agreed *a, struct bench_link *link, int64_t *start,
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

int agreed_interrupted(struct bench_link *link, struct error *err)
{
	json_t *message;
	int status = bench_link_receive(link, "nothing", &message, NULL, err);

	if (status == BENCH_LINK_MESSAGE) {
		json_decref(message);
		return error_input(err, "a message while the window is open; wait for `done`");
	}
	return status;
}
