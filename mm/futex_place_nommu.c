/* SPDX-License-Identifier: MIT */
/*
 * futex_place_nommu.c - without an MMU an address is the same memory for everybody: the one object
 * that there is, whose number no other has.
 */
#include <octavo/errno.h>
#include <octavo/futex.h>
#include <octavo/uaccess.h>

int futex_place(vaddr_t addr, struct futex_place *place)
{
	u32 value;

	*place = (struct futex_place){.object = UINT64_MAX, .page = addr / PAGE_SIZE};
	return get_user_u32(&value, (const u32 __user __force *)addr);
}
