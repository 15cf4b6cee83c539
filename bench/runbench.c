/* SPDX-License-Identifier: MIT */
/*
 * runbench: how well a machine without an MMU finds memory in a row.
 *
 * Replays one trace of mmap and munmap: runs of many sizes, most of them small and short-lived, that fill
 * the memory to three quarters. Prints a line for each class of sizes, and how the free frames lie then:
 *
 *	pages	asked	granted	per cent
 *	slack	frames that are used beyond what was asked for, of the most that was in use
 *	longest	frames in a row at the end, of those that are free
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#define PAGE  4096UL
#define STEPS 6000
#define SLOTS 400
#define FILL  3000 /* pages of 4096 */

static struct {
	char *at;
	unsigned pages;
} slots[SLOTS];

static const struct {
	unsigned least, most, share; /* share: of 100 */
} classes[] = {{1, 4, 60}, {5, 16, 22}, {17, 64, 12}, {65, 256, 5}, {257, 700, 1}};

#define CLASSES (sizeof(classes) / sizeof(classes[0]))

/* planned: what would be in use if nothing was refused; so the trace is the same whatever is. */
static unsigned asked[CLASSES], granted[CLASSES], planned, used, most_used, most_slack;

/* The same on every machine (xorshift32). */
static unsigned next(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* Of the zone where programs have their memory: what follows `word`. */
static unsigned tell(const char *word)
{
	static char text[1024];
	int fd = open("/proc/fragmentation", O_RDONLY);
	long n = read(fd, text, sizeof(text) - 1);
	const char *zone, *value;

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	zone = strstr(text, "PSRAM");
	value = zone != NULL ? strstr(zone, word) : NULL;
	return value != NULL ? (unsigned)atoi(value + strlen(word)) : 0;
}

static void drop(unsigned i)
{
	planned -= slots[i].pages;
	if (slots[i].at != NULL) {
		munmap(slots[i].at, slots[i].pages * PAGE);
		used -= slots[i].pages;
	}
	slots[i].at = NULL;
	slots[i].pages = 0;
}

static void take(unsigned i)
{
	unsigned dice = next() % 100, c = 0, pages;
	void *p;

	while (dice >= classes[c].share)
		dice -= classes[c++].share;
	pages = classes[c].least + next() % (classes[c].most - classes[c].least + 1);
	while (planned + pages > FILL)
		drop(next() % SLOTS);
	slots[i].pages = pages;
	planned += pages;
	p = mmap(NULL, pages * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	asked[c]++;
	if (p == MAP_FAILED)
		return;
	granted[c]++;
	slots[i].at = p;
	used += pages;
}

int main(void)
{
	unsigned before, all = 0, had = 0;

	mount("proc", "/proc", "proc", 0, NULL);
	before = tell("free ");
	for (int step = 0; step < STEPS; step++) {
		unsigned i = next() % SLOTS;

		drop(i);
		take(i);
		if (used > most_used || step % 256 == 0) {
			unsigned taken = before - tell("free ");

			if (used > most_used)
				most_used = used;
			if (taken > used && taken - used > most_slack)
				most_slack = taken - used;
		}
	}
	for (size_t c = 0; c < CLASSES; c++) {
		printf("runs of %u to %u pages\t%u\t%u\t%u\n", classes[c].least, classes[c].most,
		       asked[c], granted[c], granted[c] * 100 / asked[c]);
		all += asked[c];
		had += granted[c];
	}
	printf("all\t%u\t%u\t%u\n", all, had, had * 100 / all);
	printf("slack\t%u\t%u\n", most_slack, most_used);
	printf("longest\t%u\t%u\n", tell("longest "), tell("free "));
	return 0;
}
