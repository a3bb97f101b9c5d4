/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an execution ends before its time. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/explorer.h"

void explorer_give_up(struct explorer *explorer, enum explorer_end end)
{
	explorer->end = end;
	coroutine_suspend(&explorer->threads[explorer->running].coroutine);
	abort();
}

static void fail(struct explorer *explorer, enum model_verdict verdict, const char *format,
		 va_list args)
{
	struct model_report *report = explorer->report;

	explorer->end = EXPLORER_FAILED;
	report->verdict = verdict;
	vsnprintf(report->text, sizeof(report->text), format, args);
	trace_write(explorer);
}

void explorer_fail(struct explorer *explorer, enum model_verdict verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(explorer, verdict, format, args);
	va_end(args);
	explorer_give_up(explorer, EXPLORER_FAILED);
}

/* The same, but from the search itself. */
void failure_end(struct explorer *explorer, enum model_verdict verdict, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(explorer, verdict, format, args);
	va_end(args);
}

void failure_stuck(struct explorer *explorer)
{
	char who[128] = "", name[32];

	for (int i = 1; i < MODEL_THREADS; i++) {
		const struct model_thread *thread = &explorer->threads[i];
		size_t used = strlen(who);

		trace_name(explorer, thread->pending.address, name, sizeof(name));
		if (thread->status == THREAD_ASLEEP)
			snprintf(who + used, sizeof(who) - used, "; T%d sleeps on %s", i, name);
		else if (thread->status == THREAD_READY)
			snprintf(who + used, sizeof(who) - used, "; T%d spins", i);
	}
	failure_end(explorer, MODEL_DEADLOCK, "none can go on%s", who);
}
