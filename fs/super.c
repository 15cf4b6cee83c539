/* SPDX-License-Identifier: MIT */
/*
 * super.c - kinds of file systems, and how long one that was mounted lives.
 *
 *	mounted --umount(2), nobody uses it--------------------------> dead --last inode--> freed
 *	   '-----MNT_DETACH--> detached --last user--> on `dying` --super_reap()--^
 *
 * `users` counts open files, working and root directories, and what is mounted on top; the step to
 * DEAD is made from 0 alone, by one compare-and-exchange, and nobody becomes a user afterwards.
 * The last user may go with mmap_sem held (a mapping's file), so it only puts the file system on a
 * list; taking it down needs inode mutexes and is done where none of that is held.
 */
#include "files.h"

#include <octavo/errno.h>
#include <octavo/string.h>
#include <uapi/octavo/stat.h>

enum {
	TYPES_MAX = 8,
	DEV_FIRST = 16,   /* device numbers below are given to what is never mounted by mount(2) */
	DEV_REUSED = 256, /* those below this are given again; a machine has hardly more mounts */
	DEV_MASK = 0xfffff,
	DEAD = INT32_MIN / 2,
};

struct super_block *fs_root;

static const struct fs_type *types[TYPES_MAX]; /* [I] after boot */
static unsigned nr_types;
static u32 devs_taken[DEV_REUSED / 32]; /* a bit for each number [mount_lock] */
static u32 last_dev = DEV_REUSED - 1;   /* of those that are given once [mount_lock] */
static TAILQ_HEAD(, super_block) dying = TAILQ_HEAD_INITIALIZER(dying); /* [mount_lock] */

int fs_type_register(const struct fs_type *type)
{
	for (unsigned i = 0; i < nr_types; i++)
		if (strcmp(types[i]->name, type->name) == 0)
			return -EBUSY;
	if (nr_types == TYPES_MAX)
		return -EBUSY;
	types[nr_types++] = type;
	return 0;
}

const struct fs_type *fs_type_at(unsigned i)
{
	return i < nr_types ? types[i] : NULL;
}

void super_init(struct super_block *sb, const char *name, const struct super_ops *ops)
{
	memset(sb, 0, sizeof(*sb));
	sb->name = name;
	sb->ops = ops;
	atomic_set(&sb->refs, 1);
}

void super_number(struct super_block *sb)
{
	u32 minor = DEV_FIRST;

	spin_lock(&mount_lock);
	while (minor < DEV_REUSED && (devs_taken[minor / 32] >> minor % 32 & 1))
		minor++;
	if (minor < DEV_REUSED)
		devs_taken[minor / 32] |= 1u << minor % 32;
	else
		minor = ++last_dev & DEV_MASK;
	sb->dev = UAPI_MAKEDEV(0, minor);
	spin_unlock(&mount_lock);
}

void super_put(struct super_block *sb)
{
	u32 minor = UAPI_MINOR(sb->dev);

	if (!atomic_dec_and_test(&sb->refs) || sb->ops->free == NULL)
		return;
	if (minor >= DEV_FIRST && minor < DEV_REUSED) {
		spin_lock(&mount_lock);
		devs_taken[minor / 32] &= ~(1u << minor % 32);
		spin_unlock(&mount_lock);
	}
	sb->ops->free(sb);
}

bool super_use(struct super_block *sb)
{
	if (likely(atomic_inc_return(&sb->users) > 0)) {
		if (unlikely(sb->expiring)) {
			spin_lock(&mount_lock);
			sb->expiring = false;
			spin_unlock(&mount_lock);
		}
		return true;
	}
	atomic_dec(&sb->users);
	return false;
}

void super_unuse(struct super_block *sb)
{
	if (atomic_dec_return(&sb->users) != 0 || likely(!arch_read_once(&sb->detached)))
		return;
	if (super_kill(sb)) {
		spin_lock(&mount_lock);
		TAILQ_INSERT_TAIL(&dying, sb, mounts);
		spin_unlock(&mount_lock);
	}
}

bool super_kill(struct super_block *sb)
{
	return atomic_cmpxchg(&sb->users, 0, DEAD) == 0;
}

bool super_is_dead(const struct super_block *sb)
{
	return atomic_read(&sb->users) < 0;
}

void super_take_down(struct super_block *sb)
{
	ASSERT(super_is_dead(sb) && sb->covers == NULL);
	if (sb->ops->umount != NULL)
		sb->ops->umount(sb);
	super_put(sb);
}

void super_reap(void)
{
	struct super_block *sb;

	while (unlikely(arch_read_once(&dying.tqh_first) != NULL)) {
		spin_lock(&mount_lock);
		sb = TAILQ_FIRST(&dying);
		if (sb != NULL)
			TAILQ_REMOVE(&dying, sb, mounts);
		spin_unlock(&mount_lock);
		if (sb != NULL)
			super_take_down(sb);
	}
}
