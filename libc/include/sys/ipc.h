/* SPDX-License-Identifier: MIT */
/*
 * System V IPC. sysvipc(7)
 */
#ifndef _SYS_IPC_H
#define _SYS_IPC_H

#include <sys/types.h>
#include <uapi/octavo/ipc.h>

#endif
