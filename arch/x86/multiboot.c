/* SPDX-License-Identifier: MIT */
/*
 * multiboot.c - validate what a multiboot 1 loader tells (pure). multiboot.h has the picture.
 *
 * The memory map is read into one table of raw ranges, RAM rounded inward to pages, all else
 * rounded outward. The table is sorted by start; a sweep over it cuts everything that is not RAM
 * out of the RAM and joins what touches. Where the map is missing or unusable, mem_lower and
 * mem_upper stand in for it.
 */
#include <arch/multiboot.h>

enum {
	MB_FLAG_MEMORY = 1u << 0,
	MB_FLAG_CMDLINE = 1u << 2,
	MB_FLAG_MODULES = 1u << 3,
	MB_FLAG_MMAP = 1u << 6,

	MB_TYPE_RAM = 1,
	MB_ENTRY_MIN = 20,   /* bytes of an entry behind its size field */
	MB_ENTRY_MAX = 1024, /* a larger one is damage */
	MB_MODULES_SANE = 1024,

	RAW_MAX = 256,
};

#define PHYS_END  0x100000000ull /* the first byte that 32 bits do not reach */
#define LAST_PAGE 0xfffff000u    /* not used: a range never ends at 4G exactly */

/* The layouts of the multiboot specification 0.6.96. */
struct mb_info {
	u32 flags;
	u32 mem_lower, mem_upper; /* KB from 0 and from 1M */
	u32 boot_device;
	u32 cmdline;
	u32 mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr;
};

struct mb_mmap_entry {
	u32 size; /* of what follows */
	u64 addr;
	u64 len;
	u32 type;
} __packed;

struct mb_module {
	u32 start, end;
	u32 string;
	u32 reserved;
};

struct raw_range {
	u64 start, end;
	bool ram;
};

/* Static, because the boot stack is small. */
static struct raw_range raw[RAW_MAX];
static unsigned nr_raw;

#define defect(...) pr_warn("multiboot: " __VA_ARGS__)

/*
 * Enter one range of the loader's map. False if the table is full: a forgotten reservation could
 * hand out memory that is none, so the caller must give up the whole map.
 */
static bool raw_add(u64 start, u64 len, bool ram)
{
	u64 end = start + len;

	if (len == 0) {
		defect("memory map: empty range at 0x%llx ignored\n", (unsigned long long)start);
		return true;
	}
	if (end < start) {
		defect("memory map: range at 0x%llx wraps around, cut\n",
		       (unsigned long long)start);
		end = UINT64_MAX;
	}
	if (ram && end > PHYS_END)
		pr_info("multiboot: %llu MB of RAM above 4G left alone\n",
			(unsigned long long)(end - MAX(start, PHYS_END)) >> 20);
	if (start >= PHYS_END)
		return true;
	end = MIN(end, PHYS_END);
	if (ram) {
		start = ALIGN_UP(start, (u64)PAGE_SIZE);
		end = ALIGN_DOWN(end, (u64)PAGE_SIZE);
	} else {
		start = ALIGN_DOWN(start, (u64)PAGE_SIZE);
		end = ALIGN_UP(end, (u64)PAGE_SIZE);
	}
	if (start >= end)
		return true;
	if (nr_raw == RAW_MAX)
		return false;
	raw[nr_raw++] = (struct raw_range){start, end, ram};
	return true;
}

/* Insertion sort: the map is short and nearly always in order. True if it was. */
static bool raw_sort(void)
{
	bool in_order = true;

	for (unsigned i = 1; i < nr_raw; i++) {
		struct raw_range r = raw[i];
		unsigned j = i;

		for (; j > 0 && raw[j - 1].start > r.start; j--)
			raw[j] = raw[j - 1];
		in_order = in_order && j == i;
		raw[j] = r;
	}
	return in_order;
}

/* Append [start, end) to the result, which grows upward. */
static void ram_append(struct boot_info *out, u64 start, u64 end)
{
	struct phys_range *last = out->nr_ranges ? &out->ranges[out->nr_ranges - 1] : NULL;

	end = MIN(end, LAST_PAGE);
	if (start >= end)
		return;
	if (last && last->end == start) {
		last->end = (paddr_t)end;
		return;
	}
	if (out->nr_ranges == BOOT_MAX_RANGES) {
		defect("memory map: more than %d ranges, RAM at 0x%llx ignored\n", BOOT_MAX_RANGES,
		       (unsigned long long)start);
		return;
	}
	out->ranges[out->nr_ranges++] = (struct phys_range){(paddr_t)start, (paddr_t)end};
}

/*
 * Sweep over the sorted table. ram_end and rsv_end say how far the RAM and the reservations seen
 * so far reach; between two starts nothing changes but by one of them ending.
 */
static void raw_sweep(struct boot_info *out)
{
	u64 ram_end = 0;
	u64 rsv_end = 0;
	u64 pos = 0;

	for (unsigned i = 0; i <= nr_raw; i++) {
		u64 next = i < nr_raw ? raw[i].start : PHYS_END;

		/* [pos, next): RAM up to ram_end, but not below rsv_end. */
		ram_append(out, MAX(pos, rsv_end), MIN(next, ram_end));
		pos = next;
		if (i == nr_raw)
			break;
		if (raw[i].ram)
			ram_end = MAX(ram_end, raw[i].end);
		else
			rsv_end = MAX(rsv_end, raw[i].end);
	}
}

static void raw_report_overlaps(void)
{
	unsigned nr = 0;
	u64 where = 0;
	u64 end = 0;

	for (unsigned i = 0; i < nr_raw; i++) {
		if (raw[i].start < end && nr++ == 0)
			where = raw[i].start;
		end = MAX(end, raw[i].end);
	}
	if (nr)
		defect("memory map: %u overlapping ranges, the first at 0x%llx\n", nr,
		       (unsigned long long)where);
}

/* Read the map's entries into the table; false if it must not be used. */
static bool mmap_read(const struct multiboot_memory *m, const struct mb_info *mb)
{
	u32 offset = 0;

	if (mb->mmap_addr + mb->mmap_length < mb->mmap_addr) {
		defect("memory map at 0x%x wraps around\n", mb->mmap_addr);
		return false;
	}
	while (offset < mb->mmap_length) {
		struct mb_mmap_entry e;
		u32 left = mb->mmap_length - offset;

		if (left < sizeof(e) || !m->read(m, mb->mmap_addr + offset, &e, sizeof(e))) {
			defect("memory map: truncated after %u bytes\n", offset);
			return nr_raw > 0;
		}
		if (e.size < MB_ENTRY_MIN || e.size > MB_ENTRY_MAX || e.size + 4 > left) {
			defect("memory map: entry of %u bytes at offset %u\n", e.size, offset);
			return nr_raw > 0;
		}
		if (!raw_add(e.addr, e.len, e.type == MB_TYPE_RAM)) {
			defect("memory map: more than %d entries\n", RAW_MAX);
			return false;
		}
		offset += e.size + 4;
	}
	return true;
}

/* Find the RAM: from the map, else from the two numbers that every loader gives. */
static void find_ram(const struct multiboot_memory *m, const struct mb_info *mb,
		     struct boot_info *out)
{
	nr_raw = 0;
	if (mb->flags & MB_FLAG_MMAP) {
		if (mmap_read(m, mb)) {
			if (!raw_sort())
				defect("memory map: not in order, sorted\n");
			raw_report_overlaps();
			raw_sweep(out);
		}
		if (out->nr_ranges)
			return;
		defect("memory map: no RAM in it, trying mem_lower and mem_upper\n");
	} else {
		defect("no memory map, trying mem_lower and mem_upper\n");
	}
	if (!(mb->flags & MB_FLAG_MEMORY))
		return;
	nr_raw = 0;
	if (mb->mem_lower)
		raw_add(0, (u64)MIN(mb->mem_lower, 640u) << 10, true);
	if (mb->mem_upper)
		raw_add(0x100000, (u64)mb->mem_upper << 10, true);
	raw_sweep(out);
}

static bool inside_ram(const struct boot_info *out, u32 start, u32 end)
{
	for (unsigned i = 0; i < out->nr_ranges; i++)
		if (start >= out->ranges[i].start && end <= out->ranges[i].end)
			return true;
	return false;
}

/* Why a module cannot be used, or NULL. */
static const char *module_fault(const struct multiboot_memory *m, const struct boot_info *out,
				const struct mb_module *mod)
{
	if (out->module.end)
		return "is one too many";
	if (mod->end <= mod->start)
		return "is empty or ends before it starts";
	if (!inside_ram(out, mod->start, mod->end))
		return "is not in RAM";
	if (mod->start < m->kernel.end && mod->end > m->kernel.start)
		return "overlaps the kernel";
	return NULL;
}

static void find_module(const struct multiboot_memory *m, const struct mb_info *mb,
			struct boot_info *out)
{
	if (!(mb->flags & MB_FLAG_MODULES))
		return;
	if (mb->mods_count > MB_MODULES_SANE) {
		defect("%u modules cannot be, all ignored\n", mb->mods_count);
		return;
	}
	for (u32 i = 0; i < mb->mods_count; i++) {
		struct mb_module mod;
		const char *fault;
		u32 at = mb->mods_addr + i * (u32)sizeof(mod);

		if (at < mb->mods_addr || !m->read(m, at, &mod, sizeof(mod))) {
			defect("module table: cannot be read at 0x%x\n", at);
			return;
		}
		fault = module_fault(m, out, &mod);
		if (fault)
			defect("module %u (0x%x-0x%x) %s, ignored\n", i, mod.start, mod.end, fault);
		else
			out->module = (struct phys_range){mod.start, mod.end};
	}
}

/* Take the kernel's name off the front of the command line. */
static void strip_kernel_name(char *cmdline)
{
	size_t len = 0;
	bool name = false;

	for (; cmdline[len] && cmdline[len] != ' '; len++) {
		if (cmdline[len] == '=')
			return;
		name = name || cmdline[len] == '/';
	}
	name = name || (len > 4 && strncmp(cmdline + len - 4, ".elf", 4) == 0);
	if (!name)
		return;
	while (cmdline[len] == ' ')
		len++;
	memmove(cmdline, cmdline + len, strlen(cmdline + len) + 1);
}

static void find_cmdline(const struct multiboot_memory *m, const struct mb_info *mb,
			 struct boot_info *out)
{
	size_t n = 0;

	if (!(mb->flags & MB_FLAG_CMDLINE))
		return;
	for (;; n++) {
		paddr_t at = mb->cmdline + (paddr_t)n;

		if (n == sizeof(out->cmdline)) {
			defect("command line: longer than %d bytes, cut\n", BOOT_CMDLINE_MAX - 1);
			n--;
			break;
		}
		if (at < mb->cmdline || !m->read(m, at, &out->cmdline[n], 1)) {
			defect("command line: cannot be read at 0x%x\n", at);
			break;
		}
		if (!out->cmdline[n])
			break;
	}
	out->cmdline[n] = '\0';
	strip_kernel_name(out->cmdline);
}

int multiboot_parse(u32 magic, paddr_t info, const struct multiboot_memory *m,
		    struct boot_info *out)
{
	struct mb_info mb;

	memset(out, 0, sizeof(*out));
	out->kernel = m->kernel;
	if (magic != MULTIBOOT_BOOT_MAGIC) {
		defect("not started by a multiboot loader (eax 0x%x)\n", magic);
		return -EINVAL;
	}
	if (!m->read(m, info, &mb, sizeof(mb))) {
		defect("information at 0x%x cannot be read\n", info);
		return -EINVAL;
	}
	find_cmdline(m, &mb, out);
	find_ram(m, &mb, out);
	if (!out->nr_ranges) {
		defect("no usable RAM\n");
		return -ENOMEM;
	}
	find_module(m, &mb, out);
	return 0;
}
