/* SPDX-License-Identifier: MIT */
/*
 * cred.c - creds: their life, and what they allow; see cred.h.
 *
 *	cred_prepare() -> altered by its maker -> cred_commit(): task->cred
 *
 * Users are listed while a cred refers to them. Locks: task_list_lock protects the list of users, their
 * counts and every task->cred; groups and creds are counted by themselves.
 */
#include <octavo/cred.h>

#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/rlimit.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>

static struct user root_user = {.uid = 0, .refs = 1};

struct cred root_cred = {
	.refs = ATOMIC_INIT(1),
	.user = &root_user,
	.permitted = CAP_ALL,
	.effective = CAP_ALL,
	.bounding = CAP_ALL,
};

LIST_HEAD(user_list, user);
#define USER_BUCKETS 16
static struct user_list users[USER_BUCKETS]; /* [task_list_lock] all but root */

/* --- users --- */

static struct user *user_find(u32 uid)
{
	struct user *u;

	if (uid == 0)
		return &root_user;
	LIST_FOREACH(u, &users[uid % USER_BUCKETS], link) {
		if (u->uid == uid)
			return u;
	}
	return NULL;
}

/* One reference less. => what is to be freed without the lock, or NULL; task_list_lock held */
static struct user *user_drop(struct user *u)
{
	if (--u->refs > 0 || u == &root_user)
		return NULL;
	ASSERT(u->nr_tasks == 0 && u->nr_signals == 0);
	LIST_REMOVE(u, link);
	return u;
}

/* The user `uid`, referenced; *spare is taken where it was not listed yet. => task_list_lock held */
static struct user *user_get(u32 uid, struct user **spare)
{
	struct user *u = user_find(uid);

	if (u == NULL) {
		u = *spare;
		*spare = NULL;
		*u = (struct user){.uid = uid};
		LIST_INSERT_HEAD(&users[uid % USER_BUCKETS], u, link);
	}
	u->refs++;
	return u;
}

/* --- life --- */

void cred_get(struct cred *c)
{
	atomic_inc(&c->refs);
}

static void cred_free(struct cred *c)
{
	struct user *u;

	spin_lock(&task_list_lock);
	u = user_drop(c->user);
	spin_unlock(&task_list_lock);
	kfree(u);
	if (c->groups != NULL && atomic_dec_and_test(&c->groups->refs))
		kfree(c->groups);
	kfree(c);
}

void cred_put(struct cred *c)
{
	if (atomic_dec_and_test(&c->refs))
		cred_free(c);
}

struct cred *cred_prepare(void)
{
	struct cred *new = kmalloc(sizeof(*new), GFP_KERNEL);

	if (new == NULL)
		return NULL;
	*new = *current->cred;
	atomic_set(&new->refs, 1);
	if (new->groups != NULL)
		atomic_inc(&new->groups->refs);
	spin_lock(&task_list_lock);
	new->user->refs++;
	spin_unlock(&task_list_lock);
	return new;
}

void cred_abort(struct cred *new)
{
	cred_put(new);
}

void cred_inherit(struct task *t, struct cred *from)
{
	assert_held(&task_list_lock);
	cred_get(from);
	from->user->nr_tasks++;
	t->cred = from;
}

struct cred *cred_leave(struct task *t)
{
	struct cred *c = t->cred;

	assert_held(&task_list_lock);
	c->user->nr_tasks--;
	t->cred = NULL;
	return c;
}

bool cred_over_nproc(u32 more)
{
	const struct user *u = current->cred->user;

	assert_held(&task_list_lock);
	return u->nr_tasks + more > rlimit(RLIMIT_NPROC) && u != &root_user &&
	       !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

struct user *user_charge_signal(const struct task *t, bool limited)
{
	struct user *u = t->cred->user;

	assert_held(&task_list_lock);
	if (limited && u->nr_signals >= t->signal->rlimits[RLIMIT_SIGPENDING].cur)
		return NULL;
	u->nr_signals++;
	u->refs++;
	return u;
}

void user_uncharge_signal(struct user *u)
{
	assert_held(&task_list_lock);
	u->nr_signals--;
	kfree(user_drop(u));
}

/* Who may look at the process changes with it: its memory is not dumpable until it execs, and its
 * parent's death is no business of the new one. */
static void guard(const struct cred *old, const struct cred *new)
{
	if (cred_is_no_more(old, new))
		return;
	current->mm->dumpable = false;
	current->parent_death_signal = 0;
}

/* `new`, whose user is the right one, becomes current's. */
static void replace(struct cred *new)
{
	struct cred *old = current->cred;

	guard(old, new);
	spin_lock(&task_list_lock);
	old->user->nr_tasks--;
	new->user->nr_tasks++;
	current->cred = new;
	spin_unlock(&task_list_lock);
	cred_put(old);
}

/* The user that new->uid is now. => 0, -EAGAIN */
static int set_user(struct cred *new)
{
	struct user *spare, *left;
	u32 limit = rlimit(RLIMIT_NPROC);

	if (new->user->uid == new->uid)
		return 0;
	spare = kmalloc(sizeof(*spare), GFP_KERNEL);
	if (spare == NULL)
		return -EAGAIN;
	spin_lock(&task_list_lock);
	left = user_drop(new->user);
	new->user = user_get(new->uid, &spare);
	/* setuid(2) does not fail of it: the execve(2) that follows does. */
	if (new->user != &root_user &&new->user->nr_tasks > limit)
		current->flags |= TASK_NPROC_EXCEEDED;
	else
		current->flags &= ~TASK_NPROC_EXCEEDED;
	spin_unlock(&task_list_lock);
	kfree(spare);
	kfree(left);
	return 0;
}

int cred_commit(struct cred *new)
{
	int err = set_user(new);

	if (err != 0)
		cred_put(new);
	else
		replace(new);
	return err;
}

/* --- what they allow --- */

static bool has(const struct cred *c, unsigned cap)
{
	return (c->effective >> cap & 1) != 0;
}

bool capable(unsigned cap)
{
	return has(current->cred, cap);
}

bool cred_is_no_more(const struct cred *old, const struct cred *new)
{
	return old->euid == new->euid && old->egid == new->egid && old->fsuid == new->fsuid &&
	       old->fsgid == new->fsgid && (new->permitted & ~old->permitted) == 0;
}

bool cred_in_group(const struct cred *c, u32 gid)
{
	u32 low = 0, high = c->groups != NULL ? c->groups->nr : 0;

	if (gid == c->fsgid)
		return true;
	while (low < high) {
		u32 mid = (low + high) / 2;

		if (c->groups->ids[mid] == gid)
			return true;
		if (c->groups->ids[mid] < gid)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool cred_may_signal(const struct task *sender, const struct task *t)
{
	const struct cred *me = sender->cred, *it = t->cred;

	assert_held(&task_list_lock);
	return t->signal == sender->signal || me->euid == it->suid || me->euid == it->uid ||
	       me->uid == it->suid || me->uid == it->uid || has(me, CAP_KILL);
}

bool cred_may_schedule(const struct task *t)
{
	const struct cred *me = current->cred, *it = t->cred;

	assert_held(&task_list_lock);
	return me->euid == it->euid || me->euid == it->uid || capable(CAP_SYS_NICE);
}

/* Is everything of `it` the one user and the one group? */
static bool is_wholly(const struct cred *it, u32 uid, u32 gid)
{
	return it->uid == uid && it->euid == uid && it->suid == uid && it->gid == gid &&
	       it->egid == gid && it->sgid == gid;
}

bool cred_may_limit(const struct task *t)
{
	const struct cred *me = current->cred;

	assert_held(&task_list_lock);
	return t == current || is_wholly(t->cred, me->uid, me->gid) || capable(CAP_SYS_RESOURCE);
}

bool cred_may_inspect(const struct task *t, enum inspect as)
{
	const struct cred *me = current->cred;
	bool real = as == INSPECT_REAL;

	assert_held(&task_list_lock);
	if (t->signal == current->signal || capable(CAP_SYS_PTRACE))
		return true;
	return is_wholly(t->cred, real ? me->uid : me->fsuid, real ? me->gid : me->fsgid) &&
	       (t->mm == NULL || t->mm->dumpable) && !(t->flags & TASK_GAINS) &&
	       (t->cred->permitted & ~(real ? me->permitted : me->effective)) == 0;
}

/* --- access(2) --- */

struct cred *cred_for_access(int *err)
{
	struct cred *c = current->cred, *new;
	cap_set effective = c->effective;

	if (!(c->securebits & SECBIT_NO_SETUID_FIXUP))
		effective = c->uid == 0 ? c->permitted : 0;
	*err = 0;
	if (c->fsuid == c->uid && c->fsgid == c->gid && c->effective == effective)
		return NULL;
	new = cred_prepare();
	if (new == NULL) {
		*err = -ENOMEM;
		return NULL;
	}
	new->fsuid = c->uid;
	new->fsgid = c->gid;
	new->effective = effective;
	spin_lock(&task_list_lock);
	current->cred = new; /* the same user */
	spin_unlock(&task_list_lock);
	return c;
}

void cred_access_done(struct cred *old)
{
	struct cred *own = current->cred;

	if (old == NULL)
		return;
	spin_lock(&task_list_lock);
	current->cred = old;
	spin_unlock(&task_list_lock);
	cred_put(own);
}
