/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/metric/metric.h"

#include <stdio.h>
#include <string.h>

#include "base/own.h"

/* Sources, each with how it is reduced. */
#define COUNTER(counter_, over) .source = METRIC_COUNTER, .counter = counter_, .reduction = over
#define USAGE(...)              .source = METRIC_USAGE, .usage = {__VA_ARGS__}, .reduction = METRIC_LIFE
#define OF(field)               offsetof(struct rusage, field)
#define RECORD(over)            .source = METRIC_RECORD, .reduction = over
#define PROBE(over)             .source = METRIC_PROBE, .reduction = over
#define TRIAL(over)             .source = METRIC_TRIAL, .reduction = over
#define DERIVED                 .source = METRIC_DERIVED, .reduction = METRIC_WINDOW

#define COUNT    .kind = UNITS_COUNT
#define RATIO    .kind = UNITS_RATIO
#define SECONDS  .kind = UNITS_SECONDS
#define BYTES    .kind = UNITS_BYTES
#define RATE     .kind = UNITS_RATE
#define LOWER    .better = METRIC_LOWER
#define HIGHER   .better = METRIC_HIGHER
#define ALWAYS   .shown = METRIC_ALWAYS
#define KNOWN    .shown = METRIC_WHERE_KNOWN
#define SEARCHED .shown = METRIC_IN_SEARCH

/* clang-format off */
/* Pressure stall time of a resource, and what it says. */
#define STALL(resource, NAME, share, SHARE, says, ...)                                             \
	{"psi." resource "." share "_seconds", COUNTER(CG_PSI_##NAME##_##SHARE##_NS, METRIC_WINDOW),\
	 SECONDS, LOWER, .group = "pressure", .label = "PSI " resource " " share,                   \
	 .help = "pressure stall time of the cell: " says, __VA_ARGS__}

/* Of the caller, and so of the command. */
#define INHERITED(name, label_, says)                                                              \
	{"inherited." name, TRIAL(METRIC_BIRTH), COUNT, .group = "inherited", .label = label_,     \
	 .zero_is_usual = true, .help = says}

static const struct metric_row rows[] = {
    {"capacity_tasks_per_second", DERIVED, RATE, HIGHER, .group = "capacity", .label = "highest rate that held", SEARCHED,
     .place = 4, .column = "capacity",
     .help = "of a variant in a search: the highest rate that held"},
    {"capacity_broke_tasks_per_second", DERIVED, RATE, .group = "capacity",
     .label = "lowest rate that broke", SEARCHED,
     .help = "of a variant in a search: the lowest rate that broke"},

    {"start_latency_seconds.p50", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "latency", ALWAYS,
     .label = "start latency P50", .place = 2, .column = "start P50"},
    {"start_latency_seconds.p99", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "latency", ALWAYS,
     .label = "start latency P99", .place = 3, .column = "start P99"},
    {"start_latency_seconds.p999", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "latency", ALWAYS,
     .label = "start latency P99.9"},
    {"start_latency_seconds", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "latency",
     .promised = true, .label = "start latency",
     .help = "actual start minus intended arrival of a task"},
    {"sojourn_seconds.p99", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "latency", ALWAYS,
     .label = "sojourn time P99"},
    {"sojourn_seconds", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "latency", .promised = true,
     .label = "sojourn time", .help = "intended arrival of a task to its completion"},
    /* It is part of the start latency, and not the pool's. */
    {"generator_lateness_seconds.p99", RECORD(METRIC_MERGED), SECONDS, .group = "latency", ALWAYS,
     .label = "generator lateness P99"},
    {"generator_lateness_seconds.p999", RECORD(METRIC_MERGED), SECONDS, .group = "latency", ALWAYS,
     .label = "generator lateness P99.9"},
    {"generator_lateness_seconds", RECORD(METRIC_MERGED), SECONDS, .group = "latency",
     .promised = true, .label = "generator lateness",
     .help = "how late the load's generator itself was, which is not the pool's fault"},

    {"offered", RECORD(METRIC_WINDOW), COUNT, .group = "tasks", .promised = true,
     .label = "tasks offered", .help = "tasks of the window that the generator submitted"},
    {"scheduled", TRIAL(METRIC_WINDOW), COUNT, .group = "tasks", .label = "tasks scheduled",
     .help = "tasks of the schedule that are due in the window: the rig's own count"},
    {"completed", RECORD(METRIC_WINDOW), COUNT, HIGHER, .group = "tasks", .promised = true, ALWAYS,
     .label = "tasks completed", .help = "tasks of the window that were completed"},
    {"rejected", RECORD(METRIC_WINDOW), COUNT, LOWER, .group = "tasks", .promised = true, ALWAYS,
     .label = "tasks rejected", .help = "tasks of the window that the pool refused"},
    {"abandoned", RECORD(METRIC_WINDOW), COUNT, LOWER, .group = "tasks",
     .label = "tasks abandoned", .help = "tasks of the window that were begun or queued, and dropped"},
    {"throughput_tasks_per_second", DERIVED, RATE, HIGHER, .group = "tasks", ALWAYS,
     .label = "throughput", .place = 4,
     .help = "completed tasks, by the window's length"},
    {"load_rate_tasks_per_second", TRIAL(METRIC_WINDOW), RATE, .group = "tasks",
     .label = "load rate",
     .help = "the rate of the trial's own load, in a search for a capacity"},

    {"peak_rss_bytes", TRIAL(METRIC_PEAK), BYTES, LOWER, .group = "memory", ALWAYS,
     .label = "peak RSS", .help = "the largest resident set of the command's process; it may be above a memory limit, "
     "for it counts pages that are charged to other cgroups, too"},
    {"memory_peak_bytes", COUNTER(CG_MEMORY_PEAK_BYTES, METRIC_PEAK), BYTES, LOWER,
     .group = "memory", ALWAYS, .label = "cgroup memory peak", .place = 5, .column = "peak mem",
     .help = "the most memory that the kernel charged to the cell"},
    {"memory_anon_bytes", COUNTER(CG_MEMORY_ANON_BYTES, METRIC_LEVEL), BYTES, LOWER,
     .group = "memory", .label = "anonymous memory",
     .help = "anonymous memory of the cell; of a plain command the highest of its samples"},
    {"memory_kernel_bytes", COUNTER(CG_MEMORY_KERNEL_BYTES, METRIC_LEVEL), BYTES, LOWER,
     .group = "memory", .label = "kernel memory",
     .help = "kernel memory of the cell: stacks, page tables, sockets; of a plain command the "
	     "highest of its samples"},
    {"allocator_bytes_per_task", DERIVED, BYTES, LOWER, .group = "memory", ALWAYS,
     .label = "allocator bytes/task", .help = "bytes that the workload's allocator gave, by completed task"},
    {"allocator_calls_per_task", DERIVED, RATIO, LOWER, .group = "memory", ALWAYS,
     .label = "allocator calls/task", .help = "allocations of the workload, by completed task"},
    {"allocator_bytes", RECORD(METRIC_WINDOW), BYTES, LOWER, .group = "memory",
     .help = "bytes that the workload's allocator gave"},
    {"allocator_calls", RECORD(METRIC_WINDOW), COUNT, LOWER, .group = "memory",
     .help = "allocations of the workload"},
    {"gc_cycles_per_minute", RECORD(METRIC_LEVEL), RATIO, LOWER, .group = "memory", KNOWN,
     .label = "GC cycles/min", .help = "garbage collections that ended, a minute"},
    {"gc_pause_seconds.p99", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "memory", KNOWN,
     .label = "GC pause P99"},
    {"gc_pause_seconds.max", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "memory", KNOWN,
     .label = "max GC pause"},
    {"gc_pause_seconds", RECORD(METRIC_MERGED), SECONDS, LOWER, .group = "memory",
     .label = "GC pause", .help = "from the decision to stop the world until it runs again"},
    {"heap_alloc_bytes", RECORD(METRIC_LEVEL), BYTES, LOWER, .group = "memory", KNOWN,
     .label = "heap in use", .help = "heap objects in use, and dead but not yet swept"},
    {"next_gc_bytes", RECORD(METRIC_LEVEL), BYTES, .group = "memory", KNOWN,
     .label = "GC heap target", .help = "the heap size at which the next collection is to have ended"},
    {"memory_events.oom_kill", COUNTER(CG_MEMORY_EVENT_OOM_KILL, METRIC_LIFE), COUNT, LOWER,
     .group = "memory", ALWAYS, .label = "OOM kills",
     .help = "processes of the cell that an OOM killer ended"},
    {"memory_events.oom", COUNTER(CG_MEMORY_EVENT_OOM, METRIC_LIFE), COUNT, LOWER, .group = "memory",
     .label = "OOM",
     .help = "times that the cell's limit was reached and reclaim failed"},
    {"memory_events.max", COUNTER(CG_MEMORY_EVENT_MAX, METRIC_LIFE), COUNT, LOWER, .group = "memory",
     .label = "memory.max reached",
     .help = "times that the cell was about to exceed memory.max"},
    {"memory_events.high", COUNTER(CG_MEMORY_EVENT_HIGH, METRIC_LIFE), COUNT, LOWER,
     .group = "memory", .label = "memory.high throttled",
     .help = "times that the cell was throttled at memory.high"},
    {"memory_events.low", COUNTER(CG_MEMORY_EVENT_LOW, METRIC_LIFE), COUNT, LOWER,
     .group = "memory", .label = "memory.low reclaimed",
     .help = "times that the cell was reclaimed below memory.low"},

    {"cpu_work_seconds", PROBE(METRIC_WINDOW), SECONDS, LOWER, .group = "cpu", KNOWN,
     .label = "CPU time work", .place = 6, .column = "CPU work",
     .help = "CPU time of the cell on the work cores"},
    {"cpu_load_seconds", PROBE(METRIC_WINDOW), SECONDS, .group = "cpu", .label = "CPU time load",
     .help = "CPU time of the cell on the load cores: the load's generator, which may spin"},
    {"cpu_seconds", COUNTER(CG_CPU_USAGE_NS, METRIC_WINDOW), SECONDS, LOWER, .group = "cpu", ALWAYS,
     .label = "CPU time", .place = 6,
     .help = "CPU time of the cell, the load's generator included where it runs in the cell"},
    {"cpu_user_seconds", COUNTER(CG_CPU_USER_NS, METRIC_WINDOW), SECONDS, LOWER, .group = "cpu",
     .label = "CPU time user", .help = "the part of cpu_seconds in user space"},
    {"cpu_system_seconds", COUNTER(CG_CPU_SYSTEM_NS, METRIC_WINDOW), SECONDS, LOWER, .group = "cpu",
     .label = "CPU time system", .help = "the part of cpu_seconds in the kernel"},
    {"context_switches", USAGE(OF(ru_nvcsw), OF(ru_nivcsw)), COUNT, LOWER, .group = "cpu", ALWAYS,
     .label = "context switches", .help = "context switches of the command's threads"},
    {"context_switches_voluntary", USAGE(OF(ru_nvcsw)), COUNT, LOWER, .group = "cpu",
     .label = "voluntary switches",
     .help = "the part of context_switches in which a thread waited"},
    {"context_switches_involuntary", USAGE(OF(ru_nivcsw)), COUNT, LOWER, .group = "cpu",
     .label = "involuntary switches",
     .help = "the part of context_switches in which the kernel preempted a thread"},
    {"page_faults_minor", USAGE(OF(ru_minflt)), COUNT, LOWER, .group = "cpu",
     .label = "page faults minor",
     .help = "page faults without I/O"},
    {"page_faults_major", USAGE(OF(ru_majflt)), COUNT, LOWER, .group = "cpu",
     .label = "page faults major",
     .help = "page faults with I/O"},
    {"workers_peak", RECORD(METRIC_PEAK), COUNT, LOWER, .group = "cpu", ALWAYS,
     .label = "peak workers", .help = "the most workers that the pool had"},
    {"threads_started", RECORD(METRIC_WINDOW), COUNT, LOWER, .group = "cpu",
     .help = "threads that the pool started in the window"},
    {"pids_peak", COUNTER(CG_PIDS_PEAK, METRIC_PEAK), COUNT, LOWER, .group = "cpu",
     .label = "peak processes",
     .help = "the most processes and threads that the cell had"},
    {"pids_refused", COUNTER(CG_PIDS_EVENT_MAX, METRIC_LIFE), COUNT, LOWER, .group = "cpu",
     .label = "forks refused",
     .help = "forks that pids.max refused"},

    STALL("cpu", CPU, "some", SOME, "at least one task waited for a CPU", ALWAYS),
    STALL("cpu", CPU, "full", FULL, "all tasks waited for a CPU"),
    STALL("memory", MEMORY, "some", SOME, "at least one task waited for memory", ALWAYS),
    STALL("memory", MEMORY, "full", FULL, "all tasks waited for memory", ALWAYS),
    STALL("io", IO, "some", SOME, "at least one task waited for I/O"),
    STALL("io", IO, "full", FULL, "all tasks waited for I/O"),

    {"wall_seconds", TRIAL(METRIC_LIFE), SECONDS, LOWER, .group = "time", KNOWN,
     .label = "wall time", .place = 2,
     .help = "birth of the command to its exit"},
    {"exit_code", TRIAL(METRIC_LIFE), COUNT, .group = "time", .label = "exit code",
     .help = "the command's own exit code; unknown where a signal ended it"},
    {"exit_signal", TRIAL(METRIC_LIFE), COUNT, .group = "time", .label = "signal",
     .help = "the signal that ended the command; unknown where it exited by itself"},
    {"startup_seconds", TRIAL(METRIC_LIFE), SECONDS, LOWER, .group = "time", .label = "startup time",
     .help = "birth of the command until it said that it was ready"},

    {"vital.round_trip_before_seconds", PROBE(METRIC_LEVEL), SECONDS, .group = "host",
     .label = "cache line round trip before",
     .help = "median round trip of a cache line between work and load core, before the command starts"},
    {"vital.round_trip_after_seconds", PROBE(METRIC_LEVEL), SECONDS, .group = "host",
     .label = "cache line round trip after",
     .help = "median round trip of a cache line between work and load core, after the cell has ended"},

    INHERITED("nice", "nice", "nice value that the command inherits (sched(7))"),
    INHERITED("scheduling_policy", "scheduling policy",
	      "scheduling policy that the command inherits: 0 other, 1 FIFO, 2 RR, 3 batch, 5 idle, "
	      "6 deadline (sched(7))"),
    INHERITED("realtime_priority", "real-time priority",
	      "real-time priority that the command inherits (sched(7))"),
    INHERITED("io_class", "I/O class",
	      "I/O scheduling class that the command inherits: 0 none, 1 real-time, 2 best effort, 3 idle "
	      "(ioprio_set(2))"),
    INHERITED("io_level", "I/O priority", "I/O priority that the command inherits, within its class"),
    INHERITED("oom_score_adj", "OOM score adjustment",
	      "OOM score adjustment that the command inherits (proc(5))"),
};
/* clang-format on */

const struct metric_row *metric_rows(size_t *count)
{
	*count = ARRAY_SIZE(rows);
	return rows;
}

static const struct metric_row *find_exactly(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strncmp(rows[i].name, name, len) == 0 && rows[i].name[len] == '\0')
			return &rows[i];
	return NULL;
}

const struct metric_row *metric_find(const char *name)
{
	const struct metric_row *row = find_exactly(name, strlen(name));
	const char *dot = strrchr(name, '.');

	if (row || !dot)
		return row;
	row = find_exactly(name, (size_t)(dot - name));
	return row && row->reduction == METRIC_MERGED ? row : NULL;
}

const struct metric_row *metric_by_label(const char *label)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].label && strcmp(rows[i].label, label) == 0)
			return &rows[i];
	return NULL;
}

double metric_scale(const struct metric_row *row)
{
	return row->kind == UNITS_SECONDS ? 1e-9 : 1;
}

/* The kind of what has no row. A histogram's count is none of its own unit. */
static enum units_kind kind_by_name(const char *name)
{
	if (strstr(name, "tasks_per_second"))
		return UNITS_RATE;
	if (strstr(name, "_per_") || strstr(name, "ratio") || strstr(name, "share"))
		return UNITS_RATIO;
	if (strstr(name, "seconds"))
		return UNITS_SECONDS;
	return strstr(name, "bytes") ? UNITS_BYTES : UNITS_COUNT;
}

static bool is_histogram_count(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && strcmp(dot, ".count") == 0;
}

enum units_kind metric_kind_of(const char *name)
{
	const struct metric_row *row = metric_find(name);

	if (is_histogram_count(name))
		return UNITS_COUNT;
	return row ? row->kind : kind_by_name(name);
}

enum metric_direction metric_better(const char *name)
{
	const struct metric_row *row = metric_find(name);

	return row && !is_histogram_count(name) ? row->better : METRIC_NEUTRAL;
}

const char *metric_label(const char *name, char *buf, size_t size)
{
	static const char *const parts[][2] = {
	    {".count", " count"}, {".mean", " mean"},  {".p50", " P50"}, {".p90", " P90"},
	    {".p99", " P99"},     {".p999", " P99.9"}, {".max", " max"}};
	const struct metric_row *row = metric_find(name);
	const char *part = "", *dot = strrchr(name, '.');

	if (row && strcmp(row->name, name) != 0 && dot)
		for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
			if (strcmp(parts[i][0], dot) == 0)
				part = parts[i][1];
	snprintf(buf, size, "%s%s", row && row->label ? row->label : name, part);
	return buf;
}
