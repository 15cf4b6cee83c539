/* SPDX-License-Identifier: MIT */
/*
 * machine.c - how the machine ends: the audit, the last frames to the host, power off.
 */
#include <arch/irq.h>
#include <octavo/arch.h>
#include <octavo/audit.h>
#include <octavo/control.h>
#include <octavo/fail.h>
#include <octavo/machine.h>
#include <octavo/param.h>
#include <octavo/printk.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/zone.h>

static int final_status; /* raw wait status */
static int final_code;

void machine_set_status(int wait_status, int exit_code)
{
	final_status = wait_status;
	final_code = exit_code;
}

void machine_end(void)
{
	const char *audit = params_get(&boot_params, "audit");
	unsigned differences = 0;

	if (audit == NULL || strcmp(audit, "0") != 0)
		differences = audit_run();
	fail_report();
	control_sendf(CONTROL_REPORT, "free_pages %u", nr_free_pages());
	control_sendf(CONTROL_REPORT, "end_ns %llu", (unsigned long long)clock_ns());
	control_sendf(CONTROL_EXIT, "%d", final_code);
	control_sendf(CONTROL_STATUS, "%d", final_status);
	arch_machine_end(differences != 0 || lockval_reports() != 0 ? 1 : 0);
}
