/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/override.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "rig/plan/schema.h"

enum { SEGMENT_SIZE = 128 };

/* One override on its way down the tree. */
struct step {
	struct document *doc;
	int number;       /* of the override, from 1 */
	const char *text; /* KEY=VALUE */
	const char *rest; /* of KEY, from the segment that is looked at */
	size_t rest_len;
	const cyaml_schema_value_t *schema; /* of the node that is looked at; NULL: free */
	int id;                             /* that node: a mapping or sequence */
	struct error *err;
};

static int refuse(const struct step *s, const char *why)
{
	char quoted[DOCUMENT_QUOTE_SIZE];

	return error_input(s->err, "--set %s: %s", document_quote(s->text, quoted), why);
}

static int no_memory(const struct step *s)
{
	return error_host(s->err, ENOMEM, "%s: cannot be changed", s->doc->path);
}

/* Where the id of a child stands in its parent; NULL: no such child. Valid until a node is added.
 */
static int *slot_of(const struct step *s, const char *key)
{
	yaml_node_t *node = document_node(s->doc, s->id);
	int index;

	if (node->type == YAML_SEQUENCE_NODE) {
		index = document_item(s->doc, s->id, key);
		return index < 0 ? NULL : &node->data.sequence.items.start[index];
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++)
		if (strcmp(document_scalar(s->doc, pair->key), key) == 0)
			return &pair->value;
	return NULL;
}

static int copy_pairs(struct step *s, int from, int to)
{
	yaml_node_t *node = document_node(s->doc, from);

	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++)
		if (!yaml_document_append_mapping_pair(&s->doc->yaml, to, pair->key, pair->value))
			return no_memory(s);
	return to;
}

static int copy_items(struct step *s, int from, int to)
{
	yaml_node_t *node = document_node(s->doc, from);

	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++)
		if (!yaml_document_append_sequence_item(&s->doc->yaml, to, *item))
			return no_memory(s);
	return to;
}

/* A container that several aliases share must change at this one place only: put a copy of it
 * there. Returns the id of the copy, or -1. */
static int own_child(struct step *s, const char *key)
{
	int from = *slot_of(s, key), to, line;
	yaml_node_t *node = document_node(s->doc, from);
	yaml_mark_t start = node->start_mark;
	bool mapping = node->type == YAML_MAPPING_NODE;

	line = document_line(s->doc, from);
	if (mapping)
		to = yaml_document_add_mapping(&s->doc->yaml, NULL, node->data.mapping.style);
	else
		to = yaml_document_add_sequence(&s->doc->yaml, NULL, node->data.sequence.style);
	if (!to)
		return no_memory(s);
	if ((mapping ? copy_pairs(s, from, to) : copy_items(s, from, to)) < 0)
		return -1;
	document_node(s->doc, to)->start_mark = start;
	if (line < 0 && document_set_origin(s->doc, to, -line, s->err) < 0)
		return -1;
	*slot_of(s, key) = to;
	return to;
}

/* Add `key: value` to the mapping, both as coming from this override. Returns value, or -1. */
static int add_pair(struct step *s, const char *key, int value)
{
	int key_id = yaml_document_add_scalar(&s->doc->yaml, NULL, (const yaml_char_t *)key,
					      (int)strlen(key), YAML_ANY_SCALAR_STYLE);

	if (!value || !key_id ||
	    !yaml_document_append_mapping_pair(&s->doc->yaml, s->id, key_id, value))
		return no_memory(s);
	if (document_set_origin(s->doc, key_id, s->number, s->err) < 0 ||
	    document_set_origin(s->doc, value, s->number, s->err) < 0)
		return -1;
	return value;
}

/* Words for what stands in the way, with what could have stood there. */
static int unknown_segment(const struct step *s, const char *key)
{
	const yaml_node_t *node = document_node(s->doc, s->id);
	char why[512] = "", known[256] = "", quoted[DOCUMENT_QUOTE_SIZE];

	document_quote(key, quoted);
	if (node->type == YAML_SEQUENCE_NODE)
		snprintf(
		    why, sizeof(why),
		    "no \"%s\" in this list; name an item by its number (0 to %td) or its name",
		    quoted, node->data.sequence.items.top - node->data.sequence.items.start - 1);
	else
		snprintf(why, sizeof(why), "unknown key \"%s\";%s", quoted,
			 schema_known(s->schema, key, known, sizeof(known)));
	return refuse(s, why);
}

/* The schema of what stands below a key; *known tells "free" from "no such key". */
static const cyaml_schema_value_t *schema_below(const struct step *s, const char *key, bool *known)
{
	const cyaml_schema_field_t *field;

	*known = true;
	if (!s->schema)
		return NULL;
	if (s->schema->type == CYAML_SEQUENCE)
		return s->schema->sequence.entry;
	field = s->schema->type == CYAML_MAPPING ? schema_field(s->schema, key) : NULL;
	*known = field != NULL;
	return field && field->value.type != CYAML_IGNORE ? &field->value : NULL;
}

static bool is_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-')
			return false;
	return true;
}

/* Take the next segment off the path. */
static int next_segment(struct step *s, char key[SEGMENT_SIZE], bool *last)
{
	const char *dot = memchr(s->rest, '.', s->rest_len);
	size_t len = dot ? (size_t)(dot - s->rest) : s->rest_len;

	*last = !dot;
	if (!len || len >= SEGMENT_SIZE || !is_word(s->rest, len))
		return refuse(s,
			      "not a path; write KEY as in load.rate=1000: keys with dots between "
			      "them");
	memcpy(key, s->rest, len);
	key[len] = '\0';
	s->rest += len + !*last;
	s->rest_len -= len + !*last;
	return 0;
}

/* Go down into the mapping or list of a key, making the mapping where it is not there. */
static int descend(struct step *s, const char *key, const cyaml_schema_value_t *below)
{
	const int *slot = slot_of(s, key);
	const yaml_node_t *child = slot ? document_node(s->doc, *slot) : NULL;
	const yaml_node_t *node = document_node(s->doc, s->id);
	int id;

	if (child && child->type == YAML_SCALAR_NODE)
		return refuse(s,
			      "the path goes on below a single value; leave out what is after it");
	if (child)
		id = own_child(s, key);
	else if (node->type != YAML_MAPPING_NODE)
		return unknown_segment(s, key);
	else if (below && below->type != CYAML_MAPPING)
		return refuse(s, "there is no such list in the file; write it there");
	else
		id = add_pair(
		    s, key,
		    yaml_document_add_mapping(&s->doc->yaml, NULL, YAML_BLOCK_MAPPING_STYLE));
	if (id < 0)
		return -1;
	s->id = id;
	s->schema = below;
	return 0;
}

/* Put the value at the last segment. */
static int put(struct step *s, const char *key, const char *value,
	       const cyaml_schema_value_t *below)
{
	const int *slot = slot_of(s, key);
	const yaml_node_t *child = slot ? document_node(s->doc, *slot) : NULL;
	int id;

	if ((child && child->type != YAML_SCALAR_NODE) || (below && below->type != CYAML_STRING))
		return refuse(s, "a list or mapping; only a single value can be set: go on with a "
				 "dot and a key in it");
	if (!child && document_node(s->doc, s->id)->type != YAML_MAPPING_NODE)
		return unknown_segment(s, key);
	if (strlen(value) > SCHEMA_TEXT_MAX)
		return refuse(s, "the value is too long");
	id = yaml_document_add_scalar(&s->doc->yaml, NULL, (const yaml_char_t *)value,
				      (int)strlen(value), YAML_ANY_SCALAR_STYLE);
	if (!id)
		return refuse(s, "the value is not UTF-8");
	if (!child)
		return add_pair(s, key, id) < 0 ? -1 : 0;
	*slot_of(s, key) = id;
	return document_set_origin(s->doc, id, s->number, s->err);
}

static int apply_one(struct step *s)
{
	const char *equals = strchr(s->text, '=');
	char key[SEGMENT_SIZE];
	bool last = false, known;

	if (!equals)
		return refuse(s, "no \"=\"; write it as KEY=VALUE, as in load.rate=1000");
	s->rest = s->text;
	s->rest_len = (size_t)(equals - s->text);
	while (!last) {
		const cyaml_schema_value_t *below;

		if (next_segment(s, key, &last) < 0)
			return -1;
		below = schema_below(s, key, &known);
		if (!known && s->schema->type == CYAML_MAPPING)
			return unknown_segment(s, key);
		if ((last ? put(s, key, equals + 1, below) : descend(s, key, below)) < 0)
			return -1;
	}
	return 0;
}

int override_apply(struct document *doc, const char *const *overrides, size_t count,
		   struct error *err)
{
	doc->overrides = overrides;
	for (size_t i = 0; i < count; i++) {
		struct step s = {
		    .doc = doc,
		    .number = (int)i + 1,
		    .text = overrides[i],
		    .schema = &schema_experiment,
		    .id = DOCUMENT_ROOT,
		    .err = err,
		};

		if (document_node(doc, DOCUMENT_ROOT)->type != YAML_MAPPING_NODE)
			return schema_explain(doc, err);
		if (apply_one(&s) < 0)
			return -1;
	}
	return 0;
}
