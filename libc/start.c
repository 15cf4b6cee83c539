/* SPDX-License-Identifier: MIT */
/*
 * From the first instruction's stack to main(). execve(2) leaves this there:
 *
 *	sp ->	argc
 *		argv[0] ... argv[argc - 1], NULL
 *		envp[0] ..., NULL
 *		(type, value) ..., (AT_NULL, 0)		the auxiliary vector
 *
 * crt0 hands that address over; everything else is C.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "start.h"

int main(int argc, char **argv, char **envp);

static const unsigned long *auxv;

/* newlib's library keeps `environ` in a variable of its own. */
extern char **environ;

extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

void octavo_start(long *sp)
{
	int argc = (int)sp[0];
	char **argv = (char **)(sp + 1);
	char **envp = argv + argc + 1;
	char **p = envp;

	while (*p)
		p++;
	auxv = (const unsigned long *)(p + 1);
	environ = envp;

	for (void (*const *init)(void) = __init_array_start; init < __init_array_end; init++)
		(*init)();
	exit(main(argc, argv, envp));
}

unsigned long getauxval(unsigned long type)
{
	for (const unsigned long *a = auxv; a[0] != AT_NULL; a += 2)
		if (a[0] == type)
			return a[1];
	errno = ENOENT;
	return 0;
}
