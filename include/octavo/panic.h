/* SPDX-License-Identifier: MIT */
/* panic.h - the end of the machine, said clearly. */
#pragma once

#include <octavo/types.h>

struct trapframe;

/*
 * panic - print the message, the registers, the current task and a symbolic backtrace, send a P
 * frame on the control channel and end the machine (or halt, where nothing can end it).
 *   => any context; interrupts are off afterwards; a panic inside a panic prints one line and ends
 */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn __cold;

/* panic_frame - the same, with the registers of the trap that led here. */
void panic_frame(const struct trapframe *frame, const char *fmt, ...)
	__printf(2, 3) __noreturn __cold;

/* panic_in_progress - the machine is about to end: nobody waits for a lock any more. */
bool panic_in_progress(void);

/* backtrace_print - print the return addresses found from frame pointer `fp` with their symbols.
 * Never faults on a damaged chain: each step is checked to lie on the task's stack. */
void backtrace_print(uintptr_t fp);
