/* SPDX-License-Identifier: MIT */
/*
 * elf.h - ELF32 programs: validated headers, and the plan for loading them (pure). elf(5)
 *
 * The file need not be in one piece: the caller reads the first ELF_HEADER_SIZE bytes, asks
 * elf_check_header() where the program headers lie, reads those, and asks elf_plan() for a plan
 * whose every number can be used without another check.
 *
 *	file:	[ehdr][phdrs][ text ........ ][ data .... ]
 *			      \ offset          \ offset, filesz
 *	memory:		     [ text ........ ]  [ data .... | bss ]	ascending, no shared granule
 *			      vaddr                          memsz
 */
#pragma once

#include <octavo/env.h>

#define ELF_HEADER_SIZE  52
#define ELF_PHDR_SIZE    32
#define ELF_MAX_PHDRS    64
#define ELF_MAX_SEGMENTS 16

#define EM_386 3
#define EM_ARM 40

/* Protection bits of a segment: PROT_READ, PROT_WRITE, PROT_EXEC of mmap(2). */
#define ELF_READ  1u
#define ELF_WRITE 2u
#define ELF_EXEC  4u

/* What this machine takes. */
struct elf_rules {
	u16 machine;      /* EM_* */
	bool fixed;       /* ET_EXEC: linked to its addresses */
	bool relocatable; /* ET_DYN: position-independent; addresses count from a base */
	u32 granule; /* power of two: vaddr and offset agree below it; no two segments meet in one */
	u32 user_start; /* every byte of every segment lies in [user_start, user_end), of an ET_DYN
			 * in [0, user_end) */
	u32 user_end;
};

struct elf_segment {
	u32 vaddr;  /* any byte address; page-aligned down it is where the mapping begins */
	u32 memsz;  /* bytes in memory, at least 1, at least filesz */
	u32 offset; /* in the file */
	u32 filesz; /* bytes from the file; the rest is zero */
	u32 prot;   /* ELF_* bits */
};

struct elf_plan {
	u32 entry; /* in an executable segment; bit 0 tells Thumb on ARM */
	unsigned nr_segments;
	struct elf_segment segments[ELF_MAX_SEGMENTS]; /* ascending */
	u32 start, end; /* bytes from the lowest to behind the highest segment */
	u32 brk_start;  /* == end: the heap begins here or above */
	u32 phdr;       /* address of the program headers for AT_PHDR, 0: not loaded */
	u16 phnum;
	bool relocatable;
	bool exec_stack;                  /* PT_GNU_STACK asks for an executable stack */
	u32 stack_bytes;                  /* and of so many bytes; 0: it does not say */
	bool has_interp;                  /* PT_INTERP: wants a dynamic linker */
	u32 interp_offset, interp_size;   /* its name in the file, as it says: not checked */
	bool has_dynamic;                 /* PT_DYNAMIC, below */
	u32 dynamic_offset, dynamic_size; /* in the file, inside it */
};

/* Where the program headers lie, after elf_check_header(): inside the file. */
struct elf_phdr_place {
	u32 offset;
	u16 count; /* 1..ELF_MAX_PHDRS; ELF_PHDR_SIZE bytes each */
};

/*
 * elf_check_header - `header` holds the first `len` bytes of a file of `file_size` bytes.
 *   => 0 and *place; -ENOEXEC: no program for this machine; a file shorter than a header, too
 *	many program headers, or headers outside the file included
 */
int elf_check_header(const void *header, size_t len, u64 file_size, const struct elf_rules *rules,
		     struct elf_phdr_place *place);

/*
 * elf_plan - `header` has passed elf_check_header(), `phdrs` are the place->count headers.
 *   => 0 and *plan; -ENOEXEC: segments truncated, overlapping, out of the user's range, wrapping
 *	around, memsz < filesz, offset and address disagreeing, none at all, too many, or the entry
 *	in no executable one. *plan is undefined then. *why (if not NULL) says which, in words.
 */
int elf_plan(const void *header, const void *phdrs, u64 file_size, const struct elf_rules *rules,
	     struct elf_plan *plan, const char **why);
