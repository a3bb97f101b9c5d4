/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fuzz targets share. A target is tests/fuzz/fuzz_NAME.c: one function that takes any
 * bytes, and checks what must hold of whatever comes out. `make fuzz` links it with libFuzzer
 * (clang), and `make check` with replay.c, which feeds it the inputs in tests/fuzz/corpus/NAME.
 */
#ifndef POOLRIG_TESTS_FUZZ_FUZZ_H
#define POOLRIG_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* libFuzzer's names (llvm.org/docs/LibFuzzer.html). Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program as a crash, so that the fuzzer keeps the input. */
#define FUZZ_MUST(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition, ""))
#define FUZZ_MUST_OF(condition, text)                                                              \
	((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition, text))
_Noreturn void fuzz_fail(const char *file, int line, const char *condition, const char *text);

/* What every error is: it says whose fault it is, in one line. */
void fuzz_error(const struct error *err);

/* The bytes as a text that the caller frees. */
char *fuzz_text(const uint8_t *data, size_t size);

/* The path of a file in a directory of the program's own, which goes when it ends; written anew.
 * Borrowed until the next call. */
const char *fuzz_dir(void);
const char *fuzz_file(const char *name, const void *data, size_t size);

/* Numbers out of the bytes; 0 where there are no more. */
struct fuzz_bytes {
	const uint8_t *at;
	size_t left;
};
uint64_t fuzz_take(struct fuzz_bytes *in, size_t bytes);
/* From low to high, both above 0: as many of each order of magnitude. */
double fuzz_scale(struct fuzz_bytes *in, double low, double high);

#endif
