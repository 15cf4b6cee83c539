/* SPDX-License-Identifier: MIT */
/*
 * panic.c - the last words of the machine.
 *
 * Nothing here trusts what it does not need: no lock is taken once panic_in_progress() (printk and
 * the control channel look at it), and the current task is believed in only if it is on the list of
 * all tasks or an idle task; a kernel stack that was overrun has a damaged word where it is named.
 */
#include <octavo/arch.h>
#include <octavo/control.h>
#include <octavo/ksyms.h>
#include <octavo/panic.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/time.h>

#define MESSAGE_MAX     256
#define BACKTRACE_DEPTH 32
#define PANIC_STATUS    1

static u32 panicking; /* [a] */

bool panic_in_progress(void)
{
	return unlikely(arch_read_once(&panicking) != 0);
}

/* `back` is 1 for a return address: it belongs to the call before it, and where that was the last
 * instruction of its function, the address lies in the next one. It is 0 for any other address. */
static void print_address(uintptr_t pc, unsigned back)
{
	char name[KSYM_NAME_MAX];
	size_t offset;

	if (ksym_lookup(pc - back, name, &offset))
		printk(LOG_EMERG, "  %08lx %s+0x%x\n", (unsigned long)pc, name,
		       (unsigned)offset + back);
	else
		printk(LOG_EMERG, "  %08lx\n", (unsigned long)pc);
}

/* From the frame fp of a function that pc lies in (0: not known). => how many addresses there were */
static unsigned walk(uintptr_t fp, uintptr_t pc)
{
	const struct task *t = arch_current();
	unsigned depth = 0;

	while (depth < BACKTRACE_DEPTH && fp != 0 && arch_on_kernel_stack(t, fp) &&
	       arch_backtrace_next(&fp, &pc)) {
		print_address(pc, 1);
		depth++;
	}
	return depth;
}

void backtrace_print(uintptr_t fp)
{
	walk(fp, 0);
}

/* => is the current task one that its fields can be believed of? */
static bool print_task(void)
{
	const struct task *t = arch_current();

	if (!task_is_known(t)) {
		printk(LOG_EMERG, "current task is damaged (%08lx)\n", (unsigned long)(uintptr_t)t);
		return false;
	}
	printk(LOG_EMERG, "task %.*s[%u] cpu %u preempt_count %x stack %08lx\n", TASK_COMM_LEN,
	       t->comm, t->pid, t->head.cpu, t->head.preempt_count,
	       (unsigned long)(uintptr_t)t->kstack);
	return true;
}

/* `fp`: where the backtrace starts; `pc`: the address to name where there is no chain to follow. */
static void __noreturn panic_end(const char *message, const struct trapframe *frame, uintptr_t fp,
				 uintptr_t pc)
{
	size_t line = strlen(message);

	while (line > 0 && message[line - 1] == '\n')
		line--;
	printk(LOG_EMERG, "panic: %.*s\n", (int)line, message);
	control_send(CONTROL_PANIC, message, line);
	if (frame != NULL)
		arch_print_frame(frame);
	if (print_task()) {
		printk(LOG_EMERG, "backtrace:\n");
		if (frame != NULL)
			print_address(frame_pc(frame), 0);
		if (frame != NULL)
			walk(frame_fp(frame), frame_pc(frame));
		else if (walk(fp, (uintptr_t)panic) == 0)
			print_address(pc, 1);
	} else if (frame != NULL) {
		print_address(frame_pc(frame), 0);
	} else {
		print_address(pc, 1);
	}
	arch_machine_end(PANIC_STATUS);
}

#define STOPPED_NS 20000000u /* by then another CPU's panic has stopped this one */

/* The first to come goes on, alone; a panic inside the panic says its line and ends the machine. */
static void panic_enter(const char *message)
{
	u64 begin;

	arch_irq_disable();
	if (arch_xchg(&panicking, 1) == 0) {
		arch_stop_cpus();
		return;
	}
	begin = clock_ns();
	while (sched_nr_cpus() > 1 && clock_ns() - begin < STOPPED_NS)
		arch_relax();
	printk(LOG_EMERG, "panic in panic: %s\n", message);
	arch_machine_end(PANIC_STATUS);
}

void panic(const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	/* On the stack, where a backtrace without frame pointers looks for it. */
	volatile uintptr_t pc = (uintptr_t)__builtin_return_address(0);
	va_list ap;

	va_start(ap, fmt);
	vscnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	panic_enter(message);
	panic_end(message, NULL, arch_frame_pointer(), pc);
}

void panic_frame(const struct trapframe *frame, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vscnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	panic_enter(message);
	panic_end(message, frame, 0, 0);
}
