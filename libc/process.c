/* SPDX-License-Identifier: MIT */
/*
 * System-call stubs for processes.
 */
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/reboot.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stub.h"

void _exit(int status)
{
	for (;;)
		octavo_syscall(__NR_exit_group, status);
}

pid_t NEWLIB_STUB(fork)(void)
{
	return stub_result(octavo_syscall(__NR_fork));
}

int NEWLIB_STUB(execve)(const char *path, char *const argv[], char *const envp[])
{
	return stub_result(octavo_syscall(__NR_execve, path, argv, envp));
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return stub_result(octavo_syscall(__NR_wait4, pid, status, options, usage));
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

pid_t NEWLIB_STUB(wait)(int *status)
{
	return wait4(-1, status, 0, NULL);
}

pid_t NEWLIB_STUB(getpid)(void)
{
	return octavo_syscall(__NR_getpid);
}

pid_t getppid(void)
{
	return octavo_syscall(__NR_getppid);
}

int NEWLIB_STUB(kill)(pid_t pid, int sig)
{
	return stub_result(octavo_syscall(__NR_kill, pid, sig));
}

int sched_yield(void)
{
	return stub_result(octavo_syscall(__NR_sched_yield));
}

clock_t NEWLIB_STUB(times)(struct tms *buf)
{
	return stub_result(octavo_syscall(__NR_times, buf));
}

int reboot(int command)
{
	return stub_result(octavo_syscall(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
					  command, NULL));
}
