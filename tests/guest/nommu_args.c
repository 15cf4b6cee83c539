/* SPDX-License-Identifier: MIT */
/*
 * Wild arguments to system calls on a machine without an MMU, where the kernel's memory, other
 * programs' and the devices are but an address away: EFAULT, EBADF, and the machine goes on. What each
 * call does with a pointer alone, pointers.c tests.
 *
 *	nommu_args		all of it
 *	nommu_args SEED		noise in all arguments of all calls; ends with 0
 */
#include <sys/stat.h>

#include "guest.h"
#include "noise.h"

#define FILE_PATH "/tests/nommu_args"

extern char **environ;

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
	file = open(FILE_PATH, O_RDONLY);
	if (file < 0 || pipe(ends) < 0)
		bail_out("no file or no pipe: errno %d", errno);
	test_descriptors();
	test_lengths(file, ends[1]);
	test_noise(argv[0]);
	return tap_done();
}
