/* SPDX-License-Identifier: MIT */
/* offsets.h - places in structures that entry.S knows; task.c asserts them. */
#pragma once

#define TASK_PREEMPT_COUNT 0
#define TASK_NEED_RESCHED  4
#define TASK_USER_WORK     12
#define TASK_ARCH_SP       36
#define TASK_KSTACK_TOP    40
#define TASK_GUARD_RBAR    44
#define TASK_CALL_R0       48

#define FRAME_SIZE 72
#define FRAME_R0   0
#define FRAME_R4   16
#define FRAME_R7   28
#define FRAME_R12  48
#define FRAME_SP   52
#define FRAME_LR   56
#define FRAME_PC   60
#define FRAME_XPSR 64
#define FRAME_EXC  68

#define FRAME_CALL 1 /* in FRAME_EXC: the result of a system call is in the frame */

#define HW_FRAME_SIZE 32
