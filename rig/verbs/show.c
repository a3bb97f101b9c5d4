/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/result/result.h"
#include "rig/result/tails.h"
#include "rig/verbs/loaded.h"
#include "rig/verbs/verb.h"

struct show_options {
	const char *store;
	int trial; /* 0: not given */
	const char *heatmap;
	const char *artefact;
	const char *metrics;
	const char *tail;
	bool json, all;
};

#define AT(member) .offset = offsetof(struct show_options, member)

/* clang-format off */
static const struct field rows[] = {
	{.name = "all", .letter = 'a', .type = FIELD_FLAG, AT(all),
	 .help = "show all metrics, interference, reasons for grades, findings and heat maps"},
	{.name = "metrics", .letter = 'm', .type = FIELD_TEXT, AT(metrics), .value = "LIST",
	 .help = "show these metrics on the first screen: names or labels, separated by commas"},
	{.name = "json", .type = FIELD_FLAG, AT(json),
	 .help = "print everything as JSON (docs/result.md is its contract)"},
	{.name = "trial", .letter = 't', .type = FIELD_INT, AT(trial), .low = "1",
	 .help = "show all that is known of trial N, counted from 1 as in the progress of a run"},
	{.name = "heatmap", .type = FIELD_TEXT, AT(heatmap), .value = "NAME",
	 .help = "with --trial: draw a histogram over time (start_latency, sojourn, gc_pause, ...); "
		 "an unknown NAME lists those that the trial has"},
	{.name = "tail", .type = FIELD_TEXT, AT(tail), .value = "NAME",
	 .help = "show P99, P99.9 and P99.99 of a histogram (start_latency, sojourn, ...) over all "
		 "valid trials of each variant, with intervals, and the tail that they follow; "
		 "with --json as JSON"},
	{.name = "artefact", .type = FIELD_TEXT, AT(artefact), .value = "NAME",
	 .help = "with --trial: write a file that its workload made (a profile, a trace) to "
		 "standard output"},
	{.name = "store", .letter = 's', .type = FIELD_TEXT, AT(store), .value = "PATH",
	 .fallback = STORE_DEFAULT_PATH, .help = "the store to read"},
	{0},
};
/* clang-format on */

static int print_screen(const struct result *result, char *metrics, const struct style *style,
			struct error *err)
{
	const char *names[RESULT_COLUMNS_MAX];
	size_t count = 0;

	for (char *at = NULL, *name = strtok_r(metrics, ",", &at); name;
	     name = strtok_r(NULL, ",", &at)) {
		if (count == RESULT_COLUMNS_MAX)
			return error_input(err, "show: --metrics: more than %d; --all has all",
					   RESULT_COLUMNS_MAX);
		names[count] = result_metric(result, name, err);
		if (!names[count++])
			return error_wrap(err, "show: --metrics");
	}
	return screen_print(result, names, count, style, err);
}

static int print_tails(const struct result *result, const struct show_options *options,
		       const struct style *style, struct error *err)
{
	struct tails tails;
	int failed = tails_init(&tails, result, options->tail, err);

	if (failed)
		error_wrap(err, "show: --tail");
	else if (options->json)
		failed = json_print_value(json_tails(&tails), JSON_INDENT(2), stdout, err);
	else
		tails_print(&tails, style);
	tails_destroy(&tails);
	return failed;
}

static int print(const struct loaded *loaded, const struct show_options *options, struct error *err)
{
	const struct result *result = &loaded->result;
	const struct run_view *view = loaded->view;
	struct style style = style_of(stdout);
	char metrics[1024];

	if (options->artefact)
		return artefact_write(loaded->store, view, options->trial, options->artefact,
				      stdout, err);
	if (options->tail)
		return print_tails(result, options, &style, err);
	if (options->heatmap && options->json)
		return json_print_value(json_heatmaps(view, options->trial, options->heatmap, err),
					JSON_INDENT(2), stdout, err);
	if (options->heatmap)
		return heatmap_of_trial(view, options->trial, options->heatmap, &style, err);
	if (options->json)
		return json_print(result, stdout, err);
	if (options->trial)
		return trial_print(result, options->trial, &style, err);
	if (options->all)
		return table_print(result, &style, err);
	snprintf(metrics, sizeof(metrics), "%s", options->metrics ? options->metrics : "");
	return print_screen(result, metrics, &style, err);
}

static int run_verb(int argc, char **argv, struct error *err)
{
	struct show_options options = {0};
	int first = verb_options(&verb_show, argc, argv, &options, err);
	struct loaded loaded;
	int failed;

	if (first <= 0)
		return first;
	if (argc - first != 1)
		return error_input(err,
				   "show: %s; write `poolrig show latest`, or an id that "
				   "`poolrig list` shows",
				   first < argc ? "more than one run is named" : "no run is named");
	if (options.tail && (options.trial || options.heatmap || options.artefact))
		return error_input(err, "show: --tail is of all valid trials: --trial, --heatmap "
					"and --artefact exclude it");
	if (options.json && options.trial && !options.heatmap)
		return error_input(err, "show: --trial and --json exclude each other; the JSON "
					"holds all trials: jq '.trials[] | select(.trial == N)'");
	if (options.heatmap && !options.trial)
		return error_input(err,
				   "show: --heatmap \"%s\": of which trial? Add --trial N; its "
				   "histograms are not added to those of others",
				   options.heatmap);
	if (options.artefact && !options.trial)
		return error_input(err, "show: --artefact \"%s\": of which trial? Add --trial N",
				   options.artefact);
	if (options.artefact && options.heatmap)
		return error_input(err, "show: --artefact and --heatmap exclude each other");
	failed = loaded_open(&loaded, options.store, argv[first], err);
	if (!failed)
		failed = print(&loaded, &options, err);
	loaded_destroy(&loaded);
	return failed ? -1 : EXIT_DONE;
}

/* clang-format off */
const struct verb verb_show = {
	.options = {
		.name = "show",
		.arguments = "RUN",
		.about =
		    "show one run of a store\n"
		    "First, on one screen: what was loaded, in which cells, on what host; for each "
		    "variant the metrics that decide, the best of each marked; interference and "
		    "grades. RUN is an id, the beginning of one, or \"latest\", the one stored last.",
		.examples =
		    "poolrig show latest\n"
		    "poolrig show latest --all\n"
		    "poolrig show latest --metrics 'peak RSS,sojourn_seconds.p90'\n"
		    "poolrig show latest --tail start_latency\n"
		    "poolrig show latest --trial 3\n"
		    "poolrig show latest --trial 3 --heatmap start_latency\n"
		    "poolrig show latest --trial 3 --artefact heap.pprof > heap.pprof\n"
		    "poolrig show latest --json | jq "
		    "'.trials[].metrics.start_latency_seconds.p99'\n",
		.exit_codes = "0 done; 2 no such store, run, trial, metric or histogram",
		.rows = rows,
	},
	.run = run_verb,
};
/* clang-format on */
