/* SPDX-License-Identifier: MIT */
/*
 * nommu_fail: vfork, execve and memory calls with every kernel allocation failing in turn, on a
 * machine without an MMU.
 *
 * For each site of the fault injection a child is made that executes this program again and uses
 * memory; the 1st, the 2nd, the 3rd ... allocation of that fails, until a run ends without the fault
 * having happened. Whatever it hits: the child ends, and the audit finds every frame.
 */
#include "guest.h"

#define MAX_RUNS 500

extern char **environ;

static const char *const sites[] = {"page", "slab", "vmalloc"};

/* One page of the file, or more; => 0, 1 it was refused */
static int map_file(long fd, unsigned long len, int prot, int flags)
{
	long p = sys(__NR_mmap2, 0, len, prot, flags, fd, 0);

	if ((unsigned long)p >= (unsigned long)-4095)
		return 1;
	return sys(__NR_munmap, p, len) != 0;
}

/* A segment of System V shared memory, removed before it is attached. */
static int attach(void)
{
	long id = sys(__NR_shmget, 0, 3 * PAGE, 0600), p;

	if (id < 0)
		return 1;
	p = sys(__NR_shmat, id, 0, 0);
	sys(__NR_shmctl, id, 0, NULL);
	return (unsigned long)p >= (unsigned long)-4095 || sys(__NR_shmdt, p) != 0;
}

/* Mappings of files, one that is copied and one that has its pages in a row, and of a device; and less than
 * a page. */
static int map_files(long rom)
{
	long ram = sys(__NR_open, "/dev/ram0", O_RDWR, 0); /* which has memory then */
	int refused = map_file(rom, PAGE, PROT_READ, MAP_PRIVATE);
	long fd = sys(__NR_memfd_create, "m", 0);

	refused |= map_file(rom, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	if (ram < 0)
		refused = 1;
	else
		refused |= map_file(ram, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	sys(__NR_close, ram);
	if (fd < 0)
		return 1;
	if (sys(__NR_ftruncate, fd, 10 * PAGE) != 0)
		refused = 1;
	else
		refused |= map_file(fd, 10 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	sys(__NR_close, fd);
	refused |= attach();
	refused |= sys(__NR_munmap, sys(__NR_mmap2, 0, 10, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		       10) != 0;
	return refused;
}

/* What the child does; => its exit code: 0 if nothing was refused */
static int work(void)
{
	char *heap = (char *)sys(__NR_brk, 0);
	char *p = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int refused = 0;
	long fd;

	if (p == MAP_FAILED) {
		refused = 1;
	} else {
		memset(p, 1, 5 * PAGE);
		if (munmap(p + PAGE, PAGE) != 0)
			refused = 1;
		if (munmap(p + 2 * PAGE, 3 * PAGE) != 0)
			refused = 1;
	}
	if (sys(__NR_brk, heap + PAGE) == (long)(heap + PAGE))
		memset(heap, 2, PAGE);
	fd = sys(__NR_open, "/tests/nommu_fail", O_RDONLY, 0);
	if (fd < 0)
		return 1;
	if (sys(__NR_read, fd, heap, 16) != 16)
		refused = 1;
	refused |= map_files(fd);
	sys(__NR_close, fd);
	return refused;
}

static __attribute__((noinline)) pid_t start(const char *self)
{
	char *argv[] = {(char *)(uintptr_t)self, (char *)(uintptr_t) "work", NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		execve(self, argv, environ);
		_exit(99);
	}
	return pid;
}

static void set_fault(int device, const char *site, int n)
{
	char text[40];
	int len = sniprintf(text, sizeof(text), "fail-nth %s %d", site, n);

	if (write(device, text, (size_t)len) != len)
		bail_out("%s: errno %d", text, errno);
}

static int has_fired(int device)
{
	char text[16] = "";

	lseek(device, 0, SEEK_SET);
	if (read(device, text, sizeof(text) - 1) <= 0)
		bail_out("the device tells nothing");
	return strncmp(text, "fired", 5) == 0;
}

/* => the number of runs that the fault was in, -1 if something was wrong */
static int sweep(int device, const char *self, const char *site)
{
	for (int n = 1; n < MAX_RUNS; n++) {
		int status = 0, fired;
		pid_t pid;

		set_fault(device, site, n);
		pid = start(self);
		if (pid > 0)
			waitpid(pid, &status, 0);
		fired = has_fired(device);
		set_fault(device, site, 0);
		if (kernel_command("audit") != 0) {
			diag("%s %d: the audit found a difference", site, n);
			return -1;
		}
		if (pid < 0 && !fired) {
			diag("%s %d: vfork was refused for nothing", site, n);
			return -1;
		}
		if (!fired) {
			is(status, EXITED(0), "%s: with nothing failing it works", site);
			return n - 1;
		}
	}
	diag("%s: no end", site);
	return -1;
}

int main(int argc, char **argv)
{
	int device, runs;

	if (argc == 2)
		return work();
	device = open("/dev/octavo", O_RDWR);
	if (device < 0)
		bail_out("/dev/octavo: errno %d", errno);
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		runs = sweep(device, argv[0], sites[i]);
		ok(runs > 0, "%s: %d runs, and nothing leaks", sites[i], runs);
	}
	return tap_done();
}
