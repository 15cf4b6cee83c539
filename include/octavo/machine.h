/* SPDX-License-Identifier: MIT */
/* machine.h - how the machine ends. (kernel/main.c) */
#pragma once

#include <octavo/types.h>

/* machine_set_status - what the host is to be told: raw wait status of the program that ran. */
void machine_set_status(int wait_status, int exit_code);
/* machine_end - audit, final frames, power off. => sleeps; from a task */
void machine_end(void) __noreturn;
