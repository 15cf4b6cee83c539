/* SPDX-License-Identifier: MIT */
/*
 * process_vm_readv(2), process_vm_writev(2): vectors of both sides, partial transfers, copy-on-write, what
 * areas and users allow, errors in Linux's order. On Linux: as root.
 */
#include "users.h"

#define NR_readv  347
#define NR_writev 348

struct vec {
	const void *base;
	unsigned long len;
};

static char *mine, *hole; /* pages; and behind two of them one that is not there */

static long from(pid_t pid, const struct vec *to, int nr, const struct vec *remote, int nr_remote)
{
	return sys(NR_readv, pid, to, nr, remote, nr_remote, 0);
}

static long to(pid_t pid, const struct vec *local, int nr, const struct vec *remote, int nr_remote)
{
	return sys(NR_writev, pid, local, nr, remote, nr_remote, 0);
}

static long read_bytes(pid_t pid, void *into, const void *at, unsigned long len)
{
	return from(pid, &(struct vec){into, len}, 1, &(struct vec){at, len}, 1);
}

static long write_bytes(pid_t pid, const void *bytes, void *at, unsigned long len)
{
	return to(pid, &(struct vec){bytes, len}, 1, &(struct vec){at, len}, 1);
}

/* A child that stands still until it is killed. */
static pid_t still_child(void)
{
	pid_t pid = must_fork();

	if (pid == 0)
		for (;;)
			sys(__NR_pause);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* --- bytes --- */

static void test_vectors(void)
{
	struct vec local[4] = {
		{mine, 3}, {NULL, 0}, {mine + PAGE - 1, 4096}, {mine + 3 * PAGE, 10000}};
	struct vec remote[3] = {{hole + 5, 4090}, {hole + 1, 0}, {hole + 4095, 12}};
	char back[16] = "";
	pid_t self = getpid();

	for (int i = 0; i < 2 * 4096; i++)
		hole[i] = (char)(i % 251);
	is(from(self, local, 4, remote, 3), 4102, "as much as the smaller side has");
	ok(memcmp(mine, hole + 5, 3) == 0 && memcmp(mine + PAGE - 1, hole + 8, 4087) == 0 &&
		   memcmp(mine + PAGE - 1 + 4087, hole + 4095, 9) == 0 &&
		   memcmp(mine + 3 * PAGE, hole + 4104, 3) == 0,
	   "in the order of both");
	memset(mine, 0, 4 * PAGE);
	remote[0].len = 2;
	is(to(self, remote, 3, local, 4), 14, "writing");
	ok(memcmp(mine, hole + 5, 2) == 0 && mine[2] == hole[4095] &&
		   memcmp(mine + PAGE - 1, hole + 4096, 11) == 0 && mine[PAGE + 10] == 0,
	   "goes the other way");
	is(read_bytes(self, back, "in a read-only page", 9), 9, "a page of the program");
	ok(strcmp(back, "in a read") == 0, "is read");
}

static void test_other(void)
{
	pid_t child;

	mine[0] = 'p';
	mine[PAGE] = 'p';
	child = still_child();
	mine[0] = 'q';
	hole[0] = 0;
	is(read_bytes(child, hole, mine, 1), 1, "a child's memory");
	is(hole[0], 'p', "is its own");
	is(write_bytes(child, "xyz", mine + PAGE - 1, 3), 3, "is written");
	is(mine[PAGE], 'p', "which is a copy then");
	is(read_bytes(child, hole, mine + PAGE - 1, 3), 3, "and read again");
	ok(memcmp(hole, "xyz", 3) == 0, "there it is");
	is(write_bytes(child, "n", mine + 2 * PAGE, 1), 1, "a page that it never had");
	is(mine[2 * PAGE], 0, "nor have we");
	end(child);
	is(read_bytes(child, hole, mine, 1), -ESRCH, "it is gone");
	child = must_fork();
	if (child == 0)
		_exit(0);
	sys(__NR_waitid, 1 /* P_PID */, child, NULL, WEXITED | WNOWAIT, NULL);
	is(read_bytes(child, hole, mine, 1), -ESRCH, "one that has ended has no memory");
	waitpid(child, NULL, 0);
}

/* While somebody writes to us, what our children have stays as it was when they were born. */
static void test_while_forking(void)
{
	volatile int *word = (volatile int *)(mine + PAGE);
	int *result = map_shared(1);
	pid_t us = getpid(), writer;
	int changed = 0;

	writer = must_fork();
	if (writer == 0) {
		for (int n = 1;; n++) {
			write_bytes(us, &n, mine + PAGE, sizeof(n));
			sched_yield();
		}
	}
	for (int i = 0; i < 40; i++) {
		pid_t child = must_fork();

		if (child == 0) {
			int seen = *word;

			for (int n = 0; n < 50; n++) {
				sched_yield();
				*result |= *word != seen;
			}
			_exit(0);
		}
		waitpid(child, NULL, 0);
		changed |= *result;
		*word = i; /* a page of our own again */
	}
	end(writer);
	is(changed, 0, "nobody's write to a parent is seen by its children");
	munmap(result, PAGE);
}

/* --- what is not allowed --- */

static void test_areas(void)
{
	char *none = map_pages(1, PROT_NONE), *only_read = map_pages(1, PROT_READ);
	char *only_write = map_pages(1, PROT_WRITE);
	char byte = 1;
	int fd = (int)sys(__NR_memfd_create, "short", 0);
	char *file;
	pid_t self = getpid();

	ftruncate(fd, PAGE);
	file = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	is(read_bytes(self, &byte, none, 1), -EFAULT, "PROT_NONE is not read");
	is(write_bytes(self, &byte, none, 1), -EFAULT, "nor written");
	is(read_bytes(self, &byte, only_read, 1), 1, "PROT_READ is read");
	is(write_bytes(self, &byte, only_read, 1), -EFAULT, "and not written");
	is(read_bytes(self, &byte, only_write, 1), -EFAULT, "PROT_WRITE is not read");
	is(write_bytes(self, &byte, only_write, 1), 1, "but written");
	is(write_bytes(self, "f", file + 5, 1), 1, "a shared file");
	ok(sys(__NR_pread64, fd, &byte, 1, 5, 0) == 1 && byte == 'f', "has it");
	is(write_bytes(self, &byte, file + PAGE, 1), -EFAULT, "behind a file's end");
	is(read_bytes(self, &byte, file + PAGE, 1), -EFAULT, "is nothing");
	munmap(file, 2 * PAGE);
	close(fd);
}

static void test_partial(void)
{
	struct vec two[2] = {{hole, 4}, {hole + 2 * PAGE, 4}};
	pid_t self = getpid();

	is(read_bytes(self, mine, hole + 2 * PAGE - 10, 20), 10, "up to where nothing is");
	is(read_bytes(self, hole + 2 * PAGE - 10, mine, 20), 10, "of ours");
	is(write_bytes(self, hole + 2 * PAGE - 10, mine, 20), 10, "to read from");
	is(write_bytes(self, mine, hole + 2 * PAGE - 10, 20), 10, "of theirs to write to");
	is(from(self, &(struct vec){mine, 100}, 1, two, 2), 4, "one of two");
	is(from(self, two, 2, &(struct vec){mine, 100}, 1), 4, "of ours");
	is(read_bytes(self, mine, hole + 2 * PAGE, 20), -EFAULT, "nothing at all");
	is(read_bytes(self, hole + 2 * PAGE, mine, 20), -EFAULT, "of ours");
	is(write_bytes(self, hole + 2 * PAGE, mine, 20), -EFAULT, "to read from");
}

static void test_errors(void)
{
	struct vec one = {mine, 1}, empty = {mine, 0}, negative = {mine, 1ul << 31};
	struct vec kernel = {(void *)KERNEL_ADDRESS, 1};
	void *bad = hole + 2 * PAGE;
	pid_t self = getpid();

	is(sys(NR_readv, -1, bad, 1, bad, 1, 1), -EINVAL, "flags first");
	is(from(-1, bad, 1025, bad, 1), -EINVAL, "too many buffers");
	is(from(-1, bad, 1, bad, 1025), -EFAULT, "ours are no buffers");
	is(from(-1, &negative, 1, bad, 1), -EINVAL, "a length that is none");
	is(from(-1, &kernel, 1, bad, 1), -EFAULT, "ours are the kernel's");
	is(from(-1, &empty, 1, bad, 1025), 0, "no bytes of ours: nobody looks on");
	is(from(-1, &one, 0, bad, 1025), 0, "nor without buffers");
	is(from(-1, &one, 1, bad, 1025), -EINVAL, "too many of theirs");
	is(from(-1, &one, 1, bad, 1), -EFAULT, "theirs are no buffers");
	is(from(-1, &one, 1, &negative, 1), -EINVAL, "a length that is none");
	is(from(-1, &one, 1, &empty, 1), 0, "no bytes of theirs");
	is(from(-1, &one, 1, &kernel, 1), -ESRCH, "nobody");
	is(from(0, &one, 1, &one, 1), -ESRCH, "0 is not we");
	is(from(999999, &one, 1, &one, 1), -ESRCH, "a process that is not");
	is(from(self, &one, 1, &kernel, 1), -EFAULT, "the kernel's memory is not theirs");
	is(to(self, &one, 1, &kernel, 1), -EFAULT, "nor to write");
}

/* --- who may --- */

static pid_t root_child;

static void as_user(void)
{
	pid_t self, child;
	char byte;

	become(USER);
	self = getpid();
	WANT(read_bytes(root_child, &byte, mine, 1), -EPERM);
	WANT(write_bytes(root_child, &byte, mine, 1), -EPERM);
	WANT(sys(__NR_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0), 0);
	child = still_child();
	WANT(read_bytes(child, &byte, mine, 1), 1);
	WANT(write_bytes(child, &byte, mine, 1), 1);
	end(child);
	WANT(sys(__NR_prctl, 4, 0, 0, 0, 0), 0);
	child = still_child();
	WANT(read_bytes(child, &byte, mine, 1), -EPERM);
	WANT(read_bytes(self, &byte, mine, 1), 1);
	end(child);
}

static void test_users(void)
{
	if (sys(__NR_getuid32) != 0) {
		skip("users: not root");
		return;
	}
	root_child = still_child();
	in_user_child(as_user, "a user: its own and dumpable processes only");
	end(root_child);
}

int main(void)
{
	mine = map_pages(4, PROT_READ | PROT_WRITE);
	hole = map_pages(3, PROT_READ | PROT_WRITE);
	munmap(hole + 2 * PAGE, PAGE);
	test_vectors();
	test_other();
	test_while_forking();
	test_areas();
	test_partial();
	test_errors();
	test_users();
	return tap_done();
}
