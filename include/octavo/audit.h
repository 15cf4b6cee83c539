/* SPDX-License-Identifier: MIT */
/*
 * audit.h - every page frame is accounted for exactly once, and every count is right.
 *
 * The audit walks the structures (buddy lists, per-CPU lists, slabs, page tables, vmalloc areas,
 * files, big kmallocs, bootmem) and notes for each frame who has it and how many page-table entries
 * map it; then it compares with struct page. It derives everything from lists, trees and tables,
 * never from the counters that it checks. It prints what differs; silence is proof.
 */
#pragma once

#include <octavo/page.h>
#include <octavo/types.h>

struct audit; /* a run of it */

/* A layer that owns frames: const tables in audit_sources[] (mm/audit_sources_mmu.c,
 * audit_sources_nommu.c). */
struct audit_source {
	const char *name;
	void (*walk)(struct audit *a);
};
extern const struct audit_source audit_sources[];
extern const unsigned nr_audit_sources;
/* audit_own - frames [pfn, pfn + nr) belong to the calling source, as `owner`. The first one has one
 * reference for it, and no other of an allocated block has any; free and reserved ones have none. */
void audit_own(struct audit *a, pfn_t pfn, u32 nr, enum page_owner owner);
/* audit_ref - one more reference to the frame (file's, shared object's). */
void audit_ref(struct audit *a, pfn_t pfn);
/* audit_map - one user page-table entry maps the frame (counts a reference as well). alone: it
 * must be the only one, since a program may write to it and no other may see that. */
void audit_map(struct audit *a, pfn_t pfn, bool alone);
/* audit_lock - an entry of a mlocked area maps the frame. audit_listed - an LRU list has it. */
void audit_lock(struct audit *a, pfn_t pfn);
void audit_listed(struct audit *a, pfn_t pfn);
/* audit_frame_differs - something is wrong with a frame of the part that is looked at */
void audit_frame_differs(struct audit *a, const char *fmt, ...) __printf(2, 3);
/* audit_differ - something else is wrong: printed and counted. */
void audit_differ(struct audit *a, const char *fmt, ...) __printf(2, 3);

/* page_owner_name - an enum page_owner in a word or two */
const char *page_owner_name(unsigned owner);

/* audit_run - => number of differences (each printed and sent as an A frame; "ok" if none);
 * sleeps; what other tasks do meanwhile does not matter, unless they never stop allocating */
unsigned audit_run(void);
/* audit_count - look once, say nothing: for tests that damage something on purpose. => sleeps */
unsigned audit_count(void);

/*
 * The sources, each in the file whose structures it walks. A source says audit_own() for each frame
 * that it has, once, with the owner that struct page should name; audit_run() has stopped
 * preemption and nothing else runs, so a walk takes no lock and must not sleep or allocate.
 */
void bootmem_audit(struct audit *a); /* zone.c: what bootmem handed out or reserved: PAGE_RESERVED */
void zone_audit(struct audit *a);    /* zone.c: buddy lists, hot lists: PAGE_FREE, PAGE_PCP */
void lru_audit(struct audit *a);     /* lru.c: what is on LRU lists */
void slab_audit(struct audit *a);    /* slab.c: slabs and big kmallocs: PAGE_SLAB, PAGE_KMALLOC */
void vmalloc_audit(struct audit *a);       /* vmalloc.c: PAGE_VMALLOC */
void mm_audit(struct audit *a);            /* mm.c: page tables, user pages */
void fs_audit(struct audit *a);            /* fs/: PAGE_FILE */
void pipe_audit(struct audit *a);          /* fs/pipe.c: PAGE_PIPE */
void nommu_audit(struct audit *a);         /* nommu.c: programs' runs: PAGE_RUN */
void nommu_vmalloc_audit(struct audit *a); /* nommu_vmalloc.c: PAGE_VMALLOC */
void arch_kstack_audit(struct audit *a); /* task.c of the ARM port: no frames, but the deepest use */
