/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/experiment.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig/plan/document.h"
#include "rig/plan/read.h"

static int make_document(const struct experiment *e, const char *text, size_t len,
			 struct document *doc, struct error *err)
{
	if (document_init(doc, e->path, text, len, err) < 0)
		return -1;
	return override_apply(doc, e->overrides, e->overrides_count, err);
}

/* What the changed tree is as YAML, instead of the file's text. The emitter takes its document
 * over, so that it gets one of its own. */
static int text_as_run(struct experiment *e, size_t len, struct error *err)
{
	struct document doc = {0};
	char *text = NULL;
	int rc;

	if (!e->overrides_count)
		return 0;
	rc = make_document(e, e->yaml, len, &doc, err);
	if (rc == 0)
		rc = document_emit(&doc, &text, err);
	document_destroy(&doc);
	if (rc < 0)
		return -1;
	free(e->yaml);
	e->yaml = text;
	return 0;
}

/* What a path that stands in a place of the document begins from: the file's folder, but where the
 * command line has set it: NULL, the current directory. */
static const char *base_of(const struct experiment *e, const char *place, char *buf, size_t size)
{
	const char *slash = strrchr(e->path, '/');

	if (document_line(e->document, document_find(e->document, place)) < 0)
		return NULL;
	snprintf(buf, size, "%.*s", slash > e->path ? (int)(slash - e->path) : 1,
		 slash ? e->path : ".");
	return buf;
}

/* Where a variant's programs are looked for: the PATH of its own environment, or the caller's. */
static const char *search_path(const struct variant *v)
{
	for (size_t i = 0; i < v->env_count; i++)
		if (strcmp(v->env[i].key, "PATH") == 0)
			return v->env[i].value;
	return getenv("PATH");
}

/* One path of the i-th variant or neighbour: *out gets what it leads to. */
static int find_path(const struct experiment *e, const char *list, size_t i, const char *key,
		     const char *text, const char *program_dir, char **out, struct error *err)
{
	const struct variant *v = *list == 'v' ? &e->variants[i] : &e->neighbours[i];
	struct search_place where = {.dir = program_dir, .path = search_path(v)};
	bool program = strcmp(key, "stdin") != 0;
	char place[64], dir[PATH_MAX];
	struct error why = ERROR_INIT;
	int rc;

	snprintf(place, sizeof(place), "%s.%zu.%s%s", list, i, key, program ? ".0" : "");
	where.base = base_of(e, place, dir, sizeof(dir));
	rc = program ? program_find(text, &where, out, &why)
		     : file_find(text, where.base, out, &why);
	if (rc == 0)
		return 0;
	return document_error(e->document, document_find(e->document, place), err, "%s.%s.%s %s",
			      list, v->name, key, why.text);
}

static int find_paths(const struct experiment *e, const char *list, struct variant *all,
		      size_t count, const char *dir, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct variant *v = &all[i];

		if (find_path(e, list, i, "command", v->command[0], dir, &v->program, err) < 0 ||
		    (v->prepare && find_path(e, list, i, "prepare", v->prepare[0], dir,
					     &v->prepare_program, err) < 0) ||
		    (v->stdin_text &&
		     find_path(e, list, i, "stdin", v->stdin_text, NULL, &v->stdin_path, err) < 0))
			return -1;
	}
	return 0;
}

static int load(struct experiment *e, size_t len, const char *program_dir, struct error *err)
{
	e->document = calloc(1, sizeof(*e->document));
	if (!e->document)
		return error_host(err, ENOMEM, "%s: cannot be kept", e->path);
	if (make_document(e, e->yaml, len, e->document, err) < 0 ||
	    document_check(e->document, err) < 0 || /* an override can make one key more */
	    text_as_run(e, len, err) < 0 || read_experiment(e->document, e, err) < 0 ||
	    check_together(e, err) < 0 || check_findings(e, err) < 0)
		return -1;
	if (find_paths(e, "variants", e->variants, e->variants_count, program_dir, err) < 0)
		return -1;
	return find_paths(e, "neighbours", e->neighbours, e->neighbours_count, program_dir, err);
}

int experiment_load(struct experiment *e, const char *path, const char *const *overrides,
		    size_t overrides_count, const char *program_dir, struct error *err)
{
	ssize_t len;

	*e = (struct experiment){
	    .path = path, .overrides = overrides, .overrides_count = overrides_count};
	len = document_read(path, &e->yaml, err);
	if (len < 0)
		return -1;
	if (load(e, (size_t)len, program_dir, err) < 0) {
		experiment_destroy(e);
		return -1;
	}
	return 0;
}

void experiment_destroy(struct experiment *e)
{
	read_destroy(e);
	if (e->document)
		document_destroy(e->document);
	free(e->document);
	free(e->yaml);
	*e = (struct experiment){0};
}
