/* SPDX-License-Identifier: MIT */
/*
 * pic.c - the two 8259 interrupt controllers: of machines without an IO-APIC; else all is masked.
 */
#include <arch/io.h>
#include <arch/irq.h>
#include <arch/x86.h>

#define PIC1      0x20
#define PIC2      0xa0
#define PIC1_MASK 0x21
#define PIC2_MASK 0xa1

#define ICW1_INIT     0x11 /* with ICW4, cascaded, edges */
#define ICW4_8086     0x01
#define OCW2_END      0x20
#define OCW3_READ_ISR 0x0b
#define VECTOR_BASE   32
#define IRQ_CASCADE   2

static u16 masked = 0xffff; /* [interrupts off] */

static void pic_write_masks(void)
{
	outb(PIC1_MASK, (u8)masked);
	outb(PIC2_MASK, (u8)(masked >> 8));
}

void pic_init(void)
{
	outb(PIC1, ICW1_INIT);
	outb(PIC2, ICW1_INIT);
	outb(PIC1_MASK, VECTOR_BASE);
	outb(PIC2_MASK, VECTOR_BASE + 8);
	outb(PIC1_MASK, 1 << IRQ_CASCADE);
	outb(PIC2_MASK, IRQ_CASCADE);
	outb(PIC1_MASK, ICW4_8086);
	outb(PIC2_MASK, ICW4_8086);
	masked = (u16) ~(1u << IRQ_CASCADE);
	pic_write_masks();
}

static void pic_unmask(unsigned irq)
{
	irqstate_t s = arch_irq_save();

	masked &= (u16) ~(1u << irq);
	pic_write_masks();
	arch_irq_restore(s);
}

static void pic_end(unsigned irq)
{
	if (irq >= 8)
		outb(PIC2, OCW2_END);
	outb(PIC1, OCW2_END);
}

/* A line that went away again before it was acknowledged is reported as 7 or 15: no interrupt is
 * in service then. */
static bool pic_spurious(unsigned irq)
{
	if (irq == 7) {
		outb(PIC1, OCW3_READ_ISR);
		return !(inb(PIC1) & 0x80);
	}
	if (irq == 15) {
		outb(PIC2, OCW3_READ_ISR);
		if (inb(PIC2) & 0x80)
			return false;
		outb(PIC1, OCW2_END); /* the first controller did see its cascade */
		return true;
	}
	return false;
}

const struct irq_controller pic_controller = {
	.name = "XT-PIC",
	.unmask = pic_unmask,
	.spurious = pic_spurious,
	.end = pic_end,
};
