/* SPDX-License-Identifier: MIT */
/*
 * posix_spawn(3) of our C library, on machines with fork(2) and without: file actions, attributes, errors.
 *
 *	spawn N ...	a child that was spawned: looks at what it is, see child()
 */
#include <spawn.h>
#include <sys/sched.h>
#include <sys/stat.h>

#include "guest.h"

extern char **environ;

static const char self[] = "/proc/self/exe";

static int ends_with(pid_t pid, int code)
{
	int status = -1;

	pid_t waited = waitpid(pid, &status, 0);

	return waited > 0 && (pid == -1 || waited == pid) &&
	       is(status, EXITED(code), "(the child's end)");
}

static int spawn(pid_t *pid, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attr, const char *word, const char *argument)
{
	const char *const argv[] = {"spawn", word, argument, NULL};

	return posix_spawn(pid, self, actions, attr, (char *const *)argv, environ);
}

/* --- what children look at: 0 is well --- */

static int is_open(int fd)
{
	return sys(__NR_fcntl64, fd, F_GETFD, 0) >= 0;
}

static int child_of_actions(void)
{
	char c = 0;

	if (is_open(20))
		return 1;
	if (!is_open(21))
		return 2;
	if (read(21, &c, 1) != 1 || c != 'x')
		return 3;
	if (!is_open(22) || !is_open(23))
		return 4;
	return write(22, "y", 1) != 1;
}

static int child_of_signals(void)
{
	unsigned long long mask = 0;
	struct sigaction action;

	sys(__NR_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof(mask));
	if (mask != 1ull << (SIGUSR2 - 1))
		return 1;
	sigaction(SIGUSR1, NULL, &action);
	if (action.sa_handler != SIG_DFL)
		return 2;
	sigaction(SIGHUP, NULL, &action);
	if (action.sa_handler != SIG_DFL)
		return 3;
	sigaction(SIGTERM, NULL, &action);
	return action.sa_handler == SIG_IGN ? 0 : 4;
}

static int child_of_mask(void)
{
	unsigned long long mask = 0;

	sys(__NR_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof(mask));
	return mask != 1ull << (SIGUSR1 - 1);
}

static int child(int argc, char **argv)
{
	switch (argv[1][0]) {
	case 'e': /* exits as it is told */
		return argc > 2 ? atoi(argv[2]) : 0;
	case 'a':
		return child_of_actions();
	case 's':
		return child_of_signals();
	case 'm':
		return child_of_mask();
	case 'g': /* a group of its own */
		return sys(__NR_getpgid, 0) != sys(__NR_getpid);
	case 'p': /* the group of that number */
		return sys(__NR_getpgid, 0) != atoi(argv[2]);
	case 'n': /* SCHED_BATCH */
		return sys(__NR_sched_getscheduler, 0) != 3;
	case 'u': /* effective ids are the real ones */
		return sys(__NR_geteuid32) != 1000 || sys(__NR_getegid32) != 1000;
	default:
		return 99;
	}
}

/* --- tests --- */

static void test_plain(void)
{
	const char *const argv[] = {"spawn", "e", "7", NULL};
	pid_t pid = -1;

	is(posix_spawn(&pid, self, NULL, NULL, (char *const *)argv, environ), 0, "a program");
	ok(pid > 0 && ends_with(pid, 7), "in a process");
	is(posix_spawn(NULL, self, NULL, NULL, (char *const *)argv, environ), 0,
	   "whose number nobody wants");
	ok(ends_with(-1, 7), "runs");
}

static void test_errors(void)
{
	const char *const argv[] = {"x", NULL};
	pid_t pid = -1;

	errno = 0;
	is(posix_spawn(&pid, "/no/such", NULL, NULL, (char *const *)argv, environ), ENOENT,
	   "no program");
	is(pid, -1, "no process");
	is(errno, 0, "errno stays");
	is(posix_spawn(&pid, "/proc", NULL, NULL, (char *const *)argv, environ), EACCES,
	   "a directory");
	is(waitpid(-1, NULL, WNOHANG), -1, "nobody is left behind");
	is(posix_spawnp(&pid, "no-such-program", NULL, NULL, (char *const *)argv, environ), ENOENT,
	   "no program in PATH");
}

static void test_search(void)
{
	const char *const argv[] = {"true", NULL};
	pid_t pid = -1;

	setenv("PATH", "/no/such:/proc/self/exe:/bin", 1);
	is(posix_spawnp(&pid, "true", NULL, NULL, (char *const *)argv, environ), 0,
	   "a program in PATH");
	ok(ends_with(pid, 0), "runs");
	setenv("PATH", "/no/such", 1);
	is(posix_spawnp(&pid, "true", NULL, NULL, (char *const *)argv, environ), ENOENT,
	   "elsewhere");
	is(posix_spawnp(&pid, "/bin/true", NULL, NULL, (char *const *)argv, environ), 0,
	   "a path is not looked for");
	ok(ends_with(pid, 0), "runs");
}

static void test_actions(void)
{
	posix_spawn_file_actions_t a;
	int in[2], out[2], err;
	pid_t pid = -1;
	char c = 0;

	posix_spawn_file_actions_init(&a);
	sys(__NR_pipe, in);
	sys(__NR_pipe, out);
	dup2(in[0], 20);
	sys(__NR_fcntl64, in[0], F_SETFD, FD_CLOEXEC);
	sys(__NR_dup2, out[1], 23);
	sys(__NR_fcntl64, 23, F_SETFD, FD_CLOEXEC);
	is(posix_spawn_file_actions_addclose(&a, 20), 0, "close");
	is(posix_spawn_file_actions_adddup2(&a, in[0], 21), 0, "dup2");
	is(posix_spawn_file_actions_adddup2(&a, 23, 23), 0, "to itself");
	is(posix_spawn_file_actions_addopen(&a, 22, "/dev/null", O_WRONLY, 0), 0, "open");
	is(posix_spawn_file_actions_addclose(&a, 24), 0, "close what is not open");
	is(posix_spawn_file_actions_addclose(&a, -1), EBADF, "no descriptor");
	is(posix_spawn_file_actions_addopen(&a, -1, "/", 0, 0), EBADF, "no descriptor to open");
	is(posix_spawn_file_actions_adddup2(&a, -1, 1), EBADF, "none to copy");
	is((long)write(in[1], "x", 1), 1, "(a byte)");
	is(spawn(&pid, &a, NULL, "a", NULL), 0, "all of them");
	ok(ends_with(pid, 0), "are done, in their order");
	ok(is_open(20) && !is_open(21), "ours are as they were");
	posix_spawn_file_actions_addopen(&a, 25, "/no/such", O_RDONLY, 0);
	err = spawn(&pid, &a, NULL, "a", NULL);
	is(err, ENOENT, "a file that cannot be opened");
	is(waitpid(-1, NULL, WNOHANG), -1, "no process");
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_adddup2(&a, 99, 1);
	is(spawn(&pid, &a, NULL, "e", "0"), EBADF, "a descriptor that is not open");
	posix_spawn_file_actions_destroy(&a);
	posix_spawn_file_actions_init(&a);
	close(out[0]);
	sys(__NR_pipe, out);
	posix_spawn_file_actions_adddup2(&a, out[1], 1);
	{
		const char *const argv[] = {"echo", "z", NULL};

		is(posix_spawn(&pid, "/bin/echo", &a, NULL, (char *const *)argv, environ), 0,
		   "output to a pipe");
	}
	ok(ends_with(pid, 0) && read(out[0], &c, 1) == 1 && c == 'z', "which is read");
	posix_spawn_file_actions_destroy(&a);
	for (int fd = 3; fd < 30; fd++)
		sys(__NR_close, fd);
}

static void handler(int sig)
{
	(void)sig;
}

static void test_signals(void)
{
	posix_spawnattr_t attr, again;
	sigset_t set, old;
	short flags;
	pid_t pid = -1;

	signal(SIGUSR1, handler);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	posix_spawnattr_init(&attr);
	is(posix_spawnattr_setflags(&attr, 0x4000), EINVAL, "a flag that nobody knows");
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_getflags(&attr, &flags);
	is(flags, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK, "flags are told");
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	posix_spawnattr_setsigdefault(&attr, &set);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	posix_spawnattr_setsigmask(&attr, &set);
	is(spawn(&pid, NULL, &attr, "s", NULL), 0, "signals");
	ok(ends_with(pid, 0), "as they were asked for");
	posix_spawnattr_destroy(&attr);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_SETMASK, &set, &old);
	posix_spawnattr_init(&again);
	is(spawn(&pid, NULL, &again, "m", NULL), 0, "the mask is inherited");
	ok(ends_with(pid, 0), "as it was");
	sigprocmask(SIG_SETMASK, &old, &set);
	is((long)set, 1l << (SIGUSR1 - 1), "and ours stays");
	posix_spawnattr_destroy(&again);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

static void test_attributes(void)
{
	struct sched_param param = {.sched_priority = 0};
	posix_spawnattr_t attr;
	char group[16];
	pid_t pid = -1;
	int policy;

	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	is(spawn(&pid, NULL, &attr, "g", NULL), 0, "a new group");
	ok(ends_with(pid, 0), "of its own");
	posix_spawnattr_setpgroup(&attr, (pid_t)sys(__NR_getpgid, 0));
	sniprintf(group, sizeof(group), "%d", (int)sys(__NR_getpgid, 0));
	is(spawn(&pid, NULL, &attr, "p", group), 0, "a group that is there");
	ok(ends_with(pid, 0), "has it");
	posix_spawnattr_setpgroup(&attr, 1 << 21);
	is(spawn(&pid, NULL, &attr, "e", "0"), EPERM, "one that is not");
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSCHEDULER);
	posix_spawnattr_setschedpolicy(&attr, 3);
	posix_spawnattr_getschedpolicy(&attr, &policy);
	is(policy, 3, "a policy");
	posix_spawnattr_setschedparam(&attr, &param);
	is(spawn(&pid, NULL, &attr, "n", NULL), 0, "to be scheduled by");
	ok(ends_with(pid, 0), "is");
	posix_spawnattr_setschedpolicy(&attr, 77);
	is(spawn(&pid, NULL, &attr, "n", NULL), EINVAL, "not one that nobody knows");
	posix_spawnattr_destroy(&attr);
}

static int with_other_ids(void *arg)
{
	posix_spawnattr_t attr;
	int status = -1;
	pid_t pid = -1;

	(void)arg;
	sys(__NR_setresgid32, 1000, 0, 0);
	sys(__NR_setresuid32, 1000, 0, 0);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_RESETIDS);
	if (spawn(&pid, NULL, &attr, "u", NULL) != 0)
		return 1;
	waitpid(pid, &status, 0);
	posix_spawnattr_destroy(&attr);
	return status;
}

static void test_ids(void)
{
	if (sys(__NR_getuid32) != 0)
		skip("ids: not root");
	else
		is(in_child(with_other_ids, NULL), EXITED(0), "effective ids as the real ones");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argc, argv);
	test_plain();
	test_errors();
	test_search();
	test_actions();
	test_signals();
	test_attributes();
	test_ids();
	return tap_done();
}
