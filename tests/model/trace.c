/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trace of an execution, for people: who did what, what it read, and in which line of which
 * file. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/model/explorer.h"

enum { COMMAND = 32 << 10, PLACE = 128 };

/* The linker's; where a position-independent program begins. */
extern const char __executable_start[];

struct event *trace_event(struct explorer *explorer, const struct operation *operation)
{
	struct event *event;

	if (explorer->events_count == MODEL_STEPS)
		explorer_fail(explorer, MODEL_ENDLESS, "no end after %d operations", MODEL_STEPS);
	event = &explorer->events[explorer->events_count++];
	*event = (struct event){.thread = (uint8_t)explorer->running,
				.kind = (uint8_t)operation->kind,
				.order = (uint8_t)operation->order,
				.address = operation->address,
				.caller = operation->caller};
	return event;
}

void trace_name(const struct explorer *explorer, uintptr_t address, char *buffer, size_t size)
{
	snprintf(buffer, size, "%#" PRIxPTR, address);
	for (int i = 0; i < explorer->names_count; i++)
		if (explorer->names[i].address == address)
			snprintf(buffer, size, "%s", explorer->names[i].text);
}

__attribute__((format(printf, 2, 3))) static void put(struct model_report *report,
						      const char *format, ...)
{
	size_t used = strlen(report->text);
	va_list args;

	va_start(args, format);
	vsnprintf(report->text + used, sizeof(report->text) - used, format, args);
	va_end(args);
}

/* Ask addr2line, which comes with the compiler, for the lines of all events at once. */
static FILE *places_of(const struct explorer *explorer)
{
	char command[COMMAND];
	int used = snprintf(command, sizeof(command),
			    "addr2line -s -e \"$(readlink /proc/%d/exe)\"", (int)getpid());

	for (int i = 0; i < explorer->events_count && used < COMMAND - 32; i++)
		used += snprintf(command + used, sizeof(command) - used, " %#tx",
				 (const char *)explorer->events[i].caller - __executable_start - 1);
	snprintf(command + used, sizeof(command) - used, " 2>/dev/null");
	return popen(command, "r");
}

static void write_event(const struct explorer *explorer, const struct event *event,
			const char *place)
{
	static const char *const kinds[] = {"load", "store", "update", "compare", "fence",
					    "wait", "wake",  "relax",  "reads",   "writes"};
	static const char *const orders[] = {"relaxed", "consume", "acquire",
					     "release", "acq_rel", "seq_cst"};
	struct model_report *report = explorer->report;
	char line[PLACE] = "", name[32];

	put(report, "  %*sT%d %-7s ", 2 * event->thread, "", event->thread, kinds[event->kind]);
	if (event->kind <= OPERATION_FENCE)
		put(report, "%s ", orders[event->order]);
	if (event->kind != OPERATION_FENCE && event->kind != OPERATION_RELAX) {
		trace_name(explorer, event->address, name, sizeof(name));
		put(report, "%s", name);
	}
	if (event->flags & EVENT_READ)
		put(report, " is %#" PRIx64 "%s", event->read,
		    event->flags & EVENT_OLD ? " (old)" : "");
	if (event->flags & EVENT_WRITTEN)
		put(report, " := %#" PRIx64 "%s", event->written,
		    event->flags & EVENT_BEHIND ? " (behind newer ones)" : "");
	if (event->kind == OPERATION_COMPARE && !(event->flags & EVENT_WRITTEN))
		put(report, " (fails)");
	if (event->flags & EVENT_SLEEPS)
		put(report, " sleeps");
	if (event->flags & EVENT_WOKEN)
		put(report, " is woken");
	if (event->flags & EVENT_TIMED_OUT)
		put(report, " its time is over");
	if (sscanf(place, "%127s", line) == 1)
		put(report, "  [%s]", line);
	put(report, "\n");
}

void trace_write(const struct explorer *explorer)
{
	FILE *places = places_of(explorer);
	char place[PLACE];

	put(explorer->report, "\n");
	for (int i = 0; i < explorer->events_count; i++) {
		if (!places || !fgets(place, sizeof(place), places))
			place[0] = '\0';
		write_event(explorer, &explorer->events[i], place);
	}
	if (places)
		pclose(places);
}
