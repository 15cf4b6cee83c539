/* SPDX-License-Identifier: MIT */
/* task.h - a task: one thread of execution, with the process it belongs to. */
#pragma once

#include <arch/arch_task.h>
#include <octavo/config.h>
#include <octavo/lockval.h>
#include <octavo/preempt.h>
#include <octavo/signal.h>
#include <octavo/wait.h>
#include <uapi/octavo/limits.h>

struct cred;
struct mm;
struct files;
struct fs_context;
struct fail_plan;
struct tracee;

enum task_state {
	TASK_RUNNABLE,
	TASK_SLEEPING,      /* only a wake makes it runnable */
	TASK_INTERRUPTIBLE, /* a signal does too */
	TASK_STOPPED,       /* by a signal: SIGCONT and SIGKILL make it runnable */
	TASK_ZOMBIE,        /* ended; its parent has not asked yet */
	TASK_DEAD,          /* off every list; freed by task_reap_dead() */
};

#define TASK_KTHREAD        0x1u  /* no user mode, no mm of its own */
#define TASK_MEMALLOC       0x2u  /* frees memory now: may take the last pages (bal-27) */
#define TASK_UNLISTED       0x8u  /* task_unlist() was called [tl] */
#define TASK_NPROC_EXCEEDED 0x20u /* setuid(2) gave it a user with too many tasks */
#define TASK_GAINS          0x40u /* execve(2) is about to let it do more [o], set under [tl] */

/* Bits of task.attributes, see prctl(2). */
#define ATTR_NO_NEW_PRIVS 0x8u

/*
 * Legend: [I] immutable after creation, [o] only the task itself, [rq] runqueue_lock of its CPU,
 * [tl] task_list_lock, [a] atomic.
 */
struct task {
	struct task_head head; /* first: see preempt.h; [o] but need_resched and user_work */
	u32 pid;               /* [tl] its thread id; changed by exec of a thread only */
	u32 flags;             /* [o] TASK_* bits */
	void *kstack;          /* [I] lowest address of the kernel stack */
	struct mm *mm; /* [o], others under [tl]; NULL: a kernel thread, borrowing active_mm */
	struct mm *active_mm;  /* [o] whose page tables are loaded */
	struct arch_task arch; /* [o] */
	u32 tgid;              /* [I] its process's id: the leader's pid */

	enum task_state state; /* [rq] */
	u8 on_rq;              /* [rq] 0: asleep; else the queue that it was put in last, plus 1 */
	s32 slice_left_ns;     /* [rq] of its time slice; charged when it is switched out */
	s32 slice_ns;          /* [tl] a whole one, by `nice`; read without */
	u64 run_ns;            /* [rq] time it has run */
	u64 started_ns;   /* when it was listed, so in that order; execve(2)'s leader takes over its
				* predecessor's [tl] */
	bool follows;     /* is no leader: process_run_ns(). Set before it runs, cleared by itself
				* when it is alone in its process */
	u32 charged_ns;   /* [rq] low half of the clock when run_ns was counted last */
	u32 nr_switches;  /* [rq] how often another one ran instead */
	u32 nr_preempted; /* [rq] of them, those when it could have gone on */
	u32 nr_faults;    /* [o] page faults, served or not */
	TAILQ_ENTRY(task) rq_link; /* [rq] */

	u32 user_ticks, system_ticks; /* [o] ticks that found it in user mode, in the kernel */
	struct cpu_times told_times;  /* [sighand_lock] see cpu_time.c */

	LIST_ENTRY(task) thread_link; /* [tl and sighand_lock] in signal->threads */
	/* From here to exit_code: of a process, and used in its leader only. */
	struct task *parent;                      /* [tl] a leader too */
	volatile u32 parent_pid;                  /* [tl] its pid, or 0; read without */
	TAILQ_HEAD(task_children, task) children; /* [tl] that have not ended, the oldest first */
	struct task_children zombies; /* [tl] that have, and are to be waited for; the same order */
	TAILQ_ENTRY(task) sibling;    /* [tl] in one of the two */
	LIST_ENTRY(task) pid_hash;    /* [tl] every task but the idle ones */
	struct wait_queue child_exit; /* wait4() sleeps here; and any task that calls vfork() */
	int exit_status;              /* raw wait status; valid from TASK_ZOMBIE on [tl] */
	int exit_code;                /* full 32 bits given to exit */
	struct task *vfork_parent;    /* [tl] sleeps until we exec or exit */
	u32 exit_signal; /* [tl] what the parent gets when we end; 0: nothing. clone(2) */
	u32 __user *clear_child_tid; /* [o] zeroed when we leave our memory; set_tid_address(2) */
	void __user *robust_list;    /* [o], others under [tl]; set_robust_list(2) */

	u32 pgid, sid; /* process group and session [tl and pgrp_lock]; 0: a kernel thread */
	LIST_ENTRY(task) pgrp_link;    /* [tl and pgrp_lock] */
	LIST_ENTRY(task) session_link; /* [tl and pgrp_lock] */
	struct signal_state *signal;   /* [I] of its process, see signal.h */
	struct signal_thread sig;      /* see signal.h */

	LIST_HEAD(task_segments, segment)
	shm_made;                /* [shm_mutex] that it has made; looked at without */
	struct cred *cred;       /* [o], others under [tl], under which it changes: cred.h */
	struct files *files;     /* [o], others under [tl]; shared by threads */
	struct fs_context *fs;   /* [o], others under [tl]: root, working directory; shared, too */
	volatile u32 oom_victim; /* 1: the OOM killer's: may take the last pages; never cleared [a] */
	atomic_t fail_nth;       /* [a] allocations until one fails; 0: none does */
	struct fail_plan *fail_plan; /* [o] fault injection, see fail.h; NULL: none */
	s8 nice;                     /* [tl] */
	u8 policy;                   /* [tl] SCHED_* */
	u8 parent_death_signal;      /* [o], others under [tl]; 0: none. prctl(2) */
	u32 cpu_set;                 /* [tl] CPUs that it may run on */
	u32 attributes;              /* [o] ATTR_*, others under [tl] */
	u32 personality;             /* [o] */
	u32 timer_slack_ns;          /* [o] */
	char comm[TASK_COMM_LEN];    /* [tl]; its own is read without */
	struct tracee *tracee;       /* [tl] NULL: nobody traces it. ptrace.h */
	struct lock_state locks;     /* [o] debug flavour */
};

static inline struct task *current_task(void)
{
	return arch_current();
}
#define current current_task()

/* --- task.c: making and finding tasks (kernel/task.c) --- */

/* task_alloc - a task with kernel stack and pid, nothing running yet, on no list: a process of its own.
 * task_alloc_thread: it is to be one more thread of `process`, which is current's.
 *   => may sleep; err_ptr(-ENOMEM), err_ptr(-EAGAIN) where pids are short */
struct task *task_alloc(const char *comm);
struct task *task_alloc_thread(const char *comm, struct signal_state *process);
/* task_free - what task_alloc made; not for a task that can still run. => may sleep */
void task_free(struct task *t);
/* task_alloc_idle - what another CPU runs where it has nothing to do: on no list, no pid. => boot; NULL */
struct task *task_alloc_idle(unsigned cpu);
/* task_list - whoever looks for a task finds t from now on: all that others look at is there.
 *   => task_list_lock held */
void task_list(struct task *t);
/* task_unlist - off the lists of all tasks, pids, groups: nobody finds it any more.
 *   => task_list_lock held; task_free() does it where it has not been done */
void task_unlist(struct task *t);
/* task_swap_pids - each is listed with the other's pid. => task_list_lock held */
void task_swap_pids(struct task *a, struct task *b);
/* task_reap_dead - free the kernel threads that have ended. task_alloc() does it too. => sleeps */
void task_reap_dead(void);
/* task_is_known - is `t` a task? Reads only what the lists of tasks lead to, so that a panic may ask
 * it of any pointer; takes no lock. */
bool task_is_known(const struct task *t);
/* task_find - by pid; => task_list_lock held */
struct task *task_find(u32 pid);
/* task_next_pid - the smallest pid in use that is not below `from`; 0: there is none. => any context;
 * the task may be gone by the time that one looks */
u32 task_next_pid(u32 from);
/* task_next_process, task_next_thread - the same of processes; of threads of process `tgid`.
 *   => takes task_list_lock, for one task at a time */
u32 task_next_process(u32 from);
u32 task_next_thread(u32 tgid, u32 from);
u32 task_count(void);    /* tasks, the idle one of this CPU not counted */
u32 tasks_created(void); /* since boot */
u32 task_last_pid(void);
/* kernel.pid_max - new pids are below it; PID_MAX_LEAST to PID_MAX. => 0; takes task_list_lock */
#define PID_MAX_LEAST 301u
u32 task_pid_max(void);
int task_set_pid_max(u32 max);
extern spinlock_t task_list_lock;
LIST_HEAD(task_list, task);
extern struct task *init_task; /* PID 1; orphans go to it */
/* task_set_nice - -20 to 19, and the slice that goes with it. => task_list_lock */
void task_set_nice(struct task *t, int nice);
/* task_set_comm - the current task's name, cut at 15 bytes. => takes task_list_lock */
void task_set_comm(const char *name);
void task_init(void);         /* caches and the boot task, early in main */
extern struct task boot_task; /* what runs kernel_main: becomes CPU 0's idle task */

/* kthread_create - a kernel thread that runs fn(arg); listed, not started: see sched_start().
 *   => may sleep; NULL or a task; it ends when fn returns, and is freed by itself */
struct task *kthread_create(int (*fn)(void *), void *arg, const char *name);

/* task_exit - the end of the current task: gives everything back, tells the parent.
 * `status` is the raw wait status, `code` the full exit code. => sleeps; does not return */
void task_exit(int status, int code) __noreturn;

/* signal_pending - is there a signal that the current task has to look at? An interruptible sleep ends
 * then, with -ERESTARTSYS or what its call says. => any context */
static inline bool signal_pending(void)
{
	return current->head.work_signal != 0;
}
/* signal_fatal - is the current task to end: of a signal, or because its process does? */
static inline bool signal_fatal(void)
{
	return current->sig.must_exit;
}

/* task_leader - the task that stands for the process of t. => t is current, or task_list_lock held */
static inline struct task *task_leader(const struct task *t)
{
	return t->signal->leader;
}
/* task_is_leader - is t a process, not one more of its threads? */
static inline bool task_is_leader(const struct task *t)
{
	return t->signal->leader == t;
}
/* process_ended - has the process that t leads ended, with all its threads? => task_list_lock held */
static inline bool process_ended(const struct task *t)
{
	return t->state == TASK_ZOMBIE && t->signal->nr_threads == 1;
}
