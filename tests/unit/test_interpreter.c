/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/cell/interpreter.h"
#include "tests/unit/scratch.h"

static int setup(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	scratch_init(s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	scratch_destroy(*state);
	free(*state);
	return 0;
}

/* expected NULL: none. */
static void is(struct scratch *s, const void *program, size_t size, const char *expected)
{
	cleanup_free char *got = interpreter_of(scratch_write(s, "program", program, size, 0755));

	if (!expected)
		assert_null(got);
	else
		assert_string_equal(got, expected);
}

static void of_scripts(void **state)
{
	static const char *const cases[][2] = {
	    {"#!/bin/sh\necho", "/bin/sh"},
	    {"#!/bin/sh", "/bin/sh"},
	    {"#! /usr/bin/env -S a b\n", "/usr/bin/env"},
	    {"#!\t/no/such\t-x\n", "/no/such"},
	    {"#!/bin/sh\r\n", "/bin/sh\r"},
	    {"#!\nx", ""},
	    {"# /bin/sh\n", NULL},
	    {"#", NULL},
	    {"", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		is(*state, cases[i][0], strlen(cases[i][0]), cases[i][1]);
	assert_null(interpreter_of("/nonexistent/x"));
	assert_null(interpreter_of("/"));
}

static void of_programs(void **state)
{
	cleanup_free char *own = interpreter_of("/proc/self/exe");
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segments[2];
		char path[24];
	} small = {
	    .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32},
		       .e_phoff = offsetof(__typeof__(small), segments),
		       .e_phentsize = sizeof(small.segments[0]),
		       .e_phnum = 2},
	    .segments = {{.p_type = PT_LOAD},
			 {.p_type = PT_INTERP,
			  .p_offset = offsetof(__typeof__(small), path),
			  .p_filesz = 20}},
	    .path = "/lib/ld-linux.so.two",
	};

	/* The loader of this very test is there, or it would not run. */
	assert_non_null(own);
	assert_int_equal(access(own, X_OK), 0);
	is(*state, &small, sizeof(small), "/lib/ld-linux.so.two");
	small.segments[1].p_filesz = UINT32_MAX;
	is(*state, &small, sizeof(small), NULL);
	small.segments[1].p_filesz = 200; /* beyond the file's end */
	is(*state, &small, sizeof(small), NULL);
	small.segments[1].p_type = PT_NOTE;
	is(*state, &small, sizeof(small), NULL);
	small.header.e_phnum = 65535;
	is(*state, &small, sizeof(small), NULL);
	is(*state, &small, 40, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_scripts),
	    cmocka_unit_test(of_programs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
