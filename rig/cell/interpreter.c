/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/interpreter.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"

/* kernel: fs/binfmt_script.c: blanks around it are skipped, an argument may follow. */
static char *of_script(const char *text)
{
	const char *at = text + 2;

	at += strspn(at, " \t");
	return strndup(at, strcspn(at, " \t\n"));
}

/* Where the two classes of programs have what is looked for; both have it in the host's byte order.
 */
static const struct layout {
	size_t table, entry_size, entries; /* in the file's header; the first is of `word` bytes */
	size_t offset, size;               /* in a segment's header, of `word` bytes */
	size_t word;
} layouts[] = {
    {offsetof(Elf32_Ehdr, e_phoff), offsetof(Elf32_Ehdr, e_phentsize),
     offsetof(Elf32_Ehdr, e_phnum), offsetof(Elf32_Phdr, p_offset), offsetof(Elf32_Phdr, p_filesz),
     sizeof(Elf32_Off)},
    {offsetof(Elf64_Ehdr, e_phoff), offsetof(Elf64_Ehdr, e_phentsize),
     offsetof(Elf64_Ehdr, e_phnum), offsetof(Elf64_Phdr, p_offset), offsetof(Elf64_Phdr, p_filesz),
     sizeof(Elf64_Off)},
};

static uint64_t number(const char *text, size_t at, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, text + at, size);
	return value;
}

static char *of_elf(int fd, const char *header)
{
	const struct layout *l = &layouts[header[EI_CLASS] == ELFCLASS64];
	uint64_t at = number(header, l->table, l->word);
	uint64_t count = number(header, l->entries, sizeof(Elf64_Half));
	char segment[sizeof(Elf64_Phdr)], *path;
	uint64_t size;

	for (; count; count--, at += number(header, l->entry_size, sizeof(Elf64_Half))) {
		if (pread(fd, segment, sizeof(segment), (off_t)at) != sizeof(segment))
			return NULL;
		if (number(segment, 0, sizeof(Elf64_Word)) == PT_INTERP)
			break;
	}
	size = count ? number(segment, l->size, l->word) : PATH_MAX;
	path = size < PATH_MAX ? calloc(1, size + 1) : NULL;
	if (path &&
	    pread(fd, path, size, (off_t)number(segment, l->offset, l->word)) != (ssize_t)size)
		own_free(&path);
	return path;
}

char *interpreter_of(const char *program)
{
	cleanup_fd int fd = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[PATH_MAX] = "";
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);

	if (n > 2 && text[0] == '#' && text[1] == '!')
		return of_script(text);
	if (n < (ssize_t)sizeof(Elf64_Ehdr) || memcmp(text, ELFMAG, SELFMAG) != 0)
		return NULL;
	return of_elf(fd, text);
}
