/* SPDX-License-Identifier: MIT */
/* ktest_locks.c - mutexes, read/write semaphores and spinlocks under contention. */
#include <octavo/ktest.h>
#include <octavo/mutex.h>
#include <octavo/rwsem.h>
#include <octavo/sched.h>
#include <octavo/time.h>

#define THREADS 6
#define ROUNDS  100

static struct mutex mutex = MUTEX_INIT(mutex, tty_mutex);
static struct rwsem sem = RWSEM_INIT(sem, mmap_sem);
static spinlock_t spin = SPINLOCK_INIT(files_lock);
static volatile u32 counter, other;
static volatile u32 order[8], nr_order;
static volatile bool torn;

static int count_under_mutex(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < ROUNDS; i++) {
		u32 seen;

		mutex_lock(&mutex);
		seen = counter;
		if (i % 4 == 0)
			sched_yield_cpu();
		counter = seen + 1;
		mutex_unlock(&mutex);
	}
	return 0;
}

KTEST(mutex_excludes, "")
{
	counter = 0;
	for (unsigned i = 0; i < THREADS; i++)
		ktest_spawn(count_under_mutex, NULL);
	ktest_join();
	KTEST_OK(counter == THREADS * ROUNDS, "no increment was lost");
	KTEST_OK(mutex.locked == MUTEX_FREE, "the mutex is free at the end");
}

static int note_under_mutex(void *arg)
{
	mutex_lock(&mutex);
	order[nr_order++] = (u32)(uintptr_t)arg;
	mutex_unlock(&mutex);
	return 0;
}

KTEST(mutex_first_come_first_served, "")
{
	nr_order = 0;
	mutex_lock(&mutex);
	for (u32 i = 0; i < 4; i++) {
		ktest_spawn(note_under_mutex, (void *)(uintptr_t)i);
		ktest_sleep_ms(1); /* it waits now */
	}
	KTEST_OK(!mutex_trylock(&mutex), "a held mutex is refused to trylock");
	mutex_unlock(&mutex);
	KTEST_OK(!mutex_trylock(&mutex), "a mutex that was handed over is not free");
	ktest_join();
	for (u32 i = 0; i < 4; i++)
		KTEST_OK(order[i] == i, "waiters have it in the order in which they came");
	KTEST_OK(mutex_trylock(&mutex), "a free mutex is granted to trylock");
	__acquire(&mutex);
	mutex_unlock(&mutex);
}

static int count_under_spinlock(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 20 * ROUNDS; i++) {
		spin_lock(&spin);
		counter = counter + 1;
		spin_unlock(&spin);
	}
	return 0;
}

KTEST(spinlock_excludes, "")
{
	counter = 0;
	for (unsigned i = 0; i < THREADS; i++)
		ktest_spawn(count_under_spinlock, NULL);
	ktest_join();
	KTEST_OK(counter == THREADS * 20 * ROUNDS, "no increment was lost");
}

static int read_pair(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < ROUNDS; i++) {
		rwsem_down_read(&sem);
		if (counter != other)
			torn = true;
		if (i % 4 == 0)
			sched_yield_cpu();
		if (counter != other)
			torn = true;
		rwsem_up_read(&sem);
	}
	return 0;
}

static int write_pair(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < ROUNDS; i++) {
		rwsem_down_write(&sem);
		counter = counter + 1;
		sched_yield_cpu();
		other = other + 1;
		rwsem_up_write(&sem);
	}
	return 0;
}

KTEST(rwsem_excludes, "")
{
	counter = other = 0;
	torn = false;
	for (unsigned i = 0; i < THREADS; i++)
		ktest_spawn(i % 3 == 0 ? write_pair : read_pair, NULL);
	ktest_join();
	KTEST_OK(!torn, "no reader saw a writer's half-done work");
	KTEST_OK(counter == 2 * ROUNDS && other == 2 * ROUNDS, "no writer lost an increment");
	KTEST_OK(atomic_read(&sem.count) == 0, "the semaphore is free at the end");
}

static int note_as_writer(void *arg)
{
	rwsem_down_write(&sem);
	order[nr_order++] = (u32)(uintptr_t)arg;
	rwsem_up_write(&sem);
	return 0;
}

/* Stays inside until another reader is there too, or for a second. */
static int note_as_reader(void *arg)
{
	u64 give_up = clock_ns() + NSEC_PER_SEC;

	rwsem_down_read(&sem);
	order[nr_order++] = (u32)(uintptr_t)arg;
	counter = counter + 1;
	while (counter < 2 && clock_ns() < give_up)
		sched_yield_cpu();
	rwsem_up_read(&sem);
	return 0;
}

KTEST(rwsem_writers_do_not_starve, "")
{
	nr_order = 0;
	counter = 0;
	rwsem_down_read(&sem);
	KTEST_OK(rwsem_try_read(&sem), "readers share it while no writer waits");
	__acquire(&sem);
	rwsem_up_read(&sem);
	ktest_spawn(note_as_writer, (void *)1);
	ktest_sleep_ms(1);
	KTEST_OK(!rwsem_try_read(&sem), "a waiting writer keeps new readers out");
	ktest_spawn(note_as_reader, (void *)2);
	ktest_sleep_ms(1);
	ktest_spawn(note_as_reader, (void *)3);
	ktest_sleep_ms(1);
	ktest_spawn(note_as_writer, (void *)4);
	ktest_sleep_ms(1);
	KTEST_OK(nr_order == 0, "nobody goes before the reader that is inside has left");
	rwsem_up_read(&sem);
	ktest_join();
	KTEST_OK(order[0] == 1, "the writer is next");
	KTEST_OK(order[1] + order[2] == 5, "then the readers behind it");
	KTEST_OK(counter == 2, "together");
	KTEST_OK(order[3] == 4, "then the next writer");
	KTEST_OK(rwsem_try_write(&sem), "it is free at the end");
	__acquire(&sem);
	KTEST_OK(!rwsem_try_read(&sem), "a writer excludes readers");
	rwsem_up_write(&sem);
}

KTEST(locks_under_chaos, "")
{
	bool before = chaos_on;

	chaos_init(12345);
	counter = 0;
	for (unsigned i = 0; i < THREADS; i++)
		ktest_spawn(count_under_mutex, NULL);
	ktest_join();
	KTEST_OK(counter == THREADS * ROUNDS, "no increment was lost");
	counter = other = 0;
	torn = false;
	for (unsigned i = 0; i < THREADS; i++)
		ktest_spawn(i % 3 == 0 ? write_pair : read_pair, NULL);
	ktest_join();
	KTEST_OK(!torn, "no reader saw a writer's half-done work");
	chaos_on = before;
}
