/* SPDX-License-Identifier: MIT */
/*
 * What a process and the machine say of themselves and can be told: prctl(2), nice values and
 * policies, affinity, names, sysinfo(2), CPU times.
 */
#include "guest.h"
#include <uapi/octavo/prctl.h>

static long prctl(int option, uintptr_t a, uintptr_t b)
{
	return sys(__NR_prctl, option, a, b, 0, 0);
}

static void test_prctl(void)
{
	char name[16], longest[] = "0123456789abcdefgh";
	int value = -1;

	is(prctl(PR_SET_NAME, (uintptr_t)longest, 0), 0, "a name");
	memset(name, 'x', sizeof(name));
	is(prctl(PR_GET_NAME, (uintptr_t)name, 0), 0, "it is told");
	ok(memcmp(name, "0123456789abcde", 16) == 0, "its first 15 bytes");
	is(prctl(PR_SET_NAME, KERNEL_ADDRESS, 0), -EFAULT, "a name at a bad address");
	is(prctl(PR_GET_NAME, KERNEL_ADDRESS, 0), -EFAULT, "to a bad address");
	is(prctl(PR_GET_DUMPABLE, 0, 0), 1, "dumpable");
	is(prctl(PR_SET_DUMPABLE, 0, 0), 0, "not");
	is(prctl(PR_GET_DUMPABLE, 0, 0), 0, "it is so");
	is(prctl(PR_SET_DUMPABLE, 2, 0), -EINVAL, "neither");
	is(prctl(PR_SET_DUMPABLE, 1, 0), 0, "again");
	is(prctl(PR_SET_PDEATHSIG, 65, 0), -EINVAL, "no such signal");
	is(prctl(PR_SET_PDEATHSIG, SIGUSR1, 0), 0, "a signal at the parent's death");
	is(prctl(PR_GET_PDEATHSIG, (uintptr_t)&value, 0), 0, "it is told");
	is(value, SIGUSR1, "which");
	is(prctl(PR_SET_PDEATHSIG, 0, 0), 0, "none");
	is(prctl(PR_SET_TIMERSLACK, 1000, 0), 0, "timer slack");
	is(prctl(PR_GET_TIMERSLACK, 0, 0), 1000, "it is told");
	is(prctl(PR_SET_TIMERSLACK, 0, 0), 0, "as it was");
	is(prctl(PR_CAPBSET_READ, 41000, 0), -EINVAL, "no such capability");
	is(prctl(PR_SET_NO_NEW_PRIVS, 0, 0), -EINVAL, "new privileges cannot be allowed again");
	is(sys(__NR_prctl, PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0), -EINVAL, "unused arguments are 0");
	is(prctl(0x7fff, 0, 0), -EINVAL, "no such option");
	is(sys(__NR_personality, 0xffffffff) & 0xf7, 0, "a Linux personality, of 32 bits or not");
}

static volatile int *shared;

/* The child leaves a grandchild behind, which comes to us. */
static void test_subreaper(void)
{
	int value = -1, status;
	pid_t child, pid;

	is(prctl(PR_SET_CHILD_SUBREAPER, 1, 0), 0, "orphans come here");
	is(prctl(PR_GET_CHILD_SUBREAPER, (uintptr_t)&value, 0), 0, "it is told");
	is(value, 1, "so");
	child = must_fork();
	if (child == 0) {
		pid = fork();
		if (pid == 0) {
			await(&shared[0], 1);
			shared[1] = getppid();
			_exit(9);
		}
		_exit(pid < 0);
	}
	ok(waitpid(child, &status, 0) == child && status == 0, "the child ends");
	shared[0] = 1;
	ok(waitpid(-1, &status, 0) > 0 && status == EXITED(9), "its own is ours now");
	is(shared[1], getpid(), "we are its parent");
	is(prctl(PR_SET_CHILD_SUBREAPER, 0, 0), 0, "no more");
}

static void test_parent_death(void)
{
	pid_t child, pid;
	int status;

	is(prctl(PR_SET_CHILD_SUBREAPER, 1, 0), 0, "orphans come here again");
	shared[2] = 0;
	child = must_fork();
	if (child == 0) {
		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
			shared[2] = 1;
			for (;;)
				sleep_ms(1000);
		}
		await(&shared[2], 1);
		_exit(pid < 0);
	}
	ok(waitpid(child, &status, 0) == child && status == 0, "the parent dies");
	ok(waitpid(-1, &status, 0) > 0 && status == KILLED(SIGKILL), "and its child of it");
	is(prctl(PR_SET_CHILD_SUBREAPER, 0, 0), 0, "no more");
}

/* => what the child of a process that dies as user `uid` is told: 1 as if that had sent it, 0 nothing */
static int told_of_death(unsigned uid)
{
	const struct {
		int32_t sec, nsec;
	} at_once = {0, 0};
	const uint32_t set[2] = {1u << (SIGUSR1 - 1), 0};
	pid_t parent = must_fork(), child;
	int32_t info[32];
	int status;

	if (parent == 0) {
		parent = getpid();
		child = must_fork();
		if (child == 0) {
			sys(__NR_rt_sigprocmask, SIG_BLOCK, set, NULL, 8);
			prctl(PR_SET_PDEATHSIG, SIGUSR1, 0);
			shared[2] = 1;
			while (getppid() == parent)
				sched_yield();
			if (sys(__NR_rt_sigtimedwait, set, info, &at_once, 8) != SIGUSR1)
				_exit(0);
			_exit(info[2] == 0 && info[3] == parent && info[4] == (int)uid ? 1 : 2);
		}
		await(&shared[2], 1);
		_exit(uid != 0 && sys(__NR_setresuid32, uid, uid, uid) != 0);
	}
	if (waitpid(parent, &status, 0) != parent || status != 0 || waitpid(-1, &status, 0) < 0)
		return -1;
	return status >> 8;
}

static void test_parent_death_permission(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0);
	shared[2] = 0;
	is(told_of_death((unsigned)sys(__NR_getuid32)), 1, "told as if the parent had sent it");
	shared[2] = 0;
	if (sys(__NR_getuid32) == 0)
		is(told_of_death(1000), 0, "who could not send it does not");
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0);
}

static void test_nice(void)
{
	int nice = 20 - (int)sys(__NR_getpriority, 0, 0);

	ok(nice >= -20 && nice <= 19, "a nice value");
	is(sys(__NR_setpriority, 0, 0, 7), 0, "another");
	is(sys(__NR_getpriority, 0, 0), 13, "it is told as 20 less it");
	is(sys(__NR_getpriority, 0, getpid()), 13, "by the pid too");
	is(sys(__NR_setpriority, 0, 0, 99), 0, "more than there is");
	is(sys(__NR_getpriority, 0, 0), 1, "is the most that there is");
	is(sys(__NR_getpriority, 3, 0), -EINVAL, "no such kind");
	is(sys(__NR_setpriority, 3, 0, 0), -EINVAL, "no such kind to set");
	is(sys(__NR_getpriority, 0, 0x3fffffff), -ESRCH, "nobody's");
	is(sys(__NR_setpriority, 0, 0x3fffffff, 0), -ESRCH, "nobody's to set");
}

static void test_policies(void)
{
	int32_t priority = 5, interval[2] = {-1, -1};

	is(sys(__NR_sched_getscheduler, 0), 0, "SCHED_OTHER");
	is(sys(__NR_sched_getscheduler, -1), -EINVAL, "a negative pid");
	is(sys(__NR_sched_getscheduler, 0x3fffffff), -ESRCH, "nobody's policy");
	is(sys(__NR_sched_getparam, 0, &priority), 0, "its priority");
	is(priority, 0, "is 0");
	is(sys(__NR_sched_getparam, 0, NULL), -EINVAL, "no place for it");
	is(sys(__NR_sched_getparam, 0, KERNEL_ADDRESS), -EFAULT, "a bad place");
	is(sys(__NR_sched_setscheduler, 0, 3, &priority), 0, "SCHED_BATCH");
	is(sys(__NR_sched_getscheduler, 0), 3, "it is told");
	is(sys(__NR_sched_setparam, 0, &priority), 0, "the same priority");
	priority = 1;
	is(sys(__NR_sched_setparam, 0, &priority), -EINVAL, "a priority that it cannot have");
	is(sys(__NR_sched_setscheduler, 0, 0, &priority), -EINVAL, "with a policy");
	is(sys(__NR_sched_setscheduler, 0, 99, &priority), -EINVAL, "no such policy");
	is(sys(__NR_sched_setscheduler, 0, -1, &priority), -EINVAL, "a negative policy");
	is(sys(__NR_sched_get_priority_max, 1), 99, "the most urgent of SCHED_FIFO");
	is(sys(__NR_sched_get_priority_min, 2), 1, "the least of SCHED_RR");
	is(sys(__NR_sched_get_priority_max, 0), 0, "SCHED_OTHER has one");
	is(sys(__NR_sched_get_priority_min, 77), -EINVAL, "no such policy has any");
	is(sys(__NR_sched_rr_get_interval, 0, interval), 0, "the slice");
	ok(interval[0] == 0 && interval[1] >= 0 && interval[1] < 1000000000, "is a time");
	is(sys(__NR_sched_rr_get_interval, -1, interval), -EINVAL, "of a negative pid");
}

static void test_cpus(void)
{
	uint32_t set[32] = {0}, none = 0, cpu = 99, node = 99;
	long bytes = sys(__NR_sched_getaffinity, 0, sizeof(set), set);

	ok(bytes >= 4 && bytes % 4 == 0, "a set of CPUs");
	ok(set[0] != 0, "is not empty");
	is(sys(__NR_sched_getaffinity, 0, 3, set), -EINVAL, "a short set");
	is(sys(__NR_sched_getaffinity, 0, 0x80000000u, set), -EINVAL,
	   "one whose bits are too many to count");
	is(sys(__NR_sched_getaffinity, 0x3fffffff, sizeof(set), set), -ESRCH, "nobody's");
	is(sys(__NR_sched_getaffinity, 0, sizeof(set), KERNEL_ADDRESS), -EFAULT, "a bad address");
	is(sys(__NR_sched_setaffinity, 0, 4, &none), -EINVAL, "no CPU at all");
	is(sys(__NR_sched_setaffinity, 0, 4, KERNEL_ADDRESS), -EFAULT, "a bad address to set");
	is(sys(__NR_sched_setaffinity, 0, bytes, set), 0, "all of them");
	is(sys(__NR_getcpu, &cpu, &node, NULL), 0, "getcpu");
	ok(cpu < 1024 && (set[cpu / 32] & 1u << cpu % 32), "is one of them");
	is(sys(__NR_getcpu, NULL, NULL, NULL), 0, "getcpu without a place");
	is(sys(__NR_getcpu, KERNEL_ADDRESS, NULL, NULL), -EFAULT, "a bad one");
}

static void test_machine(void)
{
	uint32_t info[16];
	char names[6][65], old[65];

	is(sys(__NR_sysinfo, info), 0, "sysinfo");
	ok(info[4] > 0 && info[5] > 0 && info[5] < info[4], "memory, and free of it");
	is(sys(__NR_sysinfo, KERNEL_ADDRESS), -EFAULT, "to a bad address");
	is(sys(__NR_sethostname, "x", 65), -EINVAL, "a name of 65 bytes");
	is(sys(__NR_sethostname, "x", -1), -EINVAL, "of fewer than none");
	is(sys(__NR_sethostname, KERNEL_ADDRESS, 1), -EFAULT, "at a bad address");
	if (!on_octavo())
		return; /* the host keeps its name */
	sys(__NR_uname, names);
	strcpy(old, names[1]);
	is(sys(__NR_sethostname, "folio-and-more", 5), 0, "a name");
	is(sys(__NR_setdomainname, "library", 7), 0, "a domain");
	is(sys(__NR_uname, names), 0, "uname");
	ok(strcmp(names[1], "folio") == 0 && strcmp(names[5], "library") == 0, "tells both");
	is(sys(__NR_sethostname, old, strlen(old)), 0, "as it was");
}

static int burn(void *arg)
{
	int32_t now[2] = {0, 0}, end;

	(void)arg;
	sys(__NR_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, now);
	end = now[1] / 1000 + now[0] * 1000000 + 40000;
	while (now[1] / 1000 + now[0] * 1000000 < end)
		sys(__NR_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, now);
	return 0;
}

/* Microseconds that struct rusage says. */
static int used(const int32_t *usage)
{
	return (usage[0] + usage[2]) * 1000000 + usage[1] + usage[3];
}

static int let_burn(void *arg)
{
	return in_child(burn, arg);
}

/* What was told of either mode is so: a program takes the difference of two answers. */
static int times_grow(void *arg)
{
	int32_t last[4] = {0}, now[18];

	while (used(last) < 150000) {
		if (sys(__NR_getrusage, *(int *)arg, now) != 0)
			return 1;
		for (int i = 0; i < 4; i += 2)
			if (now[i] * 1000000 + now[i + 1] < last[i] * 1000000 + last[i + 1])
				return 2;
		memcpy(last, now, sizeof(last));
		for (volatile int spin = 0; spin < 1000; spin++)
			;
	}
	return 0;
}

static int touch_pages(void *arg)
{
	volatile char *p = arg;

	for (unsigned long i = 0; i < 64; i++)
		p[i * PAGE] = 1;
	return 0;
}

/* What struct rusage says of faults and of turns that were given away. */
enum { MINFLT = 8, NVCSW = 16, NIVCSW };

static void test_counts(void)
{
	int32_t before[18] = {0}, after[18] = {0}, children[18] = {0}, pid;
	char *p = map_pages(64, PROT_READ | PROT_WRITE);

	sys(__NR_madvise, p, 64 * PAGE, 15 /* no large pages */);
	sys(__NR_getrusage, 0, before);
	touch_pages(p);
	sys(__NR_getrusage, 0, after);
	ok(after[MINFLT] - before[MINFLT] >= 64 && after[MINFLT] - before[MINFLT] < 74,
	   "64 pages are as many faults: %d", (int)(after[MINFLT] - before[MINFLT]));
	is(sys(__NR_getrusage, -1, before), 0, "of the children");
	pid = must_fork();
	if (pid == 0)
		_exit(touch_pages(p)); /* each page is copied */
	memset(after, 0, sizeof(after));
	is(sys(__NR_wait4, pid, NULL, 0, after), pid, "those of a child");
	ok(after[MINFLT] >= 64, "are told: %d", (int)after[MINFLT]);
	is(sys(__NR_getrusage, -1, children), 0, "and added");
	is(children[MINFLT] - before[MINFLT], after[MINFLT], "to those of all");
	sys(__NR_getrusage, 0, before);
	/* Where the host is slow to come to the switch, a shorter sleep is over before it begins. */
	for (int i = 0; i < 5; i++)
		sleep_ms(20);
	sys(__NR_getrusage, 0, after);
	ok(after[NVCSW] - before[NVCSW] >= 5 && after[NVCSW] - before[NVCSW] < 50,
	   "five times asleep: %d", (int)(after[NVCSW] - before[NVCSW]));
	munmap(p, 64 * PAGE);
}

static volatile int *shared_stop;

/* Two who want the same CPU: each has to leave it to the other. */
static void test_preempted(void)
{
	int32_t before[18] = {0}, after[18] = {0};
	unsigned long cpus = own_cpus();
	uint64_t end;
	pid_t pid;

	shared_stop = map_shared(1);
	use_cpus(cpus & -cpus);
	pid = must_fork();
	if (pid == 0) {
		while (!*shared_stop)
			;
		_exit(0);
	}
	sys(__NR_getrusage, 0, before);
	end = now_ns() + 300000000u;
	do
		sys(__NR_getrusage, 0, after);
	while (now_ns() < end);
	*shared_stop = 1;
	waitpid(pid, NULL, 0);
	use_cpus(cpus);
	ok(after[NIVCSW] > before[NIVCSW], "who works beside another is interrupted: %d times",
	   (int)(after[NIVCSW] - before[NIVCSW]));
}

static void test_cpu_times(void)
{
	int32_t self[18], children[18], tms[4] = {-1, -1, -1, -1};
	int before, process = 0, thread = 1;
	pid_t pid;

	is(in_child(burn, NULL), 0, "a child that works");
	is(sys(__NR_getrusage, -1, children), 0, "what the children used");
	before = used(children);
	ok(before >= 20000, "20 ms at the least: %d us", before);
	is(in_child(let_burn, NULL), 0, "a child whose own child works");
	is(sys(__NR_getrusage, -1, children), 0, "what both used");
	ok(used(children) - before >= 20000, "counts, too: %d us", used(children) - before);
	pid = must_fork();
	if (pid == 0)
		_exit(burn(NULL));
	memset(self, 0, sizeof(self));
	is(sys(__NR_wait4, pid, NULL, 0, self), pid, "one that is waited for");
	ok(used(self) >= 20000 && used(self) < used(children), "what it used: %d us", used(self));
	burn(NULL);
	is(sys(__NR_getrusage, 0, self), 0, "what we used");
	ok(used(self) >= 20000, "20 ms at the least");
	is(sys(__NR_getrusage, 1, self), 0, "of this thread");
	is(sys(__NR_getrusage, 2, self), -EINVAL, "of nobody");
	is(in_child(times_grow, &process), EXITED(0), "no time of a process gets less");
	is(in_child(times_grow, &thread), EXITED(0), "nor of a thread");
	is(sys(__NR_getrusage, 0, KERNEL_ADDRESS), -EFAULT, "to a bad address");
	ok(sys(__NR_times, tms) != -EFAULT, "times");
	ok(tms[0] + tms[1] >= 2 && tms[2] + tms[3] >= 2, "in hundredths");
	is(sys(__NR_times, KERNEL_ADDRESS), -EFAULT, "times to a bad address");
}

int main(void)
{
	shared = map_shared(1);
	test_prctl();
	test_subreaper();
	test_parent_death();
	test_parent_death_permission();
	test_policies();
	test_cpus();
	test_machine();
	test_cpu_times();
	test_counts();
	test_preempted();
	test_nice();
	return tap_done();
}
