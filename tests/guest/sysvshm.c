/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2), ipc(2), /proc/sysvipc/shm; errors in
 * Linux's order. Runs on machines without an MMU, too. Permissions and settings: sysvshm_rights.c
 *
 *	sysvshm 2.6	the command line has shm=2.6: what the limits are
 */
#include "slurp.h"
#include "sysvshm.h"

/* --- the life of a segment --- */

static void test_get(void)
{
	long id = get(KEY, 5000, IPC_CREAT | IPC_EXCL | 0600);

	if (!ok(id >= 0, "a segment: %ld", id))
		return;
	is(get(KEY, 5000, 0), id, "its key leads to it");
	is(get(KEY, 0, 0), id, "whatever size is asked,");
	is(get(KEY, 1, IPC_CREAT | 0777), id, "also where it would be made,");
	is(get(KEY, 5001, 0), -EINVAL, "if it is as large");
	is(get(KEY, 5001, IPC_CREAT | IPC_EXCL), -EEXIST, "exclusively it is there already");
	is(get(KEY, 1, IPC_EXCL), id, "which means nothing by itself");
	is(get(KEY + 1, 1, 0), -ENOENT, "another key leads nowhere");
	is(get(KEY + 1, 0, IPC_CREAT), -EINVAL, "one of no bytes");
	if (on_octavo()) /* Linux of 64 bits allows more */
		is(get(KEY + 1, 0xffffffff, IPC_CREAT), -EINVAL, "and one that is too large");
	is(drop(id), 0, "it is removed");
	is(get(KEY, 1, 0), -ENOENT, "and has no key");
	is(ctl(id, IPC_STAT, &ds), -EINVAL, "and no id");
	is(drop(id), -EINVAL, "is removed once");
	is(at(id, 0, 0), -EINVAL, "and not attached");
}

static void test_memory(void)
{
	long id = new (3 * PAGE + 100, 0600), a = at(id, 0, 0), b;
	char *p = (char *)a, *q;

	if (!ok(!is_error(a) && a % 4096 == 0, "it is attached"))
		return;
	ok(all_bytes(p, 4 * PAGE, 0), "all zero, to the end of its last page");
	p[0] = 'a';
	p[3 * PAGE + 99] = 'z';
	b = at(id, 0, 0);
	q = (char *)b;
	ok(!is_error(b) && q[0] == 'a' && q[3 * PAGE + 99] == 'z', "a second time: the same bytes");
	q[1] = 'b';
	is(p[1], 'b', "whichever way");
	is(nattch(id), 2, "that are counted");
	is(dt(a), 0, "one goes");
	is(nattch(id), 1, "and is not counted any more");
	is(q[0], 'a', "the other stays");
	is(dt(b), 0, "goes");
	is(dt(b), -EINVAL, "once");
	is(nattch(id), 0, "nobody has it");
	p = (char *)at(id, 0, 0);
	ok(p[0] == 'a' && p[1] == 'b', "what it holds stays");
	is(drop(id), 0, "removed while it is attached");
	is(nattch(id), 1, "its id still leads to it");
	is(ds.shm_perm.mode, SHM_DEST | 0600, "as one that goes with its last user");
	is(ds.shm_perm.key, 0, "without a key");
	p[2] = 'c';
	b = at(id, 0, 0);
	ok(!is_error(b) && ((char *)b)[2] == 'c', "attached even now");
	is(dt(b), 0, "detached");
	is(p[2], 'c', "still there");
	is(dt((long)p), 0, "detached by the last");
	is(ctl(id, IPC_STAT, &ds), -EINVAL, "it is gone");
}

static void test_munmap(void)
{
	long id = new (4 * PAGE, 0600), a = at(id, 0, 0);

	is(sys(__NR_munmap, a, 4 * PAGE), 0, "munmap detaches, too");
	is(nattch(id), 0, "which is counted");
	is(dt(a), -EINVAL, "nothing is left to detach");
	drop(id);
}

static void test_library(void)
{
	int id = shmget(KEY, PAGE, IPC_CREAT | SHM_R | SHM_W);
	char *p = shmat(id, NULL, 0);

	ok(id >= 0 && p != (void *)-1 && *p == 0, "by the C library");
	ok(shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_nattch == 1, "which tells, too");
	is(shmdt(p), 0, "and detaches");
	is(shmdt(p), -1, "once");
	is(errno, EINVAL, "with errno");
	is(shmctl(id, IPC_RMID, NULL), 0, "and removes");
}

static void test_errors(void)
{
	long id = new (PAGE, 0600), a;

	is(at(-1, 0, 0), -EINVAL, "attach: a negative id");
	is(at(id + 1, 0, 0), -EINVAL, "one that is not there");
	is(at(id + 32768, 0, 0), -EINVAL, "one of another time");
	is(at(id, 0, SHM_REMAP), -EINVAL, "in the place of nothing");
	is(at(id, 0x50000001, 0), -EINVAL, "an odd address");
	is(at(id, 1, SHM_RND | SHM_REMAP), -EINVAL, "rounded to nothing");
	is(dt(0), -EINVAL, "detach: nothing is there");
	is(dt((long)test_errors & -4096), -EINVAL, "no segment is");
	a = at(id, 0, 0);
	is(dt(a + 1), -EINVAL, "not where it begins");
	dt(a);
	is(ctl(-1, IPC_STAT, &ds), -EINVAL, "control: a negative id");
	is(ctl(id, 99, &ds), -EINVAL, "what nobody knows");
	is(sys(__NR_shmctl, id, -1, &ds), -EINVAL, "or negative");
	is(ctl(id, IPC_STAT, (void *)KERNEL_ADDRESS), -EFAULT, "where nothing is put");
	is(ctl(id, IPC_SET, (void *)KERNEL_ADDRESS), -EFAULT, "nor got from");
	is(ctl(id + 1, IPC_SET, (void *)KERNEL_ADDRESS), -EFAULT, "first of all");
	is(ctl(0, IPC_INFO, (void *)KERNEL_ADDRESS), -EFAULT, "limits");
	is(ctl(0, SHM_INFO, (void *)KERNEL_ADDRESS), -EFAULT, "usage");
	is(ctl(id + 32768, IPC_STAT, &ds), -EINVAL, "an id of another time");
	is(ctl(id + 32768, IPC_RMID, NULL), -EINVAL, "is not removed");
	drop(id);
}

/* --- what is told --- */

static long child_at; /* where it was attached, in whosever memory that was */

static int attach_and_leave(void *arg)
{
	child_at = at((long)(intptr_t)arg, 0, 0);
	return is_error(child_at);
}

static void test_stat(void)
{
	struct timespec now;
	long id, a;
	int status;

	clock_gettime(CLOCK_REALTIME, &now);
	id = get(KEY, 5000, IPC_CREAT | 0642);
	is(ctl(id, IPC_STAT, &ds), 0, "stat");
	is(ds.shm_perm.key, KEY, "key");
	is(ds.shm_perm.uid, sys(__NR_getuid32), "owner");
	is(ds.shm_perm.cuid, sys(__NR_getuid32), "maker");
	is(ds.shm_perm.gid, sys(__NR_getgid32), "its group");
	is(ds.shm_perm.mode, 0642, "mode");
	is(ds.shm_perm.seq, id >> 15, "sequence number");
	is((long)ds.shm_segsz, 5000, "bytes");
	is(ds.shm_cpid, (long)getpid(), "who made it");
	is(ds.shm_lpid, 0, "nobody attached it");
	is((long)ds.shm_atime, 0, "ever");
	ok(ds.shm_ctime >= (unsigned long)now.tv_sec &&
		   ds.shm_ctime <= (unsigned long)now.tv_sec + 60,
	   "when it was made");
	a = at(id, 0, 0);
	is(nattch(id), 1, "attached");
	is(ds.shm_lpid, (long)getpid(), "by this");
	ok(ds.shm_atime >= ds.shm_ctime && ds.shm_dtime == 0, "just now");
	dt(a);
	is(nattch(id), 0, "detached");
	ok(ds.shm_dtime >= ds.shm_atime, "just now");
	status = in_child(attach_and_leave, (void *)(intptr_t)id);
	is(status, EXITED(0), "(a child attaches it)");
	is(nattch(id), CHILDREN_HAVE_MEMORY ? 0 : 1,
	   "its exit detaches, unless its memory is ours");
	ok(ds.shm_lpid != getpid(), "it was the last");
	if (!CHILDREN_HAVE_MEMORY)
		dt(child_at);
	drop(id);
}

static void test_all(void)
{
	struct uapi_shminfo64 limits;
	struct uapi_shm_info usage, before;
	char line[64];
	long id, highest, i, found = 0;

	is(ctl(0, SHM_INFO, &before) < 0, 0, "usage");
	id = get(KEY, 3 * PAGE - 1, IPC_CREAT | 0600);
	highest = ctl(0, IPC_INFO, &limits);
	ok(highest >= (id & 32767), "the highest place in use");
	is((long)limits.shmmin, 1, "the smallest segment");
	is((long)limits.shmmni, 4096, "so many segments");
	if (on_octavo()) {
		is((long)limits.shmmax, (long)0xfeffffff, "so large");
		is((long)limits.shmall, (long)0xfeffffff, "all together");
	}
	is(ctl(0, SHM_INFO, &usage), highest, "usage");
	is(usage.used_ids - before.used_ids, 1, "one more");
	is((long)(usage.shm_tot - before.shm_tot), 3, "of three pages");
	if (HAS_PAGES) {
		long a = at(id, 0, 0);

		*(char *)a = 1;
		ctl(0, SHM_INFO, &usage);
		is((long)(usage.shm_rss - before.shm_rss), 1, "one of them in memory");
		dt(a);
	} else {
		is((long)(usage.shm_rss - before.shm_rss), 3, "all in memory");
	}
	for (i = 0; i <= highest; i++)
		if (ctl(i, SHM_STAT, &ds) == id)
			found++;
	is(found, 1, "going through all places it is found");
	is(ctl(id & 32767, SHM_STAT_ANY, &ds), id, "by its place");
	is(ds.shm_perm.key, KEY, "it is that one");
	is(ctl(highest + 1, SHM_STAT, &ds), -EINVAL, "behind the highest place is none");
	slurp("/proc/sysvipc/shm");
	ok(strncmp(text, "       key      shmid perms       ", 30) == 0, "/proc has a table");
	sniprintf(line, sizeof(line), "\n%10d %10ld   600 ", KEY, id);
	ok(strstr(text, line) != NULL, "and in it the segment");
	drop(id);
	slurp("/proc/sysvipc/shm");
	ok(strstr(text, line) == NULL, "until it is removed");
}

static int write_to(void *p)
{
	*(volatile char *)p = 1;
	return 0;
}

static void test_readonly(void)
{
	long id = new (PAGE, 0600), a = at(id, 0, SHM_RDONLY);

	is(*(volatile char *)a, 0, "attached to read");
	is(in_child(write_to, (void *)a), KILLED(SIGSEGV), "a write is forbidden");
	dt(a);
	a = at(id, 0, SHM_EXEC);
	ok(!is_error(a), "attached to execute");
	dt(a);
	drop(id);
}

/* --- ids --- */

static void test_ids(void)
{
	long first = new (1, 0), second, third;

	drop(first);
	second = new (1, 0);
	ok(first != second, "an id is not given again at once");
	ok((second & 32767) == (first & 32767) + 1 || (second & 32767) < (first & 32767),
	   "the next place, or from the start");
	drop(second);
	for (int i = 0; i < 64; i++)
		drop(third = new (1, 0));
	ok((third >> 15) != (first >> 15), "in the same place it has another sequence number");
	is(ctl(first, IPC_STAT, &ds), -EINVAL, "the old one leads nowhere");
}

/* --- the structures of old --- */

static long old_ctl(long id, int cmd, void *buf)
{
#ifdef __arm__
	return sys(__NR_shmctl, id, cmd, buf);
#else
	return sys(__NR_ipc, SHMCTL, id, cmd, 0, buf, 0);
#endif
}

static void test_old_structures(void)
{
	struct uapi_shmid_ds old[2];
	struct uapi_shminfo limits;
	long id = get(KEY, 3 * PAGE, IPC_CREAT | 0640), a = at(id, 0, 0);

	memset(old, 0x55, sizeof(old));
	is(old_ctl(id, IPC_STAT, old), 0, "without IPC_64");
	ctl(id, IPC_STAT, &ds);
	ok(old->shm_perm.key == KEY && old->shm_perm.mode == 0640 &&
		   old->shm_perm.seq == (id >> 15 & 0xffff) && old->shm_segsz == 3 * PAGE,
	   "what it is");
	ok(old->shm_atime == (int)ds.shm_atime && old->shm_dtime == 0 &&
		   old->shm_ctime == (int)ds.shm_ctime && old->shm_nattch == 1 &&
		   old->shm_cpid == (getpid() & 0xffff) && old->shm_lpid == old->shm_cpid,
	   "and its use");
	ok(((char *)old)[48] == 0x55, "of 48 bytes");
	is(old_ctl(id & 32767, SHM_STAT, old), id, "by its place");
	is(old_ctl(id, IPC_STAT, (void *)KERNEL_ADDRESS), -EFAULT, "where nothing is put");
	ok(old_ctl(0, IPC_INFO, &limits) >= 0 && limits.shmmni == 4096 && limits.shmmin == 1,
	   "limits");
	is(limits.shmmax, INT32_MAX, "of which that of bytes does not fit");
	is(old_ctl(0, IPC_INFO, (void *)KERNEL_ADDRESS), -EFAULT, "where nothing is put");
	old->shm_perm.mode = 07600;
	is(old_ctl(id, IPC_SET, old), 0, "set");
	is(old_ctl(id, IPC_SET, (void *)KERNEL_ADDRESS), -EFAULT, "from where nothing is");
	is(nattch(id), 1, "still attached");
	is(ds.shm_perm.mode, 0600, "its new mode");
	if (sys(__NR_getuid32) == 0) {
		ds.shm_perm.uid = 70000;
		ds.shm_perm.gid = 7;
		is(ctl(id, IPC_SET, &ds), 0, "(a user of more than 16 bits)");
		old_ctl(id, IPC_STAT, old);
		ok(old->shm_perm.uid == 65534 && old->shm_perm.gid == 7, "does not fit");
	}
	dt(a);
	is(old_ctl(id, IPC_RMID, NULL), 0, "removed");
}

/* --- with an MMU: addresses, pieces, fork, exec --- */
#ifndef __arm__

static int child_sees(void *arg)
{
	char *p = *(char **)arg;

	p[1] = 'c';
	return p[0] != 'p';
}

static int child_execs(void *arg)
{
	static const char *const argv[] = {"/proc/self/exe", "exit", NULL};

	(void)arg;
	sys(__NR_execve, argv[0], argv, NULL);
	return 1;
}

static void test_fork(void)
{
	long id = new (PAGE, 0600), a = at(id, 0, 0);
	char *p = (char *)a;
	volatile int *go = map_shared(1);
	pid_t pid;

	p[0] = 'p';
	is(in_child(child_sees, &p), EXITED(0), "a child is attached, too");
	is(p[1], 'c', "to the same");
	pid = must_fork();
	if (pid == 0) {
		await(go, 1);
		_exit(0);
	}
	is(nattch(id), 2, "which is counted");
	drop(id);
	dt(a);
	is(nattch(id), 1, "it keeps it alone");
	*go = 1;
	waitpid(pid, NULL, 0);
	is(nattch(id), -EINVAL, "it goes with its exit");
	id = new (PAGE, 0600);
	a = at(id, 0, 0);
	is(in_child(child_execs, NULL), EXITED(7), "(a child execs)");
	is(nattch(id), 1, "exec detaches");
	dt(a);
	drop(id);
	munmap((void *)go, PAGE);
}

static void test_addresses(void)
{
	long id = new (3 * PAGE, 0600), a = at(id, 0, 0), b;
	const unsigned long place = 0x60000000;

	is(at(id, place, 0), (long)place, "at an address");
	is(at(id, place, 0), -EINVAL, "something is there already");
	is(at(id, place + 2 * PAGE, 0), -EINVAL, "or partly");
	is(at(id, place - 2 * PAGE, 0), -EINVAL, "from below");
	is(at(id, place, SHM_REMAP), (long)place, "in its place, where that is asked for");
	is(nattch(id), 2, "of which one is left");
	is(dt((long)place), 0, "detached");
	is(at(id, place + 100, SHM_RND), (long)place, "an address is rounded");
	is(at(id, place + 100, SHM_RND | SHM_REMAP), (long)place, "with both");
	dt((long)place);
	if (on_octavo())
		is(at(id, 0xfffff000, 0), -EINVAL, "beyond all addresses");
	if (on_octavo())
		is(at(id, 0xfffff000, SHM_REMAP), -ENOMEM, "in the place of what is there");
	is(at(id, 0xd0000000, 0), -ENOMEM, "beyond the program's");
	is(sys(__NR_munmap, a + PAGE, PAGE), 0, "a hole");
	is(nattch(id), 2, "makes two pieces");
	is(dt(a + PAGE), -EINVAL, "a piece is not detached by itself");
	is(dt(a), 0, "both are detached at once");
	is(nattch(id), 0, "indeed");
	a = at(id, 0, 0);
	is(mprotect((char *)a + PAGE, PAGE, PROT_READ), 0, "three pieces");
	is(nattch(id), 3, "are counted");
	is(mprotect((char *)a + PAGE, PAGE, PROT_READ | PROT_WRITE), 0, "all alike again");
	is(nattch(id), 3, "they stay three");
	munmap((char *)a, PAGE);
	is(nattch(id), 2, "without the first");
	is(dt(a), 0, "the rest is detached from where it began");
	is(nattch(id), 0, "all of it");
	a = at(id, place, 0);
	munmap((char *)a + PAGE, PAGE);
	is(nattch(id), 2, "with a hole between them");
	is(sys(__NR_mremap, a, PAGE, 2 * PAGE, 0, 0), a, "which one of them fills");
	is(nattch(id), 2, "there are two still");
	is(dt(a), 0, "and are detached at once");
	is(nattch(id), 0, "indeed");
	a = at(id, place, 0);
	b = at(id, place + 3 * PAGE, 0);
	is(dt(a), 0, "one of two neighbours");
	is(nattch(id), 1, "and not the other");
	dt(b);
	a = at(id, 0, SHM_RDONLY);
	is(sys(__NR_mprotect, a, PAGE, PROT_READ | PROT_WRITE), -EACCES,
	   "what is attached to read stays so");
	dt(a);
	drop(id);
}

static long ipc(unsigned call, long first, unsigned long second, unsigned long third, void *ptr)
{
	return sys(__NR_ipc, call, first, second, third, ptr, 0);
}

static void test_ipc(void)
{
	unsigned long a = 0;
	long id = ipc(SHMGET, KEY, PAGE, IPC_CREAT | 0600, NULL);

	ok(id >= 0, "ipc(2): get");
	is(get(KEY, 0, 0), id, "the same");
	is(ipc(SHMAT, id, 0, (unsigned long)&a, NULL), 0, "attach");
	ok(a != 0 && *(char *)a == 0, "its address is stored");
	is(ipc(SHMAT | 1 << 16, id, 0, (unsigned long)&a, NULL), -EINVAL, "of no other system");
	is(ipc(SHMCTL, id, IPC_STAT | IPC_64, 0, &ds), 0, "control");
	is((long)ds.shm_nattch, 1, "tells");
	is(sys(__NR_shmctl, id, IPC_STAT | IPC_64, &ds), -EINVAL, "shmctl needs no IPC_64");
	is(ipc(SHMDT, 0, 0, 0, (void *)a), 0, "detach");
	is(ipc(SHMAT, id, 0, 0, (void *)1), -EINVAL, "an odd address");
	is(ipc(SHMCTL, id, IPC_RMID, 0, NULL), 0, "remove");
	is(ipc(99, 0, 0, 0, NULL), -ENOSYS, "what nobody knows");
}

static void test_maps(void)
{
	char name[64];
	long id = get(KEY, PAGE, IPC_CREAT | 0600), a = at(id, 0, 0);

	slurp("/proc/self/maps");
	sniprintf(name, sizeof(name), " %ld ", id);
	ok(strstr(text, "/SYSV000c7a70 (deleted)\n") != NULL && strstr(text, name) != NULL,
	   "maps shows key and id");
	drop(id);
	dt(a);
}

/* Two reasons to refuse: that the place is taken comes first. */
static void test_no_more_areas(void)
{
	static const char limit[] = "/proc/sys/vm/max_map_count";
	long id = new (PAGE, 0600), taken, free;

	if (on_octavo() && write_string(limit, "1") > 0) {
		taken = at(id, (long)test_errors & -4096, 0);
		free = at(id, 0x50000000, 0);
		while (write_string(limit, "65530") < 0)
			continue; /* an allocation was made to fail */
		is(taken, -EINVAL, "where something is, and no more areas may be");
		is(free, -ENOMEM, "where nothing is");
	}
	drop(id);
}

#define test_of_machine()                                                                          \
	(test_fork(), test_addresses(), test_ipc(), test_maps(), test_no_more_areas())
#else

static void test_of_machine(void)
{
	long id = new (64 * 1024, 0600), a = at(id, 0, 0);

	is(a % (64 * 1024), 0, "nm-17: all of it lies in a row");
	is(at(id, 0x21800000, 0), -EINVAL, "nm-11: nobody chooses an address");
	is(at(id, 0, 0), a, "twice, at one address");
	is(nattch(id), 2, "both are counted");
	is(dt(a), 0, "one goes");
	((volatile char *)a)[5] = 1;
	is(dt(a), 0, "the other");
	is(poke((char *)a), KILLED(SIGSEGV), "then nobody may touch it");
	a = at(id, 0, SHM_RDONLY);
	is(at(id, 0, 0), a, "to read, and again to write");
	((volatile char *)a)[5] = 2;
	is(((volatile char *)a)[5], 2, "what either allows may be done");
	dt(a);
	dt(a);
	drop(id);
	is(get(IPC_PRIVATE, 4096 * 1024 + 1, 0), -EFBIG, "more than a block is not in a row");
}
#endif

static int old_limits(void)
{
	struct uapi_shminfo64 limits;

	ok(ctl(0, IPC_INFO, &limits) >= 0, "limits");
	is((long)limits.shmmax, 32 << 20, "of a segment");
	is((long)limits.shmall, 2 << 20, "of all, in pages");
	is(get(IPC_PRIVATE, (32 << 20) + 1, 0), -EINVAL, "one byte more");
	return tap_done();
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "2.6") == 0)
		return old_limits();
	if (argc > 1 && strcmp(argv[1], "exit") == 0)
		return 7;
	tidy();
	tap_before_bail_out = tidy;
	test_get();
	test_memory();
	test_munmap();
	test_library();
	test_errors();
	test_stat();
	test_all();
	test_readonly();
	test_ids();
	test_old_structures();
	test_of_machine();
	tidy();
	return tap_done();
}
