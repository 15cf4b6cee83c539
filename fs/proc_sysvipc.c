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

const struct sysctl sysctl_shmmax = {.value = &shm_limits.max, .max = UINT32_MAX};
const struct sysctl sysctl_shmall = {.value = &shm_limits.all, .max = UINT32_MAX};
const struct sysctl sysctl_shmmni = {.value = &shm_limits.mni, .max = SHM_MNI_MAX};
const struct sysctl sysctl_shm_next_id = {.value = &shm_limits.next_id, .max = INT32_MAX};
const struct sysctl sysctl_shm_rmid_forced = {
	.value = &shm_limits.rmid_forced, .set = shm_force_rmid, .max = 1};
