/* SPDX-License-Identifier: MIT */
/*
 * Stands in front of newlib's <sys/errno.h> so that errno carries Linux's
 * values. newlib numbers everything above ERANGE otherwise.
 */
#ifndef _SYS_ERRNO_H_
#define _SYS_ERRNO_H_

#include <sys/reent.h>
#include <uapi/octavo/errno.h>

#ifndef _REENT_ONLY
extern int *__errno(void);
#define errno (*__errno())
#endif

#define __errno_r(reent) ((reent)->_errno)

/* newlib's own: a file of the wrong type, from its hash tables alone. */
#define EFTYPE 1079

/* strerror()'s callers may define numbers of their own from here on. */
#define __ELASTERROR 2000

extern const char *const _sys_errlist[];
extern int _sys_nerr;

#endif
