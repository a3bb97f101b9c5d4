/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "base/own.h"
#include "rig/report/csv.h"
#include "rig/verbs/loaded.h"
#include "rig/verbs/verb.h"

struct export_options {
	const char *store, *output;
	bool csv, samples;
};

#define AT(member) .offset = offsetof(struct export_options, member)

/* clang-format off */
static const struct field rows[] = {
	{.name = "csv", .type = FIELD_FLAG, AT(csv), .help = "write CSV, the only format so far"},
	{.name = "samples", .type = FIELD_FLAG, AT(samples),
	 .help = "write a row a sample and a column a counter, instead of a row a trial and a "
		 "column a metric"},
	{.name = "output", .letter = 'o', .type = FIELD_TEXT, AT(output), .value = "FILE",
	 .help = "create or replace FILE instead of writing to standard output"},
	{.name = "store", .letter = 's', .type = FIELD_TEXT, AT(store), .value = "PATH",
	 .fallback = STORE_DEFAULT_PATH, .help = "the store to read"},
	{0},
};
/* clang-format on */

static int write_csv(const struct loaded *loaded, const struct export_options *options,
		     struct error *err)
{
	cleanup_file FILE *file = NULL;
	FILE *to = stdout;
	int failed = 0;

	if (options->output) {
		file = fopen(options->output, "we");
		if (!file)
			return error_set(err, ERROR_INPUT, errno,
					 "export: --output %s: cannot write", options->output);
		to = file;
	}
	if (options->samples) {
		csv_samples_head(to);
		failed =
		    store_each_sample(loaded->store, loaded->view.summary.id, csv_sample, to, err);
	} else {
		csv_trials(&loaded->result, to);
	}
	if (failed)
		return -1;
	return verb_flush(to, options->output ? options->output : "standard output", err);
}

static int run_verb(int argc, char **argv, struct error *err)
{
	struct export_options options = {0};
	int first = verb_options(&verb_export, argc, argv, &options, err);
	struct loaded loaded;
	int failed;

	if (first <= 0)
		return first;
	if (argc - first != 1)
		return error_input(err,
				   "export: %s; write `poolrig export latest --csv`, or an id "
				   "that `poolrig list` shows",
				   first < argc ? "more than one run is named" : "no run is named");
	if (!options.csv)
		return error_input(err, "export: no form is named; add --csv");
	failed = loaded_open(&loaded, options.store, argv[first], err);
	if (!failed)
		failed = write_csv(&loaded, &options, err);
	loaded_destroy(&loaded);
	return failed;
}

/* clang-format off */
const struct verb verb_export = {
	.options = {
		.name = "export",
		.arguments = "RUN",
		.about =
		    "write one run as CSV\n"
		    "For a spreadsheet or a statistics program. RUN is an id, the beginning of "
		    "one, or \"latest\".",
		.examples =
		    "poolrig export latest --csv --output trials.csv\n"
		    "poolrig export latest --csv --samples --output samples.csv\n",
		.exit_codes =
		    "0 done; 2 no such store or run; 3 the output could not be written",
		.rows = rows,
	},
	.run = run_verb,
};
/* clang-format on */
