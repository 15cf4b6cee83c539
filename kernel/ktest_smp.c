/* SPDX-License-Identifier: MIT */
/* ktest_smp.c - several CPUs: locks, wakes, timers, balance, kernel memory. With one CPU all holds too. */
#include <arch/atomic.h>
#include <octavo/ktest.h>
#include <octavo/mutex.h>
#include <octavo/panic.h>
#include <octavo/pmap.h>
#include <octavo/sched.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/vmalloc.h>
#include <octavo/zone.h>

#define TURNS    2000u
#define PATIENCE (20 * NSEC_PER_SEC) /* the host may have much else to do */

static volatile u32 at_work[NR_CPUS]; /* what the thread of each CPU has done */
static volatile bool stop;
static atomic_t elsewhere; /* looks at the CPU that found a wrong one */

static u32 this_cpu_nr(void)
{
	return arch_read_once(&current->head.cpu);
}

/* A thread fn(its CPU's number) on each CPU; the test goes on on the boot CPU. */
static void on_each_cpu(int (*fn)(void *))
{
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++) {
		ktest_run_on(1u << cpu);
		ktest_spawn(fn, (void *)(uintptr_t)cpu);
	}
	ktest_run_on(1);
}

static bool wait_for(const volatile u32 *word, u32 value)
{
	u64 give_up = clock_ns() + PATIENCE;

	while (*word != value && clock_ns() < give_up)
		ktest_sleep_ms(1);
	return *word == value;
}

/* --- where a thread runs --- */

static int stay_here(void *arg)
{
	u32 cpu = (u32)(uintptr_t)arg;

	for (u32 i = 0; i < 50; i++) {
		if (this_cpu_nr() != cpu)
			atomic_inc(&elsewhere);
		if (i % 8 == 0)
			ktest_sleep_ms(1);
		else
			sched_yield_cpu();
	}
	at_work[cpu]++;
	return 0;
}

KTEST(smp_affinity_is_kept, "")
{
	u32 ran = 0;

	memset((void *)at_work, 0, sizeof(at_work));
	atomic_set(&elsewhere, 0);
	on_each_cpu(stay_here);
	ktest_join();
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		ran += at_work[cpu];
	KTEST_OK(ran == sched_nr_cpus(), "a thread for each CPU");
	KTEST_OK(atomic_read(&elsewhere) == 0, "that ran on no other");
}

KTEST(smp_a_running_task_moves, "")
{
	u32 moved = 0;

	for (u32 cpu = sched_nr_cpus(); cpu-- > 0;) {
		ktest_run_on(1u << cpu);
		moved += this_cpu_nr() == cpu;
	}
	KTEST_OK(moved == sched_nr_cpus(), "to each CPU, at once");
}

static int spin_there(void *unused)
{
	(void)unused;
	while (!stop) {
		at_work[this_cpu_nr()] = 1;
		arch_relax();
	}
	return 0;
}

static u32 cpus_at_work(void)
{
	u32 n = 0;

	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		n += at_work[cpu];
	return n;
}

/* Who waits in a queue that is too long is pulled, as soon as it may go. */
KTEST(smp_idle_cpus_pull, "")
{
	u64 give_up;

	stop = false;
	memset((void *)at_work, 0, sizeof(at_work));
	ktest_run_on(sched_cpu_mask());
	for (u32 i = 0; i < 2 * sched_nr_cpus(); i++)
		ktest_spawn(spin_there, NULL);
	give_up = clock_ns() + PATIENCE;
	while (cpus_at_work() != sched_nr_cpus() && clock_ns() < give_up)
		ktest_sleep_ms(1);
	KTEST_OK(cpus_at_work() == sched_nr_cpus(), "every CPU has something to do");
	stop = true;
	ktest_join();
}

#define NR_QUEUED 100u

static struct task *queued[NR_QUEUED];
static volatile u32 ran_on[NR_QUEUED]; /* number of the CPU, plus 1 */
static volatile u32 holder;            /* who keeps its CPU, plus 1 */
static volatile bool hold;

static int wait_in_queue(void *arg)
{
	u32 me = (u32)(uintptr_t)arg;

	queued[me] = current;
	while (!stop) {
		if (hold && holder == 0) {
			preempt_disable();
			holder = me + 1;
			while (hold)
				arch_relax();
			preempt_enable();
		}
		ran_on[me] = this_cpu_nr() + 1;
		sched_yield_cpu();
	}
	return 0;
}

/* However long the queue is in which a task waits, it goes where it may run at once. */
KTEST(smp_whoever_waits_moves, "")
{
	u32 last = sched_nr_cpus() - 1, moved = 0;
	u64 give_up = clock_ns() + PATIENCE;

	stop = hold = false;
	holder = 0;
	memset(queued, 0, sizeof(queued));
	ktest_run_on(1u << last);
	for (u32 i = 0; i < NR_QUEUED; i++)
		ktest_spawn(wait_in_queue, (void *)(uintptr_t)i);
	ktest_run_on(1);
	for (u32 i = 0; i < NR_QUEUED; i++)
		while (arch_read_once(&queued[i]) == NULL)
			ktest_sleep_ms(1);
	hold = last != 0;
	while (hold && holder == 0)
		ktest_sleep_ms(1);
	for (u32 i = NR_QUEUED; i-- > 0;) { /* the last ones first, in their queue as well */
		queued[i]->cpu_set = i + 1 != holder ? 1 : 1u << last;
		arch_mb();
		sched_affinity_changed(queued[i]);
	}
	while (moved != NR_QUEUED && clock_ns() < give_up) {
		ktest_sleep_ms(1);
		moved = 0;
		for (u32 i = 0; i < NR_QUEUED; i++)
			moved += ran_on[i] == 1 || i + 1 == holder;
	}
	KTEST_OK(moved == NR_QUEUED, "a queue that stands still is left by all");
	hold = false;
	stop = true;
	ktest_join();
}

/* --- what CPUs keep for themselves --- */

static void marks_set(struct zone *z, const struct watermarks *marks)
{
	spin_lock(&z->lock);
	z->marks = *marks;
	zone_marks_update(z);
	spin_unlock(&z->lock);
}

/* Before an allocation fails others give back what they keep; the zone is made to look empty. */
KTEST(smp_lists_of_others_are_taken_back, "")
{
	const gfp_t single = __GFP_DMA | __GFP_USER;
	struct zone *z = zonelists[gfp_zonelist(single)].zone[0];
	const struct watermarks marks = z->marks, high = {1u << 30, 1u << 30, 1u << 30, {0}};
	u32 other = sched_nr_cpus() - 1;

	ktest_run_on(1u << other);
	free_page(alloc_page(single));
	kfree(kmalloc(100, GFP_KERNEL));
	ktest_run_on(1);
	KTEST_OK(other == 0 || (pcp_count(&z->pcp[other]) != 0 && slab_others_have(0)),
		 "another CPU has pages and objects");
	marks_set(z, &high);
	pcp_drain_own();
	KTEST_OK(alloc_page(single | __GFP_WAIT | __GFP_NOWARN) == NULL, "no page is left");
	marks_set(z, &marks);
	KTEST_OK(pcp_count(&z->pcp[other]) == 0, "and none in another's list");
	KTEST_OK(!slab_others_have(0), "nor an object");
}

/* --- locks and wakes --- */

static spinlock_t counted_lock = SPINLOCK_INIT(uts_lock);
static struct mutex counted_mutex;
static u32 by_spinlock, by_mutex;
static atomic_t by_atomic;

static int count(void *unused)
{
	(void)unused;
	for (u32 i = 0; i < TURNS; i++) {
		spin_lock(&counted_lock);
		by_spinlock++;
		spin_unlock(&counted_lock);
		atomic_inc(&by_atomic);
		if (i % 16 == 0) {
			mutex_lock(&counted_mutex);
			by_mutex++;
			mutex_unlock(&counted_mutex);
		}
	}
	return 0;
}

KTEST(smp_locks_exclude, "")
{
	u32 n = sched_nr_cpus();

	mutex_init(&counted_mutex, page_lock);
	by_spinlock = by_mutex = 0;
	atomic_set(&by_atomic, 0);
	on_each_cpu(count);
	ktest_join();
	KTEST_OK(by_spinlock == n * TURNS, "under a spinlock");
	KTEST_OK(by_mutex == n * (TURNS / 16), "under a mutex");
	KTEST_OK((u32)atomic_read(&by_atomic) == n * TURNS, "by one instruction");
}

static struct wait_queue ball_moved = WAIT_QUEUE_INIT(ball_moved);
static volatile u32 ball;

/* Thread n of them takes every n-th turn. */
static int play(void *arg)
{
	u32 me = (u32)(uintptr_t)arg, n = sched_nr_cpus();

	for (u32 i = 0; i < 100; i++) {
		wait_event(&ball_moved, ball == i * n + me);
		ball = ball + 1;
		wake_all(&ball_moved);
	}
	return 0;
}

KTEST(smp_no_wake_is_lost, "")
{
	ball = 0;
	on_each_cpu(play);
	ktest_join();
	KTEST_OK(ball == 100 * sched_nr_cpus(), "a ball goes round");
}

/* --- timers --- */

static volatile u32 fired_on[NR_CPUS];
static struct timer timers[NR_CPUS];

static void note_cpu(void *arg)
{
	fired_on[(uintptr_t)arg] = this_cpu_nr() + 1;
}

static int add_timer(void *arg)
{
	u32 cpu = (u32)(uintptr_t)arg;

	timers[cpu] = (struct timer){.fn = note_cpu, .arg = arg};
	timer_add(&timers[cpu], clock_ns() + 5 * NSEC_PER_MSEC);
	return 0;
}

KTEST(smp_timers_fire_where_they_were_added, "")
{
	u32 right = 0;

	memset((void *)fired_on, 0, sizeof(fired_on));
	on_each_cpu(add_timer);
	ktest_join();
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		right += wait_for(&fired_on[cpu], cpu + 1);
	KTEST_OK(right == sched_nr_cpus(), "each on its CPU");
}

static volatile u32 function_runs;

static void take_long(void *unused)
{
	u64 until = clock_ns() + 2 * NSEC_PER_MSEC;

	(void)unused;
	function_runs = 1;
	while (clock_ns() < until)
		arch_relax();
	function_runs = 2;
}

static int add_long_timer(void *arg)
{
	timers[0] = (struct timer){.fn = take_long};
	timer_add(&timers[0], clock_ns());
	while (function_runs == 0)
		arch_relax();
	return arg != NULL;
}

KTEST(smp_cancel_waits_for_the_function, "")
{
	u64 give_up = clock_ns() + PATIENCE;

	function_runs = 0;
	ktest_run_on(1u << (sched_nr_cpus() - 1));
	ktest_spawn(add_long_timer, NULL);
	ktest_run_on(1);
	while (function_runs == 0 && clock_ns() < give_up)
		sched_yield_cpu();
	KTEST_OK(!timer_cancel(&timers[0]), "it had fired");
	KTEST_OK(function_runs == 2, "and its function has returned");
	ktest_join();
}

static spinlock_t setters_lock;

/* Cancels the timer that all have in common, and adds it here where nobody else has meanwhile. */
static int set_again(void *unused)
{
	(void)unused;
	for (u32 i = 0; i < 1000; i++) {
		irqstate_t s;

		timer_cancel(&timers[0]);
		s = spin_lock_irqsave(&setters_lock);
		if (!timers[0].pending)
			timer_add(&timers[0], clock_ns() + (i % 8 == 0 ? 1000 : NSEC_PER_SEC));
		spin_unlock_irqrestore(&setters_lock, s);
	}
	return 0;
}

KTEST(smp_a_timer_is_set_by_all, "")
{
	spin_lock_init(&setters_lock, sighand_lock); /* as that of a process is, round its timer */
	timers[0] = (struct timer){.fn = note_cpu};
	on_each_cpu(set_again);
	on_each_cpu(set_again);
	ktest_join();
	timer_cancel(&timers[0]);
	KTEST_OK(!timers[0].pending, "and is in one heap, or none");
}

/* --- memory --- */

static int churn(void *arg)
{
	u32 number = (u32)(uintptr_t)arg;

	for (u32 i = 0; i < 60; i++) {
		struct page *single = alloc_page(GFP_KERNEL), *block = alloc_pages(GFP_KERNEL, 1);
		u32 *small = kmalloc(64 + number, GFP_KERNEL), *area = vmalloc(2 * PAGE_SIZE);

		if (area != NULL && small != NULL) {
			*small = number;
			area[PAGE_SIZE / 4] = number + i;
			sched_yield_cpu();
			if (*small != number || area[PAGE_SIZE / 4] != number + i)
				atomic_inc(&elsewhere);
		}
		vfree(area);
		kfree(small);
		if (block != NULL)
			free_pages(block, 1);
		if (single != NULL)
			free_page(single);
	}
	return 0;
}

KTEST(smp_allocators, "")
{
	u32 free;

	pcp_drain_all();
	free = nr_free_pages();
	atomic_set(&elsewhere, 0);
	on_each_cpu(churn);
	on_each_cpu(churn);
	ktest_join();
	KTEST_OK(atomic_read(&elsewhere) == 0, "nobody writes to another's memory");
	pcp_drain_all();
	KTEST_OK(nr_free_pages() + 64 >= free, "and most is free again");
}

/* An address of vmalloc space that gets other frames, time and again: nobody sees the last ones. */
static u32 *volatile window;
static volatile u32 shown;

static int look(void *arg)
{
	u32 cpu = (u32)(uintptr_t)arg, seen = 0;
	u64 give_up = clock_ns() + PATIENCE;

	while (!stop && clock_ns() < give_up) {
		if (shown != seen) {
			seen = shown;
			if (*window != seen)
				atomic_inc(&elsewhere);
			at_work[cpu] = seen;
		}
		if (cpu == 0)
			sched_yield_cpu();
		else
			arch_relax();
	}
	return 0;
}

KTEST(smp_kernel_addresses_are_forgotten, "")
{
	struct page *frames[2] = {alloc_page(GFP_KERNEL), alloc_page(GFP_KERNEL)};
	u32 looked = 0, turns = 20;
	vaddr_t va;

	window = vmalloc(PAGE_SIZE);
	va = (vaddr_t)window;
	KTEST_OK(window != NULL && frames[0] != NULL && frames[1] != NULL, "memory");
	stop = false;
	shown = 0;
	memset((void *)at_work, 0, sizeof(at_work));
	atomic_set(&elsewhere, 0);
	on_each_cpu(look);
	for (u32 i = 1; i <= turns; i++) {
		pte_t own = pmap_query(&kernel_pmap, va);

		pmap_kremove(va, va + PAGE_SIZE);
		pmap_kflush(va, va + PAGE_SIZE);
		*(u32 *)page_to_virt(frames[i % 2]) = i;
		pmap_kenter(va, page_to_pfn(frames[i % 2]), PMAP_READ | PMAP_WRITE);
		shown = i;
		for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
			looked += wait_for(&at_work[cpu], i);
		pmap_kremove(va, va + PAGE_SIZE);
		pmap_kflush(va, va + PAGE_SIZE);
		pmap_kenter(va, pte_pfn(own), PMAP_READ | PMAP_WRITE);
	}
	stop = true;
	ktest_join();
	KTEST_OK(looked == turns * sched_nr_cpus(), "every CPU has looked each time");
	KTEST_OK(atomic_read(&elsewhere) == 0, "and seen what is there now");
	vfree((void *)window);
	free_page(frames[0]);
	free_page(frames[1]);
}

/* An area of `bytes` or less in which `va` lies again, after a lap or two of all addresses. => NULL: no */
static void *area_around(vaddr_t va, size_t bytes)
{
	vaddr_t before = va;

	while (bytes > PAGE_SIZE) {
		void *area = vmalloc(bytes);
		vaddr_t at = (vaddr_t)area;

		if (area == NULL || (at <= va && va < at + bytes))
			return area;
		vfree(area);
		if (before <= va && at > va)
			bytes -= PAGE_SIZE; /* the address was a guard this time */
		before = at;
	}
	return NULL;
}

KTEST(smp_freed_addresses_come_again, "")
{
	struct page *frame;
	u32 looked = 0;
	void *area;
	vaddr_t va;

	window = vmalloc(PAGE_SIZE);
	va = (vaddr_t)window;
	KTEST_OK(window != NULL, "memory");
	*window = 1;
	stop = false;
	shown = 1;
	memset((void *)at_work, 0, sizeof(at_work));
	atomic_set(&elsewhere, 0);
	on_each_cpu(look);
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		looked += wait_for(&at_work[cpu], 1);
	vfree((void *)window);
	frame = alloc_page(GFP_KERNEL | __GFP_HIGHMEM); /* the same: not for this address again */
	area = area_around(va, 16 * PAGE_SIZE);
	KTEST_OK(area != NULL, "the address is used again");
	if (area != NULL)
		*window = 2;
	shown = area != NULL ? 2 : 1;
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		looked += wait_for(&at_work[cpu], shown);
	stop = true;
	ktest_join();
	KTEST_OK(looked == 2 * sched_nr_cpus(), "every CPU has looked twice");
	KTEST_OK(atomic_read(&elsewhere) == 0, "and seen what is there now");
	vfree(area);
	free_page(frame);
}

/* Areas of a page and `guards` before it, as many as there are holes for, into the chain. */
static void fill_holes(unsigned guards, void ***chain)
{
	void **p;

	while ((p = vmalloc_aligned(PAGE_SIZE, PAGE_SIZE, guards, "a test")) != NULL) {
		*p = *chain;
		*chain = p;
	}
}

/* An area of one page at `at`, where a small hole is, others into the chain. => whether there is one */
static bool fill_hole_at(vaddr_t at, void ***chain)
{
	for (u32 i = 0; i < 1000; i++) {
		void **p = vmalloc(PAGE_SIZE);

		if (p == NULL)
			return false;
		*p = *chain;
		*chain = p;
		if ((vaddr_t)p == at)
			return true;
	}
	return false;
}

/* A page goes, and its address is the guard of another area: nobody sees the page there any more. What
 * is seen instead is a page that the test maps there, for a guard would be a panic. */
KTEST(smp_guards_are_forgotten_too, "")
{
	void **chain = NULL, **next, *before = vmalloc(PAGE_SIZE), *behind;
	struct page *old, *new;
	u32 looked = 0;
	vaddr_t va;

	window = vmalloc_aligned(PAGE_SIZE, PAGE_SIZE, 1,
				 "a test"); /* a hole of three pages later */
	va = (vaddr_t)window;
	behind = vmalloc(PAGE_SIZE);
	KTEST_OK(before != NULL && window != NULL && behind != NULL, "memory");
	*window = 1;
	stop = false;
	shown = 1;
	memset((void *)at_work, 0, sizeof(at_work));
	atomic_set(&elsewhere, 0);
	on_each_cpu(look);
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		looked += wait_for(&at_work[cpu], 1);
	for (unsigned guards = 4096; guards > 1; guards /= 2)
		fill_holes(guards, &chain);
	vfree((void *)window);
	old = alloc_page(GFP_KERNEL | __GFP_HIGHMEM); /* the same */
	new = alloc_page(GFP_KERNEL);
	*(u32 *)page_to_virt(new) = 2;
	KTEST_OK(fill_hole_at(va - PAGE_SIZE, &chain), "the address is a guard now");
	pmap_kenter(va, page_to_pfn(new), PMAP_READ | PMAP_WRITE);
	shown = 2;
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		looked += wait_for(&at_work[cpu], 2);
	stop = true;
	ktest_join();
	pmap_kremove(va, va + PAGE_SIZE);
	pmap_kflush(va, va + PAGE_SIZE);
	KTEST_OK(looked == 2 * sched_nr_cpus(), "every CPU has looked twice");
	KTEST_OK(atomic_read(&elsewhere) == 0, "and seen what is there now");
	for (; chain != NULL; chain = next) {
		next = *chain;
		vfree(chain);
	}
	vfree(before);
	vfree(behind);
	free_page(old);
	free_page(new);
}

/* --- only one CPU --- */

static int work(void *arg)
{
	while (!stop) {
		at_work[(uintptr_t)arg]++;
		if ((uintptr_t)arg == 0)
			sched_yield_cpu();
	}
	return 0;
}

KTEST(smp_frozen_cpus_do_nothing, "")
{
	u32 before[NR_CPUS], moved = 0, go_on = 0;
	u64 until;

	stop = false;
	memset((void *)at_work, 0, sizeof(at_work));
	on_each_cpu(work);
	ktest_sleep_ms(10);
	sched_freeze();
	memcpy(before, (void *)at_work, sizeof(before));
	until = clock_ns() + 20 * NSEC_PER_MSEC;
	while (clock_ns() < until)
		arch_relax();
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		moved += at_work[cpu] != before[cpu];
	sched_thaw();
	KTEST_OK(moved == 0, "nobody else runs");
	ktest_sleep_ms(40);
	for (u32 cpu = 0; cpu < sched_nr_cpus(); cpu++)
		go_on += at_work[cpu] != before[cpu];
	stop = true;
	ktest_join();
	KTEST_OK(go_on == sched_nr_cpus(), "until they may");
}

KTEST_DELIBERATE(deliberate_panic_beside_others)
{
	stop = false;
	on_each_cpu(work);
	ktest_run_on(1u << (sched_nr_cpus() - 1));
	panic("with others at work");
}
