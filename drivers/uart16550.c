/* SPDX-License-Identifier: MIT */
/*
 * uart16550.c - two 16550 serial ports: COM1 is the console, COM2 the control channel to the host.
 *
 * Output is polled, so that it works in any context from the first line of C to a panic: the
 * transmitter's FIFO takes 16 bytes each time it is empty. Input comes by interrupt; bytes
 * that are not taken at once stay in the FIFO, and the sender waits.
 *
 * Lock: callers of the write functions exclude each other (console_lock, control_lock).
 */
#include <arch/io.h>
#include <arch/irq.h>
#include <arch/x86.h>
#include <octavo/console_input.h>
#include <octavo/control.h>
#include <octavo/printk.h>
#include <octavo/uart.h>

#define COM1 0x3f8
#define COM2 0x2f8

enum uart_register {
	UART_DATA = 0,
	UART_INTERRUPTS = 1, /* enabled ones */
	UART_FIFO = 2,
	UART_LINE = 3,
	UART_MODEM = 4,
	UART_STATUS = 5,
	UART_SCRATCH = 7,
	UART_DIVISOR_LOW = 0, /* while LINE_DIVISOR is set */
	UART_DIVISOR_HIGH = 1,
};

#define INTERRUPT_RECEIVED 0x01
#define FIFO_ENABLE_CLEAR  0x07
#define LINE_8N1           0x03
#define LINE_DIVISOR       0x80
#define MODEM_DTR_RTS_OUT2 0x0b /* OUT2 lets its interrupt through */
#define STATUS_RECEIVED    0x01
#define STATUS_FIFO_EMPTY  0x20

#define FIFO_SIZE   16
#define WAIT_ROUNDS 10000000u /* about 10 s; then the port is taken for dead */

static bool com1_dead, com2_dead;
static int com1_early = -1; /* a byte that came before we did */

static bool uart_probe(u16 port)
{
	outb(port + UART_SCRATCH, 0x5a);
	return inb(port + UART_SCRATCH) == 0x5a;
}

/* Switching the FIFO on loses the byte that waits; so it is taken out at the last moment, before
 * the next one can have come. => that byte, or -1 */
static int uart_fifo_on(u16 port)
{
	int early = -1;

	if (inb(port + UART_STATUS) & STATUS_RECEIVED)
		early = inb(port + UART_DATA);
	outb(port + UART_FIFO, FIFO_ENABLE_CLEAR);
	return early;
}

static bool uart_setup(u16 port, int *early)
{
	if (!uart_probe(port))
		return false;
	outb(port + UART_INTERRUPTS, 0);
	outb(port + UART_LINE, LINE_DIVISOR);
	outb(port + UART_DIVISOR_LOW, 1); /* 115200 baud */
	outb(port + UART_DIVISOR_HIGH, 0);
	outb(port + UART_LINE, LINE_8N1);
	*early = uart_fifo_on(port);
	outb(port + UART_MODEM, MODEM_DTR_RTS_OUT2);
	return true;
}

static bool uart_wait_empty(u16 port)
{
	for (u32 i = 0; i < WAIT_ROUNDS; i++)
		if (inb(port + UART_STATUS) & STATUS_FIFO_EMPTY)
			return true;
	return false;
}

static void uart_write(u16 port, bool *dead, const char *text, size_t len)
{
	while (len > 0 && !*dead) {
		size_t part = MIN(len, (size_t)FIFO_SIZE);

		if (!uart_wait_empty(port)) {
			*dead = true;
			return;
		}
		len -= part;
		for (; part > 0; part--)
			outb(port + UART_DATA, (u8)*text++);
	}
}

static void com1_write(const char *text, size_t len)
{
	uart_write(COM1, &com1_dead, text, len);
}

static void com2_write(const char *text, size_t len)
{
	uart_write(COM2, &com2_dead, text, len);
}

static const struct console uart_console = {
	.name = "ttyS0",
	.write = com1_write,
};

void uart_init(void)
{
	int unused;

	com1_dead = !uart_setup(COM1, &com1_early);
	com2_dead = !uart_setup(COM2, &unused);
	console_register(&uart_console);
	if (!com2_dead)
		control_register(com2_write);
}

void uart_start_input(void)
{
	if (com1_dead)
		return;
	outb(COM1 + UART_INTERRUPTS, INTERRUPT_RECEIVED);
	irq_controller->unmask(IRQ_COM1);
	if (com1_early >= 0)
		console_input_arrives();
}

int uart_take(void)
{
	int byte = com1_early;

	com1_early = -1;
	if (byte < 0 && (inb(COM1 + UART_STATUS) & STATUS_RECEIVED))
		byte = inb(COM1 + UART_DATA);
	return byte;
}

/* The line goes down when all bytes are taken: the controller sees nothing new before. */
void uart_interrupt(void)
{
	console_input_arrives();
}
