/* SPDX-License-Identifier: MIT */
/*
 * shm.c - System V shared memory: segments come, are attached, and go. shmget(2), shmat(2), shmdt(2)
 *
 *	shmget	a file of tmpfs without a name, as memfd_create(2) makes them, and an id
 *	shmat	a file for each attachment, opened as shmat(2) says, and an area that maps it
 *	shmdt	the areas of that attachment go
 *
 * A segment that was removed (IPC_RMID) goes with the last area that shows it; so do exec and exit
 * detach, and a child of fork(2) is attached to what its parent is.
 */
#include "segment.h"

#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/param.h>
#include <octavo/printf.h>
#include <octavo/shmem.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/why.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mman.h>
#include <uapi/octavo/stat.h>

struct mutex shm_mutex = MUTEX_INIT(shm_mutex, shm_mutex);
spinlock_t shm_use_lock = SPINLOCK_INIT(shm_use_lock);

/* As little as there is to forbid: other limits stop a program first. */
#define NO_LIMIT (UINT32_MAX - (1u << 24))
struct shm_limits shm_limits = {
	.max = NO_LIMIT, .all = NO_LIMIT, .mni = 4096, .next_id = SHM_ID_ANY};

void shm_init(void)
{
	const char *like = params_get(&boot_params, "shm");

	if (like == NULL || strcmp(like, "2.6") != 0)
		return;
	shm_limits.max = 32u << 20;
	shm_limits.all = shm_limits.max / PAGE_SIZE * (shm_limits.mni / 16);
}

bool segment_may(const struct segment *s, u32 mode)
{
	const struct cred *c = current->cred;
	u32 asked = (mode >> 6 | mode >> 3 | mode) & 7, granted = s->mode;

	if (c->euid == s->cuid || c->euid == s->uid)
		granted >>= 6;
	else if (cred_in_group(c, s->cgid) || cred_in_group(c, s->gid))
		granted >>= 3;
	return (asked & ~granted) == 0 || capable(CAP_IPC_OWNER);
}

/* --- use --- */

void shm_attached(struct segment *s)
{
	u64 now = clock_realtime_ns();

	spin_lock(&shm_use_lock);
	s->nr_attached++;
	s->atime_ns = now;
	s->lpid = current->tgid;
	spin_unlock(&shm_use_lock);
}

bool segment_unused(struct segment *s)
{
	bool used;

	spin_lock(&shm_use_lock);
	used = s->nr_attached != 0;
	spin_unlock(&shm_use_lock);
	if (used || (!(s->mode & SHM_DEST) && !shm_limits.rmid_forced))
		return false;
	if (s->maker != NULL)
		LIST_REMOVE(s, made);
	segment_leave(s);
	return true;
}

void segment_free(struct segment *s)
{
	inode_put(s->inode);
	kfree(s);
}

/* `now`: when an area went; 0: none did. */
static void detach(struct segment *s, u64 now)
{
	bool last;

	mutex_lock(&shm_mutex);
	spin_lock(&shm_use_lock);
	s->nr_attached--;
	if (now != 0) {
		s->dtime_ns = now;
		s->lpid = current->tgid;
	}
	spin_unlock(&shm_use_lock);
	last = segment_unused(s);
	mutex_unlock(&shm_mutex);
	if (last)
		segment_free(s);
}

void shm_detached(struct segment *s)
{
	detach(s, clock_realtime_ns());
}

/* --- shmget(2) --- */

/* Their memory: as much as is touched with an MMU, else all of it at once and in a row. */
static struct inode *new_inode(s32 key, u32 size, u32 flags)
{
	enum { NAME_BYTES = sizeof("SYSV01234567") };
	char *name = kmalloc(NAME_BYTES, GFP_KERNEL);
	struct inode *inode;
	int err;

	if (name == NULL)
		return err_ptr(-ENOMEM);
	snprintf(name, NAME_BYTES, "SYSV%08x", (u32)key);
	inode = shmem_unnamed(S_IFREG | 0777, name);
	if (inode == NULL)
		return err_ptr(-ENOMEM);
	mutex_lock(&inode->mutex);
	err = shmem_promise_all(inode->mapping, PAGES_OF(size), (flags & SHM_NORESERVE) != 0);
	if (err == 0)
		err = shmem_truncate(inode, size);
	mutex_unlock(&inode->mutex);
	if (err == 0)
		return inode;
	inode_put(inode);
	return err_ptr(err);
}

/* => 0; -ENOSPC (why-line); shm_mutex held */
static int check_total(u32 nr_pages)
{
	if (nr_pages <= shm_limits.all && shm_ids.nr_pages <= shm_limits.all - nr_pages)
		return 0;
	why("shmget: ENOSPC: %u pages, and all segments have %u: %u allowed", nr_pages,
	    shm_ids.nr_pages, shm_limits.all);
	return -ENOSPC;
}

static int check_size(u32 size, u32 flags)
{
	int err;

	if (size < 1 || size > shm_limits.max) {
		why("shmget: EINVAL: %u bytes, 1 to %u allowed", size, shm_limits.max);
		return -EINVAL;
	}
	if (size > ALIGN_DOWN(UINT32_MAX, PAGE_SIZE))
		return -ENOSPC;
	mutex_lock(&shm_mutex);
	err = check_total(PAGES_OF(size));
	mutex_unlock(&shm_mutex);
	if (err == 0 && (flags & SHM_HUGETLB)) /* there are no huge pages yet */
		err = -EINVAL;
	return err;
}

/* It becomes known. => its id; -EAGAIN another has got the key meanwhile; -ENOSPC, -ENOMEM */
static long publish(struct segment *s)
{
	struct task *t = current;
	int err = 0;

	mutex_lock(&shm_mutex);
	if (s->key != IPC_PRIVATE && segment_by_key(s->key) != NULL)
		err = -EAGAIN;
	if (err == 0)
		err = check_total(segment_pages(s));
	if (err == 0)
		err = segment_enter(s);
	if (err == 0) {
		s->inode->ino = s->id; /* as /proc/PID/maps shows it */
		s->maker = t;
		LIST_INSERT_HEAD(&t->shm_made, s, made);
		err = (int)s->id;
	}
	mutex_unlock(&shm_mutex);
	return err;
}

static long create(s32 key, u32 size, u32 flags)
{
	struct segment *s;
	long id = check_size(size, flags);

	if (id != 0)
		return id;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (s == NULL)
		return -ENOMEM;
	s->key = key;
	s->uid = s->cuid = current->cred->euid;
	s->gid = s->cgid = current->cred->egid;
	s->mode = flags & 0777;
	s->size = size;
	s->cpid = current->tgid;
	s->ctime_ns = clock_realtime_ns();
	s->inode = new_inode(key, size, flags);
	if (ptr_is_err(s->inode)) {
		id = ptr_err(s->inode);
		kfree(s);
		return id;
	}
	id = publish(s);
	if (id < 0)
		segment_free(s);
	return id;
}

/* One that is there. shm_mutex held */
static long use_existing(const struct segment *s, u32 size, u32 flags)
{
	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	if (s->size < size)
		return -EINVAL;
	return segment_may(s, flags) ? (long)s->id : -EACCES;
}

long sys_shmget(s32 key, u32 size, u32 flags)
{
	const struct segment *s;
	long id;

	if (key == IPC_PRIVATE)
		return create(key, size, flags);
	do {
		mutex_lock(&shm_mutex);
		s = segment_by_key(key);
		id = s != NULL ? use_existing(s, size, flags) : -ENOENT;
		mutex_unlock(&shm_mutex);
		if (s == NULL && (flags & IPC_CREAT))
			id = create(key, size, flags);
	} while (id == -EAGAIN);
	return id;
}

/* --- shmat(2), shmdt(2) --- */

/* => the segment, which stays from now on: detach() it; err_ptr */
static struct segment *attach_begin(int id, u32 mode)
{
	struct segment *s;

	mutex_lock(&shm_mutex);
	s = segment_by_id(id);
	if (s == NULL) {
		s = err_ptr(-EINVAL);
	} else if (!segment_may(s, mode)) {
		s = err_ptr(-EACCES);
	} else {
		spin_lock(&shm_use_lock);
		s->nr_attached++;
		spin_unlock(&shm_use_lock);
	}
	mutex_unlock(&shm_mutex);
	return s;
}

static long map_segment(struct segment *s, vaddr_t addr, u32 prot, u32 map_flags)
{
	struct file *f = file_alloc(s->inode, (prot & PROT_WRITE ? O_RDWR : O_RDONLY) | O_LARGEFILE,
				    &shm_file_ops);
	long result;

	if (ptr_is_err(f))
		return ptr_err(f);
	inode_get(s->inode); /* the file's */
	f->private = s;
	result = shm_map(f, addr, s->size, prot, map_flags);
	file_put(f); /* the area has a reference of its own */
	return result;
}

long sys_shmat(int id, vaddr_t addr, u32 flags)
{
	u32 prot = PROT_READ, mode = 0444, map_flags = MAP_SHARED;
	struct segment *s;
	long result;

	if (id < 0)
		return -EINVAL;
	if (addr != 0)
		map_flags |= flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	if (flags & SHM_RND)
		addr = ALIGN_DOWN(addr, PAGE_SIZE);
	if ((addr & (PAGE_SIZE - 1)) || (addr == 0 && (flags & SHM_REMAP)))
		return -EINVAL;
	if (!(flags & SHM_RDONLY)) {
		prot |= PROT_WRITE;
		mode |= 0222;
	}
	if (flags & SHM_EXEC) {
		prot |= PROT_EXEC;
		mode |= 0111;
	}
	s = attach_begin(id, mode);
	if (ptr_is_err(s))
		return ptr_err(s);
	result = map_segment(s, addr, prot, map_flags);
	detach(s, 0);
	return result;
}

/* --- their makers --- */

void shm_task_exit_slow(struct task *t)
{
	struct segment *s;
	bool gone = true;

	while (gone) {
		mutex_lock(&shm_mutex);
		s = LIST_FIRST(&t->shm_made);
		gone = s != NULL && segment_unused(s);
		if (s != NULL && !gone) {
			LIST_REMOVE(s, made);
			s->maker = NULL;
		}
		mutex_unlock(&shm_mutex);
		if (gone)
			segment_free(s);
		gone = s != NULL;
	}
}

/* The first one from *index on that has no maker and is to go, out of the table; NULL */
static struct segment *take_orphan(u32 *index)
{
	struct segment *s = NULL;

	mutex_lock(&shm_mutex);
	for (; s == NULL && *index < shm_ids.size; ++*index) {
		s = shm_ids.table[*index];
		if (s != NULL && (s->maker != NULL || !segment_unused(s)))
			s = NULL;
	}
	mutex_unlock(&shm_mutex);
	return s;
}

int shm_force_rmid(u32 on)
{
	struct segment *s;
	u32 index = 0;

	shm_limits.rmid_forced = on;
	while (on && (s = take_orphan(&index)) != NULL)
		segment_free(s);
	return 0;
}
