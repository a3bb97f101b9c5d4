/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/attempt.h"

#include "pool/queue/waiting.h"

static enum pool_queue_status look(struct pool_queue *queue, const struct pool_attempt *attempt)
{
	return attempt->put ? attempt->put(queue, attempt->item)
			    : queue->ops->try_get(queue, attempt->got);
}

static bool in_vain(enum pool_queue_status status)
{
	return status == POOL_QUEUE_FULL || status == POOL_QUEUE_EMPTY;
}

/*
 * A waiter that has succeeded wakes one more thread, because the notification may have been for
 * that one. A notification wakes one; in a ring or list that one may have found nothing because an
 * item in front was still on its way in, and when that arrives with a notification of its own there
 * are two items and one that was woken. The last item of a closed queue, too, ends the wait of all.
 */
static void pass_on(struct pool_queue *queue, const struct pool_attempt *attempt,
		    enum pool_queue_status status)
{
	bool more = pool_queue_closed(queue) || status == POOL_QUEUE_CLOSED;

	if (attempt->put && (more || pool_queue_count(queue) < pool_queue_capacity(queue)))
		pool_queue_notify_putters(queue, 1);
	if (!attempt->put && (more || pool_queue_count(queue)))
		pool_queue_notify_getters(queue, 1);
}

static enum pool_queue_status sleep_once(struct pool_queue *queue,
					 const struct pool_attempt *attempt, int64_t deadline_ns)
{
	struct pool_eventcount *ec = attempt->put ? &queue->puttable : &queue->gettable;
	uint32_t key = pool_eventcount_prepare(ec);
	enum pool_queue_status status = look(queue, attempt);

	if (!in_vain(status)) {
		pool_eventcount_cancel(ec);
	} else {
		bool in_time = pool_eventcount_wait(ec, key, deadline_ns);

		status = look(queue, attempt);
		if (!in_time && in_vain(status))
			status = POOL_QUEUE_TIMEOUT;
	}
	return status;
}

enum pool_queue_status pool_attempt_wait(struct pool_queue *queue,
					 const struct pool_attempt *attempt, int64_t deadline_ns)
{
	struct pool_waiting waiting = {.way = queue->wait, .deadline_ns = deadline_ns};
	enum pool_queue_status status;

	do {
		switch (pool_waiting_next(&waiting)) {
		case POOL_WAITING_LOOK:
			status = look(queue, attempt);
			break;
		case POOL_WAITING_SLEEP:
			status = sleep_once(queue, attempt, deadline_ns);
			break;
		default:
			status = look(queue, attempt);
			if (in_vain(status))
				status = POOL_QUEUE_TIMEOUT;
		}
	} while (in_vain(status));
	if (status != POOL_QUEUE_TIMEOUT)
		pass_on(queue, attempt, status);
	return status;
}
