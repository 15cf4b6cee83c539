/* SPDX-License-Identifier: MIT */
/* sys_ipc.c - i386's one system call for all of System V IPC: ipc(2). */
#include <octavo/errno.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/ipc.h>

/* The upper half of `call` is a version: 1 is another system's. */
long sys_ipc(u32 call, int first, u32 second, u32 third, void __user *ptr)
{
	long result;

	switch (call & 0xffff) {
	case SHMAT:
		if (call >> 16 == 1)
			return -EINVAL;
		result = sys_shmat(first, (vaddr_t)ptr, second);
		if (result < 0 && result >= -MAX_ERRNO)
			return result;
		return put_user_u32((u32)result, (u32 __user *)(vaddr_t)third);
	case SHMDT:
		return sys_shmdt((vaddr_t)ptr);
	case SHMGET:
		return sys_shmget(first, second, third);
	case SHMCTL:
		return sys_old_shmctl(first, (int)second, ptr);
	default:
		return -ENOSYS;
	}
}
