/* SPDX-License-Identifier: MIT */
/*
 * itimer.c - setitimer(2), getitimer(2), alarm(2).
 *
 *	ITIMER_REAL	a kernel timer		SIGALRM
 *	ITIMER_VIRTUAL	ticks in user mode	SIGVTALRM
 *	ITIMER_PROF	all its ticks		SIGPROF
 *
 * The two that count CPU time lose one tick at each tick that finds their process running, so they
 * are as exact as the tick. The real one fires once for each SIGALRM that is taken: what comes of its
 * interval is paid by a process that runs, and one that blocks or ignores SIGALRM costs nothing.
 * All are the process's, protected by sighand_lock; the real one's function runs in the timer
 * interrupt and takes it too, so it is cancelled without the lock. Lock order: sighand_lock > timer_lock.
 */
#include <octavo/config.h>
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/time.h>

#define REAL_INTERVAL_MIN_NS 50000u /* nobody makes the timer interrupt all that a CPU does */

struct itimerval32 {
	struct uapi_timeval32 interval, value;
};

struct itimer {
	u64 left_ns, interval_ns; /* left 0: off */
};

static void real_timer_fires(void *arg)
{
	signal_send_state(arg, SIGALRM);
}

void itimer_alarm_taken(struct signal_state *s)
{
	u64 last = s->real_timer.expires_ns, interval = s->real_interval_ns, now, next;

	assert_held(&s->lock);
	if (interval == 0 || s->real_timer.pending)
		return;
	now = clock_ns();
	next = last + interval;
	if (next <= now)
		next = now + interval - (now - last) % interval;
	timer_add(&s->real_timer, MAX(next, now + REAL_INTERVAL_MIN_NS));
}

void itimers_stop(struct signal_state *s)
{
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	bool was_used = s->real_timer.fn != NULL;

	s->real_interval_ns = 0;
	s->cpu_timers_on = false;
	spin_unlock_irqrestore(&s->lock, irqs);
	if (was_used)
		timer_cancel(&s->real_timer);
}

/* --- CPU time --- */

static bool count_tick(struct cpu_timer *timer)
{
	if (timer->left_ns == 0)
		return false;
	if (timer->left_ns > NSEC_PER_TICK) {
		timer->left_ns -= NSEC_PER_TICK;
		return false;
	}
	timer->left_ns = timer->interval_ns;
	return true;
}

void itimers_tick(bool user)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	bool virtual_over, prof_over;
	irqstate_t irqs;

	if (likely(!s->cpu_timers_on))
		return;
	irqs = spin_lock_irqsave(&s->lock);
	virtual_over = user && count_tick(&s->virtual_timer);
	prof_over = count_tick(&s->prof_timer);
	s->cpu_timers_on = s->virtual_timer.left_ns != 0 || s->prof_timer.left_ns != 0;
	spin_unlock_irqrestore(&s->lock, irqs);
	if (virtual_over)
		(void)signal_send(t, SIGVTALRM, NULL);
	if (prof_over)
		(void)signal_send(t, SIGPROF, NULL);
}

/* --- reading and setting --- */

static u64 real_left(const struct signal_state *s)
{
	u64 now = clock_ns();

	if (!s->real_timer.pending)
		return 0;
	return s->real_timer.expires_ns > now ? s->real_timer.expires_ns - now : 1000;
}

/* => the lock held */
static struct itimer timer_now(const struct signal_state *s, int which)
{
	const struct cpu_timer *c = which == ITIMER_PROF ? &s->prof_timer : &s->virtual_timer;

	if (which == ITIMER_REAL)
		return (struct itimer){real_left(s), s->real_interval_ns};
	return (struct itimer){c->left_ns, c->interval_ns};
}

static void set_cpu_timer(struct signal_state *s, int which, const struct itimer *to)
{
	struct cpu_timer *c = which == ITIMER_PROF ? &s->prof_timer : &s->virtual_timer;

	/* The tick that is under way does not count. */
	c->left_ns = to->left_ns != 0 ? to->left_ns + NSEC_PER_TICK : 0;
	c->interval_ns = to->interval_ns;
	s->cpu_timers_on = s->virtual_timer.left_ns != 0 || s->prof_timer.left_ns != 0;
}

/* Set the current process's timer. => what it was */
static struct itimer timer_set(int which, const struct itimer *to)
{
	struct signal_state *s = current->signal;
	struct itimer old;
	irqstate_t irqs;

	for (;;) {
		irqs = spin_lock_irqsave(&s->lock);
		old = timer_now(s, which);
		if (which != ITIMER_REAL) {
			set_cpu_timer(s, which, to);
			break;
		}
		s->real_interval_ns = 0;
		spin_unlock_irqrestore(&s->lock, irqs);
		if (s->real_timer.fn != NULL)
			timer_cancel(&s->real_timer);
		irqs = spin_lock_irqsave(&s->lock);
		if (s->real_timer.pending) { /* another thread has just set it */
			spin_unlock_irqrestore(&s->lock, irqs);
			continue;
		}
		s->real_timer.fn = real_timer_fires;
		s->real_timer.arg = s;
		if (to->left_ns != 0) {
			s->real_interval_ns = to->interval_ns;
			timer_add(&s->real_timer, clock_ns() + to->left_ns);
		}
		break;
	}
	spin_unlock_irqrestore(&s->lock, irqs);
	return old;
}

static struct uapi_timeval32 to_timeval(u64 ns)
{
	return (struct uapi_timeval32){(s32)(ns / NSEC_PER_SEC), (s32)(ns % NSEC_PER_SEC / 1000u)};
}

static bool from_timeval(const struct uapi_timeval32 *tv, u64 *ns)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return false;
	*ns = (u64)tv->tv_sec * NSEC_PER_SEC + (u64)tv->tv_usec * 1000u;
	return true;
}

static int put_itimer(void __user *to, const struct itimer *timer)
{
	const struct itimerval32 v = {to_timeval(timer->interval_ns), to_timeval(timer->left_ns)};

	return copy_to_user(to, &v, sizeof(v));
}

long sys_getitimer(int which, void __user *value)
{
	struct signal_state *s = current->signal;
	struct itimer timer;
	irqstate_t irqs;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	irqs = spin_lock_irqsave(&s->lock);
	timer = timer_now(s, which);
	spin_unlock_irqrestore(&s->lock, irqs);
	return put_itimer(value, &timer);
}

/* A NULL new value switches the timer off, as Linux has it. */
long sys_setitimer(int which, const void __user *value, void __user *old_value)
{
	struct itimerval32 v = {{0, 0}, {0, 0}};
	struct itimer to, old;

	if (value != NULL && copy_from_user(&v, value, sizeof(v)) != 0)
		return -EFAULT;
	if (!from_timeval(&v.value, &to.left_ns) || !from_timeval(&v.interval, &to.interval_ns) ||
	    which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	old = timer_set(which, &to);
	return old_value != NULL ? put_itimer(old_value, &old) : 0;
}

/* => seconds that the last one had left: at least one if it was set */
long sys_alarm(u32 seconds)
{
	const struct itimer to = {MIN(seconds, (u32)INT32_MAX) * NSEC_PER_SEC, 0};
	struct itimer old = timer_set(ITIMER_REAL, &to);
	u32 whole = (u32)(old.left_ns / NSEC_PER_SEC), rest = (u32)(old.left_ns % NSEC_PER_SEC);

	if ((whole == 0 && rest != 0) || rest >= NSEC_PER_SEC / 2)
		whole++;
	return (long)whole;
}
