/* SPDX-License-Identifier: MIT */
/* proc_smaps_nommu.c - what /proc/PID/smaps says of an area where there is no MMU: all of it is there. */
#include "proc.h"

#include <octavo/mm_report.h>

static void put_kb(struct text *t, const char *name, u32 pages)
{
	text_printf(t, "%-15s %8u kB\n", name, pages * (PAGE_SIZE / 1024));
}

void proc_put_usage(struct text *t, const struct area_info *a, const struct area_usage *u)
{
	put_kb(t, "Size:", (u32)(a->end - a->start) >> PAGE_SHIFT);
	put_kb(t, "KernelPageSize:", 1);
	put_kb(t, "MMUPageSize:", 1);
	put_kb(t, "Rss:", u->resident);
	put_kb(t, "Pss:", (u32)(u->pss / PSS_PAGE)); /* nobody has a part of a page */
	put_kb(t, "Shared_Clean:", u->shared_clean);
	put_kb(t, "Shared_Dirty:", u->shared_dirty);
	put_kb(t, "Private_Clean:", u->private_clean);
	put_kb(t, "Private_Dirty:", u->private_dirty);
	put_kb(t, "Referenced:", u->referenced);
	put_kb(t, "Anonymous:", u->anonymous);
	put_kb(t, "Swap:", 0);
	put_kb(t, "Locked:", 0); /* mlock(2) is refused */
	text_printf(t, "VmFlags:%s%s%s%s%s%s%s%s%s \n", a->flags & VM_READ ? " rd" : "",
		    a->flags & VM_WRITE ? " wr" : "", a->flags & VM_EXEC ? " ex" : "",
		    a->flags & VM_SHARED ? " sh" : "", a->flags & VM_MAYREAD ? " mr" : "",
		    a->flags & VM_MAYWRITE ? " mw" : "", a->flags & VM_MAYEXEC ? " me" : "",
		    a->flags & VM_GROWSDOWN ? " gd" : "", a->flags & VM_LOCKED ? " lo" : "");
}
