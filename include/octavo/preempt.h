/* SPDX-License-Identifier: MIT */
/*
 * preempt.h - when the kernel may be preempted: wherever the current task's preempt_count is 0.
 *
 * preempt_count holds the depth of preempt_disable() in its low 16 bits and PREEMPT_IRQ for each
 * level of interrupt in the high ones. It lies in the task, so no other CPU ever touches it.
 */
#pragma once

#include <arch/current.h>
#include <octavo/types.h>

#define PREEMPT_IRQ 0x10000u

/*
 * The first words of struct task, at fixed places because the architectures' entry code and these
 * inlines read them; struct task (task.h) begins with one.
 */
struct task_head {
	u32 preempt_count;         /* own task only */
	volatile u32 need_resched; /* set by the scheduler, also from interrupts [a] */
	u32 cpu;                   /* the CPU that it runs or last ran on [runqueue_lock] */
	union {
		volatile u32 user_work; /* not 0: user_return_work() before user mode [a] */
		struct {
			volatile u8 work_resched; /* the scheduler's [a] */
			volatile u8 work_signal; /* signal_pending() [sighand_lock]; read without */
			u8 work_trace; /* [own task] the end of a system call is to be told: ptrace.h */
		};
	};
};

/* Bits of need_resched. */
#define RESCHED_WANTED 0x1u /* the slice is used up, or somebody more urgent woke */
#define RESCHED_CHAOS  0x2u /* chaos=SEED: ask the generator */

/* preempt_resched - give the CPU away if that was asked for and is allowed: preempt_count is 0 and
 * interrupts are on (else it returns at once). */
void preempt_resched(void);
/* preempt_resched_irq - the same, for the end of an interrupt that came in kernel mode: called with
 * interrupts off where preempt_count is 0 and need_resched set; returns with interrupts off. */
void preempt_resched_irq(void);

static inline void preempt_disable(void)
{
	arch_current_head()->preempt_count++;
	__asm__ volatile("" ::: "memory");
}

static inline void preempt_enable(void)
{
	struct task_head *t = arch_current_head();

	__asm__ volatile("" ::: "memory");
	if (--t->preempt_count == 0 && unlikely(t->need_resched))
		preempt_resched();
}

/* preempt_enable_quiet - without looking whether to reschedule: where that is done anyway. */
static inline void preempt_enable_quiet(void)
{
	__asm__ volatile("" ::: "memory");
	arch_current_head()->preempt_count--;
}

/*
 * The same for the few functions where each instruction counts: the task is looked up once, and
 * nothing is called in the middle. preempt_leave() is true where the caller must preempt_resched().
 */
static inline struct task_head *preempt_enter(void)
{
	struct task_head *t = arch_current_head();

	t->preempt_count++;
	__asm__ volatile("" ::: "memory");
	return t;
}

static inline bool preempt_leave(struct task_head *t)
{
	__asm__ volatile("" ::: "memory");
	return --t->preempt_count == 0 && unlikely(t->need_resched);
}

static inline bool in_interrupt(void)
{
	return arch_current_head()->preempt_count >= PREEMPT_IRQ;
}
