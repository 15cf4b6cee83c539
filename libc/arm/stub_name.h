/* SPDX-License-Identifier: MIT */
/*
 * newlib for arm-none-eabi has write() itself and calls _write() below it. It
 * declares few of these names to anyone but itself.
 */
#ifndef LIBC_STUB_NAME_H
#define LIBC_STUB_NAME_H

#include <stddef.h>
#include <sys/types.h>

#define NEWLIB_STUB(name) _##name
#define SHMCTL_FLAGS      IPC_64 /* else the structures are those of old */

struct stat;
struct timeval;
struct tms;

int _close(int fd);
int _execve(const char *path, char *const argv[], char *const envp[]);
pid_t _fork(void);
int _fstat(int fd, struct stat *st);
pid_t _getpid(void);
int _gettimeofday(struct timeval *tv, void *tz);
int _isatty(int fd);
int _kill(pid_t pid, int sig);
int _link(const char *from, const char *to);
off_t _lseek(int fd, off_t offset, int whence);
int _mkdir(const char *path, mode_t mode);
int _open(const char *path, int flags, ...);
_ssize_t _read(int fd, void *buf, size_t len_bytes);
void *_sbrk(ptrdiff_t increment);
int _stat(const char *path, struct stat *st);
clock_t _times(struct tms *buf);
int _unlink(const char *path);
pid_t _wait(int *status);
_ssize_t _write(int fd, const void *buf, size_t len_bytes);

#endif
