/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolsim/input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/own.h"
#include "base/protocol.h"

#define FILE_MAX ((size_t)1 << 29)

static int explain(int error, const char *what, struct error *err)
{
	if (error == 0)
		return 0;
	if (error == EFBIG)
		return error_input(err,
				   "%s: more than %zu arrivals or %zu steps of need; make it "
				   "shorter, or need_step longer",
				   what, POOL_TRAFFIC_MAX_ARRIVALS, POOL_TRAFFIC_MAX_STEPS);
	if (error == EINVAL)
		return error_input(err,
				   "%s: arrivals are not in the order of their times, or not "
				   "within the length; sort them",
				   what);
	return error_host(err, error, "%s", what);
}

static int take(const struct poolsim_settings *s, const char *what, struct pool_arrival *arrivals,
		size_t count, int64_t length_ns, struct pool_traffic *traffic, struct error *err)
{
	int64_t last = count ? arrivals[count - 1].at_ns : 0;
	bool given = s->shape.length_ns != POOLSIM_LENGTH_AUTO;

	if (given)
		length_ns = s->shape.length_ns;
	else if (length_ns == 0)
		length_ns = last + 1;
	/* What is due after the end is not part of it. */
	while (count > 0 && arrivals[count - 1].at_ns >= length_ns && given)
		count--;
	return explain(pool_traffic_take(traffic, arrivals, count, length_ns, s->shape.step_ns),
		       what, err);
}

static int read_schedule(const struct poolsim_settings *s, const char *data, size_t size,
			 struct pool_traffic *traffic, struct error *err)
{
	const struct poolrig_schedule_header *h = (const struct poolrig_schedule_header *)data;
	cleanup_free struct pool_arrival *arrivals = NULL;
	const struct poolrig_schedule_arrival *from;

	if (size < sizeof(*h) || memcmp(h->magic, POOLRIG_SCHEDULE_MAGIC, sizeof(h->magic)) != 0)
		return error_input(err, "%s: no schedule: it does not begin with \"%s\"",
				   s->schedule, POOLRIG_SCHEDULE_MAGIC);
	if (h->count != (size - sizeof(*h)) / sizeof(*from) || h->period_ns == 0 ||
	    h->period_ns > INT64_MAX)
		return error_input(err,
				   "%s: count %" PRIu64 ", period_ns %" PRIu64
				   ": not those of a file of %zu bytes",
				   s->schedule, h->count, h->period_ns, size);
	from = (const struct poolrig_schedule_arrival *)(h + 1);
	arrivals = calloc(h->count ? h->count : 1, sizeof(*arrivals));
	if (!arrivals)
		return error_host(err, ENOMEM, "%s", s->schedule);
	for (uint64_t i = 0; i < h->count; i++)
		arrivals[i] =
		    (struct pool_arrival){(int64_t)from[i].start_ns, (int64_t)from[i].service_ns};
	return take(s, s->schedule, arrivals, h->count, (int64_t)h->period_ns, traffic, err);
}

/* A non-negative whole number, and what follows it. */
static bool number(const char *text, int64_t *value, const char **end)
{
	char *stop;

	errno = 0;
	*value = strtoll(text, &stop, 10);
	*end = stop;
	return stop != text && errno == 0 && *value >= 0;
}

static bool parse_line(const char *line, struct pool_arrival *a)
{
	return number(line, &a->at_ns, &line) && (*line == ' ' || *line == '\t') &&
	       number(line, &a->service_ns, &line) && line[strspn(line, " \t\r")] == '\0';
}

static int read_trace(const struct poolsim_settings *s, char *data, struct pool_traffic *traffic,
		      struct error *err)
{
	cleanup_free struct pool_arrival *arrivals = NULL;
	size_t lines = 1, count = 0, number_of_line = 0;
	char *rest = data, *line;

	for (const char *c = data; *c; c++)
		lines += *c == '\n';
	arrivals = calloc(lines, sizeof(*arrivals));
	if (!arrivals)
		return error_host(err, ENOMEM, "%s", s->trace);
	while ((line = strsep(&rest, "\n"))) {
		number_of_line++;
		if (line[0] == '#' || line[strspn(line, " \t\r")] == '\0')
			continue;
		if (!parse_line(line, &arrivals[count]))
			return error_input(err,
					   "%s:%zu: \"%.60s\": not an arrival; write its time and "
					   "its service time in ns, as 1000000 5000000",
					   s->trace, number_of_line, line);
		if (count > 0 && arrivals[count].at_ns < arrivals[count - 1].at_ns)
			return error_input(err,
					   "%s:%zu: time %" PRId64 " is before the one before it; "
					   "sort the lines",
					   s->trace, number_of_line, arrivals[count].at_ns);
		count++;
	}
	if (count == 0)
		return error_input(err, "%s: there is no arrival in it", s->trace);
	return take(s, s->trace, arrivals, count, 0, traffic, err);
}

int poolsim_input(const struct poolsim_settings *s, struct pool_traffic *traffic, struct error *err)
{
	const char *path = s->schedule ? s->schedule : s->trace;
	cleanup_free char *data = NULL;
	ssize_t size;

	if (!path) {
		struct pool_traffic_shape shape = s->shape;

		if (shape.length_ns == POOLSIM_LENGTH_AUTO)
			shape.length_ns = 60 * POOL_NS_PER_S;
		return explain(pool_traffic_make(traffic, &shape), "traffic", err);
	}
	size = io_slurp_at(AT_FDCWD, path, FILE_MAX, &data, err);
	if (size < 0) {
		if (err)
			err->kind = ERROR_INPUT; /* the file is the user's */
		return -1;
	}
	if (s->schedule)
		return read_schedule(s, data, (size_t)size, traffic, err);
	return read_trace(s, data, traffic, err);
}
