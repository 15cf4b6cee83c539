/* SPDX-License-Identifier: MIT */
/*
 * cred_exec.c - what a program makes of who starts it: set-user-ID and set-group-ID files, and the
 * capabilities of root. capabilities(7), "Transformation of capabilities during execve()"
 *
 *	P'(ambient)	= another effective user or group ? 0 : P(ambient)
 *	P'(permitted)	= (root ? P(inheritable) | P(bounding) : 0) | P'(ambient)
 *	P'(effective)	= effective user root ? P'(permitted) : P'(ambient)
 *
 * Who has promised to get no new privileges, shares its directories with another process, or is traced by
 * who may not trace all, gets none: neither ids nor capabilities. What personality(2) has weakened is as usual for who gets some.
 *
 * Files have no capabilities of their own here, which are extended attributes.
 */
#include <octavo/cred.h>

#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/ptrace.h>
#include <octavo/task.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/personality.h>
#include <uapi/octavo/stat.h>

/* The file's set-ID bits, where they count, and its owners of the same moment: chown(2) takes the bits
 * away. => there are any */
static bool take_ids(struct cred *new, struct inode *file)
{
	const u32 setgid = S_ISGID | 0010; /* without the group's x it meant mandatory locking */
	bool group, user;

	if ((file->sb->flags & MS_NOSUID) || (current->attributes & ATTR_NO_NEW_PRIVS))
		return false;
	mutex_lock(&file->mutex);
	group = (file->mode & setgid) == setgid;
	user = file->mode & S_ISUID;
	if (user)
		new->euid = file->uid;
	if (group)
		new->egid = file->gid;
	mutex_unlock(&file->mutex);
	return group || user;
}

/* Has another process the current task's root and working directory, which it could move? No more tasks
 * get them until cred_exec_done(). */
static bool shares_directories(struct exec_cred *e)
{
	e->fs_held = true;
	return fs_context_exec_begin(current->fs);
}

/* Does somebody trace it who could do with it what it may? */
static bool is_watched(void)
{
	bool watched;

	if (!ARCH_TRACES || likely(current->tracee == NULL))
		return false;
	spin_lock(&task_list_lock);
	watched = ptrace_limits(current);
	spin_unlock(&task_list_lock);
	return watched;
}

/* It gets no more than it has, and maybe less. */
static void downgrade(struct cred *new, const struct cred *old)
{
	if (!capable(CAP_SETUID) || (current->attributes & ATTR_NO_NEW_PRIVS)) {
		new->euid = new->uid;
		new->egid = new->gid;
	}
	new->permitted &= old->permitted;
}

/* Its ids are set; effective ones may go again. */
static void take_capabilities(struct cred *new, const struct cred *old, struct exec_cred *e)
{
	bool as_root = !(old->securebits & SECBIT_NOROOT);
	bool effective = as_root && new->euid == 0;
	bool changed = new->euid != old->euid || !cred_in_group(old, new->egid), gained;

	new->permitted = 0;
	if (as_root && (new->euid == 0 || new->uid == 0))
		new->permitted = old->inheritable | old->bounding;
	gained = (new->permitted & ~old->permitted) != 0;
	if (gained)
		e->personality &= ~PER_CLEAR_ON_SETID;
	e->gains = changed || gained;
	if (e->gains &&
	    ((current->attributes & ATTR_NO_NEW_PRIVS) || is_watched() || shares_directories(e))) {
		downgrade(new, old);
		e->gains = false;
	}
	if (changed)
		new->ambient = 0;
	new->permitted |= new->ambient;
	new->effective = effective ? new->permitted : new->ambient;
	e->secure = changed || new->euid != old->uid || new->egid != old->gid ||
		    (new->uid != 0 && (effective || (new->permitted & ~new->ambient) != 0));
}

int cred_for_exec(struct inode *file, struct exec_cred *e)
{
	const struct cred *old = current->cred;
	struct cred *new = cred_prepare();

	if (new == NULL)
		return -ENOMEM;
	e->personality = current->personality & ~PER_MASK;
	if (take_ids(new, file))
		e->personality &= ~PER_CLEAR_ON_SETID;
	take_capabilities(new, old, e);
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;
	new->securebits &= ~SECBIT_KEEP_CAPS;
	e->new = new;
	return 0;
}

bool cred_exec_dumpable(const struct exec_cred *e, bool readable)
{
	const struct cred *old = current->cred;

	return readable && old->euid == old->uid && old->egid == old->gid &&
	       cred_is_no_more(old, e->new);
}

bool cred_exec_settle(const struct exec_cred *e)
{
	bool settled;

	if (cred_is_no_more(current->cred, e->new))
		return true;
	spin_lock(&task_list_lock);
	settled = !(e->gains && ptrace_limits(current));
	if (settled)
		current->flags |= TASK_GAINS;
	else
		current->head.work_signal = 1; /* so that the call is made again */
	spin_unlock(&task_list_lock);
	return settled;
}

void cred_exec_commit(struct exec_cred *e)
{
	int err = cred_commit(e->new); /* the real user stays: no memory is needed */

	PANIC_ON(err != 0);
	e->new = NULL;
	current->flags &= ~TASK_GAINS;
	current->personality = e->personality;
	if (e->secure)
		current->parent_death_signal = 0;
	cred_exec_done(e);
}

void cred_exec_done(struct exec_cred *e)
{
	if (e->new != NULL)
		cred_abort(e->new);
	e->new = NULL;
	if (e->fs_held)
		fs_context_exec_end(current->fs);
	e->fs_held = false;
}
