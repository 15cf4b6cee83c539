/* SPDX-License-Identifier: MIT */
/*
 * Directory streams over getdents64: a buffer of the kernel's records is
 * handed out one at a time. opendir(3), readdir(3).
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub.h"

struct octavo_dir {
	int fd;
	size_t len_bytes; /* valid bytes in buf */
	size_t next;      /* offset of the record to hand out next */
	struct dirent entry;
	char buf[1024] __attribute__((aligned(8)));
};

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (fd < 0)
		return NULL;
	dir = calloc(1, sizeof(*dir));
	if (!dir) {
		close(fd);
		errno = ENOMEM;
		return NULL;
	}
	dir->fd = fd;
	return dir;
}

struct dirent *readdir(DIR *dir)
{
	const struct uapi_dirent64 *raw;

	if (dir->next >= dir->len_bytes) {
		long got = octavo_syscall(__NR_getdents64, dir->fd, dir->buf, sizeof(dir->buf));

		if (stub_result(got) <= 0)
			return NULL;
		dir->len_bytes = (size_t)got;
		dir->next = 0;
	}
	raw = (const struct uapi_dirent64 *)(dir->buf + dir->next);
	dir->next += raw->d_reclen;
	dir->entry.d_ino = raw->d_ino;
	dir->entry.d_off = raw->d_off;
	dir->entry.d_reclen = raw->d_reclen;
	dir->entry.d_type = raw->d_type;
	strlcpy(dir->entry.d_name, raw->d_name, sizeof(dir->entry.d_name));
	return &dir->entry;
}

int closedir(DIR *dir)
{
	int fd = dir->fd;

	free(dir);
	return close(fd);
}
