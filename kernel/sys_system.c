/* SPDX-License-Identifier: MIT */
/*
 * sys_system.c - the calls about the machine: its names, what it has, its end.
 *
 * uts_lock protects the two names that can be changed.
 */
#include <arch/layout.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/load.h>
#include <octavo/machine.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/task.h>
#include <octavo/time.h>
#include <octavo/uaccess.h>
#include <octavo/version.h>
#include <octavo/vmstat.h>
#include <octavo/zone.h>
#include <uapi/octavo/reboot.h>

/* --- names --- */

#define NAME_BYTES 65u

struct utsname { /* uname(2) */
	char sysname[NAME_BYTES], nodename[NAME_BYTES], release[NAME_BYTES], version[NAME_BYTES],
		machine[NAME_BYTES], domainname[NAME_BYTES];
};

static spinlock_t uts_lock = SPINLOCK_INIT(uts_lock);
static char nodename[NAME_BYTES] = "octavo";   /* [uts_lock] */
static char domainname[NAME_BYTES] = "(none)"; /* [uts_lock] */

long sys_uname(void __user *buf)
{
	struct utsname u;

	memset(&u, 0, sizeof(u));
	strlcpy(u.sysname, "Linux", sizeof(u.sysname)); /* the ABI that programs ask about */
	strlcpy(u.release, OCTAVO_LINUX_RELEASE, sizeof(u.release));
	strlcpy(u.version, "Octavo " OCTAVO_VERSION, sizeof(u.version));
	strlcpy(u.machine, ARCH_MACHINE, sizeof(u.machine));
	spin_lock(&uts_lock);
	strlcpy(u.nodename, nodename, sizeof(u.nodename));
	strlcpy(u.domainname, domainname, sizeof(u.domainname));
	spin_unlock(&uts_lock);
	return copy_to_user(buf, &u, sizeof(u));
}

static long set_name(char *name, const char __user *user, int len)
{
	char new[NAME_BYTES] = {0};

	if (len < 0 || len >= (int)NAME_BYTES)
		return -EINVAL;
	if (copy_from_user(new, user, (size_t)len) != 0)
		return -EFAULT;
	spin_lock(&uts_lock);
	memcpy(name, new, sizeof(new));
	spin_unlock(&uts_lock);
	return 0;
}

long sys_sethostname(const char __user *name, int len)
{
	return capable(CAP_SYS_ADMIN) ? set_name(nodename, name, len) : -EPERM;
}

long sys_setdomainname(const char __user *name, int len)
{
	return capable(CAP_SYS_ADMIN) ? set_name(domainname, name, len) : -EPERM;
}

/* --- what there is --- */

struct sysinfo32 { /* sysinfo(2) */
	s32 uptime;
	u32 loads[3];
	u32 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16 procs, pad;
	u32 totalhigh, freehigh, mem_unit;
	char rest[8];
};
_Static_assert(sizeof(struct sysinfo32) == 64, "i386's and ARM's");

/* The same numbers as in /proc/meminfo. */
static void count_memory(struct sysinfo32 *info)
{
	struct vm_counts c;

	vm_counts_get(&c);
	info->totalram = c.managed * PAGE_SIZE;
	info->freeram = c.free * PAGE_SIZE;
	info->sharedram = c.file * PAGE_SIZE;
	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z)) {
		if (z->highmem) {
			info->totalhigh += z->managed_pages * PAGE_SIZE;
			info->freehigh += zone_free_pages(z) * PAGE_SIZE;
		}
	}
}

/* A 32-bit machine has less than 4G: the unit is the byte. */
long sys_sysinfo(void __user *buf)
{
	struct sysinfo32 info;
	u32 rest;

	memset(&info, 0, sizeof(info));
	info.uptime = (s32)split_seconds(clock_ns(), &rest);
	info.uptime += rest != 0; /* a second that has begun counts */
	info.procs = (u16)task_count();
	load_averages(info.loads);
	for (unsigned i = 0; i < 3; i++)
		info.loads[i] <<= 16 - LOAD_SHIFT; /* here 16 bits stand behind the point */
	info.mem_unit = 1;
	count_memory(&info);
	return copy_to_user(buf, &info, sizeof(info));
}

/* --- its end --- */

static bool reboot_magic2_ok(u32 magic2)
{
	return magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A ||
	       magic2 == LINUX_REBOOT_MAGIC2B || magic2 == LINUX_REBOOT_MAGIC2C;
}

/* reboot(2): however it is asked, the machine ends; there is nothing to start again. */
long sys_reboot(u32 magic1, u32 magic2, u32 cmd, void __user *arg)
{
	(void)arg;
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (magic1 != LINUX_REBOOT_MAGIC1 || !reboot_magic2_ok(magic2))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;
	case LINUX_REBOOT_CMD_RESTART:
	case LINUX_REBOOT_CMD_HALT:
	case LINUX_REBOOT_CMD_POWER_OFF:
		machine_end();
	default:
		return -EINVAL;
	}
}
