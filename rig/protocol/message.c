/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/protocol/message.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hdr.h"
#include "base/protocol.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static int wrong(struct error *err, const char *type, const char *key, const char *reason)
{
	return error_set(err, ERROR_WORKLOAD, 0, "protocol: %s: \"%s\": %s", type, key, reason);
}

static int get_string(const json_t *object, const char *type, const char *key, char *to,
		      size_t size, struct error *err)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		return wrong(err, type, key, "missing, or not a string");
	if (strlen(text) >= size)
		return wrong(err, type, key, "too long");
	snprintf(to, size, "%s", text);
	return 0;
}

static int get_integer(const json_t *object, const char *type, const char *key, int64_t *to,
		       struct error *err)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return wrong(err, type, key, "missing, or not an integer");
	*to = json_integer_value(value);
	return 0;
}

/* Of the clock that begins at the start instant. */
static int get_instant(const json_t *object, const char *type, const char *key, int64_t *to,
		       struct error *err)
{
	if (get_integer(object, type, key, to, err) < 0)
		return -1;
	return ns_in_limit(*to) ? 0
				: wrong(err, type, key,
					"more than 146 years from the start; instants are in "
					"nanoseconds from start_ns");
}

static int get_names(const json_t *object, json_t **names, struct error *err)
{
	json_t *all = json_object_get(object, "records");
	const json_t *name;
	size_t i;

	if (!json_is_array(all))
		return wrong(err, "hello", "records", "missing, or not an array");
	json_array_foreach(all, i, name)
	{
		if (!json_is_string(name))
			return wrong(err, "hello", "records", "one of them is not a string");
	}
	*names = json_incref(all);
	return 0;
}

int message_hello(const json_t *object, char *name, size_t name_size, char *version,
		  size_t version_size, json_t **records, struct error *err)
{
	int64_t protocol;

	if (get_integer(object, "hello", "protocol", &protocol, err) < 0)
		return -1;
	if (protocol != POOLRIG_PROTOCOL_VERSION)
		return error_set(err, ERROR_WORKLOAD, 0,
				 "protocol: the workload speaks version %lld, this rig %d",
				 (long long)protocol, POOLRIG_PROTOCOL_VERSION);
	if (get_string(object, "hello", "name", name, name_size, err) < 0)
		return -1;
	if (get_string(object, "hello", "version", version, version_size, err) < 0)
		return -1;
	return get_names(object, records, err);
}

int message_ready(const json_t *object, bool *closed, struct error *err)
{
	const json_t *loop = json_object_get(object, "loop");
	const char *text = json_string_value(loop);

	*closed = text && strcmp(text, "closed") == 0;
	if (!loop || *closed || (text && strcmp(text, "open") == 0))
		return 0;
	return wrong(err, "ready", "loop", "neither \"open\" nor \"closed\"");
}

int message_progress(const json_t *object, struct workload_record *record, struct error *err)
{
	int64_t completed;

	*record = (struct workload_record){0};
	if (get_instant(object, "progress", "at_ns", &record->to_ns, err) < 0 ||
	    get_integer(object, "progress", "completed", &completed, err) < 0)
		return -1;
	record->value = (double)completed;
	return 0;
}

int message_error(const json_t *object, struct error *err)
{
	const char *text = json_string_value(json_object_get(object, "text"));

	return error_set(err, ERROR_WORKLOAD, 0, "the workload gave up: %.400s",
			 text ? text : "it did not say why");
}

static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return true;
}

/* A name becomes a metric's, and with a dot it would be nested. */
static bool is_name(const char *name)
{
	size_t len = strspn(name, NAME_CHARACTERS);

	return len && !name[len];
}

static int take_histogram(const json_t *object, struct workload_record *record, struct error *err)
{
	const char *text = json_string_value(json_object_get(object, "hdr"));

	if (!text)
		return wrong(err, "record", "hdr", "missing, or not a string");
	record->hdr = strdup(text);
	record->known = true;
	return record->hdr ? 0 : error_host(err, ENOMEM, "record %s", record->name);
}

int message_histogram(const struct workload_record *record, struct hdr *h, struct error *err)
{
	if (hdr_decode(record->hdr, h, err) == 0)
		return 0;
	err->kind = ERROR_WORKLOAD;
	return error_wrap(err, "protocol: record %s", record->name);
}

static int take_value(const json_t *object, struct workload_record *record, struct error *err)
{
	const json_t *value = json_object_get(object, "value");

	if (json_is_number(value)) {
		record->value = json_number_value(value);
		record->known = isfinite(record->value);
		return 0;
	}
	if (!json_is_null(value))
		return wrong(err, "record", "value", "missing, or neither a number nor null");
	record->known = false;
	return get_string(object, "record", "reason", record->reason, sizeof(record->reason), err);
}

int message_record(const json_t *object, struct workload_record *record, struct error *err)
{
	*record = (struct workload_record){0};
	if (get_string(object, "record", "name", record->name, sizeof(record->name), err) < 0 ||
	    get_string(object, "record", "kind", record->kind, sizeof(record->kind), err) < 0 ||
	    get_string(object, "record", "unit", record->unit, sizeof(record->unit), err) < 0 ||
	    get_instant(object, "record", "from_ns", &record->from_ns, err) < 0 ||
	    get_instant(object, "record", "to_ns", &record->to_ns, err) < 0)
		return -1;
	if (record->to_ns < record->from_ns)
		return wrong(err, "record", "to_ns", "before from_ns");
	if (!is_name(record->name))
		return wrong(err, "record", "name", "not a name; use letters, digits, _ and -");
	if (!is_plain(record->unit))
		return wrong(err, "record", "unit", "not plain ASCII");
	if (strcmp(record->kind, "histogram") == 0)
		return take_histogram(object, record, err);
	if (strcmp(record->kind, "counter") == 0 || strcmp(record->kind, "gauge") == 0)
		return take_value(object, record, err);
	return wrong(err, "record", "kind", "not counter, gauge or histogram");
}

int message_event(const json_t *object, struct trial_event *event, struct error *err)
{
	static const char by[] = "workload.";
	char kind[sizeof(event->kind) - sizeof(by) + 1];

	*event = (struct trial_event){0};
	if (get_instant(object, "event", "at_ns", &event->at_ns, err) < 0 ||
	    get_string(object, "event", "kind", kind, sizeof(kind), err) < 0 ||
	    get_string(object, "event", "text", event->text, sizeof(event->text), err) < 0)
		return -1;
	if (!is_name(kind))
		return wrong(err, "event", "kind", "not a name; use letters, digits, _ and -");
	snprintf(event->kind, sizeof(event->kind), "%s%s", by, kind);
	return 0;
}

/* It may become a file's name: no path, nothing hidden. */
static bool is_file_name(const char *name)
{
	size_t len = strspn(name, NAME_CHARACTERS ".");

	return len && !name[len] && name[0] != '.' && name[0] != '-';
}

int message_artefact(const json_t *object, struct trial_artefact *artefact, struct error *err)
{
	const json_t *intrusive = json_object_get(object, "intrusive");
	int64_t bytes;

	*artefact = (struct trial_artefact){.fd = -1};
	if (get_string(object, "artefact", "name", artefact->name, sizeof(artefact->name), err) <
		0 ||
	    get_string(object, "artefact", "media", artefact->media, sizeof(artefact->media), err) <
		0 ||
	    get_integer(object, "artefact", "bytes", &bytes, err) < 0)
		return -1;
	if (!is_file_name(artefact->name))
		return wrong(
		    err, "artefact", "name",
		    "not a name; use letters, digits, _, - and ., a letter or digit first");
	if (!artefact->media[0] || !is_plain(artefact->media))
		return wrong(err, "artefact", "media", "empty, or not plain ASCII");
	if (bytes < 0)
		return wrong(err, "artefact", "bytes", "negative");
	if (!json_is_boolean(intrusive))
		return wrong(err, "artefact", "intrusive", "missing, or not a boolean");
	artefact->bytes = (uint64_t)bytes;
	artefact->intrusive = json_is_true(intrusive);
	return 0;
}
