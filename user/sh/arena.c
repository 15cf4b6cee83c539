/* SPDX-License-Identifier: MIT */
/*
 * Memory that is freed all at once; arena.h has the picture.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define CHUNK_BYTES 2000
#define ALIGNMENT   (2 * sizeof(void *))

struct arena_chunk {
	struct arena_chunk *older;
	size_t used_bytes;
	size_t size_bytes;
	_Alignas(ALIGNMENT) char data[];
};

void *arena_alloc(struct arena *arena, size_t bytes)
{
	struct arena_chunk *chunk = arena->newest;
	void *memory;

	bytes = (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (!chunk || chunk->size_bytes - chunk->used_bytes < bytes) {
		size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

		chunk = malloc(sizeof(*chunk) + size);
		if (!chunk)
			sh_no_memory();
		chunk->older = arena->newest;
		chunk->used_bytes = 0;
		chunk->size_bytes = size;
		arena->newest = chunk;
	}
	memory = chunk->data + chunk->used_bytes;
	chunk->used_bytes += bytes;
	return memset(memory, 0, bytes);
}

char *arena_copy(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

struct arena_mark arena_mark(const struct arena *arena)
{
	struct arena_mark mark = {arena->newest, arena->newest ? arena->newest->used_bytes : 0};

	return mark;
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
	while (arena->newest != mark.chunk) {
		struct arena_chunk *chunk = arena->newest;

		arena->newest = chunk->older;
		free(chunk);
	}
	if (mark.chunk)
		mark.chunk->used_bytes = mark.used_bytes;
}

void arena_free(struct arena *arena)
{
	struct arena_mark empty = {NULL, 0};

	arena_release(arena, empty);
}
