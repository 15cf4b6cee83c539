/* SPDX-License-Identifier: MIT */
/* proc_sys_mmu.c - /proc/sys/vm of a machine with an MMU. */
#include "proc_sys.h"

#include <octavo/area.h>
#include <octavo/mm_user.h>
#include <uapi/octavo/stat.h>

static const struct sysctl max_map_count = {.value = &area_max, .max = INT32_MAX};

static const struct sysctl mmap_min_addr = {
	.get = mm_min_address, .set = mm_set_min_address, .max = UINT32_MAX};

static const struct proc_entry entries[] = {
	SYSCTL_VM_OF_EVERY_MACHINE,
	{.name = "max_map_count", .mode = S_IFREG | 0644, SYSCTL(max_map_count)},
	{.name = "mmap_min_addr", .mode = S_IFREG | 0644, SYSCTL(mmap_min_addr)},
};

const struct proc_dir proc_sys_vm_dir = {
	.entries = entries, .nr = ARRAY_SIZE(entries), .base = 112};
