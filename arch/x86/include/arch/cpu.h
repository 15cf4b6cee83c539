/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - what arch/x86 keeps for each CPU, descriptor tables, control registers.
 *
 * The segments have Linux's numbers, since programs can see some of them.
 */
#pragma once

#include <arch/tlb.h>
#include <octavo/config.h>
#include <octavo/types.h>

/* Numbers in the GDT. */
#define GDT_TLS_MIN          6 /* TLS_SLOTS of them */
#define GDT_KERNEL_CS        12
#define GDT_KERNEL_DS        13
#define GDT_USER_CS          14
#define GDT_USER_DS          15
#define GDT_TSS              16
#define GDT_DOUBLE_FAULT_TSS 17
#define GDT_ENTRIES          18

#define KERNEL_CS (GDT_KERNEL_CS * 8)
#define KERNEL_DS (GDT_KERNEL_DS * 8)
#define USER_CS   (GDT_USER_CS * 8 + 3)
#define USER_DS   (GDT_USER_DS * 8 + 3)

#define CR0_MP         0x00000002u
#define CR0_EM         0x00000004u
#define CR0_TS         0x00000008u
#define CR0_NE         0x00000020u
#define CR0_WP         0x00010000u
#define CR4_PSE        0x010u
#define CR4_PGE        0x080u
#define CR4_OSFXSR     0x200u
#define CR4_OSXMMEXCPT 0x400u

/* CPUID 1, edx */
#define CPU_FPU  (1u << 0)
#define CPU_PSE  (1u << 3)
#define CPU_TSC  (1u << 4)
#define CPU_CX8  (1u << 8)
#define CPU_APIC (1u << 9)
#define CPU_PGE  (1u << 13)
#define CPU_CMOV (1u << 15)
#define CPU_FXSR (1u << 24)
#define CPU_SSE  (1u << 25)

#define EFLAGS_CF 0x00001u
#define EFLAGS_PF 0x00004u
#define EFLAGS_AF 0x00010u
#define EFLAGS_ZF 0x00040u
#define EFLAGS_SF 0x00080u
#define EFLAGS_TF 0x00100u
#define EFLAGS_DF 0x00400u
#define EFLAGS_OF 0x00800u
#define EFLAGS_RF 0x10000u
#define EFLAGS_AC 0x40000u
/* What a program may set for itself; the rest stays as it is. */
#define EFLAGS_OF_PROGRAM                                                                          \
	(EFLAGS_CF | EFLAGS_PF | EFLAGS_AF | EFLAGS_ZF | EFLAGS_SF | EFLAGS_TF | EFLAGS_DF |       \
	 EFLAGS_OF | EFLAGS_RF | EFLAGS_AC)

struct tss {
	u32 link, esp0, ss0, esp1, ss1, esp2, ss2, cr3;
	u32 eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs, ldt;
	u16 trap, io_map;
};
_Static_assert(sizeof(struct tss) == 104, "the CPU knows the TSS");

struct cpu {
	u64 gdt[GDT_ENTRIES];
	struct tss tss;              /* esp0: top of the running task's kernel stack */
	struct tss double_fault_tss; /* task gate 8: own stack, own page directory */
	void *double_fault_stack;    /* [I] */
	u32 temp_depth;              /* temporary mappings in use; preemption off */
} __aligned(512);                    /* the size too: an index is a shift */

extern struct cpu cpus[NR_CPUS];
extern u32 cpu_features; /* [I] CPUID 1, edx, of the boot CPU; boot.S */

struct cpu *this_cpu(void); /* preemption off, or it does not matter */

/* cpu_init_tables - GDT, IDT and TSS of CPU `nr`, loaded on the calling CPU. */
void cpu_init_tables(unsigned nr);
/* cpu_call_gate - int $0x80 enters this CPU at traced_entry, or at syscall_entry. => interrupts off */
void cpu_call_gate(bool traced);
/* cpu_init_control - control registers as the features allow; FPU ready, TS set */
void cpu_init_control(void);

static inline u32 read_cr0(void)
{
	u32 v;

	__asm__ volatile("movl %%cr0, %0" : "=r"(v));
	return v;
}
static inline void write_cr0(u32 v)
{
	__asm__ volatile("movl %0, %%cr0" : : "r"(v) : "memory");
}
static inline u32 read_cr2(void)
{
	u32 v;

	__asm__ volatile("movl %%cr2, %0" : "=r"(v));
	return v;
}
static inline u32 read_cr4(void)
{
	u32 v;

	__asm__ volatile("movl %%cr4, %0" : "=r"(v));
	return v;
}
static inline void write_cr4(u32 v)
{
	__asm__ volatile("movl %0, %%cr4" : : "r"(v) : "memory");
}
#define DR6_STEP 0x4000u /* a single step */

static inline u32 read_dr6(void)
{
	u32 v;

	__asm__ volatile("movl %%dr6, %0" : "=r"(v));
	return v;
}
static inline void write_dr6(u32 v)
{
	__asm__ volatile("movl %0, %%dr6" : : "r"(v));
}
static inline u64 read_tsc(void)
{
	u64 v;

	__asm__ volatile("rdtsc" : "=A"(v));
	return v;
}
