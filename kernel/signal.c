/* SPDX-License-Identifier: MIT */
/*
 * signal.c - sending signals, and what is pending.
 *
 *	sender --> shared.set, .queue	of the process (kill, timers, SIGCHLD)
 *	       --> pending.set, .queue	of one task (tkill, its own faults)
 *		   bit of the set: the signal is pending
 *		   entry of the queue: the siginfo that came with it, where there was room
 *
 * A standard signal (1..31) is pending once, a real-time signal as often as it was sent. Entries of
 * standard signals lie in the process itself (own[]) as long as there is room: so they can be sent
 * in an interrupt and without memory. A thread's own fault has an entry in the thread.
 *
 * A signal whose action ends the process is not queued at all: it becomes signal_state.fatal, and the
 * process ends at its next return to user mode, or out of a killable sleep.
 *
 * What a stop signal or SIGCONT throws away of the other's kind may have to be freed, which a sender
 * in an interrupt cannot: it goes to `dropped`.
 */
#include "signal_internal.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>

static struct slab_cache *sigqueue_cache;

/* --- memory of siginfos --- */

void sigqueue_init(void)
{
	sigqueue_cache = slab_cache_create("sigqueue", sizeof(struct sigqueue), 8);
}

struct sigqueue *sigqueue_alloc(const struct task *t, int sig, const struct siginfo *info)
{
	bool by_program = sig >= SIGRTMIN_KERNEL || (info != NULL && info->code < 0);
	struct user *u = user_charge_signal(t, by_program);
	struct sigqueue *q = u != NULL ? slab_alloc(sigqueue_cache, GFP_ATOMIC) : NULL;

	if (q != NULL) {
		q->user = u;
		q->of_thread = false;
	} else if (u != NULL) {
		user_uncharge_signal(u);
	}
	return q;
}

void sigqueue_free(struct sigqueue *q)
{
	if (q == NULL)
		return;
	user_uncharge_signal(q->user);
	slab_free(sigqueue_cache, q);
}

u32 sigqueue_count(const struct task *t)
{
	u32 nr = t->cred->user->nr_signals;

	for (unsigned i = 0; i < SIGQUEUE_OWN; i++)
		nr += t->signal->own_used >> i & 1;
	return nr;
}

static bool is_own(const struct signal_state *s, const struct sigqueue *q)
{
	return q >= s->own && q < s->own + SIGQUEUE_OWN;
}

/* An entry has left its queue. */
static void release_entry(struct signal_state *s, struct sigqueue *q)
{
	if (is_own(s, q))
		s->own_used &= ~(1u << (q - s->own));
	else if (q->of_thread)
		q->of_thread = false;
	else
		STAILQ_INSERT_TAIL(&s->dropped, q, link);
}

void signal_free_dropped(struct signal_state *s)
{
	struct sigqueue_list list = STAILQ_HEAD_INITIALIZER(list);
	struct sigqueue *q;
	irqstate_t irqs;

	if (STAILQ_EMPTY(&s->dropped))
		return;
	irqs = spin_lock_irqsave(&s->lock);
	STAILQ_CONCAT(&list, &s->dropped);
	spin_unlock_irqrestore(&s->lock, irqs);
	while ((q = STAILQ_FIRST(&list)) != NULL) {
		STAILQ_REMOVE_HEAD(&list, link);
		spin_lock(&task_list_lock);
		sigqueue_free(q);
		spin_unlock(&task_list_lock);
	}
}

static struct sigqueue *take_own(struct signal_state *s)
{
	for (unsigned i = 0; i < SIGQUEUE_OWN; i++) {
		if (!(s->own_used & 1u << i)) {
			s->own_used |= 1u << i;
			return &s->own[i];
		}
	}
	return NULL;
}

bool signal_wants_memory(struct task *t, int sig)
{
	const u32 all = (1u << SIGQUEUE_OWN) - 1;

	return sig >= SIGRTMIN_KERNEL || t->signal->own_used == all;
}

/* --- actions --- */

struct sig_action signal_action(const struct signal_state *s, int sig)
{
	if (s->actions != NULL && (s->actions->custom & SIG_BIT(sig)))
		return s->actions->action[sig - 1];
	return (struct sig_action){.handler =
					   s->ignored & SIG_BIT(sig) ? UAPI_SIG_IGN : UAPI_SIG_DFL};
}

static u32 handler_of(const struct signal_state *s, int sig)
{
	if (s->ignored & SIG_BIT(sig))
		return UAPI_SIG_IGN;
	if (s->actions != NULL && (s->actions->custom & SIG_BIT(sig)))
		return s->actions->action[sig - 1].handler;
	return UAPI_SIG_DFL;
}

bool signal_ignores(const struct signal_state *s, int sig)
{
	u32 handler = handler_of(s, sig);

	return handler == UAPI_SIG_IGN ||
	       (handler == UAPI_SIG_DFL && (SIG_BIT(sig) & SIGS_IGNORED));
}

/* Does `sig` end the process by its action? */
static bool is_fatal(const struct signal_state *s, int sig)
{
	return handler_of(s, sig) == UAPI_SIG_DFL && !(SIG_BIT(sig) & (SIGS_IGNORED | SIGS_STOP));
}

int signal_set_action(struct signal_state *s, int sig, const struct sig_action *a,
		      struct sigactions **table)
{
	bool plain = a->handler <= UAPI_SIG_IGN && a->flags == 0 && a->restorer == 0 &&
		     a->mask[0] == 0 && a->mask[1] == 0;

	if (!plain && s->actions == NULL) {
		if (*table == NULL)
			return -ENOMEM;
		s->actions = *table;
		s->actions->custom = 0;
		*table = NULL;
	}
	if (s->actions != NULL) {
		s->actions->custom |= SIG_BIT(sig);
		s->actions->action[sig - 1] = *a;
	}
	s->ignored &= ~SIG_BIT(sig);
	if (a->handler == UAPI_SIG_IGN)
		s->ignored |= SIG_BIT(sig);
	return 0;
}

/* --- pending --- */

static sigset_bits pending_of(const struct task *t)
{
	return t->sig.pending.set | t->signal->shared.set;
}

void signal_recalc(void)
{
	struct task *t = current;
	const struct signal_state *s = t->signal;

	assert_held(&s->lock);
	t->head.work_signal = t->sig.must_exit || s->tell_parent != 0 || signal_must_stop(t) ||
			      (pending_of(t) & ~t->sig.blocked) != 0;
}

static void flush_from(struct signal_state *s, struct sigpending *p, sigset_bits set)
{
	struct sigqueue *q, *next;

	if (!(p->set & set))
		return;
	p->set &= ~set;
	STAILQ_FOREACH_SAFE(q, &p->queue, link, next) {
		if (SIG_BIT(q->info.signo) & set) {
			STAILQ_REMOVE(&p->queue, q, sigqueue, link);
			release_entry(s, q);
		}
	}
}

void signal_flush(struct task *t, sigset_bits set)
{
	struct signal_state *s = t->signal;
	struct task *thread;

	assert_held(&s->lock);
	flush_from(s, &s->shared, set);
	LIST_FOREACH(thread, &s->threads, thread_link)
		flush_from(s, &thread->sig.pending, set);
}

/* Take one `sig` out of p; the bit stays where another one is queued. */
static void collect(struct signal_state *s, struct sigpending *p, int sig, struct siginfo *info)
{
	struct sigqueue *q, *first = NULL;
	bool more = false;

	STAILQ_FOREACH(q, &p->queue, link) {
		if (q->info.signo != sig)
			continue;
		more = first != NULL;
		if (more)
			break;
		first = q;
	}
	if (!more)
		p->set &= ~SIG_BIT(sig);
	if (first == NULL) { /* there was no room for it */
		*info = (struct siginfo){.signo = sig, .code = SI_USER};
		return;
	}
	*info = first->info;
	STAILQ_REMOVE(&p->queue, first, sigqueue, link);
	release_entry(s, first);
}

int signal_dequeue(sigset_bits blocked, struct siginfo *info)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	struct sigpending *p = &t->sig.pending;
	int sig;

	assert_held(&s->lock);
	if (!(p->set & ~blocked))
		p = &s->shared;
	if (!(p->set & ~blocked))
		return 0;
	sig = lowest_signal(p->set & ~blocked);
	collect(s, p, sig, info);
	if (SIG_BIT(sig) & SIGS_STOP)
		s->stop_wanted = 1;
	if (sig == SIGALRM && p == &s->shared)
		itimer_alarm_taken(s);
	signal_recalc();
	return sig;
}

/* --- sending --- */

/* t has something to look at before it goes on in user mode. */
static void alert(struct task *t, bool even_if_stopped)
{
	bool slept;

	t->head.work_signal = 1;
	slept = even_if_stopped ? sched_wake_stopped(t) : sched_wake_interruptible(t);
	if (!slept && t != current && sched_nr_cpus() > 1)
		sched_kick(t);
}

/* t would take `sig` if it looked for one. */
static bool would_take(const struct task *t, int sig)
{
	return !(t->sig.blocked & SIG_BIT(sig)) && !t->sig.exiting;
}

/*
 * Who is to look at `sig`, which is pending for all: `first` if it may, else the first thread that may,
 * best of all one that has nothing to look at yet. => NULL: nobody; it waits until somebody unblocks it
 */
static struct task *choose_thread(struct signal_state *s, struct task *first, int sig)
{
	struct task *t, *busy = NULL;

	if (would_take(first, sig) && (!first->head.work_signal || s->nr_threads == 1))
		return first;
	LIST_FOREACH(t, &s->threads, thread_link) {
		if (!would_take(t, sig))
			continue;
		if (!t->head.work_signal)
			return t;
		busy = t;
	}
	return busy;
}

/* The same in a process that has stopped, where those go on whom their tracers let; a thread's is its own. */
static struct task *choose_traced(struct signal_state *s, struct task *first, int sig, bool thread)
{
	struct task *t, *busy = NULL;

	LIST_FOREACH(t, &s->threads, thread_link) {
		if (!is_traced(t) || t->state == TASK_STOPPED || !would_take(t, sig))
			continue;
		if (thread && t != first)
			continue;
		if (!t->head.work_signal)
			return t;
		busy = t;
	}
	return busy;
}

/* current will not take those of `set`: whatever of them is pending for all, others are to look at. */
static void retarget(struct task *t, sigset_bits set)
{
	struct signal_state *s = t->signal;

	set &= s->shared.set;
	while (set != 0 && s->nr_threads > 1) {
		int sig = lowest_signal(set);
		struct task *other = choose_thread(s, t, sig);

		if (other != NULL && other != t)
			alert(other, false);
		set &= ~SIG_BIT(sig);
	}
}

void signal_set_blocked(sigset_bits blocked)
{
	struct task *t = current;
	irqstate_t irqs = spin_lock_irqsave(&t->signal->lock);
	sigset_bits before = t->sig.blocked;

	t->sig.blocked = blocked & ~SIGS_KERNEL_ONLY;
	if (unlikely(t->signal->shared.set != 0))
		retarget(t, t->sig.blocked & ~before);
	signal_recalc();
	spin_unlock_irqrestore(&t->signal->lock, irqs);
}

/* SIGCONT: whoever has stopped, or is about to, goes on. */
static void continue_threads(struct signal_state *s)
{
	struct task *t;

	s->stopped_by = 0;
	s->nr_to_stop = 0;
	s->report = JOB_CONTINUED;
	s->tell_parent = CLD_CONTINUED;
	LIST_FOREACH(t, &s->threads, thread_link) {
		t->sig.to_stop = false;
		if (ARCH_TRACES && t->sig.traced == TRACED_SEIZED)
			t->sig.to_trap = true;
		if (!t->sig.exiting)
			alert(t, true);
	}
}

void signal_stop_threads(struct signal_state *s, int sig)
{
	struct task *t;

	assert_held(&s->lock);
	s->stopped_by = (u8)sig;
	s->nr_to_stop = 0;
	LIST_FOREACH(t, &s->threads, thread_link) {
		if (t->sig.exiting)
			continue;
		t->sig.to_stop = true;
		s->nr_to_stop++;
		if (t != current)
			alert(t, false);
	}
}

/* What signals of job control do when they are sent, whatever the program says of them. */
static void send_job_control(struct task *t, int sig)
{
	struct signal_state *s = t->signal;

	if (SIG_BIT(sig) & SIGS_STOP) {
		signal_flush(t, SIG_BIT(SIGCONT));
	} else if (sig == SIGCONT) {
		signal_flush(t, SIGS_STOP);
		s->stop_wanted = 0;
		if (s->stopped_by != 0)
			continue_threads(s);
	} else if (sig == SIGKILL) {
		s->stop_wanted = 0;
	}
}

/* Is it thrown away at once? One that is blocked is not: the action may change. */
static bool send_ignored(const struct task *t, int sig)
{
	const struct signal_state *s = t->signal;

	if ((t->sig.blocked | t->sig.really_blocked) & SIG_BIT(sig))
		return false;
	if (unlikely(is_traced(t)) && sig != SIGKILL)
		return false; /* the tracer hears of it */
	return signal_ignores(s, sig) || (s->untouchable && handler_of(s, sig) == UAPI_SIG_DFL);
}

/* All threads but `but` (NULL: all) are to end. */
static void end_threads(struct signal_state *s, const struct task *but)
{
	struct task *t;

	LIST_FOREACH(t, &s->threads, thread_link) {
		if (t == but || t->sig.exiting)
			continue;
		t->sig.must_exit = true;
		alert(t, true);
	}
}

/* The process ends, unless it does so already: `fatal` as signal_state has it. */
static void become_fatal(struct signal_state *s, u32 fatal, int status, int code)
{
	assert_held(&s->lock);
	if (s->fatal != 0)
		return;
	s->fatal = fatal;
	s->exit_status = status;
	s->exit_code = code;
	s->stopped_by = 0;
	end_threads(s, NULL);
}

void signal_end_others(struct signal_state *s)
{
	assert_held(&s->lock);
	end_threads(s, current);
}

void signal_end(struct signal_state *s, int sig)
{
	become_fatal(s, (u32)sig, sig, 128 + sig);
}

void signal_exit_group(int status, int code)
{
	struct signal_state *s = current->signal;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);

	become_fatal(s, FATAL_EXIT, status, code);
	spin_unlock_irqrestore(&s->lock, irqs);
}

/* => 0, -EAGAIN */
static int enqueue(struct signal_state *s, struct sigpending *p, int sig,
		   const struct siginfo *info, struct sigqueue **spare)
{
	struct sigqueue *q = sig < SIGRTMIN_KERNEL ? take_own(s) : NULL;

	if (q == NULL && spare != NULL) {
		q = *spare;
		*spare = NULL;
	}
	if (q == NULL) {
		if (sig >= SIGRTMIN_KERNEL && info != NULL && info->code != SI_USER)
			return -EAGAIN;
	} else {
		q->info = info != NULL ? *info : (struct siginfo){.code = SI_KERNEL};
		q->info.signo = sig;
		STAILQ_INSERT_TAIL(&p->queue, q, link);
	}
	p->set |= SIG_BIT(sig);
	return 0;
}

/* `sig` ends the process by its action: may it do so now, since somebody would take it? */
static bool ends_at_once(struct signal_state *s, struct task *t, int sig, bool thread)
{
	if (is_traced(t) && sig != SIGKILL)
		return false;
	if (s->stopped_by != 0 && sig != SIGKILL)
		t = choose_traced(s, t, sig, thread);
	else if (!thread)
		t = choose_thread(s, t, sig);
	return t != NULL && would_take(t, sig) && !(t->sig.really_blocked & SIG_BIT(sig));
}

static int send_locked(struct task *t, int sig, const struct siginfo *info, bool thread,
		       struct sigqueue **spare)
{
	struct signal_state *s = t->signal;
	struct sigpending *p = thread ? &t->sig.pending : &s->shared;
	sigset_bits bit = SIG_BIT(sig);
	int err;

	if (s->dying || s->fatal != 0)
		return 0;
	send_job_control(t, sig);
	if (send_ignored(t, sig) || (sig < SIGRTMIN_KERNEL && (p->set & bit)))
		return 0;
	if (thread && t->sig.exiting)
		return 0; /* nobody would take it, or free it */
	if (is_fatal(s, sig) && ends_at_once(s, t, sig, thread)) {
		signal_end(s, sig);
		return 0;
	}
	err = enqueue(s, p, sig, info, spare);
	if (err != 0)
		return err;
	if (unlikely(s->stopped_by != 0))
		t = choose_traced(s, t, sig, thread);
	else if (thread)
		t = would_take(t, sig) ? t : NULL;
	else
		t = choose_thread(s, t, sig);
	if (t != NULL)
		alert(t, false);
	return 0;
}

int signal_send_entry(struct task *t, int sig, const struct siginfo *info, bool thread,
		      struct sigqueue **spare)
{
	irqstate_t irqs;
	int err;

	if (t->flags & TASK_KTHREAD)
		return 0;
	irqs = spin_lock_irqsave(&t->signal->lock);
	err = send_locked(t, sig, info, thread, spare);
	spin_unlock_irqrestore(&t->signal->lock, irqs);
	return err;
}

int signal_send(struct task *t, int sig, const struct siginfo *info)
{
	return signal_send_entry(t, sig, info, false, NULL);
}

int signal_send_thread(struct task *t, int sig, const struct siginfo *info)
{
	return signal_send_entry(t, sig, info, true, NULL);
}

void signal_send_state(struct signal_state *s, int sig)
{
	irqstate_t irqs = spin_lock_irqsave(&s->lock);

	(void)send_locked(s->leader, sig, NULL, false, NULL);
	spin_unlock_irqrestore(&s->lock, irqs);
}

void signal_send_self(int sig)
{
	const struct siginfo info = {.code = SI_USER, .pid = current->tgid};

	signal_send_entry(current, sig, &info, true, NULL);
}

void signal_kill(struct task *t, int sig)
{
	irqstate_t irqs;

	if (t->flags & TASK_KTHREAD)
		return;
	irqs = spin_lock_irqsave(&t->signal->lock);
	signal_end(t->signal, sig);
	spin_unlock_irqrestore(&t->signal->lock, irqs);
}

static void forget_action(struct signal_state *s, int sig)
{
	s->ignored &= ~SIG_BIT(sig);
	if (s->actions != NULL)
		s->actions->custom &= ~SIG_BIT(sig);
}

bool signal_force(const struct siginfo *info)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	int sig = info->signo;
	bool dies = handler_of(s, sig) <= UAPI_SIG_IGN || (t->sig.blocked & SIG_BIT(sig));

	if (unlikely(is_traced(t)) && dies) { /* of its action, once its tracer has seen it */
		forget_action(s, sig);
		t->sig.blocked &= ~SIG_BIT(sig);
		dies = false;
	}
	if (s->fatal != 0 || t->sig.must_exit) {
		dies = true;
	} else if (dies) {
		signal_end(s, sig);
	} else if (!(t->sig.pending.set & SIG_BIT(sig))) {
		struct sigqueue *q = &t->sig.fault;

		if (!q->of_thread) {
			q->of_thread = true;
			q->info = *info;
			STAILQ_INSERT_HEAD(&t->sig.pending.queue, q, link);
		}
		t->sig.pending.set |= SIG_BIT(sig);
		t->head.work_signal = 1;
	}
	spin_unlock_irqrestore(&s->lock, irqs);
	return dies;
}

void signal_set_traced(struct task *t, unsigned traced, bool trap)
{
	irqstate_t irqs = spin_lock_irqsave(&t->signal->lock);

	assert_held(&task_list_lock);
	t->sig.traced = (u8)traced;
	t->sig.to_trap = traced != 0 && (trap || t->signal->stopped_by != 0);
	if ((t->sig.to_trap || t->signal->stopped_by != 0) && !t->sig.exiting)
		alert(t, true);
	spin_unlock_irqrestore(&t->signal->lock, irqs);
}

/* --- the end --- */

/* t was to stop and ends instead: was it the last? => the lock held; the signal to report, or 0 */
static int stop_without(struct signal_state *s, struct task *t)
{
	if (!t->sig.to_stop)
		return 0;
	t->sig.to_stop = false;
	if (--s->nr_to_stop != 0 || s->stopped_by == 0)
		return 0;
	s->report = JOB_STOPPED;
	return s->stopped_by;
}

bool signal_exit(int status, int code)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	irqstate_t irqs;
	int stopped;
	bool last;

	if (t->flags & TASK_KTHREAD)
		return true;
	irqs = spin_lock_irqsave(&s->lock);
	t->sig.exiting = true;
	last = --s->nr_live == 0;
	stopped = stop_without(s, t);
	flush_from(s, &t->sig.pending, ~(sigset_bits)0);
	if (last) {
		become_fatal(s, FATAL_EXIT, status, code);
		s->dying = true;
		signal_flush(t, ~(sigset_bits)0);
		s->tell_parent = 0;
	} else {
		retarget(t, ~t->sig.blocked);
	}
	t->head.work_signal = t->sig.must_exit;
	spin_unlock_irqrestore(&s->lock, irqs);
	if (last)
		itimers_stop(s);
	else if (stopped != 0)
		signal_parent_of_job(CLD_STOPPED, stopped);
	signal_free_dropped(s);
	return last;
}
