/* SPDX-License-Identifier: MIT */
/*
 * clock.c - time from the TSC, the tick from the PIT where there is no local APIC (lapic.c).
 *
 * The TSC counts from the machine's reset. Its frequency is measured against one millisecond of
 * the PIT's second channel, until the two shortest measurements agree: a host with more to do may keep
 * us from looking, which makes one longer, never shorter. Then nanoseconds are a multiplication and a
 * shift.
 */
#include <arch/atomic.h>
#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/io.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/assert.h>
#include <octavo/printk.h>

#define PIT_HZ       1193182u
#define PIT_CHANNEL0 0x40
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define PIT_RATE     0x34 /* channel 0, two bytes, mode 2: an edge every n counts */
#define PIT_ONE_SHOT 0xb0 /* channel 2, two bytes, mode 0: output rises after n counts */

#define PORT_B         0x61
#define PORT_B_GATE2   0x01
#define PORT_B_SPEAKER 0x02
#define PORT_B_OUT2    0x20

#define CALIBRATION_COUNTS (PIT_HZ / 1000) /* 1 ms */
#define CALIBRATIONS       8               /* at the most */
#define TSC_HZ_MIN         4000000u        /* below this the multiplier does not fit */

u32 clock_ns_per_cycle;

static void pit_load(u16 channel, u8 command, u32 counts)
{
	outb(PIT_COMMAND, command);
	outb(channel, (u8)counts);
	outb(channel, (u8)(counts >> 8));
}

/* TSC cycles in CALIBRATION_COUNTS of the PIT. */
static u64 measure(void)
{
	u8 port = inb(PORT_B) & (u8) ~(PORT_B_SPEAKER | PORT_B_GATE2);
	u64 start;

	outb(PORT_B, port | PORT_B_GATE2);
	start = read_tsc();
	pit_load(PIT_CHANNEL2, PIT_ONE_SHOT, CALIBRATION_COUNTS);
	while (!(inb(PORT_B) & PORT_B_OUT2))
		;
	return read_tsc() - start;
}

static u64 measure_well(void)
{
	u64 shortest = measure(), second = UINT64_MAX;

	for (unsigned i = 1; i < CALIBRATIONS && second - shortest > shortest / 1000; i++) {
		u64 cycles = measure();

		second = MIN(second, MAX(shortest, cycles));
		shortest = MIN(shortest, cycles);
	}
	return shortest;
}

void clock_calibrate(void)
{
	u64 hz = measure_well() * PIT_HZ / CALIBRATION_COUNTS;

	if (hz < TSC_HZ_MIN)
		panic("the time-stamp counter makes %u Hz, %u at least are needed", (unsigned)hz,
		      TSC_HZ_MIN);
	clock_ns_per_cycle = (u32)((1000000000ull << CLOCK_NS_SHIFT) / hz);
	pr_debug("TSC: %u kHz\n", (unsigned)(hz / 1000));
}

void clock_start_ticks(void)
{
	pit_load(PIT_CHANNEL0, PIT_RATE, (PIT_HZ + HZ / 2) / HZ);
	irq_controller->unmask(IRQ_TIMER);
}

u64 arch_clock_ns(void)
{
	u64 tsc = read_tsc();

	return ((u64)(u32)(tsc >> 32) * clock_ns_per_cycle << (32 - CLOCK_NS_SHIFT)) +
	       ((u64)(u32)tsc * clock_ns_per_cycle >> CLOCK_NS_SHIFT);
}

void clock_wait_us(u32 us)
{
	u64 until = arch_clock_ns() + us * 1000ull;

	while (arch_clock_ns() < until)
		arch_relax();
}

void clock_tick(const struct trapframe *f)
{
	timer_tick(frame_is_user(f), frame_pc(f));
}
