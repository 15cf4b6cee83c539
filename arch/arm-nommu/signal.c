/* SPDX-License-Identifier: MIT */
/*
 * signal.c - signals on this machine do what they do by default, or nothing: no handler is called, so
 * sigaction(2) takes none. A call that a stop interrupted is made again.
 *
 * The program's r0 was lost to the result: syscall_thread keeps it in the task.
 */
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/signal.h>
#include <octavo/task.h>
#include <uapi/octavo/unistd.h>

#define CALL_BYTES 2 /* svc 0 */

bool arch_signal_can_catch(void)
{
	return false;
}

int arch_signal_frame(struct trapframe *frame, const struct sig_action *a,
		      const struct siginfo *info, sigset_bits mask)
{
	(void)frame;
	(void)a;
	(void)info;
	(void)mask;
	return -EFAULT; /* nothing is ever caught */
}

void arch_call_again(struct trapframe *frame)
{
	frame->r[0] = current->arch.call_r0;
	frame->pc -= CALL_BYTES;
}

void arch_call_restart(struct trapframe *frame)
{
	frame->r[7] = __NR_restart_syscall;
	frame->pc -= CALL_BYTES;
}
