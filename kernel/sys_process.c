/* SPDX-License-Identifier: MIT */
/* sys_process.c - the small calls about processes: pids, yielding; what a call is that is not there. */
#include <octavo/errno.h>
#include <octavo/printk.h>
#include <octavo/process.h>
#include <octavo/sched.h>
#include <octavo/syscall.h>

bool debug_syscalls;

long sys_unknown(u32 nr)
{
	if (debug_syscalls)
		pr_info("%s[%u]: unknown system call %u\n", current->comm, current->pid, nr);
	return -ENOSYS;
}

long sys_getpid(void)
{
	return (long)current->tgid;
}

long sys_getppid(void)
{
	return (long)task_leader(current)->parent_pid;
}

long sys_sched_yield(void)
{
	sched_yield_cpu();
	return 0;
}
