/* SPDX-License-Identifier: MIT */
/*
 * Files that are no programs: execve(2) refuses them with ENOEXEC or ENOMEM
 * and the caller goes on. Each is this program's own file with one thing wrong.
 *
 * Linux refuses fewer of them (it lets some start and die); what only Octavo
 * promises is skipped there.
 */
#include <sys/stat.h>

#include "guest.h"

#define PATH       "/tmp/badelf-test"
#define EHDR_BYTES 52
#define PHDR_BYTES 32
#define CHILD_MS   2000 /* a program with a random entry may never end */

/* Offsets in the ELF header, and in a program header. elf(5) */
enum {
	E_IDENT = 0,
	E_TYPE = 16,
	E_MACHINE = 18,
	E_VERSION = 20,
	E_ENTRY = 24,
	E_PHOFF = 28,
	E_PHENTSIZE = 42,
	E_PHNUM = 44
};
enum { P_TYPE = 0, P_OFFSET = 4, P_VADDR = 8, P_FILESZ = 16, P_MEMSZ = 20, P_FLAGS = 24 };

static unsigned char *image; /* this program's file */
static long image_bytes;
static unsigned char *copy; /* what is being spoilt */

static void put16(long at, unsigned int value)
{
	copy[at] = (unsigned char)value;
	copy[at + 1] = (unsigned char)(value >> 8);
}

static void put32(long at, uint32_t value)
{
	put16(at, value & 0xffff);
	put16(at + 2, value >> 16);
}

static uint32_t get32(long at)
{
	return copy[at] | copy[at + 1] << 8 | copy[at + 2] << 16 | (uint32_t)copy[at + 3] << 24;
}

static long phdr(int n)
{
	return (long)get32(E_PHOFF) + n * PHDR_BYTES;
}

static void load_image(const char *self)
{
	struct stat st;
	int fd = open(self, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) < 0)
		bail_out("cannot read %s: errno %d", self, errno);
	image_bytes = (long)st.st_size;
	image = malloc((size_t)image_bytes);
	copy = malloc((size_t)image_bytes);
	if (!image || !copy || read(fd, image, (size_t)image_bytes) != image_bytes)
		bail_out("cannot read %s", self);
	close(fd);
}

static int exec_file(void *result)
{
	const char *argv[] = {PATH, "started", NULL};
	const char *envp[] = {NULL};

	*(volatile long *)result = sys(__NR_execve, PATH, argv, envp);
	return 0;
}

/* Writes the first LEN bytes of the copy as a program and executes it. => execve's error, 0 if it ran */
static long try_exec(long len)
{
	long *result = map_shared(1);
	long error;
	int fd = open(PATH, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	if (fd < 0 || write(fd, copy, (size_t)len) != len)
		bail_out("cannot write %s: errno %d", PATH, errno);
	close(fd);
	in_child_for(CHILD_MS, exec_file, result);
	error = *result;
	munmap(result, PAGE);
	return error;
}

static void fresh(void)
{
	memcpy(copy, image, (size_t)image_bytes);
}

static void check_refused(long len, const char *what)
{
	long error = try_exec(len);

	ok(error == -ENOEXEC || error == -ENOMEM, "%s is refused (%ld)", what, error);
}

/* What Linux may let start. */
static void check_refused_here(const char *what)
{
	if (on_octavo())
		check_refused(image_bytes, what);
	else
		skip("%s", what);
}

static void test_header(void)
{
	static const struct {
		const char *what;
		int at, width;
		uint32_t value;
	} wrong[] = {
		{"a wrong magic number", E_IDENT, 1, 0x7e},
		{"a wrong second byte of it", E_IDENT + 1, 1, 'e'},
		{"another type: an object file", E_TYPE, 2, 1},
		{"another type: a core file", E_TYPE, 2, 4},
		{"another machine: ARM", E_MACHINE, 2, 40},
		{"another machine: x86-64 in 32 bits", E_MACHINE, 2, 0xf3},
		{"program headers of size 0", E_PHENTSIZE, 2, 0},
		{"program headers of size 56", E_PHENTSIZE, 2, 56},
		{"no program headers", E_PHNUM, 2, 0},
		{"65535 program headers", E_PHNUM, 2, 0xffff},
		{"program headers beyond the file", E_PHOFF, 4, 0x10000000},
		{"program headers at the end of the address space", E_PHOFF, 4, 0xffffffe0},
	};
	static const int lengths[] = {0, 1, 3, 4, 16, 51, 52, 60, 83};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		fresh();
		if (wrong[i].width == 1)
			copy[wrong[i].at] = (unsigned char)wrong[i].value;
		else if (wrong[i].width == 2)
			put16(wrong[i].at, wrong[i].value);
		else
			put32(wrong[i].at, wrong[i].value);
		check_refused(image_bytes, wrong[i].what);
	}
	fresh();
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char what[32];

		sniprintf(what, sizeof(what), "a file of %d bytes", lengths[i]);
		check_refused(lengths[i], what);
	}
}

static void test_ident(void)
{
	fresh();
	copy[E_IDENT + 4] = 2;
	check_refused_here("the 64-bit class");
	fresh();
	copy[E_IDENT + 5] = 2;
	check_refused_here("the other byte order");
	fresh();
	copy[E_IDENT + 6] = 0;
	check_refused_here("version 0");
	fresh();
	put32(E_VERSION, 7);
	check_refused_here("version 7");
}

static void spoil(int n, int field, uint32_t value, const char *what)
{
	fresh();
	put32(phdr(n) + field, value);
	check_refused_here(what);
}

static void test_segments(void)
{
	long size = image_bytes;

	spoil(0, P_FILESZ, (uint32_t)size * 2, "a segment that reaches beyond the file");
	spoil(0, P_FILESZ, 0xffffffff, "a segment of 4G in the file");
	spoil(0, P_MEMSZ, 1, "a segment smaller in memory than in the file");
	spoil(0, P_OFFSET, 0xfffff000, "a segment whose offset wraps");
	spoil(0, P_OFFSET, 1, "an offset that does not match its address");
	spoil(2, P_VADDR, 0, "a segment at address 0");
	spoil(2, P_VADDR, KERNEL_ADDRESS, "a segment in the kernel");
	spoil(2, P_VADDR, 0xfffff000, "a segment at the end of the address space");
	spoil(2, P_MEMSZ, 0xb8000000, "a segment that reaches into the kernel");
	spoil(2, P_MEMSZ, 0xffffffff, "a segment of 4G in memory");
	spoil(2, P_MEMSZ, 0xf7fb0000, "a segment that wraps around");
	fresh();
	put32(phdr(1) + P_VADDR, get32(phdr(0) + P_VADDR));
	check_refused_here("two segments at the same address");
	fresh();
	put32(phdr(0) + P_MEMSZ, get32(phdr(1) + P_VADDR) - get32(phdr(0) + P_VADDR) + 1);
	check_refused_here("a segment that overlaps the next by one byte");
	fresh();
	for (int n = 0; n < 3; n++)
		put32(phdr(n) + P_TYPE, 0);
	check_refused_here("nothing to load");
	fresh();
	put32(phdr(0) + P_FLAGS, 4);
	check_refused_here("an entry that is not executable");
}

static void test_entry(void)
{
	fresh();
	put32(E_ENTRY, 0);
	check_refused_here("entry 0");
	put32(E_ENTRY, KERNEL_ADDRESS);
	check_refused_here("an entry in the kernel");
	put32(E_ENTRY, 0x20000000);
	check_refused_here("an entry where nothing is");
	put32(E_ENTRY, get32(phdr(2) + P_VADDR));
	check_refused_here("an entry in data");
}

/* More than most machines have, within the addresses allowed: Linux lets it start. */
static void test_size(void)
{
	long error;

	fresh();
	put32(phdr(2) + P_MEMSZ, 0x97000000);
	error = try_exec(image_bytes);
	ok(error == 0 || error == -ENOMEM, "a bss of 2.4G starts or is refused (%ld)", error);
}

/* Headers full of noise: anything may come of it but the end of the machine. */
static void test_noise(void)
{
	uint32_t seed = 12345;
	int tries = 0;

	if (!on_octavo()) {
		skip("random programs: nothing for a machine that matters");
		return;
	}
	for (int round = 0; round < 300; round++) {
		fresh();
		for (int n = 0; n < 1 + (int)(next_random(&seed) % 3); n++) {
			long at = (long)(next_random(&seed) % (EHDR_BYTES + 4 * PHDR_BYTES));

			copy[at] = (unsigned char)next_random(&seed);
		}
		try_exec(image_bytes);
		tries++;
	}
	is(tries, 300, "300 headers with random bytes");
	fresh();
	is(try_exec(image_bytes), 0, "and the unspoilt program still runs");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return 0;
	load_image(argv[0]);
	fresh();
	is(try_exec(image_bytes), 0, "the unspoilt program runs");
	test_header();
	test_ident();
	test_segments();
	test_entry();
	test_size();
	test_noise();
	unlink(PATH);
	return tap_done();
}
