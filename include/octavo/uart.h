/* SPDX-License-Identifier: MIT */
/* uart.h - the serial ports: the first is the console, the second the control channel. */
#pragma once

/* uart_init - both ports ready to write to; registers console and control channel.
 *   => first thing of all; polls, needs no interrupt */
void uart_init(void);
/* uart_start_input - from now on console_input_arrives() is called for what comes on the first port. */
void uart_start_input(void);
/* uart_interrupt - the first port's interrupt. */
void uart_interrupt(void);
/* uart_take - => the next byte that came on the first port, -1: none; callers exclude each other */
int uart_take(void);
