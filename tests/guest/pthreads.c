/* SPDX-License-Identifier: MIT */
/*
 * POSIX threads as a C library makes them of clone and futex: their birth and end, what they wait for,
 * what each has for itself, cancellation, times.
 */
#include "pthread_test.h"

#define NR_MANY 100

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

static long ms_since(clockid_t clock, const struct timespec *then)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
}

/* A busy host may stop a CPU while this thread has it: so some tries. */
static void test_times(void)
{
	struct timespec own, all;
	long thread_ms = 0, own_ms = 1000;

	for (int i = 0; i < 10 && own_ms >= 30; i++) {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &all);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &own);
		pthread_join(start(burn, &thread_ms), NULL);
		own_ms = ms_since(CLOCK_THREAD_CPUTIME_ID, &own);
	}
	ok(thread_ms >= 29 && thread_ms < 1000, "a thread's own time: %ld ms", thread_ms);
	ok(ms_since(CLOCK_PROCESS_CPUTIME_ID, &all) >= 30, "is the process's, after its end too");
	ok(own_ms < 30, "and not another thread's");
}

int main(void)
{
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
	test_times();
	return tap_done();
}
