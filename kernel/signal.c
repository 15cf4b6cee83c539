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
 * in an interrupt and without memory. own[0] is kept for faults of the program.
 *
 * A signal whose action ends the process is not queued at all: it becomes signal_state.fatal, and the
 * process ends at its next return to user mode, or out of a killable sleep.
 *
 * What a stop signal or SIGCONT throws away of the other's kind may have to be freed, which a sender
 * in an interrupt cannot: it goes to `dropped`.
 */
#include <arch/atomic.h>
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>

#define SIGQUEUES_MAX 4096 /* allocated entries of all processes: Linux's RLIMIT_SIGPENDING */

static struct slab_cache *sigqueue_cache, *sigactions_cache;
static atomic_t nr_sigqueues;

/* --- memory of siginfos --- */

struct sigqueue *sigqueue_alloc(void)
{
	struct sigqueue *q;

	if (atomic_read(&nr_sigqueues) >= SIGQUEUES_MAX)
		return NULL;
	q = slab_alloc(sigqueue_cache, GFP_ATOMIC);
	if (q != NULL)
		atomic_inc(&nr_sigqueues);
	return q;
}

u32 sigqueue_count(const struct signal_state *s)
{
	u32 nr = (u32)atomic_read(&nr_sigqueues);

	for (unsigned i = 0; i < SIGQUEUE_OWN; i++)
		nr += s->own_used >> i & 1;
	return nr;
}

void sigqueue_free(struct sigqueue *q)
{
	if (q == NULL)
		return;
	atomic_dec(&nr_sigqueues);
	slab_free(sigqueue_cache, q);
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
		sigqueue_free(q);
	}
}

static struct sigqueue *take_own(struct signal_state *s, unsigned first)
{
	for (unsigned i = first; i < SIGQUEUE_OWN; i++) {
		if (!(s->own_used & 1u << i)) {
			s->own_used |= 1u << i;
			return &s->own[i];
		}
	}
	return NULL;
}

bool signal_wants_memory(struct task *t, int sig)
{
	const u32 all = (1u << SIGQUEUE_OWN) - 2;

	return sig >= SIGRTMIN_KERNEL || (t->signal->own_used & all) == all;
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

struct sigactions *sigactions_alloc(void)
{
	return slab_alloc(sigactions_cache, GFP_KERNEL);
}

void sigactions_free(struct sigactions *table)
{
	if (table != NULL)
		slab_free(sigactions_cache, table);
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
	t->head.work_signal =
		s->fatal != 0 || s->tell_parent != 0 || (pending_of(t) & ~t->sig.blocked) != 0;
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
	assert_held(&t->signal->lock);
	flush_from(t->signal, &t->signal->shared, set);
	flush_from(t->signal, &t->sig.pending, set);
}

static int lowest_signal(sigset_bits set)
{
	u32 low = (u32)set;

	if (set & SIGS_FAULT)
		low = (u32)(set & SIGS_FAULT);
	return low != 0 ? __builtin_ctz(low) + 1 : __builtin_ctz((u32)(set >> 32)) + 33;
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
	signal_recalc();
	return sig;
}

void signal_set_blocked(sigset_bits blocked)
{
	struct task *t = current;
	irqstate_t irqs = spin_lock_irqsave(&t->signal->lock);

	t->sig.blocked = blocked & ~SIGS_KERNEL_ONLY;
	signal_recalc();
	spin_unlock_irqrestore(&t->signal->lock, irqs);
}

/* --- sending --- */

/* t has something to look at before it goes on in user mode. */
static void alert(struct task *t, bool even_if_stopped)
{
	t->head.work_signal = 1;
	if (even_if_stopped)
		sched_wake_stopped(t);
	else
		sched_wake_interruptible(t);
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
		if (s->stopped_by != 0) {
			s->stopped_by = 0;
			s->report = JOB_CONTINUED;
			s->tell_parent = CLD_CONTINUED;
			alert(t, true);
		}
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
	return signal_ignores(s, sig) || (s->untouchable && handler_of(s, sig) == UAPI_SIG_DFL);
}

static void become_fatal(struct task *t, int sig)
{
	if (t->signal->fatal == 0)
		t->signal->fatal = (u32)sig;
	t->signal->stopped_by = 0;
	alert(t, true);
}

/* => 0, -EAGAIN */
static int enqueue(struct signal_state *s, struct sigpending *p, int sig,
		   const struct siginfo *info, struct sigqueue **spare)
{
	struct sigqueue *q = sig < SIGRTMIN_KERNEL ? take_own(s, 1) : NULL;

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
	if (!((t->sig.blocked | t->sig.really_blocked) & bit) && is_fatal(s, sig) &&
	    (s->stopped_by == 0 || sig == SIGKILL)) {
		become_fatal(t, sig);
		return 0;
	}
	err = enqueue(s, p, sig, info, spare);
	if (err == 0 && !(t->sig.blocked & bit) && s->stopped_by == 0)
		alert(t, false);
	return err;
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

void signal_send_self(int sig)
{
	const struct siginfo info = {.code = SI_USER, .pid = current->pid};

	signal_send_entry(current, sig, &info, true, NULL);
}

void signal_kill(struct task *t, int sig)
{
	irqstate_t irqs;

	if (t->flags & TASK_KTHREAD)
		return;
	irqs = spin_lock_irqsave(&t->signal->lock);
	become_fatal(t, sig);
	spin_unlock_irqrestore(&t->signal->lock, irqs);
}

bool signal_force(const struct siginfo *info)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	int sig = info->signo;
	bool dies = handler_of(s, sig) <= UAPI_SIG_IGN || (t->sig.blocked & SIG_BIT(sig));

	if (s->fatal != 0) {
		dies = true;
	} else if (dies) {
		become_fatal(t, sig);
	} else if (!(t->sig.pending.set & SIG_BIT(sig))) {
		struct sigqueue *q = take_own(s, 0);

		PANIC_ON(q == NULL);
		q->info = *info;
		STAILQ_INSERT_HEAD(&t->sig.pending.queue, q, link);
		t->sig.pending.set |= SIG_BIT(sig);
		t->head.work_signal = 1;
	}
	spin_unlock_irqrestore(&s->lock, irqs);
	return dies;
}

/* --- life --- */

static void pending_init(struct sigpending *p)
{
	p->set = 0;
	STAILQ_INIT(&p->queue);
}

void signal_task_init(struct task *t)
{
	struct signal_state *s = &t->own_signal;

	t->signal = s;
	spin_lock_init(&s->lock, sighand_lock);
	pending_init(&s->shared);
	pending_init(&t->sig.pending);
	STAILQ_INIT(&s->dropped);
}

static void actions_copy(struct sigactions *to, const struct sigactions *from)
{
	sigset_bits left = from->custom;

	to->custom = from->custom;
	while (left != 0) {
		int sig = lowest_signal(left);

		to->action[sig - 1] = from->action[sig - 1];
		left &= ~SIG_BIT(sig);
	}
}

int signal_fork(struct task *child, struct task *parent)
{
	struct signal_state *to = child->signal;
	const struct signal_state *from = parent->signal;

	if (from->actions != NULL) { /* only its own process changes it: we are that */
		to->actions = sigactions_alloc();
		if (to->actions == NULL)
			return -ENOMEM;
		actions_copy(to->actions, from->actions);
	}
	to->ignored = from->ignored;
	child->sig.blocked = parent->sig.blocked;
	child->sig.alt_sp = parent->sig.alt_sp;
	child->sig.alt_size = parent->sig.alt_size;
	child->sig.alt_flags = parent->sig.alt_flags;
	return 0;
}

void signal_exec(void)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	struct sigactions *table;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);

	table = s->actions;
	s->actions = NULL;
	s->has_execed = true;
	t->exit_signal = SIGCHLD;
	t->sig.alt_sp = 0;
	t->sig.alt_size = 0;
	t->sig.alt_flags = 0;
	spin_unlock_irqrestore(&s->lock, irqs);
	sigactions_free(table);
}

void signal_exit(void)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	irqstate_t irqs;

	if (t->flags & TASK_KTHREAD)
		return;
	itimers_stop(s);
	irqs = spin_lock_irqsave(&s->lock);
	s->dying = true;
	signal_flush(t, ~(sigset_bits)0);
	s->tell_parent = 0;
	t->head.work_signal = s->fatal != 0;
	spin_unlock_irqrestore(&s->lock, irqs);
	signal_free_dropped(s);
}

void signal_task_free(struct task *t)
{
	signal_free_dropped(t->signal);
	sigactions_free(t->signal->actions);
	t->signal->actions = NULL;
}

void signal_init(void)
{
	sigqueue_cache = slab_cache_create("sigqueue", sizeof(struct sigqueue), 8);
	sigactions_cache = slab_cache_create("sigactions", sizeof(struct sigactions), 8);
	signal_task_init(&boot_task);
}
