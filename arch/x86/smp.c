/* SPDX-License-Identifier: MIT */
/*
 * smp.c - the other CPUs: their start, and what CPUs send each other.
 *
 *	boot CPU				another
 *	INIT, wait, START, START  ------------> ap_trampoline, ap_protected (smp_boot.S)
 *	  idle task, stack, descriptor tables	ap_main: tables, control registers
 *	  wait until it is online  <----------- smp_online
 *	...					wait
 *	the image is no longer seen low,
 *	ap_go  -------------------------------> local APIC, its ticks; sched_cpu_idle()
 *
 * CPUs are started one after the other, so there is one place for what the next one takes. Their
 * numbers have no holes: the first that does not start is the last one tried.
 */
#include <arch/acpi.h>
#include <arch/atomic.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/bootmem.h>
#include <octavo/clock_event.h>
#include <octavo/pmap.h>
#include <octavo/sched.h>
#include <octavo/time.h>
#include <octavo/vmalloc.h>
#include <octavo/zone.h>

#define ICR_NMI        0x00400u
#define ICR_INIT       0x00500u
#define ICR_START      0x00600u
#define ICR_ASSERT     0x04000u
#define ICR_ALL_OTHERS 0xc0000u

#define LOW_END       0xa0000u /* START names a page below it */
#define INIT_WAIT_US  10000u
#define START_WAIT_US 200u
#define ONLINE_US     10000000u /* the host of a virtual CPU may be busy */
#define ONLINE_STEP   20u

static struct acpi_cpus acpi;
static bool found;           /* [I] acpi holds something */
static paddr_t trampoline;   /* [I] its page; 0: no other CPU is to start */
static u8 apic_ids[NR_CPUS]; /* [I] by a CPU's number */
static volatile u32 ap_go;   /* all have started */
volatile u32 smp_online = 1;
u32 ap_cr0, ap_cr4, ap_stack; /* smp_boot.S */

/* --- the machine --- */

static bool firmware_read(const struct acpi_memory *m, paddr_t paddr, void *buf, size_t len)
{
	(void)m;
	return boot_read(paddr, buf, len);
}

void smp_find(void)
{
	static const struct acpi_memory memory = {firmware_read};

	found = acpi_parse(&memory, &acpi) == 0;
	if (found && acpi.nr_cpus > 1)
		trampoline =
			bootmem_alloc(&boot_memory[0], PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, LOW_END);
}

bool smp_use_apics(void)
{
	if (!found || !lapic_init(acpi.local_apic) || !ioapic_init(&acpi))
		return false;
	irq_controller = &ioapic_controller;
	apic_ids[0] = lapic_id();
	return true;
}

/* --- between CPUs --- */

void smp_send(unsigned cpu, unsigned irq)
{
	lapic_send(apic_ids[cpu], VECTOR_IRQS + irq);
}

void arch_send_resched(unsigned cpu)
{
	smp_send(cpu, IRQ_RESCHED);
}

void arch_stop_cpus(void)
{
	if (smp_online != 1)
		lapic_send(0, ICR_ALL_OTHERS | ICR_ASSERT | ICR_NMI);
}

void smp_stop_here(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/*
 * With -icount QEMU runs the CPUs one after the other, each until it pauses or the next event of any
 * timer; then the first has its turn again. The ticks of all come together, so at each of them all but
 * one pause, another one each time: else the first would run alone as long as it is busy.
 */
void smp_pass_turn(void)
{
	u32 nr = sched_nr_cpus();
	u64 middle = arch_clock_ns() + NSEC_PER_TICK / 2; /* of the turn */

	if (nr > 1 && (u32)(middle / NSEC_PER_TICK) % nr != arch_current_head()->cpu)
		arch_relax();
}

/* --- the start --- */

void ap_main(void)
{
	u32 cpu = arch_current_head()->cpu;

	cpu_init_tables(cpu);
	cpu_init_control();
	pmap_activate(&kernel_pmap);
	apic_ids[cpu] = lapic_id();
	__asm__ volatile("lock; btsl %1, %0" : "+m"(smp_online) : "r"(cpu) : "memory", "cc");
	while (!ap_go)
		arch_relax();
	flush_all(); /* what was seen low */
	lapic_init_cpu();
	sched_cpu_idle();
}

static bool wait_online(unsigned cpu)
{
	for (u32 us = 0; us < ONLINE_US; us += ONLINE_STEP) {
		if (smp_online >> cpu & 1)
			return true;
		clock_wait_us(ONLINE_STEP);
	}
	return false;
}

static bool cpu_start(unsigned cpu, u8 apic_id)
{
	lapic_send(apic_id, ICR_INIT | ICR_ASSERT);
	clock_wait_us(INIT_WAIT_US);
	for (unsigned i = 0; i < 2; i++) {
		lapic_send(apic_id, ICR_START | ICR_ASSERT | trampoline >> PAGE_SHIFT);
		clock_event_start(); /* QEMU with -icount lets it begin at the next of any timer */
		clock_wait_us(START_WAIT_US);
		if (smp_online >> cpu & 1)
			return true;
	}
	if (wait_online(cpu))
		return true;
	lapic_send(apic_id, ICR_INIT | ICR_ASSERT); /* it must not come when nothing waits for it */
	clock_wait_us(INIT_WAIT_US);
	__asm__ volatile("lock; btrl %1, %0" : "+m"(smp_online) : "r"(cpu) : "memory", "cc");
	return false;
}

/* An idle task and a stack for double faults. => NULL: no memory */
static struct task *cpu_prepare(unsigned cpu)
{
	void *stack = vmalloc_aligned(KSTACK_SIZE, KSTACK_SIZE, 1, "a double fault's stack");
	struct task *idle = stack != NULL ? task_alloc_idle(cpu) : NULL;

	if (idle == NULL) {
		vfree(stack);
		return NULL;
	}
	cpus[cpu].double_fault_stack = stack;
	ap_stack = (u32)idle->kstack + KSTACK_SIZE;
	return idle;
}

static void start_others(void)
{
	unsigned cpu = 1;

	for (unsigned i = 0; i < acpi.nr_cpus; i++) {
		struct task *idle;

		if (acpi.apic_id[i] == apic_ids[0])
			continue;
		idle = cpu_prepare(cpu);
		if (idle == NULL) {
			pr_warn("smp: no memory for CPU %u\n", cpu);
			return;
		}
		if (!cpu_start(cpu, acpi.apic_id[i])) {
			/* What it may have begun to use stays its own. */
			pr_warn("smp: CPU %u (APIC %u) does not start, no more are tried\n", cpu,
				acpi.apic_id[i]);
			return;
		}
		sched_cpu_add(idle);
		cpu++;
	}
}

static void trampoline_give_back(void)
{
	pfn_t pfn = trampoline >> PAGE_SHIFT;

	if (bootmem_release(pfn, 1) == 0)
		free_page(pfn_to_page(pfn));
}

void arch_start_cpus(void)
{
	if (trampoline == 0 || irq_controller != &ioapic_controller)
		return;
	memcpy(phys_to_virt(trampoline), ap_trampoline,
	       (size_t)(ap_trampoline_end - ap_trampoline));
	ap_cr0 = read_cr0();
	ap_cr4 = cpu_features & CPU_PSE ? CR4_PSE : 0;
	kernel_dir[0] = kernel_dir[KERNEL_BASE >> TABLE_SHIFT];
	start_others();
	kernel_dir[0] = 0;
	flush_all();
	arch_mb();
	ap_go = 1;
	trampoline_give_back();
	pr_info("smp: %u CPUs%s\n", sched_nr_cpus(), acpi.nr_more ? ", others are not used" : "");
}
