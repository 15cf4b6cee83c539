/* SPDX-License-Identifier: MIT */
/* config.h - the few fixed sizes of the kernel. */
#pragma once

#define NR_CPUS       8   /* per-CPU arrays are sized for this many */
#define HZ            250 /* timer ticks in a second */
#define MAX_ORDER     10  /* largest buddy block: 2^10 pages = 4M, one large page */
#define PID_MAX       32768
#define TASK_COMM_LEN 16
