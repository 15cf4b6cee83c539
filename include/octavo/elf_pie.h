/* SPDX-License-Identifier: MIT */
/*
 * elf_pie.h - split static PIE programs for machines without an MMU (pure).
 *
 * Such a program has two segments: text, which is executed where the file lies and shared by all
 * its processes, and data, of which each process has a copy. The linked distance between the two
 * means nothing at run time; r9 holds the address of the data. Pointers in the data are the only
 * words that need a relocation, all R_ARM_RELATIVE: each gets the displacement of the segment that
 * its value points into.
 *
 *	linked:	 0 [ehdr|text .... |.rel.dyn]    D [.got .data | .bss]
 *	running: T [ in the file's place    ]    P [ copy      | zero]
 *		 word at P + (r - D):  value v in text -> v + T;  v in data -> v - D + P
 */
#pragma once

#include <octavo/elf.h>

struct elf_pie {
	struct elf_segment text; /* from vaddr 0 on, prot read and execute */
	struct elf_segment data; /* prot read and write */
	u32 entry;               /* linked; bit 0 set: Thumb */
	u32 rel_offset;          /* of the relocations, in the file */
	u32 nr_rel;
};

/*
 * elf_pie_plan - `file` is the whole file of len bytes, `plan` what elf_plan() made of it.
 *   => 0; -ENOEXEC: not of this kind: other than two segments, text writable or without its
 *	headers, relocations that are not all in the text.
 *	*why (if not NULL) says which, in words.
 */
int elf_pie_plan(const void *file, size_t len, const struct elf_plan *plan, struct elf_pie *pie,
		 const char **why);

/*
 * elf_pie_relocate - `data` is the process's copy of the data segment (at least filesz bytes, 4-
 * aligned); text_addr and data_addr are where the two lie for the program.
 *   => NULL; or what is wrong, in words, some pointers done: a relocation of another type, outside the
 *	data, unaligned, or pointing nowhere
 */
const char *elf_pie_relocate(const void *file, const struct elf_pie *pie, void *data, u32 text_addr,
			     u32 data_addr);
