/* SPDX-License-Identifier: MIT */
#ifndef LIBC_START_H
#define LIBC_START_H

/*
 * Called by crt0 with the stack pointer that execve left.
 * => runs constructors and main, never returns
 */
void octavo_start(long *sp) __attribute__((noreturn));

#endif
