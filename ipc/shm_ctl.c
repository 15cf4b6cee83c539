/* SPDX-License-Identifier: MIT */
/* shm_ctl.c - what is told of segments and changed about them: shmctl(2), /proc/sysvipc/shm. */
#include "segment.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/filemap.h>
#include <octavo/rlimit.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <octavo/why.h>

/* --- telling --- */

static u32 seconds(u64 ns)
{
	u32 rest;

	return split_seconds(ns, &rest);
}

static u32 resident_pages(const struct segment *s)
{
	return filemap_nr_pages(s->inode->mapping);
}

static void describe(struct segment *s, struct uapi_shmid64_ds *ds)
{
	u64 atime, dtime;

	memset(ds, 0, sizeof(*ds));
	ds->shm_perm.key = s->key;
	ds->shm_perm.uid = s->uid;
	ds->shm_perm.gid = s->gid;
	ds->shm_perm.cuid = s->cuid;
	ds->shm_perm.cgid = s->cgid;
	ds->shm_perm.mode = (u16)s->mode;
	ds->shm_perm.seq = (u16)(s->id >> SHM_ID_SHIFT);
	ds->shm_segsz = s->size;
	ds->shm_cpid = (int)s->cpid;
	spin_lock(&shm_use_lock);
	ds->shm_lpid = (int)s->lpid;
	ds->shm_nattch = s->nr_attached;
	atime = s->atime_ns;
	dtime = s->dtime_ns;
	spin_unlock(&shm_use_lock);
	ds->shm_atime = seconds(atime);
	ds->shm_dtime = seconds(dtime);
	ds->shm_ctime = seconds(s->ctime_ns);
}

static long give(void __user *to, const void *from, u32 len, long result)
{
	return copy_to_user(to, from, len) != 0 ? -EFAULT : result;
}

static long give_old(void __user *to, const struct uapi_shmid64_ds *ds, long result)
{
	const struct uapi_ipc64_perm *p = &ds->shm_perm;
	const struct uapi_shmid_ds old = {
		.shm_perm = {.key = p->key,
			     .uid = id_to_16(p->uid),
			     .gid = id_to_16(p->gid),
			     .cuid = id_to_16(p->cuid),
			     .cgid = id_to_16(p->cgid),
			     .mode = p->mode,
			     .seq = p->seq},
		.shm_segsz = (int)ds->shm_segsz,
		.shm_atime = (int)ds->shm_atime,
		.shm_dtime = (int)ds->shm_dtime,
		.shm_ctime = (int)ds->shm_ctime,
		.shm_cpid = (u16)ds->shm_cpid,
		.shm_lpid = (u16)ds->shm_lpid,
		.shm_nattch = (u16)ds->shm_nattch,
	};

	return give(to, &old, sizeof(old), result);
}

static long stat(int id, int cmd, void __user *buf, bool old)
{
	struct uapi_shmid64_ds ds;
	struct segment *s;
	long result = 0;

	mutex_lock(&shm_mutex);
	s = cmd == IPC_STAT ? segment_by_id(id) : segment_by_index((u32)id & SHM_ID_INDEX);
	if (s == NULL) {
		result = -EINVAL;
	} else if (cmd != SHM_STAT_ANY && !segment_may(s, 0444)) {
		result = -EACCES;
	} else {
		describe(s, &ds);
		result = cmd == IPC_STAT ? 0 : (long)s->id;
	}
	mutex_unlock(&shm_mutex);
	if (result < 0)
		return result;
	return old ? give_old(buf, &ds, result) : give(buf, &ds, sizeof(ds), result);
}

static long limits(void __user *buf, bool old)
{
	struct uapi_shminfo64 info = {.shmmax = shm_limits.max,
				      .shmmin = 1,
				      .shmmni = shm_limits.mni,
				      .shmseg = shm_limits.mni,
				      .shmall = shm_limits.all};
	struct uapi_shminfo old_info = {.shmmax = (int)MIN(info.shmmax, (unsigned long)INT32_MAX),
					.shmmin = (int)info.shmmin,
					.shmmni = (int)info.shmmni,
					.shmseg = (int)info.shmseg,
					.shmall = (int)info.shmall};
	long highest;

	mutex_lock(&shm_mutex);
	highest = (long)shm_ids.highest;
	mutex_unlock(&shm_mutex);
	return old ? give(buf, &old_info, sizeof(old_info), highest)
		   : give(buf, &info, sizeof(info), highest);
}

static long usage(void __user *buf)
{
	struct uapi_shm_info info = {0};
	u32 highest;

	mutex_lock(&shm_mutex);
	info.used_ids = (int)shm_ids.nr;
	info.shm_tot = shm_ids.nr_pages;
	highest = shm_ids.highest;
	for (u32 i = 0; i < shm_ids.size; i++)
		if (shm_ids.table[i] != NULL)
			info.shm_rss += resident_pages(shm_ids.table[i]);
	mutex_unlock(&shm_mutex);
	return give(buf, &info, sizeof(info), (long)highest);
}

bool shm_next(u32 *index, struct shm_report *r)
{
	struct segment *s = NULL;

	mutex_lock(&shm_mutex);
	while (*index < shm_ids.size && (s = shm_ids.table[*index]) == NULL)
		++*index;
	if (s != NULL) {
		describe(s, &r->ds);
		r->id = s->id;
		r->resident = resident_pages(s) << PAGE_SHIFT;
	}
	mutex_unlock(&shm_mutex);
	return s != NULL;
}

/* --- changing --- */

/* May the current task change it? Its owner, its maker, CAP_SYS_ADMIN. */
static bool may_change(const struct segment *s)
{
	u32 euid = current->cred->euid;

	return euid == s->cuid || euid == s->uid || capable(CAP_SYS_ADMIN);
}

/* What of a structure can be set. => 0, -EFAULT */
static int take(struct uapi_ipc64_perm *perm, const void __user *buf, bool old)
{
	struct uapi_shmid64_ds ds;
	struct uapi_shmid_ds old_ds;

	if (!old) {
		if (copy_from_user(&ds, buf, sizeof(ds)) != 0)
			return -EFAULT;
		*perm = ds.shm_perm;
		return 0;
	}
	if (copy_from_user(&old_ds, buf, sizeof(old_ds)) != 0)
		return -EFAULT;
	perm->uid = old_ds.shm_perm.uid;
	perm->gid = old_ds.shm_perm.gid;
	perm->mode = old_ds.shm_perm.mode;
	return 0;
}

static long set(int id, const void __user *buf, bool old)
{
	struct uapi_ipc64_perm perm;
	struct segment *s;
	long err = -EINVAL;

	if (take(&perm, buf, old) != 0)
		return -EFAULT;
	mutex_lock(&shm_mutex);
	s = segment_by_id(id);
	if (s != NULL && !may_change(s)) {
		err = -EPERM;
	} else if (s != NULL && perm.uid != ID_NONE && perm.gid != ID_NONE) {
		s->uid = perm.uid;
		s->gid = perm.gid;
		s->mode = (s->mode & ~0777u) | (perm.mode & 0777u);
		s->ctime_ns = clock_realtime_ns();
		err = 0;
	}
	mutex_unlock(&shm_mutex);
	return err;
}

static long remove(int id)
{
	struct segment *s;
	bool gone = false;
	long err = 0;

	mutex_lock(&shm_mutex);
	s = segment_by_id(id);
	if (s == NULL) {
		err = -EINVAL;
	} else if (!may_change(s)) {
		err = -EPERM;
	} else {
		s->mode |= SHM_DEST;
		s->key = IPC_PRIVATE;
		gone = segment_unused(s);
	}
	mutex_unlock(&shm_mutex);
	if (gone)
		segment_free(s);
	return err;
}

/* Pages of segments that `uid` has locked. shm_mutex held */
static u32 locked_by(u32 uid)
{
	u32 pages = 0;

	for (u32 i = 0; i < shm_ids.size; i++) {
		const struct segment *s = shm_ids.table[i];

		if (s != NULL && (s->mode & SHM_LOCKED) && s->locker == uid)
			pages += segment_pages(s);
	}
	return pages;
}

/* => 0, -ENOMEM: the user would have more locked than RLIMIT_MEMLOCK allows */
static long lock_segment(struct segment *s)
{
	u32 limit = rlimit(RLIMIT_MEMLOCK), uid = current->cred->uid, pages;

	if (s->mode & SHM_LOCKED)
		return 0;
	pages = locked_by(uid) + segment_pages(s);
	if (limit != RLIMIT_INFINITE && pages > limit >> PAGE_SHIFT && !capable(CAP_IPC_LOCK)) {
		why("shmctl: ENOMEM: %u pages locked, RLIMIT_MEMLOCK allows %u", pages,
		    limit >> PAGE_SHIFT);
		return -ENOMEM;
	}
	s->locker = uid;
	s->mode |= SHM_LOCKED;
	return 0;
}

static bool may_lock(const struct segment *s, bool lock)
{
	u32 euid = current->cred->euid;

	if (capable(CAP_IPC_LOCK))
		return true;
	return (euid == s->cuid || euid == s->uid) && (!lock || rlimit(RLIMIT_MEMLOCK) != 0);
}

/* Nothing is paged out yet: what is locked is counted. */
static long set_locked(int id, bool lock)
{
	struct segment *s;
	long err = 0;

	mutex_lock(&shm_mutex);
	s = segment_by_id(id);
	if (s == NULL)
		err = -EINVAL;
	else if (!may_lock(s, lock))
		err = -EPERM;
	else if (lock)
		err = lock_segment(s);
	else
		s->mode &= ~(u32)SHM_LOCKED;
	mutex_unlock(&shm_mutex);
	return err;
}

static long shmctl(int id, int cmd, void __user *buf, bool old)
{
	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
		return limits(buf, old);
	case SHM_INFO:
		return usage(buf);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return stat(id, cmd, buf, old);
	case IPC_SET:
		return set(id, buf, old);
	case IPC_RMID:
		return remove(id);
	case SHM_LOCK:
	case SHM_UNLOCK:
		return set_locked(id, cmd == SHM_LOCK);
	default:
		return -EINVAL;
	}
}

long sys_shmctl(int id, int cmd, void __user *buf)
{
	return shmctl(id, cmd, buf, false);
}

long sys_old_shmctl(int id, int cmd, void __user *buf)
{
	return shmctl(id, cmd & ~IPC_64, buf, !(cmd & IPC_64));
}
