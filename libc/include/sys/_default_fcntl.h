/* SPDX-License-Identifier: MIT */
/*
 * Stands in front of newlib's <sys/_default_fcntl.h> (what <fcntl.h> includes)
 * so that open(2) gets Linux's flags.
 */
#ifndef _SYS__DEFAULT_FCNTL_H_
#define _SYS__DEFAULT_FCNTL_H_

#include <sys/stat.h>
#include <sys/types.h>
#include <uapi/octavo/fcntl.h>

int open(const char *path, int flags, ...);
int openat(int dirfd, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int cmd, ...);

#ifdef _COMPILING_NEWLIB
int _open(const char *path, int flags, ...);
int _fcntl(int fd, int cmd, ...);
#endif

#endif
