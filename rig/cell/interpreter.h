/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program needs besides itself, for an error: execve(2) says of a missing interpreter what it
 * says of a missing program. */
#ifndef POOLRIG_RIG_CELL_INTERPRETER_H
#define POOLRIG_RIG_CELL_INTERPRETER_H

/* The interpreter of a script (behind its #!) or of a dynamically linked program (its loader), as it
 * is written there; the caller frees it. NULL: it has none, or can't be read. */
char *interpreter_of(const char *program);

#endif
