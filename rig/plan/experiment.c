/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/experiment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/plan/check.h"
#include "rig/plan/document.h"
#include "rig/plan/findings.h"
#include "rig/plan/override.h"
#include "rig/plan/quantity.h"
#include "rig/plan/schema.h"
#include "rig/plan/search_check.h"
#include "rig/plan/variant.h"

/* Copies of what the caller lends. */
static int keep_input(struct experiment *e, const char *path, const char *const *overrides,
		      size_t count, struct error *err)
{
	e->path = strdup(path);
	e->overrides = calloc(count + 1, sizeof(*e->overrides));
	if (!e->path || !e->overrides)
		return error_host(err, ENOMEM, "%s: cannot be kept", path);
	for (size_t i = 0; i < count; i++) {
		e->overrides[i] = strdup(overrides[i]);
		if (!e->overrides[i])
			return error_host(err, ENOMEM, "%s: cannot be kept", path);
		e->overrides_count++;
	}
	return 0;
}

/* The text as it is run: the file's own, or what the changed tree is as YAML. The emitter takes its
 * document over, so that it gets one of its own. */
static int text_as_run(const struct experiment *e, const char *file_text, size_t len, char **text,
		       struct error *err)
{
	struct document doc = {0};
	int rc;

	if (!e->overrides_count) {
		*text = strdup(file_text);
		return *text ? 0 : error_host(err, ENOMEM, "%s: cannot be kept", e->path);
	}
	rc = document_init(&doc, e->path, file_text, len, err);
	if (rc == 0)
		rc = override_apply(&doc, (const char *const *)e->overrides, e->overrides_count,
				    err);
	if (rc == 0)
		rc = document_emit(&doc, text, err);
	document_destroy(&doc);
	return rc;
}

static int read_texts(struct experiment *e, const struct raw_experiment *raw,
		      const struct document *doc, struct error *err)
{
	const char *problem = name_problem(raw->experiment);
	char quoted[DOCUMENT_QUOTE_SIZE];

	if (problem)
		return document_error(doc, document_find(doc, "experiment"), err,
				      "experiment \"%s\": %s",
				      document_quote(raw->experiment, quoted), problem);
	snprintf(e->name, sizeof(e->name), "%s", raw->experiment);
	e->about = strdup(raw->about ? raw->about : "");
	return e->about ? 0 : error_host(err, ENOMEM, "%s: cannot be kept", e->path);
}

/* Give the loaded texts a meaning, and check it. */
static int read_all(struct experiment *e, const struct document *doc, const char *program_dir,
		    struct error *err)
{
	struct raw_experiment *raw = NULL;
	int rc;

	if (schema_load(doc, e->yaml, strlen(e->yaml), &raw, err) < 0)
		return -1;
	e->load_given = document_find(doc, "load") != 0;
	e->search_given = document_find(doc, "search") != 0;
	rc = read_texts(e, raw, doc, err);
	if (rc == 0)
		rc = quantities_read(e, raw, doc, err);
	if (rc == 0)
		rc = variants_read(e, raw, doc, program_dir, err);
	if (rc == 0)
		rc = search_check(e, raw, doc, err);
	if (rc == 0)
		rc = check_together(e, doc, err);
	if (rc == 0)
		rc = findings_check(e, raw, doc, err);
	if (rc == 0)
		rc = report_check(raw, doc, err);
	schema_free(raw);
	return rc;
}

static int load(struct experiment *e, const char *text, size_t len, const char *program_dir,
		struct error *err)
{
	struct document doc = {0};
	int rc;

	if (document_init(&doc, e->path, text, len, err) < 0)
		return -1;
	rc = override_apply(&doc, (const char *const *)e->overrides, e->overrides_count, err);
	if (rc == 0)
		rc = document_check(&doc, err); /* an override can make a key long, or one more */
	if (rc == 0)
		rc = text_as_run(e, text, len, &e->yaml, err);
	if (rc == 0)
		rc = read_all(e, &doc, program_dir, err);
	document_destroy(&doc);
	return rc;
}

int experiment_load(struct experiment *e, const char *path, const char *const *overrides,
		    size_t overrides_count, const char *program_dir, struct error *err)
{
	cleanup_free char *text = NULL;
	ssize_t len;

	*e = (struct experiment){0};
	len = document_read(path, &text, err);
	if (len < 0)
		return -1;
	if (keep_input(e, path, overrides, overrides_count, err) < 0 ||
	    load(e, text, (size_t)len, program_dir, err) < 0) {
		experiment_destroy(e);
		return -1;
	}
	return 0;
}

void experiment_destroy(struct experiment *e)
{
	variants_destroy(e);
	for (size_t i = 0; i < e->overrides_count; i++)
		free(e->overrides[i]);
	free(e->overrides);
	free(e->about);
	free(e->path);
	free(e->yaml);
	*e = (struct experiment){0};
}
