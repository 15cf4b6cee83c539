/* SPDX-License-Identifier: MIT */
/*
 * Signals: numbers, what sigaction(2) and sigaltstack(2) say about them, and what comes with one
 * (siginfo). signal(7).
 */
#ifndef UAPI_OCTAVO_SIGNAL_H
#define UAPI_OCTAVO_SIGNAL_H

#define SIGHUP          1
#define SIGINT          2
#define SIGQUIT         3
#define SIGILL          4
#define SIGTRAP         5
#define SIGABRT         6
#define SIGIOT          SIGABRT
#define SIGBUS          7
#define SIGFPE          8
#define SIGKILL         9
#define SIGUSR1         10
#define SIGSEGV         11
#define SIGUSR2         12
#define SIGPIPE         13
#define SIGALRM         14
#define SIGTERM         15
#define SIGSTKFLT       16
#define SIGCHLD         17
#define SIGCONT         18
#define SIGSTOP         19
#define SIGTSTP         20
#define SIGTTIN         21
#define SIGTTOU         22
#define SIGURG          23
#define SIGXCPU         24
#define SIGXFSZ         25
#define SIGVTALRM       26
#define SIGPROF         27
#define SIGWINCH        28
#define SIGIO           29
#define SIGPOLL         SIGIO
#define SIGPWR          30
#define SIGSYS          31
#define SIGRTMIN_KERNEL 32 /* the first real-time signal; C libraries keep some for themselves */
#define SIGNAL_MAX      64

/* How sigprocmask(2) changes the mask. */
#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

/* Handlers that are none. */
#define UAPI_SIG_DFL 0
#define UAPI_SIG_IGN 1

/* sa_flags */
#define SA_NOCLDSTOP 0x00000001 /* no SIGCHLD when children stop or continue */
#define SA_NOCLDWAIT 0x00000002 /* children leave no zombies */
#define SA_SIGINFO   0x00000004
#define SA_RESTORER  0x04000000
#define SA_ONSTACK   0x08000000
#define SA_RESTART   0x10000000
#define SA_NODEFER   0x40000000
#define SA_RESETHAND 0x80000000

/* sigaltstack(2) */
#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM 0x80000000
#define MINSIGSTKSZ   2048

/* si_code: 0 and below from programs, above from the kernel */
#define SI_USER   0
#define SI_KERNEL 0x80
#define SI_QUEUE  -1
#define SI_TIMER  -2
#define SI_TKILL  -6

#define ILL_ILLOPN  2
#define FPE_INTDIV  1
#define FPE_FLTDIV  3
#define FPE_FLTOVF  4
#define FPE_FLTUND  5
#define FPE_FLTRES  6
#define FPE_FLTINV  7
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN  1
#define BUS_ADRERR  2
#define TRAP_BRKPT  1
#define TRAP_TRACE  2

#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

/* setitimer(2) */
#define ITIMER_REAL    0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF    2

/* waitid(2): whom to wait for */
#define P_ALL   0
#define P_PID   1
#define P_PGID  2
#define P_PIDFD 3

#endif
