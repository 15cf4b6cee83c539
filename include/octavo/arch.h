/* SPDX-License-Identifier: MIT */
/*
 * arch.h - what the core asks of an architecture, besides its MMU (pmap.h) or MPU (mpu.h).
 *
 * Headers of the architecture, on the include path as <arch/...>:
 *   atomic.h    atomic_t, arch_xchg, arch_cmpxchg, atomic_inc/dec/add..., arch_relax, barriers
 *   irq.h       irqstate_t, arch_irq_save/restore/disable/enable, arch_irqs_disabled
 *   clock.h     u32 arch_clock_ns_low(void), the low half of arch_clock_ns() below
 *   current.h   struct task *arch_current(void), struct task_head *arch_current_head(void)
 *   layout.h    addresses: KERNEL_BASE, USER_END, VMALLOC_START, KSTACK_SIZE, MMAP_BASE ...
 *               and names: ARCH_MACHINE (uname), ARCH_PLATFORM (AT_PLATFORM), ELF_MACHINE
 *   memmap.h    pfn_to_page, page_to_pfn, phys_to_virt, virt_to_phys, pfn_valid; and
 *               arch_meminfo_text(): lines of /proc/meminfo, how the kernel maps memory
 *   frame.h     struct trapframe; frame_pc(frame), frame_sp(frame), frame_fp(frame):
 *               where arch_backtrace_next() starts
 *   arch_task.h struct arch_task: what a task keeps for the architecture (stack pointer, FPU)
 *   string.h    which of memcpy, memset ... the architecture has its own version of
 */
#pragma once

#include <arch/arch_task.h>
#include <arch/current.h>
#include <arch/frame.h>
#include <arch/irq.h>
#include <arch/layout.h>
#include <octavo/config.h>
#include <octavo/types.h>

struct task;
struct boot_info;
struct mm;
struct siginfo;

/* --- boot, in the order in which main() calls them --- */

/* arch_boot_info - what the boot loader said, validated (multiboot, parameter page).
 *   => before any allocation; printk works already (early console); never returns NULL */
const struct boot_info *arch_boot_info(void);
/* arch_memory_init - set up the direct map of all low memory and everything that bootmem must give
 * page tables for; allocates mem_map (memmap.h) from bootmem, not cleared: zone_init() fills it.
 *   => after bootmem is up, before zones; panics when memory does not suffice */
void arch_memory_init(void);
/* arch_init - descriptor tables, interrupt controller, timer, clock, per-CPU state of CPU 0.
 *   => interrupts still off */
void arch_init(void);
/* arch_protect_kernel - kernel text and read-only data become read-only, .init memory is handed
 * to free_init(pfn, nr). => once, when boot is over */
void arch_protect_kernel(void (*free_init)(pfn_t pfn, unsigned nr_pages));

/* --- tasks --- */

/* arch_switch - save the current context in prev, continue in next; returns the task that ran
 * before the caller was resumed. => runqueue lock held or interrupts off; never NULL */
struct task *arch_switch(struct task *prev, struct task *next);
/* arch_task_init_kernel - prepare a new task so that its first arch_switch calls
 * sched_new_task() and then fn(arg); when fn returns the task exits with its result. */
void arch_task_init_kernel(struct task *t, int (*fn)(void *), void *arg);
/* arch_task_init_fork - prepare `child` so that its first run calls sched_new_task() and returns to
 * user mode with `frame`'s registers but result 0; copies the FPU state of the current task. */
void arch_task_init_fork(struct task *child, const struct trapframe *frame);
/* arch_task_set_tls - the thread-local data of `child`, made by arch_task_init_fork(), as clone(2)'s
 * argument says (x86: address of a struct user_desc of current's).
 *   => 0; -EFAULT; -EINVAL no such segment, or none on this machine */
int arch_task_set_tls(struct task *child, u32 arg);
/* arch_task_free - release what arch_task holds. */
void arch_task_free(struct task *t);
/* arch_kstack_alloc/free - a kernel stack with whatever guard the machine can give.
 *   => may sleep; 0 or -ENOMEM; sets t->kstack (lowest address) */
int arch_kstack_alloc(struct task *t);
void arch_kstack_free(struct task *t);
/* arch_user_frame - where the registers of the current system call or user trap lie. */
struct trapframe *arch_user_frame(struct task *t);
/* arch_exec_frame - set `frame` to start a program: entry, stack pointer, all else 0; on ARM also
 * r9 = data_base. Resets the FPU state and thread pointers of the current task. */
void arch_exec_frame(struct trapframe *frame, vaddr_t entry, vaddr_t sp, vaddr_t data_base);
/* arch_enter_user - leave the kernel for the first time: PID 1's first program. */
void arch_enter_user(struct trapframe *frame) __noreturn;

/* arch_hwcap - AT_HWCAP: the CPU's features as Linux tells them (x86: CPUID 1's edx). */
u32 arch_hwcap(void);

/* --- interrupts, time, end --- */

/* arch_start_cpus - make the machine's other CPUs run sched_cpu_idle(), each with the idle task that
 * sched_cpu_add() gave for it. => boot, interrupts off, tasks can be made; says what does not start */
void arch_start_cpus(void);
/* arch_send_resched - an interrupt to CPU `cpu`, so that it looks at its task's need_resched.
 *   => interrupts off; not to itself */
void arch_send_resched(unsigned cpu);
/* arch_stop_cpus - every other CPU stops for good, whatever it does now: panic */
void arch_stop_cpus(void);
/* arch_timer_arm - this CPU's timer interrupt comes once, ahead_ns from now or at most a little before or
 * after that, and no more when it was set to before. => clock_event.c alone; interrupts off */
void arch_timer_arm(u32 ahead_ns);
void arch_idle(void);    /* wait for an interrupt; returns with interrupts on */
u64 arch_clock_ns(void); /* monotonic nanoseconds since the machine started; 0 before arch_init */
void arch_machine_end(int status) __noreturn; /* tell the host, or halt; status 0..63 */
uintptr_t arch_frame_pointer(void); /* of the caller, for backtraces; 0 if there is none */
bool arch_on_kernel_stack(const struct task *t, uintptr_t address);
/* arch_backtrace_next - one step up the chain: *pc is the return address, *fp the next frame. Before,
 * *pc is an address in the function that is called, or 0: a machine without a chain of frames, which
 * looks for return addresses, tells by it what an earlier call left behind.
 *   => false at the end or where the chain is damaged */
bool arch_backtrace_next(uintptr_t *fp, uintptr_t *pc);
void arch_print_frame(const struct trapframe *frame); /* registers, at LOG_EMERG */

/* --- reports --- */

struct text;
/* arch_cpuinfo_text - /proc/cpuinfo: what the processor says of itself */
void arch_cpuinfo_text(struct text *t);
struct arch_irq_stat {
	u32 line;           /* its number at the controller; they come in growing order */
	const char *label;  /* NULL; or its name: it is no line of the controller's */
	u32 count[NR_CPUS]; /* since boot */
	const char *controller, *device;
};
/* arch_irq_stat - the i-th interrupt line that a device uses; false: there are no more */
bool arch_irq_stat(unsigned i, struct arch_irq_stat *s);

/* --- the core's side, called by the architecture --- */

void kernel_main(void) __noreturn;        /* main.c, on the boot stack */
void sched_new_task(struct task *prev);   /* first thing a new task does */
void timer_tick(bool user, uintptr_t pc); /* HZ times a second, in the interrupt */
void irq_enter(void);                     /* preempt_count += PREEMPT_IRQ */
void irq_exit(void);                      /* ... and soft work; no rescheduling here */
/* user_return - called with interrupts off before each return to user mode if
 * task_head.need_resched or a signal is pending; the architecture's fast path tests only the word
 * task_head.user_work. `from_call`: `frame` holds the result of a system call, which a signal may have
 * interrupted. */
void user_return_work(struct trapframe *frame, bool from_call);
/* user_fault - a page fault or MPU fault at `address`, from user mode or in a user copy.
 * flags: FAULT_WRITE, FAULT_USER, FAULT_PRESENT, FAULT_EXEC.
 *   => 0 handled, retry; -EFAULT nobody may: in user mode the task has been given the signal */
int user_fault(struct trapframe *frame, vaddr_t address, unsigned flags);
/* user_fault_failed - for who has asked mm_fault() himself, which said `err`. => as user_fault() */
int user_fault_failed(struct trapframe *frame, vaddr_t address, unsigned flags, int err);
/* user_trap - any other exception in user mode: the signal that `info` says, and where it ends the
 * program one line that names `what`. */
void user_trap(struct trapframe *frame, const struct siginfo *info, const char *what);
