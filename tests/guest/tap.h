/* SPDX-License-Identifier: MIT */
/*
 * Test results as TAP (Test Anything Protocol) on standard output:
 *
 *	ok(a == b, "what must hold");		one test
 *	is(got, want, "what it is");		one test of equal integers
 *	return tap_done();			from main: prints the plan
 *
 * Each line is one write(2): nothing sits in a buffer that fork would double.
 * Only the process that runs main() reports; children answer by exit status.
 */
#ifndef GUEST_TAP_H
#define GUEST_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int tap_tests;
static int tap_failures;
static void (*tap_before_bail_out)(void);

static inline void tap_vline(const char *start, const char *fmt, va_list ap)
{
	char line[256];
	int len = sniprintf(line, sizeof(line), "%s", start);

	len += vsniprintf(line + len, sizeof(line) - (size_t)len - 1, fmt, ap);
	if (len > (int)sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	line[len++] = '\n';
	if (write(STDOUT_FILENO, line, (size_t)len) < 0)
		_exit(99);
}

/* A remark, no test. */
__attribute__((format(printf, 1, 2))) static inline void diag(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_vline("# ", fmt, ap);
	va_end(ap);
}

/* One test: it passes if COND holds. => COND */
__attribute__((format(printf, 2, 3))) static inline int ok(int cond, const char *fmt, ...)
{
	char start[24];
	va_list ap;

	sniprintf(start, sizeof(start), "%s %d - ", cond ? "ok" : "not ok", ++tap_tests);
	if (!cond)
		tap_failures++;
	va_start(ap, fmt);
	tap_vline(start, fmt, ap);
	va_end(ap);
	return cond;
}

/* One test: it passes if GOT is WANT, and shows both if not. => whether it is */
__attribute__((format(printf, 3, 4))) static inline int is(long got, long want, const char *fmt,
							   ...)
{
	char name[160];
	va_list ap;

	va_start(ap, fmt);
	vsniprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	if (ok(got == want, "%s", name))
		return 1;
	diag("     got: %ld (%#lx)", got, (unsigned long)got);
	diag("expected: %ld (%#lx)", want, (unsigned long)want);
	return 0;
}

/* A test that cannot be made here, and why. */
__attribute__((format(printf, 1, 2))) static inline void skip(const char *fmt, ...)
{
	char start[32];
	va_list ap;

	sniprintf(start, sizeof(start), "ok %d # SKIP ", ++tap_tests);
	va_start(ap, fmt);
	tap_vline(start, fmt, ap);
	va_end(ap);
}

/* Nothing further can be tested. */
__attribute__((format(printf, 1, 2), noreturn)) static inline void bail_out(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_vline("Bail out! ", fmt, ap);
	va_end(ap);
	if (tap_before_bail_out)
		tap_before_bail_out();
	_exit(98);
}

/* Prints the plan. => what main returns: 0 if all passed */
static inline int tap_done(void)
{
	char line[24];
	int len = sniprintf(line, sizeof(line), "1..%d\n", tap_tests);

	if (write(STDOUT_FILENO, line, (size_t)len) < 0)
		return 99;
	return tap_failures != 0;
}

#endif
