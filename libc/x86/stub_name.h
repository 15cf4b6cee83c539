/* SPDX-License-Identifier: MIT */
/*
 * newlib for i686-elf calls the system by plain names: write(), sbrk().
 */
#ifndef LIBC_STUB_NAME_H
#define LIBC_STUB_NAME_H

#define NEWLIB_STUB(name) name
#define SHMCTL_FLAGS      0

#endif
