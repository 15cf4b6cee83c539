/* SPDX-License-Identifier: MIT */
/* proc_sys_nommu.c - /proc/sys/vm of a machine without an MMU. */
#include "proc_sys.h"

#include <octavo/nommu.h>
#include <uapi/octavo/stat.h>

static const struct sysctl trim = {.value = &nr_trim_pages, .max = INT32_MAX};

static const struct proc_entry entries[] = {
	SYSCTL_VM_OF_EVERY_MACHINE,
	{.name = "nr_trim_pages", .mode = S_IFREG | 0644, SYSCTL(trim)},
};

const struct proc_dir proc_sys_vm_dir = {
	.entries = entries, .nr = ARRAY_SIZE(entries), .base = 112};
