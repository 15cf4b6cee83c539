/* SPDX-License-Identifier: MIT */
/*
 * elf.c - ELF32 headers validated, and the plan for loading them (pure). elf.h has the picture.
 *
 * Sums are made in 64 bits, so that no file can make them wrap.
 */
#include <octavo/elf.h>

enum {
	ET_EXEC = 2,
	ET_DYN = 3,

	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_INTERP = 3,
	PT_GNU_STACK = 0x6474e551,

	PF_X = 1,
	PF_W = 2,
	PF_R = 4,
};

/* The layouts of the ELF specification; all fields are in the machine's byte order: little. */
struct ehdr {
	u8 ident[16];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct ehdr) == ELF_HEADER_SIZE, "ELF header");

struct phdr {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
_Static_assert(sizeof(struct phdr) == ELF_PHDR_SIZE, "ELF program header");

/* Magic, 32 bits, little endian, version 1. */
static const u8 ident[7] = {0x7f, 'E', 'L', 'F', 1, 1, 1};

static bool type_allowed(u16 type, const struct elf_rules *rules)
{
	return (type == ET_EXEC && rules->fixed) || (type == ET_DYN && rules->relocatable);
}

int elf_check_header(const void *header, size_t len, u64 file_size, const struct elf_rules *rules,
		     struct elf_phdr_place *place)
{
	struct ehdr eh;

	if (len < sizeof(eh) || file_size < sizeof(eh))
		return -ENOEXEC;
	memcpy(&eh, header, sizeof(eh));
	if (memcmp(eh.ident, ident, sizeof(ident)) != 0 || eh.version != 1)
		return -ENOEXEC;
	if (!type_allowed(eh.type, rules) || eh.machine != rules->machine)
		return -ENOEXEC;
	if (eh.phentsize != sizeof(struct phdr) || eh.phnum == 0 || eh.phnum > ELF_MAX_PHDRS)
		return -ENOEXEC;
	if ((u64)eh.phoff + eh.phnum * sizeof(struct phdr) > file_size)
		return -ENOEXEC;
	place->offset = eh.phoff;
	place->count = eh.phnum;
	return 0;
}

/* Why a PT_LOAD cannot be loaded, or NULL; a position-independent one counts from its base. */
static const char *segment_fault(const struct phdr *ph, u64 file_size,
				 const struct elf_rules *rules, bool relocatable)
{
	u32 low = relocatable ? 0 : rules->user_start;

	if (ph->memsz < ph->filesz)
		return "a segment is smaller in memory than in the file";
	if ((u64)ph->offset + ph->filesz > file_size)
		return "a segment reaches behind the end of the file";
	if (ph->vaddr < low || (u64)ph->vaddr + ph->memsz > rules->user_end)
		return "a segment lies outside the user's addresses";
	if ((ph->vaddr - ph->offset) & (rules->granule - 1))
		return "a segment's address and offset disagree";
	return NULL;
}

static u32 prot_of(u32 flags)
{
	return (flags & PF_R ? ELF_READ : 0) | (flags & PF_W ? ELF_WRITE : 0) |
	       (flags & PF_X ? ELF_EXEC : 0);
}

/* Enter the segment in order of address; a fault if it meets another or is one too many. */
static const char *segment_insert(struct elf_plan *plan, const struct phdr *ph, u32 granule)
{
	struct elf_segment *s = plan->segments;
	u64 start = ALIGN_DOWN((u64)ph->vaddr, (u64)granule);
	u64 end = ALIGN_UP((u64)ph->vaddr + ph->memsz, (u64)granule);
	unsigned i = plan->nr_segments;

	if (plan->nr_segments == ELF_MAX_SEGMENTS)
		return "too many segments";
	while (i > 0 && s[i - 1].vaddr > ph->vaddr)
		i--;
	if (i > 0 && (u64)s[i - 1].vaddr + s[i - 1].memsz > start)
		return "segments overlap";
	if (i < plan->nr_segments && ALIGN_DOWN((u64)s[i].vaddr, (u64)granule) < end)
		return "segments overlap";
	for (unsigned j = plan->nr_segments++; j > i; j--)
		s[j] = s[j - 1];
	s[i] = (struct elf_segment){
		.vaddr = ph->vaddr,
		.memsz = ph->memsz,
		.offset = ph->offset,
		.filesz = ph->filesz,
		.prot = prot_of(ph->flags),
	};
	return NULL;
}

static const char *plan_one(struct elf_plan *plan, const struct phdr *ph, u64 file_size,
			    const struct elf_rules *rules)
{
	const char *fault;

	switch (ph->type) {
	case PT_LOAD:
		if (!ph->memsz)
			return ph->filesz ? "a segment is smaller in memory than in the file"
					  : NULL;
		fault = segment_fault(ph, file_size, rules, plan->relocatable);
		return fault ? fault : segment_insert(plan, ph, rules->granule);
	case PT_INTERP:
		if (!plan->has_interp) { /* the first counts */
			plan->interp_offset = ph->offset;
			plan->interp_size = ph->filesz;
		}
		plan->has_interp = true;
		return NULL;
	case PT_DYNAMIC:
		if ((u64)ph->offset + ph->filesz > file_size)
			return "the dynamic section reaches behind the end of the file";
		plan->has_dynamic = true;
		plan->dynamic_offset = ph->offset;
		plan->dynamic_size = ph->filesz;
		return NULL;
	case PT_GNU_STACK:
		plan->exec_stack = ph->flags & PF_X;
		plan->stack_bytes = ph->memsz;
		return NULL;
	default:
		return NULL;
	}
}

/* The address at which the file's bytes [offset, offset + len) appear, or 0. */
static u32 address_of(const struct elf_plan *plan, u32 offset, u32 len)
{
	for (unsigned i = 0; i < plan->nr_segments; i++) {
		const struct elf_segment *s = &plan->segments[i];

		if (offset >= s->offset && (u64)offset + len <= (u64)s->offset + s->filesz)
			return s->vaddr + (offset - s->offset);
	}
	return 0;
}

static bool entry_is_code(const struct elf_plan *plan)
{
	for (unsigned i = 0; i < plan->nr_segments; i++) {
		const struct elf_segment *s = &plan->segments[i];

		if ((s->prot & ELF_EXEC) && plan->entry >= s->vaddr &&
		    plan->entry - s->vaddr < s->filesz)
			return true;
	}
	return false;
}

int elf_plan(const void *header, const void *phdrs, u64 file_size, const struct elf_rules *rules,
	     struct elf_plan *plan, const char **why)
{
	const char *fault = NULL;
	const struct elf_segment *last;
	struct ehdr eh;

	memcpy(&eh, header, sizeof(eh));
	memset(plan, 0, sizeof(*plan));
	plan->entry = eh.entry;
	plan->phnum = eh.phnum;
	plan->relocatable = eh.type == ET_DYN;
	for (unsigned i = 0; i < eh.phnum && !fault; i++) {
		struct phdr ph;

		memcpy(&ph, (const u8 *)phdrs + i * sizeof(ph), sizeof(ph));
		fault = plan_one(plan, &ph, file_size, rules);
	}
	if (!fault && !plan->nr_segments)
		fault = "no segment to load";
	if (!fault && !entry_is_code(plan))
		fault = "the entry lies in no executable segment";
	if (fault) {
		if (why)
			*why = fault;
		return -ENOEXEC;
	}
	last = &plan->segments[plan->nr_segments - 1];
	plan->start = plan->segments[0].vaddr;
	plan->end = last->vaddr + last->memsz;
	plan->brk_start = plan->end;
	plan->phdr = address_of(plan, eh.phoff, eh.phnum * (u32)sizeof(struct phdr));
	return 0;
}
