/* SPDX-License-Identifier: MIT */
/*
 * task.c - making, finding and freeing tasks.
 *
 *	task_alloc()  task, kernel stack, pid  ->  task_list()  ->  sched_start()  ->  ... task_exit()
 *						zombie: its parent calls task_free()
 *						dead (kernel thread): task_reap_dead() does
 *
 * A pid is taken when its task is made, but leads to it from task_list() on: nobody finds half a task.
 *
 * Pids are given in order, and again after PID_MAX; 1 is given once, to the first task of all.
 * task_list_lock protects the list of all tasks and the pid table.
 */
#include <octavo/arch.h>
#include <octavo/assert.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/printf.h>
#include <octavo/rlimit.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/cred.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/vmstat.h>

#define PID_BUCKETS 64
#define PID_STEP    32u /* pids that are looked at while task_list_lock is held once */

spinlock_t task_list_lock = SPINLOCK_INIT(task_list_lock);
static struct task_list pid_table[PID_BUCKETS]; /* [task_list_lock] */
static u32 pid_max = PID_MAX;                   /* [task_list_lock] kernel.pid_max */
static u32 last_pid;                            /* [task_list_lock] */
static u32 nr_tasks;                            /* [task_list_lock] */
static u32 nr_created;                          /* [task_list_lock] */
static u32 faults_of_dead;                      /* [task_list_lock] of tasks that are freed */
static volatile u32
	pids_used[PID_MAX / 32]; /* a bit for each pid; set and cleared [task_list_lock] */
static struct slab_cache *task_cache;

static struct signal_state boot_signal = {
	.leader = &boot_task,
	.rlimits = RLIMITS_OF_INIT,
};
struct task boot_task = {
	.signal = &boot_signal,
	.flags = TASK_KTHREAD,
	.active_mm = &kernel_mm,
	.comm = "idle/0",
	.slice_ns = SLICE_NS,
	.cpu_set = 0xffffffffu,
	.cred = &root_cred,
	.timer_slack_ns = 50000,
};

void task_init(void)
{
	task_cache = slab_cache_create("task", sizeof(struct task), 16);
	wait_queue_init(&boot_task.child_exit);
	signal_init();
}

void task_set_comm(const char *name)
{
	spin_lock(&task_list_lock);
	strlcpy(current->comm, name, sizeof(current->comm));
	spin_unlock(&task_list_lock);
}

struct task *task_find(u32 pid)
{
	struct task *t;

	assert_held(&task_list_lock);
	LIST_FOREACH(t, &pid_table[pid % PID_BUCKETS], pid_hash) {
		if (t->pid == pid)
			return t;
	}
	return NULL;
}

u32 task_next_pid(u32 from)
{
	u32 word = from / 32;
	u32 bits;

	if (from >= PID_MAX)
		return 0;
	bits = pids_used[word] & (~0u << from % 32);
	while (bits == 0) {
		if (++word == PID_MAX / 32)
			return 0;
		bits = pids_used[word];
	}
	return word * 32 + (u32)__builtin_ctz(bits);
}

/* tgid 0: of any process, its leader. */
static bool pid_matches(u32 pid, u32 tgid)
{
	const struct task *t;
	bool matches;

	spin_lock(&task_list_lock);
	t = task_find(pid);
	matches = t != NULL && t->tgid == (tgid == 0 ? pid : tgid);
	spin_unlock(&task_list_lock);
	return matches;
}

u32 task_next_thread(u32 tgid, u32 from)
{
	u32 pid = task_next_pid(from);

	while (pid != 0 && !pid_matches(pid, tgid))
		pid = task_next_pid(pid + 1);
	return pid;
}

u32 task_next_process(u32 from)
{
	return task_next_thread(0, from);
}

u32 task_count(void)
{
	return nr_tasks;
}

u32 task_pid_max(void)
{
	return pid_max;
}

int task_set_pid_max(u32 max)
{
	spin_lock(&task_list_lock);
	pid_max = max;
	spin_unlock(&task_list_lock);
	return 0;
}

u32 tasks_created(void)
{
	return nr_created;
}

u32 task_last_pid(void)
{
	return last_pid;
}

/* A task at a time; who ends meanwhile is in one sum or in the other, so look again then. */
u32 task_faults_total(void)
{
	u32 sum, dead, turns = 0;

	do {
		dead = faults_of_dead;
		sum = dead;
		for (u32 pid = task_next_pid(1); pid != 0; pid = task_next_pid(pid + 1)) {
			const struct task *t;

			spin_lock(&task_list_lock);
			t = task_find(pid);
			sum += t != NULL ? t->nr_faults : 0;
			spin_unlock(&task_list_lock);
		}
	} while (arch_read_once(&faults_of_dead) != dead && ++turns < 4);
	return sum;
}

bool task_is_known(const struct task *t)
{
	const struct task *known;
	u32 steps = 0;

	if (sched_is_idle(t))
		return true;
	for (u32 i = 0; i < PID_BUCKETS; i++) {
		LIST_FOREACH(known, &pid_table[i], pid_hash) {
			if (known == t)
				return true;
			if (++steps > PID_MAX)
				return false;
		}
	}
	return false;
}

/* What every child has of its maker. */
static void task_inherit(struct task *t, const struct task *from)
{
	spin_lock(&task_list_lock);
	if (t->signal != from->signal)
		memcpy(t->signal->rlimits, from->signal->rlimits, sizeof(t->signal->rlimits));
	t->nice = from->nice;
	t->slice_ns = from->slice_ns;
	t->policy = from->policy;
	t->cpu_set = from->cpu_set;
	cred_inherit(t, from->cred);
	spin_unlock(&task_list_lock);
	t->attributes = from->attributes;
	t->personality = from->personality;
	t->timer_slack_ns = from->timer_slack_ns;
}

static void task_disinherit(struct task *t)
{
	struct cred *cred;

	spin_lock(&task_list_lock);
	cred = cred_leave(t);
	spin_unlock(&task_list_lock);
	cred_put(cred);
}

/* The next pid that is neither a task's nor a group's, among PID_STEP. => task_list_lock held; 0: none */
static u32 pid_search(void)
{
	for (u32 n = 0; n < PID_STEP; n++) {
		last_pid = last_pid + 1 < pid_max ? last_pid + 1 : 2;
		if (!(pids_used[last_pid / 32] & 1u << last_pid % 32) && !pgrp_id_in_use(last_pid))
			return last_pid;
	}
	return 0;
}

/* Give t the next free pid. => 0, -EAGAIN */
static int pid_assign(struct task *t)
{
	u32 pid = 0;

	spin_lock(&task_list_lock);
	if (nr_tasks >= pid_max - 2 || cred_over_nproc(0)) { /* t counts already */
		spin_unlock(&task_list_lock);
		return -EAGAIN;
	}
	nr_tasks++;
	for (u32 n = 0; n <= PID_MAX && (pid = pid_search()) == 0; n += PID_STEP) {
		spin_unlock(&task_list_lock);
		spin_lock(&task_list_lock);
	}
	if (pid != 0)
		pids_used[pid / 32] |= 1u << pid % 32;
	else
		nr_tasks--; /* what tasks have left, groups and sessions have */
	t->pid = pid;
	spin_unlock(&task_list_lock);
	return pid != 0 ? 0 : -EAGAIN;
}

static bool is_whole(const struct task *t)
{
	if (t->flags & TASK_KTHREAD)
		return t->tgid != 0;
	return t->tgid != 0 && t->mm != NULL && t->files != NULL && t->fs != NULL &&
	       (!task_is_leader(t) || (t->parent != NULL && t->pgid != 0));
}

void task_list(struct task *t)
{
	assert_held(&task_list_lock);
	ASSERT(is_whole(t));
	nr_created++;
	t->started_ns = clock_ns();
	LIST_INSERT_HEAD(&pid_table[t->pid % PID_BUCKETS], t, pid_hash);
}

struct task *task_alloc_thread(const char *comm, struct signal_state *process)
{
	struct task *t;
	int err = -ENOMEM;

	task_reap_dead();
	t = slab_alloc(task_cache, GFP_KERNEL | __GFP_ZERO);
	if (t == NULL)
		return err_ptr(err);
	strlcpy(t->comm, comm, sizeof(t->comm));
	TAILQ_INIT(&t->children);
	TAILQ_INIT(&t->zombies);
	wait_queue_init(&t->child_exit);
	err = signal_task_init(t, process);
	if (err != 0)
		goto free_task;
	task_inherit(t, current);
	err = arch_kstack_alloc(t);
	if (err != 0)
		goto free_signal;
	err = pid_assign(t);
	if (err != 0)
		goto free_stack;
	t->tgid = process != NULL ? current->tgid : t->pid;
	t->follows = process != NULL;
	return t;

free_stack:
	arch_kstack_free(t);
free_signal:
	task_disinherit(t);
	signal_task_free(t);
free_task:
	slab_free(task_cache, t);
	return err_ptr(err);
}

struct task *task_alloc_idle(unsigned cpu)
{
	struct task *t = slab_alloc(task_cache, GFP_KERNEL | __GFP_ZERO);

	if (t == NULL)
		return NULL;
	if (arch_kstack_alloc(t) != 0) {
		slab_free(task_cache, t);
		return NULL;
	}
	scnprintf(t->comm, sizeof(t->comm), "idle/%u", cpu);
	t->flags = TASK_KTHREAD;
	t->head.cpu = cpu;
	t->active_mm = &kernel_mm;
	TAILQ_INIT(&t->children);
	TAILQ_INIT(&t->zombies);
	wait_queue_init(&t->child_exit);
	if (signal_task_init(t, NULL) != 0) {
		arch_kstack_free(t);
		slab_free(task_cache, t);
		return NULL;
	}
	task_inherit(t, &boot_task);
	return t;
}

struct task *task_alloc(const char *comm)
{
	return task_alloc_thread(comm, NULL);
}

void task_unlist(struct task *t)
{
	assert_held(&task_list_lock);
	if (t->pid_hash.le_prev != NULL) /* it was listed */
		LIST_REMOVE(t, pid_hash);
	pgrp_leave(t);
	nr_tasks--;
	faults_of_dead += t->nr_faults;
	pids_used[t->pid / 32] &= ~(1u << t->pid % 32);
	t->flags |= TASK_UNLISTED;
}

void task_swap_pids(struct task *a, struct task *b)
{
	u32 pid = a->pid;

	assert_held(&task_list_lock);
	LIST_REMOVE(a, pid_hash);
	LIST_REMOVE(b, pid_hash);
	a->pid = b->pid;
	b->pid = pid;
	LIST_INSERT_HEAD(&pid_table[a->pid % PID_BUCKETS], a, pid_hash);
	LIST_INSERT_HEAD(&pid_table[b->pid % PID_BUCKETS], b, pid_hash);
}

void task_free(struct task *t)
{
	struct cred *cred;

	PANIC_ON(t->on_rq || t->mm != NULL || t->fail_plan != NULL);
	spin_lock(&task_list_lock);
	if (!(t->flags & TASK_UNLISTED))
		task_unlist(t);
	cred = cred_leave(t);
	spin_unlock(&task_list_lock);
	cred_put(cred);
	signal_task_free(t);
	arch_task_free(t);
	arch_kstack_free(t);
	slab_free(task_cache, t);
}

void task_reap_dead(void)
{
	struct task *t;

	while ((t = sched_take_dead()) != NULL)
		task_free(t);
}

struct task *kthread_create(int (*fn)(void *), void *arg, const char *name)
{
	struct task *t = task_alloc(name);

	if (ptr_is_err(t))
		return t;
	t->flags = TASK_KTHREAD;
	t->active_mm = &kernel_mm;
	arch_task_init_kernel(t, fn, arg);
	spin_lock(&task_list_lock);
	task_list(t);
	spin_unlock(&task_list_lock);
	return t;
}
