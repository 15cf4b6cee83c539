/* SPDX-License-Identifier: MIT */
/*
 * backtrace.c - return addresses on a stack.
 *
 * Thumb code keeps no chain of frames: r7 points into the middle of a frame, at a distance that only
 * the function knows. So the stack is searched upwards for words that are a return address: odd,
 * inside the text, behind a BL or BLX instruction. If that is a BL to the very function that was
 * found before (or a BLX, which tells nothing), it is the caller; what earlier calls left behind in
 * the holes of frames is passed over. Where no word fits that, as after a jump from one function to
 * another, the first return address of any kind is taken.
 *
 * `fp` is the address of the next word to look at.
 */
#include <arch/local.h>
#include <octavo/arch.h>
#include <octavo/ksyms.h>
#include <octavo/task.h>

static uintptr_t trap_pc; /* of the trap that ends the machine; 0: none */
static u32 trap_lr;

extern char __text_start[], __text_end[], handler_stack[], handler_stack_top[];

/* The instruction before the address: does it call, and whom? */
enum call_kind { NO_CALL, CALL_BY_REGISTER, CALL };

static enum call_kind call_before(uintptr_t pc, uintptr_t *target)
{
	const u16 *p = (const u16 *)pc;
	u32 sign, i1, i2, offset;

	if ((p[-1] & 0xff87) == 0x4780) /* blx register */
		return CALL_BY_REGISTER;
	if ((p[-2] & 0xf800) != 0xf000 || (p[-1] & 0xd000) != 0xd000)
		return NO_CALL;
	sign = p[-2] >> 10 & 1;
	i1 = (p[-1] >> 13 & 1) ^ sign ^ 1;
	i2 = (p[-1] >> 11 & 1) ^ sign ^ 1;
	offset = sign << 24 | i1 << 23 | i2 << 22 | (p[-2] & 0x3ffu) << 12 | (p[-1] & 0x7ffu) << 1;
	*target = pc + offset - (sign << 25);
	return CALL;
}

/* Is the word a return address of a call of the function that starts at `callee`, 0: of any? */
static bool is_return_address(u32 word, uintptr_t callee)
{
	uintptr_t target = 0;
	enum call_kind kind;

	if ((word & 1) == 0 || word <= (u32)__text_start + 4 || word >= (u32)__text_end)
		return false;
	kind = call_before(word & ~1u, &target);
	return kind != NO_CALL && (kind == CALL_BY_REGISTER || callee == 0 || target == callee);
}

/* The function that pc lies in; 0: none, or not to be told. */
static uintptr_t function_of(uintptr_t pc)
{
	size_t offset;

	pc &= ~(uintptr_t)1;
	return pc != 0 && ksym_lookup(pc, NULL, &offset) ? pc - offset : 0;
}

static bool on_handler_stack(uintptr_t address)
{
	return address >= (uintptr_t)handler_stack && address < (uintptr_t)handler_stack_top;
}

static bool on_task_stack(const struct task *t, uintptr_t address)
{
	uintptr_t low = (uintptr_t)t->kstack;

	return address >= low && address < low + KSTACK_SIZE;
}

bool arch_on_kernel_stack(const struct task *t, uintptr_t address)
{
	return on_task_stack(t, address) || on_handler_stack(address);
}

/* Where the stack that holds *address ends; 0 if none does. An overrun stack begins above its guard,
 * which cannot be read. */
static uintptr_t stack_end(uintptr_t *address)
{
	const struct task *t = current;

	if (on_handler_stack(*address))
		return (uintptr_t)handler_stack_top;
	if (!on_task_stack(t, *address))
		return 0;
	*address = MAX(*address, (uintptr_t)t->kstack + KSTACK_GUARD);
	return t->arch.kstack_top - sizeof(struct trapframe);
}

/* The first return address in [at, end) of a call of `callee`; => where it is, 0: nowhere */
static uintptr_t find_return(uintptr_t at, uintptr_t end, uintptr_t callee)
{
	for (; at < end; at += sizeof(u32))
		if (is_return_address(*(const u32 *)at, callee))
			return at;
	return 0;
}

bool arch_backtrace_next(uintptr_t *fp, uintptr_t *pc)
{
	uintptr_t from = ALIGN_UP(*fp, sizeof(u32)), end = stack_end(&from);
	uintptr_t callee = function_of(*pc), at;

	/* A function that calls none has its return address in a register only. */
	if (*pc != 0 && *pc == trap_pc && is_return_address(trap_lr, callee)) {
		*pc = trap_lr & ~1u;
		trap_pc = 0;
		return true;
	}
	at = find_return(from, end, callee);
	if (at == 0 && callee != 0)
		at = find_return(from, end, 0);
	if (at == 0)
		return false;
	*pc = *(const u32 *)at & ~1u;
	*fp = at + sizeof(u32);
	return true;
}

/* Set once, when the machine ends by a trap. */
void backtrace_of_trap(const struct trapframe *frame)
{
	trap_pc = frame->pc;
	trap_lr = frame->lr;
}

uintptr_t arch_frame_pointer(void)
{
	uintptr_t sp;

	__asm__ volatile("mov	%0, sp" : "=r"(sp));
	return sp;
}
