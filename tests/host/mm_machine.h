/* SPDX-License-Identifier: MIT */
/*
 * mm_machine.h - a machine on the host for the whole of user memory: mm/ and the x86's own page tables
 * (arch/x86/pmap.c), as they are.
 *
 *	program -> machine_access() -> TLB of its CPU -> page tables (struct pmap) -> mm_fault()
 *
 * Each CPU has a TLB without limits: it forgets nothing by itself, so whoever leaves out a flush is
 * found out, at the latest by machine_check(), which finds entries that the tables no longer have;
 * at once where a frame is freed that a TLB still has.
 */
#pragma once

#include <octavo/mm.h>

#define MACHINE_CPUS 3
#define WINDOW_PAGES 64u
#define WINDOW       (0x40000000u - WINDOW_PAGES / 2 * PAGE_SIZE) /* two page tables map it */

/* machine_start - zones, caches, the page of zeros. The first call does it. */
void machine_start(void);
/* machine_on - the calls that follow are made on this CPU, by what runs there. */
void machine_on(unsigned cpu);
/* machine_run - on this CPU `mm` runs from now on; NULL: nothing, and what ran stays loaded, lazily. */
void machine_run(unsigned cpu, struct mm *mm);
struct mm *machine_runs(unsigned cpu);
/* machine_access - what runs on this CPU reads or writes bytes of one page of the window, as an
 * instruction does. => 0, or what mm_fault() says */
int machine_access(unsigned cpu, vaddr_t va, void *buf, u32 len, bool write);
/* machine_fail - the nth allocation from now on fails; 0: none. => had the last one come to pass? */
bool machine_fail(unsigned n);
u32 machine_free_frames(void);
/* machine_check - TLBs tell what the page tables tell, no lock is held. machine_audit: and every frame has
 * the counts that areas, tables and the file's pages add up to, nothing else is promised, and reverse mapping
 * by objects and by entries come to the same. */
void machine_check(void);
struct address_space;
void machine_audit(struct address_space *file);
/* machine_compare_entries - the frame's list of entries (mm_entries.c) and the walk from it name the same */
void machine_compare_entries(pfn_t pfn);
/* for machine_audit(): files that mm/ has made (mm_files.c) */
struct audit;
void machine_audit_files(struct audit *a);
/* machine_locks_held - how many locks somebody has (mm_locks.c) */
unsigned machine_locks_held(void);
