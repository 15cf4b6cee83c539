/* SPDX-License-Identifier: MIT */
/*
 * Each class of memory that a program can have, and each access to it that it must not make: past its last
 * byte, before its first one, and what its protection forbids. Whoever does it is killed; all others keep
 * what they have.
 *
 *	mpu_classes				all of it: each deed is a program of its own
 *	mpu_classes CLASS WHERE ACCESS		one deed: class by number, WHERE e(nd) b(eyond) or u(nder)
 *	mpu_classes ADDRESS ACCESS		one deed somewhere else
 */
#include "guest.h"

#include <stdio.h>

#define RW       (PROT_READ | PROT_WRITE)
#define ANON     (MAP_PRIVATE | MAP_ANONYMOUS)
#define SURVIVED 50
#define COUNTER  0x40028000UL
#define FAILED   0UL

static const char myself[] = "/tests/mpu_classes";
static const char shared_file[] = "/tmp/three_pages";

static unsigned long map(unsigned long len, int prot, int flags, const char *path, int mode,
			 unsigned long page)
{
	int fd = path != NULL ? open(path, mode) : -1;
	long p = sys(__NR_mmap2, 0, len, prot, flags, fd, page);

	return (unsigned long)p >= (unsigned long)-4095 ? FAILED : (unsigned long)p;
}

/* --- classes: what make() maps has `pages` pages; the pages around it are not the program's --- */

/* In the middle of a run, whose ends are unmapped. */
static unsigned long run_of(unsigned long pages, int prot)
{
	unsigned long p = map((pages + 2) * PAGE, prot, ANON, NULL, 0, 0);

	if (p == FAILED || munmap((void *)p, PAGE) != 0 ||
	    munmap((void *)(p + (pages + 1) * PAGE), PAGE) != 0)
		return FAILED;
	return p + PAGE;
}

#define RUN(name, pages, prot)                                                                     \
	static unsigned long name(void)                                                            \
	{                                                                                          \
		return run_of(pages, prot);                                                        \
	}
#define FILE_PART(name, ...)                                                                       \
	static unsigned long name(void)                                                            \
	{                                                                                          \
		return map(PAGE, __VA_ARGS__);                                                     \
	}

RUN(one_page, 1, RW)
RUN(three_pages, 3, RW)
RUN(five_pages, 5, RW)
RUN(six_pages, 6, RW)
RUN(fourteen_pages, 14, RW)
RUN(hundred_pages, 100, RW)
RUN(only_read, 2, PROT_READ)
RUN(only_executed, 2, PROT_EXEC)
RUN(nothing, 2, PROT_NONE)
FILE_PART(file_in_place, PROT_READ, MAP_PRIVATE, "/bin/sh", O_RDONLY, 1)
FILE_PART(text_in_place, PROT_READ | PROT_EXEC, MAP_PRIVATE, "/bin/sh", O_RDONLY, 1)
FILE_PART(file_shared, RW, MAP_SHARED, shared_file, O_RDWR, 1)
FILE_PART(file_seen, PROT_READ, MAP_PRIVATE, shared_file, O_RDONLY, 1)
FILE_PART(frame_buffer, RW, MAP_SHARED, "/dev/fb0", O_RDWR, 1)
FILE_PART(flash, PROT_READ, MAP_SHARED, "/dev/mtd0", O_RDONLY, 1)
FILE_PART(ram_disk, RW, MAP_SHARED, "/dev/ram0", O_RDWR, 1)
FILE_PART(registers, PROT_READ, MAP_SHARED, "/dev/mem", O_RDWR, COUNTER / PAGE)
FILE_PART(rom, PROT_READ, MAP_SHARED, "/dev/mem", O_RDWR, 0x20001000UL / PAGE)

static const struct class {
	const char *name;
	unsigned long (*make)(void);
	unsigned long pages;
	const char *may; /* "r" "w" and "x" */
} classes[] = {
	{"a page", one_page, 1, "rw"},
	{"3 pages", three_pages, 3, "rw"},
	{"5 pages", five_pages, 5, "rw"},
	{"6 pages", six_pages, 6, "rw"},
	{"14 pages", fourteen_pages, 14, "rw"},
	{"100 pages", hundred_pages, 100, "rw"},
	{"read-only memory", only_read, 2, "r"},
	{"code", only_executed, 2, "rx"},
	{"PROT_NONE", nothing, 2, ""},
	{"a file in place", file_in_place, 1, "r"},
	{"text in place", text_in_place, 1, "rx"},
	{"a shared file", file_shared, 1, "rw"},
	{"a file that others write to", file_seen, 1, "r"},
	{"the frame buffer", frame_buffer, 1, "rw"},
	{"flash", flash, 1, "r"},
	{"a RAM disk", ram_disk, 1, "rw"},
	{"registers", registers, 1, "r"},
	{"the ROM", rom, 1, "r"},
};
#define NR_CLASSES (sizeof(classes) / sizeof(classes[0]))

/* --- deeds --- */

static int touch(unsigned long address, char access)
{
	if (access == 'r')
		__asm__ volatile("ldrb	r0, [%0]" : : "r"(address) : "r0", "memory");
	else if (access == 'w')
		__asm__ volatile("strb	%0, [%0]" : : "r"(address) : "memory");
	else
		((void (*)(void))(address | 1))();
	return SURVIVED;
}

static int deed(const struct class *c, char where, char access)
{
	unsigned long p = c->make();

	if (p == FAILED)
		return 1;
	if (where == 'u')
		return touch(p - 1, access);
	return touch(p + c->pages * PAGE - (where == 'e'), access);
}

static __attribute__((noinline)) int do_it(const char *what, char where, char access)
{
	const char words[2][2] = {{where, '\0'}, {access, '\0'}};
	const char *const argv[] = {myself, what, where ? words[0] : words[1],
				    where ? words[1] : NULL, NULL};
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execve(myself, (char *const *)argv, NULL);
		_exit(99);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid ? -1 : status;
}

/* --- what others have --- */

static unsigned char data_page[PAGE];
static unsigned char *heap, *run, *shown;

static int unharmed(void)
{
	return all_bytes((char *)data_page, sizeof(data_page), 0x11) &&
	       all_bytes((char *)heap, PAGE, 0x22) && all_bytes((char *)run, 4 * PAGE, 0x33) &&
	       all_bytes((char *)shown, PAGE, 0);
}

static void test_class(size_t number)
{
	const struct class *c = &classes[number];
	char what[12];
	int right = 1;

	snprintf(what, sizeof(what), "%u", (unsigned)number);
	for (const char *access = "rwx"; *access != '\0'; access++) {
		int may = strchr(c->may, *access) != NULL;

		if (!may || *access != 'x') /* nobody knows what the code would do */
			right &= do_it(what, 'e', *access) ==
				 (may ? EXITED(SURVIVED) : KILLED(SIGSEGV));
		right &= do_it(what, 'b', *access) == KILLED(SIGSEGV);
		right &= do_it(what, 'u', *access) == KILLED(SIGSEGV);
		if (!right)
			diag("access %c", *access);
	}
	ok(right, "%s: to its last byte, and not beyond", c->name);
	ok(unharmed(), "others are unharmed");
}

/* What another process has is nobody's to see. */
static void test_others(const char *whose, const void *address)
{
	int right = 1;
	char what[12];

	snprintf(what, sizeof(what), "0x%lx", (unsigned long)address);
	for (const char *access = "rwx"; *access != '\0'; access++)
		right &= do_it(what, '\0', *access) == KILLED(SIGSEGV);
	ok(right && unharmed(), "%s of another process", whose);
}

/* --- many at once --- */

#define NR    40
#define MOST  23 /* pages */
#define STEPS 20000

static volatile unsigned *part[NR];
static unsigned pages_of[NR], value[NR][MOST];

static unsigned next(void)
{
	static uint32_t x = 88172645;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static int take(unsigned i)
{
	pages_of[i] = 1 + next() % MOST;
	part[i] = (volatile unsigned *)run_of(pages_of[i], RW);
	memset(value[i], 0, sizeof(value[i]));
	return (unsigned long)part[i] != FAILED;
}

/* Each page has one number, in its first, its last, or another word. */
static volatile unsigned *word_of(unsigned i, unsigned page)
{
	return part[i] + (page + 1) * (PAGE / 4) - 1 - (i * 37 + page * 11) % (PAGE / 4);
}

static void test_many(void)
{
	unsigned right = 1, swaps = 0;

	for (unsigned i = 0; i < NR; i++)
		right &= (unsigned)take(i);
	ok(right, "%d mappings at once", NR);
	for (unsigned step = 0; right && step < STEPS; step++) {
		unsigned i = next() % NR, page = next() % pages_of[i];

		right &= *word_of(i, page) == value[i][page];
		*word_of(i, page) = value[i][page] = step;
		if (next() % 200 == 0) {
			right &= munmap((void *)(uintptr_t)part[i], pages_of[i] * PAGE) == 0;
			right &= (unsigned)take(i);
			swaps++;
		}
	}
	ok(right, "used in random order, each keeps what it was given; %u came and went", swaps);
	for (unsigned i = 0; i < NR; i++)
		munmap((void *)(uintptr_t)part[i], pages_of[i] * PAGE);
}

int main(int argc, char **argv)
{
	char on_stack[64];
	int fd;

	if (argc == 4)
		return deed(&classes[(unsigned)atoi(argv[1]) % NR_CLASSES], argv[2][0], argv[3][0]);
	if (argc == 3)
		return touch(strtoul(argv[1], NULL, 16), argv[2][0]);
	fd = open(shared_file, O_RDWR | O_CREAT, 0600);
	is(sys(__NR_ftruncate, fd, 3 * PAGE), 0, "a file of three pages");
	/* all of what the others map a part of */
	ok(map(3 * PAGE, RW, MAP_SHARED, shared_file, O_RDWR, 0) != FAILED, "is mapped here");
	shown = (unsigned char *)map(64 * PAGE, RW, MAP_SHARED, "/dev/fb0", O_RDWR, 0);
	heap = malloc(PAGE);
	run = (unsigned char *)map(4 * PAGE, RW, ANON, NULL, 0, 0);
	memset(data_page, 0x11, sizeof(data_page));
	memset(heap, 0x22, PAGE);
	memset(run, 0x33, 4 * PAGE);
	for (size_t i = 0; i < NR_CLASSES; i++)
		test_class(i);
	test_others("data", data_page);
	test_others("heap", heap + 100);
	test_others("a mapping", run + PAGE);
	test_others("the stack", on_stack);
	test_others("the frame buffer", shown);
	test_many();
	return tap_done();
}
