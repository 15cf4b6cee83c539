/* SPDX-License-Identifier: MIT */
/* ktest_timer.c - timers and sleeping: never early, in order, cancelled for good. */
#include <octavo/ktest.h>
#include <octavo/sched.h>
#include <octavo/time.h>

#define NR_TIMERS 60

struct probe {
	struct timer timer;
	u64 fired_ns; /* 0: not yet */
	u32 times;
};
static struct probe probes[NR_TIMERS];

static void note(void *arg)
{
	struct probe *p = arg;

	p->fired_ns = clock_ns();
	p->times++;
}

static void probe_start(struct probe *p, u64 when)
{
	*p = (struct probe){.timer = {.fn = note, .arg = p}};
	timer_add(&p->timer, when);
}

KTEST(timer_never_early, "")
{
	u64 now = clock_ns(), worst = 0;

	for (unsigned i = 0; i < NR_TIMERS; i++)
		probe_start(&probes[i], now + ktest_random(400000) * 1000u);
	ktest_sleep_ms(450);
	for (unsigned i = 0; i < NR_TIMERS; i++) {
		struct probe *p = &probes[i];

		if (!KTEST_OK(p->times == 1, "each fires once"))
			break;
		if (!KTEST_OK(p->fired_ns >= p->timer.expires_ns, "none fires early"))
			break;
		worst = MAX(worst, p->fired_ns - p->timer.expires_ns);
	}
	KTEST_OK(worst < 50 * NSEC_PER_MSEC, "none fires late");
}

KTEST(timer_order, "")
{
	static const u32 when_ms[] = {60, 20, 300, 40, 5};
	u64 now = clock_ns();

	for (unsigned i = 0; i < ARRAY_SIZE(when_ms); i++)
		probe_start(&probes[i], now + when_ms[i] * NSEC_PER_MSEC);
	ktest_sleep_ms(330);
	for (unsigned i = 0; i < ARRAY_SIZE(when_ms); i++) {
		for (unsigned k = 0; k < ARRAY_SIZE(when_ms); k++)
			KTEST_OK(when_ms[i] <= when_ms[k] ||
					 probes[i].fired_ns >= probes[k].fired_ns,
				 "timers of different ticks fire in order");
	}
}

KTEST(timer_in_the_past, "")
{
	probe_start(&probes[0], 0);
	probe_start(&probes[1], clock_ns());
	ktest_sleep_ms(12);
	KTEST_OK(probes[0].times == 1 && probes[1].times == 1, "they fire soon");
}

KTEST(timer_cancel, "")
{
	u64 now = clock_ns();

	for (unsigned i = 0; i < NR_TIMERS; i++)
		probe_start(&probes[i], now + (10 + i) * NSEC_PER_MSEC);
	for (unsigned i = 0; i < NR_TIMERS; i += 2)
		KTEST_OK(timer_cancel(&probes[i].timer), "it had not fired");
	ktest_sleep_ms(10 + NR_TIMERS + 10);
	for (unsigned i = 0; i < NR_TIMERS; i++)
		KTEST_OK(probes[i].times == i % 2, "cancelled timers do not fire, others do");
	KTEST_OK(!timer_cancel(&probes[1].timer), "one that has fired is not pending");
	KTEST_OK(!timer_cancel(&probes[0].timer), "one that was cancelled is not pending");
	probe_start(&probes[0], clock_ns() + 3600 * NSEC_PER_SEC);
	probe_start(&probes[1], clock_ns() + 40000ull * 3600 * NSEC_PER_SEC);
	probe_start(&probes[2], UINT64_MAX);
	for (unsigned i = 0; i < 3; i++)
		KTEST_OK(timer_cancel(&probes[i].timer), "far ones can be cancelled too");
}

static void note_and_repeat(void *arg)
{
	struct probe *p = arg;

	note(p);
	if (p->times < 5)
		timer_add(&p->timer, p->timer.expires_ns + 8 * NSEC_PER_MSEC);
}

KTEST(timer_adds_itself_again, "")
{
	struct probe *p = &probes[0];

	*p = (struct probe){.timer = {.fn = note_and_repeat, .arg = p}};
	timer_add(&p->timer, clock_ns() + 8 * NSEC_PER_MSEC);
	ktest_sleep_ms(60);
	KTEST_OK(p->times == 5, "five times");
	KTEST_OK(!timer_cancel(&p->timer), "and no more");
}

KTEST(timer_sleep_until, "")
{
	u64 when = clock_ns() + 20 * NSEC_PER_MSEC;

	KTEST_OK(sleep_until(when) == 0, "it sleeps");
	KTEST_OK(clock_ns() >= when, "not too short");
	KTEST_OK(clock_ns() < when + 50 * NSEC_PER_MSEC, "not too long");
	KTEST_OK(sleep_until(1) == 0, "a time that has passed is no sleep");
}

KTEST(timer_clock_is_monotonic, "")
{
	u64 last = clock_ns(), end = last + 20 * NSEC_PER_MSEC;
	u32 begin = ticks;
	bool back = false;

	while (last < end) {
		u64 now = clock_ns();

		back |= now < last;
		last = now;
	}
	KTEST_OK(!back, "the clock does not go back");
	KTEST_OK(ticks - begin >= 3, "ticks come");
}
