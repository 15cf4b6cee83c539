/* SPDX-License-Identifier: MIT */
/*
 * ktest_vm_parallel.c - what mmap_sem lets happen at the same time, and what page_table_lock keeps apart: faults
 * beside each other, a stack that grows beside them, a call that changes areas behind them; one who looks at
 * areas with page_table_lock alone, as reclaim will; what vma_find() remembers on several CPUs.
 */
#include <octavo/errno.h>
#include <octavo/ktest.h>
#include <octavo/mm_user.h>
#include <octavo/sched.h>
#include <octavo/time.h>
#include <uapi/octavo/mman.h>

#define BASE     0x10000000u
#define STACK    0x20000000u
#define RW       (PROT_READ | PROT_WRITE)
#define ANON     (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define WRITES   (FAULT_USER | FAULT_WRITE)
#define FAULTERS 3u
#define PATIENCE 2000u /* ms */

static struct mm *mm;
static atomic_t inside, met;
static volatile bool open_door, mapped;

static bool come_to(const atomic_t *count, s32 value)
{
	for (u32 ms = 0; ms < PATIENCE && atomic_read(count) < value; ms++)
		ktest_sleep_ms(1);
	return atomic_read(count) >= value;
}

/* --- faults that sleep --- */

static void nothing(struct vma *v)
{
	(void)v;
}

/* A fault that waits for the others, and then until it may go on. */
static int fault_that_waits(struct mm *m, struct vma *v, vaddr_t va, bool write)
{
	(void)m;
	(void)v;
	(void)va;
	(void)write;
	atomic_inc(&inside);
	if (come_to(&inside, FAULTERS))
		atomic_inc(&met);
	for (u32 ms = 0; ms < PATIENCE && !open_door; ms++)
		ktest_sleep_ms(1);
	return -EIO;
}

static const struct vma_ops slow_ops = {
	.name = "slow",
	.open = nothing,
	.close = nothing,
	.fault = fault_that_waits,
};

static int fault_slowly(void *arg)
{
	return mm_fault(mm, BASE + (u32)(uintptr_t)arg * PAGE_SIZE, WRITES);
}

static int map_beside(void *unused)
{
	(void)unused;
	mapped = (vaddr_t)mm_map(mm, BASE + 0x100000, PAGE_SIZE, RW, ANON, NULL, 0) ==
		 BASE + 0x100000;
	return 0;
}

static void make_slow_area(void)
{
	const struct vma slow = {
		.start = BASE,
		.end = BASE + FAULTERS * PAGE_SIZE,
		.flags = VM_READ | VM_WRITE | VM_SHARED,
		.object = &inside, /* anything but NULL */
		.ops = &slow_ops,
		.mm = mm,
	};

	rwsem_down_write(&mm->mmap_sem);
	KTEST_OK(mm_area_new(mm, &slow) == 0, "an area whose faults sleep");
	rwsem_up_write(&mm->mmap_sem);
}

KTEST(vm_faults_in_parallel, "lock-4")
{
	atomic_set(&inside, 0);
	atomic_set(&met, 0);
	open_door = mapped = false;
	mm = mm_alloc();
	KTEST_OK((vaddr_t)mm_map(mm, STACK, PAGE_SIZE, RW, ANON | MAP_GROWSDOWN, NULL, 0) == STACK,
		 "memory that grows");
	make_slow_area();
	for (uintptr_t i = 0; i < FAULTERS; i++)
		ktest_spawn(fault_slowly, (void *)i);
	KTEST_OK(come_to(&met, FAULTERS), "each is in a fault while the others are");
	KTEST_OK(mm_fault(mm, STACK, WRITES) == 0, "another one is served meanwhile");
	KTEST_OK(mm_fault(mm, STACK - 3 * PAGE_SIZE, WRITES) == 0 && mm->nr_resident == 2 &&
			 mm->total_pages == FAULTERS + 4,
		 "and a stack grows");
	ktest_spawn(map_beside, NULL);
	ktest_sleep_ms(20);
	KTEST_OK(!mapped, "who changes areas waits for all of them");
	open_door = true;
	ktest_join();
	KTEST_OK(mapped, "and then has his way");
	mm_put(mm);
}

/* --- who has page_table_lock alone --- */

static volatile bool stop;
static u32 looks, torn;

/* Areas as reclaim sees them: the whole tree fits together, and each is what it was when it was looked at
 * first. It never waits for mmap_sem. */
static int scan(void *unused)
{
	(void)unused;
	while (!stop) {
		u32 nr = 0;

		spin_lock(&mm->page_table_lock);
		vma_check(&mm->vmas);
		for (const struct vma *v = vma_first(&mm->vmas); v; v = vma_next(v)) {
			nr++;
			torn += v->mm != mm || vma_find(&mm->vmas, v->start) != v;
		}
		torn += nr != mm->vmas.nr;
		spin_unlock(&mm->page_table_lock);
		looks++;
		sched_yield_cpu();
	}
	return 0;
}

static void change_areas(u32 rounds)
{
	for (u32 i = 0; i < rounds; i++) {
		vaddr_t at = BASE + ktest_random(32) * PAGE_SIZE;
		u32 len = (1 + ktest_random(6)) * PAGE_SIZE;
		struct vma *v;

		switch (ktest_random(6)) {
		case 0:
			mm_map(mm, at, len, RW, ANON, NULL, 0);
			break;
		case 1:
			mm_unmap(mm, at, len);
			break;
		case 2:
			mm_protect(mm, at, len, ktest_random(2) ? PROT_READ : RW);
			break;
		case 3:
			mm_remap(mm, at, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
				 BASE + (64 + ktest_random(16)) * PAGE_SIZE);
			break;
		case 4:
			rwsem_down_write(&mm->mmap_sem);
			v = vma_find(&mm->vmas, at);
			if (v && !(v->flags & VM_GROWSDOWN))
				mm_set_lock_bits(mm, v, v->flags & VM_LOCKED ? 0 : VM_LOCKED);
			rwsem_up_write(&mm->mmap_sem);
			break;
		default:
			mm_fault(mm, at, WRITES);
			mm_fault(mm, STACK - i * PAGE_SIZE, WRITES);
		}
	}
}

KTEST(vm_scanner_sees_whole_areas, "lock-3 lock-4 lock-6")
{
	bool before = chaos_on;

	stop = false;
	looks = torn = 0;
	mm = mm_alloc();
	KTEST_OK((vaddr_t)mm_map(mm, STACK, PAGE_SIZE, RW, ANON | MAP_GROWSDOWN, NULL, 0) == STACK,
		 "memory that grows");
	ktest_run_on(sched_cpu_mask());
	chaos_init(333);
	ktest_spawn(scan, NULL);
	change_areas(400);
	for (u32 i = 0; i < 100 && looks <= 10; i++)
		change_areas(100);
	stop = true;
	ktest_join();
	chaos_on = before;
	ktest_run_on(1);
	KTEST_OK(looks > 10 && torn == 0, "who holds page_table_lock sees areas as they are");
	mm_put(mm);
}

/* --- what was found last --- */

#define AREAS 8u
#define GAP   (16 * PAGE_SIZE)
#define LAST  (BASE + AREAS * GAP) /* comes and goes: nothing behind it is found instead */

static atomic_t refused;

/* Areas 1 to AREAS - 1 are always there: whoever remembers which, all are found. */
static int find_others(void *seed)
{
	u32 i = (u32)(uintptr_t)seed;

	while (!stop) {
		i = i % (AREAS - 1) + 1;
		if (mm_fault(mm, BASE + i * GAP, WRITES) != 0)
			atomic_inc(&refused);
		(void)mm_fault(mm, LAST, WRITES);
		sched_yield_cpu();
	}
	return 0;
}

/* It goes, or goes elsewhere; what it was made of is another's then, at the same address. */
static bool is_gone(bool moves)
{
	struct mm *another = mm_alloc();
	bool gone;

	if (moves)
		mm_remap(mm, LAST, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, BASE);
	else
		mm_unmap(mm, LAST, PAGE_SIZE);
	mm_map(another, LAST, PAGE_SIZE, RW, ANON, NULL, 0);
	mm_fault(another, LAST, WRITES);
	gone = mm_fault(mm, LAST, WRITES) == -EFAULT && mm_fault(mm, LAST, FAULT_USER) == -EFAULT;
	mm_put(another);
	if (moves)
		mm_unmap(mm, BASE, PAGE_SIZE);
	return gone;
}

KTEST(vm_hint_is_a_hint, "lock-5")
{
	u32 wrong = 0;

	stop = false;
	atomic_set(&refused, 0);
	mm = mm_alloc();
	for (u32 i = 1; i < AREAS; i++)
		mm_map(mm, BASE + i * GAP, PAGE_SIZE, RW, ANON, NULL, 0);
	ktest_run_on(sched_cpu_mask());
	for (uintptr_t i = 0; i < 3; i++)
		ktest_spawn(find_others, (void *)i);
	for (u32 i = 0; i < 100; i++) {
		mm_map(mm, LAST, PAGE_SIZE, RW, ANON, NULL, 0);
		wrong += mm_fault(mm, LAST, WRITES) != 0;
		wrong += !is_gone(i % 2);
		sched_yield_cpu();
	}
	stop = true;
	ktest_join();
	ktest_run_on(1);
	KTEST_OK(wrong == 0, "an area that has gone is not found, whoever remembered it");
	KTEST_OK(atomic_read(&refused) == 0, "and all others are");
	mm_put(mm);
}
