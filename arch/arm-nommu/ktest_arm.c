/* SPDX-License-Identifier: MIT */
/*
 * ktest_arm.c - the machine's own promises: registers over switches and preemption, the slots of the
 * MPU, user copies, the clock.
 */
#include <arch/local.h>
#include <arch/registers.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/ktest.h>
#include <octavo/mpu.h>
#include <octavo/nommu.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/mman.h>

extern char __text_start[], __rodata_end[], boot_stack[];

/* --- switches --- */

static volatile bool stop;
static volatile u32 nr_wrong;

/* r4 to r11 over a call that gives the CPU away; => 0 if they came back. r7 may be the compiler's. */
static u32 registers_over_yield(u32 seed)
{
	u32 bad;

	__asm__ volatile("mov	r12, %1\n\t"
			 "push	{r4-r11, r12, lr}\n\t"
			 "mov	r4, r12\n\t"
			 "add	r5, r12, #1\n\t"
			 "add	r6, r12, #2\n\t"
			 "add	r7, r12, #3\n\t"
			 "add	r8, r12, #4\n\t"
			 "add	r9, r12, #5\n\t"
			 "add	r10, r12, #6\n\t"
			 "add	r11, r12, #7\n\t"
			 "bl	sched_yield_cpu\n\t"
			 "ldr	r0, [sp, #32]\n\t" /* what was r12 */
			 "subs	r4, r0\n\t"
			 "sub	r5, r5, r0\n\t"
			 "sub	r6, r6, r0\n\t"
			 "sub	r7, r7, r0\n\t"
			 "sub	r8, r8, r0\n\t"
			 "sub	r9, r9, r0\n\t"
			 "sub	r10, r10, r0\n\t"
			 "sub	r11, r11, r0\n\t"
			 "eor	r5, #1\n\t"
			 "eor	r6, #2\n\t"
			 "eor	r7, #3\n\t"
			 "eor	r8, #4\n\t"
			 "eor	r9, #5\n\t"
			 "eor	r10, #6\n\t"
			 "eor	r11, #7\n\t"
			 "orr	r0, r4, r5\n\t"
			 "orr	r0, r6\n\t"
			 "orr	r0, r7\n\t"
			 "orr	r0, r8\n\t"
			 "orr	r0, r9\n\t"
			 "orr	r0, r10\n\t"
			 "orr	r0, r11\n\t"
			 "pop	{r4-r11, r12, lr}\n\t"
			 "mov	%0, r0"
			 : "=r"(bad)
			 : "r"(seed)
			 : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
	return bad;
}

static int yielder(void *arg)
{
	for (u32 i = 0; i < 200; i++)
		if (registers_over_yield((u32)arg + i * 256) != 0)
			nr_wrong++;
	return 0;
}

KTEST(arm_registers_over_switches, "")
{
	nr_wrong = 0;
	for (u32 i = 0; i < 3; i++)
		ktest_spawn(yielder, (void *)(0x10000 * (i + 1)));
	ktest_join();
	KTEST_OK(nr_wrong == 0, "r4 to r11 are the task's own");
}

/* Registers, flags and IT blocks in a loop that is preempted; => 0 if they were left alone. */
static u32 registers_in_loop(u32 rounds)
{
	u32 bad;

	__asm__ volatile("mov	r0, %1\n\t"
			 "mov	r1, #0x11\n\t"
			 "mov	r2, #0x22\n\t"
			 "mov	r3, #0x33\n\t"
			 "mov	r12, #0xcc\n\t"
			 "1:\n\t"
			 "cmp	r0, #1\n\t"
			 "itete	hs\n\t"
			 "addhs	r1, #1\n\t"
			 "movlo	r2, #0\n\t"
			 "subhs	r1, #1\n\t"
			 "movlo	r3, #0\n\t"
			 "subs	r0, #1\n\t"
			 "bne	1b\n\t"
			 "eor	r1, #0x11\n\t"
			 "eor	r2, #0x22\n\t"
			 "eor	r3, #0x33\n\t"
			 "eor	r12, #0xcc\n\t"
			 "orr	r1, r2\n\t"
			 "orr	r1, r3\n\t"
			 "orr	%0, r1, r12"
			 : "=r"(bad)
			 : "r"(rounds)
			 : "r0", "r1", "r2", "r3", "r12", "cc");
	return bad;
}

static int looper(void *arg)
{
	(void)arg;
	while (!stop)
		if (registers_in_loop(10000) != 0)
			nr_wrong++;
	return 0;
}

KTEST(arm_registers_over_preemption, "")
{
	nr_wrong = 0;
	stop = false;
	for (u32 i = 0; i < 2; i++)
		ktest_spawn(looper, NULL);
	ktest_sleep_ms(100);
	stop = true;
	ktest_join();
	KTEST_OK(nr_wrong == 0,
		 "a preempted thread finds registers, flags and IT state as they were");
}

/* --- the MPU --- */

static u32 slot_rbar(unsigned slot)
{
	irqstate_t s = arch_irq_save();
	u32 value;

	MPU_RNR = slot;
	value = MPU_RBAR;
	arch_irq_restore(s);
	return value & ~0x1fu;
}

static u32 slot_rasr(unsigned slot)
{
	irqstate_t s = arch_irq_save();
	u32 value;

	MPU_RNR = slot;
	value = MPU_RASR;
	arch_irq_restore(s);
	return value;
}

KTEST(arm_mpu_protects_kernel, "")
{
	u32 rasr = slot_rasr(MPU_SLOT_KERNEL), size = 2u << (rasr >> 1 & 31);
	u32 closed = (u32)__builtin_popcount(rasr >> 8 & 0xff);

	KTEST_OK((MPU_CTRL & (CTRL_ENABLE | CTRL_PRIVDEFENA)) == (CTRL_ENABLE | CTRL_PRIVDEFENA),
		 "it is on, and the kernel needs no region");
	KTEST_OK((rasr & 1) != 0 && (rasr >> 24 & 7) == 5, "text is read-only for the kernel too");
	KTEST_OK(slot_rbar(MPU_SLOT_KERNEL) == 0 &&
			 size / 8 * (8 - closed) == (u32)(uintptr_t)__rodata_end,
		 "all of text and read-only data");
	KTEST_OK(slot_rbar(MPU_SLOT_GUARD) == (u32)current->kstack &&
			 (slot_rasr(MPU_SLOT_GUARD) >> 24 & 7) == 0,
		 "the guard is that of the running task");
}

static struct mpu_space space; /* no process's, so it is never loaded into the MPU */

KTEST(arm_mpu_slots_are_a_cache, "")
{
	const u32 base = PSRAM_AN385;

	memset(&space, 0, sizeof(space));
	KTEST_OK(mpu_load(&space, base, base + 0x8000, MPU_READ, base), "a miss is loaded");
	KTEST_OK(!mpu_load(&space, base, base + 0x8000, MPU_READ, base + 0x7fff), "a hit is not");
	for (u32 i = 1; i < MPU_DYNAMIC; i++)
		KTEST_OK(mpu_load(&space, base + i * 0x10000, base + i * 0x10000 + 0x1000,
				  MPU_READ | MPU_WRITE, base + i * 0x10000),
			 "another slot");
	KTEST_OK(!mpu_load(&space, base, base + 0x8000, MPU_READ, base),
		 "the first is still there");
	KTEST_OK(mpu_load(&space, base + 0x100000, base + 0x101000, MPU_READ, base + 0x100000),
		 "one more takes the oldest slot");
	KTEST_OK(mpu_load(&space, base, base + 0x8000, MPU_READ, base), "which is forgotten");
	mpu_flush(&space, 0, UINTPTR_MAX);
	KTEST_OK(mpu_load(&space, base + 0x100000, base + 0x101000, MPU_READ, base + 0x100000),
		 "after a flush everything is");
}

KTEST(arm_mpu_stack_slot, "")
{
	memset(&space, 0, sizeof(space));
	KTEST_OK(mpu_set_stack(&space, PSRAM_AN385 + 0x1000, 0x8000) == -EINVAL, "not aligned");
	KTEST_OK(mpu_set_stack(&space, PSRAM_AN385, 0x7000) == -EINVAL, "not a power of two");
	KTEST_OK(mpu_set_stack(&space, PSRAM_AN385, 0x8000) == 0, "a block");
	KTEST_OK(!mpu_load(&space, PSRAM_AN385, PSRAM_AN385 + 0x8000, MPU_READ,
			   PSRAM_AN385 + 0x1000),
		 "the stack is always there");
	mpu_flush(&space, 0, UINTPTR_MAX);
	KTEST_OK(!mpu_load(&space, PSRAM_AN385, PSRAM_AN385 + 0x8000, MPU_READ,
			   PSRAM_AN385 + 0x7fff),
		 "after a flush too");
}

KTEST(arm_mpu_second_stack, "")
{
	u32 run = PSRAM_AN385 + 0x20000, end = run + 0x2000, other = run + 0x10000;

	space = (struct mpu_space){0};
	KTEST_OK(mpu_load(&space, other, other + 0x1000, MPU_READ, other) &&
			 mpu_load(&space, run, end, MPU_READ | MPU_WRITE, run),
		 "a run, all of which may be touched");
	KTEST_OK(mpu_use_stack(&space, run, end, end - 64, true), "is a stack now");
	KTEST_OK(!mpu_load(&space, run, end, MPU_READ | MPU_WRITE, end - 1), "which is loaded");
	KTEST_OK(mpu_guards(&space, run) && mpu_guards(&space, run + 0x3ff) &&
			 !mpu_guards(&space, run + 0x400) && !mpu_guards(&space, run - 1),
		 "but for its guard");
	for (unsigned i = 0; i < MPU_DYNAMIC; i++)
		KTEST_OK(space.slot[i].start >= run + 0x400 || space.slot[i].end <= run,
			 "that no other slot opens");
	KTEST_OK(!mpu_use_stack(&space, run, end, run + 0x3ff, true), "where no stack can be");
	for (unsigned i = 0; i < 2 * MPU_DYNAMIC; i++)
		mpu_load(&space, other + i * 0x1000, other + (i + 1) * 0x1000, MPU_READ,
			 other + i * 0x1000);
	KTEST_OK(!mpu_load(&space, run, end, MPU_READ | MPU_WRITE, end - 1), "it stays loaded");
	mpu_flush(&space, 0, UINTPTR_MAX);
	KTEST_OK(mpu_load(&space, run, end, MPU_READ | MPU_WRITE, run), "until all is forgotten");
}

KTEST(arm_mpu_stack_of_two_regions, "")
{
	const u32 run = PSRAM_AN385 + 0x10000, edge = run + 0x8000, end = edge + 0x1000;

	space = (struct mpu_space){0};
	KTEST_OK(mpu_use_stack(&space, run, end, end - 64, true), "36K are two regions");
	KTEST_OK(space.slot[0].start == edge && space.slot[0].end == end &&
			 space.slot[1].start == run && space.slot[1].end == edge,
		 "top and bottom");
	for (u32 i = 0; i < 2 * MPU_DYNAMIC; i++)
		mpu_load(&space, end + i * 0x1000, end + (i + 1) * 0x1000, MPU_READ,
			 end + i * 0x1000);
	KTEST_OK(!mpu_load(&space, run, end, MPU_READ, run) &&
			 !mpu_load(&space, run, end, MPU_READ, edge),
		 "both stay, whatever else is used");
	KTEST_OK(mpu_use_stack(&space, run, end, edge - 64, true) && space.nr_pinned == 1,
		 "in the lower one there is nothing below");
}

/* --- user copies --- */

/* Give the test an address space; NULL takes it away. */
static void borrow_mm(struct mm *mm)
{
	struct mm *old = current->mm;
	irqstate_t s = arch_irq_save();

	mm_load(current->active_mm, mm != NULL ? mm : &kernel_mm);
	current->mm = mm;
	current->active_mm = mm != NULL ? mm : &kernel_mm;
	arch_irq_restore(s);
	if (old != NULL)
		mm_put(old);
}

static char __user *user_at(long address)
{
	return (char __user *)address;
}

static void check_user_copies(long run, long constant)
{
	const long end = run + 2 * (long)PAGE_SIZE;
	char buf[64];

	memset(buf, 'x', sizeof(buf));
	KTEST_OK(copy_to_user(user_at(run), buf, sizeof(buf)) == 0, "to the beginning");
	KTEST_OK(copy_to_user(user_at(end - 64), buf, sizeof(buf)) == 0, "to the end");
	KTEST_OK(copy_to_user_partial(user_at(end - 10), buf, sizeof(buf)) == 54, "beyond the end");
	KTEST_OK(copy_to_user(user_at(run - 1), buf, 2) == -EFAULT, "before the beginning");
	KTEST_OK(copy_to_user(user_at((long)buf), buf, 1) == -EFAULT, "to the kernel's stack");
	KTEST_OK(copy_from_user(buf, user_at((long)__text_start), 4) == -EFAULT, "from its text");
	KTEST_OK(copy_from_user(buf, user_at(ROM_BASE), 4) == -EFAULT, "from the ROM");
	KTEST_OK(copy_from_user(buf, user_at(-4), 8) == -EFAULT, "around the end of addresses");
	KTEST_OK(copy_from_user(buf, user_at(constant), 4) == 0, "from read-only memory");
	KTEST_OK(copy_to_user(user_at(constant), buf, 4) == -EFAULT, "to read-only memory");
	KTEST_OK(clear_user(user_at(end - 8), 8) == 0 && clear_user(user_at(end - 8), 9) == -EFAULT,
		 "clearing");
	KTEST_OK(strncpy_from_user(buf, user_at(end - 12), sizeof(buf)) == 4, "a string that ends");
	KTEST_OK(copy_to_user(user_at(end - 8), "12345678", 8) == 0 &&
			 strncpy_from_user(buf, user_at(end - 8), sizeof(buf)) == -EFAULT &&
			 strncpy_from_user(buf, user_at(end - 8), 8) == 8,
		 "a string that does not");
}

KTEST(arm_user_copies, "")
{
	struct mm *mm = mm_alloc();
	long run, constant;

	if (!KTEST_OK(mm != NULL, "an address space"))
		return;
	run = nommu_map_memory(mm, 2 * PAGE_SIZE, VM_READ | VM_WRITE);
	constant = nommu_map_memory(mm, PAGE_SIZE, VM_READ);
	borrow_mm(mm);
	if (KTEST_OK(run > 0 && constant > 0, "two runs")) {
		/* What lies beside a run must not be a run. */
		if (constant != run + 2 * (long)PAGE_SIZE && constant + (long)PAGE_SIZE != run)
			check_user_copies(run, constant);
	}
	borrow_mm(NULL);
}

/* --- the clock, the end of the machine --- */

/* Without idling: an emulated machine may jump over ticks that nobody is awake for. */
KTEST(arm_clock, "")
{
	u32 start = ticks;
	u64 begin, end;

	while (ticks == start)
		arch_relax();
	begin = clock_ns();
	while (ticks - start < 6)
		arch_relax();
	end = clock_ns();
	KTEST_OK(end - begin > 5 * NSEC_PER_TICK * 98 / 100 &&
			 end - begin < 5 * NSEC_PER_TICK * 102 / 100,
		 "5 ticks take 5 ticks' time");
}

static __noinline u32 dig(u32 depth)
{
	volatile u32 room[64];

	room[0] = depth;
	if (depth == 0)
		return 0;
	return dig(depth - 1) + room[0];
}

KTEST_DELIBERATE(deliberate_stack_overflow)
{
	KTEST_OK(dig(1000) != 0, "never comes here");
}

KTEST_DELIBERATE(deliberate_write_to_text)
{
	*(volatile char *)(__text_start + 0x400) = 0;
}

KTEST_DELIBERATE(deliberate_damaged_current)
{
	arch_irq_disable();
	arch_current_task = (struct task *)0x1234;
	panic("current is damaged");
}
