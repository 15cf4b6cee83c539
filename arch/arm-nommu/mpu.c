/* SPDX-License-Identifier: MIT */
/*
 * mpu.c - the slots of the MPU as a cache of a process's list; mm_machine.h says what is in them.
 *
 * The kernel needs no region (PRIVDEFENA): what it may not do either, write its own text and touch a
 * stack's guard, the first two slots say. Programs may do what the other slots say and nothing else.
 */
#include <arch/local.h>
#include <arch/mm_machine.h>
#include <octavo/mpu_region.h>
#include <arch/registers.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/mpu.h>
#include <octavo/panic.h>
#include <octavo/task.h>

#define RASR_ENABLE    0x00000001u
#define RASR_SIZE(log) (((log)-1u) << 1)
#define RASR_SRD(bits) ((bits) << 8)
#define RASR_MEMORY    0x00020000u /* normal, write-through, not shared */
#define RASR_DEVICE    0x00010000u /* accesses as the program makes them */
#define RASR_NOBODY    0x00000000u
#define RASR_KERNEL_RO 0x05000000u /* kernel reads, programs nothing */
#define RASR_READ      0x02000000u /* kernel writes, programs read */
#define RASR_WRITE     0x03000000u /* both write */
#define RASR_NO_EXEC   0x10000000u

static struct mpu_space *active; /* [interrupts off] whose slots are loaded */
static bool off;                 /* [I] nompu: programs may do everything */

struct user_stack_bounds user_stack_bounds;

/* Off first: the new base with the old size could be anywhere, in the kernel's text too. */
static void load_slot(unsigned slot, const struct mpu_region *r)
{
	if (off)
		return;
	MPU_RNR = slot;
	MPU_RASR = 0;
	MPU_RBAR = r->rbar;
	MPU_RASR = r->rasr;
}

static u32 memory_of(uintptr_t base)
{
	return base - DEVICES_BASE < DEVICES_END - DEVICES_BASE ? RASR_DEVICE : RASR_MEMORY;
}

static struct mpu_region region_of(const struct mpu_cover *c, u32 access)
{
	return (struct mpu_region){
		.rbar = c->base,
		.rasr = access | memory_of(c->base) | RASR_SRD(c->disabled) |
			RASR_SIZE(c->log2_size) | RASR_ENABLE,
		.start = c->start,
		.end = c->end,
	};
}

static bool inside(const struct mpu_region *r, uintptr_t address)
{
	return address - r->start < r->end - r->start;
}

void mpu_init(void)
{
	static const struct mpu_region none;
	const struct mpu_cover guard = {.base = 0,
					.log2_size = 31u - (u32)__builtin_clz(KSTACK_GUARD)};
	struct mpu_region r = region_of(&guard, RASR_NOBODY | RASR_NO_EXEC);

	PANIC_ON((MPU_TYPE >> 8 & 0xff) < MPU_SLOTS);
	for (unsigned slot = 0; slot < (MPU_TYPE >> 8 & 0xff); slot++)
		load_slot(slot, &none);
	r.rbar = (u32)current->kstack;
	load_slot(MPU_SLOT_GUARD, &r);
	MPU_CTRL = CTRL_ENABLE | CTRL_PRIVDEFENA;
	__asm__ volatile("dsb\n\tisb" ::: "memory");
}

void mpu_protect_kernel(uintptr_t start, uintptr_t end)
{
	struct mpu_cover c;
	struct mpu_region r;

	mpu_region_cover(start, end, start, &c);
	r = region_of(&c, RASR_KERNEL_RO);
	load_slot(MPU_SLOT_KERNEL, &r);
}

void mpu_off(void)
{
	off = true;
	MPU_CTRL = 0;
	__asm__ volatile("dsb\n\tisb" ::: "memory");
}

void mpu_open(struct mpu_space *space)
{
	space->open = true;
}

u32 mpu_guard_rbar(const void *kstack)
{
	return (u32)kstack | RBAR_VALID | MPU_SLOT_GUARD;
}

/* The program is on the stack [start, end), whose guard has so many bytes. */
static void on_stack(struct mpu_space *space, uintptr_t start, uintptr_t end, u32 guard_bytes)
{
	space->guard = start - guard_bytes;
	space->guard_bytes = guard_bytes;
	if (space != active)
		return;
	user_stack_bounds.lowest = start + USER_STACK_ROOM;
	user_stack_bounds.highest = end;
}

/* That of its first stack is a run that nobody may touch. */
static void on_first_stack(struct mpu_space *space)
{
	on_stack(space, space->stack.start, space->stack.end,
		 space->stack.start - space->stack.rbar);
}

static void set_slot(struct mpu_space *space, unsigned i, const struct mpu_region *r)
{
	space->slot[i] = *r;
	if (space == active)
		load_slot(MPU_SLOT_FIRST + i, r);
}

void mpu_flush(struct mpu_space *space, uintptr_t start, uintptr_t end)
{
	static const struct mpu_region none;
	irqstate_t s = arch_irq_save();

	if (space->nr_pinned != 0 && space->guard < end && space->slot[0].end > start) {
		space->nr_pinned = 0;
		on_first_stack(space);
	}
	for (unsigned i = 0; i < MPU_DYNAMIC; i++)
		if (space->slot[i].start < end && space->slot[i].end > start)
			set_slot(space, i, &none);
	arch_irq_restore(s);
}

void mpu_activate(struct mpu_space *space)
{
	static struct mpu_space none;
	struct mpu_space *next = space != NULL ? space : &none;

	if (space == active)
		return;
	active = space;
	if (!off)
		MPU_CTRL = next->open ? 0 : CTRL_ENABLE | CTRL_PRIVDEFENA;
	load_slot(MPU_SLOT_STACK, &next->stack);
	for (unsigned i = 0; i < MPU_DYNAMIC; i++)
		load_slot(MPU_SLOT_FIRST + i, &next->slot[i]);
	on_first_stack(next);
}

int mpu_set_stack(struct mpu_space *space, uintptr_t start, u32 size)
{
	struct mpu_cover c;
	irqstate_t s;

	if (!mpu_region_stack(start, size, &c))
		return -EINVAL;
	s = arch_irq_save();
	space->stack = region_of(&c, RASR_WRITE | RASR_NO_EXEC);
	if (space == active)
		load_slot(MPU_SLOT_STACK, &space->stack);
	on_first_stack(space);
	arch_irq_restore(s);
	return 0;
}

/* What the others have loaded of the guard. */
static void close_guard(struct mpu_space *space)
{
	static const struct mpu_region none;

	for (unsigned i = space->nr_pinned; i < MPU_DYNAMIC; i++)
		if (space->slot[i].start < space->guard + space->guard_bytes &&
		    space->slot[i].end > space->guard)
			set_slot(space, i, &none);
}

static void pin(struct mpu_space *space, const struct mpu_cover *c)
{
	const struct mpu_region r = region_of(c, RASR_WRITE | RASR_NO_EXEC);

	set_slot(space, space->nr_pinned++, &r);
}

bool mpu_use_stack(struct mpu_space *space, uintptr_t start, uintptr_t end, uintptr_t address,
		   bool guard)
{
	struct mpu_cover c, below;

	if (inside(&space->stack, address)) {
		on_first_stack(space);
		return true;
	}
	guard = guard && mpu_region_stack(start, end - start, &c);
	if (!guard)
		mpu_region_cover(start, end, address, &c);
	if (address < c.start)
		return false;
	space->nr_pinned = 0;
	pin(space, &c);
	below.start = c.start;
	if (!guard && c.start > start) {
		mpu_region_cover(start, c.start, c.start - MPU_GRANULE, &below);
		pin(space, &below);
	}
	on_stack(space, below.start, c.end, guard ? c.start - start : 0);
	close_guard(space);
	return true;
}

void mpu_need_all(struct mpu_space *space)
{
	if (space->nr_pinned < 2)
		return;
	space->nr_pinned = 1;
	user_stack_bounds = (struct user_stack_bounds){.lowest = UINTPTR_MAX};
}

bool mpu_guards(const struct mpu_space *space, uintptr_t address)
{
	return address - space->guard < space->guard_bytes;
}

bool mpu_load(struct mpu_space *space, uintptr_t start, uintptr_t end, u32 prot, uintptr_t address)
{
	struct mpu_cover c;
	struct mpu_region r;
	unsigned slot;

	if (off || inside(&space->stack, address) || mpu_guards(space, address))
		return false;
	for (slot = 0; slot < MPU_DYNAMIC; slot++)
		if (inside(&space->slot[slot], address))
			return false;
	slot = MAX(space->next, space->nr_pinned);
	space->next = slot + 1 < MPU_DYNAMIC ? slot + 1 : 0;
	mpu_region_cover(start, end, address, &c);
	r = region_of(&c, (prot & MPU_WRITE ? RASR_WRITE : RASR_READ) |
				  (prot & MPU_EXEC ? 0 : RASR_NO_EXEC));
	set_slot(space, slot, &r);
	return true;
}
