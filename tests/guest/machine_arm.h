/* SPDX-License-Identifier: MIT */
/* What the tests have to know of ARM: how a new stack begins, and Linux's structures of the EABI. */
#ifndef GUEST_MACHINE_ARM_H
#define GUEST_MACHINE_ARM_H

#include <stdint.h>
#include <string.h>

/* Does memory come page by page, as it is touched? */
#define HAS_PAGES 0

/* Addresses that a program cannot have, each with what lies there. */
#define MACHINE_WILD(WILD)                                                                         \
	WILD("the first page", 1)                                                                  \
	WILD("the kernel's text", 0x200)                                                           \
	WILD("the kernel's constants", 0x30000)                                                    \
	WILD("the kernel's memory", 0x100000)                                                      \
	WILD("the end of its bank", 0x3ffffc)                                                      \
	WILD("the hole behind it", 0x10000000)                                                     \
	WILD("the boot parameters", 0x203ff000)                                                    \
	WILD("behind the memory", 0x22000000)                                                      \
	WILD("a device", 0x40004000)                                                               \
	WILD("the processor's own", 0xe000e000)                                                    \
	WILD("the MPU", 0xe000ed9c)                                                                \
	WILD("the last byte", 0xffffffff)

/* 64 bits as the argument that follows an odd number of others: they lie in an even register and the next. */
#define ODD64(low, high) 0, low, high

/* --- a new stack, for clone(2) --- */

void test_on_new_stack(void);
__asm__(".text\n"
	"	.thumb_func\n"
	"test_on_new_stack:	mov r0, r4\n	blx r5\n	udf #0\n");

/* What octavo_syscall() pops when it returns there: then it calls FN(ARG). => the stack pointer */
static inline void *new_stack(char *top, void (*fn)(void *), void *arg)
{
	uint32_t *stack = (uint32_t *)(void *)top - 8;

	memset(stack, 0, 8 * sizeof(*stack));
	stack[0] = (uint32_t)(uintptr_t)arg;
	stack[1] = (uint32_t)(uintptr_t)fn;
	stack[3] = (uint32_t)(uintptr_t)test_on_new_stack;
	return stack;
}

/* --- signals --- */

struct test_context { /* struct sigcontext */
	uint32_t trap_no, error_code, oldmask;
	uint32_t r[13], sp, lr, pc, cpsr, fault_address;
};

/* The way back from a handler, as C libraries have it. */
void test_return(void);
void test_rt_return(void);
__asm__(".text\n"
	"	.thumb_func\n"
	"test_return:	movs r7, #119\n	svc #0\n"
	"	.thumb_func\n"
	"test_rt_return:	movs r7, #173\n	svc #0\n");

static inline uintptr_t context_sp(const struct test_context *c)
{
	return c->sp;
}

/* Was it left by a call, whose result is `result`? */
static inline int context_is_of_call(const struct test_context *c, uint32_t result)
{
	return (c->pc & 1) == 0 && (c->cpsr & 0x01000000) != 0 && c->r[0] == result &&
	       c->sp % 4 == 0;
}

/* An instruction that is none: what the handler of its SIGILL is told, and how it goes on. */
#define UNDEFINED      "udf	#0"
#define UNDEFINED_CODE 1 /* ILL_ILLOPC */

static inline void context_skip_undefined(struct test_context *c)
{
	c->pc += 2;
}

#endif
