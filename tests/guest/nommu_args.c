/* SPDX-License-Identifier: MIT */
/*
 * Wild arguments to system calls on a machine without an MMU, where the kernel's memory, other
 * programs' and the devices are but an address away: EFAULT, EBADF, and the machine goes on.
 *
 *	nommu_args		all of it
 *	nommu_args SEED		noise in all arguments of all calls; ends with 0
 */
#include <sys/stat.h>

#include "guest.h"
#include "noise.h"

#define FILE_PATH "/tests/nommu_args"

extern char **environ;

/* Addresses at which not a single byte may be stored, nor (but the last) be read. */
static unsigned long wild[] = {
	0,          1,          0x200,      0x100000,   0x3ffffc,   0x10000000, 0x203ff000,
	0x21fff000, 0x22000000, 0x40004000, 0xe000ed00, 0xfffff000, 0xffffffff, 0 /* text */,
};

#define NR_WILD       (sizeof(wild) / sizeof(wild[0]))
#define NR_UNREADABLE (NR_WILD - 1)

static const struct call {
	const char *name;
	long nr;
	int which; /* argument that is wild, from 0 */
	int stores;
	long args[4]; /* the others; FD, PIPE: descriptors */
} calls[] = {
#define FD   -1001
#define PIPE -1002
	{"read", __NR_read, 1, 1, {FD, 0, 100, 0}},
	{"write", __NR_write, 1, 0, {PIPE, 0, 100, 0}},
	{"open", __NR_open, 0, 0, {0, O_RDONLY, 0, 0}},
	{"openat", __NR_openat, 1, 0, {AT_FDCWD, 0, O_RDONLY, 0}},
	{"stat64", __NR_stat64, 0, 0, {0, 0, 0, 0}},
	{"stat64 into", __NR_stat64, 1, 1, {(long)FILE_PATH, 0, 0, 0}},
	{"lstat64 into", __NR_lstat64, 1, 1, {(long)FILE_PATH, 0, 0, 0}},
	{"fstat64 into", __NR_fstat64, 1, 1, {FD, 0, 0, 0}},
	{"access", __NR_access, 0, 0, {0, 0, 0, 0}},
	{"chdir", __NR_chdir, 0, 0, {0, 0, 0, 0}},
	{"unlink", __NR_unlink, 0, 0, {0, 0, 0, 0}},
	{"mkdir", __NR_mkdir, 0, 0, {0, 0755, 0, 0}},
	{"readlink", __NR_readlink, 0, 0, {0, 0, 100, 0}},
	{"getcwd into", __NR_getcwd, 0, 1, {0, 100, 0, 0}},
	{"execve", __NR_execve, 0, 0, {0, 0, 0, 0}},
	{"execve's argv", __NR_execve, 1, 0, {(long)FILE_PATH, 0, 0, 0}},
	{"uname into", __NR_uname, 0, 1, {0, 0, 0, 0}},
	{"clock_gettime into", __NR_clock_gettime, 1, 1, {1, 0, 0, 0}},
	{"clock_gettime64 into", __NR_clock_gettime64, 1, 1, {1, 0, 0, 0}},
	{"nanosleep", __NR_nanosleep, 0, 0, {0, 0, 0, 0}},
	{"pipe into", __NR_pipe, 0, 1, {0, 0, 0, 0}},
};
#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

static void check(const struct call *call, int file, int pipe_end)
{
	int good = 1;

	for (size_t i = 0; i < (call->stores ? NR_WILD : NR_UNREADABLE); i++) {
		long args[4], result;

		for (int j = 0; j < 4; j++)
			args[j] = call->args[j] == FD     ? file
				  : call->args[j] == PIPE ? pipe_end
							  : call->args[j];
		args[call->which] = (long)wild[i];
		if (wild[i] == 0 && call->nr == __NR_execve && call->which == 1)
			continue; /* no vector is an empty one */
		result = sys(call->nr, args[0], args[1], args[2], args[3]);
		if (result != -EFAULT) {
			diag("%s %08lx: %ld", call->name, wild[i], result);
			good = 0;
		}
	}
	ok(good, "%s", call->name);
}

static void test_descriptors(void)
{
	static const long bad[] = {-1, 40, 3000, 0x7fffffff, (long)0x80000000};
	static const long numbers[] = {__NR_read,    __NR_write,      __NR_close, __NR_lseek,
				       __NR_fstat64, __NR_getdents64, __NR_ioctl, __NR_dup};
	char buf[16];
	int good = 1;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		for (size_t j = 0; j < sizeof(bad) / sizeof(bad[0]); j++)
			if (sys(numbers[i], bad[j], buf, 0) != -EBADF) {
				diag("call %ld of %ld", numbers[i], bad[j]);
				good = 0;
			}
	ok(good, "descriptors that are not open");
}

static void test_lengths(int file, int pipe_end)
{
	char *p = map_pages(1, PROT_READ | PROT_WRITE);
	long result = sys(__NR_read, file, p, 0x7fffffff);

	ok(result == (long)PAGE || result == -EFAULT, "reading 2G into a page (%ld)", result);
	result = sys(__NR_read, file, p, 0xffffffff);
	ok(result == (long)PAGE || result == -EFAULT || result == -EINVAL, "reading 4G (%ld)",
	   result);
	result = sys(__NR_write, pipe_end, p + PAGE - 10, 20);
	ok(result == 10 || result == -EFAULT, "writing across the end of a page (%ld)", result);
	munmap(p, PAGE);
}

/* Every call with the same noise in all arguments: whatever comes, we are still here. */
static int noise(uint32_t state)
{
	static const unsigned long interesting[] = {0,          1,          0xffffffff, 0x200,
						    0x203ff000, 0x21000000, 0x80000000, 0x100000};

	noise_calls(state, interesting);
	return 0;
}

static __attribute__((noinline)) pid_t start(const char *self, const char *argument)
{
	char *argv[] = {(char *)(uintptr_t)self, (char *)(uintptr_t)argument, NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		execve(self, argv, environ);
		_exit(99);
	}
	return pid;
}

static void test_noise(const char *self)
{
	for (unsigned seed = 1; seed <= 10; seed++) {
		char number[12];
		int status = -1;
		pid_t pid;

		sniprintf(number, sizeof(number), "%u", seed);
		pid = start(self, number);
		waitpid(pid, &status, 0);
		ok(status == EXITED(0) || WIFSIGNALED(status), "noise with seed %u (status %#x)",
		   seed, status);
	}
}

int main(int argc, char **argv)
{
	int file, ends[2];

	if (argc == 2)
		return noise((uint32_t)atoi(argv[1]));
	wild[NR_WILD - 1] = (unsigned long)&test_noise & ~3ul;
	file = open(FILE_PATH, O_RDONLY);
	if (file < 0 || pipe(ends) < 0)
		bail_out("no file or no pipe: errno %d", errno);
	for (size_t i = 0; i < NR_CALLS; i++)
		check(&calls[i], file, ends[1]);
	test_descriptors();
	test_lengths(file, ends[1]);
	test_noise(argv[0]);
	return tap_done();
}
