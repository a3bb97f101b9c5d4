/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making the tables of a store, and adding what joined later. Internal to rig/store/. */
#ifndef POOLRIG_RIG_STORE_SCHEMA_H
#define POOLRIG_RIG_STORE_SCHEMA_H

#include "base/error.h"
#include "rig/store/db.h"

/* "PRIG": tells our files from other SQLite databases (file(1) shows it, too). */
#define SCHEMA_APPLICATION_ID 0x50524947
/* Raised only when an older poolrig could no longer read the file rightly. A new counter adds a
 * column, and what joined later a table: both leave it as it is. */
#define SCHEMA_VERSION 1

/* Is it a store that this program can read? Errors are ERROR_INPUT. */
enum schema_state { SCHEMA_OURS = 0, SCHEMA_EMPTY };
int schema_check(struct store *store, enum schema_state *state, struct error *err);

/* Make the tables in one transaction; where another process has made them meanwhile, that is well,
 * too. */
int schema_create(struct store *store, struct error *err);

/* Add what this program knows and the file does not: tables that joined later, a column for each
 * counter, and the one for a run's plan. */
int schema_add(struct store *store, struct error *err);

#endif
