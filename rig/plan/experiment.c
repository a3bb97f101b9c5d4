/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/experiment.h"

#include <errno.h>
#include <stdlib.h>

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

static int find_programs(struct experiment *e, const char *program_dir, struct error *err)
{
	for (size_t i = 0; i < e->variants_count; i++) {
		struct variant *v = &e->variants[i];
		struct error why = ERROR_INIT;
		char path[48];

		if (program_find(v->command[0], program_dir, v->program, sizeof(v->program),
				 &why) == 0)
			continue;
		snprintf(path, sizeof(path), "variants.%zu.command.0", i);
		return document_error(e->document, document_find(e->document, path), err,
				      "variants.%s.command %s", v->name, why.text);
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
	return find_programs(e, program_dir, err);
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
