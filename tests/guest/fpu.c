/* SPDX-License-Identifier: MIT */
/*
 * Floating-point and SSE registers belong to one process: they survive system
 * calls, faults and switches to others that use them too, and a child of fork
 * begins with its parent's. (What execve leaves is in exec.c.) On a processor without SSE it is
 * the x87 registers alone.
 *
 * The rest of this program is compiled without either kind of register.
 */
#include "guest.h"

struct fpu_image {
	int32_t x87[8]; /* st0 first */
	uint32_t xmm[8][4];
	uint16_t control;
	uint32_t mxcsr;
};

static volatile int *shared;
static int has_sse;

static int processor_has_sse(void)
{
	uint32_t a = 1, b, c, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
	return (d >> 25 & 1) != 0;
}

/* A state that SEED determines. */
static void make_image(struct fpu_image *image, uint32_t seed)
{
	memset(image, 0, sizeof(*image));
	for (int i = 0; i < 8; i++) {
		image->x87[i] = (int32_t)(seed * 1000 + (uint32_t)i);
		for (int j = 0; has_sse && j < 4; j++)
			image->xmm[i][j] = seed << 16 | (uint32_t)(i * 4 + j);
	}
	image->control = (uint16_t)(0x37f & ~(seed % 4 << 10)) | (uint16_t)(seed % 4 << 10);
	image->mxcsr = has_sse ? 0x1f80 | seed % 4 << 13 : 0;
}

static void load(const struct fpu_image *image)
{
	__asm__ volatile("fninit\n\tfldcw %0" : : "m"(image->control));
	for (int i = 7; i >= 0; i--)
		__asm__ volatile("fildl %0" : : "m"(image->x87[i]));
	if (!has_sse)
		return;
	__asm__ volatile("ldmxcsr %0" : : "m"(image->mxcsr));
	__asm__ volatile("movups 0(%0), %%xmm0\n\tmovups 16(%0), %%xmm1\n\t"
			 "movups 32(%0), %%xmm2\n\tmovups 48(%0), %%xmm3\n\t"
			 "movups 64(%0), %%xmm4\n\tmovups 80(%0), %%xmm5\n\t"
			 "movups 96(%0), %%xmm6\n\tmovups 112(%0), %%xmm7"
			 :
			 : "r"(image->xmm)
			 : "memory");
}

/* Reads the registers; afterwards the x87 stack is empty. */
static void store(struct fpu_image *image)
{
	memset(image, 0, sizeof(*image));
	for (int i = 0; i < 8; i++)
		__asm__ volatile("fistpl %0" : "=m"(image->x87[i]));
	__asm__ volatile("fnstcw %0" : "=m"(image->control));
	if (!has_sse)
		return;
	__asm__ volatile("movups %%xmm0, 0(%0)\n\tmovups %%xmm1, 16(%0)\n\t"
			 "movups %%xmm2, 32(%0)\n\tmovups %%xmm3, 48(%0)\n\t"
			 "movups %%xmm4, 64(%0)\n\tmovups %%xmm5, 80(%0)\n\t"
			 "movups %%xmm6, 96(%0)\n\tmovups %%xmm7, 112(%0)"
			 :
			 : "r"(image->xmm)
			 : "memory");
	__asm__ volatile("stmxcsr %0" : "=m"(image->mxcsr));
	image->mxcsr &= ~0x3fU; /* the sticky exception flags are the conversions' */
}

static int is_intact(const struct fpu_image *want)
{
	struct fpu_image got;

	store(&got);
	return memcmp(&got, want, sizeof(got)) == 0;
}

/* Spins without touching a register that matters. */
static void spin(unsigned long loops)
{
	__asm__ volatile("1: decl %0\n\tjnz 1b" : "+r"(loops) : : "cc");
}

/* In a child: its own state through preemption, yields, faults and system calls. */
static int keep_state(uint32_t seed)
{
	struct fpu_image image;
	char *fresh = map_pages(4, PROT_READ | PROT_WRITE);

	make_image(&image, seed);
	for (int round = 0; round < 12; round++) {
		load(&image);
		spin(3000000);
		if (!is_intact(&image))
			return 1;
		load(&image);
		for (int i = 0; i < 20; i++)
			sys(__NR_sched_yield);
		if (!is_intact(&image))
			return 2;
		load(&image);
		fresh[round % 4 * PAGE]++; /* a fault at first */
		sys(__NR_mprotect, fresh, PAGE, PROT_READ);
		sys(__NR_mprotect, fresh, PAGE, PROT_READ | PROT_WRITE);
		if (!is_intact(&image))
			return 3;
	}
	return 0;
}

static void test_switches(void)
{
	enum { N = 5 };
	pid_t pids[N];

	for (int i = 0; i < N; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0)
			_exit(keep_state((uint32_t)i + 1));
	}
	for (int i = 0; i < N; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		is(status, EXITED(0), "process %d of %d keeps its state", i + 1, N);
	}
}

static void test_fork(void)
{
	struct fpu_image mine, childs;
	int status;
	long pid;

	make_image(&mine, 77);
	make_image(&childs, 88);
	shared[0] = 0;
	load(&mine);
	pid = sys(__NR_fork);
	if (pid == 0) {
		int good = is_intact(&mine);

		load(&childs);
		shared[0] = 1;
		spin(3000000);
		_exit(good && is_intact(&childs) ? 0 : 50);
	}
	if (pid < 0)
		bail_out("fork: %ld", pid);
	for (long i = 0; !shared[0] && i < 1000000; i++) /* or the child has died */
		sys(__NR_sched_yield);
	ok(is_intact(&mine), "the parent's state survives fork and what the child loads");
	load(&mine);
	sys(__NR_wait4, pid, &status, 0, 0);
	ok(is_intact(&mine), "and the child's end");
	is(status, EXITED(0), "the child began with the parent's state, and keeps its own");
}

/* One process computes, while others that never use the FPU come and go. */
static void test_among_others(void)
{
	struct fpu_image image;
	int good = 1;

	make_image(&image, 99);
	for (int i = 0; i < 30; i++) {
		long pid;

		load(&image);
		pid = sys(__NR_fork);
		if (pid == 0)
			sys(__NR_exit, 0);
		sys(__NR_wait4, pid, 0, 0, 0);
		good &= is_intact(&image);
	}
	ok(good, "30 children without floating point change nothing");
}

int main(void)
{
	shared = map_shared(1);
	has_sse = processor_has_sse();
	test_switches();
	test_fork();
	test_among_others();
	return tap_done();
}
