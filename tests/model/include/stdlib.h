/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The code under test has the checker's heap. */
#include_next <stdlib.h>

#ifndef POOLRIG_TESTS_MODEL_INCLUDE_STDLIB_H
#define POOLRIG_TESTS_MODEL_INCLUDE_STDLIB_H

#include "tests/model/model.h"

#define malloc(size)                   model_malloc(size)
#define calloc(count, size)            model_calloc(count, size)
#define aligned_alloc(alignment, size) model_aligned_alloc(alignment, size)
#define free(block)                    model_free(block)

#endif
