/* SPDX-License-Identifier: MIT */
/*
 * lapic.c - the local APIC that each CPU has: its timer, and interrupts from CPU to CPU.
 *
 * All of them answer at the same address, each to its own CPU. The timer counts at a rate of its own,
 * which is measured at boot against the clock: it is the same for all.
 */
#include <arch/atomic.h>
#include <arch/cpu.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/assert.h>
#include <octavo/clock_event.h>
#include <octavo/printk.h>
#include <octavo/time.h>

enum lapic_register { /* divided by 4 */
		      LAPIC_ID = 0x20 / 4,
		      LAPIC_VERSION = 0x30 / 4,
		      LAPIC_TASK_PRIORITY = 0x80 / 4,
		      LAPIC_END = 0xb0 / 4,
		      LAPIC_SPURIOUS = 0xf0 / 4,
		      LAPIC_COMMAND = 0x300 / 4,
		      LAPIC_COMMAND_TO = 0x310 / 4,
		      LAPIC_TIMER = 0x320 / 4,
		      LAPIC_LINT0 = 0x350 / 4,
		      LAPIC_LINT1 = 0x360 / 4,
		      LAPIC_ERROR = 0x370 / 4,
		      LAPIC_TIMER_START = 0x380 / 4,
		      LAPIC_TIMER_NOW = 0x390 / 4,
		      LAPIC_TIMER_DIVIDER = 0x3e0 / 4,
};

#define SPURIOUS_ENABLE 0x100u
#define LVT_MASKED      0x10000u
#define LVT_NMI         0x400u
#define DIVIDE_BY_16    3u
#define COMMAND_PENDING 0x1000u
#define COMMAND_ROUNDS  1000000u
#define CALIBRATION_US  1000u
#define CALIBRATIONS    8 /* at the most */

static volatile u32 *lapic; /* [I] */
static u32 counts_per_ns;   /* [I] of the timer, times 2^32 */

u8 lapic_id(void)
{
	return (u8)(lapic[LAPIC_ID] >> 24);
}

void lapic_end(void)
{
	lapic[LAPIC_END] = 0;
}

void lapic_send(u8 apic_id, u32 command)
{
	ASSERT(arch_irqs_disabled());
	for (u32 i = 0; (lapic[LAPIC_COMMAND] & COMMAND_PENDING) && i < COMMAND_ROUNDS; i++)
		arch_relax();
	lapic[LAPIC_COMMAND_TO] = (u32)apic_id << 24;
	lapic[LAPIC_COMMAND] = command;
}

static void lapic_enable(void)
{
	lapic[LAPIC_TASK_PRIORITY] = 0;
	lapic[LAPIC_LINT0] = LVT_MASKED; /* the 8259s */
	lapic[LAPIC_LINT1] = LVT_NMI;
	lapic[LAPIC_ERROR] = VECTOR_IRQS + IRQ_APIC_ERROR;
	lapic[LAPIC_TIMER] = LVT_MASKED;
	lapic[LAPIC_TIMER_DIVIDER] = DIVIDE_BY_16;
	lapic[LAPIC_SPURIOUS] = SPURIOUS_ENABLE | (VECTOR_IRQS + IRQ_SPURIOUS);
}

/* By as long as it took to look. => counts_per_ns */
static u32 measure(void)
{
	u64 begin = arch_clock_ns(), ns;
	u32 counts;

	lapic[LAPIC_TIMER_START] = UINT32_MAX;
	clock_wait_us(CALIBRATION_US);
	counts = UINT32_MAX - lapic[LAPIC_TIMER_NOW];
	ns = arch_clock_ns() - begin;
	lapic[LAPIC_TIMER_START] = 0;
	return (u32)(((u64)counts << 32) / ns);
}

/* Until the two largest agree: a host that keeps us from looking makes the rate smaller, never larger. */
static u32 timer_measure(void)
{
	u32 largest = measure(), second = 0;

	for (unsigned i = 1; i < CALIBRATIONS && largest - second > largest / 1000; i++) {
		u32 rate = measure();

		second = MAX(second, MIN(largest, rate));
		largest = MAX(largest, rate);
	}
	return largest;
}

bool lapic_init(paddr_t address)
{
	u32 version;

	if (!(cpu_features & CPU_APIC))
		return false;
	lapic = fixmap_device(FIX_LOCAL_APIC, address);
	version = lapic[LAPIC_VERSION] & 0xff;
	if (version < 0x10 || version > 0x1f) {
		pr_warn("acpi: no local APIC answers at 0x%x\n", (unsigned)address);
		return false;
	}
	lapic_enable();
	counts_per_ns = timer_measure();
	if (counts_per_ns == 0) {
		pr_warn("acpi: the local APIC's timer stands still\n");
		return false;
	}
	return true;
}

void lapic_init_cpu(void)
{
	lapic_enable();
	lapic[LAPIC_TIMER] = VECTOR_IRQS + IRQ_LOCAL_TIMER;
	clock_event_start();
}

void arch_timer_arm(u32 ahead_ns)
{
	lapic[LAPIC_TIMER_START] = (u32)((u64)ahead_ns * counts_per_ns >> 32) + 1;
}
