/* SPDX-License-Identifier: MIT */
/*
 * signal.h - signals: what is pending, what is done about it, and how it reaches the program.
 *
 *	struct signal_state	of a process, one for all of its threads: who they are, actions, what
 *				any of them may take, job control, limits
 *	struct signal_thread	of a task: its mask, what is for it alone, its alternate stack
 *
 *	process --> threads: leader - task - task	the leader stays listed as a zombie until it is the
 *							last; it stands for the process among
 *							parents, children, groups and sessions
 *
 * A sender enters the signal under sighand_lock and sets head.work_signal of the task that is to
 * take it: that byte is signal_pending(), it wakes interruptible sleeps, and it brings the task into
 * user_return_work(), where signal_deliver() (signal_deliver.c) does what the action says.
 *
 * Lock order: task_list_lock > pgrp_lock > sighand_lock > timer_lock, wait queues, run queue.
 */
#pragma once

#include <octavo/spinlock.h>
#include <octavo/time.h>
#include <octavo/types.h>
#include <octavo/wait.h>
#include <sys/queue.h>
#include <uapi/octavo/limits.h>
#include <uapi/octavo/signal.h>

struct task;
struct tracee;
struct trapframe;
struct user;

struct rlimit { /* units of its kind; RLIMIT_INFINITE: none */
	u32 cur, max;
};

struct use_counts {
	u32 nr_faults, nr_switches, nr_preempted; /* as in struct task */
};

struct cpu_times {
	u64 user_ns, system_ns;
	u32 max_resident; /* pages: the most at one time, of all programs that it was */
	struct use_counts uses;
};

typedef u64 sigset_bits; /* bit n - 1 is signal n */
#define SIG_BIT(sig)     ((sigset_bits)1 << ((sig)-1))
#define SIGS_KERNEL_ONLY (SIG_BIT(SIGKILL) | SIG_BIT(SIGSTOP)) /* no program changes these */
#define SIGS_STOP        (SIG_BIT(SIGSTOP) | SIG_BIT(SIGTSTP) | SIG_BIT(SIGTTIN) | SIG_BIT(SIGTTOU))
/* ignored where the program does not say otherwise */
#define SIGS_IGNORED     (SIG_BIT(SIGCONT) | SIG_BIT(SIGCHLD) | SIG_BIT(SIGWINCH) | SIG_BIT(SIGURG))
/* what an instruction causes: taken before any other */
#define SIGS_FAULT                                                                                 \
	(SIG_BIT(SIGSEGV) | SIG_BIT(SIGBUS) | SIG_BIT(SIGILL) | SIG_BIT(SIGTRAP) |                 \
	 SIG_BIT(SIGFPE) | SIG_BIT(SIGSYS))

/* Linux's struct sigaction, as rt_sigaction(2) has it on i386 and ARM. */
struct sig_action {
	u32 handler, flags, restorer;
	u32 mask[2];
};
_Static_assert(sizeof(struct sig_action) == 20, "the ABI");

/* The part of Linux's siginfo that is ever used; the rest of its 128 bytes is 0. */
struct siginfo {
	s32 signo, error, code;
	union {
		u32 words[5];
		struct {
			u32 pid, uid;
			union {
				u32 value; /* sigqueue(3) */
				struct {   /* SIGCHLD */
					s32 status;
					u32 utime, stime;
				};
			};
		};
		u32 address; /* of a fault */
	};
};
#define SIGINFO_BYTES 128 /* in user memory */

/* A pending signal with its siginfo. */
struct sigqueue {
	STAILQ_ENTRY(sigqueue) link;
	struct siginfo info;
	struct user *user; /* whom it counts for, where it was allocated */
	bool of_thread;    /* a thread's `fault`, and pending */
};
STAILQ_HEAD(sigqueue_list, sigqueue);

struct sigpending {
	sigset_bits set; /* a signal is in it whether or not there was memory for its siginfo */
	struct sigqueue_list queue;
};

/* Actions that are not plain SIG_DFL or SIG_IGN: a process gets the table when it sets the first. */
struct sigactions {
	sigset_bits custom; /* the entries that count */
	struct sig_action action[SIGNAL_MAX];
};

#define SIGQUEUE_OWN 4 /* so many standard signals with siginfo need no memory */

struct cpu_timer { /* ITIMER_VIRTUAL, ITIMER_PROF: counted in ticks' time */
	u64 left_ns, interval_ns;
};

/* What a wait call has not been told yet, besides the end. */
enum job_report { JOB_NOTHING, JOB_STOPPED, JOB_CONTINUED };

#define GROUP_THREADS_MAX 4096 /* of a process: its threads are walked under sighand_lock */

#define FATAL_EXIT 0x100u /* signal_state.fatal: exit_group(2) */

/* Of a process; all fields but the lock and those with a mark: [lock] */
struct signal_state {
	spinlock_t lock;     /* sighand_lock */
	atomic_t refs;       /* [a] tasks that point here; the last one frees it */
	struct task *leader; /* [lock and task_list_lock] its pid is the process's */
	LIST_HEAD(group_threads, task) threads; /* [lock and task_list_lock] */
	u32 nr_threads;                         /* [lock and task_list_lock] in that list */
	u32 nr_live;                            /* of them, those that have not begun to exit */
	u32 nr_to_stop;                         /* that have not stopped yet for stopped_by */
	struct task *execer;                    /* the thread that the others end for, execve(2) */
	struct wait_queue gone;                 /* execer sleeps here until it is alone */
	int exit_status,
		exit_code;   /* of the process, where `fatal` is set; else the last thread's */
	sigset_bits ignored; /* SIG_IGN */
	struct sigactions *actions; /* NULL: every action is in `ignored`, or SIG_DFL */
	struct sigpending shared;   /* for whichever thread takes it */
	struct sigqueue own[SIGQUEUE_OWN];
	u32 own_used;                 /* bits */
	struct sigqueue_list dropped; /* allocated entries to free, by whoever may */
	volatile u32 fatal;           /* the signal that ends it, FATAL_EXIT, or 0; read without */
	bool untouchable;             /* PID 1: what would end or stop it by default is dropped */
	bool dying;                   /* in task_exit(): takes no signal any more */
	u32 nr_tracees_ended;         /* [task_list_lock] of them: threads that have ended */
	LIST_HEAD(, tracee) tracees;  /* [task_list_lock] of all its threads: ptrace.h */
	u64 nr_kills;                 /* [task_list_lock] all kill(-1) before have reached it */
	bool session_leader;          /* [task_list_lock] */
	bool subreaper;          /* [task_list_lock] orphans among its descendants become its own */
	bool death_signals;      /* [task_list_lock] a thread may have a parent_death_signal */
	bool no_tty;             /* gave up its session's terminal (TIOCNOTTY); its own affair */
	bool has_execed;         /* [task_list_lock] for setpgid(2) */
	u8 stop_wanted;          /* a stop signal was taken, and no SIGCONT came since */
	u8 stopped_by;           /* stopped by this signal; 0: not stopped */
	u8 tell_parent;          /* CLD_CONTINUED is to be told, or 0 */
	u8 report;               /* enum job_report */
	struct timer real_timer; /* ITIMER_REAL */
	u64 real_interval_ns;
	bool cpu_timers_on; /* read without */
	struct cpu_timer virtual_timer, prof_timer;
	volatile u64 threads_ns
		__aligned(8);              /* [a] what its tasks but the leader have run, and had */
	atomic_t user_ticks, system_ticks; /* [a] the same that each task has */
	struct cpu_times told_times;       /* see cpu_time.c */
	u32 max_resident; /* [task_list_lock] pages: the most in any mm that its tasks have left */
	struct use_counts uses_before;   /* of tasks that have left it */
	struct cpu_times children_times; /* [task_list_lock] of children that were waited for */
	/* Changed under task_list_lock (but RLIMIT_CPU's soft one goes up a second in one step as time
	 * passes: rlimit_cpu()), read by their own process without. */
	struct rlimit rlimits[RLIM_NLIMITS];
	volatile u32 oom_victim; /* 1: the OOM killer's: may take the last pages; never cleared [a] */
};

#define TRACED_ATTACHED 1u
#define TRACED_SEIZED   2u /* PTRACE_SEIZE: hears of stops and SIGCONT as they are */

/* How a call goes on that restart_syscall(2) continues. */
struct restart_block {
	long (*fn)(struct restart_block *); /* NULL: EINTR */
	u64 when_ns;
	void __user *remaining;
	u32 wide;    /* remaining is a timespec of 64 bits */
	u32 args[4]; /* what else fn wants */
};

/* Of a task; [o] its own, `blocked` and `pending` changed under the process's sighand_lock. */
struct signal_thread {
	sigset_bits blocked;        /* [o] read by senders under the lock */
	sigset_bits really_blocked; /* [lock] while sigtimedwait(2) has opened the mask; else 0 */
	sigset_bits saved;          /* [o] the mask to return to after sigsuspend(2) */
	bool restore_saved;         /* [o] */
	volatile bool must_exit;    /* [lock] it is to end: read without */
	bool exiting;               /* [lock] in task_exit(): takes no signal any more */
	bool to_stop;               /* [lock] counted in nr_to_stop */
	bool to_trap;               /* [lock] its tracer wants it to stop, or to hear of SIGCONT */
	u8 traced;                  /* [lock and task_list_lock] TRACED_*, or 0: ptrace.h */
	struct sigpending pending;  /* [lock] */
	struct sigqueue fault;      /* [lock] for the siginfo of its own fault */
	u32 alt_sp, alt_size, alt_flags; /* [o] sigaltstack(2) */
	struct restart_block restart;    /* [o] */
};

/* --- sending (signal.c) --- */

/* signal_send - `sig` to the process of t, as kill(2) does. info NULL: from the kernel (SI_KERNEL).
 * A standard signal never fails: without room its siginfo is lost.
 *   => any context, t stays alive meanwhile (task_list_lock, pgrp_lock, or it is current);
 *   0; -EAGAIN a queued (sigqueue) signal found no memory */
int signal_send(struct task *t, int sig, const struct siginfo *info);
/* signal_send_state - the same to the process of s, from a timer of its own. */
void signal_send_state(struct signal_state *s, int sig);
/* signal_send_thread - the same to the one task, as tkill(2) does. */
int signal_send_thread(struct task *t, int sig, const struct siginfo *info);
/* signal_send_entry - either of them with `*spare`, memory for one siginfo, or NULL; it is set to
 * NULL where it was used. */
int signal_send_entry(struct task *t, int sig, const struct siginfo *info, bool thread,
		      struct sigqueue **spare);
/* signal_wants_memory - would signal_send_entry() need a spare one? A guess. => any context */
bool signal_wants_memory(struct task *t, int sig);
/* signal_may_send - may `sender` send `sig` to t: as cred_may_signal(), but SIGCONT is for everybody in
 * the session. kill(2) => task_list_lock held */
bool signal_may_send(const struct task *sender, const struct task *t, int sig);
/* kill_all_reach - send what each running kill(-1) has for the process t, which it was still to reach.
 *   => task_list_lock held */
void kill_all_reach(struct task *t);
/* signal_send_group - to every process of process group `pgid`. => any context; 0, -ESRCH */
int signal_send_group(u32 pgid, int sig);
/* signal_send_self - from the kernel to the current process, as raise(3): SIGPIPE. */
void signal_send_self(int sig);
/* signal_force - the current task did something that it cannot go on from: `info` says what. Where it
 * does not catch the signal, it dies of it, whatever it blocks or ignores. => true: it dies */
bool signal_force(const struct siginfo *info);
/* signal_exit_group - the current process ends with that raw wait status and code, where it does not
 * end of something else already: all its threads are told. */
void signal_exit_group(int status, int code);
/* signal_end - the same with `sig`. => the lock held */
void signal_end(struct signal_state *s, int sig);
/* signal_stop_threads - the process stops by `sig`: every thread is to look. => the lock held */
void signal_stop_threads(struct signal_state *s, int sig);
/* signal_end_others - all threads but the current one are to end. => the lock held */
void signal_end_others(struct signal_state *s);
/* signal_set_traced - t has a tracer (TRACED_*), or none any more; it looks what that means to it. `trap`: it
 * is to stop for the tracer. => task_list_lock held */
void signal_set_traced(struct task *t, unsigned traced, bool trap);
/* signal_kill - the process of t dies of `sig`, whatever it says (the OOM killer). => any context */
void signal_kill(struct task *t, int sig);
/* signal_action - what the process does about `sig`. => its lock held */
struct sig_action signal_action(const struct signal_state *s, int sig);
/* signal_ignores - is `sig` thrown away by that action? => the lock held */
bool signal_ignores(const struct signal_state *s, int sig);

/* --- pending --- */

/* signal_recalc - set or clear head.work_signal of the current task. => its process's lock held */
void signal_recalc(void);
/* signal_dequeue - take the next signal of the current task that is not in `blocked`.
 *   => the lock held; its number and *info, or 0 */
int signal_dequeue(sigset_bits blocked, struct siginfo *info);
/* signal_flush - forget pending signals of `set`, of t's process. => the lock held */
void signal_flush(struct task *t, sigset_bits set);
/* signal_free_dropped - free what flushes have left. => no lock held, not in an interrupt */
void signal_free_dropped(struct signal_state *s);
/* signal_set_blocked - the current task's mask; SIGKILL and SIGSTOP stay out of it. */
void signal_set_blocked(sigset_bits blocked);
/* signal_set_action - `*table` is memory for the first action that is not plain, and set to NULL where
 * it was used. => the lock held; 0, -ENOMEM it was needed and is NULL */
int signal_set_action(struct signal_state *s, int sig, const struct sig_action *a,
		      struct sigactions **table);
struct sigactions *sigactions_alloc(void);      /* NULL; sleeps */
void sigactions_free(struct sigactions *table); /* NULL is nothing */
/* sigqueue_alloc - for `sig` with *info (NULL: the kernel's) to t. What programs queue is limited by
 * RLIMIT_SIGPENDING, standard signals of kill(2) and the kernel are not.
 *   => task_list_lock held, not in an interrupt; NULL */
struct sigqueue *sigqueue_alloc(const struct task *t, int sig, const struct siginfo *info);
void sigqueue_free(struct sigqueue *q); /* NULL is nothing. => the same */
/* sigqueue_count - entries that the user of t has, and those in its process. => task_list_lock held */
u32 sigqueue_count(const struct task *t);

/* --- life --- */

/* signal_task_init - of a new task: it is the leader of a process of its own, all empty; or one more
 * task of `process`, not listed there yet. => 0, -ENOMEM; sleeps */
int signal_task_init(struct task *t, struct signal_state *process);
/* signal_fork - what a child inherits: mask and actions, nothing pending. => 0, -ENOMEM; sleeps */
int signal_fork(struct task *child, struct task *parent);
/* signal_inherit_thread - what another thread of the process does. */
void signal_inherit_thread(struct task *child, const struct task *parent);
/* signal_join - t is one of the threads of the current process now. => task_list_lock held; 0, -EAGAIN
 * there are too many; -ERESTARTNOINTR a signal is pending, which comes first */
int signal_join(struct task *t);
/* signal_leave - t, not the leader, is none of them any more. => task_list_lock held */
void signal_leave(struct task *t);
/* signal_exec_alone - end all threads but the current one, and make it the leader.
 *   => 0; -EAGAIN the process ends, or another thread does the same; sleeps */
int signal_exec_alone(void);
/* signal_exec - caught signals get their default action back; no alternate stack. => sleeps */
void signal_exec(void);
/* signal_exit - the current task, which ends with `status` and `code`, takes no more signals.
 *   => true: it is the process's last; the process takes none either, its timers are off; sleeps */
bool signal_exit(int status, int code);
/* signal_task_free - memory of a task that is gone, and of its process with the last one. */
void signal_task_free(struct task *t);
void signal_init(void); /* caches, the boot task */

/* --- delivery (signal_deliver.c) --- */

/* signal_deliver - from user_return_work(): act on what is pending. `from_call`: the frame is that
 * of a system call, which may have to be started again. => sleeps; may not return */
void signal_deliver(struct trapframe *frame, bool from_call);

/* --- the architecture's part --- */

/* arch_signal_frame - make `frame` run a.handler on the program's stack, so that sigreturn(2) brings
 * back what it is now; `mask` is to be restored then. => 0, -EFAULT the stack cannot take it; sleeps */
int arch_signal_frame(struct trapframe *frame, const struct sig_action *a,
		      const struct siginfo *info, sigset_bits mask);
/* arch_call_again - the system call of `frame` is to be made again when it is returned to. */
void arch_call_again(struct trapframe *frame);
/* arch_call_restart - restart_syscall(2) is to be called then. */
void arch_call_restart(struct trapframe *frame);

/* signal_altstack_now - SS_DISABLE, SS_ONSTACK or 0, where the stack pointer is sp. */
u32 signal_altstack_now(const struct signal_thread *st, uintptr_t sp);

/* signal_set_altstack - as sigaltstack(2) of a program whose stack pointer is user_sp.
 *   => 0, -EPERM it is on the stack that is set, -EINVAL, -ENOMEM smaller than min_size */
int signal_set_altstack(u32 sp, u32 flags, u32 size, uintptr_t user_sp, u32 min_size);

/* --- process groups and sessions (pgrp.c) --- */

/* pgrp_join - list t in its group and session (t->pgid, t->sid). pgrp_leave - off both.
 *   => task_list_lock held */
void pgrp_join(struct task *t);
void pgrp_leave(struct task *t);
/* pgrp_replace - t, in no group, takes the place of `old` in its group and session, which `old` leaves.
 *   => task_list_lock held */
void pgrp_replace(struct task *old, struct task *t);
/* pgrp_id_in_use - is `id` that of a group or session? => task_list_lock held */
bool pgrp_id_in_use(u32 id);
/* pgrp_for_each - fn on every member of a group, until it is not 0. => pgrp_lock is held during fn */
int pgrp_for_each(u32 pgid, int (*fn)(struct task *t, void *arg), void *arg);
/* pgrp_is_orphaned - has no member a parent in another group of its session? (setpgid(2), "orphaned
 * process group") `but`: a task that does not count, or NULL. => task_list_lock held */
bool pgrp_is_orphaned(u32 pgid, const struct task *but);
/* pgrp_parent_lost - t has lost `parent`, or is `dying`: a group that is orphaned by it and has stopped
 * members gets SIGHUP and SIGCONT. => task_list_lock held */
void pgrp_parent_lost(struct task *t, const struct task *parent, const struct task *dying);

/* --- telling the parent (sys_wait.c) --- */

/* signal_parent_of_end - SIGCHLD for the end of the process that t leads.
 *   => task_list_lock held; true: t leaves no zombie */
bool signal_parent_of_end(struct task *t);
/* signal_parent_of_job - SIGCHLD for the current process stopped or continued: code CLD_*.
 *   => takes task_list_lock */
void signal_parent_of_job(int code, int status);

/* --- interval timers (itimer.c) --- */

/* itimers_tick - the tick that interrupted the current task. => in the timer interrupt */
void itimers_tick(bool user);
/* itimer_alarm_taken - SIGALRM to the process was taken from its queue: a real timer with an interval goes
 * on. => the lock held */
void itimer_alarm_taken(struct signal_state *s);
/* itimers_stop - the process ends. */
void itimers_stop(struct signal_state *s);
