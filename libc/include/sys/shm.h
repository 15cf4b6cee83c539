/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory. shmget(2), shmat(2), shmctl(2)
 */
#ifndef _SYS_SHM_H
#define _SYS_SHM_H

#include <stddef.h>
#include <sys/ipc.h>
#include <uapi/octavo/shm.h>

#define SHM_R 0400
#define SHM_W 0200

#define shmid_ds uapi_shmid64_ds
#define ipc_perm uapi_ipc64_perm

int shmget(key_t key, size_t len_bytes, int flags);
void *shmat(int id, const void *addr, int flags); /* (void *)-1: errno */
int shmdt(const void *addr);
int shmctl(int id, int command, struct shmid_ds *buf);

#endif
