/* SPDX-License-Identifier: MIT */
/*
 * What the tests of signals share: Linux's structures as the kernel leaves them on the stack, and the
 * calls with sets of 64 bits.
 */
#ifndef GUEST_SIGTEST_H
#define GUEST_SIGTEST_H

#include "guest.h"

struct test_action {
	void (*handler)(int);
	uint32_t flags;
	void (*restorer)(void);
	uint32_t mask[2];
};

struct test_info {
	int signo, error, code;
	union {
		uint32_t words[29];
		struct {
			int pid, uid, status, utime, stime;
		};
		struct {
			int sender, user, value;
		};
		uintptr_t address;
	};
};

struct test_ucontext {
	uint32_t flags, link, stack_sp, stack_flags, stack_size;
	struct test_context mc;
	uint32_t mask[2];
};

struct test_stack {
	void *sp;
	uint32_t flags, size;
};

#define BIT(sig) (1ull << ((sig)-1))

static inline long set_action(int sig, void *handler, uint32_t flags, uint64_t mask)
{
	struct test_action a = {
		.handler = (void (*)(int))(uintptr_t)handler,
		.flags = flags | SA_RESTORER,
		.restorer = flags & SA_SIGINFO ? test_rt_return : test_return,
		.mask = {(uint32_t)mask, (uint32_t)(mask >> 32)},
	};

	return sys(__NR_rt_sigaction, sig, &a, NULL, 8);
}

static inline void set_default(int sig)
{
	struct test_action a = {.handler = NULL};

	sys(__NR_rt_sigaction, sig, &a, NULL, 8);
}

static inline void set_ignored(int sig)
{
	struct test_action a = {.handler = (void (*)(int))1};

	sys(__NR_rt_sigaction, sig, &a, NULL, 8);
}

static inline uint64_t change_mask(int how, uint64_t set)
{
	uint64_t old = 0;

	sys(__NR_rt_sigprocmask, how, &set, &old, 8);
	return old;
}

static inline uint64_t mask_now(void)
{
	uint64_t old = 0;

	sys(__NR_rt_sigprocmask, 0, NULL, &old, 8);
	return old;
}

static inline uint64_t pending_now(void)
{
	uint64_t set = 0;

	sys(__NR_rt_sigpending, &set, 8);
	return set;
}

static inline long send_self(int sig)
{
	return sys(__NR_kill, getpid(), sig);
}

/* sigqueue(3) to oneself */
static inline long queue_self(int sig, int value)
{
	struct test_info info;

	memset(&info, 0, sizeof(info));
	info.code = -1; /* SI_QUEUE */
	info.sender = getpid();
	info.value = value;
	return sys(__NR_rt_sigqueueinfo, getpid(), sig, &info);
}

#endif
