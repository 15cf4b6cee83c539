/* SPDX-License-Identifier: MIT */
/* ELF headers and plans. */
#include "test.h"
#include <elf.h>
#include <octavo/elf.h>

static const struct elf_rules rules = {
	.machine = EM_386,
	.fixed = true,
	.granule = 4096,
	.user_start = 0x10000,
	.user_end = 0xc0000000,
};

static struct {
	Elf32_Ehdr eh;
	Elf32_Phdr ph[3];
} program;

enum { SIZE = 0x5000 };

static struct elf_phdr_place place;
static struct elf_plan plan;
static const char *why;

static int setup(void **state)
{
	(void)state;
	memset(&program, 0, sizeof(program));
	memcpy(program.eh.e_ident,
	       "\x7f"
	       "ELF\1\1\1",
	       7);
	program.eh.e_type = ET_EXEC;
	program.eh.e_machine = EM_386;
	program.eh.e_version = 1;
	program.eh.e_entry = 0x8048100;
	program.eh.e_phoff = sizeof(Elf32_Ehdr);
	program.eh.e_phentsize = sizeof(Elf32_Phdr);
	program.eh.e_phnum = 3;
	program.ph[0] = (Elf32_Phdr){.p_type = PT_LOAD,
				     .p_offset = 0,
				     .p_vaddr = 0x8048000,
				     .p_filesz = 0x2100,
				     .p_memsz = 0x2100,
				     .p_flags = PF_R | PF_X};
	program.ph[1] = (Elf32_Phdr){.p_type = PT_LOAD,
				     .p_offset = 0x2f00,
				     .p_vaddr = 0x804bf00,
				     .p_filesz = 0x200,
				     .p_memsz = 0x3000,
				     .p_flags = PF_R | PF_W};
	program.ph[2] = (Elf32_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
	why = NULL;
	return 0;
}

static int check(void)
{
	return elf_check_header(&program, sizeof(program), SIZE, &rules, &place);
}

static int make_plan(void)
{
	return elf_plan(&program, program.ph, SIZE, &rules, &plan, &why);
}

static void an_ordinary_program(void **state)
{
	(void)state;
	assert_int_equal(check(), 0);
	assert_int_equal(place.offset, 52);
	assert_int_equal(place.count, 3);
	assert_int_equal(make_plan(), 0);
	assert_int_equal(plan.nr_segments, 2);
	assert_int_equal(plan.segments[0].prot, ELF_READ | ELF_EXEC);
	assert_int_equal(plan.segments[1].prot, ELF_READ | ELF_WRITE);
	assert_int_equal(plan.entry, 0x8048100);
	assert_int_equal(plan.start, 0x8048000);
	assert_int_equal(plan.brk_start, 0x804ef00);
	assert_int_equal(plan.phdr, 0x8048034);
	assert_int_equal(plan.phnum, 3);
	assert_false(plan.exec_stack);
	assert_false(plan.has_interp);
	assert_false(plan.relocatable);
}

static void headers_that_are_refused(void **state)
{
#define REFUSED(field, value)                                                                      \
	do {                                                                                       \
		setup(NULL);                                                                       \
		program.field = (value);                                                           \
		assert_int_equal(check(), -ENOEXEC);                                               \
	} while (0)
	(void)state;
	for (unsigned i = 0; i < 7; i++)
		REFUSED(eh.e_ident[i], 9);
	REFUSED(eh.e_type, ET_DYN);
	REFUSED(eh.e_type, ET_REL);
	REFUSED(eh.e_machine, EM_ARM);
	REFUSED(eh.e_version, 0);
	REFUSED(eh.e_phentsize, 56);
	REFUSED(eh.e_phnum, 0);
	REFUSED(eh.e_phnum, ELF_MAX_PHDRS + 1);
	REFUSED(eh.e_phnum, 0xffff);
	REFUSED(eh.e_phoff, SIZE - 3 * 32 + 1);
	REFUSED(eh.e_phoff, 0xfffffff0);
	setup(NULL);
	for (size_t len = 0; len < ELF_HEADER_SIZE; len++) {
		assert_int_equal(elf_check_header(&program, len, SIZE, &rules, &place), -ENOEXEC);
		assert_int_equal(elf_check_header(&program, SIZE, len, &rules, &place), -ENOEXEC);
	}
}

static void segments_that_are_refused(void **state)
{
#define NO_PLAN(field, value, words)                                                               \
	do {                                                                                       \
		setup(NULL);                                                                       \
		program.field = (value);                                                           \
		assert_int_equal(check(), 0);                                                      \
		assert_int_equal(make_plan(), -ENOEXEC);                                           \
		assert_non_null(strstr(why, words));                                               \
	} while (0)
	(void)state;
	NO_PLAN(ph[1].p_memsz, 0x1ff, "smaller");
	NO_PLAN(ph[1].p_memsz, 0xfffff000, "outside");
	NO_PLAN(ph[1].p_filesz, 0x2101, "end of the file");
	NO_PLAN(ph[1].p_filesz, 0xfffffff0, "");
	NO_PLAN(ph[1].p_offset, 0xfffff000, "");
	NO_PLAN(ph[1].p_offset, 0x2e00, "disagree");
	NO_PLAN(ph[1].p_vaddr, 0x8049f00, "overlap");
	NO_PLAN(ph[1].p_vaddr, 0x804af00 - 0x1000, "overlap");
	NO_PLAN(ph[1].p_vaddr, 0xbfffff00, "outside");
	NO_PLAN(ph[1].p_vaddr, 0xc0000f00, "outside");
	NO_PLAN(ph[1].p_vaddr, 0xffffff00, "outside");
	NO_PLAN(ph[1].p_vaddr, 0xf00, "outside");
	NO_PLAN(eh.e_entry, 0, "entry");
	NO_PLAN(eh.e_entry, 0x804bf00, "entry");
	NO_PLAN(eh.e_entry, 0x804a100, "entry");
	NO_PLAN(ph[0].p_type, PT_NOTE, "entry");
	setup(NULL);
	program.eh.e_phnum = 1;
	program.ph[0].p_memsz = program.ph[0].p_filesz = 0;
	assert_int_equal(make_plan(), -ENOEXEC);
	assert_non_null(strstr(why, "no segment"));
}

static void what_a_plan_remembers(void **state)
{
	struct elf_rules pie = rules;

	(void)state;
	program.ph[2].p_flags = PF_R | PF_W | PF_X;
	assert_int_equal(make_plan(), 0);
	assert_true(plan.exec_stack);
	program.ph[2].p_type = PT_INTERP;
	assert_int_equal(make_plan(), 0);
	assert_true(plan.has_interp);
	program.ph[2] = (Elf32_Phdr){.p_type = PT_DYNAMIC, .p_offset = 0x100, .p_filesz = 0x80};
	assert_int_equal(make_plan(), 0);
	assert_true(plan.has_dynamic);
	assert_int_equal(plan.dynamic_offset, 0x100);
	program.ph[2].p_filesz = SIZE;
	assert_int_equal(make_plan(), -ENOEXEC);

	setup(NULL);
	pie.relocatable = true;
	program.eh.e_type = ET_DYN;
	assert_int_equal(elf_check_header(&program, sizeof(program), SIZE, &pie, &place), 0);
	assert_int_equal(elf_plan(&program, program.ph, SIZE, &pie, &plan, NULL), 0);
	assert_true(plan.relocatable);
}

static void program_headers_outside_the_segments(void **state)
{
	(void)state;
	program.ph[0].p_offset = 0x1000;
	assert_int_equal(make_plan(), 0);
	assert_int_equal(plan.phdr, 0);
}

static void like_the_naive_model(void **state)
{
	(void)state;
	random_inputs(5, 30000, 200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(an_ordinary_program, setup),
	cmocka_unit_test_setup(headers_that_are_refused, setup),
	cmocka_unit_test_setup(segments_that_are_refused, setup),
	cmocka_unit_test_setup(what_a_plan_remembers, setup),
	cmocka_unit_test_setup(program_headers_outside_the_segments, setup),
	cmocka_unit_test(like_the_naive_model),
};

HOST_TEST_MAIN("elf", tests)
