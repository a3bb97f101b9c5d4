/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "base/text.h"
#include "rig/plan/experiment.h"

/* What execvp(3) uses where PATH is not set. */
#define DEFAULT_PATH "/bin:/usr/bin"

enum found { FOUND_NOTHING, FOUND_NO_PROGRAM, FOUND_PROGRAM };

/* A cell shows the folder of a program below its private /tmp, but not what a way back ("/../")
 * leads through. The name itself is kept, also where it is a link. */
static bool straighten(char **path)
{
	cleanup_free char *real = NULL, *way = *path;
	char *slash = strrchr(way, '/');

	if (strstr(way, "/../")) {
		*path = NULL;
		*slash = '\0';
		real = realpath(*way ? way : "/", NULL);
		return real && asprintf(path, "%s/%s", real[1] ? real : "", slash + 1) >= 0;
	}
	steal_ptr(&way);
	return true;
}

/* Make the absolute path of dir/name (dir "": of name), and look what is there. *out is set where
 * anything is; the caller frees it. */
static enum found look(const char *dir, size_t dir_len, const char *name, char **out)
{
	bool absolute = dir_len ? dir[0] == '/' : name[0] == '/';
	cleanup_free char *cwd = absolute ? NULL : getcwd(NULL, 0);
	cleanup_free char *path = NULL;
	struct stat st;

	if ((!absolute && !cwd) || asprintf(&path, "%s%s%.*s%s%s", cwd ? cwd : "", cwd ? "/" : "",
					    (int)dir_len, dir, dir_len ? "/" : "", name) < 0) {
		path = NULL;
		return FOUND_NOTHING;
	}
	if (stat(path, &st) < 0 || !straighten(&path))
		return FOUND_NOTHING;
	*out = steal_ptr(&path);
	return S_ISREG(st.st_mode) && access(*out, X_OK) == 0 ? FOUND_PROGRAM : FOUND_NO_PROGRAM;
}

/* Something of that name is there; say why it is not taken. */
static int not_a_program(const char *shown, const char *path, struct error *err)
{
	char quoted[TEXT_QUOTE_SIZE];
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return error_input(err, "\"%s\": %s is a directory; write the path of a program",
				   shown, text_quote(path, quoted));
	return error_input(err, "\"%s\": %s is not executable; chmod +x it, or write another path",
			   shown, text_quote(path, quoted));
}

static enum found look_from(const char *base, const char *name, char **out)
{
	return base && *name != '/' ? look(base, strlen(base), name, out) : look("", 0, name, out);
}

static int no_such_file(const char *shown, const char *base, struct error *err)
{
	return error_input(err,
			   "\"%s\": there is no such file; write an absolute path, or one from %s",
			   shown, base ? "the experiment's folder" : "the current directory");
}

static int find_by_path(const char *name, const char *shown, const char *base, char **out,
			struct error *err)
{
	cleanup_free char *found = NULL;

	switch (look_from(base, name, &found)) {
	case FOUND_PROGRAM:
		*out = steal_ptr(&found);
		return 0;
	case FOUND_NO_PROGRAM:
		return not_a_program(shown, found, err);
	default:
		return no_such_file(shown, base, err);
	}
}

/* In one directory after the other; an empty entry means the current one. *blocked is the first of
 * that name that is no program. */
static bool find_in(const char *path, const char *name, char **out, char **blocked)
{
	size_t len;

	for (const char *at = path; at; at = at[len] ? at + len + 1 : NULL) {
		cleanup_free char *found = NULL;
		enum found what;

		len = strcspn(at, ":");
		what = look(len ? at : ".", len ? len : 1, name, &found);
		if (what == FOUND_PROGRAM) {
			*out = steal_ptr(&found);
			return true;
		}
		if (what == FOUND_NO_PROGRAM && !*blocked)
			*blocked = steal_ptr(&found);
	}
	return false;
}

int program_find(const char *name, const struct search_place *where, char **out, struct error *err)
{
	cleanup_free char *blocked = NULL, *beside = NULL;
	char shown[TEXT_QUOTE_SIZE];

	text_quote(name, shown);
	if (!*name)
		return error_input(err, "\"\": no program; write its name or path");
	if (strlen(name) >= PATH_MAX)
		return error_input(err, "\"%s\": the path is too long; at most %d bytes", shown,
				   PATH_MAX - 1);
	if (strchr(name, '/'))
		return find_by_path(name, shown, where->base, out, err);
	if (where->dir && look(where->dir, strlen(where->dir), name, &beside) == FOUND_PROGRAM) {
		*out = steal_ptr(&beside);
		return 0;
	}
	if (find_in(where->path ? where->path : DEFAULT_PATH, name, out, &blocked))
		return 0;
	if (blocked)
		return not_a_program(shown, blocked, err);
	return error_input(
	    err,
	    "\"%s\": no such program beside poolrig or in PATH; build or install it, "
	    "or write its path",
	    shown);
}

int file_find(const char *name, const char *base, char **out, struct error *err)
{
	cleanup_free char *found = NULL;
	char shown[TEXT_QUOTE_SIZE];
	struct stat st;

	text_quote(name, shown);
	if (!*name || look_from(base, name, &found) == FOUND_NOTHING)
		return no_such_file(shown, base, err);
	if (stat(found, &st) < 0 || !S_ISREG(st.st_mode))
		return error_input(err, "\"%s\": not a regular file; write the path of one", shown);
	if (access(found, R_OK) < 0)
		return error_input(err,
				   "\"%s\": cannot be read: %s; chmod it, or write another path",
				   shown, strerror(errno));
	*out = steal_ptr(&found);
	return 0;
}
