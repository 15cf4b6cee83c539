/* SPDX-License-Identifier: MIT */
/*
 * Copy on write: after fork each process has its own memory, whoever writes
 * first, however many share a frame, and also when the kernel writes for them.
 */
#include "guest.h"

#define RW (PROT_READ | PROT_WRITE)

static volatile int *turn; /* shared: processes take turns by counting it up */

static void test_parent_first(char *p)
{
	int status;
	pid_t pid;

	*p = 'o';
	*turn = 0;
	pid = must_fork();
	if (pid == 0) {
		await(turn, 1);
		_exit(*p == 'o' ? 0 : 50);
	}
	*p = 'n';
	*turn = 1;
	waitpid(pid, &status, 0);
	is(status, EXITED(0), "what the parent writes after fork the child does not see");
	is(*p, 'n', "the parent does");
}

static void test_child_first(char *p)
{
	int status;
	pid_t pid;

	*p = 'o';
	*turn = 0;
	pid = must_fork();
	if (pid == 0) {
		*p = 'c';
		*turn = 1;
		await(turn, 2);
		_exit(*p == 'c' ? 0 : 50);
	}
	await(turn, 1);
	is(*p, 'o', "what the child writes the parent does not see");
	*p = 'n';
	*turn = 2;
	waitpid(pid, &status, 0);
	is(status, EXITED(0), "nor the child what the parent writes then");
	is(*p, 'n', "the parent keeps its own");
}

/* Each generation checks what it inherits, changes its own page and forks on. */
static int generation(char *p, int n, int last)
{
	int status;
	pid_t pid;

	for (int i = 0; i < last; i++)
		if (!all_bytes(p + i * PAGE, PAGE, i < n ? 'a' : 'z'))
			return 50;
	if (n == last)
		return 0;
	memset(p + n * PAGE, 'a', PAGE);
	pid = must_fork();
	if (pid == 0)
		_exit(generation(p, n + 1, last));
	/* while the descendants look, all pages of this generation change */
	memset(p, 'q', (unsigned long)last * PAGE);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return 51;
	return all_bytes(p, (unsigned long)last * PAGE, 'q') ? 0 : 52;
}

static int chain(void *p)
{
	return generation(p, 0, 20);
}

static void test_many_children(char *p)
{
	enum { N = 24, PAGES = 16 };
	pid_t pids[N];
	int good = 1;

	memset(p, 'm', PAGES * PAGE);
	*turn = 0;
	for (int i = 0; i < N; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0) {
			int fine = all_bytes(p, PAGES * PAGE, 'm');

			memset(p, i, PAGES * PAGE / 2);
			await(turn, 1);
			fine &= all_bytes(p, PAGES * PAGE / 2, (char)i);
			fine &= all_bytes(p + PAGES * PAGE / 2, PAGES * PAGE / 2, 'm');
			_exit(fine ? 0 : 50);
		}
	}
	ok(all_bytes(p, PAGES * PAGE, 'm'), "%d children write; the parent's pages stay", N);
	memset(p, 'p', PAGES * PAGE);
	*turn = 1;
	for (int i = 0; i < N; i++) {
		int status;

		good &= waitpid(pids[i], &status, 0) == pids[i] && status == 0;
	}
	ok(good, "each child has its own");
	ok(all_bytes(p, PAGES * PAGE, 'p'), "and the parent what it wrote meanwhile");
}

/* read(2) stores through the kernel: it must break the sharing just the same. */
static int kernel_writes(void *p)
{
	int fd = open("/dev/zero", O_RDONLY);

	if (fd < 0 || read(fd, p, 2 * PAGE) != (long)(2 * PAGE))
		return 50;
	return all_bytes(p, 2 * PAGE, 0) ? 0 : 51;
}

static int wait_writes(void *p)
{
	int *status = p;
	pid_t pid = must_fork();

	if (pid == 0)
		_exit(3);
	return waitpid(pid, status, 0) == pid && *status == EXITED(3) ? 0 : 50;
}

static void test_kernel(char *p)
{
	memset(p, 'k', 2 * PAGE);
	is(in_child(kernel_writes, p), EXITED(0), "the kernel writes for a child");
	ok(all_bytes(p, 2 * PAGE, 'k'), "and the parent's pages stay");
	is(in_child(wait_writes, p), EXITED(0), "a status is written for a child");
	ok(all_bytes(p, 2 * PAGE, 'k'), "and the parent's page stays");
}

static int write_zero_pages(void *address)
{
	char *p = address;

	p[0] = 1;
	p[PAGE] = 2;
	return p[2 * PAGE] == 0 && p[3 * PAGE] == 0 ? 0 : 50;
}

static void test_zero_page(void)
{
	char *p = map_pages(4, RW);
	int sum = 0;

	for (int i = 0; i < 4; i++)
		sum += p[i * PAGE];
	is(sum, 0, "four pages are only read");
	is(in_child(write_zero_pages, p), EXITED(0), "a child writes two of them");
	ok(all_bytes(p, 4 * PAGE, 0), "the parent reads zero");
	p[2 * PAGE] = 3;
	is(p[3 * PAGE], 0, "a write to one zero page is not seen in another");
	munmap(p, 4 * PAGE);
}

/* The child is gone: the frame is the parent's alone, and may be written in place. */
static void test_alone_again(char *p)
{
	memset(p, 'r', 8 * PAGE);
	for (int i = 0; i < 20; i++) {
		if (peek(p) != 0)
			bail_out("child %d", i);
		memset(p, i, 8 * PAGE);
	}
	ok(all_bytes(p, 8 * PAGE, 19), "written again after each of 20 children");
}

static int write_read_only(void *p)
{
	return mprotect(p, PAGE, PROT_READ) == 0 ? poke_child(p) : 50;
}

int main(void)
{
	char *p = map_pages(32, RW);

	turn = map_shared(1);
	test_parent_first(p);
	test_child_first(p);
	is(in_child(chain, memset(p, 'z', 20 * PAGE)), EXITED(0), "20 generations");
	ok(all_bytes(p, 20 * PAGE, 'z'), "and none touched the first");
	test_many_children(p);
	test_kernel(p);
	test_zero_page();
	test_alone_again(p);
	is(in_child(write_read_only, p), KILLED(SIGSEGV),
	   "a shared frame that is read-only by right is not copied but kills");
	return tap_done();
}
