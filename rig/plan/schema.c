/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rig/plan/experiment.h"

#define TEXT(key, flags, type, member)                                                             \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), type, member, 0, SCHEMA_TEXT_MAX)
#define NEEDED   CYAML_FLAG_DEFAULT
#define OPTIONAL CYAML_FLAG_OPTIONAL

static const cyaml_schema_field_t load_fields[] = {
    TEXT("mode", OPTIONAL, struct raw_load, mode),
    TEXT("arrivals", OPTIONAL, struct raw_load, arrivals),
    TEXT("rate", OPTIONAL, struct raw_load, rate),
    TEXT("service", NEEDED, struct raw_load, service),
    TEXT("warmup", OPTIONAL, struct raw_load, warmup),
    TEXT("measure", NEEDED, struct raw_load, measure),
    TEXT("lateness", OPTIONAL, struct raw_load, lateness),
    TEXT("startup", OPTIONAL, struct raw_load, startup),
    TEXT("drain", OPTIONAL, struct raw_load, drain),
    TEXT("peak", OPTIONAL, struct raw_load, peak),
    TEXT("at", OPTIONAL, struct raw_load, at),
    TEXT("rise", OPTIONAL, struct raw_load, rise),
    TEXT("hold", OPTIONAL, struct raw_load, hold),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t cpus_fields[] = {
    TEXT("work", OPTIONAL, struct raw_cpus, work),
    TEXT("load", OPTIONAL, struct raw_cpus, load),
    TEXT("housekeeping", OPTIONAL, struct raw_cpus, housekeeping),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t cell_fields[] = {
    CYAML_FIELD_MAPPING("cpus", OPTIONAL, struct raw_cell, cpus, cpus_fields),
    TEXT("memory", OPTIONAL, struct raw_cell, memory),
    TEXT("swap", OPTIONAL, struct raw_cell, swap),
    TEXT("pids", OPTIONAL, struct raw_cell, pids),
    TEXT("net", OPTIONAL, struct raw_cell, net),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t word = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, SCHEMA_TEXT_MAX),
};

static const cyaml_schema_field_t variant_fields[] = {
    TEXT("name", NEEDED, struct raw_variant, name),
    CYAML_FIELD_SEQUENCE("command", CYAML_FLAG_POINTER, struct raw_variant, command, &word, 1,
			 SCHEMA_WORDS_MAX),
    TEXT("protocol", OPTIONAL, struct raw_variant, protocol),
    TEXT("timeout", OPTIONAL, struct raw_variant, timeout),
    CYAML_FIELD_IGNORE("params", OPTIONAL),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t variant = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_variant, variant_fields),
};

static const cyaml_schema_field_t search_fields[] = {
    TEXT("metric", OPTIONAL, struct raw_search, metric),
    TEXT("bound", NEEDED, struct raw_search, bound),
    TEXT("from", NEEDED, struct raw_search, from),
    TEXT("to", NEEDED, struct raw_search, to),
    TEXT("resolution", OPTIONAL, struct raw_search, resolution),
    TEXT("confirm", OPTIONAL, struct raw_search, confirm),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t trials_fields[] = {
    TEXT("count", OPTIONAL, struct raw_trials, count),
    TEXT("seed", OPTIONAL, struct raw_trials, seed),
    TEXT("retries", OPTIONAL, struct raw_trials, retries),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t report_fields[] = {
    TEXT("heatmap", OPTIONAL, struct raw_report, heatmap),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t finding_fields[] = {
    TEXT("claim", NEEDED, struct raw_finding, claim),
    TEXT("source", OPTIONAL, struct raw_finding, source),
    TEXT("found", NEEDED, struct raw_finding, found),
    TEXT("holds", NEEDED, struct raw_finding, holds),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t finding = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_finding, finding_fields),
};

static const cyaml_schema_field_t experiment_fields[] = {
    TEXT("experiment", NEEDED, struct raw_experiment, experiment),
    TEXT("about", OPTIONAL, struct raw_experiment, about),
    CYAML_FIELD_MAPPING("load", OPTIONAL, struct raw_experiment, load, load_fields),
    CYAML_FIELD_MAPPING("cell", OPTIONAL, struct raw_experiment, cell, cell_fields),
    CYAML_FIELD_SEQUENCE("variants", CYAML_FLAG_POINTER, struct raw_experiment, variants, &variant,
			 1, EXPERIMENT_VARIANTS_MAX),
    CYAML_FIELD_MAPPING("search", OPTIONAL, struct raw_experiment, search, search_fields),
    CYAML_FIELD_MAPPING("trials", OPTIONAL, struct raw_experiment, trials, trials_fields),
    CYAML_FIELD_MAPPING("report", OPTIONAL, struct raw_experiment, report, report_fields),
    CYAML_FIELD_SEQUENCE("findings", CYAML_FLAG_POINTER | OPTIONAL, struct raw_experiment, findings,
			 &finding, 1, FINDINGS_MAX),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t schema_experiment = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_experiment, experiment_fields),
};

/* What libcyaml logs at level error, as one line. */
struct received {
	char text[512];
	size_t used;
};

static void hear(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct received *received = ctx;
	size_t left = sizeof(received->text) - received->used;
	int n;

	if (level < CYAML_LOG_ERROR || left < 2)
		return;
	n = vsnprintf(received->text + received->used, left, fmt, args);
	if (n < 0)
		return;
	received->used += (size_t)n < left ? (size_t)n : left - 1;
	for (char *newline = received->text; (newline = strchr(newline, '\n')) != NULL;)
		*newline = ' ';
}

static cyaml_config_t config_for(struct received *received)
{
	return (cyaml_config_t){
	    .log_fn = received ? hear : NULL,
	    .log_ctx = received,
	    .mem_fn = cyaml_mem,
	    .log_level = CYAML_LOG_ERROR,
	    .flags = CYAML_CFG_DEFAULT,
	};
}

int schema_load(const struct document *doc, const char *text, size_t len,
		struct raw_experiment **raw, struct error *err)
{
	struct received received = {{0}, 0};
	cyaml_config_t config = config_for(&received);
	cyaml_data_t *data = NULL;
	cyaml_err_t rc;

	rc = cyaml_load_data((const uint8_t *)text, len, &config, &schema_experiment, &data, NULL);
	if (rc == CYAML_OK && data) {
		*raw = data;
		return 0;
	}
	if (rc == CYAML_ERR_OOM)
		return error_host(err, ENOMEM, "%s: cannot be loaded", doc->path);
	if (schema_explain(doc, err) < 0)
		return -1;
	return document_error(doc, DOCUMENT_ROOT, err,
			      "does not fit what docs/experiment.md says: %s: %s",
			      cyaml_strerror(rc), received.text);
}

void schema_free(struct raw_experiment *raw)
{
	cyaml_config_t config = config_for(NULL);

	if (raw)
		cyaml_free(&config, &schema_experiment, raw, 0);
}
