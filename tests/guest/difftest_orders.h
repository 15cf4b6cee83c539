/* SPDX-License-Identifier: MIT */
/*
 * difftest_orders.h - tables of calls and of arguments that may be wrong; difftest_orders.c says what
 * becomes of them.
 */
#ifndef GUEST_DIFFTEST_ORDERS_H
#define GUEST_DIFFTEST_ORDERS_H

#include "difftest.h"

#define MAX_ARGUMENTS 9

/* The memory that every call finds; pages of the window. */
#define AT(n)    (WINDOW + (n)*PAGE)
#define RW       AT(0)  /* private, 4 pages */
#define HOLE     AT(4)  /* 2 pages */
#define FILE_RW  AT(6)  /* a file shared, 4 pages */
#define FILE_RO  AT(10) /* shared, of a descriptor that cannot write, 2 pages */
#define NOTHING  AT(12) /* private without access, 2 pages */
#define LOCKED   AT(14) /* private, 2 pages */
#define PRIV_RO  AT(16) /* a file private and read-only, 2 pages */
#define SEGMENT  AT(20) /* attached, 1 page */
#define DATA     AT(24) /* what is given to calls, 1 page; a hole behind it */
#define DATA_END AT(25)
#define GROWING  HIGH /* grows down, 2 pages */

#define FIRST_FD 40 /* fds[i] is FIRST_FD + i, too */

/* How the result of a call is told. */
enum telling { NUMBER, ADDRESS, HANDLE /* only that there is one */ };

/* Who makes the calls, when. */
enum circumstance {
	AS_ROOT,
	AS_NOBODY,      /* of whom RLIMIT_MEMLOCK is 0 */
	WITH_FEW_LOCKS, /* nobody, 4 pages */
	WITH_LITTLE_AS, /* nobody; RLIMIT_AS leaves 2 pages */
	WITH_LITTLE_DATA,
	WITH_ALL_AREAS, /* no more areas may be */
	WITH_FEW_AREAS, /* 2 more */
	NR_CIRCUMSTANCES
};
#define IN(c)     (1u << (c))
#define IN_ALL    (IN(NR_CIRCUMSTANCES) - 1)
#define FOR_USERS (IN(AS_ROOT) | IN(AS_NOBODY))

struct value {
	const char *name;
	uint32_t bits;
};

struct argument {
	const char *name;
	const struct value *values; /* the first is right */
	unsigned nr;
};

struct order {
	const char *name;
	long (*call)(const uint32_t *a); /* with one value of each argument */
	enum telling telling;
	unsigned circumstances;
	int segments;                             /* it may change them */
	struct argument arguments[MAX_ARGUMENTS]; /* as far as they have names */
};

#define V(bits)                                                                                    \
	{                                                                                          \
#bits, (uint32_t)(bits)                                                            \
	}
#define ARG(name, ...)                                                                             \
	{                                                                                          \
		name, (const struct value[]){__VA_ARGS__},                                         \
			sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)         \
	}

/* difftest_orders.c */
void order_command(const char *line);

/* difftest_memory_orders.c, difftest_other_orders.c */
extern const struct order memory_orders[], other_orders[];
extern const unsigned nr_memory_orders, nr_other_orders;

/* The segments, by what is theirs: may be attached; are root's alone; are not there any more. */
enum segment_kind { GOOD, ROOTS, REMOVED, NR_KINDS };
extern long kinds[NR_KINDS];

#endif
