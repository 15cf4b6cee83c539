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
#include "../../kernel/syscalls_common.inc"

	CALL(fork, sys_fork),
	CALL(waitpid, sys_waitpid),
	CALL(time, sys_time),
	CALL(select, sys_old_select),
	CALL(getrlimit, sys_old_getrlimit),

	CALL(pread64, sys_pread64),
	CALL(pwrite64, sys_pwrite64),

	CALL(umount, sys_oldumount),
	CALL(utime, sys_utime),
	CALL(truncate64, sys_truncate64),
	CALL(ftruncate64, sys_ftruncate64),

	CALL(mmap, sys_old_mmap),
	CALL(mprotect, sys_mprotect),
	CALL(madvise, sys_madvise),
	CALL(remap_file_pages, sys_remap_file_pages),
	CALL(mremap, sys_mremap),
	CALL(mincore, sys_mincore),
	CALL(ptrace, sys_ptrace),
	CALL(process_vm_readv, sys_process_vm_readv),
	CALL(process_vm_writev, sys_process_vm_writev),
	CALL(msync, sys_msync),
	CALL(mlock, sys_mlock),
	CALL(mlock2, sys_mlock2),
	CALL(munlock, sys_munlock),
	CALL(mlockall, sys_mlockall),
	CALL(munlockall, sys_munlockall),

	CALL(signal, sys_signal),
	CALL(sgetmask, sys_sgetmask),
	CALL(ssetmask, sys_ssetmask),
	CALL(sigpending, sys_sigpending),
	CALL(sigprocmask, sys_sigprocmask),
	CALL(sigsuspend, sys_sigsuspend),
	CALL(alarm, sys_alarm),
	CALL(sigreturn, sys_sigreturn),
	CALL(rt_sigreturn, sys_rt_sigreturn),

	CALL(shmctl, sys_shmctl),
	CALL(ipc, sys_ipc),

	CALL(set_thread_area, sys_set_thread_area),
	CALL(get_thread_area, sys_get_thread_area),
};
