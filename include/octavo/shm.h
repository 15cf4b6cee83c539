/* SPDX-License-Identifier: MIT */
/* shm.h - System V shared memory: what the rest of the kernel has of ipc/. */
#pragma once

#include <octavo/task.h>
#include <uapi/octavo/shm.h>

/* shm_task_exit - the current task, whose memory is gone, made segments: they have no maker any more, or go
 * (shm_rmid_forced). => sleeps; no lock */
void shm_task_exit_slow(struct task *t);
static inline void shm_task_exit(struct task *t)
{
	if (unlikely(!LIST_EMPTY(&t->shm_made)))
		shm_task_exit_slow(t);
}

/* shm_next - the first segment from *index on, as shmctl(2) tells it, whoever may read it; *index is
 * its place. => false: there is none; sleeps */
struct shm_report {
	struct uapi_shmid64_ds ds;
	u32 id, resident; /* bytes */
};
bool shm_next(u32 *index, struct shm_report *r);

/* What /proc/sys/kernel sets: shmctl(2), proc(5). */
struct shm_limits {
	u32 max; /* bytes of a segment */
	u32 all; /* pages of all segments */
	u32 mni; /* segments */
	u32 rmid_forced;
	u32 next_id; /* of the next segment; SHM_ID_ANY */
};
extern struct shm_limits shm_limits; /* [a] each by itself */
#define SHM_MNI_MAX 32768u
#define SHM_ID_ANY  UINT32_MAX /* -1, for programs */
/* shm_force_rmid - set rmid_forced: what nobody uses and whose maker has ended goes. => 0; sleeps */
int shm_force_rmid(u32 on);
/* shm_init - shm=2.6 on the command line: the limits of Linux 2.6 */
void shm_init(void);
