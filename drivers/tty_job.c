/* SPDX-License-Identifier: MIT */
/*
 * tty_job.c - the terminal and the processes that use it: controlling terminal, foreground and
 * background, hangup. credentials(7), tty_ioctl(4)
 *
 *	session ---- tty.session		whose members have it as /dev/tty
 *	  group ---- tty.pgrp			the foreground: reads, gets ^C ^\ ^Z
 *	  group					background: SIGTTIN when it reads, SIGTTOU when it sets
 *
 * There is one terminal, so a process has a controlling one where its session is tty.session and it
 * has not given it up (no_tty). A file counts the hangups before its open in `private`; of
 * /dev/console that is 0: it cannot be hung up, never becomes controlling by an open, and reads and
 * writes of it are nobody's business.
 * Lock order: tty_job_lock; signals are sent without it.
 */
#include "tty.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/tty.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/capability.h>
#include <uapi/octavo/fcntl.h>

/* Is it the controlling terminal of a process of this session, which may have given it up?
 * [job_lock], or a guess */
static bool controls(const struct tty *tty, u32 sid, bool given_up)
{
	return sid != 0 && tty->session == sid && !given_up;
}

static bool is_controlling(const struct tty *tty)
{
	return controls(tty, task_leader(current)->sid, current->signal->no_tty);
}

u32 tty_number(u32 sid, bool given_up, s32 *pgrp)
{
	struct tty *tty = &console_tty;
	u32 number = 0;

	*pgrp = -1;
	spin_lock(&tty->job_lock);
	if (controls(tty, sid, given_up)) {
		*pgrp = (s32)tty->pgrp;
		number = TTY_MAJOR << 8 | TTY_MINOR;
	}
	spin_unlock(&tty->job_lock);
	return number;
}

static u32 foreground(struct tty *tty)
{
	return arch_read_once(&tty->pgrp);
}

void tty_signal_foreground(struct tty *tty, int signal)
{
	u32 pgrp = foreground(tty);

	if (pgrp != 0)
		(void)signal_send_group(pgrp, signal);
}

/* --- foreground and background --- */

static bool current_ignores(int sig)
{
	struct signal_state *s = current->signal;
	irqstate_t irqs = spin_lock_irqsave(&s->lock);
	bool ignored = (current->sig.blocked & SIG_BIT(sig)) != 0 ||
		       signal_action(s, sig).handler == UAPI_SIG_IGN;

	spin_unlock_irqrestore(&s->lock, irqs);
	return ignored;
}

static bool current_is_orphaned(void)
{
	bool orphaned;

	spin_lock(&task_list_lock);
	orphaned = pgrp_is_orphaned(task_leader(current)->pgid, NULL);
	spin_unlock(&task_list_lock);
	return orphaned;
}

/* current, if it is in the background, gets `sig` instead of what it wants. => 0: it may */
static int check_foreground(struct tty *tty, int sig)
{
	u32 pgrp = foreground(tty);

	if (!is_controlling(tty) || pgrp == 0 || pgrp == task_leader(current)->pgid)
		return 0;
	if (current_ignores(sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (current_is_orphaned())
		return -EIO;
	(void)signal_send_group(task_leader(current)->pgid, sig);
	current->head.work_signal = 1; /* the call is made again whoever takes the signal */
	return -ERESTARTSYS;
}

static bool is_console(const struct file *file)
{
	return file->private == NULL;
}

int tty_may_read(struct tty *tty, struct file *file)
{
	return is_console(file) ? 0 : check_foreground(tty, SIGTTIN);
}

int tty_may_write(struct tty *tty, struct file *file)
{
	if (is_console(file) || !(tty->line.t.c_lflag & UAPI_TOSTOP))
		return 0;
	return check_foreground(tty, SIGTTOU);
}

int tty_may_set(struct tty *tty)
{
	return check_foreground(tty, SIGTTOU);
}

/* --- the controlling terminal --- */

/* [job_lock] */
static void become_controlling(struct tty *tty)
{
	tty->session = task_leader(current)->sid;
	tty->pgrp = task_leader(current)->pgid;
	current->signal->no_tty = false;
}

int tty_open(struct inode *inode, struct file *file)
{
	struct tty *tty = &console_tty;

	(void)inode;
	spin_lock(&tty->job_lock);
	file->private = (void *)(uintptr_t)(tty->hangups + 1);
	if (!(file->flags & O_NOCTTY) && file_can_read(file) && current->signal->session_leader &&
	    tty->session == 0)
		become_controlling(tty);
	spin_unlock(&tty->job_lock);
	return 0;
}

int tty_open_controlling(struct inode *inode, struct file *file)
{
	struct tty *tty = &console_tty;
	bool has;

	(void)inode;
	spin_lock(&tty->job_lock);
	has = is_controlling(tty);
	file->private = (void *)(uintptr_t)(tty->hangups + 1);
	spin_unlock(&tty->job_lock);
	return has ? 0 : -ENXIO;
}

bool tty_hung_up(struct tty *tty, const struct file *file)
{
	return !is_console(file) &&
	       file->private != (void *)(uintptr_t)(arch_read_once(&tty->hangups) + 1);
}

/* TIOCSCTTY: a session's leader that has none and may read takes it; root with arg 1 from another session,
 * too. */
long tty_set_controlling(struct tty *tty, const struct file *file, u32 arg)
{
	bool admin = capable(CAP_SYS_ADMIN);
	bool may = admin || file_can_read(file);
	bool steal = admin && arg == 1;
	long err = 0;

	spin_lock(&tty->job_lock);
	if (!current->signal->session_leader)
		err = -EPERM;
	else if (tty->session != task_leader(current)->sid) {
		if (may && (steal || tty->session == 0))
			become_controlling(tty);
		else
			err = -EPERM;
	}
	spin_unlock(&tty->job_lock);
	return err;
}

/* The current session has it no longer. => the group that was in the foreground */
static u32 session_gives_up(struct tty *tty, bool hangup)
{
	u32 pgrp;

	spin_lock(&tty->job_lock);
	pgrp = tty->pgrp;
	tty->session = 0;
	tty->pgrp = 0;
	if (hangup)
		tty->hangups++;
	spin_unlock(&tty->job_lock);
	return pgrp;
}

/* TIOCNOTTY: a process gives it up for itself, a session's leader for all. */
long tty_give_up(struct tty *tty)
{
	u32 pgrp;

	if (!is_controlling(tty))
		return -ENOTTY;
	if (!current->signal->session_leader) {
		current->signal->no_tty = true;
		return 0;
	}
	pgrp = session_gives_up(tty, false);
	if (pgrp != 0) {
		(void)signal_send_group(pgrp, SIGHUP);
		(void)signal_send_group(pgrp, SIGCONT);
	}
	return 0;
}

static void wake_hung_up(struct tty *tty)
{
	tty_flush(tty, UAPI_TCIOFLUSH); /* which wakes its writers */
	wake_all(&tty->readable);
}

void tty_process_exits(void)
{
	struct tty *tty = &console_tty;
	u32 pgrp;

	if (!current->signal->session_leader || !is_controlling(tty))
		return;
	pgrp = session_gives_up(tty, true);
	if (pgrp != 0)
		(void)signal_send_group(pgrp, SIGHUP);
	wake_hung_up(tty);
}

/* vhangup(2): for the whole session; its leader is told. */
long sys_vhangup(void)
{
	struct tty *tty = &console_tty;
	struct task *leader;

	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	if (!is_controlling(tty))
		return 0;
	session_gives_up(tty, true);
	spin_lock(&task_list_lock);
	leader = task_find(task_leader(current)->sid);
	if (leader != NULL && leader->signal->session_leader) {
		(void)signal_send(leader, SIGHUP, NULL);
		(void)signal_send(leader, SIGCONT, NULL);
	}
	spin_unlock(&task_list_lock);
	wake_hung_up(tty);
	return 0;
}

/* --- its groups --- */

static int session_of(struct task *t, void *unused)
{
	(void)unused;
	return (int)t->sid;
}

long tty_get_pgrp(struct tty *tty, u32 __user *user)
{
	if (!is_controlling(tty))
		return -ENOTTY;
	return put_user_u32(foreground(tty), user);
}

long tty_set_pgrp(struct tty *tty, const u32 __user *user)
{
	int err = check_foreground(tty, SIGTTOU);
	int sid;
	u32 pgrp;

	if (err != 0)
		return err == -EIO ? -ENOTTY : err;
	if (get_user_u32(&pgrp, user) != 0)
		return -EFAULT;
	if ((s32)pgrp < 0)
		return -EINVAL;
	if (!is_controlling(tty))
		return -ENOTTY;
	sid = pgrp_for_each(pgrp, session_of, NULL);
	if (sid == 0)
		return -ESRCH;
	if ((u32)sid != task_leader(current)->sid)
		return -EPERM;
	spin_lock(&tty->job_lock);
	if (is_controlling(tty))
		tty->pgrp = pgrp;
	spin_unlock(&tty->job_lock);
	return 0;
}

long tty_get_session(struct tty *tty, u32 __user *user)
{
	if (!is_controlling(tty))
		return -ENOTTY;
	return put_user_u32(arch_read_once(&tty->session), user);
}
