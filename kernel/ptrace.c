/* SPDX-License-Identifier: MIT */
/*
 * ptrace.c - ptrace(2): who traces whom, and what a tracer asks of a task that stands still.
 *
 *	PTRACE_ATTACH, _SEIZE		a tracee of the caller, which is one task: its threads have their own
 *	PTRACE_TRACEME			the caller is one of its parent's
 *	clone(2)			the child of one that is traced, as its options say
 *	PTRACE_DETACH, tracer's end	nobody's; it goes on, or dies with its tracer (PTRACE_O_EXITKILL)
 *
 * A tracee that ends is told by its tracee alone where it is a thread; the end of a process is told to its
 * parent when the tracer knows, if that is another process.
 *
 * Memory is read and written as if every private page could be: a page that a debugger writes to, and its
 * program may not, becomes a copy that is promised (oc-9, mm_access_debug()).
 */
#include <octavo/ptrace.h>

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/process.h>
#include <octavo/sched.h>
#include <octavo/signal.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/ptrace.h>
#include <uapi/octavo/sched.h>

#define EVENTS  (PTRACE_O_EVENT(PTRACE_EVENT_EXIT + 1) - PTRACE_O_EVENT(PTRACE_EVENT_FORK))
#define OPTIONS (PTRACE_O_TRACESYSGOOD | EVENTS | PTRACE_O_EXITKILL)

#define ENDED_MOST  256u /* threads that have ended, which a tracer's process has not heard of */
#define DETACH_STEP 32u  /* tracees that a tracer leaves while task_list_lock is held once */

/* --- beginning and end --- */

/* `tr`, which has its options, is what t is traced by from now on. => task_list_lock held */
static void link_tracee(struct tracee *tr, struct task *t, struct task *tracer, bool trap)
{
	assert_held(&task_list_lock);
	tr->task = t;
	tr->tracer = tracer;
	LIST_INSERT_HEAD(&tracer->signal->tracees, tr, link);
	t->tracee = tr;
	signal_set_traced(t, tr->seized ? TRACED_SEIZED : TRACED_ATTACHED, trap);
}

/* => task_list_lock held */
static void resume(struct tracee *tr, enum trace_mode mode, int sig)
{
	struct trace_stop *stop = tr->stop;

	assert_held(&task_list_lock);
	tr->mode = (u8)mode;
	tr->stop = NULL;
	tr->news = false;
	stop->given = sig;
	stop->resumed = true;
	sched_wake_stopped(tr->task);
}

/* Whom it traces goes on as if it had never been, where it stands still with its signal. tr is freed.
 * => task_list_lock held */
static void unlink_tracee(struct tracee *tr)
{
	struct task *t = tr->task;

	assert_held(&task_list_lock);
	LIST_REMOVE(tr, link);
	if (t != NULL) {
		t->tracee = NULL;
		signal_set_traced(t, 0, false);
		if (tr->stop != NULL)
			resume(tr, TRACE_CONT, tr->stop->given);
	} else {
		tr->tracer->signal->nr_tracees_ended--;
	}
	kfree(tr);
}

void ptrace_forget(struct task *t)
{
	wake_all(&task_leader(t->tracee->tracer)->child_exit);
	unlink_tracee(t->tracee);
}

void ptrace_reaped(struct tracee *tr)
{
	struct task *t = tr->task;

	unlink_tracee(tr);
	if (t == NULL || !signal_parent_of_end(t))
		return;
	TAILQ_REMOVE(&t->parent->zombies, t, sibling);
	task_unlist(t);
	sched_bury(t);
}

/* => the tracer's process does not want to know */
static bool tell_end(struct tracee *tr, struct task *t)
{
	int status = t->exit_status;
	bool killed = (status & 0x7f) != 0;

	tr->ended = true;
	tr->news = true;
	return ptrace_tell(tr, t, killed ? CLD_KILLED : CLD_EXITED,
			   killed ? status & 0x7f : status >> 8 & 0xff);
}

void ptrace_thread_ends(struct task *t)
{
	struct tracee *tr = t->tracee;
	bool unwanted = tell_end(tr, t);

	t->tracee = NULL;
	tr->task = NULL;
	tr->pid = t->pid;
	tr->status = t->exit_status;
	tr->tracer->signal->nr_tracees_ended++;
	if (unwanted || tr->tracer->signal->nr_tracees_ended > ENDED_MOST)
		unlink_tracee(tr);
}

bool ptrace_process_ends(struct task *t)
{
	struct tracee *tr = t->tracee;

	if (tr->tracer->signal != t->parent->signal && !tell_end(tr, t))
		return true;
	unlink_tracee(tr); /* told as its parent, or nobody there wants to know */
	return false;
}

bool ptrace_leave_some(const struct task *t)
{
	struct tracee *tr, *next;
	u32 n = 0;

	assert_held(&task_list_lock);
	LIST_FOREACH_SAFE(tr, &t->signal->tracees, link, next) {
		if (tr->tracer != t)
			continue;
		if (++n > DETACH_STEP)
			return false;
		if (tr->ended) {
			ptrace_reaped(tr);
			continue;
		}
		if (tr->options & PTRACE_O_EXITKILL)
			signal_kill(tr->task, SIGKILL);
		unlink_tracee(tr);
	}
	return true;
}

/* --- clone(2) --- */

int ptrace_fork_prepare(u32 flags, u32 *event, struct tracee **spare)
{
	u32 kind = PTRACE_EVENT_FORK, options = 0;

	if (flags & CLONE_VFORK)
		kind = PTRACE_EVENT_VFORK;
	else if ((flags & CSIGNAL) != SIGCHLD)
		kind = PTRACE_EVENT_CLONE;
	spin_lock(&task_list_lock);
	if (current->tracee != NULL)
		options = current->tracee->options;
	spin_unlock(&task_list_lock);
	if (!(flags & CLONE_UNTRACED) && (options & PTRACE_O_EVENT(kind)))
		*event = kind;
	if (*event == 0 && !(flags & CLONE_PTRACE))
		return 0;
	*spare = kzalloc(sizeof(**spare), GFP_KERNEL);
	return *spare != NULL ? 0 : -ENOMEM;
}

void ptrace_fork(struct task *child, struct tracee *spare)
{
	const struct tracee *ours;

	spin_lock(&task_list_lock);
	ours = current->tracee;
	if (ours != NULL && child->tracee == NULL) {
		spare->options = ours->options;
		spare->seized = ours->seized;
		spare->capable = ours->capable;
		spare->newborn = true;
		link_tracee(spare, child, ours->tracer, spare->seized);
		if (!spare->seized)
			(void)signal_send_thread(child, SIGSTOP, NULL);
		spare = NULL;
	}
	spin_unlock(&task_list_lock);
	kfree(spare);
}

/* --- who may --- */

/* => task_list_lock held; 0, -EPERM */
static int may_attach(const struct task *t)
{
	if ((t->flags & TASK_KTHREAD) || t->signal == current->signal)
		return -EPERM;
	if (!cred_may_inspect(t, INSPECT_REAL) || t->sig.exiting || t->tracee != NULL)
		return -EPERM;
	return 0;
}

/* => 0, -ESRCH, -EPERM; `tr` is taken over where it is 0 */
static int attach_to(u32 pid, struct tracee *tr)
{
	struct task *t;
	int err = -ESRCH;

	spin_lock(&task_list_lock);
	t = task_find(pid);
	if (t != NULL)
		err = may_attach(t);
	if (err == 0) {
		link_tracee(tr, t, current, false);
		if (!tr->seized)
			(void)signal_send_thread(t, SIGSTOP, NULL);
	}
	spin_unlock(&task_list_lock);
	return err;
}

static long attach(int pid, bool seize, u32 address, u32 options)
{
	struct tracee *tr;
	int err;

	if (seize && (address != 0 || (options & ~OPTIONS)))
		return -EIO;
	tr = kzalloc(sizeof(*tr), GFP_KERNEL);
	if (tr == NULL)
		return -ENOMEM;
	tr->seized = seize;
	tr->options = seize ? options : 0;
	tr->capable = capable(CAP_SYS_PTRACE);
	err = attach_to((u32)pid, tr);
	if (err != 0)
		kfree(tr);
	return err;
}

/* May the current task's parent have it as a tracee? => task_list_lock held */
static bool parent_may_trace(const struct task *parent)
{
	const struct cred *c = parent->cred;

	return (current->cred->permitted & ~c->permitted) == 0 ||
	       (c->effective & CAP_BIT(CAP_SYS_PTRACE));
}

static long trace_me(void)
{
	struct tracee *tr = kzalloc(sizeof(*tr), GFP_KERNEL);
	struct task *parent;
	int err = -EPERM;

	if (tr == NULL)
		return -ENOMEM;
	tr->capable = capable(CAP_SYS_PTRACE);
	spin_lock(&task_list_lock);
	parent = task_leader(current)->parent;
	if (parent == NULL) {
		err = 0; /* PID 1: the kernel does not trace, and says nothing */
	} else if (current->tracee == NULL && parent_may_trace(parent)) {
		err = 0;
		if (!parent->sig.exiting && !(parent->flags & TASK_KTHREAD)) {
			link_tracee(tr, current, parent, false);
			tr = NULL;
		}
	}
	spin_unlock(&task_list_lock);
	kfree(tr);
	return err;
}

/* --- what is asked of one --- */

struct tracee *ptrace_lock(int pid)
{
	const struct task *t;

	spin_lock(&task_list_lock);
	t = pid > 0 ? task_find((u32)pid) : NULL;
	if (t != NULL && t->tracee != NULL && t->tracee->tracer == current &&
	    t->tracee->stop != NULL && !t->tracee->stop->listening) {
		__release(&task_list_lock); /* ptrace_unlock() does */
		return t->tracee;
	}
	spin_unlock(&task_list_lock);
	return NULL;
}

void ptrace_unlock(void)
{
	__acquire(&task_list_lock); /* ptrace_lock() did */
	spin_unlock(&task_list_lock);
}

/* Its memory, where its tracer may look into it. => NULL; else to be put */
static struct mm *memory_of(int pid)
{
	const struct tracee *tr = ptrace_lock(pid);
	struct mm *mm;

	if (tr == NULL)
		return NULL;
	mm = tr->task->mm;
	if (mm != NULL && ((!mm->dumpable && !tr->capable) || !mm_get_used(mm)))
		mm = NULL;
	ptrace_unlock();
	return mm;
}

static long peek(int pid, u32 address, u32 __user *to)
{
	struct mm *mm = memory_of(pid);
	u32 word;
	int err;

	if (mm == NULL)
		return -EIO;
	err = mm_access_debug(mm, address, &word, sizeof(word), false);
	mm_put(mm);
	return err != 0 ? -EIO : put_user_u32(word, to);
}

static long poke(int pid, u32 address, u32 word)
{
	struct mm *mm = memory_of(pid);
	int err;

	if (mm == NULL)
		return -EIO;
	err = mm_access_debug(mm, address, &word, sizeof(word), true);
	mm_put(mm);
	return err != 0 ? -EIO : 0;
}

/* => 0; -ESRCH it has ended meanwhile; -EIO no such signal */
static long go_on(int pid, enum trace_mode mode, u32 sig)
{
	struct tracee *tr;

	if (sig > SIGNAL_MAX)
		return -EIO;
	tr = ptrace_lock(pid);
	if (tr == NULL)
		return -ESRCH;
	resume(tr, mode, (int)sig);
	ptrace_unlock();
	return 0;
}

static long detach(int pid, u32 sig)
{
	struct tracee *tr;

	if (sig > SIGNAL_MAX)
		return -EIO;
	tr = ptrace_lock(pid);
	if (tr == NULL)
		return -ESRCH;
	tr->stop->given = (int)sig;
	unlink_tracee(tr);
	ptrace_unlock();
	return 0;
}

static long set_options(int pid, u32 options)
{
	struct tracee *tr;

	if (options & ~OPTIONS)
		return -EINVAL;
	tr = ptrace_lock(pid);
	if (tr == NULL)
		return -ESRCH;
	tr->options = options;
	ptrace_unlock();
	return 0;
}

static long get_message(int pid, u32 __user *to)
{
	const struct tracee *tr = ptrace_lock(pid);
	u32 message;

	if (tr == NULL)
		return -ESRCH;
	message = tr->message;
	ptrace_unlock();
	return put_user_u32(message, to);
}

#define SIGINFO_BYTES 128 /* of a program's; what we keep of it comes first */

static long get_info(int pid, char __user *to)
{
	const struct tracee *tr = ptrace_lock(pid);
	u8 all[SIGINFO_BYTES] = {0};
	bool none;

	if (tr == NULL)
		return -ESRCH;
	none = tr->stop->info == NULL;
	if (!none)
		memcpy(all, tr->stop->info, sizeof(struct siginfo));
	ptrace_unlock();
	return none ? -EINVAL : copy_to_user(to, all, sizeof(all));
}

static long set_info(int pid, const void __user *from)
{
	struct siginfo info;
	struct tracee *tr;
	long err = -EINVAL;

	if (copy_from_user(&info, from, sizeof(info)) != 0)
		return -EFAULT;
	tr = ptrace_lock(pid);
	if (tr == NULL)
		return -ESRCH;
	if (tr->stop->info != NULL) {
		*tr->stop->info = info;
		err = 0;
	}
	ptrace_unlock();
	return err;
}

static long listen(int pid)
{
	struct tracee *tr = ptrace_lock(pid);
	long err = -EIO;

	if (tr == NULL)
		return -ESRCH;
	if (tr->seized && tr->stop->code >> 8 == PTRACE_EVENT_STOP) {
		tr->stop->listening = true;
		sched_wake_stopped(tr->task); /* it may have something to hear of already */
		err = 0;
	}
	ptrace_unlock();
	return err;
}

/* PTRACE_INTERRUPT, PTRACE_KILL: of one that need not stand still. */
static long ask_running(int pid, bool kill)
{
	struct task *t;
	long err = -ESRCH;

	spin_lock(&task_list_lock);
	t = pid > 0 ? task_find((u32)pid) : NULL;
	if (t != NULL && t->tracee != NULL && t->tracee->tracer == current) {
		err = kill || t->tracee->seized ? 0 : -EIO;
		if (kill)
			(void)signal_send(t, SIGKILL, NULL);
		else if (err == 0)
			signal_set_traced(t, TRACED_SEIZED, true);
	}
	spin_unlock(&task_list_lock);
	return err;
}

static long of_stopped(u32 request, int pid, u32 address, u32 data)
{
	void __user *user = (void __user __force *)data;

	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek(pid, address, user);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return poke(pid, address, data);
	case PTRACE_CONT:
		return go_on(pid, TRACE_CONT, data);
	case PTRACE_SYSCALL:
		return go_on(pid, TRACE_CALLS, data);
	case PTRACE_SINGLESTEP:
		return go_on(pid, TRACE_STEP, data);
	case PTRACE_DETACH:
		return detach(pid, data);
	case PTRACE_SETOPTIONS:
	case PTRACE_OLDSETOPTIONS:
		return set_options(pid, data);
	case PTRACE_GETEVENTMSG:
		return get_message(pid, user);
	case PTRACE_GETSIGINFO:
		return get_info(pid, user);
	case PTRACE_SETSIGINFO:
		return set_info(pid, user);
	case PTRACE_LISTEN:
		return listen(pid);
	default:
		return arch_ptrace(request, pid, address, data);
	}
}

long sys_ptrace(u32 request, int pid, u32 address, u32 data)
{
	bool exists;

	if (request == PTRACE_TRACEME)
		return trace_me();
	spin_lock(&task_list_lock);
	exists = pid > 0 && task_find((u32)pid) != NULL;
	spin_unlock(&task_list_lock);
	if (!exists)
		return -ESRCH;
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
		return attach(pid, request == PTRACE_SEIZE, address, data);
	if (request == PTRACE_KILL || request == PTRACE_INTERRUPT)
		return ask_running(pid, request == PTRACE_KILL);
	if (ptrace_lock(pid) == NULL)
		return -ESRCH;
	ptrace_unlock();
	return of_stopped(request, pid, address, data);
}
