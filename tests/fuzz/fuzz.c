/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"

void fuzz_fail(const char *file, int line, const char *condition, const char *text)
{
	fprintf(stderr, "%s:%d: it must be that %s: %s\n", file, line, condition, text);
	abort();
}

void fuzz_error(const struct error *err)
{
	FUZZ_MUST_OF(err->kind != ERROR_NONE, "a failure without a reason");
	FUZZ_MUST_OF(err->text[0] && !strchr(err->text, '\n'), err->text);
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	FUZZ_MUST(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static char own_dir[256];

static void remove_dir(void)
{
	cleanup_dir DIR *dir = opendir(own_dir);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	rmdir(own_dir);
}

const char *fuzz_dir(void)
{
	const char *tmp = getenv("TEST_TMP");

	if (own_dir[0])
		return own_dir;
	snprintf(own_dir, sizeof(own_dir), "%s/fuzz.XXXXXX", tmp ? tmp : "/tmp");
	FUZZ_MUST(mkdtemp(own_dir));
	atexit(remove_dir);
	return own_dir;
}

const char *fuzz_file(const char *name, const void *data, size_t size)
{
	static char path[512];
	cleanup_fd int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", fuzz_dir(), name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	FUZZ_MUST_OF(fd >= 0 && io_write_all(fd, data, size) == 0, path);
	return path;
}

uint64_t fuzz_take(struct fuzz_bytes *in, size_t bytes)
{
	uint64_t number = 0;

	for (; bytes && in->left; bytes--, in->left--)
		number = number << 8 | *in->at++;
	return number;
}

double fuzz_scale(struct fuzz_bytes *in, double low, double high)
{
	double share = (double)fuzz_take(in, 4) / UINT32_MAX;

	return fmin(high, fmax(low, low * pow(high / low, share)));
}
