/* SPDX-License-Identifier: MIT */
/* The smallest program: it exits. Benchmarks execute it as /hello. */
void _start(void);

void _start(void)
{
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	__builtin_unreachable();
}
