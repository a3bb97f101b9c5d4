/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An experiment and its overrides: YAML up to the first NUL, then KEY=VALUE texts between NULs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/plan/experiment.h"
#include "rig/plan/plan.h"
#include "rig/plan/plan_json.h"
#include "rig/plan/read.h"
#include "rig/plan/schedule.h"
#include "tests/fuzz/fuzz.h"

#define OVERRIDES_MAX  8
#define CHEAP_ARRIVALS 20000 /* so that an input takes milliseconds */

static char *plan_of(const struct experiment *e)
{
	struct error err = ERROR_INIT;
	char *json = NULL;

	FUZZ_MUST_OF(plan_json_text(e->document, &json, &err) == 0, err.text);
	return json;
}

static void check_schedule(const struct experiment *e)
{
	struct error err = ERROR_INIT;
	cleanup_fd int fd = -1;

	if (!e->load_given || e->load.rate > CHEAP_ARRIVALS ||
	    e->load.burst.peak > CHEAP_ARRIVALS ||
	    e->load.warmup_ns + e->load.measure_ns > INT64_C(1000000000))
		return;
	fd = schedule_make(&e->load, e->seed, &err);
	FUZZ_MUST_OF(fd >= 0, err.text);
}

static void check_plan(const struct experiment *e)
{
	struct error err = ERROR_INIT;
	struct plan plan = {0};
	cpu_set_t online;

	FUZZ_MUST(e->variants_count >= 1 && e->variants_count <= VARIANTS_MAX);
	if (!e->search_given) {
		FUZZ_MUST_OF(plan_init(&plan, e->variants_count, e->trials, e->seed, &err) == 0,
			     err.text);
		FUZZ_MUST(plan.count == e->variants_count * (size_t)e->trials);
		FUZZ_MUST(plan.count <= TRIALS_MAX);
		plan_destroy(&plan);
	}
	CPU_ZERO(&online);
	CPU_SET(0, &online);
	CPU_SET(3, &online);
	if (experiment_check_host(e, &online, UINT64_C(1) << 33, &err) < 0)
		fuzz_error(&err);
}

/* What is stored of an experiment is the experiment: its text is taken again, without overrides,
 * and means the same. */
static void check_stored(const struct experiment *e)
{
	cleanup_free char *plan = plan_of(e), *of_text = NULL, *again = NULL;
	struct error err = ERROR_INIT;
	struct experiment other;
	const char *path = fuzz_file("again.yaml", e->yaml, strlen(e->yaml));

	FUZZ_MUST_OF(plan_json_of_yaml(e->yaml, "x", &of_text, &err) == 0, err.text);
	FUZZ_MUST_OF(strcmp(plan, of_text) == 0, e->yaml);
	FUZZ_MUST_OF(experiment_load(&other, path, NULL, 0, fuzz_dir(), &err) == 0, err.text);
	again = plan_of(&other);
	experiment_destroy(&other);
	FUZZ_MUST_OF(strcmp(plan, again) == 0, e->yaml);
}

static void make_programs(void)
{
	static const char *const names[] = {"poolbench", "gopool", "queuebench",
					    "gopool-published"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		fuzz_file(names[i], "#!/bin/sh\n", 10);
}

static void check(const char *path, const char *const *overrides, size_t count)
{
	struct error err = ERROR_INIT;
	struct experiment e;

	if (experiment_load(&e, path, overrides, count, fuzz_dir(), &err) == 0) {
		check_plan(&e);
		check_schedule(&e);
		check_stored(&e);
		experiment_destroy(&e);
		return;
	}
	fuzz_error(&err);
	FUZZ_MUST_OF(err.kind == ERROR_INPUT, err.text);
	FUZZ_MUST_OF(strncmp(err.text, path, strlen(path)) == 0 ||
			 strncmp(err.text, "--set", 5) == 0,
		     err.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_text(data, size);
	const char *overrides[OVERRIDES_MAX];
	size_t used = strlen(text), count = 0;
	static bool made;
	char path[512];

	if (!made)
		make_programs();
	made = true;
	snprintf(path, sizeof(path), "%s", fuzz_file("x.yaml", text, used));
	while (used < size && count < OVERRIDES_MAX) {
		overrides[count++] = text + used + 1;
		used += 1 + strlen(text + used + 1);
	}
	check(path, overrides, count);
	return 0;
}
