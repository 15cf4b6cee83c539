/* SPDX-License-Identifier: MIT */
/* poll(2), select(2) and their p forms: pipes, timeouts, signals, errors. */
#include "guest.h"

#define POLL_IN   0x0001
#define POLL_OUT  0x0004
#define POLL_ERR  0x0008
#define POLL_HUP  0x0010
#define POLL_NVAL 0x0020

#ifdef __arm__
#define NR_PSELECT6 335
#define NR_PPOLL    336
#else
#define NR_PSELECT6 308
#define NR_PPOLL    309
#endif
#define NR_ALARM         27
#define NR_POLL          168
#define NR_NEWSELECT     142
#define NR_PPOLL_TIME64  414
#define NR_SIGPROCMASK64 175
#define MS               1000000u

struct pollfd_abi {
	int fd;
	short events, revents;
};

struct time32 {
	int32_t sec, frac;
};

static int ends[2];

static long poll_one(int fd, int events, int timeout, int *revents)
{
	struct pollfd_abi p = {fd, (short)events, 0x55};
	long n = sys(NR_POLL, &p, 1, timeout);

	*revents = p.revents;
	return n;
}

static void new_pipe(void)
{
	if (pipe(ends) != 0)
		bail_out("pipe: errno %d", errno);
}

static void close_pipe(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void pipes(void)
{
	static char full[65536];
	int r;

	new_pipe();
	is(poll_one(ends[0], POLL_IN, 0, &r), 0, "nothing in a new pipe");
	is(poll_one(ends[1], POLL_IN | POLL_OUT, 0, &r), 1, "it can be written");
	is(r, POLL_OUT, "and only that");
	write(ends[1], "x", 1);
	is(poll_one(ends[0], POLL_IN, -1, &r), 1, "a byte can be read");
	is(r, POLL_IN, "that is told");
	read(ends[0], full, 1);
	is(write(ends[1], full, sizeof(full)), (long)sizeof(full), "a pipe is filled");
	is(poll_one(ends[1], POLL_OUT, 0, &r), 0, "a full pipe takes nothing");
	read(ends[0], full, 1);
	is(poll_one(ends[1], POLL_OUT, 0, &r), 0, "nor one with room for a byte");
	read(ends[0], full, 4095);
	is(poll_one(ends[1], POLL_OUT, 0, &r), 1, "a pipe with room for 4,096 bytes does");
	close(ends[0]);
	is(poll_one(ends[1], 0, -1, &r), 1, "a pipe without readers is told unasked");
	is(r, POLL_ERR, "as an error");
	close(ends[1]);
	new_pipe();
	close(ends[1]);
	is(poll_one(ends[0], 0, -1, &r), 1, "a pipe without writers is told unasked");
	is(r, POLL_HUP, "as a hangup");
	close(ends[0]);
}

static void descriptors(void)
{
	struct pollfd_abi p[3] = {{-1, POLL_IN, 7}, {500, POLL_IN, 7}, {0, POLL_OUT, 7}};
	int r;

	new_pipe();
	p[2].fd = ends[1];
	is(sys(NR_POLL, p, 3, 0), 2, "two of three have an answer");
	is(p[0].revents, 0, "a negative descriptor is left out");
	is(p[1].revents, POLL_NVAL, "one that is not open says so");
	is(p[2].revents, POLL_OUT, "the third is ready");
	is(sys(NR_POLL, p, 100000, 0), -EINVAL, "more than there can be: EINVAL");
	is(sys(NR_POLL, 0, 1, 0), -EFAULT, "no memory: EFAULT");
	is(sys(NR_POLL, 0, 0, 0), 0, "no descriptors at all");
	is(poll_one(500, POLL_IN, -1, &r), 1, "not open ends a wait without end");
	close_pipe();
}

static int write_later(void *arg)
{
	sleep_ms(20);
	return write(*(int *)arg, "x", 1) == 1 ? 0 : 1;
}

static void waiting(void)
{
	uint64_t start = now_ns(), took;
	pid_t pid;
	int r;

	new_pipe();
	is(poll_one(ends[0], POLL_IN, 30, &r), 0, "nothing comes in 30 ms");
	took = now_ns() - start;
	ok(took >= 30 * MS && in_time((long)(took / MS) - 30, 50), "and it takes 30 ms, not %lu us",
	   (unsigned long)(took / 1000));
	pid = must_start(write_later, &ends[1]);
	is(poll_one(ends[0], POLL_IN, 5000, &r), 1, "a write from another process ends the wait");
	waitpid(pid, NULL, 0);
	read(ends[0], &r, 1);
	pid = must_start(write_later, &ends[1]);
	is(poll_one(ends[0], POLL_IN, -1, &r), 1, "also one without end");
	waitpid(pid, NULL, 0);
	close_pipe();
}

static void many(void)
{
	static struct pollfd_abi p[40];
	static int pipes_[40][2];
	pid_t pid;
	long n = 0;

	for (int i = 0; i < 40; i++) {
		if (pipe(pipes_[i]) != 0)
			bail_out("pipe %d: errno %d", i, errno);
		p[i] = (struct pollfd_abi){pipes_[i][0], POLL_IN, 0};
	}
	pid = must_start(write_later, &pipes_[37][1]);
	n = sys(NR_POLL, p, 40, 5000);
	is(n, 1, "one of forty pipes becomes readable");
	is(p[37].revents, POLL_IN, "the one that was written");
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 40; i++) {
		close(pipes_[i][0]);
		close(pipes_[i][1]);
	}
}

/* More than fit into one page of waiters; what happens to the pipe later concerns nobody. */
static void very_many(void)
{
	static struct pollfd_abi p[400];

	new_pipe();
	for (int i = 0; i < 400; i++)
		p[i] = (struct pollfd_abi){ends[0], POLL_IN, 0};
	is(sys(NR_POLL, p, 400, 10), 0, "400 answers that do not come");
	write(ends[1], "x", 1);
	is(sys(NR_POLL, p, 400, 10), 400, "and then do");
	close_pipe();
}

static int poll_for_300_ms(void *arg)
{
	uint64_t start = now_ns();
	int r;

	*(volatile int *)arg = 1;
	if (poll_one(ends[0], POLL_IN, 300, &r) != 0)
		return 1;
	return now_ns() - start < 480 * MS ? 0 : 2;
}

/* A poll that was stopped for a while ends when it was to end. */
static void stopped(void)
{
	volatile int *polls = map_shared(1);
	int status;
	pid_t pid;

	new_pipe();
	pid = must_start(poll_for_300_ms, (void *)(uintptr_t)polls);
	await(polls, 1);
	sleep_ms(100);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	sleep_ms(100);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	is(status, EXITED(0), "a poll that was stopped is no longer for that");
	munmap((void *)(uintptr_t)polls, PAGE);
	close_pipe();
}

static void selecting(void)
{
	uint32_t in[32] = {0}, out[32] = {0}, except[1];
	struct time32 t = {0, 0};
	uint64_t start;
	long path_only;

	new_pipe();
	path_only = sys(__NR_open, "/", O_PATH, 0);
	in[0] = 1u << ends[0];
	out[0] = 1u << ends[1];
	is(sys(NR_NEWSELECT, 20, in, out, 0, &t), 1, "select: the end for writing is ready");
	ok(in[0] == 0 && out[0] == 1u << ends[1], "and only that");
	write(ends[1], "x", 1);
	in[0] = 1u << ends[0];
	is(sys(NR_NEWSELECT, 20, in, out, 0, 0), 2, "then both are");
	ok(in[0] == 1u << ends[0] && out[0] == 1u << ends[1], "and both are told");
	in[0] = 1u << 19;
	is(sys(NR_NEWSELECT, 20, in, 0, 0, &t), -EBADF, "one that is not open: EBADF");
	in[0] = 1u << path_only;
	out[0] = 1u << path_only;
	except[0] = 1u << path_only;
	is(sys(NR_NEWSELECT, 20, in, out, except, &t), 3, "one that is a path only is ready");
	ok(in[0] == 1u << path_only && out[0] == 1u << path_only, "for what is asked");
	sys(__NR_close, path_only);
	is(sys(NR_NEWSELECT, -1, in, 0, 0, &t), -EINVAL, "a negative number: EINVAL");
	is(sys(NR_NEWSELECT, 20, KERNEL_ADDRESS, 0, 0, &t), -EFAULT, "a bad set: EFAULT");
	t = (struct time32){0, -1};
	is(sys(NR_NEWSELECT, 0, 0, 0, 0, &t), -EINVAL, "a negative timeout: EINVAL");
	read(ends[0], in, 1);
	in[0] = 1u << ends[0];
	t = (struct time32){0, 30000};
	start = now_ns();
	is(sys(NR_NEWSELECT, 20, in, 0, 0, &t), 0, "nothing comes in 30 ms");
	ok(now_ns() - start >= 30 * MS, "and that takes 30 ms");
	ok(t.sec == 0 && t.frac == 0 && in[0] == 0, "nothing is left of the time, or of the set");
	in[0] = 1u << ends[0] | 1u << 31;
	t = (struct time32){0, 0};
	is(sys(NR_NEWSELECT, ends[0] + 1, in, 0, 0, &t), 0,
	   "what lies behind the number is not seen");
	close(ends[1]);
	in[0] = 1u << ends[0];
	t = (struct time32){2, 0};
	is(sys(NR_NEWSELECT, 20, in, 0, 0, &t), 1, "a pipe without writers has its end to read");
	ok(t.sec == 1 && t.frac > 500000, "nearly all of the time is left: %ld.%06ld", (long)t.sec,
	   (long)t.frac);
	close(ends[0]);
}

static volatile int seen;

static void note(int sig)
{
	seen = sig;
}

/* A signal that only the call's own mask lets in. */
static void masked(void)
{
	struct pollfd_abi p = {-1, POLL_IN, 0};
	uint64_t usr1 = 1ull << (SIGUSR1 - 1), empty = 0, now = 0;
	struct time32 t = {0, 20 * MS};

	signal(SIGUSR1, note);
	sys(__NR_rt_sigprocmask, SIG_BLOCK, &usr1, NULL, 8);
	kill(getpid(), SIGUSR1);
	is(sys(NR_PPOLL, &p, 1, &t, 0, 8), 0, "a blocked signal does not end ppoll");
	is(seen, 0, "nor comes");
	t = (struct time32){0, 20 * MS};
	is(sys(NR_PPOLL, &p, 1, &t, &empty, 8), -EINTR, "with a mask that lets it in it does");
	is(seen, SIGUSR1, "and its handler runs");
	sys(__NR_rt_sigprocmask, SIG_BLOCK, NULL, &now, 8);
	ok(now == usr1, "the mask is as it was");
	sys(__NR_rt_sigprocmask, SIG_UNBLOCK, &usr1, NULL, 8);
	signal(SIGUSR1, SIG_DFL);
}

static void p_forms(void)
{
	struct pollfd_abi p = {-1, POLL_IN, 0};
	struct time32 t = {0, 30 * MS};
	int64_t t64[2] = {0, 30 * MS};
	uint32_t mask[2] = {0, 0}, pair[2] = {(uint32_t)(uintptr_t)mask, 4};
	uint64_t start = now_ns();

	is(sys(NR_PPOLL, &p, 1, &t, 0, 0), 0, "ppoll waits");
	is(sys(NR_PPOLL_TIME64, &p, 1, t64, mask, 8), 0, "so does its form with 64 bits");
	ok(now_ns() - start >= 60 * MS, "both for their time");
	t = (struct time32){0, 1000000000};
	is(sys(NR_PPOLL, &p, 1, &t, 0, 0), -EINVAL, "a timeout that is none: EINVAL");
	t = (struct time32){0, 0};
	is(sys(NR_PPOLL, &p, 1, &t, mask, 4), -EINVAL, "a mask of another size: EINVAL");
	is(sys(NR_PSELECT6, 0, 0, 0, 0, &t, pair), -EINVAL, "likewise for pselect");
	pair[1] = 8;
	is(sys(NR_PSELECT6, 0, 0, 0, 0, &t, pair), 0, "pselect with a mask");
	is(sys(NR_PSELECT6, 0, 0, 0, 0, &t, KERNEL_ADDRESS), -EFAULT, "a bad mask: EFAULT");
}

int main(void)
{
	sys(NR_ALARM, 8); /* a write that found no memory wakes nobody: then this ends here */
	pipes();
	descriptors();
	waiting();
	many();
	very_many();
	stopped();
	selecting();
	p_forms();
	masked();
	return tap_done();
}
