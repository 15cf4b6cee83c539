/* SPDX-License-Identifier: MIT */
/*
 * /proc/meminfo and vmstat: which lines there are, what must add up, and each number changed by a known
 * amount. On Linux, where others use memory meanwhile, the lines and what adds up exactly.
 */
#include "slurp.h"

#define TABLE (4 * MB) /* what one page table maps */
#define SLACK 128      /* kB, of what Octavo itself uses meanwhile */

/* --- lines --- */

static const char *const lines[] = {
	"MemTotal:",     "MemFree:",        "MemAvailable:", "Buffers:",      "Cached:",
	"SwapCached:",   "Active:",         "Inactive:",     "Active(anon):", "Inactive(anon):",
	"Active(file):", "Inactive(file):", "Unevictable:",  "Mlocked:",      "HighTotal:",
	"HighFree:",     "LowTotal:",       "LowFree:",      "SwapTotal:",    "SwapFree:",
	"Dirty:",        "Writeback:",      "AnonPages:",    "Mapped:",       "Shmem:",
	"KReclaimable:", "Slab:",           "SReclaimable:", "SUnreclaim:",   "KernelStack:",
	"PageTables:",   "NFS_Unstable:",   "Bounce:",       "WritebackTmp:", "CommitLimit:",
	"Committed_AS:", "VmallocTotal:",   "VmallocUsed:",  "VmallocChunk:", "Percpu:",
	"DirectMap4k:",  "DirectMap4M:",
};

/* Of i386 alone, or of a certain age. */
static int is_optional(const char *name)
{
	static const char *const names[] = {
		"HighTotal:",    "HighFree:",    "LowTotal:",   "LowFree:",
		"NFS_Unstable:", "DirectMap4k:", "DirectMap4M:"};

	for (unsigned i = 0; !on_octavo() && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
	return 0;
}

static void test_lines(void)
{
	const char *at = text;
	int missing = 0, others = 0, crooked = 0;
	size_t width;

	ok(slurp("/proc/meminfo") > 0, "meminfo");
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *from = at;

		while (*at != '\0' && strncmp(at, lines[i], strlen(lines[i])) != 0) {
			others++;
			at = strchr(at, '\n') + 1;
		}
		if (*at == '\0') {
			if (!is_optional(lines[i]))
				diag("missing: %s", lines[i]);
			missing += !is_optional(lines[i]);
			at = from;
			continue;
		}
		width = strcspn(at, "\n"); /* a number of more than eight digits makes it wider */
		crooked += strncmp(at + width - 3, " kB", 3) != 0 || width < 27 || at[15] != ' ' ||
			   (on_octavo() && width != 27);
		at = strchr(at, '\n') + 1;
	}
	is(missing, 0, "Linux's lines are there, in its order");
	is(crooked, 0, "each as Linux has it");
	if (on_octavo())
		ok(others == 0 && *at == '\0', "no others");
}

/* --- sums --- */

static long mem(const char *name)
{
	return file_value("/proc/meminfo", name);
}

static void test_sums(void)
{
	long high;

	slurp("/proc/meminfo");
	is(value("Active:"), value("Active(anon):") + value("Active(file):"), "Active");
	is(value("Inactive:"), value("Inactive(anon):") + value("Inactive(file):"), "Inactive");
	is(value("Slab:"), value("SReclaimable:") + value("SUnreclaim:"), "Slab");
	ok(value("KReclaimable:") == -1 || value("KReclaimable:") >= value("SReclaimable:"),
	   "KReclaimable");
	ok(value("SwapFree:") <= value("SwapTotal:"), "swap");
	ok(!on_octavo() || value("Mlocked:") <= value("Unevictable:"),
	   "what is mlocked is unevictable"); /* Linux adds one of them up later */
	ok(value("Shmem:") <= value("Cached:"), "shared memory is cached");
	ok(value("MemFree:") < value("MemTotal:") && value("MemAvailable:") < value("MemTotal:"),
	   "free");
	high = value("HighTotal:");
	if (high >= 0) {
		is(high + value("LowTotal:"), value("MemTotal:"), "high and low is all");
		is(value("HighFree:") + value("LowFree:"), value("MemFree:"), "so is what is free");
	}
	if (!on_octavo())
		return;
	ok(labs(value("Active:") + value("Inactive:") + value("Unevictable:") -
		value("AnonPages:") - value("Cached:")) <= SLACK,
	   "each page of programs and files is on a list, or mlocked");
	ok(labs(value("MemTotal:") - value("MemFree:") - value("AnonPages:") - value("Cached:") -
		value("Slab:") - value("PageTables:") - value("VmallocUsed:")) <= SLACK,
	   "free and used is all");
	ok(labs(value("CommitLimit:") - value("MemTotal:") / 2) <= 4, "CommitLimit: half of it");
	ok(value("DirectMap4k:") + value("DirectMap4M:") >= value("LowTotal:"),
	   "all low memory is in the direct map");
	ok(value("DirectMap4k:") >= 4088 && value("DirectMap4M:") % 4096 == 0,
	   "the kernel by small pages, DirectMap4k %ld kB", value("DirectMap4k:"));
	is((value("DirectMap4k:") + 8) % 4096, 0,
	   "the first page and the boot stack's guard are missing, and no other");
	ok(value("VmallocTotal:") > value("VmallocUsed:") && value("VmallocUsed:") > 0, "vmalloc");
}

/* What vmstat counts in pages is what meminfo says in kB. */
static void test_vmstat(void)
{
	static const struct {
		const char *vmstat, *meminfo;
		int kb; /* of one of vmstat's */
	} same[] = {
		{"nr_zone_inactive_anon ", "Inactive(anon):", 4},
		{"nr_zone_active_anon ", "Active(anon):", 4},
		{"nr_zone_inactive_file ", "Inactive(file):", 4},
		{"nr_zone_active_file ", "Active(file):", 4},
		{"nr_zone_unevictable ", "Unevictable:", 4},
		{"nr_mlock ", "Mlocked:", 4},
		{"nr_inactive_anon ", "Inactive(anon):", 4},
		{"nr_active_anon ", "Active(anon):", 4},
		{"nr_inactive_file ", "Inactive(file):", 4},
		{"nr_active_file ", "Active(file):", 4},
		{"nr_unevictable ", "Unevictable:", 4},
		{"nr_anon_pages ", "AnonPages:", 4},
		{"nr_mapped ", "Mapped:", 4},
		{"nr_file_pages ", "Cached:", 4},
		{"nr_shmem ", "Shmem:", 4},
		{"nr_slab_reclaimable ", "SReclaimable:", 4},
		{"nr_slab_unreclaimable ", "SUnreclaim:", 4},
		{"nr_kernel_stack ", "KernelStack:", 1},
		{"nr_page_table_pages ", "PageTables:", 4},
		{"nr_free_pages ", "MemFree:", 4},
	};

	for (unsigned i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		long pages = file_value("/proc/vmstat", same[i].vmstat);

		ok(pages >= 0, "vmstat: %s", same[i].vmstat);
		if (on_octavo())
			ok(labs(pages * same[i].kb - mem(same[i].meminfo)) <= SLACK, "as %s",
			   same[i].meminfo);
	}
}

/* --- what changes --- */

/* The number is `want` kB more than it was. */
static void grew(const char *name, long before, long want, long slack, const char *why)
{
	long by = mem(name) - before;

	ok(labs(by - want) <= slack, "%s: %s %ld kB more, %ld", why, name, want, by);
}

static void test_anonymous(void)
{
	enum { NR = 600 };
	long anon = mem("AnonPages:"), free_kb = value("MemFree:"),
	     available = value("MemAvailable:");
	char *p = map_pages(NR, PROT_READ | PROT_WRITE);

	grew("AnonPages:", anon, 0, SLACK, "mapped");
	memset(p, 1, NR * PAGE);
	grew("AnonPages:", anon, NR * 4, SLACK, "600 pages of memory");
	grew("MemFree:", free_kb, -NR * 4, SLACK, "600 pages of memory");
	grew("MemAvailable:", available, -NR * 4, SLACK, "600 pages of memory");
	munmap(p, NR * PAGE);
	grew("AnonPages:", anon, 0, SLACK, "given back");
	grew("MemFree:", free_kb, 0, SLACK, "given back");
}

static void test_shared(void)
{
	enum { NR = 500 };
	long cached = mem("Cached:"), shmem = value("Shmem:"), mapped = value("Mapped:");
	char *p = map_shared(NR), *again;

	memset(p, 1, NR * PAGE);
	grew("Cached:", cached, NR * 4, 0, "500 pages of shared memory");
	grew("Shmem:", shmem, NR * 4, 0, "500 pages of shared memory");
	grew("Mapped:", mapped, NR * 4, 0, "500 pages of shared memory");
	again = (char *)sys(__NR_mremap, p, 0, NR * PAGE, MREMAP_MAYMOVE);
	memset(again, 1, NR * PAGE);
	grew("Mapped:", mapped, NR * 4, 0, "mapped twice");
	munmap(p, NR * PAGE);
	grew("Mapped:", mapped, NR * 4, 0, "once again");
	sys(__NR_madvise, again, 100 * PAGE, MADV_DONTNEED);
	grew("Mapped:", mapped, NR * 4 - 400, 0, "in part");
	grew("Shmem:", shmem, NR * 4, 0, "which goes on to be there");
	munmap(again, NR * PAGE);
	grew("Shmem:", shmem, 0, 0, "gone");
	grew("Mapped:", mapped, 0, 0, "gone");
}

static void test_tables(void)
{
	enum { NR = 10 };
	long before = mem("PageTables:");
	char *p = map_more((NR + 1) * TABLE / PAGE, PROT_READ | PROT_WRITE, MAP_NORESERVE);
	char *first = p + (TABLE - (uintptr_t)p % TABLE) % TABLE;

	for (int i = 0; i < NR; i++)
		first[(unsigned long)i * TABLE] = 1;
	ok(labs(mem("PageTables:") - before - NR * 4) <= 4,
	   "a page in each of ten tables: %ld kB more", mem("PageTables:") - before);
	munmap(p, (NR + 1) * TABLE);
	ok(labs(mem("PageTables:") - before) <= 4, "and gone");
}

static int waits(void *fds)
{
	char c;

	close(((int *)fds)[1]);
	return (int)read(((int *)fds)[0], &c, 1);
}

static void test_stacks(void)
{
	enum { NR = 6 };
	long before = mem("KernelStack:"), vmalloc, kb;
	int fds[2];

	if (pipe(fds) != 0)
		bail_out("pipe");
	vmalloc = mem("VmallocUsed:");
	must_start(waits, fds);
	kb = mem("KernelStack:") - before;
	ok(kb == 8, "a process has a stack of %ld kB", kb);
	for (int i = 1; i < NR; i++)
		must_start(waits, fds);
	grew("KernelStack:", before, NR * kb, 0, "six processes");
	ok(mem("VmallocUsed:") >= vmalloc && mem("VmallocUsed:") - vmalloc <= NR * 16,
	   "in vmalloc's");
	close(fds[0]);
	close(fds[1]);
	for (int i = 0; i < NR; i++)
		wait(NULL);
	grew("KernelStack:", before, 0, 0, "they have ended");
}

static void test_committed(void)
{
	enum { NR = 1000 };
	long before = mem("Committed_AS:");
	char *p = map_pages(NR, PROT_READ | PROT_WRITE), *q, *r;

	grew("Committed_AS:", before, NR * 4, 0, "1000 pages that may be written");
	q = map_pages(NR, PROT_READ);
	r = map_more(NR, PROT_READ | PROT_WRITE, MAP_NORESERVE);
	grew("Committed_AS:", before, NR * 4, 0, "others that may not, or are not promised");
	mprotect(q, NR / 2 * PAGE, PROT_READ | PROT_WRITE);
	grew("Committed_AS:", before, NR * 6, 0, "half of them may now");
	munmap(p, NR * PAGE);
	munmap(q, NR * PAGE);
	munmap(r, NR * PAGE);
	grew("Committed_AS:", before, 0, 0, "gone");
	is(mem("CommitLimit:") > 0, 1, "CommitLimit");
}

/* Areas are objects of a cache, too. */
static void test_slab(void)
{
	enum { NR = 3000 };
	long before = mem("Slab:"), unreclaimable = value("SUnreclaim:"), most;
	char *p = map_pages(2 * NR, PROT_NONE);

	for (unsigned long i = 0; i < NR; i++)
		mprotect(p + 2 * i * PAGE, PAGE, PROT_READ);
	most = mem("Slab:") - before;
	ok(most >= 300 && most < 2000, "6000 areas: Slab %ld kB more", most);
	ok(labs(mem("SUnreclaim:") - unreclaimable - most) <= 64, "that cannot be reclaimed");
	munmap(p, 2 * NR * PAGE);
	grew("SUnreclaim:", unreclaimable, 0, 64, "unmapped");
}

int main(void)
{
	mount_proc();
	test_lines();
	test_sums();
	test_vmstat();
	if (!on_octavo())
		return tap_done();
	test_anonymous();
	test_shared();
	test_tables();
	test_stacks();
	test_committed();
	test_slab();
	return tap_done();
}
