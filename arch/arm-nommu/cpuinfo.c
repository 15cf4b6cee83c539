/* SPDX-License-Identifier: MIT */
/* cpuinfo.c - /proc/cpuinfo and the interrupt lines of the boards. */
#include <arch/local.h>
#include <arch/registers.h>
#include <octavo/arch.h>
#include <octavo/text.h>

u32 irq_counts[2]; /* [interrupts off] the tick's, the receiver's */

void arch_cpuinfo_text(struct text *t)
{
	u32 id = SCB_CPUID;

	text_printf(t, "processor\t: 0\nmodel name\t: ARMv7-M rev %u (v7ml)\n", id & 0xf);
	text_printf(t, "Features\t: half thumb%s\n",
		    fpu_is_there() ? " vfp vfpv3 vfpv3d16 vfpv4" : "");
	text_printf(t, "CPU implementer\t: 0x%02x\nCPU architecture: 7M\n", id >> 24);
	text_printf(t, "CPU variant\t: 0x%x\nCPU part\t: 0x%03x\nCPU revision\t: %u\n\n",
		    id >> 20 & 0xf, id >> 4 & 0xfff, id & 0xf);
	text_printf(t, "Hardware\t: ARM MPS2 AN%x\n", SCC_BOARD(SCC_ID));
}

/* Numbers of exceptions: the tick has no line at the controller, the receiver has 0. */
bool arch_irq_stat(unsigned i, struct arch_irq_stat *s)
{
	static const struct {
		u8 line;
		const char *controller, *device;
	} lines[] = {{15, "SysTick", "timer"}, {16, "NVIC", "uart"}};

	if (i >= ARRAY_SIZE(lines))
		return false;
	*s = (struct arch_irq_stat){.line = lines[i].line,
				    .count = {irq_counts[i]},
				    .controller = lines[i].controller,
				    .device = lines[i].device};
	return true;
}
