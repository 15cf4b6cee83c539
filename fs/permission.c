/* SPDX-License-Identifier: MIT */
/*
 * permission.c - who may do what with an inode: owner, group, others, and who need not ask.
 * path_resolution(7), "Permissions"
 *
 *	0400 0200 0100	the file-system user's own		one class counts, the first
 *	0040 0020 0010	its group's, or a supplementary one	that fits
 *	0004 0002 0001	everybody else's
 *
 * What is read of the inode is read without its mutex: a chmod(2) at the same time comes before or after.
 */
#include "files.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/time.h>
#include <uapi/octavo/stat.h>

/* What CAP_DAC_* allow: everything, but for executing what nobody may. */
static bool is_overridden(const struct inode *inode, u32 mask)
{
	if (S_ISDIR(inode->mode)) {
		if (!(mask & MAY_WRITE) && capable(CAP_DAC_READ_SEARCH))
			return true;
		return capable(CAP_DAC_OVERRIDE);
	}
	if (mask == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return true;
	return (!(mask & MAY_EXEC) || (inode->mode & 0111)) && capable(CAP_DAC_OVERRIDE);
}

int inode_permission_slow(const struct inode *inode, u32 mask)
{
	const struct cred *c = current->cred;
	u32 mode = inode->mode;

	if (c->fsuid == inode->uid)
		mode >>= 6;
	else if (cred_in_group(c, inode->gid))
		mode >>= 3;
	if ((mask & ~mode) == 0 || is_overridden(inode, mask))
		return 0;
	return -EACCES;
}

bool inode_owner_or_capable(const struct inode *inode)
{
	return inode->uid == current->cred->fsuid || capable(CAP_FOWNER);
}

int dir_may_remove(const struct inode *dir, const struct inode *victim)
{
	u32 me = current->cred->fsuid;
	int err = inode_permission(dir, MAY_WRITE | MAY_EXEC);

	if (err != 0 || !(dir->mode & S_ISVTX))
		return err;
	return victim->uid == me || dir->uid == me || capable(CAP_FOWNER) ? 0 : -EPERM;
}

void inode_drop_set_id_slow(struct inode *inode)
{
	const u32 setgid = S_ISGID | 0010;

	assert_held(&inode->mutex);
	if (!S_ISREG(inode->mode) || capable(CAP_FSETID))
		return;
	inode->mode &= ~(u32)S_ISUID;
	if ((inode->mode & setgid) == setgid)
		inode->mode &= ~(u32)S_ISGID;
}
