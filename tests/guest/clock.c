/* SPDX-License-Identifier: MIT */
/* Clocks and sleeping: clock_gettime(2) in both forms, gettimeofday(2), time(2), nanosleep(2). */
#include "guest.h"

#define MS 1000000LL

struct time32 {
	int32_t sec, nsec;
};

struct time64 {
	int64_t sec, nsec;
};

static int64_t read32(int clock)
{
	struct time32 t = {-1, -1};

	if (sys(__NR_clock_gettime, clock, &t) != 0)
		return -1;
	return t.sec * 1000 * MS + t.nsec;
}

static int64_t read64(int clock)
{
	struct time64 t = {-1, -1};

	if (sys(__NR_clock_gettime64, clock, &t) != 0 || t.nsec < 0 || t.nsec >= 1000 * MS)
		return -1;
	return t.sec * 1000 * MS + t.nsec;
}

static void test_clocks(void)
{
	static const int clocks[] = {0, 1, 2, 3, 4, 5, 6, 7};
	int64_t a, b, c;

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		a = read32(clocks[i]);
		b = read64(clocks[i]);
		c = read32(clocks[i]);
		/* coarse clocks may stand still between ticks, none goes back */
		ok(a >= 0 && a <= b && b <= c, "clock %d: both forms agree", clocks[i]);
	}
	is(sys(__NR_clock_gettime, 99, &a), -EINVAL, "a clock that is not there");
	is(sys(__NR_clock_gettime64, 99, &a), -EINVAL, "the same, 64-bit form");
	is(sys(__NR_clock_gettime, 1, KERNEL_ADDRESS), -EFAULT, "the kernel's address");
	is(sys(__NR_clock_gettime64, 1, KERNEL_ADDRESS), -EFAULT, "the same, 64-bit form");
}

static void test_time_of_day(void)
{
	struct {
		int32_t sec, usec;
	} tv = {-1, -1};
	int32_t zone[2] = {77, 77};
	int64_t before = read64(0), after;

	is(sys(__NR_gettimeofday, &tv, zone), 0, "gettimeofday");
	after = read64(0);
	ok(tv.usec >= 0 && tv.usec < 1000000, "microseconds are less than a second");
	ok(tv.sec * 1000 * MS + tv.usec * 1000LL >= before - 1000 &&
		   tv.sec * 1000 * MS + tv.usec * 1000LL <= after,
	   "it is the real-time clock");
	is(sys(__NR_gettimeofday, NULL, NULL), 0, "no place for the result");
	is(sys(__NR_gettimeofday, KERNEL_ADDRESS, NULL), -EFAULT, "the kernel's address");
#ifdef __NR_time
	{
		int32_t t = -1;
		long now = sys(__NR_time, &t);

		ok(now == t && now >= before / (1000 * MS), "time: result and memory agree");
		ok(sys(__NR_time, NULL) >= now, "time without a place");
		is(sys(__NR_time, KERNEL_ADDRESS), -EFAULT, "time at the kernel's address");
	}
#endif
}

static long nap(int32_t sec, int32_t nsec, struct time32 *left)
{
	struct time32 want = {sec, nsec};

	return sys(__NR_nanosleep, &want, left);
}

static void test_sleep(void)
{
	int64_t before = read64(1), cpu = read64(2);

	is(nap(0, 30 * MS, NULL), 0, "30 ms");
	ok(read64(1) - before >= 30 * MS, "not shorter");
	ok(read64(2) - cpu < 20 * MS, "sleeping takes no CPU time");
	is(nap(0, 0, NULL), 0, "no time at all");
	is(nap(0, 1000 * MS, NULL), -EINVAL, "a whole second of nanoseconds");
	is(nap(0, -1, NULL), -EINVAL, "negative nanoseconds");
	is(nap(-1, 0, NULL), -EINVAL, "negative seconds");
	is(sys(__NR_nanosleep, KERNEL_ADDRESS, NULL), -EFAULT, "the kernel's address");
}

static int sleep_for_days(void *arg)
{
	(void)arg;
	return (int)nap(INT32_MAX, 0, NULL);
}

static void test_cpu_time_and_kill(void)
{
	int64_t cpu = read64(2), until = read64(1) + 20 * MS;
	int status;

	while (read64(1) < until)
		continue;
	ok(read64(2) - cpu > 2 * MS, "work takes CPU time");
	status = in_child_for(50, sleep_for_days, NULL);
	if (status == -1 && errno == EINVAL)
		skip("no fork without an MMU");
	else
		is(status, KILLED(SIGKILL), "a sleeper can be killed");
}

int main(void)
{
	test_clocks();
	test_time_of_day();
	test_sleep();
	test_cpu_time_and_kill();
	return tap_done();
}
