/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The corpus of a target, once: fuzz_NAME reads tests/fuzz/corpus/NAME, or the files it is given.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/own.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (8 << 20)

static int replay(int dirfd, const char *name)
{
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;
	ssize_t size = io_slurp_at(dirfd, name, INPUT_MAX, &text, &err);

	if (size < 0) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	printf("%s\n", name);
	fflush(stdout); /* the last one printed is the one that failed */
	return LLVMFuzzerTestOneInput((const uint8_t *)text, (size_t)size);
}

static int replay_all(const char *path)
{
	cleanup_dir DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (replay(dirfd(dir), entry->d_name) < 0)
			return -1;
		count++;
	}
	printf("%d inputs of %s\n", count, path);
	return count ? 0 : -1;
}

int main(int argc, char **argv)
{
	const char *name = strstr(argv[0], "fuzz_");
	char path[512];
	int ret = 0;

	for (const char *next = name; (next = strstr(next + 1, "fuzz_"));)
		name = next;
	snprintf(path, sizeof(path), "tests/fuzz/corpus/%s", name ? name + strlen("fuzz_") : "");
	if (argc == 1)
		ret = replay_all(path);
	for (int i = 1; i < argc && ret == 0; i++)
		ret = replay(AT_FDCWD, argv[i]);
	return ret == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
