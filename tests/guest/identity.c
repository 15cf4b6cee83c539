/* SPDX-License-Identifier: MIT */
/*
 * Who a process is: users and groups, thread ids, the robust list, random numbers. On Linux only
 * root, in its first user namespace or alone in one, sees all of this.
 */
#include "guest.h"

static void test_users(void)
{
	uint32_t real = 1, effective = 2, saved = 3;
	static const long getters[] = {__NR_getuid32, __NR_geteuid32, __NR_getgid32,
				       __NR_getegid32};

	for (size_t i = 0; i < sizeof(getters) / sizeof(getters[0]); i++)
		is(sys(getters[i]), 0, "call %ld: root", getters[i]);
	is(sys(__NR_getresuid32, &real, &effective, &saved), 0, "getresuid");
	ok(real == 0 && effective == 0 && saved == 0, "all three are root");
	is(sys(__NR_getresgid32, &real, &effective, &saved), 0, "getresgid");
	is(sys(__NR_getresuid32, &real, KERNEL_ADDRESS, &saved), -EFAULT, "a bad address");
	is(sys(__NR_setuid32, 0), 0, "setuid to what one is");
	is(sys(__NR_setgid32, 0), 0, "setgid");
	is(sys(__NR_setreuid32, -1, 0), 0, "setreuid, one stays");
	is(sys(__NR_setregid32, 0, -1), 0, "setregid, the other stays");
	is(sys(__NR_setresuid32, -1, -1, 0), 0, "setresuid");
	is(sys(__NR_setresgid32, 0, 0, 0), 0, "setresgid");
	is(sys(__NR_setfsuid32, -1), 0, "setfsuid says what it was");
	is(sys(__NR_setfsgid32, -1), 0, "setfsgid");
	is(sys(__NR_getgroups32, -1, NULL), -EINVAL, "a negative size");
	is(sys(__NR_setgroups32, 65537, NULL), -EINVAL, "too many groups");
	is(sys(__NR_setgroups32, -1, NULL), -EINVAL, "a negative number of groups");
	is(sys(__NR_setgroups32, 1, KERNEL_ADDRESS), -EFAULT, "groups at a bad address");
}

static void test_ids(void)
{
	uint32_t list[3] = {0}, head = 1, len = 1;

	is(sys(__NR_gettid), getpid(), "the first thread has the process's id");
	is(sys(__NR_set_tid_address, NULL), getpid(), "set_tid_address says it");
	is(sys(__NR_set_robust_list, list, 12), 0, "set_robust_list");
	is(sys(__NR_set_robust_list, list, 24), -EINVAL, "another length");
	is(sys(__NR_get_robust_list, 0, &head, &len), 0, "get_robust_list");
	is(head, (long)(uintptr_t)list, "the list");
	is(len, 12, "its length");
	is(sys(__NR_get_robust_list, getpid(), &head, &len), 0, "by its pid");
	is(sys(__NR_get_robust_list, 0x3fffffff, &head, &len), -ESRCH, "nobody's");
	is(sys(__NR_get_robust_list, 0, KERNEL_ADDRESS, &len), -EFAULT, "a bad address");
	is(sys(__NR_set_robust_list, NULL, 12), 0, "none again");
}

static void test_random(void)
{
	static unsigned char a[300], b[300];
	unsigned seen[4] = {0};

	is(sys(__NR_getrandom, a, sizeof(a), 0), sizeof(a), "300 bytes");
	is(sys(__NR_getrandom, b, sizeof(b), 1), sizeof(b), "300 more");
	ok(memcmp(a, b, sizeof(a)) != 0, "others");
	for (size_t i = 0; i < sizeof(a); i++)
		seen[a[i] & 3]++;
	ok(seen[0] > 30 && seen[1] > 30 && seen[2] > 30 && seen[3] > 30, "of all kinds");
	is(sys(__NR_getrandom, a, 0, 0), 0, "none");
	is(sys(__NR_getrandom, a, 1, 8), -EINVAL, "an unknown flag");
	is(sys(__NR_getrandom, a, 1, 6), -EINVAL, "random and insecure");
	is(sys(__NR_getrandom, KERNEL_ADDRESS, 1, 0), -EFAULT, "a bad address");
}

int main(void)
{
	if (sys(__NR_getuid32) != 0 && !on_octavo())
		skip("on Linux only root sees what is said of users");
	else
		test_users();
	test_ids();
	test_random();
	return tap_done();
}
