/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: what owner, group, others and capabilities may do with a segment, what may be
 * locked, and what /proc/sys/kernel sets. Each case of a user is a child, which exits with the line of
 * the first thing that is wrong.
 */
#include <uapi/octavo/capability.h>

#include "slurp.h"
#include "sysvshm.h"

#define USER       1000
#define OTHER      1001
#define NR_capset  185
#define NR_setuid  203 /* setreuid32 */
#define NR_gids    210 /* setresgid32 */
#define NR_uids    208 /* setresuid32 */
#define NR_groups  206 /* setgroups32 */
#define NR_rlimits 75  /* setrlimit */

/* --- who may --- */

static void capabilities(uint32_t effective)
{
	struct {
		uint32_t version;
		int pid;
	} head = {0x20080522, 0};
	uint32_t data[6] = {effective, effective, 0, 0, 0, 0};

	sys(NR_capset, &head, data);
}

/* Becomes a user who has these capabilities alone. */
static void become(unsigned user, unsigned group, uint32_t caps)
{
	sys(__NR_prctl, 8 /* PR_SET_KEEPCAPS */, 1, 0, 0, 0);
	sys(NR_groups, 0, NULL);
	sys(NR_gids, group, group, group);
	sys(NR_uids, user, user, user);
	capabilities(caps);
}

#define WANT(expression, value)                                                                    \
	do {                                                                                       \
		if ((long)(expression) != (long)(value))                                           \
			_exit(__LINE__ - user_line);                                               \
	} while (0)

static const int user_line = __LINE__;

static int as_owner(void *arg)
{
	long id = (long)(intptr_t)arg, a;

	become(USER, OTHER, 0);
	WANT(get(KEY, 0, 0600), id);
	a = at(id, 0, 0);
	WANT(is_error(a), 0);
	dt(a);
	WANT(at(id, 0, SHM_EXEC), -EACCES);
	WANT(get(KEY, 0, 0100), -EACCES);
	WANT(ctl(id, IPC_STAT, &ds), 0);
	ds.shm_perm.mode = 0440 | SHM_LOCKED | 07000;
	WANT(ctl(id, IPC_SET, &ds), 0);
	WANT(ctl(id, IPC_STAT, &ds), 0);
	WANT(ds.shm_perm.mode, 0440);
	WANT(at(id, 0, 0), -EACCES);
	a = at(id, 0, SHM_RDONLY);
	WANT(is_error(a), 0);
	dt(a);
	WANT(ctl(id, SHM_LOCK, NULL), 0);
	WANT(ctl(id, IPC_STAT, &ds), 0);
	WANT(ds.shm_perm.mode, 0440 | SHM_LOCKED);
	WANT(ctl(id, SHM_UNLOCK, NULL), 0);
	WANT(ctl(id, IPC_STAT, &ds), 0);
	WANT(ds.shm_perm.mode, 0440);
	ds.shm_perm.uid = ~0u;
	WANT(ctl(id, IPC_SET, &ds), -EINVAL);
	return 0;
}

static int as_group(void *arg)
{
	long id = (long)(intptr_t)arg, a;

	become(OTHER, USER, 0);
	WANT(get(KEY, 0, 0040), id);
	WANT(get(KEY, 0, 0600), -EACCES);
	a = at(id, 0, SHM_RDONLY);
	WANT(is_error(a), 0);
	dt(a);
	WANT(ctl(id, IPC_STAT, &ds), 0);
	WANT(ctl(id, IPC_SET, &ds), -EPERM);
	WANT(drop(id), -EPERM);
	WANT(ctl(id, SHM_LOCK, NULL), -EPERM);
	WANT(ctl(id, SHM_UNLOCK, NULL), -EPERM);
	return 0;
}

static int as_other(void *arg)
{
	long id = (long)(intptr_t)arg;

	become(OTHER, OTHER, 0);
	WANT(at(id, 0, SHM_RDONLY), -EACCES);
	WANT(get(KEY, 0, 0400), -EACCES);
	WANT(get(KEY, 0, 0), id);
	WANT(ctl(id, IPC_STAT, &ds), -EACCES);
	WANT(ctl(id & 32767, SHM_STAT, &ds), -EACCES);
	WANT(ctl(id & 32767, SHM_STAT_ANY, &ds), id);
	WANT(get(KEY, 1 << 20, IPC_CREAT), -EINVAL);
	return 0;
}

static int with_ipc_owner(void *arg)
{
	long id = (long)(intptr_t)arg, a;

	become(OTHER, OTHER, 1u << CAP_IPC_OWNER);
	a = at(id, 0, 0);
	WANT(is_error(a), 0);
	dt(a);
	WANT(ctl(id, IPC_STAT, &ds), 0);
	WANT(drop(id), -EPERM);
	WANT(ctl(id, SHM_LOCK, NULL), -EPERM);
	return 0;
}

static int with_ipc_lock(void *arg)
{
	long id = (long)(intptr_t)arg;

	become(OTHER, OTHER, 1u << CAP_IPC_LOCK);
	WANT(ctl(id, SHM_LOCK, NULL), 0);
	WANT(ctl(id, SHM_UNLOCK, NULL), 0);
	WANT(ctl(id, IPC_STAT, &ds), -EACCES);
	return 0;
}

static int with_little_to_lock(void *arg)
{
	long id = (long)(intptr_t)arg;
	unsigned long limit[2] = {0, 0};

	become(USER, USER, 0);
	WANT(sys(NR_rlimits, 8 /* RLIMIT_MEMLOCK */, limit), 0);
	WANT(ctl(id, SHM_LOCK, NULL), -EPERM);
	WANT(ctl(id, SHM_UNLOCK, NULL), 0);
	return 0;
}

static int with_too_little_to_lock(void *arg)
{
	long id = (long)(intptr_t)arg;
	unsigned long limit[2] = {PAGE, PAGE};

	become(USER, USER, 0);
	WANT(sys(NR_rlimits, 8, limit), 0);
	WANT(ctl(id, SHM_LOCK, NULL), -ENOMEM);
	return 0;
}

static int with_sys_admin(void *arg)
{
	long id = (long)(intptr_t)arg;

	become(OTHER, OTHER, 1u << CAP_SYS_ADMIN);
	WANT(at(id, 0, 0), -EACCES);
	WANT(drop(id), 0);
	return 0;
}

static void test_permissions(void)
{
	long id = get(KEY, 2 * PAGE, IPC_CREAT | 0600);
	void *arg = (void *)(intptr_t)id;

	if (sys(__NR_getuid32) != 0) {
		skip("permissions: not root");
		return;
	}
	ctl(id, IPC_STAT, &ds);
	ds.shm_perm.uid = ds.shm_perm.gid = USER;
	is(ctl(id, IPC_SET, &ds), 0, "given to a user");
	ctl(id, IPC_STAT, &ds);
	ok(ds.shm_perm.uid == USER && ds.shm_perm.cuid == 0, "whose it is then");
	is(in_child(as_owner, arg), EXITED(0), "what its owner may");
	is(in_child(as_group, arg), EXITED(0), "what its group may");
	is(in_child(as_other, arg), EXITED(0), "what others may");
	is(in_child(with_ipc_owner, arg), EXITED(0), "CAP_IPC_OWNER");
	is(in_child(with_ipc_lock, arg), EXITED(0), "CAP_IPC_LOCK");
	is(in_child(with_little_to_lock, arg), EXITED(0), "RLIMIT_MEMLOCK 0");
	is(in_child(with_too_little_to_lock, arg), EXITED(0), "RLIMIT_MEMLOCK of a page");
	is(in_child(with_sys_admin, arg), EXITED(0), "CAP_SYS_ADMIN");
	is(ctl(id, IPC_STAT, &ds), -EINVAL, "(it is gone)");
}

/* --- settings --- */

static long setting(const char *name)
{
	char path[64];

	sniprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	slurp(path);
	return (long)strtoull(text, NULL, 10);
}

static void set(const char *name, const char *to)
{
	char path[64];

	sniprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	if (write_string(path, to) < 0)
		bail_out("%s: cannot be written", path);
}

static int make_two(void *arg)
{
	long *ids = arg;

	ids[0] = get(IPC_PRIVATE, PAGE, 0600);
	ids[1] = get(IPC_PRIVATE, PAGE, 0600);
	return 0;
}

/* On a machine of one's own: these are everybody's. */
static void test_settings(void)
{
	struct uapi_shm_info usage;
	char value[32];
	long id, a;

	is(setting("shmmni"), 4096, "shmmni");
	is(setting("shm_next_id"), -1, "shm_next_id");
	ctl(0, SHM_INFO, &usage);
	set("shmmax", "8192");
	is(get(IPC_PRIVATE, 8193, 0), -EINVAL, "larger than shmmax");
	id = new (8192, 0600);
	drop(id);
	set("shmmax", "4278190079");
	sniprintf(value, sizeof(value), "%lu", usage.shm_tot + 2);
	set("shmall", value);
	is(get(IPC_PRIVATE, 2 * PAGE + 1, 0), -ENOSPC, "more than shmall");
	id = new (2 * PAGE, 0600);
	is(get(IPC_PRIVATE, 1, 0), -ENOSPC, "all together");
	drop(id);
	set("shmall", "4278190079");
	id = new (PAGE, 0600);
	sniprintf(value, sizeof(value), "%d", usage.used_ids + 1);
	set("shmmni", value);
	is(get(IPC_PRIVATE, 1, 0), -ENOSPC, "as many as shmmni are there");
	set("shmmni", "4096");
	drop(id);
	set("shm_next_id", "3276805"); /* 100 << 15 | 5 */
	id = new (PAGE, 0600);
	is(id, 3276805, "shm_next_id is the next one's");
	is(setting("shm_next_id"), -1, "once");
	drop(id);
	set("shm_rmid_forced", "1");
	id = new (PAGE, 0600);
	a = at(id, 0, 0);
	dt(a);
	is(ctl(id, IPC_STAT, &ds), -EINVAL, "shm_rmid_forced: gone with the last user");
	id = new (PAGE, 0600);
	is(ctl(id, IPC_STAT, &ds), 0, "not before there was one");
	drop(id);
	set("shm_rmid_forced", "0");
}

static void test_forced(void)
{
	long *ids = map_shared(1), id;

	in_child(make_two, ids);
	is(ctl(ids[0], IPC_STAT, &ds), 0, "whose maker has ended stays");
	id = new (PAGE, 0600);
	set("shm_rmid_forced", "1");
	is(ctl(ids[0], IPC_STAT, &ds), -EINVAL, "until shm_rmid_forced is set");
	is(ctl(ids[1], IPC_STAT, &ds), -EINVAL, "with all others");
	is(ctl(id, IPC_STAT, &ds), 0, "whose maker lives stays");
	in_child(make_two, ids);
	is(ctl(ids[0], IPC_STAT, &ds), -EINVAL, "and then with its maker");
	set("shm_rmid_forced", "0");
	drop(id);
	munmap(ids, PAGE);
}

int main(void)
{
	tidy();
	tap_before_bail_out = tidy;
	test_permissions();
	if (on_octavo()) {
		test_settings();
		test_forced();
	} else {
		skip("settings: this machine is others', too");
	}
	tidy();
	return tap_done();
}
