/* SPDX-License-Identifier: MIT */
/*
 * prctl.c - prctl(2) and personality(2): a process's attributes that have no call of their own.
 *
 * Attributes that change what the kernel does: the name, the signal at the parent's death, whose
 * orphans one takes. The others are kept, inherited as Linux does, and told.
 */
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/prctl.h>

#define NSIG             64
#define TIMERSLACK_NS    50000u
#define PERSONALITY_TELL 0xffffffffu

static long set_name(const char __user *user)
{
	char name[TASK_COMM_LEN];
	ssize_t len = strncpy_from_user(name, user, sizeof(name) - 1);

	if (len < 0)
		return -EFAULT;
	name[MIN((size_t)len, sizeof(name) - 1)] = '\0';
	task_set_comm(name);
	return 0;
}

static long get_name(char __user *user)
{
	char name[TASK_COMM_LEN] = {0};

	strlcpy(name, current->comm, sizeof(name));
	return copy_to_user(user, name, sizeof(name));
}

/* It is the memory's: of all tasks that share it. */
static long set_dumpable(u32 value)
{
	if (value > 1)
		return -EINVAL;
	current->mm->dumpable = value != 0;
	return 0;
}

static long set_no_new_privs(u32 a, u32 b, u32 c, u32 d)
{
	if (a != 1 || b != 0 || c != 0 || d != 0)
		return -EINVAL;
	current->attributes |= ATTR_NO_NEW_PRIVS; /* it stays */
	return 0;
}

static long set_timer_slack(s32 ns)
{
	current->timer_slack_ns = ns > 0 ? (u32)ns : TIMERSLACK_NS;
	return 0;
}

long sys_prctl(int option, u32 a, u32 b, u32 c, u32 d)
{
	switch (option) {
	case PR_SET_NAME:
		return set_name((const char __user __force *)a);
	case PR_GET_NAME:
		return get_name((char __user __force *)a);
	case PR_SET_PDEATHSIG:
		if (a > NSIG)
			return -EINVAL;
		spin_lock(&task_list_lock);
		current->parent_death_signal = (u8)a;
		current->signal->death_signals = true;
		spin_unlock(&task_list_lock);
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user_u32(current->parent_death_signal, (u32 __user __force *)a);
	case PR_SET_CHILD_SUBREAPER:
		current->signal->subreaper = a != 0;
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_user_u32(current->signal->subreaper, (u32 __user __force *)a);
	case PR_SET_DUMPABLE:
		return set_dumpable(a);
	case PR_GET_DUMPABLE:
		return current->mm->dumpable;
	case PR_SET_NO_NEW_PRIVS:
		return set_no_new_privs(a, b, c, d);
	case PR_GET_NO_NEW_PRIVS:
		if ((a | b | c | d) != 0)
			return -EINVAL;
		return (current->attributes & ATTR_NO_NEW_PRIVS) != 0;
	case PR_SET_TIMERSLACK:
		return set_timer_slack((s32)a);
	case PR_GET_TIMERSLACK:
		return (long)current->timer_slack_ns;
	default:
		return prctl_capabilities(option, a, b, c, d);
	}
}

/* Kept, inherited and told; ADDR_NO_RANDOMIZE counts at the next execve(2). */
long sys_personality(u32 persona)
{
	u32 old = current->personality;

	if (persona != PERSONALITY_TELL)
		current->personality = persona;
	return (long)old;
}
