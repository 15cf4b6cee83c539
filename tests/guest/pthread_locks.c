/* SPDX-License-Identifier: MIT */
/*
 * POSIX threads' locks of every kind, waits that end in time, and what surrounds them: attributes,
 * cancellation while waiting, fork while others allocate. Between processes, too.
 */
#include "pthread_test.h"

#include <sched.h>
#include <sys/utsname.h>

static int on_octavo(void)
{
	struct utsname names;

	return uname(&names) == 0 && strncmp(names.version, "Octavo", 6) == 0;
}

/* Now and some milliseconds by that clock. */
static struct timespec after_ms(clockid_t clock, long ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

static int run(void *(*fn)(void *), void *arg)
{
	void *result;

	pthread_join(start(fn, arg), &result);
	return (int)(intptr_t)result;
}

/* --- mutexes of every kind --- */

static void init_mutex(pthread_mutex_t *m, int type, int robust, int pshared)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, type);
	pthread_mutexattr_setrobust(&attr, robust);
	pthread_mutexattr_setpshared(&attr, pshared);
	if (pthread_mutex_init(m, &attr) != 0)
		bail_out("pthread_mutex_init");
	pthread_mutexattr_destroy(&attr);
}

static void *try_lock(void *m)
{
	int err = pthread_mutex_trylock(m);

	if (err == 0)
		pthread_mutex_unlock(m);
	return (void *)(intptr_t)err;
}

static void *unlock_foreign(void *m)
{
	return (void *)(intptr_t)pthread_mutex_unlock(m);
}

static void test_kinds(void)
{
	pthread_mutex_t m;

	init_mutex(&m, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
	ok(pthread_mutex_lock(&m) == 0 && pthread_mutex_lock(&m) == 0 &&
		   pthread_mutex_trylock(&m) == 0,
	   "recursive: its owner takes it again");
	pthread_mutex_unlock(&m);
	pthread_mutex_unlock(&m);
	is(run(try_lock, &m), EBUSY, "another does not get it while one is left");
	is(run(unlock_foreign, &m), EPERM, "nor may let go of it");
	pthread_mutex_unlock(&m);
	is(run(try_lock, &m), 0, "after the last it does");
	is(pthread_mutex_unlock(&m), EPERM, "nobody's can be let go of by nobody");
	pthread_mutex_destroy(&m);

	init_mutex(&m, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
	pthread_mutex_lock(&m);
	is(pthread_mutex_lock(&m), EDEADLK, "error-checking: its owner is told");
	is(pthread_mutex_trylock(&m), EBUSY, "  by trylock that it is busy");
	is(run(unlock_foreign, &m), EPERM, "  another may not let go of it");
	is(pthread_mutex_unlock(&m), 0, "  it may");
	is(pthread_mutex_unlock(&m), EPERM, "  once");
	pthread_mutex_destroy(&m);
}

static void *lock_and_end(void *m)
{
	pthread_mutex_lock(m);
	return NULL;
}

static void test_robust(void)
{
	static const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE,
				    PTHREAD_MUTEX_ERRORCHECK};
	pthread_mutex_t m[8];
	int told = 0;

	for (int i = 0; i < 3; i++) {
		init_mutex(&m[0], types[i], PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE);
		run(lock_and_end, &m[0]);
		told += pthread_mutex_trylock(&m[0]) == EOWNERDEAD;
		pthread_mutex_consistent(&m[0]);
		pthread_mutex_unlock(&m[0]);
		told += run(try_lock, &m[0]) == 0;
		pthread_mutex_destroy(&m[0]);
	}
	is(told, 6, "robust ones of every kind: the next is told, and makes it whole");
	init_mutex(&m[0], PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE);
	run(lock_and_end, &m[0]);
	is(pthread_mutex_lock(&m[0]), EOWNERDEAD, "who does not make it whole");
	pthread_mutex_unlock(&m[0]);
	is(pthread_mutex_lock(&m[0]), ENOTRECOVERABLE, "leaves it lost");
	pthread_mutex_destroy(&m[0]);
}

/* Lending priority is not there: the C libraries ask the kernel, and say so. */
static void test_lent_priority(void)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t m;
	int err;

	pthread_mutexattr_init(&attr);
	err = pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	if (err == 0)
		err = pthread_mutex_init(&m, &attr);
	if (on_octavo()) /* as glibc says it, and musl */
		ok(err == ENOTSUP || err == ENOSYS, "no mutex lends priority");
	else
		is(err, 0, "a mutex that lends priority");
}

/* --- waits that end in time --- */

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static sem_t go, here;

static void *wait_mutex(void *arg)
{
	struct timespec when = after_ms(CLOCK_REALTIME, 20);

	(void)arg;
	return (void *)(intptr_t)pthread_mutex_timedlock(&held, &when);
}

static void *wait_read(void *arg)
{
	struct timespec when = after_ms(CLOCK_REALTIME, 20);

	(void)arg;
	return (void *)(intptr_t)pthread_rwlock_timedrdlock(&rw, &when);
}

static void *wait_write(void *arg)
{
	struct timespec when = after_ms(CLOCK_REALTIME, 20);

	(void)arg;
	return (void *)(intptr_t)pthread_rwlock_timedwrlock(&rw, &when);
}

static void *await_go(void *arg)
{
	sem_post(&here);
	while (sem_wait(&go) != 0)
		;
	return arg;
}

static void test_times(void)
{
	struct timespec when = after_ms(CLOCK_REALTIME, 20), now;
	pthread_t t;
	sem_t none;
	int err;

	pthread_mutex_lock(&held);
	is(run(wait_mutex, NULL), ETIMEDOUT, "for a mutex");
	pthread_mutex_unlock(&held);
	pthread_rwlock_wrlock(&rw);
	is(run(wait_read, NULL), ETIMEDOUT, "to read what another writes");
	is(run(wait_write, NULL), ETIMEDOUT, "to write, too");
	pthread_rwlock_unlock(&rw);
	pthread_rwlock_rdlock(&rw);
	is(run(wait_write, NULL), ETIMEDOUT, "to write what another reads");
	is(run(wait_read, NULL), 0, "to read it: at once");
	pthread_rwlock_unlock(&rw);
	sem_init(&none, 0, 0);
	err = sem_timedwait(&none, &when);
	clock_gettime(CLOCK_REALTIME, &now);
	ok(err == -1 && errno == ETIMEDOUT &&
		   (now.tv_sec > when.tv_sec ||
		    (now.tv_sec == when.tv_sec && now.tv_nsec >= when.tv_nsec)),
	   "for a semaphore, not too early");
	when.tv_nsec = 1000000000;
	ok(sem_timedwait(&none, &when) == -1 && errno == EINVAL, "until a time that is none");
	sem_init(&go, 0, 0);
	sem_init(&here, 0, 0);
	t = start(await_go, &t);
	is(pthread_tryjoin_np(t, NULL), EBUSY, "a thread that runs is not joined");
	when = after_ms(CLOCK_REALTIME, 20);
	is(pthread_timedjoin_np(t, NULL, &when), ETIMEDOUT, "  nor by waiting for a while");
	sem_post(&go);
	when = after_ms(CLOCK_REALTIME, 60000);
	is(pthread_timedjoin_np(t, NULL, &when), 0, "  until it ends");
}

/* --- spin locks, attributes, names, processors --- */

static pthread_spinlock_t spin;
static long plain;
static atomic_int stop;

static void *add_plain(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		pthread_spin_lock(&spin);
		plain++;
		pthread_spin_unlock(&spin);
	}
	return arg;
}

static void *where_is_stack(void *arg)
{
	char here_now;

	*(uintptr_t *)arg = (uintptr_t)&here_now;
	return NULL;
}

static int deeper(int depth)
{
	volatile char big[500];

	big[0] = (char)depth;
	return stop ? depth : deeper(depth + 1) + big[0];
}

static void *overflow(void *arg)
{
	(void)arg;
	return (void *)(intptr_t)deeper(0);
}

static void *name_oneself(void *arg)
{
	char path[64], text[32] = "";
	cpu_set_t set;
	int fd;

	(void)arg;
	pthread_setname_np(pthread_self(), "a thread's");
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", (int)syscall(SYS_gettid));
	fd = open(path, O_RDONLY);
	if (read(fd, text, sizeof(text) - 1) <= 0 || strcmp(text, "a thread's\n") != 0)
		return (void *)1;
	close(fd);
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set) != 0 || sched_getcpu() != 0)
		return (void *)2;
	return NULL;
}

static void test_attributes(void)
{
	static char stack[65536] __attribute__((aligned(4096)));
	pthread_attr_t attr;
	uintptr_t where = 0;
	pthread_t t[4];
	pid_t pid;
	size_t size;

	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	for (int i = 0; i < 4; i++)
		t[i] = start(add_plain, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	is(plain, 4000, "a spin lock lets one in at a time");
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack, sizeof(stack));
	ok(pthread_create(&t[0], &attr, where_is_stack, &where) == 0 &&
		   pthread_join(t[0], NULL) == 0 && where >= (uintptr_t)stack &&
		   where < (uintptr_t)stack + sizeof(stack),
	   "a thread runs on a stack that it was given");
	pthread_attr_destroy(&attr);
	ok(pthread_getattr_np(pthread_self(), &attr) == 0 &&
		   pthread_attr_getstacksize(&attr, &size) == 0 && size >= 4096,
	   "the first thread's stack has a size");
	pthread_attr_destroy(&attr);
	pid = fork();
	if (pid == 0) {
		run(overflow, NULL);
		_exit(0);
	}
	is(child_status(pid) & 0x7f, SIGSEGV, "below a thread's stack is a guard");
	is(run(name_oneself, NULL), 0, "a thread has a name and CPUs of its own");
}

/* --- cancellation --- */

static atomic_int cleaned;

static void clean(void *arg)
{
	cleaned += (int)(intptr_t)arg;
}

static void *cancelled_sleep(void *arg)
{
	pthread_cleanup_push(clean, (void *)1);
	sem_post(&here);
	sleep_ms(100000);
	pthread_cleanup_pop(0);
	return arg;
}

static void *cancelled_semaphore(void *arg)
{
	pthread_cleanup_push(clean, (void *)2);
	sem_post(&here);
	while (sem_wait(&go) != 0)
		;
	pthread_cleanup_pop(0);
	return arg;
}

static void *cancelled_join(void *arg)
{
	pthread_cleanup_push(clean, (void *)4);
	sem_post(&here);
	pthread_join(*(pthread_t *)arg, NULL);
	pthread_cleanup_pop(0);
	return arg;
}

static void *not_cancelled(void *arg)
{
	int old;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	sem_post(&here);
	while (sem_wait(&go) != 0)
		;
	cleaned += 8;
	pthread_setcancelstate(old, NULL);
	pthread_testcancel();
	return arg;
}

static int cancel(void *(*fn)(void *), void *arg, int let_go)
{
	pthread_t t = start(fn, arg);
	void *result = NULL;

	while (sem_wait(&here) != 0)
		;
	sleep_ms(2);
	pthread_cancel(t);
	if (let_go) {
		sleep_ms(2);
		sem_post(&go);
	}
	pthread_join(t, &result);
	return result == PTHREAD_CANCELED;
}

static void test_cancel(void)
{
	pthread_t other;

	sem_init(&go, 0, 0);
	sem_init(&here, 0, 0);
	ok(cancel(cancelled_sleep, &here, 0), "in a sleep");
	ok(cancel(cancelled_semaphore, &here, 0), "at a semaphore");
	other = start(await_go, NULL);
	while (sem_wait(&here) != 0)
		;
	ok(cancel(cancelled_join, &other, 0), "in a join");
	sem_post(&go);
	pthread_join(other, NULL);
	ok(cancel(not_cancelled, &here, 1) && cleaned == 15, "where it is put off: later");
}

/* --- fork beside other threads --- */

#define NR_FORKS 10

static atomic_int prepared, in_parent, in_child;

static void prepare(void)
{
	prepared++;
}

static void parent(void)
{
	in_parent++;
}

static void child(void)
{
	in_child++;
}

static void *allocate(void *arg)
{
	while (!stop) {
		char *p[16];

		for (int i = 0; i < 16; i++)
			p[i] = malloc((size_t)(i + 1) * 97);
		for (int i = 0; i < 16; i++)
			free(p[i]);
		sched_yield(); /* what it held it would hold again */
	}
	return arg;
}

static void test_fork(void)
{
	pthread_t t[3];
	int good = 0;

	pthread_atfork(prepare, parent, child);
	for (int i = 0; i < 3; i++)
		t[i] = start(allocate, NULL);
	for (int i = 0; i < NR_FORKS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			char *p = malloc(5000);

			/* the others are not here, and what they held has been let go */
			_exit(p != NULL && in_child == 1 && run(try_lock, &held) == 0 ? 3 : 1);
		}
		good += child_status(pid) == 3 << 8;
		sched_yield();
	}
	stop = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	is(good, NR_FORKS, "a child may allocate, and make threads, whatever others did");
	ok(prepared == NR_FORKS && in_parent == NR_FORKS && in_child == 0, "handlers of fork ran");
}

/* --- two processes --- */

static struct both {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_barrier_t barrier;
	pthread_rwlock_t rw;
	int turn, sum;
} * both;

static void *play(void *arg)
{
	int me = (int)(intptr_t)arg;

	for (int i = 0; i < 50; i++) {
		pthread_mutex_lock(&both->mutex);
		while (both->turn % 2 != me)
			pthread_cond_wait(&both->cond, &both->mutex);
		both->turn++;
		pthread_cond_signal(&both->cond);
		pthread_mutex_unlock(&both->mutex);
	}
	for (int i = 0; i < 50; i++) {
		pthread_rwlock_wrlock(&both->rw);
		both->sum++;
		pthread_rwlock_unlock(&both->rw);
		pthread_barrier_wait(&both->barrier);
		pthread_rwlock_rdlock(&both->rw);
		if (both->sum != 2 * (i + 1))
			both->turn = -1000;
		pthread_rwlock_unlock(&both->rw);
		pthread_barrier_wait(&both->barrier);
	}
	return NULL;
}

static void test_processes(void)
{
	pthread_condattr_t cond;
	pthread_barrierattr_t barrier;
	pthread_rwlockattr_t rwlock;
	pid_t pid;

	both = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	init_mutex(&both->mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED,
		   PTHREAD_PROCESS_SHARED);
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&both->cond, &cond);
	pthread_barrierattr_init(&barrier);
	pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&both->barrier, &barrier, 2);
	pthread_rwlockattr_init(&rwlock);
	pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(&both->rw, &rwlock);
	pid = fork();
	if (pid == 0) {
		play((void *)1);
		_exit(0);
	}
	run(play, (void *)0);
	is(child_status(pid), 0, "two processes take turns, and meet");
	ok(both->turn == 100 && both->sum == 100, "each had its turns");
}

int main(void)
{
	test_kinds();
	test_robust();
	test_lent_priority();
	test_times();
	test_attributes();
	test_cancel();
	test_fork();
	test_processes();
	return tap_done();
}
