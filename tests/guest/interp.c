/* SPDX-License-Identifier: MIT */
/*
 * Programs that name an interpreter (PT_INTERP), and where the parts of an address space lie:
 * personality(2), ADDR_NO_RANDOMIZE. Each program is this program's own file whose last header is
 * made a PT_INTERP that points behind the end of the file, where the name is.
 */
#include <sys/stat.h>

#include "guest.h"

#define PROGRAM           "/tmp/interp-program"
#define INTERP            "/tmp/interp-linker"
#define LAYOUT            "/tmp/interp-layout"
#define EHDR_BYTES        52
#define PHDR_BYTES        32
#define EXEC_FAILED       77
#define ADDR_NO_RANDOMIZE 0x0040000

enum { E_TYPE = 16, E_MACHINE = 18, E_PHOFF = 28, E_PHNUM = 44, PT_INTERP = 3 };

static const char *self;
static unsigned char *image; /* this program's file, and room for a name */
static long image_bytes;

/*
 * An interpreter of one page, 52 bytes of header and 32 of program header before the code: ends with
 * 42 if AT_BASE is where it lies. The code finds the vector behind argv and envp.
 */
extern const char linker_code[], linker_end[];
__asm__(".section .rodata\n"
	"linker_code:\n"
	"	mov	%esp, %esi\n"
	"	mov	(%esi), %eax\n"
	"	lea	8(%esi,%eax,4), %esi\n"
	"1:	lodsl\n"
	"	test	%eax, %eax\n"
	"	jnz	1b\n"
	"2:	lodsl\n"
	"	mov	%eax, %ecx\n"
	"	lodsl\n"
	"	jecxz	4f\n"
	"	cmp	$7, %ecx\n"
	"	jne	2b\n"
	"	call	3f\n"
	"3:	pop	%edx\n"
	"	and	$0xfffff000, %edx\n"
	"	mov	$42, %ebx\n"
	"	sub	%edx, %eax\n"
	"	jz	5f\n"
	"4:	mov	$1, %ebx\n"
	"5:	mov	$1, %eax\n"
	"	int	$0x80\n"
	"linker_end:\n"
	".text\n");

static void put16(unsigned char *at, unsigned int value)
{
	at[0] = (unsigned char)value;
	at[1] = (unsigned char)(value >> 8);
}

static void put32(unsigned char *at, uint32_t value)
{
	put16(at, value & 0xffff);
	put16(at + 2, value >> 16);
}

static void load_image(void)
{
	struct stat st;
	int fd = open(self, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) < 0)
		bail_out("cannot read %s: errno %d", self, errno);
	image_bytes = (long)st.st_size;
	image = malloc((size_t)image_bytes + 2 * PAGE);
	if (!image || read(fd, image, (size_t)image_bytes) != image_bytes)
		bail_out("cannot read %s", self);
	close(fd);
}

static void write_file(const char *path, const void *data, long len, int mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd < 0 || write(fd, data, (size_t)len) != len)
		bail_out("cannot write %s: errno %d", path, errno);
	close(fd);
	chmod(path, (mode_t)mode);
}

/* The program, whose name of an interpreter has `size` bytes and begins `offset` behind the file. */
static void write_program(const char *name, uint32_t size, uint32_t offset)
{
	unsigned char *ph = image + EHDR_BYTES + (image[E_PHNUM] - 1) * PHDR_BYTES;

	memset(image + image_bytes, 'x', 2 * PAGE);
	memcpy(image + image_bytes, name, strlen(name) + 1);
	put32(ph, PT_INTERP);
	put32(ph + 4, (uint32_t)image_bytes + offset);
	put32(ph + 16, size);
	put32(ph + 20, size);
	write_file(PROGRAM, image, image_bytes + 2 * PAGE, 0755);
}

/* The interpreter, `field` of whose header is `value`; field 0: none. */
static void write_linker(int field, unsigned int value, int mode)
{
	static const unsigned char header[EHDR_BYTES + PHDR_BYTES] = {0x7f,
								      'E',
								      'L',
								      'F',
								      1,
								      1,
								      1,
								      [E_TYPE] = 3,
								      [E_MACHINE] = 3,
								      [20] = 1,
								      [24] = EHDR_BYTES +
									     PHDR_BYTES,
								      [E_PHOFF] = EHDR_BYTES,
								      [40] = EHDR_BYTES,
								      [42] = PHDR_BYTES,
								      [E_PHNUM] = 1,
								      [EHDR_BYTES] = 1,
								      [EHDR_BYTES + 24] = 5};
	unsigned char file[512];
	size_t code = (size_t)(linker_end - linker_code);

	memset(file, 0, sizeof(file));
	memcpy(file, header, sizeof(header));
	memcpy(file + sizeof(header), linker_code, code);
	put32(file + EHDR_BYTES + 16, (uint32_t)(sizeof(header) + code));
	put32(file + EHDR_BYTES + 20, (uint32_t)(sizeof(header) + code));
	if (field)
		put16(file + field, value);
	write_file(INTERP, file, sizeof(file), mode);
}

static int exec_program(void *result)
{
	const char *argv[] = {PROGRAM, "started", NULL};
	const char *envp[] = {"A=b", NULL};

	*(volatile long *)result = sys(__NR_execve, PROGRAM, argv, envp);
	return EXEC_FAILED;
}

/* => execve's error, or the exit status of what began */
static long run_program(void)
{
	long *result = map_shared(1);
	int status = in_child(exec_program, result);
	long error = *result;

	munmap(result, PAGE);
	return status == EXITED(EXEC_FAILED) ? error : status;
}

static long run_with(const char *name)
{
	write_program(name, (uint32_t)strlen(name) + 1, 0);
	return run_program();
}

static void test_names(void)
{
	is(run_with("/nonexistent"), -ENOENT, "no such interpreter");
	is(run_with("/tmp"), -EACCES, "a directory");
	is(run_with("/dev/null"), -EACCES, "a device");
	write_linker(0, 0, 0644);
	is(run_with(INTERP), -EACCES, "one that may not be executed");
	write_linker(0, 0, 0755);
	write_program(INTERP, (uint32_t)strlen(INTERP), 0);
	is(run_program(), -ENOEXEC, "a name without its NUL");
	write_program(INTERP, 1, 0);
	is(run_program(), -ENOEXEC, "a name of one byte");
	write_program(INTERP, PAGE + 1, 0);
	is(run_program(), -ENOEXEC, "a name of 4097 bytes");
	write_program(INTERP, 20, 2 * PAGE);
	is(run_program(), -EIO, "a name behind the end of the file");
}

static void test_linkers(void)
{
	int fd;

	write_linker(0, 0, 0755);
	is(run_with(INTERP), EXITED(42), "the interpreter begins, and AT_BASE is where it lies");
	fd = open(INTERP, O_WRONLY);
	is(run_with(INTERP), -ETXTBSY, "one that is being written");
	close(fd);
	write_file(INTERP, "#!/bin/sh\nthis is no interpreter of programs, and long enough\n", 62,
		   0755);
	is(run_with(INTERP), -ELIBBAD, "a script");
	write_file(INTERP, "\177ELF", 4, 0755);
	is(run_with(INTERP), -EIO, "one of four bytes");
	write_linker(E_MACHINE, 40, 0755);
	is(run_with(INTERP), -ELIBBAD, "one for ARM");
	write_linker(42, 56, 0755);
	is(run_with(INTERP), -ELIBBAD, "one with program headers of another size");
	write_linker(E_PHNUM, 0, 0755);
	is(run_with(INTERP), -ELIBBAD, "one without program headers");
}

/* --- where things lie --- */

struct layout {
	uintptr_t stack, heap, area;
};

static int write_layout(void)
{
	struct layout l;

	l.stack = (uintptr_t)&l;
	l.heap = (uintptr_t)sbrk(0);
	l.area = (uintptr_t)map_pages(1, PROT_READ);
	write_file(LAYOUT, &l, sizeof(l), 0644);
	return 0;
}

static int exec_layout(void *personality)
{
	const char *argv[] = {self, "layout", NULL};
	const char *envp[] = {NULL};

	sys(__NR_personality, *(long *)personality);
	sys(__NR_execve, self, argv, envp);
	return EXEC_FAILED;
}

static struct layout layout_with(long personality)
{
	struct layout l = {0};
	int fd;

	if (in_child(exec_layout, &personality) != EXITED(0))
		bail_out("cannot execute %s", self);
	fd = open(LAYOUT, O_RDONLY);
	if (read(fd, &l, sizeof(l)) != sizeof(l))
		bail_out("no layout");
	close(fd);
	return l;
}

static void test_layout(void)
{
	struct layout fixed = layout_with(ADDR_NO_RANDOMIZE),
		      again = layout_with(ADDR_NO_RANDOMIZE);
	int stacks = 0, heaps = 0, areas = 0;

	ok(memcmp(&fixed, &again, sizeof(fixed)) == 0, "ADDR_NO_RANDOMIZE: the same twice");
	for (int i = 0; i < 8; i++) {
		struct layout l = layout_with(0);

		stacks += l.stack / PAGE != fixed.stack / PAGE;
		heaps += l.heap != fixed.heap;
		areas += l.area != fixed.area;
		if (l.stack > fixed.stack || l.area > fixed.area || l.heap < fixed.heap)
			bail_out("beyond what it may be: stack %lx, area %lx, heap %lx",
				 (unsigned long)l.stack, (unsigned long)l.area,
				 (unsigned long)l.heap);
	}
	ok(stacks >= 4 && heaps >= 4 && areas >= 4,
	   "else stack, heap and areas move (%d %d %d of 8)", stacks, heaps, areas);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		return strcmp(argv[1], "layout") == 0 ? write_layout() : 1;
	load_image();
	test_names();
	test_linkers();
	if (sys(__NR_personality, ADDR_NO_RANDOMIZE) >= 0)
		test_layout();
	else
		skip("personality(2) is not allowed here");
	unlink(PROGRAM);
	unlink(INTERP);
	unlink(LAYOUT);
	return tap_done();
}
