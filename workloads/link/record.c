/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/link/record.h"

#include "base/own.h"

json_t *bench_record(const char *name, const char *kind, const char *unit, struct bench_span span)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "type", "record", "name", name, "kind",
			 kind, "unit", unit, "from_ns", (json_int_t)span.from_ns, "to_ns",
			 (json_int_t)span.to_ns);
}

int bench_record_value(struct bench_link *link, json_t *record, json_t *value, const char *reason,
		       struct error *err)
{
	json_object_set_new(record, "value", value ? value : json_null());
	if (!value)
		json_object_set_new(record, "reason", json_string(reason));
	return bench_link_send(link, record, err);
}

int bench_record_histogram(struct bench_link *link, const char *name, struct bench_span span,
			   const struct hdr *hdr, struct error *err)
{
	cleanup_free char *text = NULL;
	json_t *record;

	if (hdr_encode(hdr, &text, err) < 0)
		return -1;
	record = bench_record(name, "histogram", "ns", span);
	json_object_set_new(record, "hdr", json_string(text));
	return bench_link_send(link, record, err);
}
