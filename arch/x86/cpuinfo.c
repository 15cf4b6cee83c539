/* SPDX-License-Identifier: MIT */
/* cpuinfo.c - /proc/cpuinfo: what CPUID says, in Linux's words. A 486 without CPUID says little. */
#include <arch/cpu.h>
#include <octavo/arch.h>
#include <octavo/sched.h>
#include <octavo/text.h>

#define EFLAGS_ID     (1u << 21)
#define LEAF_EXTENDED 0x80000000u
#define LEAF_BRAND    0x80000002u

/* Linux's names of the bits of CPUID 1's edx. */
static const char edx_names[32][8] = {
	"fpu",  "vme",  "de",   "pse", "tsc",  "msr", "pae",   "mce", "cx8",     "apic", "",
	"sep",  "mtrr", "pge",  "mca", "cmov", "pat", "pse36", "pn",  "clflush", "",     "dts",
	"acpi", "mmx",  "fxsr", "sse", "sse2", "ss",  "ht",    "tm",  "ia64",    "pbe",
};

struct cpuid {
	u32 eax, ebx, ecx, edx;
};

static struct cpuid cpuid(u32 leaf)
{
	struct cpuid c;

	__asm__ volatile("cpuid"
			 : "=a"(c.eax), "=b"(c.ebx), "=c"(c.ecx), "=d"(c.edx)
			 : "a"(leaf), "c"(0));
	return c;
}

/* Can the bit be changed? Then there is CPUID. */
static bool has_cpuid(void)
{
	u32 before, after;

	__asm__ volatile("pushfl\n\tpushfl\n\t"
			 "xorl	%2, (%%esp)\n\tpopfl\n\t"
			 "pushfl\n\tpopl	%0\n\t"
			 "popl	%1\n\tpushl	%1\n\tpopfl"
			 : "=&r"(after), "=&r"(before)
			 : "i"(EFLAGS_ID)
			 : "cc", "memory");
	return ((before ^ after) & EFLAGS_ID) != 0;
}

static void put_registers(struct text *t, u32 a, u32 b, u32 c, u32 d)
{
	const u32 words[4] = {a, b, c, d};
	const char *text = (const char *)words;

	for (size_t i = 0; i < sizeof(words) && text[i] != '\0'; i++)
		text_put(t, text + i, 1);
}

static void put_brand(struct text *t)
{
	if (cpuid(LEAF_EXTENDED).eax < LEAF_BRAND + 2)
		return;
	text_puts(t, "model name\t: ");
	for (u32 leaf = LEAF_BRAND; leaf < LEAF_BRAND + 3; leaf++) {
		struct cpuid c = cpuid(leaf);

		put_registers(t, c.eax, c.ebx, c.ecx, c.edx);
	}
	text_puts(t, "\n");
}

static void put_one(struct text *t)
{
	struct cpuid id = cpuid(0), one = cpuid(1);
	u32 family = one.eax >> 8 & 0xf, model = one.eax >> 4 & 0xf;

	if (family == 6 || family == 15)
		model |= one.eax >> 12 & 0xf0;
	if (family == 15)
		family += one.eax >> 20 & 0xff;
	text_puts(t, "vendor_id\t: ");
	put_registers(t, id.ebx, id.edx, id.ecx, 0);
	text_printf(t, "\ncpu family\t: %u\nmodel\t\t: %u\n", family, model);
	put_brand(t);
	text_printf(t, "stepping\t: %u\n", one.eax & 0xf);
	text_printf(t, "fpu\t\t: %s\n", one.edx & CPU_FPU ? "yes" : "no");
	text_printf(t, "cpuid level\t: %u\nwp\t\t: yes\nflags\t\t:", id.eax);
	for (unsigned bit = 0; bit < 32; bit++)
		if ((one.edx & 1u << bit) && edx_names[bit][0] != '\0')
			text_printf(t, " %s", edx_names[bit]);
	text_puts(t, "\n");
}

/* All CPUs are of one kind. */
void arch_cpuinfo_text(struct text *t)
{
	for (unsigned cpu = 0; cpu < sched_nr_cpus(); cpu++) {
		text_printf(t, "processor\t: %u\n", cpu);
		if (has_cpuid())
			put_one(t);
		text_puts(t, "\n");
	}
}
