/* SPDX-License-Identifier: MIT */
/*
 * user_fault.c - what a fault in a program leads to: memory, or its end.
 *
 * The architecture decodes the trap and calls user_fault(); mm_fault() decides. A fault that nobody
 * may resolve kills the program with the signal that Linux sends, and one line that names address,
 * access and instruction.
 */
#include <arch/atomic.h>
#include <arch/frame.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/oom.h>
#include <octavo/printk.h>
#include <octavo/process.h>
#include <octavo/ptrace.h>
#include <octavo/sched.h>
#include <octavo/why.h>
#include <uapi/octavo/signal.h>

static const char *access_name(unsigned flags)
{
	if (flags & FAULT_EXEC)
		return "execute";
	return flags & FAULT_WRITE ? "write" : "read";
}

/* SIGSEGV or SIGBUS to the program, and the line where it does not catch it. */
static void fault_signal(struct trapframe *frame, vaddr_t address, unsigned flags, int err)
{
	const struct siginfo info = {
		.signo = err == -EIO ? SIGBUS : SIGSEGV,
		.code = err == -EIO      ? BUS_ADRERR
			: err == -EACCES ? SEGV_ACCERR
					 : SEGV_MAPERR,
		.address = (u32)address,
	};
	const char *reason = err == -EACCES ? "not allowed"
			     : err == -EIO  ? "no memory behind it"
					    : "nothing is mapped";

	if (err == -EIO)
		why("SIGBUS: %s of %08lx", access_name(flags), (unsigned long)address);
	if (!signal_force(&info))
		return;
	pr_info("%s[%u]: %s of %08lx: %s (pc %08lx sp %08lx), killed by signal %d\n", current->comm,
		current->pid, access_name(flags), (unsigned long)address, reason,
		(unsigned long)frame_pc(frame), (unsigned long)frame_sp(frame), info.signo);
}

int user_fault_failed(struct trapframe *frame, vaddr_t address, unsigned flags, int err)
{
	if (err == -ENOMEM) {
		/* Somebody is killed; where it is not us, the access is tried again. */
		err = oom_fault(address, !(flags & FAULT_USER)) ? 0 : -EFAULT;
		return signal_fatal() ? -EFAULT : err;
	}
	if (flags & FAULT_USER)
		fault_signal(frame, address, flags, err);
	return -EFAULT;
}

int user_fault(struct trapframe *frame, vaddr_t address, unsigned flags)
{
	struct mm *mm = current->mm;
	int err;

	if (unlikely(mm == NULL))
		return -EFAULT;
	current->nr_faults++;
	if (flags & FAULT_USER)
		lockval_assert_none("user mode");
	err = mm_fault(mm, address, flags);
	return err == 0 ? 0 : user_fault_failed(frame, address, flags, err);
}

void user_trap(struct trapframe *frame, const struct siginfo *info, const char *what)
{
	if (!signal_force(info))
		return;
	pr_info("%s[%u]: %s (pc %08lx sp %08lx), killed by signal %d\n", current->comm,
		current->pid, what, (unsigned long)frame_pc(frame), (unsigned long)frame_sp(frame),
		info->signo);
}

/* Called with interrupts off, and returns so, when there is nothing more to do. */
void user_return_work(struct trapframe *frame, bool from_call)
{
	struct task *t = current;

	while (t->head.user_work != 0) {
		t->head.work_resched = 0;
		arch_mb(); /* before the look at what others ask of us */
		arch_irq_enable();
		if (ARCH_TRACES && unlikely(t->head.work_trace))
			ptrace_call_end(frame);
		if (t->head.work_signal) {
			signal_deliver(frame, from_call);
			from_call = false;
		}
		lockval_assert_none("return to user mode");
		if (t->head.need_resched & RESCHED_WANTED)
			schedule();
		arch_irq_disable();
	}
}
