/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of the documentation is made from the program's own tables. `docgen` prints it, and
 * scripts/gen-docs puts it where it belongs: docs_table.c into docs/ and the README, docs_man.c
 * into docs/man, docs_completion.c into docs/completion. */
#ifndef POOLRIG_RIG_DOCS_DOCS_H
#define POOLRIG_RIG_DOCS_DOCS_H

#include <stdio.h>

#include "rig/verbs/verb.h"

/* Of pages: the day that their meaning last changed. */
#define DOCS_DATE "2026-11-28"

/* All verbs in the order of `poolrig --help`, up to a NULL. */
extern const struct verb *const docs_verbs[];

/* A table in Markdown by its name ("verbs", "metrics", …). Returns -1 where there is none. */
int docs_table(const char *name, FILE *to);

/* The names of all manual pages, a line each; and one of them, in roff(7). docs_page() returns -1
 * where there is none of that name. */
void docs_page_names(FILE *to);
int docs_page(const char *name, FILE *to);

/* What a shell asks for completion: "bash" or "zsh". Returns -1 for any other. */
int docs_completion(const char *shell, FILE *to);

#endif
