/* SPDX-License-Identifier: MIT */
/*
 * proc_regions.c - /proc/maps of a machine without an MMU: a line for each region, whoever maps it (nm-10);
 * S: shared, s: others may be given it too, p: private. The cursor is the key of the last one shown.
 */
#include "proc.h"

#include "files.h"
#include <octavo/errno.h>
#include <octavo/mm_report.h>
#include <octavo/nommu.h>
#include <octavo/slab.h>
#include <octavo/task.h>

int proc_regions_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	struct inode *root;
	struct area_info a;
	u64 key;

	(void)p;
	if (path == NULL)
		return -ENOMEM;
	root = fs_root_get(current->fs);
	while ((key = nommu_region_next(*cursor, &a)) != 0) {
		if (!proc_put_area(t, &a, root, path))
			break;
		*cursor = key;
	}
	if (key == 0)
		*cursor = PROC_END;
	inode_put(root);
	kfree(path);
	return 0;
}
