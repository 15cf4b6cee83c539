/* SPDX-License-Identifier: MIT */
/*
 * memfd.c - memfd_create(2): files of tmpfs that no directory has; and what any file of tmpfs may be
 * sealed against. fcntl(2)
 *
 *	seal		it is asked for in
 *	WRITE		write(2), fallocate(2), mmap(2): also refused while somebody may write to a mapping
 *	FUTURE_WRITE	the same, but for mappings that are there
 *	GROW, SHRINK	write(2), truncate(2), fallocate(2)
 *	EXEC		chmod(2)
 *	SEAL		fcntl(2); every file has it but those that are made to be sealed
 *
 * inode->seals changes under [im] and the mapping's tree_lock, so either of them keeps it as it is.
 * The files lie in a tmpfs of their own, which is mounted nowhere and has no limit but the memory.
 */
#include "files.h"
#include "tmpfs.h"

#include <octavo/errno.h>
#include <octavo/printf.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/memfd.h>
#include <uapi/octavo/stat.h>

#define MFD_NAME_MAX 249u /* bytes of a name without its NUL */
#define MFD_KNOWN    (MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC)

static struct super_block *memfd_sb; /* [I] after boot */

void memfd_init(struct super_block *sb)
{
	memfd_sb = sb;
}

/* --- seals --- */

/* => 0; -EPERM it is sealed against seals, -EBUSY somebody may write to a mapping; [im] held */
static int add_seals(struct inode *inode, u32 seals)
{
	struct address_space *m = inode->mapping;
	int err = 0;

	if ((seals & F_SEAL_EXEC) && (inode->mode & 0111)) /* a program does not change */
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEALS_NO_WRITE;
	spin_lock(&m->tree_lock);
	if (inode->seals & F_SEAL_SEAL)
		err = -EPERM;
	else if ((seals & ~inode->seals & F_SEAL_WRITE) && atomic_read(&m->nr_writable) != 0)
		err = -EBUSY;
	if (err == 0)
		inode->seals |= seals;
	spin_unlock(&m->tree_lock);
	return err;
}

long memfd_seals(struct inode *inode, bool add, u32 seals)
{
	long result;

	mutex_lock(&inode->mutex);
	result = add ? add_seals(inode, seals) : (long)inode->seals;
	mutex_unlock(&inode->mutex);
	return result;
}

/* --- making one --- */

struct inode *shmem_unnamed(u32 mode, char *name)
{
	struct inode *inode = tmpfs_unnamed(memfd_sb, mode, name);

	if (inode == NULL)
		kfree(name);
	return inode;
}

/* => "memfd:" and a copy of the name (kfree it); err_ptr(-EINVAL too long, -EFAULT, -ENOMEM) */
static char *name_from_user(const char __user *user)
{
	static const char what[] = "memfd:";
	char *name = kmalloc(sizeof(what) + MFD_NAME_MAX, GFP_KERNEL);
	ssize_t len;

	if (name == NULL)
		return err_ptr(-ENOMEM);
	memcpy(name, what, sizeof(what));
	len = strncpy_from_user(name + sizeof(what) - 1, user, MFD_NAME_MAX + 1);
	if (len >= 0 && len <= (ssize_t)MFD_NAME_MAX)
		return name;
	kfree(name);
	return err_ptr(len < 0 ? (int)len : -EINVAL);
}

/* The file, whose name is taken over in any case. */
static struct file *memfd_new(char *name, u32 flags)
{
	u32 mode = S_IFREG | (flags & MFD_NOEXEC_SEAL ? 0666 : 0777);
	struct inode *inode = shmem_unnamed(mode, name);
	struct file *f;

	if (inode == NULL)
		return err_ptr(-ENOMEM);
	if (flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL))
		inode->seals = flags & MFD_NOEXEC_SEAL ? F_SEAL_EXEC : 0;
	f = file_alloc(inode, O_RDWR | O_LARGEFILE, inode->fops);
	if (ptr_is_err(f))
		inode_put(inode);
	return f;
}

long sys_memfd_create(const char __user *user_name, u32 flags)
{
	u32 known = MFD_KNOWN;
	struct file *f;
	char *name;
	int fd;

	if (flags & MFD_HUGETLB)
		known |= MFD_HUGETLB | MFD_HUGE_SIZES;
	if ((flags & ~known) ||
	    (flags & (MFD_EXEC | MFD_NOEXEC_SEAL)) == (MFD_EXEC | MFD_NOEXEC_SEAL))
		return -EINVAL;
	name = name_from_user(user_name);
	if (ptr_is_err(name))
		return ptr_err(name);
	/* there are no huge pages yet */
	fd = flags & MFD_HUGETLB ? -ENOSYS : files_reserve(0);
	if (fd < 0) {
		kfree(name);
		return fd;
	}
	f = memfd_new(name, flags);
	if (ptr_is_err(f)) {
		files_unreserve((u32)fd);
		return ptr_err(f);
	}
	files_fill((u32)fd, f, (flags & MFD_CLOEXEC) != 0);
	return fd;
}
