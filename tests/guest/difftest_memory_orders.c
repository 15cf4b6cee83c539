/* SPDX-License-Identifier: MIT */
/* difftest_memory_orders.c - the calls that map memory, with what may be wrong about their arguments. */
#include "difftest_orders.h"

#include <uapi/octavo/falloc.h>

#define LOW    (4 * PAGE) /* below what may be mapped */
#define KERNEL KERNEL_ADDRESS
#define TOP    0xfffff000UL
#define BEYOND 0xc0001000UL /* more than a process can have */
#define WRAPS  0xfffff000UL /* comes round to below where it began */
#define ALMOST 0xfffff001UL /* rounded up it is none */

#define ADDRESSES                                                                                  \
	V(RW), V(RW + 1), V(HOLE), V(FILE_RW), V(FILE_RO), V(NOTHING), V(LOCKED), V(PRIV_RO),      \
		V(SEGMENT), V(GROWING), V(GROWING - PAGE), V(0), V(LOW), V(KERNEL), V(TOP)
#define LENGTHS V(PAGE), V(0), V(1), V(5 * PAGE), V(BEYOND), V(WRAPS), V(ALMOST)

#define FD(f)                                                                                      \
	{                                                                                          \
#f, FIRST_FD + (f)                                                                 \
	}
#define FD_ARG                                                                                     \
	ARG("fd", FD(A_RDWR), FD(A_RDONLY), FD(B_WRONLY), FD(MEMFD), FD(FOLDER), FD(PIPE),         \
	    FD(ZERO), V(99), V(-1))
#define PLACE_ARG                                                                                  \
	ARG("place", V(0), V(MAP_FIXED), V(MAP_FIXED_NOREPLACE), V(MAP_FIXED | MAP_FIXED_NOREPLACE))
#define MAP_PROT_ARG                                                                               \
	ARG("prot", V(PROT_READ | PROT_WRITE), V(PROT_NONE), V(PROT_READ), V(PROT_EXEC),           \
	    V(PROT_WRITE), V(0x10), V(PROT_GROWSDOWN))

/* Where the caller says, or at the hole that is for it. */
#define MAP_ADDRESS_ARG ARG("addr", V(HOLE), V(0), V(HOLE + 1), V(RW), V(LOW), V(KERNEL), V(TOP))

static long call_mmap(const uint32_t *a)
{
	return sys(__NR_mmap2, a[0], a[1], a[2], a[3] | a[4] | a[5], a[6], a[7]);
}

static long call_mmap_anonymous(const uint32_t *a)
{
	return sys(__NR_mmap2, a[0], a[1], a[2], a[3] | a[4] | a[5] | MAP_ANONYMOUS, -1, a[6]);
}

/* i386's first one has its arguments in memory. */
static long call_old_mmap(const uint32_t *a)
{
	volatile uint32_t *memory = (volatile uint32_t *)DATA;

	for (unsigned i = 0; i < 5; i++)
		memory[i] = a[i + 1];
	memory[5] = a[6];
	return sys(__NR_mmap, a[0]);
}

static long call_munmap(const uint32_t *a)
{
	return sys(__NR_munmap, a[0], a[1]);
}

static long call_mprotect(const uint32_t *a)
{
	return sys(__NR_mprotect, a[0], a[1], a[2]);
}

static long call_mremap(const uint32_t *a)
{
	if (a[3] &
	    MREMAP_DONTUNMAP) /* Linux unlocks all of the area, and counts it as locked for ever */
		sys(__NR_munlockall);
	return sys(__NR_mremap, a[0], a[1], a[2], a[3], a[4]);
}

static long call_mlock(const uint32_t *a)
{
	return sys(__NR_mlock, a[0], a[1]);
}

static long call_mlock2(const uint32_t *a)
{
	return sys(__NR_mlock2, a[0], a[1], a[2]);
}

static long call_munlock(const uint32_t *a)
{
	return sys(__NR_munlock, a[0], a[1]);
}

static long call_mlockall(const uint32_t *a)
{
	return sys(__NR_mlockall, a[0]);
}

static long call_mincore(const uint32_t *a)
{
	return sys(__NR_mincore, a[0], a[1], a[2]);
}

static long call_msync(const uint32_t *a)
{
	return sys(__NR_msync, a[0], a[1], a[2]);
}

/* Not of all that the program has. */
static long call_madvise(const uint32_t *a)
{
	if (a[0] + a[1] >= a[0] && a[1] > NEAR)
		return 0;
	return sys(__NR_madvise, a[0], a[1], a[2]);
}

static long call_remap_file_pages(const uint32_t *a)
{
	return sys(__NR_remap_file_pages, a[0], a[1], a[2], a[3], a[4]);
}

const struct order memory_orders[] = {
	{"mmap",
	 call_mmap,
	 ADDRESS,
	 IN_ALL,
	 0,
	 {MAP_ADDRESS_ARG, ARG("len", LENGTHS), MAP_PROT_ARG,
	  ARG("type", V(MAP_SHARED), V(MAP_PRIVATE), V(0), V(MAP_SHARED_VALIDATE), V(4), V(15)),
	  PLACE_ARG,
	  ARG("kind", V(0), V(MAP_GROWSDOWN), V(MAP_LOCKED), V(MAP_HUGETLB), V(MAP_POPULATE),
	      V(MAP_NORESERVE), V(MAP_32BIT), V(0x80), V(0x80000), V(0x4000000), V(0x80000000)),
	  FD_ARG, ARG("page", V(0), V(0xfffff), V(0x100000), V(0xffffffff))}},
	{"mmap anonymous",
	 call_mmap_anonymous,
	 ADDRESS,
	 IN_ALL,
	 0,
	 {MAP_ADDRESS_ARG, ARG("len", LENGTHS), MAP_PROT_ARG,
	  ARG("type", V(MAP_PRIVATE), V(MAP_SHARED), V(0), V(MAP_SHARED_VALIDATE), V(4), V(15)),
	  PLACE_ARG,
	  ARG("kind", V(0), V(MAP_GROWSDOWN), V(MAP_LOCKED), V(MAP_POPULATE), V(MAP_NORESERVE),
	      V(MAP_32BIT), V(0x80), V(0x80000), V(0x80000000)),
	  ARG("page", V(0), V(0xfffff), V(0x100000), V(0xffffffff))}},
	{"old mmap",
	 call_old_mmap,
	 ADDRESS,
	 FOR_USERS,
	 0,
	 {ARG("args", V(DATA), V(0), V(DATA_END - 8), V(KERNEL), V(NOTHING)), MAP_ADDRESS_ARG,
	  ARG("len", LENGTHS), MAP_PROT_ARG,
	  ARG("flags", V(MAP_SHARED), V(0), V(MAP_PRIVATE | MAP_ANONYMOUS),
	      V(MAP_SHARED | MAP_FIXED)),
	  FD_ARG, ARG("offset", V(0), V(1), V(PAGE), V(0xfffff000), V(0xffffffff))}},
	{"munmap", call_munmap, NUMBER, IN_ALL, 0, {ARG("addr", ADDRESSES), ARG("len", LENGTHS)}},
	{"mprotect",
	 call_mprotect,
	 NUMBER,
	 IN_ALL,
	 0,
	 {ARG("addr", ADDRESSES), ARG("len", LENGTHS),
	  ARG("prot", V(PROT_READ), V(PROT_NONE), V(PROT_READ | PROT_WRITE), V(PROT_EXEC), V(8),
	      V(0x10), V(0x80000000), V(PROT_READ | PROT_GROWSDOWN), V(PROT_READ | PROT_GROWSUP),
	      V(PROT_GROWSDOWN | PROT_GROWSUP), V(PROT_GROWSDOWN | 0x10))}},
	{"mremap",
	 call_mremap,
	 ADDRESS,
	 IN_ALL,
	 0,
	 {ARG("addr", ADDRESSES), ARG("old", LENGTHS, V(2 * PAGE)),
	  ARG("new", LENGTHS, V(2 * PAGE)),
	  ARG("flags", V(1), V(0), V(2), V(3), V(4), V(5), V(7), V(8), V(11)),
	  ARG("to", V(HOLE), V(HOLE + 1), V(FILE_RO), V(RW), V(RW + PAGE), V(LOW), V(0), V(KERNEL),
	      V(KERNEL - PAGE), V(TOP))}},
	{"mlock", call_mlock, NUMBER, IN_ALL, 0, {ARG("addr", ADDRESSES), ARG("len", LENGTHS)}},
	{"mlock2",
	 call_mlock2,
	 NUMBER,
	 IN_ALL,
	 0,
	 {ARG("addr", ADDRESSES), ARG("len", LENGTHS),
	  ARG("flags", V(0), V(1), V(2), V(0x80000000))}},
	{"munlock", call_munlock, NUMBER, IN_ALL, 0, {ARG("addr", ADDRESSES), ARG("len", LENGTHS)}},
	{"mlockall",
	 call_mlockall,
	 NUMBER,
	 IN_ALL,
	 0,
	 {ARG("flags", V(1), V(0), V(2), V(3), V(4), V(5), V(6), V(7), V(8), V(9), V(0x80000001))}},
	{"mincore",
	 call_mincore,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {ARG("addr", ADDRESSES), ARG("len", LENGTHS),
	  ARG("vec", V(DATA), V(DATA_END - 1), V(DATA_END), V(0), V(KERNEL), V(KERNEL - 1), V(TOP),
	      V(PRIV_RO), V(NOTHING), V(FILE_RO))}},
	{"msync",
	 call_msync,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {ARG("addr", ADDRESSES), ARG("len", LENGTHS),
	  ARG("flags", V(MS_SYNC), V(0), V(MS_ASYNC), V(MS_INVALIDATE), V(MS_SYNC | MS_ASYNC),
	      V(MS_SYNC | MS_INVALIDATE), V(7), V(8), V(0x80000000))}},
	{"madvise",
	 call_madvise,
	 NUMBER,
	 IN_ALL,
	 0,
	 {ARG("addr", ADDRESSES), ARG("len", LENGTHS),
	  ARG("advice", V(0), V(1), V(2), V(3), V(4), V(5), V(7), V(8), V(9), V(10), V(11), V(14),
	      V(15), V(16), V(17), V(18), V(19), V(20), V(21), V(22), V(23), V(24), V(26), V(-1))}},
	{"remap_file_pages",
	 call_remap_file_pages,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {ARG("addr", V(FILE_RW), V(FILE_RW + 1), V(FILE_RO), V(RW), V(HOLE), V(PRIV_RO), V(0),
	      V(KERNEL), V(TOP)),
	  ARG("len", LENGTHS), ARG("prot", V(0), V(PROT_READ), V(0x10)),
	  ARG("page", V(1), V(0), V(0xfffff), V(0xffffffff)),
	  ARG("flags", V(0), V(MAP_NONBLOCK), V(MAP_FIXED), V(-1))}},
};

const unsigned nr_memory_orders = sizeof(memory_orders) / sizeof(memory_orders[0]);
