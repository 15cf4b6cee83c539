/* SPDX-License-Identifier: MIT */
/* What tests of ptrace(2) share: its numbers, and one step of a tracer. */
#ifndef GUEST_TRACER_H
#define GUEST_TRACER_H

#include "users.h"

#include "thread.h"

#define NR_ptrace 26

enum {
	TRACEME,
	PEEKTEXT,
	PEEKDATA,
	PEEKUSR,
	POKETEXT,
	POKEDATA,
	POKEUSR,
	CONT,
	TRACE_KILL,
	SINGLESTEP,
	GETREGS = 12,
	SETREGS,
	GETFPREGS,
	SETFPREGS,
	ATTACH,
	DETACH,
	GETFPXREGS,
	SETFPXREGS,
	SYSCALL = 24,
	SETOPTIONS = 0x4200,
	GETEVENTMSG,
	GETSIGINFO,
	SETSIGINFO,
	SEIZE = 0x4206,
	INTERRUPT,
	LISTEN
};
enum {
	EVENT_FORK = 1,
	EVENT_VFORK,
	EVENT_CLONE,
	EVENT_EXEC,
	EVENT_VFORK_DONE,
	EVENT_EXIT,
	EVENT_STOP = 128
};
#define O_SYSGOOD   1
#define O_OF(event) (1 << (event))
#define O_EXITKILL  0x100000
#define WALL        0x40000000

struct regs {
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, orig_eax, eip, cs, eflags, esp,
		ss;
};

static inline long trace(int request, pid_t pid, const volatile void *address, unsigned long data)
{
	return sys(NR_ptrace, request, pid, address, data);
}

static inline uint32_t word_at(pid_t pid, const volatile void *address)
{
	uint32_t word = 0xdeadbeef;

	trace(PEEKDATA, pid, address, (unsigned long)&word);
	return word;
}

static inline struct regs regs_of(pid_t pid)
{
	struct regs r = {0};

	trace(GETREGS, pid, NULL, (unsigned long)&r);
	return r;
}

static inline long set_regs(pid_t pid, const struct regs *r)
{
	return trace(SETREGS, pid, NULL, (unsigned long)r);
}

static inline unsigned long message_of(pid_t pid)
{
	unsigned long message = 0xdeadbeef;

	trace(GETEVENTMSG, pid, NULL, (unsigned long)&message);
	return message;
}

/* How it is stopped: behind the 0x7f of its wait status; 0x10000 and what it ended with, if it has. */
#define ENDED 0x1000000L
static inline long next_stop(pid_t pid)
{
	int status = 0;
	long got = sys(__NR_wait4, pid, &status, WALL, NULL);

	if (got != pid)
		return got < 0 ? got : -9999;
	return (status & 0xff) == 0x7f ? status >> 8 : ENDED + status;
}

static inline long go(int how, pid_t pid, unsigned long sig)
{
	long err = trace(how, pid, NULL, sig);

	return err != 0 ? err : next_stop(pid);
}

static inline void end_of(pid_t pid)
{
	sys(__NR_kill, pid, SIGKILL);
	while (next_stop(pid) >= 0)
		;
}

/* A child that its parent traces from here on, once it was seen to stop. */
static inline void be_traced(void)
{
	trace(TRACEME, 0, NULL, 0);
	raise(SIGSTOP);
}

/* => a child that does FN, and stands still before it */
static inline pid_t traced_child(int (*fn)(void))
{
	pid_t pid = must_fork();

	if (pid == 0) {
		be_traced();
		_exit(fn());
	}
	if (next_stop(pid) != SIGSTOP)
		bail_out("a child that wants to be traced does not stop");
	return pid;
}

/* => a child that does FN, and nobody traces */
static inline pid_t free_child(int (*fn)(void))
{
	pid_t pid = must_fork();

	if (pid == 0)
		_exit(fn());
	return pid;
}

static inline int waits(void)
{
	while (sys(__NR_pause) != 0)
		;
	return 0;
}

/* The letter of its state in /proc/PID/status; *tracer: who traces it. */
static inline int state_of(pid_t pid, int *tracer)
{
	char path[32], text[1024], *at;
	long fd, n;

	sniprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	fd = sys(__NR_open, path, O_RDONLY, 0);
	n = sys(__NR_read, fd, text, sizeof(text) - 1);
	sys(__NR_close, fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "\nTracerPid:\t");
	*tracer = at ? atoi(at + 12) : -1;
	at = strstr(text, "\nState:\t");
	return at ? at[8] : 0;
}

/* Waits until it is in that state. */
static inline int comes_to(pid_t pid, int letter)
{
	int tracer;

	for (int i = 0; i < 20000 && state_of(pid, &tracer) != letter; i++)
		sleep_ms(1);
	return state_of(pid, &tracer) == letter;
}

#endif
