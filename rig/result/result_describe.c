/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/cpulist.h"
#include "base/text.h"
#include "rig/result/result.h"

#define ADD(buf, size, fmt, ...) text_add(buf, size, "%s" fmt, (buf)[0] ? ", " : "", __VA_ARGS__)

/* Values of the plan, each behind what it is; nothing of those that the plan has not. */
static void add_values(const struct result *result, const char *const (*rows)[2], char *buf,
		       size_t size)
{
	for (; (*rows)[1]; rows++) {
		const char *value = result_plan(result, (*rows)[1]);

		if (value)
			ADD(buf, size, "%s%s%s", (*rows)[0], (*rows)[0][0] ? " " : "", value);
	}
}

const char *describe_load(const struct result *result, char *buf, size_t size)
{
	static const char *const rows[][2] = {{"", "load.arrivals"},
					      {"service", "load.service"},
					      {"warm-up", "load.warmup"},
					      {"window", "load.measure"},
					      {NULL, NULL}};
	const char *rate = result_plan(result, "load.rate");

	buf[0] = '\0';
	if (rate)
		ADD(buf, size, "%s tasks/s", rate);
	else if (result->searched)
		ADD(buf, size, "%s to %s tasks/s", result_plan(result, "search.from"),
		    result_plan(result, "search.to"));
	add_values(result, rows, buf, size);
	return buf;
}

/* No swap is asked for where memory is limited, and nowhere else. */
static bool is_idle_swap(const json_t *plan, const char *key, const char *text)
{
	const char *memory =
	    json_string_value(json_object_get(json_object_get(plan, "cell"), "memory"));

	return strcmp(key, "swap") == 0 && strcmp(text, "0") == 0 &&
	       (!memory || strcmp(memory, "max") == 0);
}

/* Whatever the table of knobs has; what has no limit is said only where it is another cell's. */
static void add_cell(const json_t *plan, const char *of, char *buf, size_t size)
{
	const char *key;
	json_t *value;

	json_object_foreach(json_object_get(plan, "cell"), key, value)
	{
		const char *text = json_string_value(value);

		if (text && (*of || (strcmp(text, "max") != 0 && !is_idle_swap(plan, key, text))))
			ADD(buf, size, "%s%s%s %s", of, *of ? ": " : "", key, text);
	}
}

const char *describe_cells(const struct result *result, char *buf, size_t size)
{
	json_t *neighbour;
	size_t i;

	buf[0] = '\0';
	add_cell(result->plan, "", buf, size);
	for (size_t v = 0; v < result->variants_count; v++)
		add_cell(result->variants[v].plan, result->variants[v].name, buf, size);
	json_array_foreach(json_object_get(result->plan, "neighbours"), i, neighbour)
	{
		const char *name = json_string_value(json_object_get(neighbour, "name"));
		char beside[80];

		snprintf(beside, sizeof(beside), "beside %s", name ? name : "");
		if (!json_object_size(json_object_get(neighbour, "cell")))
			ADD(buf, size, "%s", beside);
		add_cell(neighbour, beside, buf, size);
	}
	return buf;
}

/* The plan may leave it to the rig; what it chose is what each trial asked for. */
const char *describe_cores(const struct result *result)
{
	for (size_t t = 0; t < result->view->trials_count; t++) {
		const struct grade_line *line = grade_line_of(&result->view->trials[t], "cpu");

		if (line)
			return line->asked;
	}
	return "";
}

const char *describe_trials(const struct result *result, char *buf, size_t size)
{
	const struct run_summary *s = &result->view->summary;

	if (result->searched)
		snprintf(buf, size, "%d trials of a search, %d valid", s->trials, s->ok);
	else if (result_ends_by_precision(result))
		snprintf(buf, size, "%d trials of at most %d (precision %s), %d valid", s->trials,
			 s->planned, result_plan(result, "trials.precision"), s->ok);
	else if (s->trials == s->planned && s->ok == s->planned)
		snprintf(buf, size, "%d trials, all valid", s->planned);
	else
		snprintf(buf, size,
			 "%d trials planned; stored: %d attempts at %d of them, %d valid",
			 s->planned, s->trials, result->stored, s->ok);
	return buf;
}

/* A long list of CPUs in part; of what else a store may hold, the beginning. */
static const char *show_cpus(const char *text, char buf[static CPULIST_SHOW_SIZE])
{
	cpu_set_t set;

	if (strlen(text) >= CPULIST_SHOW_SIZE && cpulist_parse(text, &set, NULL) == 0)
		return cpulist_show(&set, buf);
	return text_shorten(text, buf, CPULIST_SHOW_SIZE);
}

const char *describe_host(const struct result *result, char *buf, size_t size)
{
	char cpus[CPULIST_SHOW_SIZE];

	snprintf(buf, size, "Linux %s, %s, CPUs %s, cgroups %s", result_fact(result, "kernel"),
		 result_fact(result, "cpu_model"), show_cpus(result_fact(result, "cpus"), cpus),
		 result_fact(result, "cgroup_mode"));
	return buf;
}

const char *describe_run(const struct result *result, char *buf, size_t size)
{
	const struct run_summary *s = &result->view->summary;
	const char *window = result_plan(result, "load.measure");
	char time[32], state[64], host[512], valid[64];

	if (result->searched)
		snprintf(valid, sizeof(valid), "%d valid trials of a search", s->ok);
	else
		snprintf(valid, sizeof(valid), "%d of %d trials valid", s->ok,
			 result->stored + result->missing);
	snprintf(buf, size, "run %s of %.10s, %s, %s%s%s; on %s", s->id,
		 result_time(s->started_unix_ns, time, sizeof(time)),
		 result_state(s, state, sizeof(state)), valid, window ? ", window " : "",
		 window ? window : "", describe_host(result, host, sizeof(host)));
	return buf;
}

const char *describe_grades(const struct result *result, const char *levels, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t d = 0; d < result->dimensions.count; d++)
		ADD(buf, size, "%s %c", result->dimensions.list[d], levels[d]);
	return buf;
}

const char *describe_warning(const struct warning *w, char *buf, size_t size)
{
	snprintf(buf, size, "%s up to %.3g %% of the work cores in %zu of %zu trials",
		 w->bound->who, w->worst->value * 100, w->trials, w->of);
	return buf;
}
