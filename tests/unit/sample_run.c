/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/sample_run.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hdr.h"
#include "base/own.h"

const char sample_yaml[] =
    "experiment: pools\n"
    "about: three pools under one load\n"
    "load: {arrivals: poisson, rate: 10k, service: 50us, warmup: 1s, "
    "measure: 2s}\n"
    "cell: {memory: 64M}\n"
    "variants:\n"
    "  - {name: naive, command: [poolbench], params: {kind: naive}}\n"
    "  - {name: fixed, command: [poolbench], params: {kind: fixed, size: 8}}\n"
    "  - {name: elastic, command: [poolbench], params: {kind: elastic}}\n"
    "trials: {count: 3, seed: 7}\n"
    "findings:\n"
    "  - claim: without a limit a pool takes more memory than with one (2480 against 890 MB)\n"
    "    source: https://example.com/pools|go\n"
    "    found: >-\n"
    "      naive took {naive.peak_rss_bytes} and fixed {fixed.peak_rss_bytes},\n"
    "      {naive.peak_rss_bytes/fixed.peak_rss_bytes} times as much\n"
    "    holds: naive.peak_rss_bytes > 2 * fixed.peak_rss_bytes\n"
    "  - claim: a fixed pool refuses no more tasks than an elastic one\n"
    "    found: \"fixed refused {fixed.rejected} of {fixed.offered}, elastic {elastic.rejected}\"\n"
    "    holds: fixed.rejected <= elastic.rejected and elastic.rejected < 100\n"
    "  - claim: an elastic pool allocates nothing\n"
    "    found: \"{elastic.allocator_calls_per_task} calls a task\"\n"
    "    holds: elastic.allocator_calls_per_task == 0\n";

const char sample_plan[] =
    "{\"experiment\":\"pools\",\"about\":\"three pools under one load\",\"load\":{\"mode"
    "\":\"in-process\",\"arrivals\":\"poisson\",\"rate\":\"10k\",\"service\":\"50us\",\"w"
    "armup\":\"1s\",\"measure\":\"2s\",\"lateness\":\"1ms\",\"startup\":\"1m\",\"drain\":"
    "\"1m\"},\"cell\":{\"cpus\":{\"work\":\"auto\",\"load\":\"auto\",\"housekeeping\":\"a"
    "uto\"},\"memory\":\"64M\",\"memory_high\":\"max\",\"swap\":\"0\","
    "\"pids\":\"max\",\"cpu_max\":\"max\",\"net\":\"private\"},\"var"
    "iants\":[{\"name\":\"naive\",\"command\":[\"poolbench\"],\"protocol\":\"yes\",\"para"
    "ms\":{\"kind\":\"naive\"}},{\"name\":\"fixed\",\"command\":[\"poolbench\"],\"protoco"
    "l\":\"yes\",\"params\":{\"kind\":\"fixed\",\"size\":\"8\"}},{\"name\":\"elastic\",\""
    "command\":[\"poolbench\"],\"protocol\":\"yes\",\"params\":{\"kind\":\"elastic\"}}],"
    "\"trials\":{\"count\":\"3\",\"precision\":\"none\",\"seed\":\"7\",\"retries\":\"3\",\"wrong_"
    "cores\":\"void\"},\"findings\":[{\"claim"
    "\":\"without a limit a pool takes more memory than with one (2480 against 890 MB)\","
    "\"source\":\"https://example.com/pools|go\",\"found\":\"naive took {naive.peak_rss_b"
    "ytes} and fixed {fixed.peak_rss_bytes}, {naive.peak_rss_bytes/fixed.peak_rss_bytes} "
    "times as much\",\"holds\":\"naive.peak_rss_bytes > 2 * fixed.peak_rss_bytes\"},{\"cl"
    "aim\":\"a fixed pool refuses no more tasks than an elastic one\",\"found\":\"fixed r"
    "efused {fixed.rejected} of {fixed.offered}, elastic {elastic.rejected}\",\"holds\":"
    "\"fixed.rejected <= elastic.rejected and elastic.rejected < 100\"},{\"claim\":\"an e"
    "lastic pool allocates nothing\",\"found\":\"{elastic.allocator_calls_per_task} calls"
    " a task\",\"holds\":\"elastic.allocator_calls_per_task == 0\"}]}";

const struct sample_size sample_small = {.seconds = 3, .samples = 4};
const struct sample_size sample_real = {.seconds = 17, .samples = 150};

#define START_NS INT64_C(5000000000000)

void sample_run_record(struct run_record *run, int n)
{
	static const struct host_fact facts[] = {
	    {"kernel", "6.18.0"},           {"cpu_model", "Example CPU @ 3.00GHz"},
	    {"cgroup_mode", "hybrid"},      {"cpus", "2"},
	    {"memory_bytes", "8589934592"}, {"version.libcgroup", "2.0.2"},
	    {"version.poolrig", "0.1.0"},
	};

	*run =
	    (struct run_record){.experiment = "pools",
				.yaml = sample_yaml,
				.yaml_path = "experiments/pools.yaml",
				.plan = sample_plan,
				.seed = 7,
				.planned = 9,
				.started_unix_ns = INT64_C(1795501800) * NS_PER_S + n * NS_PER_S};
	snprintf(run->id, sizeof(run->id), "20261124-06300%d-00000%d", n % 10, n % 10);
	run->host.count = ARRAY_SIZE(facts);
	memcpy(run->host.facts, facts, sizeof(facts));
}

/* Numbers that look like chance and are the same each time (Numerical Recipes' LCG). */
static double chance(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (double)(*state >> 8) / 0x1p24;
}

/* One second of latencies, spread over three decades as real ones are. */
static int histogram(struct trial_record *r, const char *name, int second, double base,
		     uint32_t *state, struct error *err)
{
	struct workload_record w = {
	    .known = true, .from_ns = second * NS_PER_S, .to_ns = (second + 1) * NS_PER_S};
	struct hdr h;
	int failed;

	snprintf(w.name, sizeof(w.name), "%s", name);
	snprintf(w.kind, sizeof(w.kind), "histogram");
	snprintf(w.unit, sizeof(w.unit), "ns");
	if (hdr_init(&h, 1, 60 * NS_PER_S, 3, err) < 0)
		return -1;
	for (int i = 0; i < 10000; i++) {
		double x = chance(state);

		hdr_record(&h, (int64_t)(base * (1 + x / (1.0005 - x))));
	}
	failed = hdr_encode(&h, &w.hdr, err);
	hdr_destroy(&h);
	return failed ? failed : trial_workload_record(r, &w, err);
}

static int add_records(struct trial_record *r, double scale, int seconds, struct error *err)
{
	static const struct {
		const char *name;
		double base;
	} parts[] = {{"start_latency", 4000},
		     {"sojourn", 55000},
		     {"generator_lateness", 900},
		     {"queue_wait", 2500}};
	uint32_t state = (uint32_t)r->position + 1;

	for (int s = 0; s < seconds; s++)
		for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
			if (histogram(r, parts[i].name, s, parts[i].base * scale, &state, err) < 0)
				return -1;
	return 0;
}

static int add_samples(struct trial_record *r, int count, struct error *err)
{
	for (int i = 0; i < count; i++) {
		struct trial_sample s = {.late_ns = 21000 + 37 * i};

		s.reading.at_ns = START_NS + i * 100 * NS_PER_MS + s.late_ns;
		s.reading.known = (UINT64_C(1) << CG_COUNTERS) - 1;
		/* As on a host without memory.high. */
		s.reading.known &= ~(UINT64_C(1) << CG_MEMORY_EVENT_HIGH);
		for (int c = 0; c < CG_COUNTERS; c++)
			s.reading.value[c] = c <= CG_CPU_SYSTEM_NS ? INT64_C(90000000) * (i + 1)
					     : c <= CG_MEMORY_SWAP_BYTES ? 12345344 + 4096 * i
									 : i / 10;
		if (trial_sample(r, &s, err) < 0)
			return -1;
	}
	return 0;
}

static int add_metrics(struct trial_record *r, double scale, struct error *err)
{
	const double p = r->position;
	const struct {
		const char *name;
		double value;
	} known[] = {
	    {"offered", 20000},
	    {"completed", 20000 - p},
	    {"rejected", p},
	    {"throughput_tasks_per_second", 10000 - p / 2},
	    {"peak_rss_bytes", 9437184 * scale + 4096 * p},
	    {"memory_peak_bytes", 11534336 * scale + 4096 * p},
	    {"allocator_bytes_per_task", 0},
	    {"cpu_seconds", 1.25 * scale + p / 100},
	    {"context_switches", 41000 * scale + 17 * p},
	    {"psi.cpu.some_seconds", 0.125 * scale},
	    {"psi.memory.some_seconds", 0},
	    {"psi.memory.full_seconds", 0},
	    {"memory_events.oom_kill", 0},
	    {"workers_peak", 8 * scale},
	    {"wall_seconds", 3.25},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (trial_metric(r, known[i].name, known[i].value, err) < 0)
			return -1;
	if (trial_metric_unknown(r, "allocator_calls_per_task", err,
				 "the workload's allocator is not counted") < 0)
		return -1;
	return trial_metric_unknown(r, "psi.io.some_seconds", err,
				    "this kernel has no io.pressure in a cgroup without %s",
				    "the io controller");
}

static int add_lines(struct trial_record *r, struct error *err)
{
	static const struct {
		const char *dimension;
		char level;
		const char *asked, *granted, *reason;
	} grades[] = {
	    {"cpu", 'B', "cores 1", "cores 1", ""},
	    {"memory", 'A', "64 MiB, no swap", "64 MiB, no swap", ""},
	    {"network", 'A', "private", "private", ""},
	    {"observation", '-', "eBPF probes", "none", "this kernel has no BTF"},
	};

	/* A terminal must not see the escape sequence, and JSON not the byte that is no UTF-8. */
	const char log[] = "\033[31mwarm-up\033[0m, \"done\" \xff\n";

	for (size_t i = 0; i < ARRAY_SIZE(grades); i++) {
		struct grade_line line = {.level = grades[i].level,
					  .asked = strdup(grades[i].asked),
					  .granted = strdup(grades[i].granted)};

		snprintf(line.dimension, sizeof(line.dimension), "%s", grades[i].dimension);
		snprintf(line.reason, sizeof(line.reason), "%s", grades[i].reason);
		if (line.level == 'B')
			snprintf(line.reason, sizeof(line.reason),
				 "the load core is the housekeeping core; %d ms of foreign tasks "
				 "on core 1",
				 r->position);
		if (trial_grade(r, &line, err) < 0)
			return -1;
	}
	if (trial_interference(r, "steal", "seconds", 0.002 * r->position, err,
			       "the hypervisor took it from core 1") < 0 ||
	    trial_interference(r, "throttled", "seconds", 0, err, "%s", "") < 0 ||
	    trial_interference_unknown(r, "interrupts", "count", err,
				       "/proc/interrupts names no queue of core 1") < 0)
		return -1;
	if (trial_event(r, 1500 * NS_PER_MS, "work", "psi.cpu", err,
			"cpu some above 50 ms in 500 ms") < 0 ||
	    trial_event(r, -NS_PER_MS, "work", "exit", err, "a helper, \"warm\", ended: 0") < 0)
		return -1;
	return trial_log(r, "stderr", log, strlen(log), strlen(log) + 1000, 1000, err);
}

int sample_trial(struct trial_record *r, const char *variant, int position, double scale,
		 struct sample_size size, struct error *err)
{
	trial_record_init(r);
	r->position = position;
	r->block = position / 3;
	snprintf(r->variant, sizeof(r->variant), "%s", variant);
	r->started_unix_ns = INT64_C(1795501800) * NS_PER_S + position * 20 * NS_PER_S;
	r->start_ns = START_NS;
	r->wall_ns = size.seconds * NS_PER_S + 250 * NS_PER_MS;
	if (add_metrics(r, scale, err) < 0 || add_lines(r, err) < 0 ||
	    add_samples(r, size.samples, err) < 0)
		return -1;
	return add_records(r, scale, size.seconds, err);
}

static int store_one(struct store *store, const char *run, const char *variant, int position,
		     int attempt, enum trial_outcome outcome, struct error *err)
{
	double scale = variant[0] == 'n' ? 40 : variant[0] == 'f' ? 3 : 1;
	struct trial_record r;
	int failed = sample_trial(&r, variant, position, scale, sample_small, err);

	r.attempt = attempt;
	r.outcome = outcome;
	if (outcome == TRIAL_VOID)
		snprintf(r.reason, sizeof(r.reason),
			 "the generator was late: P99.9 3.20 ms, allowed 1.00 ms");
	if (outcome == TRIAL_WORKLOAD_FAILED)
		snprintf(r.reason, sizeof(r.reason),
			 "killed by signal 9: the cell's memory limit of 64 MiB was reached");
	failed =
	    failed || store_trial_begin(store, run, err) < 0 || store_trial_end(store, &r, err) < 0;
	trial_record_destroy(&r);
	return failed ? -1 : 0;
}

int sample_run_store(struct store *store, int n, bool interrupted, struct error *err)
{
	static const struct {
		const char *variant;
		int position, attempt;
		enum trial_outcome outcome;
	} plan[] = {
	    {"fixed", 0, 0, TRIAL_OK},
	    {"naive", 1, 0, TRIAL_OK},
	    {"elastic", 2, 0, TRIAL_OK},
	    {"elastic", 3, 0, TRIAL_OK},
	    {"fixed", 4, 0, TRIAL_VOID},
	    {"fixed", 4, 1, TRIAL_OK},
	    {"naive", 5, 0, TRIAL_WORKLOAD_FAILED},
	    {"fixed", 6, 0, TRIAL_OK},
	    {"elastic", 7, 0, TRIAL_OK},
	};
	struct run_record run;

	sample_run_record(&run, n);
	if (store_run_begin(store, &run, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(plan); i++)
		if (store_one(store, run.id, plan[i].variant, plan[i].position, plan[i].attempt,
			      plan[i].outcome, err) < 0)
			return -1;
	if (interrupted)
		return 0;
	return store_run_end(store, run.id, run.started_unix_ns + 300 * NS_PER_S, 4, err);
}
