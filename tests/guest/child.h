/* SPDX-License-Identifier: MIT */
/* How the machine that the tests are compiled for makes a child. */
#ifdef __arm__
#include "child_arm.h"
#else
#include "child_x86.h"
#endif
