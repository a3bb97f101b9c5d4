/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the kernel, as another kernel may write them. Each parser takes the whole text. */
#include <stdlib.h>
#include <string.h>

#include "base/cpulist.h"
#include "base/own.h"
#include "cgroups/controller.h"
#include "cgroups/counter_files.h"
#include "cgroups/parse.h"
#include "cgroups/value.h"
#include "rig/probe/cpu_noise.h"
#include "rig/probe/foreign.h"
#include "tests/fuzz/fuzz.h"

static void check_counters(const char *text)
{
	const struct cg_file_row *rows;
	size_t count = cg_file_rows(&rows);

	for (size_t i = 0; i < count; i++) {
		struct cg_reading reading = {0};

		cg_file_parse(&rows[i], text, &reading);
		for (int c = 0; c < CG_COUNTERS; c++)
			FUZZ_MUST_OF(!(reading.known >> c & 1) || reading.value[c] >= 0,
				     rows[i].name);
	}
}

static void check_limits(const char *text)
{
	int64_t numbers[8];
	int count = cg_parse_numbers(text, numbers, 8);
	char list[256];

	FUZZ_MUST(count >= -1 && count <= 8);
	for (int i = 0; i < count; i++)
		FUZZ_MUST(numbers[i] >= 0);
	for (int i = 0; i < CG_KNOBS; i++) {
		const struct cg_knob_row *row = cg_knob_row((enum cg_knob)i);
		struct cg_value value = {0};
		char again[CPULIST_SIZE];

		if (cg_value_read(row, text, &value) == 0)
			cg_value_text(row, &value, again);
	}
	cg_controllers_text(cg_controllers_parse(text), list, sizeof(list));
}

static void check_proc(char *text)
{
	struct foreign_task task = {0};
	static struct noise_rows rows;
	uint64_t ticks = 0;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	CPU_SET(3, &cpus);
	cpu_noise_parse_steal(text, &cpus, &ticks);
	if (foreign_parse_stat(text, &task))
		FUZZ_MUST(task.tid > 0 && strlen(task.comm) < sizeof(task.comm));
	rows = (struct noise_rows){0};
	cpu_noise_parse_rows(text, &cpus, &rows); /* changes the text: the last one */
	FUZZ_MUST(rows.count >= 0 && rows.count <= NOISE_ROWS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_text(data, size);

	check_counters(text);
	check_limits(text);
	check_proc(text);
	return 0;
}
