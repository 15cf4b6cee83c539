/* SPDX-License-Identifier: MIT */
/*
 * main.c - the boot, from the first line of C to the first program; docs/boot.md draws it.
 *
 * Each step names what it needs of those before it. It runs on the boot stack as the boot task,
 * which becomes CPU 0's idle task; what may sleep is left to PID 1 (init.c).
 */
#include <arch/irq.h>
#include <octavo/arch.h>
#include <octavo/boot.h>
#include <octavo/bootmem.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/fs.h>
#include <octavo/mm.h>
#include <octavo/param.h>
#include <octavo/printk.h>
#include <octavo/process.h>
#include <octavo/random.h>
#include <octavo/sched.h>
#include <octavo/shm.h>
#include <octavo/slab.h>
#include <octavo/syscall.h>
#include <octavo/time.h>
#include <octavo/tty.h>
#include <octavo/version.h>
#include <octavo/vmalloc.h>
#include <octavo/why.h>
#include <octavo/zone.h>

struct params boot_params;

static void params_apply(void)
{
	const char *fail = params_get(&boot_params, "fail");
	u32 number;

	if (params_get_u32(&boot_params, "seed", &number) == 0)
		random_seed(number);
	if (params_get_u32(&boot_params, "chaos", &number) == 0)
		chaos_init(number);
	if (fail != NULL && fail_set_global(fail) != 0)
		pr_err("fail=%s: not SITE:N, ignored\n", fail);
	debug_syscalls = params_list_has(&boot_params, "debug", "syscalls");
}

/* What nobody will ask for is a slip of whoever wrote it. */
static void params_warn(void)
{
	static const char *const known[] = {"audit",      "chaos",      "debug",      "epoch",
					    "fail",       "init",       "ktest",      "loglevel",
					    "norandmaps", "overcommit", "runs",       "nompu",
					    "seed",       "shm",        "strict_hint"};
	char names[160];
	unsigned nr = params_unknown(&boot_params, known, ARRAY_SIZE(known), names, sizeof(names));

	if (nr > 0)
		pr_warn("command line: %u unknown: %s\n", nr, names);
}

/* The console's level, before the first line. */
static void loglevel_apply(void)
{
	u32 level;

	if (params_get_u32(&boot_params, "loglevel", &level) == 0)
		log_set_console_level((enum log_level)MIN(level, (u32)LOG_DEBUG));
}

void kernel_main(void)
{
	const struct boot_info *info = arch_boot_info();
	int err = params_parse(&boot_params, info->cmdline);

	loglevel_apply();
	pr_info("Octavo " OCTAVO_VERSION " (" ARCH_MACHINE ", " OCTAVO_FLAVOUR ")\n");
	if (err != 0)
		pr_err("command line: %s, the rest is ignored\n",
		       err == -E2BIG ? "too many words or too long" : "unfinished quote or escape");
	params_warn();
	why_init();

	bootmem_setup(info);
	arch_memory_init();
	zone_init(info);
	slab_init();
	vmalloc_init();

	task_init();
	sched_init();
	arch_init();
	time_init();
	mm_init();
	fs_init();
	shm_init();
	params_apply();
	arch_start_cpus();
	pcp_set_cpus(sched_nr_cpus());

	process_start_init();
	tty_init();
	sched_boot_over();
	arch_irq_enable();
	sched_cpu_idle();
}
