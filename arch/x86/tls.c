/* SPDX-License-Identifier: MIT */
/*
 * tls.c - a task's own segments in the GDT: set_thread_area(2), get_thread_area(2). C libraries reach their
 * thread-local data through gs with them.
 */
#include <arch/cpu.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/errno.h>
#include <octavo/preempt.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>

/* struct user_desc of Linux */
struct segment_request {
	u32 number; /* in the GDT; -1: any free one */
	u32 base, limit;
	u32 flags;
};

#define SEG_32BIT          0x01u
#define SEG_CONTENTS       0x06u /* 0 data, 2 data that grows down; else code */
#define SEG_CODE           0x04u
#define SEG_READ_ONLY      0x08u
#define SEG_LIMIT_IN_PAGES 0x10u
#define SEG_NOT_PRESENT    0x20u
#define SEG_USEABLE        0x40u
#define SEG_FLAGS          0x7fu

#define ANY_SLOT 0xffffffffu

static bool is_empty(const struct segment_request *r)
{
	u32 flags = r->flags & SEG_FLAGS;

	return r->base == 0 && r->limit == 0 &&
	       (flags == 0 || flags == (SEG_READ_ONLY | SEG_NOT_PRESENT));
}

static u64 descriptor(const struct segment_request *r)
{
	u32 low = r->base << 16 | (r->limit & 0xffff);
	u32 high = (r->base >> 16 & 0xff) | (r->base & 0xff000000u) | (r->limit & 0xf0000);

	high |= 0xf100; /* present, for programs, not of the system, accessed */
	if (!(r->flags & SEG_READ_ONLY))
		high |= 1u << 9;
	high |= (r->flags & SEG_CONTENTS) << 9;
	if (r->flags & SEG_USEABLE)
		high |= 1u << 20;
	if (r->flags & SEG_32BIT)
		high |= 1u << 22;
	if (r->flags & SEG_LIMIT_IN_PAGES)
		high |= 1u << 23;
	return (u64)high << 32 | low;
}

static u32 free_slot(const struct arch_task *a)
{
	u32 i = 0;

	while (i < TLS_SLOTS && a->tls[i])
		i++;
	return GDT_TLS_MIN + i;
}

static bool request_ok(const struct segment_request *r)
{
	return is_empty(r) ||
	       ((r->flags & SEG_32BIT) && !(r->flags & (SEG_CODE | SEG_NOT_PRESENT)));
}

int arch_task_set_tls(struct task *child, u32 arg)
{
	struct segment_request r;

	if (copy_from_user(&r, (const void __user __force *)arg, sizeof(r)))
		return -EFAULT;
	if (!request_ok(&r) || r.number - GDT_TLS_MIN >= TLS_SLOTS)
		return -EINVAL;
	child->arch.tls[r.number - GDT_TLS_MIN] = is_empty(&r) ? 0 : descriptor(&r);
	child->arch.extras |= TASK_TLS;
	return 0;
}

long sys_set_thread_area(void __user *user)
{
	struct arch_task *a = &current->arch;
	struct segment_request r;
	u32 slot;

	if (copy_from_user(&r, user, sizeof(r)))
		return -EFAULT;
	if (!request_ok(&r))
		return -EINVAL;
	slot = r.number == ANY_SLOT ? free_slot(a) : r.number;
	if (r.number == ANY_SLOT) {
		if (slot == GDT_TLS_MIN + TLS_SLOTS)
			return -ESRCH;
		if (put_user_u32(slot, user))
			return -EFAULT;
	}
	if (slot - GDT_TLS_MIN >= TLS_SLOTS)
		return -EINVAL;
	preempt_disable();
	a->tls[slot - GDT_TLS_MIN] = is_empty(&r) ? 0 : descriptor(&r);
	a->extras |= TASK_TLS;
	this_cpu()->gdt[slot] = a->tls[slot - GDT_TLS_MIN];
	segments_refresh();
	preempt_enable();
	return 0;
}

/* What request gave the descriptor; none was given: the one that empties a slot. */
static struct segment_request request_of(u32 slot, u64 descriptor)
{
	u32 low = (u32)descriptor, high = (u32)(descriptor >> 32);
	struct segment_request r = {
		.number = slot,
		.base = low >> 16 | (high & 0xff) << 16 | (high & 0xff000000u),
		.limit = (low & 0xffff) | (high & 0xf0000),
		.flags = high >> 9 & SEG_CONTENTS,
	};

	r.flags |= high & 1u << 22 ? SEG_32BIT : 0;
	r.flags |= high & 1u << 9 ? 0 : SEG_READ_ONLY;
	r.flags |= high & 1u << 23 ? SEG_LIMIT_IN_PAGES : 0;
	r.flags |= high & 1u << 15 ? 0 : SEG_NOT_PRESENT;
	r.flags |= high & 1u << 20 ? SEG_USEABLE : 0;
	return r;
}

long sys_get_thread_area(void __user *user)
{
	struct segment_request r;
	u32 slot;

	if (get_user_u32(&slot, user) != 0)
		return -EFAULT;
	if (slot - GDT_TLS_MIN >= TLS_SLOTS)
		return -EINVAL;
	r = request_of(slot, current->arch.tls[slot - GDT_TLS_MIN]);
	return copy_to_user(user, &r, sizeof(r)) ? -EFAULT : 0;
}
