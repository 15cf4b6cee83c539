/* SPDX-License-Identifier: MIT */
/* System V shared memory. shmget(2), shmat(2), shmctl(2) */
#ifndef UAPI_OCTAVO_SHM_H
#define UAPI_OCTAVO_SHM_H

#include <uapi/octavo/ipc.h>

/* shmget(2) */
#define SHM_HUGETLB   04000
#define SHM_NORESERVE 010000

/* shmat(2) */
#define SHM_RDONLY 010000
#define SHM_RND    020000
#define SHM_REMAP  040000
#define SHM_EXEC   0100000

/* shmctl(2), beside IPC_* */
#define SHM_LOCK     11
#define SHM_UNLOCK   12
#define SHM_STAT     13
#define SHM_INFO     14
#define SHM_STAT_ANY 15

/* in shm_perm.mode */
#define SHM_DEST   01000 /* goes with its last user */
#define SHM_LOCKED 02000

struct uapi_shmid64_ds {
	struct uapi_ipc64_perm shm_perm;
	unsigned long shm_segsz; /* bytes */
	unsigned long shm_atime, shm_atime_high;
	unsigned long shm_dtime, shm_dtime_high;
	unsigned long shm_ctime, shm_ctime_high;
	int shm_cpid, shm_lpid;
	unsigned long shm_nattch;
	unsigned long unused4, unused5;
};

struct uapi_shmid_ds { /* without IPC_64 */
	struct uapi_ipc_perm shm_perm;
	int shm_segsz;
	int shm_atime, shm_dtime, shm_ctime;
	unsigned short shm_cpid, shm_lpid, shm_nattch, unused;
	unsigned long unused2, unused3;
};

struct uapi_shminfo64 { /* IPC_INFO */
	unsigned long shmmax, shmmin, shmmni, shmseg, shmall;
	unsigned long unused[4];
};

struct uapi_shminfo { /* without IPC_64 */
	int shmmax, shmmin, shmmni, shmseg, shmall;
};

struct uapi_shm_info { /* SHM_INFO; all but the first are pages */
	int used_ids;
	unsigned long shm_tot, shm_rss, shm_swp;
	unsigned long swap_attempts, swap_successes;
};

#endif
