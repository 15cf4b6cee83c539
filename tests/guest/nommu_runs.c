/* SPDX-License-Identifier: MIT */
/*
 * Memory in a row: what each policy can do, and what a refusal says.
 *
 *	nommu_runs blocks	runs are cut from blocks of a power of two
 *	nommu_runs ends		small ones lie at the bottom, large ones at the top
 */
#include "guest.h"

#include <sys/mount.h>

#define PAGES 4096 /* of the programs' memory; more than there are */

static char *page[PAGES];
static char text[8192];

static char *map(unsigned long pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	return p == MAP_FAILED ? NULL : p;
}

/* The last place where the file has `word`, or NULL. */
static const char *find(const char *path, const char *word)
{
	int fd = open(path, O_RDONLY);
	const char *found = NULL, *p = text;
	long n = 0, more;

	while (n < (long)sizeof(text) - 1 && (more = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += more;
	close(fd);
	text[n] = '\0';
	while ((p = strstr(p, word)) != NULL)
		found = p++;
	return found;
}

static unsigned longest(void)
{
	const char *zone = find("/proc/fragmentation", "PSRAM");
	const char *p = zone != NULL ? strstr(zone, "longest ") : NULL;

	return p != NULL ? (unsigned)atoi(p + 8) : 0;
}

/* More than a block, which is what the policies differ in; and all of it is memory. */
static void test_more_than_a_block(int ends)
{
	char *p = map(5 * MB / PAGE);

	ok((p != NULL) == ends, "5M in a row, where a block has 4M");
	if (p == NULL)
		return;
	ok(all_bytes(p, 5 * MB, 0), "all of it is zero");
	memset(p, 1, 5 * MB);
	is(munmap(p + MB, 4 * MB), 0, "most of it goes");
	ok(all_bytes(p, MB, 1), "the rest stays");
	munmap(p, MB);
}

/* Small ones that stay between large ones that go. */
static void test_places(int ends)
{
	char *small[8], *large[8], *next;
	int apart = 1;

	for (int i = 0; i < 8; i++) {
		large[i] = map(100);
		small[i] = map(3);
	}
	for (int i = 0; i < 8; i++) {
		for (int k = 0; k < 8; k++)
			apart &= small[i] < large[k];
		munmap(large[i], 100 * PAGE);
	}
	is(apart, ends, "small ones lie below all large ones");
	next = map(900);
	ok(next != NULL, "where the large ones were there is room for one of their sum");
	for (int i = 0; i < 8; i++)
		munmap(small[i], 3 * PAGE);
	munmap(next, 900 * PAGE);
}

/* Every other page of all that there is. */
static void test_refusal(void)
{
	unsigned nr = 0;

	while (nr < PAGES && (page[nr] = map(1)) != NULL)
		nr++;
	for (unsigned i = 0; i < nr; i += 2)
		munmap(page[i], PAGE);
	ok(map(256) == NULL, "256 pages, where every other one is free");
	ok(longest() < 256, "the longest row has %u", longest());
	ok(find("/proc/why", "run of 256 pages refused: PSRAM has ") != NULL,
	   "the refusal says so");
	ok(find("/proc/why", " are in the way, the first is ") != NULL, "and what is in the way");
	for (unsigned i = 1; i < nr; i += 2)
		munmap(page[i], PAGE);
	ok(longest() > 1024, "all of it comes together again: %u", longest());
}

int main(int argc, char **argv)
{
	int ends = argc == 2 && strcmp(argv[1], "ends") == 0;

	mount("proc", "/proc", "proc", 0, NULL);
	ok(find("/proc/fragmentation", ends ? "runs ends" : "runs blocks") != NULL, "%s",
	   ends ? "ends" : "blocks");
	test_more_than_a_block(ends);
	test_places(ends);
	test_refusal();
	return tap_done();
}
