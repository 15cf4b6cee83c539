/* SPDX-License-Identifier: MIT */
/*
 * syscall_table.c - system calls by their Linux number. A number that is not here is ENOSYS; what
 * cannot be done without an MMU is sys_nommu_refused()'s.
 */
#include <octavo/nommu.h>
#include <octavo/syscall.h>
#include <uapi/octavo/unistd.h>

/* Every function takes at most six words and returns one. */
#define CALL(name, fn) [__NR_##name] = (syscall_fn)(void (*)(void))(fn)
#define REFUSED(name)  CALL(name, sys_nommu_refused)

extern const syscall_fn syscall_table[];
extern const u32 nr_syscalls; /* entries of syscall_table; entry.S */

const syscall_fn syscall_table[] = {
	CALL(exit, sys_exit),
	CALL(exit_group, sys_exit_group),
	CALL(vfork, sys_vfork),
	CALL(execve, sys_execve),
	CALL(wait4, sys_wait4),
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
	CALL(gettimeofday, sys_gettimeofday),

	CALL(brk, sys_brk),
	CALL(mmap2, sys_mmap2),
	CALL(munmap, sys_munmap),

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

	REFUSED(fork),
	REFUSED(mprotect),
	REFUSED(msync),
	REFUSED(madvise),
	REFUSED(mincore),
	REFUSED(mlock),
	REFUSED(mlock2),
	REFUSED(munlock),
	REFUSED(mlockall),
	REFUSED(munlockall),
	REFUSED(swapon),
	REFUSED(swapoff),
	REFUSED(remap_file_pages),
	REFUSED(mbind),
	REFUSED(get_mempolicy),
	REFUSED(set_mempolicy),
	REFUSED(migrate_pages),
	REFUSED(move_pages),
	REFUSED(userfaultfd),
};
const u32 nr_syscalls = ARRAY_SIZE(syscall_table);
