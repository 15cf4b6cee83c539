/* SPDX-License-Identifier: MIT */
/*
 * backtrace.c - return addresses on a stack.
 *
 * Thumb code keeps no chain of frames: r7 points into the middle of a frame, at a distance that only
 * the function knows. So the stack is searched upwards for words that are a return address: odd,
 * inside the text, behind a BL or BLX instruction. What an earlier call left behind in a hole of a
 * frame may show up as well; nothing that is there is missed.
 *
 * `fp` is the address of the next word to look at.
 */
#include <arch/local.h>
#include <octavo/arch.h>
#include <octavo/task.h>

extern char __text_start[], __text_end[], handler_stack[], handler_stack_top[];

static bool behind_call(uintptr_t pc)
{
	const u16 *p = (const u16 *)pc;

	if ((p[-1] & 0xff87) == 0x4780) /* blx register */
		return true;
	return (p[-2] & 0xf800) == 0xf000 && (p[-1] & 0xd000) == 0xd000; /* bl */
}

static bool is_return_address(u32 word)
{
	return (word & 1) != 0 && word > (u32)__text_start + 4 && word < (u32)__text_end &&
	       behind_call(word & ~1u);
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

bool arch_backtrace_next(uintptr_t *fp, uintptr_t *pc)
{
	uintptr_t at = ALIGN_UP(*fp, sizeof(u32)), end = stack_end(&at);

	for (; at < end; at += sizeof(u32)) {
		u32 word = *(const u32 *)at;

		if (is_return_address(word)) {
			*pc = word & ~1u;
			*fp = at + sizeof(u32);
			return true;
		}
	}
	return false;
}

uintptr_t arch_frame_pointer(void)
{
	uintptr_t sp;

	__asm__ volatile("mov	%0, sp" : "=r"(sp));
	return sp;
}
