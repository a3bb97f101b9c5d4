/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/verbs/verb.h"
#include "rig/report/artefact.h"
#include "rig/report/heatmap.h"
#include "rig/report/json.h"
#include "rig/report/sink.h"
#include "rig/report/table.h"
#include "rig/store/store.h"

struct show_options {
	const char *store;
	int trial; /* -1: not given */
	const char *heatmap;
	const char *artefact;
	bool json;
};

#define AT(member) .offset = offsetof(struct show_options, member)

/* clang-format off */
static const struct field rows[] = {
	{.name = "json", .type = FIELD_FLAG, AT(json),
	 .help = "print everything as JSON (docs/result.md is its contract)"},
	{.name = "trial", .letter = 't', .type = FIELD_INT, AT(trial),
	 .help = "show all that is known of the trial at position N of the plan, from 0"},
	{.name = "heatmap", .type = FIELD_TEXT, AT(heatmap), .value = "NAME",
	 .help = "with --trial: draw a histogram over time (start_latency, sojourn, gc_pause, ...); "
		 "an unknown NAME lists those that the trial has"},
	{.name = "artefact", .type = FIELD_TEXT, AT(artefact), .value = "NAME",
	 .help = "with --trial: write a file that its workload made (a profile, a trace) to "
		 "standard output"},
	{.name = "store", .letter = 's', .type = FIELD_TEXT, AT(store), .value = "PATH",
	 .fallback = STORE_DEFAULT_PATH, .help = "the store to read"},
	{0},
};
/* clang-format on */

static int print(struct store *store, const struct run_view *view,
		 const struct show_options *options, struct error *err)
{
	struct style style = style_of(stdout);
	struct report report = {0};
	int failed;

	if (options->artefact)
		return artefact_write(store, view, options->trial, options->artefact, stdout, err);
	if (options->heatmap)
		return heatmap_show(view, options->trial, options->heatmap, &style, err);
	if (report_init(&report, view, err) < 0)
		return -1;
	if (options->json)
		failed = report_json_print(&report, stdout, err);
	else if (options->trial >= 0)
		failed = trial_text_print(&report, options->trial, &style, err);
	else
		failed = table_print(&report, &style, err);
	report_destroy(&report);
	return failed;
}

static int show(const char *run, const struct show_options *options, struct error *err)
{
	struct store *store = store_open_read(options->store, err);
	struct run_view view = {0};
	int failed;

	if (!store)
		return -1;
	failed = store_load(store, run, &view, err);
	if (!failed)
		failed = print(store, &view, options, err);
	store_close(store);
	run_view_destroy(&view);
	return failed ? -1 : sink_flush(stdout, "standard output", err);
}

static int run_verb(int argc, char **argv, struct error *err)
{
	struct show_options options = {.trial = -1};
	int first = verb_options(&verb_show, argc, argv, &options, err);

	if (first <= 0)
		return first;
	if (argc - first != 1)
		return error_input(err,
				   "show: %s; write `poolrig show latest`, or an id that "
				   "`poolrig list` shows",
				   first < argc ? "more than one run is named" : "no run is named");
	if (options.json && options.trial >= 0)
		return error_input(err,
				   "show: --trial and --json exclude each other; the JSON "
				   "holds all trials: jq '.trials[] | select(.position == N)'");
	if (options.heatmap && options.trial < 0)
		return error_input(err,
				   "show: --heatmap \"%s\": of which trial? Add --trial N; its "
				   "histograms are not added to those of others",
				   options.heatmap);
	if (options.artefact && options.trial < 0)
		return error_input(err, "show: --artefact \"%s\": of which trial? Add --trial N",
				   options.artefact);
	if (options.artefact && options.heatmap)
		return error_input(err, "show: --artefact and --heatmap exclude each other");
	return show(argv[first], &options, err);
}

/* clang-format off */
const struct verb verb_show = {
	.options = {
		.name = "show",
		.arguments = "RUN",
		.about =
		    "show one run of a store\n"
		    "Its variants side by side, the interference, and the reasons for grades "
		    "below A. RUN is an id, the beginning of one, or \"latest\".",
		.examples =
		    "poolrig show latest\n"
		    "poolrig show latest --trial 3\n"
		    "poolrig show latest --trial 3 --heatmap start_latency\n"
		    "poolrig show latest --trial 3 --artefact heap.pprof > heap.pprof\n"
		    "poolrig show latest --json | jq "
		    "'.trials[].metrics.start_latency_seconds.p99'\n",
		.exit_codes = "0 done; 2 no such store, run or trial",
		.rows = rows,
	},
	.run = run_verb,
};
/* clang-format on */
