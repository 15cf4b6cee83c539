/* SPDX-License-Identifier: MIT */
/*
 * Any sequence of mmap, munmap, mprotect, mremap, remap_file_pages, madvise, fork, exit, writes, truncate and
 * holes, by a few processes on a few CPUs, with allocations that fail, beside an array of bytes:
 *
 *	process -> page of the window: nothing, or its protection and
 *			PRIVATE		bytes of its own
 *			SHARED		page `index` of an object
 *			FILE_SHARED	page `index` of the file, in any order (remap_file_pages)
 *			FILE_PRIVATE	the same, or its own copy once it has written
 *
 * What is read is what the array says, what is refused is refused for its reason, no CPU remembers a
 * translation that is no more (mm_machine.h), also where a file is cut under all who map it, and in the end
 * every frame is free. shows: lock-8
 */
#include "fuzz.h"
#include "mm_machine.h"
#include <fcntl.h>
#include <octavo/commit.h>
#include <octavo/fs.h>
#include <octavo/mm_user.h>
#include <octavo/shmem.h>
#include <uapi/octavo/mman.h>

#define PROCESSES  3
#define FILE_PAGES 24u
#define FILE_MAX   (FILE_PAGES * PAGE_SIZE)
#define POPULATE   0x40u
#define SPAN       24u /* bytes of one access at the most */

enum kind { NOTHING, PRIVATE, SHARED, FILE_SHARED, FILE_PRIVATE };

struct object { /* of MAP_SHARED | MAP_ANONYMOUS */
	u32 refs, nr;
	u8 bytes[][PAGE_SIZE];
};

struct mpage {
	enum kind kind;
	u32 prot, index;
	u32 place; /* what the index would be, were the pages in their order */
	struct object *object;
	u8 *own; /* NULL: zeros, or the file's */
};

struct process {
	struct mm *mm; /* NULL: there is none */
	struct mpage pages[WINDOW_PAGES];
};

static struct process processes[PROCESSES];
static u8 file_bytes[FILE_MAX];
static u32 file_size;

static struct super_block sb;
static struct inode inode = {.mode = S_IFREG | 0600, .sb = &sb};
static struct file file = {
	.refs = ATOMIC_INIT(1), .flags = O_RDWR, .inode = &inode, .ops = &shmem_file_ops};
static struct address_space mapping;
static struct shmem_account account = {.max = FILE_PAGES};

static vaddr_t address(u32 page)
{
	return WINDOW + page * PAGE_SIZE;
}

/* --- the array --- */

static struct object *object_new(u32 nr)
{
	struct object *o = calloc(1, sizeof(*o) + (size_t)nr * PAGE_SIZE);

	o->nr = nr;
	return o;
}

static bool of_file(const struct mpage *p)
{
	return p->kind == FILE_SHARED || p->kind == FILE_PRIVATE;
}

static void forget_own(struct mpage *p)
{
	free(p->own);
	p->own = NULL;
}

static void forget(struct mpage *p)
{
	forget_own(p);
	if (p->object && --p->object->refs == 0)
		free(p->object);
	*p = (struct mpage){.kind = NOTHING};
}

/* The same page, once more: a fork. */
static struct mpage copy_of(const struct mpage *p)
{
	struct mpage copy = *p;

	if (copy.object)
		copy.object->refs++;
	if (copy.own) {
		copy.own = malloc(PAGE_SIZE);
		memcpy(copy.own, p->own, PAGE_SIZE);
	}
	return copy;
}

/* What an access is answered with. */
static int answer(const struct mpage *p, bool write)
{
	if (p->kind == NOTHING)
		return -EFAULT;
	if (write ? !(p->prot & PROT_WRITE) : p->prot == 0)
		return -EACCES;
	if (p->kind == SHARED && p->index >= p->object->nr)
		return -EIO;
	if (of_file(p) && (u64)p->index * PAGE_SIZE >= file_size)
		return -EIO;
	return 0;
}

static const u8 *bytes_of(const struct mpage *p)
{
	static const u8 zeros[PAGE_SIZE];

	if (p->kind == SHARED)
		return p->object->bytes[p->index];
	if (p->own)
		return p->own;
	return of_file(p) ? file_bytes + p->index * PAGE_SIZE : zeros;
}

static u8 *bytes_to_write(struct mpage *p)
{
	if (p->kind == SHARED)
		return p->object->bytes[p->index];
	if (p->kind == FILE_SHARED)
		return file_bytes + p->index * PAGE_SIZE;
	if (!p->own) {
		const u8 *now = bytes_of(p);

		p->own = malloc(PAGE_SIZE);
		memcpy(p->own, now, PAGE_SIZE);
	}
	return p->own;
}

/* --- comparing --- */

static void compare_entry(const struct process *p, u32 page, bool contents)
{
	const struct mpage *m = &p->pages[page];
	pte_t pte = pmap_query(&p->mm->pmap, address(page));

	if (!pte_present(pte))
		return;
	MUST(m->kind != NOTHING);
	MUST(!pte_accessible(pte) || answer(m, false) == 0);
	MUST(!pte_writable(pte) || answer(m, true) == 0);
	MUST(!pte_writable(pte) || m->own || m->kind != FILE_PRIVATE);
	if (contents && answer(m, false) == 0)
		MUST(memcmp(pfn_to_virt(pte_pfn(pte)), bytes_of(m), PAGE_SIZE) == 0);
}

static void compare(bool all)
{
	machine_check();
	for (u32 i = 0; i < PROCESSES; i++) {
		for (u32 page = 0; processes[i].mm && page < WINDOW_PAGES; page++)
			compare_entry(&processes[i], page, all);
	}
	MUST(memcmp(&inode.size, &(loff_t){file_size}, sizeof(loff_t)) == 0);
	if (all)
		machine_audit(&mapping);
}

/* --- steps --- */

static struct range {
	u32 first, n;
} take_range(struct input *in)
{
	struct range r = {take_u8(in) % WINDOW_PAGES, take_u8(in)};

	r.n = 1 + r.n % (r.n & 0xc0 ? 6 : WINDOW_PAGES);
	r.n = MIN(r.n, WINDOW_PAGES - r.first);
	return r;
}

static u32 take_prot(struct input *in)
{
	static const u8 prots[] = {PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE, PROT_WRITE,
				   PROT_READ | PROT_WRITE, PROT_EXEC};

	return prots[take_u8(in) % ARRAY_SIZE(prots)];
}

static void step_mmap(struct process *p, struct input *in)
{
	static const u32 flags[] = {
		[PRIVATE] = MAP_PRIVATE | MAP_ANONYMOUS,
		[SHARED] = MAP_SHARED | MAP_ANONYMOUS,
		[FILE_SHARED] = MAP_SHARED,
		[FILE_PRIVATE] = MAP_PRIVATE,
	};
	struct range r = take_range(in);
	u32 prot = take_prot(in), chosen = take_u8(in), index;
	struct mpage new = {.kind = PRIVATE + chosen % 4, .prot = prot};
	struct file *from;
	long at;

	r.n = MIN(r.n, FILE_PAGES);
	index = of_file(&new) ? chosen % (FILE_PAGES - r.n + 1) : 0;
	from = of_file(&new) ? &file : NULL;
	at = mm_map(p->mm, address(r.first), r.n * PAGE_SIZE, prot,
		    flags[new.kind] | MAP_FIXED | (chosen & POPULATE ? MAP_POPULATE : 0), from,
		    index);
	if (at == -ENOMEM && machine_fail(0))
		return;
	MUST(at == (long)address(r.first));
	new.object = new.kind == SHARED ? object_new(r.n) : NULL;
	for (u32 i = 0; i < r.n; i++) {
		forget(&p->pages[r.first + i]);
		new.index = new.place = index + i;
		p->pages[r.first + i] = copy_of(&new);
		if (new.kind == FILE_PRIVATE && (chosen & POPULATE) &&
		    pte_writable(pmap_query(&p->mm->pmap, address(r.first + i))))
			bytes_to_write(&p->pages[r.first + i]); /* what is brought in is copied */
	}
}

static void step_munmap(struct process *p, struct input *in)
{
	struct range r = take_range(in);
	int err = mm_unmap(p->mm, address(r.first), r.n * PAGE_SIZE);

	if (err == -ENOMEM && machine_fail(0))
		return;
	MUST(err == 0);
	for (u32 i = 0; i < r.n; i++)
		forget(&p->pages[r.first + i]);
}

static bool is_whole(const struct process *p, struct range r)
{
	for (u32 i = 0; i < r.n; i++) {
		if (p->pages[r.first + i].kind == NOTHING)
			return false;
	}
	return true;
}

static void step_mprotect(struct process *p, struct input *in)
{
	struct range r = take_range(in);
	u32 prot = take_prot(in);
	int err = mm_protect(p->mm, address(r.first), r.n * PAGE_SIZE, prot);

	if (err == -ENOMEM && (machine_fail(0) || !is_whole(p, r)))
		return;
	MUST(err == 0);
	for (u32 i = 0; i < r.n; i++)
		p->pages[r.first + i].prot = prot;
}

static void step_madvise(struct process *p, struct input *in)
{
	struct range r = take_range(in);
	int err = mm_advise(p->mm, address(r.first), r.n * PAGE_SIZE, MADV_DONTNEED);

	MUST(err == (is_whole(p, r) ? 0 : -ENOMEM));
	for (u32 i = 0; i < r.n; i++)
		forget_own(&p->pages[r.first + i]);
}

/* The pages [from, from + old) are now [to, to + new); what is longer goes on as it ends. */
static void moved(struct process *p, u32 from, u32 old, u32 to, u32 new, bool stays)
{
	struct mpage first = p->pages[from];

	for (u32 i = 0; i < new; i++) {
		struct mpage *source = i < old ? &p->pages[from + i] : NULL;
		struct mpage page = first;

		if (source) {
			page = copy_of(source);
			forget_own(source);
			source->index = source->place;
			if (!stays)
				forget(source);
		} else {
			page.own = NULL;
			page.index = page.place = first.place + i;
			if (page.object)
				page.object->refs++;
		}
		if (i == 0)
			first = page;
		forget(&p->pages[to + i]);
		p->pages[to + i] = page;
	}
	for (u32 i = new; i < old && !stays; i++)
		forget(&p->pages[from + i]);
}

/* Without memory what was in the way, and what would have been cut off, may be gone. */
static void clear_up(struct process *p, u32 first, u32 n)
{
	if (n == 0)
		return;
	MUST(mm_unmap(p->mm, address(first), n * PAGE_SIZE) == 0);
	for (u32 i = 0; i < n; i++)
		forget(&p->pages[first + i]);
}

static void step_mremap(struct process *p, struct input *in)
{
	struct range r = take_range(in);
	u32 how = take_u8(in), to = take_u8(in) % WINDOW_PAGES, new = r.n;
	bool stays = !(how & 7);
	long at;

	if (!stays && (how & 0x30))
		new = 1 + how % (r.n + 4);
	new = MIN(new, WINDOW_PAGES - to);
	stays = stays && new == r.n;
	if (to < r.first + r.n && r.first < to + new)
		return;
	at = mm_remap(p->mm, address(r.first), r.n * PAGE_SIZE, new *PAGE_SIZE,
		      MREMAP_MAYMOVE | MREMAP_FIXED | (stays ? MREMAP_DONTUNMAP : 0), address(to));
	if (at == -ENOMEM && machine_fail(0)) {
		clear_up(p, to, new);
		clear_up(p, r.first + new, r.n > new ? r.n - new : 0);
		return;
	}
	if (at == -EFAULT && (r.n > 1 || !is_whole(p, r)))
		return; /* of several areas, or of none */
	MUST(at == (long)address(to));
	moved(p, r.first, r.n, to, new, stays);
}

/* Other pages of the file, in one shared area. */
static void step_remap_pages(struct process *p, struct input *in)
{
	struct range r = take_range(in);
	u32 index = take_u8(in) % (FILE_PAGES + 2), how = take_u8(in) & 1 ? MAP_NONBLOCK : 0;
	int err = mm_remap_pages(p->mm, address(r.first), r.n * PAGE_SIZE, index, how);

	if (err == -ENOMEM && machine_fail(0))
		return;
	if (err == -EINVAL && r.n > 1)
		return; /* several areas */
	for (u32 i = 0; i < r.n; i++) {
		struct mpage *m = &p->pages[r.first + i];
		bool shared = m->kind == SHARED || m->kind == FILE_SHARED;

		MUST(err == (shared ? 0 : -EINVAL));
		m->index = err == 0 ? index + i : m->index;
	}
}

/* In its place, where there is room. */
static void step_grow(struct process *p, struct input *in)
{
	struct range r = take_range(in);
	u32 more = 1 + take_u8(in) % 4;
	long at;

	if (r.first + r.n + more > WINDOW_PAGES)
		return;
	at = mm_remap(p->mm, address(r.first), r.n * PAGE_SIZE, (r.n + more) * PAGE_SIZE, 0, 0);
	if (at < 0)
		return;
	MUST(at == (long)address(r.first));
	for (u32 i = r.n; i < r.n + more; i++) {
		struct mpage page = p->pages[r.first + r.n - 1];

		MUST(p->pages[r.first + i].kind == NOTHING);
		page.place += i - r.n + 1;
		page.index = page.place;
		page.own = NULL;
		if (page.object)
			page.object->refs++;
		p->pages[r.first + i] = page;
	}
}

static void step_access(struct process *p, unsigned cpu, struct input *in)
{
	struct range r = take_range(in);
	u32 offset = take_u8(in) * 16u, value = take_u8(in), len = MIN(SPAN, PAGE_SIZE - offset);
	bool write = value & 1;
	u8 buf[SPAN];

	for (u32 i = 0; i < r.n; i++) {
		struct mpage *m = &p->pages[r.first + i];
		int err;

		memset(buf, (int)(value + i), sizeof(buf));
		err = machine_access(cpu, address(r.first + i) + offset, buf, len, write);
		if (err == -ENOMEM && machine_fail(0))
			err = machine_access(cpu, address(r.first + i) + offset, buf, len, write);
		MUST(err == answer(m, write));
		if (err != 0)
			continue;
		if (write)
			memcpy(bytes_to_write(m) + offset, buf, len);
		else
			MUST(memcmp(buf, bytes_of(m) + offset, len) == 0);
	}
}

/* The child runs on another CPU. */
static void step_fork(struct process *p, struct input *in)
{
	struct process *child = processes;
	unsigned cpu = take_u8(in) % MACHINE_CPUS;

	while (child < processes + PROCESSES && child->mm)
		child++;
	if (child == processes + PROCESSES)
		return;
	child->mm = mm_fork(p->mm);
	if (!child->mm) {
		MUST(machine_fail(0));
		return;
	}
	for (u32 i = 0; i < WINDOW_PAGES; i++)
		child->pages[i] = copy_of(&p->pages[i]);
	machine_run(cpu, child->mm);
}

static void end(struct process *p)
{
	for (unsigned cpu = 0; cpu < MACHINE_CPUS; cpu++) {
		if (machine_runs(cpu) == p->mm)
			machine_run(cpu, NULL);
	}
	mm_put(p->mm);
	p->mm = NULL;
	for (u32 i = 0; i < WINDOW_PAGES; i++)
		forget(&p->pages[i]);
}

/* Another process runs on the CPU, or the same one as elsewhere, or none for a while. */
static void step_schedule(unsigned cpu, struct input *in)
{
	u32 which = take_u8(in) % (PROCESSES + 1);

	machine_run(cpu, which < PROCESSES ? processes[which].mm : NULL);
}

static void copies_of_file_go(u32 first)
{
	for (u32 i = 0; i < PROCESSES; i++) {
		for (u32 page = 0; page < WINDOW_PAGES; page++) {
			struct mpage *m = &processes[i].pages[page];

			if (m->kind == FILE_PRIVATE && m->index >= first)
				forget_own(m);
		}
	}
}

static void truncate(u32 size)
{
	u32 old = file_size, low = MIN(old, size), high = MAX(old, size);

	mutex_lock(&inode.mutex);
	MUST(shmem_truncate(&inode, size) == 0);
	mutex_unlock(&inode.mutex);
	high = size < old ? FILE_MAX : MIN(high, ALIGN_UP(old, PAGE_SIZE));
	if (high > low) /* what is cut off; or what was left behind the end */
		memset(file_bytes + low, 0, high - low);
	if (size < old)
		copies_of_file_go(PAGES_OF(size));
	file_size = size;
}

static void step_truncate(struct input *in)
{
	truncate(take_u16(in) * 7u % (FILE_MAX + 1));
}

static void step_hole(struct input *in)
{
	u32 from = take_u16(in) % FILE_MAX, len = 1 + take_u16(in) % (4 * PAGE_SIZE);

	mutex_lock(&inode.mutex);
	MUST(shmem_allocate(&inode, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from, len) == 0);
	mutex_unlock(&inode.mutex);
	memset(file_bytes + from, 0, MIN(len, FILE_MAX - from));
}

/* write(2) */
static void step_write_file(struct input *in)
{
	u8 bytes[300];
	loff_t pos = take_u16(in) * 5u % (FILE_MAX - sizeof(bytes));
	u32 at = (u32)pos, len = 1 + take_u8(in);
	ssize_t n;

	memset(bytes, (int)(at + len), sizeof(bytes));
	n = filemap_write_kernel(&file, bytes, len, &pos, true);
	if (n != (ssize_t)len && machine_fail(0))
		n = filemap_write_kernel(&file, bytes, len, (pos = at, &pos), true);
	MUST(n == (ssize_t)len);
	if (at > file_size) {
		u32 tail = MIN(at, ALIGN_UP(file_size, PAGE_SIZE));

		memset(file_bytes + file_size, 0, tail - file_size);
	}
	memcpy(file_bytes + at, bytes, len);
	file_size = MAX(file_size, at + len);
}

/* Who has used a page since the last time? Whatever is answered, the CPUs notice the next access. */
static void step_referenced(struct process *p, struct input *in)
{
	struct range r = take_range(in);

	for (u32 i = 0; i < r.n; i++) {
		pte_t pte = pmap_query(&p->mm->pmap, address(r.first + i));
		struct page *page = pfn_to_page(pte_pfn(pte));

		if (!pte_present(pte) || pte_pfn(pte) == zero_pfn)
			continue;
		get_page(page);
		MUST(rmap_referenced(page) <= (u32)atomic_read(&page->mapcount));
		put_page(page);
	}
}

static void change_areas(struct process *p, struct input *in, u32 what)
{
	switch (what) {
	case 0:
	case 1:
	case 2:
		step_mmap(p, in);
		break;
	case 3:
		step_munmap(p, in);
		break;
	case 4:
	case 5:
		step_mprotect(p, in);
		break;
	case 6:
		step_mremap(p, in);
		break;
	case 7:
		step_grow(p, in);
		break;
	default:
		step_madvise(p, in);
	}
}

static void step(struct input *in)
{
	u32 what = take_u8(in) % 32;
	unsigned cpu = take_u8(in) % MACHINE_CPUS;
	struct process *p = processes;
	u32 fail = take_u8(in);

	while (p < processes + PROCESSES && (!p->mm || machine_runs(cpu) != p->mm))
		p++;
	machine_on(cpu);
	if (p == processes + PROCESSES) {
		step_schedule(cpu, in);
		return;
	}
	machine_fail(fail >= 0xd0 ? fail & 15 : 0);
	if (what < 9)
		change_areas(p, in, what);
	else if (what < 11)
		step_fork(p, in);
	else if (what < 14)
		step_write_file(in);
	else if (what < 15)
		step_referenced(p, in);
	else if (what < 16)
		step_remap_pages(p, in);
	else if (what < 27)
		step_access(p, cpu, in);
	machine_fail(0);
	if (what == 27)
		step_schedule(cpu, in);
	else if (what == 28)
		step_truncate(in);
	else if (what == 29)
		step_hole(in);
	else if (what == 30 && p != processes)
		end(p);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	u32 free_before;

	machine_start();
	if (!inode.mapping) {
		mutex_init(&inode.mutex, inode_mutex);
		shmem_init(&mapping, &inode, &account);
	}
	free_before = machine_free_frames();
	machine_on(0);
	processes[0].mm = mm_alloc();
	machine_run(0, processes[0].mm);
	for (u32 steps = 1; in.len; steps++) {
		step(&in);
		compare(steps % 16 == 0);
	}
	compare(true);
	for (u32 i = 0; i < PROCESSES; i++) {
		if (processes[i].mm)
			end(&processes[i]);
	}
	truncate(0);
	compare(true);
	MUST(machine_free_frames() == free_before);
	MUST(atomic_read(&file.refs) == 1 && atomic_read(&mapping.nr_writable) == 0);
	return 0;
}
