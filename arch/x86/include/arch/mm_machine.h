/* SPDX-License-Identifier: MIT */
/* mm_machine.h - what struct mm has of the machine: page tables. */
#pragma once

#include <octavo/pmap.h>

/* of /proc */
#define PROC_NOMMU_FILES /* none */
#define PROC_FRAME_FILES                                                                           \
	{.name = "kpagecount", .mode = S_IFREG | 0400, .fops = &proc_kpagecount_fops},             \
		{.name = "kpageflags", .mode = S_IFREG | 0400, .fops = &proc_kpageflags_fops},
/* of /proc/PID */
#define PROC_MMU_FILES                                                                             \
	{.name = "mem", .mode = S_IFREG | 0600, .fops = &proc_mem_fops},                           \
		{.name = "pagemap", .mode = S_IFREG | 0400, .fops = &proc_pagemap_fops},           \
		{.name = "smaps_rollup",                                                           \
		 .mode = S_IFREG | 0444,                                                           \
		 .show_mm = proc_smaps_rollup_show},
