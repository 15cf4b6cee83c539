/* SPDX-License-Identifier: MIT */
/*
 * sys_wait.c - what a parent learns of its children: SIGCHLD, wait4(2), waitid(2).
 *
 *	a child ends		zombie, SIGCHLD, and a wait takes it off the lists and frees it; or
 *				nobody wants to know (SIGCHLD ignored, SA_NOCLDWAIT): no zombie
 *	it stops, continues	SIGCHLD (but SA_NOCLDSTOP), and a wait that asks is told once:
 *				signal_state.report
 *
 * A child's state, its place in the lists, its exit status and its report are looked at under
 * task_list_lock; the report is changed under the child's sighand_lock.
 */
#include <octavo/cpu_time.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/process.h>
#include <octavo/ptrace.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/wait.h>

#define TICK_OF_CLOCK_NS 10000000u /* clock_t of siginfo: hundredths of a second */

/* What PID 1 reaped last: the machine's exit status in full. Only PID 1 writes it. */
static int last_child_code;

int process_last_child_code(void)
{
	return last_child_code;
}

/* --- telling the parent --- */

static struct siginfo child_info(struct task *t, int code, int status)
{
	return (struct siginfo){
		.signo = SIGCHLD,
		.code = code,
		.pid = t->tgid,
		.status = status,
		.utime = (u32)(process_run_ns(t) / TICK_OF_CLOCK_NS),
	};
}

/* The code and status of siginfo for a raw wait status of a child that ended. */
static int end_code(int raw)
{
	return WIFEXITED(raw) ? CLD_EXITED : CLD_KILLED;
}

static int end_status(int raw)
{
	return WIFEXITED(raw) ? WEXITSTATUS(raw) : WTERMSIG(raw);
}

static struct siginfo end_info(struct task *t)
{
	return child_info(t, end_code(t->exit_status), end_status(t->exit_status));
}

static struct sig_action chld_action(struct task *parent)
{
	irqstate_t irqs = spin_lock_irqsave(&parent->signal->lock);
	struct sig_action a = signal_action(parent->signal, SIGCHLD);

	spin_unlock_irqrestore(&parent->signal->lock, irqs);
	return a;
}

bool signal_parent_of_end(struct task *t)
{
	const struct siginfo info = end_info(t);
	struct sig_action a = chld_action(t->parent);
	bool ignored = t->exit_signal == SIGCHLD && a.handler == UAPI_SIG_IGN;

	assert_held(&task_list_lock);
	if (t->exit_signal != 0 && t->exit_signal <= SIGNAL_MAX && !ignored)
		(void)signal_send(t->parent, (int)t->exit_signal, &info);
	wake_all(&t->parent->child_exit);
	return ignored || (t->exit_signal == SIGCHLD && (a.flags & SA_NOCLDWAIT));
}

/* Is t traced by its parent's process? Then its stops are told to that as the tracer. */
static bool parent_traces(const struct task *t)
{
	return ARCH_TRACES && t->tracee != NULL &&
	       t->tracee->tracer->signal == task_leader(t)->parent->signal;
}

/* That one of its children, or whom it traces, has stopped or continued. */
static void tell_of_job(struct task *to, const struct siginfo *info)
{
	struct sig_action a = chld_action(to);

	if (a.handler != UAPI_SIG_IGN && !(a.flags & SA_NOCLDSTOP))
		(void)signal_send(to, SIGCHLD, info);
	wake_all(&task_leader(to)->child_exit);
}

void signal_parent_of_job(int code, int status)
{
	struct task *t;
	struct siginfo info;

	spin_lock(&task_list_lock);
	t = task_leader(current);
	info = child_info(t, code, status);
	if (!parent_traces(current) || code == CLD_CONTINUED)
		tell_of_job(t->parent, &info);
	spin_unlock(&task_list_lock);
}

bool ptrace_tell(struct tracee *tr, struct task *t, int code, int status)
{
	struct siginfo info = child_info(t, code, status);
	struct sig_action a = chld_action(tr->tracer);
	bool ended = code == CLD_EXITED || code == CLD_KILLED;

	assert_held(&task_list_lock);
	info.pid = t->pid;
	if (!ended) {
		tell_of_job(tr->tracer, &info);
		return false;
	}
	if (a.handler != UAPI_SIG_IGN)
		(void)signal_send(tr->tracer, SIGCHLD, &info);
	wake_all(&task_leader(tr->tracer)->child_exit);
	return a.handler == UAPI_SIG_IGN || (a.flags & SA_NOCLDWAIT);
}

/* --- looking for news of a child --- */

/* Whom to wait for, and what. */
struct wait_want {
	int type; /* P_* */
	u32 id;
	u32 options;
};

/* What was found. */
struct wait_found {
	struct siginfo info;    /* code, pid, status */
	struct cpu_times times; /* its own, and those of children that it has waited for */
	struct task *dead;      /* off the lists, to be freed; NULL: it lives, or WNOWAIT */
};

/* A child that clone(2) made to send another signal than SIGCHLD, or none, is waited for by name. */
static bool wait_matches(const struct task *child, const struct wait_want *w)
{
	if (!(w->options & __WALL) &&
	    (child->exit_signal != SIGCHLD) != ((w->options & __WCLONE) != 0))
		return false;
	return w->type == P_ALL || (w->type == P_PID && child->pid == w->id) ||
	       (w->type == P_PGID && child->pgid == w->id);
}

/* Has `child` stopped or continued, and nobody was told? */
static bool take_report(struct task *child, const struct wait_want *w, struct wait_found *found)
{
	struct signal_state *s = child->signal;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	bool taken = true;

	if (s->report == JOB_STOPPED && (w->options & WUNTRACED) && !parent_traces(child))
		found->info = child_info(child, CLD_STOPPED, s->stopped_by);
	else if (s->report == JOB_CONTINUED && (w->options & WCONTINUED))
		found->info = child_info(child, CLD_CONTINUED, SIGCONT);
	else
		taken = false;
	if (taken && !(w->options & WNOWAIT))
		s->report = JOB_NOTHING;
	spin_unlock_irqrestore(&s->lock, irqs);
	return taken;
}

static void take_zombie(struct task *child, const struct wait_want *w, struct wait_found *found)
{
	found->info = end_info(child);
	found->times = cpu_times_with_children(child);
	if (!(w->options & WNOWAIT)) {
		TAILQ_REMOVE(&child->parent->zombies, child, sibling);
		task_unlist(child); /* another thread may look for it by its pid */
		found->dead = child;
	}
}

static bool take_child(struct task *child, const struct wait_want *w, struct wait_found *found)
{
	if (process_ended(child)) {
		if (unlikely(is_traced(child)))
			return false; /* another one is told first */
		take_zombie(child, w, found);
		return true;
	}
	if (!take_report(child, w, found))
		return false;
	found->times = cpu_times_with_children(child);
	return true;
}

/* An end is all that there is to say of a child that has ended. */
static bool wait_may_tell(bool ended, const struct wait_want *w)
{
	return !ended || (w->options & WEXITED);
}

static struct task *older(struct task *a, struct task *b)
{
	return b == NULL || (a != NULL && a->started_ns <= b->started_ns) ? a : b;
}

/* The oldest child that has news. *any: one matches. Where no news can be but an end, the first that lives
 * says enough. */
static bool wait_look_at_all(struct task *me, const struct wait_want *w, struct wait_found *found,
			     bool *any)
{
	struct task *ended = wait_may_tell(true, w) ? TAILQ_FIRST(&me->zombies) : NULL;
	struct task *living = TAILQ_FIRST(&me->children), *child;

	while ((child = older(ended, living)) != NULL) {
		bool lives = child == living;

		if (lives)
			living = TAILQ_NEXT(child, sibling);
		else
			ended = TAILQ_NEXT(child, sibling);
		if (!wait_matches(child, w))
			continue;
		*any = true;
		if (lives && !(w->options & (WUNTRACED | WCONTINUED)))
			living = NULL;
		else if (take_child(child, w, found))
			return true;
	}
	return false;
}

/* --- of those that our threads trace --- */

static bool tracee_matches(const struct tracee *tr, const struct wait_want *w)
{
	if ((w->options & __WNOTHREAD) && tr->tracer != current)
		return false;
	if (w->type == P_PID)
		return (tr->task != NULL ? tr->task->pid : tr->pid) == w->id;
	return w->type == P_ALL ||
	       (w->type == P_PGID && tr->task != NULL && task_leader(tr->task)->pgid == w->id);
}

static void tracee_found(struct tracee *tr, struct wait_found *found)
{
	struct task *t = tr->task;

	if (t == NULL) {
		found->info = (struct siginfo){.code = end_code(tr->status),
					       .pid = tr->pid,
					       .status = end_status(tr->status)};
		found->times = (struct cpu_times){0};
		return;
	}
	found->times = cpu_times_with_children(task_leader(t));
	if (tr->ended) {
		found->info = end_info(t);
		return;
	}
	found->info = child_info(t, CLD_TRAPPED, (int)tr->stop->code);
	found->info.pid = t->pid;
}

/* *any: one matches. => one has stopped, or ended */
static bool wait_look_at_tracees(const struct wait_want *w, struct wait_found *found, bool *any)
{
	struct tracee *tr;

	LIST_FOREACH(tr, &current->signal->tracees, link) {
		if (!tracee_matches(tr, w) || (tr->ended && !(w->options & WEXITED)))
			continue;
		*any = true;
		if (!tr->news)
			continue;
		tracee_found(tr, found);
		if (w->options & WNOWAIT)
			return true;
		tr->news = false;
		if (tr->ended)
			ptrace_reaped(tr);
		else
			tr->stop->given = 0; /* it is the tracer's to say now */
		return true;
	}
	return false;
}

/* => true: found; else *err is 0 where something may still come, -ECHILD where nothing can */
static bool wait_look(const struct wait_want *w, struct wait_found *found, int *err)
{
	struct task *me = task_leader(current);
	bool any = false, taken = false;

	found->dead = NULL;
	spin_lock(&task_list_lock);
	if (w->type == P_PID) {
		struct task *child = task_find(w->id);

		any = child != NULL && task_is_leader(child) && child->parent == me &&
		      wait_matches(child, w) && wait_may_tell(process_ended(child), w);
		taken = any && take_child(child, w, found);
	} else {
		taken = wait_look_at_all(me, w, found, &any);
	}
	if (ARCH_TRACES && !taken && unlikely(!LIST_EMPTY(&current->signal->tracees)))
		taken = wait_look_at_tracees(w, found, &any);
	spin_unlock(&task_list_lock);
	*err = any ? 0 : -ECHILD;
	return taken;
}

/* => 1 found, 0 nothing yet (WNOHANG), -ECHILD, -ERESTARTSYS; sleeps */
static int wait_for_child(const struct wait_want *w, struct wait_found *found)
{
	bool any = false;
	int err = 0, interrupted;

	if (w->options & WNOHANG)
		return wait_look(w, found, &err) ? 1 : err;
	interrupted = wait_event_interruptible(&task_leader(current)->child_exit,
					       (any = wait_look(w, found, &err)) || err != 0);
	if (interrupted != 0)
		return interrupted;
	return any ? 1 : err;
}

static int raw_status(const struct wait_found *found)
{
	switch (found->info.code) {
	case CLD_EXITED:
		return (found->info.status & 0xff) << 8;
	case CLD_STOPPED:
	case CLD_TRAPPED:
		return found->info.status << 8 | 0x7f;
	case CLD_CONTINUED:
		return 0xffff;
	default:
		return found->info.status;
	}
}

static void free_dead(struct wait_found *found)
{
	struct task *child = found->dead;
	bool had_threads;

	if (child == NULL)
		return;
	if (current->signal == init_task->signal)
		last_child_code = child->exit_code;
	sched_wait_inactive(child);
	had_threads = atomic_read(&child->signal->refs) > 1;
	cpu_times_reaped(child);
	task_free(child);
	if (had_threads) /* the last ones are still to be freed */
		task_reap_dead();
}

/* --- the calls --- */

static int put_rusage(void __user *to, const struct cpu_times *times)
{
	struct rusage32 ru;

	if (to == NULL)
		return 0;
	rusage_fill(&ru, times);
	return copy_to_user(to, &ru, sizeof(ru));
}

/*
 * The status is written after the child is taken: where the address is bad the child is gone all
 * the same, as on Linux.
 */
long sys_wait4(int pid, int __user *status, int options, void __user *rusage)
{
	struct wait_want want = {.type = P_PID, .id = (u32)pid};
	struct wait_found found;
	int err, word;

	if (options & ~(int)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WALL | __WCLONE))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	want.options = (u32)options | WEXITED;
	if (pid == -1) {
		want.type = P_ALL;
	} else if (pid <= 0) {
		want.type = P_PGID;
		want.id = pid == 0 ? task_leader(current)->pgid : (u32)-pid;
	}
	err = wait_for_child(&want, &found);
	if (err <= 0)
		return err;
	word = raw_status(&found);
	free_dead(&found);
	err = 0;
	if (status != NULL)
		err = copy_to_user(status, &word, sizeof(word));
	if (err == 0)
		err = put_rusage(rusage, &found.times);
	return err != 0 ? err : (long)found.info.pid;
}

long sys_waitpid(int pid, int __user *status, int options)
{
	return sys_wait4(pid, status, options, NULL);
}

/* => 0, -EINVAL, -EBADF */
static int check_waitid(int type, int id, int options)
{
	const u32 known = WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD |
			  __WCLONE | __WALL;

	if (((u32)options & ~known) || !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	switch (type) {
	case P_ALL:
		return 0;
	case P_PID:
		return id > 0 ? 0 : -EINVAL;
	case P_PGID:
		return id >= 0 ? 0 : -EINVAL;
	case P_PIDFD:
		return id >= 0 ? -EBADF : -EINVAL; /* no descriptor is one of a process */
	default:
		return -EINVAL;
	}
}

/* waitid(2): the six words that it defines are written, whatever the result; the rest is left. */
long sys_waitid(int type, int id, void __user *user_info, int options, void __user *rusage)
{
	struct wait_want want = {.type = type, .id = (u32)id, .options = (u32)options};
	struct wait_found found = {.dead = NULL};
	s32 words[6] = {0};
	int err = check_waitid(type, id, options);

	if (err == 0 && type == P_PGID && id == 0)
		want.id = task_leader(current)->pgid;
	if (err == 0)
		err = wait_for_child(&want, &found);
	if (err > 0) {
		free_dead(&found);
		words[0] = SIGCHLD;
		words[2] = found.info.code;
		words[3] = (s32)found.info.pid;
		words[5] = found.info.status;
		err = put_rusage(rusage, &found.times);
		if (err != 0)
			return err;
	}
	if (user_info != NULL && copy_to_user(user_info, words, sizeof(words)) != 0)
		return -EFAULT;
	return err;
}
