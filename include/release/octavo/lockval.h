/* SPDX-License-Identifier: MIT */
/* lockval.h - the lock validator, release flavour: nothing. */
#pragma once

#include <octavo/lock_classes.h>
#include <octavo/types.h>

struct lock_tag {};
#define LOCK_TAG_INIT(cls)                                                                         \
	{                                                                                          \
	}
struct lock_state {};

static inline void lockval_acquire(const void *lock, struct lock_tag tag, unsigned subclass,
				   bool read)
{
	(void)lock, (void)tag, (void)subclass, (void)read;
}
static inline void lockval_acquired(const void *lock, struct lock_tag tag, bool read)
{
	(void)lock, (void)tag, (void)read;
}
static inline void lockval_release(const void *lock, struct lock_tag tag)
{
	(void)lock, (void)tag;
}
static inline void lockval_took(struct lock_tag *tag)
{
	(void)tag;
}
static inline void lockval_assert_none(const char *where)
{
	(void)where;
}
static inline unsigned lockval_reports(void)
{
	return 0;
}
/* everybody may be right */
static inline bool lockval_holds(const void *lock)
{
	(void)lock;
	return true;
}
#define LOCKVAL_FILES
#define might_sleep()         ((void)0)
#define might_wait_for_cpus() ((void)0)
#define might_ask_memory()    ((void)0)
#define assert_held(l)        ((void)sizeof(l))
#define assert_held_write(l)  ((void)sizeof(l))
