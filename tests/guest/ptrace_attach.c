/* SPDX-License-Identifier: MIT */
/*
 * ptrace(2): who traces whom: PTRACE_ATTACH and SEIZE, the end of tracer and tracee, parents that are not the
 * tracer, users and capabilities; /proc/PID/mem; what copies that a debugger makes cost. On Linux: as root.
 */
#include "tracer.h"

#include "slurp.h"

static volatile int *shared; /* a page that all have */
static const char words[] = "a read-only page of the program";

static long attach(pid_t pid)
{
	long err = trace(ATTACH, pid, NULL, 0);

	return err != 0 ? err : next_stop(pid);
}

/* --- to one that runs, sleeps, stands still --- */

static int spins(void)
{
	for (*shared = 1; *shared < 2;)
		;
	return 6;
}

static void test_attach(void)
{
	pid_t pid = free_child(waits);
	int tracer;

	ok(comes_to(pid, 'S'), "a child that sleeps");
	is(attach(pid), SIGSTOP, "ATTACH stops it");
	is(state_of(pid, &tracer), 't', "for us");
	is(trace(ATTACH, pid, NULL, 0), -EPERM, "there is one tracer");
	is(trace(DETACH, pid, NULL, 65), -EIO, "no signal");
	is(trace(DETACH, pid, NULL, 0), 0, "DETACH");
	ok(comes_to(pid, 'S'), "lets it sleep on");
	state_of(pid, &tracer);
	is(tracer, 0, "for itself");
	is(trace(CONT, pid, NULL, 0), -ESRCH, "it is no tracee");
	sys(__NR_kill, pid, SIGSTOP);
	ok(comes_to(pid, 'T'), "stopped by a signal");
	is(attach(pid), SIGSTOP, "ATTACH finds it");
	is(trace(CONT, pid, NULL, 0), 0, "it runs");
	is(next_stop(pid), SIGSTOP, "into the stop of ATTACH");
	is(trace(DETACH, pid, NULL, 0), 0, "without a tracer");
	ok(comes_to(pid, 'T'), "its process is still a stopped one");
	end_of(pid);
}

static void test_spinning(void)
{
	pid_t pid;
	int status;

	*shared = 0;
	pid = free_child(spins);
	await(shared, 1);
	is(attach(pid), SIGSTOP, "one that runs");
	is(trace(CONT, pid, NULL, 0), 0, "goes on");
	is(trace(CONT, pid, NULL, 0), -ESRCH, "and is asked in vain");
	is(trace(GETREGS, pid, NULL, (unsigned long)&status), -ESRCH, "for what is its own now");
	*shared = 2;
	is(next_stop(pid), ENDED + EXITED(6), "it ends");
}

/* --- SEIZE --- */

static void test_seize(void)
{
	pid_t pid = free_child(waits);
	uint32_t info[32];

	comes_to(pid, 'S');
	is(trace(SEIZE, pid, (void *)4, 0), -EIO, "SEIZE takes no address");
	is(trace(SEIZE, pid, NULL, 0x80000000), -EIO, "nor what is no option");
	is(trace(SEIZE, pid, NULL, O_SYSGOOD), 0, "SEIZE");
	is(sys(__NR_wait4, pid, NULL, WNOHANG | WALL, NULL), 0, "stops nobody");
	is(trace(CONT, pid, NULL, 0), -ESRCH, "so it is asked in vain");
	is(trace(INTERRUPT, pid, NULL, 0), 0, "INTERRUPT");
	is(next_stop(pid), SIGTRAP | EVENT_STOP << 8, "does");
	is(trace(GETSIGINFO, pid, NULL, (unsigned long)info), 0, "and says so");
	is(info[2], SIGTRAP | EVENT_STOP << 8, "in the siginfo");
	is(trace(CONT, pid, NULL, 0), 0, "it goes on");
	sys(__NR_kill, pid, SIGSTOP);
	is(next_stop(pid), SIGSTOP, "a stop signal");
	is(go(CONT, pid, SIGSTOP), SIGSTOP | EVENT_STOP << 8, "stops its process");
	is(trace(LISTEN, pid, NULL, 0), 0, "LISTEN");
	is(trace(CONT, pid, NULL, 0), -ESRCH, "leaves it so");
	is(sys(__NR_wait4, pid, NULL, WNOHANG | WALL, NULL), 0, "quiet");
	sys(__NR_kill, pid, SIGCONT);
	is(next_stop(pid), SIGTRAP | EVENT_STOP << 8, "until SIGCONT");
	is(trace(CONT, pid, NULL, 0), 0, "it goes on");
	is(next_stop(pid), SIGCONT, "to the signal itself");
	is(trace(LISTEN, pid, NULL, 0), -EIO, "LISTEN is for stops of the process");
	is(trace(DETACH, pid, NULL, 0), 0, "DETACH");
	end_of(pid);
}

/* --- who traces is not the parent --- */

static int lives_a_little(void)
{
	await(shared, 1);
	return 9;
}

/* In a process of its own: attaches to `pid`, and holds its end back until told. */
static pid_t foreign_tracer(pid_t pid, int options)
{
	pid_t tracer = must_fork();

	if (tracer == 0) {
		if (attach(pid) != SIGSTOP || trace(SETOPTIONS, pid, NULL, options) != 0)
			_exit(1);
		trace(CONT, pid, NULL, 0);
		shared[1] = 1;
		await(shared + 2, 1);
		_exit(next_stop(pid) == ENDED + EXITED(9) ? 0 : 2);
	}
	await(shared + 1, 1);
	return tracer;
}

static void test_other_parent(void)
{
	pid_t pid, tracer;
	int status = 0;

	memset((void *)(uintptr_t)shared, 0, 16);
	pid = free_child(lives_a_little);
	tracer = foreign_tracer(pid, 0);
	shared[0] = 1;
	ok(comes_to(pid, 'Z'), "it has ended");
	is(sys(__NR_wait4, pid, NULL, WNOHANG, NULL), 0, "its parent is not told yet");
	shared[2] = 1;
	waitpid(tracer, &status, 0);
	is(status, 0, "its tracer is");
	is(next_stop(pid), ENDED + EXITED(9), "then its parent");

	memset((void *)(uintptr_t)shared, 0, 16);
	pid = free_child(lives_a_little);
	tracer = foreign_tracer(pid, 0);
	sys(__NR_kill, tracer, SIGKILL);
	waitpid(tracer, &status, 0);
	shared[0] = 1;
	is(next_stop(pid), ENDED + EXITED(9), "a tracer's end leaves it alone");

	memset((void *)(uintptr_t)shared, 0, 16);
	pid = free_child(lives_a_little);
	tracer = foreign_tracer(pid, O_EXITKILL);
	sys(__NR_kill, tracer, SIGKILL);
	waitpid(tracer, &status, 0);
	is(next_stop(pid), ENDED + KILLED(SIGKILL), "but with EXITKILL");

	memset((void *)(uintptr_t)shared, 0, 16);
	pid = free_child(lives_a_little);
	tracer = foreign_tracer(pid, 0);
	shared[0] = 1;
	comes_to(pid, 'Z');
	sys(__NR_kill, tracer, SIGKILL);
	waitpid(tracer, &status, 0);
	is(next_stop(pid), ENDED + EXITED(9), "an end that the tracer never heard of");
}

/* A tracer that stands still itself is traced, too. */
static void test_chain(void)
{
	pid_t pid, tracer;
	int status;

	memset((void *)(uintptr_t)shared, 0, 16);
	pid = free_child(lives_a_little);
	tracer = foreign_tracer(pid, 0);
	is(attach(tracer), SIGSTOP, "a tracer is traced");
	is(trace(CONT, pid, NULL, 0), -ESRCH, "which does not make its tracee ours");
	is(trace(CONT, tracer, NULL, 0), 0, "it goes on");
	shared[2] = 1;
	shared[0] = 1;
	while ((status = (int)next_stop(tracer)) == SIGCHLD)
		trace(CONT, tracer, NULL, SIGCHLD);
	is(status, ENDED + EXITED(0), "and on");
	is(next_stop(pid), ENDED + EXITED(9), "to the end");
}

/* --- threads --- */

static void asks(struct thread *t)
{
	pid_t pid = *(pid_t *)t->arg;
	int status = 0;

	t->result = trace(CONT, pid, NULL, 0) == -ESRCH &&
		    sys(__NR_wait4, pid, &status, WALL, NULL) == pid && status == 0x057f;
}

static void attaches(struct thread *t)
{
	t->result = trace(ATTACH, *(pid_t *)t->arg, NULL, 0) == 0 &&
		    next_stop(*(pid_t *)t->arg) == SIGSTOP;
}

static void test_tracer_thread(void)
{
	struct thread t = {0};
	pid_t pid = free_child(waits), other = must_fork();
	int tracer;

	if (other == 0) {
		be_traced();
		_exit(0);
	}
	is(next_stop(other), SIGSTOP, "a tracee of this thread");
	sys(__NR_kill, other, SIGTRAP);
	trace(CONT, other, NULL, 0);
	ok(comes_to(other, 't'), "has stopped");
	thread_start(&t, asks, &other);
	thread_join(&t);
	is(t.result, 1, "another one may wait for it, and nothing else");
	end_of(other);

	comes_to(pid, 'S');
	thread_start(&t, attaches, &pid);
	thread_join(&t);
	is(t.result, 1, "a thread attaches");
	await_gone(t.begun);
	for (int i = 0; i < 1000 && (state_of(pid, &tracer), tracer != 0); i++)
		sleep_ms(1);
	is(tracer, 0, "and its end lets go");
	end_of(pid);
}

/* --- who may --- */

static void test_errors(void)
{
	pid_t pid;

	is(trace(ATTACH, getpid(), NULL, 0), -EPERM, "not oneself");
	is(trace(ATTACH, 0, NULL, 0), -ESRCH, "not nobody");
	is(trace(ATTACH, -1, NULL, 0), -ESRCH, "not all");
	is(trace(ATTACH, 4000000, NULL, 0), -ESRCH, "not who is not there");
	is(trace(PEEKDATA, 1, NULL, 0), -ESRCH, "not who is no tracee");
	pid = must_fork();
	if (pid == 0) {
		trace(TRACEME, 0, NULL, 0);
		_exit(trace(TRACEME, 0, NULL, 0) == -EPERM ? 5 : 6);
	}
	is(next_stop(pid), ENDED + EXITED(5), "one is traced once");
}

/* Of root's, whom no user can end: it ends by itself, and keeps nobody's output open till then. */
static int waits_of_root(void)
{
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	sleep_ms(10000);
	return 0;
}

static void test_users(void)
{
	pid_t root = free_child(waits_of_root), mine, hidden;
	uint32_t word;
	char path[32];

	sniprintf(path, sizeof(path), "/proc/%d/mem", (int)root);
	become(USER);
	WANT(trace(ATTACH, root, NULL, 0), -EPERM);
	WANT(trace(SEIZE, root, NULL, 0), -EPERM);
	WANT(trace(ATTACH, 1, NULL, 0), -EPERM);
	WANT(sys(__NR_open, path, O_RDONLY, 0), -EACCES);
	sys(__NR_prctl, 4, 1, 0, 0, 0); /* PR_SET_DUMPABLE: changing users has taken it away */
	mine = free_child(waits);
	WANT(attach(mine), SIGSTOP);
	WANT(trace(PEEKDATA, mine, words, (unsigned long)&word), 0);
	sys(__NR_prctl, 4, 0, 0, 0, 0);
	hidden = free_child(waits);
	WANT(trace(ATTACH, hidden, NULL, 0), -EPERM);
	end_of(mine);
	end_of(hidden);
}

/* A set-user-ID program that is traced by its user is an ordinary one; by root it is not. */
static int execs_suid(void)
{
	const char *argv[] = {"ptrace", "user", NULL};

	sys(__NR_setresuid32, USER, USER, USER);
	sys(__NR_prctl, 4, 1, 0, 0, 0);
	sys(__NR_execve, "./suid", argv, NULL);
	return 1;
}

static void test_set_id(void)
{
	pid_t pid;
	uint32_t word;

	WANT(copy_self("suid", OTHER, 06755), 0);
	pid = traced_child(execs_suid); /* TRACEME as root */
	WANT(go(CONT, pid, 0), SIGTRAP);
	WANT(go(CONT, pid, 0), ENDED + EXITED(OTHER - 990));
	become(USER);
	sys(__NR_prctl, 4, 1, 0, 0, 0);
	pid = traced_child(execs_suid);
	WANT(go(CONT, pid, 0), SIGTRAP);
	WANT(trace(PEEKDATA, pid, words, (unsigned long)&word), 0);
	WANT(go(CONT, pid, 0), ENDED + EXITED(USER - 990));
	pid = free_child(execs_suid);
	WANT(next_stop(pid), ENDED + EXITED(OTHER - 990));
}

/* --- /proc/PID/mem --- */

static void test_proc_mem(void)
{
	char *none = map_pages(2, PROT_NONE), buf[64] = "";
	pid_t pid, gone;
	char path[32];
	long fd, old;

	munmap(none + PAGE, PAGE);
	pid = free_child(waits);
	sniprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = sys(__NR_open, path, O_RDWR, 0);
	ok(fd >= 0, "mem of another");
	is(sys(__NR_pread64, fd, buf, 10, (unsigned long)words, 0), 10, "is read");
	ok(memcmp(buf, words, 10) == 0, "as its program has it");
	is(sys(__NR_pwrite64, fd, "A", 1, (unsigned long)words, 0), 1, "written where it may not");
	is(sys(__NR_pread64, fd, buf, 10, (unsigned long)words, 0), 10, "read again");
	ok(memcmp(buf, "A read-onl", 10) == 0 && words[0] == 'a', "a copy of its own");
	is(sys(__NR_pread64, fd, buf, 10, (unsigned long)none + PAGE, 0), -EIO, "nothing there");
	is(sys(__NR_pread64, fd, buf, 10, (unsigned long)none + PAGE - 4, 0), 4,
	   "as far as it goes");
	is(sys(__NR_pread64, fd, KERNEL_ADDRESS, 10, (unsigned long)words, 0), -EFAULT,
	   "no place for it");
	is(sys(__NR_lseek, fd, (long)(uintptr_t)words & 0x7fffffff, SEEK_SET),
	   (long)(uintptr_t)words & 0x7fffffff, "a place in it");
	is(sys(__NR_lseek, fd, 0, 2), -EINVAL, "it has no end");
	old = fd;
	end_of(pid);
	is(sys(__NR_pread64, old, buf, 10, (unsigned long)words, 0), 0,
	   "the end of the program is one");
	sys(__NR_close, old);
	gone = must_fork();
	if (gone == 0)
		_exit(0);
	sys(__NR_waitid, P_PID, gone, NULL, WEXITED | WNOWAIT, NULL);
	sniprintf(path, sizeof(path), "/proc/%d/mem", (int)gone);
	ok(sys(__NR_open, path, O_RDONLY, 0) != -EACCES, "a zombie has no memory");
	waitpid(gone, NULL, 0);
	munmap(none, PAGE);
}

/* --- what copies cost --- */

static long promised(void)
{
	return file_value("/proc/meminfo", "Committed_AS:") / 4;
}

/* Linux leaves them out; requirement oc-9. */
static void test_promised(void)
{
	const volatile char *page = (const volatile char *)((uintptr_t)words & ~(PAGE - 1));
	char *shared_page;
	long before;
	pid_t pid;

	if (!on_octavo()) {
		skip("copies that a debugger makes are promised: Octavo only");
		return;
	}
	shared_page = map_pages(4, PROT_READ);
	pid = traced_child(waits);
	before = promised();
	is(trace(POKEDATA, pid, page, 1), 0, "a page of the program");
	is(trace(POKEDATA, pid, page + 64, 1), 0, "twice");
	is(promised() - before, 1, "is promised once it is a copy (oc-9)");
	is(trace(POKEDATA, pid, shared_page + PAGE, 1), 0, "and one of nothing");
	is(trace(POKEDATA, pid, shared_page + 2 * PAGE - 2, 1), 0, "and with it its neighbour");
	is(promised() - before, 3, "so three");
	write_string("/proc/sys/vm/overcommit_kbytes", "4");
	write_string("/proc/sys/vm/overcommit_memory", "2");
	is(trace(POKEDATA, pid, shared_page + 3 * PAGE, 1), -EIO, "not more than there may be");
	write_string("/proc/sys/vm/overcommit_memory", "0");
	write_string("/proc/sys/vm/overcommit_ratio", "50");
	is(word_at(pid, shared_page + 3 * PAGE), 0, "which does nothing");
	end_of(pid);
	ok(promised() < before, "and given back with the program");
	munmap(shared_page, 4 * PAGE);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "user") == 0)
		return (int)sys(__NR_geteuid32) - 990;
	shared = map_shared(1);
	test_attach();
	test_spinning();
	test_seize();
	test_other_parent();
	test_chain();
	test_tracer_thread();
	test_errors();
	test_proc_mem();
	test_promised();
	if (may_do_all() && own_directory_enter("ptrace")) {
		in_user_child(test_users, "users trace their own");
		in_user_child(test_set_id, "set-user-ID programs are not traced as such");
		own_directory_leave();
	}
	return tap_done();
}
