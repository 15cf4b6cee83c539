/* SPDX-License-Identifier: MIT */
/*
 * ioapic.c - the IO-APICs: ISA lines to the boot CPU, by what the firmware says of where they arrive.
 */
#include <arch/acpi.h>
#include <arch/irq.h>
#include <arch/x86.h>

enum {
	IOAPIC_SELECT = 0x00 / 4,
	IOAPIC_WINDOW = 0x10 / 4,

	IOAPIC_VERSION = 1,
	IOAPIC_PINS = 0x10, /* two registers for each */

	PIN_ACTIVE_LOW = 1u << 13,
	PIN_LEVEL = 1u << 15,
	PIN_MASKED = 1u << 16,
};

static struct {
	volatile u32 *registers;
	u32 first_gsi, nr_pins;
} ioapics[ACPI_IOAPICS_MAX];                     /* [I] */
static unsigned nr_ioapics;                      /* [I] */
static struct acpi_isa_line isa[ACPI_ISA_LINES]; /* [I] */
static u8 boot_apic_id;                          /* [I] */

/* Two steps: at boot, or with interrupts off, and on one CPU only. */
static u32 ioapic_read(unsigned i, u32 reg)
{
	ioapics[i].registers[IOAPIC_SELECT] = reg;
	return ioapics[i].registers[IOAPIC_WINDOW];
}

static void ioapic_write(unsigned i, u32 reg, u32 v)
{
	ioapics[i].registers[IOAPIC_SELECT] = reg;
	ioapics[i].registers[IOAPIC_WINDOW] = v;
}

static void ioapic_unmask(unsigned irq)
{
	const struct acpi_isa_line *line = &isa[irq];
	u32 how = VECTOR_IRQS + irq;
	irqstate_t s = arch_irq_save();

	if (line->level)
		how |= PIN_LEVEL;
	if (line->active_low)
		how |= PIN_ACTIVE_LOW;
	for (unsigned i = 0; i < nr_ioapics; i++) {
		u32 pin = line->gsi - ioapics[i].first_gsi;

		if (pin >= ioapics[i].nr_pins)
			continue;
		ioapic_write(i, IOAPIC_PINS + 2 * pin + 1, (u32)boot_apic_id << 24);
		ioapic_write(i, IOAPIC_PINS + 2 * pin, how);
	}
	arch_irq_restore(s);
}

static bool ioapic_spurious(unsigned irq)
{
	return irq == IRQ_SPURIOUS;
}

static void ioapic_end(unsigned irq)
{
	(void)irq;
	lapic_end();
}

const struct irq_controller ioapic_controller = {
	.name = "IO-APIC",
	.unmask = ioapic_unmask,
	.spurious = ioapic_spurious,
	.end = ioapic_end,
};

bool ioapic_init(const struct acpi_cpus *acpi)
{
	for (unsigned i = 0; i < acpi->nr_ioapics; i++) {
		u32 version;

		ioapics[i].registers = fixmap_device(FIX_IOAPIC0 + i, acpi->ioapic[i].address);
		ioapics[i].first_gsi = acpi->ioapic[i].first_gsi;
		version = ioapic_read(i, IOAPIC_VERSION);
		if (version == 0 || version == UINT32_MAX) {
			pr_warn("acpi: no IO-APIC answers at 0x%x\n",
				(unsigned)acpi->ioapic[i].address);
			return false;
		}
		ioapics[i].nr_pins = (version >> 16 & 0xff) + 1;
		for (u32 pin = 0; pin < ioapics[i].nr_pins; pin++)
			ioapic_write(i, IOAPIC_PINS + 2 * pin, PIN_MASKED);
	}
	nr_ioapics = acpi->nr_ioapics;
	memcpy(isa, acpi->isa, sizeof(isa));
	boot_apic_id = lapic_id();
	return true;
}
