/* SPDX-License-Identifier: MIT */
/*
 * thread_group.c - the threads of a process: who joins, who leaves, who is left after execve(2).
 *
 *	process --> threads: leader - task - task
 *
 * A thread that ends leaves the list and is freed by itself; the leader stays in it, as a zombie,
 * until it is the last: its pid is the process's, and the process has ended when all have.
 *
 * execve(2) by one thread ends the others. It waits until they have left their memory, files and
 * stacks; where the leader was another one, it takes the leader's place: pid, parent, children, group
 * and session, so that nobody outside sees a difference.
 */
#include <octavo/cpu_time.h>
#include <octavo/errno.h>
#include <octavo/process.h>
#include <octavo/ptrace.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/task.h>

#define MOVE_STEP 32u /* children that get another parent while task_list_lock is held once */

int signal_join(struct task *t)
{
	struct signal_state *s = current->signal;
	irqstate_t irqs;
	int err = 0;

	assert_held(&task_list_lock);
	irqs = spin_lock_irqsave(&s->lock);
	if (signal_pending()) {
		err = -ERESTARTNOINTR;
	} else if (s->nr_threads >= GROUP_THREADS_MAX) {
		err = -EAGAIN;
	} else {
		LIST_INSERT_AFTER(s->leader, t, thread_link);
		s->nr_threads++;
		s->nr_live++;
		if (s->stopped_by != 0) /* one that is traced may run all the same */
			t->head.work_signal = 1;
	}
	spin_unlock_irqrestore(&s->lock, irqs);
	return err;
}

void signal_leave(struct task *t)
{
	struct signal_state *s = t->signal;
	irqstate_t irqs;

	assert_held(&task_list_lock);
	irqs = spin_lock_irqsave(&s->lock);
	LIST_REMOVE(t, thread_link);
	cpu_uses_add(&s->uses_before, t);
	s->nr_threads--;
	spin_unlock_irqrestore(&s->lock, irqs);
}

/* --- execve(2) --- */

/* Are all the others gone, but for a leader that has ended? */
static bool is_alone(struct signal_state *s)
{
	bool alone;

	spin_lock(&task_list_lock);
	alone = s->nr_threads == 1 ||
		(s->nr_threads == 2 && s->leader != current && s->leader->state == TASK_ZOMBIE);
	spin_unlock(&task_list_lock);
	return alone;
}

/* Some of the children of `old` become those of t. => false: there are more */
static bool move_children(struct task *old, struct task *t)
{
	for (u32 n = 0; n < MOVE_STEP; n++) {
		bool ended = !TAILQ_EMPTY(&old->zombies);
		struct task_children *from = ended ? &old->zombies : &old->children;
		struct task *child = TAILQ_FIRST(from);

		if (child == NULL)
			return true;
		TAILQ_REMOVE(from, child, sibling);
		child->parent = t;
		TAILQ_INSERT_TAIL(ended ? &t->zombies : &t->children, child, sibling);
	}
	return false;
}

/* What the outside knows of `old`, a leader that has ended, it knows of current from now on. */
static void become_leader(struct task *old)
{
	struct task *t = current;
	struct signal_state *s = t->signal;
	irqstate_t irqs;

	sched_wait_inactive(old);
	spin_lock(&task_list_lock);
	if (unlikely(is_traced(old)))
		ptrace_forget(old);
	task_swap_pids(t, old);
	pgrp_replace(old, t);
	t->parent = old->parent;
	t->parent_pid = old->parent_pid;
	t->exit_signal = old->exit_signal; /* by which the parent knows us */
	t->started_ns = old->started_ns;
	TAILQ_INSERT_AFTER(&t->parent->children, old, t, sibling);
	TAILQ_REMOVE(&t->parent->children, old, sibling);
	signal_leave(old);
	irqs = spin_lock_irqsave(&s->lock);
	s->leader = t;
	t->follows = false;
	s->threads_ns += old->run_ns - t->run_ns; /* both stand still, and nobody else is there */
	spin_unlock_irqrestore(&s->lock, irqs);
	if (init_task == old)
		init_task = t;
	while (!move_children(old, t)) {
		spin_unlock(&task_list_lock);
		spin_lock(&task_list_lock);
	}
	spin_unlock(&task_list_lock);
	task_free(old);
}

/* => 0; -EAGAIN somebody else ends us, or does the same */
static int claim_process(struct signal_state *s)
{
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	int err = -EAGAIN;

	if (s->fatal == 0 && s->execer == NULL) {
		s->execer = current;
		signal_end_others(s);
		err = 0;
	}
	spin_unlock_irqrestore(&s->lock, irqs);
	return err;
}

int signal_exec_alone(void)
{
	struct signal_state *s = current->signal;
	irqstate_t irqs;
	int err;

	if (likely(s->nr_threads == 1)) /* nobody but we could make it more */
		return 0;
	err = claim_process(s);
	if (err != 0)
		return err;
	if (wait_event_killable(&s->gone, is_alone(s)) != 0)
		err = -EAGAIN;
	if (err == 0 && s->leader != current)
		become_leader(s->leader);
	irqs = spin_lock_irqsave(&s->lock);
	s->execer = NULL;
	spin_unlock_irqrestore(&s->lock, irqs);
	return err;
}
