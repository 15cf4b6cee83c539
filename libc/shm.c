/* SPDX-License-Identifier: MIT */
/*
 * System-call stubs for System V shared memory.
 */
#include <sys/shm.h>

#include "stub.h"

int shmget(key_t key, size_t len_bytes, int flags)
{
	return stub_result(octavo_syscall(__NR_shmget, key, len_bytes, flags));
}

void *shmat(int id, const void *addr, int flags)
{
	return (void *)stub_result(octavo_syscall(__NR_shmat, id, addr, flags));
}

int shmdt(const void *addr)
{
	return stub_result(octavo_syscall(__NR_shmdt, addr));
}

int shmctl(int id, int command, struct shmid_ds *buf)
{
	return stub_result(octavo_syscall(__NR_shmctl, id, command | SHMCTL_FLAGS, buf));
}
