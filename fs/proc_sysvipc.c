/* SPDX-License-Identifier: MIT */
/* proc_sysvipc.c - /proc/sysvipc/shm, and what /proc/sys/kernel sets of segments; proc(5), shmctl(2). */
#include "proc_sys.h"

#include <octavo/shm.h>
#include <uapi/octavo/stat.h>

/* --- sysvipc/ --- */

static void put_segment(struct text *t, const struct shm_report *r)
{
	const struct uapi_shmid64_ds *d = &r->ds;
	const struct uapi_ipc64_perm *p = &d->shm_perm;

	text_printf(t, "%10d %10u  %4o %10lu %5d %5d  %5lu %5u %5u %5u %5u ", p->key, r->id,
		    p->mode, d->shm_segsz, d->shm_cpid, d->shm_lpid, d->shm_nattch, p->uid, p->gid,
		    p->cuid, p->cgid);
	text_printf(t, "%10lu %10lu %10lu %10u %10u\n", d->shm_atime, d->shm_dtime, d->shm_ctime,
		    r->resident, 0u);
}

/* The cursor is the next one's place, plus one. */
static int shm_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	struct shm_report r;
	u32 index;

	(void)p;
	if (*cursor == 0) {
		text_puts(t,
			  "       key      shmid perms       size  cpid  lpid nattch   uid   gid"
			  "  cuid  cgid      atime      dtime      ctime        rss       swap\n");
		*cursor = 1;
	}
	for (index = (u32)*cursor - 1; shm_next(&index, &r); index++) {
		size_t mark = t->len;

		put_segment(t, &r);
		*cursor = (u64)index + 1;
		if (t->full) {
			text_rewind(t, mark);
			return 0;
		}
	}
	*cursor = PROC_END;
	return 0;
}

static const struct proc_entry entries[] = {
	{.name = "shm", .mode = S_IFREG | 0444, .show = shm_show},
};
const struct proc_dir proc_sysvipc_dir = {
	.entries = entries, .nr = ARRAY_SIZE(entries), .base = 208};

/* --- sys/kernel/ --- */

static u32 max_get(void)
{
	return shm_limits.max;
}

static int max_set(u32 n)
{
	shm_limits.max = n;
	return 0;
}

static u32 all_get(void)
{
	return shm_limits.all;
}

static int all_set(u32 n)
{
	shm_limits.all = n;
	return 0;
}

static u32 mni_get(void)
{
	return shm_limits.mni;
}

static int mni_set(u32 n)
{
	shm_limits.mni = n;
	return 0;
}

static u32 rmid_forced_get(void)
{
	return shm_limits.rmid_forced;
}

static int next_id_set(u32 n)
{
	shm_limits.next_id = (s32)n;
	return 0;
}

const struct sysctl sysctl_shmmax = {.get = max_get, .set = max_set, .max = UINT32_MAX};
const struct sysctl sysctl_shmall = {.get = all_get, .set = all_set, .max = UINT32_MAX};
const struct sysctl sysctl_shmmni = {.get = mni_get, .set = mni_set, .max = SHM_MNI_MAX};
const struct sysctl sysctl_shm_rmid_forced = {
	.get = rmid_forced_get, .set = shm_force_rmid, .max = 1};
const struct sysctl sysctl_shm_next_id = {.set = next_id_set, .max = INT32_MAX};

int sysctl_shm_next_id_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	(void)p;
	text_printf(t, "%d\n", shm_limits.next_id);
	*cursor = PROC_END;
	return 0;
}
