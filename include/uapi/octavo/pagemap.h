/* SPDX-License-Identifier: MIT */
/* The 64-bit numbers of /proc/PID/pagemap, /proc/kpageflags and /proc/kpagecount, one for each page. */
#ifndef UAPI_OCTAVO_PAGEMAP_H
#define UAPI_OCTAVO_PAGEMAP_H

/* pagemap: the frame's number in the low 55 bits, and */
#define PM_EXCLUSIVE (1ull << 56) /* no other entry maps the frame */
#define PM_FILE      (1ull << 61) /* a file's, or shared memory's */
#define PM_PRESENT   (1ull << 63)

/* kpageflags: numbers of bits */
#define KPF_REFERENCED    2
#define KPF_UPTODATE      3
#define KPF_DIRTY         4
#define KPF_LRU           5
#define KPF_ACTIVE        6
#define KPF_SLAB          7
#define KPF_BUDDY         10
#define KPF_MMAP          11
#define KPF_ANON          12
#define KPF_SWAPBACKED    14
#define KPF_COMPOUND_HEAD 15
#define KPF_COMPOUND_TAIL 16
#define KPF_UNEVICTABLE   18
#define KPF_NOPAGE        20
#define KPF_ZERO_PAGE     24
#define KPF_PGTABLE       26
#define KPF_RESERVED      32
#define KPF_MLOCKED       33

#endif
