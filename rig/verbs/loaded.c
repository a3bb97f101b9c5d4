/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/verbs/loaded.h"

#include "rig/plan/plan_json.h"

int loaded_init(struct loaded *loaded, struct store *store, const char *which, struct error *err)
{
	struct run_view *view = &loaded->view;

	*loaded = (struct loaded){0};
	if (store_load(store, which, view, err) < 0)
		return -1;
	/* An old store has the experiment's text only. One that can't be read costs its part of
	 * what is shown, and no more. */
	if (!view->plan)
		plan_json_of_yaml(view->yaml, view->yaml_path, &view->plan, NULL);
	if (result_init(&loaded->result, view, err) == 0)
		return 0;
	run_view_destroy(view);
	return -1;
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
	run_view_destroy(&loaded->view);
}
