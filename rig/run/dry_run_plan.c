/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resolved plan as YAML that could be run. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "rig/plan/document.h"
#include "rig/plan/plan_json.h"
#include "rig/run/run.h"

enum { STEP = 2, PATH_SIZE = 384 };

/* Where the printer stands. */
struct at {
	const struct style *style;
	const struct document *doc;
	const char *path; /* dotted */
	int indent;
};

static void print_mapping(const struct at *at, const json_t *object, bool item);

static bool has_control(const char *text)
{
	uint32_t c;

	for (; *text; text += text_next(text, &c)) {
		text_next(text, &c);
		if (text_is_control(c))
			return true;
	}
	return false;
}

/* A text as YAML: in quotes where it would be read as something else. */
static char *scalar(const json_t *value)
{
	const char *text = json_string_value(value);

	if (*text && !has_control(text) && !strpbrk(text, "\"\\") && !strstr(text, ": ") &&
	    !strstr(text, " #") && !strchr("{}[],&*!|>'%@`#?-: ", text[0]) &&
	    text[strlen(text) - 1] != ':')
		return strdup(text);
	return json_dumps(value, JSON_ENCODE_ANY);
}

static const char *mark(const struct at *at)
{
	return document_find(at->doc, at->path) ? "" : " # default";
}

/* The cursor stands at `column`; further lines of a long text are indented as its key is, and more.
 */
static void print_scalar(const struct at *at, const json_t *value, int column)
{
	cleanup_free char *text = scalar(value), *line = NULL;

	if (text && asprintf(&line, "%s%s", text, mark(at)) >= 0)
		text_fold(at->style, column, at->indent + 2 * STEP, line);
}

static void print_words(const struct at *at, const json_t *list, int column)
{
	cleanup_free char *line = NULL;
	size_t size = 0, i;
	FILE *to = open_memstream(&line, &size);
	const json_t *word;

	if (!to)
		return;
	json_array_foreach(list, i, word)
	{
		cleanup_free char *text = scalar(word);
		bool comma = text && text[0] != '"' && strpbrk(text, ",[]{}");

		fprintf(to, comma ? "%s\"%s\"" : "%s%s", i ? ", " : "[", text ? text : "");
	}
	fputc(']', to);
	if (fclose(to) == 0)
		text_fold(at->style, column, at->indent + 2 * STEP, line);
}

static void print_items(const struct at *at, const json_t *list)
{
	const json_t *value;
	size_t i;

	fputc('\n', at->style->to);
	json_array_foreach(list, i, value)
	{
		char path[PATH_SIZE];
		struct at inner = {at->style, at->doc, path, at->indent + 2 * STEP};

		snprintf(path, sizeof(path), "%s.%zu", at->path, i);
		print_mapping(&inner, value, true);
	}
}

/* What stands behind a key and its colon. */
static void print_value(const struct at *at, const json_t *value, int width, int used)
{
	FILE *to = at->style->to;

	if (json_is_object(value) && json_object_size(value) > 0) {
		struct at inner = {at->style, at->doc, at->path, at->indent + STEP};

		fputc('\n', to);
		print_mapping(&inner, value, false);
	} else if (json_is_object(json_array_get(value, 0))) {
		print_items(at, value);
	} else {
		fprintf(to, "%*s", width - used + 1, "");
		if (json_is_string(value))
			print_scalar(at, value, at->indent + width + 2);
		else if (json_is_array(value))
			print_words(at, value, at->indent + width + 2);
		else
			fprintf(to, "{}%s\n", mark(at));
	}
}

static void print_mapping(const struct at *at, const json_t *object, bool item)
{
	int width = 0;
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)object, key, value)
	{
		int length = (int)strlen(key);

		width = !json_is_object(value) && length > width ? length : width;
	}
	json_object_foreach((json_t *)object, key, value)
	{
		char path[PATH_SIZE];
		struct at inner = {at->style, at->doc, path, at->indent};

		snprintf(path, sizeof(path), "%s%s%s", at->path, *at->path ? "." : "", key);
		text_print(at->style, "%*s%s%s:", at->indent - (item ? STEP : 0), "",
			   item ? "- " : "", key);
		print_value(&inner, value, width, (int)strlen(key));
		item = false;
	}
}

int dry_run_print_plan(const struct experiment *e, const struct style *style, struct error *err)
{
	struct at at = {style, e->document, "", 0};
	json_t *plan = plan_json(e->document);

	if (!plan)
		return error_host(err, ENOMEM, "%s: the resolved plan", e->path);
	print_mapping(&at, plan, false);
	json_decref(plan);
	return 0;
}
