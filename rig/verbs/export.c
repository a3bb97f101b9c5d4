/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "base/own.h"
#include "rig/verbs/verb.h"
#include "rig/report/csv.h"
#include "rig/report/sink.h"
#include "rig/store/store.h"

struct export_options {
	const char *store, *output;
	bool csv, samples;
};

static const struct option_row rows[] = {
    OPTION_FLAG("csv", 0, struct export_options, csv, "as CSV, the only form there is so far"),
    OPTION_FLAG("samples", 0, struct export_options, samples,
		"a row a sample and a column a counter, instead of a row a trial and a column a "
		"metric"),
    OPTION_STRING("output", 'o', struct export_options, output, "FILE",
		  "write to FILE, which is made or replaced; without it, to standard output"),
    OPTION_STRING("store", 's', struct export_options, store, "PATH",
		  "the store to read; without it, " STORE_DEFAULT_PATH " in the current directory"),
    OPTION_END,
};

const struct option_verb verb_export_options = {
    .name = "export",
    .arguments = "RUN",
    .about = "write one run as CSV\n"
	     "For a spreadsheet or a statistics program. RUN is an id, the beginning of "
	     "one, or \"latest\".",
    .epilogue = "Examples:\n"
		"  poolrig export latest --csv --output trials.csv\n"
		"  poolrig export latest --csv --samples --output samples.csv\n"
		"\n"
		"Exit codes: 0 done; 2 no such store or run; 3 the output could not be written.\n",
    .rows = rows,
};

static int write_trials(const struct run_view *view, FILE *to, struct error *err)
{
	struct report report = {0};
	int failed;

	if (report_init(&report, view, err) < 0)
		return -1;
	failed = csv_trials(&report, to, err);
	report_destroy(&report);
	return failed;
}

static int write_csv(struct store *store, const struct run_view *view,
		     const struct export_options *options, struct error *err)
{
	cleanup_file FILE *file = NULL;
	FILE *to = stdout;
	int failed;

	if (options->output) {
		file = fopen(options->output, "we");
		if (!file)
			return error_set(err, ERROR_INPUT, errno,
					 "export: --output %s: cannot write", options->output);
		to = file;
	}
	failed = options->samples ? csv_samples(store, view->summary.id, to, err)
				  : write_trials(view, to, err);
	if (failed)
		return -1;
	return sink_flush(to, options->output ? options->output : "standard output", err);
}

static int export_run(const char *run, const struct export_options *options, struct error *err)
{
	struct store *store = store_open_read(options->store, err);
	struct run_view view = {0};
	int failed;

	if (!store)
		return -1;
	failed = store_load(store, run, &view, err);
	if (!failed)
		failed = write_csv(store, &view, options, err);
	store_close(store);
	run_view_destroy(&view);
	return failed;
}

int verb_export(int argc, char **argv, struct error *err)
{
	struct export_options options = {.store = STORE_DEFAULT_PATH};
	int first = verb_options(&verb_export_options, argc, argv, false, &options, err);

	if (first <= 0)
		return first;
	if (argc - first != 1)
		return error_input(err,
				   "export: %s; write `poolrig export latest --csv`, or an id "
				   "that `poolrig list` shows",
				   first < argc ? "more than one run is named" : "no run is named");
	if (!options.csv)
		return error_input(err, "export: no form is named; add --csv");
	return export_run(argv[first], &options, err);
}
