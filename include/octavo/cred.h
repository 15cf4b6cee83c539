/* SPDX-License-Identifier: MIT */
/*
 * cred.h - who a task is: users, groups, capabilities. credentials(7), capabilities(7)
 *
 *	task -> cred (immutable, counted) -> groups (immutable, counted)
 *				          -> user (how many tasks it has)
 *
 * A cred is never changed once a task has it: a task that becomes somebody else gets another one, and
 * tasks that have not changed share theirs. A task reads its own without a lock; others read it under
 * task_list_lock, under which it is replaced.
 */
#pragma once

#include <arch/atomic.h>
#include <octavo/types.h>
#include <sys/queue.h>
#include <uapi/octavo/capability.h>

struct inode;
struct task;

typedef u64 cap_set; /* a bit for each CAP_* */
#define CAP_BIT(cap) (1ull << (cap))
#define CAP_ALL      (CAP_BIT(CAP_LAST_CAP + 1) - 1)

#define ID_NONE 0xffffffffu /* no user or group: -1 */
/* id_to_16 - as structures of 16 bits tell it: kernel.overflowuid where it does not fit */
static inline u16 id_to_16(u32 id)
{
	return (u16)(id > 0xffff ? 65534 : id);
}

struct groups { /* supplementary ones, ascending [I] */
	atomic_t refs;
	u32 nr;
	u32 ids[];
};

struct user { /* all under task_list_lock */
	LIST_ENTRY(user) link;
	u32 uid;
	u32 refs;       /* of creds and siginfos */
	u32 nr_tasks;   /* tasks whose real user it is: RLIMIT_NPROC */
	u32 nr_signals; /* allocated siginfos, pending for them: RLIMIT_SIGPENDING */
};

struct cred { /* [I] but refs */
	atomic_t refs;
	u32 uid, euid, suid, fsuid;
	u32 gid, egid, sgid, fsgid;
	struct groups *groups; /* NULL: none */
	struct user *user;     /* that `uid` is */
	cap_set permitted, effective, inheritable, bounding, ambient;
	u32 securebits; /* SECBIT_* */
};

extern struct cred root_cred; /* what the machine starts with; never freed */

/* capable - may the current task do what CAP_`cap` allows? */
bool capable(unsigned cap);

/* cred_prepare - a copy of the current task's cred to alter. => NULL: no memory; sleeps */
struct cred *cred_prepare(void);
/* cred_commit - the current task is `new` (from cred_prepare(), taken over in any case) from now on.
 *   => 0, -EAGAIN no memory for its user: nothing has changed; sleeps */
int cred_commit(struct cred *new);
/* cred_abort - `new` from cred_prepare() is not wanted after all. => sleeps */
void cred_abort(struct cred *new);
/* cred_inherit - `t`, which has none, shares `from`, whose tasks it counts among. => task_list_lock */
void cred_inherit(struct task *t, struct cred *from);
/* cred_leave - `t` is not counted any more; the cred is to be put. => task_list_lock; the cred */
struct cred *cred_leave(struct task *t);
void cred_get(struct cred *c);
void cred_put(struct cred *c); /* => no task_list_lock; sleeps */
/* cred_over_nproc - has the user of the current task more than RLIMIT_NPROC tasks, or just so many that
 * one more would be (`more` 1), and is it bound by that? => task_list_lock held */
bool cred_over_nproc(u32 more);

/* cred_is_no_more - is `new` the same effective and file-system user and group as `old`, with no
 * capability that this does not have? */
bool cred_is_no_more(const struct cred *old, const struct cred *new);

/* user_charge_signal - one more siginfo will be pending for t; `limited`: unless the user of t has as many
 * as the limit of t says. => task_list_lock held; whom to give to user_uncharge_signal() in the end, or
 * NULL */
struct user *user_charge_signal(const struct task *t, bool limited);
void user_uncharge_signal(struct user *u); /* => task_list_lock held */

/* cred_in_group - is `gid` its file-system group, or one of the supplementary ones? */
bool cred_in_group(const struct cred *c, u32 gid);

/* cred_may_signal - may `sender` send signals to t as far as users go? kill(2) => task_list_lock held */
bool cred_may_signal(const struct task *sender, const struct task *t);
/* cred_may_schedule - is t the current task's user's, or may it change the scheduling of all?
 *   => task_list_lock held */
bool cred_may_schedule(const struct task *t);
/* cred_may_limit - may the current task see and change limits of t? prlimit(2) => task_list_lock held */
bool cred_may_limit(const struct task *t);
/* cred_may_inspect - may the current task look into t's memory, files, directories? It asks by way of a
 * file, or itself as its real user. ptrace(2), "access mode checking". => task_list_lock held */
enum inspect { INSPECT_FS, INSPECT_REAL };
bool cred_may_inspect(const struct task *t, enum inspect as);

/* cred_for_access - what access(2) asks with: the real user and group, as the current task's cred.
 *   => the cred to give back to cred_access_done(); NULL: it is the same, or (*err) no memory */
struct cred *cred_for_access(int *err);
void cred_access_done(struct cred *old); /* NULL is nothing */

/* What execve(2) makes of a cred. */
struct exec_cred {
	struct cred *new;
	u32 personality;
	bool secure; /* AT_SECURE */
	bool gains; /* it has more than its caller, and nobody was there for whose sake it must not */
	bool fs_held; /* fs_context_exec_begin() */
};

/* prctl_capabilities - the options of prctl(2) that are about capabilities. => as prctl(2); -EINVAL */
long prctl_capabilities(int option, u32 a, u32 b, u32 c, u32 d);

/* cred_for_exec - of the program in `file`; *e is zeroed. => 0 and e->new; -ENOMEM; sleeps */
int cred_for_exec(struct inode *file, struct exec_cred *e);
/* cred_exec_dumpable - may the caller, who could read the program (`readable`) or not, look at it while it
 * runs? */
bool cred_exec_dumpable(const struct exec_cred *e, bool readable);
/* cred_exec_settle - from now on nobody may trace it who could not trace the program that comes.
 *   => false: somebody has begun to since cred_for_exec(), execve(2) is to be made again; task_list_lock */
bool cred_exec_settle(const struct exec_cred *e);
/* cred_exec_commit - like cred_commit(), but cannot fail */
void cred_exec_commit(struct exec_cred *e);
/* cred_exec_done - gives up what has not been committed; nothing where all has. => sleeps */
void cred_exec_done(struct exec_cred *e);
