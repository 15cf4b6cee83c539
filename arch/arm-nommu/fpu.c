/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - the FPU of the Cortex-M4 and M7, which programs may use and the kernel does not.
 *
 *	fpu_owner ->	the task whose registers the FPU holds, and may use it; every other has its
 *			own in task.arch.fpu, and a fault at its first instruction brings them in
 *
 * The hardware stacks nothing of it when an exception comes (FPCCR): arch_switch() only sets who may
 * use it. A task that has never used it has no state: it begins with zeros.
 */
#include <arch/local.h>
#include <arch/registers.h>
#include <arch/signal_frame.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/string.h>
#include <octavo/task.h>

#define VFP_MAGIC     0x56465001u
#define VFP_BYTES     288u
#define VFP_REGISTERS 2u  /* index in the block: room for 32 of double precision */
#define VFP_FPSCR     66u /* and then one word is left out */
#define VFP_FPEXC     68u
#define FPEXC_ENABLE  0x40000000u

struct task *fpu_owner; /* [interrupts off] entry.S */

bool fpu_is_there(void)
{
	return MVFR0 != 0;
}

void fpu_init(void)
{
	if (!fpu_is_there())
		return;
	SCB_CPACR = CPACR_FPU_KERNEL;
	FPCCR = 0;
	__asm__ volatile("dsb\n\tisb" ::: "memory");
}

/* Nobody's registers are in the FPU but `owner`'s. => interrupts off, owner runs or is NULL */
static void set_owner(struct task *owner)
{
	fpu_owner = owner;
	SCB_CPACR = owner != NULL ? CPACR_FPU_ALL : CPACR_FPU_KERNEL;
	__asm__ volatile("dsb\n\tisb" ::: "memory");
}

bool fpu_fault(void)
{
	struct task *t = current;

	if ((SCB_CFSR & CFSR_NOCP) == 0 || !fpu_is_there() || fpu_owner == t)
		return true;
	if (fpu_owner != NULL)
		fpu_store(&fpu_owner->arch.fpu);
	fpu_load(&t->arch.fpu);
	t->arch.fpu.used = true;
	set_owner(t);
	SCB_CFSR = CFSR_NOCP;
	return false;
}

/* t's state is in its task; `forget`: and not in the registers. */
static void put_away(struct task *t, bool forget)
{
	irqstate_t s = arch_irq_save();

	if (fpu_owner == t) {
		fpu_store(&t->arch.fpu);
		if (forget)
			set_owner(NULL);
	}
	arch_irq_restore(s);
}

void fpu_inherit(struct task *child)
{
	put_away(current, false);
	child->arch.fpu = current->arch.fpu;
}

void fpu_forget(struct task *t)
{
	put_away(t, true);
	t->arch.fpu = (struct fpu_state){0};
}

void fpu_to_frame(u32 *block)
{
	struct fpu_state *fpu = &current->arch.fpu;

	if (!fpu->used)
		return;
	put_away(current, false);
	block[0] = VFP_MAGIC;
	block[1] = VFP_BYTES;
	memcpy(&block[VFP_REGISTERS], fpu->s, sizeof(fpu->s));
	block[VFP_FPSCR] = fpu->fpscr;
	block[VFP_FPEXC] = FPEXC_ENABLE;
}

void fpu_from_frame(const u32 *block)
{
	struct fpu_state *fpu = &current->arch.fpu;

	if (!fpu_is_there() || block[0] != VFP_MAGIC || block[1] != VFP_BYTES)
		return;
	put_away(current, true);
	memcpy(fpu->s, &block[VFP_REGISTERS], sizeof(fpu->s));
	fpu->fpscr = block[VFP_FPSCR];
	fpu->used = true;
}
