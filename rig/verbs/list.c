/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/own.h"
#include "rig/report/text/text.h"
#include "rig/store/store.h"
#include "rig/verbs/verb.h"

/* The only option: what is filled is a `const char *`. */
/* clang-format off */
static const struct field rows[] = {
	{.name = "store", .letter = 's', .type = FIELD_TEXT, .value = "PATH",
	 .fallback = STORE_DEFAULT_PATH, .help = "the store to read"},
	{0},
};
/* clang-format on */

static int run_verb(int argc, char **argv, struct error *err)
{
	const char *path = NULL;
	cleanup_free struct run_summary *runs = NULL;
	struct style style = style_of(stdout);
	struct store *store;
	int first = verb_options(&verb_list, argc, argv, &path, err);
	ssize_t count;

	if (first <= 0)
		return first;
	if (first < argc)
		return error_input(err,
				   "list: \"%s\": no argument is taken; `poolrig show %s` shows "
				   "one run",
				   argv[first], argv[first]);
	store = store_open_read(path, err);
	if (!store)
		return -1;
	count = store_list(store, &runs, err);
	store_close(store);
	if (count < 0)
		return -1;
	list_print(runs, (size_t)count, &style);
	return EXIT_DONE;
}

/* clang-format off */
const struct verb verb_list = {
	.options = {
		.name = "list",
		.arguments = "",
		.about =
		    "list the runs of a store\n"
		    "Those first that were stored last: id, experiment, start, valid trials of those planned, and "
		    "how the run ended.",
		.exit_codes = "0 done; 2 no such store",
		.rows = rows,
	},
	.run = run_verb,
};
/* clang-format on */
