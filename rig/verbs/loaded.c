/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/verbs/loaded.h"

#include <errno.h>
#include <stdlib.h>

#include "base/own.h"
#include "rig/plan/plan_json.h"

int loaded_init(struct loaded *loaded, struct store *store, const char *which, struct error *err)
{
	cleanup_free struct run_view *view = calloc(1, sizeof(*view));

	*loaded = (struct loaded){0};
	if (!view)
		return error_host(err, ENOMEM, "run %s: no memory to read it", which);
	if (store_load(store, which, view, err) < 0)
		return -1;
	/* An old store has the experiment's text only. One that can't be read costs its part of
	 * what is shown, and no more. */
	if (!view->plan)
		plan_json_of_yaml(view->yaml, view->yaml_path, &view->plan, NULL);
	if (result_init(&loaded->result, view, err) < 0) {
		run_view_destroy(view);
		return -1;
	}
	loaded->view = steal_ptr(&view);
	return 0;
}

int loaded_open(struct loaded *loaded, const char *path, const char *which, struct error *err)
{
	struct store *store = store_open_read(path, err);

	*loaded = (struct loaded){0};
	if (!store || loaded_init(loaded, store, which, err) < 0) {
		store_close(store);
		return -1;
	}
	loaded->store = store;
	return 0;
}

void loaded_destroy(struct loaded *loaded)
{
	store_close(loaded->store);
	result_destroy(&loaded->result);
	if (loaded->view)
		run_view_destroy(loaded->view);
	own_free(&loaded->view);
}
