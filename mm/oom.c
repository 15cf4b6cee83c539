/* SPDX-License-Identifier: MIT */
/*
 * oom.c - a page fault that finds no memory: somebody has to go.
 *
 * There is no reclaim yet, so memory comes back only when a process ends. The one whose fault
 * cannot be served dies, PID 1 excepted as long as another process has memory: then the largest
 * other one dies and PID 1 tries again. In a user copy PID 1 does not wait: it may hold what the
 * victim needs to die, so the copy fails. Which process should go when there is a choice is a policy
 * that comes with reclaim (bal-29).
 */
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/oom.h>
#include <octavo/printk.h>
#include <octavo/process.h>
#include <octavo/time.h>
#include <octavo/vmstat.h>
#include <octavo/why.h>
#include <octavo/zone.h>
#include <uapi/octavo/signal.h>

#define OOM_RETRY_NS (4 * NSEC_PER_MSEC) /* between two looks whether the victim's memory is back */

/* Kill `t` and say so. => task_list_lock held, or t is current */
static void oom_kill(struct task *t, u32 resident, vaddr_t address)
{
	pr_warn("out of memory: killed %s[%u], %u pages resident; %u of %u pages free\n", t->comm,
		t->tgid, resident, nr_free_pages(), nr_total_pages());
	why("OOM: fault at %08lx: killed %s[%u] with %u pages resident; %u of %u pages free",
	    (unsigned long)address, t->comm, t->tgid, resident, nr_free_pages(), nr_total_pages());
	atomic_inc(&oom_kills);
	t->signal->oom_victim = 1;
	signal_kill(t, SIGKILL);
}

/* The task `pid` that has memory and is not of PID 1, or NULL. => task_list_lock held */
static struct task *find_other(u32 pid)
{
	struct task *t = task_find(pid);

	return t != NULL && t->mm != NULL && t->signal != init_task->signal ? t : NULL;
}

/* Kill the process but PID 1 with the most memory. => false: there is none, or one dies already */
static bool oom_kill_largest(vaddr_t address)
{
	u32 largest = 0, most = 0;
	bool dying = false;
	struct task *t;
	u64 born_ns = 0;

	for (u32 pid = task_next_pid(2); pid != 0; pid = task_next_pid(pid + 1)) {
		spin_lock(&task_list_lock);
		t = find_other(pid);
		if (t != NULL && t->signal->fatal != 0)
			dying = true;
		else if (t != NULL && (largest == 0 || t->mm->nr_resident > most)) {
			largest = pid;
			born_ns = t->started_ns;
			most = t->mm->nr_resident;
		}
		spin_unlock(&task_list_lock);
	}
	spin_lock(&task_list_lock);
	t = find_other(largest);
	if (t != NULL && t->started_ns == born_ns && !dying) /* else it has just ended by itself */
		oom_kill(t, most, address);
	spin_unlock(&task_list_lock);
	return largest != 0 || dying;
}

bool oom_fault(vaddr_t address, bool in_copy)
{
	struct task *t = current;

	if (t->signal == init_task->signal && oom_kill_largest(address)) {
		if (in_copy)
			return false;
		sleep_through(clock_ns() + OOM_RETRY_NS);
		return true;
	}
	oom_kill(t, t->mm->nr_resident, address);
	return false;
}
