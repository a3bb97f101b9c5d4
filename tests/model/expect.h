/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a test demands of an exploration. Include cmocka.h before. */
#ifndef POOLRIG_TESTS_MODEL_EXPECT_H
#define POOLRIG_TESTS_MODEL_EXPECT_H

#include <inttypes.h>
#include <stdio.h>

#include "tests/model/model.h"

/* No execution fails. Returns the outcomes that were seen, a bit each. */
static inline uint64_t expect_pass(const struct model *model)
{
	static struct model_report report;

	model_explore(model, &report);
	print_message("%" PRIu64 " executions, %" PRIu64 " states\n", report.executions,
		      report.states);
	if (report.verdict)
		printf("found: %s\n", report.text); /* cmocka would cut it */
	assert_int_equal(report.verdict, MODEL_PASSED);
	return report.outcomes;
}

#endif
