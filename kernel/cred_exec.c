/* SPDX-License-Identifier: MIT */
/*
 * cred_exec.c - what a program makes of who starts it: set-user-ID and set-group-ID files, and the
 * capabilities of root. capabilities(7), "Transformation of capabilities during execve()"
 *
 *	P'(ambient)	= set-ID file ? 0 : P(ambient)
 *	P'(permitted)	= (root ? P(inheritable) | P(bounding) : 0) | P'(ambient)
 *	P'(effective)	= effective user root ? P'(permitted) : P'(ambient)
 *
 * Files have no capabilities of their own here, which are extended attributes.
 */
#include <octavo/cred.h>

#include <octavo/errno.h>
#include <octavo/fs.h>
#include <octavo/task.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

/* The file's set-ID bits, where they count. */
static void take_ids(struct cred *new, const struct inode *file)
{
	const u32 setgid = S_ISGID | 0010; /* without the group's x it meant mandatory locking */

	if ((file->sb->flags & MS_NOSUID) || (current->attributes & ATTR_NO_NEW_PRIVS))
		return;
	if (file->mode & S_ISUID)
		new->euid = file->uid;
	if ((file->mode & setgid) == setgid)
		new->egid = file->gid;
}

/* => does the program get capabilities for being root's that it did not ask for? */
static void take_capabilities(struct cred *new, const struct cred *old, struct exec_cred *e)
{
	bool as_root = !(old->securebits & SECBIT_NOROOT);
	bool effective = as_root && new->euid == 0;
	bool set_id = new->euid != old->uid || new->egid != old->gid;

	new->permitted = 0;
	if (as_root && (new->euid == 0 || new->uid == 0))
		new->permitted = old->inheritable | old->bounding;
	if (set_id)
		new->ambient = 0;
	new->permitted |= new->ambient;
	new->effective = effective ? new->permitted : new->ambient;
	e->secure =
		set_id || (new->uid != 0 && (effective || (new->permitted & ~new->ambient) != 0));
}

int cred_for_exec(const struct inode *file, struct exec_cred *e)
{
	const struct cred *old = current->cred;
	struct cred *new = cred_prepare();

	if (new == NULL)
		return -ENOMEM;
	take_ids(new, file);
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

void cred_exec_commit(struct exec_cred *e)
{
	int err = cred_commit(e->new); /* the real user stays: no memory is needed */

	PANIC_ON(err != 0);
	e->new = NULL;
	if (e->secure)
		current->parent_death_signal = 0;
}
