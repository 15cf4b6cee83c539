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

struct mm;
struct files;
struct fs_context;
struct fail_plan;

enum task_state {
	TASK_RUNNABLE,
	TASK_SLEEPING,      /* only a wake makes it runnable */
	TASK_INTERRUPTIBLE, /* a signal does too */
	TASK_STOPPED,       /* by a signal: SIGCONT and SIGKILL make it runnable */
	TASK_ZOMBIE,        /* ended; its parent has not asked yet */
	TASK_DEAD,          /* off every list; freed by task_reap_dead() */
};

#define TASK_KTHREAD  0x1u  /* no user mode, no mm of its own */
#define TASK_MEMALLOC 0x2u  /* frees memory now: may take the last pages (bal-27) */
#define TASK_UNLISTED 0x8u  /* task_unlist() was called [tl] */
#define TASK_NO_TTY   0x10u /* gave up its session's controlling terminal (TIOCNOTTY) */

/* Bits of task.attributes, see prctl(2). */
#define ATTR_SUBREAPER    0x1u /* orphans among its descendants become its children */
#define ATTR_NOT_DUMPABLE 0x2u
#define ATTR_KEEPCAPS     0x4u
#define ATTR_NO_NEW_PRIVS 0x8u

struct rlimit { /* units of its kind; RLIMIT_INFINITE: none */
	u32 cur, max;
};

struct cpu_times {
	u64 user_ns, system_ns;
	u32 max_resident; /* pages: the most at one time, of all programs that it was */
};

/*
 * Legend: [I] immutable after creation, [o] only the task itself, [rq] runqueue_lock of its CPU,
 * [tl] task_list_lock, [a] atomic.
 */
struct task {
	struct task_head head; /* first: see preempt.h; [o] but need_resched and user_work */
	u32 pid;               /* [I] also the thread group's id: threads come later */
	u32 flags;             /* [o] TASK_* bits */
	void *kstack;          /* [I] lowest address of the kernel stack */
	struct mm *mm; /* [o], others under [tl]; NULL: a kernel thread, borrowing active_mm */
	struct mm *active_mm;  /* [o] whose page tables are loaded */
	struct arch_task arch; /* [o] */

	enum task_state state;     /* [rq] */
	bool on_rq;                /* [rq] queued, or running */
	s32 slice_left_ns;         /* [rq] of its time slice; charged when it is switched out */
	s32 slice_ns;              /* [tl] a whole one, by `nice`; read without */
	u64 run_ns;                /* [rq] time it has run */
	u64 started_ns;            /* [I] */
	u32 charged_ns;            /* [rq] low half of the clock when run_ns was counted last */
	u32 nr_switches;           /* [rq] */
	u32 nr_faults;             /* [o] page faults, served or not */
	TAILQ_ENTRY(task) rq_link; /* [rq] */

	u32 user_ticks, system_ticks;    /* [o] ticks that found it in user mode, in the kernel */
	struct cpu_times children_times; /* [o] of children that it has waited for */
	u32 max_resident;                /* [tl] pages: the most in any mm that it has left */

	struct task *parent;                     /* [tl] */
	volatile u32 parent_pid;                 /* [tl] its pid, or 0; read without */
	LIST_HEAD(task_children, task) children; /* [tl] that have not ended */
	struct task_children zombies;            /* [tl] that have, and are to be waited for */
	LIST_ENTRY(task) sibling;                /* [tl] in one of the two */
	LIST_ENTRY(task) all;                    /* [tl] every task but the idle ones */
	LIST_ENTRY(task) pid_hash;               /* [tl] */
	struct wait_queue child_exit;            /* wait4() sleeps here */
	int exit_status;           /* raw wait status; valid from TASK_ZOMBIE on [tl] */
	int exit_code;             /* full 32 bits given to exit */
	struct task *vfork_parent; /* [tl] sleeps until we exec or exit */
	u32 exit_signal;           /* [tl] what the parent gets when we end; 0: nothing. clone(2) */
	u32 __user *clear_child_tid; /* [o] zeroed when we leave our memory; set_tid_address(2) */
	void __user *robust_list;    /* [o], others under [tl]; set_robust_list(2) */

	u32 pgid, sid; /* process group and session [tl and pgrp_lock]; 0: a kernel thread */
	LIST_ENTRY(task) pgrp_link;     /* [tl and pgrp_lock] */
	LIST_ENTRY(task) session_link;  /* [tl and pgrp_lock] */
	struct signal_state *signal;    /* [I] of its process: its leader's own_signal */
	struct signal_state own_signal; /* see signal.h */
	struct signal_thread sig;       /* see signal.h */

	struct files *files;     /* [o], others under [tl] */
	struct fs_context *fs;   /* [o], others under [tl]: root, working directory */
	volatile u32 oom_victim; /* 1: the OOM killer's: may take the last pages; never cleared [a] */
	atomic_t fail_nth;       /* [a] allocations until one fails; 0: none does */
	struct fail_plan *fail_plan;         /* [o] fault injection, see fail.h; NULL: none */
	struct rlimit rlimits[RLIM_NLIMITS]; /* [tl]; its own are read without, see rlimit.h */
	s8 nice;                             /* [tl] */
	u8 policy;                           /* [tl] SCHED_* */
	u8 parent_death_signal;              /* [o], others under [tl]; 0: none. prctl(2) */
	u32 cpu_set;                         /* [tl] CPUs that it may run on */
	u32 attributes;                      /* [o] ATTR_*, others under [tl] */
	u32 personality;                     /* [o] */
	u32 timer_slack_ns;                  /* [o] */
	char comm[TASK_COMM_LEN];            /* [tl]; its own is read without */
	struct lock_state locks;             /* [o] debug flavour */
};

static inline struct task *current_task(void)
{
	return arch_current();
}
#define current current_task()

/* --- task.c: making and finding tasks (kernel/task.c) --- */

/* task_alloc - a task with kernel stack, pid, nothing running yet, on no list but the pid table.
 *   => may sleep; err_ptr(-ENOMEM), err_ptr(-EAGAIN) where pids are short */
struct task *task_alloc(const char *comm);
/* task_free - what task_alloc made; not for a task that can still run. => may sleep */
void task_free(struct task *t);
/* task_unlist - off the lists of all tasks, pids, groups: nobody finds it any more.
 *   => task_list_lock held; task_free() does it where it has not been done */
void task_unlist(struct task *t);
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
u32 task_count(void);    /* tasks, the idle one of this CPU not counted */
u32 tasks_created(void); /* since boot */
u32 task_last_pid(void);
/* kernel.pid_max - new pids are below it; PID_MAX_LEAST to PID_MAX. => 0; takes task_list_lock */
#define PID_MAX_LEAST 301u
u32 task_pid_max(void);
int task_set_pid_max(u32 max);
extern spinlock_t task_list_lock;
LIST_HEAD(task_list, task);
extern struct task_list all_tasks; /* [task_list_lock] */
extern struct task *init_task;     /* PID 1; orphans go to it */
/* task_set_nice - -20 to 19, and the slice that goes with it. => task_list_lock */
void task_set_nice(struct task *t, int nice);
/* task_set_comm - the current task's name, cut at 15 bytes. => takes task_list_lock */
void task_set_comm(const char *name);
void task_init(void);         /* caches and the boot task, early in main */
extern struct task boot_task; /* what runs kernel_main: becomes CPU 0's idle task */

/* kthread_create - a kernel thread that runs fn(arg); not started: see sched_start().
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
/* signal_fatal - is the current process to die of a signal? */
static inline bool signal_fatal(void)
{
	return current->signal->fatal != 0;
}
