/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "rig/plan/experiment.h"

/* What execvp(3) uses where PATH is not set. */
#define DEFAULT_PATH "/bin:/usr/bin"

enum found { FOUND_NOTHING, FOUND_NO_PROGRAM, FOUND_PROGRAM };

/* A cell shows the folder of a program below its private /tmp, but not what a way back ("/../")
 * leads through. The name itself is kept, also where it is a link. */
static bool straighten(char *path, size_t size)
{
	char real[PATH_MAX], name[NAME_MAX + 1], *slash = strrchr(path, '/');

	if (!strstr(path, "/../"))
		return true;
	snprintf(name, sizeof(name), "%s", slash + 1);
	slash[1] = '\0';
	return realpath(path, real) &&
	       snprintf(path, size, "%s%s%s", real, real[1] ? "/" : "", name) < (int)size;
}

/* Make the absolute path of dir/name, and look what is there. */
static enum found look(const char *dir, size_t dir_len, const char *name, char *out, size_t size)
{
	char cwd[PATH_MAX] = "";
	bool absolute = dir_len ? dir[0] == '/' : name[0] == '/';
	struct stat st;
	int n;

	if (!absolute && !getcwd(cwd, sizeof(cwd)))
		return FOUND_NOTHING;
	n = snprintf(out, size, "%s%s%.*s%s%s", cwd, *cwd ? "/" : "", (int)dir_len, dir,
		     dir_len ? "/" : "", name);
	if (n < 0 || (size_t)n >= size || stat(out, &st) < 0 || !straighten(out, size))
		return FOUND_NOTHING;
	return S_ISREG(st.st_mode) && access(out, X_OK) == 0 ? FOUND_PROGRAM : FOUND_NO_PROGRAM;
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

int program_find(const char *name, const char *base, const char *dir, char *out, size_t size,
		 struct error *err)
{
	const char *from = base && *name != '/' ? base : "";
	const char *path = getenv("PATH");
	char shown[TEXT_QUOTE_SIZE], blocked[PATH_MAX] = "";
	enum found found = FOUND_NOTHING;

	text_quote(name, shown);
	if (!*name)
		return error_input(err, "\"\": no program; write its name or path");
	if (strlen(name) >= size)
		return error_input(err, "\"%s\": the path is too long; at most %zu bytes", shown,
				   size - 1);
	if (strchr(name, '/')) {
		found = look(from, strlen(from), name, out, size);
		if (found == FOUND_PROGRAM)
			return 0;
		if (found == FOUND_NO_PROGRAM)
			return not_a_program(shown, out, err);
		return error_input(err,
				   "\"%s\": there is no such file; write an absolute path, or one "
				   "from %s",
				   shown,
				   base ? "the experiment's folder" : "the current directory");
	}
	if (dir && look(dir, strlen(dir), name, out, size) == FOUND_PROGRAM)
		return 0;
	path = path && *path ? path : DEFAULT_PATH;
	while (*path) {
		size_t len = strcspn(path, ":");

		/* an empty entry of PATH means the current directory */
		found = look(len ? path : ".", len ? len : 1, name, out, size);
		if (found == FOUND_PROGRAM)
			return 0;
		if (found == FOUND_NO_PROGRAM && !*blocked)
			snprintf(blocked, sizeof(blocked), "%s", out);
		path += len + (path[len] == ':');
	}
	if (*blocked)
		return not_a_program(shown, blocked, err);
	return error_input(
	    err,
	    "\"%s\": no such program beside poolrig or in PATH; build or install it, "
	    "or write its path",
	    shown);
}

int file_find(const char *name, const char *base, char *out, size_t size, struct error *err)
{
	const char *from = base && *name != '/' ? base : "";
	char shown[TEXT_QUOTE_SIZE];
	struct stat st;

	text_quote(name, shown);
	if (!*name || look(from, strlen(from), name, out, size) == FOUND_NOTHING)
		return error_input(err,
				   "\"%s\": there is no such file; write an absolute path, or one "
				   "from %s",
				   shown,
				   base ? "the experiment's folder" : "the current directory");
	if (stat(out, &st) < 0 || !S_ISREG(st.st_mode))
		return error_input(err, "\"%s\": not a regular file; write the path of one", shown);
	if (access(out, R_OK) < 0)
		return error_input(err,
				   "\"%s\": cannot be read: %s; chmod it, or write another path",
				   shown, strerror(errno));
	return 0;
}
