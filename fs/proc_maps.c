/* SPDX-License-Identifier: MIT */
/*
 * proc_maps.c - /proc/PID/maps and smaps: a record for each area; proc(5).
 *
 * The cursor is the address from which on areas are still to be shown. A few areas are taken at a
 * time, with references to their files; paths and numbers are found out when no lock is held.
 */
#include "proc.h"

#include "files.h"
#include <octavo/errno.h>
#include <octavo/mm_report.h>
#include <octavo/slab.h>
#include <octavo/task.h>
#include <uapi/octavo/stat.h>

enum {
	BATCH = 8,
	NAME_COLUMN = 49, /* names begin in one column: Linux's where addresses have 32 bits */
};

static void put_name(struct text *t, size_t line_start, const char *name)
{
	while (t->len - line_start < NAME_COLUMN && !t->full)
		text_put(t, " ", 1);
	text_put_escaped(t, name, "\n");
}

static void put_line(struct text *t, const struct area_info *a, struct inode *root, char *path)
{
	const struct inode *inode = a->file != NULL ? a->file->inode : NULL;
	u32 dev = inode != NULL ? inode->sb->dev : 0;
	size_t start = t->len;

	text_printf(t, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %u ", (unsigned long)a->start,
		    (unsigned long)a->end, a->flags & VM_READ ? 'r' : '-',
		    a->flags & VM_WRITE ? 'w' : '-', a->flags & VM_EXEC ? 'x' : '-',
		    mm_sharing_letter(a->flags), (unsigned long long)a->pgoff << PAGE_SHIFT,
		    UAPI_MAJOR(dev), UAPI_MINOR(dev), inode != NULL ? inode->ino : 0);
	if (a->file != NULL && file_path(a->file, root, path) >= 0)
		put_name(t, start, path);
	else if (a->name != NULL)
		put_name(t, start, a->name);
	text_put(t, "\n", 1);
}

bool proc_put_area(struct text *t, const struct area_info *a, struct inode *root, char *path)
{
	size_t mark = t->len;

	put_line(t, a, root, path);
	if (t->full)
		text_rewind(t, mark);
	if (a->file != NULL)
		file_put(a->file);
	return !t->full;
}

struct maps_walk {
	struct mm *mm;
	struct inode *root;
	char *path; /* PATH_MAX bytes */
	bool usage; /* smaps */
};

/* Up to BATCH records. => false: the text is full, or there are no more areas */
static bool put_batch(const struct maps_walk *w, struct text *t, u64 *cursor)
{
	struct area_info areas[BATCH];
	unsigned n = mm_areas(w->mm, (vaddr_t)*cursor, areas, BATCH);

	for (unsigned i = 0; i < n; i++) {
		const struct area_info *a = &areas[i];
		size_t mark = t->len;

		if (!t->full)
			put_line(t, a, w->root, w->path);
		if (!t->full && w->usage) {
			struct area_usage u = {0};

			mm_area_usage(w->mm, a, &u);
			proc_put_usage(t, a, &u);
		}
		if (t->full)
			text_rewind(t, mark);
		else
			*cursor = a->end;
		if (a->file != NULL)
			file_put(a->file);
	}
	if (n < BATCH && !t->full)
		*cursor = PROC_END;
	return *cursor != PROC_END && !t->full;
}

static int show_areas(struct proc_inode *p, struct mm *mm, struct text *t, u64 *cursor, bool usage)
{
	struct maps_walk w = {.mm = mm, .usage = usage};

	if (!proc_task_exists(p))
		return -ESRCH;
	if (mm == NULL) {
		*cursor = PROC_END;
		return 0;
	}
	w.path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (w.path == NULL)
		return -ENOMEM;
	w.root = fs_root_get(current->fs);
	while (put_batch(&w, t, cursor))
		continue;
	inode_put(w.root);
	kfree(w.path);
	return 0;
}

int proc_maps_show(struct proc_inode *p, struct mm *mm, struct text *t, u64 *cursor)
{
	return show_areas(p, mm, t, cursor, false);
}

int proc_smaps_show(struct proc_inode *p, struct mm *mm, struct text *t, u64 *cursor)
{
	return show_areas(p, mm, t, cursor, true);
}
