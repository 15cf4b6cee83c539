/* SPDX-License-Identifier: MIT */
/*
 * The auxiliary vector. getauxval(3).
 */
#ifndef _SYS_AUXV_H
#define _SYS_AUXV_H

#include <uapi/octavo/auxv.h>

/* Value of the entry of type TYPE; 0 with errno ENOENT if there is none. */
unsigned long getauxval(unsigned long type);

#endif
