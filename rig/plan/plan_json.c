/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/plan_json.h"

#include <errno.h>
#include <string.h>

#include "rig/knob/knob.h"
#include "rig/plan/read.h"

static json_t *mapping_json(const struct document *doc, const struct field *rows, int id);

/* A list of mappings of its rows, or of texts; or the texts of params. */
static json_t *children_json(const struct document *doc, const struct knob_more *more, int id)
{
	const yaml_node_t *node = document_node(doc, id);
	bool params = more->kind == KNOB_PARAMS;
	yaml_node_type_t type = params ? YAML_MAPPING_NODE : YAML_SEQUENCE_NODE;
	json_t *all = params ? json_object() : json_array();

	for (size_t i = 0; i < document_count(node) && node->type == type; i++) {
		int key, child = document_at(doc, id, i, &key);
		json_t *value = more->rows ? mapping_json(doc, more->rows, child)
					   : json_string(document_scalar(doc, child));

		if (params)
			json_object_set_new(all, document_scalar(doc, key), value);
		else
			json_array_append_new(all, value);
	}
	return all;
}

/* NULL: neither given nor a default. */
static json_t *row_json(const struct document *doc, const struct field *row, int id)
{
	const struct knob_more *more = knob_more(row);

	if (!id && !row->fallback)
		return NULL;
	if (more->kind == KNOB_VALUE)
		return json_string(id ? document_scalar(doc, id) : row->fallback);
	return more->kind == KNOB_MAPPING ? mapping_json(doc, more->rows, id)
					  : children_json(doc, more, id);
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
