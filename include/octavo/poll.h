/* SPDX-License-Identifier: MIT */
/*
 * poll.h - what a file's poll operation needs: poll(2), select(2).
 *
 *	u32 x_poll(struct file *file, struct poll_table *pt)
 *	{
 *		poll_wait(pt, &x->readable);
 *		return x_has_bytes(x) ? POLLIN | POLLRDNORM : 0;
 *	}
 *
 * The operation names the wait queues whose wakes can change its answer, then looks. It is asked
 * again after a wake, with everything it named before still watched.
 */
#pragma once

#include <octavo/wait.h>
#include <uapi/octavo/poll.h>

struct poll_table;

/* poll_wait - a wake of q ends the caller's sleep. pt NULL: the caller only looks. => may sleep (it
 * allocates); q must live as long as the file */
void poll_wait(struct poll_table *pt, struct wait_queue *q);
