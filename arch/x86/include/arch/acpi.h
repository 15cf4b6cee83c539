/* SPDX-License-Identifier: MIT */
/*
 * acpi.h - what the firmware's tables say of CPUs and interrupt controllers, validated (pure).
 *
 *	RSDP (EBDA or 0xe0000..0xfffff) --> RSDT or XSDT --> MADT "APIC"
 *	                                                      local APICs: one for each CPU
 *	                                                      IO-APICs, and where ISA lines arrive
 *
 * The tables may be wrong in any way. The parser copies what it looks at through `read` and believes
 * nothing; a table that is damaged is refused as a whole, with one line in the log, and the machine
 * runs as one without: with one CPU, the 8259s and the PIT.
 */
#pragma once

#include <octavo/env.h>

#define ACPI_IOAPICS_MAX 4
#define ACPI_ISA_LINES   16

/* How the parser looks at physical memory. */
struct acpi_memory {
	/* copy len bytes from physical address paddr; false if they cannot all be read */
	bool (*read)(const struct acpi_memory *m, paddr_t paddr, void *buf, size_t len);
};

struct acpi_ioapic {
	paddr_t address;
	u32 first_gsi; /* the global number of its first pin */
};

struct acpi_isa_line {
	u32 gsi; /* where it arrives */
	bool level, active_low;
};

struct acpi_cpus {
	paddr_t local_apic;  /* of every CPU at this address */
	unsigned nr_cpus;    /* that may be used, NR_CPUS at most */
	unsigned nr_more;    /* others, beyond NR_CPUS */
	u8 apic_id[NR_CPUS]; /* all different */
	unsigned nr_ioapics; /* at least one */
	struct acpi_ioapic ioapic[ACPI_IOAPICS_MAX];
	struct acpi_isa_line isa[ACPI_ISA_LINES];
};

/*
 * acpi_parse - find and validate the MADT.
 *   => 0; -ENOENT: there are no tables, or none of CPUs (nothing is said); -EINVAL: what is there is
 *	damaged or good for nothing: one line says what. *out is defined only after 0.
 */
int acpi_parse(const struct acpi_memory *m, struct acpi_cpus *out);
