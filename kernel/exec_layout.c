/* SPDX-License-Identifier: MIT */
/*
 * exec_layout.c - where the parts of a new address space lie (pure).
 *
 *	0x00400000	+ 0..255 pages	position-independent program with an interpreter
 *	0x08048000			program with addresses of its own
 *	end of program	+ 0..8191 pages	heap
 *	mmap_base	- 0..255 pages	areas, interpreter and libraries, downward
 *			  gap		room for the stack: RLIMIT_STACK, 128M at the least
 *	end		- 0..2047 pages	stack
 *
 * The numbers are Linux's for i386. A position-independent program without an interpreter (it is one
 * itself, say) lies among the areas, and its heap where programs with an interpreter begin.
 */
#include <octavo/exec_layout.h>

#define PROGRAM_BASE 0x00400000u
#define GAP_MIN      (128u << 20)
#define GUARD_PAGES  256u

enum { STACK_BITS = 11, MMAP_BITS = 8, PROGRAM_BITS = 8, BRK_BITS = 13 };

/* The next `bits` random bits, as so many pages in bytes. */
static u32 take_pages(u64 *random, unsigned bits)
{
	u32 pages = (u32)*random & ((1u << bits) - 1);

	*random >>= bits;
	return pages * PAGE_SIZE;
}

/* What stays free for the stack below `end`; it may have moved down already. */
static u32 stack_gap(u32 end, u32 stack_limit, bool fixed)
{
	u64 moved = fixed ? 0 : (u64)((1u << STACK_BITS) - 1) * PAGE_SIZE;
	u64 gap = (u64)stack_limit + moved + (u64)GUARD_PAGES * PAGE_SIZE;
	u32 most = end / 6 * 5;

	if (stack_limit == UINT32_MAX || gap < GAP_MIN) /* no limit: it grows while there is room */
		return GAP_MIN;
	return (u32)ALIGN_UP(MIN(gap, (u64)most), (u64)PAGE_SIZE);
}

void exec_layout_choose(struct exec_layout *l, u32 end, u32 stack_limit, u64 random)
{
	u32 gap = stack_gap(end, stack_limit, random == EXEC_LAYOUT_FIXED);

	l->stack_top = end - take_pages(&random, STACK_BITS);
	l->mmap_base = end - gap - take_pages(&random, MMAP_BITS);
	l->program_base = PROGRAM_BASE + take_pages(&random, PROGRAM_BITS);
	l->brk_shift = take_pages(&random, BRK_BITS);
}
