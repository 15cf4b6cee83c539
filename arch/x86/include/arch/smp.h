/* SPDX-License-Identifier: MIT */
/* smp.h - several CPUs: their start, what they send each other. smp.c has the picture. */
#pragma once

#include <octavo/types.h>

/* smp_find - the CPUs and interrupt controllers that the firmware names. => boot, bootmem is up */
void smp_find(void);
/* smp_use_apics - local APICs and IO-APICs from now on. => false: a machine of the old kind, with 8259s
 * and PIT; boot, the 8259s masked */
bool smp_use_apics(void);
/* smp_online - a bit for each CPU that runs */
extern volatile u32 smp_online; /* [a] */
/* smp_send - interrupt `irq` (IRQ_RESCHED, IRQ_FLUSH) on CPU `cpu`. => interrupts off */
void smp_send(unsigned cpu, unsigned irq);
void smp_pass_turn(void);            /* at each tick: see there */
void smp_stop_here(void) __noreturn; /* this CPU does nothing any more */
void ap_main(void) __noreturn;       /* smp_boot.S: a CPU's first C */
extern u32 ap_cr0, ap_cr4, ap_stack; /* what the next CPU begins with */

/* pmap_flush_interrupt - pmap.c: what other CPUs asked this one to forget. => interrupts off */
void pmap_flush_interrupt(void);
/* pmap_flush_everywhere - all translations, global ones too, of every CPU. => interrupts on */
void pmap_flush_everywhere(void);
