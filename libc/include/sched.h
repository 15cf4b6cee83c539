/* SPDX-License-Identifier: MIT */
/*
 * Stands in front of newlib's <sched.h>, which declares nothing without
 * threads. sched_yield(2).
 */
#ifndef _SCHED_H_
#define _SCHED_H_

int sched_yield(void);

#endif
