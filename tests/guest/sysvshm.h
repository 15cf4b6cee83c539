/* SPDX-License-Identifier: MIT */
/* What the tests of System V shared memory share. */
#ifndef GUEST_SYSVSHM_H
#define GUEST_SYSVSHM_H

#include <sys/shm.h>

#include "guest.h"

#define KEY 0x0c7a70
#ifdef __arm__
#define CMD(c) ((c) | IPC_64) /* its call is the old one */
#else
#define CMD(c) (c)
#endif

static struct uapi_shmid64_ds ds;

static inline long get(int key, unsigned long size, int flags)
{
	return sys(__NR_shmget, key, size, flags);
}

static inline long at(long id, unsigned long addr, int flags)
{
	return sys(__NR_shmat, id, addr, flags);
}

static inline long dt(long addr)
{
	return sys(__NR_shmdt, addr);
}

static inline long ctl(long id, int cmd, void *buf)
{
	return sys(__NR_shmctl, id, CMD(cmd), buf);
}

static inline long new (unsigned long size, int mode)
{
	long id = get(IPC_PRIVATE, size, IPC_CREAT | mode);

	if (id < 0)
		bail_out("shmget: %ld", id);
	return id;
}

static inline long drop(long id)
{
	return ctl(id, IPC_RMID, NULL);
}

static inline int is_error(long result)
{
	return (unsigned long)result >= (unsigned long)-4095;
}

static inline long nattch(long id)
{
	long err = ctl(id, IPC_STAT, &ds);

	return err == 0 ? (long)ds.shm_nattch : err;
}

/* What a run that was ended before has left: segments outlive programs. Before and after all tests. */
static inline void tidy(void)
{
	long highest = on_octavo() ? ctl(0, SHM_INFO, &ds) : -1;

	for (long i = 0; i <= highest; i++) {
		long id = ctl(i, SHM_STAT_ANY, &ds);

		if (id >= 0)
			drop(id);
	}
	for (int key = KEY; key <= KEY + 1; key++)
		if (get(key, 0, 0) >= 0)
			drop(get(key, 0, 0));
	if (!on_octavo())
		return;
	write_string("/proc/sys/kernel/shmmax", "4278190079");
	write_string("/proc/sys/kernel/shmall", "4278190079");
	write_string("/proc/sys/kernel/shmmni", "4096");
	write_string("/proc/sys/kernel/shm_rmid_forced", "0");
}

#endif
