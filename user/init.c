/* SPDX-License-Identifier: MIT */
/*
 * PID 1: mounts what belongs into the tree, takes the console as its session's
 * terminal, runs one program, adopts and reaps whatever loses
 * its parent, and when the program has ended tells the kernel its status and
 * powers off.
 *
 *	init [PROGRAM ARGUMENT ...]	without PROGRAM, the shell /bin/sh
 *
 * A machine too small for a mount, or without that kind of file system, runs
 * the program all the same.
 *
 * What cannot be started ends the machine with status 127 (not found) or 126
 * (found, but cannot be run), as a shell would say it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uapi/octavo/termios.h>

#define STATUS_NOT_FOUND  127
#define STATUS_CANNOT_RUN 126

static char shell[] = "/bin/sh";
static char path_variable[] = "PATH=/bin:/sbin:/tests:/bench";
static char home_variable[] = "HOME=/root";
static char term_variable[] = "TERM=linux";

static char *const default_argv[] = {shell, NULL};
static char *const environment[] = {path_variable, home_variable, term_variable, NULL};

/* A message on the console without stdio: it must work when memory is gone. */
static void complain(const char *what, const char *object, int error)
{
	const char *parts[] = {"init: ", what, " ", object, ": ", strerror(error), "\n"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
			return;
}

/* The kernel may start us without open files. */
static void open_console(void)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) == 0)
		return;
	if (open("/dev/console", O_RDWR) != STDIN_FILENO)
		return;
	dup2(STDIN_FILENO, STDOUT_FILENO);
	dup2(STDIN_FILENO, STDERR_FILENO);
}

/* The session that we lead has the console as its terminal: ^C reaches the program. */
static void take_terminal(void)
{
	int error = (int)octavo_syscall(__NR_ioctl, STDIN_FILENO, TIOCSCTTY, 0);

	if (error < 0 && error != -ENOTTY && error != -EBADF)
		complain("cannot have as terminal", "/dev/console", -error);
}

/* Is something mounted on PATH? */
static int is_mounted(const char *path)
{
	struct stat parent, st;
	char up[32];

	sniprintf(up, sizeof(up), "%s/..", path);
	return stat(up, &parent) == 0 && stat(path, &st) == 0 && st.st_dev != parent.st_dev;
}

static void mount_all(void)
{
	static const struct {
		const char *type, *path;
	} mounts[] = {{"devtmpfs", "/dev"},
		      {"proc", "/proc"},
		      {"sysfs", "/sys"},
		      {"tmpfs", "/tmp"},
		      {"tmpfs", "/dev/shm"}};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		if (is_mounted(mounts[i].path))
			continue;
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, 0, NULL) < 0 &&
		    errno != ENODEV && errno != ENOSYS)
			complain("cannot mount", mounts[i].path, errno);
	}
}

static void run(char *const argv[])
{
	int error;

	execve(argv[0], argv, environment);
	error = errno;
	complain("cannot run", argv[0], error);
	_exit(error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

/* vfork(2), which machines without an MMU have too. => its pid, -1 */
static __attribute__((noinline)) pid_t start(char *const argv[])
{
	pid_t pid = vfork();

	if (pid == 0)
		run(argv);
	return pid;
}

/* Reaps children until `program` has ended; => its wait status */
static int reap_until(pid_t program)
{
	for (;;) {
		int status;
		pid_t pid = wait(&status);

		if (pid == program)
			return status;
		if (pid < 0 && errno != EINTR) {
			complain("cannot wait for", "the program", errno);
			return STATUS_CANNOT_RUN << 8;
		}
	}
}

/*
 * Told before anything else is reaped: with the status the kernel reports all
 * 32 bits of the exit code of the child reaped last.
 */
static void tell_status(int status)
{
	char command[32];
	int fd = open("/dev/octavo", O_WRONLY);
	int len = sniprintf(command, sizeof(command), "status %d", status);

	if (fd < 0 || write(fd, command, (size_t)len) != len)
		complain("cannot report to", "/dev/octavo", errno);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	char *const *command = argc > 1 ? argv + 1 : default_argv;
	int status = STATUS_CANNOT_RUN << 8;
	pid_t pid;

	if (getpid() != 1) {
		complain("cannot be run by", "anyone but the kernel", EPERM);
		return 1;
	}
	open_console();
	take_terminal();
	mount_all();

	pid = start(command);
	if (pid < 0)
		complain("cannot fork for", command[0], errno);
	else
		status = reap_until(pid);
	tell_status(status);

	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	reboot(RB_POWER_OFF);
	complain("cannot power off", "the machine", errno);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
