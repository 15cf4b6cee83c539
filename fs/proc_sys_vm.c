/* SPDX-License-Identifier: MIT */
/* proc_sys_vm.c - settings of memory that every machine has; proc(5), bal-24, bal-25. */
#include "proc_sys.h"

#include <octavo/errno.h>
#include <octavo/string.h>
#include <octavo/zone.h>

const struct sysctl sysctl_min_free_kbytes = {
	.get = zone_min_free_kbytes, .set = zone_set_min_free_kbytes, .max = INT32_MAX};

/* 1 drops pages of files that could be read again: there are none, files live in memory alone.
 * 2 drops what the kernel keeps for quick use; 3 is both. */
static int drop_caches(u32 what)
{
	if (what & 2)
		percpu_drain_all();
	return 0;
}

const struct sysctl sysctl_drop_caches = {.set = drop_caches, .min = 1, .max = 4};

int sysctl_reserve_ratio_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	u32 ratio[MAX_ZONES - 1];

	(void)p;
	zone_reserve_ratio(ratio);
	for (unsigned i = 0; i < ARRAY_SIZE(ratio); i++)
		text_printf(t, "%s%u", i > 0 ? "\t" : "", ratio[i]);
	text_puts(t, "\n");
	*cursor = PROC_END;
	return 0;
}

/* As many numbers as are given; the others stay. Below 1 a zone keeps nothing. */
int sysctl_reserve_ratio_store(struct proc_inode *p, char *buf, size_t len)
{
	u32 ratio[MAX_ZONES - 1];
	const char *end = buf + len;

	(void)p;
	zone_reserve_ratio(ratio);
	for (unsigned i = 0; i < ARRAY_SIZE(ratio); i++) {
		int err;

		while (buf < end && (*buf == ' ' || *buf == '\t' || *buf == '\n'))
			buf++;
		if (*buf == '\0' && i > 0)
			break;
		err = proc_number(&buf, &ratio[i]);
		if (err != 0)
			return err;
		if (ratio[i] > INT32_MAX)
			return -EINVAL;
	}
	zone_set_reserve_ratio(ratio);
	return 0;
}
