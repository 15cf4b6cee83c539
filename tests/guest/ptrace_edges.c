/* SPDX-License-Identifier: MIT */
/*
 * ptrace(2) where one thing meets another: a step into a handler and the way back from it, what a system call was
 * called after it has gone, /proc/PID/mem above 2 GB, signals in a process that has stopped, TRACEME beside a
 * parent that ends, programs that are set-group-ID. On Linux: as root.
 * As PID 1 (init=/tests/ptrace_edges) it only asks to be traced.
 */
#include "tracer.h"

#include <sys/reboot.h>

#define NR_prctl         172
#define PR_SET_DUMPABLE  4
#define PR_SET_SUBREAPER 36
#define TRAP_FLAG        0x100
#define NR_sigreturn     119
#define NR_rt_sigreturn  173
#define NONE             0xffffffffu

static volatile int *shared; /* a page that all have */

/* --- a step into a handler --- */

static volatile int handled;

static void note(int sig)
{
	handled += sig;
}

static int catches_one(void)
{
	signal(SIGUSR1, note);
	raise(SIGUSR1);
	raise(SIGTERM);
	return handled;
}

static void test_step_into_handler(void)
{
	pid_t pid = traced_child(catches_one);
	int flag = 0, back = 0;

	go(CONT, pid, 0);
	is(go(SINGLESTEP, pid, SIGUSR1), SIGTRAP, "a step into a handler");
	is(go(CONT, pid, 0), SIGTERM, "which goes back without another one");
	is(regs_of(pid).eflags & TRAP_FLAG, 0, "nor is it left over");
	is(go(CONT, pid, 0), ENDED + EXITED(SIGUSR1), "to the end");

	/* and instruction by instruction, to behind the call that goes back */
	pid = traced_child(catches_one);
	go(CONT, pid, 0);
	is(go(SINGLESTEP, pid, SIGUSR1), SIGTRAP, "another one");
	for (int i = 0; i < 200 && back < 3; i++) {
		struct regs before = regs_of(pid);

		if (go(SINGLESTEP, pid, 0) != SIGTRAP)
			break;
		flag |= regs_of(pid).eflags & TRAP_FLAG;
		back += back > 0 || before.eax == NR_sigreturn || before.eax == NR_rt_sigreturn;
	}
	is(back, 3, "step by step through it and back");
	is(flag, 0, "the flag is never seen");
	is(go(CONT, pid, 0), SIGTERM, "it goes on");
	end_of(pid);
}

/* --- the number of a call --- */

static int forks_by_number(void)
{
	long pid = sys(__NR_fork);

	if (pid == 0)
		sys(__NR_exit_group, 3);
	while (sys(__NR_wait4, pid, NULL, 0, NULL) == -EINTR)
		;
	return 4;
}

static void test_call_number(void)
{
	pid_t pid = traced_child(catches_one), child;
	struct regs r;

	trace(SETOPTIONS, pid, NULL, O_SYSGOOD);
	go(CONT, pid, 0);
	is(go(SYSCALL, pid, SIGUSR1), SIGTRAP | 0x80, "a handler's way back");
	r = regs_of(pid);
	ok(r.orig_eax == NR_sigreturn || r.orig_eax == NR_rt_sigreturn, "is a call (%d)",
	   (int)r.orig_eax);
	is(go(SYSCALL, pid, 0), SIGTRAP | 0x80, "after which");
	is(regs_of(pid).orig_eax, NONE, "nothing is one any more");
	end_of(pid);

	pid = traced_child(forks_by_number);
	trace(SETOPTIONS, pid, NULL, O_OF(EVENT_FORK));
	is(go(CONT, pid, 0), SIGTRAP | EVENT_FORK << 8, "a child");
	child = (pid_t)message_of(pid);
	is(next_stop(child), SIGSTOP, "begins to be traced");
	r = regs_of(child);
	is(r.orig_eax, __NR_fork, "in the call that made it");
	is(r.eax, 0, "with its result");
	is(trace(CONT, child, NULL, 0), 0, "it goes on");
	is(next_stop(child), ENDED + EXITED(3), "to its end");
	is(go(CONT, pid, 0), SIGCHLD, "of which its parent hears");
	is(go(CONT, pid, 0), ENDED + EXITED(4), "and ends");
}

/* --- /proc/PID/mem --- */

/* A kernel of 64 bits, which cannot be told from here, takes a negative place for one of its own. */
static void test_far_place(void)
{
	volatile uint32_t word = 0x12345678; /* on the stack */
	uint32_t got = 0;
	int64_t at = -1;
	char path[32];
	pid_t pid;
	long fd;

	if (!on_octavo()) {
		skip("lseek(2) above 2 GB: kernels of 32 bits only");
		return;
	}
	pid = traced_child(waits);
	sniprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = sys(__NR_open, path, O_RDONLY, 0);
	is(sys(__NR_lseek, fd, &word, SEEK_SET), (long)(uintptr_t)&word, "a place above 2 GB");
	is(sys(__NR_read, fd, &got, 4), 4, "is read");
	is(got, 0x12345678, "and right");
	is(sys(__NR_lseek, fd, 0, SEEK_CUR), -EOVERFLOW, "where it is then has no 32 bits");
	is(sys(__NR__llseek, fd, 0, 0, &at, SEEK_CUR), 0, "but 64");
	ok(at == (int64_t)(uintptr_t)&word + 4, "and is behind it");
	is(sys(__NR_lseek, fd, -4096, SEEK_SET), -4096, "the last page of all");
	is(sys(__NR_read, fd, &got, 4), -EIO, "is no program's");
	sys(__NR_close, fd);
	end_of(pid);
}

/* --- a process that has stopped --- */

static void sleeps_long(struct thread *t)
{
	shared[0] = (int)sys(__NR_gettid);
	for (; shared[1] == 0; shared[2]++)
		sleep_ms(5);
	(void)t;
}

static int has_a_thread(void)
{
	static struct thread t;

	signal(SIGUSR1, note);
	thread_start(&t, sleeps_long, NULL);
	while (shared[1] == 0)
		sleep_ms(5);
	return 0;
}

/* As next_stop(), for ten seconds. => -1: it does not stop */
static long stops_soon(pid_t tid)
{
	int status = 0;

	for (int i = 0; i < 10000; i++) {
		if (sys(__NR_wait4, tid, &status, WALL | WNOHANG, NULL) == tid)
			return (status & 0xff) == 0x7f ? status >> 8 : ENDED + status;
		sleep_ms(1);
	}
	return -1;
}

/* Its leader has stopped and has no tracer; a thread that has one runs. */
static void test_signal_in_stopped(void)
{
	uint32_t info[32];
	pid_t pid, tid;

	shared[0] = shared[1] = shared[2] = 0;
	pid = free_child(has_a_thread);
	await(shared, 1);
	tid = shared[0];
	is(trace(ATTACH, tid, NULL, 0), 0, "a thread is traced, its leader is not");
	is(stops_soon(tid), SIGSTOP, "it stops");
	is(trace(CONT, tid, NULL, 0), 0, "and goes on");
	await(shared + 2, shared[2] + 2); /* it looks for signals before it does */
	sys(__NR_kill, pid, SIGSTOP);
	is(stops_soon(tid), SIGSTOP, "its process is stopped");
	is(trace(GETSIGINFO, tid, NULL, (unsigned long)info), -EINVAL,
	   "by a signal that was its leader's");
	ok(comes_to(pid, 'T'), "the leader, too");
	is(trace(CONT, tid, NULL, 0), 0, "the thread runs nevertheless");
	await(shared + 2, shared[2] + 2);
	sys(__NR_kill, pid, SIGUSR1);
	is(stops_soon(tid), SIGUSR1, "a signal to the process is for who runs");
	is(trace(CONT, tid, NULL, 0), 0, "who does not want it");
	sys(__NR_kill, pid, SIGTERM);
	is(stops_soon(tid), ENDED + KILLED(SIGTERM), "what ends the process ends it at once");
	is(next_stop(pid), ENDED + KILLED(SIGTERM), "as its leader has no tracer");
}

/* --- TRACEME --- */

#define ROUNDS 60

/* The parent ends while its child asks it to trace. The child ends as if nothing had been, here: nobody else is
 * left to be told. */
static int asks_beside_the_end(void *unused)
{
	unsigned right = 0;

	(void)unused;
	sys(NR_prctl, PR_SET_SUBREAPER, 1, 0, 0, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		int status = -1, ends = 0;
		pid_t parent;

		shared[0] = 0;
		parent = fork();
		if (parent == 0) {
			if (fork() == 0) {
				shared[0] = 1;
				for (volatile unsigned n = 0; n < i * 40; n++)
					;
				_exit(trace(TRACEME, 0, NULL, 0) == 0 ? 7 : 8);
			}
			while (shared[0] == 0)
				sched_yield();
			_exit(6);
		}
		while (sys(__NR_wait4, -1, &status, WALL, NULL) > 0)
			ends += status == EXITED(6) ? 1 : status == EXITED(7) ? 2 : 100;
		right += ends == 3;
	}
	return right == ROUNDS ? 0 : (int)right + 1;
}

/* Nobody traces PID 1 by its own wish: it has no parent. The machine ends with it. */
static int is_first(void)
{
	char command[32];
	int device, len;

	for (int i = 0; i < 3; i++)
		if (fcntl(i, F_GETFD) < 0)
			open("/dev/console", O_RDWR);
	is(trace(TRACEME, 0, NULL, 0), 0, "PID 1 asks to be traced");
	is(trace(TRACEME, 0, NULL, 0), 0, "and is not, so it may ask again");
	raise(SIGUSR1);
	is(sys(__NR_getpid), 1, "it goes on");
	len = sniprintf(command, sizeof(command), "status %d", tap_done() << 8);
	device = open("/dev/octavo", O_WRONLY);
	write(device, command, (size_t)len);
	reboot(RB_POWER_OFF);
	return 1;
}

/* --- programs that give more --- */

static int execs_sgid(void)
{
	const char *argv[] = {"ptrace_edges", "group", NULL};

	sys(__NR_setresgid32, USER, USER, USER);
	sys(__NR_setresuid32, USER, USER, USER);
	sys(NR_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
	sys(__NR_execve, "./sgid", argv, NULL);
	return 1;
}

/* Its group is its own for who is traced by a user; root's tracees, and others, get the file's. */
static void test_set_group(void)
{
	pid_t pid;

	WANT(copy_self("sgid", OTHER, 02755), 0);
	pid = traced_child(execs_sgid); /* TRACEME as root */
	WANT(go(CONT, pid, 0), SIGTRAP);
	WANT(go(CONT, pid, 0), ENDED + EXITED(OTHER - 990));
	become(USER);
	sys(NR_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
	pid = traced_child(execs_sgid);
	WANT(go(CONT, pid, 0), SIGTRAP);
	WANT(go(CONT, pid, 0), ENDED + EXITED(USER - 990));
	pid = free_child(execs_sgid);
	WANT(next_stop(pid), ENDED + EXITED(OTHER - 990));
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "group") == 0)
		return (int)sys(__NR_getegid32) - 990;
	if (getpid() == 1 && on_octavo())
		return is_first();
	shared = map_shared(1);
	test_step_into_handler();
	test_call_number();
	test_far_place();
	test_signal_in_stopped();
	is(in_child_for(30000, asks_beside_the_end, NULL), EXITED(0),
	   "TRACEME of a parent that ends");
	if (may_do_all() && own_directory_enter("ptrace-edges")) {
		in_user_child(test_set_group, "set-group-ID programs are not traced as such");
		own_directory_leave();
	}
	return tap_done();
}
