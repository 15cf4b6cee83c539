/* SPDX-License-Identifier: MIT */
/*
 * fixmap.c - frames without a mapping of their own: a few addresses for each CPU at FIXMAP_START
 * that show any frame for a moment.
 *
 *	FIXMAP_START	cpu 0: zero | copy from | copy to | temp 0 | temp 1 | (3 unused)
 *	  + 32K		cpu 1: ...
 *	  + 256K	registers of devices, mapped once
 *
 * Frames of low memory are reached through the direct map instead.
 * Invariant: a CPU's slots are used with preemption off, and by no other CPU.
 */
#include <arch/cpu.h>
#include <arch/string.h>
#include <arch/x86.h>
#include <octavo/assert.h>
#include <octavo/pmap.h>
#include <octavo/preempt.h>

#define SLOTS_PER_CPU 8
#define DEVICE_SLOTS  8
_Static_assert(FIX_SLOTS <= SLOTS_PER_CPU, "the slots of a CPU");
_Static_assert(NR_CPUS *SLOTS_PER_CPU + DEVICE_SLOTS <= PTES_PER_TABLE, "one table");

static __always_inline void *slot_set(u32 cpu, enum fixmap_slot slot, pfn_t pfn)
{
	u32 index = cpu * SLOTS_PER_CPU + slot;
	vaddr_t va = FIXMAP_START + (index << PAGE_SHIFT);

	fixmap_table[index].v = pfn << PAGE_SHIFT | PTE_PRESENT | PTE_WRITE | PTE_YOUNG | PTE_DIRTY;
	arch_invlpg(va);
	return (void *)va;
}

volatile u32 *fixmap_device(unsigned device, paddr_t registers)
{
	u32 index = NR_CPUS * SLOTS_PER_CPU + device;
	vaddr_t va = FIXMAP_START + (index << PAGE_SHIFT);

	PANIC_ON(device >= DEVICE_SLOTS);
	fixmap_table[index].v = (registers & PTE_FRAME) | PTE_PRESENT | PTE_WRITE | PTE_YOUNG |
				PTE_DIRTY | PTE_CACHE_OFF;
	arch_invlpg(va);
	return (volatile u32 *)(va + (registers & (PAGE_SIZE - 1)));
}

void *fixmap_set(enum fixmap_slot slot, pfn_t pfn)
{
	return slot_set(arch_current_head()->cpu, slot, pfn);
}

void pmap_zero_frame(pfn_t pfn)
{
	struct task_head *t;

	if (likely(pfn < max_low_pfn)) {
		arch_fill(pfn_to_virt(pfn), 0, PAGE_SIZE);
		return;
	}
	t = preempt_enter();
	arch_fill(slot_set(t->cpu, FIX_ZERO, pfn), 0, PAGE_SIZE);
	if (preempt_leave(t))
		preempt_resched();
}

void pmap_copy_frame(pfn_t dst, pfn_t src)
{
	struct task_head *t;
	const void *from;
	void *to;

	if (src < max_low_pfn && dst < max_low_pfn) {
		arch_copy_up(pfn_to_virt(dst), pfn_to_virt(src), PAGE_SIZE);
		return;
	}
	t = preempt_enter();
	from = src < max_low_pfn ? pfn_to_virt(src) : slot_set(t->cpu, FIX_COPY_FROM, src);
	to = dst < max_low_pfn ? pfn_to_virt(dst) : slot_set(t->cpu, FIX_COPY_TO, dst);
	arch_copy_up(to, from, PAGE_SIZE);
	if (preempt_leave(t))
		preempt_resched();
}

void *pmap_map_temp(pfn_t pfn)
{
	struct cpu *c;

	preempt_disable();
	if (pfn < max_low_pfn)
		return pfn_to_virt(pfn);
	c = this_cpu();
	PANIC_ON(c->temp_depth == 2);
	return fixmap_set(FIX_TEMP0 + c->temp_depth++, pfn);
}

/* The innermost is given back first. */
void pmap_unmap_temp(void *va)
{
	if ((vaddr_t)va >= FIXMAP_START) {
		struct cpu *c = this_cpu();

		ASSERT(c->temp_depth > 0);
		c->temp_depth--;
	}
	preempt_enable();
}
