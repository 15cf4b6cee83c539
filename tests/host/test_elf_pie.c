/* SPDX-License-Identifier: MIT */
/* Split static PIE programs: what is refused, and where the pointers lead. */
#include "test.h"
#include <elf.h>
#include <octavo/elf_pie.h>

static const struct elf_rules rules = {
	.machine = EM_ARM,
	.relocatable = true,
	.granule = 4,
	.user_start = 0,
	.user_end = 0x10000000,
};

static struct {
	Elf32_Ehdr eh;
	Elf32_Phdr ph[3];
	Elf32_Dyn dyn[8];
	Elf32_Rel rel[2];
	u32 code[4];
	u32 data[4];
} p;

static const u32 DATA = 0x8000;
static struct elf_plan plan;
static struct elf_pie pie;
static const char *why;

static int setup(void **state)
{
	(void)state;
	memset(&p, 0, sizeof(p));
	p.eh = (Elf32_Ehdr){.e_ident = "\x7f"
				       "ELF\1\1\1",
			    .e_type = ET_DYN,
			    .e_machine = EM_ARM,
			    .e_version = 1,
			    .e_entry = offsetof(typeof(p), code) + 1,
			    .e_phoff = sizeof(Elf32_Ehdr),
			    .e_phentsize = sizeof(Elf32_Phdr),
			    .e_phnum = 3};
	p.ph[0] = (Elf32_Phdr){.p_type = PT_LOAD,
			       .p_filesz = offsetof(typeof(p), data),
			       .p_memsz = offsetof(typeof(p), data),
			       .p_flags = PF_R | PF_X};
	p.ph[1] = (Elf32_Phdr){.p_type = PT_LOAD,
			       .p_offset = offsetof(typeof(p), data),
			       .p_vaddr = DATA,
			       .p_filesz = 16,
			       .p_memsz = 32,
			       .p_flags = PF_R | PF_W};
	p.ph[2] = (Elf32_Phdr){.p_type = PT_DYNAMIC,
			       .p_offset = offsetof(typeof(p), dyn),
			       .p_filesz = sizeof(p.dyn)};
	p.dyn[0] = (Elf32_Dyn){DT_REL, {offsetof(typeof(p), rel)}};
	p.dyn[1] = (Elf32_Dyn){DT_RELSZ, {16}};
	p.dyn[2] = (Elf32_Dyn){DT_RELENT, {8}};
	p.rel[0] = (Elf32_Rel){DATA, R_ARM_RELATIVE};
	p.rel[1] = (Elf32_Rel){DATA + 8, R_ARM_RELATIVE};
	p.data[0] = DATA + 12;
	p.data[1] = 0x1234;
	p.data[2] = offsetof(typeof(p), code) + 1;
	return 0;
}

static int make_plan(void)
{
	assert_int_equal(elf_plan(&p, p.ph, sizeof(p), &rules, &plan, &why), 0);
	return elf_pie_plan(&p, sizeof(p), &plan, &pie, &why);
}

static u32 data[4];

/* => 0, -ENOEXEC */
static int load(void)
{
	int err = make_plan();

	if (err != 0)
		return err;
	memcpy(data, p.data, sizeof(data));
	why = elf_pie_relocate(&p, &pie, data, 0x20001000, 0x21000000);
	return why != NULL ? -ENOEXEC : 0;
}

static void pointers_lead_to_the_same(void **state)
{
	(void)state;
	assert_int_equal(load(), 0);
	assert_int_equal(pie.nr_rel, 2);
	assert_int_equal(data[0], 0x2100000c);
	assert_int_equal(data[1], 0x1234);
	assert_int_equal(data[2], 0x20001000 + offsetof(typeof(p), code) + 1);
	assert_int_equal(data[3], 0);
}

static void ends_of_arrays(void **state)
{
	(void)state;
	p.data[0] = DATA + 32;
	p.data[2] = offsetof(typeof(p), data);
	assert_int_equal(load(), 0);
	assert_int_equal(data[0], 0x21000020);
	assert_int_equal(data[2], 0x20001000 + offsetof(typeof(p), data));
}

static void twice_is_once(void **state)
{
	(void)state;
	p.rel[1] = p.rel[0];
	assert_int_equal(load(), 0);
	assert_int_equal(data[0], 0x2100000c);
}

#define REFUSED(change, words)                                                                     \
	do {                                                                                       \
		setup(NULL);                                                                       \
		change;                                                                            \
		why = "";                                                                          \
		assert_int_equal(load(), -ENOEXEC);                                                \
		assert_non_null(strstr(why, words));                                               \
	} while (0)

static void programs_that_are_refused(void **state)
{
	(void)state;
	REFUSED(p.ph[0].p_flags = PF_R | PF_W | PF_X, "text is not");
	REFUSED(p.ph[1].p_flags = PF_R | PF_W | PF_X, "data not");
	REFUSED(p.ph[0].p_memsz += 8, "headers at 0");
	REFUSED(p.ph[1].p_type = PT_NOTE, "one text and one data");
	REFUSED(p.ph[2].p_type = PT_INTERP, "not a static");
	REFUSED(p.dyn[3].d_tag = DT_NEEDED, "shared library");
	REFUSED(p.dyn[3].d_tag = DT_RELA, "addends");
	REFUSED(p.dyn[3].d_tag = DT_JMPREL, "linkage table");
	REFUSED(p.dyn[3].d_tag = DT_TEXTREL, "in its text");
	REFUSED(p.dyn[1].d_un.d_val = 12, "strange size");
	REFUSED(p.dyn[2].d_un.d_val = 12, "strange size");
	REFUSED(p.dyn[1].d_un.d_val = 0x1000, "outside the text");
	REFUSED(p.dyn[0].d_un.d_val = 0xfffffff8, "outside the text");
	REFUSED(p.rel[1].r_info = R_ARM_ABS32, "other than");
	REFUSED(p.rel[1].r_info |= 0x100, "other than");
	REFUSED(p.rel[1].r_offset = DATA + 16, "outside the data");
	REFUSED((p.ph[1].p_filesz = 11, p.ph[1].p_memsz = 32), "outside the data");
	REFUSED(p.rel[1].r_offset = DATA - 4, "outside the data");
	REFUSED(p.rel[1].r_offset = DATA + 2, "outside the data");
	REFUSED(p.rel[1].r_offset = 0, "outside the data");
	REFUSED(p.data[0] = DATA + 33, "neither");
	REFUSED(p.data[0] = offsetof(typeof(p), data) + 1, "neither");
	setup(NULL);
	p.dyn[3].d_tag = DT_NULL;
	p.dyn[4].d_tag = DT_NEEDED;
	assert_int_equal(load(), 0);
}

static void no_relocations_at_all(void **state)
{
	(void)state;
	p.ph[2].p_type = PT_NOTE;
	assert_int_equal(make_plan(), 0);
	assert_int_equal(pie.nr_rel, 0);
}

static void any_program(void **state)
{
	(void)state;
	random_inputs(8, 20000, 200);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(pointers_lead_to_the_same, setup),
	cmocka_unit_test_setup(ends_of_arrays, setup),
	cmocka_unit_test_setup(twice_is_once, setup),
	cmocka_unit_test_setup(programs_that_are_refused, setup),
	cmocka_unit_test_setup(no_relocations_at_all, setup),
	cmocka_unit_test(any_program),
};

HOST_TEST_MAIN("elf_pie", tests)
