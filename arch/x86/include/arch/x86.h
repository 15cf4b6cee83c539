/* SPDX-License-Identifier: MIT */
/* x86.h - the calls between the files of arch/x86, and what kernel image and loader left. */
#pragma once

#include <arch/frame.h>
#include <arch/pmap.h>
#include <octavo/boot.h>
#include <octavo/types.h>

struct task;

/* --- the image: linker/x86-kernel.ld --- */
extern char kernel_start[], kernel_end[];     /* whole pages */
extern char init_start[], init_end[];         /* needed for booting only; whole pages */
extern char text_start[], rodata_end[];       /* may not be written once booted; whole pages */
extern char boot_stack_guard[], boot_stack[]; /* a page that is unmapped, and what is above it */

/* --- boot.S --- */
extern u32 kernel_dir[];     /* the directory of kernel_pmap */
extern pte_t low_table[];    /* maps the first 4M of memory at KERNEL_BASE */
extern pte_t fixmap_table[]; /* maps FIXMAP_START on */
#define LOW_TABLE_PAGES PTES_PER_TABLE
extern const char ap_trampoline[], ap_trampoline_end[]; /* smp_boot.S */

void x86_start(u32 magic, paddr_t info) __noreturn; /* start.c, called by boot.S */

/* boot_read - copy from any physical address, through a slot of the fixmap. => boot; false: it wraps */
bool boot_read(paddr_t paddr, void *buf, size_t len);
void flush_all(void); /* memory.c: every translation of this CPU, global ones too */

/* --- fixmap.c: per-CPU slots that map any frame for a moment --- */
enum fixmap_slot { FIX_ZERO, FIX_COPY_FROM, FIX_COPY_TO, FIX_TEMP0, FIX_TEMP1, FIX_SLOTS };
/* fixmap_set - => the address; preemption off, or boot */
void *fixmap_set(enum fixmap_slot slot, pfn_t pfn);
/* fixmap_device - registers of a device, for good; boot */
enum fixmap_device { FIX_LOCAL_APIC, FIX_IOAPIC0 };
volatile u32 *fixmap_device(unsigned device, paddr_t registers);

/* --- trap.c, entry.S --- */
extern const u32 trap_entries[64]; /* code for vectors 0..63 */
void syscall_entry(void);
void traced_entry(void); /* the same of a task that is traced */
void page_fault(struct trapframe *f);
void trap(struct trapframe *f, unsigned vector);
void segments_gone(struct trapframe *f);
/* extable_fixup - where to go on after a fault of the instruction at pc; 0: nowhere */
uintptr_t extable_fixup(uintptr_t pc);
void task_begin_kernel(void); /* where a new task's first switch goes on */
void task_begin_user(void);
void user_return_to(struct trapframe *f) __noreturn;
long syscall_none(void);
void double_fault_entry(void);
void double_fault(void) __noreturn;
void kthread_end(int result) __noreturn;

/* --- task.c --- */
void segments_refresh(void);      /* load fs and gs again: their descriptors changed */
u32 segments_now(void);           /* fs, and gs in the upper half */
void segments_load(u32 segments); /* one that is good for nothing becomes 0 */

/* --- tls.c --- */
long sys_set_thread_area(void __user *request); /* 0, -EFAULT, -EINVAL, -ESRCH */
long sys_get_thread_area(void __user *request); /* 0, -EFAULT, -EINVAL */

/* --- fpu.c --- */
void fpu_init(void);
void fpu_trap(void);                 /* #NM from user mode */
void fpu_switch_out(struct task *t); /* interrupts off */
void fpu_fork(struct task *child);
void fpu_reset(void);
/* fpu_error - what vector 16 or 19 was about, and its code for siginfo */
const char *fpu_error(unsigned vector, int *code);
/* fpu_state - the current task's state, in memory, as FXSAVE or FNSAVE stores it; a fresh one where it
 * has not used the FPU. Stays good until the task does, or fpu_reset(). */
const void *fpu_state(void);
/* fpu_state_of - the same of a task that has left the FPU, to look at and to change */
void *fpu_state_of(struct task *t);
/* fpu_new_state - room for a state in that form. The task has a fresh one, and may sleep, until
 * fpu_new_state_done() says that the new one is there, to be loaded at the next use. */
void *fpu_new_state(void);
void fpu_new_state_done(void);

/* --- fpu_signal.c --- */
/* fpu_frame_place - where struct fpstate goes in a signal's frame below `top` */
u32 fpu_frame_place(u32 top);
int fpu_to_frame(void __user *to);           /* 0, -EFAULT; sleeps */
int fpu_from_frame(const void __user *from); /* NULL: a fresh state. 0, -EFAULT, -EINVAL; sleeps */

/* fpu_to_fsave, fpu_from_fsave - of a state as FXSAVE or FNSAVE stores it, what FNSAVE does */
struct fsave_area;
void fpu_to_fsave(struct fsave_area *to, const void *state);
void fpu_from_fsave(void *state, const struct fsave_area *from);

/* --- signal.c --- */
long sys_sigreturn(void);
long sys_rt_sigreturn(void);

/* --- irq.c --- */
struct irq_controller { /* how the lines of devices come to a CPU: one for the machine */
	const char *name;
	void (*unmask)(unsigned irq);   /* let ISA line `irq` through, to the boot CPU */
	bool (*spurious)(unsigned irq); /* was it none? Then it is not ended. */
	void (*end)(unsigned irq);      /* this CPU has it: the next may come. => interrupts off */
};
extern const struct irq_controller *irq_controller;
extern const struct irq_controller pic_controller, ioapic_controller;
void irq_dispatch(struct trapframe *f, unsigned irq); /* vector - 32; interrupts off */

/* --- pic.c, ioapic.c, lapic.c, clock.c --- */
struct acpi_cpus;
void pic_init(void); /* all lines masked */
/* ioapic_init - the IO-APICs that the firmware named, all pins masked. => false: one does not answer */
bool ioapic_init(const struct acpi_cpus *acpi);
/* lapic_init - the boot CPU's local APIC, mapped, on, its timer measured. => false: there is none */
bool lapic_init(paddr_t address);
void lapic_init_cpu(void); /* the calling CPU's, as the boot CPU's was; its ticks begin */
u8 lapic_id(void);         /* of the calling CPU */
void lapic_end(void);      /* of the interrupt that is in service */
/* lapic_send - to the CPU with that id; `command` as the ICR has it. => interrupts off */
void lapic_send(u8 apic_id, u32 command);
void clock_calibrate(void); /* before the first message, for its time */
void clock_start_ticks(void);
void clock_tick(const struct trapframe *f);
void clock_wait_us(u32 us); /* spins */

/* ISA lines, and what has a vector of its own behind them. */
#define IRQ_TIMER       0
#define IRQ_COM2        3
#define IRQ_COM1        4
#define IRQ_LOCAL_TIMER 16
#define IRQ_RESCHED     17
#define IRQ_FLUSH       18
#define IRQ_APIC_ERROR  30
#define IRQ_SPURIOUS    31
#define NR_IRQS         32
#define VECTOR_IRQS     32 /* the vector of the first */
