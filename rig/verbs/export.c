/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/outfile.h"
#include "rig/cell/person.h"
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
	 .fallback = "-", .help = "create or replace FILE; - is standard output"},
	{.name = "store", .letter = 's', .type = FIELD_TEXT, AT(store), .value = "PATH",
	 .fallback = STORE_DEFAULT_PATH, .help = "the store to read"},
	{0},
};
/* clang-format on */

static int print_csv(const struct loaded *loaded, const struct export_options *options, FILE *to,
		     struct error *err)
{
	if (!options->samples) {
		csv_trials(&loaded->result, to);
		return 0;
	}
	csv_samples_head(to);
	return store_each_sample(loaded->store, loaded->view->summary.id, csv_sample, to, err);
}

/* The output is looked at before the store is opened, and made when there is something to write. */
static int write_csv(const char *run, const struct export_options *options, struct outfile *file,
		     struct error *err)
{
	struct person person;
	struct loaded loaded;
	int ret;

	if (person_init(&person, err) < 0 ||
	    outfile_init(file, "--output", options->output, options->store, person.uid, person.gid,
			 err) < 0 ||
	    loaded_open(&loaded, options->store, run, err) < 0)
		return -1;
	ret = outfile_begin(file, err);
	if (ret == 0)
		ret = print_csv(&loaded, options, file->to, err);
	if (ret == 0)
		ret = outfile_end(file, err);
	loaded_destroy(&loaded);
	return ret;
}

static int run_verb(int argc, char **argv, struct error *err)
{
	struct export_options options = {0};
	int first = verb_options(&verb_export, argc, argv, &options, err);
	struct outfile file = OUTFILE_INIT;
	int ret;

	if (first <= 0)
		return first;
	if (argc - first != 1)
		return error_input(err,
				   "export: %s; write `poolrig export latest --csv`, or an id "
				   "that `poolrig list` shows",
				   first < argc ? "more than one run is named" : "no run is named");
	if (!options.csv)
		return error_input(err, "export: no form is named; add --csv");
	ret = write_csv(argv[first], &options, &file, err);
	outfile_destroy(&file);
	return ret;
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
