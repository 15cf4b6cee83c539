/* SPDX-License-Identifier: MIT */
/* sys_process.c - the small calls about processes and the system: identity, uname, reboot. */
#include <arch/layout.h>
#include <octavo/errno.h>
#include <octavo/machine.h>
#include <octavo/printk.h>
#include <octavo/process.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <octavo/version.h>
#include <uapi/octavo/reboot.h>

bool debug_syscalls;

long sys_unknown(u32 nr)
{
	if (debug_syscalls)
		pr_info("%s[%u]: unknown system call %u\n", current->comm, current->pid, nr);
	return -ENOSYS;
}

long sys_getpid(void)
{
	return (long)current->pid;
}

long sys_getppid(void)
{
	return (long)current->parent_pid;
}

long sys_sched_yield(void)
{
	sched_yield_cpu();
	return 0;
}

struct utsname { /* uname(2) */
	char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

long sys_uname(void __user *buf)
{
	struct utsname u;

	memset(&u, 0, sizeof(u));
	strlcpy(u.sysname, "Linux", sizeof(u.sysname)); /* the ABI that programs ask about */
	strlcpy(u.nodename, "octavo", sizeof(u.nodename));
	strlcpy(u.release, OCTAVO_LINUX_RELEASE, sizeof(u.release));
	strlcpy(u.version, "Octavo " OCTAVO_VERSION, sizeof(u.version));
	strlcpy(u.machine, ARCH_MACHINE, sizeof(u.machine));
	strlcpy(u.domainname, "(none)", sizeof(u.domainname));
	return copy_to_user(buf, &u, sizeof(u));
}

static bool reboot_magic2_ok(u32 magic2)
{
	return magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A ||
	       magic2 == LINUX_REBOOT_MAGIC2B || magic2 == LINUX_REBOOT_MAGIC2C;
}

/* reboot(2): however it is asked, the machine ends; there is nothing to start again. */
long sys_reboot(u32 magic1, u32 magic2, u32 cmd, void __user *arg)
{
	(void)arg;
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
