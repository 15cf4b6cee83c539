/* SPDX-License-Identifier: MIT */
/*
 * sys_cred.c - users and groups of a process: setuid(2) and its family, each for 32 and for 16 bits,
 * getgroups(2) and setgroups(2).
 *
 * Each setter alters a copy of the cred and commits it. The forms of 16 bits are what C libraries of old
 * call: 65535 means -1, and a number that does not fit is told as 65534.
 */
#include <octavo/cred.h>

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

#define NGROUPS_MAX 65536
#define ID16_NONE   0xffffu

static u32 from_id16(u32 id)
{
	return (id & 0xffff) == ID16_NONE ? ID_NONE : id & 0xffff;
}

/* --- the four of one kind --- */

struct ids { /* as they stand in struct cred, of users or of groups */
	u32 real, effective, saved, fs;
};

static struct ids *uids_of(struct cred *c)
{
	return (struct ids *)&c->uid;
}

static struct ids *gids_of(struct cred *c)
{
	return (struct ids *)&c->gid;
}

_Static_assert(offsetof(struct cred, fsuid) - offsetof(struct cred, uid) ==
		       offsetof(struct ids, fs),
	       "struct ids is what struct cred has");
_Static_assert(offsetof(struct cred, fsgid) - offsetof(struct cred, gid) ==
		       offsetof(struct ids, fs),
	       "struct ids is what struct cred has");

#define CAPS_OF_FILES                                                                              \
	(CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_DAC_READ_SEARCH) |           \
	 CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) | CAP_BIT(CAP_LINUX_IMMUTABLE) |                \
	 CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_MAC_OVERRIDE))

static bool any_is_root(const struct ids *i)
{
	return i->real == 0 || i->effective == 0 || i->saved == 0;
}

/* Capabilities come and go with user 0. capabilities(7), "Effect of user ID changes" */
static void fix_capabilities(struct cred *new, const struct ids *old)
{
	const struct ids *ids = uids_of(new);

	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (any_is_root(old) && !any_is_root(ids)) {
		if (!(new->securebits &SECBIT_KEEP_CAPS))
			new->permitted = new->effective = 0;
		new->ambient = 0;
	}
	if (old->effective == 0 && ids->effective != 0)
		new->effective = 0;
	else if (old->effective != 0 && ids->effective == 0)
		new->effective = new->permitted;
}

/* The copy to alter, of which *ids are the ones in question. => err_ptr(-ENOMEM) */
static struct cred *prepare(bool group, struct ids **ids)
{
	struct cred *new = cred_prepare();

	if (new == NULL)
		return err_ptr(-ENOMEM);
	*ids = group ? gids_of(new) : uids_of(new);
	return new;
}

/* Commit what `old` has become, unless err says not to. */
static long finish(struct cred *new, bool group, const struct ids *old, int err)
{
	if (err != 0) {
		cred_abort(new);
		return err;
	}
	if (!group)
		fix_capabilities(new, old);
	return cred_commit(new);
}

static bool may_set(bool group)
{
	return capable(group ? CAP_SETGID : CAP_SETUID);
}

static long set_id(bool group, u32 id)
{
	struct ids *ids, old;
	struct cred *new;
	int err = 0;

	if (id == ID_NONE)
		return -EINVAL;
	new = prepare(group, &ids);
	if (ptr_is_err(new))
		return ptr_err(new);
	old = *ids;
	if (may_set(group))
		ids->real = ids->saved = id;
	else if (id != old.real && id != old.saved)
		err = -EPERM;
	ids->effective = ids->fs = id;
	return finish(new, group, &old, err);
}

static long set_reid(bool group, u32 real, u32 effective)
{
	struct ids *ids, old;
	struct cred *new = prepare(group, &ids);
	bool all = may_set(group);
	int err = 0;

	if (ptr_is_err(new))
		return ptr_err(new);
	old = *ids;
	if (real != ID_NONE) {
		ids->real = real;
		if (!all && real != old.real && real != old.effective)
			err = -EPERM;
	}
	if (effective != ID_NONE) {
		ids->effective = effective;
		if (!all && effective != old.real && effective != old.effective &&
		    effective != old.saved)
			err = -EPERM;
	}
	if (real != ID_NONE || (effective != ID_NONE && effective != old.real))
		ids->saved = ids->effective;
	ids->fs = ids->effective;
	return finish(new, group, &old, err);
}

static bool is_one_of(const struct ids *old, u32 id)
{
	return id == ID_NONE || id == old->real || id == old->effective || id == old->saved;
}

static long set_resid(bool group, u32 real, u32 effective, u32 saved)
{
	struct ids *ids, old;
	struct cred *new = prepare(group, &ids);
	int err = 0;

	if (ptr_is_err(new))
		return ptr_err(new);
	old = *ids;
	if (!may_set(group) &&
	    !(is_one_of(&old, real) && is_one_of(&old, effective) && is_one_of(&old, saved)))
		err = -EPERM;
	if (real != ID_NONE)
		ids->real = real;
	if (effective != ID_NONE)
		ids->effective = effective;
	if (saved != ID_NONE)
		ids->saved = saved;
	ids->fs = ids->effective;
	return finish(new, group, &old, err);
}

/* The result is what it was, whether it has changed or not. */
static long set_fsid(bool group, u32 id)
{
	struct ids *ids;
	struct cred *new = prepare(group, &ids);
	u32 old;

	if (ptr_is_err(new))
		return group ? (long)current->cred->fsgid : (long)current->cred->fsuid;
	old = ids->fs;
	if (id == old || id == ID_NONE ||
	    !(id == ids->real || id == ids->effective || id == ids->saved || may_set(group))) {
		cred_abort(new);
		return (long)old;
	}
	ids->fs = id;
	if (!group && !(new->securebits &SECBIT_NO_SETUID_FIXUP)) {
		if (old == 0)
			new->effective &= ~CAPS_OF_FILES;
		else if (id == 0)
			new->effective |= new->permitted &CAPS_OF_FILES;
	}
	(void)cred_commit(new);
	return (long)old;
}

/* --- the calls --- */

long sys_getuid(void)
{
	return (long)current->cred->uid;
}

long sys_geteuid(void)
{
	return (long)current->cred->euid;
}

long sys_getgid(void)
{
	return (long)current->cred->gid;
}

long sys_getegid(void)
{
	return (long)current->cred->egid;
}

long sys_setuid(u32 id)
{
	return set_id(false, id);
}

long sys_setgid(u32 id)
{
	return set_id(true, id);
}

long sys_setreuid(u32 real, u32 effective)
{
	return set_reid(false, real, effective);
}

long sys_setregid(u32 real, u32 effective)
{
	return set_reid(true, real, effective);
}

long sys_setresuid(u32 real, u32 effective, u32 saved)
{
	return set_resid(false, real, effective, saved);
}

long sys_setresgid(u32 real, u32 effective, u32 saved)
{
	return set_resid(true, real, effective, saved);
}

long sys_setfsuid(u32 id)
{
	return set_fsid(false, id);
}

long sys_setfsgid(u32 id)
{
	return set_fsid(true, id);
}

static long get_resid(const struct ids *ids, u32 __user *real, u32 __user *effective,
		      u32 __user *saved)
{
	if (put_user_u32(ids->real, real) != 0 || put_user_u32(ids->effective, effective) != 0)
		return -EFAULT;
	return put_user_u32(ids->saved, saved);
}

long sys_getresuid(u32 __user *real, u32 __user *effective, u32 __user *saved)
{
	return get_resid(uids_of(current->cred), real, effective, saved);
}

long sys_getresgid(u32 __user *real, u32 __user *effective, u32 __user *saved)
{
	return get_resid(gids_of(current->cred), real, effective, saved);
}

/* --- 16 bits --- */

long sys_getuid16(void)
{
	return (long)id_to_16(current->cred->uid);
}

long sys_geteuid16(void)
{
	return (long)id_to_16(current->cred->euid);
}

long sys_getgid16(void)
{
	return (long)id_to_16(current->cred->gid);
}

long sys_getegid16(void)
{
	return (long)id_to_16(current->cred->egid);
}

long sys_setuid16(u32 id)
{
	return set_id(false, from_id16(id));
}

long sys_setgid16(u32 id)
{
	return set_id(true, from_id16(id));
}

long sys_setreuid16(u32 real, u32 effective)
{
	return set_reid(false, from_id16(real), from_id16(effective));
}

long sys_setregid16(u32 real, u32 effective)
{
	return set_reid(true, from_id16(real), from_id16(effective));
}

long sys_setresuid16(u32 real, u32 effective, u32 saved)
{
	return set_resid(false, from_id16(real), from_id16(effective), from_id16(saved));
}

long sys_setresgid16(u32 real, u32 effective, u32 saved)
{
	return set_resid(true, from_id16(real), from_id16(effective), from_id16(saved));
}

long sys_setfsuid16(u32 id)
{
	return (long)id_to_16((u32)set_fsid(false, from_id16(id)));
}

long sys_setfsgid16(u32 id)
{
	return (long)id_to_16((u32)set_fsid(true, from_id16(id)));
}

static int put_id16(u32 id, u16 __user *to)
{
	u16 value = (u16)id_to_16(id);

	return copy_to_user(to, &value, sizeof(value));
}

static long get_resid16(const struct ids *ids, u16 __user *real, u16 __user *effective,
			u16 __user *saved)
{
	if (put_id16(ids->real, real) != 0 || put_id16(ids->effective, effective) != 0)
		return -EFAULT;
	return put_id16(ids->saved, saved);
}

long sys_getresuid16(u16 __user *real, u16 __user *effective, u16 __user *saved)
{
	return get_resid16(uids_of(current->cred), real, effective, saved);
}

long sys_getresgid16(u16 __user *real, u16 __user *effective, u16 __user *saved)
{
	return get_resid16(gids_of(current->cred), real, effective, saved);
}

/* --- supplementary groups --- */

/* => how many there are; -EINVAL `size` is too small for them */
static long groups_count(int size)
{
	const struct groups *g = current->cred->groups;
	u32 nr = g != NULL ? g->nr : 0;

	return size < 0 || (size > 0 && (u32)size < nr) ? -EINVAL : (long)nr;
}

long sys_getgroups(int size, u32 __user *list)
{
	const struct groups *g = current->cred->groups;
	long nr = groups_count(size);

	if (nr > 0 && size > 0 && copy_to_user(list, g->ids, (u32)nr * sizeof(u32)) != 0)
		return -EFAULT;
	return nr;
}

long sys_getgroups16(int size, u16 __user *list)
{
	const struct groups *g = current->cred->groups;
	long nr = groups_count(size);

	for (long i = 0; size > 0 && i < nr; i++) {
		if (put_id16(g->ids[i], &list[i]) != 0)
			return -EFAULT;
	}
	return nr;
}

/* The largest of ids[from .. nr) as a heap goes down to where it belongs. */
static void sift_down(u32 *ids, u32 from, u32 nr)
{
	u32 id = ids[from];

	for (;;) {
		u32 child = 2 * from + 1;

		if (child + 1 < nr && ids[child + 1] > ids[child])
			child++;
		if (child >= nr || ids[child] <= id)
			break;
		ids[from] = ids[child];
		from = child;
	}
	ids[from] = id;
}

static void sort_ids(u32 *ids, u32 nr)
{
	for (u32 i = nr / 2; i-- > 0;)
		sift_down(ids, i, nr);
	for (u32 end = nr; end > 1;) {
		u32 last = ids[--end];

		ids[end] = ids[0];
		ids[0] = last;
		sift_down(ids, 0, end);
	}
}

static int copy_ids(u32 *ids, u32 nr, const void __user *list, bool wide)
{
	const u16 __user *narrow = list;

	if (wide)
		return copy_from_user(ids, list, nr * sizeof(u32));
	for (u32 i = 0; i < nr; i++) {
		u16 id;

		if (copy_from_user(&id, &narrow[i], sizeof(id)) != 0)
			return -EFAULT;
		ids[i] = from_id16(id);
	}
	return 0;
}

/* => or err_ptr(-ENOMEM, -EFAULT, -EINVAL -1 is no group) */
static struct groups *groups_from_user(u32 nr, const void __user *list, bool wide)
{
	struct groups *g = kmalloc(sizeof(*g) + nr * sizeof(u32), GFP_KERNEL);
	int err;

	if (g == NULL)
		return err_ptr(-ENOMEM);
	atomic_set(&g->refs, 1);
	g->nr = nr;
	err = copy_ids(g->ids, nr, list, wide);
	for (u32 i = 0; err == 0 && i < nr; i++)
		err = g->ids[i] == ID_NONE ? -EINVAL : 0;
	if (err != 0) {
		kfree(g);
		return err_ptr(err);
	}
	sort_ids(g->ids, nr);
	return g;
}

static long set_groups(int size, const void __user *list, bool wide)
{
	struct groups *g;
	struct cred *new;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size < 0 || size > NGROUPS_MAX)
		return -EINVAL;
	g = groups_from_user((u32)size, list, wide);
	if (ptr_is_err(g))
		return ptr_err(g);
	new = cred_prepare();
	if (new == NULL) {
		kfree(g);
		return -ENOMEM;
	}
	if (new->groups != NULL)
		atomic_dec(&new->groups->refs); /* the current cred has it still */
	new->groups = g;
	return cred_commit(new);
}

long sys_setgroups(int size, const u32 __user *list)
{
	return set_groups(size, list, true);
}

long sys_setgroups16(int size, const u16 __user *list)
{
	return set_groups(size, list, false);
}
