/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model/sequence.h"

/* Whether `one`, which is there already, comes before the new `event`. */
static bool before(const struct sequence_event *one, const struct view *now,
		   const struct sequence_event *event)
{
	if (one->location < 0 || event->location < 0 || now->clock[one->thread] >= one->clock)
		return true;
	if (one->location != event->location)
		return false;
	return (one->stored && one->stored == event->read) ||
	       (event->stored && ((one->stored && one->stored < event->stored) ||
				  (one->read && one->read < event->stored)));
}

/* Whether it comes behind it. */
static bool behind(const struct sequence_event *one, const struct sequence_event *event)
{
	return one->location >= 0 && one->location == event->location && one->stored &&
	       ((event->stored && event->stored < one->stored) ||
		(event->read && event->read < one->stored));
}

/* Those before and those behind, and those behind these, as bits. */
static void neighbours(const struct sequence *sequence, const struct view *now,
		       const struct sequence_event *event, uint64_t *befores, uint64_t *behinds)
{
	*befores = *behinds = 0;
	for (int i = 0; i < sequence->count; i++) {
		const struct sequence_event *one = &sequence->events[i];

		if (before(one, now, event))
			*befores |= UINT64_C(1) << i;
		if (behind(one, event))
			*behinds |= UINT64_C(1) << i | sequence->after[i];
	}
}

bool sequence_fits(const struct sequence *sequence, const struct view *now,
		   const struct sequence_event *event)
{
	uint64_t befores, behinds;

	neighbours(sequence, now, event, &befores, &behinds);
	return !(befores & behinds);
}

bool sequence_add(struct sequence *sequence, const struct view *now,
		  const struct sequence_event *event)
{
	uint64_t befores, behinds, self;

	if (sequence->count == SEQUENCE_EVENTS)
		return false;
	neighbours(sequence, now, event, &befores, &behinds);
	self = UINT64_C(1) << sequence->count;
	for (int i = 0; i < sequence->count; i++)
		if (befores & UINT64_C(1) << i || sequence->after[i] & befores)
			sequence->after[i] |= self | behinds;
	sequence->events[sequence->count] = *event;
	sequence->after[sequence->count++] = behinds;
	return true;
}
