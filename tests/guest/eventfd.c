/* SPDX-License-Identifier: MIT */
/* eventfd(2): counting, semaphores, waiting, signals, poll, errors; where there is no fork, alone. */
#include <uapi/octavo/eventfd.h>

#include "guest.h"

#define POLL_IN  0x0001
#define POLL_OUT 0x0004

static const uint64_t most = UINT64_MAX - 1;
static uint64_t got;
static int can_fork;

static long make(unsigned count, int flags)
{
	return sys(__NR_eventfd2, count, flags);
}

static long put(long fd, uint64_t value)
{
	return sys(__NR_write, fd, &value, sizeof(value));
}

static long take(long fd)
{
	got = 0x5555;
	return sys(__NR_read, fd, &got, sizeof(got));
}

/* Of all that poll(2) could tell. */
static int ready(long fd)
{
	struct {
		int fd;
		short events, revents;
	} p = {(int)fd, 0x7fff, 0};

	return sys(__NR_poll, &p, 1, 0) < 0 ? -1 : p.revents;
}

static void test_counting(void)
{
	long fd = make(5, EFD_NONBLOCK);

	ok(take(fd) == 8 && got == 5, "it begins with what was said");
	is(take(fd), -EAGAIN, "then there is nothing");
	is(ready(fd), POLL_OUT, "and poll says so");
	ok(put(fd, 3) == 8 && put(fd, 0x100000000) == 8 && put(fd, 0) == 8, "writing");
	is(ready(fd), POLL_IN | POLL_OUT, "poll");
	ok(take(fd) == 8 && got == 0x100000003, "gives the sum");
	ok(put(fd, most) == 8 && put(fd, 1) == -EAGAIN, "as far as there is room");
	is(ready(fd), POLL_IN, "full");
	is(put(fd, 0), 8, "nothing still fits");
	ok(take(fd) == 8 && got == most, "all of it");
	close((int)fd);
	fd = make(2, EFD_NONBLOCK | EFD_SEMAPHORE);
	ok(take(fd) == 8 && got == 1 && take(fd) == 8 && got == 1, "a semaphore gives one by one");
	is(take(fd), -EAGAIN, "to its end");
	close((int)fd);
	fd = sys(__NR_eventfd, 1);
	ok(take(fd) == 8 && got == 1, "the old call");
	close((int)fd);
}

static void test_descriptor(void)
{
	long fd = make(0, EFD_CLOEXEC | EFD_NONBLOCK), plain = make(0, 0);

	is(sys(__NR_fcntl64, fd, F_GETFD), FD_CLOEXEC, "closed on exec");
	is(sys(__NR_fcntl64, plain, F_GETFD), 0, "or not");
	is(fcntl((int)fd, F_GETFD), FD_CLOEXEC, "as the C library says, too");
	is(fcntl((int)fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK, "of flags, too");
	is(fcntl((int)plain, F_SETFD, FD_CLOEXEC), 0, "and sets");
	is(sys(__NR_fcntl64, plain, F_GETFD), FD_CLOEXEC, "so that it is");
	is(sys(__NR_fcntl64, fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDWR | O_NONBLOCK,
	   "its flags");
	is(sys(__NR_pread64, fd, &got, 8, 0, 0, 0), -ESPIPE, "it has no places");
	is(sys(__NR_lseek, fd, 5, SEEK_SET), 0, "so that seeking leads nowhere");
	is(sys(__NR_lseek, fd, -5, SEEK_END), 0, "however it is done");
	is(sys(__NR_lseek, fd, 0, 99), -EINVAL, "of the ways that there are");
	is(sys(__NR_ftruncate, fd, 0), -EINVAL, "and no length");
	close((int)plain);
	close((int)fd);
}

static void test_name(void)
{
	char path[32], name[64] = "";
	long fd = make(0, 0);

	sniprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	if (sys(__NR_readlink, path, name, sizeof(name) - 1) < 0)
		skip("its name: no /proc");
	else
		ok(strcmp(name, "anon_inode:[eventfd]") == 0, "its name: %s", name);
	close((int)fd);
}

static void test_errors(void)
{
	long fd = make(1, 0);
	uint64_t two[2] = {0, 0};

	is(make(0, 2), -EINVAL, "a flag that nobody knows");
	is(sys(__NR_read, fd, &got, 7), -EINVAL, "a read of seven bytes");
	is(sys(__NR_write, fd, &got, 7), -EINVAL, "a write of seven");
	is(sys(__NR_read, fd, &got, 0), -EINVAL, "a read of nothing");
	is(sys(__NR_write, fd, &got, 0), -EINVAL, "a write of nothing");
	is(sys(__NR_write, fd, two, sizeof(two)), -EINVAL, "a write of sixteen");
	is(sys(__NR_readv, fd, NULL, 0), 0, "but to no buffers");
	is(put(fd, UINT64_MAX), -EINVAL, "the number that is none");
	is(sys(__NR_write, fd, KERNEL_ADDRESS, 8), -EFAULT, "from where nothing is");
	ok(take(fd) == 8 && got == 1, "that changed nothing");
	put(fd, 1);
	is(sys(__NR_read, fd, KERNEL_ADDRESS, 8), -EFAULT, "a read to where nothing is");
	close((int)fd);
}

/* --- waiting --- */

static volatile int *done;

/* Whom nobody writes to ends, too: a process of the test may have been killed. */
static void limit_time(void)
{
	int32_t timer[4] = {0, 0, 5, 0};

	sys(__NR_setitimer, 0, timer, NULL);
}

static void wait_for_value(long fd, uint64_t value)
{
	limit_time();
	*done = 1;
	_exit(take(fd) == 8 && got == value ? 0 : 1);
}

static int end_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void test_waiting(void)
{
	long fd = make(0, 0);
	pid_t pid = must_fork();

	if (pid == 0)
		wait_for_value(fd, 7);
	await(done, 1);
	sleep_ms(20);
	is(waitpid(pid, NULL, WNOHANG), 0, "a reader waits");
	is(put(fd, 7), 8, "is given something");
	is(end_of(pid), EXITED(0), "and goes on");
	put(fd, most);
	pid = must_fork();
	if (pid == 0) {
		limit_time();
		_exit(put(fd, 10) == 8 ? 0 : 1);
	}
	sleep_ms(20);
	is(waitpid(pid, NULL, WNOHANG), 0, "a writer waits for room");
	ok(take(fd) == 8 && got == most, "is given it");
	is(end_of(pid), EXITED(0), "and goes on");
	ok(take(fd) == 8 && got == 10, "with what it had");
	close((int)fd);
}

static void test_semaphore(void)
{
	long fd = make(0, EFD_SEMAPHORE);
	pid_t pids[3];
	int i, good = 0;

	for (i = 0; i < 3; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0)
			wait_for_value(fd, 1);
	}
	put(fd, 2);
	put(fd, 1);
	for (i = 0; i < 3; i++)
		good += end_of(pids[i]) == EXITED(0);
	is(good, 3, "a semaphore lets as many in as it says");
	close((int)fd);
}

static volatile int signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

static int interrupted(void *restart)
{
	struct sigaction act = {.sa_handler = count_signal,
				.sa_flags = restart != NULL ? SA_RESTART : 0};
	long fd = make(0, 0);
	pid_t me = getpid(), pid;

	limit_time();
	sigaction(SIGUSR1, &act, NULL);
	pid = fork();
	if (pid == 0) {
		sleep_ms(20);
		sys(__NR_kill, me, SIGUSR1);
		sleep_ms(20);
		put(fd, 3);
		_exit(0);
	}
	if (restart != NULL)
		return take(fd) == 8 && got == 3 && signals == 1 ? 0 : 1;
	return take(fd) == -EINTR && signals == 1 ? 0 : 1;
}

static int polled(void *unused)
{
	long fd = make(0, 0);
	pid_t pid = fork();
	struct {
		int fd;
		short events, revents;
	} p = {(int)fd, POLL_IN, 0};

	(void)unused;
	limit_time();
	if (pid == 0) {
		sleep_ms(20);
		put(fd, 1);
		_exit(0);
	}
	return sys(__NR_poll, &p, 1, 10000) == 1 && p.revents == POLL_IN ? 0 : 1;
}

int main(void)
{
	pid_t pid;

	limit_time();
	test_counting();
	test_descriptor();
	test_name();
	test_errors();
	pid = fork();
	if (pid == 0)
		_exit(0);
	can_fork = pid > 0 && waitpid(pid, NULL, 0) == pid;
	if (can_fork) {
		done = map_shared(1);
		test_waiting();
		test_semaphore();
		is(in_child(interrupted, NULL), EXITED(0), "a signal ends the wait");
		is(in_child(interrupted, &got), EXITED(0), "or does not");
		is(in_child(polled, NULL), EXITED(0), "poll waits for it");
	}
	return tap_done();
}
