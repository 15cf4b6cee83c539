/* SPDX-License-Identifier: MIT */
/*
 * Whatever a program does wrong kills it, by the right signal, and nothing
 * else. Each deed is done by a child.
 */
#include "guest.h"

static const char constant[] = "read-only";

static int call(void *address)
{
	((void (*)(void))address)();
	return 50;
}

/* Children that execute one instruction, or a few. */
#define DEED(name, ...)                                                                            \
	static int name(void *unused)                                                              \
	{                                                                                          \
		__asm__ volatile(__VA_ARGS__);                                                     \
		return 50;                                                                         \
	}

DEED(do_hlt, "hlt")
DEED(do_cli, "cli")
DEED(do_sti, "sti")
DEED(do_in, "inb $0x60, %%al" : : : "eax")
DEED(do_out, "outb %%al, $0xf4" : : "a"(0))
DEED(do_ins, "insb" : : "d"(0x60), "D"(0) : "memory")
DEED(do_cr0, "movl %%cr0, %%eax" : : : "eax")
DEED(do_set_cr3, "movl %%eax, %%cr3" : : "a"(0))
DEED(do_dr7, "movl %%eax, %%dr7" : : "a"(0))
DEED(do_lgdt, "lgdt 0x1000")
DEED(do_ltr, "ltr %%ax" : : "a"(0x28))
DEED(do_invlpg, "invlpg 0x1000")
DEED(do_wbinvd, "wbinvd")
DEED(do_rdmsr, "rdmsr" : : "c"(0x10) : "eax", "edx")
DEED(do_wrmsr, "wrmsr" : : "c"(0x174), "a"(0), "d"(0))
DEED(do_clts, "clts")
DEED(do_int_timer, "int $0x20")
DEED(do_int_page_fault, "int $14")
DEED(do_int_double_fault, "int $8")
DEED(do_int_any, "int $0x81")
DEED(do_int_last, "int $0xff")
DEED(do_load_ds, "movw %%ax, %%ds" : : "a"(0x1ff8))
DEED(do_load_kernel_ds, "movw %%ax, %%es" : : "a"(0x10))
DEED(do_load_null_ss, "movw %%ax, %%ss" : : "a"(0))
DEED(do_far_jump, "ljmp $0x08, $0x1000")
DEED(do_ud2, "ud2")
DEED(do_bad_lock, ".byte 0xf0, 0x90") /* lock nop */
DEED(do_int3, "int3")
DEED(do_trap_flag, "pushfl; orl $0x100, (%%esp); popfl; nop; nop" : : : "cc", "memory")
DEED(do_into, "movb $0x7f, %%al; addb $1, %%al; into" : : : "eax", "cc")
DEED(do_divide, "divl %%ecx" : : "a"(1), "d"(0), "c"(0) : "cc")
DEED(do_divide_overflow, "divl %%ecx" : : "a"(0), "d"(9), "c"(1) : "cc")
DEED(do_x87, "fninit; pushl $0x300; fldcw (%%esp); popl %%eax; fldz; fld1; fdivp; fwait"
     :
     :
     : "eax", "memory")
DEED(do_sse, "movl $0x1d80, -4(%%esp); ldmxcsr -4(%%esp); xorps %%xmm0, %%xmm0;"
	     "movl $0x3f800000, -4(%%esp); movss -4(%%esp), %%xmm1; divss %%xmm0, %%xmm1"
     :
     :
     : "memory")
DEED(do_mxcsr, "movl $0xffff0000, -4(%%esp); ldmxcsr -4(%%esp)" : : : "memory")
DEED(do_stack_gone, "movl $0x1000, %%esp; pushl %%eax" : : : "memory")
DEED(do_stack_kernel, "movl $0xc0001000, %%esp; pushl %%eax" : : : "memory")
DEED(do_call_on_no_stack, "movl $0, %%esp; int $0x20" : : : "memory")

static const struct deed {
	const char *name;
	int (*fn)(void *);
	int signal;
} deeds[] = {
	{"hlt", do_hlt, SIGSEGV},
	{"cli", do_cli, SIGSEGV},
	{"sti", do_sti, SIGSEGV},
	{"reading a port", do_in, SIGSEGV},
	{"writing a port", do_out, SIGSEGV},
	{"string input from a port", do_ins, SIGSEGV},
	{"reading cr0", do_cr0, SIGSEGV},
	{"writing cr3", do_set_cr3, SIGSEGV},
	{"writing dr7", do_dr7, SIGSEGV},
	{"lgdt", do_lgdt, SIGSEGV},
	{"ltr", do_ltr, SIGSEGV},
	{"invlpg", do_invlpg, SIGSEGV},
	{"wbinvd", do_wbinvd, SIGSEGV},
	{"rdmsr", do_rdmsr, SIGSEGV},
	{"wrmsr", do_wrmsr, SIGSEGV},
	{"clts", do_clts, SIGSEGV},
	{"int of a timer's vector", do_int_timer, SIGSEGV},
	{"int of the page fault's vector", do_int_page_fault, SIGSEGV},
	{"int of the double fault's vector", do_int_double_fault, SIGSEGV},
	{"int of an unused vector", do_int_any, SIGSEGV},
	{"int of the last vector", do_int_last, SIGSEGV},
	{"a selector beyond the table", do_load_ds, SIGSEGV},
	{"a selector of the kernel", do_load_kernel_ds, SIGSEGV},
	{"a null stack selector", do_load_null_ss, SIGSEGV},
	{"a far jump into the kernel's segment", do_far_jump, SIGSEGV},
	{"an undefined instruction", do_ud2, SIGILL},
	{"a lock prefix where none may be", do_bad_lock, SIGILL},
	{"a breakpoint", do_int3, SIGTRAP},
	{"the trap flag", do_trap_flag, SIGTRAP},
	{"into after an overflow", do_into, SIGSEGV},
	{"division by zero", do_divide, SIGFPE},
	{"a quotient too large", do_divide_overflow, SIGFPE},
	{"an x87 exception", do_x87, SIGFPE},
	{"a push where no stack is", do_stack_gone, SIGSEGV},
	{"a push to a stack in the kernel", do_stack_kernel, SIGSEGV},
	{"an int while the stack pointer is zero", do_call_on_no_stack, SIGSEGV},
};

static void test_addresses(void)
{
	static const unsigned long wild[] = {
		0,          4,          0xffff,     KERNEL_ADDRESS, KERNEL_ADDRESS + 0x100000,
		0xf0000000, 0xff000000, 0xff800000, 0xfffff000,     0xffffffff,
	};
	char *gone = map_pages(2, PROT_READ | PROT_WRITE);

	for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		is(peek((void *)wild[i]), KILLED(SIGSEGV), "reading %08lx", wild[i]);
		is(poke((void *)wild[i]), KILLED(SIGSEGV), "writing %08lx", wild[i]);
		is(in_child(call, (void *)wild[i]), KILLED(SIGSEGV), "calling %08lx", wild[i]);
	}
	is(poke((void *)(uintptr_t)&test_addresses), KILLED(SIGSEGV), "writing code");
	is(poke((void *)(uintptr_t)constant), KILLED(SIGSEGV), "writing constants");
	is(peek((char *)sbrk(0) + 2 * PAGE), KILLED(SIGSEGV), "reading beyond the break");
	gone[0] = gone[PAGE] = 1;
	munmap(gone, PAGE);
	is(peek(gone), KILLED(SIGSEGV), "reading what was unmapped");
	is(peek(gone + PAGE - 1), KILLED(SIGSEGV), "up to its last byte");
	/* an access across the edge, of which one half is fine */
	is(in_child(call, gone + PAGE - 1), KILLED(SIGSEGV), "calling it");
	munmap(gone, 2 * PAGE);
}

/* QEMU's processors never raise these two: the deed passes unpunished there. */
static void test_sse(void)
{
	if (in_child(do_sse, NULL) == EXITED(50)) {
		skip("this processor has no SSE exceptions");
		return;
	}
	is(in_child(do_sse, NULL), KILLED(SIGFPE), "an SSE exception");
	is(in_child(do_mxcsr, NULL), KILLED(SIGSEGV), "reserved bits of mxcsr");
}

static int straddle(void *address)
{
	return *(volatile int *)address & 0;
}

int main(void)
{
	char *edge = map_pages(2, PROT_READ | PROT_WRITE);

	test_addresses();
	munmap(edge + PAGE, PAGE);
	is(in_child(straddle, edge + PAGE - 2), KILLED(SIGSEGV), "a word half in, half out");
	test_sse();
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		is(in_child(deeds[i].fn, NULL), KILLED(deeds[i].signal), "%s", deeds[i].name);
	return tap_done();
}
