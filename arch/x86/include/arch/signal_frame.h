/* SPDX-License-Identifier: MIT */
/*
 * signal_frame.h - what a signal leaves on the program's stack: Linux's structures for i386. The
 * program's handler reads and changes them, sigreturn(2) takes them back.
 */
#pragma once

#include <octavo/types.h>

/* The registers: struct sigcontext. */
struct sigcontext {
	u32 gs, fs, es, ds; /* 16 bits count */
	u32 edi, esi, ebp, esp, ebx, edx, ecx, eax;
	u32 trapno, err; /* of the fault that came last */
	u32 eip, cs, eflags, esp_at_signal, ss;
	u32 fpstate; /* address of struct fpstate */
	u32 oldmask; /* the first 32 signals of the mask */
	u32 cr2;
};
_Static_assert(sizeof(struct sigcontext) == 88, "the ABI");

/* What FNSAVE stores. */
struct fsave_area {
	u32 cw, sw, tag, ip, cs_opcode, dp, ds;
	u8 st[8][10];
};
_Static_assert(sizeof(struct fsave_area) == 108, "the CPU's");

/* What FXSAVE stores. */
struct fxsave_area {
	u16 cw, sw, tag, opcode;
	u32 ip, cs, dp, ds, mxcsr, mxcsr_mask;
	u8 st[8][16]; /* 10 bytes of each */
	u8 xmm[8][16];
	u8 rest[224];
};
_Static_assert(sizeof(struct fxsave_area) == 512, "the CPU's");
extern u32 fpu_mxcsr_known; /* [I] bits of mxcsr that it loads; others are a fault (fpu.c) */

#define FPSTATE_FXSR  0x0000u /* fx counts */
#define FPSTATE_FSAVE 0xffffu /* it is not there */

struct fpstate {
	struct fsave_area fsave;
	u16 status, magic;
	struct fxsave_area fx;
};
_Static_assert(sizeof(struct fpstate) == 624, "the ABI");
#define FPSTATE_FSAVE_BYTES offsetof(struct fpstate, fx)

/* A handler without SA_SIGINFO. */
struct sigframe {
	u32 restorer; /* where the handler returns to */
	u32 signo;
	struct sigcontext context;
	struct fpstate unused; /* is above the frame nowadays */
	u32 mask_high;
	u8 code[8]; /* does sigreturn(2) */
};
_Static_assert(offsetof(struct sigframe, mask_high) == 720 && sizeof(struct sigframe) == 732,
	       "the ABI");

/* A handler with SA_SIGINFO. */
struct rt_sigframe {
	u32 restorer;
	u32 signo, info_address, context_address; /* the handler's arguments */
	u32 info[32];
	struct {
		u32 flags, link;
		u32 stack_sp, stack_flags, stack_size;
		struct sigcontext context;
		u32 mask[2];
	} uc;
	u8 code[8];
};
_Static_assert(sizeof(struct rt_sigframe) == 268, "the ABI");
