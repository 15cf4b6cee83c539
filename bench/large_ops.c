/* SPDX-License-Identifier: MIT */
/* Benchmarks of pages of 4M beside such of 4K, of mremap and of locked memory. */
#include "bench.h"

#define BIG        (256 * MB)
#define LARGE_PAGE (4 * MB)

static char *map_large(void)
{
	return map(BIG, RW, ANON | MAP_HUGETLB, -1);
}

static void touch_large(volatile char *p)
{
	for (unsigned long at = 0; at < BIG; at += LARGE_PAGE)
		p[at] = 1;
}

static long run_large_fault(void)
{
	char *p = map_large();

	if (!p)
		return -ENOMEM;
	start();
	touch_large(p);
	stop();
	unmap(p, BIG);
	return BIG / LARGE_PAGE;
}

static long run_large_unmap(void)
{
	char *p = map_large();

	if (!p)
		return -ENOMEM;
	touch_large(p);
	start();
	unmap(p, BIG);
	stop();
	return BIG / LARGE_PAGE;
}

static long run_map_touch_large(void)
{
	char *p;

	start();
	p = map_large();
	if (!p)
		return -ENOMEM;
	touch_write(p, BIG);
	stop();
	unmap(p, BIG);
	return 1;
}

static long run_map_touch_small(void)
{
	char *p;

	start();
	p = map_touched(BIG);
	stop();
	if (!p)
		return -ENOMEM;
	unmap(p, BIG);
	return 1;
}

static long retouch(char *p)
{
	if (!p)
		return -ENOMEM;
	touch_write(p, BIG);
	start();
	touch_write(p, BIG);
	stop();
	unmap(p, BIG);
	return BIG / PAGE;
}

static long run_retouch_large(void)
{
	return retouch(map_large());
}

static long run_retouch_small(void)
{
	return retouch(map_small(BIG));
}

static long run_remap_in_place(void)
{
	/* an area of 8M found free, of which the first is mapped: there is room above it */
	char *area = map(8 * MB, PROT_NONE, ANON, -1);
	long p = (long)area;

	unmap(area, 8 * MB);
	if (call6(__NR_mmap2, p, MB, RW, ANON | MAP_FIXED, -1, 0) != p)
		return -ENOMEM;
	call3(__NR_madvise, p, MB, MADV_NOHUGEPAGE);
	touch_write((char *)p, MB);
	start();
	for (int i = 0; i < 200; i++) {
		long result = call5(__NR_mremap, p, MB, 2 * MB, MREMAP_MAYMOVE, 0);

		if (result != p)
			return result < 0 ? result : -EINVAL;
		call5(__NR_mremap, p, 2 * MB, MB, 0, 0);
	}
	stop();
	unmap((char *)p, 2 * MB);
	return 200;
}

static long run_remap_move(void)
{
	char *area = map_small(8 * MB);
	long from = (long)area;

	touch_write(area, MB);
	start();
	for (int i = 0; i < 100; i++) {
		long to = (long)area + (i & 1 ? 0 : (long)(4 * MB));
		long result =
			call5(__NR_mremap, from, MB, 2 * MB, MREMAP_MAYMOVE | MREMAP_FIXED, to);

		if (result != to)
			return result < 0 ? result : -EINVAL;
		from = to;
		call5(__NR_mremap, from, 2 * MB, MB, 0, 0);
	}
	stop();
	unmap(area, 8 * MB);
	return 100;
}

static long run_lock_touched(void)
{
	char *p = map_touched(MB);

	start();
	for (int i = 0; i < 50; i++) {
		long err = call2(__NR_mlock, (long)p, MB);

		if (err < 0)
			return err;
		call2(__NR_munlock, (long)p, MB);
	}
	stop();
	unmap(p, MB);
	return 50;
}

static long run_lock_populate(void)
{
	for (int i = 0; i < 20; i++) {
		char *p = map_small(MB);
		long err;

		start();
		err = call2(__NR_mlock, (long)p, MB);
		stop();
		if (err < 0)
			return err;
		unmap(p, MB);
	}
	return 20 * (MB / PAGE);
}

static long run_mincore(void)
{
	static unsigned char resident[4 * MB / PAGE];
	char *p = map_touched(4 * MB);

	start();
	for (int i = 0; i < 50; i++) {
		long err = call3(__NR_mincore, (long)p, 4 * MB, (long)resident);

		if (err < 0)
			return err;
	}
	stop();
	unmap(p, 4 * MB);
	return 50;
}

const struct operation large_operations[] = {
	{"huge_fault_4M", "huge page", run_large_fault},
	{"huge_munmap_256M", "huge page", run_large_unmap},
	{"map+touch_256M_by_4M", "256M", run_map_touch_large},
	{"map+touch_256M_by_4K", "256M", run_map_touch_small},
	{"retouch_256M_mapped_4M", "4K step", run_retouch_large},
	{"retouch_256M_mapped_4K", "4K step", run_retouch_small},
	{"mremap_grow_1M_2M_inplace", "grow+shrink", run_remap_in_place},
	{"mremap_move_1M_2M_fixed", "move+shrink", run_remap_move},
	{"mlock_munlock_1M_touched", "pair", run_lock_touched},
	{"mlock_populate_1M", "page", run_lock_populate},
	{"mincore_4M", "call", run_mincore},
	{NULL, NULL, NULL},
};
