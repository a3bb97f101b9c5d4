/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/own.h"
#include "rig/verbs/verb.h"
#include "rig/report/sink.h"
#include "rig/report/table.h"
#include "rig/store/store.h"

struct list_options {
	const char *store;
};

static const struct option_row rows[] = {
    OPTION_STRING("store", 's', struct list_options, store, "PATH",
		  "the store to read; without it, " STORE_DEFAULT_PATH " in the current directory"),
    OPTION_END,
};

const struct option_verb verb_list_options = {
    .name = "list",
    .arguments = "",
    .about = "list the runs in a store\n"
	     "Newest first: id, experiment, start, trials that are ok of those planned, "
	     "and how the run ended.",
    .epilogue = "Exit codes: 0 done; 2 no such store.\n",
    .rows = rows,
};

int verb_list(int argc, char **argv, struct error *err)
{
	struct list_options options = {.store = STORE_DEFAULT_PATH};
	cleanup_free struct run_summary *runs = NULL;
	struct style style = style_of(stdout);
	struct store *store;
	int first = verb_options(&verb_list_options, argc, argv, false, &options, err);
	ssize_t count;

	if (first <= 0)
		return first;
	if (first < argc)
		return error_input(err,
				   "list: \"%s\": no argument is taken; `poolrig show %s` shows "
				   "one run",
				   argv[first], argv[first]);
	store = store_open_read(options.store, err);
	if (!store)
		return -1;
	count = store_list(store, &runs, err);
	store_close(store);
	if (count < 0)
		return -1;
	list_text_print(runs, (size_t)count, &style);
	return sink_flush(stdout, "standard output", err);
}
