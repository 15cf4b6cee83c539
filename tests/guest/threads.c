/* SPDX-License-Identifier: MIT */
/*
 * Threads as the kernel knows them: clone(2) by its flags, what a process's threads share and what each
 * has for itself, how they end, what others see of them. `threads exec` calls execve(2) by threads 300
 * times.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "thread.h"

#define NR_MANY 100

#define SIGUSR_QUEUED 40 /* a real-time signal: each that is sent is kept */

#define RLIMIT_NOFILE 7
#define PRIO_PROCESS  0

struct limit {
	unsigned cur, max;
};

static struct thread threads[NR_MANY];
static volatile int *shared; /* with children, too */

/* --- flags --- */

static void test_refused(void)
{
	static const struct {
		unsigned flags;
		int err;
		const char *what;
	} cases[] = {
		{CLONE_NEWNS | CLONE_FS | CLONE_THREAD, EINVAL, "a namespace of its own, shared"},
		{CLONE_NEWUSER | CLONE_FS | CLONE_SIGHAND, EINVAL, "users of its own, shared"},
		{CLONE_THREAD | CLONE_VM, EINVAL, "a thread without the handlers"},
		{CLONE_THREAD | CLONE_SIGHAND, EINVAL, "handlers without the memory"},
		{CLONE_SIGHAND | CLONE_FILES, EINVAL, "handlers without a thread or the memory"},
		{CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWUSER, EINVAL,
		 "a thread with users of its own"},
		{CLONE_PIDFD | CLONE_DETACHED, EINVAL, "a descriptor of what nobody waits for"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long pid = sys(__NR_clone, cases[i].flags, NULL, NULL, NULL, NULL);

		if (pid == 0)
			_exit(1);
		is(pid, -cases[i].err, "refused: %s", cases[i].what);
	}
}

/* --- ids --- */

static void start_waiting(int nr)
{
	for (int i = 0; i < nr; i++) {
		thread_start(&threads[i], wait_until_go, NULL);
		await(&threads[i].begun, 1);
	}
}

static int listed(const char *path, int number)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		n += number < 0 ? entry->d_name[0] != '.' : atoi(entry->d_name) == number;
	if (dir != NULL)
		closedir(dir);
	return n;
}

/* The number behind `name` in a file of lines like "Threads:	3"; -1. */
static int field(const char *path, const char *name)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	long n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *at;

	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	at = strstr(text, name);
	return at == NULL ? -1 : atoi(at + strlen(name));
}

static void test_ids(void)
{
	char path[64];
	struct stat st;
	int tid;

	start_waiting(2);
	tid = threads[1].begun;
	ok(tid != getpid() && tid != threads[0].begun, "threads have ids of their own");
	is(threads[1].tid, tid, "which the first is told");
	await_state(getpid(), tid, 'S');
	is(threads[1].result, getpid(), "and the pid of all");
	is(listed("/proc/self/task", -1), 3, "/proc/self/task lists three");
	is(listed("/proc/self/task", tid), 1, "that thread too");
	is(listed("/proc", tid), 0, "/proc does not");
	sniprintf(path, sizeof(path), "/proc/%d/status", tid);
	is(field(path, "Tgid:\t"), getpid(), "but there it is, if one asks");
	is(field(path, "\nPid:\t"), tid, "with its own id");
	is(field("/proc/self/status", "Threads:\t"), 3, "three threads, says the process");
	sniprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid);
	tid = open(path, O_WRONLY);
	ok(tid >= 0 && write(tid, "named", 5) == 5, "one may name another");
	close(tid);
	is(field(path, "name"), 0, "it has that name"); /* "d" is no number */
	is(field("/proc/self/comm", "named"), -1, "the first has its own");
	sniprintf(path, sizeof(path), "/proc/self/task/%d/task", threads[1].begun);
	is(stat(path, &st), -1, "a thread has no threads");
	let_go(threads, 2);
	await_gone(threads[0].begun);
	await_gone(threads[1].begun);
	is(listed("/proc/self/task", -1), 1, "when they have ended one is left");
	is(threads[1].tid, 0, "and the words of their ids are cleared");
}

static void test_calls_by_id(void)
{
	int tid;

	start_waiting(1);
	tid = threads[0].begun;
	is(sys(__NR_tgkill, getpid(), tid, 0), 0, "tgkill finds a thread");
	is(sys(__NR_tgkill, tid, tid, 0), -ESRCH, "of that process only");
	is(sys(__NR_tkill, tid, 0), 0, "tkill does");
	is(sys(__NR_kill, tid, 0), 0, "kill, by any id of the process");
	is(sys(__NR_setpgid, tid, 0), -EINVAL, "no thread is a process group");
	is(sys(__NR_getpgid, tid), getpgrp(), "it is in its process's");
	is(sys(__NR_getsid, tid), getsid(0), "and session");
	is(sys(__NR_wait4, tid, NULL, 0, NULL), -ECHILD, "nobody waits for a thread");
	is(sys(__NR_setpriority, PRIO_PROCESS, tid, 5), 0, "a thread is nice by itself");
	is(20 - sys(__NR_getpriority, PRIO_PROCESS, 0), 0, "the first is not");
	is(sys(__NR_prlimit64, tid, 0, NULL, NULL), 0, "a limit may be asked by it");
	let_go(threads, 1);
	await_gone(tid);
	is(sys(__NR_tkill, tid, 0), -ESRCH, "gone");
}

/* --- what is shared --- */

static void change_things(struct thread *t)
{
	struct limit limit = {99, 4096};

	t->result = sys(__NR_open, "/proc/version", O_RDONLY, 0);
	sys(__NR_chdir, "/proc");
	sys(__NR_umask, 0123);
	sys(__NR_setrlimit, RLIMIT_NOFILE, &limit);
}

static int new_process_changes(unsigned flags)
{
	static struct thread t;

	t.stack = t.stack != NULL ? t.stack : map_stack();
	t.fn = change_things;
	t.tid = 1;
	return (int)clone_at(CLONE_VM | flags | SIGCHLD, t.stack + STACK_BYTES, NULL, NULL,
			     thread_main, &t) > 0 &&
			       wait(NULL) > 0
		       ? (int)t.result
		       : -1;
}

static int in_proc(void)
{
	char path[32] = "";

	return getcwd(path, sizeof(path)) != NULL && strcmp(path, "/proc") == 0;
}

static void test_shared_things(void)
{
	struct limit limit;
	int fd;

	umask(022);
	thread_start(&threads[0], change_things, NULL);
	thread_join(&threads[0]);
	fd = (int)threads[0].result;
	ok(fd >= 0 && close(fd) == 0, "a descriptor that a thread opened");
	ok(in_proc(), "the directory that it went to");
	is(umask(022), 0123, "the mask that it set");
	sys(__NR_ugetrlimit, RLIMIT_NOFILE, &limit);
	is((long)limit.cur, 99, "and the limit");
	limit.cur = 1024;
	sys(__NR_setrlimit, RLIMIT_NOFILE, &limit);
	chdir("/");
	fd = new_process_changes(CLONE_FILES);
	ok(fd >= 0 && close(fd) == 0, "a process that shares the descriptors");
	ok(!in_proc() && umask(022) == 022, "alone");
	sys(__NR_ugetrlimit, RLIMIT_NOFILE, &limit);
	is((long)limit.cur, 1024, "its limits are its own");
	fd = new_process_changes(CLONE_FS);
	ok(fd >= 0 && close(fd) < 0, "one that shares no descriptors");
	ok(in_proc() && umask(022) == 0123, "but the directory and the mask");
	chdir("/");
}

/* A reader sleeps in a pipe whose descriptor another thread closes: the file stays until it wakes. */
static int ends[2];

static void read_pipe(struct thread *t)
{
	char c;

	t->result = sys(__NR_read, ends[0], &c, 1);
}

static void test_closed_under_reader(void)
{
	if (pipe(ends) != 0)
		bail_out("pipe");
	thread_start(&threads[0], read_pipe, NULL);
	await(&threads[0].begun, 1);
	await_state(getpid(), threads[0].begun, 'S');
	close(ends[0]);
	is(write(ends[1], "x", 1), 1,
	   "a pipe is still read by a thread whose descriptor was closed");
	thread_join(&threads[0]);
	is(threads[0].result, 1, "it got the byte");
	close(ends[1]);
}

/* --- ends --- */

static void end_process(struct thread *t)
{
	(void)t;
	sys(__NR_exit_group, 300);
}

static void wait_long(struct thread *t)
{
	(void)t;
	for (;;)
		sys(__NR_pause);
}

static void spin(struct thread *t)
{
	for (;;)
		t->result++;
}

static int end_by_thread(void *arg)
{
	(void)arg;
	thread_start(&threads[0], wait_long, NULL);
	thread_start(&threads[1], spin, NULL);
	thread_start(&threads[2], end_process, NULL);
	wait_long(NULL);
	return 1;
}

static void exit_late(struct thread *t)
{
	(void)t;
	await(&shared[0], 1);
	sys(__NR_exit, 9);
}

static int leader_ends(void *arg)
{
	(void)arg;
	thread_start(&threads[0], exit_late, NULL);
	return (int)sys(__NR_exit, 5);
}

static void test_leader_ends(void)
{
	int status = -1;
	pid_t pid = must_start(leader_ends, NULL);

	ok(await_state(pid, pid, 'Z'), "a process's first thread has ended");
	is(waitpid(pid, &status, WNOHANG), 0, "the process has not");
	is(kill(pid, 0), 0, "it is there");
	shared[0] = 1;
	is(waitpid(pid, &status, 0), pid, "now it has");
	is(status, EXITED(9), "as the last thread said");
	shared[0] = 0;
}

static void kill_self(struct thread *t)
{
	(void)t;
	sys(__NR_kill, sys(__NR_getpid), SIGTERM);
	wait_long(t);
}

static int killed_by_thread(void *arg)
{
	sigset_t set;

	(void)arg;
	thread_start(&threads[0], kill_self, NULL);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL); /* the thread blocks nothing: it is the one */
	for (;;)
		sys(__NR_pause);
	return 1;
}

static void test_ends(void)
{
	is(in_child(end_by_thread, NULL), EXITED(300 & 0xff), "exit_group by a thread");
	is(in_child(killed_by_thread, NULL), KILLED(SIGTERM), "a signal that kills by any thread");
	test_leader_ends();
}

/* --- execve --- */

static volatile int leader_is_to_end;

/* What is sent to the first thread when it has ended is dropped: nobody has it behind execve. */
static void signal_ended_leader(void)
{
	int pid = (int)sys(__NR_getpid);

	await_state(pid, pid, 'Z');
	for (int i = 0; i < 10; i++)
		sys(__NR_tkill, pid, SIGUSR_QUEUED);
}

static void exec_self(struct thread *t)
{
	const char *argv[] = {"threads", t->arg, NULL};
	const char *envp[] = {NULL};

	if (leader_is_to_end)
		signal_ended_leader();
	sys(__NR_execve, "/proc/thread-self/exe", argv, envp);
	sys(__NR_exit_group, 77);
}

/* After exec: `what` says what is to be seen; the exit code is 42 if all is. */
static int after_exec(const char *what)
{
	int child = atoi(what);

	if (sys(__NR_gettid) != getpid() || listed("/proc/self/task", -1) != 1)
		return 1;
	if (getpgrp() != getpid() || getsid(0) == getpid())
		return 2;
	if (child != 0 && waitpid(child, NULL, 0) != child)
		return 3;
	return getppid() > 1 ? 42 : 4;
}

static int do_nothing(void *arg)
{
	(void)arg;
	return 0;
}

static int exec_from_thread(void *leader_ends)
{
	static char number[16];
	pid_t child;

	setpgid(0, 0);
	child = start_child(do_nothing, NULL);
	sniprintf(number, sizeof(number), "%d", (int)child);
	thread_start(&threads[1], wait_long, NULL);
	thread_start(&threads[2], spin, NULL);
	leader_is_to_end = leader_ends != NULL;
	thread_start(&threads[0], exec_self, number);
	if (leader_ends != NULL)
		sys(__NR_exit, 3);
	wait_long(NULL);
	return 1;
}

static int exec_fails(void *arg)
{
	const char *argv[] = {"x", NULL};

	(void)arg;
	start_waiting(2);
	if (sys(__NR_execve, "/nothing", argv, argv) != -ENOENT)
		return 1;
	let_go(threads, 2);
	return 42;
}

/* It shares its descriptors with us; after execve it closes its own. */
static int exec_with_shared_files(void)
{
	static struct thread t;
	int fd = open("/proc/version", O_RDONLY | O_CLOEXEC), status = -1;

	leader_is_to_end = 0;
	t.stack = map_stack();
	t.fn = exec_self;
	t.arg = (void *)(uintptr_t) "files";
	if (clone_at(CLONE_VM | CLONE_FILES | SIGCHLD, t.stack + STACK_BYTES, NULL, NULL,
		     thread_main, &t) < 0 ||
	    wait(&status) < 0 || status != EXITED(43))
		return 0;
	return close(fd) == 0;
}

static void dup_often(struct thread *t)
{
	for (;;) {
		t->result = sys(__NR_dup, 0);
		if (t->result > 0)
			shared[0] = (int)t->result;
	}
}

/* The descriptors from that of the argument on: the last one that is open is written there. */
static int after_dups(const char *argument)
{
	int to = atoi(argument), last = to;

	while (fcntl(last + 1, F_GETFD) >= 0)
		last++;
	return write(to, &last, sizeof(last)) == sizeof(last) ? 42 : 1;
}

static int exec_beside_dups(void *to)
{
	static const struct limit many = {4096, 4096};
	static char number[16];
	const char *argv[] = {"threads", "dups", number, NULL};
	const char *envp[] = {NULL};

	sniprintf(number, sizeof(number), "%d", *(int *)to);
	sys(__NR_setrlimit, RLIMIT_NOFILE, &many);
	thread_start(&threads[0], dup_often, NULL);
	await(shared, 1);
	sys(__NR_execve, "/proc/self/exe", argv, envp);
	return 1;
}

static void test_exec_descriptors(void)
{
	int ended = 0, missed = 0;

	if (pipe(ends) != 0)
		bail_out("pipe");
	for (int i = 0; i < 20; i++) {
		int last = -1;

		shared[0] = 0;
		if (in_child(exec_beside_dups, &ends[1]) != EXITED(42))
			continue;
		ended++;
		missed += read(ends[0], &last, sizeof(last)) != sizeof(last) || last < shared[0];
	}
	is(ended, 20, "execve beside a thread that opens files");
	is(missed, 0, "has all that it opened until it ended");
	close(ends[0]);
	close(ends[1]);
	shared[0] = 0;
}

static void test_exec(void)
{
	is(in_child(exec_from_thread, NULL), EXITED(42), "execve by a thread: the process stays");
	is(in_child(exec_from_thread, threads), EXITED(42),
	   "where its first thread has ended, too");
	is(in_child(exec_fails, NULL), EXITED(42), "an execve that fails ends nobody");
	ok(exec_with_shared_files(), "what execve closes it closes for itself");
}

/* --- many, and what happens at the same time --- */

static void churn(struct thread *t)
{
	uint32_t seed = (uint32_t)t->begun;

	for (int i = 0; i < 30; i++) {
		unsigned long pages = 1 + next_random(&seed) % 8;
		char *p = (char *)sys(__NR_mmap2, NULL, pages * PAGE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if ((unsigned long)p >= -PAGE)
			continue;
		for (unsigned long j = 0; j < pages; j++)
			p[j * PAGE] = (char)i;
		if (next_random(&seed) % 4 == 0)
			sys(__NR_sched_yield);
		for (unsigned long j = 0; j < pages; j++)
			if (p[j * PAGE] != (char)i)
				t->result = -2;
		sys(__NR_munmap, p, pages * PAGE);
	}
	if (t->result == -1)
		t->result = 0;
}

static void test_many(void)
{
	int good = 0, started = 0;

	for (; started < NR_MANY; started++)
		if (thread_try(&threads[started], churn, NULL) < 0)
			break;
	is(started, NR_MANY, "100 threads");
	for (int i = 0; i < started; i++) {
		thread_join(&threads[i]);
		good += threads[i].result == 0;
	}
	is(good, started, "map, touch and unmap in one address space");
}

static void fork_often(struct thread *t)
{
	t->result = 0;
	for (int i = 0; i < 5; i++) {
		pid_t pid = start_child(do_nothing, NULL);

		if (pid < 0 || sys(__NR_wait4, pid, NULL, 0, NULL) != pid)
			t->result++;
	}
}

static void test_forks(void)
{
	int bad = 0;

	for (int i = 0; i < 8; i++)
		thread_start(&threads[i], i % 2 == 0 ? fork_often : churn, NULL);
	for (int i = 0; i < 8; i++) {
		thread_join(&threads[i]);
		bad += threads[i].result != 0;
	}
	is(bad, 0, "threads fork and wait while others change the memory");
}

/* Processes of threads end in every order: all at once, by exit_group, killed. */
static int die_somehow(void *arg)
{
	int how = *(int *)arg;

	for (int i = 0; i < 6; i++)
		thread_start(&threads[i], how & 1 ? churn : spin, NULL);
	if (how & 2)
		sys(__NR_exit, 0);
	if (how & 4)
		kill(getpid(), SIGKILL);
	return 0;
}

static void test_deaths(void)
{
	int odd = 0;

	for (int how = 0; how < 8; how++) {
		int status;

		if ((how & 3) == 2) /* nobody would end it */
			continue;
		status = in_child(die_somehow, &how);
		odd += status != 0 && !((how & 4) && status == KILLED(SIGKILL));
	}
	is(odd, 0, "processes with threads end in many ways");
}

/* --- a sleep by the process's CPU time --- */

static volatile int slept;

static void run_meanwhile(struct thread *t)
{
	(void)t;
	while (!slept)
		;
}

static void test_sleep_by_cpu_time(void)
{
	const int32_t t[2] = {0, 50000000};
	int32_t before[2] = {0, 0}, after[2] = {0, 0};
	static struct thread thread;

	thread_start(&thread, run_meanwhile, NULL);
	sys(__NR_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, before);
	is(sys(__NR_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, t, NULL), 0,
	   "who sleeps by the process's CPU time wakes beside a thread that runs");
	sys(__NR_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, after);
	slept = 1;
	thread_join(&thread);
	ok((after[0] - before[0]) * 1000000000LL + after[1] - before[1] >= t[1], "not early");
}

static void touch_and_sleep(struct thread *t)
{
	volatile char *p = t->arg;

	for (unsigned long i = 0; i < 32; i++)
		p[i * PAGE] = 1;
	sleep_ms(1);
}

/* What a thread has done is its process's, also when it has gone. getrusage(2) */
static void test_counts(void)
{
	static struct thread worker;
	int32_t before[18], after[18];

	sys(__NR_getrusage, 0, before);
	for (int i = 0; i < 4; i++) {
		char *p = map_pages(32, PROT_READ | PROT_WRITE);

		thread_start(&worker, touch_and_sleep, p);
		thread_join(&worker);
		munmap(p, 32 * PAGE);
	}
	sys(__NR_getrusage, 0, after);
	ok(!on_octavo() || !HAS_PAGES || after[8] - before[8] >= 4 * 32, "faults of threads: %d",
	   (int)(after[8] - before[8]));
	ok(after[16] - before[16] >= 4, "and when they slept: %d", (int)(after[16] - before[16]));
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "files") == 0)
		return 43;
	if (argc > 2)
		return after_dups(argv[2]);
	if (argc > 1 && strcmp(argv[1], "exec") != 0)
		return after_exec(argv[1]);
	shared = map_shared(1);
	for (int i = 0; argc > 1 && i < 300; i++)
		test_exec();
	if (argc > 1)
		return tap_done();
	test_refused();
	test_ids();
	test_calls_by_id();
	test_shared_things();
	test_closed_under_reader();
	test_ends();
	test_exec();
	test_exec_descriptors();
	test_many();
	test_forks();
	test_deaths();
	test_sleep_by_cpu_time();
	test_counts();
	return tap_done();
}
