/* SPDX-License-Identifier: MIT */
/* tty.h - the terminal on the console, and what processes have to do with it. */
#pragma once

#include <octavo/types.h>

struct file_ops;

/* tty_init - devices and the thread. => boot, after process_start_init() has made PID 1 */
void tty_init(void);
