/* SPDX-License-Identifier: MIT */
/*
 * Headers made of the input's bytes, near to valid ones: accepted exactly where a naive model that
 * marks pages one by one accepts them, with the same segments.
 */
#include "fuzz.h"
#include <octavo/elf.h>

enum {
	FILE_SIZE = 0x9000,
	USER_START = 0x10000,
	USER_END = 0x40000,
	PAGES = USER_END >> 12,
	PT_LOAD = 1,
	PHDRS_MAX = 20,
};

struct ehdr {
	u8 ident[16];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct phdr {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

static const struct elf_rules rules = {
	.machine = EM_386,
	.fixed = true,
	.granule = 4096,
	.user_start = USER_START,
	.user_end = USER_END,
};

static void make_phdr(struct input *in, struct phdr *ph)
{
	u32 low = take_u16(in) & 0xfff;
	u8 odd = take_u8(in);

	memset(ph, 0, sizeof(*ph));
	ph->type = take_u8(in) % 4 ? PT_LOAD : take_u8(in) % 8;
	ph->offset = (take_u8(in) % 10u << 12) + low;
	ph->vaddr = (take_u8(in) % (PAGES + 2u) << 12) + low;
	ph->filesz = take_u16(in) % 0x3000;
	ph->memsz = ph->filesz + take_u16(in) % 0x2000;
	ph->flags = take_u8(in) % 8;
	if (odd == 1)
		ph->vaddr += 1;
	if (odd == 2)
		ph->memsz = take_u32(in);
	if (odd == 3)
		ph->filesz = take_u32(in);
	if (odd == 4)
		ph->vaddr = take_u32(in);
	if (odd == 5)
		ph->offset = take_u32(in);
	if (odd == 6)
		ph->memsz = 0;
}

/* May these be loaded? `loads` counts the segments. */
static bool model(const struct ehdr *eh, const struct phdr *ph, unsigned *loads)
{
	static u8 page_user[PAGES];
	bool entry_ok = false;

	memset(page_user, 0, sizeof(page_user));
	*loads = 0;
	for (unsigned i = 0; i < eh->phnum; i++, ph++) {
		if (ph->type == 2 && (u64)ph->offset + ph->filesz > FILE_SIZE)
			return false;
		if (ph->type != PT_LOAD)
			continue;
		if (ph->filesz > ph->memsz)
			return false;
		if (ph->memsz == 0)
			continue;
		if ((u64)ph->offset + ph->filesz > FILE_SIZE || ph->vaddr < USER_START ||
		    (u64)ph->vaddr + ph->memsz > USER_END || ph->vaddr % 4096 != ph->offset % 4096)
			return false;
		for (u32 p = ph->vaddr >> 12; p <= (ph->vaddr + ph->memsz - 1) >> 12; p++)
			if (page_user[p]++)
				return false;
		if (++*loads > ELF_MAX_SEGMENTS)
			return false;
		if ((ph->flags & 1) && eh->entry >= ph->vaddr && eh->entry < ph->vaddr + ph->filesz)
			entry_ok = true;
	}
	return *loads > 0 && entry_ok;
}

static void check_plan(const struct elf_plan *plan, const struct phdr *phdrs, unsigned phnum,
		       unsigned loads)
{
	MUST(plan->nr_segments == loads);
	for (unsigned i = 0; i < loads; i++) {
		const struct elf_segment *s = &plan->segments[i];
		bool found = false;

		MUST(i == 0 || s->vaddr > plan->segments[i - 1].vaddr);
		for (unsigned k = 0; k < phnum; k++) {
			const struct phdr *ph = &phdrs[k];
			u32 prot = (ph->flags & 4 ? ELF_READ : 0) |
				   (ph->flags & 2 ? ELF_WRITE : 0) | (ph->flags & 1 ? ELF_EXEC : 0);

			found |= ph->type == PT_LOAD && ph->vaddr == s->vaddr &&
				 ph->memsz == s->memsz && ph->filesz == s->filesz &&
				 ph->offset == s->offset && prot == s->prot;
		}
		MUST(found);
	}
	MUST(plan->start == plan->segments[0].vaddr);
	MUST(plan->end == plan->segments[loads - 1].vaddr + plan->segments[loads - 1].memsz);
	MUST(plan->brk_start == plan->end);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const u8 ident[8] = {0x7f, 'E', 'L', 'F', 1, 1, 1, 0};
	struct phdr phdrs[PHDRS_MAX];
	struct elf_phdr_place place;
	struct input in = {data, len};
	struct elf_plan plan;
	struct ehdr eh = {
		.type = 2,
		.machine = EM_386,
		.version = 1,
		.phoff = ELF_HEADER_SIZE,
		.phentsize = ELF_PHDR_SIZE,
	};
	const char *why = NULL;
	unsigned loads;
	bool want;
	int err;

	memcpy(eh.ident, ident, sizeof(ident));
	eh.phnum = 1 + take_u8(&in) % PHDRS_MAX;
	for (unsigned i = 0; i < eh.phnum; i++)
		make_phdr(&in, &phdrs[i]);
	eh.entry = take_u8(&in) % 4 ? phdrs[0].vaddr + take_u8(&in) : take_u32(&in);
	MUST(elf_check_header(&eh, sizeof(eh), FILE_SIZE, &rules, &place) == 0);
	MUST(place.offset == ELF_HEADER_SIZE && place.count == eh.phnum);
	want = model(&eh, phdrs, &loads);
	err = elf_plan(&eh, phdrs, FILE_SIZE, &rules, &plan, &why);
	MUST(err == (want ? 0 : -ENOEXEC));
	MUST((err == 0) == (why == NULL));
	if (err == 0)
		check_plan(&plan, phdrs, eh.phnum, loads);
	if (len >=
	    sizeof(eh)) { /* and any bytes as a header: no more than an answer is asked for */
		memcpy(&eh, data, sizeof(eh));
		memcpy(eh.ident, ident, sizeof(ident));
		if (elf_check_header(&eh, sizeof(eh), FILE_SIZE, &rules, &place) == 0)
			MUST(place.count <= ELF_MAX_PHDRS &&
			     (u64)place.offset + place.count * ELF_PHDR_SIZE <= FILE_SIZE);
	}
	return 0;
}
