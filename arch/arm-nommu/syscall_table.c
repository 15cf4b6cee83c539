/* SPDX-License-Identifier: MIT */
/*
 * syscall_table.c - system calls by their Linux number. A number that is not here is ENOSYS; what
 * cannot be done without an MMU is sys_nommu_refused()'s.
 */
#include <arch/local.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/nommu.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/unistd.h>

/* Every function takes at most six words and returns one. */
#define CALL(name, fn) [__NR_##name] = (syscall_fn)(void (*)(void))(fn)
#define REFUSED(name)  CALL(name, sys_nommu_refused)

extern const syscall_fn syscall_table[];
extern const u32 nr_syscalls; /* entries of syscall_table; entry.S */
extern const u32 short_calls[256 / 32];

/* 64 bits lie in an even register and the next: one is left out before them. */
static long arm_pread64(u32 fd, char __user *buf, u32 len, u32 unused, u32 low, u32 high)
{
	(void)unused;
	return sys_pread64(fd, buf, len, low, high);
}

static long arm_pwrite64(u32 fd, const char __user *buf, u32 len, u32 unused, u32 low, u32 high)
{
	(void)unused;
	return sys_pwrite64(fd, buf, len, low, high);
}

/* --- ARM's own calls --- */

/* There is no cache to flush. */
static long cacheflush(u32 start, u32 end, u32 flags)
{
	if (end < start || flags != 0)
		return -EINVAL;
	return user_range_ok((const void __user *)(uintptr_t)start, end - start) ? 0 : -EFAULT;
}

long arm_call(u32 nr)
{
	const struct trapframe *f = arch_user_frame(current);

	switch (nr) {
	case __ARM_NR_cacheflush:
		return cacheflush(f->r[0], f->r[1], f->r[2]);
	case __ARM_NR_set_tls:
		current->arch.tls = f->r[0];
		return 0;
	case __ARM_NR_get_tls:
		return (long)current->arch.tls;
	default:
		return sys_unknown(nr);
	}
}

const syscall_fn syscall_table[] = {
#include "../../kernel/syscalls_common.inc"

	CALL(truncate64, sys_truncate64_even),
	CALL(ftruncate64, sys_ftruncate64_even),
	CALL(pread64, arm_pread64),
	CALL(pwrite64, arm_pwrite64),
	CALL(mremap, sys_mremap),

	CALL(shmctl, sys_old_shmctl),

	CALL(sigpending, sys_sigpending),
	CALL(sigprocmask, sys_sigprocmask),
	CALL(sigsuspend, sys_sigsuspend),
	CALL(sigreturn, sys_sigreturn),
	CALL(rt_sigreturn, sys_rt_sigreturn),

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

/* Calls that the handler makes by itself (entry.S), a bit each: they read what is the current task's, and
 * neither sleep, nor take a lock, nor touch its program's memory. */
#define BIT_OF(name) (1u << __NR_##name % 32)
const u32 short_calls[256 / 32] = {
	[__NR_getpid / 32] = BIT_OF(getpid),
	[__NR_getppid / 32] = BIT_OF(getppid),
	[__NR_getuid32 / 32] =
		BIT_OF(getuid32) | BIT_OF(getgid32) | BIT_OF(geteuid32) | BIT_OF(getegid32),
	[__NR_gettid / 32] = BIT_OF(gettid),
};
_Static_assert(__NR_getuid32 / 32 == __NR_getegid32 / 32, "they share a word");
