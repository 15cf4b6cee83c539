/* SPDX-License-Identifier: MIT */
/*
 * start.c - the first C code: exceptions and console, then what the loader said.
 */
#include <arch/cpu.h>
#include <arch/multiboot.h>
#include <arch/x86.h>
#include <octavo/arch.h>
#include <octavo/panic.h>
#include <octavo/string.h>
#include <octavo/uart.h>

#define DMA_END (16u << 20)

struct zone_layout arch_zones[] = {
	{.name = "DMA", .start = 0, .end = DMA_END >> PAGE_SHIFT},
	{.name = "Normal", .start = DMA_END >> PAGE_SHIFT, .end = DIRECT_MAP_SIZE >> PAGE_SHIFT},
	{.name = "HighMem", .start = DIRECT_MAP_SIZE >> PAGE_SHIFT, .end = 0xfffff, .highmem = true},
};
const unsigned arch_nr_zones = ARRAY_SIZE(arch_zones);

static u32 loader_magic;    /* [I] */
static paddr_t loader_info; /* [I] */
static struct boot_info boot_info;

bool boot_read(paddr_t paddr, void *buf, size_t len)
{
	char *to = buf;

	if (paddr + len < paddr)
		return false;
	while (len > 0) {
		u32 offset = paddr & (PAGE_SIZE - 1);
		size_t part = MIN(len, (size_t)(PAGE_SIZE - offset));
		const char *from = fixmap_set(FIX_TEMP0, paddr >> PAGE_SHIFT);

		memcpy(to, from + offset, part);
		to += part;
		paddr += part;
		len -= part;
	}
	return true;
}

/* The loader's structures may lie anywhere. */
static bool loader_read(const struct multiboot_memory *m, paddr_t paddr, void *buf, size_t len)
{
	(void)m;
	return boot_read(paddr, buf, len);
}

const struct boot_info *arch_boot_info(void)
{
	struct multiboot_memory m = {
		.read = loader_read,
		.kernel = {virt_to_phys(kernel_start), virt_to_phys(kernel_end)},
	};
	int err;

	if (boot_info.nr_ranges > 0)
		return &boot_info;
	err = multiboot_parse(loader_magic, loader_info, &m, &boot_info);
	if (err)
		panic("the boot loader told no usable memory (%s)",
		      loader_magic == MULTIBOOT_BOOT_MAGIC ? "multiboot information"
							   : "not multiboot");
	boot_info.kernel = m.kernel;
	return &boot_info;
}

void x86_start(u32 magic, paddr_t info)
{
	loader_magic = magic;
	loader_info = info;
	cpu_init_tables(0);
	uart_init();
	cpu_init_control();
	clock_calibrate();
	kernel_main();
}
