/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - descriptor tables and control registers.
 *
 *	IDT	0..31	exceptions, interrupt gates: the page fault's address is read before another
 *			interrupt can come; 3 and 4 may be raised by programs; 8 is a task gate
 *		32..47	lines of devices
 *		48..63	local APIC, other CPUs
 *		0x80	system calls: a trap gate, interrupts stay on
 */
#include <arch/cpu.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/assert.h>
#include <octavo/preempt.h>
#include <octavo/string.h>

#define VECTOR_BREAKPOINT   3
#define VECTOR_OVERFLOW     4
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_SYSCALL      0x80

#define GATE_INTERRUPT 0x8e
#define GATE_TRAP      0x8f
#define GATE_TASK      0x85
#define GATE_USER      0x60 /* programs may use it */

#define SEGMENT_CODE 0x9a
#define SEGMENT_DATA 0x92
#define SEGMENT_TSS  0x89
#define SEGMENT_USER 0x60

struct table_pointer {
	u16 limit;
	const void *base;
} __packed;

struct gate {
	u16 offset_low, selector;
	u8 zero, type;
	u16 offset_high;
};

struct cpu cpus[NR_CPUS];
/* Of all CPUs; and what a CPU has while it runs a task whose system calls are traced. [I] */
static struct gate idt[VECTOR_SYSCALL + 1], traced_idt[VECTOR_SYSCALL + 1];

/* The stack of the double fault; like any kernel stack it begins with its task. Of the boot CPU. */
static u8 double_fault_stack[KSTACK_SIZE] __aligned(KSTACK_SIZE);

struct cpu *this_cpu(void)
{
	return &cpus[arch_current_head()->cpu];
}

/* A flat segment: 4G in pages of 4K, 32 bits. */
static u64 segment_flat(u8 access)
{
	return 0x00cf00000000ffffull | (u64)access << 40;
}

static u64 segment_tss(const struct tss *tss)
{
	u32 base = (u32)tss;

	return (sizeof(*tss) - 1) | (u64)(base & 0xffffffu) << 16 | (u64)SEGMENT_TSS << 40 |
	       (u64)(base >> 24) << 56;
}

static void gate_set(struct gate *table, unsigned vector, u32 code, u8 type)
{
	table[vector] = (struct gate){
		.offset_low = (u16)code,
		.selector = KERNEL_CS,
		.type = type,
		.offset_high = (u16)(code >> 16),
	};
}

static void idt_init(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(trap_entries); i++)
		gate_set(idt, i, trap_entries[i], GATE_INTERRUPT);
	idt[VECTOR_BREAKPOINT].type |= GATE_USER;
	idt[VECTOR_OVERFLOW].type |= GATE_USER;
	idt[VECTOR_DOUBLE_FAULT] = (struct gate){
		.selector = GDT_DOUBLE_FAULT_TSS * 8,
		.type = GATE_TASK,
	};
	gate_set(idt, VECTOR_SYSCALL, (u32)syscall_entry, GATE_TRAP | GATE_USER);
	memcpy(traced_idt, idt, sizeof(idt));
	gate_set(traced_idt, VECTOR_SYSCALL, (u32)traced_entry, GATE_TRAP | GATE_USER);
}

static void tss_init(struct cpu *c, u32 stack_top)
{
	struct tss *df = &c->double_fault_tss;

	c->tss.ss0 = KERNEL_DS;
	c->tss.esp0 = stack_top;
	c->tss.io_map = sizeof(c->tss); /* no port is a program's */

	df->cr3 = virt_to_phys(kernel_dir);
	df->eip = (u32)double_fault_entry;
	df->esp = (u32)c->double_fault_stack + KSTACK_SIZE;
	df->esp0 = df->esp;
	df->cs = KERNEL_CS;
	df->ss = df->ss0 = KERNEL_DS;
	df->ds = df->es = USER_DS;
	df->eflags = 2;
	df->io_map = sizeof(*df);
}

static void tables_load(struct cpu *c)
{
	struct table_pointer gdt = {sizeof(c->gdt) - 1, c->gdt};
	struct table_pointer interrupts = {sizeof(idt) - 1, idt};

	__asm__ volatile("lgdt	%0\n\t"
			 "ljmp	%2, $1f\n"
			 "1:	movl	%3, %%ss\n\t"
			 "movl	%4, %%ds\n\t"
			 "movl	%4, %%es\n\t"
			 "movl	%5, %%fs\n\t"
			 "movl	%5, %%gs\n\t"
			 "lldt	%w5\n\t"
			 "ltr	%w6\n\t"
			 "lidt	%1"
			 :
			 : "m"(gdt), "m"(interrupts), "i"(KERNEL_CS), "r"(KERNEL_DS), "r"(USER_DS),
			   "r"(0), "r"(GDT_TSS * 8)
			 : "memory");
}

void cpu_init_tables(unsigned nr)
{
	struct cpu *c = &cpus[nr];

	if (nr == 0)
		c->double_fault_stack = double_fault_stack;
	*(struct task **)c->double_fault_stack = arch_current();
	c->gdt[GDT_KERNEL_CS] = segment_flat(SEGMENT_CODE);
	c->gdt[GDT_KERNEL_DS] = segment_flat(SEGMENT_DATA);
	c->gdt[GDT_USER_CS] = segment_flat(SEGMENT_CODE | SEGMENT_USER);
	c->gdt[GDT_USER_DS] = segment_flat(SEGMENT_DATA | SEGMENT_USER);
	c->gdt[GDT_TSS] = segment_tss(&c->tss);
	c->gdt[GDT_DOUBLE_FAULT_TSS] = segment_tss(&c->double_fault_tss);
	tss_init(c, (u32)arch_stack_owner() + KSTACK_SIZE);
	if (nr == 0)
		idt_init();
	tables_load(c);
}

void cpu_call_gate(bool traced)
{
	struct table_pointer table = {sizeof(idt) - 1, traced ? traced_idt : idt};

	__asm__ volatile("lidt	%0" : : "m"(table) : "memory");
}

void cpu_init_control(void)
{
	u32 cr4 = 0;

	if (cpu_features & CPU_PSE)
		cr4 |= CR4_PSE;
	if (cpu_features & CPU_PGE)
		cr4 |= CR4_PGE;
	if (cpu_features & CPU_FXSR)
		cr4 |= CR4_OSFXSR;
	if (cpu_features & CPU_SSE)
		cr4 |= CR4_OSXMMEXCPT;
	if (cr4)
		write_cr4(cr4);
	fpu_init();
}

u32 arch_hwcap(void)
{
	return cpu_features;
}
