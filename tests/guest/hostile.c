/* SPDX-License-Identifier: MIT */
/*
 * Random system calls with hostile arguments, by a seeded generator:
 * hostile [SEED [CALLS [AT_ONCE [FIRST]]]].
 *
 * Children make the calls, AT_ONCE of them beside each other: as root, as root with some capabilities, as
 * a user, as a user with little room. They make tasks of their own, with all that clone(2) can share, and
 * may die of what they do. What must hold is that every child ends (or stands still, and can then be
 * killed), that the parent lives, and that the kernel has lost nothing: the machine's audit says so at
 * the end. Child number N of a seed makes the same calls, as far as the others and the timer let it; with
 * FIRST the children before that one are left out and each wave is named, to find the one that does harm.
 */
#include "thread.h"

#include <sys/time.h>

#define CALLS_PER_CHILD 400
#define CALLS_PER_TASK  24 /* of one that a child made */
#define TASKS_PER_CHILD 4
#define MOST_AT_ONCE    16
#define ALARM_US        2000 /* who sleeps is interrupted */
#define PATIENCE        6    /* looks without a call: some milliseconds each */
#define LAST_PATIENCE   5000
#define USER            1000

struct source { /* of random numbers; each task has its own, on its stack */
	unsigned long long state;
};

static struct shared {
	volatile unsigned long calls;
	volatile unsigned long progress[MOST_AT_ONCE];
	char pad[PAGE];
	char arena[2 * PAGE]; /* what all children reach with their calls */
} * shared;

static unsigned slot;  /* which child of its wave this is */
static unsigned tasks; /* that it has made */

static unsigned long next(struct source *s)
{
	s->state = s->state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned long)(s->state >> 33);
}

static unsigned long below(struct source *s, unsigned long n)
{
	return next(s) % n;
}

#define ONE_OF(s, list) ((list)[below(s, sizeof(list) / sizeof((list)[0]))])

static char memory[3 * PAGE];
static char stacks[TASKS_PER_CHILD][STACK_BYTES];
static const char *const strings[] = {
	"",
	"/",
	".",
	"..",
	"/dev/null",
	"/dev/zero",
	"/dev/full",
	"/tests",
	"/tmp/hostile",
	"/tmp/hostile/x",
	"/tmp/hostile/y",
	"/tmp/hostile/d",
	"no/such",
	"/bin/hello",
	"/tmp/a/b/../c",
	"/proc/self/maps",
	"/proc/self/fd/5",
	"tmpfs",
	"proc",
};

/* Addresses: valid ones, the edges of things, wild ones. */
static unsigned long an_address(struct source *s)
{
	static const unsigned long edges[] = {
		0,          1,          4095,       4096,       0x10000,
		0x8048000,  0xbfffffff, 0xbffff000, 0xc0000000, 0xc0100000,
		0xf7000000, 0xff800000, 0xfffff000, 0xffffffff, 0x80000000,
	};

	switch (below(s, 10)) {
	case 0:
		return ONE_OF(s, edges);
	case 1:
	case 2:
	case 3:
		return ((unsigned long)memory + below(s, sizeof(memory))) & ~3UL;
	case 4:
		return ((unsigned long)memory & ~(PAGE - 1)) + below(s, 3) * PAGE;
	case 5:
		return (unsigned long)memory + below(s, sizeof(memory));
	case 6:
	case 7:
		return (unsigned long)ONE_OF(s, strings);
	case 8:
		return ((unsigned long)shared->arena + below(s, sizeof(shared->arena))) & ~3UL;
	default:
		return next(s) << below(s, 4);
	}
}

static unsigned long a_number(struct source *s)
{
	static const unsigned long numbers[] = {
		0,          1,          2,          3,          4,          5,
		6,          7,          8,          9,          16,         31,
		32,         255,        256,        1000,       1023,       1024,
		4095,       4096,       4097,       0x10000,    0x100000,   0x7fffffff,
		0x80000000, 0xffff0000, 0xfff,      0xffffffff, 0xfffffffe, 0xffffff9c,
		0x1000000,  12,         0x20080522, 0x20000000, 128,        64,
	};

	return below(s, 8) == 0 ? next(s) : ONE_OF(s, numbers);
}

static unsigned long an_argument(struct source *s)
{
	return below(s, 2) ? an_address(s) : a_number(s);
}

/* What the kernel finds where a call points: numbers and addresses. */
static void scatter(struct source *s)
{
	uint32_t *words = (uint32_t *)(void *)memory;

	for (size_t i = 0; i < sizeof(memory) / sizeof(*words); i++)
		words[i] = (uint32_t)an_argument(s);
}

/* --- calls --- */

static void count(void)
{
	__sync_fetch_and_add(&shared->calls, 1);
	shared->progress[slot]++;
}

/* Whom signals and limits of others may reach: the child itself, its group, hardly anybody. Process 1,
 * the parent and everybody (-1) are left alone: they have a test to end. */
static unsigned long somebody(struct source *s)
{
	switch (below(s, 4)) {
	case 0:
		return 0;
	case 1:
		return (unsigned long)sys(__NR_getpid);
	case 2:
		return (unsigned long)sys(__NR_gettid);
	default:
		return next(s) | 0x40000000;
	}
}

static void make_calls(struct source *s, unsigned calls);

static void task_main(struct thread *t)
{
	struct source s = {(unsigned long)t};

	make_calls(&s, CALLS_PER_TASK);
	sys(__NR_exit, 0);
}

/* A task that shares what clone(2) may share, or fails to. */
static void make_task(struct source *s)
{
	static const unsigned flags[] = {
		THREAD_FLAGS,
		THREAD_FLAGS | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID,
		CLONE_VM | CLONE_VFORK | SIGCHLD,
		CLONE_VM | CLONE_FILES,
		SIGCHLD,
		SIGCHLD | CLONE_PARENT,
		CLONE_FILES | CLONE_FS | SIGUSR1,
	};
	unsigned how = ONE_OF(s, flags) ^ (below(s, 2) ? 0 : 1u << below(s, 32));
	void *ptid = (void *)an_address(s), *ctid = (void *)an_address(s);
	char *top = stacks[tasks % TASKS_PER_CHILD] + STACK_BYTES;

	tasks++;
	clone_at(how, top, ptid, ctid, task_main, (struct thread *)(uintptr_t)next(s));
}

/* One call with its arguments, unless it would end the machine or the test. */
static void make_call(struct source *s)
{
	unsigned long nr = below(s, 20) ? below(s, 450) : next(s);
	unsigned long a = an_argument(s), b = an_argument(s), c = an_argument(s);
	unsigned long d = an_argument(s), e = an_argument(s), f = an_argument(s);

	switch (nr) {
	case __NR_reboot:
	case __NR_fork: /* there is make_task() */
	case __NR_vfork:
	case __NR_clone:
		return;
	case __NR_exit:
	case __NR_exit_group:
	case __NR_sigreturn:
	case __NR_rt_sigreturn:
		if (below(s, 16))
			return;
		break;
	case __NR_kill:
	case __NR_tkill:
	case __NR_tgkill:
	case __NR_rt_sigqueueinfo:
	case __NR_rt_tgsigqueueinfo:
		a = somebody(s);
		b = nr == __NR_tgkill || nr == __NR_rt_tgsigqueueinfo ? somebody(s) : below(s, 70);
		c = below(s, 4) ? below(s, 70) : c;
		break;
	case __NR_prlimit64:
	case __NR_sched_setaffinity:
	case __NR_sched_setscheduler:
	case __NR_sched_setparam:
	case __NR_setpgid:
		a = somebody(s);
		break;
	case __NR_setpriority: /* of all root's processes: the parent has to see what happens */
		a = 0;
		b = somebody(s);
		break;
	case __NR_munmap:
	case __NR_mprotect: /* mostly not what it stands on */
		if (below(s, 4))
			a = (unsigned long)memory;
		b = below(s, 3) * PAGE;
		break;
	case __NR_mremap:
		if (below(s, 4))
			a = (unsigned long)memory + below(s, 3) * PAGE;
		b = below(s, 4) * PAGE;
		c = below(s, 6) * PAGE;
		d &= 7;
		break;
	default:
		break;
	}
	count();
	sys((long)nr, a, b, c, d, e, f);
}

static void make_calls(struct source *s, unsigned calls)
{
	int is_child = calls == CALLS_PER_CHILD;

	for (unsigned i = 0; i < calls; i++) {
		/* Most programs have some memory, descriptors and tasks: so has this one, now and then. */
		switch (below(s, 64)) {
		case 0:
		case 1:
		case 2:
			sys(__NR_open, ONE_OF(s, strings), O_RDWR | (below(s, 2) ? O_CREAT : 0),
			    0600);
			sys(__NR_mmap2, 0, below(s, 64) * PAGE, 3, 0x22, -1, 0);
			break;
		case 3:
			sys(__NR_pipe, memory);
			break;
		case 4:
			scatter(s);
			break;
		case 5:
			if (is_child && tasks < TASKS_PER_CHILD)
				make_task(s);
			break;
		default:
			break;
		}
		make_call(s);
	}
}

/* --- children --- */

static void on_alarm(int sig)
{
	(void)sig;
}

static void keep_capabilities(unsigned long low, unsigned long high)
{
	uint32_t header[2] = {0x20080522, 0};
	uint32_t data[6] = {(uint32_t)low,  (uint32_t)low,  (uint32_t)low,
			    (uint32_t)high, (uint32_t)high, (uint32_t)high};

	sys(__NR_capset, header, data);
}

static void become_user(void)
{
	static const uint32_t groups[] = {1, 5, USER};

	sys(__NR_setgroups32, 3, groups);
	sys(__NR_setresgid32, USER, USER, USER);
	sys(__NR_setresuid32, USER, USER, USER);
}

static void take_limits(void)
{
	static const uint32_t limits[][2] = {{1, 65536}, {6, 12}, {7, 16}, {9, 16 * MB}, {11, 4}};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		uint32_t both[2] = {limits[i][1], limits[i][1]};

		sys(__NR_setrlimit, limits[i][0], both);
	}
}

static void child_main(unsigned long seed, unsigned long number)
{
	static const struct itimerval often = {{0, ALARM_US}, {0, ALARM_US}};
	struct sigaction a = {.sa_handler = on_alarm};
	struct source s = {seed * 1000003 + number};

	sys(__NR_setsid); /* so that none of them joins the parent's group */
	for (int fd = 0; fd < 4; fd++)
		close(fd);
	sigaction(SIGALRM, &a, NULL);
	sys(__NR_setitimer, 0, &often, NULL);
	switch (below(&s, 4)) {
	case 0:
		keep_capabilities(next(&s), next(&s));
		break;
	case 1:
		become_user();
		break;
	case 2:
		take_limits();
		become_user();
		break;
	default:
		break;
	}
	scatter(&s);
	make_calls(&s, CALLS_PER_CHILD);
	_exit(0);
}

struct child {
	pid_t pid; /* 0 when it has been waited for */
	unsigned long progress;
	unsigned still; /* looks without progress */
};

/* A child that stands still is killed. => 1: it has ended */
static int look_at(struct child *c, unsigned long progress)
{
	if (waitpid(c->pid, NULL, WNOHANG) == c->pid) {
		c->pid = 0;
		return 1;
	}
	if (c->progress != progress)
		c->still = 0;
	else if (++c->still % PATIENCE == 0) {
		kill(c->pid, SIGKILL);
		kill(-c->pid, SIGKILL);
	}
	c->progress = progress;
	return 0;
}

/* Whatever they left: tasks of their own session, mounts, files. */
static void tidy_up(void)
{
	kill(-1, SIGKILL);
	while (sys(__NR_umount2, "/tmp/hostile", 2) == 0)
		;
	sys(__NR_truncate, "/tmp/hostile/x", 0);
	sys(__NR_truncate, "/tmp/hostile/y", 0);
	sys(__NR_mkdir, "/tmp/hostile", 01777);
	sys(__NR_chmod, "/tmp/hostile", 01777);
}

/* AT_ONCE children, and their end. => 1 if all ended */
static int wave(unsigned long seed, unsigned long first, unsigned at_once)
{
	struct child children[MOST_AT_ONCE] = {{0}};
	unsigned left = at_once;

	for (slot = 0; slot < at_once; slot++) {
		children[slot].pid = must_fork();
		if (children[slot].pid == 0)
			child_main(seed, first + slot);
	}
	for (unsigned looks = 0; left > 0 && looks < LAST_PATIENCE; looks++) {
		for (unsigned i = 0; i < at_once; i++) {
			if (children[i].pid != 0)
				left -= (unsigned)look_at(&children[i], shared->progress[i]);
		}
		sleep_ms(1); /* an idle machine's clock runs fast under -icount */
	}
	for (unsigned i = 0; i < at_once; i++) {
		if (children[i].pid != 0)
			diag("child %lu of seed %lu does not end", first + i, seed);
	}
	tidy_up();
	return left == 0;
}

int main(int argc, char **argv)
{
	unsigned long seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	unsigned long calls = argc > 2 ? strtoul(argv[2], NULL, 0) : 50000;
	unsigned long at_once = argc > 3 ? strtoul(argv[3], NULL, 0) : 4;
	unsigned long first = argc > 4 ? strtoul(argv[4], NULL, 0) : 0;
	unsigned long number = first;
	int all_ended = 1;

	if (!on_octavo())
		return skip("as root it would do harm"), tap_done();
	if (at_once == 0 || at_once > MOST_AT_ONCE)
		return fiprintf(stderr, "hostile: 1 to %d at once\n", MOST_AT_ONCE), 2;
	shared = map_shared((sizeof(*shared) + PAGE - 1) / PAGE);
	sys(__NR_syslog, 8, NULL, 1); /* each death has its line, in the log alone */
	mkdir("/tmp", 01777);
	tidy_up();
	for (; all_ended && shared->calls < calls; number += at_once) {
		if (argc > 4)
			diag("children from %lu", number);
		all_ended = wave(seed, number, (unsigned)at_once);
	}
	diag("%lu calls by %lu children", shared->calls, number - first);
	ok(all_ended, "%lu calls of seed %lu: every child ended, or could be killed", calls, seed);
	return tap_done();
}
