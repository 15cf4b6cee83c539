/* SPDX-License-Identifier: MIT */
/*
 * Control of devices. ioctl(2).
 */
#ifndef _SYS_IOCTL_H
#define _SYS_IOCTL_H

#include <uapi/octavo/termios.h>

int ioctl(int fd, unsigned long request, ...);

#endif
