/* SPDX-License-Identifier: MIT */
/*
 * sys_futex.c - futex(2) as programs call it, with times of 32 and of 64 bits.
 *
 * Operations that lend priority are ENOSYS, as on a Linux that was built without them.
 */
#include <octavo/errno.h>
#include <octavo/futex.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/futex.h>
#include <uapi/octavo/time.h>

#define OP_FLAGS (FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)

/* restart_block.args of a wait */
enum { ARG_WORD, ARG_EXPECTED, ARG_BITSET, ARG_FLAGS };
#define FLAG_SHARED   1u
#define FLAG_REALTIME 2u

static long wait_restart(struct restart_block *r);

/* Sleep, and be started again behind a signal until the time that was set at first. */
static long wait_timed(const struct futex_wait *w)
{
	long err = futex_wait(w);

	if (err != -ERESTARTSYS)
		return err;
	current->sig.restart = (struct restart_block){
		.fn = wait_restart,
		.when_ns = w->when_ns,
		.args = {[ARG_WORD] = (u32)(uintptr_t)w->word,
			 [ARG_EXPECTED] = w->expected,
			 [ARG_BITSET] = w->bitset,
			 [ARG_FLAGS] =
				 (w->shared ? FLAG_SHARED : 0) | (w->realtime ? FLAG_REALTIME : 0)},
	};
	return -ERESTART_RESTARTBLOCK;
}

static long wait_restart(struct restart_block *r)
{
	const struct futex_wait w = {
		.word = (u32 __user __force *)(uintptr_t)r->args[ARG_WORD],
		.expected = r->args[ARG_EXPECTED],
		.bitset = r->args[ARG_BITSET],
		.shared = (r->args[ARG_FLAGS] & FLAG_SHARED) != 0,
		.timed = true,
		.realtime = (r->args[ARG_FLAGS] & FLAG_REALTIME) != 0,
		.when_ns = r->when_ns,
	};

	return wait_timed(&w);
}

/* when_ns: what was given, NULL for ever; of FUTEX_WAIT it is how long, else until when. */
static long do_wait(u32 __user *word, int op, u32 expected, const u64 *when_ns, u32 bitset)
{
	struct futex_wait w = {
		.word = word,
		.expected = expected,
		.bitset = bitset,
		.shared = !(op & FUTEX_PRIVATE_FLAG),
		.timed = when_ns != NULL,
		.realtime = (op & FUTEX_CLOCK_REALTIME) != 0,
	};

	if (when_ns == NULL)
		return futex_wait(&w);
	w.when_ns = *when_ns;
	if ((op & ~OP_FLAGS) == FUTEX_WAIT)
		w.when_ns = MIN(clock_ns() + *when_ns, (u64)INT64_MAX);
	return wait_timed(&w);
}

static bool takes_time(int op)
{
	switch (op & ~OP_FLAGS) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_WAIT_REQUEUE_PI:
		return true;
	default:
		return false;
	}
}

/* value2: of the operations that take no time, in its place. */
static long do_futex(u32 __user *word, int op, u32 value, const u64 *when_ns, u32 value2,
		     u32 __user *word2, u32 value3)
{
	bool shared = !(op & FUTEX_PRIVATE_FLAG);
	int command = op & ~OP_FLAGS;

	if ((op & FUTEX_CLOCK_REALTIME) && command != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	switch (command) {
	case FUTEX_WAIT:
		return do_wait(word, op, value, when_ns, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return do_wait(word, op, value, when_ns, value3);
	case FUTEX_WAKE:
		return futex_wake(word, shared, (int)value, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(word, shared, (int)value, value3);
	case FUTEX_REQUEUE:
		return futex_requeue(word, word2, shared, (int)value, (int)value2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(word, word2, shared, (int)value, (int)value2, &value3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(word, word2, shared, (int)value, (int)value2, value3);
	default:
		return -ENOSYS;
	}
}

/* Nanoseconds of a time; what 64 bits do not hold is for ever. => false: EINVAL */
static bool spec_to_ns(s64 sec, s64 nsec, u64 *ns)
{
	if (sec < 0 || nsec < 0 || nsec >= (s64)NSEC_PER_SEC)
		return false;
	*ns = sec > INT32_MAX ? (u64)INT64_MAX : (u64)sec * NSEC_PER_SEC + (u64)nsec;
	return true;
}

long sys_futex(u32 __user *word, int op, u32 value, const void __user *timeout, u32 __user *word2,
	       u32 value3)
{
	struct uapi_timespec32 t;
	bool timed = timeout != NULL && takes_time(op);
	u64 when;

	if (timed && copy_from_user(&t, timeout, sizeof(t)) != 0)
		return -EFAULT;
	if (timed && !spec_to_ns(t.tv_sec, t.tv_nsec, &when))
		return -EINVAL;
	return do_futex(word, op, value, timed ? &when : NULL, (u32)(uintptr_t)timeout, word2,
			value3);
}

long sys_futex_time64(u32 __user *word, int op, u32 value, const void __user *timeout,
		      u32 __user *word2, u32 value3)
{
	struct uapi_timespec64 t;
	bool timed = timeout != NULL && takes_time(op);
	u64 when;

	if (timed && copy_from_user(&t, timeout, sizeof(t)) != 0)
		return -EFAULT;
	/* of the nanoseconds the low word counts on a 32-bit machine */
	if (timed && !spec_to_ns(t.tv_sec, (s64)(u32)t.tv_nsec, &when))
		return -EINVAL;
	return do_futex(word, op, value, timed ? &when : NULL, (u32)(uintptr_t)timeout, word2,
			value3);
}
