/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the trial under way; internal to rig/store/. */
#ifndef POOLRIG_RIG_STORE_PUT_H
#define POOLRIG_RIG_STORE_PUT_H

#include "rig/store/db.h"

/* The samples, events and records that r holds now. */
int put_portion(struct store *store, const struct trial_record *r, struct error *err);

/* The trial itself, and what it has few of. */
int put_rest(struct store *store, const struct trial_record *r, struct error *err);

/* One artefact, read from its memfd part by part. In put_artefact.c. */
int put_artefact(struct store *store, const struct trial_artefact *artefact, struct error *err);

#endif
