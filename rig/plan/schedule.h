/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule: the arrivals of a load, fixed before the trial, in a sealed memfd laid out as
 * base/protocol.h says. A pure function of the load and the seed but for the memfd. */
#ifndef POOLRIG_RIG_PLAN_SCHEDULE_H
#define POOLRIG_RIG_PLAN_SCHEDULE_H

#include <stdint.h>

#include "base/error.h"
#include "rig/plan/experiment.h"

/* Make it; returns the memfd (owned by the caller, sealed against writing, growing and shrinking)
 * or -1. One round covers one second (constant), or the time in which 2^18 Poisson arrivals at most
 * fall. */
int schedule_make(const struct load_spec *load, uint64_t seed, struct error *err);

#endif
