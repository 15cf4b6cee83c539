/* SPDX-License-Identifier: MIT */
/* proc_sys_nommu.c - /proc/sys/vm of a machine without an MMU. */
#include "proc_sys.h"

#include <uapi/octavo/stat.h>

static const struct proc_entry entries[] = {
	{.name = "drop_caches", .mode = S_IFREG | 0200, SYSCTL(sysctl_drop_caches)},
	{.name = "lowmem_reserve_ratio",
	 .mode = S_IFREG | 0644,
	 .sysctl = true,
	 .show = sysctl_reserve_ratio_show,
	 .store = sysctl_reserve_ratio_store},
	{.name = "min_free_kbytes", .mode = S_IFREG | 0644, SYSCTL(sysctl_min_free_kbytes)},
};

const struct proc_dir proc_sys_vm_dir = {
	.entries = entries, .nr = ARRAY_SIZE(entries), .base = 112};
