/* SPDX-License-Identifier: MIT */
/* proc_sys_mmu.c - /proc/sys/vm of a machine with an MMU. */
#include "proc_sys.h"

#include <octavo/area.h>
#include <octavo/commit.h>
#include <octavo/mm_user.h>
#include <uapi/octavo/stat.h>

static const struct sysctl max_map_count = {.value = &area_max, .max = INT32_MAX};

static const struct sysctl mmap_min_addr = {
	.get = mm_min_address, .set = mm_set_min_address, .max = UINT32_MAX};

/* vm.overcommit_*: of ratio and kbytes the one that was set last counts. */

static int ratio_set(u32 n)
{
	commit_rules.ratio = n;
	commit_rules.kbytes = 0;
	return 0;
}

static int kbytes_set(u32 n)
{
	commit_rules.kbytes = n;
	commit_rules.ratio = 0;
	return 0;
}

static const struct sysctl overcommit_memory = {.value = &commit_rules.mode,
						.max = OVERCOMMIT_NEVER};
static const struct sysctl overcommit_ratio = {
	.value = &commit_rules.ratio, .set = ratio_set, .max = INT32_MAX};
static const struct sysctl overcommit_kbytes = {
	.value = &commit_rules.kbytes, .set = kbytes_set, .max = INT32_MAX};

static const struct proc_entry entries[] = {
	SYSCTL_VM_OF_EVERY_MACHINE,
	{.name = "max_map_count", .mode = S_IFREG | 0644, SYSCTL(max_map_count)},
	{.name = "mmap_min_addr", .mode = S_IFREG | 0644, SYSCTL(mmap_min_addr)},
	{.name = "overcommit_kbytes", .mode = S_IFREG | 0644, SYSCTL(overcommit_kbytes)},
	{.name = "overcommit_memory", .mode = S_IFREG | 0644, SYSCTL(overcommit_memory)},
	{.name = "overcommit_ratio", .mode = S_IFREG | 0644, SYSCTL(overcommit_ratio)},
};

const struct proc_dir proc_sys_vm_dir = {
	.entries = entries, .nr = ARRAY_SIZE(entries), .base = 112};
