/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>

#include "base/own.h"
#include "base/units.h"
#include "rig/verbs/verb.h"
#include "rig/report/artefact.h"
#include "rig/report/heatmap.h"
#include "rig/report/json.h"
#include "rig/report/sink.h"
#include "rig/report/table.h"
#include "rig/store/store.h"

struct show_options {
	const char *store;
	const char *trial; /* as text, so that 0 is told from not given */
	const char *heatmap;
	const char *artefact;
	bool json;
};

static const struct option_row rows[] = {
    OPTION_FLAG("json", 0, struct show_options, json,
		"print everything as JSON (docs/result.md is its contract)"),
    OPTION_STRING("trial", 't', struct show_options, trial, "N",
		  "show all that is known of the trial at position N of the plan (from 0)"),
    OPTION_STRING(
	"heatmap", 0, struct show_options, heatmap, "NAME",
	"with --trial: draw a histogram of it over time (start_latency, sojourn, gc_pause, "
	"...); a NAME that it does not have lists those that it has"),
    OPTION_STRING("artefact", 0, struct show_options, artefact, "NAME",
		  "with --trial: write a file that its workload made (a profile, a trace) to "
		  "standard output"),
    OPTION_STRING("store", 's', struct show_options, store, "PATH",
		  "the store to read; without it, " STORE_DEFAULT_PATH " in the current directory"),
    OPTION_END,
};

const struct option_verb verb_show_options = {
    .name = "show",
    .arguments = "RUN",
    .about = "show one run of a store\n"
	     "Its variants side by side, what disturbed them, and why the grades are not "
	     "A. RUN is an id, the beginning of one, or \"latest\".",
    .epilogue = "Examples:\n"
		"  poolrig show latest\n"
		"  poolrig show latest --trial 3\n"
		"  poolrig show latest --trial 3 --heatmap start_latency\n"
		"  poolrig show latest --trial 3 --artefact heap.pprof > heap.pprof\n"
		"  poolrig show latest --json | jq '.trials[].metrics.start_latency_seconds.p99'\n"
		"\n"
		"Exit codes: 0 done; 2 no such store, run or trial.\n",
    .rows = rows,
};

static int trial_position(const char *text, int *position, struct error *err)
{
	uint64_t count = 0;

	if (units_count(text, &count, err) < 0)
		return error_wrap(err, "show: --trial");
	if (count > INT_MAX)
		return error_input(err, "show: --trial \"%s\": no run has so many", text);
	*position = (int)count;
	return 0;
}

static int print(struct store *store, const struct run_view *view,
		 const struct show_options *options, int position, struct error *err)
{
	struct style style = style_of(stdout);
	struct report report = {0};
	int failed;

	if (options->artefact)
		return artefact_write(store, view, position, options->artefact, stdout, err);
	if (options->heatmap)
		return heatmap_show(view, position, options->heatmap, &style, err);
	if (report_init(&report, view, err) < 0)
		return -1;
	if (options->json)
		failed = report_json_print(&report, stdout, err);
	else if (options->trial)
		failed = trial_text_print(&report, position, &style, err);
	else
		failed = table_print(&report, &style, err);
	report_destroy(&report);
	return failed;
}

static int show(const char *run, const struct show_options *options, int position,
		struct error *err)
{
	struct store *store = store_open_read(options->store, err);
	struct run_view view = {0};
	int failed;

	if (!store)
		return -1;
	failed = store_load(store, run, &view, err);
	if (!failed)
		failed = print(store, &view, options, position, err);
	store_close(store);
	run_view_destroy(&view);
	return failed ? -1 : sink_flush(stdout, "standard output", err);
}

int verb_show(int argc, char **argv, struct error *err)
{
	struct show_options options = {.store = STORE_DEFAULT_PATH};
	int position = 0;
	int first = verb_options(&verb_show_options, argc, argv, false, &options, err);

	if (first <= 0)
		return first;
	if (argc - first != 1)
		return error_input(err,
				   "show: %s; write `poolrig show latest`, or an id that "
				   "`poolrig list` shows",
				   first < argc ? "more than one run is named" : "no run is named");
	if (options.json && options.trial)
		return error_input(err,
				   "show: --trial and --json exclude each other; the JSON "
				   "holds all trials: jq '.trials[] | select(.position == N)'");
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
	if (options.trial && trial_position(options.trial, &position, err) < 0)
		return -1;
	return show(argv[first], &options, position, err);
}
