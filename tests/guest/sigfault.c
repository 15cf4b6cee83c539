/* SPDX-License-Identifier: MIT */
/* Faults as signals, the state of the FPU across a handler, and frames that nobody made. */
#include "sigdeadly.h"

static volatile struct test_info info_now;
static volatile struct test_ucontext uc_now;
static volatile int nr_faults;
static char *page;
static uint32_t resume_at;

static void on_fault(int sig, struct test_info *info, struct test_ucontext *uc)
{
	(void)sig;
	nr_faults++;
	memcpy((void *)(uintptr_t)&info_now, info, sizeof(info_now));
	memcpy((void *)(uintptr_t)&uc_now, uc, sizeof(uc_now));
	uc->mc.eip = resume_at;
	uc->mc.eflags &= ~0x100u;
}

/* Runs `code`, which faults; the handler goes on behind it. */
#define FAULTING(code, ...)                                                                        \
	__asm__ volatile("movl $9f, %0\n\t" code "\n9:"                                            \
			 : "=m"(resume_at)                                                         \
			 : __VA_ARGS__                                                             \
			 : "eax", "ecx", "edx", "memory", "cc")

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
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};

	for (int i = 0; i < 5; i++)
		set_action(signals[i], on_fault, SA_SIGINFO, 0);
	FAULTING("movl (%1), %%eax", "r"(page + 2 * PAGE));
	expect(SIGSEGV, SEGV_MAPERR, (uintptr_t)page + 2 * PAGE, "a read where nothing is");
	ok(uc_now.mc.trapno == 14 && uc_now.mc.err == 4 &&
		   uc_now.mc.cr2 == (uintptr_t)page + 2 * PAGE,
	   "the context says page fault, user, read, where");
	FAULTING("movl $1, (%1)", "r"(page + PAGE + 4));
	expect(SIGSEGV, SEGV_ACCERR, (uintptr_t)page + PAGE + 4, "a write to what is read-only");
	is(uc_now.mc.err, 7, "the context says so");
	FAULTING("movl (%1), %%eax", "r"(KERNEL_ADDRESS));
	expect(SIGSEGV, on_octavo() ? SEGV_MAPERR : info_now.code, KERNEL_ADDRESS,
	       "a read of the kernel's memory");
	FAULTING("xorl %%edx, %%edx\n\txorl %%ecx, %%ecx\n\tdivl %%ecx", "i"(0));
	ok(info_now.signo == SIGFPE && info_now.code == FPE_INTDIV &&
		   info_now.address == uc_now.mc.eip,
	   "a division by zero");
	nr_faults = 0;
	FAULTING("ud2", "i"(0));
	ok(info_now.signo == SIGILL && info_now.code == ILL_ILLOPN &&
		   info_now.address == uc_now.mc.eip,
	   "an instruction that is none");
	nr_faults = 0;
	FAULTING("int3", "i"(0));
	expect(SIGTRAP, SI_KERNEL, 0, "a breakpoint");
	FAULTING("hlt", "i"(0));
	expect(SIGSEGV, SI_KERNEL, 0, "an instruction of the kernel's");
	FAULTING("pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tnop", "i"(0));
	ok(info_now.signo == SIGTRAP && info_now.code == TRAP_TRACE, "a single step");
	nr_faults = 0;
	for (int i = 0; i < 5; i++)
		set_default(signals[i]);
}

/* The stack pointer is nowhere: the handler's frame cannot be written. */
static int no_stack(void *arg)
{
	set_action(SIGSEGV, on_fault, SA_SIGINFO, 0);
	set_action(SIGUSR1, on_fault, SA_SIGINFO, 0);
	__asm__ volatile("movl %1, %%esp\n\tmovl $37, %%eax\n\tint $0x80"
			 :
			 : "a"(0), "d"(arg), "b"(getpid()), "c"(SIGUSR1));
	return 1;
}

static int small_altstack(void *arg)
{
	struct test_stack st = {.sp = page, .size = PAGE};

	(void)arg;
	mprotect(page, PAGE, PROT_NONE);
	sys(__NR_sigaltstack, &st, NULL);
	set_action(SIGSEGV, on_fault, SA_SIGINFO | SA_ONSTACK, 0);
	*(volatile char *)NULL = 1;
	return 1;
}

static void test_no_stack(void)
{
	is(in_child(no_stack, (void *)4), KILLED(SIGSEGV), "a stack pointer near zero");
	is(in_child(no_stack, (void *)(KERNEL_ADDRESS + MB)), KILLED(SIGSEGV), "one in the kernel");
	is(in_child(small_altstack, NULL), KILLED(SIGSEGV), "an alternate stack that is not there");
}

/* --- the FPU --- */

static volatile double inside;

static void use_fpu(int sig)
{
	uint16_t cw;

	(void)sig;
	__asm__ volatile("fnstcw %0" : "=m"(cw));
	inside = cw == 0x37f ? 1.0 : 2.0;
	__asm__ volatile("pxor %xmm0, %xmm0\n\tpxor %xmm5, %xmm5");
	for (int i = 0; i < 20; i++)
		inside = inside * 1.5 + 1.0;
}

static void change_fpu(int sig, void *info, struct test_ucontext *uc)
{
	uint8_t *fp = (uint8_t *)(uintptr_t)uc->mc.fpstate;

	(void)sig;
	(void)info;
	fp[112 + 160] = 99; /* xmm0, first byte */
}

static int has_sse(void)
{
	uint32_t eax = 1, ebx, ecx, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	return (edx >> 25 & 1) != 0;
}

static void use_x87(int sig)
{
	(void)sig;
	inside = 1.0;
	for (int i = 0; i < 20; i++)
		inside = inside * 1.5 + 1.0;
	__asm__ volatile("fninit\n\tfld1\n\tfldz");
}

static void test_x87(void)
{
	double pi = 0, two = 0, expected = 0;
	uint16_t cw = 0x27f, cw_after = 0;

	set_action(SIGUSR1, use_x87, 0, 0);
	__asm__ volatile("fldcw %4\n\tfldpi\n\tfld1\n\tfadd %%st(0), %%st(0)\n\tint $0x80\n\t"
			 "fnstcw %2\n\tfstpl %1\n\tfstpl %0\n\tfninit\n\tfldpi\n\tfstpl %3"
			 : "=m"(pi), "=m"(two), "=m"(cw_after), "=m"(expected)
			 : "m"(cw), "a"(37), "b"(getpid()), "c"(SIGUSR1)
			 : "memory");
	ok(pi == expected && two == 2.0 && cw_after == cw, "the x87 is as it was before a handler");
	set_default(SIGUSR1);
}

static void test_fpu(void)
{
	static uint32_t in[4] __attribute__((aligned(16))) = {11, 22, 33, 44}, out[4], five[4];
	uint16_t cw = 0x27f, cw_after = 0;
	double sum = 0, expected = 0;
	int same = 1;

	test_x87();
	if (!has_sse()) {
		skip("no SSE");
		return;
	}
	set_action(SIGUSR1, use_fpu, 0, 0);
	for (int i = 0; i < 20; i++) {
		__asm__ volatile("fldcw %4\n\tfldpi\n\tmovups %5, %%xmm0\n\tmovups %5, %%xmm5\n\t"
				 "int $0x80\n\tmovups %%xmm0, %1\n\tmovups %%xmm5, %2\n\t"
				 "fnstcw %3\n\tfstpl %0\n\tfninit"
				 : "=m"(sum), "=m"(out), "=m"(five), "=m"(cw_after)
				 : "m"(cw), "m"(in), "a"(37), "b"(getpid()), "c"(SIGUSR1)
				 : "memory");
		__asm__ volatile("fldpi\n\tfstpl %0" : "=m"(expected));
		same &= memcmp(in, out, 16) == 0 && memcmp(in, five, 16) == 0 && cw_after == cw &&
			memcmp(&sum, &expected, 8) == 0;
	}
	ok(same, "the FPU's registers are as they were after a handler that used it");
	set_action(SIGUSR1, change_fpu, SA_SIGINFO, 0);
	__asm__ volatile("movups %1, %%xmm0\n\tint $0x80\n\tmovups %%xmm0, %0"
			 : "=m"(out)
			 : "m"(in), "a"(37), "b"(getpid()), "c"(SIGUSR1)
			 : "memory");
	is(out[0], 99, "and what a handler changes in its frame counts");
	set_default(SIGUSR1);
}

/* --- frames that nobody made --- */

static uint32_t *shared_seed;

/* sigreturn with whatever lies on the stack. */
static int garbage_frame(void *arg)
{
	static uint32_t stack[2048];
	uint32_t state = *(uint32_t *)arg;
	uint32_t call = next_random(&state) & 1 ? 119 : 173;

	for (size_t i = 0; i < sizeof(stack) / sizeof(stack[0]); i++)
		stack[i] = next_random(&state);
	if (next_random(&state) & 1) { /* registers of a program, flags and selectors of none */
		for (int i = 0; i < 400; i++)
			stack[i] = 0x7b;
		stack[200 + next_random(&state) % 60] = next_random(&state);
	}
	__asm__ volatile("movl %1, %%esp\n\tint $0x80"
			 :
			 : "a"(call), "r"(stack + (next_random(&state) & 255)));
	return 1;
}

static void test_garbage(void)
{
	int other = 0;

	for (uint32_t i = 1; i <= 60; i++) {
		uint32_t seed = i * 2654435761u;
		int status = in_child_for(3000, garbage_frame, &seed);

		/* It dies of a fault, or runs wherever the frame says. */
		other += status == -1;
	}
	is(other, 0, "60 frames of garbage");
}

static void tamper(int sig, void *info, struct test_ucontext *uc)
{
	(void)sig;
	(void)info;
	uc->mc.eflags = *shared_seed;
}

/* What a frame says of privileged flags does not count. */
static int bad_flags(void *flags)
{
	uint32_t now;

	shared_seed = flags;
	set_action(SIGUSR1, tamper, SA_SIGINFO, 0);
	send_self(SIGUSR1);
	__asm__ volatile("pushfl\n\tpopl %0" : "=r"(now));
	if ((now & 0x3000) != 0 || !(now & 0x200)) /* IOPL; interrupts */
		return 1;
	return 0;
}

struct selector {
	int field;
	uint32_t value;
};

static const struct selector *selector;

static void tamper_selector(int sig, void *info, struct test_ucontext *uc)
{
	(void)sig;
	(void)info;
	(&uc->mc.gs)[selector->field] = selector->value;
}

static int bad_selector(void *arg)
{
	selector = arg;
	set_action(SIGUSR1, tamper_selector, SA_SIGINFO, 0);
	send_self(SIGUSR1);
	return 0;
}

enum { GS, FS, ES, DS, CS = 15, SS = 18 };

static void test_tampered(void)
{
	static struct selector dead[] = {{CS, 0}, {CS, 0x60}, {CS, 0xfff8},
					 {SS, 0}, {SS, 0x68}, {SS, 0xfff8}};
	static struct selector harmless[] = {{GS, 0xfff8}, {FS, 0xfff8}, {FS, 0}};

	is(in_child(bad_flags, &(uint32_t){0x3002}), EXITED(0), "IOPL stays what it was");
	is(in_child(bad_flags, &(uint32_t){0x0}), EXITED(0), "and interrupts on");
	for (size_t i = 0; i < sizeof(dead) / sizeof(dead[0]); i++)
		is(in_child(bad_selector, &dead[i]), KILLED(SIGSEGV), "register %d with %#x",
		   dead[i].field, dead[i].value);
	for (size_t i = 0; i < 3 && on_octavo(); i++)
		is(in_child(bad_selector, &harmless[i]), EXITED(0), "register %d with %#x",
		   harmless[i].field, harmless[i].value);
}

int main(void)
{
	page = map_pages(3, PROT_READ | PROT_WRITE);
	munmap(page + 2 * PAGE, PAGE);
	mprotect(page + PAGE, PAGE, PROT_READ);
	*page = 1;
	(void)*(volatile char *)(page + PAGE);
	change_mask(SIG_SETMASK, 0);
	test_codes();
	test_deadly();
	test_no_stack();
	test_fpu();
	test_garbage();
	test_tampered();
	return tap_done();
}
