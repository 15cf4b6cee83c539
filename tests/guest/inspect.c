/* SPDX-License-Identifier: MIT */
/*
 * Who may look into a process: PR_SET_DUMPABLE, which is its memory's; get_robust_list(2). On Linux: as
 * root.
 */
#include "users.h"

#include "thread.h"

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

int main(void)
{
	if (!may_do_all())
		return skip("only root becomes somebody else"), tap_done();
	ok(own_directory_enter("inspect"), "a directory of our own");
	in_user_child(test_dumpable, "PR_SET_DUMPABLE is of all that share the memory");
	in_user_child(test_dumpable_thread, "threads, too");
	in_user_child(test_owner, "whose the files of /proc are");
	in_user_child(test_robust_list, "robust lists");
	own_directory_leave();
	return tap_done();
}
