/* SPDX-License-Identifier: MIT */
/* Benchmarks of SysV shared memory and of mapped files on a tmpfs. */
#include <uapi/octavo/fcntl.h>

#include "bench.h"

#define PATH       "/tmp/mmbench.dat"
#define FILE_BYTES (16 * MB)

/* ipc(2)'s numbers for the calls on shared memory. */
enum { SHMAT = 21, SHMDT = 22, SHMGET = 23, SHMCTL = 24 };

#define NEW_SEGMENT 01600 /* IPC_CREAT, and its owner may read and write */

static long segment_cycle(int n, int touch)
{
	start();
	for (int i = 0; i < n; i++) {
		unsigned long at = 0;
		long id = call6(__NR_ipc, SHMGET, 0, MB, NEW_SEGMENT, 0, 0);
		long err;

		if (id < 0)
			return id;
		err = call6(__NR_ipc, SHMAT, id, 0, (long)&at, 0, 0);
		if (err < 0)
			return err;
		if (touch)
			touch_write((char *)at, MB);
		call6(__NR_ipc, SHMDT, 0, 0, 0, (long)at, 0);
		call6(__NR_ipc, SHMCTL, id, 0, 0, 0, 0);
	}
	stop();
	return n;
}

static long run_segment_touch(void)
{
	return segment_cycle(20, 1);
}

static long run_segment(void)
{
	return segment_cycle(100, 0);
}

/* A file of FILE_BYTES: written if FILLED, else one hole. => its descriptor, or an error */
static int make_file(int filled)
{
	static char buf[65536];
	int fd = (int)call3(__NR_open, (long)PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		return fd;
	if (!filled)
		call2(__NR_ftruncate, fd, FILE_BYTES);
	for (unsigned long at = 0; filled && at < FILE_BYTES; at += sizeof(buf))
		call3(__NR_write, fd, (long)buf, sizeof(buf));
	return fd;
}

static long map_and_touch(int filled, int prot, int flags, int write)
{
	int fd = make_file(filled);
	char *p;

	if (fd < 0)
		return fd;
	p = map(FILE_BYTES, prot, flags, fd);
	if (p) {
		start();
		if (write)
			touch_write(p, FILE_BYTES);
		else
			touch_read(p, FILE_BYTES);
		stop();
		unmap(p, FILE_BYTES);
	}
	call1(__NR_close, fd);
	call1(__NR_unlink, (long)PATH);
	return p ? (long)(FILE_BYTES / PAGE) : -ENODEV;
}

static long run_shared_read(void)
{
	return map_and_touch(1, PROT_READ, MAP_SHARED, 0);
}

static long run_shared_write(void)
{
	return map_and_touch(1, RW, MAP_SHARED, 1);
}

static long run_shared_hole(void)
{
	return map_and_touch(0, RW, MAP_SHARED, 1);
}

static long run_private_read(void)
{
	return map_and_touch(1, PROT_READ, MAP_PRIVATE, 0);
}

static long run_private_write(void)
{
	return map_and_touch(1, RW, MAP_PRIVATE, 1);
}

const struct operation file_operations[] = {
	{"shm_cycle_1M_touch", "cycle", run_segment_touch},
	{"shm_cycle_1M_notouch", "cycle", run_segment},
	{"tmpfs_shared_read_fault", "page", run_shared_read},
	{"tmpfs_shared_write_fault", "page", run_shared_write},
	{"tmpfs_shared_write_hole", "page", run_shared_hole},
	{"tmpfs_private_read_fault", "page", run_private_read},
	{"tmpfs_private_write_cow", "page", run_private_write},
	{NULL, NULL, NULL},
};
