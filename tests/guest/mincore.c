/* SPDX-License-Identifier: MIT */
/* mincore(2): which pages are in memory. */
#include "guest.h"

#define PATH "/tmp/mincore"
#define RW   (PROT_READ | PROT_WRITE)

static unsigned char vec[16];

/* Of PAGES pages from P on, as "1001"; or why not. */
static const char *resident(const void *p, unsigned long pages)
{
	static char text[17];
	long err;

	memset(vec, 7, sizeof(vec));
	err = sys(__NR_mincore, p, pages * PAGE, vec);
	for (unsigned long i = 0; i < pages && i < 16; i++)
		text[i] = err != 0 ? 'E' : (char)('0' + (vec[i] & 1));
	text[pages] = '\0';
	return text;
}

static int is_text(const char *got, const char *want, const char *name)
{
	return ok(strcmp(got, want) == 0, "%s: %s", name, got);
}

static void test_errors(void)
{
	char *p = map_pages(4, RW);

	is(sys(__NR_mincore, p + 1, PAGE, vec), -EINVAL, "not aligned");
	is(sys(__NR_mincore, p, PAGE, KERNEL_ADDRESS), -EFAULT, "a vector of the kernel");
	is(sys(__NR_mincore, p, 0x90000000, vec), -ENOMEM, "more than there are addresses");
	is(sys(__NR_mincore, p, 0, KERNEL_ADDRESS - 1), 0, "nothing");
	munmap(p + 2 * PAGE, PAGE);
	*p = 1;
	memset(vec, 7, sizeof(vec));
	is(sys(__NR_mincore, p, 4 * PAGE, vec), -ENOMEM, "a hole");
	ok(vec[0] == 1 && vec[1] == 0 && vec[3] == 7, "behind what is told");
	is(sys(__NR_mincore, p, PAGE + 1, vec), 0, "a page and a byte");
	ok(vec[0] == 1 && vec[1] == 0 && vec[2] == 7, "are two");
	mprotect(p + PAGE, PAGE, PROT_READ);
	is(sys(__NR_mincore, p, PAGE, p + PAGE), -EFAULT, "a vector that cannot be written");
	munmap(p, 4 * PAGE);
}

static void test_kinds(void)
{
	char *p = map_pages(4, RW), *q;
	int fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);

	sys(__NR_madvise, p, 4 * PAGE, 15 /* no large pages */);
	is_text(resident(p, 4), "0000", "new memory");
	p[PAGE] = 1;
	is_text(resident(p, 4), "0100", "one page written");
	mprotect(p, 4 * PAGE, PROT_NONE);
	is_text(resident(p, 4), "0100", "that nobody may touch");
	sys(__NR_madvise, p, 4 * PAGE, 4 /* not needed */);
	is_text(resident(p, 4), "0000", "not needed any more");
	munmap(p, 4 * PAGE);

	p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p[2 * PAGE] = 1;
	is_text(resident(p, 4), "0010", "shared memory");
	if (must_fork() == 0) {
		p[0] = 1;
		_exit(0);
	}
	waitpid(-1, NULL, 0);
	is_text(resident(p, 4), "1010", "and a page that another has touched");
	munmap(p, 4 * PAGE);

	ftruncate(fd, 4 * PAGE);
	sys(__NR_pwrite64, fd, "x", 1, PAGE, 0);
	p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
	q = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
	if (on_octavo()) {
		is_text(resident(p, 4), "0100", "a file's page that was written");
		is_text(resident(q, 4), "0100", "also privately mapped");
		p[3 * PAGE] = 1;
		is_text(resident(q, 4), "0101", "and by way of the other");
		munmap(p + PAGE, PAGE);
		is_text(resident(q + PAGE, 2), "10", "whoever maps it");
	}
	close(fd);
	unlink(PATH);
}

static int asks_as_a_user(void *arg)
{
	sys(__NR_setresuid32, 1000, 1000, 1000);
	return strcmp(resident(arg, 2), "11") != 0;
}

/* What others read of a file is told to nobody who may only read it. */
static void test_foreign(void)
{
	int fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0644);
	char *p;

	ftruncate(fd, 2 * PAGE);
	p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (sys(__NR_geteuid32) != 0)
		skip("only root becomes another user");
	else
		is(in_child(asks_as_a_user, p), EXITED(0),
		   "of another's file all seems to be there");
	munmap(p, 2 * PAGE);
	close(fd);
	unlink(PATH);
}

/* More pages than fit into one answer. */
static void test_many(void)
{
	static unsigned char many[5000];
	char *p = map_pages(5000, RW);
	int good = 1;

	sys(__NR_madvise, p, 5000 * PAGE, 15);
	for (unsigned long i = 0; i < 5000; i += 9)
		p[i * PAGE] = 1;
	is(sys(__NR_mincore, p, 5000 * PAGE, many), 0, "five thousand pages");
	for (unsigned long i = 0; i < 5000; i++)
		good &= (many[i] & 1) == (i % 9 == 0);
	ok(good, "each as it is");
	munmap(p, 5000 * PAGE);
}

int main(void)
{
	test_errors();
	test_kinds();
	test_foreign();
	test_many();
	return tap_done();
}
