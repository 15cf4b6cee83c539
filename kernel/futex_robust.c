/* SPDX-License-Identifier: MIT */
/*
 * futex_robust.c - mutexes whose owner ends without letting go: set_robust_list(2).
 *
 *	head: next, offset, pending		in the program's memory, and so are the entries
 *	      '-> entry -> entry -> head	entry + offset: the mutex's word
 *
 * The word holds its owner's thread id. A task that leaves its memory walks its list, marks the words
 * that are still its own and wakes one waiter of each. `pending` is one that it was about to take or to
 * let go. The list is the program's: it may be anything, and the walk ends after ENTRIES_MAX.
 */
#include <octavo/errno.h>
#include <octavo/futex.h>
#include <octavo/preempt.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/futex.h>

#define ENTRIES_MAX 2048u
#define ENTRY_PI    1u /* in a pointer to an entry: the mutex is of the kind that lends priority */

struct robust_head {
	u32 next;
	s32 offset;
	u32 pending;
};

/* Word `from` becomes `to`, unless it has changed. => 0 and what was there, -EFAULT; sleeps */
static int change_word(u32 __user *word, u32 from, u32 to, u32 *was)
{
	for (;;) {
		int err;

		preempt_disable();
		err = user_cmpxchg_atomic(word, from, to, was);
		preempt_enable();
		if (err == 0)
			return 0;
		if (user_bring_in(word, true) != 0)
			return -EFAULT;
	}
}

/* The mutex of one entry. => 0, -EFAULT: the list cannot be trusted */
static int owner_died(u32 entry, s32 offset, bool pending)
{
	u32 __user *word = (u32 __user __force *)(uintptr_t)((entry & ~ENTRY_PI) + (u32)offset);
	bool lends = (entry & ENTRY_PI) != 0;
	u32 value, was;

	if ((uintptr_t)word % sizeof(*word) != 0 || get_user_u32(&value, word) != 0)
		return -EFAULT;
	if (pending && !lends && value == 0) { /* let go, and nobody woken yet */
		futex_wake_address(word);
		return 0;
	}
	for (;;) {
		if ((value & FUTEX_TID_MASK) != current->pid)
			return 0;
		if (change_word(word, value, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED, &was) != 0)
			return -EFAULT;
		if (was == value)
			break;
		value = was;
	}
	if (!lends && (value & FUTEX_WAITERS))
		futex_wake_address(word);
	return 0;
}

static void walk(void __user *list)
{
	u32 head_address = (u32)(uintptr_t)list & ~ENTRY_PI, entry, next;
	struct robust_head head;
	bool more = true;

	if (copy_from_user(&head, list, sizeof(head)) != 0)
		return;
	entry = head.next;
	for (u32 n = 0; more && n < ENTRIES_MAX && (entry & ~ENTRY_PI) != head_address; n++) {
		/* the next one first: the mutex may be gone once its waiter runs */
		more = get_user_u32(&next, (u32 __user __force *)(uintptr_t)(entry & ~ENTRY_PI)) ==
		       0;
		if ((entry & ~ENTRY_PI) != (head.pending & ~ENTRY_PI) &&
		    owner_died(entry, head.offset, false) != 0)
			return;
		entry = next;
	}
	if ((head.pending & ~ENTRY_PI) != 0)
		(void)owner_died(head.pending, head.offset, true);
}

void futex_robust_exit(void)
{
	struct task *t = current;
	void __user *list = t->robust_list;

	spin_lock(&task_list_lock);
	t->robust_list = NULL;
	spin_unlock(&task_list_lock);
	walk(list);
}
