/* SPDX-License-Identifier: MIT */
/*
 * sys_signal.c - the calls of a program about its own signals: actions, mask, what is pending, waiting
 * for one, the alternate stack. Each in the form of today (rt_, sets of 64 bits) and the old ones.
 */
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/time.h>

#define SIGSET_BYTES 8u

#define SA_KNOWN                                                                                   \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_RESTORER | SA_ONSTACK | SA_RESTART |        \
	 SA_NODEFER | SA_RESETHAND)

/* --- actions --- */

/* Set (`act` not NULL) and report (`old` not NULL) an action. => 0, -EINVAL, -ENOMEM */
static int do_sigaction(int sig, const struct sig_action *act, struct sig_action *old)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	struct sigactions *table = NULL;
	irqstate_t irqs;
	int err = 0;

	if (sig < 1 || sig > SIGNAL_MAX || (act != NULL && (SIG_BIT(sig) & SIGS_KERNEL_ONLY)))
		return -EINVAL;
	if (act != NULL && s->actions == NULL)
		table = sigactions_alloc();
	irqs = spin_lock_irqsave(&s->lock);
	*old = signal_action(s, sig);
	if (act != NULL)
		err = signal_set_action(s, sig, act, &table);
	if (act != NULL && err == 0 && signal_ignores(s, sig)) {
		signal_flush(t, SIG_BIT(sig));
		signal_recalc();
	}
	spin_unlock_irqrestore(&s->lock, irqs);
	sigactions_free(table);
	signal_free_dropped(s);
	return err;
}

static void tidy_action(struct sig_action *a)
{
	a->flags &= SA_KNOWN;
	a->mask[0] &= ~(u32)SIGS_KERNEL_ONLY;
}

long sys_rt_sigaction(int sig, const void __user *act, void __user *old, u32 size)
{
	struct sig_action new_action, old_action;
	int err;

	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (act != NULL && copy_from_user(&new_action, act, sizeof(new_action)) != 0)
		return -EFAULT;
	if (act != NULL)
		tidy_action(&new_action);
	err = do_sigaction(sig, act != NULL ? &new_action : NULL, &old_action);
	if (err == 0 && old != NULL)
		err = copy_to_user(old, &old_action, sizeof(old_action));
	return err;
}

/* The structure of sigaction(2) before there were more than 32 signals. */
struct old_sigaction {
	u32 handler, mask, flags, restorer;
};

long sys_sigaction(int sig, const void __user *act, void __user *old)
{
	struct sig_action new_action, old_action;
	struct old_sigaction form;
	int err;

	if (act != NULL) {
		if (copy_from_user(&form, act, sizeof(form)) != 0)
			return -EFAULT;
		new_action = (struct sig_action){
			form.handler, form.flags, form.restorer, {form.mask, 0}};
		tidy_action(&new_action);
	}
	err = do_sigaction(sig, act != NULL ? &new_action : NULL, &old_action);
	if (err != 0 || old == NULL)
		return err;
	form = (struct old_sigaction){old_action.handler, old_action.mask[0], old_action.flags,
				      old_action.restorer};
	return copy_to_user(old, &form, sizeof(form));
}

/* signal(2) of System V: the action is for one signal. => the old handler */
long sys_signal(int sig, u32 handler)
{
	const struct sig_action act = {.handler = handler, .flags = SA_RESETHAND | SA_NODEFER};
	struct sig_action old;
	int err = do_sigaction(sig, &act, &old);

	return err != 0 ? err : (long)old.handler;
}

/* --- the mask --- */

static int change_mask(int how, sigset_bits set)
{
	sigset_bits blocked = current->sig.blocked;

	set &= ~SIGS_KERNEL_ONLY;
	switch (how) {
	case SIG_BLOCK:
		blocked |= set;
		break;
	case SIG_UNBLOCK:
		blocked &= ~set;
		break;
	case SIG_SETMASK:
		blocked = set;
		break;
	default:
		return -EINVAL;
	}
	signal_set_blocked(blocked);
	return 0;
}

long sys_rt_sigprocmask(int how, const void __user *set, void __user *old, u32 size)
{
	sigset_bits old_set = current->sig.blocked, new_set;
	int err = 0;

	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (set != NULL) {
		if (copy_from_user(&new_set, set, sizeof(new_set)) != 0)
			return -EFAULT;
		err = change_mask(how, new_set);
	}
	if (err == 0 && old != NULL)
		err = copy_to_user(old, &old_set, sizeof(old_set));
	return err;
}

/* The old call changes the first 32 signals only. */
long sys_sigprocmask(int how, const u32 __user *set, u32 __user *old)
{
	sigset_bits old_set = current->sig.blocked;
	u32 word;
	int err = 0;

	if (set != NULL) {
		if (get_user_u32(&word, set) != 0)
			return -EFAULT;
		if (how == SIG_SETMASK)
			err = change_mask(how, (old_set & ~(sigset_bits)UINT32_MAX) | word);
		else
			err = change_mask(how, word);
	}
	if (err == 0 && old != NULL)
		err = put_user_u32((u32)old_set, old);
	return err;
}

long sys_sgetmask(void)
{
	return (long)(u32)current->sig.blocked;
}

long sys_ssetmask(u32 mask)
{
	u32 old = (u32)current->sig.blocked;

	signal_set_blocked(mask);
	return (long)old;
}

/* --- pending --- */

static sigset_bits pending_and_blocked(void)
{
	struct task *t = current;
	irqstate_t irqs = spin_lock_irqsave(&t->signal->lock);
	sigset_bits set = (t->sig.pending.set | t->signal->shared.set) & t->sig.blocked;

	spin_unlock_irqrestore(&t->signal->lock, irqs);
	return set;
}

long sys_rt_sigpending(void __user *to, u32 size)
{
	sigset_bits set = pending_and_blocked();

	if (size > SIGSET_BYTES)
		return -EINVAL;
	return copy_to_user(to, &set, size);
}

long sys_sigpending(u32 __user *to)
{
	return put_user_u32((u32)pending_and_blocked(), to);
}

/* --- waiting for signals --- */

/* Sleep until a signal is there that is not blocked. */
static long wait_for_signal(void)
{
	for (;;) {
		sched_set_sleeping(true);
		if (signal_pending())
			break;
		schedule();
	}
	sched_set_running();
	return -ERESTARTNOHAND;
}

long sys_pause(void)
{
	return wait_for_signal();
}

/* The mask is put back when the handler's frame stands, or nothing was caught. */
static long suspend(sigset_bits mask)
{
	struct signal_thread *st = &current->sig;

	st->saved = st->blocked;
	signal_set_blocked(mask);
	wait_for_signal();
	st->restore_saved = true;
	return -ERESTARTNOHAND;
}

long sys_rt_sigsuspend(const void __user *mask, u32 size)
{
	sigset_bits set;

	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (copy_from_user(&set, mask, sizeof(set)) != 0)
		return -EFAULT;
	return suspend(set);
}

long sys_sigsuspend(int unused1, int unused2, u32 mask)
{
	(void)unused1;
	(void)unused2;
	return suspend(mask);
}

/* Sleep until when_ns (NULL: for ever) or a signal that is not blocked. */
static void sleep_for_signal(const u64 *when_ns)
{
	struct timer timer;

	if (when_ns != NULL)
		timer_wake_current(&timer, *when_ns);
	for (;;) {
		sched_set_sleeping(true);
		if (signal_pending() || (when_ns != NULL && clock_ns() >= *when_ns))
			break;
		schedule();
	}
	sched_set_running();
	if (when_ns != NULL)
		timer_cancel(&timer);
}

/* Take one of `wanted`, for which it waits. => the signal; -EAGAIN in time; -EINTR another came */
static int wait_for(sigset_bits wanted, const u64 *when_ns, struct siginfo *info)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	int sig = signal_dequeue(~wanted, info);

	if (sig != 0 || (when_ns != NULL && clock_ns() >= *when_ns)) {
		spin_unlock_irqrestore(&s->lock, irqs);
		return sig != 0 ? sig : -EAGAIN;
	}
	t->sig.really_blocked = t->sig.blocked;
	t->sig.blocked &= ~wanted;
	signal_recalc();
	spin_unlock_irqrestore(&s->lock, irqs);

	sleep_for_signal(when_ns);

	irqs = spin_lock_irqsave(&s->lock);
	t->sig.blocked = t->sig.really_blocked;
	t->sig.really_blocked = 0;
	sig = signal_dequeue(~wanted, info);
	signal_recalc();
	spin_unlock_irqrestore(&s->lock, irqs);
	if (sig != 0)
		return sig;
	return when_ns != NULL && clock_ns() >= *when_ns ? -EAGAIN : -EINTR;
}

/* A siginfo as programs have it: 128 bytes, what is not used is 0. */
static int put_siginfo(void __user *to, const struct siginfo *info)
{
	u8 bytes[SIGINFO_BYTES] = {0};

	memcpy(bytes, info, sizeof(*info));
	return copy_to_user(to, bytes, sizeof(bytes));
}

static long timedwait(sigset_bits wanted, void __user *user_info, const u64 *when_ns)
{
	struct siginfo info;
	int sig = wait_for(wanted & ~SIGS_KERNEL_ONLY, when_ns, &info);

	signal_free_dropped(current->signal);
	if (sig > 0 && user_info != NULL && put_siginfo(user_info, &info) != 0)
		return -EFAULT;
	return sig;
}

/* When a wait of that long ends; an endless one is as good as one of 30 years. => false: EINVAL */
static bool end_of_wait(s64 sec, s64 nsec, u64 *when_ns)
{
	if (sec < 0 || nsec < 0 || nsec >= (s64)NSEC_PER_SEC)
		return false;
	*when_ns = clock_ns() + (u64)MIN(sec, (s64)1000000000) * NSEC_PER_SEC + (u64)nsec;
	return true;
}

/* What both calls ask first. => 0, -EINVAL, -EFAULT */
static long wanted_from_user(sigset_bits *wanted, const void __user *set, u32 size)
{
	if (size != SIGSET_BYTES)
		return -EINVAL;
	return copy_from_user(wanted, set, sizeof(*wanted));
}

long sys_rt_sigtimedwait(const void __user *set, void __user *info, const void __user *timeout,
			 u32 size)
{
	struct uapi_timespec32 ts;
	sigset_bits wanted;
	u64 when;
	long err = wanted_from_user(&wanted, set, size);

	if (err != 0)
		return err;
	if (timeout != NULL && copy_from_user(&ts, timeout, sizeof(ts)) != 0)
		return -EFAULT;
	if (timeout != NULL && !end_of_wait(ts.tv_sec, ts.tv_nsec, &when))
		return -EINVAL;
	return timedwait(wanted, info, timeout != NULL ? &when : NULL);
}

long sys_rt_sigtimedwait_time64(const void __user *set, void __user *info,
				const void __user *timeout, u32 size)
{
	struct uapi_timespec64 ts;
	sigset_bits wanted;
	u64 when;
	long err = wanted_from_user(&wanted, set, size);

	if (err != 0)
		return err;
	if (timeout != NULL && copy_from_user(&ts, timeout, sizeof(ts)) != 0)
		return -EFAULT;
	/* of the nanoseconds the low word counts on a 32-bit machine */
	if (timeout != NULL && !end_of_wait(ts.tv_sec, (s64)(u32)ts.tv_nsec, &when))
		return -EINVAL;
	return timedwait(wanted, info, timeout != NULL ? &when : NULL);
}

/* --- the alternate stack --- */

u32 signal_altstack_now(const struct signal_thread *st, uintptr_t sp)
{
	if (st->alt_size == 0)
		return SS_DISABLE;
	if (st->alt_flags & SS_AUTODISARM)
		return 0; /* it is given up while it is in use */
	return sp > st->alt_sp && sp - st->alt_sp <= st->alt_size ? SS_ONSTACK : 0;
}

int signal_set_altstack(u32 sp, u32 flags, u32 size, uintptr_t user_sp, u32 min_size)
{
	struct signal_thread *st = &current->sig;
	u32 mode = flags & ~SS_AUTODISARM;

	if (signal_altstack_now(st, user_sp) == SS_ONSTACK)
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (st->alt_sp == sp && st->alt_size == size && st->alt_flags == flags)
		return 0;
	if (mode == SS_DISABLE) {
		sp = 0;
		size = 0;
	} else if (size < min_size) {
		return -ENOMEM;
	}
	st->alt_sp = sp;
	st->alt_size = size;
	st->alt_flags = flags;
	return 0;
}

struct user_stack {
	u32 sp, flags, size;
};

long sys_sigaltstack(const void __user *set, void __user *old)
{
	const struct signal_thread *st = &current->sig;
	uintptr_t sp = frame_sp(arch_user_frame(current));
	const struct user_stack was = {
		st->alt_sp,
		signal_altstack_now(st, sp) | (st->alt_flags & SS_AUTODISARM),
		st->alt_size,
	};
	struct user_stack to;
	int err = 0;

	if (set != NULL) {
		if (copy_from_user(&to, set, sizeof(to)) != 0)
			return -EFAULT;
		err = signal_set_altstack(to.sp, to.flags, to.size, sp, MINSIGSTKSZ);
	}
	if (err == 0 && old != NULL)
		err = copy_to_user(old, &was, sizeof(was));
	return err;
}
