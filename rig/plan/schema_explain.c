/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libcyaml says that a text does not fit the schema, but not where. Here the document, which knows
 * its lines, is held against the same tables until the place is found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/closest.h"
#include "rig/plan/schema.h"

enum { PATH_SIZE = 384, FIELDS_MAX = 16 };

static int explain(const struct document *doc, const cyaml_schema_value_t *schema, int id, int at,
		   const char *path, struct error *err);

const cyaml_schema_field_t *schema_field(const cyaml_schema_value_t *mapping, const char *key)
{
	for (const cyaml_schema_field_t *field = mapping->mapping.fields; field->key; field++)
		if (strcmp(field->key, key) == 0)
			return field;
	return NULL;
}

const char *schema_known(const cyaml_schema_value_t *mapping, const char *key, char *buf,
			 size_t size)
{
	const char *known[FIELDS_MAX];
	size_t count = 0, used = 0;

	/* insertion into a short list; equals stay in the order of the table */
	for (const cyaml_schema_field_t *field = mapping->mapping.fields;
	     field->key && count < FIELDS_MAX; field++) {
		size_t at = count++;

		while (at > 0 &&
		       closest_distance(known[at - 1], key) > closest_distance(field->key, key)) {
			known[at] = known[at - 1];
			at--;
		}
		known[at] = field->key;
	}
	if (count && closest_is_near(known[0], key))
		used = (size_t)snprintf(buf, size, " did you mean \"%s\"?", known[0]);
	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 i ? ", " : " known here: ", known[i]);
	return buf;
}

/* "load.rate" of "load" and "rate"; the root's path is empty. */
static const char *join(const char *path, const char *key, char buf[PATH_SIZE])
{
	char quoted[DOCUMENT_QUOTE_SIZE];

	snprintf(buf, PATH_SIZE, "%s%s%s", path, *path ? "." : "", document_quote(key, quoted));
	return buf;
}

static int unknown_key(const struct document *doc, const cyaml_schema_value_t *schema, int key_id,
		       const char *key, const char *path, struct error *err)
{
	char known[256] = "";

	if (strcmp(key, "<<") == 0)
		return document_error(doc, key_id, err,
				      "%s: merge keys are not taken; write the keys out, or use an "
				      "alias for the whole value",
				      path);
	return document_error(doc, key_id, err, "%s: unknown key;%s", path,
			      schema_known(schema, key, known, sizeof(known)));
}

static int explain_mapping(const struct document *doc, const cyaml_schema_value_t *schema, int id,
			   int at, const char *path, struct error *err)
{
	const yaml_node_t *node = document_node(doc, id);
	char inner[PATH_SIZE];

	if (node->type != YAML_MAPPING_NODE)
		return document_error(
		    doc, at, err, "%s%smust be a mapping (KEY: VALUE, a line each), not %s", path,
		    *path ? ": " : "",
		    node->type == YAML_SEQUENCE_NODE ? "a list" : "a single value");
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const char *key = document_scalar(doc, pair->key);
		const cyaml_schema_field_t *field = schema_field(schema, key);

		join(path, key, inner);
		if (!field)
			return unknown_key(doc, schema, pair->key, key, inner, err);
		if (explain(doc, &field->value, pair->value, pair->key, inner, err) < 0)
			return -1;
	}
	for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++)
		if (!(field->value.flags & CYAML_FLAG_OPTIONAL) &&
		    !document_child(doc, id, field->key, NULL))
			return document_error(doc, at, err,
					      "%s%sthe key \"%s\" is missing; docs/experiment.md "
					      "says what it is",
					      path, *path ? ": " : "", field->key);
	return 0;
}

static int explain_sequence(const struct document *doc, const cyaml_schema_value_t *schema, int id,
			    int at, const char *path, struct error *err)
{
	const yaml_node_t *node = document_node(doc, id);
	char inner[PATH_SIZE], number[24];
	size_t count;

	if (node->type != YAML_SEQUENCE_NODE)
		return document_error(
		    doc, at, err,
		    "%s: must be a list, not %s; write it as [A, B], or a line "
		    "that begins with \"- \" for each",
		    path, node->type == YAML_MAPPING_NODE ? "a mapping" : "a single value");
	count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (count < schema->sequence.min || count > schema->sequence.max)
		return document_error(doc, at, err, "%s: %zu in this list; there may be %u to %u",
				      path, count, schema->sequence.min, schema->sequence.max);
	for (size_t i = 0; i < count; i++) {
		int item = document_node(doc, id)->data.sequence.items.start[i];

		snprintf(number, sizeof(number), "%zu", i);
		if (explain(doc, schema->sequence.entry, item, item, join(path, number, inner),
			    err) < 0)
			return -1;
	}
	return 0;
}

static int explain_scalar(const struct document *doc, const cyaml_schema_value_t *schema, int id,
			  int at, const char *path, struct error *err)
{
	const char *text = document_scalar(doc, id);

	if (!text)
		return document_error(doc, at, err,
				      "%s: must be a single value, not a list or "
				      "mapping",
				      path);
	if (strlen(text) > schema->string.max)
		return document_error(doc, id, err, "%s: %zu bytes long; at most %u are taken",
				      path, strlen(text), schema->string.max);
	return 0;
}

/* `at` is the node that an error about the whole value points to: its key, where it has one. */
static int explain(const struct document *doc, const cyaml_schema_value_t *schema, int id, int at,
		   const char *path, struct error *err)
{
	switch (schema->type) {
	case CYAML_MAPPING:
		return explain_mapping(doc, schema, id, at, path, err);
	case CYAML_SEQUENCE:
		return explain_sequence(doc, schema, id, at, path, err);
	case CYAML_STRING:
		return explain_scalar(doc, schema, id, at, path, err);
	default:
		return 0; /* ignored by the schema: whoever reads it checks it */
	}
}

int schema_explain(const struct document *doc, struct error *err)
{
	return explain(doc, &schema_experiment, DOCUMENT_ROOT, DOCUMENT_ROOT, "", err);
}
