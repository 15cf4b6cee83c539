/* SPDX-License-Identifier: MIT */
/*
 * System-call stubs for memory.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stub.h"

#define MMAP2_UNIT 4096 /* bytes that one step of mmap2's offset stands for */

void *mmap(void *addr, size_t len_bytes, int prot, int flags, int fd, long long offset)
{
	if (offset % MMAP2_UNIT) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return (void *)stub_result(octavo_syscall(__NR_mmap2, addr, len_bytes, prot, flags, fd,
						  (unsigned long)(offset / MMAP2_UNIT)));
}

int munmap(void *addr, size_t len_bytes)
{
	return stub_result(octavo_syscall(__NR_munmap, addr, len_bytes));
}

int mprotect(void *addr, size_t len_bytes, int prot)
{
	return stub_result(octavo_syscall(__NR_mprotect, addr, len_bytes, prot));
}

/* End of the heap as the kernel last told; 0 before the first question. */
static uintptr_t heap_end;

/*
 * The kernel's brk never fails: it answers where the break is now, which is
 * the place asked for or the old one.
 */
int brk(void *end)
{
	heap_end = (uintptr_t)octavo_syscall(__NR_brk, end);
	if (heap_end == (uintptr_t)end)
		return 0;
	errno = ENOMEM;
	return -1;
}

void *NEWLIB_STUB(sbrk)(ptrdiff_t increment)
{
	uintptr_t old;
	uintptr_t wanted;

	if (!heap_end)
		heap_end = (uintptr_t)octavo_syscall(__NR_brk, NULL);
	old = heap_end;
	if (__builtin_add_overflow(old, increment, &wanted)) {
		errno = ENOMEM;
		return (void *)-1;
	}
	if (brk((void *)wanted) == 0)
		return (void *)old;
	return increment > 0 ? heap_beyond((size_t)increment) : (void *)-1;
}
