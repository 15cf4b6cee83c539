/* SPDX-License-Identifier: MIT */
/* Beyond the heap: it ends at a limit, so there is nothing. */
#include "../stub.h"

void *heap_beyond(size_t bytes)
{
	(void)bytes;
	return (void *)-1;
}
