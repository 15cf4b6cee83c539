/* SPDX-License-Identifier: MIT */
/*
 * signal_deliver.c - signals reach the program, at its return to user mode.
 *
 *	signal_deliver()  takes pending signals until one has a handler
 *	    ignored		forgotten
 *	    stops		sleeps as TASK_STOPPED until SIGCONT or SIGKILL
 *	    ends		task_exit()
 *	    caught		the architecture builds the handler's frame on the program's stack
 *
 * A system call that a signal interrupted returned one of the ERESTART numbers (errno.h); here it is
 * decided what the program gets to see:
 *
 *			  caught, SA_RESTART	caught		not caught
 *	ERESTARTSYS	  again			EINTR		again
 *	ERESTARTNOINTR	  again			again		again
 *	ERESTARTNOHAND	  EINTR			EINTR		again
 *	..._RESTARTBLOCK  EINTR			EINTR		restart_syscall(2)
 */
#include "signal_internal.h"

#include <arch/frame.h>
#include <octavo/errno.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/syscall.h>
#include <octavo/task.h>

static bool is_orphaned(void)
{
	bool orphaned;

	spin_lock(&task_list_lock);
	orphaned = pgrp_is_orphaned(task_leader(current)->pgid, NULL);
	spin_unlock(&task_list_lock);
	return orphaned;
}

/* Sleep as long as the process is stopped; whoever stops last tells the parent. */
static void stop_thread(void)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	int sig = s->stopped_by;
	bool tell = false, traced = is_traced(t);

	if (!signal_must_stop(t) || t->sig.must_exit) {
		spin_unlock_irqrestore(&s->lock, irqs);
		return;
	}
	if (t->sig.to_stop) {
		t->sig.to_stop = false;
		tell = --s->nr_to_stop == 0;
	}
	if (tell)
		s->report = JOB_STOPPED;
	if (unlikely(traced))
		t->sig.to_trap = false;
	else
		t->state = TASK_STOPPED;
	spin_unlock_irqrestore(&s->lock, irqs);
	if (tell)
		signal_parent_of_job(CLD_STOPPED, sig);
	if (unlikely(traced))
		ptrace_group_stop(sig);
	else
		schedule();
}

/* `sig` stops the process, unless it is of a group that nobody would continue, or SIGCONT came. */
static void stop(int sig)
{
	struct signal_state *s = current->signal;
	irqstate_t irqs;

	if (sig != SIGSTOP && is_orphaned())
		return;
	irqs = spin_lock_irqsave(&s->lock);
	if (s->stop_wanted && s->fatal == 0 && s->stopped_by == 0) {
		s->stop_wanted = 0;
		signal_stop_threads(s, sig);
	}
	spin_unlock_irqrestore(&s->lock, irqs);
	stop_thread();
}

/* What one signal that was taken does. [lock] => is it caught? */
static bool is_caught(struct signal_state *s, int sig, struct sig_action *a)
{
	*a = signal_action(s, sig);
	if (a->handler > UAPI_SIG_IGN) {
		if (a->flags & SA_RESETHAND)
			s->actions->action[sig - 1].handler = UAPI_SIG_DFL;
		return true;
	}
	if (a->handler == UAPI_SIG_IGN || (SIG_BIT(sig) & SIGS_IGNORED) || s->untouchable)
		return false;
	if (!(SIG_BIT(sig) & SIGS_STOP))
		signal_end(s, sig);
	return false;
}

/* Deal with what is pending up to the first signal that is caught. => it, or 0; sleeps */
static int next_caught(struct siginfo *info, struct sig_action *a)
{
	struct task *t = current;
	struct signal_state *s = t->signal;

	for (;;) {
		irqstate_t irqs = spin_lock_irqsave(&s->lock);
		int tell = s->tell_parent, sig = 0;
		bool caught = false, stops = false, stopped = signal_must_stop(t);
		int status, code;

		s->tell_parent = 0;
		if (tell == 0 && !stopped && !t->sig.must_exit)
			sig = signal_dequeue(t->sig.blocked, info);
		if (unlikely(is_traced(t)) && sig != 0) {
			s->stop_wanted = 1; /* it may become a signal that stops */
			spin_unlock_irqrestore(&s->lock, irqs);
			sig = ptrace_signal(sig, info);
			if (sig == 0)
				continue;
			irqs = spin_lock_irqsave(&s->lock);
			if (signal_action(s, sig).handler > UAPI_SIG_IGN)
				arch_trace_handler();
		}
		if (sig != 0) {
			caught = is_caught(s, sig, a);
			stops = !caught && (SIG_BIT(sig) & SIGS_STOP) && !s->untouchable &&
				a->handler == UAPI_SIG_DFL;
		}
		signal_recalc();
		status = s->exit_status;
		code = s->exit_code;
		spin_unlock_irqrestore(&s->lock, irqs);
		if (t->sig.must_exit)
			task_exit(status, code);
		if (tell != 0)
			signal_parent_of_job(tell, SIGCONT);
		else if (stopped)
			stop_thread();
		else if (stops)
			stop(sig);
		else if (caught || sig == 0)
			return sig;
	}
}

static void call_interrupted(struct trapframe *frame, bool caught, u32 flags)
{
	switch ((int)frame_result(frame)) {
	case -ERESTART_RESTARTBLOCK:
		if (!caught)
			arch_call_restart(frame);
		else
			frame_set_result(frame, -EINTR);
		break;
	case -ERESTARTNOHAND:
		if (!caught)
			arch_call_again(frame);
		else
			frame_set_result(frame, -EINTR);
		break;
	case -ERESTARTSYS:
		if (!caught || (flags & SA_RESTART))
			arch_call_again(frame);
		else
			frame_set_result(frame, -EINTR);
		break;
	case -ERESTARTNOINTR:
		arch_call_again(frame);
		break;
	default:
		break;
	}
}

/* The handler of `sig` is about to run: block what it wants blocked. */
static void block_for_handler(int sig, const struct sig_action *a)
{
	struct signal_thread *st = &current->sig;
	sigset_bits blocked = st->blocked | a->mask[0] | (sigset_bits)a->mask[1] << 32;

	if (!(a->flags & SA_NODEFER))
		blocked |= SIG_BIT(sig);
	st->restore_saved = false;
	if (st->alt_flags & SS_AUTODISARM) {
		st->alt_sp = 0;
		st->alt_size = 0;
		st->alt_flags = 0;
	}
	signal_set_blocked(blocked);
}

/* There is no place for the handler's frame. */
static void frame_failed(const struct trapframe *frame, int sig)
{
	struct task *t = current;
	const struct siginfo info = {.signo = SIGSEGV, .code = SI_KERNEL};

	if (sig == SIGSEGV)
		signal_kill(t, SIGSEGV);
	if (sig == SIGSEGV || signal_force(&info))
		pr_info("%s[%u]: no stack for the handler of signal %d (pc %08lx sp %08lx), "
			"killed by signal %d\n",
			t->comm, t->pid, sig, (unsigned long)frame_pc(frame),
			(unsigned long)frame_sp(frame), SIGSEGV);
}

void signal_deliver(struct trapframe *frame, bool from_call)
{
	struct task *t = current;
	struct signal_thread *st = &t->sig;
	struct sig_action action;
	struct siginfo info;
	int sig;

	if (unlikely(is_traced(t)))
		ptrace_frame(frame, from_call);
	sig = next_caught(&info, &action);
	signal_free_dropped(t->signal);
	if (from_call &&
	    (u32)-frame_result(frame) - ERESTARTSYS <= ERESTART_RESTARTBLOCK - ERESTARTSYS &&
	    !frame_call_gone(frame))
		call_interrupted(frame, sig != 0, sig != 0 ? action.flags : 0);
	if (sig == 0) {
		if (st->restore_saved) {
			st->restore_saved = false;
			signal_set_blocked(st->saved);
		}
		return;
	}
	if (arch_signal_frame(frame, &action, &info, st->restore_saved ? st->saved : st->blocked) ==
	    0) {
		block_for_handler(sig, &action);
		if (unlikely(is_traced(t)))
			ptrace_handler();
	} else {
		frame_failed(frame, sig);
	}
}

/* restart_syscall(2): programs do not call it, arch_call_restart() does. */
long sys_restart_syscall(void)
{
	struct restart_block *r = &current->sig.restart;
	long (*fn)(struct restart_block *) = r->fn;

	r->fn = NULL;
	return fn != NULL ? fn(r) : -EINTR;
}
