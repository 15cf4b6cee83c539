/* SPDX-License-Identifier: MIT */
/*
 * poll.c - waiting for several files at once: the part that poll(2) and select(2) share.
 *
 *	poll_table -> entries: { waiter on a wait queue of a file }
 *	                ^ 8 in the table itself, others in chunks of a page
 *
 * The first look at the files puts a watching waiter on each queue that they name; it stays there
 * until the call ends. A wake sets `fired` and wakes the task, which looks at all files again: once,
 * however many wakes there were. Nothing is watched once an answer is known.
 */
#include "poll.h"

#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/slab.h>

struct poll_chunk {
	struct poll_chunk *next;
	struct poll_entry entries[(PAGE_SIZE - 2 * sizeof(void *)) / sizeof(struct poll_entry)];
};

void poll_begin(struct poll_table *pt, bool timed, u64 end_ns)
{
	pt->fired = 0;
	pt->watching = !timed || clock_ns() < end_ns;
	pt->timed = timed;
	pt->end_ns = end_ns;
	pt->err = 0;
	pt->file = NULL;
	pt->chunks = NULL;
	pt->nr = 0;
	pt->timer_set = false;
}

/* A place for one more waiter. => NULL without memory */
static struct poll_entry *new_entry(struct poll_table *pt)
{
	struct poll_chunk *chunk = pt->chunks;
	u32 room = chunk == NULL ? ARRAY_SIZE(pt->first) : ARRAY_SIZE(chunk->entries);

	if (pt->nr == room) {
		chunk = kmalloc(sizeof(*chunk), GFP_KERNEL);
		if (chunk == NULL)
			return NULL;
		chunk->next = pt->chunks;
		pt->chunks = chunk;
		pt->nr = 0;
	}
	return chunk == NULL ? &pt->first[pt->nr++] : &chunk->entries[pt->nr++];
}

void poll_wait(struct poll_table *pt, struct wait_queue *q)
{
	struct poll_entry *e;

	if (pt == NULL || !pt->watching)
		return;
	e = new_entry(pt);
	if (e == NULL) {
		pt->err = -ENOMEM;
		pt->watching = false;
		return;
	}
	e->queue = q;
	e->file = pt->file;
	file_get(e->file);
	wait_watch(q, &e->waiter, &pt->fired);
}

static void unwatch(struct poll_entry *entries, u32 nr)
{
	for (u32 i = 0; i < nr; i++) {
		wait_unwatch(entries[i].queue, &entries[i].waiter);
		file_put(entries[i].file);
	}
}

void poll_end(struct poll_table *pt)
{
	struct poll_chunk *chunk;
	u32 nr = pt->nr;

	if (pt->timer_set)
		timer_cancel(&pt->timer);
	while ((chunk = pt->chunks) != NULL) {
		unwatch(chunk->entries, nr);
		pt->chunks = chunk->next;
		kfree(chunk);
		nr = pt->chunks == NULL ? ARRAY_SIZE(pt->first) : ARRAY_SIZE(chunk->entries);
	}
	unwatch(pt->first, nr);
}

u32 poll_file(struct poll_table *pt, struct file *file)
{
	if (file->ops->poll == NULL)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	pt->file = file;
	return file->ops->poll(file, pt);
}

static bool poll_expired(const struct poll_table *pt)
{
	return pt->timed && clock_ns() >= pt->end_ns;
}

bool poll_again(struct poll_table *pt, int found)
{
	pt->watching = false;
	if (found != 0 || pt->err != 0)
		return false;
	if (signal_pending())
		pt->err = -ERESTARTNOHAND;
	if (pt->err != 0 || poll_expired(pt))
		return false;
	if (pt->timed && !pt->timer_set) {
		timer_wake_current(&pt->timer, pt->end_ns);
		pt->timer_set = true;
	}
	for (;;) {
		sched_set_sleeping(true);
		if (pt->fired != 0 || poll_expired(pt) || signal_pending())
			break;
		schedule();
	}
	sched_set_running();
	pt->fired = 0;
	arch_mb(); /* before the next look at the files */
	return true;
}
