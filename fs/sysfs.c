/* SPDX-License-Identifier: MIT */
/*
 * sysfs.c - /sys: what Linux's programs look for there; sysfs(5).
 *
 *	devices/system/cpu/	which CPUs there are, as lists of ranges
 *	 cpuN/			a directory for each
 *
 * Tables and inodes are those of procfs (proc.h, procfs.c); only what follows from them is here. CPUs
 * do not come and go, so that those that are possible are present and online, and none has a file to
 * take it offline by.
 */
#include "proc.h"

#include "devices.h"
#include <octavo/sched.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/stat.h>

#define SHOWN (S_IFREG | 0444)
#define DIR   (S_IFDIR | 0755)

static void cpus_text(struct text *t)
{
	if (sched_nr_cpus() == 1)
		text_puts(t, "0\n");
	else
		text_printf(t, "0-%u\n", sched_nr_cpus() - 1);
}

static void no_cpus_text(struct text *t)
{
	text_puts(t, "\n");
}

static void kernel_max_text(struct text *t)
{
	text_printf(t, "%u\n", NR_CPUS - 1);
}

static u32 next_cpu(struct proc_inode *dir, u32 from)
{
	(void)dir;
	return from < sched_nr_cpus() ? from : PROC_NONE;
}

static const struct proc_dir one_cpu_dir = {.nr = 0};
static const struct proc_entry one_cpu_entry = {.name = "", .mode = DIR, .dir = &one_cpu_dir};

static const struct proc_entry cpu_entries[] = {
	{.name = "kernel_max", .mode = SHOWN, .text = kernel_max_text},
	{.name = "offline", .mode = SHOWN, .text = no_cpus_text},
	{.name = "online", .mode = SHOWN, .text = cpus_text},
	{.name = "possible", .mode = SHOWN, .text = cpus_text},
	{.name = "present", .mode = SHOWN, .text = cpus_text},
};
static const struct proc_dir cpu_dir = {
	.entries = cpu_entries,
	.nr = ARRAY_SIZE(cpu_entries),
	.base = 16,
	.next = next_cpu,
	.prefix = "cpu",
	.child = &one_cpu_entry,
};

static const struct proc_entry system_entries[] = {{.name = "cpu", .mode = DIR, .dir = &cpu_dir}};
static const struct proc_dir system_dir = {.entries = system_entries, .nr = 1, .base = 4};

static const struct proc_entry devices_entries[] = {
	{.name = "system", .mode = DIR, .dir = &system_dir}};
static const struct proc_dir devices_dir = {.entries = devices_entries, .nr = 1, .base = 3};

static const struct proc_entry entries[] = {{.name = "devices", .mode = DIR, .dir = &devices_dir}};
static const struct proc_dir root_dir = {.entries = entries, .nr = 1, .base = 2};
static const struct proc_entry root_entry = {.name = "", .mode = S_IFDIR | 0555, .dir = &root_dir};

static const struct super_ops sysfs_super_ops = {
	.umount = proc_umount,
	.free = proc_free,
	.magic = SYSFS_MAGIC,
};

static int sysfs_mount(const char *options, u32 flags, struct super_block **out)
{
	(void)flags;
	return proc_super_new("sysfs", options, &root_entry, &sysfs_super_ops, out);
}

const struct fs_type sysfs_type = {
	.name = "sysfs", .nodev = true, .single = true, .mount = sysfs_mount};
