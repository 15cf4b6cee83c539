/* SPDX-License-Identifier: MIT */
/*
 * System-call stubs for signals. The kernel's sets have 64 signals, newlib's
 * 32; the kernel is told where a handler returns to (x86/restore.S and its
 * counterpart), as it has no code of its own in a program.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "stub.h"

struct kernel_sigaction { /* rt_sigaction(2) */
	void *handler;
	unsigned long flags;
	void (*restorer)(void);
	unsigned long long mask;
};

void octavo_sigreturn(void);
void octavo_rt_sigreturn(void);

int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
	struct kernel_sigaction set, was;
	long result;

	if (action) {
		set.handler = (void *)action->sa_handler;
		set.flags = action->sa_flags | SA_RESTORER;
		set.restorer =
			action->sa_flags & SA_SIGINFO ? octavo_rt_sigreturn : octavo_sigreturn;
		set.mask = action->sa_mask;
	}
	result = octavo_syscall(__NR_rt_sigaction, sig, action ? &set : NULL, old ? &was : NULL,
				sizeof(set.mask));
	if (stub_result(result) < 0)
		return -1;
	if (old) {
		old->sa_handler = (_sig_func_ptr)was.handler;
		old->sa_flags = was.flags & ~SA_RESTORER;
		old->sa_mask = (sigset_t)was.mask;
	}
	return 0;
}

/* BSD's: calls are restarted, the handler stays. */
_sig_func_ptr signal(int sig, _sig_func_ptr handler)
{
	struct sigaction action, old;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	return sigaction(sig, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int raise(int sig)
{
	return kill(getpid(), sig);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	unsigned long long wanted = set ? *set : 0, was = 0;
	long result = octavo_syscall(__NR_rt_sigprocmask, how, set ? &wanted : NULL,
				     old ? &was : NULL, sizeof(wanted));

	if (stub_result(result) < 0)
		return -1;
	if (old)
		*old = (sigset_t)was;
	return 0;
}

int sigpending(sigset_t *set)
{
	unsigned long long pending;

	if (stub_result(octavo_syscall(__NR_rt_sigpending, &pending, sizeof(pending))) < 0)
		return -1;
	*set = (sigset_t)pending;
	return 0;
}

int sigsuspend(const sigset_t *mask)
{
	unsigned long long wanted = *mask;

	return stub_result(octavo_syscall(__NR_rt_sigsuspend, &wanted, sizeof(wanted)));
}
