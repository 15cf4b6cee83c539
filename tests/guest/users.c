/* SPDX-License-Identifier: MIT */
/*
 * What users may do: ids, capabilities, permissions of files, signals, limits. On Linux: as root. What
 * execve(2) makes of users: users_exec.c.
 */
#include "thread.h"
#include "users.h"

#define NO_ACCESS_TIME 01000000 /* O_NOATIME */

#define NR_getuid16    24
#define NR_setuid16    23
#define NR_setreuid16  70
#define NR_getgroups16 80
#define NR_setgroups16 81
#define NR_getresuid16 165
#define NR_chown16     182

static void test_setters(void)
{
	uint32_t r, e, s;

	WANT(sys(__NR_setresuid32, USER, OTHER, 7), 0);
	WANT(sys(__NR_getuid32), USER);
	WANT(sys(__NR_geteuid32), OTHER);
	WANT(sys(__NR_getresuid32, &r, &e, &s), 0);
	WANT(s, 7);
	WANT(sys(__NR_setfsuid32, 9), OTHER);
	WANT(sys(__NR_setfsuid32, 7), OTHER);
	WANT(sys(__NR_setfsuid32, -1), 7);
	WANT(sys(__NR_setuid32, 0), -EPERM);
	WANT(sys(__NR_setuid32, -1), -EINVAL);
	WANT(sys(__NR_setreuid32, 7, -1), -EPERM);
	WANT(sys(__NR_setreuid32, -1, 7), 0);
	WANT(sys(__NR_getresuid32, &r, &e, &s), 0);
	WANT(r, USER);
	WANT(e, 7);
	WANT(s, 7);
	WANT(sys(__NR_setresuid32, 0, -1, -1), -EPERM);
	WANT(sys(__NR_setuid32, USER), 0);
	WANT(sys(__NR_setreuid32, 7, -1), -EPERM);
	WANT(sys(__NR_setreuid32, -1, 7), 0);
	WANT(sys(__NR_setreuid32, 7, USER), 0);
	WANT(sys(__NR_getresuid32, &r, &e, &s), 0);
	WANT(r == 7 && e == USER && s == USER, 1); /* what is effective then is saved */
}

/* The effective user root has root's capabilities, and keeps those permitted while it is not. */
static void test_caps_of_root(void)
{
	struct caps c;

	WANT(sys(__NR_setresuid32, -1, USER, -1), 0);
	WANT(caps_get(&c), 0);
	WANT(c.data[0].effective, 0);
	WANT(c.data[0].permitted & 1, 1);
	WANT(sys(__NR_setresuid32, -1, 0, -1), 0);
	WANT(caps_get(&c), 0);
	WANT(c.data[0].effective & 1, 1);
	WANT(sys(__NR_setfsuid32, USER), 0);
	WANT(caps_get(&c), 0);
	WANT(c.data[0].effective & 0xff, 0xe0); /* not those of files */
	WANT(sys(__NR_setfsuid32, 0), USER);
	WANT(caps_get(&c), 0);
	WANT(c.data[0].effective & 0xff, 0xff);
	become(USER);
	WANT(caps_get(&c), 0);
	WANT(c.data[0].effective == 0 && c.data[0].permitted == 0, 1);
	WANT(c.data[1].effective == 0 && c.data[1].permitted == 0, 1);
}

/* Who becomes somebody else is no debugger's, and of no interest to a parent that dies. */
static void test_guarded(void)
{
	int sig = -1;

	WANT(sys(__NR_prctl, 1, SIGUSR1, 0, 0, 0), 0);
	WANT(sys(__NR_prctl, 3, 0, 0, 0, 0), 1);
	WANT(sys(__NR_setresuid32, USER, -1, -1), 0);
	WANT(sys(__NR_prctl, 3, 0, 0, 0, 0), 1);
	WANT(sys(__NR_setresuid32, -1, USER, -1), 0);
	WANT(sys(__NR_prctl, 3, 0, 0, 0, 0), 0);
	WANT(sys(__NR_prctl, 2, &sig, 0, 0, 0), 0);
	WANT(sig, 0);
}

static void test_group_setters(void)
{
	uint32_t r, e, s, list[4] = {30, 10, 20, 10};

	WANT(sys(__NR_setgroups32, 4, list), 0);
	memset(list, 0, sizeof(list));
	WANT(sys(__NR_getgroups32, 0, NULL), 4);
	WANT(sys(__NR_getgroups32, 3, list), -EINVAL);
	WANT(sys(__NR_getgroups32, 4, list), 4);
	WANT(list[0] == 10 && list[1] == 10 && list[2] == 20 && list[3] == 30, 1);
	list[1] = 0xffffffff;
	WANT(sys(__NR_setgroups32, 2, list), -EINVAL);
	WANT(sys(__NR_setresgid32, 5, 6, 7), 0);
	WANT(sys(__NR_getresgid32, &r, &e, &s), 0);
	WANT(r == 5 && e == 6 && s == 7, 1);
	WANT(sys(__NR_setresuid32, USER, USER, USER), 0);
	WANT(sys(__NR_setgid32, 8), -EPERM);
	WANT(sys(__NR_setgid32, 7), 0);
	WANT(sys(__NR_setgroups32, 0, NULL), -EPERM);
}

static void test_16_bits(void)
{
	uint16_t r, e, s, list[2] = {7, 3};

	WANT(sys(NR_setgroups16, 2, list), 0);
	WANT(sys(NR_getgroups16, 2, list), 2);
	WANT(list[0] == 3 && list[1] == 7, 1);
	WANT(sys(__NR_setresuid32, 70000, 70000, 0), 0);
	WANT(sys(NR_getuid16), 65534);
	WANT(sys(NR_setreuid16, 65535, 0), 0);
	WANT(sys(NR_getresuid16, &r, &e, &s), 0);
	WANT(r == 65534 && e == 0 && s == 0, 1);
	WANT(sys(NR_setuid16, USER), 0);
	WANT(sys(__NR_getuid32), USER);
}

static void test_caps(void)
{
	struct caps c, d;

	WANT(caps_get(&c), 0);
	WANT(c.data[0].effective & 1, 1);
	d = c;
	d.version = 7;
	WANT(sys(NR_capget, &d, d.data), -EINVAL);
	WANT(d.version, 0x20080522);
	d.version = 7;
	WANT(sys(NR_capget, &d, NULL), 0);
	d.version = 0x19980330;
	d.pid = -1;
	WANT(sys(NR_capget, &d, d.data), -EINVAL);
	d.pid = 1 << 29;
	WANT(sys(NR_capget, &d, d.data), -ESRCH);
	WANT(sys(__NR_prctl, 24, 5, 0, 0, 0), 0);
	WANT(sys(__NR_prctl, 23, 5, 0, 0, 0), 0);
	WANT(sys(__NR_prctl, 23, 6, 0, 0, 0), 1);
	WANT(sys(__NR_prctl, 8, 1, 0, 0, 0), 0);
	become(USER);
	WANT(caps_get(&c), 0);
	WANT(c.data[0].effective, 0);
	WANT(c.data[0].permitted & 1, 1);
	WANT(sys(__NR_prctl, 47, 2, 0, 0, 0), -EPERM);
	c.data[0].effective = 1;
	c.data[0].inheritable = 1;
	WANT(sys(NR_capset, &c, c.data), 0);
	WANT(sys(__NR_prctl, 47, 2, 0, 0, 0), 0);
	WANT(sys(__NR_prctl, 47, 1, 0, 0, 0), 1);
	WANT(sys(__NR_prctl, 47, 2, 1, 0, 0), -EPERM);
	WANT(sys(__NR_prctl, 24, 1, 0, 0, 0), -EPERM);
	WANT(sys(__NR_prctl, 28, 1, 0, 0, 0), -EPERM);
	c.data[0].permitted = 0;
	WANT(sys(NR_capset, &c, c.data), -EPERM);
	c.data[0].effective = 0;
	WANT(sys(NR_capset, &c, c.data), 0);
	WANT(sys(__NR_prctl, 47, 1, 0, 0, 0), 0);
	c.data[0].permitted = 1;
	WANT(sys(NR_capset, &c, c.data), -EPERM);
	c.pid = 1;
	WANT(sys(NR_capset, &c, c.data), -EPERM);
}

/* What is out of the bounding set is not inherited any more, whoever asks. */
static void test_inheritable(void)
{
	struct caps c;

	WANT(caps_get(&c), 0);
	WANT(c.data[0].inheritable, 0);
	WANT(sys(__NR_prctl, 24, 5, 0, 0, 0), 0);
	c.data[0].inheritable = 1 << 5;
	WANT(sys(NR_capset, &c, c.data), -EPERM);
	c.data[0].inheritable = 1 << 6;
	WANT(sys(NR_capset, &c, c.data), 0);
	c.data[0].effective = c.data[0].permitted = 1 << 6; /* no CAP_SETPCAP */
	WANT(sys(NR_capset, &c, c.data), 0);
	c.data[0].inheritable = 1 << 6 | 1 << 7;
	WANT(sys(NR_capset, &c, c.data), -EPERM);
	WANT(sys(__NR_prctl, 24, 7, 0, 0, 0), -EPERM);
	WANT(sys(__NR_prctl, 23, 7, 0, 0, 0), 1);
}

static void test_files(void)
{
	int fd;

	WANT(mkdir("closed", 0700), 0);
	WANT(mkdir("sticky", 01777), 0);
	chmod("sticky", 01777);
	close(open("closed/file", O_CREAT | O_WRONLY, 0666));
	close(open("sticky/root", O_CREAT | O_WRONLY, 0666));
	close(open("secret", O_CREAT | O_WRONLY, 0600));
	close(open("group", O_CREAT | O_WRONLY, 0));
	chmod("group", 0040);
	WANT(chown("group", 0, USER), 0);
	become(USER);
	WANT(sys(__NR_open, "closed/file", O_RDONLY), -EACCES);
	WANT(sys(__NR_open, "closed/none", O_RDONLY), -EACCES);
	WANT(sys(__NR_open, "secret", O_RDONLY), -EACCES);
	WANT(sys(__NR_open, "new", O_CREAT | O_WRONLY, 0600), -EACCES);
	WANT(sys(__NR_mkdir, "new", 0700), -EACCES);
	WANT(sys(__NR_mkdir, "closed", 0700), -EEXIST);
	WANT(sys(__NR_unlink, "secret"), -EACCES);
	WANT(sys(__NR_unlink, "sticky/root"), -EPERM);
	WANT(sys(__NR_rename, "sticky/root", "sticky/r"), -EPERM);
	WANT(sys(__NR_chdir, "closed"), -EACCES);
	WANT(sys(__NR_access, "group", 4), 0);
	WANT(sys(__NR_access, "group", 2), -EACCES);
	fd = (int)sys(__NR_open, "group", O_RDONLY);
	WANT(fd >= 0, 1);
	WANT(sys(__NR_open, "group", O_RDONLY | O_TRUNC), -EACCES);
	WANT(sys(__NR_fchmod, fd, 0777), -EPERM);
	WANT(sys(__NR_chown32, "group", USER, -1), -EPERM);
	WANT(sys(__NR_chroot, "sticky"), -EPERM);
	WANT(sys(__NR_chroot, "closed"), -EACCES);
	WANT(sys(__NR_mknod, "sticky/null", S_IFCHR | 0666, 0x103), -EPERM);
	WANT(sys(__NR_mknod, "new", S_IFCHR | 0666, 0x103), -EACCES);
	fd = (int)sys(__NR_open, "sticky/mine", O_CREAT | O_RDWR, 0);
	WANT(fd >= 0, 1);
	WANT(sys(__NR_open, "sticky/mine", O_RDONLY), -EACCES);
	WANT(sys(__NR_chmod, "sticky/mine", 06755), 0);
	WANT(sys(__NR_chown32, "sticky/mine", OTHER, -1), -EPERM);
	WANT(sys(__NR_chown32, "sticky/mine", -1, OTHER), -EPERM);
	WANT(sys(__NR_write, fd, "x", 1), 1);
	{
		int32_t from = 0;
		struct stat st;

		WANT(fstat(fd, &st), 0);
		WANT(st.st_mode & 07777, 0755);
		WANT(sys(__NR_chmod, "sticky/mine", 06755), 0);
		WANT(sys(__NR_sendfile, fd, fd, &from, 1), 1);
		WANT(fstat(fd, &st), 0);
		WANT(st.st_mode & 07777, 0755);
		WANT(st.st_uid == USER && st.st_gid == USER, 1);
	}
	WANT(sys(__NR_unlink, "sticky/mine"), 0);
}

static void file_of(const char *name, uint32_t user, uint32_t group, mode_t mode)
{
	close(open(name, O_CREAT | O_WRONLY, 0600));
	WANT(chown(name, user, group), 0);
	WANT(chmod(name, mode), 0);
}

/* One class counts, the first that fits; each supplementary group is one's own. */
/* What is made without a path is its maker's; a flag that only owners may set. */
static void test_owned(void)
{
	struct stat st;
	int ends[2], root;

	become(USER);
	WANT(pipe(ends), 0);
	WANT(fstat(ends[0], &st), 0);
	WANT(st.st_uid, USER);
	WANT(st.st_gid, USER);
	WANT(sys(__NR_fchmod, ends[1], 0644), 0);
	WANT(sys(__NR_fcntl64, ends[0], F_SETFL, NO_ACCESS_TIME), 0);
	root = open("/", O_RDONLY);
	WANT(sys(__NR_fcntl64, root, F_SETFL, NO_ACCESS_TIME), -EPERM);
	WANT(sys(__NR_fcntl64, root, F_SETFL, O_NONBLOCK), 0);
}

static void test_classes(void)
{
	static const uint32_t groups[] = {90, 20, 50, 70, 30};
	static const char *const names[] = {"g20", "g30", "g50", "g70", "g90"};

	for (size_t i = 0; i < 5; i++)
		file_of(names[i], 0, (uint32_t)atoi(names[i] + 1), 0040);
	file_of("g60", 0, 60, 0040);
	file_of("others", OTHER, 50, 0604);
	file_of("mine", USER, 50, 0077);
	WANT(sys(__NR_setgroups32, 5, groups), 0);
	WANT(sys(__NR_setresgid32, USER, USER, USER), 0);
	WANT(sys(__NR_setresuid32, USER, USER, USER), 0);
	for (size_t i = 0; i < 5; i++)
		WANT(sys(__NR_access, names[i], 4), 0);
	WANT(sys(__NR_access, "g60", 4), -EACCES);
	WANT(sys(__NR_access, "others", 4), -EACCES);
	WANT(sys(__NR_access, "mine", 4), -EACCES);
	WANT(sys(__NR_chown32, "mine", -1, 70), 0);
	WANT(sys(__NR_chown32, "mine", -1, 60), -EPERM);
}

/* Root, and who has some of its capabilities. */
static void test_overrides(void)
{
	struct caps c = {.version = 0x20080522};

	file_of("plain", OTHER, OTHER, 0644);
	WANT(sys(__NR_access, "secret", 6), 0);
	WANT(sys(__NR_access, "plain", 1), -EACCES); /* nobody may execute it */
	WANT(sys(__NR_access, "closed", 1), 0);
	c.data[0].effective = c.data[0].permitted = 1 << 2; /* CAP_DAC_READ_SEARCH */
	WANT(sys(__NR_prctl, 8, 1, 0, 0, 0), 0);
	become(USER);
	WANT(sys(NR_capset, &c, c.data), 0);
	WANT(sys(__NR_open, "secret", O_RDONLY) >= 0, 1);
	WANT(sys(__NR_open, "secret", O_RDWR), -EACCES);
	WANT(sys(__NR_open, "closed/file", O_RDONLY) >= 0, 1);
	WANT(sys(__NR_open, "closed/new", O_CREAT | O_RDWR, 0600), -EACCES);
	WANT(sys(__NR_chmod, "secret", 0666), -EPERM);
}

static long mode_of(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 ? (long)(st.st_mode & 07777) : -1;
}

/* Set-group-ID of files and directories is for members of the group. */
static void test_set_group(void)
{
	struct stat st;

	file_of("theirs", USER, OTHER, 0644);
	WANT(mkdir("shared", 0777), 0);
	WANT(chown("shared", 0, OTHER), 0);
	WANT(chmod("shared", 02777), 0);
	become(USER);
	WANT(sys(__NR_chmod, "theirs", 02755), 0);
	WANT(mode_of("theirs"), 0755);
	close((int)sys(__NR_open, "shared/file", O_CREAT | O_WRONLY, 02755));
	WANT(stat("shared/file", &st), 0);
	WANT(st.st_uid == USER && st.st_gid == OTHER, 1);
	WANT(st.st_mode & 07777, 0755);
	WANT(sys(__NR_mkdir, "shared/dir", 0755), 0);
	WANT(mode_of("shared/dir"), 02755);
}

static void test_access_real(void)
{
	WANT(sys(__NR_setresuid32, USER, 0, 0), 0);
	WANT(sys(__NR_access, "secret", 4), -EACCES);
	fcntl(0, F_GETFD);
	WANT(sys(__NR_open, "secret", O_RDONLY) >= 0, 1);
	WANT(sys(__NR_setresuid32, 0, USER, 0), 0);
	WANT(sys(__NR_access, "secret", 4), 0);
	WANT(sys(__NR_open, "secret", O_RDONLY), -EACCES);
}

static struct thread thread;
static volatile int *stranger; /* a thread of another session */

static int stranger_of;

static void be_stranger(struct thread *t)
{
	*stranger = t->begun;
	for (;;)
		sys(__NR_pause);
}

static void continue_parent(struct thread *t)
{
	t->result = sys(__NR_kill, *(int *)t->arg, SIGCONT);
}

static void continue_stranger(struct thread *t)
{
	t->result = sys(__NR_tkill, *stranger, SIGCONT);
}

static long in_thread(void (*fn)(struct thread *), void *arg)
{
	thread_start(&thread, fn, arg);
	thread_join(&thread);
	return thread.result;
}

/* The leader of another session, till its parent ends: who becomes a user may not end it. */
static int lead_stranger(void *arg)
{
	(void)arg;
	setsid();
	thread_start(&thread, be_stranger, NULL);
	while (getppid() == stranger_of)
		sleep_ms(20);
	return 0;
}

/* SIGCONT goes to every process of the session, whichever thread sends it, and to no thread of others. */
static void test_continue(void)
{
	int parent = getppid();

	stranger = map_shared(1);
	stranger_of = getpid();
	must_start(lead_stranger, NULL);
	await(stranger, 1);
	become(USER);
	WANT(sys(__NR_tkill, *stranger, SIGCONT), -EPERM);
	WANT(in_thread(continue_parent, &parent), 0);
	WANT(in_thread(continue_stranger, NULL), -EPERM);
}

static __attribute__((noreturn)) int pause_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		sys(__NR_pause);
}

static void test_signals(void)
{
	int parent = getppid();
	pid_t child;

	become(USER);
	WANT(sys(__NR_kill, parent, 0), -EPERM);
	WANT(sys(__NR_kill, parent, 65), -EINVAL);
	WANT(sys(__NR_kill, parent, SIGCONT), 0);
	WANT(sys(__NR_kill, getpid(), 0), 0);
	child = must_start(pause_for_ever, NULL);
	WANT(sys(__NR_setpgid, child, child), 0);
	WANT(sys(__NR_kill, -child, 0), 0);
	WANT(sys(__NR_kill, -child, SIGKILL), 0);
	waitpid(child, NULL, 0);
}

#define QUEUED            40 /* a real-time signal */
#define RLIMIT_SIGPENDING 11

static long queue_to(int pid)
{
	int info[32] = {QUEUED, 0, -1}; /* SI_QUEUE */

	return sys(__NR_rt_sigqueueinfo, pid, QUEUED, info);
}

/* Another user, once the first has queued all that it may. */
static int queue_as_other(void *full)
{
	become(OTHER);
	await(full, 1);
	WANT(queue_to(getpid()), 0);
	return 0;
}

static int queue_one_more(void *arg)
{
	(void)arg;
	return queue_to(getpid()) != -EAGAIN;
}

/* How many signals may be queued counts for all processes of a user. */
static void test_queued(void)
{
	static const uint64_t set = 1ull << (QUEUED - 1);
	static const struct timespec now;
	const uint32_t limit[2] = {3, 3};
	volatile int *full = map_shared(1);
	pid_t other;
	int status = -1;

	WANT(sys(__NR_rt_sigprocmask, 0, &set, NULL, 8), 0);
	WANT(sys(__NR_setrlimit, RLIMIT_SIGPENDING, limit), 0);
	other = must_start(queue_as_other, (void *)(uintptr_t)full);
	become(USER);
	for (int i = 0; i < 3; i++)
		WANT(queue_to(getpid()), 0);
	WANT(queue_to(getpid()), -EAGAIN);
	WANT(sys(__NR_tkill, sys(__NR_gettid), QUEUED), -EAGAIN);
	WANT(sys(__NR_kill, getpid(), QUEUED), 0); /* kill(2) does not queue where it cannot */
	WANT(sys(__NR_kill, getpid(), SIGCHLD), 0);
	*full = 1;
	waitpid(other, &status, 0);
	WANT(status, 0);
	WANT(in_child(queue_one_more, NULL), 0);
	WANT(sys(__NR_rt_sigtimedwait, &set, NULL, &now, 8), QUEUED);
	WANT(queue_to(getpid()), 0);
	WANT(queue_to(getpid()), -EAGAIN);
}

/* A process that is never the same for long. */
static void hop(volatile int *hops)
{
	for (;;) {
		(*hops)++;
		if (fork() > 0)
			_exit(0);
	}
}

static void test_kill_all(void)
{
	volatile int *hops = map_shared(1);

	WANT(sys(__NR_prctl, 36, 1, 0, 0, 0), 0); /* orphans are ours to wait for */
	become(USER);
	for (int i = 0; i < 6; i++) {
		int last;

		for (int n = 0; n < 60; n++) { /* who make it slow, and three who are fast */
			if (fork() == 0)
				for (;;)
					sys(29);
		}
		for (int n = 0; n < 3; n++) {
			if (fork() == 0)
				hop(hops);
		}
		await(hops, *hops + 9);
		WANT(sys(__NR_kill, -1, SIGKILL), 0);
		last = *hops;
		while (waitpid(-1, NULL, 0) > 0) /* the end of all */
			WANT(*hops < last + 500, 1);
	}
}

static void test_others(void)
{
	uint32_t limit[2] = {10, 20}, mask = ~0u;
	int parent = getppid();
	char path[40];

	WANT(sys(__NR_prlimit64, parent, 7, NULL, NULL), 0);
	become(USER);
	WANT(sys(__NR_setpriority, 0, 0, 19), 0);
	WANT(sys(__NR_setpriority, 0, 0, 18), -EACCES);
	WANT(sys(34, -1), -EPERM);
	WANT(sys(__NR_setpriority, 0, parent, 10), -EPERM);
	WANT(sys(__NR_sched_setaffinity, parent, 4, &mask), -EPERM);
	WANT(sys(__NR_sched_setaffinity, 0, 4, &mask), 0);
	WANT(sys(__NR_syslog, 5, NULL, 0), -EPERM);
	WANT(sys(__NR_reboot, 0xfee1dead, 672274793, 0, 0), -EPERM);
	WANT(sys(__NR_setrlimit, 4, limit), 0);
	limit[1] = 21;
	WANT(sys(__NR_setrlimit, 4, limit), -EPERM);
	WANT(sys(__NR_prlimit64, parent, 7, NULL, NULL), -EPERM);
	WANT(sys(__NR_sethostname, "x", 1), -EPERM);
	WANT(sys(__NR_mount, "none", "/", "tmpfs", 0, NULL), -EPERM);
	WANT(sys(__NR_umount2, "/", 0), -EPERM);
	WANT(sys(__NR_settimeofday, limit, NULL), -EPERM);
	limit[0] = limit[1] = 0;
	if (!CHILDREN_HAVE_MEMORY) /* it is one's own */
		return;
	sprintf(path, "/proc/%d/environ", parent);
	WANT(sys(__NR_open, path, O_RDONLY), -EACCES);
	sprintf(path, "/proc/%d/maps", parent);
	WANT(sys(__NR_open, path, O_RDONLY), -EACCES);
	sprintf(path, "/proc/%d/exe", parent);
	WANT(sys(__NR_readlink, path, path, sizeof(path)), -EACCES);
}

static int end_at_once(void *arg)
{
	(void)arg;
	return 0;
}

static void test_nproc(void)
{
	uint32_t limit[2] = {2, 2};
	pid_t first, second;

	become(USER + 77);
	WANT(sys(__NR_setrlimit, 6, limit), 0);
	first = start_child(pause_for_ever, NULL);
	WANT(first > 0, 1);
	WANT(start_child(end_at_once, NULL) < 0 ? errno : 0, EAGAIN);
	kill(first, SIGKILL);
	waitpid(first, NULL, 0);
	second = start_child(end_at_once, NULL);
	WANT(second > 0, 1);
	waitpid(second, NULL, 0);
}

int main(void)
{
	if (!may_do_all())
		return skip("only root becomes somebody else"), tap_done();
	ok(own_directory_enter("users"), "a directory of our own");
	in_user_child(test_setters, "users");
	in_user_child(test_group_setters, "groups");
	in_user_child(test_16_bits, "in 16 bits");
	in_user_child(test_caps, "capabilities");
	in_user_child(test_caps_of_root, "capabilities of root");
	if (CHILDREN_HAVE_MEMORY) /* whose it says */
		in_user_child(test_guarded, "who may look");
	in_user_child(test_inheritable, "what is inherited");
	in_user_child(test_files, "files");
	in_user_child(test_owned, "whose a pipe is, and O_NOATIME");
	in_user_child(test_classes, "owner, groups, others");
	in_user_child(test_overrides, "who need not ask");
	in_user_child(test_set_group, "set-group-ID");
	in_user_child(test_access_real, "access asks for the real user");
	in_user_child(test_continue, "SIGCONT");
	in_user_child(test_signals, "signals");
	in_user_child(test_queued, "queued signals");
	if (CHILDREN_HAVE_MEMORY) /* fork(2) is the race */
		in_user_child(test_kill_all, "nobody escapes a signal to all");
	in_user_child(test_others, "priorities, limits, what root alone may");
	in_user_child(test_nproc, "tasks of a user");
	own_directory_leave();
	return tap_done();
}
