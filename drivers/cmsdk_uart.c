/* SPDX-License-Identifier: MIT */
/*
 * cmsdk_uart.c - two CMSDK serial ports of the MPS2 boards: UART0 is the console, UART1 the control
 * channel to the host.
 *
 * Output is polled, so that it works in any context from the first line of C to a panic; the port
 * holds one byte. Input comes by interrupt; a byte that is not taken at once stays,
 * and the sender waits.
 *
 * Lock: callers of the write functions exclude each other (console_lock, control_lock).
 */
#include <arch/irq.h>
#include <arch/registers.h>
#include <octavo/console_input.h>
#include <octavo/control.h>
#include <octavo/printk.h>
#include <octavo/uart.h>

#define UART_DATA    0x00
#define UART_STATE   0x04
#define UART_CTRL    0x08
#define UART_INTS    0x0c /* pending ones; written: cleared */
#define UART_BAUDDIV 0x10

#define STATE_TX_FULL     0x1u
#define STATE_RX_FULL     0x2u
#define CTRL_TX           0x1u
#define CTRL_RX           0x2u
#define CTRL_RX_INTERRUPT 0x8u
#define INTS_RX           0x2u

#define BAUD_DIVISOR 217u     /* 115200 */
#define WAIT_ROUNDS  5000000u /* about a second; then the port is taken for dead */

static bool uart0_dead, uart1_dead;

static void uart_write(uintptr_t base, bool *dead, const char *text, size_t len)
{
	for (; len > 0 && !*dead; len--) {
		u32 rounds = WAIT_ROUNDS;

		while (REG32(base + UART_STATE) & STATE_TX_FULL)
			if (--rounds == 0) {
				*dead = true;
				return;
			}
		REG32(base + UART_DATA) = (u8)*text++;
	}
}

static void uart0_write(const char *text, size_t len)
{
	uart_write(UART0_BASE, &uart0_dead, text, len);
}

static void uart1_write(const char *text, size_t len)
{
	uart_write(UART1_BASE, &uart1_dead, text, len);
}

static const struct console uart_console = {
	.name = "ttyS0",
	.write = uart0_write,
};

void uart_init(void)
{
	REG32(UART0_BASE + UART_BAUDDIV) = BAUD_DIVISOR;
	REG32(UART0_BASE + UART_CTRL) = CTRL_TX;
	REG32(UART1_BASE + UART_BAUDDIV) = BAUD_DIVISOR;
	REG32(UART1_BASE + UART_CTRL) = CTRL_TX;
	console_register(&uart_console);
	control_register(uart1_write);
}

/* Receiver and interrupt at once: a byte that came in between would raise none, and block all others. */
void uart_start_input(void)
{
	NVIC_IPR(UART0_RX_IRQ) = PRIORITY_DEVICE;
	NVIC_ISER(0) = 1u << UART0_RX_IRQ;
	REG32(UART0_BASE + UART_CTRL) = CTRL_TX | CTRL_RX | CTRL_RX_INTERRUPT;
}

int uart_take(void)
{
	return REG32(UART0_BASE + UART_STATE) & STATE_RX_FULL ? (u8)REG32(UART0_BASE + UART_DATA)
							      : -1;
}

void uart_interrupt(void)
{
	REG32(UART0_BASE + UART_INTS) = INTS_RX;
	console_input_arrives();
}
