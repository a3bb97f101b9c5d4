/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cgroups/value.h"

enum { PATH_SIZE = 384 };

/* A node on the way down. */
struct place {
	const struct document *doc;
	struct error *err;
	int id; /* 0: not given, so that all below is a default */
	int at; /* what an error about the whole points to: its key, where it has one */
	char path[PATH_SIZE]; /* dotted; the root's is empty */
};

static int read_mapping(struct place *p, const struct field *rows, char *object);

static struct place below(const struct place *p, const char *key, int id, int at)
{
	struct place inner = {.doc = p->doc, .err = p->err, .id = id, .at = at};
	char quoted[TEXT_QUOTE_SIZE];

	snprintf(inner.path, sizeof(inner.path), "%s%s%s", p->path, *p->path ? "." : "",
		 text_quote(key, quoted));
	return inner;
}

static int no_memory(const struct place *p)
{
	return error_host(p->err, ENOMEM, "%s: cannot be kept", p->doc->path);
}

bool read_applies(const struct document *doc, const struct field *row, int mapping)
{
	const char *text;
	bool protocol = true;

	switch (knob_more(row)->when) {
	case KNOB_ALWAYS:
		return true;
	case KNOB_IN_BURST:
		text = document_scalar(doc, document_child(doc, mapping, "arrivals", NULL));
		return text && strcmp(text, "burst") == 0;
	case KNOB_WITHOUT_SEARCH:
		return !document_find(doc, "search");
	case KNOB_OF_PLAIN:
	case KNOB_OF_PROTOCOL:
		text = document_scalar(doc, document_child(doc, mapping, "protocol", NULL));
		field_parse(&(struct field){.type = FIELD_BOOL}, text ? text : "yes", &protocol,
			    NULL);
		return protocol == (knob_more(row)->when == KNOB_OF_PROTOCOL);
	}
	return true;
}

/* -- what an error says ----------------------------------------------------------------------- */

static int not_a(const struct place *p, const char *what, const char *otherwise)
{
	return document_error(p->doc, p->at, p->err, "%s%smust be %s%s", p->path,
			      *p->path ? ": " : "", what, otherwise);
}

static int unknown_key(const struct place *inner, const struct field *rows, const char *key)
{
	char known[512];

	if (strcmp(key, "<<") == 0)
		return document_error(inner->doc, inner->at, inner->err,
				      "%s: merge keys are not taken; write the keys out, or use an "
				      "alias for the whole value",
				      inner->path);
	return document_error(inner->doc, inner->at, inner->err, "%s: unknown key;%s", inner->path,
			      field_known(rows, key, known, sizeof(known)));
}

static int missing(const struct place *p, const struct field *row)
{
	if (knob_more(row)->when == KNOB_IN_BURST)
		return document_error(p->doc, document_child(p->doc, p->id, "arrivals", NULL),
				      p->err,
				      "%s.%s: the key is missing, which a burst needs; "
				      "docs/experiment.md says what it is",
				      p->path, row->name);
	return document_error(p->doc, p->at, p->err,
			      "%s%sthe key \"%s\" is missing; docs/experiment.md says what it is",
			      p->path, *p->path ? ": " : "", row->name);
}

/* A key that stands where it can't; one without a value does no harm. */
static int refuse(const struct place *p, const struct field *row)
{
	const char *text = document_scalar(p->doc, p->id);
	const yaml_node_t *node = document_node(p->doc, p->id);
	char quoted[TEXT_QUOTE_SIZE];

	if (text)
		return document_error(p->doc, p->id, p->err, "%s \"%s\": %s", p->path,
				      text_quote(text, quoted), knob_more(row)->refusal);
	if (document_count(node) == 0)
		return 0;
	return document_error(p->doc, p->at, p->err, "%s: %s", p->path, knob_more(row)->refusal);
}

/* -- values ----------------------------------------------------------------------------------- */

static const char *read_text(const struct place *p, size_t max)
{
	const char *text = document_scalar(p->doc, p->id);

	if (!text)
		not_a(p, "a single value", ", not a list or mapping");
	else if (strlen(text) > max)
		document_error(p->doc, p->id, p->err, "%s: %zu bytes long; at most %zu are taken",
			       p->path, strlen(text), max);
	return text && strlen(text) <= max ? text : NULL;
}

static int read_value(const struct place *p, const struct field *row, char *object)
{
	const char *text = p->id ? read_text(p, KNOB_TEXT_MAX) : row->fallback;
	struct error why = ERROR_INIT;
	struct cg_value value;
	int rc;

	if (!text)
		return p->id ? -1 : 0;
	rc = field_parse(row, text, object, &why);
	if (rc == 0 && row->type == FIELD_TEXT && knob_limit_of(row) > 0)
		rc =
		    cg_value_ask(cg_knob_row((enum cg_knob)knob_limit_of(row)), text, &value, &why);
	return rc == 0 ? 0 : document_error(p->doc, p->id, p->err, "%s %s", p->path, why.text);
}

/* The items of a list, of which there may be 1 to max. Returns how many, or -1. */
static ssize_t count_items(const struct place *p, size_t max)
{
	const yaml_node_t *node = document_node(p->doc, p->id);
	size_t count = document_count(node);

	if (node->type != YAML_SEQUENCE_NODE)
		return not_a(
		    p, "a list",
		    node->type == YAML_MAPPING_NODE
			? ", not a mapping; write it as [A, B], or a line that begins with "
			  "\"- \" for each"
			: ", not a single value; write it as [A, B], or a line that begins "
			  "with \"- \" for each");
	if (count < 1 || count > max)
		return document_error(p->doc, p->at, p->err,
				      "%s: %zu in this list; there may be 1 to %zu", p->path, count,
				      max);
	return (ssize_t)count;
}

/* The i-th pair of a mapping, or item of a list. */
static struct place child_of(const struct place *p, size_t i)
{
	int at, id = document_at(p->doc, p->id, i, &at);
	char number[24];

	if (document_node(p->doc, p->id)->type == YAML_MAPPING_NODE)
		return below(p, document_scalar(p->doc, at), id, at);
	snprintf(number, sizeof(number), "%zu", i);
	return below(p, number, id, at);
}

static int read_word(const struct place *p, char *item)
{
	const char *word = read_text(p, KNOB_TEXT_MAX);

	memcpy(item, &word, sizeof(word));
	return word ? 0 : -1;
}

/* There is an item of zeros behind the last, which ends words. */
static int read_list(const struct place *p, const struct field *row, char *object)
{
	const struct knob_more *more = knob_more(row);
	ssize_t count = count_items(p, more->max);
	char *items = count < 0 ? NULL : calloc((size_t)count + 1, more->item_size);

	if (!items)
		return count < 0 ? -1 : no_memory(p);
	memcpy(object + row->offset, &items, sizeof(items));
	if (more->kind == KNOB_LIST)
		*(size_t *)(object + more->count_offset) = (size_t)count;
	for (size_t i = 0; i < (size_t)count; i++) {
		struct place item = child_of(p, i);
		char *to = items + i * more->item_size;

		if ((more->rows ? read_mapping(&item, more->rows, to) : read_word(&item, to)) < 0)
			return -1;
	}
	return 0;
}

static int read_param(const struct place *p, const struct field *row, size_t i,
		      struct poolrig_protocol_param *param)
{
	struct place inner = child_of(p, i);
	const char *key = document_scalar(p->doc, inner.at);
	const yaml_node_t *value = document_node(p->doc, inner.id);
	struct error why = ERROR_INIT;
	char quoted[TEXT_QUOTE_SIZE];

	if (row->parse && row->parse(key, NULL, &why) < 0)
		return document_error(p->doc, inner.at, p->err, "%s %s", p->path, why.text);
	if (!*key || strlen(key) > KNOB_NAME_MAX || !document_is_word(key, strlen(key)))
		return document_error(p->doc, inner.at, p->err,
				      "%s \"%s\": not a key; use letters, digits, \"_\" and \"-\", "
				      "at most %d",
				      p->path, text_quote(key, quoted), KNOB_NAME_MAX);
	if (value->type == YAML_SCALAR_NODE && !value->data.scalar.length &&
	    value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return document_error(p->doc, inner.at, p->err,
				      "%s: no value; write \"\" for an empty text", inner.path);
	*param = (struct poolrig_protocol_param){key, read_text(&inner, KNOB_PARAM_MAX)};
	return param->value ? 0 : -1;
}

static int read_params(const struct place *p, const struct field *row, char *object)
{
	const struct knob_more *more = knob_more(row);
	const yaml_node_t *node = document_node(p->doc, p->id);
	size_t *count = (size_t *)(object + more->count_offset), given = document_count(node);
	struct poolrig_protocol_param *params;

	if (node->type != YAML_MAPPING_NODE)
		return not_a(p, "a mapping", " (KEY: VALUE, a line each)");
	if (given > more->max)
		return document_error(p->doc, p->at, p->err,
				      "%s: %zu of them; at most %zu are taken", p->path, given,
				      more->max);
	params = calloc(given + 1, sizeof(*params));
	if (!params)
		return no_memory(p);
	memcpy(object + row->offset, &params, sizeof(params));
	for (*count = 0; *count < given; ++*count)
		if (read_param(p, row, *count, &params[*count]) < 0)
			return -1;
	return 0;
}

/* -- mappings --------------------------------------------------------------------------------- */

static int read_row(struct place *p, const struct field *row, char *object)
{
	const struct knob_more *more = knob_more(row);
	int at = 0, id = document_child(p->doc, p->id, row->name, &at);
	struct place inner = below(p, row->name, id, at);

	if (!read_applies(p->doc, row, p->id)) {
		if (id && refuse(&inner, row) < 0)
			return -1;
		inner.id = 0;
	} else if (row->required && !id) {
		return missing(p, row);
	}
	if (more->kind == KNOB_VALUE)
		return read_value(&inner, row, object);
	if (!inner.id && !row->fallback)
		return 0;
	switch (more->kind) {
	case KNOB_LIST:
	case KNOB_WORDS:
		return read_list(&inner, row, object);
	case KNOB_PARAMS:
		return inner.id ? read_params(&inner, row, object) : 0;
	default:
		return read_mapping(&inner, more->rows, object + row->offset);
	}
}

static int check_keys(const struct place *p, const struct field *rows)
{
	const yaml_node_t *node = document_node(p->doc, p->id);

	if (node->type != YAML_MAPPING_NODE)
		return not_a(p, "a mapping (KEY: VALUE, a line each)",
			     node->type == YAML_SEQUENCE_NODE ? ", not a list"
							      : ", not a single value");
	for (size_t i = 0; i < document_count(node); i++) {
		struct place inner = child_of(p, i);
		const char *key = document_scalar(p->doc, inner.at);

		if (!field_find(rows, key, strlen(key)))
			return unknown_key(&inner, rows, key);
	}
	return 0;
}

static int read_mapping(struct place *p, const struct field *rows, char *object)
{
	if (p->id && check_keys(p, rows) < 0)
		return -1;
	for (const struct field *row = rows; row->type != FIELD_END; row++) {
		char *last = strrchr(p->path, '.');

		if (read_row(p, row, object) < 0)
			return -1;
		/* An item that has a name is called by it from here on, as in --set. */
		if (last && strcmp(row->name, "name") == 0)
			snprintf(
			    last + 1, sizeof(p->path) - (size_t)(last + 1 - p->path), "%s",
			    document_scalar(p->doc, document_child(p->doc, p->id, "name", NULL)));
	}
	return 0;
}

int read_experiment(const struct document *doc, struct experiment *e, struct error *err)
{
	struct place root = {.doc = doc, .err = err, .id = DOCUMENT_ROOT, .at = DOCUMENT_ROOT};

	cell_spec_init(&e->cell);
	e->load_given = document_find(doc, "load") != 0;
	e->search_given = document_find(doc, "search") != 0;
	return read_mapping(&root, knob_experiment, (char *)e);
}

static void destroy_commands(struct variant *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].command);
		free(list[i].prepare);
		free(list[i].program);
		free(list[i].prepare_program);
		free(list[i].stdin_path);
		free(list[i].params);
		free(list[i].env);
	}
	free(list);
}

void read_destroy(struct experiment *e)
{
	destroy_commands(e->variants, e->variants_count);
	destroy_commands(e->neighbours, e->neighbours_count);
	free(e->metrics);
	free(e->compare);
	free(e->findings);
}
