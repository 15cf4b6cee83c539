/* SPDX-License-Identifier: MIT */
/* oom.h - when a page fault cannot be served: somebody has to go. (mm/oom.c) */
#pragma once

#include <octavo/types.h>

/*
 * oom_fault - the current task's fault at `address` found no memory: choose a task, kill it, leave
 * a why-line and a line on the console.
 *   => true where another task was chosen and memory may come back: try again (it has waited for
 *   that); false where the current task was (it is to die), or where PID 1 is in a user
 *   copy (in_copy), which then fails; sleeps
 */
bool oom_fault(vaddr_t address, bool in_copy);
