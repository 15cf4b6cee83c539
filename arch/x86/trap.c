/* SPDX-License-Identifier: MIT */
/*
 * trap.c - exceptions: page faults to the memory system, the program's mistakes to the program,
 * the kernel's own to a panic. Instructions of the kernel that may fault on purpose (user copies,
 * segment loads) stand in a table with the place where to go on.
 */
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/mm.h>
#include <octavo/panic.h>
#include <octavo/printk.h>
#include <octavo/ptrace.h>
#include <octavo/signal.h>
#include <octavo/task.h>
#include <octavo/vmalloc.h>

/* The error code of a page fault has the memory system's flags in the same places. */
#define FAULT_FLAGS 0x7u
_Static_assert(FAULT_PRESENT == 1 && FAULT_WRITE == 2 && FAULT_USER == 4, "the CPU's bits");

#define VECTOR_DEBUG      1
#define VECTOR_NMI        2
#define VECTOR_NO_FPU     7
#define VECTOR_PROTECTION 13
#define VECTOR_PAGE_FAULT 14
#define VECTOR_FPU_ERROR  16
#define VECTOR_SIMD_ERROR 19

struct extable_entry {
	uintptr_t at, go;
};
extern const struct extable_entry extable_start[], extable_end[];

/* What the exceptions of a program become; no code: SI_KERNEL. */
static const struct {
	const char *name;
	u8 signal, code;
	bool has_address; /* siginfo says where */
} exceptions[32] = {
	[0] = {"division error", SIGFPE, FPE_INTDIV, true},
	[1] = {"debug exception", SIGTRAP, TRAP_BRKPT, true},
	[2] = {"non-maskable interrupt", 0, 0, false},
	[3] = {"breakpoint", SIGTRAP, 0, false},
	[4] = {"overflow", SIGSEGV, 0, false},
	[5] = {"bound range exceeded", SIGSEGV, 0, false},
	[6] = {"invalid instruction", SIGILL, ILL_ILLOPN, true},
	[7] = {"no FPU", SIGSEGV, 0, false},
	[8] = {"double fault", 0, 0, false},
	[9] = {"coprocessor segment overrun", SIGFPE, 0, false},
	[10] = {"invalid TSS", SIGSEGV, 0, false},
	[11] = {"segment not present", SIGBUS, 0, false},
	[12] = {"stack segment fault", SIGBUS, 0, false},
	[13] = {"general protection fault", SIGSEGV, 0, false},
	[15] = {"reserved exception", SIGSEGV, 0, false},
	[16] = {"floating point exception", SIGFPE, 0, true},
	[17] = {"alignment check", SIGBUS, BUS_ADRALN, false},
	[18] = {"machine check", 0, 0, false},
	[19] = {"floating point exception (SSE)", SIGFPE, 0, true},
};

uintptr_t extable_fixup(uintptr_t pc)
{
	for (const struct extable_entry *e = extable_start; e < extable_end; e++)
		if (e->at == pc)
			return e->go;
	return 0;
}

static const char *fault_place(vaddr_t va)
{
	if (va < PAGE_SIZE)
		return ", a NULL pointer";
	if (va - (vaddr_t)boot_stack_guard < PAGE_SIZE)
		return ", below the boot stack";
	if (va >= (vaddr_t)text_start && va < (vaddr_t)rodata_end)
		return ", read-only kernel memory";
	return "";
}

static void kernel_page_fault(const struct trapframe *f, vaddr_t va)
{
	const char *guard = vmalloc_guard_name(va);

	panic_frame(f, "kernel %s of %08x, %s%s%s%s", f->error & FAULT_WRITE ? "write" : "read", va,
		    f->error & FAULT_PRESENT ? "not allowed" : "not mapped",
		    guard ? ", guard page of " : fault_place(va), guard ? guard : "",
		    frame_pc(f) == va ? ", a jump to nowhere" : "");
}

static __noinline void kernel_fault(struct trapframe *f, vaddr_t va)
{
	uintptr_t fixup = extable_fixup(f->eip);

	if (!fixup || va >= USER_END)
		kernel_page_fault(f, va);
	/* a copy that may not sleep (copy_*_user_atomic) stops at a page that is not there */
	if (arch_current_head()->preempt_count != 0 ||
	    user_fault(f, va, f->error & FAULT_FLAGS) != 0)
		f->eip = fixup;
}

/* For the frame of the signal that this leads to. */
static void note_trap(const struct trapframe *f, unsigned vector, u32 more_error)
{
	current->arch.trap_number = vector;
	current->arch.trap_error = f->error | more_error;
}

static __noinline void user_page_fault_failed(struct trapframe *f, vaddr_t va, int err)
{
	if (user_fault_failed(f, va, f->error & FAULT_FLAGS, err) == 0)
		return;
	/* What is mapped in the kernel's half is nobody's business. */
	note_trap(f, VECTOR_PAGE_FAULT, va >= USER_END ? FAULT_PRESENT : 0);
	current->arch.trap_address = va;
}

/* In user mode interrupts are on, and the program has memory: user_fault() in short. */
void page_fault(struct trapframe *f)
{
	vaddr_t va = read_cr2();
	int err;

	if (unlikely(!frame_is_user(f))) {
		if (f->eflags & EFLAGS_IF)
			arch_irq_enable();
		kernel_fault(f, va);
		return;
	}
	arch_irq_enable();
	current->nr_faults++;
	lockval_assert_none("user mode");
	err = mm_fault(current->mm, va, f->error & FAULT_FLAGS);
	if (unlikely(err != 0))
		user_page_fault_failed(f, va, err);
}

static void user_exception(struct trapframe *f, unsigned vector)
{
	const char *name = exceptions[vector].name;
	int code = exceptions[vector].code;
	struct siginfo info = {.signo = exceptions[vector].signal};

	if (vector == VECTOR_DEBUG && (read_dr6() & DR6_STEP))
		code = TRAP_TRACE;
	if (vector == VECTOR_DEBUG)
		write_dr6(0);
	if (vector == VECTOR_DEBUG && !is_traced(current) &&
	    (current->arch.extras & TASK_STEPPED)) { /* its tracer has gone */
		current->arch.extras &= ~TASK_STEPPED;
		f->eflags &= ~EFLAGS_TF;
		return;
	}
	arch_irq_enable();
	if (vector == VECTOR_FPU_ERROR || vector == VECTOR_SIMD_ERROR)
		name = fpu_error(vector, &code);
	info.code = code != 0 ? code : SI_KERNEL;
	if (exceptions[vector].has_address)
		info.address = f->eip;
	note_trap(f, vector, 0);
	user_trap(f, &info, name);
}

void trap(struct trapframe *f, unsigned vector)
{
	const char *name = vector < ARRAY_SIZE(exceptions) ? exceptions[vector].name : NULL;
	uintptr_t fixup;

	if (vector == VECTOR_NMI && panic_in_progress())
		smp_stop_here(); /* another CPU's panic */
	if (!name)
		name = "unknown exception";
	if (frame_is_user(f) && vector == VECTOR_NO_FPU) {
		fpu_trap();
		return;
	}
	if (frame_is_user(f) && vector < ARRAY_SIZE(exceptions) && exceptions[vector].signal) {
		user_exception(f, vector);
		return;
	}
	fixup = frame_is_user(f) ? 0 : extable_fixup(f->eip);
	if (fixup) {
		f->eip = fixup;
		return;
	}
	panic_frame(f, "%s in %s mode, error code %x", name, frame_is_user(f) ? "user" : "kernel",
		    f->error);
}

void segments_gone(struct trapframe *f)
{
	const struct siginfo info = {.signo = SIGSEGV, .code = SI_KERNEL};

	arch_irq_enable();
	note_trap(f, VECTOR_PROTECTION, 0);
	user_trap(f, &info, "its stack segment is gone");
}

void arch_print_frame(const struct trapframe *f)
{
	printk(LOG_EMERG, "eip %08x  cs %04x  eflags %08x  error %08x  cr2 %08x  cr3 %08x\n",
	       f->eip, f->cs & 0xffff, f->eflags, f->error, read_cr2(), read_cr3());
	printk(LOG_EMERG, "eax %08x  ebx %08x  ecx %08x  edx %08x\n", f->eax, f->ebx, f->ecx,
	       f->edx);
	printk(LOG_EMERG, "esi %08x  edi %08x  ebp %08x  esp %08x\n", f->esi, f->edi, f->ebp,
	       (u32)frame_sp(f));
	printk(LOG_EMERG, "ds %04x  es %04x  ss %04x\n", f->ds, f->es,
	       frame_is_user(f) ? f->ss & 0xffff : 0);
}
