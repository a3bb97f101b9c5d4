/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/knob/knob.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

/* clang-format off */
#define MORE(...)  .more = &(const struct knob_more){__VA_ARGS__}
#define IN(s, m)   .offset = offsetof(struct s, m)
#define LIMIT(k)   .offset = offsetof(struct cell_spec, limits) + (k) * sizeof(union cell_limit)
#define IN_BURST   .when = KNOB_IN_BURST, \
		   .refusal = "only a burst has it; write arrivals: burst, or take it out"

static const char *const modes[] = {[LOAD_IN_PROCESS] = "in-process", NULL};
static const char *const arrivals[] = {
	[ARRIVALS_CONSTANT] = "constant", [ARRIVALS_POISSON] = "poisson",
	[ARRIVALS_BURST] = "burst", NULL,
};
static const char *const wrong_cores[] = {
	[WRONG_CORES_VOID] = "void", [WRONG_CORES_ALLOW] = "allow", NULL,
};
static const char *const nets[] = {[NETNS_HOST] = "host", [NETNS_PRIVATE] = "private", NULL};

static const struct field load_rows[] = {
	{.name = "mode", .type = FIELD_CHOICE, IN(load_spec, mode), .choices = modes,
	 .fallback = "in-process",
	 .help = "the workload's own generator thread submits, on the load core"},
	{.name = "arrivals", .type = FIELD_CHOICE, IN(load_spec, arrivals), .choices = arrivals,
	 .fallback = "constant",
	 .help = "evenly spaced; with exponential gaps drawn from `trials.seed`; or evenly spaced "
		 "with a burst, see [Schedules](#schedules)"},
	{.name = "rate", .type = FIELD_RATE, IN(load_spec, rate), .low = "0.001", .high = "10M",
	 .required = true,
	 .help = "tasks a second, open loop: nothing that the pool does slows it down; not where "
		 "there is a `search`, which has its own", MORE(.when = KNOB_WITHOUT_SEARCH,
	 .refusal = "the search says which rates are tried; write it as search.from, or take one "
		 "of the two out")},
	{.name = "service", .type = FIELD_DURATION, IN(load_spec, service_ns), .low = "0",
	 .high = "1h", .required = true, .help = "how long each task takes",
	 MORE(.note = "not longer than `load.measure`")},
	{.name = "warmup", .type = FIELD_DURATION, IN(load_spec, warmup_ns), .low = "0",
	 .high = "1h", .fallback = "2s", .help = "the load runs, and nothing is recorded"},
	{.name = "measure", .type = FIELD_DURATION, IN(load_spec, measure_ns), .low = "1ms",
	 .high = "1h", .required = true,
	 .help = "the window that is recorded; at least one task must arrive in it"},
	{.name = "lateness", .type = FIELD_DURATION, IN(load_spec, lateness_ns), .low = "1us",
	 .high = "1m", .fallback = "1ms",
	 .help = "where the generator's own lateness at P99.9 is above, the trial is void"},
	{.name = "startup", .type = FIELD_DURATION, IN(load_spec, startup_ns), .low = "1ms",
	 .high = "1h", .fallback = "1m",
	 .help = "a workload that has not said `ready` by then, from its start, is killed"},
	{.name = "drain", .type = FIELD_DURATION, IN(load_spec, drain_ns), .low = "1ms",
	 .high = "1h", .fallback = "1m",
	 .help = "a workload that has not said `done` by then, from the window's end, is killed; "
		 "`configure` gives it a limit for running its tasks that is 5s shorter (half of it "
		 "where that is less than 10s); it refuses a `drain` parameter above that"},
	{.name = "peak", .type = FIELD_RATE, IN(load_spec, burst.peak), .low = "0.001",
	 .high = "10M", .required = true, .help = "of a burst: what the rate rises to",
	 MORE(IN_BURST, .note = "not below `load.rate`")},
	{.name = "at", .type = FIELD_DURATION, IN(load_spec, burst.at_ns), .low = "0", .high = "1h",
	 .special = "auto", .fallback = "auto", MORE(IN_BURST),
	 .help = "of a burst: when the rise begins, after the window's beginning; auto: after a "
		 "quarter of the window"},
	{.name = "rise", .type = FIELD_DURATION, IN(load_spec, burst.rise_ns), .low = "0",
	 .high = "1h", .fallback = "0", .help = "of a burst: how long the rise takes; 0: a step",
	 MORE(IN_BURST)},
	{.name = "hold", .type = FIELD_DURATION, IN(load_spec, burst.hold_ns), .low = "0",
	 .high = "1h", .required = true,
	 .help = "of a burst: how long the rate stays at its peak; rise and hold end within the "
		 "window, and are not both 0", MORE(IN_BURST)},
	{0},
};

static const struct field cpu_rows[] = {
	{.name = "work", .type = FIELD_CPUS, IN(cpu_spec, work), .special = "auto",
	 .fallback = "auto",
	 .help = "where the pool under test runs, and nothing else that can be moved"},
	{.name = "load", .type = FIELD_CPUS, IN(cpu_spec, load), .special = "auto",
	 .fallback = "auto", .help = "where the load is made", MORE(.note = "none of `work`")},
	{.name = "housekeeping", .type = FIELD_CPUS, IN(cpu_spec, housekeeping), .special = "auto",
	 .fallback = "auto", .help = "where the rig itself runs; may be those of `load`",
	 MORE(.note = "none of `work`")},
	{0},
};

/* The limits of a cell; a variant's own have no default but the experiment's. */
#define OWN(text) .fallback = text,
#define INHERITED(text)
#define CELL_LIMITS(DEFAULT) \
	{.name = "memory", .letter = 'm', .type = FIELD_BYTES, LIMIT(CG_KNOB_MEMORY_MAX), \
	 .low = "1M", .special = "max", DEFAULT("max") .help = "the cell's memory limit"}, \
	{.name = "memory_high", .option = "memory-high", .type = FIELD_BYTES, \
	 LIMIT(CG_KNOB_MEMORY_HIGH), .low = "1M", .special = "max", DEFAULT("max") \
	 .help = "above it the kernel reclaims the cell's memory and slows it down; cgroup v2"}, \
	{.name = "swap", .type = FIELD_BYTES, LIMIT(CG_KNOB_SWAP_MAX), .low = "0", .special = "max", \
	 DEFAULT("0") .help = "how much of the memory may be swapped out besides; 0 limits " \
		 "nothing where `memory` is max"}, \
	{.name = "pids", .letter = 'p', .type = FIELD_COUNT, LIMIT(CG_KNOB_PIDS_MAX), .low = "1", \
	 .high = "4194304", .special = "max", DEFAULT("max") .value = "COUNT", \
	 .help = "how many processes and threads there may be in the cell"}, \
	{.name = "cpu_max", .option = "cpu-max", .type = FIELD_TEXT, LIMIT(CG_KNOB_CPU_MAX), \
	 .value = "QUOTA", DEFAULT("max") .help = "how much CPU time the cell may use", \
	 MORE(.range = "a share of one CPU (`50%`), `QUOTA_US PERIOD_US`, or `max`")}, \
	{.name = "io_max", .option = "io-max", .type = FIELD_TEXT, LIMIT(CG_KNOB_IO_MAX), \
	 .value = "LIMITS", .help = "how much of one disk the cell may use a second, such as " \
		 "`8:0 wbps=10M`; cgroup v2", \
	 MORE(.range = "`MAJOR:MINOR` and one or more of `rbps=`, `wbps=` (bytes), `riops=` and " \
		 "`wiops=` (counts)")},

const struct field knob_cell[] = {
	{.name = "cpus", .letter = 'c', .type = FIELD_CPUS, IN(cell_spec, cpus), .special = "auto",
	 .fallback = "auto",
	 .help = "which CPU has which role; as an option, the CPUs that the command may use",
	 MORE(.kind = KNOB_MAPPING, .rows = cpu_rows)}, /* as an option: those of the role `work` */
	CELL_LIMITS(OWN)
	{.name = "net", .type = FIELD_CHOICE, IN(cell_spec, net), .choices = nets,
	 .fallback = "private",
	 .help = "a network namespace of its own with loopback only, or the host's"},
	{0},
};

const struct field knob_limits[] = {CELL_LIMITS(INHERITED) {0}};

static const struct field variant_rows[] = {
	{.name = "name", .type = FIELD_CUSTOM, IN(variant, name), .parse = parse_variant_name,
	 .required = true, .help = "what it is called", MORE(.range = "a name",
	 .note = "not digits alone, each once")},
	{.name = "command", .type = FIELD_CUSTOM, IN(variant, command), .required = true,
	 .help = "the program and its arguments, see below", MORE(.kind = KNOB_WORDS,
	 .item_size = sizeof(char *), .max = 256)},
	{.name = "protocol", .type = FIELD_BOOL, IN(variant, protocol), .fallback = "yes",
	 .help = "whether the program speaks the workload protocol (docs/protocol.md); `no`: a "
		 "plain command", MORE(.range = "yes, no, true, false")},
	{.name = "timeout", .type = FIELD_DURATION, IN(variant, timeout_ns), .low = "1ms",
	 .high = "24h", .fallback = "1m",
	 .help = "of plain commands only: one that has not ended by then is killed",
	 MORE(.when = KNOB_OF_PLAIN,
	 .refusal = "only a plain command has one (load.measure says how long the others run); "
		 "leave it out, or add protocol: no")},
	{.name = "env", .type = FIELD_CUSTOM, IN(variant, env), .parse = parse_env_name,
	 .help = "set in the command's environment, which is otherwise clean; a PATH also finds the "
		 "command",
	 MORE(.kind = KNOB_PARAMS, .max = 64, .count_offset = offsetof(struct variant, env_count))},
	{.name = "stdin", .type = FIELD_TEXT, IN(variant, stdin_text),
	 .help = "a file that each trial reads as its standard input, which is otherwise empty",
	 MORE(.range = "the path of a regular file")},
	{.name = "prepare", .type = FIELD_CUSTOM, IN(variant, prepare),
	 .help = "a command that runs before each trial, see below", MORE(.kind = KNOB_WORDS,
	 .item_size = sizeof(char *), .max = 256)},
	{.name = "cell", .type = FIELD_CUSTOM, IN(variant, cell),
	 .help = "limits of this variant's cells, instead of those of the experiment's `cell`",
	 MORE(.kind = KNOB_MAPPING, .rows = knob_limits)},
	{.name = "alone", .type = FIELD_BOOL, IN(variant, alone),
	 .help = "yes: no `neighbours` run beside its trials",
	 MORE(.range = "yes, no, true, false")},
	{.name = "params", .type = FIELD_CUSTOM, IN(variant, params), .fallback = "",
	 .help = "of variants that speak the protocol only: handed to the program as they are; "
		 "their meaning is its own", MORE(.kind = KNOB_PARAMS, .max = 64,
	 .count_offset = offsetof(struct variant, params_count), .when = KNOB_OF_PROTOCOL,
	 .refusal = "a plain command is told none; put them into its command, or leave out "
		 "protocol: no")},
	{0},
};

static const struct field neighbour_rows[] = {
	{.name = "name", .type = FIELD_CUSTOM, IN(variant, name), .parse = parse_neighbour_name,
	 .required = true, .help = "what it is called", MORE(.range = "a name of at most 31 bytes",
	 .note = "not digits alone, each once")},
	{.name = "command", .type = FIELD_CUSTOM, IN(variant, command), .required = true,
	 .help = "the program and its arguments", MORE(.kind = KNOB_WORDS,
	 .item_size = sizeof(char *), .max = 256)},
	{.name = "cpus", .type = FIELD_CPUS, IN(variant, cell.cpus.work), .special = "auto",
	 .fallback = "auto", .help = "where it runs; auto: on the work cores"},
	{.name = "env", .type = FIELD_CUSTOM, IN(variant, env), .parse = parse_env_name,
	 .help = "set in the command's environment, which is otherwise clean",
	 MORE(.kind = KNOB_PARAMS, .max = 64, .count_offset = offsetof(struct variant, env_count))},
	{.name = "cell", .type = FIELD_CUSTOM, IN(variant, cell),
	 .help = "limits of its cell; without, there are none",
	 MORE(.kind = KNOB_MAPPING, .rows = knob_limits)},
	{0},
};

const struct field knob_search[] = {
	{.name = "metric", .type = FIELD_CUSTOM, IN(search_spec, metric), .parse = parse_metric,
	 .fallback = SEARCH_METRIC, .help = "what is bound (docs/result.md has the names)",
	 MORE(.range = "a time: `NAME_seconds.PART`")},
	{.name = "bound", .type = FIELD_DURATION, IN(search_spec, bound_ns), .low = "1ns",
	 .high = "1h", .required = true, .help = "it holds where the metric is not above"},
	{.name = "from", .type = FIELD_RATE, IN(search_spec, from), .low = "0.001", .high = "10M",
	 .required = true, .help = "the first rate that is tried"},
	{.name = "to", .type = FIELD_RATE, IN(search_spec, to), .low = "0.001", .high = "10M",
	 .required = true, .help = "no higher rate is tried", MORE(.note = "above `search.from`")},
	{.name = "resolution", .type = FIELD_SHARE, IN(search_spec, resolution), .low = "1%",
	 .high = "100%", .fallback = "5%",
	 .help = "how far apart the highest rate that held and the lowest that broke may be"},
	{.name = "confirm", .type = FIELD_INT, IN(search_spec, confirm), .low = "1", .high = "100",
	 .fallback = "3", .help = "how many trials in a row a rate must hold"},
	{0},
};

static const struct field trials_rows[] = {
	{.name = "count", .type = FIELD_INT, IN(experiment, trials), .low = "1", .high = "10000",
	 .fallback = "3",
	 .help = "trials of each variant; 100000 at most in all; not where there is a `search`",
	 MORE(.when = KNOB_WITHOUT_SEARCH,
	 .refusal = "a search makes as many trials as it needs; take it out, and see "
		 "search.confirm")},
	{.name = "precision", .type = FIELD_SHARE, IN(experiment, precision), .low = "0.01%",
	 .high = "100%", .special = "none", .fallback = "none",
	 .help = "end before `count`, after the first block at which the intervals of all `compare` "
		 "metrics, against the first variant, are within so much to either side "
		 "(docs/statistics.md)",
	 MORE(.when = KNOB_WITHOUT_SEARCH,
	 .refusal = "a search has an end of its own: search.resolution")},
	{.name = "seed", .type = FIELD_COUNT, IN(experiment, seed), .low = "0",
	 .high = "9007199254740991", .fallback = "1",
	 .help = "what order and Poisson arrivals are drawn from",
	 MORE(.range = "count, 0 to 9007199254740991 (2^53 - 1)")},
	{.name = "retries", .type = FIELD_INT, IN(experiment, retries), .low = "0", .high = "1000",
	 .fallback = "3",
	 .help = "how many void trials may be run again, in all of the run; in a search: at each "
		 "rate of each variant"},
	{.name = "wrong_cores", .type = FIELD_CHOICE, IN(experiment, wrong_cores),
	 .choices = wrong_cores, .fallback = "void",
	 .help = "a trial whose workload ran on other cores than those of its role is void; allow: "
		 "its grade of `cpu` is C, and it counts"},
	{0},
};

static const struct field report_rows[] = {
	{.name = "metrics", .type = FIELD_CUSTOM, IN(experiment, metrics),
	 .help = "the columns of the first screen, instead of the usual ones (docs/result.md has the "
		 "names)",
	 MORE(.kind = KNOB_WORDS, .item_size = sizeof(char *), .max = 16,
	 .range = "a list of 1 to 16 names of metrics")},
	{.name = "heatmap", .type = FIELD_CUSTOM, IN(experiment, heatmap),
	 .parse = parse_record_name,
	 .help = "this histogram over time, of the first valid trial of each variant, as `show "
		 "--trial N --heatmap NAME` draws it",
	 MORE(.range = "the name of a record: letters, digits, `_` and `-`")},
	{0},
};

static const struct field finding_rows[] = {
	{.name = "claim", .type = FIELD_TEXT, IN(finding_spec, claim), .required = true,
	 .help = "what was published, or is commonly said"},
	{.name = "source", .type = FIELD_TEXT, IN(finding_spec, source), .help = "where"},
	{.name = "found", .type = FIELD_TEXT, IN(finding_spec, found), .required = true,
	 .help = "a sentence that carries the numbers measured", MORE(.range = "text with places")},
	{.name = "holds", .type = FIELD_TEXT, IN(finding_spec, holds), .required = true,
	 .help = "what must be true where the claim is confirmed", MORE(.range = "comparisons")},
	{0},
};

const struct field knob_experiment[] = {
	{.name = "experiment", .type = FIELD_CUSTOM, IN(experiment, name), .parse = parse_name,
	 .required = true, .help = "what the run is called in the store and in reports",
	 MORE(.range = "a name")},
	{.name = "about", .type = FIELD_TEXT, IN(experiment, about), .fallback = "",
	 .help = "the question that the experiment answers", MORE(.range = "any text",
	 .note = "at most 8192 bytes")},
	{.name = "load", .type = FIELD_CUSTOM, IN(experiment, load), MORE(.kind = KNOB_MAPPING,
	 .rows = load_rows),
	 .help = "how tasks arrive; may be left out only where all variants are plain commands"},
	{.name = "cell", .type = FIELD_CUSTOM, IN(experiment, cell), .fallback = "",
	 .help = "what each trial runs in", MORE(.kind = KNOB_MAPPING, .rows = knob_cell)},
	{.name = "variants", .type = FIELD_CUSTOM, IN(experiment, variants), .required = true,
	 .help = "what is compared", MORE(.kind = KNOB_LIST, .rows = variant_rows,
	 .item_size = sizeof(struct variant), .max = VARIANTS_MAX,
	 .count_offset = offsetof(struct experiment, variants_count))},
	{.name = "neighbours", .type = FIELD_CUSTOM, IN(experiment, neighbours),
	 .help = "commands that run beside each trial, each in a cell of its own; see "
		 "[below](#neighbours)", MORE(.kind = KNOB_LIST, .rows = neighbour_rows,
	 .item_size = sizeof(struct variant), .max = NEIGHBOURS_MAX,
	 .count_offset = offsetof(struct experiment, neighbours_count))},
	{.name = "search", .type = FIELD_CUSTOM, IN(experiment, search), MORE(.kind = KNOB_MAPPING,
	 .rows = knob_search),
	 .help = "the highest rate at which a bound holds is looked for, instead of all trials at "
		 "one rate; see [below](#searching-for-a-capacity)"},
	{.name = "trials", .type = FIELD_CUSTOM, .fallback = "", .help = "how often",
	 MORE(.kind = KNOB_MAPPING, .rows = trials_rows)},
	{.name = "compare", .type = FIELD_CUSTOM, IN(experiment, compare),
	 .help = "the metrics that the run decides, for `poolrig compare` (docs/statistics.md); all "
		 "others are exploratory",
	 MORE(.kind = KNOB_WORDS, .item_size = sizeof(char *), .max = 16,
	 .range = "a list of 1 to 16 names of metrics")},
	{.name = "report", .type = FIELD_CUSTOM, .help = "what is shown besides, or instead",
	 MORE(.kind = KNOB_MAPPING, .rows = report_rows)},
	{.name = "findings", .type = FIELD_CUSTOM, IN(experiment, findings),
	 .help = "what was published, and whether it is confirmed here; see [below](#findings)",
	 MORE(.kind = KNOB_LIST, .rows = finding_rows, .item_size = sizeof(struct finding_spec),
	 .max = 64, .count_offset = offsetof(struct experiment, findings_count))},
	{0},
};
/* clang-format on */

const struct knob_more *knob_more(const struct field *row)
{
	static const struct knob_more nothing;

	return row->more ? row->more : &nothing;
}

int knob_limit_of(const struct field *row)
{
	size_t first = offsetof(struct cell_spec, limits);

	if (row->offset < first || row->offset >= first + sizeof(((struct cell_spec *)0)->limits))
		return -1;
	return (int)((row->offset - first) / sizeof(union cell_limit));
}

static bool is_number(enum cg_knob knob)
{
	enum cg_knob_unit unit = cg_knob_row(knob)->unit;

	return unit == CG_UNIT_BYTES || unit == CG_UNIT_COUNT;
}

void cell_spec_init(struct cell_spec *cell)
{
	*cell = (struct cell_spec){.net = NETNS_PRIVATE};
	for (int k = 0; k < CG_KNOBS; k++)
		if (is_number((enum cg_knob)k))
			cell->limits[k].number = UNITS_MAX;
}

const char *cell_spec_limit(const struct cell_spec *cell, enum cg_knob knob,
			    char buf[static CELL_LIMIT_SIZE])
{
	const union cell_limit *limit = &cell->limits[knob];
	bool number = is_number(knob);

	/* No swap is a part of a memory limit: cgroup v1 does not have the one without the other.
	 */
	if (knob == CG_KNOB_SWAP_MAX && limit->number == 0 &&
	    cell->limits[CG_KNOB_MEMORY_MAX].number == UNITS_MAX)
		return NULL;
	if (number ? limit->number == UNITS_MAX : !limit->text || strcmp(limit->text, "max") == 0)
		return NULL;
	if (!number)
		return limit->text;
	snprintf(buf, CELL_LIMIT_SIZE, "%" PRIu64, limit->number);
	return buf;
}
