/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/schedule.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"

/* Without these seals the file could shrink or change under the generator: SIGBUS, or arrivals
 * that were not checked. */
static int check_seals(int fd, struct error *err)
{
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0)
		return error_input(err, "schedule: not a memfd; make it by memfd_create(2) with "
					"MFD_ALLOW_SEALING");
	if (!(seals & F_SEAL_SHRINK) || !(seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		return error_input(err,
				   "schedule: seals 0x%x; add F_SEAL_SHRINK and F_SEAL_WRITE "
				   "when it is written",
				   (unsigned)seals);
	return 0;
}

static int check_header(const struct poolrig_schedule_header *h, uint64_t size, struct error *err)
{
	uint64_t room = (size - sizeof(*h)) / sizeof(struct poolrig_schedule_arrival);

	if (memcmp(h->magic, POOLRIG_SCHEDULE_MAGIC, sizeof(h->magic)) != 0)
		return error_input(
		    err, "schedule: it does not begin with \"%s\"; write the header first",
		    POOLRIG_SCHEDULE_MAGIC);
	if (h->count == 0)
		return error_input(err, "schedule: count 0; there must be an arrival");
	if (h->count != room || (size - sizeof(*h)) % sizeof(struct poolrig_schedule_arrival))
		return error_input(err,
				   "schedule: count %" PRIu64 " in a file of %" PRIu64
				   " bytes; it must be %zu bytes and %zu an arrival",
				   h->count, size, sizeof(*h),
				   sizeof(struct poolrig_schedule_arrival));
	if (h->period_ns == 0 || h->period_ns > BENCH_SCHEDULE_MAX_NS)
		return error_input(err, "schedule: period_ns %" PRIu64 "; give 1 to %" PRIu64,
				   h->period_ns, BENCH_SCHEDULE_MAX_NS);
	return 0;
}

static int check_arrivals(const struct bench_schedule *s, struct error *err)
{
	uint64_t last = 0;

	for (uint64_t i = 0; i < s->count; i++) {
		const struct poolrig_schedule_arrival *a = &s->arrivals[i];

		if (a->start_ns < last)
			return error_input(err,
					   "schedule: arrival %" PRIu64 ": start_ns %" PRIu64
					   " is before the one before it (%" PRIu64 "); sort them",
					   i, a->start_ns, last);
		if (a->start_ns >= s->period_ns)
			return error_input(err,
					   "schedule: arrival %" PRIu64 ": start_ns %" PRIu64
					   " is not below period_ns %" PRIu64
					   "; make the period longer",
					   i, a->start_ns, s->period_ns);
		if (a->service_ns > BENCH_SCHEDULE_MAX_NS)
			return error_input(err,
					   "schedule: arrival %" PRIu64 ": service_ns %" PRIu64
					   "; the most is %" PRIu64,
					   i, a->service_ns, BENCH_SCHEDULE_MAX_NS);
		last = a->start_ns;
	}
	return 0;
}

/* What is mapped; unmapped where it is no schedule. */
static int use(struct bench_schedule *s, struct error *err)
{
	const struct poolrig_schedule_header *h = s->mapping;

	if (check_header(h, s->mapping_size, err) < 0)
		goto fail;
	s->arrivals = (const struct poolrig_schedule_arrival *)(h + 1);
	s->count = h->count;
	s->period_ns = h->period_ns;
	s->seed = h->seed;
	if (check_arrivals(s, err) == 0)
		return 0;
fail:
	bench_schedule_destroy(s);
	return -1;
}

int bench_schedule_map(struct bench_schedule *s, int fd, struct error *err)
{
	struct stat st;

	*s = (struct bench_schedule){0};
	if (fstat(fd, &st) < 0)
		return error_input(err, "schedule: no descriptor came with `configure`; pass its "
					"memfd by SCM_RIGHTS");
	if (check_seals(fd, err) < 0)
		return -1;
	if (st.st_size < (off_t)sizeof(struct poolrig_schedule_header))
		return error_input(err, "schedule: %lld bytes are no header; that alone has %zu",
				   (long long)st.st_size, sizeof(struct poolrig_schedule_header));
	s->mapping_size = (size_t)st.st_size;
	s->mapping = mmap(NULL, s->mapping_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (s->mapping == MAP_FAILED) {
		s->mapping = NULL;
		return error_host(err, errno, "schedule: cannot map");
	}
	return use(s, err);
}

int bench_schedule_constant(struct bench_schedule *s, uint64_t rate, uint64_t service_ns,
			    struct error *err)
{
	size_t size = rate * sizeof(struct poolrig_schedule_arrival);
	struct poolrig_schedule_arrival *a = mmap(
	    NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	*s = (struct bench_schedule){0};
	if (a == MAP_FAILED)
		return error_host(err, errno, "a schedule of %" PRIu64 " arrivals", rate);
	for (uint64_t i = 0; i < rate; i++)
		a[i] = (struct poolrig_schedule_arrival){i * (uint64_t)NS_PER_S / rate, service_ns};
	*s = (struct bench_schedule){.arrivals = a,
				     .count = rate,
				     .period_ns = (uint64_t)NS_PER_S,
				     .mapping = a,
				     .mapping_size = size};
	return 0;
}

void bench_schedule_destroy(struct bench_schedule *s)
{
	if (s->mapping)
		munmap(s->mapping, s->mapping_size);
	*s = (struct bench_schedule){0};
}

uint64_t bench_schedule_concurrency(const struct bench_schedule *s)
{
	double service = 0;

	for (uint64_t i = 0; i < s->count; i++)
		service += (double)s->arrivals[i].service_ns;
	return (uint64_t)(service / (double)s->period_ns) + 1;
}
