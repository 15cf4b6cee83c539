/* SPDX-License-Identifier: MIT */
/*
 * start.c - the boot of the machine: what memory there is, what the host asked for, and the
 * processor's system registers.
 *
 * There is no boot loader. The banks are known, the root romfs lies at ROM_BASE, and the last page
 * before the ROM's end holds the command line:
 *
 *	PARAMETER_PAGE	"OCTAVO1\0" | u32 length | text
 */
#include <arch/local.h>
#include <arch/memmap.h>
#include <arch/registers.h>
#include <octavo/arch.h>
#include <octavo/boot.h>
#include <octavo/bootmem.h>
#include <octavo/config.h>
#include <octavo/memory_device.h>
#include <octavo/panic.h>
#include <octavo/param.h>
#include <octavo/printk.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uart.h>

extern char __kernel_end[], __rodata_end[], __init_data_start[], __init_data_end[];

struct zone_layout arch_zones[] = {
	{.name = "Kernel",
	 .start = KERNEL_BASE >> PAGE_SHIFT,
	 .end = KERNEL_BANK_END >> PAGE_SHIFT,
	 .kernel_only = true},
	{.name = "PSRAM", .node = 1}, /* find_memory() says where */
};
const unsigned arch_nr_zones = ARRAY_SIZE(arch_zones);

struct page *mem_map;
pfn_t psram_pfn;

static struct boot_info boot_info;

#define PARAMETER_HEADER 12u
#define ROMFS_HEADER     16u

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static void read_parameters(struct boot_info *info)
{
	static const char magic[8] = "OCTAVO1";
	const char *page = (const char *)PARAMETER_PAGE;
	u32 len;

	if (memcmp(page, magic, sizeof(magic)) != 0)
		return;
	memcpy(&len, page + sizeof(magic), sizeof(len));
	if (len >= BOOT_CMDLINE_MAX || len > PAGE_SIZE - PARAMETER_HEADER) {
		pr_err("boot: a command line of %u bytes, at most %u fit: ignored\n", len,
		       BOOT_CMDLINE_MAX - 1);
		return;
	}
	memcpy(info->cmdline, page + PARAMETER_HEADER, len);
	info->cmdline[len] = '\0';
}

/* How long the image says it is; its contents are romfs_open()'s to judge. */
static void find_module(struct boot_info *info)
{
	const u8 *rom = (const u8 *)ROM_BASE;
	u32 size;

	info->module.start = info->module.end = ROM_BASE;
	if (memcmp(rom, "-rom1fs-", 8) != 0) {
		pr_err("boot: no romfs at %08x\n", (unsigned)ROM_BASE);
		return;
	}
	size = be32(rom + 8);
	if (size < ROMFS_HEADER || size > ROM_END - ROM_BASE) {
		pr_err("boot: a romfs of %u bytes, at most %u fit\n", size,
		       (unsigned)(ROM_END - ROM_BASE));
		return;
	}
	info->module.end = ROM_BASE + ALIGN_UP(size, PAGE_SIZE);
}

static void find_memory(struct boot_info *info)
{
	paddr_t psram = SCC_BOARD(SCC_ID) == 0x500 ? PSRAM_AN500 : PSRAM_AN385;

	psram_pfn = psram >> PAGE_SHIFT;
	arch_zones[1].start = psram_pfn;
	arch_zones[1].end = psram_pfn + PSRAM_PAGES;
	info->ranges[0] = (struct phys_range){KERNEL_BASE, KERNEL_BANK_END};
	info->ranges[1] = (struct phys_range){psram, psram + PSRAM_BYTES};
	info->nr_ranges = 2;
}

const struct boot_info *arch_boot_info(void)
{
	struct boot_info *info = &boot_info;

	if (info->nr_ranges != 0)
		return info;
	find_memory(info);
	info->kernel = (struct phys_range){KERNEL_BASE, (paddr_t)__kernel_end};
	read_parameters(info);
	find_module(info);
	return info;
}

void arch_memory_init(void)
{
	u32 bytes = MEM_MAP_PAGES * sizeof(struct page);
	paddr_t pa = bootmem_alloc(&boot_memory[0], bytes, PAGE_SIZE, KERNEL_BASE, KERNEL_BANK_END);

	if (pa == 0)
		panic("boot: no %u bytes for mem_map", bytes);
	mem_map = phys_to_virt(pa);
}

/* Exceptions: the faults above the system call, that above everything else; see irq.h. */
static void exceptions_init(void)
{
	SCB_CCR |= CCR_STKALIGN;
	SCB_SHPR1 = PRIORITY_FAULT | PRIORITY_FAULT << 8 | PRIORITY_FAULT << 16;
	SCB_SHPR2 = PRIORITY_SVC << 24;
	SCB_SHPR3 = PRIORITY_PENDSV << 16 | PRIORITY_DEVICE << 24;
	SCB_SHCSR |= SHCSR_FAULTS;
}

void arch_init(void)
{
	systick_init();
	uart_start_input();
	memory_devices_init();
}

void arch_protect_kernel(void (*free_init)(pfn_t pfn, unsigned nr_pages))
{
	unsigned nr_init_pages = (unsigned)(__init_data_end - __init_data_start) >> PAGE_SHIFT;
	const char *nompu = params_get(&boot_params, "nompu"); /* with a path: exec_nommu.c */
	irqstate_t s = arch_irq_save();

	if (nompu != NULL && *nompu == '\0')
		mpu_off();
	mpu_protect_kernel(KERNEL_BASE, (uintptr_t)__rodata_end);
	arch_irq_restore(s);
	if (nr_init_pages > 0)
		free_init(virt_to_pfn(__init_data_start), nr_init_pages);
}

u32 arch_hwcap(void)
{
	/* HWCAP_HALF, HWCAP_THUMB; VFP, VFPv3, VFPv3D16, VFPv4 */
	return 1u << 1 | 1u << 2 | (fpu_is_there() ? 1u << 6 | 1u << 13 | 1u << 14 | 1u << 16 : 0);
}

/* From reset, on the boot stack, interrupts still on but nothing that could raise one. */
void start(void)
{
	arch_irq_disable();
	exceptions_init();
	boot_task_init();
	mpu_init();
	fpu_init();
	uart_init();
	kernel_main();
}
