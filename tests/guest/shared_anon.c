/* SPDX-License-Identifier: MIT */
/* Shared anonymous memory: one set of pages for a process and its descendants. */
#include "guest.h"

#define RW (PROT_READ | PROT_WRITE)

static int add_one(void *p)
{
	++*(volatile int *)p;
	return 0;
}

static int grandchildren(void *p)
{
	for (int i = 0; i < 5; i++)
		if (in_child(add_one, p) != 0)
			return 50;
	return add_one(p);
}

static int unmap_all(void *p)
{
	return munmap(p, 4 * PAGE);
}

static int unmap_part(void *p)
{
	char *s = p;

	if (munmap(s + PAGE, 2 * PAGE) != 0)
		return 50;
	s[3 * PAGE] = 'd';
	return s[0] == 'a' ? 0 : 51;
}

static int kernel_stores(void *p)
{
	int fd = open("/dev/zero", O_RDONLY);

	return read(fd, p, 10) == 10 ? 0 : 50;
}

static int touch_untouched(void *p)
{
	char *s = p;

	s[2 * PAGE] = 'u';
	return 0;
}

static void test_ping_pong(volatile int *p)
{
	int status;
	pid_t pid;

	p[0] = p[1] = 0;
	pid = must_fork();
	if (pid == 0) {
		for (int i = 1; i <= 500; i++) {
			await(&p[0], i);
			p[1] = i;
		}
		_exit(0);
	}
	for (int i = 1; i <= 500; i++) {
		p[0] = i;
		await(&p[1], i);
	}
	waitpid(pid, &status, 0);
	is(status, EXITED(0), "500 words there and back between two processes");
}

static void test_parent_unmaps(void)
{
	char *p = map_shared(2);
	int *flag = map_shared(1);
	int status;
	pid_t pid;

	p[0] = 'x';
	pid = must_fork();
	if (pid == 0) {
		await(flag, 1);
		p[PAGE] = 'y'; /* never touched before */
		_exit(p[0] == 'x' && p[PAGE] == 'y' ? 0 : 50);
	}
	munmap(p, 2 * PAGE);
	*flag = 1;
	waitpid(pid, &status, 0);
	is(status, EXITED(0), "the child has it when the parent has unmapped it");
	munmap(flag, PAGE);
}

int main(void)
{
	char *p = map_shared(4);
	char *other = map_shared(4);

	ok(all_bytes(p, 4 * PAGE, 0), "fresh pages are zero");
	is(in_child(grandchildren, p), EXITED(0), "children and grandchildren count");
	is(*(int *)p, 6, "and the parent sees all of it");
	is(*(int *)other, 0, "another mapping does not");
	test_ping_pong((volatile int *)p);

	is(in_child(touch_untouched, p), EXITED(0), "a child touches a page first");
	is(p[2 * PAGE], 'u', "the parent finds what it wrote");
	is(in_child(unmap_all, p), EXITED(0), "a child unmaps it");
	is(p[2 * PAGE], 'u', "the parent keeps it");

	memset(p, 'a', 4 * PAGE);
	is(in_child(unmap_part, p), EXITED(0), "a child unmaps the middle");
	ok(all_bytes(p, 3 * PAGE, 'a') && p[3 * PAGE] == 'd', "the parent has all, and the change");
	is(in_child(kernel_stores, p), EXITED(0), "the kernel stores for a child");
	ok(all_bytes(p, 10, 0) && p[10] == 'a', "and the parent sees it");
	test_parent_unmaps();

	is(munmap(p + PAGE, PAGE), 0, "the parent unmaps one page");
	ok(p[0] == 0 && p[2 * PAGE] == 'a' && peek(p + PAGE) == KILLED(SIGSEGV), "exactly that");
	is(mprotect(p, PAGE, PROT_READ), 0, "and protects one");
	is(poke(p), KILLED(SIGSEGV), "which cannot be written then");
	is(mprotect(p, PAGE, RW), 0, "until it may be");
	is(poke(p), EXITED(0), "by a child");
	is(p[0], 0x5a, "for all to see");
	return tap_done();
}
