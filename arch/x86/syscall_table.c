/* SPDX-License-Identifier: MIT */
/*
 * syscall_table.c - system calls by their Linux number. A number that is not here is ENOSYS.
 */
#include <arch/syscall_limit.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <uapi/octavo/unistd.h>

extern const syscall_fn syscall_table[SYSCALL_LIMIT];

long syscall_none(void)
{
	return sys_unknown(arch_user_frame(current)->error);
}

/* Every function takes at most six words from the stack and returns one. */
#define CALL(name, fn) [__NR_##name] = (syscall_fn)(void (*)(void))(fn)

/* The first line gives each number a function, those that follow replace it. */
#pragma GCC diagnostic ignored "-Woverride-init"
const syscall_fn syscall_table[SYSCALL_LIMIT] = {
	[0 ... SYSCALL_LIMIT - 1] = (syscall_fn)(void (*)(void))syscall_none,
	CALL(exit, sys_exit),
	CALL(exit_group, sys_exit_group),
	CALL(fork, sys_fork),
	CALL(vfork, sys_vfork),
	CALL(execve, sys_execve),
	CALL(wait4, sys_wait4),
	CALL(waitpid, sys_waitpid),
	CALL(getpid, sys_getpid),
	CALL(gettid, sys_gettid),
	CALL(getppid, sys_getppid),
	CALL(sched_yield, sys_sched_yield),
	CALL(kill, sys_kill),
	CALL(syslog, sys_syslog),
	CALL(uname, sys_uname),
	CALL(reboot, sys_reboot),
	CALL(clock_gettime, sys_clock_gettime),
	CALL(clock_gettime64, sys_clock_gettime64),
	CALL(nanosleep, sys_nanosleep),
	CALL(time, sys_time),
	CALL(gettimeofday, sys_gettimeofday),

	CALL(brk, sys_brk),
	CALL(mmap2, sys_mmap2),
	CALL(mmap, sys_old_mmap),
	CALL(munmap, sys_munmap),
	CALL(mprotect, sys_mprotect),
	CALL(madvise, sys_madvise),

	CALL(open, sys_open),
	CALL(openat, sys_openat),
	CALL(creat, sys_creat),
	CALL(close, sys_close),
	CALL(read, sys_read),
	CALL(write, sys_write),
	CALL(lseek, sys_lseek),
	CALL(_llseek, sys_llseek),
	CALL(pipe, sys_pipe),
	CALL(pipe2, sys_pipe2),
	CALL(dup, sys_dup),
	CALL(dup2, sys_dup2),
	CALL(stat64, sys_stat64),
	CALL(lstat64, sys_lstat64),
	CALL(fstat64, sys_fstat64),
	CALL(readlink, sys_readlink),
	CALL(getcwd, sys_getcwd),
	CALL(chdir, sys_chdir),
	CALL(getdents64, sys_getdents64),
	CALL(ioctl, sys_ioctl),
	CALL(unlink, sys_unlink),
	CALL(mkdir, sys_mkdir),
	CALL(rmdir, sys_rmdir),
	CALL(access, sys_access),
	CALL(umask, sys_umask),
	CALL(ftruncate, sys_ftruncate),

	CALL(set_thread_area, sys_set_thread_area),
};
