/* SPDX-License-Identifier: MIT */
/* tty.h - the terminal on the console, and what processes have to do with it. */
#pragma once

#include <octavo/types.h>

/* tty_init - devices and the thread. => boot, after process_start_init() has made PID 1,
 * before the first interrupt */
void tty_init(void);
/* tty_process_exits - the current process ends: where it leads the session whose controlling terminal
 * this is, the terminal is hung up, what was typed and its echo forgotten, and the group in the
 * foreground gets SIGHUP. => may sleep */
void tty_process_exits(void);
/* tty_number - the device of the controlling terminal of a process in session `sid`, which may have
 * given it up, as in /proc/PID/stat, and the group in its foreground. => 0 and -1: it has none; takes
 * tty_job_lock */
u32 tty_number(u32 sid, bool given_up, s32 *pgrp);
