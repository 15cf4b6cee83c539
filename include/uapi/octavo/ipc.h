/* SPDX-License-Identifier: MIT */
/* System V IPC: keys, permissions, and the numbers of ipc(2). sysvipc(7) */
#ifndef UAPI_OCTAVO_IPC_H
#define UAPI_OCTAVO_IPC_H

#define IPC_PRIVATE 0

#define IPC_CREAT  01000
#define IPC_EXCL   02000
#define IPC_NOWAIT 04000

#define IPC_RMID 0
#define IPC_SET  1
#define IPC_STAT 2
#define IPC_INFO 3
#define IPC_64   0x100 /* with a command: the structures are today's */

/* ipc(2) of i386: which call it stands for */
#define SHMAT  21
#define SHMDT  22
#define SHMGET 23
#define SHMCTL 24

struct uapi_ipc_perm { /* without IPC_64 */
	int key;
	unsigned short uid, gid, cuid, cgid;
	unsigned short mode, seq;
};

struct uapi_ipc64_perm {
	int key;
	unsigned int uid, gid;   /* whose it is */
	unsigned int cuid, cgid; /* who made it */
	unsigned short mode, pad1;
	unsigned short seq, pad2;
	unsigned long unused1, unused2;
};

#endif
