/* SPDX-License-Identifier: MIT */
/*
 * clone(2) as fork(2) and vfork(2) are made of it: where the pid is stored, what is cleared at the
 * end, the child's own stack, whom wait4(2) finds; and the combinations that are refused.
 */
#include "guest.h"

#define CLONE_VM             0x00000100
#define CLONE_FS             0x00000200
#define CLONE_SIGHAND        0x00000800
#define CLONE_PIDFD          0x00001000
#define CLONE_VFORK          0x00004000
#define CLONE_PARENT         0x00008000
#define CLONE_THREAD         0x00010000
#define CLONE_NEWNS          0x00020000
#define CLONE_SETTLS         0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_CHILD_SETTID   0x01000000
#define WALL                 0x40000000
#define WCLONE               ((int)0x80000000)

static volatile int *shared; /* a page that parent and child see */
static int mine;             /* copied at fork */

static long clone_call(unsigned flags, void *stack, void *ptid, void *ctid)
{
	return sys(__NR_clone, flags, stack, ptid, 0, ctid);
}

static void test_refused(void)
{
	is(clone_call(CLONE_THREAD | SIGCHLD, NULL, NULL, NULL), -EINVAL,
	   "a thread without the signal handlers");
	is(clone_call(CLONE_SIGHAND | SIGCHLD, NULL, NULL, NULL), -EINVAL,
	   "signal handlers without the memory");
	is(clone_call(CLONE_NEWNS | CLONE_FS | SIGCHLD, NULL, NULL, NULL), -EINVAL,
	   "a namespace of its own and a shared directory");
	is(clone_call(CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, NULL, NULL, NULL), -EINVAL,
	   "two results in one place");
}

static int child_is_gone(long pid)
{
	int status = -1;

	return waitpid((int)pid, &status, 0) == pid && status == EXITED(7);
}

/* Both sides look at `mine`: the child writes its pid into its own copy. */
static void test_tids(void)
{
	int parent_tid = -1;
	long pid = clone_call(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
				      SIGCHLD,
			      NULL, &parent_tid, &mine);

	if (pid == 0) {
		shared[0] = mine;
		shared[1] = getpid();
		shared[2] = (int)sys(__NR_set_tid_address, NULL);
		_exit(7);
	}
	ok(pid > 0, "clone as fork");
	ok(child_is_gone(pid), "the child ends");
	is(parent_tid, pid, "the parent's word has the pid");
	is(shared[0], pid, "the child's own word has it before the child goes on");
	is(shared[1], pid, "it is the child's pid");
	is(shared[2], pid, "set_tid_address says it too");
	is(mine, 0, "the parent's copy of the child's word has nothing");
}

static void test_bad_words(void)
{
	long pid = clone_call(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
				      SIGCHLD,
			      NULL, (void *)KERNEL_ADDRESS, (void *)KERNEL_ADDRESS);

	if (pid == 0)
		_exit(7);
	ok(pid > 0 && child_is_gone(pid), "bad addresses of the words are no error");
}

static void test_exit_signal(void)
{
	long pid = clone_call(0, NULL, NULL, NULL);
	int status = -1;

	if (pid == 0)
		_exit(7);
	is(waitpid(-1, &status, 0), -1, "a child that sends no signal is not found without a word");
	is(errno, ECHILD, "  ECHILD");
	is(waitpid((int)pid, &status, WCLONE), pid, "by __WCLONE it is");
	pid = clone_call(0, NULL, NULL, NULL);
	if (pid == 0)
		_exit(7);
	is(waitpid(-1, &status, WALL), pid, "by __WALL it is");
	is(status, EXITED(7), "with its status");
	pid = clone_call(SIGCHLD, NULL, NULL, NULL);
	if (pid == 0)
		_exit(7);
	is(waitpid(-1, &status, WCLONE), -1, "an ordinary one is not found by __WCLONE");
	is(waitpid(-1, &status, 0), pid, "it is without");
}

static void test_parent(void)
{
	int status = -1;
	long pid = must_fork(), sibling;

	if (pid == 0) {
		sibling = clone_call(CLONE_PARENT | SIGUSR1, NULL, NULL, NULL);
		if (sibling == 0) {
			shared[3] = getppid();
			_exit(7);
		}
		shared[4] = (int)sibling;
		_exit(sibling > 0 && waitpid((int)sibling, NULL, 0) == -1 ? 7 : 1);
	}
	ok(child_is_gone(pid), "the maker of a sibling cannot wait for it");
	is(waitpid(-1, &status, 0), shared[4], "its parent can");
	is(shared[3], getpid(), "which the sibling has as its parent");
	ok(1, "and gets what the maker's end sends, not what the maker chose for the sibling");
}

/*
 * The child has a stack of its own. octavo_syscall() returns there as it does here: it pops four
 * registers and the address that it goes on at, which is fn's; fn(arg) never returns.
 */
static long clone_on_stack(unsigned flags, char *top, void (*fn)(int), int arg, void *ctid)
{
	uint32_t *stack = (uint32_t *)(void *)top - 8;

	memset(stack, 0, 8 * sizeof(*stack));
	stack[4] = (uint32_t)(uintptr_t)fn;
	stack[6] = (uint32_t)arg;
	return clone_call(flags, stack, NULL, ctid);
}

static char child_stack[16384] __attribute__((aligned(16)));
static volatile int seen;

static void store_and_end(int value)
{
	char here;

	seen = &here >= child_stack && &here < child_stack + sizeof(child_stack) ? value : -1;
	sys(__NR_exit, 7);
}

static void store_late(int value)
{
	sleep_ms(20);
	store_and_end(value);
}

static void test_shared_memory(void)
{
	char *top = child_stack + sizeof(child_stack);
	volatile int word = 77;
	long pid = clone_on_stack(CLONE_VM | CLONE_VFORK | SIGCHLD, top, store_late, 41, NULL);

	ok(pid > 0, "as vfork, on a stack of its own");
	is(seen, 41, "the parent went on when the child had ended");
	ok(child_is_gone(pid), "with its status");

	pid = clone_on_stack(CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, top, store_and_end, 42,
			     (void *)(uintptr_t)&word);
	ok(pid > 0, "two tasks in one memory");
	ok(child_is_gone(pid), "the second one ends");
	is(seen, 42, "the first sees what it wrote");
	is(word, 0, "and the word that is cleared at its end");

	word = 77;
	pid = clone_call(CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, (void *)(uintptr_t)&word);
	if (pid == 0)
		_exit(7);
	ok(child_is_gone(pid), "a child in a copy ends");
	is(word, 77, "and clears nothing here");
}

/* CLONE_VFORK alone: a copy, and yet the parent waits. */
static void test_waiting_for_a_copy(void)
{
	long pid;

	shared[5] = 0;
	pid = clone_call(CLONE_VFORK | SIGCHLD, NULL, NULL, NULL);
	if (pid == 0) {
		sleep_ms(20);
		shared[5] = 1;
		_exit(7);
	}
	is(shared[5], 1, "the parent waits for a child in a copy too");
	ok(child_is_gone(pid), "which ends");
}

static void test_tls(void)
{
	uint32_t desc[4] = {99, 0, 0xfffff, 0x51}; /* a segment that no program has */
	long pid = sys(__NR_clone, CLONE_SETTLS | SIGCHLD, 0, 0, KERNEL_ADDRESS, 0);

	is(pid, -EFAULT, "thread-local data at a bad address");
	pid = sys(__NR_clone, CLONE_SETTLS | SIGCHLD, 0, 0, desc, 0);
	is(pid, -EINVAL, "thread-local data in a segment that is not there");
	desc[0] = 0xffffffff;
	pid = sys(__NR_set_thread_area, desc);
	is(pid, 0, "a segment is there");
	desc[1] = 0x1000;
	pid = sys(__NR_clone, CLONE_SETTLS | SIGCHLD, 0, 0, desc, 0);
	if (pid == 0)
		_exit(7);
	ok(pid > 0 && child_is_gone(pid), "the child has it");
}

/* Whoever asks for the next pid finds a whole process there, or none. */
static void test_found_whole(void)
{
	pid_t maker;
	long odd = 0, asked = 0;

	shared[0] = 0;
	maker = must_fork();
	if (maker == 0) {
		for (int i = 0; i < 200; i++) {
			pid_t pid = must_fork();

			if (pid == 0)
				_exit(0);
			shared[0] = pid;
			waitpid(pid, NULL, 0);
		}
		_exit(0);
	}
	await(shared, 1);
	while (waitpid(maker, NULL, WNOHANG) == 0) {
		for (int i = 0; i < 50; i++, asked++)
			odd += sys(__NR_getpgid, shared[0] + 1) == 0;
		sched_yield(); /* on one CPU the other would have to wait for the end of a turn */
	}
	is(odd, 0, "no process is found before it has a group (%ld looks)", asked);
}

int main(void)
{
	shared = map_shared(1);
	test_refused();
	test_tids();
	test_bad_words();
	test_exit_signal();
	test_parent();
	test_shared_memory();
	test_waiting_for_a_copy();
	test_tls();
	test_found_whole();
	return tap_done();
}
