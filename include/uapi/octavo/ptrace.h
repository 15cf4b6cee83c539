/* SPDX-License-Identifier: MIT */
/* What ptrace(2) is asked for, and how a task that stands still is told apart by wait(2). */
#ifndef UAPI_OCTAVO_PTRACE_H
#define UAPI_OCTAVO_PTRACE_H

#define PTRACE_TRACEME       0
#define PTRACE_PEEKTEXT      1
#define PTRACE_PEEKDATA      2
#define PTRACE_PEEKUSR       3
#define PTRACE_POKETEXT      4
#define PTRACE_POKEDATA      5
#define PTRACE_POKEUSR       6
#define PTRACE_CONT          7
#define PTRACE_KILL          8
#define PTRACE_SINGLESTEP    9
#define PTRACE_GETREGS       12
#define PTRACE_SETREGS       13
#define PTRACE_GETFPREGS     14
#define PTRACE_SETFPREGS     15
#define PTRACE_ATTACH        16
#define PTRACE_DETACH        17
#define PTRACE_GETFPXREGS    18
#define PTRACE_SETFPXREGS    19
#define PTRACE_OLDSETOPTIONS 21
#define PTRACE_SYSCALL       24

#define PTRACE_SETOPTIONS  0x4200
#define PTRACE_GETEVENTMSG 0x4201
#define PTRACE_GETSIGINFO  0x4202
#define PTRACE_SETSIGINFO  0x4203
#define PTRACE_SEIZE       0x4206
#define PTRACE_INTERRUPT   0x4207
#define PTRACE_LISTEN      0x4208

/* The word behind a stop signal, in bits 23..16 of the wait status. */
#define PTRACE_EVENT_FORK       1
#define PTRACE_EVENT_VFORK      2
#define PTRACE_EVENT_CLONE      3
#define PTRACE_EVENT_EXEC       4
#define PTRACE_EVENT_VFORK_DONE 5
#define PTRACE_EVENT_EXIT       6
#define PTRACE_EVENT_STOP       128

#define PTRACE_O_TRACESYSGOOD 0x00000001
#define PTRACE_O_EVENT(event) (1u << (event)) /* PTRACE_O_TRACEFORK to PTRACE_O_TRACEEXIT */
#define PTRACE_O_EXITKILL     0x00100000

#endif
