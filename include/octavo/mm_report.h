/* SPDX-License-Identifier: MIT */
/*
 * mm_report.h - what others may know of an address space, in bounded steps: for /proc/PID.
 * (mm/report_mmu.c, mm/report_nommu.c). The caller has a reference to the mm (mm_get()).
 */
#pragma once

#include <octavo/mm.h>

struct file;

/* An area as it was at one moment. */
struct area_info {
	vaddr_t start, end;
	u32 flags;         /* VM_* */
	u32 pgoff;         /* page of the file; 0 without one */
	struct file *file; /* referenced, the caller's to put; NULL: none */
	const char *name;  /* what to call it where it has no file; NULL: nothing */
};

/* mm_areas - the areas that end above `from`, in order, up to nr of them.
 *   => how many; sleeps; takes mmap_sem for reading */
unsigned mm_areas(struct mm *mm, vaddr_t from, struct area_info *out, unsigned nr);

/* mm_sharing_letter - how an area of these VM_* is shared, as /proc/PID/maps has it */
char mm_sharing_letter(u32 vm_flags);

/* What of an area is in memory; in pages. The page of zeros is nobody's, and left out. */
struct area_usage {
	u32 resident;                   /* pages with an entry */
	u32 shared_clean, shared_dirty; /* mapped by others as well */
	u32 private_clean, private_dirty;
	u32 referenced, anonymous;
	/* each page's share, by how many entries map it, in 1/PSS_PAGE of a page: of all, and of them those
	 * that are dirty, private, of files that have a disk, of tmpfs and shared memory, and of areas that
	 * are VM_LOCKED */
	u64 pss, pss_dirty, pss_anon, pss_file, pss_shmem, pss_locked;
};
#define PSS_PAGE (1u << 24)
/* mm_area_usage - add what area `a` has. => sleeps; mmap_sem for reading, PTL for a table's span at a time */
void mm_area_usage(struct mm *mm, const struct area_info *a, struct area_usage *u);

/* Sizes of the whole, in pages. */
struct mm_sizes {
	u32 total, resident;           /* resident: entries, the page of zeros counted each time */
	u32 peak_total, peak_resident; /* the most of each */
	u32 anon, file, shmem;         /* resident: private; of files; of tmpfs */
	u32 data, stack, locked;       /* areas: private and writable; that grow down; VM_LOCKED */
	u32 text, lib;                 /* executable: the program itself; all else */
	u32 tables;                    /* frames of page tables */
	u32 none;                      /* 0: what is pinned, or swapped out */
};
/* mm_text_pages - of the program's executable segments */
static inline u32 mm_text_pages(const struct mm *mm)
{
	return (u32)(ALIGN_UP(mm->program.end_code, PAGE_SIZE) -
		     (mm->program.start_code & PAGE_MASK)) >>
	       PAGE_SHIFT;
}
void mm_sizes(struct mm *mm, struct mm_sizes *s); /* => sleeps; as mm_area_usage() */

/* mm_read_user - bytes of a program's memory, of one page at the most.
 *   => how many, up to len; -EFAULT nothing readable is there; -ENOMEM; sleeps */
ssize_t mm_read_user(struct mm *mm, vaddr_t addr, void *buf, size_t len);

/* --- /proc/PID/pagemap, kpageflags and kpagecount: numbers of <uapi/octavo/pagemap.h>, with an MMU --- */
/* mm_pagemap - what the entries of [start, end), which one table maps, say, a number for each page; the
 * frames' own numbers only with `frames`. => mm has users; sleeps; mmap_sem for reading, PTL */
void mm_pagemap(struct mm *mm, vaddr_t start, vaddr_t end, bool frames, u64 *out);
/* frame_flags - what frame pfn < MAX_PFN is, KPF_*; frame_mappings - how many entries of programs map it.
 * => any context; of a moment */
u64 frame_flags(pfn_t pfn);
u64 frame_mappings(pfn_t pfn);
