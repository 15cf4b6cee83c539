/* SPDX-License-Identifier: MIT */
/*
 * Protection without an MMU: whatever a program does wrong kills it, by the right signal, and what
 * it may do works, however its regions come and go in the MPU.
 *
 *	mpu		all of it: each deed is done by a child that executes this program again
 *	mpu DEED	one deed: ends with what the deed returns, if it does not kill
 */
#include "guest.h"

#define KERNEL_TEXT    0x00000200UL
#define KERNEL_DATA    0x00200000UL
#define OTHERS_MEMORY  0x21ffe000UL /* the far end of the programs' memory */
#define PARAMETERS     0x203ff000UL
#define UART           0x40004000UL
#define SYSTEM_CONTROL 0xe000ed00UL
#define SURVIVED       50

extern char **environ;

static int global = 7;

static int read_at(unsigned long address)
{
	__asm__ volatile("ldr	r0, [%0]" : : "r"(address) : "r0", "memory");
	return SURVIVED;
}

static int write_at(unsigned long address)
{
	__asm__ volatile("str	%0, [%0]" : : "r"(address) : "memory");
	return SURVIVED;
}

static int call_at(unsigned long address)
{
	((void (*)(void))(address | 1))();
	return SURVIVED;
}

/* Deeds that kill. */
#define READ(name, address)                                                                        \
	static int read_##name(void)                                                               \
	{                                                                                          \
		return read_at(address);                                                           \
	}
#define WRITE(name, address)                                                                       \
	static int write_##name(void)                                                              \
	{                                                                                          \
		return write_at(address);                                                          \
	}
#define CALL(name, address)                                                                        \
	static int call_##name(void)                                                               \
	{                                                                                          \
		return call_at(address);                                                           \
	}
#define ALL(name, address) READ(name, address) WRITE(name, address) CALL(name, address)

ALL(null, 0)
ALL(kernel_text, KERNEL_TEXT)
ALL(kernel_data, KERNEL_DATA)
ALL(others, OTHERS_MEMORY)
ALL(parameters, PARAMETERS)
ALL(hole, 0x10000000)
READ(uart, UART)
WRITE(uart, UART)
READ(system_control, SYSTEM_CONTROL)
WRITE(system_control, SYSTEM_CONTROL)
WRITE(text, (unsigned long)&write_at & ~3ul)
CALL(data, (unsigned long)&global)

static int call_stack(void)
{
	volatile unsigned short code[2] = {0x4770, 0x4770}; /* bx lr */

	return call_at((unsigned long)code);
}

static int call_heap(void)
{
	unsigned short *code = (unsigned short *)map_pages(1, PROT_READ | PROT_WRITE);

	code[0] = 0x4770;
	return call_at((unsigned long)code);
}

#define DEED(name, ...)                                                                            \
	static int name(void)                                                                      \
	{                                                                                          \
		__asm__ volatile(__VA_ARGS__);                                                     \
		return SURVIVED;                                                                   \
	}

DEED(undefined, "udf #0")
DEED(breakpoint, "bkpt #0")
DEED(semihosting, "mov r0, #0x20; bkpt #0xab" : : : "r0") /* would end the machine */
DEED(arm_state, "mov r0, pc; bic r0, r0, #3; bx r0" : : : "r0")
DEED(no_coprocessor, "mcr p5, 0, r0, c0, c0, 0")
DEED(unaligned_multiple, "mov r0, sp; subs r0, #62; ldmia r0, {r1, r2}"
     :
     :
     : "r0", "r1", "r2", "cc")
DEED(stack_null, "mov r0, #0; mov sp, r0; push {r0}" : : : "r0")
DEED(stack_null_call, "mov r0, #0; mov sp, r0; movs r7, #20; svc #0" : : : "r0", "r7", "cc")
DEED(stack_kernel_call, "mov r0, #0x8000; mov sp, r0; movs r7, #20; svc #0" : : : "r0", "r7", "cc")
DEED(stack_null_wait, "mov r0, #0; mov sp, r0; 1: b 1b" : : : "r0") /* until the tick */

DEED(stack_overflow, "1: push {r0-r7}; b 1b")

static int unmapped(void)
{
	volatile char *p = map_pages(8, PROT_READ | PROT_WRITE);

	p[3 * PAGE] = 1;
	munmap((void *)(p + 3 * PAGE), PAGE);
	return read_at((unsigned long)p + 3 * PAGE);
}

static int beyond_mapping(void)
{
	volatile char *p = map_pages(3, PROT_READ | PROT_WRITE);

	p[3 * PAGE - 1] = 1;
	return read_at((unsigned long)p + 3 * PAGE);
}

static int straddle_end(void)
{
	char *p = map_pages(3, PROT_READ | PROT_WRITE);

	return read_at((unsigned long)p + 3 * PAGE - 2);
}

static int write_read_only(void)
{
	return write_at((unsigned long)map_pages(1, PROT_READ));
}

static int read_nothing(void)
{
	return read_at((unsigned long)map_pages(1, PROT_NONE));
}

/* Deeds that do no harm. */
DEED(masked, "cpsid i; cpsid f; msr primask, %0; msr basepri, %0" : : "r"(0xff))
DEED(not_privileged, "mov r0, #0; msr control, r0; isb; mrs r0, control" : : : "r0")
DEED(big_number, "movs r7, #255; lsls r7, #8; svc #0" : : : "r0", "r7", "cc")
DEED(other_svc, "movs r7, #20; svc #77" : : : "r0", "r7", "cc")

static const struct deed {
	const char *name;
	int (*fn)(void);
	int status;
} deeds[] = {
#define DEEDS(name)                                                                                \
	{"reading " #name, read_##name, KILLED(SIGSEGV)},                                          \
		{"writing " #name, write_##name, KILLED(SIGSEGV)},                                 \
	{                                                                                          \
		"calling " #name, call_##name, KILLED(SIGSEGV)                                     \
	}
	DEEDS(null),
	DEEDS(kernel_text),
	DEEDS(kernel_data),
	DEEDS(others),
	DEEDS(parameters),
	DEEDS(hole),
	{"reading a device", read_uart, KILLED(SIGSEGV)},
	{"writing a device", write_uart, KILLED(SIGSEGV)},
	{"reading the system control block", read_system_control, KILLED(SIGBUS)},
	{"writing the system control block", write_system_control, KILLED(SIGBUS)},
	{"writing its text", write_text, KILLED(SIGSEGV)},
	{"executing its data", call_data, KILLED(SIGSEGV)},
	{"executing its stack", call_stack, KILLED(SIGSEGV)},
	{"executing its heap", call_heap, KILLED(SIGSEGV)},
	{"an undefined instruction", undefined, KILLED(SIGILL)},
	{"a breakpoint", breakpoint, KILLED(SIGTRAP)},
	{"a semihosting call", semihosting, KILLED(SIGTRAP)},
	{"leaving Thumb state", arm_state, KILLED(SIGILL)},
	{"a coprocessor that is not there", no_coprocessor, KILLED(SIGILL)},
	{"ldm from an unaligned address", unaligned_multiple, KILLED(SIGBUS)},
	{"a push with sp 0", stack_null, KILLED(SIGSEGV)},
	{"a system call with sp 0", stack_null_call, KILLED(SIGSEGV)},
	{"a system call with sp in the kernel", stack_kernel_call, KILLED(SIGSEGV)},
	{"a tick with sp 0", stack_null_wait, KILLED(SIGSEGV)},
	{"a stack overflow", stack_overflow, KILLED(SIGSEGV)},
	{"reading an unmapped part", unmapped, KILLED(SIGSEGV)},
	{"reading beyond a mapping", beyond_mapping, KILLED(SIGSEGV)},
	{"a word half beyond a mapping", straddle_end, KILLED(SIGSEGV)},
	{"writing a read-only mapping", write_read_only, KILLED(SIGSEGV)},
	{"reading a PROT_NONE mapping", read_nothing, KILLED(SIGSEGV)},
	{"masking interrupts", masked, EXITED(SURVIVED)},
	{"asking for privilege", not_privileged, EXITED(SURVIVED)},
	{"a system call beyond the table", big_number, EXITED(SURVIVED)},
	{"another immediate of svc", other_svc, EXITED(SURVIVED)},
};
#define NR_DEEDS (sizeof(deeds) / sizeof(deeds[0]))

/* A child that is this program with one argument. => its pid */
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

/* Wait status of a child that does deed number I. */
static int do_deed(const char *self, size_t i)
{
	char number[12];
	pid_t pid;
	int status;

	sniprintf(number, sizeof(number), "%u", (unsigned)i);
	pid = start(self, number);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

/* More mappings than the MPU has slots, used in turn. */
static void test_many_regions(void)
{
	enum { NR = 20 };
	volatile unsigned *part[NR];
	int right = 1;

	for (unsigned i = 0; i < NR; i++) {
		part[i] = (volatile unsigned *)map_pages(1 + i % 7, PROT_READ | PROT_WRITE);
		part[i][0] = i;
	}
	for (unsigned round = 0; round < 50; round++)
		for (unsigned i = 0; i < NR; i++) {
			unsigned last = ((1 + i % 7) * PAGE) / 4 - 1;

			right &= part[i][0] == i + round && (round == 0 || part[i][last] == round);
			part[i][0]++;
			part[i][last] = round + 1;
		}
	ok(right, "%d mappings keep what each was given", NR);
	/* several regions in one instruction */
	for (unsigned i = 0; i + 1 < NR; i++) {
		memcpy((void *)(uintptr_t)part[i + 1], (void *)(uintptr_t)part[i], 64);
		right &= part[i + 1][0] == part[0][0];
	}
	ok(right, "copies from each to the next");
	for (unsigned i = 0; i < NR; i++)
		is(munmap((void *)(uintptr_t)part[i], (1 + i % 7) * PAGE), 0, "munmap %u", i);
}

/* More regions than there are slots: what was loaded before is gone. */
static void forget_regions(void)
{
	volatile char *page[8];

	for (unsigned i = 0; i < 8; i++)
		page[i] = map_pages(1, PROT_READ);
	for (unsigned i = 0; i < 8; i++)
		(void)page[i][0];
	for (unsigned i = 0; i < 8; i++)
		munmap((void *)(uintptr_t)page[i], PAGE);
}

/* Nine pages are two regions: instructions that touch both, when neither is loaded. */
static void test_across_regions(void)
{
	char *p = map_pages(9, PROT_READ | PROT_WRITE);
	char *edge = p + 8 * PAGE;
	unsigned word, got[4], wanted[4];

	for (unsigned i = 0; i < 16; i++)
		edge[(int)i - 8] = (char)(i + 1);
	memcpy(wanted, edge - 8, sizeof(wanted));
	forget_regions();
	__asm__ volatile("ldr %0, [%1]" : "=r"(word) : "r"(edge - 2) : "memory");
	is((long)word, 0x0a090807, "an unaligned word");
	forget_regions();
	__asm__ volatile("mov	r0, %0\n"
			 "	ldmia	r0, {r0, r1, r2, r3}\n"
			 "	stmia	%1, {r0, r1, r2, r3}"
			 :
			 : "r"(edge - 8), "r"(got)
			 : "r0", "r1", "r2", "r3", "memory");
	ok(memcmp(got, wanted, sizeof(got)) == 0, "ldm, its base in the list");
	forget_regions();
	__asm__ volatile("ldrd	r2, r3, [%0]\n"
			 "	strd	r2, r3, [%1]"
			 :
			 : "r"(edge - 4), "r"(got)
			 : "r2", "r3", "memory");
	ok(memcmp(got, wanted + 1, 8) == 0, "ldrd");
	memset(edge - 8, 0, 16);
	forget_regions();
	__asm__ volatile("ldmia	%1, {r0, r1, r2, r3}\n"
			 "	stmia	%0, {r0, r1, r2, r3}"
			 :
			 : "r"(edge - 8), "r"(wanted)
			 : "r0", "r1", "r2", "r3", "memory");
	ok(memcmp(edge - 8, wanted, sizeof(wanted)) == 0, "stm");
	munmap(p, 9 * PAGE);
}

/* Registers and flags live through a few hundred ticks. */
static int spin(void)
{
	unsigned bad;

	__asm__ volatile("mov	r1, #0x11\n"
			 "	mov	r2, #0x22\n"
			 "	mov	r3, #0x33\n"
			 "	mov	r4, #0x44\n"
			 "	mov	r5, #0x55\n"
			 "	mov	r6, #0x66\n"
			 "	mov	r8, #0x88\n"
			 "	mov	r10, #0xaa\n"
			 "	mov	r12, #0xcc\n"
			 "	mov	r0, #0x300000\n"
			 "1:	cmp	r0, #1\n"
			 "	itttt	hi\n"
			 "	addhi	r1, #1\n"
			 "	subhi	r1, #1\n"
			 "	addhi	r12, r12, #2\n"
			 "	subhi	r12, r12, #2\n"
			 "	subs	r0, #1\n"
			 "	bne	1b\n"
			 "	eor	r1, #0x11\n"
			 "	eor	r2, #0x22\n"
			 "	eor	r3, #0x33\n"
			 "	eor	r4, #0x44\n"
			 "	eor	r5, #0x55\n"
			 "	eor	r6, #0x66\n"
			 "	eor	r8, #0x88\n"
			 "	eor	r10, #0xaa\n"
			 "	eor	r12, #0xcc\n"
			 "	orr	%0, r1, r2\n"
			 "	orr	%0, %0, r3\n"
			 "	orr	%0, %0, r4\n"
			 "	orr	%0, %0, r5\n"
			 "	orr	%0, %0, r6\n"
			 "	orr	%0, %0, r8\n"
			 "	orr	%0, %0, r10\n"
			 "	orr	%0, %0, r12"
			 : "=r"(bad)
			 :
			 : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r10", "r12", "cc");
	return bad != 0;
}

static void test_preemption(const char *self)
{
	enum { NR = 3 };
	int status;

	for (int i = 0; i < NR; i++)
		start(self, "spin");
	is(spin(), 0, "registers and flags live through preemption");
	for (int i = 0; i < NR; i++) {
		status = -1;
		waitpid(-1, &status, 0);
		is(status, EXITED(0), "also in a child");
	}
}

/* A system call on a stack of one's own. */
static long call_on_stack(char *top, long nr, const void *a, long b)
{
	register long r7 __asm__("r7") = nr;
	register long r0 __asm__("r0") = (long)a;
	register long r1 __asm__("r1") = b;

	__asm__ volatile("mov	r4, sp\n"
			 "	mov	sp, %3\n"
			 "	svc	#0\n"
			 "	mov	sp, r4"
			 : "+r"(r0)
			 : "r"(r1), "r"(r7), "r"(top)
			 : "r4", "cc", "memory");
	return r0;
}

/* A stack lies wherever there is memory, though a slot may have to be loaded for it. */
static void test_stack_elsewhere(void)
{
	for (int i = 0; i < 8; i += 4) {
		char *stack = map_pages(2, PROT_READ | PROT_WRITE); /* in one slot */

		stack[PAGE - 64] = 1;
		is(call_on_stack(stack + PAGE - i, __NR_getpid, NULL, 0), getpid(),
		   "a system call on a stack in a mapping");
		stack[PAGE - 64] = 1;
		is(call_on_stack(stack + PAGE - i, __NR_munmap, stack + PAGE, PAGE), 0,
		   "one that empties the slot");
		munmap(stack, PAGE);
	}
}

/* On the stack that ends at `top` read all pages; then wait `below` bytes further down, which are not
 * touched, until ticks have come. => getpid() */
static long wait_on_stack(char *top, unsigned below, char **pages, unsigned nr)
{
	register long r7 __asm__("r7") = __NR_getpid;
	register long r0 __asm__("r0") = 0;
	unsigned turns = 8000000;

	__asm__ volatile("mov	r4, sp\n"
			 "	mov	sp, %4\n"
			 "	push	{r0-r6}\n"
			 "1:	ldr	r5, [%1], #4\n"
			 "	ldrb	r5, [r5]\n"
			 "	subs	%2, #1\n"
			 "	bne	1b\n"
			 "	sub	sp, sp, %5\n"
			 "2:	subs	%3, #1\n"
			 "	bne	2b\n"
			 "	svc	#0\n"
			 "	mov	sp, r4"
			 : "+r"(r0), "+r"(pages), "+r"(nr), "+r"(turns)
			 : "r"(top), "r"(below), "r"(r7)
			 : "r4", "r5", "cc", "memory");
	return r0;
}

/* On that stack call `code`, which loads r0 from r1. */
static unsigned load_on_stack(char *top, const void *code, const void *from)
{
	register unsigned r0 __asm__("r0") = 0;
	register const void *r1 __asm__("r1") = from;

	__asm__ volatile("mov	r4, sp\n"
			 "	mov	sp, %1\n"
			 "	push	{r1, r4}\n"
			 "	blx	%2\n"
			 "	mov	sp, r4"
			 : "+r"(r0)
			 : "r"(top), "r"((unsigned long)code | 1), "r"(r1)
			 : "r4", "lr", "cc", "memory");
	return r0;
}

/* One instruction needs two regions for itself and two for its data, and its stack has two. */
static void test_most_regions(void)
{
	static const unsigned short load[] = {0xf8d1, 0x0000, 0x4770}; /* ldr.w r0, [r1]; bx lr */
	char *code = map_pages(9, PROT_READ | PROT_WRITE | PROT_EXEC) + 8 * PAGE;
	char *data = map_pages(9, PROT_READ | PROT_WRITE) + 8 * PAGE;
	char *stack = map_pages(9, PROT_READ | PROT_WRITE);

	memcpy(code - 2, load, sizeof(load));
	memcpy(data - 2, "\1\2\3\4", 4);
	stack[9 * PAGE - 1] = 1;
	is((long)load_on_stack(stack + 9 * PAGE, code - 2, data - 2), 0x04030201,
	   "an instruction in two regions, its data and its stack in two each");
	munmap(code - 8 * PAGE, 9 * PAGE);
	munmap(data - 8 * PAGE, 9 * PAGE);
	munmap(stack, 9 * PAGE);
}

/* The pages that are used meanwhile take no slot from a stack, though it lies in two. */
static void test_stack_stays(void)
{
	enum { NR = 8 };
	char *pages[NR], *one = map_pages(1, PROT_READ | PROT_WRITE);
	char *two = map_pages(9, PROT_READ | PROT_WRITE), *edge = two + 8 * PAGE;

	for (unsigned i = 0; i < NR; i++)
		pages[i] = map_pages(1, PROT_READ);
	one[PAGE - 1] = 1;
	is(wait_on_stack(one + PAGE, 64, pages, NR), getpid(), "a stack in a mapping stays");
	for (unsigned below = 0; below < 96; below += 16) {
		edge[PAGE - 1] = 1;
		is(wait_on_stack(edge + 96, below, pages, NR), getpid(),
		   "a stack in two regions, %d bytes above the edge", 96 - 28 - (int)below);
	}
	edge[PAGE - 1] = 1;
	is(wait_on_stack(edge + PAGE, 2 * PAGE, pages, NR), getpid(), "far below the edge");
	munmap(two, 9 * PAGE);
	munmap(one, PAGE);
	for (unsigned i = 0; i < NR; i++)
		munmap(pages[i], PAGE);
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return strcmp(argv[1], "spin") == 0 ? spin() : deeds[atoi(argv[1]) % NR_DEEDS].fn();
	for (size_t i = 0; i < NR_DEEDS; i++)
		is(do_deed(argv[0], i), deeds[i].status, "%s", deeds[i].name);
	test_many_regions();
	test_across_regions();
	test_preemption(argv[0]);
	test_stack_elsewhere();
	test_stack_stays();
	test_most_regions();
	is(global, 7, "data is its own");
	return tap_done();
}
