/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/definition.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/clock.h"
#include "base/units.h"
#include "rig/report/json_text.h"

#define WARMUP_DEFAULT_NS (2 * NS_PER_S) /* of load.warmup (docs/experiment.md) */

#define DEPTH_MAX 64
#define NODES_MAX 100000

/* A conversion under way. Aliases may repeat a node exponentially often, so what comes out is
 * counted. */
struct conversion {
	yaml_document_t document;
	int nodes;
};

static json_t *convert(struct conversion *c, int index, int depth);

static json_t *convert_sequence(struct conversion *c, const yaml_node_t *node, int depth)
{
	json_t *array = json_array();

	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++) {
		if (json_array_append_new(array, convert(c, *item, depth + 1)) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *convert_mapping(struct conversion *c, const yaml_node_t *node, int depth)
{
	json_t *object = json_object();

	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		json_t *key = convert(c, pair->key, depth + 1);
		const char *text = json_string_value(key);
		int failed = !text || json_object_set_new(object, text,
							  convert(c, pair->value, depth + 1)) < 0;

		json_decref(key);
		if (failed) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *convert(struct conversion *c, int index, int depth)
{
	const yaml_node_t *node = yaml_document_get_node(&c->document, index);

	if (!node || depth > DEPTH_MAX || ++c->nodes > NODES_MAX)
		return NULL;
	switch (node->type) {
	case YAML_SCALAR_NODE:
		return json_text((const char *)node->data.scalar.value);
	case YAML_SEQUENCE_NODE:
		return convert_sequence(c, node, depth);
	case YAML_MAPPING_NODE:
		return convert_mapping(c, node, depth);
	default:
		return NULL;
	}
}

json_t *definition_parse(const char *yaml)
{
	struct conversion c = {.nodes = 0};
	yaml_parser_t parser;
	json_t *json = NULL;

	if (!yaml_parser_initialize(&parser))
		return NULL;
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, strlen(yaml));
	if (yaml_parser_load(&parser, &c.document)) {
		if (yaml_document_get_root_node(&c.document))
			json = convert(&c, 1, 0); /* nodes are counted from 1, the root first */
		yaml_document_delete(&c.document);
	}
	yaml_parser_delete(&parser);
	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

const char *definition_text(const json_t *definition, const char *outer, const char *inner)
{
	return json_string_value(json_object_get(json_object_get(definition, outer), inner));
}

int64_t definition_warmup(const json_t *definition)
{
	const char *text = definition_text(definition, "load", "warmup");
	int64_t ns = 0;

	if (!text)
		return json_object_get(definition, "load") ? WARMUP_DEFAULT_NS : 0;
	return units_duration(text, &ns, NULL) == 0 ? ns : 0;
}

json_t *definition_variant(const json_t *definition, const char *name)
{
	json_t *variants = json_object_get(definition, "variants");
	json_t *variant;
	size_t i;

	if (json_is_object(variants))
		return json_object_get(variants, name);
	json_array_foreach(variants, i, variant)
	{
		const char *its = json_string_value(json_object_get(variant, "name"));

		if (its && strcmp(its, name) == 0)
			return variant;
	}
	return NULL;
}

const char *definition_variant_name(const json_t *definition, size_t i)
{
	json_t *variants = json_object_get(definition, "variants");
	void *at = json_object_iter(variants);

	if (json_is_array(variants))
		return json_string_value(json_object_get(json_array_get(variants, i), "name"));
	while (at && i--)
		at = json_object_iter_next(variants, at);
	return at ? json_object_iter_key(at) : NULL;
}
