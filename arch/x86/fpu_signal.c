/* SPDX-License-Identifier: MIT */
/*
 * fpu_signal.c - the state of FPU and SSE in a signal's frame: FNSAVE's form, which programs of old
 * read, and behind it FXSAVE's where the CPU has it. What both hold is taken back from the first.
 */
#include <arch/cpu.h>
#include <arch/signal_frame.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

#define FRAME_ALIGNMENT 64u
#define HIGH_HALF       0xffff0000u /* of FNSAVE's words of 16 bits */

enum { TAG_VALID, TAG_ZERO, TAG_SPECIAL, TAG_EMPTY };

static bool has_fxsr(void)
{
	return (cpu_features & CPU_FXSR) != 0;
}

u32 fpu_frame_place(u32 top)
{
	if (!has_fxsr())
		return ALIGN_DOWN(top - FPSTATE_FSAVE_BYTES, FRAME_ALIGNMENT);
	return ALIGN_DOWN(top - sizeof(struct fxsave_area), FRAME_ALIGNMENT) - FPSTATE_FSAVE_BYTES;
}

/* --- tags: two bits for each register, or one --- */

static u32 tag_of(const u8 *st)
{
	const u16 *words = (const u16 *)(const void *)st;
	u32 exponent = words[4] & 0x7fff;

	if (exponent == 0x7fff)
		return TAG_SPECIAL;
	if (exponent == 0)
		return words[0] | words[1] | words[2] | words[3] ? TAG_SPECIAL : TAG_ZERO;
	return words[3] & 0x8000 ? TAG_VALID : TAG_SPECIAL;
}

/* Registers are tagged by their own number, and stored from the top of the stack on. */
static u32 tags_of(const struct fxsave_area *fx)
{
	u32 top = fx->sw >> 11 & 7, tags = 0xffff;

	for (u32 i = 0; i < 8 && fx->tag != 0; i++) {
		if (fx->tag & 1u << i) {
			tags &= ~(3u << 2 * i);
			tags |= tag_of(fx->st[(i - top) & 7]) << 2 * i;
		}
	}
	return tags;
}

static u16 short_tags(u32 tags)
{
	u32 used = 0;

	if ((tags & 0xffff) == 0xffff)
		return 0;
	for (u32 i = 0; i < 8; i++) {
		if ((tags >> 2 * i & 3) != TAG_EMPTY)
			used |= 1u << i;
	}
	return (u16)used;
}

/* One register of 80 bits. */
static inline void copy_register(u8 *to, const u8 *from)
{
	__builtin_memcpy(to, from, 8);
	__builtin_memcpy(to + 8, from + 8, 2);
}

/* --- to the frame --- */

static __always_inline void fsave_from_fx(struct fsave_area *to, const struct fxsave_area *fx)
{
	to->cw = fx->cw | HIGH_HALF;
	to->sw = fx->sw | HIGH_HALF;
	to->tag = tags_of(fx) | HIGH_HALF;
	to->ip = fx->ip;
	to->cs_opcode = (fx->cs & 0xffff) | (u32)fx->opcode << 16;
	to->dp = fx->dp;
	to->ds = fx->ds;
	for (unsigned i = 0; i < 8; i++)
		copy_register(to->st[i], fx->st[i]);
}

int fpu_to_frame(void __user *to)
{
	struct {
		struct fsave_area fsave;
		u16 status, magic;
	} state;
	const void *now = fpu_state();

	if (!has_fxsr()) {
		memcpy(&state.fsave, now, sizeof(state.fsave));
		state.status = (u16)state.fsave.sw;
		state.magic = FPSTATE_FSAVE;
		return copy_to_user(to, &state, FPSTATE_FSAVE_BYTES);
	}
	fsave_from_fx(&state.fsave, now);
	state.status = (u16)state.fsave.sw;
	state.magic = FPSTATE_FXSR;
	if (copy_to_user(to, &state, FPSTATE_FSAVE_BYTES) != 0)
		return -EFAULT;
	return copy_to_user((char __user *)to + FPSTATE_FSAVE_BYTES, now,
			    sizeof(struct fxsave_area));
}

/* --- and back --- */

static __always_inline void fx_from_fsave(struct fxsave_area *to, const struct fsave_area *from)
{
	to->cw = (u16)from->cw;
	to->sw = (u16)from->sw;
	to->tag = short_tags(from->tag);
	to->opcode = (u16)(from->cs_opcode >> 16);
	to->ip = from->ip;
	to->cs = from->cs_opcode & 0xffff;
	to->dp = from->dp;
	to->ds = from->ds;
	for (unsigned i = 0; i < 8; i++)
		copy_register(to->st[i], from->st[i]);
}

int fpu_from_frame(const void __user *from)
{
	const struct fpstate __user *state = from;
	struct fsave_area fsave;
	struct fxsave_area *fx = fpu_new_state();

	if (from == NULL)
		return 0;
	if (!has_fxsr()) {
		if (copy_from_user(fx, &state->fsave, sizeof(fsave)) != 0)
			return -EFAULT;
		fpu_new_state_done();
		return 0;
	}
	if (copy_from_user(&fsave, &state->fsave, sizeof(fsave)) != 0 ||
	    copy_from_user(fx, &state->fx, sizeof(*fx)) != 0)
		return -EFAULT;
	if (fx->mxcsr & ~fpu_mxcsr_known)
		return -EINVAL; /* the CPU would refuse to load it */
	fx_from_fsave(fx, &fsave);
	fpu_new_state_done();
	return 0;
}

/* --- for a tracer --- */

void fpu_to_fsave(struct fsave_area *to, const void *state)
{
	if (has_fxsr())
		fsave_from_fx(to, state);
	else
		memcpy(to, state, sizeof(*to));
}

void fpu_from_fsave(void *state, const struct fsave_area *from)
{
	if (has_fxsr())
		fx_from_fsave(state, from);
	else
		memcpy(state, from, sizeof(*from));
}
