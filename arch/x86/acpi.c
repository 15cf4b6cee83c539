/* SPDX-License-Identifier: MIT */
/*
 * acpi.c - CPUs and interrupt controllers in the firmware's tables (pure). acpi.h has the picture.
 */
#include <arch/acpi.h>

enum {
	BIOS_EBDA_SEGMENT = 0x40e, /* where the BIOS says where its extended data begin */
	EBDA_SEARCHED = 1024,
	ROM_START = 0xe0000,
	ROM_END = 0x100000,
	RSDP_STEP = 16,
	RSDP_V1_BYTES = 20,
	RSDP_V2_BYTES = 36,

	HEADER_BYTES = 36,
	TABLE_MAX = 0x10000, /* a longer one is damage */
	MADT_ENTRIES = 44,   /* offset of its first entry */

	ENTRY_LOCAL_APIC = 0,
	ENTRY_IOAPIC = 1,
	ENTRY_OVERRIDE = 2,
	ENTRY_ADDRESS = 5,

	CPU_ENABLED = 1,
	BUS_ISA = 0,
	POLARITY_LOW = 3,  /* of the two lowest bits of an override's flags */
	TRIGGER_LEVEL = 3, /* of the next two */
};

/* Layouts of the ACPI specification. */
struct rsdp {
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 rsdt;
	u32 length; /* from here on: revision 2 */
	u64 xsdt;
	u8 checksum_all;
	u8 reserved[3];
} __packed;

struct header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[26];
} __packed;

struct madt_entry {
	u8 type, length;
	union {
		struct {
			u8 acpi_id, apic_id;
			u32 flags;
		} __packed local_apic;
		struct {
			u8 id, reserved;
			u32 address, first_gsi;
		} __packed ioapic;
		struct {
			u8 bus, source;
			u32 gsi;
			u16 flags;
		} __packed override;
		struct {
			u16 reserved;
			u64 address;
		} __packed address;
	};
} __packed;

static const u8 entry_bytes[] = {
	[ENTRY_LOCAL_APIC] = 8, [ENTRY_IOAPIC] = 12, [ENTRY_OVERRIDE] = 10, [ENTRY_ADDRESS] = 12};

#define defect(...) (pr_warn("acpi: " __VA_ARGS__), -EINVAL)

static u8 sum_of(const void *buf, size_t len)
{
	const u8 *p = buf;
	u8 sum = 0;

	while (len-- > 0)
		sum += *p++;
	return sum;
}

/* --- the root pointer --- */

/* => is there a root pointer at `at`? One with a wrong checksum is none, but *damaged. */
static bool rsdp_at(const struct acpi_memory *m, paddr_t at, struct rsdp *r, bool *damaged)
{
	if (!m->read(m, at, r, RSDP_V1_BYTES) || memcmp(r->signature, "RSD PTR ", 8) != 0)
		return false;
	*damaged = true;
	if (sum_of(r, RSDP_V1_BYTES) != 0)
		return false;
	if (r->revision < 2) {
		r->xsdt = 0;
		return true;
	}
	return m->read(m, at, r, RSDP_V2_BYTES) && r->length == RSDP_V2_BYTES &&
	       sum_of(r, RSDP_V2_BYTES) == 0;
}

static bool rsdp_search(const struct acpi_memory *m, paddr_t start, paddr_t end, struct rsdp *r,
			bool *damaged)
{
	for (paddr_t at = start; at < end; at += RSDP_STEP)
		if (rsdp_at(m, at, r, damaged))
			return true;
	return false;
}

static int rsdp_find(const struct acpi_memory *m, struct rsdp *r)
{
	bool damaged = false;
	u16 segment = 0;
	paddr_t ebda;

	if (!m->read(m, BIOS_EBDA_SEGMENT, &segment, sizeof(segment)))
		segment = 0;
	ebda = (paddr_t)segment << 4;
	if (ebda != 0 && rsdp_search(m, ebda, ebda + EBDA_SEARCHED, r, &damaged))
		return 0;
	if (rsdp_search(m, ROM_START, ROM_END, r, &damaged))
		return 0;
	return damaged ? defect("the root pointer is damaged, no table is used\n") : -ENOENT;
}

/* --- tables --- */

/* Read the header of the table at `at`, and look whether all of it can be read and adds up to 0. */
static bool table_ok(const struct acpi_memory *m, u64 at, struct header *h)
{
	u8 part[64], sum = 0;

	if (at == 0 || at + TABLE_MAX > UINT32_MAX || !m->read(m, (paddr_t)at, h, sizeof(*h)))
		return false;
	if (h->length < HEADER_BYTES || h->length > TABLE_MAX)
		return false;
	for (u32 offset = 0; offset < h->length; offset += sizeof(part)) {
		size_t n = MIN(h->length - offset, (u32)sizeof(part));

		if (!m->read(m, (paddr_t)at + offset, part, n))
			return false;
		sum += sum_of(part, n);
	}
	return sum == 0;
}

/* The MADT's address, by the table of all tables, whose entries have `width` bytes. => 0; -ENOENT */
static int madt_search(const struct acpi_memory *m, paddr_t root, u32 length, u32 width,
		       paddr_t *madt)
{
	for (u32 offset = HEADER_BYTES; offset + width <= length; offset += width) {
		struct header h;
		u64 at = 0;

		if (!m->read(m, root + offset, &at, width) || at > UINT32_MAX ||
		    !m->read(m, (paddr_t)at, &h, sizeof(h)))
			continue; /* another's, perhaps beyond 4G */
		if (memcmp(h.signature, "APIC", 4) == 0) {
			*madt = (paddr_t)at;
			return 0;
		}
	}
	return -ENOENT;
}

static int madt_find(const struct acpi_memory *m, paddr_t *madt, struct header *h)
{
	struct rsdp rsdp;
	int err = rsdp_find(m, &rsdp);
	bool wide;
	u64 root;

	if (err != 0)
		return err;
	wide = rsdp.xsdt != 0 && rsdp.xsdt <= UINT32_MAX - TABLE_MAX;
	root = wide ? rsdp.xsdt : rsdp.rsdt;
	if (!table_ok(m, root, h) || memcmp(h->signature, wide ? "XSDT" : "RSDT", 4) != 0)
		return defect("the table of tables at 0x%llx is damaged\n",
			      (unsigned long long)root);
	err = madt_search(m, (paddr_t)root, h->length, wide ? 8 : 4, madt);
	if (err != 0)
		return err;
	if (!table_ok(m, *madt, h) || h->length < MADT_ENTRIES)
		return defect("the table of CPUs at 0x%x is damaged\n", (unsigned)*madt);
	return 0;
}

/* --- entries --- */

static int add_cpu(struct acpi_cpus *out, u8 id)
{
	for (unsigned i = 0; i < out->nr_cpus; i++)
		if (out->apic_id[i] == id)
			return defect("two CPUs have the number %u\n", id);
	if (out->nr_cpus == NR_CPUS)
		out->nr_more++;
	else
		out->apic_id[out->nr_cpus++] = id;
	return 0;
}

static int add_ioapic(struct acpi_cpus *out, const struct madt_entry *e)
{
	if (e->ioapic.address == 0 || e->ioapic.address % 16 != 0)
		return defect("an IO-APIC at 0x%x\n", (unsigned)e->ioapic.address);
	if (out->nr_ioapics < ACPI_IOAPICS_MAX)
		out->ioapic[out->nr_ioapics++] =
			(struct acpi_ioapic){e->ioapic.address, e->ioapic.first_gsi};
	return 0;
}

static int add_override(struct acpi_cpus *out, const struct madt_entry *e)
{
	u16 flags = e->override.flags;

	if (e->override.bus != BUS_ISA || e->override.source >= ACPI_ISA_LINES)
		return defect("line %u of bus %u arrives elsewhere\n", e->override.source,
			      e->override.bus);
	out->isa[e->override.source] = (struct acpi_isa_line){
		.gsi = e->override.gsi,
		.level = (flags >> 2 & 3) == TRIGGER_LEVEL,
		.active_low = (flags & 3) == POLARITY_LOW,
	};
	return 0;
}

static int add_entry(struct acpi_cpus *out, const struct madt_entry *e)
{
	switch (e->type) {
	case ENTRY_LOCAL_APIC:
		return e->local_apic.flags & CPU_ENABLED ? add_cpu(out, e->local_apic.apic_id) : 0;
	case ENTRY_IOAPIC:
		return add_ioapic(out, e);
	case ENTRY_OVERRIDE:
		return add_override(out, e);
	case ENTRY_ADDRESS:
		if (e->address.address > UINT32_MAX)
			return defect("the local APICs are beyond 4G\n");
		out->local_apic = (paddr_t)e->address.address;
		return 0;
	default:
		return 0; /* nothing that is needed here */
	}
}

static int madt_entries(const struct acpi_memory *m, paddr_t madt, u32 length,
			struct acpi_cpus *out)
{
	u32 offset = MADT_ENTRIES;
	int err = 0;

	while (offset < length && err == 0) {
		struct madt_entry e = {.type = 0};
		u32 left = length - offset;

		if (left < 2 || !m->read(m, madt + offset, &e, 2) || e.length < 2 ||
		    e.length > left ||
		    (e.type < ARRAY_SIZE(entry_bytes) && e.length < entry_bytes[e.type]))
			return defect("entry at offset %u of the table of CPUs is damaged\n",
				      (unsigned)offset);
		if (!m->read(m, madt + offset, &e, MIN((size_t)e.length, sizeof(e))))
			return defect("the table of CPUs cannot be read\n");
		err = add_entry(out, &e);
		offset += e.length;
	}
	return err;
}

static int check(const struct acpi_cpus *out)
{
	if (out->local_apic == 0 || out->local_apic % PAGE_SIZE != 0)
		return defect("the local APICs are at 0x%x\n", (unsigned)out->local_apic);
	if (out->nr_cpus == 0)
		return defect("the table of CPUs names none\n");
	if (out->nr_ioapics == 0)
		return defect("the table of CPUs has no IO-APIC\n");
	return 0;
}

int acpi_parse(const struct acpi_memory *m, struct acpi_cpus *out)
{
	struct header h;
	paddr_t madt = 0;
	u32 local_apic;
	int err = madt_find(m, &madt, &h);

	if (err != 0)
		return err;
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < ACPI_ISA_LINES; i++)
		out->isa[i].gsi = i;
	if (!m->read(m, madt + HEADER_BYTES, &local_apic, sizeof(local_apic)))
		return defect("the table of CPUs cannot be read\n");
	out->local_apic = local_apic;
	err = madt_entries(m, madt, h.length, out);
	return err != 0 ? err : check(out);
}
