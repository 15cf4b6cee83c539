/* SPDX-License-Identifier: MIT */
/* mm_locks.c - locks of the machine that mm_machine.h describes: nobody waits, since nothing runs at the same
 * time; who holds what is known, and a contract that says so is held. */
#include "mm_machine.h"
#include <octavo/env.h>
#include <octavo/mutex.h>
#include <octavo/rwsem.h>
#include <octavo/task.h>

#define LOCKS 16u

static struct {
	const void *lock;
	bool read;
} held[LOCKS];
static unsigned nr_held;

unsigned machine_locks_held(void)
{
	return nr_held;
}

/* => nr_held: it is not held */
static unsigned find_held(const void *lock)
{
	unsigned i = 0;

	while (i < nr_held && held[i].lock != lock)
		i++;
	return i;
}

bool lockval_holds(const void *lock)
{
	return find_held(lock) < nr_held;
}

void lockval_must_hold(const void *lock, struct lock_tag tag, bool write, const char *where)
{
	unsigned i = find_held(lock);

	if (i == nr_held || (write && held[i].read))
		panic("%s(): lock of class %u is not held as it should be", where, tag.class_id);
}

void lockval_acquire(const void *lock, struct lock_tag tag, unsigned subclass, bool read)
{
	(void)tag;
	(void)subclass;
	PANIC_ON(lockval_holds(lock) || nr_held == LOCKS);
	held[nr_held].lock = lock;
	held[nr_held++].read = read;
}

void lockval_took(struct lock_tag *tag)
{
	(void)tag;
}

void lockval_release(const void *lock, struct lock_tag tag)
{
	unsigned i = find_held(lock);

	(void)tag;
	PANIC_ON(i == nr_held);
	held[i] = held[--nr_held];
}

void lockval_might_sleep(const char *where)
{
	if (host_current->head.preempt_count != 0)
		panic("%s may sleep, and a spinlock is held", where);
}

void lockval_might_wait_for_cpus(const char *where)
{
	(void)where;
}

void rwsem_init_tag(struct rwsem *s, struct lock_tag tag)
{
	*s = (struct rwsem){.tag = tag};
}

void mutex_init_tag(struct mutex *m, struct lock_tag tag)
{
	*m = (struct mutex){.tag = tag};
}

static __noreturn void nobody_else(void)
{
	panic("a lock is waited for that nobody else can have");
}

void rwsem_down_read_slow(struct rwsem *s)
{
	(void)s;
	nobody_else();
}

void rwsem_down_write_slow(struct rwsem *s)
{
	(void)s;
	nobody_else();
}

void rwsem_up_slow(struct rwsem *s)
{
	(void)s;
	nobody_else();
}

void mutex_lock_slow(struct mutex *m)
{
	(void)m;
	nobody_else();
}

void mutex_unlock_slow(struct mutex *m)
{
	(void)m;
	nobody_else();
}
