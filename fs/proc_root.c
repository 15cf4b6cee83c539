/* SPDX-License-Identifier: MIT */
/* proc_root.c - what stands in /proc itself, and its small reports; proc(5). */
#include "proc.h"

#include "files.h"
#include <octavo/arch.h>
#include <octavo/boot.h>
#include <octavo/errno.h>
#include <octavo/mm.h>
#include <octavo/printf.h>
#include <octavo/run.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/version.h>
#include <octavo/vmstat.h>
#include <octavo/why.h>
#include <uapi/octavo/stat.h>

/* --- reports --- */

static void version_text(struct text *t)
{
	text_puts(t, "Linux version " OCTAVO_LINUX_RELEASE " (octavo@octavo) (gcc " __VERSION__
		     ") Octavo " OCTAVO_VERSION "\n");
}

static void cmdline_text(struct text *t)
{
	text_printf(t, "%s\n", arch_boot_info()->cmdline);
}

static void filesystems_text(struct text *t)
{
	const struct fs_type *type;

	for (unsigned i = 0; (type = fs_type_at(i)) != NULL; i++)
		text_printf(t, "%s\t%s\n", type->nodev ? "nodev" : "", type->name);
}

/* Linux's names of the drivers behind major numbers; a device of another is named itself. */
static const char *driver_name(u32 rdev, const char *device)
{
	switch (UAPI_MAJOR(rdev)) {
	case 1:
		return "mem";
	case 4:
		return "tty";
	case 5:
		return UAPI_MINOR(rdev) == 0   ? "/dev/tty"
		       : UAPI_MINOR(rdev) == 1 ? "/dev/console"
					       : device;
	case 10:
		return "misc";
	default:
		return device;
	}
}

/* Each driver of a kind once, in the order of its number. */
static void put_drivers(struct text *t, u32 kind)
{
	const char *name, *last = NULL;
	u32 rdev, mode;

	for (u32 major = 0; major < 256; major++) {
		for (unsigned i = 0; device_at(i, &rdev, &name, &mode); i++) {
			const char *driver =
				kind == S_IFBLK || name == NULL ? name : driver_name(rdev, name);

			if (UAPI_MAJOR(rdev) != major || (mode & S_IFMT) != kind || driver == last)
				continue;
			text_printf(t, "%3u %s\n", major, driver);
			last = driver;
		}
	}
}

static void devices_text(struct text *t)
{
	text_puts(t, "Character devices:\n");
	put_drivers(t, S_IFCHR);
	text_puts(t, "\nBlock devices:\n");
	put_drivers(t, S_IFBLK);
}

/* The refusals that the ring still has; the cursor is its position, plus one. */
static int why_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	u64 pos = *cursor;

	(void)p;
	t->len = why_read(&pos, t->buf, t->size);
	*cursor = t->len > 0 ? pos : PROC_END;
	return 0;
}

/* --- links --- */

static ssize_t put_link(char *buf, size_t len, const char *fmt)
{
	char text[32];
	size_t n = (size_t)snprintf(text, sizeof(text), fmt, current->tgid, current->pid);

	n = MIN(n, len);
	memcpy(buf, text, n);
	return (ssize_t)n;
}

static ssize_t self_readlink(struct inode *inode, char *buf, size_t len)
{
	(void)inode;
	return put_link(buf, len, "%u");
}

static ssize_t thread_self_readlink(struct inode *inode, char *buf, size_t len)
{
	(void)inode;
	return put_link(buf, len, "%u/task/%u");
}

static ssize_t mounts_readlink(struct inode *inode, char *buf, size_t len)
{
	size_t n = MIN(len, sizeof("self/mounts") - 1);

	(void)inode;
	memcpy(buf, "self/mounts", n);
	return (ssize_t)n;
}

/* --- the table --- */

#define REPORT (S_IFREG | 0444)
#define LINK   (S_IFLNK | 0777)

static const struct proc_entry entries[] = {
	{.name = "buddyinfo", .mode = REPORT, .text = buddyinfo_text},
	{.name = "cmdline", .mode = REPORT, .text = cmdline_text},
	{.name = "cpuinfo", .mode = REPORT, .text = arch_cpuinfo_text},
	{.name = "devices", .mode = REPORT, .text = devices_text},
	{.name = "filesystems", .mode = REPORT, .text = filesystems_text},
	{.name = "interrupts", .mode = REPORT, .text = proc_interrupts_text},
	{.name = "kmsg", .mode = S_IFREG | 0400, .fops = &proc_kmsg_fops},
	{.name = "loadavg", .mode = REPORT, .text = proc_loadavg_text},
	/* clang-format off */
	PROC_FRAME_FILES /* with an MMU; their own commas */
	LOCKVAL_FILES /* have their own commas */
	PROC_NOMMU_FILES /* without an MMU; its own comma, too */
	/* clang-format on */
	{.name = "meminfo", .mode = REPORT, .text = meminfo_text},
	{.name = "mounts", .mode = LINK, .readlink = mounts_readlink},
	{.name = "self", .mode = LINK, .readlink = self_readlink},
	{.name = "slabinfo", .mode = S_IFREG | 0400, .text = slabinfo_text},
	{.name = "stat", .mode = REPORT, .text = proc_stat_text},
	{.name = "sys", .mode = S_IFDIR | 0555, .dir = &proc_sys_dir},
	{.name = "sysvipc", .mode = S_IFDIR | 0555, .dir = &proc_sysvipc_dir},
	{.name = "thread-self", .mode = LINK, .readlink = thread_self_readlink},
	{.name = "uptime", .mode = REPORT, .text = proc_uptime_text},
	{.name = "version", .mode = REPORT, .text = version_text},
	{.name = "vmstat", .mode = REPORT, .text = vmstat_text},
	{.name = "why", .mode = REPORT, .show = why_show},
	{.name = "zoneinfo", .mode = REPORT, .text = zoneinfo_text},
};

static u32 next_pid(struct proc_inode *dir, u32 from)
{
	u32 pid = task_next_process(from);

	(void)dir;
	return pid != 0 ? pid : PROC_NONE;
}

/* A thread's directory is there, but not listed. */
static bool pid_is_known(struct proc_inode *dir, u32 pid)
{
	(void)dir;
	return pid != 0 && task_next_pid(pid) == pid;
}

const struct proc_dir proc_root_dir = {
	.entries = entries,
	.nr = ARRAY_SIZE(entries),
	.base = 16,
	.next = next_pid,
	.known = pid_is_known,
	.of_tasks = true,
	.child = &proc_pid_entry,
};
