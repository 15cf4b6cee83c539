/* SPDX-License-Identifier: MIT */
/*
 * Stands in front of newlib's <unistd.h>, to which it adds brk(2).
 */
#ifndef _UNISTD_H_
#define _UNISTD_H_

#include <sys/unistd.h>

/* Sets the end of the heap. => 0; -1 with errno ENOMEM and it stays where it was. */
int brk(void *end);

#endif
