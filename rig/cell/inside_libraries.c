/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/inside.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* The program itself has no name; clock_gettime(2) is in the vDSO. */
static bool is_needed(const char *name)
{
	return !*name || starts(name, "libc.so") || starts(name, "ld") ||
	       starts(name, "linux-vdso");
}

static int find_glibc(struct dl_phdr_info *info, size_t size, void *found)
{
	(void)size;
	if (strcmp(basename(info->dlpi_name), "libc.so.6") == 0)
		*(bool *)found = true;
	return 0;
}

static int unmap(struct dl_phdr_info *info, size_t size, void *page_size)
{
	uintptr_t page = *(uintptr_t *)page_size, from = UINTPTR_MAX, to = 0;

	(void)size;
	if (is_needed(basename(info->dlpi_name)))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD)
			continue;
		if (segment->p_vaddr < from)
			from = segment->p_vaddr;
		if (segment->p_vaddr + segment->p_memsz > to)
			to = segment->p_vaddr + segment->p_memsz;
	}
	if (from >= to)
		return 0;
	from = (info->dlpi_addr + from) & ~(page - 1);
	to = (info->dlpi_addr + to + page - 1) & ~(page - 1);
	munmap((void *)from, to - from);
	return 0;
}

void unmap_libraries(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	bool glibc = false;

	if (SANITIZED || getenv("LD_PRELOAD"))
		return;
	dl_iterate_phdr(find_glibc, &glibc);
	if (glibc)
		dl_iterate_phdr(unmap, &page);
}
