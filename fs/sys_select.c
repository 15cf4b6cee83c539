/* SPDX-License-Identifier: MIT */
/*
 * sys_select.c - select(2), pselect(2).
 *
 *	sets	[ in ][ out ][ except ] [ what is ready, the same three ]	`words` each
 *
 * Bits behind the end of the descriptor table are not looked at, as on Linux; a bit below it
 * without a file is EBADF. What is closed meanwhile, or open for its path only, is ready for all that
 * is asked.
 */
#include "files.h"
#include "poll.h"
#include "poll_time.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>

#define WORD_BITS      32u
#define WORDS_ON_STACK 4u /* of each set */

enum { SET_IN, SET_OUT, SET_EXCEPT, NR_SETS };

static const u32 ready_events[NR_SETS] = {
	[SET_IN] = POLLNVAL | POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
	[SET_OUT] = POLLNVAL | POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
	[SET_EXCEPT] = POLLNVAL | POLLPRI,
};

struct fd_sets {
	u32 n;     /* descriptors that are looked at */
	u32 words; /* of each set */
	u32 *in;   /* NR_SETS sets that were asked for */
	u32 *out;  /* NR_SETS sets of what is ready */
	bool seen; /* all of them were open */
};

/* The sets that ask for fd, as bits. */
static u32 asked(const struct fd_sets *sets, u32 fd)
{
	u32 which = 0;

	for (u32 i = 0; i < NR_SETS; i++)
		which |= (sets->in[i * sets->words + fd / WORD_BITS] >> fd % WORD_BITS & 1) << i;
	return which;
}

/* Is any of the 32 descriptors from fd on asked for? */
static bool any_asked(const struct fd_sets *sets, u32 fd)
{
	u32 word = fd / WORD_BITS;

	return (sets->in[word] | sets->in[sets->words + word] | sets->in[2 * sets->words + word]) !=
	       0;
}

/* => what fd is ready for, POLL*; -EBADF */
static int select_events(struct poll_table *pt, const struct fd_sets *sets, u32 fd)
{
	struct file *f = files_lookup_any(fd);
	int events = POLLNVAL;

	if (f == NULL)
		return sets->seen ? POLLNVAL : -EBADF;
	if (!(f->flags & O_PATH))
		events = (int)poll_file(pt, f);
	file_put(f);
	return events;
}

/* => the answers for fd, or -EBADF */
static int select_one(struct poll_table *pt, struct fd_sets *sets, u32 fd, u32 which)
{
	int events = select_events(pt, sets, fd), found = 0;

	if (events < 0)
		return events;
	for (u32 i = 0; i < NR_SETS; i++) {
		if ((which >> i & 1) == 0 || ((u32)events & ready_events[i]) == 0)
			continue;
		sets->out[i * sets->words + fd / WORD_BITS] |= 1u << fd % WORD_BITS;
		found++;
	}
	return found;
}

/* One look at all of them. => how many answers, or -EBADF */
static int select_look(struct poll_table *pt, struct fd_sets *sets)
{
	int found = 0;

	memset(sets->out, 0, NR_SETS * sets->words * sizeof(u32));
	for (u32 fd = 0; fd < sets->n; fd++) {
		u32 which;
		int n;

		if (fd % WORD_BITS == 0 && !any_asked(sets, fd)) {
			fd += WORD_BITS - 1;
			continue;
		}
		which = asked(sets, fd);
		if (which == 0)
			continue;
		n = select_one(pt, sets, fd, which);
		if (n < 0)
			return n;
		found += n;
		if (found > 0)
			pt->watching = false;
	}
	return found;
}

/* => how many answers, or an error where there is none */
static long select_sets(struct fd_sets *sets, const struct poll_end_time *end)
{
	struct poll_table pt;
	int found;

	poll_begin(&pt, end->timed, end->ns);
	sets->seen = false;
	do {
		found = select_look(&pt, sets);
		sets->seen = true;
	} while (poll_again(&pt, found));
	poll_end(&pt);
	return found != 0 ? found : pt.err;
}

static u32 table_size(void)
{
	struct files *files = current->files;
	u32 size;

	spin_lock(&files->lock);
	size = files->size;
	spin_unlock(&files->lock);
	return size;
}

static int get_sets(struct fd_sets *sets, void __user *const user[NR_SETS])
{
	for (u32 i = 0; i < NR_SETS; i++) {
		if (user[i] != NULL &&
		    copy_from_user(sets->in + i * sets->words, user[i], sets->words * sizeof(u32)))
			return -EFAULT;
		/* The last word's bits behind n are nobody's. */
		if (sets->n % WORD_BITS != 0)
			sets->in[i * sets->words + sets->words - 1] &=
				(1u << sets->n % WORD_BITS) - 1;
	}
	return 0;
}

static int put_sets(const struct fd_sets *sets, void __user *const user[NR_SETS])
{
	for (u32 i = 0; i < NR_SETS; i++) {
		if (user[i] != NULL &&
		    copy_to_user(user[i], sets->out + i * sets->words, sets->words * sizeof(u32)))
			return -EFAULT;
	}
	return 0;
}

static long do_select(int n, void __user *const user[NR_SETS], const struct poll_end_time *end)
{
	u32 on_stack[2 * NR_SETS * WORDS_ON_STACK];
	struct fd_sets sets;
	u32 *words = on_stack;
	long result;

	if (n < 0)
		return -EINVAL;
	sets.n = MIN((u32)n, table_size());
	sets.words = (sets.n + WORD_BITS - 1) / WORD_BITS;
	if (sets.words > WORDS_ON_STACK) {
		words = kmalloc(2 * NR_SETS * sets.words * sizeof(u32), GFP_KERNEL);
		if (words == NULL)
			return -ENOMEM;
	}
	sets.in = words;
	sets.out = words + NR_SETS * sets.words;
	memset(words, 0, 2 * NR_SETS * sets.words * sizeof(u32));
	result = get_sets(&sets, user);
	if (result == 0)
		result = select_sets(&sets, end);
	if (result >= 0 && put_sets(&sets, user) != 0)
		result = -EFAULT;
	if (words != on_stack)
		kfree(words);
	return result;
}

long sys_select(int n, void __user *in, void __user *out, void __user *except, void __user *timeout)
{
	void __user *const user[NR_SETS] = {in, out, except};
	struct poll_end_time end;
	long result = poll_end_time(&end, timeout, TIME_TIMEVAL32);

	if (result != 0)
		return result;
	return poll_time_left(&end, timeout, TIME_TIMEVAL32, do_select(n, user, &end));
}

/* i386's first form: one pointer to five words. */
long sys_old_select(const u32 __user *args)
{
	u32 a[5];

	if (copy_from_user(a, args, sizeof(a)) != 0)
		return -EFAULT;
	return sys_select((int)a[0], (void __user *)(uintptr_t)a[1], (void __user *)(uintptr_t)a[2],
			  (void __user *)(uintptr_t)a[3], (void __user *)(uintptr_t)a[4]);
}

/* The signal mask comes as a pointer to { pointer, size }, since six arguments are all there are. */
static long pselect(int n, void __user *const user[NR_SETS], void __user *timeout,
		    enum time_format format, const u32 __user *mask_args)
{
	u32 mask[2] = {0, 0};
	struct poll_end_time end;
	long result;

	if (mask_args != NULL && copy_from_user(mask, mask_args, sizeof(mask)) != 0)
		return -EFAULT;
	result = poll_end_time(&end, timeout, format);
	if (result == 0)
		result = poll_mask_set((const void __user *)(uintptr_t)mask[0], mask[1]);
	if (result != 0)
		return result;
	result = poll_mask_done(do_select(n, user, &end));
	return poll_time_left(&end, timeout, format, result);
}

long sys_pselect6(int n, void __user *in, void __user *out, void __user *except,
		  void __user *timeout, const u32 __user *mask)
{
	void __user *const user[NR_SETS] = {in, out, except};

	return pselect(n, user, timeout, TIME_TIMESPEC32, mask);
}

long sys_pselect6_time64(int n, void __user *in, void __user *out, void __user *except,
			 void __user *timeout, const u32 __user *mask)
{
	void __user *const user[NR_SETS] = {in, out, except};

	return pselect(n, user, timeout, TIME_TIMESPEC64, mask);
}
