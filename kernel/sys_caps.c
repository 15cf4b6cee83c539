/* SPDX-License-Identifier: MIT */
/*
 * sys_caps.c - capabilities: capget(2), capset(2), and what prctl(2) has of them.
 *
 *	version 1	one struct { effective, permitted, inheritable } of 32 bits each
 *	version 2, 3	two, the second with the upper halves
 */
#include <octavo/cred.h>

#include <octavo/errno.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/prctl.h>

struct cap_data {
	u32 effective, permitted, inheritable;
};

/* --- capget, capset --- */

/* How many cap_data a header asks for. An unknown version is told the newest.
 *   => 0; -EFAULT, -EINVAL */
static int version_words(u32 __user *header, u32 *words)
{
	u32 version;

	if (get_user_u32(&version, header) != 0)
		return -EFAULT;
	switch (version) {
	case CAPABILITY_VERSION_1:
		*words = 1;
		return 0;
	case CAPABILITY_VERSION_2:
	case CAPABILITY_VERSION_3:
		*words = 2;
		return 0;
	default:
		return put_user_u32(CAPABILITY_VERSION_3, header) != 0 ? -EFAULT : -EINVAL;
	}
}

static cap_set word_of(cap_set set, u32 i)
{
	return set >> 32 * i & 0xffffffffu;
}

/* => 0, -ESRCH */
static int sets_of(u32 pid, struct cap_data data[2])
{
	const struct task *t;

	spin_lock(&task_list_lock);
	t = pid == 0 ? current : task_find(pid);
	for (u32 i = 0; t != NULL && i < 2; i++) {
		data[i].effective = (u32)word_of(t->cred->effective, i);
		data[i].permitted = (u32)word_of(t->cred->permitted, i);
		data[i].inheritable = (u32)word_of(t->cred->inheritable, i);
	}
	spin_unlock(&task_list_lock);
	return t != NULL ? 0 : -ESRCH;
}

long sys_capget(u32 __user *header, void __user *user_data)
{
	struct cap_data data[2];
	u32 words = 0, pid;
	int err = version_words(header, &words);

	if (err != 0) /* without data it asks for the version */
		return user_data == NULL && err == -EINVAL ? 0 : err;
	if (user_data == NULL)
		return 0;
	if (get_user_u32(&pid, header + 1) != 0)
		return -EFAULT;
	if ((s32)pid < 0)
		return -EINVAL;
	err = sets_of(pid, data);
	return err != 0 ? err : copy_to_user(user_data, data, words * sizeof(data[0]));
}

/* May the current task have these? => 0, -EPERM */
static int check_sets(const struct cred *new, const struct cred *old)
{
	if (!capable(CAP_SETPCAP) && (new->inheritable & ~(old->inheritable | old->permitted)))
		return -EPERM;
	if (new->inheritable & ~(old->inheritable | old->bounding))
		return -EPERM;
	if ((new->permitted & ~old->permitted) || (new->effective & ~new->permitted))
		return -EPERM;
	return 0;
}

long sys_capset(u32 __user *header, const void __user *user_data)
{
	struct cap_data data[2] = {{0}};
	const struct cred *old = current->cred;
	struct cred *new;
	u32 words = 0, pid;
	int err = version_words(header, &words);

	if (err != 0)
		return err;
	if (get_user_u32(&pid, header + 1) != 0)
		return -EFAULT;
	if (pid != 0 && pid != current->pid)
		return -EPERM;
	if (copy_from_user(data, user_data, words * sizeof(data[0])) != 0)
		return -EFAULT;
	new = cred_prepare();
	if (new == NULL)
		return -ENOMEM;
	new->effective = ((cap_set)data[1].effective << 32 | data[0].effective) & CAP_ALL;
	new->permitted = ((cap_set)data[1].permitted << 32 | data[0].permitted) & CAP_ALL;
	new->inheritable = ((cap_set)data[1].inheritable << 32 | data[0].inheritable) & CAP_ALL;
	new->ambient &= new->permitted &new->inheritable;
	err = check_sets(new, old);
	if (err == 0)
		return cred_commit(new);
	cred_abort(new);
	return err;
}

/* --- prctl --- */

static long bounding_drop(u32 cap)
{
	struct cred *new;

	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	new = cred_prepare();
	if (new == NULL)
		return -ENOMEM;
	new->bounding &= ~CAP_BIT(cap);
	return cred_commit(new);
}

static long set_securebits(u32 bits)
{
	const struct cred *old = current->cred;
	u32 locks = old->securebits & SECBITS_LOCKS;
	struct cred *new;

	if ((locks >> 1 & (old->securebits ^ bits)) || (locks & ~bits) ||
	    (bits & ~(SECBITS_ALL | SECBITS_LOCKS)) || !capable(CAP_SETPCAP))
		return -EPERM;
	new = cred_prepare();
	if (new == NULL)
		return -ENOMEM;
	new->securebits = bits;
	return cred_commit(new);
}

static long set_keepcaps(u32 on)
{
	struct cred *new;

	if (on > 1)
		return -EINVAL;
	if (current->cred->securebits & SECBIT_KEEP_CAPS_LOCKED)
		return -EPERM;
	new = cred_prepare();
	if (new == NULL)
		return -ENOMEM;
	new->securebits &= ~SECBIT_KEEP_CAPS;
	new->securebits |= on ? SECBIT_KEEP_CAPS : 0;
	return cred_commit(new);
}

/* What one may raise one has, and hands on, already. */
static bool may_raise(const struct cred *c, u32 cap)
{
	return (c->permitted & c->inheritable & CAP_BIT(cap)) != 0 &&
	       !(c->securebits & SECBIT_NO_CAP_AMBIENT_RAISE);
}

static long ambient(u32 what, u32 cap, u32 c, u32 d)
{
	const struct cred *old = current->cred;
	struct cred *new;

	if (c != 0 || d != 0 || cap > (what == PR_CAP_AMBIENT_CLEAR_ALL ? 0 : CAP_LAST_CAP))
		return -EINVAL;
	if (what == PR_CAP_AMBIENT_IS_SET)
		return (old->ambient >> cap & 1) != 0;
	if (what < PR_CAP_AMBIENT_IS_SET || what > PR_CAP_AMBIENT_CLEAR_ALL)
		return -EINVAL;
	if (what == PR_CAP_AMBIENT_RAISE && !may_raise(old, cap))
		return -EPERM;
	new = cred_prepare();
	if (new == NULL)
		return -ENOMEM;
	if (what == PR_CAP_AMBIENT_CLEAR_ALL)
		new->ambient = 0;
	else if (what == PR_CAP_AMBIENT_RAISE)
		new->ambient |= CAP_BIT(cap);
	else
		new->ambient &= ~CAP_BIT(cap);
	return cred_commit(new);
}

long prctl_capabilities(int option, u32 a, u32 b, u32 c, u32 d)
{
	const struct cred *cred = current->cred;

	switch (option) {
	case PR_CAPBSET_READ:
		return a > CAP_LAST_CAP ? -EINVAL : (cred->bounding >> a & 1) != 0;
	case PR_CAPBSET_DROP:
		return bounding_drop(a);
	case PR_GET_SECUREBITS:
		return (long)cred->securebits;
	case PR_SET_SECUREBITS:
		return set_securebits(a);
	case PR_GET_KEEPCAPS:
		return (cred->securebits & SECBIT_KEEP_CAPS) != 0;
	case PR_SET_KEEPCAPS:
		return set_keepcaps(a);
	case PR_CAP_AMBIENT:
		return ambient(a, b, c, d);
	default:
		return -EINVAL;
	}
}
