/* SPDX-License-Identifier: MIT */
/*
 * proc_status.c - /proc/PID/stat, statm and status: the numbers of a process; proc(5).
 *
 * What belongs to the task is copied under task_list_lock, what belongs to its memory is asked for
 * afterwards: the two may be a moment apart.
 */
#include "proc.h"

#include "files.h"
#include <octavo/cpu_time.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/mm_report.h>
#include <octavo/ptrace.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/tty.h>

#define NS_PER_CLOCK (u32)(NSEC_PER_SEC / 100) /* the unit of times: USER_HZ */
#define KB(pages)    ((pages) * (PAGE_SIZE / 1024))

struct facts {
	u32 pid, tgid, nr_threads, ppid, pgid, sid, flags, cpu, nr_faults, exit_signal;
	struct use_counts own; /* of the one task */
	u32 nr_queued, queued_max, cpu_set;
	sigset_bits pending, shared, blocked, ignored, caught;
	char comm[TASK_COMM_LEN];
	char state;
	u32 tracer; /* its pid, or 0 */
	u64 user_ns, system_ns, started_ns;
	struct cpu_times children;
	int nice;
	int exit_status;
	bool no_new_privs, no_tty;
	bool inspect; /* the reader may */
};

#define TRACED (TASK_DEAD + 1) /* TASK_STOPPED, for its tracer */

static const struct {
	char letter;
	const char *name;
} states[] = {
	[TASK_RUNNABLE] = {'R', "running"},       [TASK_SLEEPING] = {'D', "disk sleep"},
	[TASK_INTERRUPTIBLE] = {'S', "sleeping"}, [TASK_STOPPED] = {'T', "stopped"},
	[TASK_ZOMBIE] = {'Z', "zombie"},          [TASK_DEAD] = {'X', "dead"},
	[TRACED] = {'t', "tracing stop"},
};

static const char *state_name(char letter)
{
	for (unsigned i = 0; i < ARRAY_SIZE(states); i++)
		if (states[i].letter == letter)
			return states[i].name;
	return "";
}

/* An action with flags may be SIG_DFL or SIG_IGN all the same. */
static sigset_bits caught(const struct sigactions *actions)
{
	sigset_bits set = actions != NULL ? actions->custom : 0;

	for (int sig = 1; sig <= SIGNAL_MAX; sig++)
		if ((set & SIG_BIT(sig)) && actions->action[sig - 1].handler <= UAPI_SIG_IGN)
			set &= ~SIG_BIT(sig);
	return set;
}

/* => task_list_lock held */
static void facts_tracer(const struct task *t, struct facts *f)
{
	f->state = states[t->state].letter;
	if (!is_traced(t))
		return;
	f->tracer = t->tracee->tracer->pid;
	if (t->tracee->stop != NULL)
		f->state = states[TRACED].letter;
}

static void facts_signals(struct task *t, struct facts *f)
{
	struct signal_state *s = t->signal;
	irqstate_t irq;

	if (s == NULL)
		return;
	irq = spin_lock_irqsave(&s->lock);
	f->pending = t->sig.pending.set;
	f->shared = s->shared.set;
	f->blocked = t->sig.blocked;
	f->ignored = s->ignored;
	f->caught = caught(s->actions);
	f->nr_queued = sigqueue_count(t);
	spin_unlock_irqrestore(&s->lock, irq);
}

/* mm: NULL, or for the memory that f->inspect is about, to be put; NULL: none. => 0; -ESRCH it has ended */
static int facts_get(const struct proc_inode *p, struct facts *f, struct mm **mm)
{
	struct task *t = proc_task_lock(p);
	const struct task *leader;
	struct cpu_times times;

	if (t == NULL)
		return -ESRCH;
	leader = task_leader(t);
	*f = (struct facts){
		.pid = t->pid,
		.tgid = t->tgid,
		.nr_threads = t->signal->nr_threads,
		.ppid = leader->parent_pid,
		.pgid = leader->pgid,
		.sid = leader->sid,
		.exit_signal = t->exit_signal,
		.flags = t->flags,
		.cpu = t->head.cpu,
		.started_ns = t->started_ns,
		.exit_status = t->exit_status,
		.no_tty = t->signal->no_tty,
		.no_new_privs = (t->attributes & ATTR_NO_NEW_PRIVS) != 0,
		.queued_max = t->signal->rlimits[RLIMIT_SIGPENDING].cur,
		.cpu_set = t->cpu_set & sched_cpu_mask(),
		.inspect = cred_may_inspect(t, INSPECT_FS),
	};
	facts_tracer(t, f);
	cpu_uses_add(&f->own, t);
	f->nr_faults = proc_is_thread(p) ? t->nr_faults : cpu_uses_of_process(t).nr_faults;
	times = proc_is_thread(p) ? cpu_times_of(t) : cpu_times_of_process(t);
	f->user_ns = times.user_ns;
	f->system_ns = times.system_ns;
	f->children = t->signal->children_times;
	f->nice = t->nice;
	facts_signals(t, f);
	if (mm != NULL) {
		*mm = t->mm;
		if (*mm != NULL)
			mm_get(*mm);
	}
	memcpy(f->comm, t->comm, sizeof(f->comm));
	proc_task_unlock();
	f->comm[sizeof(f->comm) - 1] = '\0';
	return 0;
}

static u32 clocks(u64 ns)
{
	return (u32)(ns / NS_PER_CLOCK);
}

#define PF_KTHREAD 0x00200000u /* what Linux shows of a kernel thread */

/* Signals 1 to 31, as one word of the old kind. */
static unsigned word_of(sigset_bits set)
{
	return (unsigned)set & 0x7fffffffu;
}

static void put_stat(struct text *t, const struct facts *f, const struct mm *mm)
{
	/* where its parts lie is for who may look into it; the text of others begins at 1, as on Linux */
	static const struct mm_program none, hidden = {.start_code = 1, .end_code = 1};
	const struct mm_program *p = mm == NULL ? &none : f->inspect ? &mm->program : &hidden;
	s32 tty_pgrp;
	u32 tty = tty_number(f->sid, f->no_tty, &tty_pgrp);

	text_printf(t, "%u (%s) %c %u %u %u %u %d %u ", f->pid, f->comm, f->state, f->ppid, f->pgid,
		    f->sid, tty, tty_pgrp, f->flags & TASK_KTHREAD ? PF_KTHREAD : 0);
	text_printf(t, "%u %u 0 0 %u %u %u %u ", f->nr_faults, f->children.uses.nr_faults,
		    clocks(f->user_ns), clocks(f->system_ns), clocks(f->children.user_ns),
		    clocks(f->children.system_ns));
	text_printf(t, "%d %d %u 0 %u ", 20 + f->nice, f->nice, f->nr_threads,
		    clocks(f->started_ns));
	text_printf(t, "%u %u ", mm != NULL ? mm->total_pages << PAGE_SHIFT : 0,
		    mm != NULL ? mm->nr_resident : 0);
	/* the limit of RSS; code, stack, registers; signals 1 to 31; where it sleeps */
	text_printf(t, "4294967295 %u %u %u 0 0 %u %u %u %u 0 0 0 ", (u32)p->start_code,
		    (u32)p->end_code, (u32)p->start_stack, word_of(f->pending | f->shared),
		    word_of(f->blocked), word_of(f->ignored), word_of(f->caught));
	text_printf(t, "%u %u 0 0 0 0 0 %u %u %u ", f->exit_signal, f->cpu, (u32)p->start_data,
		    (u32)p->end_data, mm != NULL && f->inspect ? (u32)mm->brk_start : 0);
	text_printf(t, "%u %u %u %u %d\n", (u32)p->arg_start, (u32)p->arg_end, (u32)p->env_start,
		    (u32)p->env_end, f->inspect ? f->exit_status : 0);
}

int proc_stat_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	struct mm *mm = NULL;
	struct facts f;
	int err = facts_get(p, &f, &mm);

	if (err == 0)
		put_stat(t, &f, mm);
	if (mm != NULL)
		mm_put(mm);
	*cursor = PROC_END;
	return err;
}

int proc_statm_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	struct mm_sizes s = {0};
	struct mm *mm = proc_mm(p);

	if (mm != NULL) {
		mm_sizes(mm, &s);
		mm_put(mm);
	} else if (!proc_task_exists(p)) {
		return -ESRCH;
	}
	text_printf(t, "%u %u %u %u 0 %u 0\n", s.total, s.resident, s.file + s.shmem, s.text,
		    s.data + s.stack);
	*cursor = PROC_END;
	return 0;
}

/* --- status --- */

/* Each name is escaped as Linux does, so that it stays on its line. */
#define GROUPS_SHOWN 32 /* of them /proc/PID/status has room for */

/* Its cred, referenced; NULL: it has ended */
static struct cred *cred_of(const struct proc_inode *p)
{
	struct task *t = proc_task_lock(p);
	struct cred *c;

	if (t == NULL)
		return NULL;
	c = t->cred;
	cred_get(c);
	proc_task_unlock();
	return c;
}

static void put_identity(struct text *t, const struct facts *f, const struct cred *c,
			 struct proc_inode *p)
{
	struct fs_context *fs = proc_fs_context(p);
	struct files *files = proc_files(p);

	text_puts(t, "Name:\t");
	text_put_escaped(t, f->comm, "\n");
	if (fs != NULL) {
		text_printf(t, "\nUmask:\t%04o", fs_umask(fs));
		fs_context_put(fs);
	}
	text_printf(t, "\nState:\t%c (%s)\n", f->state, state_name(f->state));
	text_printf(t, "Tgid:\t%u\nNgid:\t0\nPid:\t%u\nPPid:\t%u\nTracerPid:\t%u\n", f->tgid,
		    f->pid, f->ppid, f->tracer);
	text_printf(t, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid,
		    c->fsuid, c->gid, c->egid, c->sgid, c->fsgid);
	text_printf(t, "FDSize:\t%u\nGroups:\t", files != NULL ? files_size(files) : 0);
	for (u32 i = 0; c->groups != NULL && i < c->groups->nr && i < GROUPS_SHOWN; i++)
		text_printf(t, i > 0 ? " %u" : "%u", c->groups->ids[i]);
	text_puts(t, " \n");
	if (files != NULL)
		files_put(files);
}

static const struct {
	char name[9];
	u8 field; /* of struct mm_sizes */
} sizes[] = {
	{"VmPeak", offsetof(struct mm_sizes, peak_total)},
	{"VmSize", offsetof(struct mm_sizes, total)},
	{"VmLck", offsetof(struct mm_sizes, locked)},
	{"VmPin", offsetof(struct mm_sizes, none)},
	{"VmHWM", offsetof(struct mm_sizes, peak_resident)},
	{"VmRSS", offsetof(struct mm_sizes, resident)},
	{"RssAnon", offsetof(struct mm_sizes, anon)},
	{"RssFile", offsetof(struct mm_sizes, file)},
	{"RssShmem", offsetof(struct mm_sizes, shmem)},
	{"VmData", offsetof(struct mm_sizes, data)},
	{"VmStk", offsetof(struct mm_sizes, stack)},
	{"VmExe", offsetof(struct mm_sizes, text)},
	{"VmLib", offsetof(struct mm_sizes, lib)},
	{"VmPTE", offsetof(struct mm_sizes, tables)},
	{"VmSwap", offsetof(struct mm_sizes, none)},
};

static void put_memory(struct text *t, const struct mm_sizes *s)
{
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		const u32 *pages = (const void *)((const char *)s + sizes[i].field);

		text_printf(t, "%s:\t%8u kB\n", sizes[i].name, KB(*pages));
	}
}

static void put_set(struct text *t, const char *name, sigset_bits set)
{
	text_printf(t, "%s:\t%016llx\n", name, (unsigned long long)set);
}

static void put_capabilities(struct text *t, const struct cred *c, bool no_new_privs)
{
	put_set(t, "CapInh", c->inheritable);
	put_set(t, "CapPrm", c->permitted);
	put_set(t, "CapEff", c->effective);
	put_set(t, "CapBnd", c->bounding);
	put_set(t, "CapAmb", c->ambient);
	text_printf(t, "NoNewPrivs:\t%u\nSeccomp:\t0\n", no_new_privs);
}

static void put_cpus(struct text *t, u32 set)
{
	const char *comma = "";

	text_printf(t, "Cpus_allowed:\t%x\nCpus_allowed_list:\t", set);
	for (unsigned first = 0; first < NR_CPUS; first++) {
		unsigned last = first;

		if (!(set >> first & 1))
			continue;
		while (last + 1 < NR_CPUS && (set >> (last + 1) & 1))
			last++;
		text_printf(t, "%s%u", comma, first);
		if (last > first)
			text_printf(t, "-%u", last);
		comma = ",";
		first = last;
	}
	text_puts(t, "\n");
}

int proc_status_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	struct mm_sizes s;
	struct facts f;
	struct cred *c;
	struct mm *mm;
	int err = facts_get(p, &f, NULL);

	if (err != 0)
		return err;
	c = cred_of(p);
	if (c == NULL)
		return -ESRCH;
	put_identity(t, &f, c, p);
	mm = proc_mm(p);
	if (mm != NULL) {
		mm_sizes(mm, &s);
		mm_put(mm);
		put_memory(t, &s);
	}
	text_printf(t, "Threads:\t%u\nSigQ:\t%u/%u\n", f.nr_threads, f.nr_queued, f.queued_max);
	put_set(t, "SigPnd", f.pending);
	put_set(t, "ShdPnd", f.shared);
	put_set(t, "SigBlk", f.blocked);
	put_set(t, "SigIgn", f.ignored);
	put_set(t, "SigCgt", f.caught);
	put_capabilities(t, c, f.no_new_privs);
	cred_put(c);
	put_cpus(t, f.cpu_set);
	text_printf(t, "voluntary_ctxt_switches:\t%u\nnonvoluntary_ctxt_switches:\t%u\n",
		    f.own.nr_switches - f.own.nr_preempted, f.own.nr_preempted);
	*cursor = PROC_END;
	return 0;
}
