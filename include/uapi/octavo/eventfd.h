/* SPDX-License-Identifier: MIT */
/* Flags of eventfd2(2). */
#ifndef UAPI_OCTAVO_EVENTFD_H
#define UAPI_OCTAVO_EVENTFD_H

#include <uapi/octavo/fcntl.h>

#define EFD_SEMAPHORE 1
#define EFD_NONBLOCK  O_NONBLOCK
#define EFD_CLOEXEC   O_CLOEXEC

#endif
