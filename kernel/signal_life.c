/* SPDX-License-Identifier: MIT */
/*
 * signal_life.c - a process's signals from its birth to its end: what a child, a thread and a new
 * program inherit, and the memory of it.
 *
 *	struct signal_state	one for each process, counted by its tasks; the last to be freed frees it
 *	struct sigactions	had when the first action is set that is not plain
 */
#include "signal_internal.h"

#include <arch/atomic.h>
#include <octavo/errno.h>
#include <octavo/signal.h>
#include <octavo/slab.h>
#include <octavo/task.h>

static struct slab_cache *sigactions_cache, *state_cache;

struct sigactions *sigactions_alloc(void)
{
	return slab_alloc(sigactions_cache, GFP_KERNEL);
}

void sigactions_free(struct sigactions *table)
{
	if (table != NULL)
		slab_free(sigactions_cache, table);
}

static void pending_init(struct sigpending *p)
{
	p->set = 0;
	STAILQ_INIT(&p->queue);
}

static void state_init(struct signal_state *s, struct task *leader)
{
	spin_lock_init(&s->lock, sighand_lock);
	atomic_set(&s->refs, 1);
	s->leader = leader;
	LIST_INIT(&s->threads);
	LIST_INSERT_HEAD(&s->threads, leader, thread_link);
	s->nr_threads = 1;
	s->nr_live = 1;
	wait_queue_init(&s->gone);
	pending_init(&s->shared);
	STAILQ_INIT(&s->dropped);
}

int signal_task_init(struct task *t, struct signal_state *process)
{
	pending_init(&t->sig.pending);
	if (process != NULL) {
		atomic_inc(&process->refs);
		t->signal = process;
		return 0;
	}
	t->signal = slab_alloc(state_cache, GFP_KERNEL | __GFP_ZERO);
	if (t->signal == NULL)
		return -ENOMEM;
	state_init(t->signal, t);
	return 0;
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

void signal_inherit_thread(struct task *child, const struct task *parent)
{
	child->sig.blocked = parent->sig.blocked;
	child->sig.alt_sp = parent->sig.alt_sp;
	child->sig.alt_size = parent->sig.alt_size;
	child->sig.alt_flags = parent->sig.alt_flags;
}

int signal_fork(struct task *child, struct task *parent)
{
	struct signal_state *to = child->signal;
	struct signal_state *from = parent->signal;
	irqstate_t irqs = spin_lock_irqsave(&from->lock);

	if (from->actions != NULL) { /* which stays: a thread may make it, none takes it away */
		spin_unlock_irqrestore(&from->lock, irqs);
		to->actions = sigactions_alloc();
		if (to->actions == NULL)
			return -ENOMEM;
		irqs = spin_lock_irqsave(&from->lock);
		actions_copy(to->actions, from->actions);
	}
	to->ignored = from->ignored;
	spin_unlock_irqrestore(&from->lock, irqs);
	signal_inherit_thread(child, parent);
	return 0;
}

void signal_exec(void)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	struct sigactions *table;
	irqstate_t irqs;

	spin_lock(&task_list_lock);
	s->has_execed = true;
	t->exit_signal = SIGCHLD;
	spin_unlock(&task_list_lock);
	irqs = spin_lock_irqsave(&s->lock);
	table = s->actions;
	s->actions = NULL;
	t->sig.alt_sp = 0;
	t->sig.alt_size = 0;
	t->sig.alt_flags = 0;
	spin_unlock_irqrestore(&s->lock, irqs);
	sigactions_free(table);
}

void signal_task_free(struct task *t)
{
	struct signal_state *s = t->signal;

	ASSERT(STAILQ_EMPTY(&t->sig.pending.queue));
	signal_free_dropped(s);
	if (!atomic_dec_and_test(&s->refs))
		return;
	sigactions_free(s->actions);
	slab_free(state_cache, s);
}

void signal_init(void)
{
	sigqueue_init();
	sigactions_cache = slab_cache_create("sigactions", sizeof(struct sigactions), 8);
	state_cache = slab_cache_create("signal", sizeof(struct signal_state), 8);
	state_init(boot_task.signal, &boot_task);
	pending_init(&boot_task.sig.pending);
}
