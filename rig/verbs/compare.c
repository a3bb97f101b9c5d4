/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare: the variants of a run against one of them, with intervals and verdicts. */
#include <string.h>

#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/result/compared.h"
#include "rig/verbs/loaded.h"
#include "rig/verbs/verb.h"

#define METRICS_MAX 16

struct compare_options {
	const char *store, *baseline, *metrics;
	double margin, level;
	bool mixed_grades, json, markdown;
};

#define AT(member) .offset = offsetof(struct compare_options, member)

/* clang-format off */
static const struct field rows[] = {
	{.name = "baseline", .letter = 'b', .type = FIELD_TEXT, AT(baseline), .value = "VARIANT",
	 .help = "hold the others against this one, and not against the first of the experiment"},
	{.name = "metrics", .letter = 'm', .type = FIELD_TEXT, AT(metrics), .value = "LIST",
	 .help = "decide on these metrics: names or labels, separated by commas; by default those "
		 "that the experiment declares under `compare`, or else those of the first screen, "
		 "as exploratory ones"},
	{.name = "margin", .type = FIELD_SHARE, AT(margin), .low = "0%", .high = "100%",
	 .fallback = "0%",
	 .help = "differences up to this share do not matter: an interval within it is equivalent"},
	{.name = "level", .type = FIELD_SHARE, AT(level), .low = "50%", .high = "99.99%",
	 .fallback = "95%", .help = "the confidence of intervals and verdicts"},
	{.name = "mixed-grades", .type = FIELD_FLAG, AT(mixed_grades),
	 .help = "compare trials of different grades, too"},
	{.name = "json", .type = FIELD_FLAG, AT(json),
	 .help = "print everything as JSON (docs/result.md is its contract)"},
	{.name = "markdown", .type = FIELD_FLAG, AT(markdown), .help = "print a Markdown table"},
	{.name = "store", .letter = 's', .type = FIELD_TEXT, AT(store), .value = "PATH",
	 .fallback = STORE_DEFAULT_PATH, .help = "the store to read"},
	{0},
};
/* clang-format on */

static int print(const struct compared *compared, const struct compare_options *options,
		 struct error *err)
{
	struct style style = style_of(stdout);

	if (options->json)
		return json_print_value(json_compared(compared), JSON_INDENT(2), stdout, err);
	if (options->markdown)
		markdown_compare(compared, stdout);
	else
		compare_print(compared, &style);
	return 0;
}

static int compare(const struct result *result, const struct compare_options *options,
		   struct error *err)
{
	const char *names[METRICS_MAX];
	char list[1024];
	struct compared_wish wish = {.baseline = options->baseline,
				     .metrics = names,
				     .level = options->level,
				     .margin = options->margin,
				     .mixed_grades = options->mixed_grades};
	struct compared compared;
	int failed;

	snprintf(list, sizeof(list), "%s", options->metrics ? options->metrics : "");
	for (char *at = NULL, *name = strtok_r(list, ",", &at); name;
	     name = strtok_r(NULL, ",", &at)) {
		if (wish.metrics_count == METRICS_MAX)
			return error_input(err, "--metrics: more than %d", METRICS_MAX);
		names[wish.metrics_count++] = name;
	}
	failed = compared_init(&compared, result, &wish, err);
	if (!failed)
		failed = print(&compared, options, err);
	compared_destroy(&compared);
	return failed;
}

static int run_verb(int argc, char **argv, struct error *err)
{
	struct compare_options options = {0};
	int first = verb_options(&verb_compare, argc, argv, &options, err);
	struct loaded loaded;
	int failed;

	if (first <= 0)
		return first;
	if (argc - first > 1)
		return error_input(err, "compare: more than one run is named");
	if (options.json && options.markdown)
		return error_input(err, "compare: --json and --markdown exclude each other");
	failed = loaded_open(&loaded, options.store, first < argc ? argv[first] : "latest", err);
	if (!failed && compare(&loaded.result, &options, err) < 0)
		failed = error_wrap(err, "compare");
	loaded_destroy(&loaded);
	return failed ? -1 : EXIT_DONE;
}

/* clang-format off */
const struct verb verb_compare = {
	.options = {
		.name = "compare",
		.arguments = "[RUN]",
		.about =
		    "compare the variants of a run, with intervals and verdicts\n"
		    "For each metric and variant: the ratio to the baseline, from pairs of trials "
		    "of one block, with its interval, and the verdict: better, worse, equivalent "
		    "(within the margin) or inconclusive, and how many further blocks would decide "
		    "then. Fewer than 6 blocks decide nothing at 95%. Blocks whose trials have "
		    "different grades are left out. RUN is an id, the beginning of one, or "
		    "\"latest\", which is the default. docs/statistics.md has the methods.",
		.examples =
		    "poolrig compare latest\n"
		    "poolrig compare latest --baseline fixed --margin 2%\n"
		    "poolrig compare latest --metrics 'start latency P99,memory_peak_bytes'\n"
		    "poolrig compare latest --json | jq '.comparisons[].verdict'\n",
		.exit_codes = "0 done; 2 no such store, run, variant or metric",
		.rows = rows,
	},
	.run = run_verb,
};
/* clang-format on */
