/* SPDX-License-Identifier: MIT */
/*
 * System-call stubs for terminals and job control.
 */
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/poll.h>
#include <termios.h>
#include <unistd.h>

#include "stub.h"

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	long arg;

	va_start(ap, request);
	arg = va_arg(ap, long);
	va_end(ap);
	return stub_result(octavo_syscall(__NR_ioctl, fd, request, arg));
}

int tcgetattr(int fd, struct termios *settings)
{
	return ioctl(fd, TCGETS, settings);
}

int tcsetattr(int fd, int when, const struct termios *settings)
{
	if (when < TCSANOW || when > TCSAFLUSH) {
		errno = EINVAL;
		return -1;
	}
	return ioctl(fd, TCSETS + (unsigned long)when, settings);
}

int NEWLIB_STUB(isatty)(int fd)
{
	struct termios settings;

	return tcgetattr(fd, &settings) == 0;
}

pid_t tcgetpgrp(int fd)
{
	pid_t pgid;

	return ioctl(fd, TIOCGPGRP, &pgid) < 0 ? -1 : pgid;
}

int tcsetpgrp(int fd, pid_t pgid)
{
	return ioctl(fd, TIOCSPGRP, &pgid);
}

pid_t setsid(void)
{
	return stub_result(octavo_syscall(__NR_setsid));
}

int setpgid(pid_t pid, pid_t pgid)
{
	return stub_result(octavo_syscall(__NR_setpgid, pid, pgid));
}

pid_t getpgid(pid_t pid)
{
	return stub_result(octavo_syscall(__NR_getpgid, pid));
}

pid_t getpgrp(void)
{
	return getpgid(0);
}

pid_t getsid(pid_t pid)
{
	return stub_result(octavo_syscall(__NR_getsid, pid));
}

int poll(struct pollfd *fds, nfds_t nr_fds, int timeout_ms)
{
	return stub_result(octavo_syscall(__NR_poll, fds, nr_fds, timeout_ms));
}
