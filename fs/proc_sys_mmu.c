/* SPDX-License-Identifier: MIT */
/* proc_sys_mmu.c - /proc/sys/vm of a machine with an MMU. */
#include "proc_sys.h"

#include <octavo/area.h>
#include <octavo/mm_user.h>
#include <uapi/octavo/stat.h>

static u32 max_map_count_get(void)
{
	return area_max;
}

static int max_map_count_set(u32 n)
{
	area_max = n;
	return 0;
}

static const struct sysctl max_map_count = {
	.get = max_map_count_get, .set = max_map_count_set, .max = INT32_MAX};

static const struct sysctl mmap_min_addr = {
	.get = mm_min_address, .set = mm_set_min_address, .max = UINT32_MAX};

static const struct proc_entry entries[] = {
	{.name = "drop_caches", .mode = S_IFREG | 0200, SYSCTL(sysctl_drop_caches)},
	{.name = "lowmem_reserve_ratio",
	 .mode = S_IFREG | 0644,
	 .sysctl = true,
	 .show = sysctl_reserve_ratio_show,
	 .store = sysctl_reserve_ratio_store},
	{.name = "max_map_count", .mode = S_IFREG | 0644, SYSCTL(max_map_count)},
	{.name = "min_free_kbytes", .mode = S_IFREG | 0644, SYSCTL(sysctl_min_free_kbytes)},
	{.name = "mmap_min_addr", .mode = S_IFREG | 0644, SYSCTL(mmap_min_addr)},
};

const struct proc_dir proc_sys_vm_dir = {
	.entries = entries, .nr = ARRAY_SIZE(entries), .base = 112};
