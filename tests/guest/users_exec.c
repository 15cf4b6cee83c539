/* SPDX-License-Identifier: MIT */
/*
 * What execve(2) makes of who calls it: set-user-ID and set-group-ID programs, capabilities, the limit of
 * a user's tasks. On Linux: as root.
 */
#include "users.h"

#include "thread.h"

#define SELF "/proc/self/exe"

static void exec_as(const char *path, const char *what, const char *value)
{
	const char *argv[] = {"users", what, value, NULL};

	WANT(sys(__NR_execve, path, argv, NULL), 0);
}

/* Tasks of the user that sleep: NR of them, which wait for their end. */
static void some_tasks(pid_t pids[], int nr)
{
	volatile int *are_users = map_shared(1);

	for (int i = 0; i < nr; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			close(1); /* whoever reads there does not wait for us */
			become(USER + 78);
			are_users[i] = 1;
			for (;;)
				sys(29);
		}
		await(&are_users[i], 1);
	}
}

static void end_tasks(const pid_t pids[], int nr)
{
	for (int i = 0; i < nr; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

/* Become a user who has `nr` tasks, where RLIMIT_NPROC says 1. => what execve(2) says */
static long nproc_exec(int nr)
{
	uint32_t limit[2] = {1, 1};
	pid_t pids[2];
	long result;

	some_tasks(pids, nr);
	WANT(sys(__NR_setrlimit, 6, limit), 0);
	become(USER + 78);
	result = sys(__NR_execve, "secret", NULL, NULL);
	end_tasks(pids, nr);
	return result;
}

/* At once more tasks than the limit: setuid(2) does not fail, execve(2) does. */
static void test_nproc_exec(void)
{
	WANT(nproc_exec(2), -EAGAIN);
	WANT(sys(__NR_execve, "secret", NULL, NULL), -EACCES);
}

/* As many as it says, before itself. */
static void test_nproc_exec_just(void)
{
	WANT(nproc_exec(1), -EACCES);
}

static void test_set_id(void)
{
	WANT(copy_self("suid", OTHER, 06755), 0);
	become(USER);
	exec_as("./suid", "suid", "1");
}

static void test_no_new_privs(void)
{
	become(USER);
	WANT(sys(__NR_prctl, 38, 1, 0, 0, 0), 0);
	exec_as("./suid", "plain", "0");
}

/* Without the group's x it is no set-group-ID program. */
static void test_no_set_id(void)
{
	WANT(copy_self("nogroup", OTHER, 02705), 0);
	become(USER);
	exec_as("./nogroup", "plain", "0");
}

/* Who can move the program's root or working directory is not to have it with privileges. */
static void sleep_on(struct thread *t)
{
	(void)t;
	for (;;)
		sys(29);
}

static pid_t start_with_my_directories(struct thread *t)
{
	t->stack = map_pages(STACK_BYTES / PAGE, PROT_READ | PROT_WRITE);
	t->fn = sleep_on;
	return (pid_t)clone_at(CLONE_VM | CLONE_FS | SIGCHLD, t->stack + STACK_BYTES, NULL, NULL,
			       thread_main, t);
}

static void test_shared_directories(void)
{
	struct thread t = {0};
	int status = -1;
	pid_t sharing, pid;

	become(USER);
	sharing = start_with_my_directories(&t);
	pid = (pid_t)sys(__NR_clone, CLONE_FS | SIGCHLD, NULL, NULL, 0, NULL);
	if (pid == 0)
		exec_as("./suid", "plain", "1");
	waitpid(pid, &status, 0);
	kill(sharing, SIGKILL);
	waitpid(sharing, NULL, 0);
	WANT(status, 0);
	/* with nobody but a thread it is one again */
	thread_start(&t, sleep_on, NULL);
	exec_as("./suid", "suid", "1");
}

/* A thread that was joined is nobody else, however long it takes to end. */
static void end_at_once(struct thread *t)
{
	(void)t;
}

static void test_joined_thread(void)
{
	become(USER);
	for (int i = 0; i < 60; i++) {
		struct thread t = {0};
		int status = -1;
		pid_t pid = fork();

		if (pid == 0) {
			thread_start(&t, end_at_once, NULL);
			thread_join(&t);
			exec_as("./suid", "suid", "1");
		}
		waitpid(pid, &status, 0);
		WANT(status, 0);
	}
}

/* A set-user-ID program of the real user. */
static void test_back(void)
{
	WANT(sys(__NR_setresgid32, USER, USER, USER), 0);
	WANT(sys(__NR_setresuid32, USER, OTHER, OTHER), 0);
	exec_as("./own", "back", "1");
}

static void test_no_new_privs_root(void)
{
	struct caps c;

	WANT(caps_get(&c), 0);
	c.data[0].effective = c.data[0].permitted = 0xc00;
	c.data[1].effective = c.data[1].permitted = 0;
	WANT(sys(NR_capset, &c, c.data), 0);
	WANT(sys(__NR_prctl, 38, 1, 0, 0, 0), 0);
	exec_as(SELF, "capabilities", "c00");
}

/* The stack of a program in fixed places (ADDR_NO_RANDOMIZE), so far as it gets no privileges; two bits
 * of personality(2) stay in any case. */
#define FIXED 0x0240000
#define KEPT  0x3000000

static uint32_t stack_of(const char *path, const char *cleared)
{
	uint32_t stack = 0;
	int ends[2], status = -1;
	pid_t pid;

	WANT(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		become(USER);
		dup2(ends[1], 3);
		WANT(sys(__NR_personality, FIXED | KEPT) >= 0, 1);
		exec_as(path, "where", cleared);
	}
	WANT(read(ends[0], &stack, sizeof(stack)), sizeof(stack));
	waitpid(pid, &status, 0);
	WANT(status, 0);
	close(ends[0]);
	close(ends[1]);
	return stack;
}

static void test_personality(void)
{
	WANT(stack_of("./xplain", "0"), stack_of("./xplain", "0"));
	WANT(stack_of("./suid", "1") != stack_of("./suid", "1"), 1);
}

static void test_nosuid_mount(void)
{
	become(USER);
	exec_as("mounted/suid", "plain", "0");
}

static void test_exec_only(void)
{
	WANT(copy_self("xonly", OTHER, 0111), 0);
	become(USER);
	WANT(sys(__NR_open, "xonly", O_RDONLY), -EACCES);
	exec_as("./xonly", "xonly", "0");
}

static void test_exec_none(void)
{
	become(USER);
	WANT(sys(__NR_execve, "secret", NULL, NULL), -EACCES);
}

/* Capabilities of a user go with execve(2), but for ambient ones. */
static void test_exec_capabilities(void)
{
	struct caps c;

	WANT(sys(__NR_prctl, 8, 1, 0, 0, 0), 0);
	become(USER);
	WANT(caps_get(&c), 0);
	c.data[0].effective = c.data[0].inheritable = c.data[0].permitted = 0xc00;
	WANT(sys(NR_capset, &c, c.data), 0);
	if (fork() == 0)
		exec_as(SELF, "capabilities", "0");
	WANT(sys(__NR_prctl, 47, 2, 10, 0, 0), 0);
	exec_as(SELF, "capabilities", "400");
}

static void test_exec_bounded(void)
{
	WANT(sys(__NR_prctl, 24, 5, 0, 0, 0), 0);
	exec_as(SELF, "capabilities", "fdf");
}

static void test_exec_no_root(void)
{
	WANT(sys(__NR_prctl, 28, 1, 0, 0, 0), 0);
	exec_as(SELF, "capabilities", "0");
}

/* AT_SECURE: libraries take nothing from the environment. */
static long secure_of(char **argv)
{
	const uint32_t *word = (const uint32_t *)(const void *)argv;

	while (*word++ != 0) /* arguments */
		;
	while (*word++ != 0) /* the environment */
		;
	for (; word[0] != 0; word += 2) {
		if (word[0] == 23)
			return (long)word[1];
	}
	return -1;
}

/* What the copies of this program see. */
static int as_copy(char **argv)
{
	const char *what = argv[1];
	struct caps c;
	uint32_t r, e, s;
	int status;

	if (strcmp(what, "capabilities") == 0) {
		WANT(caps_get(&c), 0);
		WANT(c.data[0].permitted & 0xfff, strtol(argv[2], NULL, 16));
		WANT(c.data[0].effective, c.data[0].permitted);
		WANT(sys(__NR_prctl, 7, 0, 0, 0, 0), 0); /* it has to be asked for again */
		while (wait(&status) > 0)
			WANT(status, 0);
		return 0;
	}
	if (strcmp(what, "where") == 0) {
		WANT(sys(__NR_personality, -1) & (FIXED | KEPT),
		     atoi(argv[2]) ? KEPT : FIXED | KEPT);
		r = (uint32_t)(uintptr_t)&r;
		return write(3, &r, sizeof(r)) == sizeof(r) ? 0 : 1;
	}
	WANT(sys(__NR_getresuid32, &r, &e, &s), 0);
	WANT(r, USER);
	WANT(e, strcmp(what, "suid") == 0 ? OTHER : USER);
	WANT(s, e);
	WANT(sys(__NR_getegid32), e);
	WANT(sys(__NR_prctl, 3, 0, 0, 0, 0), strcmp(what, "plain") == 0);
	WANT(secure_of(argv), atoi(argv[2]));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return as_copy(argv);
	if (!may_do_all())
		return skip("only root becomes somebody else"), tap_done();
	ok(own_directory_enter("users_exec"), "a directory of our own");
	close(open("secret", O_CREAT | O_WRONLY, 0600));
	in_user_child(test_nproc_exec, "tasks of a user that one becomes");
	in_user_child(test_nproc_exec_just, "and not one more");
	in_user_child(test_set_id, "a set-user-ID program");
	in_user_child(test_no_set_id, "no set-group-ID program");
	in_user_child(test_shared_directories, "none for who shares directories");
	in_user_child(test_joined_thread, "a set-user-ID program after a thread");
	ok(copy_self("own", USER, 04755) == 0 && copy_self("xplain", OTHER, 0755) == 0, "files");
	in_user_child(test_back, "one of the real user's");
	in_user_child(test_personality, "personality");
	ok(mkdir("mounted", 0755) == 0 &&
		   sys(__NR_mount, "none", "mounted", "tmpfs", 2 /* MS_NOSUID */, NULL) == 0 &&
		   copy_self("mounted/suid", OTHER, 06755) == 0,
	   "a mount without set-ID programs");
	in_user_child(test_nosuid_mount, "is one");
	is(sys(__NR_umount2, "mounted", 0), 0, "and goes");
	in_user_child(test_no_new_privs, "without new privileges");
	in_user_child(test_no_new_privs_root, "of root, too");
	in_user_child(test_exec_only, "a program that one may only execute");
	in_user_child(test_exec_none, "a file that is no program");
	in_user_child(test_exec_capabilities, "capabilities of a program");
	in_user_child(test_exec_bounded, "within the bounding set");
	in_user_child(test_exec_no_root, "root as anybody else");
	own_directory_leave();
	return tap_done();
}
