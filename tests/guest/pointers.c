/* SPDX-License-Identifier: MIT */
/*
 * Each pointer of each system call, given an address that the program may not use: EFAULT, and we go
 * on. Which calls take pointers is taken from the kernel's own table and prototypes
 * (tools/syscall_arguments.py), so that no call can be left out; what else it is given, so that it
 * gets as far as the pointer, stands in `values`.
 *
 *	pointers		all of it
 *	pointers other		the process whose memory is asked for: says where that is and waits
 */
#include <sys/stat.h>

#include "guest.h"

#define FILE_PATH "/tmp/pointers"
#define MAX_WILD  24

#define FD      (-1001L) /* a file; values that are known later */
#define DIR_FD  (-1002L)
#define SELF    (-1003L)
#define PROGRAM (-1004L)
#define SEGMENT (-1005L)
#define PENDING (-1006L) /* a signal that is waiting to be taken; else as SIGUSR1's set */
#define CHILD   (-1007L) /* one that has ended */
#define CAPS    (-1008L)
#define OFF     (-1009L) /* a stack_t */
#define VECTOR  (-1010L) /* of one buffer */
#define LINK    (-1011L)
#define MEMORY  (-1012L)

static const struct call {
	const char *name;
	long nr;
	const char *arguments[7];
} calls[] = {
#define CALL(name, nr, ...) {name, nr, {__VA_ARGS__}},
#include <syscall_arguments.inc>
#undef CALL
	/* what takes a pointer by one of its commands: the second argument says which */
	{"prctl", __NR_prctl, {"2", "*PR_GET_PDEATHSIG"}},
	{"prctl", __NR_prctl, {"15", "&PR_SET_NAME"}},
	{"prctl", __NR_prctl, {"16", "*PR_GET_NAME"}},
	{"prctl", __NR_prctl, {"37", "*PR_GET_CHILD_SUBREAPER"}},
	{"ioctl", __NR_ioctl, {"fd", "0x541b", "*FIONREAD"}},
	{"ioctl", __NR_ioctl, {"fd", "0x5421", "&FIONBIO"}},
};
#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

/* What an argument is, of one call or (NULL) of any. The first line that fits counts. */
static const struct value {
	const char *call, *argument;
	long value;
} values[] = {
	{"execve", "path", PROGRAM},
	{"wait4", "pid", CHILD},
	{"waitpid", "pid", CHILD},
	{"waitid", "type", 1}, /* P_PID */
	{"waitid", "id", CHILD},
	{"waitid", "options", 0x01000004}, /* WNOWAIT, WEXITED */
	{"rt_sigtimedwait", "set", PENDING},
	{"rt_sigtimedwait_time64", "set", PENDING},
	{"rt_sigsuspend", "size", 8},
	{"rt_sigaction", "size", 8},
	{"rt_sigprocmask", "size", 8},
	{"rt_sigpending", "size", 8},
	{NULL, "sig", SIGUSR1},
	{"rt_sigtimedwait", "size", 8},
	{"rt_sigtimedwait_time64", "size", 8},
	{"ppoll", "size", 8},
	{"ppoll_time64", "size", 8},
	{"sigaltstack", "set", OFF},
	{"capget", "header", CAPS},
	{"capset", "header", CAPS},
	{"prlimit64", "new_limit", 0}, /* none, or the limit would be 0 from then on */
	{"set_robust_list", "len", 12},
	{"syslog", "action", 3}, /* read all */
	{"shmctl", "id", SEGMENT},
	{"shmctl", "cmd", HAS_PAGES ? 2 : 0x102}, /* IPC_STAT, and the new structure */
	{"syslog", "len", PAGE},
	{"readlink", "path", LINK},
	{"readlinkat", "path", LINK},
	{"getdents64", "fd", DIR_FD},
	{"getdents64", "len", 1024},
	{"getcwd", "len", 1024},
	{"getgroups", "size", 2},
	{"getgroups32", "size", 2},
	{"setgroups", "size", 2},
	{"setgroups32", "size", 2},
	{"statfs64", "size", HAS_PAGES ? 84 : 88},
	{"fstatfs64", "size", HAS_PAGES ? 84 : 88},
	{"readv", "vector", VECTOR},
	{"truncate", "size", 1},
	{"mincore", "start", MEMORY},
	{"process_vm_readv", "ours", VECTOR},
	{"process_vm_writev", "ours", VECTOR},
	{"process_vm_readv", "pid", SELF},
	{"process_vm_writev", "pid", SELF},
	{NULL, "fd", FD},
	{NULL, "in_fd", FD},
	{NULL, "out_fd", FD},
	{NULL, "dirfd", AT_FDCWD},
	{NULL, "from_fd", AT_FDCWD},
	{NULL, "to_fd", AT_FDCWD},
	{NULL, "tgid", SELF},
	{NULL, "pid", SELF},
	{NULL, "len", 8},
	{NULL, "count", 1},
	{NULL, "nr", 1},
	{NULL, "nr_ours", 1},
	{NULL, "nr_theirs", 1},
	{NULL, "n", 1},
};

/* Pointers that are not followed there, and why. */
static const struct {
	const char *call, *argument, *reason;
} excused[] = {
	{"clone", "parent_tid", "the child is made all the same"},
	{"clone", "child_tid", "the child is made all the same"},
	{"set_tid_address", "address", "written to when we end"},
	{"set_robust_list", "head", "read when we end"},
	{"getcpu", "unused", "nothing is"},
	{"futex", "word2", "FUTEX_WAIT has one word"},
	{"futex_time64", "word2", "FUTEX_WAIT has one word"},
	{"nanosleep", "rem", "written to when a signal comes"},
	{"clock_nanosleep", "rem", "written to when a signal comes"},
	{"clock_nanosleep_time64", "rem", "written to when a signal comes"},
	{"reboot", "arg", "of a command that is not there"},
	{"ipc", "ptr", "of some calls, which have their own tests"},
};

/* What is only read there, or first, though it is written elsewhere. */
static const char *const read_first[] = {"header", "in",     "out",    "except", "timeout",
					 "word",   "offset", "unused", "arg",    "request"};

static struct wild {
	const char *name;
	unsigned long address;
} wild[MAX_WILD] = {
#define WILD(name, address) {name, address},
	MACHINE_WILD(WILD)};
static int nr_wild;

static char *scratch; /* a page for each argument */
static int file, directory, segment;
static const char *self;

static int end_at_once(void *nothing)
{
	(void)nothing;
	return 0;
}

static long value_of(long value, char *page)
{
	const int caps[2] = {0x20080522, 0}, off[3] = {0, 2 /* SS_DISABLE */, 0};
	const unsigned long usr1[2] = {1ul << (SIGUSR1 - 1), 0},
			    vector[2] = {(unsigned long)(page + 100), 8};

	switch (value) {
	case FD:
		return file;
	case DIR_FD:
		return directory;
	case SELF:
		return getpid();
	case PROGRAM:
		return (long)self;
	case SEGMENT:
		return segment;
	case CHILD:
		return must_start(end_at_once, NULL);
	case CAPS:
		return (long)memcpy(page, caps, sizeof(caps));
	case OFF:
		return (long)memcpy(page, off, sizeof(off));
	case MEMORY:
		return (long)page;
	case LINK:
		return (long)strcpy(page, "/proc/self/exe");
	case VECTOR:
		return (long)memcpy(page, vector, sizeof(vector));
	case PENDING:
		kill(getpid(), SIGUSR1);
		return (long)memcpy(page, usr1, sizeof(usr1));
	default:
		return value;
	}
}

/* An argument that is as it should be. */
static long good(const struct call *c, const char *argument, char *page)
{
	const char *name = argument + (strchr("*&$", argument[0]) != NULL);

	memset(page, 0, PAGE);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if ((values[i].call == NULL || !strcmp(values[i].call, c->name)) &&
		    !strcmp(values[i].argument, name))
			return value_of(values[i].value, page);
	if (argument[0] == '$')
		return (long)strcpy(page, FILE_PATH);
	return name == argument ? strtol(name, NULL, 0) : (long)page;
}

static const char *excuse(const struct call *c, const char *argument)
{
	for (size_t i = 0; i < sizeof(excused) / sizeof(excused[0]); i++)
		if (!strcmp(excused[i].call, c->name) && !strcmp(excused[i].argument, argument + 1))
			return excused[i].reason;
	return NULL;
}

/* Must a call that is given a place to write to find it out from this one, which can be read? */
static int is_written(const char *argument)
{
	for (size_t i = 0; i < sizeof(read_first) / sizeof(read_first[0]); i++)
		if (!strcmp(read_first[i], argument + 1))
			return 0;
	return argument[0] == '*';
}

static long call_with(const struct call *c, int which, unsigned long address)
{
	long a[6] = {0};

	for (int i = 0; i < 6 && c->arguments[i] != NULL; i++)
		a[i] = i == which ? (long)address
				  : good(c, c->arguments[i], scratch + (size_t)i * PAGE);
	return sys(c->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void check(const struct call *c, int which)
{
	const char *reason = excuse(c, c->arguments[which]);
	int all = 1, is_futex = strncmp(c->name, "futex", 5) == 0; /* which is asked for first */

	if (reason != NULL) {
		diag("%s, %s: %s", c->name, c->arguments[which] + 1, reason);
		return;
	}
	for (int i = 0; i < nr_wild; i++) {
		long result = call_with(c, which, wild[i].address);

		if (result == -EFAULT ||
		    (result == -EINVAL && is_futex && wild[i].address % 4 != 0))
			continue;
		diag("%s, %s at %s (%08lx): %ld", c->name, c->arguments[which] + 1, wild[i].name,
		     wild[i].address, result);
		all = 0;
	}
	if (is_written(c->arguments[which])) {
		long result = call_with(c, which, (unsigned long)(uintptr_t)&good & ~3ul);

		if (result != -EFAULT)
			diag("%s, %s at our text: %ld", c->name, c->arguments[which] + 1, result);
		all &= result == -EFAULT;
	}
	ok(all, "%s: %s", c->name, c->arguments[which] + 1);
}

static void add(const char *name, unsigned long address)
{
	wild[nr_wild++] = (struct wild){name, address};
}

/* Without an MMU another process has other addresses, and ours could be had by it. */
static __attribute__((noinline)) pid_t start_other(int address_to, int wait_at)
{
	char *argv[] = {(char *)(uintptr_t)self, (char *)(uintptr_t) "other", NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		dup2(wait_at, 0);
		dup2(address_to, 1);
		execve(self, argv, NULL);
		_exit(99);
	}
	return pid;
}

static int be_other(void)
{
	static char data[] = "of another process";
	unsigned long places[2] = {(unsigned long)data, (unsigned long)&places};

	write(1, places, sizeof(places));
	return read(0, data, 1) == 0 ? 0 : 1;
}

static pid_t find_places(int stop[2])
{
	int answer[2];
	unsigned long places[2];
	char *hole = map_pages(1, PROT_READ | PROT_WRITE);
	pid_t pid = 0;

	while (wild[nr_wild].name != NULL)
		nr_wild++;
	if (!HAS_PAGES) {
		if (sys(__NR_pipe2, answer, O_CLOEXEC) != 0)
			bail_out("pipe: errno %d", errno);
		pid = start_other(answer[1], stop[0]);
		if (pid < 0 || read(answer[0], places, sizeof(places)) != sizeof(places))
			bail_out("no other process");
		add("another's data", places[0]);
		add("another's stack", places[1]);
		close(answer[0]);
		close(answer[1]);
	}
	munmap(hole, PAGE);
	add("what was unmapped", (unsigned long)hole);
	return pid;
}

int main(int argc, char **argv)
{
	const unsigned long usr1[2] = {1ul << (SIGUSR1 - 1), 0};
	const int groups[2] = {1, 2};
	int stop[2], status = -1;
	pid_t other;

	if (argc == 2 && strcmp(argv[1], "other") == 0)
		return be_other();
	self = argv[0];
	mkdir("/tmp", 01777);
	file = open(FILE_PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	directory = open("/", O_RDONLY);
	segment = (int)sys(__NR_shmget, 0, PAGE, 01600);
	if (file < 0 || directory < 0 || segment < 0 || sys(__NR_pipe2, stop, O_CLOEXEC) != 0)
		bail_out("no files or no memory");
	write(file, "some bytes, to be read", 22);
	lseek(file, 0, SEEK_SET);
	sys(__NR_setgroups32, 2, groups);
	sys(__NR_rt_sigprocmask, SIG_BLOCK, usr1, NULL, 8);
	scratch = map_pages(6, PROT_READ | PROT_WRITE);
	other = find_places(stop);
	for (size_t i = 0; i < NR_CALLS; i++)
		for (int j = 0; j < 6 && calls[i].arguments[j] != NULL; j++)
			if (strchr("*&$", calls[i].arguments[j][0]) != NULL)
				check(&calls[i], j);
	close(stop[1]);
	if (other > 0)
		ok(waitpid(other, &status, 0) == other && status == EXITED(0),
		   "the other process is as it was");
	unlink(FILE_PATH);
	return tap_done();
}
