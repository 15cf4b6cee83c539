/* SPDX-License-Identifier: MIT */
/*
 * futex.c - sleeping until a word of a program's memory changes.
 *
 *	word --> key: what memory it is --> bucket: lock, waiters (on their own stacks)
 *
 * A key is an address space and an address, or a mapped object, a page of it and the offset there. Either
 * is known by its serial number, so a waiter keeps neither: when they go, nobody can ask for it any more.
 * A waiter is in its bucket before it looks at the word, and looks with the bucket's lock held; a waker
 * has changed the word before it looks into the bucket. So whoever finds the bucket empty takes no lock,
 * and nobody sleeps on a value that has gone. Under the lock a page that is not there is not brought
 * in: the lock is let go, the page touched, and all is tried again.
 *
 * A waker says so in the waiter, wakes its task, and sets the waiter's bucket to NULL last: a waiter
 * that sees NULL, or has had the lock, may go, for nobody uses it or its task any more. Requeueing
 * changes the bucket under both locks, that of the lower address first.
 * Waiters are walked under the lock: there is one for each sleeping thread at most.
 * Lock order: futex_lock (nested: the higher address), run queue.
 */
#include <arch/atomic.h>
#include <octavo/clock_watch.h>
#include <octavo/errno.h>
#include <octavo/futex.h>
#include <octavo/mm.h>
#include <octavo/sched.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/futex.h>

#define FUTEX_BUCKETS 64u

struct futex_key {
	u64 owner; /* serial number of an mm or of an object */
	u32 page;
	u32 offset; /* in the page; KEY_SHARED_MM: `owner` is an mm, asked for as shared */
};
#define KEY_SHARED_MM 2u

struct futex_waiter {
	TAILQ_ENTRY(futex_waiter) link; /* [bucket] */
	struct futex_key key;           /* [bucket] */
	u32 bitset;                     /* [I] */
	struct task *task;              /* [I] */
	struct futex_bucket *bucket;    /* [bucket] where it is queued; NULL: nowhere */
	bool woken;                     /* [bucket] read without */
};

struct futex_bucket {
	spinlock_t lock;
	TAILQ_HEAD(futex_waiters, futex_waiter) waiters; /* [lock] in the order of their coming */
} __aligned(ARCH_CACHE_LINE);

#define BUCKET(n)                                                                                  \
	[n] = {.lock = SPINLOCK_INIT(futex_lock),                                                  \
	       .waiters = TAILQ_HEAD_INITIALIZER(buckets[n].waiters)}
#define BUCKETS4(n)  BUCKET(n), BUCKET((n) + 1), BUCKET((n) + 2), BUCKET((n) + 3)
#define BUCKETS16(n) BUCKETS4(n), BUCKETS4((n) + 4), BUCKETS4((n) + 8), BUCKETS4((n) + 12)
static struct futex_bucket buckets[FUTEX_BUCKETS] = {BUCKETS16(0), BUCKETS16(16), BUCKETS16(32),
						     BUCKETS16(48)};

/* --- keys --- */

static bool key_equal(const struct futex_key *a, const struct futex_key *b)
{
	return a->offset == b->offset && a->page == b->page && a->owner == b->owner;
}

static struct futex_bucket *bucket_of(const struct futex_key *key)
{
	u32 hash = (u32)key->owner + key->page * 0x9e3779b1u + (key->offset >> 2);

	hash *= 0x85ebca6bu;
	return &buckets[hash >> 26];
}
_Static_assert(FUTEX_BUCKETS == 1u << (32 - 26), "the hash's upper bits");

/* What memory `word` is. => 0, -EINVAL not aligned, -EFAULT; sleeps if shared */
static int key_get(u32 __user *word, bool shared, struct futex_key *key)
{
	vaddr_t addr = (vaddr_t)(uintptr_t)word;
	struct futex_place place = {.object = 0};
	int err = 0;

	if (addr % sizeof(u32) != 0)
		return -EINVAL;
	if (!user_range_ok(word, sizeof(*word)))
		return -EFAULT;
	if (shared)
		err = futex_place(addr, &place);
	if (err != 0)
		return err;
	key->owner = place.object;
	key->page = place.page;
	key->offset = (u32)(addr % PAGE_SIZE);
	if (place.object == 0) {
		key->owner = current->mm->serial;
		key->page = (u32)(addr >> PAGE_SHIFT);
		key->offset |= shared ? KEY_SHARED_MM : 0;
	}
	return 0;
}

/* --- waking --- */

/* w is woken. => bucket->lock held; w and its task are not to be touched afterwards */
static void wake_waiter(struct futex_bucket *bucket, struct futex_waiter *w)
{
	TAILQ_REMOVE(&bucket->waiters, w, link);
	arch_write_once(&w->woken, true);
	sched_wake(w->task);
	arch_store_release(&w->bucket, NULL);
}

/* => how many; nr 0 counts as 1, as on Linux */
static int wake_matching(struct futex_bucket *bucket, const struct futex_key *key, int nr,
			 u32 bitset)
{
	struct futex_waiter *w, *next;
	int woken = 0;

	TAILQ_FOREACH_SAFE(w, &bucket->waiters, link, next) {
		if (!(w->bitset & bitset) || !key_equal(&w->key, key))
			continue;
		wake_waiter(bucket, w);
		if (++woken >= nr)
			break;
	}
	return woken;
}

static bool bucket_empty(struct futex_bucket *bucket)
{
	arch_mb(); /* the program's store to the word comes before */
	return TAILQ_EMPTY(&bucket->waiters);
}

long futex_wake(u32 __user *word, bool shared, int nr, u32 bitset)
{
	struct futex_bucket *bucket;
	struct futex_key key;
	int woken, err;

	if (bitset == 0)
		return -EINVAL;
	err = key_get(word, shared, &key);
	if (err != 0)
		return err;
	bucket = bucket_of(&key);
	if (bucket_empty(bucket))
		return 0;
	spin_lock(&bucket->lock);
	woken = wake_matching(bucket, &key, nr, bitset);
	spin_unlock(&bucket->lock);
	return woken;
}

void futex_wake_address(u32 __user *word)
{
	(void)futex_wake(word, true, 1, FUTEX_BITSET_MATCH_ANY);
}

/* --- waiting --- */

/* Queue w if the word has the expected value. => 0, -EAGAIN, -EFAULT; sleeps, but not on success */
static int queue_if(struct futex_waiter *w, const struct futex_wait *want)
{
	struct futex_bucket *bucket = bucket_of(&w->key);
	u32 value;
	int err;

	for (;;) {
		spin_lock(&bucket->lock);
		w->bucket = bucket;
		TAILQ_INSERT_TAIL(&bucket->waiters, w, link);
		arch_mb(); /* before the look at the word: see bucket_empty() */
		err = user_load_atomic(&value, want->word);
		if (err == 0 && value == want->expected) {
			spin_unlock(&bucket->lock);
			return 0;
		}
		TAILQ_REMOVE(&bucket->waiters, w, link);
		spin_unlock(&bucket->lock);
		if (err == 0)
			return -EAGAIN;
		if (user_bring_in(want->word, false) != 0)
			return -EFAULT;
	}
}

/* Off the queue, unless somebody was faster. => true: woken */
static bool unqueue(struct futex_waiter *w)
{
	struct futex_bucket *bucket;

	while ((bucket = arch_load_acquire(&w->bucket)) != NULL) {
		spin_lock(&bucket->lock);
		if (w->bucket == bucket) {
			TAILQ_REMOVE(&bucket->waiters, w, link);
			spin_unlock(&bucket->lock);
			return false;
		}
		spin_unlock(&bucket->lock); /* requeued, or woken */
	}
	return true;
}

static void sleep_endless(struct futex_waiter *w)
{
	for (;;) {
		sched_set_sleeping(true);
		if (arch_read_once(&w->woken) || signal_pending())
			break;
		schedule();
	}
	sched_set_running();
}

/* => true: the time has come */
static bool sleep_until_time(struct futex_waiter *w, const struct futex_wait *want)
{
	struct clock_watch watch;
	bool over;

	clock_watch_begin(&watch, want->realtime, want->when_ns);
	for (;;) {
		sched_set_sleeping(true);
		over = clock_watch_over(&watch);
		if (over || arch_read_once(&w->woken) || signal_pending())
			break;
		schedule();
	}
	sched_set_running();
	clock_watch_end(&watch);
	return over;
}

long futex_wait(const struct futex_wait *want)
{
	struct futex_waiter w = {.task = current, .bitset = want->bitset};
	bool over = false;
	int err;

	if (want->bitset == 0)
		return -EINVAL;
	err = key_get(want->word, want->shared, &w.key);
	if (err != 0)
		return err;
	err = queue_if(&w, want);
	if (err == 0) {
		if (want->timed)
			over = sleep_until_time(&w, want);
		else
			sleep_endless(&w);
		if (!unqueue(&w))
			err = over ? -ETIMEDOUT : -ERESTARTSYS;
	}
	return err;
}

/* --- two words --- */

struct futex_pair {
	struct futex_key key1, key2;
	struct futex_bucket *a, *b; /* theirs; they may be the same */
};

/* => as key_get() */
static int pair_get(struct futex_pair *p, u32 __user *word1, u32 __user *word2, bool shared)
{
	int err = key_get(word1, shared, &p->key1);

	if (err == 0)
		err = key_get(word2, shared, &p->key2);
	if (err != 0)
		return err;
	p->a = bucket_of(&p->key1);
	p->b = bucket_of(&p->key2);
	return 0;
}

static void lock_both(const struct futex_pair *p) __acquires(&p->a->lock) __acquires(&p->b->lock)
{
	struct futex_bucket *low = MIN(p->a, p->b), *high = MAX(p->a, p->b);

	spin_lock(&low->lock);
	if (low != high)
		spin_lock_nested(&high->lock, 1);
	else
		__acquire(&high->lock);
}

static void unlock_both(const struct futex_pair *p) __releases(&p->a->lock) __releases(&p->b->lock)
{
	struct futex_bucket *low = MIN(p->a, p->b), *high = MAX(p->a, p->b);

	if (low != high)
		spin_unlock(&high->lock);
	else
		__release(&high->lock);
	spin_unlock(&low->lock);
}

/* w, which waits for the first word, waits for the second from now on. => both locks held */
static void move_waiter(struct futex_waiter *w, const struct futex_pair *p)
{
	w->key = p->key2;
	if (p->a == p->b)
		return;
	TAILQ_REMOVE(&p->a->waiters, w, link);
	TAILQ_INSERT_TAIL(&p->b->waiters, w, link);
	w->bucket = p->b;
}

/* The walk of futex_requeue(); both locks are held. => how many were woken or moved */
static int requeue_matching(const struct futex_pair *p, int nr_wake, int nr_move)
{
	struct futex_waiter *w, *next;
	int done = 0;

	TAILQ_FOREACH_SAFE(w, &p->a->waiters, link, next) {
		if (done - nr_wake >= nr_move)
			break;
		if (!key_equal(&w->key, &p->key1))
			continue;
		if (++done <= nr_wake)
			wake_waiter(p->a, w);
		else
			move_waiter(w, p);
	}
	return done;
}

long futex_requeue(u32 __user *from, u32 __user *to, bool shared, int nr_wake, int nr_move,
		   const u32 *expected)
{
	struct futex_pair p;
	int done, err;
	u32 value;

	if (nr_wake < 0 || nr_move < 0)
		return -EINVAL;
	err = pair_get(&p, from, to, shared);
	if (err != 0)
		return err;
	for (;;) {
		lock_both(&p);
		err = expected != NULL ? user_load_atomic(&value, from) : 0;
		if (err == 0)
			break;
		unlock_both(&p);
		if (user_bring_in(from, false) != 0)
			return -EFAULT;
	}
	if (expected != NULL && value != *expected)
		done = -EAGAIN;
	else
		done = requeue_matching(&p, nr_wake, nr_move);
	unlock_both(&p);
	return done;
}

/* --- FUTEX_WAKE_OP: 4 bits of operation, 4 of comparison, 12 of each argument --- */

static s32 sign_extend12(u32 v)
{
	return (s32)(v << 20) >> 20;
}

/* => false: there is no such operation */
static bool op_apply(u32 op, u32 was, u32 *to)
{
	u32 arg = (u32)sign_extend12(op >> 12);

	if (op >> 28 & FUTEX_OP_OPARG_SHIFT)
		arg = 1u << (arg & 31);
	switch (op >> 28 & 7) {
	case FUTEX_OP_SET:
		*to = arg;
		return true;
	case FUTEX_OP_ADD:
		*to = was + arg;
		return true;
	case FUTEX_OP_OR:
		*to = was | arg;
		return true;
	case FUTEX_OP_ANDN:
		*to = was & ~arg;
		return true;
	case FUTEX_OP_XOR:
		*to = was ^ arg;
		return true;
	default:
		return false;
	}
}

/* => 0, 1; -ENOSYS there is no such comparison */
static int op_compare(u32 op, s32 was)
{
	s32 arg = sign_extend12(op);

	switch (op >> 24 & 15) {
	case FUTEX_OP_CMP_EQ:
		return was == arg;
	case FUTEX_OP_CMP_NE:
		return was != arg;
	case FUTEX_OP_CMP_LT:
		return was < arg;
	case FUTEX_OP_CMP_LE:
		return was <= arg;
	case FUTEX_OP_CMP_GT:
		return was > arg;
	case FUTEX_OP_CMP_GE:
		return was >= arg;
	default:
		return -ENOSYS;
	}
}

/* Change the word, both locks held. => 0 and what was there; -ENOSYS; -EFAULT it is not there */
static int op_on_word(u32 __user *word, u32 op, u32 *was)
{
	u32 expected, to;
	int err = user_load_atomic(was, word);

	do {
		expected = *was;
		if (err == 0 && !op_apply(op, expected, &to))
			err = -ENOSYS;
		if (err == 0)
			err = user_cmpxchg_atomic(word, expected, to, was);
	} while (err == 0 && *was != expected);
	return err;
}

long futex_wake_op(u32 __user *word1, u32 __user *word2, bool shared, int nr, int nr2, u32 op)
{
	struct futex_pair p;
	int matches, done, err;
	u32 was;

	err = pair_get(&p, word1, word2, shared);
	if (err != 0)
		return err;
	for (;;) {
		lock_both(&p);
		err = op_on_word(word2, op, &was);
		if (err != -EFAULT)
			break;
		unlock_both(&p);
		if (user_bring_in(word2, true) != 0)
			return -EFAULT;
	}
	matches = err != 0 ? err : op_compare(op, (s32)was);
	done = matches;
	if (matches >= 0)
		done = wake_matching(p.a, &p.key1, nr, FUTEX_BITSET_MATCH_ANY);
	if (matches > 0)
		done += wake_matching(p.b, &p.key2, nr2, FUTEX_BITSET_MATCH_ANY);
	unlock_both(&p);
	return done;
}
