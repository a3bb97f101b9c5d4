/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A load as an experiment may have it, and a search with any answers. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"
#include "base/protocol.h"
#include "rig/plan/schedule.h"
#include "rig/stats/search.h"
#include "tests/fuzz/fuzz.h"

#define CHEAP_ARRIVALS 100000
#define DAY_NS         86400e9

static struct load_spec load_of(struct fuzz_bytes *in)
{
	struct load_spec load = {.arrivals = (enum load_arrivals)(fuzz_take(in, 1) % 3)};
	double window = fuzz_scale(in, 1e6, DAY_NS);

	load.measure_ns = (int64_t)window;
	load.warmup_ns = (int64_t)(window * (double)fuzz_take(in, 1) / 256);
	load.rate = fuzz_scale(in, 1e-6, 1e7);
	load.service_ns = (int64_t)fuzz_take(in, 3);
	if (load.arrivals != ARRIVALS_BURST)
		return load;
	load.burst.peak = fuzz_scale(in, load.rate, 1e7);
	load.burst.at_ns = (int64_t)(window * (double)fuzz_take(in, 1) / 256);
	window -= (double)load.burst.at_ns;
	load.burst.rise_ns = (int64_t)(window * (double)fuzz_take(in, 1) / 256);
	window -= (double)load.burst.rise_ns;
	load.burst.hold_ns = (int64_t)(window * (double)fuzz_take(in, 1) / 256);
	return load;
}

static void check_arrivals(const struct load_spec *load, int fd)
{
	cleanup_free char *bytes = NULL;
	const struct poolrig_schedule_arrival *arrivals;
	struct poolrig_schedule_header header;
	struct error err = ERROR_INIT;
	char path[64];
	ssize_t size;
	uint64_t last = 0;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	size = io_slurp_at(AT_FDCWD, path, 64 << 20, &bytes, &err);
	FUZZ_MUST_OF(size >= (ssize_t)sizeof(header), err.text);
	memcpy(&header, bytes, sizeof(header));
	FUZZ_MUST(memcmp(header.magic, POOLRIG_SCHEDULE_MAGIC, sizeof(header.magic)) == 0);
	FUZZ_MUST(header.count >= 1 && header.period_ns >= 1);
	FUZZ_MUST((size_t)size == sizeof(header) + header.count * sizeof(*arrivals));
	arrivals = (const struct poolrig_schedule_arrival *)(void *)(bytes + sizeof(header));
	for (uint64_t i = 0; i < header.count; i++) {
		FUZZ_MUST(arrivals[i].start_ns >= last && arrivals[i].start_ns < header.period_ns);
		FUZZ_MUST(arrivals[i].service_ns == (uint64_t)load->service_ns);
		last = arrivals[i].start_ns;
	}
}

static void check_schedule(struct fuzz_bytes *in)
{
	struct load_spec load = load_of(in);
	double seconds = (double)(load.warmup_ns + load.measure_ns) / 1e9;
	double most = fmax(load.rate, load.burst.peak);
	struct error err = ERROR_INIT;
	cleanup_fd int fd = -1;

	if (most * (load.arrivals == ARRIVALS_CONSTANT ? 10 : seconds) > CHEAP_ARRIVALS)
		return;
	fd = schedule_make(&load, fuzz_take(in, 8), &err);
	if (fd < 0) {
		fuzz_error(&err);
		FUZZ_MUST_OF(err.kind == ERROR_INPUT && load.arrivals == ARRIVALS_BURST, err.text);
		return;
	}
	check_arrivals(&load, fd);
}

static void check_found(const struct search *s)
{
	struct search_result r = search_result(s);

	FUZZ_MUST(r.over && r.trials <= SEARCH_TRIALS_MAX);
	FUZZ_MUST(!r.has_held || (r.held >= s->rules.from && r.held <= s->rules.to));
	FUZZ_MUST(!r.has_held || !r.has_broke || r.held < r.broke);
	FUZZ_MUST(!r.has_held || !r.has_unoffered || r.held < r.unoffered);
	FUZZ_MUST(r.failed || r.given_up || r.has_held || r.has_broke || r.has_unoffered);
}

static void check_search(struct fuzz_bytes *in)
{
	struct search_rules rules = {.from = fuzz_scale(in, 1e-6, 9e6)};
	struct search s;
	double rate;

	rules.to = fuzz_scale(in, rules.from * 1.001, 1e7);
	rules.resolution = fuzz_scale(in, 0.01, 1);
	rules.confirm = 1 + (int)(fuzz_take(in, 1) % 20);
	rules.retries = (int)(fuzz_take(in, 1) % 20);
	search_init(&s, &rules);
	for (int n = 0; search_next(&s, &rate); n++) {
		uint64_t answer = fuzz_take(in, 1);

		FUZZ_MUST(n <= SEARCH_TRIALS_MAX);
		FUZZ_MUST(rate >= rules.from && rate <= rules.to);
		search_tell(&s, rate,
			    answer == 255 ? SEARCH_FAILED : (enum search_answer)(answer % 3));
	}
	check_found(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes in = {data, size};

	if (fuzz_take(&in, 1) % 2)
		check_search(&in);
	else
		check_schedule(&in);
	return 0;
}
