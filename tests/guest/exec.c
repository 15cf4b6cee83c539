/* SPDX-License-Identifier: MIT */
/*
 * execve(2): arguments, environment, auxiliary vector, what the new program
 * keeps and what it does not, and errors. The program executes itself again
 * with a word that says what to look at. Files that are no programs: badelf.c.
 */
#include <sys/auxv.h>
#include <sys/stat.h>

#include "guest.h"

#define MARK_FD     20 /* open across exec, and the only one above the standard three */
#define EXEC_FAILED 77

extern char _start[];
extern char **environ;

static char *self;
static int zeroed[64];    /* bss */
static int counted = 123; /* data */

/* Program names and words are not written to: the cast is execve's prototype, not ours. */
static long exec_words(const char *path, const char *const *argv, const char *const *envp)
{
	return sys(__NR_execve, path, argv, envp);
}

/* In the child: executes this program with WORD. */
static int exec_self(void *word)
{
	const char *argv[] = {self, word, "two words", "", NULL};
	const char *envp[] = {"FIRST=1", "SECOND=zwei", NULL};

	memset(zeroed, 1, sizeof(zeroed));
	counted = 5;
	sbrk(5 * PAGE);
	map_pages(10, PROT_READ | PROT_WRITE);
	exec_words(self, argv, envp);
	return EXEC_FAILED;
}

static int look_at_words(int argc, char **argv, char **envp)
{
	char **after = argv + argc;

	if (argc != 4 || strcmp(argv[2], "two words") || argv[3][0] || *after)
		return 1;
	if (envp != after + 1 || environ != envp)
		return 2;
	if (strcmp(envp[0], "FIRST=1") || strcmp(envp[1], "SECOND=zwei") || envp[2])
		return 3;
	if (strcmp(getenv("SECOND"), "zwei"))
		return 4;
	if ((uintptr_t)(argv - 1) % 16) /* the stack pointer at entry */
		return 5;
	return 0;
}

static int look_at_auxv(void)
{
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	const unsigned char *phdr = (const unsigned char *)getauxval(AT_PHDR);

	if (getauxval(AT_PAGESZ) != PAGE)
		return 1;
	if (getauxval(AT_ENTRY) != (unsigned long)_start)
		return 2;
	if (getauxval(AT_PHENT) != 32 || getauxval(AT_PHNUM) < 2)
		return 3;
	/* the program headers lie behind the ELF header, and begin with a PT_LOAD */
	if (!phdr || memcmp(phdr - 52, "\177ELF", 4) || phdr[0] != 1)
		return 4;
	if (!random || all_bytes((const char *)random, 16, 0))
		return 5;
	if (strcmp((const char *)getauxval(AT_EXECFN), self))
		return 6;
	if (getauxval(AT_UID) || getauxval(AT_GID) || getauxval(AT_SECURE) || getauxval(AT_BASE))
		return 7;
	if (getauxval(4711) || errno != ENOENT)
		return 8;
	return 0;
}

static int look_at_memory(void)
{
	for (size_t i = 0; i < sizeof(zeroed) / sizeof(zeroed[0]); i++)
		if (zeroed[i])
			return 1;
	return counted == 123 ? 0 : 2;
}

static int look_at_files(void)
{
	struct stat st;

	for (int fd = 0; fd < 32; fd++)
		if ((fstat(fd, &st) == 0) != (fd <= STDERR_FILENO || fd == MARK_FD))
			return 1 + fd;
	return 0;
}

/* What a new program finds in the floating-point and SSE registers. */
static int look_at_fpu(void)
{
	struct {
		uint32_t words[4];
	} xmm[8];
	uint16_t control;
	uint32_t mxcsr;

	__asm__ volatile("fnstcw %0" : "=m"(control));
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	__asm__ volatile("movups %%xmm0, 0(%0)\n\tmovups %%xmm1, 16(%0)\n\t"
			 "movups %%xmm2, 32(%0)\n\tmovups %%xmm3, 48(%0)\n\t"
			 "movups %%xmm4, 64(%0)\n\tmovups %%xmm5, 80(%0)\n\t"
			 "movups %%xmm6, 96(%0)\n\tmovups %%xmm7, 112(%0)"
			 :
			 : "r"(xmm)
			 : "memory");
	if (control != 0x37f)
		return 1;
	if (mxcsr != 0x1f80)
		return 2;
	return all_bytes((const char *)xmm, sizeof(xmm), 0) ? 0 : 3;
}

/* In the child: leaves marks in the registers, then executes. */
static int dirty_fpu(void *word)
{
	static const uint32_t pattern[4] = {0xdeadbeef, 0xdeadbeef, 0xdeadbeef, 0xdeadbeef};
	uint16_t control = 0x27f;
	uint32_t mxcsr = 0x9f80;

	__asm__ volatile("fldcw %0\n\tldmxcsr %1\n\tfld1\n\t"
			 "movups %2, %%xmm0\n\tmovaps %%xmm0, %%xmm1\n\tmovaps %%xmm0, %%xmm7"
			 :
			 : "m"(control), "m"(mxcsr), "m"(pattern));
	return exec_self(word);
}

static int look(int argc, char **argv, char **envp)
{
	self = argv[0];
	if (strcmp(argv[1], "words") == 0)
		return look_at_words(argc, argv, envp);
	if (strcmp(argv[1], "auxv") == 0)
		return look_at_auxv();
	if (strcmp(argv[1], "memory") == 0)
		return look_at_memory();
	if (strcmp(argv[1], "files") == 0)
		return look_at_files();
	if (strcmp(argv[1], "fpu") == 0)
		return look_at_fpu();
	if (strcmp(argv[1], "pid") == 0)
		return getpid() & 0x7f;
	return EXEC_FAILED;
}

static int make_file(const char *path, const char *content, int mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd < 0)
		bail_out("cannot create %s: errno %d", path, errno);
	if (write(fd, content, strlen(content)) < 0)
		bail_out("cannot write %s: errno %d", path, errno);
	return close(fd);
}

static void test_errors(void)
{
	const char *argv[] = {"x", NULL};
	const char *none[] = {NULL};
	const char *wild[] = {"x", (const char *)KERNEL_ADDRESS, NULL};
	static char long_name[300];
	static char long_path[5000];
	long fd;

	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[0] = '/';
	memset(long_path, '/', sizeof(long_path) - 1);
	make_file("/tmp/plain", "words\n", 0644);
	make_file("/tmp/text", "no program\n", 0755);
	is(exec_words("/nonexistent", argv, none), -ENOENT, "no such file");
	is(exec_words("", argv, none), -ENOENT, "an empty path");
	is(exec_words("/tmp/plain/x", argv, none), -ENOTDIR, "a file as directory");
	is(exec_words("/tmp", argv, none), -EACCES, "a directory");
	is(exec_words("/tmp/plain", argv, none), -EACCES, "a file without execute permission");
	is(exec_words("/dev/null", argv, none), -EACCES, "a device");
	sys(__NR_mknod, "/tmp/exec-fifo", S_IFIFO | 0755, 0);
	is(exec_words("/tmp/exec-fifo", argv, none), -EACCES, "a FIFO");
	unlink("/tmp/exec-fifo");
	is(exec_words("/tmp/text", argv, none), -ENOEXEC, "a text");
	is(exec_words(long_name, argv, none), -ENAMETOOLONG, "a name of 298 bytes");
	is(exec_words(long_path, argv, none), -ENAMETOOLONG, "a path of 4999 bytes");
	is(exec_words((const char *)KERNEL_ADDRESS, argv, none), -EFAULT, "a wild path");
	is(exec_words(self, (void *)KERNEL_ADDRESS, none), -EFAULT, "a wild argv");
	is(exec_words(self, wild, none), -EFAULT, "a wild word in argv");
	is(exec_words("/nonexistent", wild, none), -ENOENT, "of no program: that comes first");
	is(exec_words("/tmp/text", wild, none), -EFAULT, "of what is executable");
	fd = sys(__NR_open, "/tmp/text", O_WRONLY);
	ok(fd >= 0, "which nobody holds then");
	sys(__NR_close, fd);
	is(exec_words(self, argv, (void *)(KERNEL_ADDRESS - 2)), -EFAULT, "an envp across the end");
	is(exec_words(self, argv, wild), -EFAULT, "a wild word in envp");
	unlink("/tmp/plain");
	unlink("/tmp/text");
}

static int exec_without_words(void *path)
{
	sys(__NR_execve, path, NULL, NULL);
	return EXEC_FAILED;
}

static int exec_by_vfork(void)
{
	const char *argv[] = {self, "words", "two words", "", NULL};
	const char *envp[] = {"FIRST=1", "SECOND=zwei", NULL};
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		exec_words(self, argv, envp);
		_exit(EXEC_FAILED);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

int main(int argc, char **argv, char **envp)
{
	int status, fd;
	char word[] = "pid";
	pid_t pid;

	if (argc > 1)
		return look(argc, argv, envp);
	if (argc == 0 || !argv[0][0])
		return 42; /* what exec_without_words() starts */
	self = argv[0];

	/* One descriptor that stays, one that is marked; a copy loses the mark. */
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || dup2(fd, MARK_FD) != MARK_FD)
		bail_out("descriptors: errno %d", errno);
	for (int i = STDERR_FILENO + 1; i < 32; i++) /* what the caller left open */
		if (i != fd && i != MARK_FD)
			close(i);
	is(in_child(exec_self, (char[]){"words"}), EXITED(0), "arguments and environment");
	is(in_child(exec_self, (char[]){"auxv"}), EXITED(0), "the auxiliary vector");
	is(in_child(exec_self, (char[]){"memory"}), EXITED(0), "data and bss are fresh");
	is(in_child(exec_self, (char[]){"files"}), EXITED(0),
	   "descriptors stay, or close if marked");
	is(in_child(dirty_fpu, (char[]){"fpu"}), EXITED(0), "floating-point state is fresh");
	is(exec_by_vfork(), EXITED(0), "after vfork");
	is(in_child(exec_without_words, self), EXITED(42), "without argv and envp");
	pid = must_fork();
	if (pid == 0)
		_exit(exec_self(word));
	waitpid(pid, &status, 0);
	is(status, EXITED(pid & 0x7f), "the pid stays");
	test_errors();

	for (int i = 0; i < 60; i++)
		if (in_child(exec_self, (char[]){"memory"}) != 0)
			bail_out("execve %d", i);
	ok(1, "60 times in a row");
	return tap_done();
}
