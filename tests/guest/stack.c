/* SPDX-License-Identifier: MIT */
/*
 * The stack: it grows by itself within its limit, down to a guard gap above
 * whatever lies below it, and no further.
 */
#include "guest.h"

#define STACK_LIMIT (8 * MB) /* RLIMIT_STACK of a fresh process */
#define GUARD_GAP   (256 * PAGE)

/* Uses about 512 bytes of stack for each level and checks them on the way back. */
static int recurse(unsigned int levels)
{
	volatile unsigned char frame[448];
	int sum;

	frame[0] = (unsigned char)levels;
	frame[447] = (unsigned char)(levels >> 8);
	sum = levels > 1 ? recurse(levels - 1) : 0;
	if (frame[0] != (unsigned char)levels || frame[447] != (unsigned char)(levels >> 8))
		return -1;
	return sum < 0 ? sum : sum + 1;
}

static int recurse_child(void *levels)
{
	return recurse(*(unsigned int *)levels) == (int)*(unsigned int *)levels ? 0 : 50;
}

static int recurse_for_ever(void *levels)
{
	return recurse_child(levels);
}

static char *stack_page(void)
{
	return (char *)((uintptr_t)__builtin_frame_address(0) & ~(PAGE - 1));
}

/* Touches one byte that lies *DISTANCE below this frame. */
static int touch_below(void *distance)
{
	volatile char *p = stack_page() - *(unsigned long *)distance;

	*p = 1;
	return *p == 1 ? 0 : 50;
}

static long status_below(unsigned long distance)
{
	return in_child(touch_below, &distance);
}

static int fresh_stack_is_zero(void *distance)
{
	char *p = stack_page() - *(unsigned long *)distance;

	return all_bytes(p, PAGE, 0) ? 0 : 50;
}

/* The kernel stores into stack that does not exist yet. */
static int read_below(void *distance)
{
	char *p = stack_page() - *(unsigned long *)distance;
	long fd = sys(__NR_open, "/dev/zero", O_RDONLY, 0);

	p -= 100; /* across a page boundary */
	return sys(__NR_read, fd, p, 200) == 200 && all_bytes(p, 200, 0) ? 0 : 50;
}

/* One page is mapped 4M below; then a byte is touched *ABOVE the end of that page. */
static int touch_above_mapping(void *above)
{
	char *at = stack_page() - 4 * MB;
	volatile char *p = at + PAGE + *(unsigned long *)above;

	if (mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) != at)
		return 51;
	*at = 1;
	*p = 1;
	return *p == 1 && *at == 1 ? 0 : 50;
}

static long status_above_mapping(unsigned long above)
{
	return in_child(touch_above_mapping, &above);
}

/* The gap holds the other way round, too: nothing is placed just below a grown stack by chance. */
static int fill_below(void *unused)
{
	char *stack = stack_page();

	for (int i = 0; i < 200; i++) {
		char *p = mmap(stack - 64 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			return 51;
		if (p < stack && p > stack - 128 * PAGE)
			return 52;
	}
	return 0;
}

/* For a debugger, too, as for the program itself. */
static int debugger_grows(void *unused)
{
	enum { AREA = 0x30000000 };
	long area = sys(__NR_mmap2, AREA, PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
	int fd = open("/proc/self/mem", O_RDWR);
	char byte = 'b';

	(void)unused;
	if (area != AREA || fd < 0)
		return 1;
	if (sys(__NR_pread64, fd, &byte, 1, AREA - 3 * PAGE, 0) != 1 || byte != 0)
		return 2;
	byte = 'w';
	if (sys(__NR_pwrite64, fd, &byte, 1, AREA - 10 * PAGE, 0) != 1)
		return 3;
	if (*(volatile char *)(AREA - 10 * PAGE) != 'w')
		return 4;
	return sys(__NR_pread64, fd, &byte, 1, AREA - 64 * MB, 0) == -EIO ? 0 : 5;
}

int main(void)
{
	unsigned int levels = 2000, endless = 200000;
	unsigned long distance = 600 * PAGE;
	int status;

	is(recurse(levels), (long)levels, "recursion through 1M of stack");
	is(in_child(recurse_child, &levels), EXITED(0), "and in a child, on a copy of it");
	is(status_below(2 * MB), EXITED(0), "2M below");
	is(status_below(7 * MB), EXITED(0), "7M below");
	is(status_below(STACK_LIMIT + 64 * PAGE), KILLED(SIGSEGV), "beyond the limit");
	is(status_below(64 * MB), KILLED(SIGSEGV), "far beyond the limit");
	is(in_child(fresh_stack_is_zero, &distance), EXITED(0), "new stack is zero");
	is(in_child(read_below, &distance), EXITED(0), "the kernel can grow it, too");

	is(in_child(debugger_grows, NULL), EXITED(0), "so can who writes to /proc/PID/mem");

	status = in_child(recurse_for_ever, &endless);
	ok(status == KILLED(SIGSEGV) || (status == KILLED(SIGKILL) && on_octavo()),
	   "endless recursion ends (status %#x)", status);

	is(status_above_mapping(GUARD_GAP + 16 * PAGE), EXITED(0), "well above a mapping");
	is(status_above_mapping(GUARD_GAP - 2 * PAGE), KILLED(SIGSEGV), "within the guard gap");
	is(status_above_mapping(0), KILLED(SIGSEGV), "right above the mapping");
	is(in_child(fill_below, NULL), EXITED(0), "mmap keeps away from the stack");
	is(recurse(levels), (long)levels, "and after all that the stack is as good as ever");
	return tap_done();
}
