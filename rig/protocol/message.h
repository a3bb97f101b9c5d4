/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of a workload, taken apart. Pure: JSON in, plain data out. Errors are of kind
 * ERROR_WORKLOAD. */
#ifndef POOLRIG_RIG_PROTOCOL_MESSAGE_H
#define POOLRIG_RIG_PROTOCOL_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/hdr.h"
#include "rig/record/trial_record.h"

/* *records: the names of the records that it declares, an array of strings; the caller decrefs. */
int message_hello(const json_t *object, char *name, size_t name_size, char *version,
		  size_t version_size, json_t **records, struct error *err);
int message_ready(const json_t *object, bool *closed, struct error *err);
/* record->hdr is the caller's to free (NULL where the kind is not histogram). */
int message_record(const json_t *object, struct workload_record *record, struct error *err);
/* How far the load has come: record->value tasks completed from the start to record->to_ns. */
int message_progress(const json_t *object, struct workload_record *record, struct error *err);
/* Decode the histogram of a record into h (which the caller destroys). Apart from message_record(),
 * because it costs a tenth of a millisecond, and records arrive while the trial is measured. */
int message_histogram(const struct workload_record *record, struct hdr *h, struct error *err);
/* What the workload noticed; event->kind gets "workload." before it, so that it is not taken
 * for an event of the kernel or of the rig. event->cell stays empty. */
int message_event(const json_t *object, struct trial_event *event, struct error *err);
/* The description of an artefact; artefact->fd is -1. */
int message_artefact(const json_t *object, struct trial_artefact *artefact, struct error *err);
/* An `error` message: always returns -1, with the workload's own text. */
int message_error(const json_t *object, struct error *err);

#endif
