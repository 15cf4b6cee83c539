/* SPDX-License-Identifier: MIT */
/*
 * futex(2): waiting and waking, by bits, moving waiters, words changed on the way; times of both widths;
 * private words and words that processes share; errors in Linux's order; robust lists.
 */
#include "thread.h"

#define MATCH_ANY 0xffffffffu

static volatile int word, word2;

struct spec32 {
	int sec, nsec;
};
struct spec64 {
	long long sec, nsec;
};

static long futex(const volatile void *at, int op, unsigned value, const void *timeout,
		  const volatile void *at2, unsigned value3)
{
	return sys(__NR_futex, at, op, value, timeout, at2, value3);
}

/* --- errors --- */

static void test_errors(void)
{
	const struct spec32 bad = {0, 1000000000}, negative = {-1, 0}, soon = {0, 1000};
	volatile int *none = (volatile int *)map_pages(1, PROT_NONE);

	word = 1;
	is(futex(&word, FUTEX_WAIT, 2, NULL, NULL, 0), -EAGAIN, "another value than expected");
	is(futex((char *)&word + 2, FUTEX_WAIT, 1, NULL, NULL, 0), -EINVAL, "no aligned word");
	is(futex((char *)&word + 2, FUTEX_WAKE, 1, NULL, NULL, 0), -EINVAL, "to wake, too");
	is(futex((void *)KERNEL_ADDRESS, FUTEX_WAIT, 1, NULL, NULL, 0), -EFAULT,
	   "the kernel's word");
	if (on_octavo()) /* a 64-bit Linux has no kernel there */
		is(futex((void *)KERNEL_ADDRESS, FUTEX_WAKE | FUTEX_PRIVATE, 1, NULL, NULL, 0),
		   -EFAULT, "to wake, too");
	is(futex(none, FUTEX_WAIT | FUTEX_PRIVATE, 0, NULL, NULL, 0), -EFAULT,
	   "an unreadable word");
	is(futex((void *)PAGE, FUTEX_WAKE, 1, NULL, NULL, 0), -EFAULT, "an unmapped shared word");
	is(futex((void *)PAGE, FUTEX_WAKE | FUTEX_PRIVATE, 1, NULL, NULL, 0), 0,
	   "an unmapped private word has no waiters");
	is(futex(&word, FUTEX_WAIT_BITSET, 1, NULL, NULL, 0), -EINVAL, "no bits to wait for");
	is(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), -EINVAL, "no bits to wake");
	is(futex(&word, FUTEX_WAIT, 1, &bad, NULL, 0), -EINVAL, "too many nanoseconds");
	is(futex(&word, FUTEX_WAIT, 2, &negative, NULL, 0), -EINVAL, "a negative time comes first");
	is(futex(&word, FUTEX_WAIT, 1, (void *)KERNEL_ADDRESS, NULL, 0), -EFAULT, "a bad time");
	is(futex(&word, FUTEX_WAKE, 1, (void *)KERNEL_ADDRESS, NULL, 0), 0,
	   "which is not looked at where none is wanted");
	is(futex(&word, FUTEX_WAIT | FUTEX_REALTIME, 1, &soon, NULL, 0), -ENOSYS,
	   "FUTEX_WAIT has no real-time clock");
	is(futex(&word, FUTEX_REQUEUE, -1u, NULL, &word2, 0), -EINVAL, "to wake less than nobody");
	is(futex(&word, FUTEX_REQUEUE, 1, (void *)-1, &word2, 0), -EINVAL,
	   "to move less than nobody");
	is(futex(&word, FUTEX_CMP_REQUEUE, 1, NULL, &word2, 2), -EAGAIN,
	   "to move with another value than expected");
	is(futex(&word, FUTEX_WAKE_OP, 1, NULL, (void *)KERNEL_ADDRESS, 0), -EFAULT,
	   "to change the kernel's word");
	is(futex(&word, FUTEX_WAKE_OP, 1, NULL, &word2, 7u << 28), -ENOSYS, "no such operation");
	is(futex(&word, FUTEX_WAKE_OP, 1, NULL, &word2, 15u << 24), -ENOSYS, "no such comparison");
	for (int op = 6; op <= 13 && on_octavo(); op++)
		if (op != FUTEX_WAIT_BITSET && op != FUTEX_WAKE_BITSET)
			is(futex(&word, op, 1, NULL, &word2, 0), -ENOSYS,
			   "operation %d, which lends priority", op);
	is(futex(&word, 2, 1, NULL, NULL, 0), -ENOSYS, "FUTEX_FD is no more");
	is(futex(&word, 14, 1, NULL, NULL, 0), -ENOSYS, "an unknown operation");
	if (on_octavo())
		is(sys(__NR_clone3, NULL, 0), -ENOSYS, "clone3");
	munmap((void *)(uintptr_t)none, PAGE);
}

/* --- times --- */

static uint64_t waited_ms(long (*call)(void), long *result)
{
	uint64_t start = now_ns();

	*result = call();
	return (now_ns() - start) / 1000000;
}

static long wait_relative32(void)
{
	const struct spec32 t = {0, 30000000};

	return futex(&word, FUTEX_WAIT, 1, &t, NULL, 0);
}

static long wait_relative64(void)
{
	const struct spec64 t = {0, 30000000};

	return sys(__NR_futex_time64, &word, FUTEX_WAIT, 1, &t, NULL, 0);
}

static long wait_monotonic(void)
{
	uint64_t when = now_ns() + 30000000;
	const struct spec64 t = {(long long)(when / 1000000000), (long long)(when % 1000000000)};

	return sys(__NR_futex_time64, &word, FUTEX_WAIT_BITSET, 1, &t, NULL, MATCH_ANY);
}

static long wait_realtime(void)
{
	struct timespec now;
	struct spec32 t;

	clock_gettime(CLOCK_REALTIME, &now);
	t = (struct spec32){(int)now.tv_sec + (now.tv_nsec >= 970000000),
			    (int)((now.tv_nsec + 30000000) % 1000000000)};
	return futex(&word, FUTEX_WAIT_BITSET | FUTEX_REALTIME, 1, &t, NULL, MATCH_ANY);
}

static void test_times(void)
{
	static long (*const waits[])(void) = {wait_relative32, wait_relative64, wait_monotonic,
					      wait_realtime};
	static const char *const names[] = {"32 bits, relative", "64 bits, relative",
					    "64 bits, until", "32 bits, until, by the real clock"};
	const struct spec32 past = {1, 0};

	word = 1;
	for (int i = 0; i < 4; i++) {
		long result;
		uint64_t ms = waited_ms(waits[i], &result);

		ok(result == -ETIMEDOUT && ms >= 30 && ms < 1000, "a wait in time: %s (%ld, %u ms)",
		   names[i], result, (unsigned)ms);
	}
	is(futex(&word, FUTEX_WAIT_BITSET, 1, &past, NULL, MATCH_ANY), -ETIMEDOUT, "in the past");
	is(futex(&word, FUTEX_WAIT_BITSET, 2, &past, NULL, MATCH_ANY), -EAGAIN,
	   "the value is looked at before");
}

/* --- threads that wait --- */

struct waiting {
	const volatile int *at;
	int op;
	unsigned value, bits;
};

static void wait_there(struct thread *t)
{
	const struct waiting *w = t->arg;

	t->result = futex(w->at, w->op, w->value, NULL, NULL, w->bits);
}

static struct thread threads[8];

static void start_waiting(int nr, const struct waiting *w)
{
	for (int i = 0; i < nr; i++) {
		thread_start(&threads[i], wait_there, (void *)(uintptr_t)&w[i]);
		while (threads[i].begun == 0)
			sched_yield();
		if (!await_state(getpid(), threads[i].begun, 'S'))
			bail_out("a thread does not sleep");
	}
}

static int woken(int nr)
{
	int n = 0;

	for (int i = 0; i < nr; i++) {
		thread_join(&threads[i]);
		n += threads[i].result == 0;
	}
	return n;
}

static void test_wake(void)
{
	const struct waiting plain = {&word, FUTEX_WAIT | FUTEX_PRIVATE, 1, 0};
	const struct waiting all[4] = {plain, plain, plain, plain};
	const struct waiting bits[4] = {{&word, FUTEX_WAIT_BITSET, 1, 1},
					{&word, FUTEX_WAIT_BITSET, 1, 2},
					{&word, FUTEX_WAIT_BITSET, 1, 6},
					{&word, FUTEX_WAIT, 1, 0}};

	word = 1;
	is(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 9, NULL, NULL, 0), 0, "nobody waits");
	start_waiting(4, all);
	is(futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0), 0,
	   "private waiters are not found as shared");
	is(futex(&word2, FUTEX_WAKE | FUTEX_PRIVATE, 9, NULL, NULL, 0), 0, "nor by another word");
	is(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 0, NULL, NULL, 0), 1, "0 is as good as 1");
	is(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 2, NULL, NULL, 0), 2, "two are woken");
	is(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 9, NULL, NULL, 0), 1, "the last is");
	is(woken(4), 4, "all return 0");

	start_waiting(4, bits);
	is(futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 8), 1,
	   "who waits for any bit waits for 8");
	is(futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 4), 1, "one waits for 4");
	is(futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 4), 0, "no other");
	is(futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0), 2, "FUTEX_WAKE is for any");
	is(woken(4), 4, "all return 0");
}

static void test_requeue(void)
{
	const struct waiting plain = {&word, FUTEX_WAIT, 1, 0};
	const struct waiting all[5] = {plain, plain, plain, plain, plain};

	word = 1;
	start_waiting(5, all);
	is(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)2, &word2, 1), 3, "one woken and two moved");
	is(futex(&word2, FUTEX_WAKE, 9, NULL, NULL, 0), 2, "the two are at the other word");
	is(futex(&word, FUTEX_REQUEUE, 0, (void *)9, &word2, 0), 2, "all others are moved");
	is(futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0), 0, "nobody is left");
	is(futex(&word2, FUTEX_REQUEUE, 0, (void *)1, &word2, 0), 1, "from a word to itself");
	is(futex(&word2, FUTEX_WAKE, 9, NULL, NULL, 0), 2, "they are there");
	is(woken(5), 5, "all return 0");
}

#define OP(op, arg, cmp, value)                                                                    \
	((unsigned)(op) << 28 | (unsigned)(cmp) << 24 | ((arg)&0xfffu) << 12 | ((value)&0xfffu))

static void test_wake_op(void)
{
	static const struct {
		unsigned op;
		int before, after, all;
		const char *what;
	} cases[] = {
		{OP(0, 7, 0, 5), 5, 7, 1, "set, if it was equal"},
		{OP(1, -3u, 1, 5), 5, 2, 0, "add a negative, if it was not equal"},
		{OP(2, 0xf0, 2, 6), 5, 0xf5, 1, "or, if it was less"},
		{OP(3, 4, 4, 5), 5, 1, 0, "and not, if it was greater"},
		{OP(4, 0xff, 3, 5), 5, 0xfa, 1, "exclusive or, if it was not greater"},
		{OP(8 | 2, 10, 5, -1u), -1, -1, 1, "or with a bit, if it was not less"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct waiting both[2] = {{&word, FUTEX_WAIT, 1, 0},
						{&word2, FUTEX_WAIT, (unsigned)cases[i].before, 0}};
		long n;

		word = 1;
		word2 = cases[i].before;
		start_waiting(2, both);
		n = futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &word2, cases[i].op);
		ok(n == 1 + cases[i].all && word2 == cases[i].after, "%s (%ld, %d)", cases[i].what,
		   n, word2);
		if (!cases[i].all)
			futex(&word2, FUTEX_WAKE, 1, NULL, NULL, 0);
		woken(2);
	}
}

/* --- signals --- */

static volatile int caught;

static void catch (int sig)
{
	caught = sig;
}

static void kill_first(struct thread *t)
{
	int pid = (int)sys(__NR_getpid);

	(void)t;
	if (await_state(pid, pid, 'S'))
		sys(__NR_tgkill, pid, pid, SIGUSR1);
	await(&caught, SIGUSR1);
	if (await_state(pid, pid, 'S'))
		futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void test_signals(void)
{
	const struct spec32 some = {10, 0};
	struct sigaction act = {.sa_handler = catch, .sa_flags = SA_RESTART};
	const int kinds[2] = {SA_RESTART, 0};

	word = 1;
	for (int i = 0; i < 2; i++) {
		act.sa_flags = kinds[i];
		sigaction(SIGUSR1, &act, NULL);
		caught = 0;
		thread_start(&threads[0], kill_first, NULL);
		is(futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0), i == 0 ? 0 : -EINTR,
		   i == 0 ? "a wait goes on behind a handler, and is woken" : "or ends there");
		thread_join(&threads[0]);
	}
	act.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &act, NULL);
	caught = 0;
	thread_start(&threads[0], kill_first, NULL);
	is(futex(&word, FUTEX_WAIT, 1, &some, NULL, 0), -EINTR, "one with a time always does");
	thread_join(&threads[0]);
	ok(caught == SIGUSR1, "the handler has run");
}

/* --- memory that processes share --- */

static int wait_for_word(void *at)
{
	return futex(at, FUTEX_WAIT, 0, NULL, NULL, 0) == 0 ? 7 : 1;
}

static void wake_other_process(char *mine, char *others, const char *what)
{
	pid_t pid = must_start(wait_for_word, others);
	int status;

	if (!await_state(pid, pid, 'S'))
		bail_out("a child does not sleep");
	is(futex(mine, FUTEX_WAKE | FUTEX_PRIVATE, 9, NULL, NULL, 0), 0, "%s: not as private",
	   what);
	is(futex(mine + 4, FUTEX_WAKE, 9, NULL, NULL, 0), 0, "%s: not the next word", what);
	is(futex(mine, FUTEX_WAKE, 9, NULL, NULL, 0), 1, "%s: a process wakes another", what);
	waitpid(pid, &status, 0);
	is(status, EXITED(7), "%s: it was woken", what);
}

static void test_shared(void)
{
	char *anon = map_shared(2);
	int fd = open("/futex.file", O_RDWR | O_CREAT, 0600);
	char *a, *b;
	pid_t pid;

	wake_other_process(anon + PAGE, anon + PAGE, "shared memory");
	if (fd < 0 || ftruncate(fd, 2 * PAGE) != 0)
		bail_out("no file");
	a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, open("/futex.file", O_RDWR), PAGE);
	wake_other_process(a + PAGE, b, "a file, mapped twice");
	word = 0;
	pid = must_start(wait_for_word, (void *)(uintptr_t)&word);
	if (!await_state(pid, pid, 'S'))
		bail_out("a child does not sleep");
	is(futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0), 0, "private memory: a copy is another word");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	munmap(a, 2 * PAGE);
	munmap(b, PAGE);
	close(fd);
	unlink("/futex.file");
}

/* A waiter's file mapping goes away under it, and so does the file. */
static void test_unmapped(void)
{
	int fd = open("/futex.file", O_RDWR | O_CREAT, 0600);
	struct waiting w = {NULL, FUTEX_WAIT, 0, 0};
	char *a;

	if (fd < 0 || ftruncate(fd, PAGE) != 0)
		bail_out("no file");
	a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	w.at = (int *)(void *)a;
	start_waiting(1, &w);
	munmap(a, PAGE);
	close(fd);
	unlink("/futex.file");
	is(futex(a, FUTEX_WAKE, 9, NULL, NULL, 0), -EFAULT, "the word of a waiter is unmapped");
	sys(__NR_tgkill, getpid(), threads[0].begun, SIGUSR1);
	thread_join(&threads[0]);
	is(threads[0].result, -EFAULT,
	   "a signal gets it out, and there is no word to wait for again");
}

/* A waiter is moved to a word whose memory goes away: what comes to lie at the same place in the kernel is
 * not taken for it. */
static void test_gone(void)
{
	const struct waiting w = {&word, FUTEX_WAIT, 1, 0};
	char *memory = map_shared(1);

	word = 1;
	start_waiting(1, &w);
	is(futex(&word, FUTEX_REQUEUE, 0, (void *)1, memory, 0), 1, "moved to shared memory");
	munmap(memory, PAGE);
	memory = map_shared(1);
	is(futex(memory, FUTEX_WAKE, 9, NULL, NULL, 0), 0,
	   "when that has gone, the next is waited for by nobody");
	word = 0;
	sys(__NR_tgkill, getpid(), threads[0].begun, SIGUSR1);
	thread_join(&threads[0]);
	is(threads[0].result, -EAGAIN, "a signal gets the waiter back to its first word");
	munmap(memory, PAGE);
}

/* --- robust lists --- */

struct entry {
	struct entry *next;
	volatile unsigned value;
};
struct head {
	struct entry *next;
	int offset;
	struct entry *pending;
};
static struct head robust;
static struct entry entries[3], pending;

#define WAITERS    0x80000000u
#define OWNER_DIED 0x40000000u

static void die_with_locks(struct thread *t)
{
	unsigned tid = (unsigned)t->begun;

	for (int i = 0; i < 3; i++)
		entries[i].next = i < 2 ? &entries[i + 1] : (struct entry *)(void *)&robust;
	entries[0].value = tid | WAITERS;
	entries[1].value = tid + 1;
	entries[2].value = tid;
	pending.value = tid;
	robust = (struct head){&entries[0], offsetof(struct entry, value), &pending};
	t->result = sys(__NR_set_robust_list, &robust, sizeof(robust));
	if (t->arg != NULL)
		entries[2].next = t->arg;
}

static void test_robust(void)
{
	struct waiting w = {(volatile int *)&entries[0].value, FUTEX_WAIT, WAITERS, 0};
	void *head = &w;
	unsigned len = 0;

	is(sys(__NR_set_robust_list, &robust, 8), -EINVAL, "a robust list of another size");
	is(sys(__NR_get_robust_list, 0, &head, &len), 0, "asked for");
	ok(head == NULL && len == sizeof(robust), "there is none");
	entries[0].value = WAITERS;
	start_waiting(1, &w);
	thread_start(&threads[1], die_with_locks, NULL);
	thread_join(&threads[1]);
	is(threads[1].result, 0, "a thread with a list ends");
	is((long)entries[0].value, (long)(WAITERS | OWNER_DIED), "its mutex says so, with waiters");
	is((long)entries[2].value, (long)OWNER_DIED, "and one without");
	is((long)pending.value, (long)OWNER_DIED, "and the one that was pending");
	is((long)entries[1].value, threads[1].begun + 1, "another's does not");
	is(woken(1), 1, "the waiter is woken");

	thread_start(&threads[1], die_with_locks, (void *)KERNEL_ADDRESS);
	thread_join(&threads[1]);
	is((long)entries[2].value, (long)OWNER_DIED, "a list that ends in the kernel ends there");
	thread_start(&threads[1], die_with_locks, &entries[0]);
	thread_join(&threads[1]);
	ok(1, "a list that never ends does");
}

int main(void)
{
	test_errors();
	test_times();
	test_wake();
	test_requeue();
	test_wake_op();
	test_signals();
	if (CHILDREN_HAVE_MEMORY) { /* else all memory is private, and children have it too */
		test_shared();
		test_unmapped();
		test_gone();
	}
	test_robust();
	return tap_done();
}
