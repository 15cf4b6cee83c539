/* SPDX-License-Identifier: MIT */
/*
 * difftest_calls.c - the calls that difftest makes, with random arguments. Where Linux and Octavo are
 * meant to differ (docs/differences.md) they are made alike again.
 */
#include "difftest.h"

#include <uapi/octavo/falloc.h>
#include <uapi/octavo/ipc.h>
#include <uapi/octavo/memfd.h>
#include <uapi/octavo/shm.h>

uint32_t generator;
int fds[NR_FILES];
long segments[NR_SEGMENTS];

/* --- choosing --- */

unsigned long page_address(unsigned i)
{
	if (i < LOW_PAGES)
		return WINDOW - LOW_PAGES / 2 * PAGE + i * PAGE;
	i -= LOW_PAGES;
	if (i < HIGH_PAGES)
		return HIGH + i * PAGE;
	i -= HIGH_PAGES;
	return i < CHOSEN_PAGES ? anchor - (i + 1) * PAGE : heap + (i - CHOSEN_PAGES) * PAGE;
}

unsigned long any_page(void)
{
	switch (below(8)) {
	case 0:
		return page_address(LOW_PAGES + HIGH_PAGES + below(CHOSEN_PAGES + HEAP_PAGES));
	case 1:
		return page_address(LOW_PAGES + below(HIGH_PAGES));
	default:
		return page_address(LOW_PAGES / 2 - 12 + below(24));
	}
}

/* Nearly always the start of a page. */
static unsigned long any_start(void)
{
	return any_page() + (one_in(40) ? 1 + below(PAGE - 1) : 0);
}

/* Mostly some pages; some bytes more or less; none; more than there can be. */
uint32_t any_length(void)
{
	uint32_t len = (1 + below(one_in(4) ? 24 : 6)) * PAGE;

	if (one_in(60))
		return ONE_OF(0xb0000000u, 0xbffff000u, 0xfffff000u, 0xffffffffu, 0);
	return one_in(12) ? len - below(PAGE) : len;
}

uint32_t clip(unsigned long at, uint32_t len)
{
	uint32_t most = ~0u;

	if (at < anchor && at >= anchor - NEAR)
		most = anchor - at;
	else if (at >= heap && at < heap + NEAR)
		most = heap + NEAR - at;
	return len < most ? len : most;
}

static uint32_t any_prot(void)
{
	uint32_t prot = ONE_OF(0, 1, 1, 2, 3, 3, 3, 3, 3, 3, 4, 5, 6, 7);

	return one_in(50) ? prot | ONE_OF(8, 16, 0x1000000, 0x2000000, 0x80000000u) : prot;
}

/* --- memory --- */

static void step_read(void)
{
	unsigned long at = any_page() + below(PAGE);
	uint32_t value;

	note("read %s", where(at));
	if (try_read(at, &value) == 0)
		note_result((long)value);
	else
		note_fault();
}

static void step_write(void)
{
	unsigned long at = any_page() + below(PAGE);
	unsigned n = 1 + below(6), i;

	if (one_in(12)) /* a stack may grow as far as that */
		at = HIGH + HIGH_PAGES * PAGE - below(400) * PAGE + below(PAGE);

	note("write %s %u pages", where(at), n);
	for (i = 0; i < n; i++)
		if (try_write(at + i * PAGE, (unsigned char)below(256)) != 0)
			break;
	if (i == n)
		note_result(0);
	else
		note_fault();
}

/* --- files --- */

static void fill_file(int fd, unsigned bytes, uint32_t salt)
{
	static uint32_t buffer[PAGE / 4];

	for (unsigned done = 0; done < bytes; done += PAGE) {
		for (unsigned i = 0; i < PAGE / 4; i++)
			buffer[i] = salt += 2654435761u;
		sys(__NR_write, fd, buffer, bytes - done < PAGE ? bytes - done : PAGE);
	}
}

void open_files(void)
{
	int ends[2];

	unlink("/tmp/a");
	unlink("/tmp/b");
	fds[A_RDWR] = open("/tmp/a", O_RDWR | O_CREAT | O_EXCL, 0600);
	fds[A_RDONLY] = open("/tmp/a", O_RDONLY);
	fds[B_RDWR] = open("/tmp/b", O_RDWR | O_CREAT, 0600);
	fds[B_WRONLY] = open("/tmp/b", O_WRONLY);
	fds[MEMFD] = (int)sys(__NR_memfd_create, "m", MFD_ALLOW_SEALING);
	fds[ZERO] = open("/dev/zero", O_RDWR);
	fds[FOLDER] = open("/tmp", O_RDONLY);
	pipe(ends);
	fds[PIPE] = ends[0];
	fds[CLOSED] = 99;
	fill_file(fds[A_RDWR], 8 * PAGE, 1);
	fill_file(fds[B_RDWR], 3 * PAGE + 123, 2);
	fill_file(fds[MEMFD], PAGE / 2, 3);
}

static unsigned any_file(void)
{
	return one_in(6) ? below(NR_FILES) : ONE_OF(A_RDWR, A_RDWR, A_RDONLY, B_RDWR, MEMFD);
}

unsigned any_offset(void)
{
	return below(12) * PAGE + (one_in(3) ? below(PAGE) : 0);
}

unsigned file_size(int fd)
{
	return (unsigned)lseek(fd, 0, SEEK_END);
}

void clear_tail(int fd, unsigned old, unsigned size, long result)
{
	static const char zeros[PAGE];
	unsigned end = (old + PAGE - 1) & ~(PAGE - 1U);

	if (result == 0 && size > old && end > old)
		sys(__NR_pwrite64, fd, zeros, (size < end ? size : end) - old, old, 0);
}

static void step_pread(void)
{
	unsigned f = any_file(), offset = any_offset() & COPIED;
	unsigned long at = any_page() + (one_in(2) ? below(PAGE) & COPIED : 0);
	uint32_t len = clip(at, any_length() & 0xffff) & COPIED;

	note("pread file %u to %s len %lu offset %u", f, where(at), (unsigned long)len, offset);
	if (f == PIPE)
		f = CLOSED; /* nobody would ever write there */
	note_result(sys(__NR_pread64, fds[f], at, len, offset, 0));
}

static void step_pwrite(void)
{
	unsigned f = any_file(), offset = any_offset() & COPIED;
	unsigned long at = any_page() + (one_in(2) ? below(PAGE) & COPIED : 0);
	uint32_t len = clip(at, any_length() & 0xffff) & COPIED;
	unsigned old;
	long result;

	old = file_size(fds[f]);
	note("pwrite file %u from %s len %lu offset %u", f, where(at), (unsigned long)len, offset);
	result = sys(__NR_pwrite64, fds[f], at, len, offset, 0);
	clear_tail(fds[f], old, offset, result > 0 ? 0 : -1);
	note_result(result);
}

static void step_file_sum(void)
{
	static uint32_t buffer[PAGE / 4];
	unsigned f = ONE_OF(A_RDWR, B_RDWR, MEMFD), offset = 0;
	uint32_t sum = 0;
	long n;

	while ((n = sys(__NR_pread64, fds[f], buffer, PAGE, offset, 0)) > 0) {
		memset((char *)buffer + n, 0, PAGE - (size_t)n);
		sum = sum * 31 + sum_of(buffer);
		offset += (unsigned)n;
	}
	note("file %u: %u bytes, sum %lx\n", f, offset, (unsigned long)sum);
}

static void step_truncate(void)
{
	unsigned f = any_file(), size = any_offset(), old = file_size(fds[f]);
	long result;

	note("ftruncate file %u to %u", f, size);
	result = sys(__NR_ftruncate, fds[f], size);
	clear_tail(fds[f], old, size, result);
	note_result(result);
}

static void step_fallocate(void)
{
	unsigned f = any_file(), offset = any_offset(), len = any_length() & 0xffff;
	unsigned mode = one_in(10) ? below(8) & ~FALLOC_FL_KEEP_SIZE
				   : ONE_OF(0, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
	unsigned old = file_size(fds[f]);
	long result = sys(__NR_fallocate, fds[f], mode, offset, 0, len, 0);

	if (mode == 0)
		clear_tail(fds[f], old, offset + len, result);
	note("fallocate file %u mode %u offset %u len %u", f, mode, offset, len);
	note_result(result);
	for (unsigned at = offset & ~(PAGE - 1U); result == 0 && mode == 0 && at < offset + len;
	     at += PAGE) {
		char byte; /* mincore(2) of Linux tells of a page only when it has been filled */

		sys(__NR_pread64, fds[f], &byte, 1, at, 0);
		sys(__NR_pwrite64, fds[f], &byte, 1, at, 0);
	}
}

/* --- mappings --- */

static unsigned long any_hint(uint32_t *flags)
{
	switch (below(6)) {
	case 0:
		return 0;
	case 1:
		return any_start();
	case 2:
		*flags |= MAP_FIXED_NOREPLACE;
		return any_start();
	default:
		*flags |= MAP_FIXED;
		return any_start();
	}
}

static uint32_t any_map_flags(void)
{
	uint32_t flags = ONE_OF(MAP_PRIVATE, MAP_PRIVATE, MAP_SHARED);

	if (one_in(30))
		flags = ONE_OF(0, 3, 4, 15);
	if (one_in(4))
		flags |= ONE_OF(MAP_NORESERVE, MAP_POPULATE, MAP_POPULATE | MAP_NONBLOCK, MAP_STACK,
				MAP_LOCKED, MAP_DENYWRITE, MAP_EXECUTABLE);
	return one_in(60) ? flags | ONE_OF(0x40, 0x80, 0x200, 0x400, 0x80000, 0x1000000) : flags;
}

static int data_is_limited;
static int grows_down; /* some area does, wherever it has been moved since */

static void map(uint32_t flags, unsigned f, uint32_t pgoff)
{
	unsigned long hint = any_hint(&flags);
	uint32_t len = clip(hint, any_length()), prot = any_prot();
	long result;

	if (one_in(12)) { /* where there is room below; in the way of other choices a guard would be */
		flags |= MAP_GROWSDOWN | MAP_FIXED;
		hint = HIGH + below(HIGH_PAGES) * PAGE;
		grows_down = 1;
	}

	note("mmap %s len %lx prot %lx flags %lx file %u page %lu", where(hint), (unsigned long)len,
	     (unsigned long)prot, (unsigned long)flags, f, (unsigned long)pgoff);
	if (data_is_limited && (flags & MAP_FIXED)) /* Linux counts all pages that are in the way */
		sys(__NR_munmap, hint, len);
	result = sys(__NR_mmap2, hint, len, prot, flags, fds[f], pgoff);
	note_address(result);
	if (result == -EPERM && (flags & MAP_FIXED)) /* of a sealed file, on Linux after munmap */
		sys(__NR_munmap, hint, len);
}

static void step_map_anonymous(void)
{
	uint32_t flags = any_map_flags() | MAP_ANONYMOUS;

	map(flags, CLOSED, one_in(20) ? below(10) : 0);
}

static void step_map_file(void)
{
	uint32_t flags = any_map_flags();
	uint32_t pgoff =
		one_in(60) ? ONE_OF(0xfffff, 0xffffe, 0xffffffff, 0xfffffffe, 0x100000) : below(10);
	unsigned f = any_file();

	if (f == ZERO) { /* no file on Octavo, but memory */
		flags |= MAP_SHARED;
		pgoff = 0;
	}
	map(flags, f, pgoff);
}

static void step_unmap(void)
{
	unsigned long at = any_start();
	uint32_t len = clip(at, any_length());

	note("munmap %s len %lx", where(at), (unsigned long)len);
	note_result(sys(__NR_munmap, at, len));
}

/*
 * A call that fails has changed nothing on Octavo, where Linux may have done a part of it: that part is
 * then done by calls of its own, so that both are in the same state again.
 */
static void repeat_in_parts(long nr, unsigned long at, uint32_t len, uint32_t prot)
{
	unsigned long end = at + len, hole = at;

	if (at & (PAGE - 1))
		return;
	if (prot & PROT_GROWSDOWN) /* to the area that it is about */
		while (at < end && at < HIGH + 2 * HIGH_PAGES * PAGE &&
		       sys(__NR_msync, at, PAGE, MS_ASYNC) != 0)
			at += PAGE;
	hole = at;
	while (hole < end && sys(__NR_msync, hole, PAGE, MS_ASYNC) == 0)
		hole += PAGE;
	if (hole == at || sys(nr, at, hole - at, prot) == 0)
		return;
	for (; at < hole; at += PAGE)
		if (sys(nr, at, PAGE, prot & ~PROT_GROWSDOWN) != 0 && nr == __NR_mprotect)
			break;
}

static void step_protect(void)
{
	unsigned long at = any_start();
	uint32_t len = clip(at, any_length()), prot = any_prot();
	long result;

	if (one_in(10)) {
		at = HIGH + below(HIGH_PAGES) * PAGE;
		prot |= PROT_GROWSDOWN;
	}
	note("mprotect %s len %lx prot %lx", where(at), (unsigned long)len, (unsigned long)prot);
	result = sys(__NR_mprotect, at, len, prot);
	note_result(result);
	if (result < 0)
		repeat_in_parts(__NR_mprotect, at, len, prot);
}

static void step_remap(void)
{
	unsigned long at = any_start(), to = any_start();
	uint32_t len = one_in(12) ? 0 : clip(at, any_length()),
		 new_len = clip(to, one_in(3) ? len : any_length());
	uint32_t flags = one_in(20) ? below(16) : ONE_OF(0, 1, 1, 3, 3, 5, 7);
	uint32_t kept = (new_len + PAGE - 1) & ~(PAGE - 1U);
	long result;

	note("mremap %s len %lx to %lx flags %lx %s", where(at), (unsigned long)len,
	     (unsigned long)new_len, (unsigned long)flags, where(to));
	if (flags & MREMAP_DONTUNMAP) /* Linux unlocks all of the area, Octavo what has moved */
		sys(__NR_munlockall);
	result = sys(__NR_mremap, at, len, new_len, flags, to);
	note_address(result);
	if (grows_down && (unsigned long)result < anchor && (unsigned long)result >= anchor - NEAR)
		sys(__NR_munmap, result, new_len); /* as above: its guard would be in the way */
	if (result > -4096 && result < 0 && flags & MREMAP_FIXED) {
		sys(__NR_munmap, to, new_len);
		if (kept < len)
			sys(__NR_munmap, at + kept, len - kept);
	}
}

static void step_brk(void)
{
	unsigned long to =
		one_in(15) ? ONE_OF(0, 0x1000, 0xbfffffff, 0xffffffff)
			   : heap + below(HEAP_PAGES + 2) * PAGE + (one_in(4) ? below(PAGE) : 0);

	note("brk %s", where(to));
	note(" = %s\n", where((unsigned long)sys(__NR_brk, to)));
}

static void step_lock(void)
{
	unsigned long at = any_start();
	uint32_t len = clip(at, any_length()), flags;

	long nr, result;

	if (one_in(4)) {
		nr = one_in(3) ? __NR_mlockall : __NR_munlockall;
		flags = below(9);
		note(nr == __NR_mlockall ? "mlockall %lu" : "munlockall", (unsigned long)flags);
		result = sys(nr, flags);
		note_result(result);
		if (result == 0)
			all_locked = nr == __NR_mlockall && (flags & MCL_CURRENT || all_locked);
		return;
	}
	flags = below(3);
	nr = (long)ONE_OF(__NR_mlock, __NR_mlock, __NR_mlock2, __NR_munlock, __NR_munlock);
	note("%s %s len %lx flags %lu", nr == __NR_munlock ? "munlock" : "mlock", where(at),
	     (unsigned long)len, nr == __NR_mlock2 ? (unsigned long)flags : 0);
	result = sys(nr, at, len, flags);
	note_result(result);
	if (result < 0)
		repeat_in_parts(nr, at & ~(PAGE - 1), len, flags);
}

static void step_incore(void)
{
	static unsigned char vec[32];
	unsigned long at = any_start();
	uint32_t len = clip(at, any_length());
	long result;

	if (len > 32 * PAGE && one_in(2))
		len = 32 * PAGE;
	memset(vec, 0xaa, sizeof(vec));
	note("mincore %s len %lx", where(at), (unsigned long)len);
	result = sys(__NR_mincore, at, len, vec);
	for (unsigned i = 0; result == 0 && i < (len + PAGE - 1) / PAGE && i < 32; i++)
		note(" %x", vec[i]);
	note_result(result);
}

static void step_sync(void)
{
	unsigned long at = any_start();
	uint32_t len = clip(at, any_length()), flags = below(8);

	note("msync %s len %lx flags %lu", where(at), (unsigned long)len, (unsigned long)flags);
	note_result(sys(__NR_msync, at, len, flags));
}

static void step_advise(void)
{
	unsigned long at = any_start();
	uint32_t len =
		clip(at, any_length() & 0xffffff); /* it would go on at the next hole's end */
	uint32_t advice = one_in(20)
				  ? ONE_OF(5, 6, 7, 26, 99, 0xffffffff)
				  : ONE_OF(MADV_WILLNEED, MADV_DONTNEED, MADV_DONTNEED, MADV_FREE,
					   MADV_REMOVE, MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK,
					   MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_COLD,
					   MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE,
					   MADV_DONTNEED_LOCKED, MADV_NORMAL, MADV_RANDOM,
					   MADV_SEQUENTIAL, MADV_DONTDUMP, MADV_DODUMP);

	note("madvise %s len %lx advice %lu", where(at), (unsigned long)len, (unsigned long)advice);
	note_result(sys(__NR_madvise, at, len, advice));
	if (advice == MADV_RANDOM || advice == MADV_SEQUENTIAL) /* which cuts areas on Linux */
		sys(__NR_madvise, at, len, MADV_NORMAL);
	if (advice == MADV_DONTDUMP)
		sys(__NR_madvise, at, len, MADV_DODUMP);
}

/* A mapping for this alone: on Linux its parts are areas of their own then. */
static void step_reorder(void)
{
	enum { PAGES = 6 };
	unsigned f = ONE_OF(A_RDWR, A_RDONLY, B_RDWR, MEMFD), pgoff = below(6);
	uint32_t prot = ONE_OF(PROT_READ, PROT_READ, PROT_READ | PROT_WRITE, PROT_NONE);
	long p;

	sys(__NR_munlockall); /* nor is what comes locked: areas would be apart by it */
	p = sys(__NR_mmap2, 0, PAGES * PAGE, prot, one_in(12) ? MAP_PRIVATE : MAP_SHARED, fds[f],
		pgoff);
	note("remap_file_pages of file %u page %u prot %lx:", f, pgoff, (unsigned long)prot);
	if (p < 0 && p > -4096) {
		note_result(p);
		return;
	}
	for (unsigned i = 0; i < 3; i++) {
		unsigned at = below(PAGES), n = below(PAGES - at + 1), index = below(12);

		note(" %u+%u=%u", at, n, index);
		note_result(sys(__NR_remap_file_pages, p + (long)(at * PAGE), n * PAGE,
				one_in(20) ? PROT_READ : 0, index, one_in(2) ? MAP_NONBLOCK : 0));
	}
	for (unsigned i = 0; i < PAGES; i++) {
		uint32_t value;

		if (try_read((unsigned long)p + i * PAGE, &value) == 0)
			note(" %lx", (unsigned long)value);
		else
			note(" !");
	}
	note("\n");
	sys(__NR_munmap, p, PAGES * PAGE);
}

/* --- System V shared memory --- */

static void step_shmget(void)
{
	unsigned i = below(NR_SEGMENTS);
	uint32_t size = any_length() & 0xffff, flags = ONE_OF(0600, 0600, 0400, 0);
	long id;

	flags |= ONE_OF(0, IPC_CREAT, IPC_CREAT, IPC_CREAT | IPC_EXCL, IPC_EXCL);
	note("shmget %u size %lu flags %lo", i, (unsigned long)size, (unsigned long)flags);
	id = sys(__NR_shmget, FIRST_KEY + (long)i, size, flags);
	if (id >= 0)
		segments[i] = id;
	note_result(id < 0 ? id : 0);
}

static void step_shmat(void)
{
	unsigned i = below(NR_SEGMENTS);
	unsigned long at = one_in(4) ? 0
				     : page_address(below(LOW_PAGES + HIGH_PAGES)) +
					       (one_in(10) ? below(PAGE) : 0);
	uint32_t flags =
		ONE_OF(0, 0, SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_REMAP | SHM_RND, SHM_EXEC);

	note("shmat %u %s flags %lo", i, where(at), (unsigned long)flags);
	note_address(sys(__NR_shmat, segments[i], at, flags));
}

static void step_shmdt(void)
{
	unsigned long at = any_start();

	note("shmdt %s", where(at));
	note_result(sys(__NR_shmdt, at));
}

static void step_shmctl(void)
{
	unsigned i = below(NR_SEGMENTS);
	int command = (int)ONE_OF(IPC_RMID, IPC_STAT, IPC_STAT, SHM_LOCK, SHM_UNLOCK, IPC_SET);
	struct uapi_shmid64_ds ds;
	long result;

	memset(&ds, 0, sizeof(ds));
	if (command == IPC_SET) {
		ds.shm_perm.mode = (uint16_t)ONE_OF(0600, 0400, 0, 0666, 0777);
		ds.shm_perm.uid = ONE_OF(0, 1000);
	}
	note("shmctl %u command %d", i, command);
	result = sys(__NR_shmctl, segments[i], command, &ds);
	if (result == 0 && command == IPC_STAT)
		note(" mode %lo size %lu attached %lu", (unsigned long)ds.shm_perm.mode,
		     (unsigned long)ds.shm_segsz, (unsigned long)ds.shm_nattch);
	note_result(result);
}

/* --- limits --- */

static void step_limit(void)
{
	static const struct {
		int resource;
		const char *name, *now; /* what it is counted from, of step_sizes() */
	} kinds[] = {{8, "MEMLOCK", NULL},
		     {9, "AS", "VmSize:"},
		     {2, "DATA", "VmData:"},
		     {3, "STACK", NULL}};
	unsigned i = below(4), pages = below(24);
	unsigned long limit[2] = {pages * PAGE, ~0UL};

	if (kinds[i].now)
		limit[0] += size_now(kinds[i].now) * 1024;
	if (kinds[i].resource == 3) /* the program has one itself */
		limit[0] += 64 * PAGE;
	if (one_in(2))
		limit[0] = kinds[i].resource == 3 ? 8 * MB : ~0UL;
	if (kinds[i].resource == 2)
		data_is_limited = limit[0] != ~0UL;
	note("limit %s %s%u", kinds[i].name, limit[0] == ~0UL ? "none" : "", pages);
	note_result(sys(__NR_setrlimit, kinds[i].resource, limit));
}

/* --- one of them --- */

static const struct {
	void (*take)(void);
	unsigned weight;
} calls[] = {
	{step_map_anonymous, 4}, {step_map_file, 3},   {step_unmap, 2},    {step_protect, 3},
	{step_remap, 3},         {step_brk, 1},        {step_lock, 2},     {step_incore, 2},
	{step_sync, 1},          {step_advise, 2},     {step_pread, 1},    {step_pwrite, 1},
	{step_truncate, 1},      {step_fallocate, 1},  {step_file_sum, 1}, {step_shmget, 1},
	{step_shmat, 2},         {step_shmdt, 1},      {step_shmctl, 1},   {step_read, 3},
	{step_write, 5},         {step_sums, 1},       {step_maps, 1},     {step_limit, 1},
	{step_reorder, 1},       {step_process_vm, 2}, {step_proc_mem, 2}, {step_sendfile, 1},
	{step_truncate_path, 1}, {step_seal, 1},       {step_execute, 1},  {step_sizes, 2},
};

int take_call(int mapping)
{
	unsigned kind = below(mapping ? 7 : 58), i = 0;

	while (i < sizeof(calls) / sizeof(calls[0]) && kind >= calls[i].weight)
		kind -= calls[i++].weight;
	if (i == sizeof(calls) / sizeof(calls[0]))
		return 0;
	calls[i].take();
	return 1;
}
