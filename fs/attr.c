/* SPDX-License-Identifier: MIT */
/*
 * attr.c - the calls that change what an inode says of itself: permissions, owner, times, size.
 *
 * Each finds its inode (through a path or a descriptor), checks what may be changed, and changes it
 * with the inode's mutex held.
 */
#include "files.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/rlimit.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/memfd.h>
#include <uapi/octavo/stat.h>
#include <uapi/octavo/time.h>

#define ID_SAME UINT32_MAX /* chown(2): this one stays */

/* --- chmod, chown --- */

static bool in_group_or_capable(u32 gid)
{
	return cred_in_group(current->cred, gid) || capable(CAP_FSETID);
}

static int set_mode(struct inode *inode, u32 mode)
{
	int err = -EPERM;

	if (inode->sb->read_only)
		return -EROFS;
	if (S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	if (inode->sb->ops->fixed)
		return -EPERM;
	mutex_lock(&inode->mutex);
	if (inode_owner_or_capable(inode) &&
	    !((inode->seals & F_SEAL_EXEC) && ((inode->mode ^ mode) & 0111))) {
		if (!in_group_or_capable(inode->gid))
			mode &= ~(u32)S_ISGID;
		inode->mode = (inode->mode & S_IFMT) | (mode & 07777);
		inode->ctime_ns = clock_realtime_ns();
		err = 0;
	}
	mutex_unlock(&inode->mutex);
	return err;
}

/* The set-ID bits that a file loses with its owner, or by a chown(2) that changes nothing. */
static u32 lost_bits(const struct inode *inode)
{
	u32 lost = inode->mode & S_ISUID;

	if (S_ISDIR(inode->mode))
		return 0;
	if ((inode->mode & 010) || !in_group_or_capable(inode->gid))
		lost |= inode->mode & S_ISGID;
	return lost;
}

/* The owner may give the file to a group that he is in; all else is for CAP_CHOWN. chown(2) */
static int check_owner(const struct inode *inode, u32 uid, u32 gid)
{
	const struct cred *c = current->cred;
	bool own = inode->uid == c->fsuid;

	if (uid != ID_SAME && !(own && uid == inode->uid) && !capable(CAP_CHOWN))
		return -EPERM;
	if (gid != ID_SAME && !(own && (gid == inode->gid || cred_in_group(c, gid))) &&
	    !capable(CAP_CHOWN))
		return -EPERM;
	return lost_bits(inode) != 0 && !inode_owner_or_capable(inode) ? -EPERM : 0;
}

static int set_owner(struct inode *inode, u32 uid, u32 gid)
{
	int err;

	if (inode->sb->read_only)
		return -EROFS;
	mutex_lock(&inode->mutex);
	err = check_owner(inode, uid, gid);
	if (err != 0)
		goto unlock;
	inode->mode &= ~lost_bits(inode);
	if (uid != ID_SAME)
		inode->uid = uid;
	if (gid != ID_SAME)
		inode->gid = gid;
	inode->ctime_ns = clock_realtime_ns();
unlock:
	mutex_unlock(&inode->mutex);
	return err;
}

long sys_fchmodat(int dirfd, const char __user *path, u32 mode)
{
	struct path p;
	int err = path_at(dirfd, path, WALK_FOLLOW, &p);

	if (err != 0)
		return err;
	err = set_mode(p.inode, mode);
	path_put(&p);
	return err;
}

long sys_chmod(const char __user *path, u32 mode)
{
	return sys_fchmodat(AT_FDCWD, path, mode);
}

long sys_fchmod(u32 fd, u32 mode)
{
	struct file *f = files_lookup(fd);
	int err;

	if (f == NULL)
		return -EBADF;
	err = set_mode(f->inode, mode);
	file_put(f);
	return err;
}

long sys_fchownat(int dirfd, const char __user *path, u32 uid, u32 gid, u32 flags)
{
	unsigned walk = (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
			(flags & AT_EMPTY_PATH ? WALK_EMPTY : 0);
	struct path p;
	int err;

	if (flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = path_at(dirfd, path, walk, &p);
	if (err != 0)
		return err;
	err = set_owner(p.inode, uid, gid);
	path_put(&p);
	return err;
}

long sys_chown(const char __user *path, u32 uid, u32 gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, 0);
}

long sys_lchown(const char __user *path, u32 uid, u32 gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(u32 fd, u32 uid, u32 gid)
{
	struct file *f = files_lookup(fd);
	int err;

	if (f == NULL)
		return -EBADF;
	err = set_owner(f->inode, uid, gid);
	file_put(f);
	return err;
}

/* The forms of 16 bits: 65535 is -1. */
static u32 from_id16(u32 id)
{
	return (id & 0xffff) == 0xffff ? ID_SAME : id & 0xffff;
}

long sys_chown16(const char __user *path, u32 uid, u32 gid)
{
	return sys_chown(path, from_id16(uid), from_id16(gid));
}

long sys_lchown16(const char __user *path, u32 uid, u32 gid)
{
	return sys_lchown(path, from_id16(uid), from_id16(gid));
}

long sys_fchown16(u32 fd, u32 uid, u32 gid)
{
	return sys_fchown(fd, from_id16(uid), from_id16(gid));
}

/* --- times --- */

#define TIME_NOW  0x3fffffff /* in tv_nsec: UTIME_NOW, UTIME_OMIT. utimensat(2) */
#define TIME_OMIT 0x3ffffffe

static bool time_is_valid(const struct uapi_timespec64 *t)
{
	return t->tv_nsec == TIME_NOW || t->tv_nsec == TIME_OMIT ||
	       (t->tv_nsec >= 0 && t->tv_nsec < (s64)NSEC_PER_SEC);
}

/* What lies outside of 1970 to 2554 becomes the nearest that does not. */
static u64 time_to_ns(const struct uapi_timespec64 *t)
{
	if (t->tv_sec < 0)
		return 0;
	if (t->tv_sec >= (s64)(UINT64_MAX / NSEC_PER_SEC))
		return UINT64_MAX;
	return (u64)t->tv_sec * NSEC_PER_SEC + (u64)t->tv_nsec;
}

static void set_time(u64 *field, const struct uapi_timespec64 *t, u64 now)
{
	if (t->tv_nsec == TIME_NOW)
		*field = now;
	else if (t->tv_nsec != TIME_OMIT)
		*field = time_to_ns(t);
}

/* Both to now: whoever may write. Others: the owner. */
static int may_set_times(const struct inode *inode, const struct uapi_timespec64 *times)
{
	bool now = times[0].tv_nsec == TIME_NOW && times[1].tv_nsec == TIME_NOW;

	if (inode_owner_or_capable(inode))
		return 0;
	return now ? inode_permission(inode, MAY_WRITE) : -EPERM;
}

static int set_times(struct inode *inode, const struct uapi_timespec64 *times)
{
	u64 now = clock_realtime_ns();
	int err;

	if (!time_is_valid(&times[0]) || !time_is_valid(&times[1]))
		return -EINVAL;
	if (inode->sb->read_only)
		return -EROFS;
	err = may_set_times(inode, times);
	if (err != 0)
		return err;
	mutex_lock(&inode->mutex);
	set_time(&inode->atime_ns, &times[0], now);
	set_time(&inode->mtime_ns, &times[1], now);
	inode->ctime_ns = now;
	mutex_unlock(&inode->mutex);
	return 0;
}

/* No path: the descriptor itself. */
static long set_times_of_fd(int fd, const struct uapi_timespec64 *times, u32 flags)
{
	struct file *f;
	long err;

	if (flags != 0)
		return -EINVAL;
	f = files_lookup((u32)fd);
	if (f == NULL)
		return -EBADF;
	err = set_times(f->inode, times);
	file_put(f);
	return err;
}

static long set_times_at(int dirfd, const char __user *path, const struct uapi_timespec64 *times,
			 u32 flags)
{
	unsigned walk = (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
			(flags & AT_EMPTY_PATH ? WALK_EMPTY : 0);
	struct path p;
	long err;

	if (path == NULL && dirfd != AT_FDCWD)
		return set_times_of_fd(dirfd, times, flags);
	if (flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = path_at(dirfd, path, walk, &p);
	if (err != 0)
		return err;
	err = set_times(p.inode, times);
	path_put(&p);
	return err;
}

static const struct uapi_timespec64 both_now[2] = {{0, TIME_NOW}, {0, TIME_NOW}};

static bool both_omitted(const struct uapi_timespec64 *t)
{
	return t[0].tv_nsec == TIME_OMIT && t[1].tv_nsec == TIME_OMIT;
}

long sys_utimensat_time64(int dirfd, const char __user *path, const void __user *user_times,
			  u32 flags)
{
	struct uapi_timespec64 times[2];

	if (user_times == NULL)
		return set_times_at(dirfd, path, both_now, flags);
	if (copy_from_user(times, user_times, sizeof(times)) != 0)
		return -EFAULT;
	times[0].tv_nsec = (s32)times[0].tv_nsec; /* the upper half is padding */
	times[1].tv_nsec = (s32)times[1].tv_nsec;
	return both_omitted(times) ? 0 : set_times_at(dirfd, path, times, flags);
}

long sys_utimensat(int dirfd, const char __user *path, const void __user *user_times, u32 flags)
{
	struct uapi_timespec32 t[2];
	struct uapi_timespec64 times[2];

	if (user_times == NULL)
		return set_times_at(dirfd, path, both_now, flags);
	if (copy_from_user(t, user_times, sizeof(t)) != 0)
		return -EFAULT;
	for (unsigned i = 0; i < 2; i++)
		times[i] = (struct uapi_timespec64){t[i].tv_sec, t[i].tv_nsec};
	return both_omitted(times) ? 0 : set_times_at(dirfd, path, times, flags);
}

long sys_futimesat(int dirfd, const char __user *path, const void __user *user_times)
{
	struct uapi_timeval32 t[2];
	struct uapi_timespec64 times[2];

	if (user_times == NULL)
		return set_times_at(dirfd, path, both_now, 0);
	if (copy_from_user(t, user_times, sizeof(t)) != 0)
		return -EFAULT;
	for (unsigned i = 0; i < 2; i++) {
		if (t[i].tv_usec < 0 || t[i].tv_usec >= 1000000)
			return -EINVAL;
		times[i] = (struct uapi_timespec64){t[i].tv_sec, t[i].tv_usec * 1000ll};
	}
	return set_times_at(dirfd, path, times, 0);
}

long sys_utimes(const char __user *path, const void __user *times)
{
	return sys_futimesat(AT_FDCWD, path, times);
}

long sys_utime(const char __user *path, const s32 __user *user_times)
{
	struct uapi_timespec64 times[2] = {{0, 0}, {0, 0}};
	s32 t[2];

	if (user_times == NULL)
		return set_times_at(AT_FDCWD, path, both_now, 0);
	if (copy_from_user(t, user_times, sizeof(t)) != 0)
		return -EFAULT;
	times[0].tv_sec = t[0];
	times[1].tv_sec = t[1];
	return set_times_at(AT_FDCWD, path, times, 0);
}

/* --- size --- */

int inode_truncate(struct inode *inode, loff_t size)
{
	int err = 0;

	if (inode->sb->read_only)
		return -EROFS;
	if (inode->ops->truncate == NULL)
		return -EINVAL;
	mutex_lock(&inode->mutex);
	if (size > inode->size)
		err = rlimit_file_size((u64)size);
	if (err == 0)
		err = inode->ops->truncate(inode, size);
	if (err == 0) {
		inode_drop_set_id(inode);
		inode->ctime_ns = inode->mtime_ns;
	}
	mutex_unlock(&inode->mutex);
	return err;
}

static int truncate_inode(struct inode *inode, loff_t size)
{
	int err;

	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode))
		return -EINVAL;
	if (inode->sb->read_only)
		return -EROFS;
	err = inode_permission(inode, MAY_WRITE);
	if (err == 0)
		err = inode_write_begin(inode);
	if (err != 0)
		return err;
	err = inode_truncate(inode, size);
	inode_write_end(inode);
	return err;
}

static long truncate_path(const char __user *path, loff_t size)
{
	struct path p;
	int err;

	if (size < 0)
		return -EINVAL;
	err = path_at(AT_FDCWD, path, WALK_FOLLOW, &p);
	if (err != 0)
		return err;
	err = truncate_inode(p.inode, size);
	path_put(&p);
	return err;
}

/* `large`: who opened it so can have it longer than 31 bits can tell */
static long truncate_fd(u32 fd, loff_t size, bool large)
{
	struct file *f;
	long err;

	if (size < 0)
		return -EINVAL;
	f = files_lookup(fd);
	if (f == NULL)
		return -EBADF;
	err = -EINVAL;
	if (S_ISREG(f->inode->mode) && file_can_write(f) &&
	    (!large || size <= INT32_MAX || (f->flags & O_LARGEFILE)))
		err = inode_truncate(f->inode, size);
	file_put(f);
	return err;
}

static loff_t join(u32 low, u32 high)
{
	return (loff_t)((u64)high << 32 | low);
}

long sys_truncate(const char __user *path, s32 size)
{
	return truncate_path(path, size);
}

long sys_truncate64(const char __user *path, u32 low, u32 high)
{
	return truncate_path(path, join(low, high));
}

long sys_ftruncate(u32 fd, s32 size)
{
	return truncate_fd(fd, size, false);
}

long sys_ftruncate64(u32 fd, u32 low, u32 high)
{
	return truncate_fd(fd, join(low, high), true);
}

long sys_truncate64_even(const char __user *path, u32 pad, u32 low, u32 high)
{
	(void)pad;
	return truncate_path(path, join(low, high));
}

long sys_ftruncate64_even(u32 fd, u32 pad, u32 low, u32 high)
{
	(void)pad;
	return truncate_fd(fd, join(low, high), false);
}
