/* SPDX-License-Identifier: MIT */
/*
 * Beyond the heap, whose size is fixed when a program starts: pieces of memory by mmap(2), wherever the
 * kernel has a run. newlib's malloc(3) takes them as it takes a heap that has holes.
 */
#include <stdint.h>
#include <sys/mman.h>

#include "../stub.h"

#define PIECE 16384u

static uintptr_t piece, piece_end; /* what is left of the last one */

void *heap_beyond(size_t bytes)
{
	uintptr_t start = piece;

	if (bytes > piece_end - piece) {
		size_t size = bytes < PIECE ? PIECE : bytes;
		void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			return p;
		start = (uintptr_t)p;
		piece_end = start + size;
	}
	piece = start + bytes;
	return (void *)start;
}
