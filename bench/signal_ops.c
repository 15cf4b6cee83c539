/* SPDX-License-Identifier: MIT */
/* Benchmarks of signals: one to oneself, and a fault that the program mends. */
#include <uapi/octavo/signal.h>

#include "bench.h"

/* struct sigaction of rt_sigaction(2). */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint32_t mask[2];
};

static volatile int nr_handled;
static char *faulting;

/* Where a handler returns to: sigreturn(2), with the stack as the kernel made it. */
void signal_return(void);
__asm__(".section .text.signal_return, \"ax\"\n"
	"signal_return:\n\tpopl %eax\n\tmovl $119, %eax\n\tint $0x80\n\t.text\n");

static long handle(int sig, void (*handler)(int))
{
	const struct kernel_sigaction action = {
		.handler = handler,
		.flags = handler ? SA_RESTORER : 0,
		.restorer = signal_return,
	};

	return call4(__NR_rt_sigaction, sig, (long)&action, 0, sizeof(action.mask));
}

static void count(int sig)
{
	(void)sig;
	nr_handled++;
}

static void unprotect(int sig)
{
	(void)sig;
	nr_handled++;
	call3(__NR_mprotect, (long)faulting, PAGE, RW);
}

static long run_kill_self(void)
{
	long me = call0(__NR_getpid);
	long err = handle(SIGUSR1, count);

	if (err < 0)
		return err;
	start();
	for (int i = 0; i < 2000; i++)
		call2(__NR_kill, me, SIGUSR1);
	stop();
	return 2000;
}

static long run_fault_fixup(void)
{
	long err = handle(SIGSEGV, unprotect);

	if (err < 0)
		return err;
	faulting = map(PAGE, RW, ANON, -1);
	*(volatile char *)faulting = 1;
	start();
	for (int i = 0; i < 1000; i++) {
		call3(__NR_mprotect, (long)faulting, PAGE, PROT_READ);
		*(volatile char *)faulting = 2;
	}
	stop();
	unmap(faulting, PAGE);
	handle(SIGSEGV, NULL);
	return 1000;
}

const struct operation signal_operations[] = {
	{"signal_kill_self", "signal", run_kill_self},
	{"segv_handler_fixup", "cycle", run_fault_fixup},
	{NULL, NULL, NULL},
};
