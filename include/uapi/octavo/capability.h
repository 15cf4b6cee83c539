/* SPDX-License-Identifier: MIT */
/*
 * Capabilities: their numbers, the versions of capget(2), the bits of PR_SET_SECUREBITS.
 */
#ifndef _UAPI_OCTAVO_CAPABILITY_H
#define _UAPI_OCTAVO_CAPABILITY_H

#define CAP_CHOWN           0
#define CAP_DAC_OVERRIDE    1
#define CAP_DAC_READ_SEARCH 2
#define CAP_FOWNER          3
#define CAP_FSETID          4
#define CAP_KILL            5
#define CAP_SETGID          6
#define CAP_SETUID          7
#define CAP_SETPCAP         8
#define CAP_LINUX_IMMUTABLE 9
#define CAP_IPC_LOCK        14
#define CAP_IPC_OWNER       15
#define CAP_SYS_RAWIO       17
#define CAP_SYS_CHROOT      18
#define CAP_SYS_PTRACE      19
#define CAP_SYS_ADMIN       21
#define CAP_SYS_BOOT        22
#define CAP_SYS_NICE        23
#define CAP_SYS_RESOURCE    24
#define CAP_SYS_TIME        25
#define CAP_SYS_TTY_CONFIG  26
#define CAP_MKNOD           27
#define CAP_MAC_OVERRIDE    32
#define CAP_SYSLOG          34
#define CAP_LAST_CAP        40

#define CAPABILITY_VERSION_1 0x19980330u
#define CAPABILITY_VERSION_2 0x20071026u
#define CAPABILITY_VERSION_3 0x20080522u

#define SECBIT_NOROOT               0x01u
#define SECBIT_NO_SETUID_FIXUP      0x04u
#define SECBIT_KEEP_CAPS            0x10u
#define SECBIT_KEEP_CAPS_LOCKED     0x20u
#define SECBIT_NO_CAP_AMBIENT_RAISE 0x40u
#define SECBITS_ALL                 0x55u
#define SECBITS_LOCKS               0xaau

#endif
