/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/attempt.h"

#include "pool/queue/waiting.h"

static enum queue_status look(struct queue *queue, const struct attempt *attempt)
{
	return attempt->put ? attempt->put(queue, attempt->item)
			    : queue->ops->try_get(queue, attempt->got);
}

static bool in_vain(enum queue_status status)
{
	return status == QUEUE_FULL || status == QUEUE_EMPTY;
}

/*
 * A waiter that has what it wanted passes on what may have been meant for another. A notification
 * wakes one; in a ring or list that one may have looked in vain because an item in front was still
 * on its way in, and when that arrives with a notification of its own there are two items and one
 * that was woken. The last item of a closed queue, too, ends the wait of all.
 */
static void pass_on(struct queue *queue, const struct attempt *attempt, enum queue_status status)
{
	bool more = queue_closed(queue) || status == QUEUE_CLOSED;

	if (attempt->put && (more || queue_count(queue) < queue_capacity(queue)))
		queue_notify_putters(queue, 1);
	if (!attempt->put && (more || queue_count(queue)))
		queue_notify_getters(queue, 1);
}

static enum queue_status sleep_once(struct queue *queue, const struct attempt *attempt,
				    int64_t deadline_ns)
{
	struct eventcount *ec = attempt->put ? &queue->puttable : &queue->gettable;
	uint32_t key = eventcount_prepare(ec);
	enum queue_status status = look(queue, attempt);

	if (!in_vain(status)) {
		eventcount_cancel(ec);
	} else {
		bool in_time = eventcount_wait(ec, key, deadline_ns);

		status = look(queue, attempt);
		if (!in_time && in_vain(status))
			status = QUEUE_TIMEOUT;
	}
	return status;
}

enum queue_status attempt_wait(struct queue *queue, const struct attempt *attempt,
			       int64_t deadline_ns)
{
	struct waiting waiting = {.way = queue->wait, .deadline_ns = deadline_ns};
	enum queue_status status;

	do {
		switch (waiting_next(&waiting)) {
		case WAITING_LOOK:
			status = look(queue, attempt);
			break;
		case WAITING_SLEEP:
			status = sleep_once(queue, attempt, deadline_ns);
			break;
		default:
			status = look(queue, attempt);
			if (in_vain(status))
				status = QUEUE_TIMEOUT;
		}
	} while (in_vain(status));
	if (status != QUEUE_TIMEOUT)
		pass_on(queue, attempt, status);
	return status;
}
