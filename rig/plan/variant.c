/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/variant.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rig/plan/program.h"
#include "rig/plan/quantity.h"

static const char *const yes_no[] = {"no", "false", "yes", "true", NULL};
static const struct quantity protocol_row = {
    "protocol", QUANTITY_WORD, 0, 0, 0, "yes", NULL, NULL, yes_no,
};
static const struct quantity timeout_row = {
    "timeout", QUANTITY_DURATION, 0, 0, 0, "1m", "1ms", "24h", NULL,
};

/* One variant while it is read. */
struct reading {
	struct variant *variant;
	const struct raw_variant *raw;
	const struct document *doc;
	int id; /* its mapping in the document */
	struct error *err;
};

const char *name_problem(const char *name)
{
	size_t len = strlen(name);

	if (!len)
		return "empty; write a name";
	if (len > NAME_LENGTH_MAX)
		return "longer than 60 bytes; shorten it";
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
		return "not a name; use a-z, 0-9 and \"-\"";
	if (name[0] == '-' || name[len - 1] == '-')
		return "not a name: \"-\" at an end; begin and end with a letter or digit";
	return NULL;
}

static int child(const struct reading *r, const char *key)
{
	return document_child(r->doc, r->id, key, NULL);
}

static int key_node(const struct reading *r, const char *key)
{
	int key_id = r->id;

	document_child(r->doc, r->id, key, &key_id);
	return key_id;
}

static int no_memory(const struct reading *r)
{
	return error_host(r->err, ENOMEM, "%s: cannot be kept", r->doc->path);
}

static int read_name(const struct reading *r)
{
	const char *name = r->raw->name, *problem = name_problem(name);
	char quoted[DOCUMENT_QUOTE_SIZE];

	if (!problem && strspn(name, "0123456789") == strlen(name))
		problem = "only digits, so that --set could not tell it from a number in the list; "
			  "add a letter";
	if (problem)
		return document_error(r->doc, child(r, "name"), r->err, "name \"%s\": %s",
				      document_quote(name, quoted), problem);
	snprintf(r->variant->name, sizeof(r->variant->name), "%s", name);
	return 0;
}

static int read_command(const struct reading *r, const char *program_dir)
{
	struct variant *v = r->variant;
	struct error why = ERROR_INIT;

	v->command = calloc(r->raw->command_count + 1, sizeof(*v->command));
	if (!v->command)
		return no_memory(r);
	for (unsigned i = 0; i < r->raw->command_count; i++) {
		v->command[i] = strdup(r->raw->command[i]);
		if (!v->command[i])
			return no_memory(r);
	}
	if (program_find(v->command[0], program_dir, v->program, sizeof(v->program), &why) < 0)
		return document_error(r->doc,
				      document_child(r->doc, child(r, "command"), "0", NULL),
				      r->err, "variants.%s.command %s", v->name, why.text);
	return 0;
}

/* Whether it speaks the protocol, and what only one of the two kinds takes. */
static int read_kind(const struct reading *r)
{
	struct variant *v = r->variant;
	struct error why = ERROR_INIT;
	const char *timeout = r->raw->timeout;
	int word = 0;

	if (quantity_parse(&protocol_row, r->raw->protocol ? r->raw->protocol : "yes", &word,
			   &why) < 0)
		return document_error(r->doc, child(r, "protocol"), r->err,
				      "variants.%s.protocol %s", v->name, why.text);
	v->plain = word < 2;
	if (timeout && !v->plain)
		return document_error(
		    r->doc, key_node(r, "timeout"), r->err,
		    "variants.%s.timeout: only a plain command has one (load.measure "
		    "says how long the others run); leave it out, or add "
		    "protocol: no",
		    v->name);
	if (quantity_parse(&timeout_row, timeout ? timeout : timeout_row.fallback, &v->timeout_ns,
			   &why) < 0)
		return document_error(r->doc, child(r, "timeout"), r->err, "variants.%s.timeout %s",
				      v->name, why.text);
	return 0;
}

static int check_param(const struct reading *r, const yaml_node_pair_t *pair)
{
	const char *key = document_scalar(r->doc, pair->key);
	const yaml_node_t *value = document_node(r->doc, pair->value);
	char quoted[DOCUMENT_QUOTE_SIZE];
	size_t len = strlen(key);

	document_quote(key, quoted);
	if (!len || len > NAME_LENGTH_MAX ||
	    strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != len)
		return document_error(r->doc, pair->key, r->err,
				      "variants.%s.params \"%s\": not a key; use letters, digits, "
				      "\"_\" and \"-\", at most %d",
				      r->variant->name, quoted, NAME_LENGTH_MAX);
	if (value->type != YAML_SCALAR_NODE)
		return document_error(
		    r->doc, pair->key, r->err,
		    "variants.%s.params.%s: must be a single value, not a list or "
		    "mapping",
		    r->variant->name, quoted);
	if (!value->data.scalar.length && value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return document_error(
		    r->doc, pair->key, r->err,
		    "variants.%s.params.%s: no value; write \"\" for an empty text",
		    r->variant->name, quoted);
	if (value->data.scalar.length > PARAM_LENGTH_MAX)
		return document_error(r->doc, pair->value, r->err,
				      "variants.%s.params.%s: %zu bytes long; at most %d are taken",
				      r->variant->name, quoted, value->data.scalar.length,
				      PARAM_LENGTH_MAX);
	return 0;
}

static int add_param(const struct reading *r, const yaml_node_pair_t *pair)
{
	struct variant_param *param = &r->variant->params[r->variant->params_count++];

	param->key = strdup(document_scalar(r->doc, pair->key));
	param->value = strdup(document_scalar(r->doc, pair->value));
	return param->key && param->value ? 0 : no_memory(r);
}

static int read_params(const struct reading *r)
{
	const yaml_node_t *node = document_node(r->doc, child(r, "params"));
	struct variant *v = r->variant;
	size_t count;

	if (!node)
		return 0;
	if (node->type != YAML_MAPPING_NODE)
		return document_error(r->doc, key_node(r, "params"), r->err,
				      "variants.%s.params: must be a mapping (KEY: VALUE, a line "
				      "each)",
				      v->name);
	count = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
	if (count > PARAMS_MAX)
		return document_error(r->doc, key_node(r, "params"), r->err,
				      "variants.%s.params: %zu of them; at most %d are taken",
				      v->name, count, PARAMS_MAX);
	if (count && v->plain)
		return document_error(r->doc, key_node(r, "params"), r->err,
				      "variants.%s.params: a plain command is told none; put them "
				      "into its command, or leave out protocol: no",
				      v->name);
	v->params = calloc(count + 1, sizeof(*v->params));
	if (!v->params)
		return no_memory(r);
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++)
		if (check_param(r, pair) < 0 || add_param(r, pair) < 0)
			return -1;
	return 0;
}

static int check_twice(const struct experiment *e, const struct reading *r)
{
	for (const struct variant *v = e->variants; v < r->variant; v++) {
		char path[48], where[256];

		if (strcmp(v->name, r->variant->name) != 0)
			continue;
		snprintf(path, sizeof(path), "variants.%td.name", v - e->variants);
		return document_error(
		    r->doc, child(r, "name"), r->err,
		    "name \"%s\": the variant at %s has this name already; give "
		    "each its own",
		    v->name,
		    document_where(r->doc, document_find(r->doc, path), where, sizeof(where)));
	}
	return 0;
}

int variants_read(struct experiment *e, const struct raw_experiment *raw,
		  const struct document *doc, const char *program_dir, struct error *err)
{
	e->variants = calloc(raw->variants_count, sizeof(*e->variants));
	if (!e->variants)
		return error_host(err, ENOMEM, "%s: cannot be kept", doc->path);
	for (unsigned i = 0; i < raw->variants_count; i++) {
		char path[32];
		struct reading r = {&e->variants[i], &raw->variants[i], doc, 0, err};

		snprintf(path, sizeof(path), "variants.%u", i);
		r.id = document_find(doc, path);
		e->variants_count++;
		r.variant->line = document_line(doc, r.id);
		if (read_name(&r) < 0 || check_twice(e, &r) < 0 || read_kind(&r) < 0 ||
		    read_params(&r) < 0 || read_command(&r, program_dir) < 0)
			return -1;
	}
	return 0;
}

void variants_destroy(struct experiment *e)
{
	for (size_t i = 0; i < e->variants_count; i++) {
		struct variant *v = &e->variants[i];

		for (char **word = v->command; word && *word; word++)
			free(*word);
		free(v->command);
		for (size_t j = 0; j < v->params_count; j++) {
			free(v->params[j].key);
			free(v->params[j].value);
		}
		free(v->params);
	}
	free(e->variants);
	e->variants = NULL;
	e->variants_count = 0;
}
