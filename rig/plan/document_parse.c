/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a file to a document, and what libyaml says on the way as one error of ours. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/io.h"
#include "rig/plan/document.h"

/* Editors on Windows write a byte order mark before UTF-8, which is no part of the text. That of
 * UTF-16 says that the text is in another encoding. Returns the length that is left, or -1. */
static ssize_t without_mark(const char *path, char *text, ssize_t len, struct error *err)
{
	static const char utf8[] = "\xef\xbb\xbf";
	const ssize_t mark = (ssize_t)strlen(utf8);

	if (strncmp(text, "\xff\xfe", 2) == 0 || strncmp(text, "\xfe\xff", 2) == 0)
		return error_input(
		    err, "%s:1: text in UTF-16, by its byte order mark; save it as UTF-8", path);
	if (strncmp(text, utf8, strlen(utf8)) != 0)
		return len;
	memmove(text, text + mark, (size_t)(len - mark) + 1);
	return len - mark;
}

ssize_t document_read(const char *path, char **text, struct error *err)
{
	struct error why = ERROR_INIT;
	ssize_t len = io_slurp_at(AT_FDCWD, path, DOCUMENT_BYTES_MAX, text, &why);

	if (len >= 0)
		len = without_mark(path, *text, len, err);
	if (len < 0 && why.kind == ERROR_NONE) {
		free(*text);
		*text = NULL;
	}
	if (why.kind == ERROR_NONE)
		return len;
	if (why.errnum == ENOMEM)
		return error_host(err, ENOMEM, "%s: cannot be read", path);
	if (why.errnum == EFBIG)
		return error_input(err,
				   "%s:1: larger than %d KiB, so not an experiment; give the path "
				   "of an experiment file",
				   path, DOCUMENT_BYTES_MAX / 1024);
	error_input(err, "%s:1: cannot be read: %s; give the path of an experiment file", path,
		    strerror(why.errnum));
	if (err)
		err->errnum = why.errnum;
	return -1;
}

/* The line (from 1) of a byte of the text. */
static size_t line_of(const char *text, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += text[i] == '\n';
	return line;
}

/* What libyaml says, as one error of ours. Its reader knows a byte, its scanner a line. */
static int parser_error(const yaml_parser_t *parser, const char *path, const char *text, size_t len,
			struct error *err)
{
	const char *problem = parser->problem ? parser->problem : "no reason was given";
	size_t offset = parser->problem_offset < len ? parser->problem_offset : len;

	switch (parser->error) {
	case YAML_NO_ERROR: /* so it ends where it has no memory for a node */
	case YAML_MEMORY_ERROR:
		return error_host(err, ENOMEM, "%s: cannot be parsed", path);
	case YAML_READER_ERROR:
		return error_input(err,
				   "%s:%zu: not text: %s (byte 0x%02x); an experiment is UTF-8 "
				   "without control characters",
				   path, line_of(text, offset), problem,
				   (unsigned)parser->problem_value & 0xff);
	default:
		if (parser->context)
			return error_input(err, "%s:%zu: not YAML: %s, %s that began in line %zu",
					   path, parser->problem_mark.line + 1, problem,
					   parser->context, parser->context_mark.line + 1);
		return error_input(err, "%s:%zu: not YAML: %s", path, parser->problem_mark.line + 1,
				   problem);
	}
}

static int depth_change(yaml_token_type_t type)
{
	switch (type) {
	case YAML_BLOCK_SEQUENCE_START_TOKEN:
	case YAML_BLOCK_MAPPING_START_TOKEN:
	case YAML_FLOW_SEQUENCE_START_TOKEN:
	case YAML_FLOW_MAPPING_START_TOKEN:
		return 1;
	case YAML_BLOCK_END_TOKEN:
	case YAML_FLOW_SEQUENCE_END_TOKEN:
	case YAML_FLOW_MAPPING_END_TOKEN:
		return -1;
	default:
		return 0;
	}
}

/* libyaml takes time that grows with the square of the depth (minutes for a megabyte of "[") and of
 * the number of anchors. So the tokens are looked at first. What is no YAML at all is left to the
 * parser, which says it better. */
static int check_tokens(yaml_parser_t *parser, const char *path, struct error *err)
{
	yaml_token_type_t type = YAML_NO_TOKEN;
	int depth = 0, anchors = 0;

	while (type != YAML_STREAM_END_TOKEN) {
		yaml_token_t token;
		size_t line;

		if (!yaml_parser_scan(parser, &token))
			return 0;
		type = token.type;
		line = token.start_mark.line + 1;
		yaml_token_delete(&token);
		depth += depth_change(type);
		anchors += type == YAML_ANCHOR_TOKEN;
		if (depth > DOCUMENT_DEPTH_MAX)
			return error_input(err,
					   "%s:%zu: nested more than %d deep; no key of an "
					   "experiment is as deep as that",
					   path, line, DOCUMENT_DEPTH_MAX);
		if (anchors > DOCUMENT_ANCHORS_MAX)
			return error_input(err,
					   "%s:%zu: more than %d anchors (\"&\"); write values out",
					   path, line, DOCUMENT_ANCHORS_MAX);
	}
	return 0;
}

/* There must be one document in the text, and no more. */
static int parse_one(struct document *doc, yaml_parser_t *parser, const char *text, size_t len,
		     struct error *err)
{
	yaml_document_t second;
	yaml_node_t *node;
	size_t line;

	if (!yaml_parser_load(parser, &doc->yaml))
		return parser_error(parser, doc->path, text, len, err);
	doc->loaded = true;
	node = yaml_document_get_root_node(&doc->yaml);
	if (!node)
		return error_input(err,
				   "%s:1: empty; an experiment needs at least the keys experiment "
				   "and variants",
				   doc->path);
	if (!yaml_parser_load(parser, &second))
		return parser_error(parser, doc->path, text, len, err);
	node = yaml_document_get_root_node(&second);
	line = node ? node->start_mark.line + 1 : 0;
	yaml_document_delete(&second);
	if (line)
		return error_input(err,
				   "%s:%zu: a second document; keep one experiment a file (\"---\" "
				   "begins a document)",
				   doc->path, line);
	return 0;
}

static int open_parser(yaml_parser_t *parser, const char *path, const char *text, size_t len,
		       struct error *err)
{
	if (!yaml_parser_initialize(parser))
		return error_host(err, ENOMEM, "%s: cannot be parsed", path);
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(parser, (const unsigned char *)text, len);
	return 0;
}

int document_init(struct document *doc, const char *path, const char *text, size_t len,
		  struct error *err)
{
	const char *nul = memchr(text, '\0', len);
	yaml_parser_t parser;
	int rc;

	*doc = (struct document){.path = path};
	if (nul)
		return error_input(err,
				   "%s:%zu: a NUL byte, so this is not text; give the path of an "
				   "experiment file",
				   path, line_of(text, (size_t)(nul - text)));
	if (open_parser(&parser, path, text, len, err) < 0)
		return -1;
	rc = check_tokens(&parser, path, err);
	yaml_parser_delete(&parser);
	if (rc < 0 || open_parser(&parser, path, text, len, err) < 0)
		return -1;
	rc = parse_one(doc, &parser, text, len, err);
	yaml_parser_delete(&parser);
	if (rc == 0)
		rc = document_check(doc, err);
	if (rc < 0)
		document_destroy(doc);
	return rc;
}
