/* SPDX-License-Identifier: MIT */
/*
 * ptrace(2) while everybody may end at any moment: tracers that attach to whom they find, step, look, write and
 * let go; tracees that fork, have threads, become other programs; one that kills them all. Nobody hangs,
 * and the machine adds up in the end. ptrace_race [ROUNDS [SEED]]
 */
#include "tracer.h"

#define NR_TRACEES 4
#define NR_TRACERS 4

static volatile int *pids; /* of tracees, then of tracers: shared */
static pid_t group;        /* of all of them: that of one which does nothing */
static uint32_t seed;
static char *page; /* may be read only */

static void ends_soon(struct thread *t)
{
	t->result = sys(__NR_gettid);
}

static void be_tracee(void)
{
	const char *argv[] = {"ptrace_race", "again", NULL};

	for (;;) {
		struct thread t = {0};
		pid_t pid;

		switch (next_random(&seed) % 6) {
		case 0:
			pid = fork();
			if (pid == 0)
				_exit(0);
			sys(__NR_wait4, pid, NULL, 0, NULL);
			break;
		case 1:
			if (thread_try(&t, ends_soon, NULL) > 0)
				thread_join(&t);
			munmap(t.stack, STACK_BYTES);
			break;
		case 2:
			pid = (pid_t)sys(190); /* vfork */
			if (pid == 0) {
				sys(__NR_execve, "/proc/self/exe", argv, NULL);
				sys(__NR_exit_group, 1);
			}
			sys(__NR_wait4, pid, NULL, 0, NULL);
			break;
		case 3:
			sys(__NR_kill, pids[next_random(&seed) % NR_TRACEES], SIGCONT);
			break;
		case 4:
			sys(__NR_kill, getpid(), SIGSTOP);
			break;
		default:
			sched_yield();
			break;
		}
	}
}

static void handle(pid_t pid)
{
	static const int ways[] = {CONT, SYSCALL, SINGLESTEP, DETACH, CONT, TRACE_KILL, LISTEN};
	struct regs r;
	unsigned long word;

	trace(SETOPTIONS, pid, NULL, next_random(&seed) & (0x3f | O_EXITKILL) & ~0x40u);
	if (trace(GETREGS, pid, NULL, (unsigned long)&r) == 0)
		set_regs(pid, &r);
	trace(PEEKDATA, pid, page, (unsigned long)&word);
	trace(POKEDATA, pid, page + next_random(&seed) % 3 * PAGE, word + 1);
	if (next_random(&seed) % 8 == 0)
		trace(INTERRUPT, pid, NULL, 0);
	trace(ways[next_random(&seed) % 7], pid, NULL, 0);
}

static void be_tracer(void)
{
	for (;;) {
		pid_t pid = pids[next_random(&seed) % (NR_TRACEES + NR_TRACERS)];
		int status;

		trace(next_random(&seed) % 2 ? ATTACH : SEIZE, pid, NULL, 0);
		for (int i = 0; i < 8; i++) {
			long got = sys(__NR_wait4, -1, &status, WALL | WNOHANG, NULL);

			if (got > 0)
				handle((pid_t)got);
			else
				sched_yield();
		}
		if (next_random(&seed) % 64 == 0)
			_exit(0);
	}
}

static void start(int i)
{
	pid_t pid;

	seed += 7919;
	pid = must_fork();
	if (pid == 0) {
		sys(__NR_setpgid, 0, group);
		if (i < NR_TRACEES)
			be_tracee();
		be_tracer();
	}
	sys(__NR_setpgid, pid, group);
	pids[i] = pid;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 100, nr = 0;

	if (argc > 1 && strcmp(argv[1], "again") == 0)
		return 0;
	seed = argc > 2 ? (uint32_t)atoi(argv[2]) : 1;
	pids = map_shared(1);
	page = map_pages(4, PROT_READ);
	sys(__NR_prctl, 36, 1, 0, 0, 0); /* PR_SET_CHILD_SUBREAPER: what is left comes to us */
	group = must_fork();
	if (group == 0)
		waits();
	sys(__NR_setpgid, group, group);
	for (int i = 0; i < NR_TRACEES + NR_TRACERS; i++)
		start(i);
	for (int n = 0; n < rounds; n++) {
		int i = (int)(next_random(&seed) % (NR_TRACEES + NR_TRACERS));

		for (uint32_t yields = next_random(&seed) % 64; yields > 0; yields--)
			sched_yield();
		sys(__NR_kill, pids[i], SIGKILL);
		while (sys(__NR_wait4, -1, NULL, WNOHANG | WALL, NULL) > 0)
			nr++;
		start(i);
	}
	ok(nr > 0, "%d ends in %d rounds", nr, rounds);
	do
		sys(__NR_kill, -group, SIGKILL);
	while (sys(__NR_wait4, -1, NULL, WALL, NULL) > 0);
	ok(1, "nobody is left");
	return tap_done();
}
