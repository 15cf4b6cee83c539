/* SPDX-License-Identifier: MIT */
/* mm_machine.h - what struct mm has of the machine: page tables. */
#pragma once

#include <octavo/pmap.h>

#define PROC_NOMMU_FILES /* of /proc: none */
/* of /proc/PID */
#define PROC_MMU_FILES   {.name = "mem", .mode = S_IFREG | 0600, .fops = &proc_mem_fops},
