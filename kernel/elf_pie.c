/* SPDX-License-Identifier: MIT */
/*
 * elf_pie.c - split static PIE programs for machines without an MMU (pure). elf_pie.h has the
 * picture.
 */
#include <octavo/elf_pie.h>

enum {
	DT_NULL = 0,
	DT_NEEDED = 1,
	DT_PLTRELSZ = 2,
	DT_RELA = 7,
	DT_REL = 17,
	DT_RELSZ = 18,
	DT_RELENT = 19,
	DT_TEXTREL = 22,
	DT_JMPREL = 23,

	R_ARM_RELATIVE = 23,
};

struct dyn {
	u32 tag, value;
};

struct rel {
	u32 offset; /* linked address of the word */
	u32 info;   /* type in the low byte, symbol above */
};

/* What of the dynamic section matters. */
struct dynamic {
	u32 rel, relsz, relent;
	const char *fault;
};

static void read_dynamic(const u8 *file, const struct elf_plan *plan, struct dynamic *d)
{
	u32 nr = plan->dynamic_size / sizeof(struct dyn);

	*d = (struct dynamic){.relent = sizeof(struct rel)};
	for (u32 i = 0; i < nr; i++) {
		struct dyn e;

		memcpy(&e, file + plan->dynamic_offset + i * sizeof(e), sizeof(e));
		switch (e.tag) {
		case DT_NULL:
			return;
		case DT_REL:
			d->rel = e.value;
			break;
		case DT_RELSZ:
			d->relsz = e.value;
			break;
		case DT_RELENT:
			d->relent = e.value;
			break;
		case DT_NEEDED:
			d->fault = "needs a shared library";
			return;
		case DT_RELA:
			d->fault = "has relocations with addends";
			return;
		case DT_PLTRELSZ:
		case DT_JMPREL:
			d->fault = "has a procedure linkage table";
			return;
		case DT_TEXTREL:
			d->fault = "has relocations in its text";
			return;
		default:
			break;
		}
	}
}

static const char *check_segments(const struct elf_plan *plan)
{
	const struct elf_segment *text = &plan->segments[0];
	const struct elf_segment *data = &plan->segments[1];

	if (!plan->relocatable || plan->has_interp)
		return "not a static position-independent program";
	if (plan->nr_segments != 2)
		return "not one text and one data segment";
	if (text->prot != (ELF_READ | ELF_EXEC) || data->prot != (ELF_READ | ELF_WRITE))
		return "text is not read and execute only, or data not read and write only";
	if (text->offset != 0 || text->vaddr != 0 || text->memsz != text->filesz)
		return "text does not begin with the file's headers at 0";
	if ((data->vaddr & 3) || plan->entry >= text->memsz)
		return "data is not aligned, or the entry not in the text";
	return NULL;
}

/* Does v lie in the segment, or just behind it (the end of an array)? */
static bool points_into(u32 v, const struct elf_segment *s)
{
	return v - s->vaddr <= s->memsz;
}

/* The relocations lie in the text segment, whose addresses are file offsets. */
static const char *find_rels(const struct dynamic *d, size_t len, struct elf_pie *pie)
{
	if (!d->relsz)
		return NULL;
	if (d->relent != sizeof(struct rel) || d->relsz % sizeof(struct rel))
		return "relocations of a strange size";
	if ((u64)d->rel + d->relsz > pie->text.filesz || (u64)d->rel + d->relsz > len)
		return "relocations outside the text segment";
	pie->rel_offset = d->rel;
	pie->nr_rel = d->relsz / sizeof(struct rel);
	return NULL;
}

int elf_pie_plan(const void *file, size_t len, const struct elf_plan *plan, struct elf_pie *pie,
		 const char **why)
{
	struct dynamic d = {0};
	const char *fault = check_segments(plan);

	if (!fault) {
		*pie = (struct elf_pie){
			.text = plan->segments[0],
			.data = plan->segments[1],
			.entry = plan->entry,
		};
		if (plan->has_dynamic)
			read_dynamic(file, plan, &d);
		fault = d.fault ? d.fault : find_rels(&d, len, pie);
	}
	if (fault && why)
		*why = fault;
	return fault ? -ENOEXEC : 0;
}

const char *elf_pie_relocate(const void *file, const struct elf_pie *pie, void *data, u32 text_addr,
			     u32 data_addr)
{
	const u8 *rels = (const u8 *)file + pie->rel_offset;
	const u8 *from = (const u8 *)file + pie->data.offset;
	u32 end = pie->data.filesz & ~3u;

	for (u32 i = 0; i < pie->nr_rel; i++) {
		struct rel r;
		u32 v, at;

		memcpy(&r, rels + i * sizeof(r), sizeof(r));
		at = r.offset - pie->data.vaddr;
		if (r.info != R_ARM_RELATIVE)
			return "a relocation other than R_ARM_RELATIVE";
		if (at >= end || (at & 3))
			return "a relocation outside the data";
		memcpy(&v, from + at, sizeof(v));
		if (points_into(v, &pie->data))
			v += data_addr - pie->data.vaddr;
		else if (points_into(v, &pie->text))
			v += text_addr;
		else
			return "a pointer to neither text nor data";
		memcpy((u8 *)data + at, &v, sizeof(v));
	}
	return NULL;
}
