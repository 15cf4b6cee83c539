/* SPDX-License-Identifier: MIT */
/*
 * Waiting for children: options and the status word. wait(2), waitid(2).
 *
 *	exited:		bits 15..8 exit code, bits 7..0 zero
 *	killed:		bits 6..0 signal number, bit 7 "core dumped"
 *	stopped:	bits 15..8 signal number, bits 7..0 0x7f
 */
#ifndef UAPI_OCTAVO_WAIT_H
#define UAPI_OCTAVO_WAIT_H

#define WNOHANG     0x00000001
#define WUNTRACED   0x00000002
#define WSTOPPED    WUNTRACED
#define WEXITED     0x00000004
#define WCONTINUED  0x00000008
#define WNOWAIT     0x01000000
#define __WNOTHREAD 0x20000000
#define __WALL      0x40000000
#define __WCLONE    0x80000000

#define WEXITSTATUS(status)  (((status) >> 8) & 0xff)
#define WTERMSIG(status)     ((status)&0x7f)
#define WSTOPSIG(status)     WEXITSTATUS(status)
#define WIFEXITED(status)    (WTERMSIG(status) == 0)
#define WIFSIGNALED(status)  (WTERMSIG(status) != 0 && WTERMSIG(status) != 0x7f)
#define WIFSTOPPED(status)   (((status)&0xff) == 0x7f)
#define WIFCONTINUED(status) ((status) == 0xffff)
#define WCOREDUMP(status)    ((status)&0x80)

#endif
