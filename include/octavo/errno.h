/* SPDX-License-Identifier: MIT */
/* errno.h - Linux's error numbers; the kernel returns them negated. */
#pragma once

#include <uapi/octavo/errno.h>

/*
 * What a system call returns that a signal interrupted: signal_deliver() turns it into EINTR, or has
 * the call made again. No program ever sees one of them.
 */
#define ERESTARTSYS           512 /* again where the handler says SA_RESTART, or there is none */
#define ERESTARTNOINTR        513 /* again in any case */
#define ERESTARTNOHAND        514 /* again where there is no handler */
#define ERESTART_RESTARTBLOCK 516 /* restart_syscall(2) where there is no handler */
