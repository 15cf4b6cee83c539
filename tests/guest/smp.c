/* SPDX-License-Identifier: MIT */
/*
 * Several CPUs: which of them a program runs on, and that no CPU sees memory as it was. With one CPU
 * the same holds. The argument is how many there must be.
 */
#include "guest.h"

#define CLONE_VM   0x00000100
#define CPUS_MAX   8
#define ROUNDS     40
#define PATIENCE   2000 /* ms */
#define READ_WRITE (PROT_READ | PROT_WRITE)

struct shared {
	volatile unsigned counter, where[CPUS_MAX * 2], seen[CPUS_MAX * 2];
	volatile unsigned go, stop, faulted, writes, newest, stale;
};

static struct shared *shared;
static unsigned nr_cpus;

static unsigned cpu_now(void)
{
	unsigned cpu = ~0u;

	sys(__NR_getcpu, &cpu, NULL, NULL);
	return cpu;
}

static long run_on(pid_t pid, unsigned mask)
{
	return sys(__NR_sched_setaffinity, pid, sizeof(mask), &mask);
}

/* Two CPUs, or the same one twice. */
static unsigned other_cpu(void)
{
	return nr_cpus - 1;
}

static int wait_until(const volatile unsigned *word, unsigned value)
{
	uint64_t end = now_ns() + PATIENCE * 1000000ull;

	while (*word != value && now_ns() < end)
		sys(__NR_sched_yield);
	return *word == value;
}

/* --- which CPU --- */

static void test_affinity(void)
{
	unsigned all = 0, moved = 0;

	ok(sys(__NR_sched_getaffinity, 0, sizeof(all), &all) == sizeof(all), "a set of CPUs");
	is(all, (1u << nr_cpus) - 1, "has all of them");
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		moved += run_on(0, 1u << cpu) == 0 && cpu_now() == cpu;
	is(moved, nr_cpus, "whoever may run on one only is there when the call returns");
	sleep_ms(5);
	is(cpu_now(), nr_cpus - 1, "and after a sleep");
	is(run_on(0, 1u << nr_cpus), -EINVAL, "a CPU that is not there");
	is(run_on(0, ~0u), 0, "all of them again, and some that are not");
}

static void test_moved_by_another(void)
{
	unsigned moved = 0;
	pid_t pid = must_fork();

	if (pid == 0) {
		for (;;)
			shared->where[0] = cpu_now();
	}
	for (unsigned i = 0; i < 3 * nr_cpus; i++) {
		run_on(pid, 1u << i % nr_cpus);
		moved += wait_until(&shared->where[0], i % nr_cpus);
	}
	is(moved, 3 * nr_cpus, "a program that runs is moved");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_all_are_used(void)
{
	unsigned used = 0;
	pid_t pids[CPUS_MAX * 2];

	for (unsigned i = 0; i < 2 * nr_cpus; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0) {
			for (;;)
				shared->seen[i] |= 1u << cpu_now();
		}
	}
	sleep_ms(300);
	for (unsigned i = 0; i < 2 * nr_cpus; i++) {
		used |= shared->seen[i];
		ok(shared->seen[i] != 0, "program %u has run", i);
	}
	is(used, (1u << nr_cpus) - 1, "on every CPU");
	for (unsigned i = 0; i < 2 * nr_cpus; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

/* A queue that is too long is shared: all start on one CPU and may leave it then. */
static void test_balance(void)
{
	unsigned used = 0;
	pid_t pids[CPUS_MAX];

	run_on(0, 1);
	for (unsigned i = 0; i < nr_cpus; i++) {
		shared->seen[i] = 0;
		pids[i] = must_fork();
		if (pids[i] == 0) {
			for (;;)
				shared->seen[i] |= 1u << cpu_now();
		}
	}
	sleep_ms(100);
	for (unsigned i = 0; i < nr_cpus; i++)
		used |= shared->seen[i];
	is(used, 1, "all stay on the one that they may run on");
	for (unsigned i = 0; i < nr_cpus; i++)
		run_on(pids[i], ~0u);
	sleep_ms(300);
	for (unsigned i = 0; i < nr_cpus; i++)
		used |= shared->seen[i];
	is(used, (1u << nr_cpus) - 1, "and spread when they may");
	for (unsigned i = 0; i < nr_cpus; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	run_on(0, ~0u);
}

/* Whoever wakes where somebody else is at work goes where nobody is. */
static void test_woken(void)
{
	unsigned moved = 0;
	pid_t pid = must_fork();

	if (pid == 0) {
		run_on(0, 1);
		shared->go = 1;
		for (;;)
			;
	}
	wait_until(&shared->go, 1);
	for (unsigned i = 0; i < 10; i++) {
		run_on(0, 1);
		run_on(0, ~0u);
		sleep_ms(5);
		moved += cpu_now() != 0;
	}
	ok(nr_cpus == 1 || moved >= 8, "a task that wakes goes where nothing is to do (%u)", moved);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	shared->go = 0;
}

/* --- tasks that share memory --- */

static char stacks[2][16384] __attribute__((aligned(16)));

/* octavo_syscall() returns in the child as it does here: it pops four registers, and goes to FN. */
static pid_t start(unsigned i, void (*fn)(unsigned), unsigned cpu)
{
	uint32_t *stack = (uint32_t *)(void *)(stacks[i] + sizeof(stacks[i])) - 8;
	long pid;

	memset(stack, 0, 8 * sizeof(*stack));
	stack[4] = (uint32_t)(uintptr_t)fn;
	stack[6] = cpu;
	shared->stop = 0;
	shared->go = 0;
	pid = sys(__NR_clone, CLONE_VM | SIGCHLD, stack, NULL, 0, NULL);
	if (pid < 0)
		bail_out("clone: %ld", pid);
	return (pid_t)pid;
}

static void end(pid_t pid)
{
	shared->stop = 1;
	shared->go = 1;
	waitpid(pid, NULL, 0);
}

static volatile unsigned *page; /* what one writes and the other takes away */

static void wait_to_go(int sig)
{
	(void)sig;
	shared->faulted = 1;
	while (!shared->go)
		;
}

static void writer(unsigned cpu)
{
	struct sigaction a = {.sa_handler = wait_to_go};

	run_on(0, 1u << cpu);
	sigaction(SIGSEGV, &a, NULL);
	while (!shared->stop) {
		page[0] = page[0] + 1;
		shared->writes++;
	}
	_exit(0);
}

static int written_again(void)
{
	unsigned before = shared->writes;
	uint64_t give_up = now_ns() + PATIENCE * 1000000ull;

	while (shared->writes == before && now_ns() < give_up)
		sys(__NR_sched_yield);
	return shared->writes != before;
}

static volatile unsigned *map_page(void)
{
	void *p = mmap(NULL, PAGE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void test_write_protect(void)
{
	unsigned alive = 0, quiet = 0, faulted = 0;
	pid_t pid;

	page = map_page();
	run_on(0, 1);
	pid = start(0, writer, other_cpu());
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned seen;

		alive += written_again();
		shared->faulted = 0;
		shared->go = 0;
		mprotect((void *)page, PAGE, PROT_READ);
		seen = page[0];
		for (unsigned n = 0; n < 3000 && page[0] == seen; n++)
			;
		quiet += page[0] == seen;
		faulted += wait_until(&shared->faulted, 1);
		mprotect((void *)page, PAGE, READ_WRITE);
		shared->go = 1;
	}
	end(pid);
	is(alive, ROUNDS, "the other one writes");
	is(quiet, ROUNDS, "and not once after the page may not be written");
	is(faulted, ROUNDS, "but faults");
	munmap((void *)page, PAGE);
}

/* fork(2) protects what both have: what the other one writes goes to the parent's own copy. */
static void test_fork_beside_a_writer(void)
{
	unsigned alive = 0, still = 0;
	pid_t pid;

	page = map_page();
	run_on(0, 1);
	pid = start(0, writer, other_cpu());
	for (unsigned i = 0; i < ROUNDS; i++) {
		int status = -1;
		pid_t child;

		alive += written_again();
		child = must_fork();
		if (child == 0) {
			unsigned seen = page[0];

			for (unsigned n = 0; n < 3000 && page[0] == seen; n++)
				;
			_exit(page[0] == seen ? 0 : 1);
		}
		waitpid(child, &status, 0);
		still += status == 0;
	}
	end(pid);
	is(alive, ROUNDS, "the other one writes");
	is(still, ROUNDS, "a child's memory stands still");
	munmap((void *)page, PAGE);
}

static void reader(unsigned cpu)
{
	run_on(0, 1u << cpu);
	while (!shared->stop) {
		unsigned newest = shared->newest, value = page[0];

		if (value < newest && value != 0)
			shared->stale++;
		shared->writes++;
	}
	_exit(0);
}

/* A process that reads a new page, on another CPU than we. */
static pid_t start_reading(void)
{
	page = map_page();
	shared->newest = 0;
	shared->stale = 0;
	run_on(0, 1);
	return start(0, reader, other_cpu());
}

static void test_replaced(void)
{
	pid_t pid = start_reading();
	unsigned alive = 0;

	for (unsigned i = 1; i <= ROUNDS; i++) {
		page[0] = i;
		alive += written_again();
		mmap((void *)page, PAGE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		     0);
		page[0] = i + 1;
		shared->newest = i + 1;
		alive += written_again();
	}
	end(pid);
	is(alive, 2 * ROUNDS, "the other one reads");
	is(shared->stale, 0, "and never a page that is gone");
	munmap((void *)page, PAGE);
}

/* After a fork the first write makes a copy: who reads on another CPU reads the copy from then on. */
static void test_copied(void)
{
	pid_t pid = start_reading();
	unsigned alive = 0;

	for (unsigned i = 1; i <= ROUNDS; i++) {
		pid_t child;

		page[0] = i;
		child = must_fork();
		if (child == 0) {
			for (;;)
				sleep_ms(1000);
		}
		alive += written_again();
		page[0] = i + 1;
		shared->newest = i + 1;
		alive += written_again();
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	end(pid);
	is(alive, 2 * ROUNDS, "the other one reads");
	is(shared->stale, 0, "and never the page that has been copied");
	munmap((void *)page, PAGE);
}

/* --- what it costs --- */

/* The sum of the line LABEL of /proc/interrupts. */
static unsigned interrupts(const char *label)
{
	static char text[4096];
	int fd = open("/proc/interrupts", O_RDONLY);
	ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	unsigned sum = 0;
	char *p;

	close(fd);
	text[len > 0 ? len : 0] = '\0';
	p = strstr(text, label);
	for (p = p ? p + strlen(label) : NULL; p && *p != '\n';) {
		unsigned long n = strtoul(p, &p, 10);

		sum += n;
		while (*p == ' ')
			p++;
		if (*p < '0' || *p > '9')
			break;
	}
	return sum;
}

static unsigned unmap_costs(unsigned pages)
{
	char *p = mmap(NULL, pages * PAGE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned before;

	for (unsigned i = 0; i < pages; i++)
		p[i * PAGE] = 1;
	before = interrupts("TLB:");
	munmap(p, pages * PAGE);
	return interrupts("TLB:") - before;
}

static void sleeper(unsigned cpu)
{
	run_on(0, 1u << cpu);
	while (!shared->stop) {
		if (shared->go)
			sleep_ms(5);
		shared->writes++;
	}
	_exit(0);
}

static void test_interrupts(void)
{
	unsigned others = nr_cpus > 1, costs = 0;
	pid_t pid;

	run_on(0, 1);
	for (unsigned i = 0; i < 8; i++)
		costs += unmap_costs(200);
	is(costs, 0, "who is alone in its memory sends no interrupt");
	pid = start(0, sleeper, other_cpu());
	written_again();
	costs = unmap_costs(60);
	ok(costs <= others, "one for 60 pages, to the CPU that has them (%u)", costs);
	shared->go = 1;
	sleep_ms(2);
	written_again();
	sleep_ms(2); /* it sleeps now, and its CPU may have kept the memory loaded */
	unmap_costs(1);
	costs = 0;
	for (unsigned i = 0; i < 4; i++)
		costs += unmap_costs(1);
	ok(costs <= others, "a CPU that does nothing is told once (%u)", costs);
	end(pid);
	run_on(0, ~0u);
}

/* --- all at once --- */

static int churn(unsigned number)
{
	for (unsigned i = 0; i < 30; i++) {
		unsigned pages = 8 + (number * 7 + i) % 24;
		char *p = mmap(NULL, pages * PAGE, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		int status = -1, ends[2];
		char byte = 0;
		pid_t pid;

		if (p == MAP_FAILED || pipe(ends) != 0)
			return 1;
		memset(p, (int)number, pages * PAGE);
		pid = fork();
		if (pid == 0) {
			for (unsigned at = 0; at < pages; at++)
				p[at * PAGE]++;
			__atomic_fetch_add(&shared->counter, 1, __ATOMIC_SEQ_CST);
			byte = p[0];
			_exit(write(ends[1], &byte, 1) == 1 ? 0 : 1);
		}
		if (pid < 0 || read(ends[0], &byte, 1) != 1 || byte != (char)(number + 1))
			return 2;
		if (waitpid(pid, &status, 0) != pid || status != 0 || p[0] != (char)number)
			return 3;
		mprotect(p, PAGE, PROT_READ);
		munmap(p, pages * PAGE);
		close(ends[0]);
		close(ends[1]);
	}
	return 0;
}

static void test_churn(void)
{
	unsigned nr = 2 * nr_cpus;
	pid_t pids[CPUS_MAX * 2];

	shared->counter = 0;
	for (unsigned i = 0; i < nr; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0)
			_exit(churn(i + 1));
	}
	for (unsigned i = 0; i < nr; i++) {
		int status = -1;

		waitpid(pids[i], &status, 0);
		is(status, 0, "program %u of %u that map, fork and write to pipes", i + 1, nr);
	}
	is(shared->counter, 30 * nr, "their children have counted together");
}

int main(int argc, char **argv)
{
	unsigned all = 0;

	shared = mmap(NULL, sizeof(*shared), READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sys(__NR_sched_getaffinity, 0, sizeof(all), &all);
	nr_cpus = (unsigned)__builtin_popcount(all);
	if (argc > 1)
		is(nr_cpus, atoi(argv[1]), "CPUs");
	test_affinity();
	test_moved_by_another();
	test_all_are_used();
	test_balance();
	test_woken();
	test_write_protect();
	test_fork_beside_a_writer();
	test_replaced();
	test_copied();
	if (on_octavo())
		test_interrupts();
	run_on(0, ~0u);
	test_churn();
	return tap_done();
}
