/* SPDX-License-Identifier: MIT */
/* syscall_limit.h - one more than the largest system-call number in the table; for entry.S too. */
#pragma once

#define SYSCALL_LIMIT 440
