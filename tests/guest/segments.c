/* SPDX-License-Identifier: MIT */
/*
 * Segments of a program's own: set_thread_area(2), and segment registers that hold something
 * unusual while the kernel is entered and left.
 */
#include "guest.h"

struct user_desc {
	uint32_t number, base, limit, flags;
};

#define FLAGS_FLAT  0x51u /* 32 bits, limit in pages, useable: data */
#define FLAGS_EMPTY 0x28u /* read-only, not present */
#define ANY_SLOT    0xffffffffu

static long set_area(uint32_t number, uint32_t base, uint32_t flags, uint32_t *got)
{
	struct user_desc d = {number, base, flags == FLAGS_EMPTY ? 0 : 0xfffff, flags};
	long result = sys(__NR_set_thread_area, &d);

	if (got)
		*got = d.number;
	return result;
}

static long get_area(struct user_desc *d, uint32_t number)
{
	memset(d, 0xff, sizeof(*d));
	d->number = number;
	return sys(__NR_get_thread_area, d);
}

static uint32_t selector(uint32_t slot)
{
	return slot << 3 | 3;
}

static void load_gs(uint32_t sel)
{
	__asm__ volatile("movl %0, %%gs" : : "r"(sel));
}

static uint32_t gs_word(void)
{
	uint32_t v;

	__asm__ volatile("movl %%gs:0, %0" : "=r"(v));
	return v;
}

static uint32_t gs_register(void)
{
	uint32_t v;

	__asm__ volatile("movl %%gs, %0" : "=r"(v));
	return v;
}

static uint32_t mine[2] = {0x1234, 0x5678};

static void test_slots(void)
{
	uint32_t slots[4] = {0, 0, 0, 0};
	int good = 1;

	for (int i = 0; i < 3; i++) {
		good &= set_area(ANY_SLOT, (uint32_t)(uintptr_t)&mine[0], FLAGS_FLAT, &slots[i]) ==
			0;
		good &= slots[i] == slots[0] + (uint32_t)i;
	}
	ok(good, "three slots, one behind the other");
	is(set_area(ANY_SLOT, 0, FLAGS_FLAT, NULL), -ESRCH, "and no fourth");
	load_gs(selector(slots[0]));
	is(gs_word(), 0x1234, "gs shows what the slot says");
	is(set_area(slots[0], (uint32_t)(uintptr_t)&mine[1], FLAGS_FLAT, NULL), 0, "it changes");
	is(gs_word(), 0x5678, "and gs shows it at once");
	is(set_area(slots[0] - 1, 0, FLAGS_FLAT, NULL), -EINVAL, "a slot of the kernel: below");
	is(set_area(slots[2] + 1, 0, FLAGS_FLAT, NULL), -EINVAL, "above");
	is(set_area(slots[1], 0, FLAGS_FLAT & ~1u, NULL), -EINVAL, "16 bits");
	is(set_area(slots[1], 0, FLAGS_FLAT | 4, NULL), -EINVAL, "code");
	is(set_area(slots[1], 0, FLAGS_FLAT | 0x20, NULL), -EINVAL, "not present");
	is(sys(__NR_set_thread_area, 16), -EFAULT, "nowhere");
	is(sys(__NR_set_thread_area, KERNEL_ADDRESS), -EFAULT, "in the kernel");
	is(set_area(slots[1], 0, FLAGS_EMPTY, NULL), 0, "a slot is given back");
	is(set_area(ANY_SLOT, 0, FLAGS_FLAT, &slots[3]), 0, "and taken again");
	is(slots[3], slots[1], "the same one");
	for (int i = 0; i < 3; i++)
		set_area(slots[i], 0, FLAGS_EMPTY, NULL);
	load_gs(0);
}

/* What the kernel says of a slot is what it was told. */
static void test_get(void)
{
	struct user_desc d;
	uint32_t slot;

	is(set_area(ANY_SLOT, 0x89abcdef, FLAGS_FLAT, &slot), 0, "a slot");
	ok(get_area(&d, slot) == 0 && d.number == slot && d.base == 0x89abcdef &&
		   d.limit == 0xfffff && (d.flags & 0x7f) == FLAGS_FLAT,
	   "is read as it was made");
	d = (struct user_desc){slot, 0x1000, 0x12345, 0x0b}; /* read-only, in bytes, downwards */
	is(sys(__NR_set_thread_area, &d), 0, "another kind");
	ok(get_area(&d, slot) == 0 && d.base == 0x1000 && d.limit == 0x12345 &&
		   (d.flags & 0x7f) == 0x0b,
	   "too");
	set_area(slot, 0, FLAGS_EMPTY, NULL);
	ok(get_area(&d, slot) == 0 && d.base == 0 && d.limit == 0 &&
		   (d.flags & 0x7f) == FLAGS_EMPTY,
	   "an empty one as what empties it");
	is(get_area(&d, 0), -EINVAL, "a slot of the kernel");
	is(get_area(&d, ANY_SLOT), -EINVAL, "none");
	is(sys(__NR_get_thread_area, KERNEL_ADDRESS), -EFAULT, "from the kernel");
}

/* Each process has a word of its own behind gs, at another address, through many switches. */
static uint32_t words[4];

static int keep_own(unsigned n)
{
	uint32_t slot;

	if (set_area(ANY_SLOT, (uint32_t)(uintptr_t)&words[n], FLAGS_FLAT, &slot) != 0)
		return 1;
	load_gs(selector(slot));
	for (uint32_t i = 1; i <= 200; i++) {
		words[n] = i;
		sys(__NR_sched_yield);
		if (gs_word() != i || gs_register() != selector(slot))
			return 2;
	}
	return 0;
}

static void test_switches(void)
{
	pid_t pids[4];
	int status, good = 1;
	uint32_t slot;

	for (int i = 0; i < 4; i++) {
		pids[i] = must_fork();
		if (pids[i] == 0)
			_exit(keep_own((unsigned)i));
	}
	for (int i = 0; i < 4; i++) {
		waitpid(pids[i], &status, 0);
		good &= status == 0;
	}
	ok(good, "four processes keep their own");
	is(gs_register(), 0, "one that has none has none");

	set_area(ANY_SLOT, (uint32_t)(uintptr_t)&mine[0], FLAGS_FLAT, &slot);
	load_gs(selector(slot));
	pids[0] = must_fork();
	if (pids[0] == 0)
		_exit(gs_word() == 0x1234 && gs_register() == selector(slot) ? 0 : 1);
	waitpid(pids[0], &status, 0);
	is(status, 0, "a child begins with its parent's");
	set_area(slot, 0, FLAGS_EMPTY, NULL);
	load_gs(0);
}

/* getppid with ds and es as given; => ds and es afterwards */
static uint32_t call_with(uint32_t sel, long *result)
{
	uint32_t ds, es;

	__asm__ volatile("pushl	%%ds\n\t"
			 "pushl	%%es\n\t"
			 "movl	%4, %%es\n\t"
			 "movl	%4, %%ds\n\t"
			 "int	$0x80\n\t"
			 "movl	%%ds, %1\n\t"
			 "movl	%%es, %2\n\t"
			 "popl	%%es\n\t"
			 "popl	%%ds"
			 : "=a"(*result), "=&r"(ds), "=&r"(es)
			 : "0"(__NR_getppid), "r"(sel)
			 : "memory");
	return ds << 16 | es;
}

static void test_data_segments(void)
{
	long parent = sys(__NR_getppid), result = -1;
	uint32_t slot, sel;

	is(call_with(0, &result), 0, "null selectors survive a call");
	is(result, parent, "which works");
	set_area(ANY_SLOT, 0x1000, FLAGS_FLAT, &slot);
	sel = selector(slot);
	is(call_with(sel, &result), sel << 16 | sel, "so do a program's own");
	is(result, parent, "and the call works");
	set_area(slot, 0, FLAGS_EMPTY, NULL);
}

static uint32_t empty_slot[4] = {0, 0, 0, FLAGS_EMPTY};

/* With `which` register in the slot, the slot is taken away: the way back has nothing to load. */
static int lose_es(uint32_t slot)
{
	uint32_t es;
	long result;

	empty_slot[0] = slot;
	__asm__ volatile("movl	%3, %%es\n\t"
			 "int	$0x80\n\t"
			 "movl	%%es, %1"
			 : "=a"(result), "=r"(es)
			 : "0"(__NR_set_thread_area), "r"(selector(slot)), "b"(empty_slot)
			 : "memory");
	return result == 0 && es == 0 ? 0 : 1;
}

static int lose_ss(uint32_t slot)
{
	long result;

	empty_slot[0] = slot;
	__asm__ volatile("movl	%2, %%ss\n\t"
			 "int	$0x80"
			 : "=a"(result)
			 : "0"(__NR_set_thread_area), "r"(selector(slot)), "b"(empty_slot)
			 : "memory");
	return 1;
}

static int slot_child(int (*fn)(uint32_t))
{
	int status;
	pid_t pid = must_fork();

	if (pid == 0) {
		uint32_t slot;

		if (set_area(ANY_SLOT, 0, FLAGS_FLAT, &slot) != 0)
			_exit(99);
		_exit(fn(slot));
	}
	waitpid(pid, &status, 0);
	return status;
}

/* iret with the VM flag set, to two bytes of code: a CPU sees a bad selector, QEMU's goes there in
 * virtual 8086 mode, with a cs that looks like the kernel's. Ended by a signal at any rate. */
static int ends_in_vm86(uint16_t code)
{
	int status;
	pid_t pid = must_fork();

	if (pid == 0) {
		uint16_t *low =
			(uint16_t *)(uintptr_t)sys(__NR_mmap2, 0x20000, PAGE, 7, 0x32, -1, 0);

		*low = code;
		__asm__ volatile("movl	$0x2000, %%eax\n\t"
				 "pushl	%%eax\n\t" /* gs, fs, ds, es, ss */
				 "pushl	%%eax\n\t"
				 "pushl	%%eax\n\t"
				 "pushl	%%eax\n\t"
				 "pushl	%%eax\n\t"
				 "pushl	$0xff0\n\t"
				 "pushl	$0x20202\n\t"
				 "pushl	%%eax\n\t"
				 "pushl	$0\n\t"
				 "iret"
				 :
				 :
				 : "eax", "memory");
	}
	sleep_ms(50);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return status != 0 && status < 128;
}

int main(void)
{
	test_slots();
	test_get();
	test_switches();
	test_data_segments();
	is(slot_child(lose_es), 0, "es whose slot went away becomes null");
	is(slot_child(lose_ss), SIGSEGV, "ss whose slot went away ends the program");
	ok(ends_in_vm86(0x0b0f), "an invalid instruction behind an iret with the VM flag");
	ok(ends_in_vm86(0xfeeb), "a loop without end there");
	return tap_done();
}
