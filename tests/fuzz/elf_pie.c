/* SPDX-License-Identifier: MIT */
/*
 * A split PIE program made of the input's bytes: it is accepted where every pointer and its place
 * are right, and then each pointer leads to the same thing as before; any other word of the data
 * is untouched. With bytes of it spoilt, nothing is read or written outside of file and data.
 */
#include "fuzz.h"
#include <elf.h>
#include <octavo/elf_pie.h>

enum {
	TEXT_MAX = 0x1000,
	DATA_MAX = 0x400,
	RELS_MAX = 24,
	PHDRS = 4,
	DYNS = 6,
	DATA_VADDR = 0x20000, /* linked distance: far from the text */
	TEXT_ADDR = 0x20001000,
	DATA_ADDR = 0x21004000,
};

static const struct elf_rules rules = {
	.machine = EM_ARM,
	.relocatable = true,
	.granule = 4,
	.user_start = 0,
	.user_end = 0x10000000,
};

static u8 file[TEXT_MAX + DATA_MAX];
static u32 file_len, text_size, data_size, bss_size, nr_rel;

/* [ehdr][phdrs][dynamic][rels][text ...][data] */
static bool cook(struct input *in)
{
	u32 dyn_at = sizeof(Elf32_Ehdr) + PHDRS * sizeof(Elf32_Phdr);
	u32 rel_at = dyn_at + DYNS * sizeof(Elf32_Dyn);
	Elf32_Ehdr eh = {.e_ident = "\x7f"
				    "ELF\1\1\1",
			 .e_type = ET_DYN,
			 .e_machine = EM_ARM,
			 .e_version = 1,
			 .e_phoff = sizeof(eh),
			 .e_phentsize = sizeof(Elf32_Phdr),
			 .e_phnum = PHDRS};
	Elf32_Dyn dyn[DYNS] = {{DT_HASH, {7}},   {DT_REL, {rel_at}}, {DT_RELSZ, {0}},
			       {DT_RELENT, {8}}, {DT_NULL, {0}},     {DT_NEEDED, {1}}};
	bool right = true;

	memset(file, 0, sizeof(file));
	nr_rel = take_u8(in) % RELS_MAX;
	text_size = ALIGN_UP(rel_at + nr_rel * 8 + take_u8(in) + 4u, 4u);
	data_size = take_u8(in) & ~3u;
	bss_size = take_u8(in);
	file_len = text_size + data_size;
	if (data_size + bss_size == 0)
		bss_size = 4;
	eh.e_entry = rel_at + nr_rel * 8 + 1;
	dyn[2].d_un.d_val = nr_rel * 8;
	Elf32_Phdr ph[PHDRS] = {
		{PT_LOAD, 0, 0, 0, text_size, text_size, PF_R | PF_X, 4},
		{PT_LOAD, text_size, DATA_VADDR + (text_size & 3), 0, data_size,
		 data_size + bss_size, PF_R | PF_W, 4},
		{PT_DYNAMIC, dyn_at, dyn_at, 0, sizeof(dyn), sizeof(dyn), PF_R, 4},
		{PT_NOTE, 0, 0, 0, 0, 0, 0, 0},
	};
	memcpy(file, &eh, sizeof(eh));
	memcpy(file + sizeof(eh), ph, sizeof(ph));
	memcpy(file + dyn_at, dyn, sizeof(dyn));
	for (u32 i = 0; i < nr_rel; i++) {
		u32 slot = take_u8(in) % (data_size / 4 + 1);
		u8 kind = take_u8(in);
		Elf32_Rel rel = {DATA_VADDR + slot * 4, R_ARM_RELATIVE};
		u32 value = kind & 1 ? take_u16(in) % (text_size + 1)
				     : DATA_VADDR + take_u16(in) % (data_size + bss_size + 1);

		if (kind % 64 == 62)
			value = text_size + 1 + take_u16(in);
		if (kind % 64 == 60)
			rel.r_info = R_ARM_ABS32;
		if (kind % 64 == 58)
			rel.r_offset += 1;
		memcpy(file + rel_at + i * 8, &rel, 8);
		if (rel.r_info != R_ARM_RELATIVE || (rel.r_offset & 3) || slot >= data_size / 4)
			right = false;
		else
			memcpy(file + text_size + slot * 4, &value, 4);
	}
	/* Two relocations of one word, or values overwritten: the last values count. */
	for (u32 i = 0; right && i < nr_rel; i++) {
		Elf32_Rel rel;
		u32 v;

		memcpy(&rel, file + rel_at + i * 8, 8);
		memcpy(&v, file + text_size + (rel.r_offset - DATA_VADDR), 4);
		if (v > text_size && !(v >= DATA_VADDR && v <= DATA_VADDR + data_size + bss_size))
			right = false;
	}
	return right;
}

static u32 moved(u32 v)
{
	return v >= DATA_VADDR ? v - DATA_VADDR + DATA_ADDR : v + TEXT_ADDR;
}

static void check_words(const u8 *data, const struct elf_pie *pie)
{
	bool moves[DATA_MAX / 4] = {false};

	for (u32 i = 0; i < pie->nr_rel; i++) {
		Elf32_Rel rel;

		memcpy(&rel, file + pie->rel_offset + i * 8, 8);
		moves[(rel.r_offset - DATA_VADDR) / 4] = true;
	}
	for (u32 w = 0; w < data_size / 4; w++) {
		u32 before, after;

		memcpy(&before, file + text_size + w * 4, 4);
		memcpy(&after, data + w * 4, 4);
		MUST(after == (moves[w] ? moved(before) : before));
	}
}

/* Copies that have not one byte more than they should. => accepted? */
static bool load(bool compare)
{
	u8 *copy = malloc(file_len), *data;
	struct elf_phdr_place place;
	struct elf_plan plan;
	struct elf_pie pie;
	const char *why = NULL;
	bool ok;

	memcpy(copy, file, file_len);
	ok = elf_check_header(copy, file_len, file_len, &rules, &place) == 0 &&
	     elf_plan(copy, copy + place.offset, file_len, &rules, &plan, &why) == 0 &&
	     elf_pie_plan(copy, file_len, &plan, &pie, &why) == 0;
	if (ok) {
		data = malloc(pie.data.filesz ? pie.data.filesz : 1);
		memcpy(data, copy + pie.data.offset, pie.data.filesz);
		ok = elf_pie_relocate(copy, &pie, data, TEXT_ADDR, DATA_ADDR) == NULL;
		if (ok && compare)
			check_words(data, &pie);
		free(data);
	}
	free(copy);
	return ok;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	u8 spoilt = take_u8(&in) % 8;
	bool right = cook(&in);

	MUST(load(true) == right);
	for (; spoilt > 0; spoilt--)
		file[take_u16(&in) % file_len] = take_u8(&in);
	load(false);
	return 0;
}
