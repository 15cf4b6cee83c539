/* SPDX-License-Identifier: MIT */
/* What the tests have to know of i386: how a new stack begins, and Linux's structures. */
#ifndef GUEST_MACHINE_X86_H
#define GUEST_MACHINE_X86_H

#include <stdint.h>
#include <string.h>

/* Does memory come page by page, as it is touched? */
#define HAS_PAGES 1

/* Addresses that a program cannot have, each with what lies there. */
#define MACHINE_WILD(WILD)                                                                         \
	WILD("the first page", 1)                                                                  \
	WILD("the kernel", 0xc0000000)                                                             \
	WILD("the direct map", 0xc0100000)                                                         \
	WILD("kernel stacks", 0xf8000000)                                                          \
	WILD("the last page", 0xfffff000)                                                          \
	WILD("the last byte", 0xffffffff)

/* 64 bits as the argument that follows an odd number of others. */
#define ODD64(low, high) low, high

/* --- a new stack, for clone(2) --- */

/* What octavo_syscall() pops when it returns there: then it calls FN(ARG). => the stack pointer */
static inline void *new_stack(char *top, void (*fn)(void *), void *arg)
{
	uint32_t *stack = (uint32_t *)(void *)top - 8;

	memset(stack, 0, 8 * sizeof(*stack));
	stack[4] = (uint32_t)(uintptr_t)fn;
	stack[6] = (uint32_t)(uintptr_t)arg;
	return stack;
}

/* --- signals --- */

struct test_context { /* struct sigcontext */
	uint32_t gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax, trapno, err, eip, cs,
		eflags, esp_at_signal, ss, fpstate, oldmask, cr2;
};

/* The way back from a handler, as C libraries have it. */
void test_return(void);
void test_rt_return(void);
__asm__(".text\n"
	"test_return:	popl %eax\n	movl $119, %eax\n	int $0x80\n"
	"test_rt_return:	movl $173, %eax\n	int $0x80\n");

static inline uintptr_t context_sp(const struct test_context *c)
{
	return c->esp;
}

/* Was it left by a call, whose result is `result`? */
static inline int context_is_of_call(const struct test_context *c, uint32_t result)
{
	return (c->cs & 3) == 3 && c->esp == c->esp_at_signal && c->eax == result &&
	       c->fpstate != 0;
}

/* An instruction that is none: what the handler of its SIGILL is told, and how it goes on. */
#define UNDEFINED      "ud2"
#define UNDEFINED_CODE 2 /* ILL_ILLOPN */

static inline void context_skip_undefined(struct test_context *c)
{
	c->eip += 2;
}

#endif
