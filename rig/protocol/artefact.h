/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An artefact as it arrives: a descriptor of a workload that is not trusted. */
#ifndef POOLRIG_RIG_PROTOCOL_ARTEFACT_H
#define POOLRIG_RIG_PROTOCOL_ARTEFACT_H

#include "base/error.h"
#include "rig/record/trial_record.h"

/*
 * Is fd what an artefact must be: a memfd that has exactly artefact->bytes, may be read, and is
 * sealed against writing, growing and shrinking, so that it can neither change while it is read nor
 * make a read fail (memfd_create(2), "File-sealing")? Nothing is read from it, and no path is
 * opened. Errors: ERROR_WORKLOAD.
 */
int artefact_check(int fd, const struct trial_artefact *artefact, struct error *err);

/* Is there room for one more beside those that came before it? Errors, ERROR_WORKLOAD: too many,
 * too many bytes together (POOLRIG_PROTOCOL_ARTEFACTS_MAX, POOLRIG_PROTOCOL_ARTEFACT_BYTES_MAX),
 * its name a second time. */
int artefact_room(const struct trial_record *r, const struct trial_artefact *artefact,
		  struct error *err);

#endif
