/* SPDX-License-Identifier: MIT */
/*
 * ktest.c - runs the tests that ktest= names and says so in TAP, to the console and in K frames.
 *
 * One test runs at a time, in PID 1, with the threads that it makes; a test ends when its threads
 * have ended. All of them run on the boot CPU; only tests of several CPUs (ktest_smp.c) let others have
 * their threads.
 */
#include <arch/atomic.h>
#include <octavo/audit.h>
#include <octavo/control.h>
#include <octavo/ktest.h>
#include <octavo/panic.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/time.h>

#define LINE_MAX 192

extern const struct ktest ktests_start[], ktests_end[];

static unsigned failed_checks; /* of the running test; its threads check one after the other */
static u32 random_state;

/* --- output --- */

static void say(const char *fmt, ...) __printf(1, 2);
static void say(const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	len = (size_t)vscnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	control_send(CONTROL_KTEST, line, len);
	line[len] = '\n';
	console_write(line, len + 1);
}

bool ktest_check(bool ok, const char *what, const char *file, int line)
{
	if (!ok) {
		failed_checks++;
		say("# %s:%d: %s", file, line, what);
	}
	return ok;
}

/* --- threads --- */

struct thread {
	int (*fn)(void *);
	void *arg;
};

static atomic_t nr_threads;
static struct wait_queue thread_ended = WAIT_QUEUE_INIT(thread_ended);

static int thread_main(void *arg)
{
	struct thread thread = *(struct thread *)arg;

	kfree(arg);
	thread.fn(thread.arg);
	atomic_dec(&nr_threads);
	wake_all(&thread_ended);
	return 0;
}

void ktest_spawn(int (*fn)(void *), void *arg)
{
	struct thread *thread = kmalloc(sizeof(*thread), GFP_KERNEL);
	struct task *t;

	if (thread == NULL)
		panic("ktest: no memory for a thread");
	*thread = (struct thread){.fn = fn, .arg = arg};
	t = kthread_create(thread_main, thread, "ktest");
	if (ptr_is_err(t))
		panic("ktest: no memory for a thread");
	atomic_inc(&nr_threads);
	sched_start(t);
}

void ktest_join(void)
{
	wait_event(&thread_ended, atomic_read(&nr_threads) == 0);
	while (sched_nr_runnable() > 1) /* the last ones are still on their way out */
		sched_yield_cpu();
	task_reap_dead();
}

void ktest_sleep_ms(u32 ms)
{
	sleep_until(clock_ns() + ms * NSEC_PER_MSEC);
}

void ktest_run_on(u32 cpus)
{
	current->cpu_set = cpus;
	arch_mb();
	sched_affinity_changed(current);
	preempt_resched();
}

u32 ktest_random(u32 n)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % n;
}

/* --- running --- */

/* Is `name` the word, or does it begin with it and an underscore? */
static bool word_matches(const char *word, size_t len, const struct ktest *test)
{
	if (strlen(test->name) == len && memcmp(word, test->name, len) == 0)
		return true;
	if (test->deliberate)
		return false;
	return (len == 3 && memcmp(word, "all", 3) == 0) ||
	       (strlen(test->name) > len && memcmp(word, test->name, len) == 0 &&
		test->name[len] == '_');
}

static bool matches(const char *pattern, const struct ktest *test)
{
	const char *end;

	for (;; pattern = end + 1) {
		end = strchr(pattern, ',');
		if (end == NULL)
			return word_matches(pattern, strlen(pattern), test);
		if (word_matches(pattern, (size_t)(end - pattern), test))
			return true;
	}
}

static bool run_one(const struct ktest *test, unsigned number)
{
	unsigned reports = lockval_reports(), differences;
	u64 begin = clock_ns();

	failed_checks = 0;
	random_state = 1;
	ktest_run_on(1);
	test->run();
	ktest_join();
	KTEST_OK(lockval_reports() == reports, "the lock validator has nothing to say");
	lockval_assert_none("the end of a test");
	differences = audit_run();
	KTEST_OK(differences == 0, "the audit is silent");
	say("%s %u - %s%s%s (%u us)", failed_checks == 0 ? "ok" : "not ok", number, test->name,
	    test->shows[0] != '\0' ? " " : "", test->shows,
	    (unsigned)((clock_ns() - begin) / 1000u));
	return failed_checks == 0;
}

int ktest_run(const char *pattern)
{
	unsigned nr = 0, number = 0;
	int failed = 0;

	for (const struct ktest *t = ktests_start; t < ktests_end; t++)
		nr += matches(pattern, t);
	say("1..%u", nr);
	for (const struct ktest *t = ktests_start; t < ktests_end; t++) {
		if (matches(pattern, t) && !run_one(t, ++number))
			failed++;
	}
	if (nr == 0) {
		say("# no test is named %s", pattern);
		failed = 1;
	}
	return failed;
}
