/* SPDX-License-Identifier: MIT */
/*
 * trap.c - faults: those of programs, which load a region or become a signal, and those of the
 * kernel, which end the machine.
 *
 *	MemManage of a program -> mpu_fault() in the handler: a run of its list has the address and no
 *	                          slot does yet -> slot loaded, the instruction is tried again
 *	                       -> else, and for every other fault, trap_from_user() builds the
 *	                          trapframe and goes to trap_user_thread() on the kernel stack
 *
 * The handler reads the list without a lock: who holds the list's lock is not preempted, so no
 * program runs meanwhile.
 */
#include <arch/local.h>
#include <arch/registers.h>
#include <arch/signal_frame.h>
#include <octavo/arch.h>
#include <octavo/assert.h>
#include <octavo/mm.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/panic.h>
#include <octavo/printk.h>
#include <octavo/task.h>
#include <octavo/uart.h>
#include <uapi/octavo/signal.h>

#define CONTROL_UNPRIVILEGED 1u
#define EXC_RETURN_PSP       4u
#define SEMIHOSTING_BKPT     0xbeabu

#define STACK_ROOM (sizeof(struct hw_frame) + 4) /* what an interrupt needs below sp, at most */

/* What a handler's frame says of a fault, as an ARM of Linux does. */
#define TRAP_UNDEFINED     6u
#define TRAP_MEMORY        14u
#define FAULT_STATUS       0xdu /* permission */
#define FAULT_STATUS_WRITE 0x800u

#define ILL_ILLOPC 1

static inline const struct hw_frame *get_psp(void)
{
	const struct hw_frame *psp;

	__asm__ volatile("mrs	%0, psp" : "=r"(psp));
	return psp;
}

/* Is the instruction at `pc`, which has accessed memory, a store? The processor does not say. */
static bool is_store(uintptr_t pc)
{
	u16 op = *(const u16 *)pc;

	if ((op & 0xf800) >= 0xe800) /* 32 bits: bit 4 of the first half is "load" */
		return (op & 0x10) == 0;
	if ((op & 0xf000) ==
	    0x5000) /* register offset: strings of three bits, the last five load */
		return (op & 0x0e00) < 0x0600;
	return (op & 0x0800) == 0; /* all others, push and pop too: bit 11 */
}

/* Not every processor sets DEBUGEVT for it. */
static bool is_breakpoint(uintptr_t pc)
{
	return (*(const u16 *)pc & 0xff00) == 0xbe00;
}

/* An instruction that lies in two regions; it may need two more for its data, more than a stack of two
 * leaves. */
static uintptr_t crossing_pc;

static bool load_fetched(struct mm *mm, uintptr_t pc)
{
	if (nommu_load(mm, pc))
		return true;
	crossing_pc = pc;
	mpu_need_all(&mm->pmap.mpu);
	return nommu_load(mm, pc + 2);
}

/* A program that moves its stack pointer itself: what that is in is not to be replaced. */
static void follow_stack(const struct hw_frame *psp)
{
	const struct user_stack_bounds *b = &user_stack_bounds;
	u32 sp = (u32)(psp + 1);

	if (unlikely(sp - b->lowest > b->highest - b->lowest) && psp->pc != crossing_pc)
		(void)user_stack_follow(sp);
}

/*
 * mpu_fault - the quick way: load the region that was missing.
 *   => handler, a program has faulted; false: done, try again; true: trap_from_user() decides
 */
bool mpu_fault(const struct hw_frame *psp)
{
	u32 cfsr = SCB_CFSR & CFSR_MEMMANAGE;
	struct mm *mm = current->mm;
	bool loaded;

	if (cfsr & CFSR_MSTKERR)
		return true;
	if (cfsr & CFSR_MUNSTKERR) {
		loaded = nommu_load(mm, (uintptr_t)psp);
		loaded |= nommu_load(mm, (uintptr_t)psp + sizeof(*psp) - 1);
	} else {
		follow_stack(psp);
		loaded = cfsr & CFSR_DACCVIOL ? nommu_load(mm, SCB_MMFAR)
					      : load_fetched(mm, psp->pc);
	}
	if (!loaded)
		return true;
	SCB_CFSR = cfsr;
	return false;
}

static struct arch_trap memory_trap(uintptr_t address, unsigned flags)
{
	struct arch_trap trap = {
		.address = address,
		.flags = flags | FAULT_USER,
		.number = TRAP_MEMORY,
		.error = FAULT_STATUS | (flags & FAULT_WRITE ? FAULT_STATUS_WRITE : 0),
	};

	if (mpu_guards(&current->mm->pmap.mpu, address)) {
		trap.signal = SIGSEGV;
		trap.code = SEGV_ACCERR;
		trap.what = "stack overflow";
	}
	return trap;
}

static struct arch_trap signal_trap(int signal, int code, uintptr_t address, const char *what)
{
	return (struct arch_trap){
		.signal = signal,
		.code = code,
		.address = address,
		.what = what,
		.number = signal == SIGILL ? TRAP_UNDEFINED : 0,
	};
}

static struct arch_trap usage_trap(u32 cfsr, uintptr_t pc)
{
	if (cfsr & CFSR_UNALIGNED)
		return signal_trap(SIGBUS, BUS_ADRALN, pc, "unaligned access");
	if (cfsr & CFSR_DIVBYZERO)
		return signal_trap(SIGFPE, FPE_INTDIV, pc, "division by zero");
	if (cfsr & CFSR_INVSTATE)
		return signal_trap(SIGILL, ILL_ILLOPC, pc, "not in Thumb state");
	return signal_trap(SIGILL, ILL_ILLOPC, pc, "undefined instruction");
}

/* What the status registers say. `hw` may be read only if it was stacked. */
static struct arch_trap decode(u32 cfsr, u32 hfsr, const struct hw_frame *hw)
{
	if (cfsr & (CFSR_MSTKERR | CFSR_BSTKERR))
		return memory_trap(cfsr & CFSR_MMARVALID ? SCB_MMFAR : (uintptr_t)hw, FAULT_WRITE);
	if (cfsr & CFSR_MUNSTKERR)
		return memory_trap((uintptr_t)hw, 0);
	if (cfsr & CFSR_DACCVIOL)
		return memory_trap(SCB_MMFAR, is_store(hw->pc) ? FAULT_WRITE : 0);
	if (cfsr & CFSR_IACCVIOL)
		return memory_trap(nommu_may_exec(current->mm, hw->pc) ? hw->pc + 2 : hw->pc,
				   FAULT_EXEC);
	if (cfsr & CFSR_BUS)
		return signal_trap(SIGBUS, BUS_ADRERR, cfsr & CFSR_BFARVALID ? SCB_BFAR : hw->pc,
				   "bus error");
	if ((hfsr & HFSR_DEBUGEVT) || (cfsr == 0 && is_breakpoint(hw->pc)))
		return signal_trap(SIGTRAP, TRAP_BRKPT, hw->pc, "breakpoint");
	if (cfsr == 0)
		return signal_trap(SIGILL, ILL_ILLOPC, hw->pc, "exception that cannot be taken");
	return usage_trap(cfsr, hw->pc);
}

static void fill_frame(struct trapframe *f, const struct callee_saved *saved,
		       const struct hw_frame *hw, bool stacked)
{
	*f = (struct trapframe){.sp = (u32)hw, .xpsr = XPSR_THUMB};
	for (unsigned i = 0; i < ARRAY_SIZE(saved->r); i++)
		f->r[4 + i] = saved->r[i];
	if (!stacked)
		return;
	f->r[0] = hw->r0;
	f->r[1] = hw->r1;
	f->r[2] = hw->r2;
	f->r[3] = hw->r3;
	f->r[12] = hw->r12;
	f->sp = (u32)(hw + 1) + (hw->xpsr & XPSR_ALIGN ? 4 : 0);
	f->lr = hw->lr;
	f->pc = hw->pc;
	f->xpsr = hw->xpsr & ~XPSR_ALIGN;
}

/*
 * trap_from_user - handler: the program's registers into its trapframe, why it is here into its
 * task, and the exception return to fault_thread.
 *
 * Where the hardware could not write its frame, the program's pc is lost and it cannot go on; a
 * system call that was to be entered stays pending then, and must not be.
 */
void trap_from_user(const struct callee_saved *saved)
{
	const struct hw_frame *hw = get_psp();
	struct trapframe *f = arch_user_frame(current);
	struct hw_frame *kernel = (struct hw_frame *)f - 1;
	u32 cfsr = SCB_CFSR, hfsr = SCB_HFSR;
	bool stacked = (cfsr & (CFSR_MSTKERR | CFSR_BSTKERR | CFSR_MUNSTKERR)) == 0;
	u32 control;

	current->arch.trap = decode(cfsr, hfsr, hw);
	SCB_CFSR = cfsr;
	SCB_HFSR = hfsr;
	if (!stacked) {
		current->arch.trap.lost = true;
		SCB_SHCSR &= ~SHCSR_SVCALLPENDED;
	}
	fill_frame(f, saved, hw, stacked);
	*kernel = (struct hw_frame){.pc = (u32)fault_thread & ~1u, .xpsr = XPSR_THUMB};
	__asm__ volatile("mrs	%0, control\n\t"
			 "bic	%0, %0, %1\n\t"
			 "msr	control, %0\n\t"
			 "msr	psp, %2"
			 : "=&r"(control)
			 : "I"(CONTROL_UNPRIVILEGED), "r"(kernel)
			 : "memory");
}

static void no_stack(struct trapframe *frame)
{
	const struct siginfo info = {.signo = SIGSEGV, .code = SI_KERNEL, .address = frame->sp};

	user_trap(frame, &info, "the stack pointer is in no stack");
}

/* A handler that was given no restorer returns to an address where nothing can be. */
static bool is_return_from_handler(const struct arch_trap *trap)
{
	return (trap->flags & FAULT_EXEC) &&
	       (trap->address == SIGRETURN_ADDRESS || trap->address == RT_SIGRETURN_ADDRESS);
}

/* trap_user_thread - thread mode, on the kernel stack of the program that faulted. */
void trap_user_thread(struct trapframe *frame)
{
	const struct arch_trap trap = current->arch.trap;

	const struct siginfo info = {
		.signo = trap.signal, .code = trap.code, .address = (u32)trap.address};

	if (trap.signal != 0)
		user_trap(frame, &info, trap.what);
	else if (is_return_from_handler(&trap))
		user_sigreturn(frame, trap.address == RT_SIGRETURN_ADDRESS);
	else if (user_fault(frame, trap.address, trap.flags) == 0 && trap.lost)
		no_stack(frame);
}

bool user_stack_follow(u32 sp)
{
	irqstate_t s = arch_irq_save();
	bool good = nommu_use_stack(current->mm, sp, STACK_ROOM);

	arch_irq_restore(s);
	return good;
}

/*
 * user_stack_elsewhere - thread mode, interrupts off: a program goes on with a stack pointer that
 * is not in its stack's slot. The hardware frame will be written below it: does it belong there?
 *   => true, and the slot is there; else false, and the program gets a signal
 */
bool user_stack_elsewhere(struct trapframe *frame)
{
	if (user_stack_follow(frame->sp))
		return true;
	no_stack(frame);
	return false;
}

static const char *kernel_trap_name(u32 number, u32 cfsr)
{
	switch (number) {
	case 2:
		return "NMI";
	case 3:
		return "hard fault";
	case 4:
		return cfsr & CFSR_IACCVIOL ? "execution of forbidden memory" : "forbidden access";
	case 5:
		return "bus fault";
	case 6:
		return "usage fault";
	default:
		return "unexpected exception";
	}
}

/* trap_kernel - handler, on the handler stack: a fault of the kernel itself. */
void trap_kernel(const struct callee_saved *saved, u32 exc_return, const struct hw_frame *hw)
{
	const struct task *t = current;
	u32 cfsr = SCB_CFSR, address = cfsr & CFSR_BFARVALID ? SCB_BFAR : SCB_MMFAR, number;
	bool stacked = (cfsr & (CFSR_MSTKERR | CFSR_BSTKERR)) == 0;
	struct trapframe frame;

	MPU_CTRL = 0; /* the guard too may be looked at now */
	__asm__ volatile("mrs	%0, ipsr" : "=r"(number));
	fill_frame(&frame, saved, hw, stacked);
	frame.exc_return = exc_return;
	backtrace_of_trap(&frame);
	if (stacked && number == 3 && *(const u16 *)frame.pc == SEMIHOSTING_BKPT)
		for (;;)
			__asm__ volatile("wfi"); /* arch_machine_end() without a host */
	if ((exc_return & EXC_RETURN_PSP) && frame.sp < (u32)t->kstack + KSTACK_GUARD + 64)
		panic_frame(&frame, "kernel stack overflow: %s[%u], guard at %08x", t->comm, t->pid,
			    (u32)t->kstack);
	if (cfsr & (CFSR_MMARVALID | CFSR_BFARVALID))
		panic_frame(&frame, "%s in the kernel at %08x (CFSR %08x)",
			    kernel_trap_name(number, cfsr), address, cfsr);
	panic_frame(&frame, "%s in the kernel (CFSR %08x HFSR %08x)",
		    kernel_trap_name(number, cfsr), cfsr, SCB_HFSR);
}

void arch_print_frame(const struct trapframe *f)
{
	for (unsigned i = 0; i < 12; i += 4)
		printk(LOG_EMERG, "r%-2u %08x  r%-2u %08x  r%-2u %08x  r%-2u %08x\n", i, f->r[i],
		       i + 1, f->r[i + 1], i + 2, f->r[i + 2], i + 3, f->r[i + 3]);
	printk(LOG_EMERG, "r12 %08x  sp  %08x  lr  %08x  pc  %08x\n", f->r[12], f->sp, f->lr,
	       f->pc);
	printk(LOG_EMERG, "xpsr %08x  exc_return %08x\n", f->xpsr, f->exc_return);
}

/* From entry.S: the one device that is switched on, and what it may lead to. */
void irq_dispatch(u32 irq)
{
	PANIC_ON(irq != UART0_RX_IRQ);
	irq_counts[1]++;
	irq_enter();
	uart_interrupt();
	irq_exit();
	if (current->head.need_resched)
		SCB_ICSR = ICSR_PENDSVSET;
}
