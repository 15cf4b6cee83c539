/* SPDX-License-Identifier: MIT */
/*
 * Memory mappings. mmap(2) and its relatives; offsets are 64 bits wide so that
 * the whole range of mmap2's page offset can be named.
 */
#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H

#include <stddef.h>
#include <sys/types.h>
#include <uapi/octavo/mman.h>

#define MAP_FAILED ((void *)-1)

void *mmap(void *addr, size_t len_bytes, int prot, int flags, int fd, long long offset);
int munmap(void *addr, size_t len_bytes);
int mprotect(void *addr, size_t len_bytes, int prot);

#endif
