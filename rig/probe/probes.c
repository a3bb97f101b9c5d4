/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/probe/probes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

/* PROBES comes from the Makefile: X(counters) X(cpu_noise) …, one a file of this room. */
#define X(name) extern const struct probe_ops probe_##name;
PROBES
#undef X
#define X(name) &probe_##name,
static const struct probe_ops *const table[] = {PROBES};
#undef X
_Static_assert(ARRAY_SIZE(table) <= PROBES_MAX, "struct probes has room for all");

const struct probe_ops *const *probes_table(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

int probes_init(struct probes *p, struct error *err)
{
	*p = (struct probes){0};
	for (int cost = 0; cost < PROBE_COSTS; cost++)
		for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
			if ((int)table[i]->cost != cost)
				continue;
			p->list[p->count] = (struct probe){
			    .ops = table[i], .of = p, .state = calloc(1, table[i]->state_size)};
			if (!p->list[p->count++].state)
				return error_host(err, ENOMEM, "probe %s", table[i]->name);
		}
	return 0;
}

void probes_destroy(struct probes *p)
{
	for (int i = 0; i < p->count; i++) {
		struct probe *probe = &p->list[i];

		if (probe->open && probe->ops->close)
			probe->ops->close(probe);
		free(probe->state);
	}
	*p = (struct probes){0};
}

int probes_open(struct probes *p, const struct probe_subject *subject, struct error *err)
{
	p->subject = *subject;
	for (int i = 0; i < p->count; i++) {
		struct probe *probe = &p->list[i];
		const struct probe_ops *ops = probe->ops;

		if (ops->available && !ops->available(subject, probe->why, sizeof(probe->why)))
			continue;
		if (ops->open && ops->open(probe, err) < 0)
			return -1;
		probe->open = true;
	}
	p->open = true;
	return 0;
}

/* One step of all that are open, once; `at`: where the step stands in struct probe_ops. */
static void step(struct probes *p, bool *done, size_t at, bool cheapest_first)
{
	if (*done)
		return;
	*done = true;
	for (int i = 0; i < p->count; i++) {
		struct probe *probe = &p->list[cheapest_first ? i : p->count - 1 - i];
		void (*const *call)(struct probe *) = (void *)((char *)probe->ops + at);

		if (probe->open && *call)
			(*call)(probe);
	}
}

void probes_ready(struct probes *p)
{
	/* What is cheap is near the window's begin. */
	step(p, &p->ready, offsetof(struct probe_ops, ready), false);
}

void probes_begin(struct probes *p)
{
	step(p, &p->begun, offsetof(struct probe_ops, begin), true);
}

int probes_sample(struct probes *p, int64_t due_ns, struct trial_record *r, struct error *err)
{
	for (int i = 0; i < p->count; i++) {
		struct probe *probe = &p->list[i];

		if (probe->open && probe->ops->sample &&
		    probe->ops->sample(probe, due_ns, r, err) < 0)
			return -1;
	}
	p->samples++;
	return 0;
}

void probes_end(struct probes *p)
{
	step(p, &p->ended, offsetof(struct probe_ops, end), true);
}

void probes_conclude(struct probes *p)
{
	p->ended_late = !p->ended;
	probes_end(p);
	step(p, &p->concluded, offsetof(struct probe_ops, conclude), true);
}

static int report_unknown(const struct probe *probe, const char *why, struct trial_record *r,
			  struct error *err)
{
	for (const struct probe_line *line = probe->ops->lines; line && line->name; line++) {
		if (line->of_load && !CPU_COUNT(&probe->of->subject.load))
			continue;
		if (trial_interference_unknown(r, line->name, line->unit, err, "%s", why) < 0)
			return -1;
	}
	for (const char *const *metric = probe->ops->metrics; metric && *metric; metric++)
		if (trial_metric_unknown(r, *metric, err, "%s", why) < 0)
			return -1;
	return 0;
}

static int report(const struct probe *probe, struct trial_record *r, struct error *err)
{
	const struct probe_ops *ops = probe->ops;

	if (probe->why[0])
		return report_unknown(probe, probe->why, r, err);
	if (ops->lines && !probe->of->begun)
		return report_unknown(probe, "the window was not reached", r, err);
	if (ops->lines && !probe->of->ready)
		return report_unknown(probe, "not looked at: it ended before its first sample", r,
				      err);
	return ops->report ? ops->report(probe, r, err) : 0;
}

int probes_report(const struct probes *p, struct trial_record *r, struct error *err)
{
	/* What others did comes before what the cell did to itself. */
	for (int i = p->count - 1; i >= 0; i--)
		if (report(&p->list[i], r, err) < 0)
			return -1;
	return 0;
}

void *probes_state(const struct probes *p, const char *name)
{
	for (int i = 0; i < p->count; i++)
		if (strcmp(p->list[i].ops->name, name) == 0)
			return p->list[i].state;
	return NULL;
}
