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

#define SIG_DFL ((_sig_func_ptr)0)
#define SIG_IGN ((_sig_func_ptr)1)
#define SIG_ERR ((_sig_func_ptr)-1)

/* sa_flags */
#define SA_SIGINFO   0x00000004
#define SA_RESTORER  0x04000000
#define SA_RESTART   0x10000000
#define SA_NODEFER   0x40000000
#define SA_RESETHAND 0x80000000

typedef struct {
	int si_signo;
	int si_errno;
	int si_code;
	union {
		int pad[29];
		struct { /* kill(2), SIGCHLD */
			pid_t pid;
			uid_t uid;
			int status;
		} process;
		struct { /* a fault */
			void *address;
		} fault;
	} u;
} siginfo_t;
#define si_pid    u.process.pid
#define si_uid    u.process.uid
#define si_status u.process.status
#define si_addr   u.fault.address

struct sigaction {
	union {
		_sig_func_ptr handler;
		void (*action)(int, siginfo_t *, void *);
	} u;
	sigset_t sa_mask;
	unsigned int sa_flags;
};
#define sa_handler   u.handler
#define sa_sigaction u.action

int kill(pid_t pid, int sig);
int sigaction(int sig, const struct sigaction *action, struct sigaction *old);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);

#ifdef _COMPILING_NEWLIB
int _kill(pid_t pid, int sig);
#endif

#ifndef _SIGNAL_H_
#include <signal.h>
#endif

#endif
