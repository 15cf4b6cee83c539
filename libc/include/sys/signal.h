/* SPDX-License-Identifier: MIT */
/*
 * Stands in front of newlib's <sys/signal.h>, which has BSD's numbers, so that
 * the signal in a wait status and its name agree with the kernel's.
 */
#ifndef _SYS_SIGNAL_H
#define _SYS_SIGNAL_H

#include <sys/_sigset.h>
#include <sys/types.h>
#include <uapi/octavo/signal.h>

#define NSIG 32 /* what newlib's signal table has room for; 0 is none */

#ifndef _SIGSET_T_DECLARED
#define _SIGSET_T_DECLARED
typedef __sigset_t sigset_t;
#endif

typedef void (*_sig_func_ptr)(int);

#define sigemptyset(set)      (*(set) = 0, 0)
#define sigfillset(set)       (*(set) = ~0UL, 0)
#define sigaddset(set, sig)   (*(set) |= 1UL << ((sig)-1), 0)
#define sigdelset(set, sig)   (*(set) &= ~(1UL << ((sig)-1)), 0)
#define sigismember(set, sig) ((*(set) >> ((sig)-1)) & 1UL)

int kill(pid_t pid, int sig);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);

#ifdef _COMPILING_NEWLIB
int _kill(pid_t pid, int sig);
#endif

#ifndef _SIGNAL_H_
#include <signal.h>
#endif

#endif
