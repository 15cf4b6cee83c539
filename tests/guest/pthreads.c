/* SPDX-License-Identifier: MIT */
/*
 * POSIX threads as a C library makes them of clone, futex and signals: this one source is linked with
 * glibc and with musl, both as Debian has them. It runs on Linux too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define sniprintf  snprintf
#define vsniprintf vsnprintf
#include "tap.h"

#define NR_MANY 100

extern char **environ;

/* With memory for it always; where allocations are made to fail the program ends as "nothing to do". */
static pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t t;
	int err = pthread_create(&t, NULL, fn, arg);

	if (err == EAGAIN || err == ENOMEM) {
		diag("no thread: %d", err);
		_exit(77);
	}
	if (err != 0)
		bail_out("pthread_create: %d", err);
	return t;
}

static void sleep_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

static int child_status(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* --- creation, identity, results --- */

static _Thread_local int local = 17;
static atomic_int counter;

static void *identity(void *arg)
{
	int *tid = arg;

	*tid = (int)syscall(SYS_gettid);
	local++;
	return (void *)(intptr_t)(getpid() + local);
}

static void test_create(void)
{
	int tid = 0;
	void *result;
	pthread_t t = start(identity, &tid);

	ok(pthread_join(t, &result) == 0, "a thread is joined");
	is((intptr_t)result, getpid() + 18, "it has the process's pid, and thread-local data");
	ok(tid > 0 && tid != getpid(), "and a thread id of its own");
	is(local, 17, "what is thread-local stays so");
	is(syscall(SYS_gettid), getpid(), "the first thread's id is the pid");
	for (int i = 0; i < 5000 && syscall(SYS_tgkill, getpid(), tid, 0) == 0; i++)
		sleep_ms(1); /* it has left its memory, and may not be gone yet */
	is(syscall(SYS_tgkill, getpid(), tid, 0), -1, "the thread is gone");
	is(errno, ESRCH, "  ESRCH");
}

static void *count_up(void *arg)
{
	static _Thread_local char block[4096];

	memset(block, (int)(intptr_t)arg, sizeof(block));
	sched_yield();
	for (unsigned i = 0; i < sizeof(block); i++)
		if (block[i] != (char)(intptr_t)arg)
			return NULL;
	atomic_fetch_add(&counter, 1);
	return arg;
}

static void test_many(void)
{
	pthread_t t[NR_MANY];
	int good = 0;

	for (intptr_t i = 0; i < NR_MANY; i++)
		t[i] = start(count_up, (void *)(i + 1));
	for (intptr_t i = 0; i < NR_MANY; i++) {
		void *result = NULL;

		pthread_join(t[i], &result);
		good += result == (void *)(i + 1);
	}
	is(good, NR_MANY, "100 threads at once, each with its result");
	is(counter, NR_MANY, "each has run");
	counter = 0;
	for (int i = 0; i < NR_MANY; i++)
		pthread_join(start(count_up, NULL), NULL);
	is(counter, NR_MANY, "100 threads, one after the other");
}

static void *count_detached(void *arg)
{
	pthread_detach(pthread_self());
	atomic_fetch_add(&counter, 1);
	return arg;
}

static void test_detached(void)
{
	counter = 0;
	for (int i = 0; i < 10; i++)
		start(count_detached, NULL);
	for (int i = 0; i < 5000 && counter < 10; i++)
		sleep_ms(1);
	is(counter, 10, "detached threads end by themselves");
}

/* --- mutexes, conditions, barriers, semaphores --- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t sem;
static long plain;

static void *add_plain(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		long was;

		pthread_mutex_lock(&mutex);
		was = plain;
		if (i % 64 == 0)
			sched_yield();
		plain = was + 1;
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void test_mutex(void)
{
	struct timespec when;
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		t[i] = start(add_plain, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	is(plain, 8000, "a mutex lets one in at a time");
	pthread_mutex_lock(&mutex);
	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_nsec += 20000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_nsec -= 1000000000;
		when.tv_sec++;
	}
	is(pthread_mutex_timedlock(&mutex, &when), ETIMEDOUT, "a wait for it ends in time");
	pthread_mutex_unlock(&mutex);
}

static int turn, ended;

static void *take_turns(void *arg)
{
	int me = (int)(intptr_t)arg;

	for (int i = 0; i < 200; i++) {
		pthread_mutex_lock(&mutex);
		while (turn % 3 != me)
			pthread_cond_wait(&cond, &mutex);
		turn++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	pthread_mutex_lock(&mutex);
	ended++;
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void test_condition(void)
{
	struct timespec when;
	pthread_condattr_t attr;
	pthread_cond_t by_monotonic;
	pthread_t t[3];
	int err;

	for (intptr_t i = 0; i < 3; i++)
		t[i] = start(take_turns, (void *)i);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	ok(turn == 600 && ended == 3, "three threads take turns by a condition");
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&by_monotonic, &attr);
	clock_gettime(CLOCK_MONOTONIC, &when);
	when.tv_sec += when.tv_nsec >= 980000000;
	when.tv_nsec = (when.tv_nsec + 20000000) % 1000000000;
	pthread_mutex_lock(&mutex);
	do {
		err = pthread_cond_timedwait(&by_monotonic, &mutex, &when);
	} while (err == 0);
	pthread_mutex_unlock(&mutex);
	is(err, ETIMEDOUT, "a wait for one ends by the monotonic clock");
	pthread_cond_destroy(&by_monotonic);
}

static atomic_int serial, passed;

static void *meet(void *arg)
{
	for (int i = 0; i < 50; i++) {
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			serial++;
		passed++;
		pthread_barrier_wait(&barrier);
		if (passed % 5 != 0)
			return NULL;
		pthread_barrier_wait(&barrier);
	}
	return arg;
}

static void test_barrier(void)
{
	pthread_t t[5];
	int good = 0;

	pthread_barrier_init(&barrier, NULL, 5);
	for (int i = 0; i < 5; i++)
		t[i] = start(meet, &good);
	for (int i = 0; i < 5; i++) {
		void *result;

		pthread_join(t[i], &result);
		good += result != NULL;
	}
	is(good, 5, "nobody passes a barrier before all are there");
	is(serial, 50, "one of them is told so each time");
}

static void *post(void *arg)
{
	for (int i = 0; i < 100; i++)
		sem_post(&sem);
	return arg;
}

static void test_semaphore(void)
{
	pthread_t t;
	int got = 0;

	sem_init(&sem, 0, 0);
	t = start(post, NULL);
	for (int i = 0; i < 100; i++)
		got += sem_wait(&sem) == 0;
	pthread_join(t, NULL);
	is(got, 100, "a semaphore gives as often as it was posted");
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static atomic_int readers, torn;
static int pair[2];

static void *read_pair(void *arg)
{
	for (int i = 0; i < 300; i++) {
		pthread_rwlock_rdlock(&rwlock);
		readers++;
		if (pair[0] != pair[1])
			torn++;
		pthread_rwlock_unlock(&rwlock);
	}
	return arg;
}

static void *write_pair(void *arg)
{
	for (int i = 0; i < 300; i++) {
		pthread_rwlock_wrlock(&rwlock);
		pair[0]++;
		if (i % 16 == 0)
			sched_yield();
		pair[1]++;
		pthread_rwlock_unlock(&rwlock);
	}
	return arg;
}

static void test_rwlock(void)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		t[i] = start(i < 2 ? read_pair : write_pair, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	ok(torn == 0 && readers == 600 && pair[1] == 600, "readers see no half of a write");
}

/* --- keys, once --- */

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_int destroyed, initialised;

static void destroy(void *value)
{
	destroyed += (int)(intptr_t)value;
}

static void initialise(void)
{
	initialised++;
}

static void *use_key(void *arg)
{
	pthread_once(&once, initialise);
	pthread_setspecific(key, arg);
	sched_yield();
	return pthread_getspecific(key);
}

static void test_keys(void)
{
	pthread_t t[3];
	intptr_t sum = 0;

	pthread_key_create(&key, destroy);
	for (intptr_t i = 1; i <= 3; i++)
		t[i - 1] = start(use_key, (void *)i);
	for (int i = 0; i < 3; i++) {
		void *result;

		pthread_join(t[i], &result);
		sum += (intptr_t)result;
	}
	ok(sum == 6 && destroyed == 6, "each thread has its value of a key, destroyed at its end");
	is(initialised, 1, "what is done once is done once");
}

/* --- cancellation --- */

static atomic_int cleaned, waiting;

static void clean(void *arg)
{
	cleaned += (int)(intptr_t)arg;
}

static void *wait_for_ever(void *arg)
{
	int fds[2];
	char c;

	pthread_cleanup_push(clean, (void *)3);
	if (pipe(fds) != 0)
		return arg;
	waiting++;
	if (read(fds[0], &c, 1) < 0) /* a point of cancellation */
		return arg;
	pthread_cleanup_pop(0);
	return arg;
}

static void *wait_condition(void *arg)
{
	static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
	static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

	pthread_cleanup_push(clean, (void *)4);
	pthread_mutex_lock(&m);
	waiting++;
	for (;;)
		pthread_cond_wait(&never, &m);
	pthread_cleanup_pop(0);
	return arg;
}

static void *spin(void *arg)
{
	volatile int forever = 1;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	waiting++;
	while (forever)
		;
	return arg;
}

static void test_cancel(void)
{
	static void *(*const kinds[])(void *) = {wait_for_ever, wait_condition, spin};
	static const char *const names[] = {"in read()", "at a condition", "anywhere"};
	void *result;

	for (int i = 0; i < 3; i++) {
		pthread_t t = start(kinds[i], NULL);

		while (waiting <= i)
			sched_yield();
		sleep_ms(2);
		pthread_cancel(t);
		pthread_join(t, &result);
		ok(result == PTHREAD_CANCELED, "a thread is cancelled %s", names[i]);
	}
	is(cleaned, 7, "what it had pushed was run");
}

/* --- signals --- */

static atomic_int caught_by, caught_nr;

static void catch(int sig)
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
	is(caught_by, tid_of_waiter, "until a thread unblocks it");
	pthread_join(t, NULL);
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

/* Past the C library, which would end the process with its last thread. */
static void *leave(void *arg)
{
	sleep_ms(5);
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

/* --- times --- */

static void *burn(void *arg)
{
	struct timespec t;
	struct rusage own;

	do {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	} while (t.tv_sec == 0 && t.tv_nsec < 30000000);
	getrusage(RUSAGE_THREAD, &own);
	*(long *)arg = own.ru_utime.tv_sec * 1000 + own.ru_stime.tv_sec * 1000 +
		       (own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1000;
	return NULL;
}

static void test_times(void)
{
	struct timespec own, all, later;
	long thread_ms = 0;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &all);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &own);
	pthread_join(start(burn, &thread_ms), NULL);
	ok(thread_ms >= 30 && thread_ms < 1000, "a thread's own time: %ld ms", thread_ms);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &later);
	ok((later.tv_sec - all.tv_sec) * 1000 + (later.tv_nsec - all.tv_nsec) / 1000000 >= 30,
	   "is the process's, after its end too");
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &later);
	ok((later.tv_sec - own.tv_sec) * 1000 + (later.tv_nsec - own.tv_nsec) / 1000000 < 30,
	   "and not another thread's");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) /* what exec and spawn start */
		return syscall(SYS_gettid) == getpid() ? 42 : 1;
	test_create();
	test_many();
	test_detached();
	test_mutex();
	test_condition();
	test_barrier();
	test_semaphore();
	test_rwlock();
	test_keys();
	test_cancel();
	test_signals();
	test_sigwait();
	test_ends();
	test_processes();
	test_robust();
	test_shared_file();
	test_times();
	return tap_done();
}
