/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/plan_json.h"

#include <errno.h>
#include <string.h>

#include "rig/knob/knob.h"
#include "rig/plan/read.h"

static json_t *mapping_json(const struct document *doc, const struct field *rows, int id);

/* An item of a list: a mapping of rows, or a text (rows NULL). */
static json_t *list_json(const struct document *doc, const struct field *rows, int id)
{
	const yaml_node_t *node = document_node(doc, id);
	size_t count = node && node->type == YAML_SEQUENCE_NODE ? document_count(node) : 0;
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		int item = document_at(doc, id, i, NULL);

		json_array_append_new(list, rows ? mapping_json(doc, rows, item)
						 : json_string(document_scalar(doc, item)));
	}
	return list;
}

static json_t *params_json(const struct document *doc, int id)
{
	const yaml_node_t *node = document_node(doc, id);
	size_t count = node && node->type == YAML_MAPPING_NODE ? document_count(node) : 0;
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++) {
		int key, value = document_at(doc, id, i, &key);

		json_object_set_new(object, document_scalar(doc, key),
				    json_string(document_scalar(doc, value)));
	}
	return object;
}

/* NULL: neither given nor a default. */
static json_t *row_json(const struct document *doc, const struct field *row, int id)
{
	const struct knob_more *more = knob_more(row);

	if (more->kind == KNOB_PARAMS)
		return params_json(doc, id);
	if (!id && !row->fallback)
		return NULL;
	switch (more->kind) {
	case KNOB_MAPPING:
		return mapping_json(doc, more->rows, id);
	case KNOB_LIST:
	case KNOB_WORDS:
		return list_json(doc, more->rows, id);
	default:
		return json_string(id ? document_scalar(doc, id) : row->fallback);
	}
}

static json_t *mapping_json(const struct document *doc, const struct field *rows, int id)
{
	json_t *object = json_object();

	for (const struct field *row = rows; row->type != FIELD_END; row++)
		if (read_applies(doc, row, id))
			json_object_set_new(
			    object, row->name,
			    row_json(doc, row, document_child(doc, id, row->name, NULL)));
	return object;
}

json_t *plan_json(const struct document *doc)
{
	return mapping_json(doc, knob_experiment, DOCUMENT_ROOT);
}

int plan_json_text(const struct document *doc, char **json, struct error *err)
{
	json_t *plan = plan_json(doc);

	*json = json_dumps(plan, JSON_COMPACT);
	json_decref(plan);
	return *json ? 0 : error_host(err, ENOMEM, "%s: the resolved plan", doc->path);
}

int plan_json_of_yaml(const char *yaml, const char *path, char **json, struct error *err)
{
	struct document doc;
	int rc;

	if (document_init(&doc, path, yaml, strlen(yaml), err) < 0)
		return -1;
	rc = plan_json_text(&doc, json, err);
	document_destroy(&doc);
	return rc;
}
