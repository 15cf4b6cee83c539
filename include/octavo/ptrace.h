/* SPDX-License-Identifier: MIT */
/*
 * ptrace.h - one task, the tracer, looks at another and makes it stand still: ptrace(2).
 *
 *	tracer's process -> tracees: tracee - tracee	one for each task that its threads trace
 *				     |   \
 *				   task   stop		where it stands still, on its kernel stack
 *
 * All of it is under task_list_lock; signal_thread.traced says the same of the task to those who have its
 * sighand_lock only. A machine whose ARCH_TRACES is false has none of it: what stands behind is_traced()
 * is not compiled.
 */
#pragma once

#include <octavo/task.h>

struct siginfo;
struct trapframe;

enum trace_mode { TRACE_CONT, TRACE_CALLS, TRACE_STEP }; /* how a task went on */

/* A task that stands still for its tracer: in the kernel, its registers in its frame. [task_list_lock] */
struct trace_stop {
	u32 code;             /* as in the wait status: signal, event << 8 */
	int cld;              /* CLD_TRAPPED, CLD_STOPPED */
	struct siginfo *info; /* that came with it, or NULL */
	bool in_call;         /* before the end of a system call is told */
	u32 option;           /* PTRACE_O_* that it is for; 0: for all */
	u32 message;          /* with `option` */
	u32 segments;         /* fs, and gs in the upper half */
	int given;            /* the signal that it goes on with */
	bool listening;       /* PTRACE_LISTEN: nobody but its process ends it */
	bool resumed;
};

struct tracee {
	LIST_ENTRY(tracee) link;
	struct task *task; /* NULL: a thread that has ended */
	struct task *tracer;
	struct trace_stop *stop; /* NULL: it runs */
	u32 pid;                 /* of a thread that has ended */
	int status;              /* likewise, as wait(2) tells */
	u32 options;             /* PTRACE_O_* */
	u32 message;             /* PTRACE_GETEVENTMSG */
	u8 mode;                 /* enum trace_mode */
	bool seized;
	bool capable; /* CAP_SYS_PTRACE was there when it began */
	bool news;    /* the stop, or the end, was not told yet */
	bool newborn; /* its frame is still that of its parent's call */
	bool ended;   /* with all its threads, where it is a leader */
};

/* is_traced - has t a tracer? => of current, or the sighand_lock of t, or task_list_lock; or a guess */
static inline bool is_traced(const struct task *t)
{
	return ARCH_TRACES && t->sig.traced != 0;
}

/* --- the task that is traced, all by itself (ptrace_stop.c); they sleep --- */

/* ptrace_signal - it would take `sig`. => the signal that it is to take instead, with *info; 0: none */
int ptrace_signal(int sig, struct siginfo *info);
/* ptrace_group_stop - its process has stopped by `sig`; 0: its tracer has asked for it. */
void ptrace_group_stop(int sig);
/* ptrace_event - PTRACE_EVENT_*, where that was asked for */
void ptrace_event(u32 event, u32 message);
/* ptrace_exec - it has a new program; `pid` was its id before. */
void ptrace_exec(u32 pid);
/* ptrace_frame - it is about to look at its signals. `from_call`: the frame is that of a system call */
void ptrace_frame(struct trapframe *frame, bool from_call);
/* ptrace_call_begin - a system call begins. => true: it is not to be made, its result is in the frame */
bool ptrace_call_begin(struct trapframe *frame);
/* ptrace_call_end - work_trace is set: it ends. */
void ptrace_call_end(struct trapframe *frame);
/* ptrace_handler - the frame of a handler was made. */
void ptrace_handler(void);

/* --- birth and death (ptrace.c) --- */

/* ptrace_fork_prepare - what a clone(2) of the current task, which is traced, is: PTRACE_EVENT_*; 0: nobody
 * wants to know. *spare: memory for the child's tracee, or NULL: it will have no tracer.
 *   => 0, -ENOMEM; sleeps */
int ptrace_fork_prepare(u32 clone_flags, u32 *event, struct tracee **spare);
/* ptrace_fork - `child`, not running yet, is traced as the current task is. `spare` is taken over. */
void ptrace_fork(struct task *child, struct tracee *spare);
/* ptrace_tracer_left - t, which is about to end, leaves some of its tracees. => false: there are more;
 * task_list_lock held */
bool ptrace_leave_some(const struct task *t);
static inline bool ptrace_tracer_left(const struct task *t)
{
	return !ARCH_TRACES || likely(LIST_EMPTY(&t->signal->tracees)) || ptrace_leave_some(t);
}
/* ptrace_thread_ends - t, traced and no leader, leaves its process. => task_list_lock held */
void ptrace_thread_ends(struct task *t);
/* ptrace_process_ends - the process that t leads, which is traced, has ended. => task_list_lock held;
 * true: another than its parent is to be told first */
bool ptrace_process_ends(struct task *t);
/* ptrace_forget - t is not traced any more; whoever did is not told. => task_list_lock held */
void ptrace_forget(struct task *t);
/* ptrace_reaped - the end of tr was told: it goes, and a parent is told next. => task_list_lock held */
void ptrace_reaped(struct tracee *tr);
/* ptrace_limits - may the current task's program not give it more than it has, for the sake of who looks?
 *   => task_list_lock held */
static inline bool ptrace_limits(const struct task *t)
{
	return ARCH_TRACES && t->tracee != NULL && !t->tracee->capable;
}

/* --- for the architecture's requests (arch/x86/ptrace.c) --- */

/* ptrace_lock - the tracee of the current task with that id, where it stands still. => NULL; else
 * task_list_lock is held until ptrace_unlock() */
struct tracee *ptrace_lock(int pid);
void ptrace_unlock(void);

/* arch_ptrace - what ptrace.c does not know. => -EIO nor does it; -EFAULT, -ESRCH it has gone on */
long arch_ptrace(u32 request, int pid, u32 address, u32 data);
/* arch_trace_stop - the current task is about to stand still: what is not in its frame goes to memory. */
void arch_trace_stop(struct trace_stop *stop);
/* arch_trace_go - it goes on, with what its tracer has made of it. */
void arch_trace_go(const struct trace_stop *stop, enum trace_mode mode);
/* arch_trace_handler - the current task's registers are about to be saved for a handler: without a single step,
 * which is its tracer's and not the program's; it begins anew with the handler, ptrace_handler() */
void arch_trace_handler(void);
/* arch_call_is_return - a system call ends: is it one after which the frame is no system call's any more, but
 * what a signal has interrupted? */
bool arch_call_is_return(const struct trapframe *frame);
/* arch_call_none - the frame is no system call's: frame_call_gone(). */
void arch_call_none(struct trapframe *frame);

/* --- telling the tracer (sys_wait.c) --- */
/* ptrace_tell - SIGCHLD, and wake who waits: t has stopped or ended, as the codes of a siginfo say.
 *   => task_list_lock held; the tracer's process does not want to know of an end */
bool ptrace_tell(struct tracee *tr, struct task *t, int code, int status);
