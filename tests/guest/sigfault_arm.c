/* SPDX-License-Identifier: MIT */
/*
 * Faults as signals on ARM: what the frame says, what the handler's registers are, alternate stacks
 * under the MPU, and frames that nobody made.
 */
#include <setjmp.h>

#include "sigdeadly.h"

#define ILL_ILLOPC     1
#define KERNEL_TEXT    0x200UL
#define SYSTEM_CONTROL 0xe000ed00UL

static volatile struct test_info info_now;
static volatile struct test_ucontext uc_now;
static volatile int nr_faults;
static char *page, *constant;
static volatile uint32_t resume_at;

static void on_fault(int sig, struct test_info *info, struct test_ucontext *uc)
{
	(void)sig;
	nr_faults++;
	memcpy((void *)(uintptr_t)&info_now, info, sizeof(info_now));
	memcpy((void *)(uintptr_t)&uc_now, uc, sizeof(uc_now));
	uc->mc.pc = resume_at;
	uc->mc.cpsr &= ~0x0600fc00u; /* not inside a block of conditions */
}

/* Runs `code`, which faults; the handler goes on behind it. */
#define FAULTING(code, ...)                                                                        \
	__asm__ volatile("adr.w	r3, 9f\n	str	r3, %0\n	" code                     \
			 "\n	nop\n	.balign 4\n9:"                                                  \
			 : "=m"(resume_at)                                                         \
			 : __VA_ARGS__                                                             \
			 : "r0", "r1", "r2", "r3", "lr", "memory", "cc")

static void expect(int sig, int code, uintptr_t address, const char *what)
{
	ok(nr_faults == 1 && info_now.signo == sig && info_now.code == code &&
		   info_now.address == address,
	   "%s: signal %d code %d", what, sig, code);
	if (nr_faults != 1 || info_now.signo != sig || info_now.code != code ||
	    info_now.address != address)
		diag("%d faults, signal %d code %d address %#lx, not %#lx", nr_faults,
		     info_now.signo, info_now.code, (unsigned long)info_now.address,
		     (unsigned long)address);
	nr_faults = 0;
}

static void test_codes(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
	const void *gone = page + 2 * PAGE;

	for (int i = 0; i < 4; i++)
		set_action(signals[i], on_fault, SA_SIGINFO, 0);
	FAULTING("ldr	r0, [%1]", "r"(gone));
	expect(SIGSEGV, SEGV_MAPERR, (uintptr_t)gone, "a read where nothing is");
	ok(uc_now.mc.trap_no == 14 && (uc_now.mc.error_code & 0x800) == 0 &&
		   uc_now.mc.fault_address == (uintptr_t)gone,
	   "the context says memory, read, where");
	FAULTING("str	r0, [%1]", "r"(constant + 4));
	expect(SIGSEGV, SEGV_ACCERR, (uintptr_t)constant + 4, "a write to what is read-only");
	ok((uc_now.mc.error_code & 0x800) != 0, "the context says so");
	FAULTING("ldr	r0, [%1]", "r"(KERNEL_TEXT));
	expect(SIGSEGV, SEGV_MAPERR, KERNEL_TEXT, "a read of the kernel's memory");
	FAULTING("blx	%1", "r"((uintptr_t)page | 1));
	expect(SIGSEGV, SEGV_ACCERR, (uintptr_t)page, "data that are executed");
	FAULTING("ldr	r0, [%1]", "r"(SYSTEM_CONTROL));
	expect(SIGBUS, BUS_ADRERR, SYSTEM_CONTROL, "a register of the processor's");
	FAULTING("udf	#0", "i"(0));
	ok(info_now.address == uc_now.mc.pc && uc_now.mc.trap_no == 6, "and where it was");
	expect(SIGILL, ILL_ILLOPC, uc_now.mc.pc, "an instruction that is none");
	FAULTING("bkpt	#0", "i"(0));
	expect(SIGTRAP, TRAP_BRKPT, uc_now.mc.pc, "a breakpoint");
	FAULTING("ldmia	%1, {r0, r1}", "r"(page + 2));
	expect(SIGBUS, BUS_ADRALN, uc_now.mc.pc, "ldm from an unaligned address");
	for (int i = 0; i < 4; i++)
		set_default(signals[i]);
}

/* --- registers --- */

static volatile int nr_handled;

static void count(int sig)
{
	(void)sig;
	nr_handled++;
}

/* libgcc may have put anything into r9 when a signal comes. */
static uint32_t signal_without_base(void)
{
	register uint32_t r0 __asm__("r0") = (uint32_t)getpid();
	register uint32_t r1 __asm__("r1") = SIGUSR1;
	register uint32_t r7 __asm__("r7") = __NR_kill;

	__asm__ volatile("mov	r4, r9\n"
			 "	mov	r9, #0x55\n"
			 "	svc	#0\n"
			 "	mov	r5, r9\n"
			 "	mov	r9, r4\n"
			 "	mov	%0, r5"
			 : "+r"(r0)
			 : "r"(r1), "r"(r7)
			 : "r4", "r5", "memory", "cc");
	return r0;
}

/* Registers, flags and blocks of conditions, millions of times around. => 0: all as they were */
static unsigned spin(void)
{
	unsigned bad;

	__asm__ volatile("mov	r1, #0x11\n"
			 "	mov	r2, #0x22\n"
			 "	mov	r4, #0x44\n"
			 "	mov	r8, #0x88\n"
			 "	mov	r10, #0xaa\n"
			 "	mov	r12, #0xcc\n"
			 "	mov	lr, #0xee\n"
			 "	mov	r0, #0x400000\n"
			 "1:	cmp	r0, #1\n"
			 "	itttt	hi\n"
			 "	addhi	r1, #1\n"
			 "	subhi	r1, #1\n"
			 "	addhi	r12, r12, #2\n"
			 "	subhi	r12, r12, #2\n"
			 "	push	{r1, r2, r4, r8, r10, r12, lr}\n"
			 "	pop	{r1, r2, r4, r8, r10, r12, lr}\n"
			 "	subs	r0, #1\n"
			 "	bne	1b\n"
			 "	eor	r1, #0x11\n"
			 "	eor	r2, #0x22\n"
			 "	eor	r4, #0x44\n"
			 "	eor	r8, #0x88\n"
			 "	eor	r10, #0xaa\n"
			 "	eor	r12, #0xcc\n"
			 "	eor	lr, #0xee\n"
			 "	orr	%0, r1, r2\n"
			 "	orr	%0, %0, r4\n"
			 "	orr	%0, %0, r8\n"
			 "	orr	%0, %0, r10\n"
			 "	orr	%0, %0, r12\n"
			 "	orr	%0, %0, lr"
			 : "=&r"(bad)
			 :
			 : "r0", "r1", "r2", "r4", "r8", "r10", "r12", "lr", "cc", "memory");
	return bad;
}

static void give_address(int sig, void *info, struct test_ucontext *uc)
{
	(void)sig;
	(void)info;
	uc->mc.r[2] = (uint32_t)(uintptr_t)page;
}

/* A fault inside a block of conditions, which goes on where it was. => 7 and what `page` has */
static uint32_t load_in_block(void)
{
	uint32_t result;

	__asm__ volatile("mov	r2, #0\n"
			 "	mov	r3, #7\n"
			 "	cmp	r2, #0\n"
			 "	itee	eq\n"
			 "	ldreq	r1, [r2]\n"
			 "	movne	r1, #0\n"
			 "	movne	r3, #0\n"
			 "	add	%0, r1, r3"
			 : "=r"(result)
			 :
			 : "r1", "r2", "r3", "cc", "memory");
	return result;
}

static void test_registers(void)
{
	const int often[4] = {0, 1000, 0, 1000}, off[4] = {0, 0, 0, 0};

	set_action(SIGUSR1, count, 0, 0);
	is((long)signal_without_base(), 0x55, "r9 is as it was before a handler");
	is(nr_handled, 1, "which found its data by its own");
	set_action(SIGSEGV, give_address, SA_SIGINFO, 0);
	*(uint32_t *)(void *)page = 35;
	is((long)load_in_block(), 42, "a block of conditions goes on behind a fault in it");
	set_default(SIGSEGV);
	set_action(SIGALRM, count, 0, 0);
	nr_handled = 0;
	sys(__NR_setitimer, 0, often, NULL);
	is(spin(), 0, "registers, flags and blocks of conditions live through handlers");
	sys(__NR_setitimer, 0, off, NULL);
	ok(nr_handled >= 5, "that came at any moment: %d", nr_handled);
	set_default(SIGALRM);
	set_default(SIGUSR1);
}

/* --- alternate stacks --- */

#define NR_PLACES 12

static volatile uint32_t *places[NR_PLACES];
static volatile unsigned handler_sum;

/* More regions than the MPU has slots. */
static void touch_all(void)
{
	for (int i = 0; i < NR_PLACES; i++)
		handler_sum += *places[i];
}

static void touch_for_long(int sig)
{
	uint64_t end = now_ns() + 30000000;

	(void)sig;
	while (now_ns() < end)
		touch_all();
}

static char *set_stack(unsigned long nr_pages, int flags)
{
	struct test_stack st = {.size = nr_pages * PAGE};
	void *p = mmap(NULL, st.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags,
		       -1, 0);

	if (p == MAP_FAILED)
		bail_out("mmap of a stack: errno %d", errno);
	st.sp = p;
	sys(__NR_sigaltstack, &st, NULL);
	return p;
}

static void no_altstack(char *p, unsigned long nr_pages)
{
	struct test_stack off = {.flags = 2};

	sys(__NR_sigaltstack, &off, NULL);
	munmap(p, nr_pages * PAGE);
}

static jmp_buf after_overflow;

static __attribute__((noinline)) int deeper(volatile char *above)
{
	volatile char room[512];

	room[0] = *above;
	return above == NULL ? 0 : deeper(room) + room[0];
}

static void leave_overflow(int sig, struct test_info *info, void *uc)
{
	(void)uc;
	memcpy((void *)(uintptr_t)&info_now, info, sizeof(info_now));
	longjmp(after_overflow, sig);
}

static volatile char *neighbour; /* what lies below the stack, in a slot too */

static void overflow(int sig)
{
	if (sig == SIGUSR1)
		touch_all();
	handler_sum += *neighbour;
	deeper((volatile char *)&sig);
}

/* What is loaded of the stack when it is nobody's, or what is loaded again later, is not its guard. */
static int overflow_altstack(void *arg)
{
	struct test_stack *st = arg;
	volatile char *p = st->sp;
	int sig = st->flags != 0 ? SIGUSR2 : SIGUSR1;

	st->flags = 0;
	set_action(sig, overflow, SA_ONSTACK, 0);
	sys(__NR_sigaltstack, st, NULL);
	p[st->size - 1] = 1;
	send_self(sig);
	return 1;
}

/* A stack of that many pages, whose neighbour below is another mapping of ours. */
static void test_overflow(unsigned long nr)
{
	char *stack[16], *below;
	int n = 0;

	do {
		struct test_stack off = {.flags = 2};

		stack[n] = set_stack(nr, MAP_STACK);
		sys(__NR_sigaltstack, &off, NULL);
		below = stack[n] - nr * PAGE;
	} while (++n < 16 && (n < 2 || stack[n - 2] != below));
	memset(below, 0x5a, nr * PAGE);
	neighbour = below;
	for (int i = 0; i < 2; i++) {
		struct test_stack st = {
			.sp = below + nr * PAGE, .flags = (uint32_t)i, .size = nr * PAGE};

		is(in_child(overflow_altstack, &st), KILLED(SIGSEGV),
		   "an alternate stack of %lu pages overflows", nr);
		ok(all_bytes(below, nr * PAGE, 0x5a), "and what lies below it is as it was");
	}
	while (--n >= 0)
		munmap(stack[n], nr * PAGE);
}

static void test_stacks(void)
{
	char c = 0, *p;

	for (int i = 0; i < NR_PLACES; i++)
		places[i] = (uint32_t *)(void *)map_pages(1, PROT_READ | PROT_WRITE);
	set_action(SIGUSR1, touch_for_long, SA_ONSTACK, 0);
	for (unsigned long nr = 1; nr <= 6; nr++) {
		p = set_stack(nr, nr & 1 ? 0 : MAP_STACK);
		is(send_self(SIGUSR1), 0, "a handler on %lu pages of its own, under ticks", nr);
		no_altstack(p, nr);
	}
	p = set_stack(2, 0);
	set_action(SIGSEGV, leave_overflow, SA_ONSTACK | SA_SIGINFO, 0);
	if (setjmp(after_overflow) == 0)
		deeper(&c);
	change_mask(SIG_SETMASK, 0);
	ok(info_now.signo == SIGSEGV && info_now.code == SEGV_ACCERR,
	   "an overflow of the stack is caught on another");
	ok(info_now.address < (uintptr_t)&c && info_now.address > (uintptr_t)&c - 0x8000,
	   "with its address");
	info_now.signo = 0;
	if (setjmp(after_overflow) == 0)
		deeper(&c);
	change_mask(SIG_SETMASK, 0);
	is(info_now.signo, SIGSEGV, "and once more");
	set_default(SIGSEGV);
	no_altstack(p, 2);
	test_overflow(2);
	test_overflow(8);
	for (int i = 0; i < NR_PLACES; i++)
		munmap((void *)(uintptr_t)places[i], PAGE);
}

/* --- stack pointers and frames that nobody made --- */

static int no_stack(void *sp)
{
	set_action(SIGUSR1, on_fault, SA_SIGINFO, 0);
	__asm__ volatile("mov	r4, %0\n"
			 "	mov	r0, %1\n"
			 "	mov	r1, #10\n"
			 "	mov	r7, #37\n"
			 "	mov	sp, r4\n"
			 "	svc	#0\n"
			 "	b	."
			 :
			 : "r"(sp), "r"(getpid())
			 : "r0", "r1", "r4", "r7", "memory");
	return 1;
}

/* sigreturn with whatever lies on the stack. */
static int garbage_frame(void *arg)
{
	static uint32_t stack[2048] __attribute__((aligned(8)));
	uint32_t state = *(uint32_t *)arg;
	uint32_t call = next_random(&state) & 1 ? 119 : 173;
	uint32_t *at = stack + (next_random(&state) & 254);

	for (size_t i = 0; i < sizeof(stack) / sizeof(stack[0]); i++)
		stack[i] = next_random(&state);
	if (next_random(&state) & 1) /* registers of a program, and one that is not */
		for (int i = 0; i < 600; i++)
			stack[i] = (uint32_t)(uintptr_t)&stack[1024 + i % 512];
	stack[200 + next_random(&state) % 60] = next_random(&state);
	__asm__ volatile("mov	r7, %0\n"
			 "	mov	sp, %1\n"
			 "	svc	#0\n"
			 "	b	."
			 :
			 : "r"(call), "r"(at)
			 : "memory");
	return 1;
}

static struct {
	int word; /* of struct test_context */
	uint32_t keep, set;
} change;

static void tamper(int sig, void *info, struct test_ucontext *uc)
{
	uint32_t *word = &uc->mc.trap_no + change.word;

	(void)sig;
	(void)info;
	*word = (*word & change.keep) | change.set;
}

static int tampered(void *arg)
{
	(void)arg;
	set_action(SIGUSR1, tamper, SA_SIGINFO, 0);
	send_self(SIGUSR1);
	return 0;
}

static long with_bits(int word, uint32_t keep, uint32_t set)
{
	change.word = word;
	change.keep = keep;
	change.set = set;
	return in_child_for(3000, tampered, NULL);
}

static long with(int word, uint32_t value)
{
	return with_bits(word, 0, value);
}

enum { SP = 16, PC = 18, CPSR = 19 };

static void test_garbage(void)
{
	static const uint32_t places_of_nobody[] = {0xfffffff1, 0xffffff00, 0xfffffffd, 0xe000ed00,
						    0x00000200, 0xffff0f04, 0};
	int other = 0;

	for (uint32_t i = 1; i <= 40; i++) {
		uint32_t seed = i * 2654435761u;

		/* It dies of a fault, or runs wherever the frame says. */
		other += in_child_for(300, garbage_frame, &seed) == -1;
	}
	is(other, 0, "40 frames of garbage");
	for (size_t i = 0; i < sizeof(places_of_nobody) / 4; i++)
		is(with(PC, places_of_nobody[i]), KILLED(SIGSEGV), "to go on at %#lx",
		   (unsigned long)places_of_nobody[i]);
	is(with(SP, 0), KILLED(SIGSEGV), "with no stack");
	is(with(SP, 0x8000), KILLED(SIGSEGV), "with one in the kernel");
	is(with(SP, 0xfffffffc), KILLED(SIGSEGV), "at the very end");
	is(with_bits(SP, ~0u, 3), EXITED(0), "with bits that no stack pointer has");
	is(with_bits(PC, ~0u, 1), EXITED(0), "with one that says Thumb");
	is(with(CPSR, 0), EXITED(0), "with no flags at all, Thumb state neither");
	is(with(CPSR, 0xf9ff01ff), EXITED(0), "with the number of an exception");
	is(in_child_for(3000, no_stack, (void *)8), KILLED(SIGSEGV), "a stack pointer near zero");
	is(in_child_for(3000, no_stack, (void *)0x8000), KILLED(SIGSEGV), "one in the kernel");
}

int main(void)
{
	constant = map_pages(1, PROT_READ);
	page = map_pages(3, PROT_READ | PROT_WRITE);
	munmap(page + 2 * PAGE, PAGE);
	change_mask(SIG_SETMASK, 0);
	test_codes();
	test_deadly();
	test_registers();
	test_stacks();
	test_garbage();
	return tap_done();
}
