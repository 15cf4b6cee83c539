/* SPDX-License-Identifier: MIT */
/*
 * Clocks and sleeping: clock_gettime(2) in both forms, gettimeofday(2), time(2), nanosleep(2),
 * their resolution, sleeping by each, setting the real one.
 */
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
	for (size_t at = 0; at < 4; at++) {
		static char elsewhere[3 * sizeof(struct time64)];
		char here[3 * sizeof(struct time64)];
		struct time64 t;

		memset(here, 0x55, sizeof(here));
		memset(elsewhere, 0x55, sizeof(elsewhere));
		b = read64(1);
		is(sys(__NR_clock_gettime64, 1, here + 12 + at), 0, "on the stack");
		is(sys(__NR_clock_gettime64, 1, elsewhere + 12 + at), 0, "elsewhere");
		memcpy(&t, here + 12 + at, sizeof(t));
		a = t.sec * 1000 * MS + t.nsec;
		memcpy(&t, elsewhere + 12 + at, sizeof(t));
		c = t.sec * 1000 * MS + t.nsec;
		ok(b <= a && a <= c && c <= read64(1), "one after the other");
		ok(all_bytes(here, 12 + at, 0x55) && all_bytes(elsewhere, 12 + at, 0x55) &&
			   all_bytes(here + 28 + at, 20 - at, 0x55) &&
			   all_bytes(elsewhere + 28 + at, 20 - at, 0x55),
		   "and nothing beside it");
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

static void test_resolution(void)
{
	struct time32 t = {-1, -1};
	struct time64 wide = {-1, -1};

	is(sys(__NR_clock_getres, 1, &t), 0, "resolution");
	ok(t.sec == 0 && t.nsec == 1, "1 ns");
	is(sys(__NR_clock_getres_time64, 5, &wide), 0, "of a coarse clock");
	ok(wide.sec == 0 && wide.nsec >= 1 * MS && wide.nsec <= 10 * MS, "a tick");
	is(sys(__NR_clock_getres, 0, NULL), 0, "no place for it");
	is(sys(__NR_clock_getres, 99, &t), -EINVAL, "no such clock");
	is(sys(__NR_clock_getres_time64, 0, KERNEL_ADDRESS), -EFAULT, "the kernel's address");
	ok(read64(11) >= read64(0) - 60 * 1000 * MS, "atomic time");
	ok(read64((int)(~0u << 3 | 2)) > 0, "our CPU time by its own clock");
	ok(read64((int)(~(unsigned)getpid() << 3 | 2)) > 0, "by our pid");
	is(sys(__NR_clock_gettime, (int)(~0x0fffffffu << 3 | 2), &t), -EINVAL, "nobody's");
}

static long nap_by(int clock, int flags, int64_t ns)
{
	struct time64 want = {ns / (1000 * MS), ns % (1000 * MS)};

	return sys(__NR_clock_nanosleep_time64, clock, flags, &want, NULL);
}

static void test_sleep_by_clock(void)
{
	struct time32 bad = {0, 1000 * MS}, none = {0, 0};
	int64_t before = read64(1);

	is(nap_by(1, 0, 20 * MS), 0, "20 ms of the monotonic clock");
	is(nap_by(0, 0, 20 * MS), 0, "of the real one");
	is(nap_by(7, 1, read64(7) + 20 * MS), 0, "until a time of the boot clock");
	is(nap_by(0, 1, read64(0) + 20 * MS), 0, "until a time of the real clock");
	ok(read64(1) - before >= 80 * MS, "not shorter");
	before = read64(1);
	is(nap_by(1, 1, before + 20 * MS), 0, "until a time of the monotonic clock");
	ok(read64(1) < 2 * before, "which is no time from now on");
	is(nap_by(1, 1, 1), 0, "until a time that is over");
	is(nap_by(0, 1, 1), 0, "until a real one that is over");
	is(sys(__NR_clock_nanosleep, 1, 0, &none, NULL), 0, "no time at all");
	is(sys(__NR_clock_nanosleep, 1, 0, &bad, NULL), -EINVAL, "a second of nanoseconds");
	is(sys(__NR_clock_nanosleep, 4, 0, &none, NULL), -EOPNOTSUPP, "by the raw clock");
	is(sys(__NR_clock_nanosleep, 99, 0, &none, NULL), -EINVAL, "by no clock");
	is(sys(__NR_clock_nanosleep, 1, 0, KERNEL_ADDRESS, NULL), -EFAULT, "the kernel's address");
	is(sys(__NR_clock_nanosleep_time64, 1, 0, KERNEL_ADDRESS, NULL), -EFAULT, "64 bits of it");
}

static int sleep_until_tomorrow(void *arg)
{
	(void)arg;
	return nap_by(0, 1, read64(0) + 86400 * 1000 * MS) == 0 ? 5 : 6;
}

static int64_t set_clock(int64_t ns)
{
	struct time64 t = {ns / (1000 * MS), ns % (1000 * MS)};

	return sys(__NR_clock_settime64, 0, &t);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* Is what remains of a sleep for ever a time, and a long one? */
static int sleep_for_ever(void)
{
	struct time64 want = {1ll << 40, 0}, rest = {0, -1};

	signal(SIGALRM, on_alarm);
	sys(__NR_setitimer, 0, (int[4]){0, 0, 0, 20000}, NULL);
	if (sys(__NR_clock_nanosleep_time64, 1, 0, &want, &rest) != -EINTR)
		return 1;
	return rest.sec > 9000000000ll && rest.nsec >= 0 && rest.nsec < 1000 * MS ? 0 : 2;
}

/* Years that 32 bits of seconds do not reach. */
static void test_far_future(int64_t now)
{
	const int64_t year_2128 = 5000000000ll * 1000 * MS;
	struct time64 last = {9223372036ll - 30ll * 365 * 86400, 0};

	is(set_clock(year_2128), 0, "it is the year 2128");
	ok(read64(0) >= year_2128 && read64(0) < year_2128 + 60000 * MS, "and goes on");
	is(sys(__NR_clock_settime64, 0, &last), -EINVAL, "the year 2232 is too far");
	is(set_clock(now), 0, "back");
}

static void test_setting(void)
{
	struct time64 bad = {1000000000, 1000 * MS}, early = {0, 0};
	int64_t now;
	int status;
	pid_t pid;

	is(sys(__NR_clock_settime64, 1, &bad), -EINVAL, "the monotonic clock is not set");
	is(sys(__NR_clock_settime64, 0, &bad), -EINVAL, "a second of nanoseconds");
	is(sys(__NR_clock_settime, 0, KERNEL_ADDRESS), -EFAULT, "the kernel's address");
	is(sys(__NR_settimeofday, KERNEL_ADDRESS, NULL), -EFAULT, "settimeofday of it");
	is(sys(__NR_settimeofday, NULL, NULL), 0, "settimeofday of nothing");
	if (!on_octavo())
		return; /* the host keeps its time */
	is(sys(__NR_clock_settime64, 0, &early), -EINVAL, "before the machine was started");
	pid = fork();
	if (pid < 0)
		skip("no fork without an MMU");
	if (pid == 0)
		_exit(sleep_until_tomorrow(NULL));
	sleep_ms(20);
	now = read64(0);
	is(set_clock(now + 2 * 86400 * 1000 * MS), 0, "two days on");
	ok(read64(0) >= now + 2 * 86400 * 1000 * MS, "it is then");
	if (pid > 0)
		ok(waitpid(pid, &status, 0) == pid && status == EXITED(5), "tomorrow has come");
	is(set_clock(now), 0, "as it was");
	test_far_future(now);
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
	test_resolution();
	test_sleep_by_clock();
	is(sleep_for_ever(), 0, "a sleep for ever, interrupted, has for ever to go");
	test_setting();
	test_cpu_time_and_kill();
	return tap_done();
}
