/* SPDX-License-Identifier: MIT */
/*
 * shm_ids.c - the names of segments: keys, which programs choose, and ids, which nobody guesses.
 *
 *	id = sequence << 15 | index
 *
 * A new segment gets the next place that is free behind the last one's; when that goes back to the start,
 * the sequence number grows. So an id that was removed is not soon another's. The table has at least 64
 * places, and half as many again as there are segments, before it is gone through from the start: the
 * ids are those that Linux gives.
 */
#include "segment.h"

#include <octavo/errno.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/why.h>

#define CYCLE        64u
#define SEQUENCE_MAX ((u32)INT32_MAX >> SHM_ID_SHIFT)

struct segment_ids shm_ids = {.last_index = -1};

struct segment *segment_by_index(u32 index)
{
	return index < shm_ids.size ? shm_ids.table[index] : NULL;
}

struct segment *segment_by_id(int id)
{
	struct segment *s = id < 0 ? NULL : segment_by_index((u32)id & SHM_ID_INDEX);

	return s != NULL && s->id == (u32)id ? s : NULL;
}

struct segment *segment_by_key(s32 key)
{
	for (u32 i = 0; shm_ids.nr != 0 && i <= shm_ids.highest; i++)
		if (shm_ids.table[i] != NULL && shm_ids.table[i]->key == key)
			return shm_ids.table[i];
	return NULL;
}

/* Room for `index`. => 0, -ENOMEM */
static int grow(u32 index)
{
	u32 size = ALIGN_UP(index + 1, CYCLE);
	struct segment **table;

	if (index < shm_ids.size)
		return 0;
	size = MIN(MAX(size, shm_ids.size * 3 / 2), SHM_MNI_MAX);
	table = kzalloc(size * sizeof(table[0]), GFP_KERNEL);
	if (table == NULL)
		return -ENOMEM;
	if (shm_ids.size != 0)
		memcpy(table, shm_ids.table, shm_ids.size * sizeof(table[0]));
	kfree(shm_ids.table);
	shm_ids.table = table;
	shm_ids.size = size;
	return 0;
}

/* The first free place in [from, end). => SHM_MNI_MAX: none is */
static u32 free_index(u32 from, u32 end)
{
	for (; from < end; from++)
		if (segment_by_index(from) == NULL)
			return from;
	return SHM_MNI_MAX;
}

/* The place that is next in turn, and the sequence number that goes with it. */
static u32 next_index(u32 *sequence)
{
	u32 end = MIN(MAX(shm_ids.nr * 3 / 2, CYCLE), SHM_MNI_MAX);
	u32 index = free_index((u32)(shm_ids.last_index + 1), end);

	*sequence = shm_ids.sequence;
	if (index != SHM_MNI_MAX)
		return index;
	*sequence = *sequence + 1 >= SEQUENCE_MAX ? 0 : *sequence + 1;
	return free_index(0, end);
}

int segment_enter(struct segment *s)
{
	u32 asked = shm_limits.next_id, index, sequence;
	int err;

	if (shm_ids.nr >= shm_limits.mni) {
		why("shmget: ENOSPC: there are %u segments, %u allowed", shm_ids.nr,
		    shm_limits.mni);
		return -ENOSPC;
	}
	if (asked != SHM_ID_ANY) {
		sequence = asked >> SHM_ID_SHIFT;
		index = free_index(asked & SHM_ID_INDEX, SHM_MNI_MAX);
		shm_limits.next_id = SHM_ID_ANY;
	} else {
		index = next_index(&sequence);
	}
	if (index == SHM_MNI_MAX)
		return -ENOSPC;
	err = grow(index);
	if (err != 0)
		return err;
	if (asked == SHM_ID_ANY) {
		shm_ids.last_index = (s32)index;
		shm_ids.sequence = sequence;
	}
	s->id = sequence << SHM_ID_SHIFT | index;
	shm_ids.table[index] = s;
	shm_ids.nr++;
	shm_ids.nr_pages += segment_pages(s);
	shm_ids.highest = MAX(shm_ids.highest, index);
	return 0;
}

void segment_leave(struct segment *s)
{
	u32 index = s->id & SHM_ID_INDEX;

	shm_ids.table[index] = NULL;
	shm_ids.nr--;
	shm_ids.nr_pages -= segment_pages(s);
	while (shm_ids.highest > 0 && shm_ids.table[shm_ids.highest] == NULL)
		shm_ids.highest--;
	if (shm_ids.nr == 0) {
		kfree(shm_ids.table);
		shm_ids.table = NULL;
		shm_ids.size = 0;
	}
}
