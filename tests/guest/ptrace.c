/* SPDX-License-Identifier: MIT */
/*
 * ptrace(2): memory, registers, signals, system calls, single steps, programs and children of who is traced;
 * what a small debugger does. On Linux: as root.
 */
#include "tracer.h"

static volatile uint32_t variable = 0x11111111;
static volatile int *shared; /* a page that all have */

/* --- memory and registers --- */

__attribute__((noinline, noclone, aligned(4))) static int a_function(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + variable;
}

static int calls_it(void)
{
	return a_function(1) & 0xff;
}

static void test_breakpoint(void)
{
	const void *at = (const void *)(uintptr_t)a_function;
	pid_t pid = traced_child(calls_it);
	uint32_t code;
	struct regs r;
	int tracer;

	is(state_of(pid, &tracer), 't', "it stands still for its tracer");
	is(tracer, getpid(), "which is this one");
	is(word_at(pid, &variable), 0x11111111, "PEEKDATA");
	is(trace(POKEDATA, pid, &variable, 0x22222241), 0, "POKEDATA");
	is(variable, 0x11111111, "it has its own memory");
	code = word_at(pid, at);
	is(code, *(const volatile uint32_t *)at, "its text is ours");
	is(trace(POKETEXT, pid, at, (code & ~0xffU) | 0xcc), 0,
	   "POKETEXT to where it may not write");
	is(*(const volatile uint32_t *)at, code, "is a copy");
	is(a_function(0), 0x11111111, "that does nothing to others");
	is(go(CONT, pid, 0), SIGTRAP, "it comes to the breakpoint");
	r = regs_of(pid);
	is(r.eip, (uintptr_t)at + 1, "one byte behind it");
	is(r.orig_eax, -1, "which is no system call");
	is((r.cs & 3) + (r.ss & 3), 6, "in user mode");
	is(trace(POKETEXT, pid, at, code), 0, "the byte comes back");
	r.eip--;
	is(set_regs(pid, &r), 0, "SETREGS");
	is(trace(PEEKUSR, pid, (void *)(12 * 4), (unsigned long)&code), 0, "PEEKUSR");
	is(code, (uintptr_t)at, "is the same register");
	is(go(CONT, pid, 0), ENDED + EXITED(0x42), "it goes on, with what it was given");
}

static void test_access_errors(void)
{
	char *none = map_pages(3, PROT_NONE), *page = map_pages(2, PROT_READ | PROT_WRITE);
	char *other = map_shared(1);
	uint32_t word = 7;
	pid_t pid;

	memset(page, 5, 2 * PAGE);
	memset(other, 6, PAGE);
	mprotect(page, 2 * PAGE, PROT_NONE);
	mprotect(other, PAGE, PROT_READ);
	munmap(none + PAGE, PAGE);
	pid = traced_child(waits);
	is(trace(PEEKDATA, pid, none + PAGE, (unsigned long)&word), -EIO, "nothing is mapped");
	is(trace(PEEKDATA, pid, none + PAGE - 2, (unsigned long)&word), -EIO, "nor half of it");
	is(trace(PEEKDATA, pid, (void *)KERNEL_ADDRESS, (unsigned long)&word), -EIO,
	   "the kernel's half");
	is(trace(POKEDATA, pid, none + PAGE, 1), -EIO, "or written");
	is(trace(PEEKDATA, pid, page + PAGE - 2, (unsigned long)&word), 0,
	   "two pages that it may not touch at all");
	is(word, 0x05050505, "are read");
	is(trace(POKEDATA, pid, page + PAGE - 2, 0x01020304), 0, "and written");
	is(word_at(pid, page + PAGE - 2), 0x01020304, "so");
	is(trace(POKEDATA, pid, none, 9), 0, "and one that it never had");
	is(word_at(pid, none), 9, "has it then");
	is(trace(PEEKDATA, pid, none + 2 * PAGE, (unsigned long)&word), 0, "a page of nothing");
	is(word, 0, "is zeros");
	is(word_at(pid, other), 0x06060606, "what is shared is read");
	is(trace(POKEDATA, pid, other, 1), -EIO, "and not written, where it may only read");
	is(trace(PEEKDATA, pid, page, 0x10), -EFAULT, "no room for the word");
	is(trace(GETREGS, pid, NULL, 0x10), -EFAULT, "or for registers");
	is(trace(SETREGS, pid, NULL, 0x10), -EFAULT, "nor are there any");
	is(trace(PEEKUSR, pid, (void *)2, (unsigned long)&word), -EIO, "not aligned");
	is(trace(PEEKUSR, pid, (void *)4000, (unsigned long)&word), -EIO, "behind struct user");
	is(trace(POKEUSR, pid, (void *)(13 * 4), 0x10), -EIO, "a selector of the kernel's");
	is(trace(POKEUSR, pid, (void *)(13 * 4), 0), -EIO, "none where there must be one");
	is(trace(4711, pid, NULL, 0), -EIO, "no request");
	is(trace(SETOPTIONS, pid, NULL, 0x80000000), -EINVAL, "no option");
	is(trace(CONT, pid, NULL, 65), -EIO, "no signal");
	end_of(pid);
	is(trace(PEEKDATA, pid, page, (unsigned long)&word), -ESRCH, "it has gone");
	munmap(page, 2 * PAGE);
}

/* It may not touch what a debugger has written there. */
static int touches_nothing(void)
{
	return (int)*(volatile uint32_t *)variable;
}

static void test_none_stays(void)
{
	char *none = map_pages(3, PROT_READ | PROT_WRITE);
	pid_t pid;

	none[2 * PAGE] = 1;
	mprotect(none, 3 * PAGE, PROT_NONE);
	variable = (uint32_t)(uintptr_t)(none + 2 * PAGE);
	pid = traced_child(touches_nothing);
	is(word_at(pid, none), 0, "PROT_NONE is read");
	is(trace(POKEDATA, pid, none + PAGE, 3), 0, "and written");
	is(trace(POKEDATA, pid, none + 2 * PAGE, 4), 0, "where it has its parent's page, too");
	is(go(CONT, pid, 0), SIGSEGV, "and still nothing to its program");
	is(go(CONT, pid, SIGSEGV), ENDED + KILLED(SIGSEGV), "which dies of it");
	variable = 0x11111111;
	munmap(none, 3 * PAGE);
}

static int adds(void)
{
	float f = 1.5f;

	__asm__ volatile("flds %0" : : "m"(f));
	raise(SIGUSR1);
	__asm__ volatile("fstps %0" : "=m"(f));
	return (int)(f * 10);
}

static void test_fpu(void)
{
	static const uint8_t two_and_half[10] = {0, 0, 0, 0, 0, 0, 0, 0xa0, 0x00, 0x40};
	static const uint8_t one_and_half[10] = {0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0x3f};
	uint8_t state[108];
	pid_t pid = traced_child(adds);

	is(go(CONT, pid, 0), SIGUSR1, "it has something in the FPU");
	is(trace(GETFPREGS, pid, NULL, (unsigned long)state), 0, "GETFPREGS");
	ok(memcmp(state + 28, one_and_half, 10) == 0, "is it");
	memcpy(state + 28, two_and_half, 10);
	is(trace(SETFPREGS, pid, NULL, (unsigned long)state), 0, "SETFPREGS");
	is(go(CONT, pid, 0), ENDED + EXITED(25), "gives it another");
}

/* --- signals --- */

static volatile int handled;

static void note(int sig)
{
	handled += sig;
}

static int counts_signals(void)
{
	signal(SIGUSR1, note);
	signal(SIGUSR2, note);
	signal(SIGWINCH, SIG_IGN);
	raise(SIGUSR1);
	raise(SIGUSR1);
	raise(SIGWINCH);
	raise(SIGTERM);
	return handled;
}

static void test_signals(void)
{
	uint32_t info[32];
	pid_t pid = traced_child(counts_signals);

	is(go(CONT, pid, 0), SIGUSR1, "a signal that it catches");
	memset(info, 0xff, sizeof(info));
	is(trace(GETSIGINFO, pid, NULL, (unsigned long)info), 0, "GETSIGINFO");
	ok(info[0] == SIGUSR1 && info[3] == (uint32_t)pid && info[31] == 0, "says who sent it");
	is(go(CONT, pid, SIGUSR2), SIGUSR1, "becomes another one");
	is(go(CONT, pid, 0), SIGWINCH, "is thrown away; one that it ignores");
	is(go(CONT, pid, SIGWINCH), SIGTERM, "is, and one that would end it");
	is(trace(SETSIGINFO, pid, NULL, (unsigned long)info), 0, "SETSIGINFO");
	is(go(CONT, pid, 0), ENDED + EXITED(SIGUSR2), "does not");
	pid = traced_child(counts_signals);
	is(go(CONT, pid, SIGKILL), ENDED + KILLED(SIGKILL), "SIGKILL");
	pid = traced_child(counts_signals);
	is(go(CONT, pid, 0), SIGUSR1, "it stands still");
	sys(__NR_kill, pid, SIGKILL);
	is(next_stop(pid), ENDED + KILLED(SIGKILL), "and is killed all the same");
	pid = traced_child(waits);
	is(trace(TRACE_KILL, pid, NULL, 0), 0, "PTRACE_KILL");
	is(next_stop(pid), ENDED + KILLED(SIGKILL), "kills it");
}

/* Stopped as a process; a tracer may let it run nevertheless. */
static void test_group_stop(void)
{
	uint32_t info[32];
	int status = 0;
	pid_t pid = traced_child(waits);

	sys(__NR_kill, pid, SIGSTOP);
	is(go(CONT, pid, 0), SIGSTOP, "a stop signal");
	is(go(CONT, pid, SIGSTOP), SIGSTOP, "stops its process");
	is(trace(GETSIGINFO, pid, NULL, (unsigned long)info), -EINVAL, "which is no signal");
	is(trace(CONT, pid, NULL, 0), 0, "it runs");
	ok(comes_to(pid, 'S'), "though its process has stopped");
	is(sys(__NR_wait4, pid, &status, WUNTRACED | WNOHANG, NULL), 0, "and nobody is told");
	sys(__NR_kill, pid, SIGCONT);
	is(next_stop(pid), SIGCONT, "SIGCONT is a signal");
	is(go(DETACH, pid, SIGKILL), ENDED + KILLED(SIGKILL), "DETACH gives it another");
}

static void test_waiting(void)
{
	uint32_t words[6] = {0};
	pid_t pid;

	handled = 0;
	signal(SIGCHLD, note);
	pid = traced_child(waits);
	ok(handled > 0 && handled % SIGCHLD == 0, "SIGCHLD for a stop");
	signal(SIGCHLD, SIG_DFL);
	sys(__NR_kill, pid, SIGUSR1);
	is(trace(CONT, pid, NULL, 0), 0, "it goes on");
	is(sys(__NR_waitid, P_PID, pid, words, WEXITED | WNOWAIT, NULL), 0, "waitid(2)");
	is(words[2], 4, "CLD_TRAPPED");
	is(words[5], SIGUSR1, "with the signal");
	is(next_stop(pid), SIGUSR1, "WNOWAIT left it");
	is(sys(__NR_wait4, pid, NULL, WNOHANG | WALL, NULL), 0, "it is told once");
	end_of(pid);
}

/* --- system calls --- */

static int makes_calls(void)
{
	long parent = sys(__NR_getppid), none = sys(9999);

	return parent == 1234 && none == 5678 && sys(__NR_getppid) == getppid() ? 7 : 8;
}

/* To the beginning of the next call of that number, or the end of the child. */
static long come_to_call(pid_t pid, uint32_t number)
{
	long stop;

	while ((stop = go(SYSCALL, pid, 0)) == (SIGTRAP | 0x80)) {
		struct regs r = regs_of(pid);

		if (r.orig_eax == number && r.eax == (uint32_t)-ENOSYS)
			return 0;
		stop = go(SYSCALL, pid, 0);
		if (stop != (SIGTRAP | 0x80))
			break;
	}
	return stop;
}

static void test_calls(void)
{
	pid_t pid = traced_child(makes_calls);
	struct regs r;

	is(trace(SETOPTIONS, pid, NULL, O_SYSGOOD), 0, "SETOPTIONS");
	is(come_to_call(pid, __NR_getppid), 0, "the beginning of a call");
	is(go(SYSCALL, pid, 0), SIGTRAP | 0x80, "its end");
	r = regs_of(pid);
	is(r.eax, getpid(), "has its result");
	is(r.orig_eax, __NR_getppid, "and its number");
	r.eax = 1234;
	set_regs(pid, &r);
	is(come_to_call(pid, 9999), 0, "one that does not exist");
	r = regs_of(pid);
	r.orig_eax = (uint32_t)-1;
	r.eax = 5678;
	set_regs(pid, &r);
	is(go(SYSCALL, pid, 0), SIGTRAP | 0x80, "is not made");
	is(regs_of(pid).eax, 5678, "but has a result");
	is(come_to_call(pid, __NR_getppid), 0, "once more");
	is(go(CONT, pid, 0), ENDED + EXITED(7), "CONT does not stop where it ends");
}

static int makes_another(void)
{
	return (int)sys(9999, 77);
}

static int is_interrupted(void)
{
	struct timespec long_time = {1000, 0};

	signal(SIGUSR1, note);
	return sys(__NR_nanosleep, &long_time, NULL) == -EINTR && handled == SIGUSR1 ? 7 : 8;
}

static void test_calls_changed(void)
{
	pid_t pid = traced_child(makes_another);
	struct regs r;

	trace(SETOPTIONS, pid, NULL, O_SYSGOOD);
	is(come_to_call(pid, 9999), 0, "a call");
	r = regs_of(pid);
	r.orig_eax = __NR_exit_group;
	set_regs(pid, &r);
	is(go(SYSCALL, pid, 0), ENDED + EXITED(77), "becomes another one, with its arguments");
	pid = traced_child(makes_another);
	is(go(SYSCALL, pid, 0), SIGTRAP, "without TRACESYSGOOD it looks like a signal");
	end_of(pid);

	handled = 0;
	pid = traced_child(is_interrupted);
	trace(SETOPTIONS, pid, NULL, O_SYSGOOD);
	is(come_to_call(pid, __NR_nanosleep), 0, "a call that sleeps");
	is(trace(SYSCALL, pid, NULL, 0), 0, "does so");
	ok(comes_to(pid, 'S'), "long");
	sys(__NR_kill, pid, SIGUSR1);
	is(next_stop(pid), SIGTRAP | 0x80, "until a signal comes");
	is(regs_of(pid).eax, -516, "it is to be made again, where nobody catches that");
	is(go(SYSCALL, pid, 0), SIGUSR1, "here is the signal");
	is(go(SYSCALL, pid, 0), SIGTRAP | 0x80, "it is not caught");
	is(regs_of(pid).orig_eax, 0, "restart_syscall");
	is(trace(SYSCALL, pid, NULL, 0), 0, "goes on");
	ok(comes_to(pid, 'S'), "sleeping");
	sys(__NR_kill, pid, SIGUSR1);
	is(next_stop(pid), SIGTRAP | 0x80, "until it comes again");
	is(go(CONT, pid, 0), SIGUSR1, "the signal");
	is(go(CONT, pid, SIGUSR1), ENDED + EXITED(7), "and is caught");
	handled = 0;
}

/* --- single steps --- */

static int steps(void)
{
	__asm__ volatile(".globl step_0, step_1, step_2, step_3\n"
			 "step_0: nop\n\t"
			 "step_1: movl $20, %%eax\n\t"
			 "step_2: int $0x80\n\t"
			 "step_3: nop"
			 :
			 :
			 : "eax", "memory");
	return 5;
}
extern const char step_0[], step_1[], step_2[], step_3[];

static void test_steps(void)
{
	pid_t pid = traced_child(steps);
	uint32_t eip, i;

	for (i = 0; i < 100000 && regs_of(pid).eip != (uintptr_t)step_0; i++)
		if (go(SINGLESTEP, pid, 0) != SIGTRAP)
			break;
	is(regs_of(pid).eip, (uintptr_t)step_0, "steps lead anywhere");
	is(regs_of(pid).eflags & 0x100, 0, "and are not seen");
	go(SINGLESTEP, pid, 0);
	is(regs_of(pid).eip, (uintptr_t)step_1, "one instruction");
	go(SINGLESTEP, pid, 0);
	is(regs_of(pid).eip, (uintptr_t)step_2, "and another");
	go(SINGLESTEP, pid, 0);
	eip = regs_of(pid).eip;
	is(eip, (uintptr_t)step_3, "a system call is one");
	is(regs_of(pid).eax, pid, "that is made");
	is(go(CONT, pid, 0), ENDED + EXITED(5), "and no more steps");

	pid = traced_child(counts_signals);
	is(go(CONT, pid, 0), SIGUSR1, "a signal");
	is(go(SINGLESTEP, pid, SIGUSR1), SIGTRAP, "a step into its handler");
	is(regs_of(pid).eip, (uintptr_t)note, "is to the first instruction");
	end_of(pid);
}

/* --- programs and children --- */

static int execs(void)
{
	const char *argv[] = {"ptrace", "exit", NULL};

	sys(__NR_execve, "/proc/self/exe", argv, NULL);
	return 1;
}

/* The trap flag is the tracer's: it goes to no child. */
static int forks_once(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	return waitpid(pid, &status, 0) == pid && status == EXITED(7) ? 5 : 6;
}

static void test_steps_stay(void)
{
	pid_t pid = traced_child(forks_once);
	long stop = SIGTRAP;

	for (int i = 0; i < 100000 && (stop == SIGTRAP || stop == SIGCHLD); i++)
		stop = go(SINGLESTEP, pid, 0);
	is(stop, ENDED + EXITED(5), "a child of who is stepped runs by itself");
}

static int pipe_ends[2];

static int reads(void)
{
	char c;

	return sys(__NR_read, pipe_ends[0], &c, 1) == 1 ? 5 : 6;
}

/* The tracer goes between a call that was interrupted for it and the look whether it is made again. */
static void test_detach_in_call(void)
{
	int status;
	pid_t pid;

	if (pipe(pipe_ends) != 0)
		bail_out("no pipe");
	pid = free_child(reads);
	comes_to(pid, 'S');
	is(trace(SEIZE, pid, NULL, 0), 0, "SEIZE of one that reads");
	is(trace(INTERRUPT, pid, NULL, 0), 0, "INTERRUPT");
	is(next_stop(pid), SIGTRAP | EVENT_STOP << 8, "it stands still");
	is(go(SYSCALL, pid, 0), SIGTRAP, "the call begins again");
	is(trace(SYSCALL, pid, NULL, 0), 0, "and waits");
	comes_to(pid, 'S');
	is(trace(INTERRUPT, pid, NULL, 0), 0, "INTERRUPT");
	is(next_stop(pid), SIGTRAP, "the call's end");
	is((int)regs_of(pid).eax, -512, "which the program does not see");
	is(trace(DETACH, pid, NULL, 0), 0, "DETACH");
	is(write(pipe_ends[1], "x", 1), 1, "something to read");
	waitpid(pid, &status, 0);
	is(status, EXITED(5), "it has read");
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

static void test_exec(void)
{
	pid_t pid = traced_child(execs);

	is(go(CONT, pid, 0), SIGTRAP, "a new program begins with SIGTRAP");
	is(word_at(pid, &variable), 0x11111111, "it is there");
	is(go(CONT, pid, 0), ENDED + EXITED(3), "and runs");
	pid = traced_child(execs);
	is(trace(SETOPTIONS, pid, NULL, O_OF(EVENT_EXEC) | O_OF(EVENT_EXIT)), 0, "TRACEEXEC");
	is(go(CONT, pid, 0), SIGTRAP | EVENT_EXEC << 8, "an event");
	is(message_of(pid), pid, "of this thread");
	is(go(CONT, pid, 0), SIGTRAP | EVENT_EXIT << 8, "TRACEEXIT");
	is(message_of(pid), EXITED(3), "says how it will end");
	is(go(CONT, pid, 0), ENDED + EXITED(3), "and so it does");
}

static int forks(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(4);
	waitpid(pid, &status, 0);
	pid = (pid_t)sys(190); /* vfork; the child has our stack */
	if (pid == 0)
		sys(__NR_exit_group, 5);
	return status == EXITED(4) ? 6 : 7;
}

static void test_fork(void)
{
	pid_t pid = traced_child(forks), child;

	is(trace(SETOPTIONS, pid, NULL,
		 O_OF(EVENT_FORK) | O_OF(EVENT_VFORK) | O_OF(EVENT_VFORK_DONE)),
	   0, "TRACEFORK, TRACEVFORK");
	is(go(CONT, pid, 0), SIGTRAP | EVENT_FORK << 8, "it has a child");
	child = (pid_t)message_of(pid);
	is(next_stop(child), SIGSTOP, "which is traced, too");
	is(trace(CONT, pid, NULL, 0), 0, "its parent waits for it");
	is(go(CONT, child, 0), ENDED + EXITED(4), "but its tracer is told first");
	is(next_stop(pid), SIGCHLD, "the parent is told then");
	is(go(CONT, pid, SIGCHLD), SIGTRAP | EVENT_VFORK << 8, "vfork");
	child = (pid_t)message_of(pid);
	is(next_stop(child), SIGSTOP, "another child");
	is(trace(CONT, pid, NULL, 0), 0, "for which its parent waits");
	is(go(CONT, child, 0), ENDED + EXITED(5), "it ends");
	is(next_stop(pid), SIGTRAP | EVENT_VFORK_DONE << 8, "its parent goes on");
	is(message_of(pid), child, "after that one");
	while (trace(CONT, pid, NULL, 0) == 0 && next_stop(pid) == SIGCHLD)
		;
	is(trace(CONT, pid, NULL, 0), -ESRCH, "and ends");
}

static void ends_at_once(struct thread *t)
{
	t->result = 1;
}

static void execs_in_thread(struct thread *t)
{
	t->result = execs();
}

static int has_thread(void)
{
	struct thread t = {0};

	thread_start(&t, ends_at_once, NULL);
	thread_join(&t);
	thread_start(&t, execs_in_thread, NULL);
	thread_join(&t);
	return 1;
}

static void test_threads(void)
{
	pid_t pid = traced_child(has_thread), thread;
	long stop;

	is(trace(SETOPTIONS, pid, NULL, O_OF(EVENT_CLONE) | O_OF(EVENT_EXEC)), 0, "TRACECLONE");
	is(go(CONT, pid, 0), SIGTRAP | EVENT_CLONE << 8, "a thread");
	thread = (pid_t)message_of(pid);
	is(next_stop(thread), SIGSTOP, "is traced, too");
	is(sys(__NR_wait4, thread, NULL, WNOHANG, NULL), 0, "found by its number");
	is(trace(CONT, pid, NULL, 0), 0, "the first one runs");
	is(go(CONT, thread, 0), ENDED + EXITED(0), "its end is told");
	is(sys(__NR_wait4, thread, NULL, WNOHANG | WALL, NULL), -ECHILD, "once");
	is(next_stop(pid), SIGTRAP | EVENT_CLONE << 8, "another thread");
	thread = (pid_t)message_of(pid);
	is(next_stop(thread), SIGSTOP, "that is traced");
	is(trace(CONT, pid, NULL, 0), 0, "the first one waits for it");
	is(trace(CONT, thread, NULL, 0), 0, "and it becomes another program");
	stop = next_stop(pid);
	is(stop, SIGTRAP | EVENT_EXEC << 8, "which is the process");
	is(message_of(pid), thread, "by that thread");
	is(go(CONT, pid, 0), ENDED + EXITED(3), "and runs");
}

/* --- main --- */

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exit") == 0)
		return 3;
	shared = map_shared(1);
	test_breakpoint();
	test_access_errors();
	test_none_stays();
	test_fpu();
	test_signals();
	test_group_stop();
	test_waiting();
	test_calls();
	test_calls_changed();
	test_steps();
	test_steps_stay();
	test_detach_in_call();
	test_exec();
	test_fork();
	test_threads();
	return tap_done();
}
