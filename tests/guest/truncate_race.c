/* SPDX-License-Identifier: MIT */
/*
 * A file that gets shorter and longer while others have it mapped: each access finds the file's
 * bytes or the end of the file, and no page survives that the file no longer has.
 *
 * Two children let the kernel touch the mapping for them (EFAULT where it has no end), two map and
 * unmap, one shows the file's pages in ever another order (wli-3), and one has children of its own that die
 * of SIGBUS.
 */
#include "guest.h"

#define PATH   "/tmp/truncate-race"
#define PAGES  24UL
#define LEN    (PAGES * PAGE)
#define RW     (PROT_READ | PROT_WRITE)
#define ROUNDS 40
#define POKED  0x5a /* what poke() stores */

static int fd;
static char *shared, *private, *mixed;
static volatile int *over; /* shared: the parent has done its rounds */

static int fine(long result)
{
	return result == -EFAULT || result >= 0;
}

/* The kernel stores zeros into the mapping: /dev/zero, read into it. */
static int kernel_writes(uint32_t seed)
{
	int zero = open("/dev/zero", O_RDONLY);

	while (!*over) {
		char *const maps[] = {shared, private, mixed};
		char *at = maps[next_random(&seed) % 3] + next_random(&seed) % LEN;

		if (!fine(sys(__NR_read, zero, at, 64)))
			return 1;
	}
	return 0;
}

/* The kernel loads from it: a pipe, written from it and emptied. */
static int kernel_reads(uint32_t seed)
{
	char bytes[64];
	int ends[2];

	if (pipe(ends) != 0)
		return 1;
	while (!*over) {
		long n = sys(__NR_write, ends[1], shared + next_random(&seed) % (LEN - 64), 64);

		if (!fine(n) || (n > 0 && read(ends[0], bytes, (size_t)n) != n))
			return 1;
		for (long i = 0; i < n; i++)
			if (bytes[i] != 0 && bytes[i] != 'x' && bytes[i] != POKED)
				return 2;
	}
	return 0;
}

static int maps(uint32_t seed)
{
	int zero = open("/dev/zero", O_RDONLY);

	while (!*over) {
		unsigned long page = next_random(&seed) % PAGES;
		unsigned long pages = 1 + next_random(&seed) % (PAGES - page);
		int flags = next_random(&seed) & 1 ? MAP_SHARED : MAP_PRIVATE;
		char *p = mmap(NULL, pages * PAGE, RW, flags, fd, (off_t)(page * PAGE));

		if (p == MAP_FAILED || !fine(sys(__NR_read, zero, p, pages * PAGE)))
			return 1;
		if (pages > 2 && munmap(p + PAGE, PAGE) != 0)
			return 2;
		munmap(p, pages * PAGE);
	}
	return 0;
}

/* Every process has an order of its own, but this one's changes. */
static int remaps(uint32_t seed)
{
	int zero = open("/dev/zero", O_RDONLY);

	while (!*over) {
		unsigned long at = next_random(&seed) % PAGES, index = next_random(&seed) % PAGES;
		int how = next_random(&seed) & 1 ? MAP_NONBLOCK : 0;

		if (sys(__NR_remap_file_pages, mixed + at * PAGE, PAGE, 0, index, how) != 0)
			return 1;
		if (!fine(sys(__NR_read, zero, mixed + next_random(&seed) % LEN, 64)))
			return 2;
	}
	return 0;
}

static int dies(uint32_t seed)
{
	while (!*over) {
		int status = poke(shared + next_random(&seed) % LEN);

		if (status != 0 && status != KILLED(SIGBUS))
			return 1;
	}
	return 0;
}

static void cut(unsigned long len)
{
	if (sys(__NR_ftruncate, fd, len) != 0)
		bail_out("ftruncate");
}

/* While the others stand still: whatever they have left is to be found. */
static void look(const pid_t *pids, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		kill(pids[i], SIGSTOP);
	sleep_ms(2);
	if (kernel_command("audit") != 0)
		bail_out("the audit, after a cut");
	for (unsigned i = 0; i < nr; i++)
		kill(pids[i], SIGCONT);
}

static void rounds(const pid_t *pids, unsigned nr)
{
	uint32_t seed = 99;
	char page[PAGE];

	memset(page, 'x', sizeof(page));
	for (int i = 0; i < ROUNDS; i++) {
		cut(next_random(&seed) % LEN);
		sched_yield();
		if (i % 4 == 0)
			look(pids, nr);
		cut(LEN);
		for (int k = 0; k < 4; k++) {
			lseek(fd, (off_t)(next_random(&seed) % PAGES * PAGE), SEEK_SET);
			if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page))
				bail_out("write: errno %d", errno);
		}
		sched_yield();
	}
}

int main(void)
{
	static int (*const parts[])(uint32_t) = {kernel_writes, kernel_reads, maps,
						 maps,          remaps,       dies};
	pid_t pids[sizeof(parts) / sizeof(parts[0])];

	fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	over = map_shared(1);
	if (fd < 0)
		bail_out("%s: errno %d", PATH, errno);
	cut(LEN);
	shared = mmap(NULL, LEN, RW, MAP_SHARED, fd, 0);
	private = mmap(NULL, LEN, RW, MAP_PRIVATE, fd, 0);
	mixed = mmap(NULL, LEN, RW, MAP_SHARED, fd, 0);
	for (unsigned long i = 0; i < PAGES; i++)
		if (sys(__NR_remap_file_pages, mixed + i * PAGE, PAGE, 0, PAGES - 1 - i, 0) != 0)
			bail_out("remap_file_pages");
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		pids[i] = must_fork();
		if (pids[i] == 0)
			_exit(parts[i](i + 1));
	}
	rounds(pids, sizeof(parts) / sizeof(parts[0]));
	*over = 1;
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int status;

		waitpid(pids[i], &status, 0);
		is(status, EXITED(0), "child %u saw nothing else", i);
	}
	cut(0);
	cut(LEN);
	ok(all_bytes(shared, LEN, 0) && all_bytes(private, LEN, 0) && all_bytes(mixed, LEN, 0),
	   "and nothing is left of it");
	close(fd);
	unlink(PATH);
	return tap_done();
}
