/* SPDX-License-Identifier: MIT */
/*
 * Who may look into a process: PR_SET_DUMPABLE, which is its memory's; files of /proc that were opened
 * before execve(2); get_robust_list(2). On Linux: as root.
 */
#include "users.h"

#include "thread.h"

static volatile int *child_is_ready;

/* --- what is dumpable --- */

static long dumpable(void)
{
	return sys(__NR_prctl, 3, 0, 0, 0, 0);
}

static void clear_dumpable(struct thread *t)
{
	t->result = sys(__NR_prctl, 4, 0, 0, 0, 0);
}

static void become_user(struct thread *t)
{
	t->result = sys(__NR_setresuid32, USER, USER, USER);
}

/* A child that has our memory, and is no thread of ours, does it. */
static void in_borrowed_memory(void (*fn)(struct thread *))
{
	struct thread t = {.stack = map_pages(STACK_BYTES / PAGE, PROT_READ | PROT_WRITE),
			   .fn = fn,
			   .result = -1};
	long pid = clone_at(CLONE_VM | CLONE_VFORK | SIGCHLD, t.stack + STACK_BYTES, NULL, NULL,
			    thread_main, &t);

	WANT(pid > 0, 1);
	waitpid((pid_t)pid, NULL, 0);
	WANT(t.result, 0);
}

static void test_dumpable(void)
{
	int status;

	WANT(dumpable(), 1);
	WANT(sys(__NR_prctl, 4, 2, 0, 0, 0), -EINVAL);
	WANT(sys(__NR_prctl, 4, -1, 0, 0, 0), -EINVAL);
	in_borrowed_memory(clear_dumpable);
	WANT(dumpable(), 0);
	if (fork() == 0)
		_exit(dumpable() == 0 ? 0 : 1);
	wait(&status);
	WANT(status, 0);
	WANT(sys(__NR_prctl, 4, 1, 0, 0, 0), 0);
	WANT(dumpable(), 1);
	in_borrowed_memory(become_user);
	WANT(dumpable(), 0);
	WANT(sys(__NR_getuid32), 0);
}

static void test_dumpable_thread(void)
{
	struct thread t = {0};

	thread_start(&t, clear_dumpable, NULL);
	thread_join(&t);
	WANT(t.result, 0);
	WANT(dumpable(), 0);
}

static void test_owner(void)
{
	struct stat st;
	pid_t pid;
	char path[40];
	int status;

	become(USER);
	sys(__NR_prctl, 4, 1, 0, 0, 0);
	WANT(stat("/proc/self/maps", &st) == 0 && st.st_uid == USER, 1);
	WANT(stat("/proc/self/fd", &st) == 0 && st.st_uid == USER, 1);
	sys(__NR_prctl, 4, 0, 0, 0, 0);
	WANT(stat("/proc/self/maps", &st) == 0 && st.st_uid == 0, 1);
	WANT(stat("/proc/self/fd", &st) == 0 && st.st_uid == 0, 1);
	WANT(stat("/proc/self/task", &st) == 0 && st.st_uid == USER, 1);
	WANT(sys(__NR_open, "/proc/self/maps", O_RDONLY) >= 0, 1);
	sprintf(path, "/proc/%d/maps", (int)getpid());
	pid = fork();
	if (pid == 0)
		_exit(sys(__NR_open, path, O_RDONLY) == -EACCES ? 0 : 1);
	waitpid(pid, &status, 0);
	WANT(status, 0);
}

/* --- what was opened before execve(2) --- */

enum { MAPS, SMAPS, ENVIRON, NR_FILES };

static long open_of(pid_t pid, int file)
{
	static const char *const names[] = {"maps", "smaps", "environ"};
	char path[40];

	sprintf(path, "/proc/%d/%s", (int)pid, names[file]);
	return sys(__NR_open, path, O_RDONLY);
}

static void look_across_exec(const char *program, long after)
{
	const char *argv[] = {"inspect", "wait", NULL}, *envp[] = {"SECRET=1", NULL};
	int go[2], ready[2], status;
	long files[NR_FILES];
	char text[64];
	pid_t pid;

	WANT(pipe(go) == 0 && pipe(ready) == 0, 1);
	become(USER);
	sys(__NR_prctl, 4, 1, 0, 0, 0);
	pid = fork();
	if (pid == 0) {
		dup2(go[0], 0);
		dup2(ready[1], 3);
		read(0, text, 1);
		sys(__NR_execve, program, argv, envp);
		_exit(99);
	}
	for (int i = 0; i < NR_FILES; i++) {
		files[i] = open_of(pid, i);
		WANT(files[i] >= 0, 1);
	}
	WANT(sys(__NR_read, files[MAPS], text, sizeof(text)) > 0, 1);
	WANT(sys(__NR_lseek, files[MAPS], 0, SEEK_SET), 0);
	write(go[1], "x", 1);
	WANT(sys(__NR_read, ready[0], text, 1), 1); /* it is the new program */
	for (int i = 0; i < NR_FILES; i++) {
		WANT(sys(__NR_read, files[i], text, sizeof(text)), 0);
		WANT(open_of(pid, i) >= 0 ? 0 : -EACCES, after);
	}
	write(go[1], "x", 1);
	waitpid(pid, &status, 0);
	WANT(status, 0);
}

static void test_set_id_exec(void)
{
	look_across_exec("./suid", -EACCES);
}

static void test_plain_exec(void)
{
	look_across_exec("/proc/self/exe", 0);
}

static void test_ended(void)
{
	char text[64];
	long maps, environment;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			sys(29);
	maps = open_of(pid, MAPS);
	environment = open_of(pid, ENVIRON);
	kill(pid, SIGKILL);
	await_state(pid, pid, 'Z');
	WANT(sys(__NR_read, maps, text, sizeof(text)), 0);
	WANT(sys(__NR_read, environment, text, sizeof(text)), 0);
	WANT(sys(__NR_read, open_of(pid, MAPS), text, sizeof(text)), 0);
	waitpid(pid, NULL, 0);
	WANT(sys(__NR_read, maps, text, sizeof(text)), -ESRCH);
	WANT(sys(__NR_read, environment, text, sizeof(text)), 0);
}

/* Field `nr` (from 1 on) of its stat. */
static unsigned long stat_field(pid_t pid, int nr)
{
	char path[32], text[512];
	const char *at;
	long fd, n;

	sprintf(path, "/proc/%d/stat", (int)pid);
	fd = sys(__NR_open, path, O_RDONLY);
	n = sys(__NR_read, fd, text, sizeof(text) - 1);
	sys(__NR_close, fd);
	if (n <= 0)
		return ~0ul;
	text[n] = '\0';
	at = strrchr(text, ')') + 1;
	for (int i = 2; i < nr - 1; i++)
		at = strchr(at + 1, ' ');
	return strtoul(at + 1, NULL, 10);
}

/* Where the parts of a program lie is no secret of its own user's. */
static void test_layout(void)
{
	static const int places[] = {28, 45, 46, 47, 48, 49, 50, 51, 52};
	pid_t other = getppid();

	WANT(stat_field(other, 26) > 1 && stat_field(other, 28) != 0, 1);
	become(USER);
	WANT(stat_field(other, 23) != 0, 1); /* how large it is, everybody may see */
	WANT(stat_field(other, 26) == 1 && stat_field(other, 27) == 1, 1);
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		WANT(stat_field(other, places[i]), 0);
	WANT(stat_field(getpid(), 28) != 0, 1);
}

/* --- robust lists --- */

static void test_robust_list(void)
{
	uint32_t head, len;
	pid_t other = getppid(), mine;

	WANT(sys(__NR_get_robust_list, other, &head, &len), 0);
	become(USER);
	sys(__NR_prctl, 4, 1, 0, 0, 0);
	WANT(sys(__NR_get_robust_list, other, &head, &len), -EPERM);
	WANT(sys(__NR_get_robust_list, other, NULL, NULL), -EPERM);
	WANT(sys(__NR_get_robust_list, 0x3fffffff, &head, &len), -ESRCH);
	WANT(sys(__NR_get_robust_list, 0, &head, &len), 0);
	mine = fork();
	if (mine == 0)
		for (;;)
			sys(29);
	WANT(sys(__NR_get_robust_list, mine, &head, &len), 0);
	WANT(len, 12);
	kill(mine, SIGKILL);
	waitpid(mine, NULL, 0);
}

/* It asks for the real user and what is permitted, files of /proc for the user of files. */
static void test_real_user(void)
{
	uint32_t head, len;
	pid_t mine = fork();

	if (mine == 0) {
		become(USER);
		sys(__NR_prctl, 4, 1, 0, 0, 0);
		*child_is_ready = 1;
		for (;;)
			sys(29);
	}
	await(child_is_ready, 1);
	WANT(sys(__NR_setgroups32, 0, NULL), 0);
	WANT(sys(__NR_setresgid32, USER, OTHER, OTHER), 0);
	WANT(sys(__NR_setresuid32, USER, OTHER, OTHER), 0);
	WANT(sys(__NR_get_robust_list, mine, &head, &len), 0);
	WANT(open_of(mine, MAPS), -EACCES);
	WANT(sys(__NR_setresgid32, OTHER, -1, -1), 0);
	WANT(sys(__NR_setresuid32, OTHER, USER, -1), 0);
	WANT(sys(__NR_get_robust_list, mine, &head, &len), -EPERM);
	WANT(kill(mine, SIGKILL), 0);
	waitpid(mine, NULL, 0);
}

/* The copy of this program that execve(2) has started. */
static int as_copy(void)
{
	char c;

	write(3, "x", 1);
	return read(0, &c, 1) == 1 ? 0 : 1;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return as_copy();
	if (!may_do_all())
		return skip("only root becomes somebody else"), tap_done();
	child_is_ready = map_shared(1);
	ok(own_directory_enter("inspect") && copy_self("suid", OTHER, 06755) == 0,
	   "a directory of our own");
	in_user_child(test_dumpable, "PR_SET_DUMPABLE is of all that share the memory");
	in_user_child(test_dumpable_thread, "threads, too");
	in_user_child(test_owner, "whose the files of /proc are");
	in_user_child(test_set_id_exec,
		      "a set-user-ID program is not read by what was opened before");
	in_user_child(test_plain_exec, "nor another program");
	in_user_child(test_ended, "a process that has ended");
	in_user_child(test_layout, "where its parts lie");
	in_user_child(test_robust_list, "robust lists");
	in_user_child(test_real_user, "are the real user's");
	own_directory_leave();
	return tap_done();
}
