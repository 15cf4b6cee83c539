/* SPDX-License-Identifier: MIT */
/* mm_machine.h - what struct mm has of the machine: page tables. */
#pragma once

#include <octavo/pmap.h>

#define PROC_MAPS_FILE /* of /proc: no file, each process has its own */
