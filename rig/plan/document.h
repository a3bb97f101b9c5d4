/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A YAML file as a tree whose every node knows where it came from: a line of the file, or an
 * override of the command line.
 *
 * A node is named by its id in the libyaml document, from 1 (the root); 0 is no node.
 */
#ifndef POOLRIG_RIG_PLAN_DOCUMENT_H
#define POOLRIG_RIG_PLAN_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/error.h"

/* What is refused before anything else looks at it, so that no input is expensive. The nodes are
 * counted with every alias written out (a "billion laughs" is small only before that). */
#define DOCUMENT_BYTES_MAX   (1024 * 1024)
#define DOCUMENT_DEPTH_MAX   12
#define DOCUMENT_NODES_MAX   20000
#define DOCUMENT_KEYS_MAX    256 /* of one mapping */
#define DOCUMENT_ANCHORS_MAX 256

struct document {
	const char *path;             /* as the user wrote it; borrowed */
	const char *const *overrides; /* the texts KEY=VALUE; borrowed */
	yaml_document_t yaml;
	bool loaded;
	int *origins; /* by node id; 0: the file, N: the N-th override (from 1); owned */
	size_t origins_size;
};

/* Read the text of a file, without a byte order mark. Returns its length, or -1 with `path:1: …` (ERROR_INPUT). */
ssize_t document_read(const char *path, char **text, struct error *err);

/* Parse a text. Errors (ERROR_INPUT) begin with `path:line: `: not text, not YAML, not one mapping,
 * a key twice, too deep, too large. */
int document_init(struct document *doc, const char *path, const char *text, size_t len,
		  struct error *err);
void document_destroy(struct document *doc); /* takes a zeroed struct */

/* The limits above, keys that are words and stand once in a mapping, texts without a NUL.
 * document_init() calls it. */
int document_check(const struct document *doc, struct error *err);

#define DOCUMENT_ROOT 1
yaml_node_t *document_node(const struct document *doc, int id); /* valid until a node is added */
/* The value of a key of a mapping, or the item of a sequence by number or by its `name`; 0: none.
 * *key_id, where not NULL, becomes the node of the key (of an item: the item). */
int document_child(const struct document *doc, int id, const char *key, int *key_id);
/* The same of the place of the pair or item, below document_count(). */
int document_at(const struct document *doc, int id, size_t i, int *key_id);
/* That place, by key, or by number or `name`; -1: none. */
int document_index(const struct document *doc, int id, const char *key);
/* The node of a dotted path from the root; 0: none. */
int document_find(const struct document *doc, const char *path);
/* How many pairs a mapping or items a sequence has; 0 for anything else. */
size_t document_count(const yaml_node_t *node);
/* The text of a scalar; NULL for anything else. */
const char *document_scalar(const struct document *doc, int id);

/* Say that a node came from the N-th override. */
int document_set_origin(struct document *doc, int id, int override, struct error *err);
/* Line in the file, or -N for the N-th override; 0 for no node. */
int document_line(const struct document *doc, int id);
/* Where a node came from, for people: "x.yaml:12" or "--set load.rate=5". Returns buf. */
const char *document_where(const struct document *doc, int id, char *buf, size_t size);
/* An ERROR_INPUT that begins with where the node came from. Returns -1. */
int document_error(const struct document *doc, int id, struct error *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same about the value of a path: `where: path "value": …`. */
int document_wrong(const struct document *doc, const char *path, struct error *err, const char *fmt,
		   ...) __attribute__((format(printf, 4, 5)));

/* Letters, digits, "_" and "-" alone. */
bool document_is_word(const char *text, size_t len);

/* Write the tree as YAML text (owned by the caller); the document is empty afterwards. */
int document_emit(struct document *doc, char **text, struct error *err);

#endif
