/* SPDX-License-Identifier: MIT */
/*
 * POSIX threads and their process: signals to one and to all, ends, fork, execve and spawn, what
 * processes share, mutexes whose owner dies.
 */
#include "pthread_test.h"

static sem_t sem;

/* --- signals --- */

static atomic_int caught_by, caught_nr;

static void catch (int sig)
{
	(void)sig;
	caught_by = (int)syscall(SYS_gettid);
	caught_nr++;
}

static atomic_int tid_of_waiter, stop_waiting;

static void *wait_signal(void *arg)
{
	sigset_t set;

	if (arg != NULL) {
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	}
	tid_of_waiter = (int)syscall(SYS_gettid);
	while (!stop_waiting)
		sleep_ms(1);
	return NULL;
}

static void await_caught(int nr)
{
	for (int i = 0; i < 5000 && caught_nr < nr; i++)
		sleep_ms(1);
}

static void test_signals(void)
{
	struct sigaction act = {.sa_handler = catch};
	sigset_t set, old;
	pthread_t t;
	int tid;

	sigaction(SIGUSR1, &act, NULL);
	t = start(wait_signal, NULL);
	while (tid_of_waiter == 0)
		sched_yield();
	tid = tid_of_waiter;
	is(pthread_kill(t, SIGUSR1), 0, "a signal to a thread");
	await_caught(1);
	is(caught_by, tid, "is caught by that thread");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	kill(getpid(), SIGUSR1);
	await_caught(2);
	ok(caught_nr == 2 && caught_by == tid, "one to the process by one that does not block it");
	stop_waiting = 1;
	pthread_join(t, NULL);

	kill(getpid(), SIGUSR1);
	sigpending(&old);
	ok(caught_nr == 2 && sigismember(&old, SIGUSR1), "where all block it, it stays pending");
	stop_waiting = 0;
	tid_of_waiter = 0;
	t = start(wait_signal, &act);
	await_caught(3);
	stop_waiting = 1;
	pthread_join(t, NULL); /* which says who it is after it was caught, perhaps */
	is(caught_by, tid_of_waiter, "until a thread unblocks it");
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	is(caught_nr, 3, "nobody gets it twice");
}

static void *take_signals(void *arg)
{
	sigset_t set;
	int got = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	while (got < 10) {
		siginfo_t info;

		if (sigwaitinfo(&set, &info) != SIGUSR2 || info.si_value.sival_int != got)
			break;
		got++;
		sem_post(&sem);
	}
	*(int *)arg = got;
	return NULL;
}

static void test_sigwait(void)
{
	sigset_t set;
	pthread_t t;
	int got = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sem_init(&sem, 0, 0);
	t = start(take_signals, &got);
	for (int i = 0; i < 10; i++) {
		sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = i});
		while (sem_wait(&sem) != 0)
			;
	}
	pthread_join(t, NULL);
	is(got, 10, "a thread that waits for signals gets what all others block");
}

/* --- the end of the process, by any thread --- */

static void *sleep_long(void *arg)
{
	sleep_ms(100000);
	return arg;
}

static void *exit_3(void *arg)
{
	sleep_ms(2);
	_exit(3);
	return arg;
}

static void *crash(void *arg)
{
	sleep_ms(2);
	*(volatile char *)arg = 1;
	return arg;
}

static void *exec_echo(void *arg)
{
	char *const argv[] = {"pthreads", "code", NULL};

	sleep_ms(2);
	execve("/proc/thread-self/exe", argv, environ); /* of the first there may be none */
	_exit(99);
	return arg;
}

static void *exit_after_leader(void *arg)
{
	sleep_ms(20);
	_exit(5);
	return arg;
}

static int with_threads(void *(*last)(void *), int leader_leaves)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < 3; i++)
			start(sleep_long, NULL);
		start(last, NULL);
		if (leader_leaves)
			pthread_exit(NULL);
		sleep_ms(100000);
		_exit(98);
	}
	return pid < 0 ? -1 : child_status(pid);
}

/* Has the first thread of this process ended? */
static int leader_ended(void)
{
	char text[256] = "";
	const char *at;
	int fd = open("/proc/self/stat", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	at = n > 0 ? strrchr(text, ')') : NULL;
	return at != NULL && at[2] == 'Z';
}

/* Past the C library, which would end the process with its last thread. */
static void *leave(void *arg)
{
	while (!leader_ended())
		sleep_ms(1);
	syscall(SYS_exit, 6);
	return arg;
}

static void test_ends(void)
{
	pid_t pid;
	int status;

	is(with_threads(exit_3, 0), 3 << 8, "any thread ends the process");
	is(with_threads(crash, 0) & 0x7f, SIGSEGV, "so does one that crashes");
	is(with_threads(exec_echo, 0), 42 << 8, "execve by any thread leaves that one alone");
	is(with_threads(exec_echo, 1), 42 << 8, "where the first has ended, too");
	is(with_threads(exit_after_leader, 1), 5 << 8,
	   "a process ends with its last thread, not with its first");
	pid = fork();
	if (pid == 0) {
		start(leave, NULL);
		pthread_exit(NULL);
	}
	is(child_status(pid), 6 << 8, "where all leave, it ends as its last said");
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 3; i++)
			start(sleep_long, NULL);
		sleep_ms(100000);
	}
	sleep_ms(5);
	kill(pid, SIGSTOP);
	ok(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "a stop stops all");
	is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "  and is told once");
	kill(pid, SIGCONT);
	ok(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status), "all go on");
	kill(pid, SIGKILL);
	is(child_status(pid), SIGKILL, "SIGKILL ends all");
}

/* --- fork, spawn and files of a process with threads --- */

static void *fork_child(void *arg)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(syscall(SYS_gettid) == getpid() ? 9 : 1);
	*(int *)arg = child_status(pid);
	return NULL;
}

static void *wait_any(void *arg)
{
	*(int *)arg = waitpid(-1, NULL, 0);
	return NULL;
}

static void *spawn_child(void *arg)
{
	char *const argv[] = {"pthreads", "code", NULL};
	pid_t pid;

	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) == 0)
		*(int *)arg = child_status(pid);
	return NULL;
}

static void *open_file(void *arg)
{
	*(int *)arg = open("/proc/self/stat", O_RDONLY);
	return chdir("/proc") == 0 ? arg : NULL;
}

static void test_processes(void)
{
	int status = -1, fd = -1, who = 0;
	char path[32] = "";
	pthread_t t;
	pid_t pid;

	pthread_join(start(fork_child, &status), NULL);
	is(status, 9 << 8, "a thread forks: its child has one thread, and is waited for");
	status = -1;
	pthread_join(start(spawn_child, &status), NULL);
	is(status, 42 << 8, "posix_spawn from a thread");
	pid = fork();
	if (pid == 0) {
		sleep_ms(5);
		_exit(0);
	}
	t = start(wait_any, &who);
	pthread_join(t, NULL);
	is(who, pid, "a thread waits for a child of another");
	pthread_join(start(open_file, &fd), NULL);
	ok(fd >= 0 && fcntl(fd, F_GETFD) >= 0, "a descriptor of one thread is all threads'");
	ok(getcwd(path, sizeof(path)) != NULL && strcmp(path, "/proc") == 0, "so is the directory");
	close(fd);
	if (chdir("/") != 0)
		bail_out("chdir /");
}

/* --- robust mutexes, in memory of two processes --- */

static pthread_mutex_t *robust;

static void *lock_and_leave(void *arg)
{
	pthread_mutex_lock(robust);
	return arg;
}

static void test_robust(void)
{
	pthread_mutexattr_t attr;
	pid_t pid;
	int err;

	robust = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(robust, &attr);
	pthread_join(start(lock_and_leave, NULL), NULL);
	is(pthread_mutex_lock(robust), EOWNERDEAD, "a thread that ended had a robust mutex");
	pthread_mutex_consistent(robust);
	pthread_mutex_unlock(robust);
	is(pthread_mutex_lock(robust), 0, "it is made consistent");
	pthread_mutex_unlock(robust);
	pid = fork();
	if (pid == 0) {
		pthread_mutex_lock(robust);
		sleep_ms(20);
		kill(getpid(), SIGKILL);
	}
	sleep_ms(5);
	err = pthread_mutex_lock(robust); /* sleeps until the owner dies */
	is(err, EOWNERDEAD, "a process that was killed had it");
	is(child_status(pid), SIGKILL, "  it was");
	pthread_mutex_consistent(robust);
	pthread_mutex_unlock(robust);
}

/* --- processes share futexes in a file --- */

static void test_shared_file(void)
{
	int fd = open("/pthreads.shm", O_RDWR | O_CREAT, 0600);
	pid_t pid;
	sem_t *mine, *others;

	if (fd < 0 || ftruncate(fd, 8192) != 0) {
		skip("no file to map");
		return;
	}
	mine = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	others = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	sem_init((sem_t *)((char *)mine + 4096), 1, 0);
	sem_init(mine, 1, 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 50; i++) {
			while (sem_wait((sem_t *)((char *)others + 4096)) != 0)
				;
			sem_post(others);
		}
		_exit(0);
	}
	for (int i = 0; i < 50; i++) {
		sem_post((sem_t *)((char *)mine + 4096));
		while (sem_wait(mine) != 0)
			;
	}
	is(child_status(pid), 0, "semaphores in a file, mapped at two addresses by two processes");
	close(fd);
	unlink("/pthreads.shm");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) /* what exec and spawn start */
		return syscall(SYS_gettid) == getpid() ? 42 : 1;
	test_signals();
	test_sigwait();
	test_ends();
	test_processes();
	test_robust();
	test_shared_file();
	return tap_done();
}
