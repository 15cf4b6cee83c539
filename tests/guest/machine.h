/* SPDX-License-Identifier: MIT */
/* The machine that the tests are compiled for. */
#ifdef __arm__
#include "machine_arm.h"
#else
#include "machine_x86.h"
#endif
