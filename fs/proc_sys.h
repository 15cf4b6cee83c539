/* SPDX-License-Identifier: MIT */
/* proc_sys.h - what the tables of /proc/sys are made of. */
#pragma once

#include "proc.h"

/* A number that can be read and set. */
struct sysctl {
	u32 *value; /* where the number is; or */
	u32 (*get)(void);
	int (*set)(u32 n); /* => 0, -errno; sleeps */
	u32 min, max; /* others are EINVAL; max up to INT32_MAX: it is shown as a signed number */
};
/* sysctl_show, sysctl_store - entry functions of such a number: see struct proc_entry.
 * => 0; store: what proc_number() and `set` say, -EINVAL outside min and max; sleep */
int sysctl_show(struct proc_inode *p, struct text *t, u64 *cursor);
int sysctl_store(struct proc_inode *p, char *buf, size_t len);
#define SYSCTL(s) .sysctl = true, .data = &(s), .show = sysctl_show, .store = sysctl_store

/* settings of System V shared memory (proc_sysvipc.c) */
extern const struct sysctl sysctl_shmmax, sysctl_shmall, sysctl_shmmni, sysctl_shm_rmid_forced,
	sysctl_shm_next_id;

/* settings of every machine, for the tables of vm/ (proc_sys_vm.c) */
extern const struct sysctl sysctl_min_free_kbytes, sysctl_drop_caches;
int sysctl_reserve_ratio_show(struct proc_inode *p, struct text *t, u64 *cursor);
int sysctl_reserve_ratio_store(struct proc_inode *p, char *buf, size_t len);
#define SYSCTL_VM_OF_EVERY_MACHINE                                                                 \
	{.name = "drop_caches", .mode = S_IFREG | 0200, SYSCTL(sysctl_drop_caches)},               \
		{.name = "lowmem_reserve_ratio",                                                   \
		 .mode = S_IFREG | 0644,                                                           \
		 .sysctl = true,                                                                   \
		 .show = sysctl_reserve_ratio_show,                                                \
		 .store = sysctl_reserve_ratio_store},                                             \
	{                                                                                          \
		.name = "min_free_kbytes", .mode = S_IFREG | 0644, SYSCTL(sysctl_min_free_kbytes)  \
	}
