/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "rig/plan/read.h"

enum { SEGMENT_SIZE = 128 };

/* One override on its way down the tree. */
struct step {
	struct document *doc;
	int number;       /* of the override, from 1 */
	const char *text; /* KEY=VALUE */
	const char *rest; /* of KEY, from the segment that is looked at */
	size_t rest_len;
	struct knob_more at; /* of the node that is looked at: no KNOB_VALUE */
	int id;              /* that node: a mapping or sequence */
	struct error *err;
};

static int refuse(const struct step *s, const char *why)
{
	char quoted[TEXT_QUOTE_SIZE];

	return error_input(s->err, "--set %s: %s", text_quote(s->text, quoted), why);
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
	int index = document_index(s->doc, s->id, key);

	if (index < 0)
		return NULL;
	return node->type == YAML_SEQUENCE_NODE ? &node->data.sequence.items.start[index]
						: &node->data.mapping.pairs.start[index].value;
}

static int copy_children(struct step *s, int from, int to)
{
	yaml_document_t *yaml = &s->doc->yaml;

	for (size_t i = 0; i < document_count(document_node(s->doc, from)); i++) {
		int key, value = document_at(s->doc, from, i, &key);

		if (!(document_node(s->doc, from)->type == YAML_MAPPING_NODE
			  ? yaml_document_append_mapping_pair(yaml, to, key, value)
			  : yaml_document_append_sequence_item(yaml, to, value)))
			return no_memory(s);
	}
	return 0;
}

/* A container that several aliases share must change at this one place only: put a copy of it
 * there. Returns the id of the copy, or -1. */
static int own_child(struct step *s, const char *key)
{
	int from = *slot_of(s, key), to, line = document_line(s->doc, from);
	yaml_node_t *node = document_node(s->doc, from);
	yaml_mark_t start = node->start_mark;

	if (node->type == YAML_MAPPING_NODE)
		to = yaml_document_add_mapping(&s->doc->yaml, NULL, node->data.mapping.style);
	else
		to = yaml_document_add_sequence(&s->doc->yaml, NULL, node->data.sequence.style);
	if (!to)
		return no_memory(s);
	if (copy_children(s, from, to) < 0)
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

static int no_such_item(const struct step *s, const char *key)
{
	char why[256], quoted[TEXT_QUOTE_SIZE];

	snprintf(why, sizeof(why),
		 "no \"%s\" in this list; name an item by its number (0 to %zu) or its name",
		 text_quote(key, quoted), document_count(document_node(s->doc, s->id)) - 1);
	return refuse(s, why);
}

static int unknown_key(const struct step *s, const char *key)
{
	char why[1024], known[512], quoted[TEXT_QUOTE_SIZE];

	snprintf(why, sizeof(why), "unknown key \"%s\";%s", text_quote(key, quoted),
		 field_known(s->at.rows, key, known, sizeof(known)));
	return refuse(s, why);
}

/* Take the next segment off the path. */
static int next_segment(struct step *s, char key[SEGMENT_SIZE], bool *last)
{
	const char *dot = memchr(s->rest, '.', s->rest_len);
	size_t len = dot ? (size_t)(dot - s->rest) : s->rest_len;

	*last = !dot;
	if (!len || len >= SEGMENT_SIZE || !document_is_word(s->rest, len))
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
static int descend(struct step *s, const char *key, const struct knob_more *below)
{
	const int *slot = slot_of(s, key);
	const yaml_node_t *child = slot ? document_node(s->doc, *slot) : NULL;
	int id;

	if (child && child->type == YAML_SCALAR_NODE)
		return refuse(s,
			      "the path goes on below a single value; leave out what is after it");
	if (child)
		id = own_child(s, key);
	else if (document_node(s->doc, s->id)->type != YAML_MAPPING_NODE)
		return no_such_item(s, key);
	else if (below->kind == KNOB_LIST || below->kind == KNOB_WORDS)
		return refuse(s, "there is no such list in the file; write it there");
	else
		id = add_pair(
		    s, key,
		    yaml_document_add_mapping(&s->doc->yaml, NULL, YAML_BLOCK_MAPPING_STYLE));
	if (id < 0)
		return -1;
	s->id = id;
	s->at = *below;
	return 0;
}

/* Put the value at the last segment. */
static int put(struct step *s, const char *key, const char *value, const struct knob_more *below)
{
	const int *slot = slot_of(s, key);
	const yaml_node_t *child = slot ? document_node(s->doc, *slot) : NULL;
	int id;

	if ((child && child->type != YAML_SCALAR_NODE) || below->kind != KNOB_VALUE)
		return refuse(s, "a list or mapping; only a single value can be set: go on with a "
				 "dot and a key in it");
	if (!child && document_node(s->doc, s->id)->type != YAML_MAPPING_NODE)
		return no_such_item(s, key);
	if (strlen(value) > KNOB_TEXT_MAX)
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

/* One segment further. Items of a list are mappings of its rows; below params anything goes, and
 * the reader of the document refuses what is deeper. */
static int take(struct step *s, const char *key, bool last, const char *value)
{
	struct knob_more below = {.kind = KNOB_VALUE};
	const struct field *row;

	if (s->at.kind == KNOB_LIST) {
		below = (struct knob_more){.kind = KNOB_MAPPING, .rows = s->at.rows};
	} else if (s->at.kind == KNOB_MAPPING) {
		row = field_find(s->at.rows, key, strlen(key));
		if (!row)
			return unknown_key(s, key);
		below = *knob_more(row);
	} else if (s->at.kind == KNOB_PARAMS && !last) {
		below.kind = KNOB_PARAMS;
	}
	return last ? put(s, key, value, &below) : descend(s, key, &below);
}

static int apply_one(struct step *s)
{
	const char *equals = strchr(s->text, '=');
	char key[SEGMENT_SIZE];
	bool last = false;

	if (!equals)
		return refuse(s, "no \"=\"; write it as KEY=VALUE, as in load.rate=1000");
	s->rest = s->text;
	s->rest_len = (size_t)(equals - s->text);
	while (!last)
		if (next_segment(s, key, &last) < 0 || take(s, key, last, equals + 1) < 0)
			return -1;
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
		    .at = {.kind = KNOB_MAPPING, .rows = knob_experiment},
		    .id = DOCUMENT_ROOT,
		    .err = err,
		};

		/* What the file is instead is for the reader to say. */
		if (document_node(doc, DOCUMENT_ROOT)->type != YAML_MAPPING_NODE)
			return 0;
		if (apply_one(&s) < 0)
			return -1;
	}
	return 0;
}
