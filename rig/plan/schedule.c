/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/schedule.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/own.h"
#include "base/protocol.h"
#include "base/random.h"
#include "rig/plan/plan.h"

#define ROUND_ARRIVALS_MAX (1 << 20)
#define POISSON_ARRIVALS   (1 << 18)

/* How many arrivals a round has, and how long it is. */
struct round_shape {
	uint64_t count, period_ns;
};

/* As many arrivals as fall in the time, in the time that so many take at this rate. The period is
 * rounded to a nanosecond: that is all by which the rate is missed. */
static struct round_shape shape_of(double rate, double arrivals)
{
	double count = fmax(1, round(arrivals));

	return (struct round_shape){(uint64_t)count,
				    (uint64_t)llround(count * (double)NS_PER_S / rate)};
}

/* Constant: the shortest whole number of seconds, up to ten, in which a whole number of arrivals
 * falls, so that the rate is exact; else what falls in one second. Above a million a second a tenth
 * of that, to keep the schedule small. */
static struct round_shape constant_shape(double rate)
{
	double length = rate > ROUND_ARRIVALS_MAX ? 0.1 : 1;

	for (int times = 1; times <= 10; times++) {
		double arrivals = rate * length * times;

		if (arrivals > ROUND_ARRIVALS_MAX)
			break;
		if (arrivals >= 1 && arrivals == round(arrivals))
			return shape_of(rate, arrivals);
	}
	return shape_of(rate, rate * length);
}

/* Poisson: what falls in the whole trial, so that nothing is repeated, or POISSON_ARRIVALS. */
static struct round_shape poisson_shape(const struct load_spec *load)
{
	double seconds = (double)(load->warmup_ns + load->measure_ns) / (double)NS_PER_S;

	return shape_of(load->rate, fmin(load->rate * seconds, POISSON_ARRIVALS));
}

static struct round_shape shape_for(const struct load_spec *load)
{
	switch (load->arrivals) {
	case ARRIVALS_CONSTANT:
		return constant_shape(load->rate);
	case ARRIVALS_POISSON:
		return poisson_shape(load);
	case ARRIVALS_BURST: /* warm-up and window, so that there is one in all */
		return (struct round_shape){(uint64_t)burst_count(load),
					    (uint64_t)(load->warmup_ns + load->measure_ns)};
	}
	return (struct round_shape){0, 0};
}

/*
 * A Poisson process that is known to have `count` arrivals in the period: the gaps are exponential,
 * scaled so that they fill it (L. Devroye, Non-Uniform Random Variate Generation, 1986, V.3.1:
 * normalised exponentials are uniform spacings). The gap from the last arrival to the first of the
 * next round is one of them, so that the seam is like any other place.
 */
static int draw_poisson(struct poolrig_schedule_arrival *arrivals, struct round_shape shape,
			uint64_t seed, struct error *err)
{
	cleanup_free double *sums = calloc(shape.count, sizeof(*sums));
	double sum = 0;
	struct random r;

	if (!sums)
		return error_host(err, ENOMEM, "a schedule of %lu arrivals",
				  (unsigned long)shape.count);
	random_init(&r, seed, RANDOM_STREAM_SCHEDULE);
	for (uint64_t i = 0; i < shape.count; i++) {
		sums[i] = sum;
		sum += random_exponential(&r);
	}
	/* all gaps 0 is as good as impossible, and then all are at the start */
	for (uint64_t i = 0; sum > 0 && i < shape.count; i++)
		arrivals[i].start_ns = (uint64_t)floor(sums[i] / sum * (double)shape.period_ns);
	return 0;
}

static int fill(struct poolrig_schedule_arrival *arrivals, struct round_shape shape,
		const struct load_spec *load, uint64_t seed, struct error *err)
{
	for (uint64_t i = 0; i < shape.count; i++) {
		arrivals[i].service_ns = (uint64_t)load->service_ns;
		if (load->arrivals == ARRIVALS_BURST)
			arrivals[i].start_ns = burst_instant(load, i);
		else if (load->arrivals == ARRIVALS_CONSTANT) /* in integers: no error adds up */
			arrivals[i].start_ns =
			    (uint64_t)((unsigned __int128)i * shape.period_ns / shape.count);
	}
	return load->arrivals == ARRIVALS_POISSON ? draw_poisson(arrivals, shape, seed, err) : 0;
}

static int check_rates(const struct load_spec *load, struct error *err)
{
	if (!(load->rate >= 1e-6 && load->rate <= 1e7))
		return error_input(err, "a schedule of %g arrivals a second; use 0.000001 to 10M",
				   load->rate);
	if (load->arrivals != ARRIVALS_BURST)
		return 0;
	if (!(load->burst.peak >= load->rate && load->burst.peak <= 1e7))
		return error_input(err, "a burst to %g arrivals a second; use the rate (%g) to 10M",
				   load->burst.peak, load->rate);
	if (!(burst_count(load) >= 1 && burst_count(load) <= BURST_ARRIVALS_MAX))
		return error_input(err, "a burst of %.0Lf arrivals in all; there can be 1 to %d",
				   burst_count(load), BURST_ARRIVALS_MAX);
	return 0;
}

/* Put header and arrivals into a memfd that nobody can change any more. */
static int seal(const struct poolrig_schedule_header *header,
		const struct poolrig_schedule_arrival *arrivals, struct error *err)
{
	cleanup_fd int fd = memfd_create("poolrig-schedule", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int rc;

	if (fd < 0)
		return error_host(err, errno, "the schedule's memfd");
	rc = io_write_all(fd, header, sizeof(*header));
	if (rc == 0)
		rc = io_write_all(fd, arrivals, header->count * sizeof(*arrivals));
	if (rc < 0)
		return error_host(err, -rc, "the schedule's memfd: cannot write %lu arrivals",
				  (unsigned long)header->count);
	if (lseek(fd, 0, SEEK_SET) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return error_host(err, errno, "the schedule's memfd: cannot seal");
	return steal_fd(&fd);
}

int schedule_make(const struct load_spec *load, uint64_t seed, struct error *err)
{
	cleanup_free struct poolrig_schedule_arrival *arrivals = NULL;
	struct poolrig_schedule_header header = {.seed = seed};
	struct round_shape shape;

	if (check_rates(load, err) < 0)
		return -1;
	shape = shape_for(load);
	arrivals = calloc(shape.count, sizeof(*arrivals));
	if (!arrivals)
		return error_host(err, ENOMEM, "a schedule of %lu arrivals",
				  (unsigned long)shape.count);
	if (fill(arrivals, shape, load, seed, err) < 0)
		return -1;
	memcpy(header.magic, POOLRIG_SCHEDULE_MAGIC, sizeof(header.magic));
	header.count = shape.count;
	header.period_ns = shape.period_ns;
	return seal(&header, arrivals, err);
}
