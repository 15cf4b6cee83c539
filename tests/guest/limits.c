/* SPDX-License-Identifier: MIT */
/*
 * The limits of memory: RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK; and RLIMIT_CPU, which takes seconds and
 * is left out by `limits memory`. getrlimit(2)
 */
#include "guest.h"

#define LIMIT_CPU   0
#define LIMIT_DATA  2
#define LIMIT_STACK 3
#define LIMIT_AS    9

struct limit {
	uint32_t cur, max;
};

static int set_limit(int which, uint32_t bytes)
{
	struct limit limit = {bytes, 0xffffffff};

	return (int)sys(__NR_setrlimit, which, &limit);
}

static int can_map(unsigned long bytes, int prot, int flags)
{
	void *p = mmap(NULL, bytes, prot, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return errno == ENOMEM ? 0 : -1;
	munmap(p, bytes);
	return 1;
}

static int can_grow_heap(unsigned long bytes)
{
	unsigned long now = (unsigned long)sys(__NR_brk, 0);

	return (unsigned long)sys(__NR_brk, now + bytes) == now + bytes;
}

/* What takes the place of another area does not count beside it. */
static int replaces(unsigned long bytes)
{
	void *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED &&
	       mmap(p, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p;
}

/* Memory that was mapped to be read. => can it be made writable? */
static int can_make_writable(unsigned long bytes, int flags)
{
	void *p = mmap(NULL, bytes, PROT_READ, flags | MAP_ANONYMOUS, -1, 0);
	int can = p != MAP_FAILED && mprotect(p, bytes, PROT_READ | PROT_WRITE) == 0;

	if (!can && errno != ENOMEM)
		return -1;
	munmap(p, bytes);
	return can;
}

/* => 0, or the number of the step that went otherwise */
static int address_space(void *arg)
{
	(void)arg;
	if (set_limit(LIMIT_AS, 48 * MB) != 0)
		return 1;
	if (can_map(64 * MB, PROT_NONE, MAP_PRIVATE) != 0)
		return 2;
	if (can_map(8 * MB, PROT_READ, MAP_SHARED) != 1)
		return 3;
	if (can_grow_heap(64 * MB))
		return 4;
	if (!can_grow_heap(MB))
		return 5;
	return replaces(28 * MB) ? 0 : 6;
}

static int data(void *arg)
{
	(void)arg;
	if (set_limit(LIMIT_DATA, 16 * MB) != 0)
		return 1;
	if (can_map(32 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE) != 0)
		return 2;
	if (can_map(32 * MB, PROT_READ, MAP_PRIVATE) != 1)
		return 3;
	if (can_map(32 * MB, PROT_READ | PROT_WRITE, MAP_SHARED) != 1)
		return 4;
	if (can_grow_heap(32 * MB))
		return 5;
	if (can_map(8 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE) != 1)
		return 6;
	if (can_make_writable(32 * MB, MAP_PRIVATE) != 0)
		return 7;
	if (can_make_writable(32 * MB, MAP_SHARED) != 1)
		return 8;
	return can_make_writable(8 * MB, MAP_PRIVATE) == 1 ? 0 : 9;
}

static int use_stack(unsigned long bytes)
{
	volatile char *here = __builtin_alloca(bytes);

	for (unsigned long i = bytes; i > 0; i -= 1024)
		here[i - 1024] = 1;
	return here[0] - 1;
}

static int stack(void *arg)
{
	if (set_limit(LIMIT_STACK, MB) != 0)
		return 1;
	return use_stack(arg == NULL ? 300 * 1024 : 3 * MB);
}

static int spin(void *arg)
{
	struct limit limit = {1, 2};
	uint64_t blocked = 1ull << (SIGXCPU - 1);

	(void)arg;
	if (sys(__NR_rt_sigprocmask, 0, &blocked, NULL, 8) != 0)
		return 2;
	if (sys(__NR_setrlimit, LIMIT_CPU, &limit) != 0)
		return 1;
	for (;;)
		continue;
}

static int spin_softly(void *arg)
{
	(void)arg;
	if (set_limit(LIMIT_CPU, 1) != 0)
		return 1;
	for (;;)
		continue;
}

int main(int argc, char **argv)
{
	is(in_child(address_space, NULL), 0, "the address space ends at its limit");
	is(in_child(data, NULL), 0, "data ends at its limit, other memory does not");
	is(in_child(stack, NULL), 0, "a stack below its limit");
	is(in_child(stack, (void *)1) & 0x7f, SIGSEGV, "and beyond it");
	if (argc > 1 && strcmp(argv[1], "memory") == 0)
		return tap_done();
	is(in_child(spin_softly, NULL) & 0x7f, SIGXCPU, "a second of CPU time");
	is(in_child(spin, NULL) & 0x7f, SIGKILL, "and two, whatever the program says");
	return tap_done();
}
