/* SPDX-License-Identifier: MIT */
/* proc_pid.c - what stands in /proc/PID, and its smaller files; proc(5). */
#include "proc.h"

#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/mm.h>
#include <octavo/mm_report.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <uapi/octavo/stat.h>

/* --- the strings that the program was started with: as they are in its memory now --- */

/* Bytes [start + *cursor, end) as far as the text has room. */
static int show_memory(struct mm *mm, vaddr_t start, vaddr_t end, struct text *t, u64 *cursor)
{
	while (t->len < t->size) {
		vaddr_t at = start + (vaddr_t)*cursor;
		ssize_t n;

		if (at >= end)
			break;
		n = mm_read_user(mm, at, t->buf + t->len, MIN(t->size - t->len, end - at));
		if (n == -ENOMEM)
			return -ENOMEM;
		if (n <= 0) { /* unmapped, say */
			*cursor = PROC_END;
			return 0;
		}
		t->len += (size_t)n;
		*cursor += (u64)n;
	}
	if (start + (vaddr_t)*cursor >= end)
		*cursor = PROC_END;
	return 0;
}

static int cmdline_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	struct mm *mm = proc_mm(p);
	int err;

	if (mm == NULL) {
		*cursor = PROC_END;
		return proc_task_exists(p) ? 0 : -ESRCH;
	}
	err = show_memory(mm, mm->program.arg_start, mm->program.arg_end, t, cursor);
	mm_put(mm);
	return err;
}

static int environ_show(struct proc_inode *p, struct mm *mm, struct text *t, u64 *cursor)
{
	(void)p;
	if (mm == NULL) {
		*cursor = PROC_END;
		return 0;
	}
	return show_memory(mm, mm->program.env_start, mm->program.env_end, t, cursor);
}

/* --- its name --- */

static int comm_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	char comm[TASK_COMM_LEN];
	struct task *task = proc_task_lock(p);

	if (task == NULL)
		return -ESRCH;
	memcpy(comm, task->comm, sizeof(comm));
	proc_task_unlock();
	comm[sizeof(comm) - 1] = '\0';
	text_printf(t, "%s\n", comm);
	*cursor = PROC_END;
	return 0;
}

/* A process names itself and its threads only. */
static int comm_store(struct proc_inode *p, char *buf, size_t len)
{
	struct task *task = proc_task_lock(p);
	bool own;

	(void)len;
	if (task == NULL)
		return -ESRCH;
	own = task->signal == current->signal;
	if (own)
		strlcpy(task->comm, buf, sizeof(task->comm));
	proc_task_unlock();
	return own ? 0 : -EINVAL;
}

/* --- fail-nth: which of its allocations to come is to fail --- */

static int fail_nth_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	struct task *task = proc_task_lock(p);
	u32 left;

	if (task == NULL)
		return -ESRCH;
	left = fail_nth_left(task);
	proc_task_unlock();
	text_printf(t, "%u\n", left);
	*cursor = PROC_END;
	return 0;
}

/* An unsigned number in C's notation, with a newline or nothing behind it. */
static int fail_nth_store(struct proc_inode *p, char *buf, size_t len)
{
	struct task *task;
	u32 n;
	int err = proc_c_number(buf, len, &n);

	if (err != 0)
		return err;
	task = proc_task_lock(p);
	if (task == NULL)
		return -ESRCH;
	fail_nth_set(task, n);
	proc_task_unlock();
	return 0;
}

/* --- the table --- */

#define REPORT (S_IFREG | 0444)
#define LINK   (S_IFLNK | 0777)
#define DIR    (S_IFDIR | 0555)

static u32 next_thread(struct proc_inode *dir, u32 from)
{
	const struct task *t = proc_task_lock(dir);
	u32 tgid = 0;

	if (t != NULL) {
		tgid = t->tgid;
		proc_task_unlock();
		tgid = task_next_thread(tgid, from);
	}
	return tgid != 0 ? tgid : PROC_NONE;
}

static const struct proc_dir thread_dir;
const struct proc_entry proc_thread_entry = {.name = "", .mode = DIR, .dir = &thread_dir};
static const struct proc_dir task_dir = {
	.next = next_thread, .child = &proc_thread_entry, .of_tasks = true};

/* The last one is not in /proc/PID/task/TID. */
static const struct proc_entry entries[] = {
	{.name = "cmdline", .mode = REPORT, .show = cmdline_show},
	{.name = "comm", .mode = S_IFREG | 0644, .show = comm_show, .store = comm_store},
	{.name = "cwd", .mode = LINK, .readlink = proc_cwd_readlink, .jump = proc_cwd_jump},
	{.name = "environ", .mode = S_IFREG | 0400, .show_mm = environ_show},
	{.name = "exe", .mode = LINK, .readlink = proc_exe_readlink, .jump = proc_exe_jump},
	{.name = "fail-nth", .mode = S_IFREG | 0644, .show = fail_nth_show, .store = fail_nth_store},
	{.name = "fd", .mode = S_IFDIR | 0500, .dir = &proc_fd_dir},
	{.name = "maps", .mode = REPORT, .show_mm = proc_maps_show},
	/* clang-format off */
	PROC_MMU_FILES /* with its own comma, where there is an MMU */
	/* clang-format on */
	{.name = "mounts", .mode = REPORT, .show = proc_mounts_show},
	{.name = "root", .mode = LINK, .readlink = proc_root_readlink, .jump = proc_root_jump},
	{.name = "smaps", .mode = REPORT, .show_mm = proc_smaps_show},
	{.name = "stat", .mode = REPORT, .show = proc_stat_show},
	{.name = "statm", .mode = REPORT, .show = proc_statm_show},
	{.name = "status", .mode = REPORT, .show = proc_status_show},
	{.name = "task", .mode = DIR, .dir = &task_dir},
};

const struct proc_dir proc_pid_dir = {.entries = entries, .nr = ARRAY_SIZE(entries), .base = 1};
static const struct proc_dir thread_dir = {
	.entries = entries, .nr = ARRAY_SIZE(entries) - 1, .base = 1};
const struct proc_entry proc_pid_entry = {.name = "", .mode = DIR, .dir = &proc_pid_dir};
