/* SPDX-License-Identifier: MIT */
/*
 * Memory that is freed all at once: what parsing one command makes, what
 * expanding one makes.
 *
 *	arena ─▶ newest chunk ─▶ older ─▶ ... ─▶ oldest
 *	         [used    |free]
 *
 * Nothing is freed alone. A mark remembers how much there was; releasing it
 * frees what came later, so marks nest like calls do.
 */
#ifndef SH_ARENA_H
#define SH_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena { /* all zero is an empty one */
	struct arena_chunk *newest;
};

struct arena_mark {
	struct arena_chunk *chunk;
	size_t used_bytes;
};

/* => memory, zeroed, aligned for any object; calls sh_no_memory() if there is none */
void *arena_alloc(struct arena *arena, size_t bytes);

/* => the first LEN bytes of TEXT with a NUL behind them */
char *arena_copy(struct arena *arena, const char *text, size_t len);

struct arena_mark arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark);

/* Frees everything; the arena is empty and can be used again. */
void arena_free(struct arena *arena);

/* What the program does when memory is short; never returns. */
void sh_no_memory(void) __attribute__((noreturn));

#endif
