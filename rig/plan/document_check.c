/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no experiment may be, whatever its keys mean: see document_check(). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"
#include "rig/plan/document.h"

/* The shape of the tree under a node, with aliases written out. height 0: not known yet; -1: being
 * walked, so that to meet it again is a loop. */
struct shape {
	int height;
	size_t nodes;
};

struct walk {
	const struct document *doc;
	struct shape *shapes; /* by node id */
	struct error *err;
};

static int measure(const struct walk *w, int id, int depth);

static int too_deep(const struct walk *w, int id)
{
	return document_error(w->doc, id, w->err,
			      "nested more than %d deep; no key of an experiment is as deep as "
			      "that",
			      DOCUMENT_DEPTH_MAX);
}

/* Walk a child and add its shape to that of its parent. */
static int measure_child(const struct walk *w, int parent, int child, int depth)
{
	struct shape *to = &w->shapes[parent];
	const struct shape *from = &w->shapes[child];

	if (from->height < 0)
		return document_error(w->doc, child, w->err,
				      "an alias to something that it stands in; write the value "
				      "out");
	if (from->height == 0 && measure(w, child, depth + 1) < 0)
		return -1;
	if (depth + 1 + from->height > DOCUMENT_DEPTH_MAX)
		return too_deep(w, parent);
	to->nodes += from->nodes;
	if (to->nodes > DOCUMENT_NODES_MAX)
		return document_error(w->doc, parent, w->err,
				      "more than %d values, with all aliases written out; an "
				      "experiment is smaller",
				      DOCUMENT_NODES_MAX);
	return from->height;
}

/* The i-th key of a mapping. */
static int check_key(const struct walk *w, int mapping, size_t i)
{
	int other, id;
	const char *key;
	char quoted[TEXT_QUOTE_SIZE];

	document_at(w->doc, mapping, i, &id);
	key = document_scalar(w->doc, id);
	if (!key)
		return document_error(w->doc, id, w->err,
				      "a list or mapping as a key; a key is a word");
	if (i >= DOCUMENT_KEYS_MAX)
		return document_error(w->doc, id, w->err, "more than %d keys in one mapping",
				      DOCUMENT_KEYS_MAX);
	for (size_t before = 0; before < i; before++) {
		document_at(w->doc, mapping, before, &other);
		if (strcmp(document_scalar(w->doc, other), key) == 0)
			return document_error(
			    w->doc, id, w->err, "%s: this key is in line %d already; keep one",
			    text_quote(key, quoted), document_line(w->doc, other));
	}
	return 0;
}

static int measure_children(const struct walk *w, int id, const yaml_node_t *node, int depth)
{
	int highest = 0;

	for (size_t i = 0; i < document_count(node); i++) {
		int height, key, child = document_at(w->doc, id, i, &key);

		if (node->type == YAML_MAPPING_NODE &&
		    (check_key(w, id, i) < 0 || measure_child(w, id, key, depth) < 0))
			return -1;
		height = measure_child(w, id, child, depth);
		if (height < 0)
			return -1;
		highest = height > highest ? height : highest;
	}
	return highest;
}

static int measure(const struct walk *w, int id, int depth)
{
	const yaml_node_t *node = document_node(w->doc, id);
	struct shape *shape = &w->shapes[id];
	int highest;

	if (depth > DOCUMENT_DEPTH_MAX)
		return too_deep(w, id);
	if (node->type == YAML_SCALAR_NODE &&
	    memchr(node->data.scalar.value, '\0', node->data.scalar.length))
		return document_error(w->doc, id, w->err,
				      "a NUL (\"\\0\") in a text; leave it out");
	*shape = (struct shape){-1, 1};
	highest = measure_children(w, id, node, depth);
	if (highest < 0)
		return -1;
	shape->height = highest + 1;
	return 0;
}

int document_check(const struct document *doc, struct error *err)
{
	size_t count = (size_t)(doc->yaml.nodes.top - doc->yaml.nodes.start);
	cleanup_free struct shape *shapes = calloc(count + 1, sizeof(*shapes));
	struct walk w = {doc, shapes, err};

	if (!shapes)
		return error_host(err, ENOMEM, "%s: cannot be checked", doc->path);
	return measure(&w, DOCUMENT_ROOT, 0);
}
