/* SPDX-License-Identifier: MIT */
/*
 * proc_smaps.c - what /proc/PID/smaps says of an area, and smaps_rollup of all of them; proc(5).
 *
 * The lines are those of Linux 6.1, in its order. Some are of what there is not: they are zero, since tools
 * add them up.
 */
#include "proc.h"

#include <octavo/errno.h>
#include <octavo/mm_report.h>
#include <octavo/string.h>
#include <octavo/task.h>

#define BATCH   8u
#define NOTHING ~0u /* in place of a field: large pages, swap, pages of equal contents */

/* One kind of line: its name, where in struct area_usage it comes from, and where it stands. */
struct line {
	char name[17];
	bool share;       /* a u64, in 1/PSS_PAGE of a page; else a u32 of pages */
	bool only_rollup; /* not in smaps */
	u32 field;
};

#define PAGES(field_) .field = offsetof(struct area_usage, field_)
#define SHARE(field_) .share = true, .field = offsetof(struct area_usage, field_)

static const struct line lines[] = {
	{"Rss:", PAGES(resident)},
	{"Pss:", SHARE(pss)},
	{"Pss_Dirty:", SHARE(pss_dirty)},
	{"Pss_Anon:", SHARE(pss_anon), .only_rollup = true},
	{"Pss_File:", SHARE(pss_file), .only_rollup = true},
	{"Pss_Shmem:", SHARE(pss_shmem), .only_rollup = true},
	{"Shared_Clean:", PAGES(shared_clean)},
	{"Shared_Dirty:", PAGES(shared_dirty)},
	{"Private_Clean:", PAGES(private_clean)},
	{"Private_Dirty:", PAGES(private_dirty)},
	{"Referenced:", PAGES(referenced)},
	{"Anonymous:", PAGES(anonymous)},
	{"LazyFree:", .field = NOTHING},
	{"AnonHugePages:", .field = NOTHING},
	{"ShmemPmdMapped:", .field = NOTHING},
	{"FilePmdMapped:", .field = NOTHING},
	{"Shared_Hugetlb:", .field = NOTHING},
	{"Private_Hugetlb:", .field = NOTHING},
	{"Swap:", .field = NOTHING},
	{"SwapPss:", .field = NOTHING},
	{"Locked:", SHARE(pss_locked)},
};

/* All of `bits` make it; in the order of Linux's bits. */
static const struct {
	u32 bits;
	char name[3];
} flag_names[] = {
	{VM_READ, "rd"},
	{VM_WRITE, "wr"},
	{VM_EXEC, "ex"},
	{VM_SHARED | VM_MAYWRITE, "sh"}, /* Linux forgets it of what cannot be written through */
	{VM_MAYREAD, "mr"},
	{VM_MAYWRITE, "mw"},
	{VM_MAYEXEC, "me"},
	{VM_SHARED, "ms"},
	{VM_GROWSDOWN, "gd"},
	{VM_LOCKED, "lo"},
	{VM_DONTFORK, "dc"},
	{VM_LOCKFAULT, "??"}, /* Linux has no name for it */
	{VM_ACCT, "ac"},
	{VM_NORESERVE, "nr"},
	{VM_NONLINEAR, "nl"},
	{VM_WIPEFORK, "wf"},
};

static u32 kb_of(const struct area_usage *u, const struct line *line)
{
	const void *field;

	if (line->field == NOTHING)
		return 0;
	field = (const char *)u + line->field;
	if (line->share)
		return (u32)(*(const u64 *)field * (PAGE_SIZE / 1024) / PSS_PAGE);
	return *(const u32 *)field * (PAGE_SIZE / 1024);
}

static void put_kb(struct text *t, const char *name, u32 kb)
{
	/* name and number have 24 columns together, also where the name has 16 */
	text_printf(t, "%-15s %*u kB\n", name, strlen(name) > 15 ? 7 : 8, kb);
}

static void put_lines(struct text *t, const struct area_usage *u, bool rollup)
{
	for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
		const struct line *line = &lines[i];

		if (!line->only_rollup || rollup)
			put_kb(t, line->name, kb_of(u, line));
	}
}

static void put_flags(struct text *t, u32 flags)
{
	text_puts(t, "VmFlags: ");
	for (unsigned i = 0; i < ARRAY_SIZE(flag_names); i++)
		if ((flags & flag_names[i].bits) == flag_names[i].bits)
			text_printf(t, "%s ", flag_names[i].name);
	text_puts(t, "\n");
}

void proc_put_usage(struct text *t, const struct area_info *a, const struct area_usage *u)
{
	put_kb(t, "Size:", (u32)(a->end - a->start) / 1024);
	put_kb(t, "KernelPageSize:", PAGE_SIZE / 1024);
	put_kb(t, "MMUPageSize:", PAGE_SIZE / 1024);
	put_lines(t, u, false);
	text_puts(t, "THPeligible:    0\n");
	put_flags(t, a->flags);
}

/* What all areas have; *all goes from the first to the last. => 0, -EINTR */
static int add_areas(struct mm *mm, struct area_info *all, struct area_usage *u)
{
	struct area_info areas[BATCH];
	unsigned n;

	while ((n = mm_areas(mm, all->end, areas, BATCH)) > 0) {
		if (all->end == 0)
			all->start = areas[0].start;
		all->end = areas[n - 1].end;
		for (unsigned i = 0; i < n; i++) {
			mm_area_usage(mm, &areas[i], u);
			if (areas[i].file != NULL)
				file_put(areas[i].file);
		}
		if (signal_fatal())
			return -EINTR;
	}
	return 0;
}

int proc_smaps_rollup_show(struct proc_inode *p, struct mm *mm, struct text *t, u64 *cursor)
{
	struct area_info all = {.name = "[rollup]"};
	struct area_usage u = {0};
	int err;

	(void)p;
	if (mm == NULL)
		return -ESRCH;
	err = add_areas(mm, &all, &u);
	if (err != 0)
		return err;
	proc_put_area(t, &all, NULL, NULL);
	put_lines(t, &u, true);
	*cursor = PROC_END;
	return 0;
}
