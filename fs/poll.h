/* SPDX-License-Identifier: MIT */
/* poll.h - the table of one poll(2) or select(2), for fs/ alone. */
#pragma once

#include <octavo/fs.h>
#include <octavo/poll.h>
#include <octavo/time.h>

#define POLL_FIRST 8u /* waiters in the table itself */

struct poll_entry {
	struct waiter waiter;
	struct wait_queue *queue;
	struct file *file; /* referenced: the queue is its */
};

/* All of it is the polling task's, but `fired`. */
struct poll_table {
	volatile u32 fired; /* [a] a queue was woken since the last look */
	bool watching;      /* this look still puts waiters on queues */
	bool timed;
	bool timer_set;
	u64 end_ns;                /* of clock_ns(); where timed */
	int err;                   /* what the call fails with where nothing was found */
	struct file *file;         /* that is being asked */
	struct poll_chunk *chunks; /* the newest first */
	u32 nr;                    /* entries used of the newest chunk, or of `first` */
	struct timer timer;
	struct poll_entry first[POLL_FIRST];
};

/*
 *	poll_begin(&pt, timed, end_ns);
 *	do
 *		found = sum of poll_file(&pt, each file);
 *	while (poll_again(&pt, found));
 *	poll_end(&pt);
 */
void poll_begin(struct poll_table *pt, bool timed, u64 end_ns);
/* poll_file - what `file` is ready for, POLL*. */
u32 poll_file(struct poll_table *pt, struct file *file);
/* poll_again - nothing found: sleep until it is worth another look.
 *   => false: found, or pt->err, or the time is over */
bool poll_again(struct poll_table *pt, int found);
/* poll_end - off all queues, on every way out after poll_begin(). */
void poll_end(struct poll_table *pt);
