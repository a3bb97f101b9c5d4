/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/document.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"

void document_destroy(struct document *doc)
{
	if (doc->loaded)
		yaml_document_delete(&doc->yaml);
	free(doc->origins);
	*doc = (struct document){0};
}

yaml_node_t *document_node(const struct document *doc, int id)
{
	/* libyaml takes the document without const, and only looks. */
	return yaml_document_get_node((yaml_document_t *)&doc->yaml, id);
}

size_t document_count(const yaml_node_t *node)
{
	if (node && node->type == YAML_MAPPING_NODE)
		return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
	if (node && node->type == YAML_SEQUENCE_NODE)
		return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	return 0;
}

const char *document_scalar(const struct document *doc, int id)
{
	const yaml_node_t *node = document_node(doc, id);

	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
						      : NULL;
}

static bool is_scalar(const struct document *doc, int id, const char *text)
{
	const char *value = document_scalar(doc, id);

	return value && strcmp(value, text) == 0;
}

/* The place of an item in a sequence, by number or by its `name`; -1: none. */
static int item_index(const struct document *doc, int id, const char *key)
{
	int count = (int)document_count(document_node(doc, id));
	size_t digits = strspn(key, "0123456789");
	int index = digits < 10 ? atoi(key) : INT_MAX;

	if (digits && key[digits] == '\0')
		return index < count ? index : -1;
	for (int i = 0; i < count; i++) {
		int item = document_at(doc, id, (size_t)i, NULL);

		if (document_node(doc, item)->type == YAML_MAPPING_NODE &&
		    is_scalar(doc, document_child(doc, item, "name", NULL), key))
			return i;
	}
	return -1;
}

int document_index(const struct document *doc, int id, const char *key)
{
	const yaml_node_t *node = document_node(doc, id);
	int key_id;

	if (node && node->type == YAML_SEQUENCE_NODE)
		return item_index(doc, id, key);
	for (size_t i = 0; i < document_count(node); i++) {
		document_at(doc, id, i, &key_id);
		if (is_scalar(doc, key_id, key))
			return (int)i;
	}
	return -1;
}

int document_at(const struct document *doc, int id, size_t i, int *key_id)
{
	const yaml_node_t *node = document_node(doc, id);
	yaml_node_pair_t pair;

	if (node->type == YAML_SEQUENCE_NODE)
		pair.key = pair.value = node->data.sequence.items.start[i];
	else
		pair = node->data.mapping.pairs.start[i];
	if (key_id)
		*key_id = pair.key;
	return pair.value;
}

int document_child(const struct document *doc, int id, const char *key, int *key_id)
{
	int index = document_index(doc, id, key);

	return index < 0 ? 0 : document_at(doc, id, (size_t)index, key_id);
}

int document_find(const struct document *doc, const char *path)
{
	int id = DOCUMENT_ROOT;

	while (id && *path) {
		char key[128];
		size_t len = strcspn(path, ".");

		if (len >= sizeof(key))
			return 0;
		memcpy(key, path, len);
		key[len] = '\0';
		id = document_child(doc, id, key, NULL);
		path += len + (path[len] == '.');
	}
	return id;
}

int document_set_origin(struct document *doc, int id, int override, struct error *err)
{
	size_t want = (size_t)id + 1;

	if (want > doc->origins_size) {
		int *grown = realloc(doc->origins, want * 2 * sizeof(*grown));

		if (!grown)
			return error_host(err, ENOMEM, "%s: cannot be changed", doc->path);
		memset(grown + doc->origins_size, 0,
		       (want * 2 - doc->origins_size) * sizeof(*grown));
		doc->origins = grown;
		doc->origins_size = want * 2;
	}
	doc->origins[id] = override;
	return 0;
}

int document_line(const struct document *doc, int id)
{
	const yaml_node_t *node = document_node(doc, id);

	if (!node)
		return 0;
	if ((size_t)id < doc->origins_size && doc->origins[id])
		return -doc->origins[id];
	return (int)node->start_mark.line + 1;
}

const char *document_where(const struct document *doc, int id, char *buf, size_t size)
{
	int line = document_line(doc, id);
	char quoted[TEXT_QUOTE_SIZE];

	if (line < 0)
		snprintf(buf, size, "--set %s", text_quote(doc->overrides[-line - 1], quoted));
	else
		snprintf(buf, size, "%s:%d", doc->path, line ? line : 1);
	return buf;
}

int document_error(const struct document *doc, int id, struct error *err, const char *fmt, ...)
{
	char text[sizeof(err->text)], where[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return error_input(err, "%s: %s", document_where(doc, id, where, sizeof(where)), text);
}

int document_wrong(const struct document *doc, const char *path, struct error *err, const char *fmt,
		   ...)
{
	int id = document_find(doc, path);
	const char *value = document_scalar(doc, id);
	char text[sizeof(err->text)], quoted[TEXT_QUOTE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!value)
		return document_error(doc, id, err, "%s: %s", path, text);
	return document_error(doc, id, err, "%s \"%s\": %s", path, text_quote(value, quoted), text);
}

bool document_is_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-')
			return false;
	return true;
}

int document_emit(struct document *doc, char **text, struct error *err)
{
	cleanup_free char *buf = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&buf, &size);
	yaml_emitter_t emitter;
	bool ok;

	if (!to || !yaml_emitter_initialize(&emitter)) {
		own_fclose(&to);
		return error_host(err, ENOMEM, "%s: cannot be written as text", doc->path);
	}
	yaml_emitter_set_output_file(&emitter, to);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, -1);
	ok = yaml_emitter_open(&emitter) && yaml_emitter_dump(&emitter, &doc->yaml) &&
	     yaml_emitter_close(&emitter);
	doc->loaded = false; /* the emitter has taken it over, also where it failed */
	if (!ok)
		error_host(err, 0, "%s: cannot be written as text: %s", doc->path,
			   emitter.problem ? emitter.problem : "no reason was given");
	yaml_emitter_delete(&emitter);
	if (fclose(to) != 0 && ok)
		return error_host(err, errno, "%s: cannot be written as text", doc->path);
	*text = ok ? steal_ptr(&buf) : NULL;
	return ok ? 0 : -1;
}
